//! Records by slot, in pieces that a snapshot shares until they change.
//!
//! Taking a view of a million records copies some thousand pointers; a piece that changes while
//! the view is being written is copied then. Slots are never visible outside: they depend on the
//! history, and a loaded snapshot numbers them anew.

use std::sync::Arc;

/// Slots of a piece: few, since the first change after a view copies all its pointers.
const PIECE: usize = 64;

type Piece<T> = Arc<Vec<Option<Arc<T>>>>;

/// Slots with records.
#[derive(Debug, Clone)]
pub struct Arena<T> {
    pieces: Vec<Piece<T>>,
    free: Vec<u32>,
    len: usize,
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self { pieces: Vec::new(), free: Vec::new(), len: 0 }
    }
}

impl<T: Clone> Arena<T> {
    /// Number of records.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Puts a record into a free slot.
    pub fn insert(&mut self, record: Arc<T>) -> u32 {
        if self.free.is_empty() {
            let next = (self.pieces.len() * PIECE) as u32;
            self.pieces.push(Arc::new(vec![None; PIECE]));
            self.free.extend((next..next + PIECE as u32).rev());
        }
        let slot = self.free.pop().unwrap_or_default();
        self.len += 1;
        *self.place(slot) = Some(record);
        slot
    }

    /// Takes a record out.
    pub fn remove(&mut self, slot: u32) -> Option<Arc<T>> {
        let record = self.place(slot).take()?;
        self.len -= 1;
        self.free.push(slot);
        Some(record)
    }

    /// Puts another record into a slot that holds one.
    pub fn replace(&mut self, slot: u32, record: Arc<T>) -> Option<Arc<T>> {
        self.place(slot).replace(record)
    }

    /// The record of a slot.
    pub fn get(&self, slot: u32) -> Option<&Arc<T>> {
        self.pieces.get(slot as usize / PIECE)?[slot as usize % PIECE].as_ref()
    }

    /// The record of a slot, to be changed; copied first if a view or an answer shares it.
    pub fn get_mut(&mut self, slot: u32) -> Option<&mut T> {
        self.place(slot).as_mut().map(Arc::make_mut)
    }

    /// All records, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<T>> {
        self.pieces.iter().flat_map(|piece| piece.iter().flatten())
    }

    /// Slots come from this arena, so their piece exists.
    fn place(&mut self, slot: u32) -> &mut Option<Arc<T>> {
        &mut Arc::make_mut(&mut self.pieces[slot as usize / PIECE])[slot as usize % PIECE]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_keeps_what_it_saw_and_slots_are_used_again() {
        let mut arena = Arena::default();
        let slots: Vec<u32> = (0..100).map(|k| arena.insert(Arc::new(k))).collect();
        let view = arena.clone();
        assert_eq!(arena.remove(slots[40]).as_deref(), Some(&40));
        assert_eq!(arena.remove(slots[40]), None);
        *arena.get_mut(slots[41]).unwrap() = 1_000;
        assert_eq!(arena.insert(Arc::new(7)), slots[40]);
        let both = |arena: &Arena<i32>| [40, 41].map(|k| **arena.get(slots[k]).unwrap());
        assert_eq!((both(&view), both(&arena)), ([40, 41], [7, 1_000]));
        assert_eq!((arena.len(), view.iter().map(|k| **k).sum::<i32>()), (100, 4_950));
    }
}
