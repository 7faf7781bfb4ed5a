//! A problem that a party reports (F3548-21 DSS0100,2): kept by being in the log.

use minicbor::{Decode, Encode};
use uuid::Uuid;

/// Decoded from `POST /dss/v1/reports`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Report {
    /// Fresh with the command.
    #[cbor(n(0), with = "crate::codec::uuid")]
    pub id: Uuid,
    /// The report as it came, JSON.
    #[n(1)]
    pub body: String,
}
