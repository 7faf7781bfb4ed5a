//! What a side may say on the line, by what it knew when it said it.
//!
//! What goes in the urgent lane passes a suspended line: of what stands in one lane nobody can say
//! how far its side had come in the other.

use super::{Line, Place};
use crate::exchange::Exchange;
use crate::exchange::judge::Speaker;
use crate::held::{Held, Past};
use crate::message::{Body, Lane, Matter, MessageKind};
use crate::quantity::{ExchangeId, Instant, MessageId};
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
            | MessageKind::DismissWitness
    )
}

fn opens(body: &Body) -> bool {
    matches!(body, Body::Open { .. } | Body::Test { .. })
}

impl Line {
    /// The exchange of this id that counts: distress, where an id stands in both lanes.
    pub(super) fn current(&self, id: ExchangeId) -> Option<&Exchange> {
        let in_lane = |lane| self.exchanges.get(&(id, lane));
        in_lane(Lane::Urgent).or_else(|| in_lane(Lane::Ordinary))
    }

    /// Whether the same id stands in the urgent lane too. An honest desk draws no id twice; a hostile one
    /// hides nothing by it.
    pub(super) fn is_shadowed(&self, (id, lane): Place) -> bool {
        lane == Lane::Ordinary && self.exchanges.contains_key(&(id, Lane::Urgent))
    }

    /// Where a message of ours belongs.
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
                Some(id) => match self.current(id) {
                    Some(exchange) => Ok(exchange.lane),
                    None if body.kind() == MessageKind::Offer => Ok(Lane::Ordinary),
                    None => Err(Refusal::UnknownExchange { exchange: id }),
                },
            },
        }
    }

    /// Whether an opening of ours has an id of its own, in either lane.
    pub(super) fn is_free(&self, body: &Body) -> Result<(), Refusal> {
        match body {
            Body::Open { exchange, .. } | Body::Test { exchange, .. }
                if self.current(*exchange).is_some() =>
            {
                Err(Refusal::ExchangeExists { exchange: *exchange })
            }
            _ => Ok(()),
        }
    }

    /// Whether a message stands in the lane where it belongs. What else this end has learned of the other
    /// lane must not bear on that: the other end may have learned it later.
    pub(super) fn is_in_its_lane(&self, found: Lane, body: &Body) -> Result<(), Refusal> {
        let exchange = body.exchange().filter(|_| !opens(body));
        let expected = match exchange {
            Some(id) if self.exchanges.contains_key(&(id, found)) => found,
            Some(_) if body.kind() == MessageKind::Offer => Lane::Ordinary,
            _ => self.lane_for(body)?,
        };
        if expected == found { Ok(()) } else { Err(Refusal::WrongLane { expected, found }) }
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
            Body::NameWitness { .. } | Body::DismissWitness { .. } => {
                self.may_name(side, body, past)
            }
            _ => match body.exchange() {
                None => {
                    let (own, other) = (&self.voices[side], &self.voices[side.other()]);
                    own.may_say(body, past.of_side(side), other, past.of_side(side.other()))
                }
                Some(id) => self.may_say_within(side, said_at, body, (id, lane), past),
            },
        }
    }

    fn may_say_within(
        &self,
        side: Side,
        said_at: Instant,
        body: &Body,
        place: Place,
        past: Past,
    ) -> Result<(), Refusal> {
        let (id, _) = place;
        let desks = [self.charter.us.desk, self.charter.them.desk];
        let speaker = Speaker { side, said_at, desks, messages: &self.messages };
        let Some(exchange) = self.exchanges.get(&place) else {
            return if opens(body) || body.kind() == MessageKind::Offer {
                speaker.opens(body)
            } else {
                Err(Refusal::UnknownExchange { exchange: id })
            };
        };
        if opens(body) {
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
        let exchange = held.exchange.and_then(|id| self.exchanges.get(&(id, held.lane)));
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
