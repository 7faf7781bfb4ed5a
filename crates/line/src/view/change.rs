//! A key or a certificate that one side proposed in place of its own, and whether the other took it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::quantity::{Fingerprint, Instant, Key, MessageId};

/// A key that a side wants to sign with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeyView {
    /// The key.
    pub key: Key,
    /// The message that proposed it.
    pub proposal: MessageId,
    /// When it was proposed.
    pub proposed_at: Instant,
    /// When the other side took it; both ends can show that.
    pub accepted_at: Option<Instant>,
}

/// A certificate that a side wants to show on its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CertificateView {
    /// What two people compare: the SHA-256 of the certificate.
    pub fingerprint: Fingerprint,
    /// The message that proposed it.
    pub proposal: MessageId,
    /// When it was proposed.
    pub proposed_at: Instant,
    /// When the other side took it; both ends can show that.
    pub accepted_at: Option<Instant>,
}
