//! An issuer inside this process, for trials, tests and benches: it signs whatever it is asked.
//!
//! It checks nothing about a claim on purpose. Tokens that are expired, too long or of a wrong
//! audience are what a tester needs; so its key must never be trusted by a real sky.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::json;

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TokenClaims {
    /// `iss`.
    #[serde(rename = "iss")]
    pub issuer: String,
    /// `sub`.
    #[serde(rename = "sub")]
    pub subject: String,
    /// `aud`.
    #[serde(rename = "aud")]
    pub audience: String,
    /// `scope`: scopes parted by spaces.
    pub scope: String,
    /// `exp`, in seconds since the Unix epoch; past and far future too.
    #[serde(rename = "exp")]
    pub expire_s: i64,
}

/// Why there is no issuer or no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocalIssuerError {
    /// The text is no private RSA key.
    #[error(
        "the issuer's key is refused: {0}; make one with \
         `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048`"
    )]
    BadKey(String),
    /// The cryptography failed, for which no cause is known.
    #[error("the issuer cannot {0}; check the machine's memory")]
    Crypto(&'static str),
}

/// Signs tokens with RS256.
pub struct LocalIssuer {
    key: RsaKeyPair,
    kid: String,
    modulus: String,
    exponent: String,
    /// `header.` in base64url: the same for all tokens.
    header: String,
    public_key_pem: String,
}

impl LocalIssuer {
    /// An issuer with a fresh RSA key of 2048 bits. Takes some 100 ms.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn generate() -> Result<Self, LocalIssuerError> {
        let key = RsaKeyPair::generate(KeySize::Rsa2048)
            .map_err(|_| LocalIssuerError::Crypto("make a key"))?;
        Self::new(key)
    }

    /// An issuer with the RSA key in `PRIVATE KEY` (PKCS#8) or `RSA PRIVATE KEY` (PKCS#1).
    ///
    /// # Errors
    /// When there is no such key, or it is encrypted, or not of 2048 to 8192 bits.
    pub fn from_pem(text: &[u8]) -> Result<Self, LocalIssuerError> {
        let section = pem::parse(text)
            .map_err(|error| LocalIssuerError::BadKey(format!("it is no PEM text: {error}")))?;
        let key = match section.tag() {
            "PRIVATE KEY" => RsaKeyPair::from_pkcs8(section.contents()),
            "RSA PRIVATE KEY" => RsaKeyPair::from_der(section.contents()),
            tag => {
                return Err(LocalIssuerError::BadKey(format!("it is {tag:?}, not PRIVATE KEY")));
            }
        };
        Self::new(key.map_err(|error| LocalIssuerError::BadKey(format!("RSA: {error}")))?)
    }

    fn new(key: RsaKeyPair) -> Result<Self, LocalIssuerError> {
        let components = RsaPublicKeyComponents::<Vec<u8>>::from(key.public_key());
        let modulus = URL_SAFE_NO_PAD.encode(components.n);
        let exponent = URL_SAFE_NO_PAD.encode(components.e);
        // The thumbprint of RFC 7638: these members, in this order, without spaces.
        let thumbprint = format!(r#"{{"e":"{exponent}","kty":"RSA","n":"{modulus}"}}"#);
        let kid = URL_SAFE_NO_PAD.encode(digest(&SHA256, thumbprint.as_bytes()));
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": kid }).to_string();
        let header = format!("{}.", URL_SAFE_NO_PAD.encode(header));
        let der: PublicKeyX509Der = key
            .public_key()
            .as_der()
            .map_err(|_| LocalIssuerError::Crypto("export its public key"))?;
        let public_key_pem = pem::encode(&pem::Pem::new("PUBLIC KEY", der.as_ref()));
        Ok(Self { key, kid, modulus, exponent, header, public_key_pem })
    }

    /// Signs a token that says exactly `claims`.
    ///
    /// # Errors
    /// When signing fails, for which no cause is known.
    pub fn issue(&self, claims: &TokenClaims) -> Result<String, LocalIssuerError> {
        let failed = LocalIssuerError::Crypto("sign a token");
        let claims = serde_json::to_vec(claims).map_err(|_| failed.clone())?;
        let mut token = self.header.clone();
        URL_SAFE_NO_PAD.encode_string(claims, &mut token);
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), token.as_bytes(), &mut signature)
            .map_err(|_| failed)?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }

    /// Its private key as `PRIVATE KEY` (PKCS#8), for [`LocalIssuer::from_pem`] at the next start.
    ///
    /// # Errors
    /// When the key cannot be exported, for which no cause is known.
    pub fn private_key_pem(&self) -> Result<String, LocalIssuerError> {
        let der: Pkcs8V1Der =
            self.key.as_der().map_err(|_| LocalIssuerError::Crypto("export its private key"))?;
        Ok(pem::encode(&pem::Pem::new("PRIVATE KEY", der.as_ref())))
    }

    /// The name of its key: the thumbprint of RFC 7638.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The key set that it publishes (RFC 7517).
    pub fn jwks(&self) -> serde_json::Value {
        json!({ "keys": [{
            "kty": "RSA", "use": "sig", "alg": "RS256",
            "kid": self.kid, "n": self.modulus, "e": self.exponent,
        }] })
    }

    /// Its public key as `PUBLIC KEY`, for `--public-key-files`.
    pub fn public_key_pem(&self) -> &str {
        &self.public_key_pem
    }
}

impl std::fmt::Debug for LocalIssuer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("LocalIssuer").field("kid", &self.kid).finish_non_exhaustive()
    }
}
