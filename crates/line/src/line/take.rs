//! Taking in a durable message of either side.
//!
//! It is judged once, by what its own side knew, and everything follows from lawful messages alone.
//! The other end judges it by the same facts and comes to the same.

use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::{Line, Place};
use crate::codec::CodecError;
use crate::exchange::{Exchange, Kind};
use crate::held::{At, Dispute, Held, Past, Receipt};
use crate::line::{Stamp, needs_role};
use crate::message::{Body, Difference, Envelope, Lane, Mark, MessageKind, ReadBack, Seen};
use crate::quantity::{ExchangeId, Instant};
use crate::read_back::{differences, expected_read_back};
use crate::refusal::Refusal;
use crate::stored::Stored;
use crate::view::Side;

impl Line {
    pub(super) fn take(
        &mut self,
        side: Side,
        stamp: Stamp,
        stored_at: Instant,
        envelope: Result<Envelope, CodecError>,
        stored: Option<Stored>,
    ) {
        if self.messages.find(&stamp.message).is_some() {
            return;
        }
        let Stamp { message, lane, sequence, said_at } = stamp;
        let mut held = Held {
            id: message,
            side,
            lane,
            sequence,
            said_at,
            stored_at,
            role: None,
            knew: 0,
            kind: None,
            body: None,
            stored: stored.map(Box::new),
            exchange: None,
            about: None,
            receipt: None,
            fault: None,
        };
        match envelope {
            Ok(envelope) => self.take_read(held, envelope),
            Err(error) => {
                held.fault = Some(Box::new(error.into()));
                self.keep(held);
            }
        }
    }

    fn take_read(&mut self, mut held: Held, envelope: Envelope) {
        let Envelope { seen, role, body } = envelope;
        let known = self.knew(held.side, &seen);
        held.knew = match (held.lane, &known) {
            (Lane::Ordinary, Ok(())) => seen.ordinary.map_or(0, |mark| mark.sequence),
            (Lane::Urgent, Ok(())) => seen.urgent.map_or(0, |mark| mark.sequence),
            (_, Err(_)) => 0,
        };
        held.role = role;
        held.kind = Some(body.kind());
        let verdict = known.and_then(|()| self.lawful(&held, &body));
        if let Err(refusal) = verdict {
            held.fault = Some(Box::new(refusal));
            held.body = keeps(&body).then(|| Arc::new(body));
            self.keep(held);
            return;
        }
        match body {
            Body::Receipt { of, stored_at, read_back } => {
                held.about = self.messages.find(&of).map(|(at, _)| at);
                let receipt = self.keep(held);
                self.received(receipt, stored_at, read_back.as_ref());
            }
            Body::Dispute { of, ref differences } => {
                let receipt = self.messages.find(&of);
                let about = receipt.and_then(|(_, receipt)| receipt.about);
                let answered = receipt.map(|(at, _)| at);
                held.about = about;
                held.exchange = about.and_then(|at| self.messages.at(at).exchange);
                let differences = differences.clone();
                held.body = Some(Arc::new(body));
                let dispute = self.keep(held);
                self.disputed(dispute, differences);
                if let Some(receipt) = answered {
                    self.owed.remove(&receipt);
                }
            }
            body => {
                let opened = self.open_exchange(&held, &body);
                held.exchange = body.exchange();
                if held.exchange.is_none() {
                    self.voices[held.side].note(&held, &body);
                }
                held.body = keeps(&body).then(|| Arc::new(body));
                self.keep(held);
                if let Some(id) = opened {
                    self.shadow(id);
                }
            }
        }
    }

    /// Whether everything that it claims to have seen was said.
    fn knew(&self, side: Side, seen: &Seen) -> Result<(), Refusal> {
        for (lane, mark) in [(Lane::Ordinary, seen.ordinary), (Lane::Urgent, seen.urgent)] {
            let Some(Mark { sequence, message }) = mark else { continue };
            let there = self.messages.in_lane(side.other(), lane, sequence);
            if there.is_none_or(|held| held.id != message) {
                return Err(Refusal::NeverSaid { lane, sequence, message });
            }
        }
        Ok(())
    }

    fn lawful(&self, held: &Held, body: &Body) -> Result<(), Refusal> {
        let kind = body.kind();
        if held.role.is_none() && needs_role(kind) {
            return Err(Refusal::NoRole { kind });
        }
        self.is_in_its_lane(held.lane, body)?;
        let past = Past::of(held.side, held.sequence, held.knew);
        self.judge(held.side, held.said_at, body, held.lane, past)
    }

    /// Answers the id of one that this opened.
    fn open_exchange(&mut self, held: &Held, body: &Body) -> Option<ExchangeId> {
        let (id, kind) = match body {
            Body::Test { exchange, .. } => (*exchange, Kind::Test),
            Body::Open { exchange, matter, .. } => (*exchange, Kind::Matter(*matter)),
            Body::Offer { exchange, .. } => (*exchange, Kind::Commitment),
            _ => return None,
        };
        let Entry::Vacant(free) = self.exchanges.entry((id, held.lane)) else { return None };
        free.insert(Exchange::new(id, held.side, held.lane, kind));
        self.order.push((id, held.lane));
        Some(id)
    }

    /// An id that now stands in both lanes is distress; what stands in the ordinary one under it has no
    /// effect, whichever came first, and is a fault of whoever opened it.
    fn shadow(&mut self, id: ExchangeId) {
        let ordinary = (id, Lane::Ordinary);
        if !self.is_shadowed(ordinary) {
            return;
        }
        let opening = self.exchanges.get(&ordinary).and_then(Exchange::opening);
        self.faults.extend(opening.filter(|&at| self.messages.at(at).side == Side::Them));
        self.refresh(ordinary);
    }

    /// Puts a message in its place, with what follows from its being there.
    fn keep(&mut self, held: Held) -> At {
        let side = held.side;
        let faulty = held.fault.is_some();
        let exchange = held.exchange.map(|id| (id, held.lane));
        let wants_receipt = held.wants_receipt();
        let at = self.messages.push(held);
        if side == Side::Them {
            if wants_receipt {
                self.owed.insert(at);
            }
            if faulty {
                self.faults.push(at);
            }
        } else if wants_receipt && exchange.is_none() {
            self.undelivered.insert(at);
        }
        if let Some(exchange) = exchange.and_then(|place| self.exchanges.get_mut(&place)) {
            exchange.said[side].push(at);
            if side == Side::Us {
                exchange.awaiting += 1;
            }
        }
        if let Some(place) = exchange {
            self.note_test(place, at);
            self.refresh(place);
        }
        at
    }

    /// Remembers a right answer to a test.
    fn note_test(&mut self, place: Place, at: At) {
        let held = self.messages.at(at);
        if held.kind != Some(MessageKind::TestAnswer) {
            return;
        }
        let exchange = self.exchanges.get(&place);
        let derived = exchange.and_then(|exchange| exchange.derive(&self.messages, Past::ALL));
        if derived
            .and_then(|derived| derived.test_answered)
            .is_some_and(|right| right.id == held.id)
        {
            let (side, sequence, said_at) = (held.side, held.sequence, held.said_at);
            self.voices[side].right_answers.push((sequence, said_at));
        }
    }

    /// A lawful receipt: its message is at the other end, and what is held there is compared.
    fn received(&mut self, receipt: At, stored_at: Instant, read_back: Option<&ReadBack>) {
        let receipt_held = self.messages.at(receipt);
        let (side, lane, sequence) = (receipt_held.side, receipt_held.lane, receipt_held.sequence);
        let Some(about) = receipt_held.about else { return };
        let sent = self.messages.at(about).body.as_deref().and_then(expected_read_back);
        let compared = sent.is_some();
        let differences = match (sent, read_back) {
            (Some(sent), Some(read_back)) => differences(&sent, read_back),
            (Some(_), None) => vec![nothing_read_back()],
            (None, _) => Vec::new(),
        };
        if side == Side::Them {
            // Only a receipt counts here. What they say to have seen proves that they have it, but not
            // yet that they understood it, nor that nothing of theirs is under way that stands against it.
            let sent = self.messages.at(about).sequence;
            self.reach(lane, sent);
            self.undelivered.remove(&about);
            if !differences.is_empty() {
                self.owed.insert(receipt);
            }
        } else {
            self.owed.remove(&about);
        }
        let held = self.messages.at_mut(about);
        held.receipt = Some(Receipt { sequence, stored_at, compared, differences, dispute: None });
        let exchange = held.exchange.map(|id| (id, held.lane));
        if let Some(place) = exchange {
            if side == Side::Them
                && let Some(exchange) = self.exchanges.get_mut(&place)
            {
                exchange.awaiting = exchange.awaiting.saturating_sub(1);
            }
            self.refresh(place);
        }
    }

    /// They have our lane up to here. A receipt that passes others over shows these to be there as well.
    fn reach(&mut self, lane: Lane, sequence: u64) {
        let before = self.reached[lane];
        let passed_over = before.saturating_add(1)..sequence;
        for place in passed_over {
            let held = self.messages.in_lane(Side::Us, lane, place);
            self.touched.extend(held.and_then(|held| held.exchange));
        }
        self.reached[lane] = before.max(sequence);
    }

    fn disputed(&mut self, dispute: At, differences: Vec<Difference>) {
        let held = self.messages.at(dispute);
        let (sequence, exchange, lane) = (held.sequence, held.exchange, held.lane);
        let Some(about) = held.about else { return };
        if let Some(receipt) = &mut self.messages.at_mut(about).receipt {
            receipt.dispute = Some(Dispute { sequence, differences });
        }
        if let Some(id) = exchange {
            self.refresh((id, lane));
        }
    }

    /// Finds out anew whether an exchange wants somebody.
    fn refresh(&mut self, place: Place) {
        self.touched.insert(place.0);
        let Some(exchange) = self.exchanges.get(&place) else { return };
        // At the end of time, when every offer has lapsed: what waits then waits until something is said.
        let Some(standing) = self.standing(exchange, Instant(i64::MAX)) else { return };
        let until = match self.is_shadowed(place) {
            true => Some(Instant(i64::MIN)),
            false => standing.wanted_until(),
        };
        if let Some(before) = self.until.remove(&place) {
            self.open_until.remove(&(before, place));
        }
        match until {
            None => _ = self.open.insert(place),
            Some(until) => {
                self.open.remove(&place);
                if until > Instant(i64::MIN) {
                    self.until.insert(place, until);
                    self.open_until.insert((until, place));
                }
            }
        }
    }
}

/// Whether something will ask for the body again.
fn keeps(body: &Body) -> bool {
    !matches!(body, Body::Receipt { .. } | Body::Checkpoint { .. })
}

fn nothing_read_back() -> Difference {
    Difference {
        field: "read_back".to_owned(),
        sent: "shared fields".to_owned(),
        read_back: "nothing: the other desk could not store them".to_owned(),
        apart_m: None,
    }
}
