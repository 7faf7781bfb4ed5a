//! Bringing a lane into the order of its places, and saying which entries were moved.
//!
//! The entries that were moved are those outside the longest run that ascends: one entry that was put
//! a hundred places earlier is one, not a hundred.

use super::index::{Lane, Moved, Slot};

impl Lane {
    /// Sorts by place; keeps the first of each place.
    pub(crate) fn sort(&mut self) {
        if !self.disordered {
            return;
        }
        // What was inserted after the end belongs where its line is.
        self.slots.sort_by_key(|slot| slot.offset);
        let stays = longest_ascending(&self.slots);
        let mut marked: Vec<(Slot, bool)> = self.slots.drain(..).zip(stays).collect();
        marked
            .sort_by_key(|(slot, stays)| (slot.sequence, slot.is_withheld(), !*stays, slot.offset));
        for (slot, stays) in marked {
            let rival = self.slots.last().filter(|last| last.sequence == slot.sequence);
            let moved = match rival {
                Some(rival) if rival.hash == slot.hash => Moved::Repeated,
                Some(_) if slot.is_withheld() => {
                    self.displaced.push(slot);
                    continue;
                }
                Some(_) => Moved::Rival,
                None if stays => {
                    self.slots.push(slot);
                    continue;
                }
                None => {
                    self.slots.push(slot);
                    Moved::OutOfOrder
                }
            };
            self.moved.push((slot.sequence, moved));
        }
        self.disordered = false;
    }
}

/// For each slot, whether it belongs to a longest strictly ascending run of places.
fn longest_ascending(slots: &[Slot]) -> Vec<bool> {
    // `ends[n]`: the slot that ends the run of n + 1 slots whose end is smallest.
    let (mut ends, mut before): (Vec<usize>, Vec<Option<usize>>) = (Vec::new(), Vec::new());
    for (at, slot) in slots.iter().enumerate() {
        let length = ends.partition_point(|end| slots[*end].sequence < slot.sequence);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut stays = vec![false; slots.len()];
    let mut at = ends.last().copied();
    while let Some(slot) = at {
        stays[slot] = true;
        at = before[slot];
    }
    stays
}
