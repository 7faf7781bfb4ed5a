//! The embedded engine: segment files in a folder, one writer.
//!
//! One write and one sync for each batch; the group commit is the caller's. How the end of a log is
//! told from damage, and what remains of the window that [`Log`](crate::Log) speaks of, stands in
//! `file/scan.rs`.

mod asides;
mod open;
mod reader;
mod repair;
mod scan;
mod segments;
mod snapshots;
mod write;

pub use reader::FileReader;

use crate::contract::{Log, LogReader, Snapshot, SnapshotWriter};
use crate::format::{FILE_HEADER, RECORD_HEADER};
use crate::storage::Storage;
use crate::{
    AppendError, Appended, AsideName, Batch, BatchNumber, Committed, Fatal, KeepError, LogId,
    Position, ReadError,
};
use segments::Segments;
use snapshots::Snapshots;
use std::ops::RangeInclusive;

/// Length of a segment unless told otherwise: 64 MiB.
pub const SEGMENT_BYTES_DEFAULT: u64 = 64 << 20;

/// Lengths that a segment can have: 4 KiB to 1 GiB.
pub const SEGMENT_BYTES_RANGE: RangeInclusive<u64> = 4 << 10..=1 << 30;

/// How a log is kept. May differ from one start to the next.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    segment_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { segment_bytes: SEGMENT_BYTES_DEFAULT }
    }
}

impl Options {
    /// Segments of this length, rounded to a whole number of records' units and into
    /// [`SEGMENT_BYTES_RANGE`].
    #[must_use]
    pub fn with_segment_bytes(self, bytes: u64) -> Self {
        let bytes = bytes.clamp(*SEGMENT_BYTES_RANGE.start(), *SEGMENT_BYTES_RANGE.end());
        Self { segment_bytes: bytes.next_multiple_of(RECORD_HEADER as u64) }
    }
}

/// A log in segment files. Holds its folder until it is dropped.
pub struct FileLog<S: Storage> {
    storage: S,
    _lock: S::Lock,
    id: LogId,
    options: Options,
    segments: Segments<S>,
    /// The newest segment's file.
    file: S::File,
    snapshots: Snapshots<S>,
    /// The batch as it is written, kept for its room.
    buffer: Vec<u8>,
    fatal: Option<Fatal>,
}

impl<S: Storage> FileLog<S> {
    fn alive(&self) -> Result<(), Fatal> {
        self.fatal.clone().map_or(Ok(()), Err)
    }
}

/// Segments that hold a part of the log, as they were at some moment.
struct Part<S> {
    segments: Segments<S>,
    through: Position,
}

impl<S: Storage> LogReader for Part<S> {
    fn read(&self, after: Position, limit_bytes: usize) -> Result<Vec<Committed>, ReadError> {
        let mut read = self.segments.read(after, limit_bytes)?;
        read.truncate(read.partition_point(|committed| committed.position <= self.through));
        Ok(read)
    }
}

impl<S: Storage> Log for FileLog<S> {
    fn id(&self) -> LogId {
        self.id
    }

    fn next_batch(&self) -> BatchNumber {
        self.segments.newest().content.last_batch.next()
    }

    fn batch_weight_max(&self) -> usize {
        // The weight of an entry covers its header and padding; the segment's header and the mark
        // after the batch need room, too. At most 1 GiB, so it fits.
        self.options.segment_bytes as usize - FILE_HEADER - RECORD_HEADER
    }

    fn append(&mut self, batch: &Batch) -> Result<Appended, AppendError> {
        self.alive()?;
        let result = self.append_batch(batch);
        self.remember_fatal(result)
    }

    fn has_room(&mut self) -> Result<bool, ReadError> {
        self.alive()?;
        self.room_for_segment()
    }

    fn read(&self, after: Position, limit_bytes: usize) -> Result<Vec<Committed>, ReadError> {
        self.alive()?;
        self.segments.read(after, limit_bytes)
    }

    fn reader(&self, after: Position, through: Position) -> Result<Box<dyn LogReader>, ReadError> {
        self.alive()?;
        Ok(Box::new(Part { segments: self.segments.part(after, through), through }))
    }

    fn tail(&mut self) -> Result<Position, ReadError> {
        self.alive()?;
        Ok(self.segments.tail())
    }

    fn trimmed_through(&self) -> Position {
        self.segments.trimmed_through()
    }

    fn seal(&mut self) -> Result<(), AppendError> {
        self.alive()?;
        let result = self.sync_mark();
        self.remember_fatal(result)
    }

    fn snapshot_writer(&self) -> Box<dyn SnapshotWriter> {
        Box::new(self.snapshots.clone())
    }

    fn snapshots(&self) -> Result<Vec<Position>, ReadError> {
        self.alive()?;
        let doing = || format!("listing {}", self.storage.name());
        let list = self.snapshots.list().map_err(|error| ReadError::io(doing(), error))?;
        Ok(list.into_iter().map(|(at, _)| at).collect())
    }

    fn latest_snapshot(&self) -> Result<Option<Snapshot>, ReadError> {
        self.alive()?;
        self.snapshots.latest(self.segments.trimmed_through())
    }

    fn trim(&mut self, through: Position) -> Result<Position, ReadError> {
        self.alive()?;
        let through = through.min(self.snapshots.newest_whole()?);
        self.segments.trim(through)?;
        Ok(self.segments.trimmed_through())
    }

    fn put_aside(&mut self, bytes: &[u8]) -> Result<AsideName, KeepError> {
        self.alive()?;
        asides::put(&self.storage, bytes)
    }

    fn aside(&self, name: AsideName) -> Result<Option<Vec<u8>>, ReadError> {
        self.alive()?;
        asides::get(&self.storage, name)
    }

    fn erase_aside(&mut self, name: AsideName) -> Result<bool, KeepError> {
        self.alive()?;
        asides::erase(&self.storage, name)
    }
}
