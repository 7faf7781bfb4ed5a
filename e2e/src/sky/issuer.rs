//! Tokens for a sky under test: good ones, and every way of being bad.
//!
//! Written from RFC 7519 and apart from `keepclear-auth`, so that the verifier is not tested with its own
//! understanding of a token.

use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use aws_lc_rs::{hmac, rand, signature};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// The audience that the skies under test accept.
pub const AUDIENCE: &str = "localhost";

/// An RSA key that signs tokens.
pub struct Issuer {
    key: KeyPair,
}

impl Issuer {
    /// An issuer with a fresh key of 2048 bits.
    ///
    /// # Panics
    /// When the key cannot be made.
    pub fn generate() -> Self {
        Self { key: KeyPair::generate(KeySize::Rsa2048).unwrap() }
    }

    /// The issuer that every sky under test trusts; one for the process, since a key takes its time.
    pub fn trusted() -> &'static Self {
        static TRUSTED: OnceLock<Issuer> = OnceLock::new();
        TRUSTED.get_or_init(Self::generate)
    }

    /// The public key as PEM (`SubjectPublicKeyInfo`).
    ///
    /// # Panics
    /// When the key cannot be written.
    pub fn public_pem(&self) -> String {
        let text = STANDARD.encode(self.key.public_key().as_der().unwrap().as_ref());
        let lines: Vec<&str> = (0..text.len())
            .step_by(64)
            .map(|from| &text[from..text.len().min(from + 64)])
            .collect();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
    }

    /// The public key as a key set (RFC 7517).
    ///
    /// # Panics
    /// When the key cannot be written.
    pub fn key_set(&self) -> String {
        let public = self.key.public_key();
        let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let modulus = number(public.modulus().big_endian_without_leading_zero());
        let exponent = number(public.exponent().big_endian_without_leading_zero());
        json!({ "keys": [{ "kty": "RSA", "alg": "RS256", "use": "sig", "n": modulus, "e": exponent }] })
            .to_string()
    }

    /// A token signed with RS256.
    ///
    /// # Panics
    /// When it cannot be signed.
    pub fn sign(&self, claims: &Value) -> String {
        let signed = unsigned(&json!({ "alg": "RS256", "typ": "JWT" }), claims);
        let mut signature = vec![0; self.key.public_modulus_len()];
        let random = rand::SystemRandom::new();
        let padding = &signature::RSA_PKCS1_SHA256;
        self.key.sign(padding, &random, signed.as_bytes(), &mut signature).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// A token signed by HMAC with the text of the public key, which everybody knows: the classic confusion of
    /// algorithms.
    pub fn sign_with_public_key_as_secret(&self, claims: &Value) -> String {
        let signed = unsigned(&json!({ "alg": "HS256", "typ": "JWT" }), claims);
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.public_pem().as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes())))
    }

    /// A token that says of itself that it needs no signature.
    pub fn leave_unsigned(claims: &Value) -> String {
        format!("{}.", unsigned(&json!({ "alg": "none", "typ": "JWT" }), claims))
    }
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

/// Claims of a good token: half an hour long, for [`AUDIENCE`].
pub fn claims(subject: &str, scopes: &[&str]) -> Value {
    json!({
        "iss": "https://issuer.test/token",
        "sub": subject,
        "aud": AUDIENCE,
        "scope": scopes.join(" "),
        "iat": now_s(),
        "exp": now_s() + 30 * 60,
    })
}

/// Seconds since the epoch.
///
/// # Panics
/// Before 1970.
pub fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}
