//! One public key that may vouch for tokens.
//!
//! Its type alone fixes the algorithm, so a token cannot choose how it is checked.

use std::sync::atomic::{AtomicBool, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::PublicKey as RsaPublicKey;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey};
use jsonwebtoken::{Algorithm, DecodingKey};

/// Least size of an RSA modulus. RFC 7518, 3.3.
const RSA_BITS_MIN: usize = 2048;
/// Largest RSA modulus that the verifier takes.
const RSA_BITS_MAX: usize = 8192;

/// The type of a key, which fixes the algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// RSA of 2048 to 8192 bits: RS256.
    Rsa,
    /// Elliptic curve P-256: ES256.
    P256,
    /// Edwards curve 25519: EdDSA.
    Ed25519,
}

impl KeyKind {
    /// The `alg` of RFC 7518 and RFC 8037 that keys of this kind verify.
    pub const fn algorithm_name(self) -> &'static str {
        match self {
            Self::Rsa => "RS256",
            Self::P256 => "ES256",
            Self::Ed25519 => "EdDSA",
        }
    }

    /// The kind of key that an `alg` needs; `None` for `none`, HMAC and all others.
    pub(crate) fn for_algorithm(name: &str) -> Option<Self> {
        [Self::Rsa, Self::P256, Self::Ed25519]
            .into_iter()
            .find(|kind| kind.algorithm_name() == name)
    }

    const fn algorithm(self) -> Algorithm {
        match self {
            Self::Rsa => Algorithm::RS256,
            Self::P256 => Algorithm::ES256,
            Self::Ed25519 => Algorithm::EdDSA,
        }
    }
}

/// Why some bytes are not a key that is accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Neither of the three kinds.
    #[error("it is no public key of RSA, elliptic curve P-256 or Ed25519; export one of these")]
    NotAKey,
    /// An RSA modulus of a refused size.
    #[error(
        "it is an RSA key of {bits} bits, and {RSA_BITS_MIN} to {RSA_BITS_MAX} are accepted \
         (RFC 7518, 3.3); make a new key"
    )]
    RsaSize {
        /// Size of the modulus.
        bits: usize,
    },
}

/// A public key of an issuer.
pub struct VerifyingKey {
    kind: KeyKind,
    kid: Option<String>,
    decoding: DecodingKey,
    fingerprint: [u8; 32],
    retired: AtomicBool,
}

impl VerifyingKey {
    /// Reads a DER SubjectPublicKeyInfo (RFC 5280), or the RSAPublicKey of PKCS#1 (RFC 8017).
    ///
    /// # Errors
    /// When it is no key of the three kinds, or RSA outside 2048 to 8192 bits.
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        if let Ok(key) = RsaPublicKey::from_der(der) {
            return Self::from_rsa(&key);
        }
        if ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, der).is_ok() {
            return Ok(Self::new(KeyKind::P256, DecodingKey::from_ec_der(der), der));
        }
        if ParsedPublicKey::new(&ED25519, der).is_ok() {
            return Ok(Self::new(KeyKind::Ed25519, DecodingKey::from_ed_der(der), der));
        }
        Err(KeyError::NotAKey)
    }

    /// Reads RSA modulus and exponent, big-endian.
    pub(crate) fn from_rsa_components(modulus: &[u8], exponent: &[u8]) -> Result<Self, KeyError> {
        let components = aws_lc_rs::rsa::PublicKeyComponents {
            n: without_leading_zeros(modulus),
            e: without_leading_zeros(exponent),
        };
        // Through DER, because reading that is what checks the key.
        let der: PublicKeyX509Der = components.as_der().map_err(|_| KeyError::NotAKey)?;
        let key = RsaPublicKey::from_der(der.as_ref()).map_err(|_| KeyError::NotAKey)?;
        Self::from_rsa(&key)
    }

    /// Reads the coordinates of a point on P-256.
    pub(crate) fn from_p256_coordinates(x: &[u8], y: &[u8]) -> Result<Self, KeyError> {
        if x.len() != 32 || y.len() != 32 {
            return Err(KeyError::NotAKey);
        }
        // An uncompressed point: SEC 1, 2.3.3.
        let point = [&[4], x, y].concat();
        ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point).map_err(|_| KeyError::NotAKey)?;
        Ok(Self::new(KeyKind::P256, DecodingKey::from_ec_der(&point), &point))
    }

    /// Reads the 32 bytes of an Ed25519 public key.
    pub(crate) fn from_ed25519_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        if bytes.len() != 32 || ParsedPublicKey::new(&ED25519, bytes).is_err() {
            return Err(KeyError::NotAKey);
        }
        Ok(Self::new(KeyKind::Ed25519, DecodingKey::from_ed_der(bytes), bytes))
    }

    fn from_rsa(key: &RsaPublicKey) -> Result<Self, KeyError> {
        let modulus = key.modulus().big_endian_without_leading_zero();
        let leading = modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
        let bits = modulus.len() * 8 - leading;
        if !(RSA_BITS_MIN..=RSA_BITS_MAX).contains(&bits) {
            return Err(KeyError::RsaSize { bits });
        }
        Ok(Self::new(KeyKind::Rsa, DecodingKey::from_rsa_der(key.as_ref()), key.as_ref()))
    }

    fn new(kind: KeyKind, decoding: DecodingKey, bytes: &[u8]) -> Self {
        let mut fingerprint = [0; 32];
        fingerprint.copy_from_slice(digest(&SHA256, bytes).as_ref());
        Self { kind, kid: None, decoding, fingerprint, retired: AtomicBool::new(false) }
    }

    /// Gives the key the name by which tokens call it. Keys from PEM files have none.
    #[must_use]
    pub fn with_kid(mut self, kid: Option<String>) -> Self {
        self.kid = kid;
        self
    }

    /// The type of the key.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The name by which tokens call the key.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Whether `signature` (base64url, as in the token) is this key's over `message`.
    pub(crate) fn verifies(&self, message: &[u8], signature: &str) -> bool {
        jsonwebtoken::crypto::verify(signature, message, &self.decoding, self.kind.algorithm())
            .unwrap_or(false)
    }

    /// Same material under the same name.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint && self.kid == other.kid
    }

    /// Ends the key: no token that it vouched for is accepted from the cache any more.
    pub(crate) fn retire(&self) {
        self.retired.store(true, Ordering::Release);
    }

    pub(crate) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Acquire)
    }
}

impl std::fmt::Debug for VerifyingKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("VerifyingKey")
            .field("kind", &self.kind)
            .field("kid", &self.kid)
            .field("retired", &self.is_retired())
            .finish_non_exhaustive()
    }
}

/// Some issuers publish integers with the zero byte that DER puts before a set top bit.
fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}
