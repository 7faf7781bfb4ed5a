//! A witness: a third party whom both sides of a line name alike, and what it may read of the line.
//!
//! A witness reads entries, never the line's state: what it may not read it gets as a hash, so that
//! it can still verify that nothing was left out, put in or exchanged.

use minicbor::{Decode, Encode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::exchange::Kind;
use crate::message::Matter;
use crate::quantity::{DeskId, Instant, Key, Name};

/// Most witnesses that one side names at a time; so that no more can be in force on a line.
pub const WITNESSES_MAX: usize = 8;

/// Who may read what. In force while both sides' last word on its desk is this, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, JsonSchema)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Witness {
    /// The witness, as it is called on screens and in the record.
    #[n(0)]
    pub party: Name,
    /// Its desk.
    #[n(1)]
    pub desk: DeskId,
    /// The key that its desk signs with: who has the desk's id but another key reads nothing.
    #[n(2)]
    pub key: Key,
    /// What it reads: in order, each once, at least one.
    #[n(3)]
    #[schemars(length(min = 1, max = 8))]
    pub reads: Vec<Subject>,
    /// Nothing that was said before this is given.
    #[n(4)]
    pub from: Instant,
}

/// What a message is about, as far as a witness may read it: by what its exchange was opened as.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Encode,
    Decode,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Line tests and their answers.
    #[n(0)]
    Tests,
    /// Notices and everything in their exchanges.
    #[n(1)]
    Notices,
    /// Requests and everything in their exchanges.
    #[n(2)]
    Requests,
    /// Questions and everything in their exchanges.
    #[n(3)]
    Questions,
    /// Incident reports and everything in their exchanges.
    #[n(4)]
    Reports,
    /// Distress and everything in its exchanges.
    #[n(5)]
    Distress,
    /// Offers, signatures and milestones in whatever exchange, and what answers them.
    #[n(6)]
    Commitments,
    /// Suspensions, hand-overs, agreed times, keys, certificates and witnesses.
    #[n(7)]
    LineItself,
}

impl Subject {
    /// Every subject, in their order.
    pub const ALL: [Self; 8] = [
        Self::Tests,
        Self::Notices,
        Self::Requests,
        Self::Questions,
        Self::Reports,
        Self::Distress,
        Self::Commitments,
        Self::LineItself,
    ];
}

impl From<Kind> for Subject {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Test => Self::Tests,
            Kind::Commitment => Self::Commitments,
            Kind::Matter(Matter::Notice) => Self::Notices,
            Kind::Matter(Matter::Request) => Self::Requests,
            Kind::Matter(Matter::Question) => Self::Questions,
            Kind::Matter(Matter::Report) => Self::Reports,
            Kind::Matter(Matter::Distress) => Self::Distress,
        }
    }
}
