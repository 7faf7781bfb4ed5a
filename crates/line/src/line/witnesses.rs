//! Who is a witness of the line, and which messages it may read.
//!
//! Each end judges by its own lanes alone. A word of ours counts once the other desk has sent a
//! receipt for it, since that desk may have said otherwise meanwhile; a dismissal of ours counts at
//! once. Whether a message may be read is a question to this end's understanding of it: a message
//! that broke a rule or could not be read is of no subject, and is given to nobody.

use std::collections::BTreeSet;

use super::Line;
use super::namings::Naming;
use crate::held::{At, Held, Past};
use crate::message::{Body, Lane, MessageKind};
use crate::quantity::DeskId;
use crate::refusal::Refusal;
use crate::view::{Side, WitnessState, WitnessView};
use crate::witness::{Subject, WITNESSES_MAX, Witness};

/// Most dismissed witnesses shown, the newest; the record has them all.
pub const DISMISSED_SHOWN: usize = 16;

impl Line {
    /// What the desk may read as a witness in force, if it is one.
    pub fn witness(&self, desk: DeskId) -> Option<&Witness> {
        let ours = self.voices.us.witnesses.last(desk, u64::MAX)?;
        let named = ours.witness.as_ref().filter(|_| ours.place <= self.shown_of(Side::Us))?;
        (self.voices.them.witnesses.named(desk, u64::MAX) == Some(named)).then_some(named)
    }

    /// Whether the witness in force of this desk may read the message at this place. What may not be
    /// read is given as its hash. Cheap: the message, and the one that it answers.
    pub fn may_witness_read(&self, desk: DeskId, side: Side, lane: Lane, sequence: u64) -> bool {
        let Some(witness) = self.witness(desk) else { return false };
        let held = self.messages.in_lane(side, lane, sequence);
        held.is_some_and(|held| self.may_read(witness, held))
    }

    fn may_read(&self, witness: &Witness, held: &Held) -> bool {
        if held.fault.is_some() {
            return false;
        }
        match held.kind {
            // Hashes and signatures alone.
            Some(MessageKind::Checkpoint) => true,
            // A read-back and a difference repeat what was said.
            Some(MessageKind::Receipt | MessageKind::Dispute) => {
                let about = held.about.map(|at: At| self.messages.at(at));
                held.said_at >= witness.from
                    && about.is_some_and(|about| self.may_read(witness, about))
            }
            Some(_) => {
                held.said_at >= witness.from
                    && self.subjects(held).any(|subject| witness.reads.contains(&subject))
            }
            None => false,
        }
    }

    /// What a lawful message is about: its exchange's opening says so, and a commitment is also one
    /// where it grew from something else.
    fn subjects(&self, held: &Held) -> impl Iterator<Item = Subject> {
        let exchange = match held.exchange {
            Some(id) => {
                let opened = self.exchanges.get(&(id, held.lane));
                opened.map(|exchange| Subject::from(exchange.kind))
            }
            None => Some(Subject::LineItself),
        };
        let promise = self.promises(held).then_some(Subject::Commitments);
        [exchange, promise].into_iter().flatten()
    }

    /// Whether it is of a commitment, or names a message that is.
    fn promises(&self, held: &Held) -> bool {
        let of_a_commitment = |kind| {
            matches!(kind, Some(MessageKind::Offer | MessageKind::Sign | MessageKind::Progress))
        };
        let of = match held.body.as_deref() {
            Some(Body::Acknowledge { of, .. } | Body::Answer { of, .. }) => Some(of),
            Some(Body::Statement { of, .. }) => of.as_ref(),
            _ => None,
        };
        let named = of.and_then(|of| self.messages.find(of));
        of_a_commitment(held.kind)
            || named.is_some_and(|(_, named)| {
                // What it names must be of the same exchange: ids of other messages lend it nothing.
                named.exchange == held.exchange && of_a_commitment(named.kind)
            })
    }

    /// Whether `side` may say it of a witness, having known `past`.
    pub(super) fn may_name(&self, side: Side, body: &Body, past: Past) -> Result<(), Refusal> {
        let desks = [self.charter.us.desk, self.charter.them.desk];
        let (own, other) = (&self.voices[side].witnesses, &self.voices[side.other()].witnesses);
        let (said, seen) = (past.of_side(side), past.of_side(side.other()));
        match body {
            Body::NameWitness { witness } if desks.contains(&witness.desk) => {
                Err(Refusal::OwnWitness { desk: witness.desk })
            }
            Body::NameWitness { witness } => match own.named(witness.desk, said) {
                Some(named) if named == witness => {
                    Err(Refusal::NoWitnessChange { desk: witness.desk, named: true })
                }
                None if own.standing(said) >= WITNESSES_MAX => {
                    Err(Refusal::TooManyWitnesses { most: WITNESSES_MAX })
                }
                _ => Ok(()),
            },
            Body::DismissWitness { desk, .. } => {
                let named = own.named(*desk, said).or_else(|| other.named(*desk, seen));
                let nobody = Refusal::NoWitnessChange { desk: *desk, named: false };
                named.map(drop).ok_or(nobody)
            }
            _ => Ok(()),
        }
    }

    /// Every desk that a side names, and the newest of those that were dismissed.
    pub(super) fn witnesses(&self) -> Vec<WitnessView> {
        let namings = |side: Side| &self.voices[side].witnesses;
        let desks: BTreeSet<DeskId> =
            namings(Side::Us).desks().chain(namings(Side::Them).desks()).collect();
        let views = desks.into_iter().filter_map(|desk| self.witness_view(desk));
        let (mut dismissed, mut shown): (Vec<_>, Vec<_>) =
            views.partition(|view| view.state == WitnessState::Dismissed);
        dismissed.sort_by_key(|view| std::cmp::Reverse(view.since));
        dismissed.truncate(DISMISSED_SHOWN);
        shown.extend(dismissed);
        shown
    }

    fn witness_view(&self, desk: DeskId) -> Option<WitnessView> {
        let ours = self.voices.us.witnesses.last(desk, u64::MAX);
        let theirs = self.voices.them.witnesses.last(desk, u64::MAX);
        let state = match (ours, theirs) {
            (None, None) => return None,
            _ if self.witness(desk).is_some() => WitnessState::InForce,
            _ => apart(ours, theirs),
        };
        let named = |naming: Option<&Naming>| naming.and_then(|naming| naming.witness.clone());
        let since = [ours, theirs].into_iter().flatten().map(|naming| naming.at).max()?;
        Some(WitnessView { desk, state, ours: named(ours), theirs: named(theirs), since })
    }
}

/// How a desk stands whom the sides do not name alike. A dismissal ends what its side had seen of the
/// other's words; what the other said later proposes anew.
fn apart(ours: Option<&Naming>, theirs: Option<&Naming>) -> WitnessState {
    let names = |naming: Option<&Naming>| naming.is_some_and(|naming| naming.witness.is_some());
    let declined = |naming: Option<&Naming>, by: Option<&Naming>| match (naming, by) {
        (Some(naming), Some(by)) => by.witness.is_none() && naming.place <= by.knew,
        _ => false,
    };
    match (names(ours), names(theirs)) {
        // Equal ones differ only in that the other desk is not known to have ours.
        (true, true) if ours.map(|n| &n.witness) == theirs.map(|n| &n.witness) => {
            WitnessState::ProposedByUs
        }
        (true, true) => WitnessState::NamedDifferently,
        (true, false) if !declined(ours, theirs) => WitnessState::ProposedByUs,
        (false, true) if !declined(theirs, ours) => WitnessState::ProposedByThem,
        _ => WitnessState::Dismissed,
    }
}
