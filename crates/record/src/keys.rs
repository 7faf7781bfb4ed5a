//! Ed25519 keys: the one that signs and the one that everybody may know.
//!
//! Verification is always the strict one. Plain verification and verification in batches use the
//! equation multiplied by the cofactor, or accept keys and nonces of small order: two honest programs
//! could then disagree about one signature, and here a verdict has to be the same for both parties.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, KeypairBytes};
use ed25519_dalek::{Signer as _, VerifyingKey};
use keepclear_entry::{Entry, Signature, Signer};
use std::fmt;
use zeroize::Zeroizing;

/// Why text or bytes are not a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a private key as `keepclear record keygen` writes it.
    #[error(
        "private key: not an Ed25519 key in PKCS#8 PEM ({reason}); make one with `keepclear record keygen`"
    )]
    Private {
        /// What the reader of PKCS#8 says.
        reason: String,
    },
    /// A private key that cannot be written.
    #[error("private key: cannot be written as PKCS#8 PEM ({reason})")]
    Unwritable {
        /// What the writer of PKCS#8 says.
        reason: String,
    },
    /// Not 32 bytes of base64.
    #[error("public key {found:?}: expected 32 bytes in base64, 44 characters")]
    PublicText {
        /// As given.
        found: String,
    },
    /// Bytes that are no point on the curve, or one that signs anything.
    #[error("public key {found:?}: these 32 bytes are not a usable Ed25519 public key")]
    PublicPoint {
        /// As given, in base64.
        found: String,
    },
}

/// A private key. Has no `Debug`, and its bytes are overwritten when it is dropped.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// The key that these 32 random bytes make.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// Reads a PKCS#8 PEM text (RFC 8410).
    ///
    /// # Errors
    /// [`KeyError::Private`] for anything else; the text is not repeated in it.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        ed25519_dalek::SigningKey::from_pkcs8_pem(text)
            .map(Self)
            .map_err(|error| KeyError::Private { reason: error.to_string() })
    }

    /// Writes a PKCS#8 PEM text in the form of RFC 5208, without the public key, which every reader
    /// of Ed25519 keys takes.
    ///
    /// # Errors
    /// [`KeyError::Unwritable`], which no key that exists is known to give.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, KeyError> {
        KeypairBytes { secret_key: self.0.to_bytes(), public_key: None }
            .to_pkcs8_pem(LineEnding::LF)
            .map_err(|error| KeyError::Unwritable { reason: error.to_string() })
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs a message that is not an entry.
    pub fn sign_message(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }
}

impl Signer for SigningKey {
    fn sign(&self, signed_bytes: &[u8]) -> Signature {
        self.sign_message(signed_bytes)
    }
}

/// A public key, unpacked once so that verifying many signatures does not unpack it each time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// # Errors
    /// [`KeyError::PublicPoint`] for bytes that are no point, or a point of small order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let refused = || KeyError::PublicPoint { found: STANDARD.encode(bytes) };
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| refused())?;
        if key.is_weak() { Err(refused()) } else { Ok(Self(key)) }
    }

    /// Reads what `Display` writes: 32 bytes in base64.
    ///
    /// # Errors
    /// [`KeyError`] for anything else.
    pub fn from_base64(text: &str) -> Result<Self, KeyError> {
        let decoded = STANDARD.decode(text).ok();
        let bytes = decoded.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let bytes = bytes.ok_or_else(|| KeyError::PublicText { found: shown(text) })?;
        Self::from_bytes(&bytes)
    }

    /// The 32 bytes of RFC 8032.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Whether this key signed this message: strictly, see the head of the file.
    pub fn verifies(&self, message: &[u8], signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        self.0.verify_strict(message, &signature).is_ok()
    }

    /// Whether this key signed this entry.
    pub fn signed(&self, entry: &Entry) -> bool {
        entry.signature.is_some_and(|signature| self.verifies(&entry.signed_bytes(), &signature))
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.to_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

/// As much of a text as an error should repeat.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, section 7.1, test 2.
    #[test]
    fn the_key_and_signature_of_the_standard_come_out() {
        let seed = octets("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        let public = octets("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        let signature = octets::<64>(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        );
        let key = SigningKey::from_seed(&seed);
        assert_eq!(key.public().to_bytes(), public);
        assert_eq!(key.sign_message(&[0x72]), Signature(signature));
        assert!(key.public().verifies(&[0x72], &Signature(signature)));
        assert!(!key.public().verifies(&[0x73], &Signature(signature)));
    }

    #[test]
    fn a_private_key_comes_back_from_pem() {
        let key = SigningKey::from_seed(&[7; 32]);
        let again = SigningKey::from_pem(&key.to_pem().unwrap()).unwrap();
        assert_eq!(again.public(), key.public());
        assert!(matches!(SigningKey::from_pem("no key"), Err(KeyError::Private { .. })));
    }

    #[test]
    fn a_key_of_small_order_is_refused_and_so_is_half_a_key() {
        let mut neutral = [0; 32];
        neutral[0] = 1;
        assert!(matches!(PublicKey::from_bytes(&neutral), Err(KeyError::PublicPoint { .. })));
        assert!(matches!(PublicKey::from_base64("AAAA"), Err(KeyError::PublicText { .. })));
    }

    fn octets<const N: usize>(hex: &str) -> [u8; N] {
        std::array::from_fn(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
    }
}
