//! The rules for claims, applied after the signature was found good.
//!
//! `exp` has no leeway: a token is dead the microsecond it says. All other times have 5 s, because
//! F3548-21 lets clocks differ by that much.

use serde::Deserialize;
use serde_json::Value;

use crate::error::TokenError;
use crate::scope::Scopes;

/// How far `iat` and `nbf` may lie in the future, and `exp` beyond the longest lifetime.
const LEEWAY_US: i64 = 5_000_000;
/// Longest that a token may still be valid.
const LIFETIME_MAX_US: i64 = 3_600_000_000;
/// Longest issuer or subject, in bytes.
const NAME_BYTES_MAX: usize = 256;

/// Claims as they came, of any type, so that a refusal can name the claim that is wrong.
#[derive(Deserialize)]
pub(crate) struct RawClaims {
    iss: Option<Value>,
    sub: Option<Value>,
    aud: Option<Value>,
    exp: Option<Value>,
    iat: Option<Value>,
    nbf: Option<Value>,
    scope: Option<Value>,
}

impl RawClaims {
    pub(crate) fn issuer(&self) -> Result<&str, TokenError> {
        name("iss", self.iss.as_ref())
    }

    pub(crate) fn subject(&self) -> Result<&str, TokenError> {
        name("sub", self.sub.as_ref())
    }

    /// `exp` in microseconds since the Unix epoch.
    pub(crate) fn expires_us(&self) -> Result<i64, TokenError> {
        let value = self.exp.as_ref().ok_or(TokenError::ClaimMissing { claim: "exp" })?;
        time_us("exp", value)
    }

    pub(crate) fn scopes(&self) -> Result<Scopes, TokenError> {
        match &self.scope {
            None => Ok(Scopes::default()),
            Some(Value::String(text)) => Ok(Scopes::parse(text)),
            Some(_) => Err(TokenError::ClaimMalformed {
                claim: "scope",
                reason: "it must be one string of scopes parted by spaces",
            }),
        }
    }

    /// `exp` in the future and not too far, `iat` and `nbf` not in the future; answers `exp`.
    pub(crate) fn check_times(&self, now_us: i64) -> Result<i64, TokenError> {
        let expires_us = self.expires_us()?;
        if expires_us <= now_us {
            return Err(TokenError::Expired);
        }
        if expires_us > now_us.saturating_add(LIFETIME_MAX_US + LEEWAY_US) {
            return Err(TokenError::ExpiresTooLate);
        }
        for (claim, value) in [("iat", &self.iat), ("nbf", &self.nbf)] {
            if let Some(value) = value
                && time_us(claim, value)? > now_us.saturating_add(LEEWAY_US)
            {
                return Err(TokenError::NotYetValid { claim });
            }
        }
        Ok(expires_us)
    }

    /// `aud` is, or contains, an accepted audience, letter for letter.
    pub(crate) fn check_audience(&self, accepted: &[String]) -> Result<(), TokenError> {
        let malformed = TokenError::ClaimMalformed {
            claim: "aud",
            reason: "it must be a string or a list of strings",
        };
        let is_accepted = |text: &str| accepted.iter().any(|audience| audience == text);
        let found = match &self.aud {
            None => return Err(TokenError::ClaimMissing { claim: "aud" }),
            Some(Value::String(text)) => is_accepted(text),
            Some(Value::Array(list)) => {
                let texts: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
                texts.ok_or(malformed)?.into_iter().any(is_accepted)
            }
            Some(_) => return Err(malformed),
        };
        if found {
            Ok(())
        } else {
            Err(TokenError::WrongAudience { accepted: accepted.join(" or ") })
        }
    }
}

fn name<'v>(claim: &'static str, value: Option<&'v Value>) -> Result<&'v str, TokenError> {
    let malformed = |reason| Err(TokenError::ClaimMalformed { claim, reason });
    match value {
        None => Err(TokenError::ClaimMissing { claim }),
        Some(Value::String(text)) if text.is_empty() => malformed("it must not be empty"),
        Some(Value::String(text)) if text.len() > NAME_BYTES_MAX => {
            malformed("it must be at most 256 bytes long")
        }
        // It is printed in logs and shown to people.
        Some(Value::String(text)) if text.chars().any(char::is_control) => {
            malformed("it must not contain control characters")
        }
        Some(Value::String(text)) => Ok(text),
        Some(_) => malformed("it must be a string"),
    }
}

/// A NumericDate (RFC 7519, 2) may have a fraction; what i64 cannot hold is as far as it can.
fn time_us(claim: &'static str, value: &Value) -> Result<i64, TokenError> {
    if let Some(seconds) = value.as_i64() {
        return Ok(seconds.saturating_mul(1_000_000));
    }
    let seconds = value.as_f64().ok_or(TokenError::ClaimMalformed {
        claim,
        reason: "it must be a number of seconds since 1970",
    })?;
    Ok((seconds * 1e6) as i64)
}
