//! The contract of a log.
//!
//! If two engines could honestly differ on something, it belongs into these comments.

use crate::{
    AppendError, Appended, AsideName, Batch, BatchNumber, Committed, KeepError, LogId, Position,
    ReadError,
};
use std::io;

/// One node's hold on a shared, ordered, durable log.
///
/// ```text
///            trimmed            what can be read                   being written
///   ┌───────────────────┬──────────────────────────────────────┐┌─ ─ ─ ─ ─ ─ ─ ─ ─
///   │  gone; a snapshot │ a b │ c │ x y │ d e f │ z │ g        ││ h i j
///   └───────────────────┴──────────────────────────────────────┘└─ ─ ─ ─ ─ ─ ─ ─ ─
///            trimmed_through ┘     └ batch of ┘          tail ┘    all of them, or none
///                                    another node
/// ```
///
/// **Order.** Every node sees the same entries in the same order. Positions grow strictly, also over
/// trims and restarts, and are never used twice; they need not grow by one. Entries of one batch keep
/// their order. Another node's entries may come between two batches of this node, never into one.
///
/// **Acknowledgement.** When [`append`](Log::append) answers `Ok`, the batch is durable: it is there
/// after any crash of this process or its machine, as long as the storage keeps what it said it had
/// synced (in a pool, as long as a majority does).
///
/// **After a crash.** A batch without an answer is there whole or not at all. Which, says
/// [`next_batch`](Log::next_batch) after opening. What was read once is there again.
///
/// **Repeating.** A batch may be appended again after an answer was lost, with the same number and the
/// same entries: the answer is that of the first time, and nothing is there twice. This holds for the
/// node's newest batch, also after a restart; older numbers are refused.
///
/// **Damage.** What was acknowledged is given back as it was, or refused by name; never altered, never
/// silently shortened. One thing cannot be told apart: whether the node's newest batch was never
/// completed or was lost by the storage afterwards, if nothing durable came after it. What each
/// engine does to make that window small stands with the engine. [`seal`](Log::seal) closes it.
///
/// **Failure.** Once anything answered `Fatal`, everything does. The process must end and open anew.
///
/// `testing::conformance` holds every engine to this.
pub trait Log: Send {
    /// Which log this is.
    fn id(&self) -> LogId;

    /// The number that this node's next batch must have.
    fn next_batch(&self) -> BatchNumber;

    /// The largest [`Batch::weight`] that [`append`](Log::append) takes. A batch of one entry of 1 MiB
    /// always fits unless the log was configured to be smaller.
    fn batch_weight_max(&self) -> usize;

    /// Appends a batch, and waits until it is durable. One batch at a time.
    ///
    /// # Errors
    /// After [`AppendError::Fatal`] the outcome is unknown; after any other error nothing was written
    /// and the log can be used on.
    fn append(&mut self, batch: &Batch) -> Result<Appended, AppendError>;

    /// Whether there is room for a batch of the largest weight at this moment. Nothing of the attempt
    /// stays. To be asked after [`AppendError::NoRoom`], without something to append.
    ///
    /// # Errors
    /// [`ReadError`] when that cannot be known.
    fn has_room(&mut self) -> Result<bool, ReadError>;

    /// Entries after a place, in order, that are durable: as many as come to `limit_bytes`, and at
    /// least one if there is one. What is answered is empty only when nothing durable follows. May
    /// split a batch; sees at least everything up to this node's own appends and last
    /// [`tail`](Log::tail).
    ///
    /// # Errors
    /// [`ReadError::Trimmed`] when an entry after that place has been trimmed.
    fn read(&self, after: Position, limit_bytes: usize) -> Result<Vec<Committed>, ReadError>;

    /// A handle that reads durable entries after one place, through another, from another thread while
    /// appends go on. Costs next to nothing to make, and nothing to the appends; to be used soon, since
    /// what is trimmed meanwhile it cannot read.
    ///
    /// # Errors
    /// After `Fatal` only.
    fn reader(&self, after: Position, through: Position) -> Result<Box<dyn LogReader>, ReadError>;

    /// A place at or beyond every entry, of any node, that was acknowledged before this was called.
    /// [`Position::START`] for an empty log.
    ///
    /// # Errors
    /// [`ReadError`] when that cannot be known.
    fn tail(&mut self) -> Result<Position, ReadError>;

    /// The last entry that is gone; [`Position::START`] when all are there.
    fn trimmed_through(&self) -> Position;

    /// Makes it durable that everything appended so far was complete, so that no later damage can be
    /// taken for an unfinished append. To be called before a process ends in peace.
    ///
    /// # Errors
    /// [`AppendError::Fatal`] only.
    fn seal(&mut self) -> Result<(), AppendError>;

    /// A handle that saves snapshots from another thread while appends go on.
    fn snapshot_writer(&self) -> Box<dyn SnapshotWriter>;

    /// Places of the snapshots that are kept, newest first. Their content is not looked at.
    ///
    /// # Errors
    /// [`ReadError`] when the storage does not answer.
    fn snapshots(&self) -> Result<Vec<Position>, ReadError>;

    /// The newest snapshot that is whole and from which the entries reach on without a gap. A damaged
    /// one is passed over with a warning. None when there is none and all entries are there.
    ///
    /// # Errors
    /// [`ReadError::NoSnapshot`] when neither a snapshot nor the first entry is left.
    fn latest_snapshot(&self) -> Result<Option<Snapshot>, ReadError>;

    /// Lets entries up to a place go, never beyond the newest snapshot that is whole, and possibly
    /// fewer: an engine trims in whole pieces. Answers what [`trimmed_through`](Log::trimmed_through)
    /// is then. Who wants the snapshot before the newest to stay of use trims only through that one.
    ///
    /// # Errors
    /// [`ReadError`] when the storage does not answer; what was trimmed until then is gone.
    fn trim(&mut self, through: Position) -> Result<Position, ReadError>;

    /// Keeps a payload beside the log, on this node only. Durable when this returns, so that the entry
    /// that names it can be appended next. The same bytes may be put again.
    ///
    /// # Errors
    /// [`KeepError`]; the payload then does not count as kept.
    fn put_aside(&mut self, bytes: &[u8]) -> Result<AsideName, KeepError>;

    /// A payload beside the log; none when it was never put or has been erased.
    ///
    /// # Errors
    /// [`ReadError::AsideDamaged`] when its bytes do not have that name any more.
    fn aside(&self, name: AsideName) -> Result<Option<Vec<u8>>, ReadError>;

    /// Erases a payload beside the log; entries stay as they are. When this returns, no crash brings
    /// it back by name. What a file system or a disk keeps of removed files is beyond it. Answers
    /// whether it was there.
    ///
    /// # Errors
    /// [`KeepError`]; it may be there still.
    fn erase_aside(&mut self, name: AsideName) -> Result<bool, KeepError>;
}

/// Reads a part of a log.
pub trait LogReader: Send {
    /// As [`Log::read`], up to the handle's end.
    ///
    /// # Errors
    /// As there; [`ReadError::Io`] also for what was trimmed since the handle was made.
    fn read(&self, after: Position, limit_bytes: usize) -> Result<Vec<Committed>, ReadError>;
}

/// Saves snapshots. The two newest are kept, older ones removed.
pub trait SnapshotWriter: Send {
    /// Saves what `content` writes as the state after the entry at `at`. When this returns, the
    /// snapshot is durable; until then it does not exist, whatever happens.
    ///
    /// # Errors
    /// [`KeepError`], also with what `content` answers; no part of the snapshot is left then.
    fn save(
        &self,
        at: Position,
        content: &mut dyn FnMut(&mut dyn io::Write) -> io::Result<()>,
    ) -> Result<(), KeepError>;
}

/// A snapshot whose content was found whole.
pub struct Snapshot {
    /// The last entry that it contains.
    pub at: Position,
    /// Bytes of its content.
    pub length: u64,
    /// Its content, from the beginning.
    pub content: Box<dyn io::Read + Send>,
}
