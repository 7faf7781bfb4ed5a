//! One lane as this desk holds it: where it stands, its tree, and its newest entries.
//!
//! Old entries are not kept here, only their hashes and where they lie in the desk's log: a peer that
//! asks for them again is rare, a long history is not.

use std::collections::{BTreeSet, VecDeque};

use bytes::Bytes;
use keepclear_entry::{EntryHash, Head, Sequence};
use keepclear_record::{PublicKey, Root, Tree, leaf_hash};

/// A tree is kept for every so many leaves, so that its root at any size is soon found.
const TREE_EVERY: usize = 4_096;
/// Newest entries that are kept as they are: number, and bytes together.
const RECENT_MAX: usize = 8_192;
const RECENT_BYTES_MAX: usize = 16 << 20;

/// Shortest that an entry of a line is, about: signature, hashes, names.
const ENTRY_LEAST: usize = 250;

/// One lane.
#[derive(Debug)]
pub struct Held {
    key: PublicKey,
    hashes: Vec<EntryHash>,
    positions: Vec<u64>,
    tree: Tree,
    trees: Vec<Tree>,
    recent: VecDeque<Bytes>,
    recent_bytes: usize,
    /// Entries that no checkpoint of ours covers, checkpoints themselves aside.
    uncovered: u64,
    /// The last entry that is no checkpoint.
    last_said: u64,
    /// Entries that change the key.
    key_changes: BTreeSet<u64>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum One {
    /// Here it is.
    Entry(Bytes),
    /// It lies at this position of the desk's log.
    Position(u64),
}

/// Entries after a place.
#[derive(Debug, PartialEq, Eq)]
pub enum After {
    /// Here they are, in order; none when there are none.
    Entries(Vec<Bytes>),
    /// They lie at these positions of the desk's log.
    Positions(Vec<u64>),
}

impl Held {
    pub fn new(key: PublicKey) -> Self {
        Self {
            key,
            hashes: Vec::new(),
            positions: Vec::new(),
            tree: Tree::new(),
            trees: vec![Tree::new()],
            recent: VecDeque::new(),
            recent_bytes: 0,
            uncovered: 0,
            last_said: 0,
            key_changes: BTreeSet::new(),
        }
    }

    /// The key that signs its next entry.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The entry that follows changes the key.
    pub fn change_key(&mut self, key: PublicKey) {
        self.key = key;
        self.key_changes.insert(self.len() + 1);
    }

    /// Whether the entry at a place changes the key.
    pub fn changes_key(&self, sequence: u64) -> bool {
        self.key_changes.contains(&sequence)
    }

    /// The entry at a place, or where it lies.
    pub fn one(&self, sequence: u64) -> Option<One> {
        let index = usize::try_from(sequence.checked_sub(1)?).ok()?;
        let first_recent = self.hashes.len() - self.recent.len();
        match index.checked_sub(first_recent) {
            Some(recent) => self.recent.get(recent).cloned().map(One::Entry),
            None => self.positions.get(index).copied().map(One::Position),
        }
    }

    pub fn len(&self) -> u64 {
        self.hashes.len() as u64
    }

    /// Where the chain stands.
    pub fn head(&self) -> Head {
        let next = Sequence::new(self.len() + 1).unwrap_or(Sequence::FIRST);
        Head { next, previous: self.hashes.last().copied().unwrap_or(EntryHash::NONE) }
    }

    /// The entry at a place, 1 for the first.
    pub fn hash(&self, sequence: u64) -> Option<EntryHash> {
        let index = usize::try_from(sequence.checked_sub(1)?).ok()?;
        self.hashes.get(index).copied()
    }

    /// Adds the entry that follows, which lies at `position` of the desk's log.
    pub fn push(&mut self, bytes: Bytes, hash: EntryHash, position: u64, is_checkpoint: bool) {
        self.hashes.push(hash);
        self.positions.push(position);
        self.tree.push(leaf_hash(&hash.0));
        if self.hashes.len().is_multiple_of(TREE_EVERY) {
            self.trees.push(self.tree.clone());
        }
        self.recent_bytes += bytes.len();
        self.recent.push_back(bytes);
        while self.recent.len() > RECENT_MAX || self.recent_bytes > RECENT_BYTES_MAX {
            let Some(gone) = self.recent.pop_front() else { break };
            self.recent_bytes -= gone.len();
        }
        if !is_checkpoint {
            self.uncovered += 1;
            self.last_said = self.len();
        }
    }

    /// The root over its first `size` entries; none when it has fewer.
    pub fn root_at(&self, size: u64) -> Option<Root> {
        let size = usize::try_from(size).ok().filter(|size| *size <= self.hashes.len())?;
        let mut tree = self.trees.get(size / TREE_EVERY)?.clone();
        for hash in &self.hashes[size - size % TREE_EVERY..size] {
            tree.push(leaf_hash(&hash.0));
        }
        Some(tree.root())
    }

    pub fn root(&self) -> Root {
        self.tree.root()
    }

    pub fn uncovered(&self) -> u64 {
        self.uncovered
    }

    /// A checkpoint of ours covers its first `size` entries.
    pub fn covered(&mut self, size: u64) {
        self.uncovered = match size >= self.last_said {
            true => 0,
            false => self.uncovered.min(self.last_said - size),
        };
    }

    /// Entries after a place: at most `count`, and no more than fit into `room` bytes, but one at
    /// least.
    pub fn after(&self, sequence: u64, count: usize, room: usize) -> After {
        let from = usize::try_from(sequence).unwrap_or(usize::MAX).min(self.hashes.len());
        let first_recent = self.hashes.len() - self.recent.len();
        if from < first_recent {
            // Each is read from the disk: no more than are likely to fit.
            let likely = (room / ENTRY_LEAST).saturating_add(1).min(count);
            let until = (from + likely).min(first_recent);
            return After::Positions(self.positions[from..until].to_vec());
        }
        let mut left = room;
        let mut entries: Vec<Bytes> = Vec::new();
        for bytes in self.recent.iter().skip(from - first_recent).take(count) {
            if bytes.len() > left && !entries.is_empty() {
                break;
            }
            left = left.saturating_sub(bytes.len());
            entries.push(bytes.clone());
        }
        After::Entries(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use keepclear_record::SigningKey;

    fn lane(count: u32) -> Held {
        let mut lane = Held::new(SigningKey::from_seed(&[1; 32]).public());
        for number in 0..count {
            let bytes = number.to_be_bytes().to_vec();
            let hash = EntryHash::of(&bytes);
            lane.push(bytes.into(), hash, 10 + u64::from(number), false);
        }
        lane
    }

    #[test]
    fn a_root_at_any_size_is_that_of_a_lane_of_that_size() {
        let long = lane(9_000);
        for size in [0, 1, 2, 4_095, 4_096, 4_097, 8_192, 8_999, 9_000] {
            assert_eq!(long.root_at(size), Some(lane(size as u32).root()), "{size}");
        }
        assert_eq!(long.root_at(9_001), None);
    }

    #[test]
    fn old_entries_are_named_by_where_they_lie() {
        let long = lane(9_000);
        assert_eq!(long.after(0, 2, 1_000), After::Positions(vec![10, 11]));
        let last = Bytes::from(8_999_u32.to_be_bytes().to_vec());
        assert_eq!(long.after(8_999, 5, 0), After::Entries(vec![last]));
        assert_eq!(long.after(9_000, 5, 100), After::Entries(vec![]));
    }

    #[test]
    fn a_checkpoint_in_its_own_lane_needs_no_other_checkpoint() {
        let mut lane = lane(3);
        let size = lane.len();
        let bytes = b"a checkpoint of the first three".to_vec();
        lane.push(bytes.clone().into(), EntryHash::of(&bytes), 13, true);
        lane.covered(size);
        assert_eq!(lane.uncovered(), 0);
    }
}
