//! Snapshots as files.
//!
//! Saving shares nothing with appending but the folder, so that hundreds of megabytes can be written
//! in the background. A snapshot counts only under its final name, which it gets after its sync.

use crate::contract::{Snapshot, SnapshotWriter};
use crate::format::{FILE_HEADER, FileHeader, snapshot_at, snapshot_name};
use crate::storage::{Storage, StorageFile, remove_if_there};
use crate::{BatchNumber, KeepError, LogId, Position, ReadError};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tracing::warn;

/// How many are kept.
const KEPT: usize = 2;
const BUFFER_BYTES: usize = 1 << 20;
const HASH_BYTES: usize = 32;

/// The snapshots of a log.
#[derive(Clone)]
pub(super) struct Snapshots<S> {
    storage: S,
    log: LogId,
    shared: Arc<Shared>,
}

struct Shared {
    /// The log's tail.
    tail: AtomicU64,
    /// Names of those that were read through and found whole.
    whole: Mutex<BTreeSet<String>>,
    /// One at a time, so that two do not clear each other's away.
    saving: Mutex<()>,
}

impl<S: Storage> Snapshots<S> {
    pub(super) fn new(storage: &S, log: LogId, tail: Position) -> Self {
        let shared = Shared {
            tail: AtomicU64::new(tail.get()),
            whole: Mutex::new(BTreeSet::new()),
            saving: Mutex::new(()),
        };
        Self { storage: storage.clone(), log, shared: Arc::new(shared) }
    }

    pub(super) fn set_tail(&self, tail: Position) {
        self.shared.tail.store(tail.get(), Ordering::Release);
    }

    /// Names and places, newest first.
    pub(super) fn list(&self) -> io::Result<Vec<(Position, String)>> {
        let files = self.storage.list()?.into_iter();
        let mut found: Vec<_> =
            files.filter_map(|name| Some((snapshot_at(&name)?, name))).collect();
        found.sort_unstable_by(|a, b| b.cmp(a));
        Ok(found)
    }

    /// As [`Log::latest_snapshot`](crate::Log::latest_snapshot).
    pub(super) fn latest(&self, trimmed: Position) -> Result<Option<Snapshot>, ReadError> {
        let mut damaged = Vec::new();
        for (at, name) in self.list().map_err(|error| self.unlisted(error))? {
            match self.open_whole(at, &name) {
                Ok(snapshot) if at >= trimmed => return Ok(Some(snapshot)),
                Ok(_) => damaged.push(format!("{name}: the entries after it have been trimmed")),
                Err(error) => {
                    warn!(snapshot = name, %error, "passing over a damaged snapshot");
                    damaged.push(format!("{name}: {error}"));
                }
            }
        }
        if trimmed == Position::START {
            return Ok(None);
        }
        let damaged = match damaged.is_empty() {
            true => "there is none".to_owned(),
            false => damaged.join("; "),
        };
        Err(ReadError::NoSnapshot { damaged, through: trimmed })
    }

    /// The newest that is whole, as far as this process has looked or looks for it.
    pub(super) fn newest_whole(&self) -> Result<Position, ReadError> {
        for (at, name) in self.list().map_err(|error| self.unlisted(error))? {
            if self.whole().contains(&name) {
                return Ok(at);
            }
            match self.open_whole(at, &name) {
                Ok(_) => return Ok(at),
                Err(error) => warn!(snapshot = name, %error, "passing over a damaged snapshot"),
            }
        }
        Ok(Position::START)
    }

    fn unlisted(&self, error: io::Error) -> ReadError {
        ReadError::io(format!("listing {}", self.storage.name()), error)
    }

    fn whole(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.shared.whole.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads it through, then opens it for reading its content.
    fn open_whole(&self, at: Position, name: &str) -> io::Result<Snapshot> {
        let damaged = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
        let file = self.storage.open(name, false)?;
        let length = (file.length()?)
            .checked_sub((FILE_HEADER + HASH_BYTES) as u64)
            .ok_or_else(|| damaged("it is shorter than its header and hash"))?;
        let mut reader = BufReader::with_capacity(BUFFER_BYTES, FromFile { file, offset: 0 });
        let mut header = [0; FILE_HEADER];
        reader.read_exact(&mut header)?;
        match FileHeader::of_snapshot(&header) {
            Ok(found) if found.log == self.log && found.position == at => {}
            Ok(_) => return Err(damaged("it belongs to another log or place")),
            Err(fault) => return Err(damaged(&format!("its header cannot be read: {fault:?}"))),
        }
        let mut hasher = Hashing { inner: io::sink(), hasher: Sha256::new_with_prefix(header) };
        io::copy(&mut (&mut reader).take(length), &mut hasher)?;
        let mut written = [0; HASH_BYTES];
        reader.read_exact(&mut written)?;
        let hash: [u8; HASH_BYTES] = hasher.hasher.finalize().into();
        if hash != written || snapshot_name(at, &hash) != name {
            return Err(damaged("its content does not have its hash"));
        }
        self.whole().insert(name.to_owned());
        let file = self.storage.open(name, false)?;
        let content = FromFile { file, offset: FILE_HEADER as u64 }.take(length);
        let content = Box::new(BufReader::with_capacity(BUFFER_BYTES, content));
        Ok(Snapshot { at, length, content })
    }

    fn write(
        &self,
        at: Position,
        temporary: &str,
        content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<String> {
        let file = self.storage.create(temporary)?;
        let header = FileHeader { log: self.log, position: at, batch_before: BatchNumber::NONE };
        let buffered = BufWriter::with_capacity(BUFFER_BYTES, IntoFile { file, offset: 0 });
        let mut out = Hashing { inner: buffered, hasher: Sha256::new() };
        out.write_all(&header.snapshot())?;
        content(&mut out)?;
        let hash: [u8; HASH_BYTES] = out.hasher.finalize().into();
        let mut buffered = out.inner;
        buffered.write_all(&hash)?;
        let written = buffered.into_inner().map_err(io::IntoInnerError::into_error)?;
        written.file.sync_data()?;
        let name = snapshot_name(at, &hash);
        self.storage.rename(temporary, &name)?;
        self.storage.sync_folder()?;
        Ok(name)
    }

    /// Removes all but the newest. What cannot be removed is in nobody's way.
    fn clear_away(&self) -> io::Result<()> {
        for (_, name) in self.list()?.into_iter().skip(KEPT) {
            remove_if_there(&self.storage, &name)?;
            self.whole().remove(&name);
        }
        Ok(())
    }
}

impl<S: Storage> SnapshotWriter for Snapshots<S> {
    fn save(
        &self,
        at: Position,
        content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), KeepError> {
        let tail = Position::new(self.shared.tail.load(Ordering::Acquire));
        if at > tail {
            return Err(KeepError::Ahead { at, tail });
        }
        let _one_at_a_time = self.shared.saving.lock().unwrap_or_else(PoisonError::into_inner);
        let temporary = format!("snapshot-{:020}.tmp", at.get());
        let name = self.write(at, &temporary, content).map_err(|error| {
            // The next start removes it, if this cannot.
            let _ = remove_if_there(&self.storage, &temporary);
            KeepError::of(&format!("the snapshot at {at}"), error)
        })?;
        // Here rather than when trimming, which would hold up appends.
        let kept = self.open_whole(at, &name).and_then(|_| self.clear_away());
        kept.map_err(|error| KeepError::of(&name, error))
    }
}

/// Passes bytes on and hashes them.
struct Hashing<W> {
    inner: W,
    hasher: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

struct IntoFile<F> {
    file: F,
    offset: u64,
}

impl<F: StorageFile> Write for IntoFile<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write_at(bytes, self.offset)?;
        self.offset += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct FromFile<F> {
    file: F,
    offset: u64,
}

impl<F: StorageFile> Read for FromFile<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.offset)?;
        self.offset += read as u64;
        Ok(read)
    }
}
