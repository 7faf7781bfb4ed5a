//! One side's words on witnesses: whom it names, and whom it dismissed, by place in its lane.

use std::collections::BTreeMap;

use super::voice::until;
use crate::quantity::{DeskId, Instant};
use crate::witness::Witness;

/// A side's word on one desk.
#[derive(Debug, Clone)]
pub(crate) struct Naming {
    /// Its place in the side's ordinary lane.
    pub place: u64,
    /// How far the side had seen the other's ordinary lane.
    pub knew: u64,
    pub at: Instant,
    /// `None` for a dismissal.
    pub witness: Option<Witness>,
}

/// All of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Namings {
    said: BTreeMap<DeskId, Vec<(u64, Naming)>>,
    /// How many desks it names, after each of its words.
    standing: Vec<(u64, usize)>,
}

impl Namings {
    /// Its last word on a desk, when it had come so far.
    pub fn last(&self, desk: DeskId, sequence: u64) -> Option<&Naming> {
        until(self.said.get(&desk)?, sequence)
    }

    /// Whom it named last as that desk, when it had come so far.
    pub fn named(&self, desk: DeskId, sequence: u64) -> Option<&Witness> {
        self.last(desk, sequence)?.witness.as_ref()
    }

    /// How many witnesses it named at a time, when it had come so far.
    pub fn standing(&self, sequence: u64) -> usize {
        until(&self.standing, sequence).copied().unwrap_or(0)
    }

    /// Desks of which it ever spoke.
    pub fn desks(&self) -> impl Iterator<Item = DeskId> {
        self.said.keys().copied()
    }

    pub fn note(&mut self, desk: DeskId, naming: Naming) {
        let place = naming.place;
        let before = self.named(desk, u64::MAX).is_some();
        let standing = self.standing(u64::MAX) + usize::from(naming.witness.is_some());
        self.standing.push((place, standing - usize::from(before)));
        self.said.entry(desk).or_default().push((place, naming));
    }
}
