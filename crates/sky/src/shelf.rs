//! Records with a place and an end: found by id, by what they touch, and by when they end.
//!
//! What has ended moves to an index of its own, so that it costs a write nothing. The move lags
//! behind sky time by a bounded number of records a command and is not part of the state: every
//! search of live records asks for an end that is not past.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use uuid::Uuid;

use crate::arena::Arena;
use crate::extent::{Extent, TimeRange};
use crate::index::{Bounds, CellIndex};

/// Most records that one command moves, and most that it forgets: each adds at most two, so the
/// sweep always catches up, and no command waits long for it.
const SWEPT_AT_ONCE: usize = 64;

/// What a shelf needs to know of a record.
pub trait Shelved: Clone {
    /// Its id.
    fn id(&self) -> Uuid;
    /// What it touches.
    fn extent(&self) -> &Extent;
    /// When it ends.
    fn time(&self) -> TimeRange;
    /// Texts that many records have in common: its manager's name and its base URL.
    fn texts(&self) -> [&Arc<str>; 2];
    /// The same, to be replaced by the one copy of each.
    fn texts_mut(&mut self) -> [&mut Arc<str>; 2];
}

/// Records of one kind.
#[derive(Debug, Clone)]
pub struct Shelf<T> {
    records: Arena<T>,
    slots: BTreeMap<Uuid, u32>,
    live: CellIndex,
    ended: CellIndex,
    ends: BTreeSet<(i64, Uuid)>,
    /// Records that end before this stand in `ended`.
    swept: (i64, Uuid),
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self {
            records: Arena::default(),
            slots: BTreeMap::new(),
            live: CellIndex::default(),
            ended: CellIndex::default(),
            ends: BTreeSet::new(),
            swept: (i64::MIN, Uuid::nil()),
        }
    }
}

impl<T: Shelved> Shelf<T> {
    /// Number of records, ended ones included.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// By id.
    pub fn get(&self, id: Uuid) -> Option<&Arc<T>> {
        self.records.get(*self.slots.get(&id)?)
    }

    /// To change what neither moves nor ends it.
    pub fn get_mut(&mut self, id: Uuid) -> Option<&mut T> {
        self.records.get_mut(*self.slots.get(&id)?)
    }

    /// Adds a record, or puts it in the place of the one with its id.
    pub fn put(&mut self, record: &Arc<T>) {
        let (id, end_us) = (record.id(), record.time().end_us);
        let Some(&slot) = self.slots.get(&id) else {
            let slot = self.records.insert(Arc::clone(record));
            self.slots.insert(id, slot);
            self.ends.insert((end_us, id));
            self.index_for(end_us, id).insert(slot, record.extent());
            return;
        };
        let Some(old) = self.records.replace(slot, Arc::clone(record)) else { return };
        let old_end_us = old.time().end_us;
        if old_end_us == end_us && old.extent() == record.extent() {
            return;
        }
        self.index_for(old_end_us, id).remove(slot, old.extent());
        self.ends.remove(&(old_end_us, id));
        self.ends.insert((end_us, id));
        self.index_for(end_us, id).insert(slot, record.extent());
    }

    /// Takes a record out.
    pub fn remove(&mut self, id: Uuid) -> Option<Arc<T>> {
        let slot = self.slots.remove(&id)?;
        let record = self.records.remove(slot)?;
        let end_us = record.time().end_us;
        self.ends.remove(&(end_us, id));
        self.index_for(end_us, id).remove(slot, record.extent());
        Some(record)
    }

    /// Records that have not ended at `now_us` and overlap the extent, times before `from_us` not
    /// counted; in no order that means anything.
    pub fn live_overlapping(
        &self,
        extent: &Extent,
        now_us: i64,
        from_us: i64,
    ) -> impl Iterator<Item = &Arc<T>> {
        let slots = self.live.overlapping(extent, from_us);
        slots
            .into_iter()
            .filter_map(|slot| self.records.get(slot))
            .filter(move |record| record.time().end_us >= now_us)
    }

    /// Records, ended ones included, in the cells within the bounds; ascending by id.
    pub fn within(&self, cells: &[u64], bounds: &Bounds) -> Vec<&Arc<T>> {
        let mut slots = Vec::new();
        self.live.collect(cells, bounds, &mut slots);
        if bounds.time.start_us <= self.swept.0 {
            self.ended.collect(cells, bounds, &mut slots);
        }
        slots.sort_unstable();
        slots.dedup();
        let mut found: Vec<&Arc<T>> =
            slots.into_iter().filter_map(|slot| self.records.get(slot)).collect();
        found.sort_unstable_by_key(|record| record.id());
        found
    }

    /// Moves what ended before `now_us` out of the way of writes, and takes out what ended before
    /// `forget_us`; returns the latter.
    pub fn sweep(&mut self, now_us: i64, forget_us: i64) -> Vec<Arc<T>> {
        let due: Vec<(i64, Uuid)> = self
            .ends
            .range(self.swept..(now_us, Uuid::nil()))
            .take(SWEPT_AT_ONCE)
            .copied()
            .collect();
        for &(end_us, id) in &due {
            if let Some(&slot) = self.slots.get(&id)
                && let Some(record) = self.records.get(slot)
            {
                self.live.remove(slot, record.extent());
                self.ended.insert(slot, record.extent());
            }
            // The next key after this one; ids are dense enough that no key lies between.
            self.swept = (end_us, Uuid::from_u128(id.as_u128().saturating_add(1)));
        }
        let forgotten: Vec<Uuid> = self
            .ends
            .range(..(forget_us, Uuid::nil()))
            .take(SWEPT_AT_ONCE)
            .map(|(_, id)| *id)
            .collect();
        forgotten.into_iter().filter_map(|id| self.remove(id)).collect()
    }

    /// Whether a sweep at this time would move something.
    pub fn is_due(&self, now_us: i64) -> bool {
        self.ends.range(self.swept..).next().is_some_and(|(end_us, _)| *end_us < now_us)
    }

    /// Whether a sweep at this time would take something out.
    pub fn forgets(&self, forget_us: i64) -> bool {
        self.ends.first().is_some_and(|(end_us, _)| *end_us < forget_us)
    }

    /// All records, ascending by id.
    pub fn by_id(&self) -> impl Iterator<Item = &Arc<T>> {
        self.slots.values().filter_map(|&slot| self.records.get(slot))
    }

    /// A copy of the records alone, cheap to take.
    pub fn records(&self) -> Arena<T> {
        self.records.clone()
    }

    fn index_for(&mut self, end_us: i64, id: Uuid) -> &mut CellIndex {
        if (end_us, id) < self.swept { &mut self.ended } else { &mut self.live }
    }
}
