//! Members of the pool and when each was last heard of (the field's auxiliary interface).

use minicbor::{Decode, Encode};

use crate::ids::Subject;

/// A sign of life of a member.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Heartbeat {
    /// When, microseconds since the epoch.
    #[n(0)]
    pub timestamp_us: i64,
    /// Who reported it; none when the member itself did.
    #[n(1)]
    pub reporter: Option<Subject>,
    /// What triggered it.
    #[n(2)]
    pub source: String,
    /// 1 for the first, one more with each.
    #[n(3)]
    pub index: u64,
    /// When the next one is due at the latest, microseconds since the epoch.
    #[n(4)]
    pub next_expected_us: Option<i64>,
}

/// A node of the pool.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Member {
    /// Where others reach it.
    #[n(0)]
    pub public_endpoint: String,
    /// The latest.
    #[n(1)]
    pub heartbeat: Heartbeat,
}
