//! Signers of every kind, good and bad, and what all tests take for granted.

use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use aws_lc_rs::{hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keepclear_auth::{
    IssuerConfig, IssuerKeys, Principal, TokenError, Verifier, VerifyingKey,
    install_crypto_provider,
};
use serde_json::{Value, json};

/// The moment at which all tests verify.
pub const NOW_S: i64 = 1_790_000_000;
pub const NOW_US: i64 = NOW_S * 1_000_000;

pub enum Signer {
    Rsa(Box<RsaKeyPair>),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Hmac(Vec<u8>),
    Nobody,
}

impl Signer {
    pub fn rsa() -> Self {
        Self::Rsa(Box::new(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()))
    }

    pub fn p256() -> Self {
        Self::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    pub fn ed25519() -> Self {
        Self::Ed25519(Ed25519KeyPair::generate().unwrap())
    }

    pub fn public_der(&self) -> Vec<u8> {
        let der: PublicKeyX509Der = match self {
            Self::Rsa(key) => key.public_key().as_der().unwrap(),
            Self::P256(key) => key.public_key().as_der().unwrap(),
            Self::Ed25519(key) => key.public_key().as_der().unwrap(),
            Self::Hmac(_) | Self::Nobody => panic!("has no public key"),
        };
        der.as_ref().to_vec()
    }

    pub fn public_key(&self) -> VerifyingKey {
        VerifyingKey::from_der(&self.public_der()).unwrap()
    }

    /// Signs with the header as it is given, whatever key this is.
    pub fn token(&self, header: &Value, claims: &Value) -> String {
        self.token_of_text(&header.to_string(), &claims.to_string())
    }

    pub fn token_of_text(&self, header: &str, claims: &str) -> String {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let message = format!("{}.{}", encode(header), encode(claims));
        let signature = match self {
            Self::Rsa(key) => {
                let padding: &'static dyn RsaEncoding = if header.contains("RS512") {
                    &RSA_PKCS1_SHA512
                } else if header.contains("PS256") {
                    &RSA_PSS_SHA256
                } else {
                    &RSA_PKCS1_SHA256
                };
                let mut signature = vec![0; key.public_modulus_len()];
                let random = SystemRandom::new();
                key.sign(padding, &random, message.as_bytes(), &mut signature).unwrap();
                signature
            }
            Self::P256(key) => {
                key.sign(&rand::SystemRandom::new(), message.as_bytes()).unwrap().as_ref().to_vec()
            }
            Self::Ed25519(key) => key.sign(message.as_bytes()).as_ref().to_vec(),
            Self::Hmac(secret) => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
                hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
            }
            Self::Nobody => Vec::new(),
        };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// Claims that are accepted at [`NOW_US`].
pub fn good_claims() -> Value {
    json!({
        "iss": "issuer.example", "sub": "uss1", "aud": "sky.example", "exp": NOW_S + 3600,
        "scope": "utm.strategic_coordination",
    })
}

pub fn fixed(name: Option<&str>, keys: Vec<VerifyingKey>, subjects: &[&str]) -> IssuerConfig {
    IssuerConfig {
        name: name.map(str::to_owned),
        keys: IssuerKeys::Fixed(keys),
        subjects: subjects.iter().map(|&glob| glob.to_owned()).collect(),
    }
}

pub fn verifier(issuers: Vec<IssuerConfig>) -> Verifier {
    install_crypto_provider();
    Verifier::new(issuers, vec!["sky.example".to_owned(), "localhost".to_owned()]).unwrap()
}

pub fn bearer(token: &str) -> Vec<u8> {
    format!("Bearer {token}").into_bytes()
}

pub fn verify(verifier: &Verifier, token: &str) -> Result<Arc<Principal>, TokenError> {
    verifier.verify(Some(&bearer(token)), NOW_US)
}
