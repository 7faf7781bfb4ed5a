//! What the operations answer of the lines between others that this desk witnesses.

use keepclear_line::Body;
use keepclear_line::message::{Lane, MessageKind};
use keepclear_line::quantity::{DeskId, Instant, Key, MessageId, Name};
use schemars::JsonSchema;
use serde::Serialize;

use super::TextIn;
use crate::witnessing::WitnessedView;

/// Every line between others that this desk witnesses, or did.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct WitnessedLines {
    /// When this was computed.
    pub now: Instant,
    /// By their ids.
    pub lines: Vec<WitnessedView>,
}

/// What was given of a line between others.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct GivenMessages {
    /// The line's id.
    pub line: String,
    /// In the order in which they were given.
    pub messages: Vec<GivenMessage>,
}

/// A message of a line between others, or its hash.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct GivenMessage {
    /// Its number among all that was given of the line, from 1. A message that was given after its hash
    /// has two.
    pub number: u64,
    /// The party that said it.
    pub party: Name,
    /// That party's desk.
    pub desk: DeskId,
    /// In which of its lanes.
    pub lane: Lane,
    /// Its place there.
    pub sequence: u64,
    /// The message: the hash of its entry.
    pub message: MessageId,
    /// Only the hash was given: this desk may not read it.
    pub withheld: bool,
    /// When it was said, by the clock of the side that said it.
    pub said_at: Option<Instant>,
    /// The role that spoke.
    pub role: Option<Name>,
    /// Its kind.
    pub kind: Option<MessageKind>,
    /// What it says.
    pub body: Option<Body>,
    /// The key that signs from there on, for a change of the key.
    pub new_key: Option<Key>,
    /// The same in fixed phrases, in each language.
    pub texts: Vec<TextIn>,
    /// The desk that gave it.
    pub given_by: DeskId,
    /// When this desk had it durably.
    pub stored_at: Instant,
}
