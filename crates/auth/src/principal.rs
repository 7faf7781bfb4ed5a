//! Who is asking, as a verified token says it.

use crate::scope::Scopes;

/// The bearer of a verified token. Valid until `expires_us` and not a microsecond longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// `iss`: 1 to 256 bytes, no control characters.
    pub issuer: String,
    /// `sub`, which becomes the manager or owner of what is written: 1 to 256 bytes, no control
    /// characters.
    pub subject: String,
    /// What the token allows.
    pub scopes: Scopes,
    /// SHA-256 of the token's text as it was sent: names the token in records, reveals nothing.
    pub token_hash: [u8; 32],
    /// `exp`, in microseconds since the Unix epoch.
    pub expires_us: i64,
}
