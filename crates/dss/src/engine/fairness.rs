//! Who goes first among those who want the same sky.
//!
//! Where flights overlap, a key is good for one winner at a time. Whoever has been refused longest
//! is answered first and goes first in the next batch; otherwise the fastest client would win always.

use std::collections::BTreeMap;

use keepclear_sky::{Command, EntityId, Refusal};

/// Most waiting flights remembered; beyond that the oldest are forgotten.
const WAITING_MAX: usize = 4_096;

/// Flights whose key was incomplete, by when that first was so.
#[derive(Debug, Default)]
pub struct Fairness {
    since: BTreeMap<EntityId, u64>,
    order: BTreeMap<u64, EntityId>,
    next: u64,
}

impl Fairness {
    /// Smaller goes first.
    pub fn rank(&self, command: &Command) -> u64 {
        let Command::PutIntent(put) = command else { return u64::MAX };
        self.since.get(&put.id).copied().unwrap_or(u64::MAX)
    }

    /// Its key was incomplete.
    pub fn refused(&mut self, id: EntityId, refusal: &Refusal) {
        if !matches!(refusal, Refusal::KeyIncomplete { .. }) || self.since.contains_key(&id) {
            return;
        }
        self.since.insert(id, self.next);
        self.order.insert(self.next, id);
        self.next += 1;
        if self.since.len() > WAITING_MAX
            && let Some((_, oldest)) = self.order.pop_first()
        {
            self.since.remove(&oldest);
        }
    }

    /// It waits no longer.
    pub fn done(&mut self, id: EntityId) {
        if let Some(rank) = self.since.remove(&id) {
            self.order.remove(&rank);
        }
    }
}
