//! Who asked, as the log keeps it.

use std::sync::Arc;

use keepclear_sky::Subject;

/// The holder of a verified token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Who issued the token.
    pub issuer: Arc<str>,
    /// Whom it speaks for.
    pub subject: Subject,
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
}
