//! A promise: what, by whom, from when to when, and how both will see that it was kept.

use minicbor::{Decode, Encode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::message::{Action, Window};
use crate::quantity::{DeskId, Instant, Name, Words};
use crate::volume::Volume;

/// Most milestones of a commitment.
pub const MILESTONES_MAX: usize = 20;

/// In force once both sides have signed the same bytes of it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, JsonSchema)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Commitment {
    /// Whose promise it is.
    #[n(0)]
    pub by: DeskId,
    /// What is promised.
    #[n(1)]
    pub action: Action,
    /// In force from, to.
    #[n(2)]
    pub window: Window,
    /// The flights of the side that promises.
    #[n(3)]
    pub flights: Vec<Name>,
    /// Where.
    #[n(4)]
    #[serde(default)]
    pub volumes: Vec<Volume>,
    /// Numbered from 1, by deadline.
    #[n(5)]
    #[serde(default)]
    pub milestones: Vec<Milestone>,
}

/// A step by which both see how a commitment stands.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, JsonSchema)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    /// 1 for the first.
    #[n(0)]
    pub number: u8,
    /// What is to have happened, in the words of the side that offers.
    #[n(1)]
    pub what: Words,
    /// Until when.
    #[n(2)]
    pub deadline: Instant,
    /// What will show it.
    #[n(3)]
    pub evidence: Evidence,
}

/// What shows that a milestone was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, JsonSchema)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// The word of the side that promised.
    #[n(0)]
    Report,
    /// A plan as published in the sky.
    #[n(1)]
    PublishedPlan,
    /// Observed by the other side.
    #[n(2)]
    Observation,
    /// A recorded track.
    #[n(3)]
    Track,
}

/// What became of a milestone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, JsonSchema)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It happened.
    #[n(0)]
    Reached,
    /// It did not, and will not by its deadline.
    #[n(1)]
    Missed,
}
