//! Changes of a key or a certificate: what a side proposed, and what it accepted of the other's.
//!
//! An acceptance counts for the last proposal that its side had seen, and for exactly what was proposed
//! there: so neither a late word nor another key under the same message changes anything.

use super::voice::until;
use crate::held::Held;
use crate::message::MessageKind;
use crate::quantity::{Instant, MessageId};
use crate::refusal::Refusal;

/// What a side wants to use from then on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Proposal<T> {
    pub message: MessageId,
    pub value: T,
    pub at: Instant,
}

/// One side's words, each with its place in the ordinary lane.
#[derive(Debug, Clone)]
pub(crate) struct Changes<T> {
    proposals: Vec<(u64, Proposal<T>)>,
    /// Of what the other side proposed.
    acceptances: Vec<(u64, MessageId, Instant)>,
}

impl<T> Default for Changes<T> {
    fn default() -> Self {
        Self { proposals: Vec::new(), acceptances: Vec::new() }
    }
}

impl<T: Copy + PartialEq> Changes<T> {
    pub fn note_proposal(&mut self, held: &Held, value: T) {
        let proposal = Proposal { message: held.id, value, at: held.said_at };
        self.proposals.push((held.sequence, proposal));
    }

    pub fn note_acceptance(&mut self, held: &Held, of: MessageId) {
        self.acceptances.push((held.sequence, of, held.said_at));
    }

    /// What it proposed last.
    pub fn proposal(&self, sequence: u64) -> Option<Proposal<T>> {
        until(&self.proposals, sequence).copied()
    }

    /// When it accepted this proposal of the other side.
    pub fn accepted(&self, proposal: MessageId, sequence: u64) -> Option<Instant> {
        let mut said = self.acceptances.iter().filter(|(place, ..)| *place <= sequence);
        said.find(|(_, of, _)| *of == proposal).map(|&(.., at)| at)
    }

    /// Whether this side may accept what the other `proposed`; `otherwise` when that is something else.
    pub fn may_accept(
        &self,
        kind: MessageKind,
        (of, value): (MessageId, T),
        proposed: Option<Proposal<T>>,
        otherwise: Refusal,
    ) -> Result<(), Refusal> {
        let proposed = proposed.filter(|proposed| proposed.message == of);
        let proposed = proposed.ok_or(Refusal::NothingToName { of, kind })?;
        if let Some(at) = self.accepted(of, u64::MAX) {
            return Err(Refusal::Already { of, kind, role: None, at });
        }
        if proposed.value == value { Ok(()) } else { Err(otherwise) }
    }
}
