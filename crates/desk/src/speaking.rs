//! What somebody on watch brings when they speak, and what they get back.

use keepclear_entry::{Principal, RequestId};
use keepclear_line::message::Lane;
use keepclear_line::quantity::{DeskId, DraftId, ExchangeId, MessageId, Name};
use keepclear_line::refusal::Refusal;
use schemars::JsonSchema;
use serde::Serialize;

/// Who speaks. The line sees the role; the desk's own log also keeps the principal.
#[derive(Debug, Clone)]
pub struct Speaker {
    /// Whose token it was.
    pub principal: Principal,
    /// The role on watch.
    pub role: Name,
    /// Names the request: the same request said twice is carried out once and answered alike.
    pub request: RequestId,
}

/// A message that is durable here and on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Said {
    /// Its exchange, when it belongs to one.
    pub exchange: Option<ExchangeId>,
    /// The message.
    pub message: MessageId,
    /// In which of our lanes.
    pub lane: Lane,
    /// Its place there.
    pub sequence: u64,
    /// Its place in this desk's log.
    pub position: u64,
}

/// A draft that was kept, changed or thrown away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DraftKept {
    /// Which.
    pub draft: DraftId,
    /// Its place in this desk's log: its version.
    pub position: u64,
}

/// Why something was not done. Nothing has changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    /// The line's rules do not allow it.
    #[error("{0}; {remedy}", remedy = .0.remedy())]
    Refused(Refusal),
    /// There is no line to that desk.
    #[error("peer: this desk has no line to desk {0}; pair with it first")]
    NoSuchLine(DeskId),
    /// The phrase was not compared.
    #[error(
        "peer: nobody has confirmed that the card of desk {0} is theirs; compare the phrases by \
         telephone and confirm, until then only tests may be said"
    )]
    NotConfirmed(DeskId),
    /// The exchange has moved since the caller looked.
    #[error("version: the exchange has changed, it is now at {current}; look at it again")]
    Changed {
        /// Its version now.
        current: u64,
    },
    /// There is no such draft.
    #[error(
        "draft: there is no draft {0} on this line; it was released or discarded, or never was"
    )]
    NoDraft(DraftId),
    /// One request id for two different requests.
    #[error("request: this id was used for another message; take a new one")]
    RequestReused,
    /// What the caller gave is wrong.
    #[error("{field}: {reason}")]
    Field {
        /// Which.
        field: &'static str,
        /// What is wrong and what to do.
        reason: String,
    },
    /// The log's storage is full.
    #[error("there is no room for the log; nothing was changed, retry later")]
    NoRoom,
    /// Too many requests wait.
    #[error("too many requests wait for the log; nothing was changed, retry later")]
    Overloaded,
    /// More than an entry can hold.
    #[error("the message takes more bytes than an entry may have; use fewer or smaller volumes")]
    TooLarge,
    /// The process ends.
    #[error("this desk is stopping; nothing was changed")]
    Stopping,
}
