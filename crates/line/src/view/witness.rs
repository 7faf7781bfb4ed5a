//! How a witness stands on a line.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::quantity::{DeskId, Instant};
use crate::witness::Witness;

/// One desk that a side named as a witness.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WitnessView {
    /// The witness's desk.
    pub desk: DeskId,
    /// How it stands.
    pub state: WitnessState,
    /// Whom we name as that desk; none when our last word dismissed it, or there was none.
    pub ours: Option<Witness>,
    /// Whom they name as that desk.
    pub theirs: Option<Witness>,
    /// When the last word on it was said.
    pub since: Instant,
}

/// How a witness stands. It reads only while it is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WitnessState {
    /// We name it; they are not known to name it alike.
    ProposedByUs,
    /// They name it; we do not.
    ProposedByThem,
    /// Both name it, but not with the same words.
    NamedDifferently,
    /// Both name it alike, as both can show.
    InForce,
    /// A side dismissed it.
    Dismissed,
}
