//! Looking at a log that another process may be writing.
//!
//! Sees the log as it was at some moment while it was being opened. The writer may meanwhile go on,
//! begin segments and trim; none of that is damage.

use super::asides;
use super::open::reaches_snapshots;
use super::scan::Kind;
use super::segments::Segments;
use super::snapshots::Snapshots;
use crate::storage::Storage;
use crate::{AsideName, Committed, LogId, OpenError, Position, ReadError, Snapshot};

/// How often the files are looked at anew when they changed while they were read.
const TRIES: usize = 10;

/// A log that is only read. Takes no lock.
pub struct FileReader<S: Storage> {
    storage: S,
    segments: Segments<S>,
    snapshots: Snapshots<S>,
}

impl<S: Storage> FileReader<S> {
    pub(super) fn open(storage: &S) -> Result<Self, OpenError> {
        let mut buffer = Vec::new();
        let mut before = None;
        for _ in 0..TRIES {
            match Self::look(storage, &mut buffer) {
                // What only looked wrong because it was changing looks otherwise the next time.
                Err(error @ (OpenError::Damaged(_) | OpenError::Io { .. })) => {
                    let message = error.to_string();
                    if before.as_ref() == Some(&message) {
                        return Err(error);
                    }
                    before = Some(message);
                }
                other => return other,
            }
        }
        Self::look(storage, &mut buffer)
    }

    fn look(storage: &S, buffer: &mut Vec<u8>) -> Result<Self, OpenError> {
        let segments = Segments::load(storage, Kind::Growing, buffer)?;
        let newest = segments.newest();
        let (id, tail) = (newest.content.header.log, segments.tail());
        let snapshots = Snapshots::new(storage, id, tail);
        reaches_snapshots(&snapshots, &newest.name, newest.content.end, tail)?;
        Ok(Self { storage: storage.clone(), segments, snapshots })
    }

    /// Which log this is.
    pub fn id(&self) -> LogId {
        self.segments.newest().content.header.log
    }

    /// The last entry that was seen.
    pub fn tail(&self) -> Position {
        self.segments.tail()
    }

    /// The last entry that had been trimmed.
    pub fn trimmed_through(&self) -> Position {
        self.segments.trimmed_through()
    }

    /// How many segments there are; all were verified.
    pub fn segments(&self) -> usize {
        self.segments.iter().len()
    }

    /// As [`Log::read`](crate::Log::read), up to [`FileReader::tail`].
    ///
    /// # Errors
    /// As there; [`ReadError::Io`] also for what the writer has trimmed since.
    pub fn read(&self, after: Position, limit_bytes: usize) -> Result<Vec<Committed>, ReadError> {
        self.segments.read(after, limit_bytes)
    }

    /// As [`Log::latest_snapshot`](crate::Log::latest_snapshot).
    ///
    /// # Errors
    /// As there.
    pub fn latest_snapshot(&self) -> Result<Option<Snapshot>, ReadError> {
        self.snapshots.latest(self.segments.trimmed_through())
    }

    /// As [`Log::aside`](crate::Log::aside).
    ///
    /// # Errors
    /// As there.
    pub fn aside(&self, name: AsideName) -> Result<Option<Vec<u8>>, ReadError> {
        asides::get(&self.storage, name)
    }
}
