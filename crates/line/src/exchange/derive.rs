//! Where an exchange stands within a cut through both sides' words.
//!
//! The same function serves three times: with what a side knew, to judge what it said; with what the
//! other end surely holds, for what is shown; with everything, for what is still to be done.

use std::collections::BTreeMap;

use super::{Exchange, Kind};
use crate::held::{Held, Messages, Past};
use crate::message::{Answer, Body, Commitment, Difference};
use crate::quantity::MessageId;
use crate::view::Side;

/// Where an exchange stands.
#[derive(Debug, Clone)]
pub(crate) struct Derived<'a> {
    pub past: Past,
    /// The message that opened it.
    pub opening: &'a Held,
    /// `Open` and each `Amend` in turn, or the test or offer that opened it.
    pub versions: Vec<&'a Held>,
    /// The last version, or the counter-proposal that followed from it.
    pub item: &'a Held,
    /// What closed the item.
    pub decided: Option<&'a Held>,
    /// The last word that left it open.
    pub held: Option<&'a Held>,
    pub withdrawn: Option<&'a Held>,
    pub ended: Option<&'a Held>,
    /// The offer that counts.
    pub offer: Option<&'a Held>,
    /// The other side's signature under it, understood or not.
    pub signature: Option<&'a Held>,
    /// The other side's signature under it, both understood.
    pub sign: Option<&'a Held>,
    pub progress: Vec<&'a Held>,
    pub test_answered: Option<&'a Held>,
    /// Somebody talked about it beside the answers.
    pub talk: bool,
    /// First acknowledgement of each message.
    pub acknowledged: BTreeMap<MessageId, &'a Held>,
    /// Every answer, by what it answers.
    answers: BTreeMap<MessageId, Vec<&'a Held>>,
}

impl Exchange {
    /// `None` when its opening is not within `past`.
    pub fn derive<'a>(&self, messages: &'a Messages, past: Past) -> Option<Derived<'a>> {
        let opening = self.opening().map(|at| messages.at(at)).filter(|held| within(past, held))?;
        let mut derived = Derived::opened(opening, past);
        let mut offers = [None, None];
        let mut signs = BTreeMap::new();
        for (place, side) in [self.opener, self.opener.other()].into_iter().enumerate() {
            let lane = self.said[side].iter().map(|&at| messages.at(at));
            for held in lane.take_while(|held| within(past, held)) {
                match held.body.as_deref() {
                    Some(Body::Offer { .. }) => offers[place] = Some(held),
                    Some(Body::Sign { of, .. }) => _ = signs.entry(*of).or_insert(held),
                    Some(body) => derived.note(held, body, self.opener),
                    None => {}
                }
            }
        }
        derived.follow();
        derived.offer = counting(offers);
        derived.signature = derived.offer.and_then(|offer| signs.get(&offer.id).copied());
        derived.sign = derived.signature.filter(|sign| {
            let disputed = |held: &Held| held.disputed(past).is_some();
            !disputed(sign) && !derived.offer.is_some_and(disputed)
        });
        if self.kind == Kind::Commitment
            && let Some(offer) = derived.offer
        {
            derived.item = offer;
        }
        Some(derived)
    }
}

fn within(past: Past, held: &Held) -> bool {
    past.holds(held.side, held.sequence)
}

/// Of both sides' last offers the one that knew of the other; of two that knew nothing of each other
/// the one of the side that opened the exchange.
fn counting([opener, other]: [Option<&Held>; 2]) -> Option<&Held> {
    match (opener, other) {
        (Some(opener), Some(other)) => {
            Some(if other.knew >= opener.sequence { other } else { opener })
        }
        (one, other) => one.or(other),
    }
}

impl<'a> Derived<'a> {
    fn opened(opening: &'a Held, past: Past) -> Self {
        Self {
            past,
            opening,
            versions: Vec::new(),
            item: opening,
            decided: None,
            held: None,
            withdrawn: None,
            ended: None,
            offer: None,
            signature: None,
            sign: None,
            progress: Vec::new(),
            test_answered: None,
            talk: false,
            acknowledged: BTreeMap::new(),
            answers: BTreeMap::new(),
        }
    }

    fn note(&mut self, held: &'a Held, body: &Body, opener: Side) {
        match body {
            Body::Open { .. } | Body::Amend { .. } | Body::Test { .. } => self.versions.push(held),
            Body::Answer { of, .. } => self.answers.entry(*of).or_default().push(held),
            Body::Withdraw { .. } => self.withdrawn = self.withdrawn.or(Some(held)),
            // The opener's lane is read first, so that its end stands before the other's.
            Body::End { .. } => self.ended = self.ended.or(Some(held)),
            Body::Progress { .. } => self.progress.push(held),
            Body::Statement { .. } => self.talk = true,
            Body::Acknowledge { of, .. } => _ = self.acknowledged.entry(*of).or_insert(held),
            Body::TestAnswer { phrase, .. } if held.side != opener => {
                let asked = self.versions.first().and_then(|test| test.body.as_deref());
                let right =
                    matches!(asked, Some(Body::Test { phrase: asked, .. }) if asked == phrase);
                self.test_answered = self.test_answered.or(right.then_some(held));
            }
            _ => {}
        }
    }

    /// From the last version along the counter-proposals to the one that is open, or was decided.
    fn follow(&mut self) {
        if let Some(last) = self.versions.last() {
            self.item = last;
        }
        // Every step names a message that was said after the one before it, so that it comes to an end.
        while self.item.disputed(self.past).is_none() {
            let answers = self.answers.get(&self.item.id).map_or(&[][..], Vec::as_slice);
            let of_the_other = answers.iter().filter(|held| held.side != self.item.side);
            self.held = None;
            let mut counter = None;
            for held in of_the_other {
                match answer_of(held) {
                    Some(Answer::Counter { .. }) => counter = Some(*held),
                    Some(answer) if answer.is_final() => self.decided = Some(held),
                    _ => self.held = Some(held),
                }
                if counter.is_some() || self.decided.is_some() {
                    break;
                }
            }
            match counter {
                Some(counter) => self.item = counter,
                None => return,
            }
        }
    }

    pub fn closed(&self) -> Option<&'a Held> {
        self.withdrawn.or(self.ended)
    }

    /// What the other end holds otherwise, and in which message: of what counts now.
    pub fn disputed(&self) -> Option<(&'a Held, &'a [Difference])> {
        [Some(self.item), self.offer, self.signature]
            .into_iter()
            .flatten()
            .find_map(|held| held.disputed(self.past).map(|differences| (held, differences)))
    }

    /// The other side's answer that decided or countered this proposal.
    pub fn answer_to(&self, proposal: &Held) -> Option<&'a Held> {
        self.answers.get(&proposal.id)?.iter().copied().find(|held| {
            held.side != proposal.side
                && answer_of(held).is_some_and(|answer| {
                    answer.is_final() || matches!(answer, Answer::Counter { .. })
                })
        })
    }

    /// Whether a person of the other side was heard about this message.
    pub fn read_at(&self, held: &Held) -> Option<&'a Held> {
        let answered = self.answers.get(&held.id).and_then(|answers| answers.first().copied());
        let acknowledged = self.acknowledged.get(&held.id).copied();
        let signed = self.sign.filter(|_| self.offer.is_some_and(|offer| offer.id == held.id));
        let tested = self
            .test_answered
            .filter(|_| self.versions.first().is_some_and(|test| test.id == held.id));
        [answered, acknowledged, signed, tested]
            .into_iter()
            .flatten()
            .min_by_key(|heard| heard.sequence)
    }
}

/// The answer that a message is.
pub(crate) fn answer_of(held: &Held) -> Option<&Answer> {
    match held.body.as_deref() {
        Some(Body::Answer { answer, .. }) => Some(answer),
        _ => None,
    }
}

/// The commitment that a message offers or signs.
pub(crate) fn commitment_of(held: &Held) -> Option<&Commitment> {
    match held.body.as_deref() {
        Some(Body::Offer { commitment, .. } | Body::Sign { commitment, .. }) => Some(commitment),
        _ => None,
    }
}
