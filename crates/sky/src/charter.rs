//! What is fixed when a sky is founded, the same on every node for ever.

use minicbor::{Decode, Encode};

use crate::ids::{SkyId, Subject};
use crate::refusal::Refusal;

/// How long ended entities stay readable unless the charter says otherwise: 56 days, in microseconds.
pub const RETENTION_DEFAULT_US: i64 = 56 * 24 * 3_600 * 1_000_000;

/// How entities are matched with one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Matching {
    /// An entity is one block; altitudes do not filter who is told.
    #[n(0)]
    Compatible,
    /// Each volume is matched on its own; altitudes filter who is told.
    #[n(1)]
    Precise,
}

/// The founding words of a sky.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Charter {
    /// The sky's id.
    #[n(0)]
    pub sky: SkyId,
    /// How entities are matched.
    #[n(1)]
    pub matching: Matching,
    /// Whether nothing here is real.
    #[n(2)]
    pub exercise: bool,
    /// Who may set a party's availability; empty: whoever's token carries the scope.
    #[n(3)]
    pub arbiters: Vec<Subject>,
    /// How long ended entities stay readable, microseconds.
    #[n(4)]
    pub retention_us: i64,
}

impl Charter {
    /// F3548-21 DSS0100,1: only an arbiter may say that another party does not answer, since
    /// whoever can do so can plan over its accepted flights.
    pub(crate) fn require_arbiter(&self, subject: &Subject) -> Result<(), Refusal> {
        if self.arbiters.is_empty() || self.arbiters.contains(subject) {
            return Ok(());
        }
        Err(Refusal::NotArbiter { subject: subject.clone(), arbiters: self.arbiters.clone() })
    }
}
