//! Reading a JSON Web Key Set (RFC 7517).
//!
//! A set may hold keys for other purposes and of other kinds than ours: those are passed over, as
//! the RFC asks (section 5), and named so that an operator can see why a key is not used.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::key::{KeyError, VerifyingKey};

/// Most keys that one set may hold: every token without `kid` is tried with all of its kind.
pub(crate) const KEYS_MAX: usize = 64;

#[derive(Deserialize)]
struct JwkSet {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// What a set holds.
pub(crate) struct ReadKeys {
    pub keys: Vec<VerifyingKey>,
    /// Why the others are not used.
    pub passed_over: Vec<String>,
}

/// Why a document gives no keys at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum JwkSetError {
    #[error("the answer is no JSON Web Key Set: {0}")]
    NotASet(String),
    #[error("the key set holds {0} keys, more than the {KEYS_MAX} allowed")]
    TooMany(usize),
    #[error("the key set holds no key that is usable here{0}")]
    NoneUsable(String),
}

/// Reads a key set; one without any usable key is an error, so that an issuer's broken page never
/// takes the place of keys that work.
pub(crate) fn read_key_set(json: &[u8]) -> Result<ReadKeys, JwkSetError> {
    let set: JwkSet =
        serde_json::from_slice(json).map_err(|error| JwkSetError::NotASet(error.to_string()))?;
    if set.keys.len() > KEYS_MAX {
        return Err(JwkSetError::TooMany(set.keys.len()));
    }
    let mut keys = Vec::new();
    let mut passed_over = Vec::new();
    for (at, value) in set.keys.into_iter().enumerate() {
        match read_key(value) {
            Ok(key) => keys.push(key),
            Err(reason) => passed_over.push(format!("keys[{at}]: {reason}")),
        }
    }
    if keys.is_empty() {
        let reasons: String = passed_over.iter().map(|reason| format!("; {reason}")).collect();
        return Err(JwkSetError::NoneUsable(reasons));
    }
    Ok(ReadKeys { keys, passed_over })
}

fn read_key(value: serde_json::Value) -> Result<VerifyingKey, String> {
    let jwk: Jwk = serde_json::from_value(value).map_err(|error| error.to_string())?;
    if jwk.purpose.as_deref().is_some_and(|purpose| purpose != "sig") {
        return Err("`use` is not `sig`".to_owned());
    }
    if jwk.key_ops.as_ref().is_some_and(|ops| !ops.iter().any(|op| op == "verify")) {
        return Err("`key_ops` is without `verify`".to_owned());
    }
    let rejected = |reason: KeyError| reason.to_string();
    let key = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
        ("RSA", _) => VerifyingKey::from_rsa_components(
            &bytes("n", jwk.n.as_ref())?,
            &bytes("e", jwk.e.as_ref())?,
        )
        .map_err(rejected)?,
        ("EC", Some("P-256")) => VerifyingKey::from_p256_coordinates(
            &bytes("x", jwk.x.as_ref())?,
            &bytes("y", jwk.y.as_ref())?,
        )
        .map_err(rejected)?,
        ("OKP", Some("Ed25519")) => {
            VerifyingKey::from_ed25519_bytes(&bytes("x", jwk.x.as_ref())?).map_err(rejected)?
        }
        _ => return Err("neither RSA, P-256 nor Ed25519".to_owned()),
    };
    let algorithm = key.kind().algorithm_name();
    if jwk.alg.as_deref().is_some_and(|alg| alg != algorithm) {
        return Err(format!("`alg` is not {algorithm}, the only one for keys of this kind"));
    }
    Ok(key.with_kid(jwk.kid))
}

fn bytes(field: &str, text: Option<&String>) -> Result<Vec<u8>, String> {
    let text = text.ok_or_else(|| format!("`{field}` is missing"))?;
    URL_SAFE_NO_PAD.decode(text).map_err(|_| format!("`{field}` is not base64url"))
}
