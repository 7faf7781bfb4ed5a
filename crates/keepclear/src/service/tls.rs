//! The certificate of a service.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::{AccessArgs, ServiceError};

/// What takes TLS connections; none when the service speaks plain HTTP.
pub fn acceptor(args: &AccessArgs) -> Result<Option<TlsAcceptor>, ServiceError> {
    let (Some(cert), Some(key)) = (&args.tls_cert, &args.tls_key) else { return Ok(None) };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect)
        .map_err(|error| wrong("tls-cert", cert, &error))?;
    if chain.is_empty() {
        return Err(wrong("tls-cert", cert, &"it holds no CERTIFICATE"));
    }
    let private =
        PrivateKeyDer::from_pem_file(key).map_err(|error| wrong("tls-key", key, &error))?;
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|error| wrong("tls-key", key, &error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}

fn wrong(flag: &str, path: &Path, error: &dyn std::fmt::Display) -> ServiceError {
    ServiceError::Configuration(format!(
        "{flag}: {}: {error}; give PEM files of a certificate chain and of its key",
        path.display()
    ))
}
