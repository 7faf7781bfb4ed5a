//! What a scan keeps: 56 bytes an entry, withheld or not, and nothing of its content.

use crate::compare::Claimed;
use crate::fault::Fault;
use crate::format::shown_time;
use crate::lanes::LaneKeys;
use crate::{Header, Root};
use keepclear_entry::{EntryHash, NodeId};

/// When an entry was proposed, microseconds since 1970; not known of one that is withheld.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Proposed(i64);

impl Proposed {
    pub(crate) const WITHHELD: Self = Self(i64::MIN);

    /// An entry can say any time: the first one that there is counts as the one after it.
    pub(crate) fn at(at_us: i64) -> Self {
        Self(at_us.max(i64::MIN + 1))
    }

    pub(crate) fn us(self) -> Option<i64> {
        (self != Self::WITHHELD).then_some(self.0)
    }
}

/// A place that is taken: by an entry whose signature holds, or by the hash of one that is withheld.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) sequence: u64,
    pub(crate) proposed: Proposed,
    pub(crate) hash: EntryHash,
    /// Where its line begins in the file.
    pub(crate) offset: u64,
}

impl Slot {
    /// Nobody has seen its signature.
    pub(crate) fn is_withheld(&self) -> bool {
        self.proposed == Proposed::WITHHELD
    }
}

/// A line whose entry, or whose hash of one, cannot be taken at its word.
#[derive(Debug, Clone)]
pub(crate) struct Suspect {
    pub(crate) offset: u64,
    /// The number of its line, from 1; not kept of one that is withheld.
    pub(crate) line: Option<u64>,
    /// The lane that it claims.
    pub(crate) lane: Option<usize>,
    pub(crate) node: Option<NodeId>,
    pub(crate) sequence: Option<u64>,
    pub(crate) proposed: Proposed,
    pub(crate) hash: EntryHash,
    pub(crate) fault: Fault,
}

impl Suspect {
    /// As an entry after all.
    pub(crate) fn slot(&self, sequence: u64) -> Slot {
        let Self { proposed, hash, offset, .. } = *self;
        Slot { sequence, proposed, hash, offset }
    }

    pub(crate) fn is_withheld(&self) -> bool {
        self.proposed == Proposed::WITHHELD
    }
}

/// An entry that stands where it does not belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moved {
    /// Among later or earlier ones.
    OutOfOrder,
    /// More than once.
    Repeated,
    /// Beside another entry at the same place, both signed.
    Rival,
}

/// One lane of one file.
#[derive(Debug)]
pub(crate) struct Lane {
    pub(crate) keys: LaneKeys,
    /// In the file's order until [`Lane::sort`], then by place, each place once.
    pub(super) slots: Vec<Slot>,
    /// Entries that do not follow the one before them in the file: place, offset, hash that they name.
    pub(crate) unlinked: Vec<(u64, u64, EntryHash)>,
    /// Entries stored before they were proposed.
    pub(crate) clock: Vec<(u64, String)>,
    /// What [`Lane::sort`] found.
    pub(crate) moved: Vec<(u64, Moved)>,
    /// Withheld ones whose place was another's when [`Lane::sort`] looked.
    pub(super) displaced: Vec<Slot>,
    /// Whether a place came after a later one, or again.
    pub(super) disordered: bool,
}

impl Lane {
    pub(crate) fn new(keys: LaneKeys) -> Self {
        Self {
            keys,
            slots: Vec::new(),
            unlinked: Vec::new(),
            clock: Vec::new(),
            moved: Vec::new(),
            displaced: Vec::new(),
            disordered: false,
        }
    }

    /// The next entry in the file.
    pub(crate) fn push(
        &mut self,
        slot: Slot,
        previous: EntryHash,
        stored_at_us: i64,
        clock_max_us: i64,
    ) {
        let Slot { sequence, proposed, offset, .. } = slot;
        let (last, last_hash) =
            self.slots.last().map_or((0, EntryHash::NONE), |last| (last.sequence, last.hash));
        if last.checked_add(1) != Some(sequence) || last_hash != previous {
            self.unlinked.push((sequence, offset, previous));
        }
        let proposed_at_us = proposed.us().unwrap_or(i64::MIN);
        if stored_at_us < proposed_at_us.saturating_sub(clock_max_us) {
            let (stored, proposed) = (shown_time(stored_at_us), shown_time(proposed_at_us));
            let detail = format!("stored at {stored}, before it was proposed at {proposed}");
            self.clock.push((sequence, detail));
        }
        self.push_withheld(slot);
    }

    /// The next place in the file, of which nothing is known but its hash.
    pub(crate) fn push_withheld(&mut self, slot: Slot) {
        self.disordered |= slot.sequence <= self.last();
        self.slots.push(slot);
    }

    /// An entry that turned out to hold after the file's end.
    pub(crate) fn insert(&mut self, slot: Slot) {
        self.slots.push(slot);
        self.disordered = true;
    }

    /// By place. Of a place that came more than once, the first, and an entry rather than a hash.
    pub(crate) fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The entry at this place.
    pub(crate) fn get(&self, sequence: u64) -> Option<&Slot> {
        // Almost always the lane is whole, and the entry where it should be.
        let guess = usize::try_from(sequence).ok()?.checked_sub(1)?;
        if let Some(slot) = self.slots.get(guess).filter(|slot| slot.sequence == sequence) {
            return Some(slot);
        }
        let at = self.slots.binary_search_by_key(&sequence, |slot| slot.sequence).ok()?;
        self.slots.get(at)
    }

    /// Times that go back from one entry to a later one by more than clocks may. The later one is named,
    /// once, and not every entry behind it.
    pub(crate) fn times_that_go_back(&self, clock_max_us: i64) -> Vec<(u64, String)> {
        let (mut latest_us, mut found) = (i64::MIN, Vec::new());
        for Slot { sequence, proposed, .. } in &self.slots {
            let Some(proposed_at_us) = proposed.us() else { continue };
            if proposed_at_us < latest_us.saturating_sub(clock_max_us) {
                let (at, before) = (shown_time(proposed_at_us), shown_time(latest_us));
                found.push((*sequence, format!("proposed at {at}, after one of {before}")));
                latest_us = proposed_at_us;
            }
            latest_us = latest_us.max(proposed_at_us);
        }
        found
    }

    /// The last place that is taken; 0 for none.
    pub(crate) fn last(&self) -> u64 {
        self.slots.last().map_or(0, |slot| slot.sequence)
    }
}

/// The signed last line, and what it should say.
#[derive(Debug)]
pub(crate) struct Seal {
    pub(crate) note: String,
    pub(crate) size: u64,
    pub(crate) root: Root,
    pub(crate) line: u64,
}

/// One file.
#[derive(Debug)]
pub(crate) struct Scanned {
    pub(crate) header: Header,
    /// In the roster's order.
    pub(crate) lanes: Vec<Lane>,
    pub(crate) suspects: Vec<Suspect>,
    /// Line number and note.
    pub(crate) checkpoints: Vec<(u64, String)>,
    /// Name of the payload, whether salt and payload give it, line number.
    pub(crate) asides: Vec<([u8; 32], bool, u64)>,
    /// Name of the payload, lane and place of the entry that names it.
    pub(crate) named_asides: Vec<([u8; 32], usize, u64)>,
    pub(crate) claims: Vec<Claimed>,
    pub(crate) seal: Option<Seal>,
    /// Lines that hold an entry, whatever it is worth.
    pub(crate) entries: u64,
    /// Lines that withhold one.
    pub(crate) withheld: u64,
}

impl Scanned {
    pub(super) fn new(header: Header, lanes: Vec<Lane>) -> Self {
        Self {
            header,
            lanes,
            suspects: Vec::new(),
            checkpoints: Vec::new(),
            asides: Vec::new(),
            named_asides: Vec::new(),
            claims: Vec::new(),
            seal: None,
            entries: 0,
            withheld: 0,
        }
    }
}
