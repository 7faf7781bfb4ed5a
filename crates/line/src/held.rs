//! The messages of both sides as this end holds them.
//!
//! Nothing is ever taken out: a message that broke a rule stays, with its fault, and has no effect.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::message::{Body, Difference, Lane, MessageKind};
use crate::quantity::{ExchangeId, Instant, MessageId, Name};
use crate::refusal::Refusal;
use crate::sides::{Lanes, Sides};
use crate::stored::Stored;
use crate::view::Side;

/// A message's place among all that this end holds, in the order in which it learned them.
pub(crate) type At = u32;

/// One message.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub id: MessageId,
    pub side: Side,
    pub lane: Lane,
    pub sequence: u64,
    pub said_at: Instant,
    /// When it was durable here; for a message of ours, when it was said.
    pub stored_at: Instant,
    pub role: Option<Name>,
    /// How far its side had seen the other side's same lane when it said this.
    pub knew: u64,
    /// `None` for a message that could not be read.
    pub kind: Option<MessageKind>,
    /// Left out where nothing will ask for it: receipts, checkpoints, what could not be read.
    pub body: Option<Arc<Body>>,
    pub stored: Option<Box<Stored>>,
    pub exchange: Option<ExchangeId>,
    /// The message that a receipt or a dispute is about.
    pub about: Option<At>,
    /// What the other side said of having it.
    pub receipt: Option<Receipt>,
    /// The rule that it broke.
    pub fault: Option<Box<Refusal>>,
}

/// What the receiver said of a message.
#[derive(Debug, Clone)]
pub(crate) struct Receipt {
    /// The receipt's place in the receiver's lane.
    pub sequence: u64,
    pub stored_at: Instant,
    /// The message has shared fields, so that there was something to compare.
    pub compared: bool,
    /// What the read-back differs in, by our own comparison.
    pub differences: Vec<Difference>,
    pub dispute: Option<Dispute>,
}

/// What the message's own side said of the read-back.
#[derive(Debug, Clone)]
pub(crate) struct Dispute {
    /// Its place in the lane of the message's side.
    pub sequence: u64,
    pub differences: Vec<Difference>,
}

/// How far each side had come in one lane: a cut through both sides' words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Past {
    us: u64,
    them: u64,
    /// How far our receipts and disputes count.
    our_receipts: u64,
}

impl Past {
    /// Everything that is held.
    pub const ALL: Self = Self { us: u64::MAX, them: u64::MAX, our_receipts: u64::MAX };

    /// What `side` knew that had said all of its own before `sequence` and seen the other up to `knew`.
    pub fn of(side: Side, sequence: u64, knew: u64) -> Self {
        let own = sequence.saturating_sub(1);
        match side {
            Side::Us => Self { us: own, them: knew, our_receipts: own },
            Side::Them => Self { us: knew, them: own, our_receipts: knew },
        }
    }

    /// What both ends can show when the other has sent receipts for our words up to `reached`. What we
    /// hold otherwise than it was said counts at once: nobody sends a receipt for a receipt.
    pub fn shown(reached: u64) -> Self {
        Self { us: reached, ..Self::ALL }
    }

    pub fn of_side(self, side: Side) -> u64 {
        match side {
            Side::Us => self.us,
            Side::Them => self.them,
        }
    }

    pub fn holds(self, side: Side, sequence: u64) -> bool {
        sequence <= self.of_side(side)
    }

    fn holds_receipt(self, side: Side, sequence: u64) -> bool {
        match side {
            Side::Us => sequence <= self.our_receipts,
            Side::Them => sequence <= self.them,
        }
    }
}

impl Held {
    /// What the receiver is known to hold otherwise, as far as `past` shows it.
    pub fn disputed(&self, past: Past) -> Option<&[Difference]> {
        let receipt = self.received(past)?;
        if let Some(dispute) = &receipt.dispute
            && past.holds_receipt(self.side, dispute.sequence)
        {
            return Some(&dispute.differences);
        }
        (!receipt.differences.is_empty()).then_some(&receipt.differences)
    }

    /// The receipt, as far as `past` shows it.
    pub fn received(&self, past: Past) -> Option<&Receipt> {
        self.receipt
            .as_ref()
            .filter(|receipt| past.holds_receipt(self.side.other(), receipt.sequence))
    }

    /// When the other desk had it durably, as that desk said.
    pub fn delivered_at(&self) -> Option<Instant> {
        let here = (self.side == Side::Them).then_some(self.stored_at);
        self.receipt.as_ref().map(|receipt| receipt.stored_at).or(here)
    }

    /// Whether its receiver owes a receipt.
    pub fn wants_receipt(&self) -> bool {
        !matches!(self.kind, Some(MessageKind::Receipt | MessageKind::Checkpoint))
    }
}

/// All messages, by id and by place in their lanes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Messages {
    all: Vec<Held>,
    by_id: BTreeMap<MessageId, At>,
    lanes: Sides<Lanes<Vec<At>>>,
}

impl Messages {
    pub fn at(&self, at: At) -> &Held {
        &self.all[at as usize]
    }

    pub fn at_mut(&mut self, at: At) -> &mut Held {
        &mut self.all[at as usize]
    }

    pub fn find(&self, id: &MessageId) -> Option<(At, &Held)> {
        let at = *self.by_id.get(id)?;
        Some((at, self.at(at)))
    }

    pub fn first(&self) -> Option<&Held> {
        self.all.first()
    }

    pub fn push(&mut self, held: Held) -> At {
        let at = At::try_from(self.all.len()).unwrap_or(At::MAX);
        self.by_id.insert(held.id, at);
        self.lanes[held.side][held.lane].push(at);
        self.all.push(held);
        at
    }

    pub fn lane(&self, side: Side, lane: Lane) -> &[At] {
        &self.lanes[side][lane]
    }

    pub fn last(&self, side: Side, lane: Lane) -> Option<&Held> {
        self.lanes[side][lane].last().map(|&at| self.at(at))
    }

    /// The message at this place of a lane.
    pub fn in_lane(&self, side: Side, lane: Lane, sequence: u64) -> Option<&Held> {
        let lane = self.lane(side, lane);
        let index = lane.binary_search_by_key(&sequence, |&at| self.at(at).sequence).ok()?;
        Some(self.at(lane[index]))
    }
}
