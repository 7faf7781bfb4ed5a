//! The cryptography that every signature and TLS connection of this process uses: aws-lc.
//!
//! Both `jsonwebtoken` and `rustls` pick a provider by the cargo features of the whole build and
//! panic at the first use when some dependency turns on a second one; installing it settles that.

/// Makes aws-lc the provider of `jsonwebtoken` and of `rustls` in this process.
///
/// May be called again: the first call wins and the others do nothing.
pub fn install_crypto_provider() {
    // Each answers an error only when a provider stands already, which is what is wanted.
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}
