//! Founding a log in a folder, and opening one after whatever has happened.

use super::repair::repair;
use super::scan::Kind;
use super::segments::{Segments, segment_names};
use super::snapshots::Snapshots;
use super::write::{NoSegment, create_segment};
use super::{FileLog, FileReader, Options};
use crate::format::FileHeader;
use crate::storage::Storage;
use crate::{BatchNumber, Damage, LogId, OpenError, Position};
use std::io;
use tracing::info;

/// Files that were not finished when a process ended.
const UNFINISHED: &str = ".tmp";

impl<S: Storage> FileLog<S> {
    /// Founds a log in a folder that holds none.
    ///
    /// # Errors
    /// [`OpenError`]; the folder then holds no log still.
    pub fn create(storage: S, id: LogId, options: Options) -> Result<Self, OpenError> {
        let lock = take(&storage)?;
        if !segment_names(&storage)?.is_empty() {
            return Err(OpenError::Founded { folder: storage.name() });
        }
        let header = FileHeader {
            log: id,
            position: Position::START.next(),
            batch_before: BatchNumber::NONE,
        };
        let needed_bytes = options.segment_bytes;
        let created = create_segment(&storage, header, needed_bytes);
        let (segment, file) = created.map_err(|error| match error {
            NoSegment::NoRoom => OpenError::NoRoom { needed_bytes },
            NoSegment::Failed(error) => OpenError::io("creating the first segment", error),
        })?;
        let log = Self {
            id,
            options,
            file,
            segments: Segments::of_one(&storage, segment),
            snapshots: Snapshots::new(&storage, id, Position::START),
            storage,
            _lock: lock,
            buffer: Vec::new(),
            fatal: None,
        };
        log.write_mark().map_err(|fatal| OpenError::io(fatal.doing, other(&fatal.source)))?;
        Ok(log)
    }

    /// Opens a log. Reads and verifies all of it, cuts a batch that was not complete, and makes durable
    /// what was.
    ///
    /// # Errors
    /// [`OpenError::Damaged`] when something that was durable is missing or altered.
    pub fn open(storage: S, options: Options) -> Result<Self, OpenError> {
        let lock = take(&storage)?;
        let mut buffer = Vec::new();
        let segments = Segments::load(&storage, Kind::Last, &mut buffer)?;
        remove_unfinished(&storage)?;
        // A process may have ended between naming the newest segment and making the name durable.
        let synced = storage.sync_folder();
        synced.map_err(|error| OpenError::io(format!("the sync of {}", storage.name()), error))?;
        let newest = segments.newest();
        let file = storage
            .open(&newest.name, true)
            .map_err(|error| OpenError::io(format!("opening {}", newest.name), error))?;
        repair(&file, newest, &buffer)
            .map_err(|error| OpenError::io(format!("making {} clean", newest.name), error))?;
        let (id, tail) = (newest.content.header.log, segments.tail());
        let snapshots = Snapshots::new(&storage, id, tail);
        reaches_snapshots(&snapshots, &newest.name, newest.content.end, tail)?;
        info!(log = %id, tail = tail.get(), segments = segments.iter().len(), "opened the log");
        // The room of a whole segment is not needed any more.
        buffer = Vec::new();
        Ok(Self {
            storage,
            _lock: lock,
            id,
            options,
            segments,
            file,
            snapshots,
            buffer,
            fatal: None,
        })
    }

    /// Looks at a log without holding its folder: it may be in use meanwhile.
    ///
    /// # Errors
    /// As [`FileLog::open`]. A batch that is being written is no damage.
    pub fn open_read_only(storage: &S) -> Result<FileReader<S>, OpenError> {
        FileReader::open(storage)
    }
}

fn take<S: Storage>(storage: &S) -> Result<S::Lock, OpenError> {
    storage.lock().map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock => OpenError::InUse { folder: storage.name() },
        io::ErrorKind::NotFound => OpenError::NotFounded { folder: storage.name() },
        _ => OpenError::io(format!("locking {}", storage.name()), error),
    })
}

fn remove_unfinished(storage: &impl Storage) -> Result<(), OpenError> {
    let failed = |error| OpenError::io("removing unfinished files", error);
    for file in storage.list().map_err(failed)? {
        if file.ends_with(UNFINISHED) {
            storage.remove(&file).map_err(failed)?;
        }
    }
    Ok(())
}

/// A snapshot is only ever taken of what is durable: one beyond the end means that segments are gone.
pub(super) fn reaches_snapshots<S: Storage>(
    snapshots: &Snapshots<S>,
    newest: &str,
    end: u64,
    tail: Position,
) -> Result<(), OpenError> {
    let list = snapshots.list().map_err(|error| OpenError::io("listing the snapshots", error))?;
    match list.first() {
        Some((at, snapshot)) if *at > tail => Err(OpenError::Damaged(Damage {
            file: newest.to_owned(),
            offset: end,
            position: tail.next(),
            what: format!("the log ends before it, yet {snapshot} was taken later"),
        })),
        _ => Ok(()),
    }
}

fn other(source: &io::Error) -> io::Error {
    io::Error::new(source.kind(), source.to_string())
}
