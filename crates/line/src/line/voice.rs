//! What one side said of the line itself: suspensions, watches, agreed times, keys, witnesses.

use super::namings::{Naming, Namings};
use crate::held::Held;
use crate::message::{Body, MessageKind};
use crate::quantity::{Instant, Key, MessageId, Name};
use crate::refusal::Refusal;
use crate::terms::Terms;
use crate::view::Suspension;

/// One side's words, each with its place in the ordinary lane.
#[derive(Debug, Clone, Default)]
pub(crate) struct Voice {
    suspensions: Vec<(u64, Option<Suspension>)>,
    watches: Vec<(u64, Watch)>,
    pub terms: Option<(u64, Terms)>,
    keys: Vec<(u64, Proposal)>,
    /// Of the other side's keys.
    acceptances: Vec<(u64, MessageId, Instant)>,
    /// Right answers to the other side's tests.
    pub right_answers: Vec<(u64, Instant)>,
    pub witnesses: Namings,
}

/// A watch that begins at a stated moment.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    pub role: Name,
    pub at: Instant,
}

/// A key that a side wants to sign with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Proposal {
    pub message: MessageId,
    pub key: Key,
    pub at: Instant,
}

/// The last of what a side had said up to a place in its lane.
pub(super) fn until<T>(said: &[(u64, T)], sequence: u64) -> Option<&T> {
    let end = said.partition_point(|(place, _)| *place <= sequence);
    said[..end].last().map(|(_, value)| value)
}

impl Voice {
    /// Its suspension, when it had come so far.
    pub fn suspension(&self, sequence: u64) -> Option<&Suspension> {
        until(&self.suspensions, sequence)?.as_ref()
    }

    /// Who was last said to begin a watch by `now`.
    pub fn watch(&self, now: Instant, sequence: u64) -> Option<&Watch> {
        let said = self.watches.iter().filter(|(place, _)| *place <= sequence);
        said.map(|(_, watch)| watch).rev().find(|watch| watch.at <= now)
    }

    /// The key that it proposed last.
    pub fn proposal(&self, sequence: u64) -> Option<Proposal> {
        until(&self.keys, sequence).copied()
    }

    /// When it accepted this proposal of the other side.
    pub fn accepted(&self, proposal: MessageId, sequence: u64) -> Option<Instant> {
        let mut said = self.acceptances.iter().filter(|(place, ..)| *place <= sequence);
        said.find(|(_, of, _)| *of == proposal).map(|&(.., at)| at)
    }

    /// When it last answered a test rightly.
    pub fn answered_at(&self, sequence: u64) -> Option<Instant> {
        until(&self.right_answers, sequence).copied()
    }

    /// A lawful message of this side.
    pub fn note(&mut self, held: &Held, body: &Body) {
        let (place, at) = (held.sequence, held.said_at);
        match body {
            Body::Suspend { words } => {
                let suspension = Suspension { since: at, words: words.clone() };
                self.suspensions.push((place, Some(suspension)));
            }
            Body::Resume {} => self.suspensions.push((place, None)),
            Body::HandOver { role, at } => {
                self.watches.push((place, Watch { role: role.clone(), at: *at }));
            }
            Body::ProposeTerms { terms } => self.terms = Some((place, *terms)),
            Body::ProposeKey { key } => {
                self.keys.push((place, Proposal { message: held.id, key: *key, at }));
            }
            Body::AcceptKey { of, .. } => self.acceptances.push((place, *of, at)),
            Body::NameWitness { witness } => {
                let named = Some(witness.clone());
                let naming = Naming { place, knew: held.knew, at, witness: named };
                self.witnesses.note(witness.desk, naming);
            }
            Body::DismissWitness { desk, .. } => {
                let naming = Naming { place, knew: held.knew, at, witness: None };
                self.witnesses.note(*desk, naming);
            }
            _ => {}
        }
    }

    /// Whether this side may say it of the line, when it had come to `own` and had seen `seen` of
    /// `other`.
    pub fn may_say(&self, body: &Body, own: u64, other: &Self, seen: u64) -> Result<(), Refusal> {
        match body {
            Body::Suspend { .. } if self.suspension(own).is_some() => {
                Err(Refusal::NoChange { suspended: true })
            }
            Body::Resume {} if self.suspension(own).is_none() => {
                Err(Refusal::NoChange { suspended: false })
            }
            Body::HandOver { at, .. } => match until(&self.watches, own) {
                Some(last) if *at < last.at => Err(Refusal::WatchOrder { at: *at, last: last.at }),
                _ => Ok(()),
            },
            Body::AcceptKey { of, key } => self.may_accept(*of, *key, other.proposal(seen)),
            _ => Ok(()),
        }
    }

    fn may_accept(
        &self,
        of: MessageId,
        key: Key,
        proposal: Option<Proposal>,
    ) -> Result<(), Refusal> {
        let kind = MessageKind::AcceptKey;
        let proposal = proposal.ok_or(Refusal::NothingToName { of, kind })?;
        if proposal.message != of {
            return Err(Refusal::NothingToName { of, kind });
        }
        if let Some(at) = self.accepted(of, u64::MAX) {
            return Err(Refusal::Already { of, kind, role: None, at });
        }
        if proposal.key != key { Err(Refusal::OtherKey) } else { Ok(()) }
    }
}
