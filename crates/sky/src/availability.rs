//! What the sky believes of a party's ability to answer (F3548-21 DSS0100,1).

use minicbor::{Decode, Encode};

use crate::ids::Version;

/// Whether a party answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Availability {
    /// Nothing is stated.
    #[n(0)]
    Unknown,
    /// It answers.
    #[n(1)]
    Normal,
    /// It does not answer.
    #[n(2)]
    Down,
}

/// A stated availability.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AvailabilityRecord {
    /// What was stated.
    #[n(0)]
    pub availability: Availability,
    /// New with every statement.
    #[n(1)]
    pub version: Version,
}
