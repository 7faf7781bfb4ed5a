//! What a side may say on the line, by what it knew when it said it.
//!
//! What goes in the urgent lane passes a suspended line: of what stands in one lane nobody can say
//! how far its side had come in the other.

use super::Line;
use crate::exchange::judge::Speaker;
use crate::held::{Held, Past};
use crate::message::{Body, Lane, Matter, MessageKind};
use crate::quantity::{Instant, MessageId};
use crate::read_back::expected_read_back;
use crate::refusal::Refusal;
use crate::view::Side;

/// Whether a message is a person's word, so that its envelope must name a role. A desk may start a
/// test by itself; nobody but a person may answer one.
pub fn needs_role(kind: MessageKind) -> bool {
    !matches!(
        kind,
        MessageKind::Test | MessageKind::Receipt | MessageKind::Dispute | MessageKind::Checkpoint
    )
}

/// What a suspended line takes in its ordinary lane.
fn passes_suspension(kind: MessageKind) -> bool {
    matches!(
        kind,
        MessageKind::Test
            | MessageKind::TestAnswer
            | MessageKind::Receipt
            | MessageKind::Dispute
            | MessageKind::Checkpoint
            | MessageKind::Suspend
            | MessageKind::Resume
            | MessageKind::HandOver
    )
}

impl Line {
    /// Where a message belongs.
    pub(super) fn lane_for(&self, body: &Body) -> Result<Lane, Refusal> {
        match body {
            Body::Open { matter: Matter::Distress, .. } => Ok(Lane::Urgent),
            Body::Open { .. } | Body::Test { .. } => Ok(Lane::Ordinary),
            Body::Receipt { of, .. } | Body::Dispute { of, .. } => {
                let named = self.messages.find(of).map(|(_, held)| held.lane);
                named.ok_or(Refusal::NothingToName { of: *of, kind: body.kind() })
            }
            _ => match body.exchange() {
                None => Ok(Lane::Ordinary),
                Some(id) => match self.exchanges.get(&id) {
                    Some(exchange) => Ok(exchange.lane),
                    None if body.kind() == MessageKind::Offer => Ok(Lane::Ordinary),
                    None => Err(Refusal::UnknownExchange { exchange: id }),
                },
            },
        }
    }

    /// Whether `side` may say it in its lane, having known `past` of that lane.
    pub(super) fn judge(
        &self,
        side: Side,
        said_at: Instant,
        body: &Body,
        lane: Lane,
        past: Past,
    ) -> Result<(), Refusal> {
        let kind = body.kind();
        if lane == Lane::Ordinary && !passes_suspension(kind) {
            self.not_suspended(kind, past)?;
        }
        match body {
            Body::Receipt { of, read_back, .. } => {
                self.may_receive(side, *of, read_back.is_some(), past)
            }
            Body::Dispute { of, .. } => self.may_dispute(side, *of, past),
            _ => match body.exchange() {
                None => {
                    let (own, other) = (&self.voices[side], &self.voices[side.other()]);
                    own.may_say(body, past.of_side(side), other, past.of_side(side.other()))
                }
                Some(_) => self.may_say_within(side, said_at, body, past),
            },
        }
    }

    fn may_say_within(
        &self,
        side: Side,
        said_at: Instant,
        body: &Body,
        past: Past,
    ) -> Result<(), Refusal> {
        let Some(id) = body.exchange() else { return Ok(()) };
        let desks = [self.charter.us.desk, self.charter.them.desk];
        let speaker = Speaker { side, said_at, desks, messages: &self.messages };
        let opens = matches!(body, Body::Open { .. } | Body::Test { .. });
        let Some(exchange) = self.exchanges.get(&id) else {
            return if opens || body.kind() == MessageKind::Offer {
                speaker.opens(body)
            } else {
                Err(Refusal::UnknownExchange { exchange: id })
            };
        };
        if opens {
            return Err(Refusal::ExchangeExists { exchange: id });
        }
        speaker.has_room(exchange, body.kind())?;
        let derived = exchange.derive(&self.messages, past);
        let derived = derived.ok_or(Refusal::UnknownExchange { exchange: id })?;
        speaker.may_say(exchange, &derived, body)
    }

    fn not_suspended(&self, kind: MessageKind, past: Past) -> Result<(), Refusal> {
        let suspension = |side: Side| self.voices[side].suspension(past.of_side(side));
        match suspension(Side::Us).or(suspension(Side::Them)) {
            Some(suspension) => Err(Refusal::Suspended { since: suspension.since, kind }),
            None => Ok(()),
        }
    }

    /// The message that a receipt is for.
    fn may_receive(
        &self,
        side: Side,
        of: MessageId,
        reads_back: bool,
        past: Past,
    ) -> Result<(), Refusal> {
        let kind = MessageKind::Receipt;
        let named = self.named(side.other(), of, past).filter(|held| held.wants_receipt());
        let named = named.ok_or(Refusal::NothingToName { of, kind })?;
        if let Some(receipt) = &named.receipt {
            return Err(Refusal::Already { of, kind, role: None, at: receipt.stored_at });
        }
        let fields = named.body.as_deref().and_then(expected_read_back);
        if reads_back && fields.is_none() {
            return Err(Refusal::NothingToReadBack { of });
        }
        Ok(())
    }

    /// Once a message was answered its side may not take the answer's ground away, unless both ends can
    /// see that the read-back differs.
    fn may_dispute(&self, side: Side, of: MessageId, past: Past) -> Result<(), Refusal> {
        let kind = MessageKind::Dispute;
        let nothing = Refusal::NothingToName { of, kind };
        let receipt = self.named(side.other(), of, past).filter(|held| held.about.is_some());
        let about = receipt.and_then(|held| held.about).map(|at| self.messages.at(at));
        let Some(held) = about.filter(|held| held.side == side) else { return Err(nothing) };
        let Some(receipt) = &held.receipt else { return Err(nothing) };
        if receipt.dispute.is_some() {
            return Err(Refusal::Already { of, kind, role: None, at: held.said_at });
        }
        let exchange = held.exchange.and_then(|id| self.exchanges.get(&id));
        let derived = exchange.and_then(|exchange| exchange.derive(&self.messages, past));
        let answered = derived
            .is_none_or(|derived| derived.answer_to(held).is_some() || derived.sign.is_some());
        if receipt.differences.is_empty() && answered {
            return Err(Refusal::NothingToDispute { of: held.id });
        }
        Ok(())
    }

    fn named(&self, side: Side, of: MessageId, past: Past) -> Option<&Held> {
        let (_, held) = self.messages.find(&of)?;
        (held.side == side && past.holds(side, held.sequence)).then_some(held)
    }
}
