//! What events say.

use keepclear_line::message::MessageKind;
use keepclear_line::quantity::{DeskId, DraftId, ExchangeId, Instant, MessageId, Name};
use keepclear_line::view::LineState;
use schemars::JsonSchema;
use serde::Serialize;

use crate::journal::SuspicionKind;
use crate::views::{self, What};

/// The health of a line; `data` of an event without an id.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct LineNews {
    /// The other party.
    pub party: Name,
    /// Its desk.
    pub desk: DeskId,
    /// How the line is.
    pub state: LineState,
    /// Nothing comes from them.
    pub inbound_silent: bool,
    /// Nothing reaches them.
    pub outbound_silent: bool,
    /// Messages of ours that the other desk does not have yet.
    pub outbox: u64,
    /// Exchanges that want somebody, of either side.
    pub open: usize,
    /// How many of them wait for this side.
    pub waiting: usize,
    /// How many of those are past a due time.
    pub overdue: usize,
    /// Keys of the most urgent alarms in sight; at most 50.
    pub alarms: Vec<String>,
    /// How many are in sight.
    pub alarms_total: usize,
}

/// Something that happened at this desk; `data` of a server-sent event.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Event {
    /// Its position in this desk's log, and the event's id.
    pub position: u64,
    /// When it was kept.
    pub at: Instant,
    /// What happened.
    pub kind: EventKind,
    /// The desk at the other end of the line that it is about.
    pub desk: Option<DeskId>,
    /// Kind of the message, for a message that could be read.
    pub message_kind: Option<MessageKind>,
    /// The message.
    pub message: Option<MessageId>,
    /// Its exchange.
    pub exchange: Option<ExchangeId>,
    /// The draft, for one that was written or thrown away.
    pub draft: Option<DraftId>,
    /// The alarm, for one that was put out of sight.
    pub alarm: Option<String>,
    /// What was refused of the other desk's.
    pub suspicion: Option<SuspicionKind>,
    /// The line between others of which that desk gave something.
    pub witnessed: Option<String>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The desk was founded.
    Founded,
    /// Cards were exchanged.
    Paired,
    /// Two people compared the cards.
    Confirmed,
    /// This side said something.
    Said,
    /// The other side said something.
    Heard,
    /// A message was written and not released, or changed.
    Drafted,
    /// A message that was written is not to be said.
    Discarded,
    /// An alarm was put out of sight.
    Shelved,
    /// Something of the other desk's was refused.
    Suspected,
    /// The other desk gave something of a line that this desk witnesses, or gives no more.
    Witnessed,
}

impl EventKind {
    /// As the event is named.
    pub fn name(self) -> &'static str {
        match self {
            Self::Founded => "founded",
            Self::Paired => "paired",
            Self::Confirmed => "confirmed",
            Self::Said => "said",
            Self::Heard => "heard",
            Self::Drafted => "drafted",
            Self::Discarded => "discarded",
            Self::Shelved => "shelved",
            Self::Suspected => "suspected",
            Self::Witnessed => "witnessed",
        }
    }
}

impl From<views::Event> for Event {
    fn from(event: views::Event) -> Self {
        let views::Event { position, at, peer, what } = event;
        let empty = Self {
            position,
            at,
            kind: EventKind::Founded,
            desk: peer,
            message_kind: None,
            message: None,
            exchange: None,
            draft: None,
            alarm: None,
            suspicion: None,
            witnessed: None,
        };
        let message = |kind, message: views::Message| {
            let views::Message { exchange, message, kind: message_kind } = message;
            Self { kind, message: Some(message), exchange, message_kind, ..empty.clone() }
        };
        match what {
            What::Founded => empty,
            What::Paired => Self { kind: EventKind::Paired, ..empty },
            What::Confirmed => Self { kind: EventKind::Confirmed, ..empty },
            What::Said(said) => message(EventKind::Said, said),
            What::Heard(heard) => message(EventKind::Heard, heard),
            What::Drafted { draft } => {
                Self { kind: EventKind::Drafted, draft: Some(draft), ..empty }
            }
            What::Discarded { draft } => {
                Self { kind: EventKind::Discarded, draft: Some(draft), ..empty }
            }
            What::Shelved { key } => Self { kind: EventKind::Shelved, alarm: Some(key), ..empty },
            What::Suspected { kind } => {
                Self { kind: EventKind::Suspected, suspicion: Some(kind), ..empty }
            }
            What::Witnessed { line } => {
                Self { kind: EventKind::Witnessed, witnessed: Some(line), ..empty }
            }
        }
    }
}
