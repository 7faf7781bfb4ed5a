//! A log in memory, for tests of what is built on logs.
//!
//! Durable means here: as long as the [`MemoryFolder`] is kept. Nothing fails, so what must be shown
//! under failures is shown on a [`FileLog`](crate::FileLog) with a storage that fails.

use crate::contract::{Log, LogReader, Snapshot, SnapshotWriter};
use crate::{
    AppendError, Appended, AsideName, Batch, BatchNumber, Committed, KeepError, LogId, Position,
    ReadError,
};
use bytes::Bytes;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const BATCH_WEIGHT_MAX: usize = 16 << 20;
const SNAPSHOTS_KEPT: usize = 2;

/// What outlives a [`MemoryLog`]. Clones are the same folder.
#[derive(Clone)]
pub struct MemoryFolder {
    id: LogId,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    /// Entries after `trimmed`, without a gap.
    entries: VecDeque<Bytes>,
    trimmed: u64,
    last_batch: Option<(Batch, Appended)>,
    snapshots: BTreeMap<Position, Bytes>,
    asides: BTreeMap<AsideName, Vec<u8>>,
}

impl Kept {
    fn tail(&self) -> Position {
        Position::new(self.trimmed + self.entries.len() as u64)
    }
}

impl MemoryFolder {
    /// Founds a log.
    pub fn new(id: LogId) -> Self {
        Self { id, kept: Arc::default() }
    }

    /// Opens it. One at a time, as with any log.
    pub fn open(&self) -> MemoryLog {
        MemoryLog { folder: self.clone() }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A log in memory.
pub struct MemoryLog {
    folder: MemoryFolder,
}

impl MemoryLog {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.folder.kept()
    }
}

impl Log for MemoryLog {
    fn id(&self) -> LogId {
        self.folder.id
    }

    fn next_batch(&self) -> BatchNumber {
        match &self.kept().last_batch {
            Some((batch, _)) => batch.number().next(),
            None => BatchNumber::FIRST,
        }
    }

    fn batch_weight_max(&self) -> usize {
        BATCH_WEIGHT_MAX
    }

    fn append(&mut self, batch: &Batch) -> Result<Appended, AppendError> {
        let (weight, most, found) = (batch.weight(), BATCH_WEIGHT_MAX, batch.number());
        if batch.is_empty() {
            return Err(AppendError::Empty);
        }
        if weight > most {
            return Err(AppendError::TooLarge { weight, most });
        }
        let expected = self.next_batch();
        let mut kept = self.kept();
        if let Some((last, appended)) = &kept.last_batch
            && last.number() == found
        {
            return match last == batch {
                true => Ok(*appended),
                false => Err(AppendError::NotOurs { number: found }),
            };
        }
        if found != expected {
            return Err(AppendError::OutOfTurn { found, expected });
        }
        let previous = kept.tail();
        kept.entries.extend(batch.entries().map(Bytes::copy_from_slice));
        let appended = Appended { previous, first: previous.next(), last: kept.tail() };
        kept.last_batch = Some((batch.clone(), appended));
        Ok(appended)
    }

    fn has_room(&mut self) -> Result<bool, ReadError> {
        Ok(true)
    }

    fn read(&self, after: Position, limit_bytes: usize) -> Result<Vec<Committed>, ReadError> {
        let kept = self.kept();
        let through = Position::new(kept.trimmed);
        let Some(skipped) = after.get().checked_sub(kept.trimmed) else {
            return Err(ReadError::Trimmed { through });
        };
        let skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
        let mut read = Vec::new();
        let (mut position, mut total) = (after, 0_usize);
        for bytes in kept.entries.iter().skip(skipped) {
            total += bytes.len();
            if !read.is_empty() && total > limit_bytes {
                break;
            }
            position = position.next();
            read.push(Committed { position, bytes: bytes.clone() });
        }
        Ok(read)
    }

    fn reader(&self, _: Position, through: Position) -> Result<Box<dyn LogReader>, ReadError> {
        Ok(Box::new(MemoryPart { log: self.folder.open(), through }))
    }

    fn tail(&mut self) -> Result<Position, ReadError> {
        Ok(self.kept().tail())
    }

    fn trimmed_through(&self) -> Position {
        Position::new(self.kept().trimmed)
    }

    fn seal(&mut self) -> Result<(), AppendError> {
        Ok(())
    }

    fn snapshot_writer(&self) -> Box<dyn SnapshotWriter> {
        Box::new(self.folder.clone())
    }

    fn snapshots(&self) -> Result<Vec<Position>, ReadError> {
        Ok(self.kept().snapshots.keys().rev().copied().collect())
    }

    fn latest_snapshot(&self) -> Result<Option<Snapshot>, ReadError> {
        let kept = self.kept();
        Ok(kept.snapshots.last_key_value().map(|(at, content)| Snapshot {
            at: *at,
            length: content.len() as u64,
            content: Box::new(io::Cursor::new(content.clone())),
        }))
    }

    fn trim(&mut self, through: Position) -> Result<Position, ReadError> {
        let mut kept = self.kept();
        let newest = kept.snapshots.last_key_value().map_or(Position::START, |(at, _)| *at);
        while kept.trimmed < through.min(newest).get() && kept.entries.pop_front().is_some() {
            kept.trimmed += 1;
        }
        Ok(Position::new(kept.trimmed))
    }

    fn put_aside(&mut self, bytes: &[u8]) -> Result<AsideName, KeepError> {
        let name = AsideName::of(bytes);
        self.kept().asides.insert(name, bytes.to_vec());
        Ok(name)
    }

    fn aside(&self, name: AsideName) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.kept().asides.get(&name).cloned())
    }

    fn erase_aside(&mut self, name: AsideName) -> Result<bool, KeepError> {
        Ok(self.kept().asides.remove(&name).is_some())
    }
}

struct MemoryPart {
    log: MemoryLog,
    through: Position,
}

impl LogReader for MemoryPart {
    fn read(&self, after: Position, limit_bytes: usize) -> Result<Vec<Committed>, ReadError> {
        let mut read = self.log.read(after, limit_bytes)?;
        read.truncate(read.partition_point(|committed| committed.position <= self.through));
        Ok(read)
    }
}

impl SnapshotWriter for MemoryFolder {
    fn save(
        &self,
        at: Position,
        content: &mut dyn FnMut(&mut dyn io::Write) -> io::Result<()>,
    ) -> Result<(), KeepError> {
        let tail = self.kept().tail();
        if at > tail {
            return Err(KeepError::Ahead { at, tail });
        }
        let mut written = Vec::new();
        content(&mut written)
            .map_err(|error| KeepError::of(&format!("the snapshot at {at}"), error))?;
        let mut kept = self.kept();
        kept.snapshots.insert(at, written.into());
        while kept.snapshots.len() > SNAPSHOTS_KEPT {
            kept.snapshots.pop_first();
        }
        Ok(())
    }
}
