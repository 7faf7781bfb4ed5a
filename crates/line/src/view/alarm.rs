//! What wants a person, and what the other side did against the rules.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::quantity::{ExchangeId, Instant, MessageId, Name, Words};

/// Three levels, no more.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AlarmLevel {
    /// Look at it.
    Advisory,
    /// Do something soon.
    Caution,
    /// Do something now.
    Warning,
}

/// What an alarm asks for. Each has a phrase in every language.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AlarmKind {
    /// Distress from the other side waits for an answer.
    DistressWaits,
    /// The line is silent: use the other ways to reach them.
    LineSilent,
    /// Our message has not reached the other desk in time: use the other ways to reach them.
    NotDelivered,
    /// The other desk refuses an entry of ours, and nothing behind it passes: call those who run it.
    NotTaken,
    /// The other side holds something else than we said: correct it by voice.
    ReadBackDiffers,
    /// A person at the other end has not answered in time: call them.
    AnswerLate,
    /// An unacknowledged notice has waited so long: take the telephone.
    Telephone,
    /// They wait for our answer and its time is over.
    OurAnswerLate,
    /// They wait for our answer.
    AnswerWanted,
    /// The human test is overdue: test the line.
    TestOverdue,
    /// A test of theirs waits for our answer.
    TestWaits,
    /// A notice was shorter than agreed.
    NoticeShort,
    /// A commitment's milestone is due.
    MilestoneDue,
    /// A commitment was broken.
    CommitmentBroken,
    /// The clocks are further apart than agreed.
    ClocksApart,
    /// The other side broke a rule of the line.
    PeerFault,
    /// A notice or commitment of theirs touches flights of ours.
    TouchesOurFlights,
}

/// Something that wants a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alarm {
    /// Names it for shelving: stays the same while its cause does.
    pub key: String,
    /// How urgent.
    pub level: AlarmLevel,
    /// What to do.
    pub kind: AlarmKind,
    /// About which exchange.
    pub exchange: Option<ExchangeId>,
    /// When its cause arose.
    pub since: Instant,
    /// The clock: until when, or since when past due.
    pub due: Option<Instant>,
    /// Out of sight until then, for a reason; none when it is in sight.
    pub shelved: Option<Shelving>,
}

/// Why an alarm is out of sight, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shelving {
    /// Why.
    pub reason: Words,
    /// Until when.
    pub until: Instant,
    /// The role that shelved it.
    pub role: Name,
}

/// A rule that the other side's message broke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fault {
    /// The message.
    pub message: MessageId,
    /// When it was stored here.
    pub at: Instant,
    /// What it broke.
    pub reason: String,
}
