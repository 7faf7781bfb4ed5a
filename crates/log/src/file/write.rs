//! Appending to the newest segment, and beginning the next one.

use super::segments::Segment;
use super::{FileLog, scan};
use crate::format::{FileHeader, RECORD_HEADER, mark, segment_name, write_record};
use crate::storage::{Storage, StorageFile, is_full, remove_if_there};
use crate::{AppendError, Appended, Batch, BatchNumber, Committed, Fatal, ReadError};
use std::io;

const TEMPORARY: &str = "log.tmp";

/// Why there is no segment.
pub(super) enum NoSegment {
    /// Nothing has happened.
    NoRoom,
    /// It may be there or not.
    Failed(io::Error),
}

/// Makes a segment durable under its final name.
pub(super) fn create_segment<S: Storage>(
    storage: &S,
    header: FileHeader,
    length: u64,
) -> Result<(Segment, S::File), NoSegment> {
    let name = segment_name(header.position);
    let prepare = || -> io::Result<S::File> {
        let file = storage.create(TEMPORARY)?;
        file.preallocate(length)?;
        file.write_at(&header.segment(), 0)?;
        file.sync_data()?;
        storage.rename(TEMPORARY, &name)?;
        Ok(file)
    };
    let file = prepare().map_err(|error| {
        // The next one takes its place, if it cannot be removed.
        let _ = remove_if_there(storage, TEMPORARY);
        if is_full(&error) { NoSegment::NoRoom } else { NoSegment::Failed(error) }
    })?;
    // It has its name from here on, so that a lack of room is none that passes.
    storage.sync_folder().map_err(NoSegment::Failed)?;
    Ok((Segment { name, length, content: scan::Content::empty(header) }, file))
}

impl<S: Storage> FileLog<S> {
    pub(super) fn append_batch(&mut self, batch: &Batch) -> Result<Appended, AppendError> {
        let (weight, most) = (batch.weight(), crate::Log::batch_weight_max(self));
        if batch.is_empty() {
            return Err(AppendError::Empty);
        }
        if weight > most {
            return Err(AppendError::TooLarge { weight, most });
        }
        let last_batch = self.segments.newest().content.last_batch;
        if batch.number() == last_batch && last_batch != BatchNumber::NONE {
            return self.repeat(batch);
        }
        if batch.number() != last_batch.next() {
            let (found, expected) = (batch.number(), last_batch.next());
            return Err(AppendError::OutOfTurn { found, expected });
        }
        self.encode(batch);
        if !self.fits() {
            self.begin_segment()?;
            // Checksums begin with the segment's seed.
            self.encode(batch);
        }
        self.write(batch)
    }

    fn encode(&mut self, batch: &Batch) {
        let content = &self.segments.newest().content;
        let seed = content.header.seed();
        let mut position = content.last;
        self.buffer.clear();
        for (at, entry) in batch.entries().enumerate() {
            position = position.next();
            let is_last = at + 1 == batch.len();
            write_record(seed, position, batch.number(), is_last, entry, &mut self.buffer);
        }
    }

    fn fits(&self) -> bool {
        let newest = self.segments.newest();
        newest.content.end + (self.buffer.len() + RECORD_HEADER) as u64 <= newest.length
    }

    fn write(&mut self, batch: &Batch) -> Result<Appended, AppendError> {
        let segment = self.segments.newest_mut();
        let name = &segment.name;
        self.file
            .write_at(&self.buffer, segment.content.end)
            .map_err(|error| Fatal::new(format!("writing to {name}"), error))?;
        self.file.sync_data().map_err(|error| Fatal::new(format!("the sync of {name}"), error))?;
        let previous = segment.content.last;
        segment.content.extend(batch.number(), batch.len() as u64, self.buffer.len() as u64);
        let last = segment.content.last;
        self.write_mark()?;
        self.snapshots.set_tail(last);
        Ok(Appended { previous, first: previous.next(), last })
    }

    /// Says that the last batch was synced. To be called only when it was.
    pub(super) fn write_mark(&self) -> Result<(), Fatal> {
        let segment = self.segments.newest();
        let content = &segment.content;
        let mark = mark(content.header.seed(), content.last_batch, content.last);
        self.file
            .write_at(&mark, content.end)
            .map_err(|error| Fatal::new(format!("writing to {}", segment.name), error))
    }

    /// The mark is there already, but perhaps not on the disk.
    pub(super) fn sync_mark(&mut self) -> Result<(), AppendError> {
        let name = &self.segments.newest().name;
        let synced = self.file.sync_data();
        Ok(synced.map_err(|error| Fatal::new(format!("the sync of {name}"), error))?)
    }

    fn begin_segment(&mut self) -> Result<(), AppendError> {
        // First, so that a segment which has a successor always ends in a mark.
        self.sync_mark()?;
        let content = &self.segments.newest().content;
        let (position, batch_before) = (content.last.next(), content.last_batch);
        let header = FileHeader { log: self.id, position, batch_before };
        let needed_bytes = self.options.segment_bytes;
        match create_segment(&self.storage, header, needed_bytes) {
            Ok((segment, file)) => {
                self.segments.push(segment);
                self.file = file;
                // An empty segment is closed by a mark like any other.
                Ok(self.write_mark()?)
            }
            Err(NoSegment::NoRoom) => Err(AppendError::NoRoom { needed_bytes }),
            Err(NoSegment::Failed(error)) => {
                let doing = format!("beginning {}", segment_name(position));
                Err(Fatal::new(doing, error).into())
            }
        }
    }

    /// Whether a segment could be begun: its room is set aside and given back.
    pub(super) fn room_for_segment(&self) -> Result<bool, ReadError> {
        let storage = &self.storage;
        let tried =
            storage.create(TEMPORARY).and_then(|file| file.preallocate(self.options.segment_bytes));
        let removed = remove_if_there(storage, TEMPORARY);
        match tried.and(removed.map(drop)) {
            Ok(()) => Ok(true),
            Err(error) if is_full(&error) => Ok(false),
            Err(error) => Err(ReadError::io("looking for room", error)),
        }
    }

    /// The answer that the newest batch had, if this is that batch.
    fn repeat(&self, batch: &Batch) -> Result<Appended, AppendError> {
        let content = &self.segments.of_last_batch().content;
        let previous = content.last_batch_first.before();
        let stored = self.segments.read(previous, usize::MAX).map_err(unreadable)?;
        let stored = stored.iter().map(|Committed { bytes, .. }| &bytes[..]);
        if !stored.eq(batch.entries()) {
            return Err(AppendError::NotOurs { number: batch.number() });
        }
        Ok(Appended { previous, first: content.last_batch_first, last: content.last })
    }

    pub(super) fn remember_fatal<T>(
        &mut self,
        result: Result<T, AppendError>,
    ) -> Result<T, AppendError> {
        if let Err(AppendError::Fatal(fatal)) = &result {
            self.fatal = Some(fatal.clone());
        }
        result
    }
}

/// What was durable a moment ago cannot be read: nobody knows what else is wrong.
fn unreadable(error: ReadError) -> Fatal {
    match error {
        ReadError::Fatal(fatal) => fatal,
        error => Fatal::new("reading the newest batch", io::Error::other(error)),
    }
}
