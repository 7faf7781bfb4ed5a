//! What can go wrong with a log, and what to do then.

use crate::{BatchNumber, LogId, Position};
use std::io;
use std::sync::Arc;

/// A write or an fsync failed: what is on the disk is unknown. The process must end; on the next
/// start the log finds out. An fsync is never tried again, because the system may have dropped what it
/// could not write and report success the second time.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{doing} failed: {source}; what is on the disk is unknown, so this process must end")]
pub struct Fatal {
    pub(crate) doing: String,
    pub(crate) source: Arc<io::Error>,
}

impl Fatal {
    /// A failure of what `doing` names.
    pub fn new(doing: impl Into<String>, source: io::Error) -> Self {
        Self { doing: doing.into(), source: Arc::new(source) }
    }
}

/// What was durable and is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{file} is damaged at byte {offset}, at the entry with position {position}: {what}; restore the \
     folder from a copy, or found the node again from a peer"
)]
pub struct Damage {
    /// The file in the log's folder.
    pub file: String,
    /// Byte in the file, from 0, where the damaged thing begins.
    pub offset: u64,
    /// The entry that is damaged, or the first one that is missing.
    pub position: Position,
    /// What is wrong.
    pub what: String,
}

/// Why a batch was not appended.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AppendError {
    /// Nothing was written. The log stays usable; the same batch can be tried again.
    #[error("there is no room for {needed_bytes} bytes; make room, then try again")]
    NoRoom {
        /// What had to be set aside.
        needed_bytes: u64,
    },
    /// Nothing was written. The batch never fits.
    #[error("the batch weighs {weight} bytes, the log takes {most} at once; append it in parts")]
    TooLarge {
        /// [`Batch::weight`](crate::Batch::weight).
        weight: usize,
        /// [`Log::batch_weight_max`](crate::Log::batch_weight_max).
        most: usize,
    },
    /// Nothing was written. A batch without entries has no place.
    #[error("the batch has no entries; append it when it has some")]
    Empty,
    /// Nothing was written.
    #[error("batch {found} is out of turn: this node's next is {expected}")]
    OutOfTurn {
        /// The batch's number.
        found: BatchNumber,
        /// The next one.
        expected: BatchNumber,
    },
    /// Nothing was written. Another batch of this node has that number: two processes act as one node.
    #[error(
        "batch {number} is in the log with other entries; another process acts as this node, so \
         this one must end"
    )]
    NotOurs {
        /// The number that both have.
        number: BatchNumber,
    },
    /// The outcome is unknown and the process must end.
    #[error(transparent)]
    Fatal(#[from] Fatal),
}

/// Why something could not be read.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ReadError {
    /// The entries after that place are gone; begin with a snapshot.
    #[error("entries up to {through} have been trimmed; start from a snapshot at or after it")]
    Trimmed {
        /// The last entry that is gone.
        through: Position,
    },
    /// It is not what was written.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// A payload beside the log is not what was put there.
    #[error("{file} does not have its hash; erase it, or restore it from a copy")]
    AsideDamaged {
        /// The file in the log's folder.
        file: String,
    },
    /// No snapshot can be read, and the entries do not reach back to the beginning.
    #[error(
        "no snapshot is whole ({damaged}), and entries up to {through} have been trimmed; restore \
         the folder from a copy, or found the node again from a peer"
    )]
    NoSnapshot {
        /// The snapshots that are there, and what is wrong with each.
        damaged: String,
        /// The last entry that is gone.
        through: Position,
    },
    /// An earlier write failed: the process must end.
    #[error(transparent)]
    Fatal(#[from] Fatal),
    /// The storage did not answer.
    #[error("{doing} failed: {source}")]
    Io {
        /// What was being done.
        doing: String,
        /// What the system says.
        source: Arc<io::Error>,
    },
}

impl ReadError {
    pub(crate) fn io(doing: impl Into<String>, source: io::Error) -> Self {
        Self::Io { doing: doing.into(), source: Arc::new(source) }
    }
}

/// Why a snapshot, or a payload beside the log, was not kept. The log itself is untouched.
#[derive(Debug, Clone, thiserror::Error)]
pub enum KeepError {
    /// Nothing is left behind; try again when there is room.
    #[error("there is no room for {name}; make room, then try again")]
    NoRoom {
        /// What was to be kept.
        name: String,
    },
    /// A snapshot of what is not yet durable.
    #[error("a snapshot at {at} is ahead of the log, which ends at {tail}")]
    Ahead {
        /// Where it was to be.
        at: Position,
        /// The last durable entry.
        tail: Position,
    },
    /// An earlier write to the log failed: the process must end.
    #[error(transparent)]
    Fatal(#[from] Fatal),
    /// Nothing was kept, or it may be gone after a crash; try again.
    #[error("keeping {name} failed: {source}; it does not count as kept")]
    Io {
        /// What was to be kept or erased.
        name: String,
        /// What the system, or the one who wrote the content, says.
        source: Arc<io::Error>,
    },
}

impl KeepError {
    pub(crate) fn of(name: &str, source: io::Error) -> Self {
        let name = name.to_owned();
        match crate::storage::is_full(&source) {
            true => Self::NoRoom { name },
            false => Self::Io { name, source: Arc::new(source) },
        }
    }
}

/// Why a log could not be opened or created.
#[derive(Debug, Clone, thiserror::Error)]
pub enum OpenError {
    /// Two processes on one folder would destroy it.
    #[error("{folder} is in use by another process; stop that one, or use another folder")]
    InUse {
        /// The folder.
        folder: String,
    },
    /// There is nothing to open.
    #[error("{folder} holds no log; found one there first")]
    NotFounded {
        /// The folder.
        folder: String,
    },
    /// There is something already.
    #[error("{folder} holds a log already; open it, or found in an empty folder")]
    Founded {
        /// The folder.
        folder: String,
    },
    /// There is no room for the first segment.
    #[error("there is no room for a segment of {needed_bytes} bytes; make room, then try again")]
    NoRoom {
        /// What had to be set aside.
        needed_bytes: u64,
    },
    /// Written by a program that knows a format which this one does not.
    #[error("{file} has format version {found}, this program reads {known}; use a newer one")]
    Version {
        /// The file.
        file: String,
        /// As written.
        found: u32,
        /// What is known.
        known: u32,
    },
    /// Files of two logs lie in one folder.
    #[error("{file} belongs to log {found}, the others to {log}; take it out of the folder")]
    OtherLog {
        /// The file.
        file: String,
        /// What it says.
        found: LogId,
        /// What the others say.
        log: LogId,
    },
    /// What was durable and is not what it was.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// The storage did not answer.
    #[error("{doing} failed: {source}")]
    Io {
        /// What was being done.
        doing: String,
        /// What the system says.
        source: Arc<io::Error>,
    },
}

impl OpenError {
    pub(crate) fn io(doing: impl Into<String>, source: io::Error) -> Self {
        Self::Io { doing: doing.into(), source: Arc::new(source) }
    }
}
