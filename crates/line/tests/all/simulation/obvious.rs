//! Where an exchange stands, found the slow and obvious way: by asking of each message whether any
//! other stands against it.
//!
//! For messages that both desks hold. It shares nothing with the crate but the types, and knows by
//! itself which messages were put down wrong.

use std::collections::BTreeSet;

use keepclear_line::message::{Answer, Body, Commitment, MessageKind};
use keepclear_line::quantity::{ExchangeId, Instant, MessageId};
use keepclear_line::view::ExchangeState;

use crate::desk::Fact;

pub struct Obvious<'a> {
    facts: Vec<&'a Fact>,
    wrong: &'a BTreeSet<MessageId>,
}

impl<'a> Obvious<'a> {
    pub fn of(id: ExchangeId, facts: &'a [Fact], wrong: &'a BTreeSet<MessageId>) -> Self {
        let facts = facts.iter().filter(|fact| fact.body.exchange() == Some(id)).collect();
        Self { facts, wrong }
    }

    fn kind(&self, kind: MessageKind) -> impl Iterator<Item = &'a Fact> {
        self.facts.iter().copied().filter(move |fact| fact.body.kind() == kind)
    }

    fn any(&self, holds: impl Fn(&Fact) -> bool) -> bool {
        self.facts.iter().any(|fact| holds(fact))
    }

    pub fn closed(&self) -> bool {
        self.any(|fact| matches!(fact.body, Body::Withdraw { .. } | Body::End { .. }))
    }

    /// What was said, other than statements and that something was read, by somebody who knew that it
    /// was closed.
    pub fn said_too_late(&self) -> Option<&'a Fact> {
        let mut closings = self.kind(MessageKind::Withdraw).chain(self.kind(MessageKind::End));
        closings.find_map(|closing| {
            self.facts.iter().copied().find(|fact| {
                let kind = fact.body.kind();
                let knew = if fact.north == closing.north {
                    fact.stamp.sequence > closing.stamp.sequence
                } else {
                    fact.knew >= closing.stamp.sequence
                };
                knew && !matches!(kind, MessageKind::Statement | MessageKind::Acknowledge)
            })
        })
    }

    /// The version that no amendment names.
    pub fn version(&self) -> Option<&'a Fact> {
        let amended = |version: &Fact| {
            self.any(
                |fact| matches!(fact.body, Body::Amend { of, .. } if of == version.stamp.message),
            )
        };
        let mut versions = self.kind(MessageKind::Open).chain(self.kind(MessageKind::Amend));
        versions.find(|version| !amended(version))
    }

    fn answers(&self, to: &Fact) -> Vec<(&'a Fact, &'a Answer)> {
        let mut answers: Vec<_> = self
            .facts
            .iter()
            .filter_map(|fact| match &fact.body {
                Body::Answer { of, answer, .. } if *of == to.stamp.message => Some((*fact, answer)),
                _ => None,
            })
            .collect();
        answers.sort_by_key(|(fact, _)| fact.stamp.sequence);
        answers
    }

    /// What is open or was decided in the end.
    pub fn item(&self) -> Option<&'a Fact> {
        let mut item = match self.version() {
            Some(version) => version,
            None => return self.kind(MessageKind::Test).next().or_else(|| self.offer()),
        };
        loop {
            let countered = self
                .answers(item)
                .into_iter()
                .find(|(_, answer)| matches!(answer, Answer::Counter { .. }));
            match countered {
                Some((counter, _)) if !self.wrong.contains(&item.stamp.message) => item = counter,
                _ => return Some(item),
            }
        }
    }

    pub fn decided(&self) -> Option<(&'a Fact, &'a Answer)> {
        let item = self.item().filter(|item| !self.wrong.contains(&item.stamp.message))?;
        self.answers(item).into_iter().find(|(_, answer)| answer.is_final())
    }

    fn opened_by_north(&self) -> bool {
        let said = |fact: &Fact| matches!(fact.body, Body::Open { .. } | Body::Test { .. });
        let opening = self.facts.iter().find(|fact| said(fact)).or_else(|| {
            // An offer that everything else of the other side had seen.
            self.facts.iter().find(|offer| {
                offer.body.kind() == MessageKind::Offer
                    && self.facts.iter().all(|fact| {
                        if fact.north == offer.north {
                            fact.stamp.sequence >= offer.stamp.sequence
                        } else {
                            fact.knew >= offer.stamp.sequence
                        }
                    })
            })
        });
        opening.is_some_and(|opening| opening.north)
    }

    /// The offer that no other stands against.
    pub fn offer(&self) -> Option<&'a Fact> {
        let against = |other: &Fact, offer: &Fact| {
            if other.north == offer.north {
                return other.stamp.sequence > offer.stamp.sequence;
            }
            let knew = other.knew >= offer.stamp.sequence;
            let known = offer.knew >= other.stamp.sequence;
            knew || (!known && other.north == self.opened_by_north())
        };
        let standing: Vec<_> = self
            .kind(MessageKind::Offer)
            .filter(|offer| !self.kind(MessageKind::Offer).any(|other| against(other, offer)))
            .collect();
        assert!(standing.len() <= 1, "two offers stand");
        standing.first().copied()
    }

    fn signature(&self) -> Option<&'a Fact> {
        let offer = self.offer()?.stamp.message;
        self.facts
            .iter()
            .copied()
            .find(|fact| matches!(fact.body, Body::Sign { of, .. } if of == offer))
    }

    /// The commitment that both signed, each understanding the other.
    pub fn signed(&self) -> Option<&'a Commitment> {
        let (offer, sign) = (self.offer()?, self.signature()?);
        let wrong = [offer, sign].iter().any(|fact| self.wrong.contains(&fact.stamp.message));
        match (&offer.body, &sign.body) {
            (Body::Offer { commitment, .. }, Body::Sign { commitment: signed, .. }) => {
                (!wrong && commitment == signed).then_some(commitment)
            }
            _ => None,
        }
    }

    /// Whether somebody of the other side was heard about it.
    fn read(&self, fact: &Fact) -> bool {
        self.any(|reply| match reply.body {
            Body::Answer { of, .. } | Body::Acknowledge { of, .. } | Body::Sign { of, .. } => {
                of == fact.stamp.message
            }
            _ => false,
        })
    }

    fn promised(&self, now: Instant) -> Option<ExchangeState> {
        use ExchangeState::{Agreed, Ended, InForce};
        if let Some(commitment) = self.signed() {
            let window = commitment.window;
            return Some(match now {
                now if now < window.from => Agreed,
                now if now <= window.to => InForce,
                _ => Ended,
            });
        }
        let mere = self.version().is_none();
        let over = self.offer().is_some_and(|offer| match &offer.body {
            Body::Offer { commitment, .. } => commitment.window.to < now,
            _ => false,
        });
        (mere && over).then_some(Ended)
    }

    /// What both desks show once both hold everything.
    pub fn state(&self, now: Instant) -> ExchangeState {
        if self.kind(MessageKind::Withdraw).next().is_some() {
            return ExchangeState::Withdrawn;
        }
        if self.closed() {
            return ExchangeState::Ended;
        }
        let item = self.item().expect("an exchange has an opening");
        let counts = [Some(item), self.offer(), self.signature()];
        if counts.into_iter().flatten().any(|fact| self.wrong.contains(&fact.stamp.message)) {
            return ExchangeState::Disputed;
        }
        if let Some(state) = self.promised(now) {
            return state;
        }
        if let Body::Test { phrase: asked, .. } = item.body {
            let right = self.any(
                |fact| matches!(fact.body, Body::TestAnswer { phrase, .. } if phrase == asked),
            );
            let talk = self.kind(MessageKind::Statement).next().is_some();
            return match (right, talk) {
                (true, _) => ExchangeState::Answered,
                (false, true) => ExchangeState::Discussed,
                (false, false) => ExchangeState::Delivered,
            };
        }
        match self.decided() {
            Some((_, Answer::Agreed {})) => return ExchangeState::Agreed,
            Some(_) => return ExchangeState::Answered,
            None => {}
        }
        let version = self.version();
        let replaced = |fact: &&&Fact| {
            matches!(fact.body, Body::Open { .. } | Body::Amend { .. })
                && version.is_some_and(|version| version.stamp.message != fact.stamp.message)
        };
        let amended = self.facts.iter().filter(replaced).any(|version| self.read(version));
        let is_version = version.is_some_and(|v| v.stamp.message == item.stamp.message);
        if amended && is_version && !self.read(item) {
            return ExchangeState::Amended;
        }
        let talk = self.kind(MessageKind::Statement).next().is_some();
        let held = self.answers(item).into_iter().any(|(_, answer)| !answer.is_final());
        let offered = version.is_some() && self.offer().is_some();
        if talk || held || offered || (version.is_some() && !is_version) {
            return ExchangeState::Discussed;
        }
        if self.read(item) { ExchangeState::Acknowledged } else { ExchangeState::ReadBack }
    }
}
