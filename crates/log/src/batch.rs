//! What goes into a log at once, and what comes back.

use crate::{BatchNumber, Position};
use bytes::Bytes;

/// What one entry weighs beside its bytes, whatever the engine: headers, padding, keys.
pub const ENTRY_WEIGHT: usize = 64;

/// Entries that become durable together or not at all, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    number: BatchNumber,
    bytes: Vec<u8>,
    /// Where each entry ends in `bytes`.
    ends: Vec<usize>,
}

impl Batch {
    /// An empty batch; `number` is the log's [`next_batch`](crate::Log::next_batch).
    pub fn new(number: BatchNumber) -> Self {
        Self { number, bytes: Vec::new(), ends: Vec::new() }
    }

    /// Adds one entry.
    pub fn push(&mut self, entry: &[u8]) {
        self.bytes.extend_from_slice(entry);
        self.ends.push(self.bytes.len());
    }

    /// Adds the entry that `write` appends to the vector it is given, without a copy between.
    ///
    /// # Errors
    /// What `write` answers; the batch then is as it was.
    ///
    /// # Panics
    /// When `write` takes bytes away that were there before.
    pub fn push_with<R, E>(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> Result<R, E>,
    ) -> Result<R, E> {
        let start = self.bytes.len();
        let answer = write(&mut self.bytes);
        assert!(self.bytes.len() >= start, "an entry is appended to a batch, never taken from it");
        match answer {
            Ok(_) => self.ends.push(self.bytes.len()),
            Err(_) => self.bytes.truncate(start),
        }
        answer
    }

    /// Takes all entries out and gives the batch its next number; keeps the room.
    pub fn restart(&mut self, number: BatchNumber) {
        self.number = number;
        self.bytes.clear();
        self.ends.clear();
    }

    /// The node's number of this batch.
    pub fn number(&self) -> BatchNumber {
        self.number
    }

    /// How many entries.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Bytes of all entries, and [`ENTRY_WEIGHT`] for each.
    pub fn weight(&self) -> usize {
        self.bytes.len() + ENTRY_WEIGHT * self.ends.len()
    }

    /// The entries, in order.
    pub fn entries(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.bytes[start..*end])
    }
}

/// Where a batch came to lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// The last place before the batch that any node's entry has. Everything up to it comes before.
    pub previous: Position,
    /// The place of the first entry.
    pub first: Position,
    /// The place of the last entry.
    pub last: Position,
}

/// One entry in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// Its place.
    pub position: Position,
    /// Its bytes, as they were appended.
    pub bytes: Bytes,
}
