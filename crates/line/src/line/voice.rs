//! What one side said of the line itself: suspensions, watches, agreed times, keys, certificates,
//! witnesses.

use super::changes::Changes;
use super::namings::{Naming, Namings};
use crate::held::Held;
use crate::message::Body;
use crate::quantity::{Fingerprint, Instant, Key, Name};
use crate::refusal::Refusal;
use crate::terms::Terms;
use crate::view::Suspension;

/// One side's words, each with its place in the ordinary lane.
#[derive(Debug, Clone, Default)]
pub(crate) struct Voice {
    suspensions: Vec<(u64, Option<Suspension>)>,
    watches: Vec<(u64, Watch)>,
    pub terms: Option<(u64, Terms)>,
    pub keys: Changes<Key>,
    pub certificates: Changes<Fingerprint>,
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
            Body::ProposeKey { key } => self.keys.note_proposal(held, *key),
            Body::AcceptKey { of, .. } => self.keys.note_acceptance(held, *of),
            Body::ProposeCertificate { certificate } => {
                self.certificates.note_proposal(held, certificate.fingerprint());
            }
            Body::AcceptCertificate { of, .. } => self.certificates.note_acceptance(held, *of),
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
            Body::AcceptKey { of, key } => {
                let proposed = other.keys.proposal(seen);
                self.keys.may_accept(body.kind(), (*of, *key), proposed, Refusal::OtherKey)
            }
            Body::AcceptCertificate { of, fingerprint } => {
                let proposed = other.certificates.proposal(seen);
                let otherwise = Refusal::OtherCertificate;
                let accepted = (*of, *fingerprint);
                self.certificates.may_accept(body.kind(), accepted, proposed, otherwise)
            }
            _ => Ok(()),
        }
    }
}
