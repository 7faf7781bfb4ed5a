//! What a desk shows of its lines beside what `keepclear-line` says of each.

use std::cmp::Reverse;

use keepclear_line::message::MessageKind;
use keepclear_line::quantity::{DeskId, DraftId, ExchangeId, Instant, MessageId, Name};
use keepclear_line::view::{Alarm, AlarmLevel, ExchangeBrief, ExchangeView, LineView};
use schemars::JsonSchema;
use serde::Serialize;

use crate::journal::{Draft, SuspicionKind};
use crate::speaking::DeskError;

/// This desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct About {
    /// Its id.
    pub desk: DeskId,
    /// Whose it is.
    pub party: Name,
    /// Nothing here is real.
    pub exercise: bool,
    /// Languages of its people, the first preferred.
    pub languages: Vec<String>,
    /// Ten words for its own card, read to a peer by telephone.
    pub phrase: Vec<String>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LineOverview {
    /// The line's id, a UUID.
    pub line: String,
    /// When the cards were exchanged.
    pub paired_at: Instant,
    /// Our card's words, then theirs: what two people compare by telephone.
    pub phrases: [Vec<String>; 2],
    /// When two people compared them, and in which role; until then only tests are understood.
    pub confirmed: Option<Confirmation>,
    /// How the line stands.
    pub view: LineView,
    /// What the other desk sent that was refused, newest first; at most 100.
    pub suspicions: Vec<SuspicionView>,
    /// How many were written down in all.
    pub suspicions_total: u64,
    /// How many more were refused within the last day and not written down, because a day's were.
    pub suspicions_more: u64,
}

/// Two people compared the cards' words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Confirmation {
    /// When.
    pub at: Instant,
    /// The role that says so.
    pub role: Name,
}

/// Something of the peer's that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SuspicionView {
    /// When.
    pub at: Instant,
    /// What kind of wrong.
    pub kind: SuspicionKind,
    /// What exactly.
    pub detail: String,
}

/// One exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExchangeOverview {
    /// Changes with every message of the exchange; for `If-Match`.
    pub version: u64,
    /// How it stands.
    pub view: ExchangeView,
    /// Own flights that its volumes touch.
    pub touching: Vec<TouchedFlight>,
}

/// Exchanges of a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// In order.
    pub briefs: Vec<ExchangeBrief>,
    /// The number below which to go on; none at the end.
    pub next: Option<u64>,
}

/// A message that is not released.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftOverview {
    /// Which.
    pub id: DraftId,
    /// What it says, and who wrote it.
    pub draft: Draft,
    /// Why it could not be released at this moment.
    pub refused: Option<DeskError>,
    /// Own flights that its volumes touch.
    pub touching: Vec<TouchedFlight>,
}

/// An own flight that volumes of a message touch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct TouchedFlight {
    /// The flight, as its file names it.
    pub flight: String,
    /// The file.
    pub file: String,
    /// Sure, or possible by what is not known of air and ground.
    pub certain: bool,
}

/// An alarm of one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LineAlarm {
    /// The other desk.
    pub peer: DeskId,
    /// Its party.
    pub party: Name,
    /// The alarm.
    pub alarm: Alarm,
}

impl LineAlarm {
    /// Its place among all: the most urgent first, those of one level by age.
    pub fn place(&self) -> (Reverse<AlarmLevel>, Instant, DeskId, String) {
        let Alarm { level, since, key, .. } = &self.alarm;
        (Reverse(*level), *since, self.peer, key.clone())
    }
}

/// Something that happened, durably.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Event {
    /// Its place in this desk's log: the event's id.
    pub position: u64,
    /// When.
    pub at: Instant,
    /// On the line to which desk; none for the desk itself.
    pub peer: Option<DeskId>,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The desk was founded.
    Founded,
    /// Cards were exchanged.
    Paired,
    /// Two people compared the cards.
    Confirmed,
    /// We said something.
    Said(Message),
    /// They said something.
    Heard(Message),
    /// A message was written and not released, or changed.
    Drafted {
        /// Which.
        draft: DraftId,
    },
    /// A message that was written is not to be said.
    Discarded {
        /// Which.
        draft: DraftId,
    },
    /// An alarm was put out of sight.
    Shelved {
        /// Which.
        key: String,
    },
    /// Something of the peer's was refused.
    Suspected {
        /// What kind of wrong.
        kind: SuspicionKind,
    },
    /// The peer gave something of a line that this desk witnesses, or gives no more.
    Witnessed {
        /// The line's id, a UUID.
        line: String,
    },
}

/// Which message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Message {
    /// Its exchange; a receipt has that of the message it answers, when that is known.
    pub exchange: Option<ExchangeId>,
    /// The message.
    pub message: MessageId,
    /// Its kind; none for one that could not be read.
    pub kind: Option<MessageKind>,
}

/// Events after a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Events {
    /// In order.
    pub events: Vec<Event>,
    /// Events after that position are not held any more: look at everything anew, then go on after
    /// [`Events::last`].
    pub gap: bool,
    /// The newest event's position.
    pub last: u64,
}

/// What has moved; for those who wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// The newest event's position.
    pub position: u64,
    /// Counts changes that are no events: the health of a line, own plans.
    pub health: u64,
}
