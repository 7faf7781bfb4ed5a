//! A token's outer form: header field, three parts, base64url, JSON.
//!
//! Nothing here is trusted: what is read before the signature was checked serves only to choose
//! the keys to check it with.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::claims::RawClaims;
use crate::error::TokenError;
use crate::key::KeyKind;

/// Longest access token that is looked at, in bytes. Those of the ecosystem are below 2 KiB.
pub const TOKEN_BYTES_MAX: usize = 8192;

/// Takes the token out of an `Authorization` header (RFC 6750, 2.1; the scheme in any case).
///
/// # Errors
/// [`TokenError::Missing`], [`TokenError::NotBearer`] or [`TokenError::TooLong`].
pub fn bearer_token(authorization: Option<&[u8]>) -> Result<&str, TokenError> {
    let header = authorization.ok_or(TokenError::Missing)?;
    let (scheme, rest) = header.split_at_checked(7).ok_or(TokenError::NotBearer)?;
    if !scheme.eq_ignore_ascii_case(b"bearer ") {
        return Err(TokenError::NotBearer);
    }
    let token = std::str::from_utf8(rest).map_err(|_| TokenError::NotBearer)?.trim_matches(' ');
    // Without an early end, so that it runs over many bytes at once: every request pays for it.
    let has_separator =
        token.bytes().fold(false, |found, byte| found | matches!(byte, b' ' | b'\t' | b','));
    if token.is_empty() || has_separator {
        return Err(TokenError::NotBearer);
    }
    if token.len() > TOKEN_BYTES_MAX {
        return Err(TokenError::TooLong { bytes: token.len() });
    }
    Ok(token)
}

#[derive(Deserialize)]
struct Header {
    alg: Option<String>,
    kid: Option<String>,
    crit: Option<serde_json::Value>,
}

/// A token taken apart, of which nothing is verified.
pub(crate) struct Unverified<'t> {
    pub kind: KeyKind,
    pub kid: Option<String>,
    pub claims: RawClaims,
    /// What is signed: header and claims as they came.
    pub message: &'t [u8],
    /// Still in base64url.
    pub signature: &'t str,
}

impl<'t> Unverified<'t> {
    pub(crate) fn read(token: &'t str) -> Result<Self, TokenError> {
        let malformed = |reason| TokenError::Malformed { part: "form", reason };
        let (message, signature) =
            token.rsplit_once('.').ok_or(malformed("it has no parts divided by dots"))?;
        let (header, claims) =
            message.split_once('.').ok_or(malformed("it has two parts, not three"))?;
        if claims.contains('.') {
            return Err(malformed("it has more than three parts"));
        }
        let Header { alg, kid, crit } = part(header, "header")?;
        let kind = alg
            .as_deref()
            .and_then(KeyKind::for_algorithm)
            .ok_or(TokenError::AlgorithmNotAccepted)?;
        if crit.is_some() {
            return Err(TokenError::CriticalHeader);
        }
        let claims = part(claims, "claims")?;
        Ok(Self { kind, kid, claims, message: message.as_bytes(), signature })
    }
}

/// Reads only the claims, for a token that is ours to send and not ours to judge.
pub(crate) fn claims_of(token: &str) -> Option<RawClaims> {
    part(token.split('.').nth(1)?, "claims").ok()
}

fn part<T: DeserializeOwned>(text: &str, part: &'static str) -> Result<T, TokenError> {
    let malformed = |reason| TokenError::Malformed { part, reason };
    let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| malformed("it is not base64url"))?;
    serde_json::from_slice(&json)
        .map_err(|_| malformed("it is no JSON object with each field once and of its type"))
}
