//! Checking that entries follow each other, node by node, in one log.
//!
//! Each node has a chain of its own. The order between nodes is the log's and no hash says it.

use crate::{Entry, EntryError, EntryHash, LogId, NodeId, Sequence};
use std::collections::BTreeMap;

/// Where a node's chain stands: what its next entry must say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The place of the node's next entry.
    pub next: Sequence,
    /// The hash of its last entry; [`EntryHash::NONE`] before the first.
    pub previous: EntryHash,
}

impl Head {
    /// Of a node that has written nothing.
    pub const START: Self = Self { next: Sequence::FIRST, previous: EntryHash::NONE };
}

/// Why an entry does not follow what came before.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// The bytes are not an entry.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// Of another log.
    #[error("entry {sequence} of node {node} belongs to {found}; this log is {log}")]
    Log {
        /// Who wrote it.
        node: NodeId,
        /// Its place.
        sequence: Sequence,
        /// What it says.
        found: LogId,
        /// What the others say.
        log: LogId,
    },
    /// An exercise among what is real, or the other way round.
    #[error(
        "entry {sequence} of node {node} says exercise: {found}; this log says exercise: {exercise}"
    )]
    Exercise {
        /// Who wrote it.
        node: NodeId,
        /// Its place.
        sequence: Sequence,
        /// What it says.
        found: bool,
        /// What the others say.
        exercise: bool,
    },
    /// An entry is missing, repeated or out of order.
    #[error("node {node} goes on with entry {sequence}, but entry {expected} is next")]
    Sequence {
        /// Who wrote it.
        node: NodeId,
        /// Its place.
        sequence: Sequence,
        /// The place that was next.
        expected: Sequence,
    },
    /// The entry before was another one.
    #[error(
        "entry {sequence} of node {node} follows an entry with hash {found}, but the one here has \
         {expected}"
    )]
    Previous {
        /// Who wrote it.
        node: NodeId,
        /// Its place.
        sequence: Sequence,
        /// What it says.
        found: EntryHash,
        /// The hash of the entry before it in this log.
        expected: EntryHash,
    },
}

/// Follows one log. Fed in log order, from the first entry or from the heads of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    log: LogId,
    exercise: bool,
    heads: BTreeMap<NodeId, Head>,
}

impl Chain {
    /// A log that is read from its first entry.
    pub fn new(log: LogId, exercise: bool) -> Self {
        Self::resume(log, exercise, [])
    }

    /// A log that is read from the middle, where the nodes' chains stand at `heads`.
    pub fn resume(
        log: LogId,
        exercise: bool,
        heads: impl IntoIterator<Item = (NodeId, Head)>,
    ) -> Self {
        Self { log, exercise, heads: heads.into_iter().collect() }
    }

    /// Decodes the next entry of the log and checks that it follows.
    ///
    /// # Errors
    /// [`ChainError`]; the chain then stands where it stood.
    pub fn follow(&mut self, bytes: &[u8]) -> Result<Entry, ChainError> {
        let entry = Entry::decode(bytes)?;
        let (node, sequence) = (entry.node, entry.sequence);
        if entry.log != self.log {
            return Err(ChainError::Log { node, sequence, found: entry.log, log: self.log });
        }
        if entry.exercise != self.exercise {
            let (found, exercise) = (entry.exercise, self.exercise);
            return Err(ChainError::Exercise { node, sequence, found, exercise });
        }
        let head = self.head(node);
        if sequence != head.next {
            return Err(ChainError::Sequence { node, sequence, expected: head.next });
        }
        if entry.previous != head.previous {
            let (found, expected) = (entry.previous, head.previous);
            return Err(ChainError::Previous { node, sequence, found, expected });
        }
        let head = Head { next: sequence.next(), previous: EntryHash::of(bytes) };
        self.heads.insert(node, head);
        Ok(entry)
    }

    /// Goes over the next place of a node, of which only the hash of its entry is known. Whether it is the
    /// right one is seen by what follows: the node's next entry names it.
    pub fn pass_over(&mut self, node: NodeId, hash: EntryHash) -> Sequence {
        let place = self.head(node).next;
        self.heads.insert(node, Head { next: place.next(), previous: hash });
        place
    }

    /// Where a node's chain stands.
    pub fn head(&self, node: NodeId) -> Head {
        self.heads.get(&node).copied().unwrap_or(Head::START)
    }

    /// Where the chains of all nodes stand, by node id: what a snapshot must keep.
    pub fn heads(&self) -> impl Iterator<Item = (NodeId, Head)> + '_ {
        self.heads.iter().map(|(node, head)| (*node, *head))
    }
}
