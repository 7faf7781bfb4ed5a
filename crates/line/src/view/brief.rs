//! One exchange in a list: what tells it apart and what waits in it, without its fields and messages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CommitmentState, ExchangeState, NoticeGiven, OpenItem, Side};
use crate::message::{Action, Answer, Difference, Matter, MessageKind, Topic};
use crate::quantity::{ExchangeId, Instant, MessageId};

/// One exchange in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExchangeBrief {
    /// Which.
    pub id: ExchangeId,
    /// What it was opened as; none for a test or a mere commitment.
    pub matter: Option<Matter>,
    /// What its shared fields are about.
    pub topic: Option<Topic>,
    /// What they ask, or a commitment promises.
    pub action: Option<Action>,
    /// Number of the text, for a test.
    pub phrase: Option<u8>,
    /// Who opened it.
    pub opened_by: Side,
    /// When its first message was said.
    pub opened_at: Instant,
    /// Where it stands.
    pub state: ExchangeState,
    /// The final answer, when there is one.
    pub answer: Option<Answer>,
    /// Whose turn it is.
    pub turn: Option<Side>,
    /// What waits for an answer or an acknowledgement, with its clocks.
    pub open: Option<OpenItem>,
    /// For a notice: how long before its window the other desk had it.
    pub notice_given: Option<NoticeGiven>,
    /// How its commitment stands, when there is one.
    pub commitment: Option<CommitmentState>,
    /// How many things the receiver holds otherwise, and the first of them.
    pub differences: usize,
    /// The first of them.
    pub difference: Option<Difference>,
    /// Messages of both sides.
    pub messages: usize,
    /// The last of them, as this side learned them.
    pub last: LastMessage,
}

/// The last message of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LastMessage {
    /// Which.
    pub id: MessageId,
    /// Whose.
    pub side: Side,
    /// Its kind.
    pub kind: Option<MessageKind>,
    /// When it was said, by the clock of the side that said it.
    pub sent_at: Instant,
}

impl ExchangeBrief {
    /// Whether it has fields that both sides must hold alike; a test has none.
    pub fn has_fields(&self) -> bool {
        self.matter.is_some() || self.commitment.is_some()
    }

    /// What waits for this side, if anything does.
    pub fn waits_for_us(&self) -> Option<&OpenItem> {
        self.open.as_ref().filter(|open| open.waits_for == Side::Us)
    }
}
