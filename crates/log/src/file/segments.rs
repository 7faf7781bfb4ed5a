//! The segments of a log, in order: finding them, and reading entries out of them.

use super::scan::{Content, Kind, scan};
use crate::format::{
    FileHeader, HeaderFault, RECORD_HEADER, Slot, segment_first, segment_name, slot_at,
};
use crate::storage::{Storage, StorageFile, read_whole, remove_if_there};
use crate::{Committed, Damage, OpenError, Position, ReadError};
use bytes::Bytes;
use std::io;

/// One segment and what is in it.
#[derive(Clone)]
pub(super) struct Segment {
    pub(super) name: String,
    /// Length of the file, bytes.
    pub(super) length: u64,
    pub(super) content: Content,
}

/// All segments, oldest first; at least one. Each begins where the one before ends.
pub(super) struct Segments<S> {
    storage: S,
    list: Vec<Segment>,
}

impl<S: Storage> Segments<S> {
    /// Reads and verifies all of them. The bytes of the last are left in `buffer`.
    pub(super) fn load(storage: &S, last: Kind, buffer: &mut Vec<u8>) -> Result<Self, OpenError> {
        let names = segment_names(storage)?;
        let mut list: Vec<Segment> = Vec::with_capacity(names.len());
        for (at, (first, name)) in names.iter().enumerate() {
            let kind = if at + 1 == names.len() { last } else { Kind::Sealed };
            let segment = load_segment(storage, *first, name, kind, buffer)?;
            if let Some(before) = list.last() {
                follows(before, &segment)?;
            }
            list.push(segment);
        }
        if list.is_empty() {
            return Err(OpenError::NotFounded { folder: storage.name() });
        }
        Ok(Self { storage: storage.clone(), list })
    }

    pub(super) fn of_one(storage: &S, segment: Segment) -> Self {
        Self { storage: storage.clone(), list: vec![segment] }
    }

    pub(super) fn push(&mut self, segment: Segment) {
        self.list.push(segment);
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, Segment> {
        self.list.iter()
    }

    pub(super) fn newest(&self) -> &Segment {
        &self.list[self.list.len() - 1]
    }

    pub(super) fn newest_mut(&mut self) -> &mut Segment {
        let newest = self.list.len() - 1;
        &mut self.list[newest]
    }

    /// The segment that holds the newest batch, or the newest when there is no batch.
    pub(super) fn of_last_batch(&self) -> &Segment {
        self.list.iter().rfind(|segment| segment.content.has_batches()).unwrap_or(self.newest())
    }

    /// Those that hold the entries after one place, through another.
    pub(super) fn part(&self, after: Position, through: Position) -> Self {
        let newest = self.list.len() - 1;
        let begin = self.list.partition_point(|segment| segment.content.last <= after).min(newest);
        let begins = |segment: &Segment| segment.content.header.position <= through;
        let end = self.list.partition_point(begins).max(begin + 1);
        Self { storage: self.storage.clone(), list: self.list[begin..end].to_vec() }
    }

    pub(super) fn trimmed_through(&self) -> Position {
        self.list[0].content.header.position.before()
    }

    pub(super) fn tail(&self) -> Position {
        self.newest().content.last
    }

    /// Removes the oldest segments as long as they end at or before a place. The one with the newest
    /// batch stays, for a retry to be compared with.
    pub(super) fn trim(&mut self, through: Position) -> Result<(), ReadError> {
        let keep_from = self.of_last_batch().content.header.position;
        while self.list[0].content.last <= through
            && self.list[0].content.header.position < keep_from
        {
            let name = self.list[0].name.clone();
            let failed = |error| ReadError::io(format!("removing {name}"), error);
            remove_if_there(&self.storage, &name).map_err(failed)?;
            self.list.remove(0);
            // One by one, so that a crash never leaves a gap.
            self.storage.sync_folder().map_err(failed)?;
        }
        Ok(())
    }

    /// As [`Log::read`](crate::Log::read).
    pub(super) fn read(
        &self,
        after: Position,
        limit_bytes: usize,
    ) -> Result<Vec<Committed>, ReadError> {
        let through = self.trimmed_through();
        if after < through {
            return Err(ReadError::Trimmed { through });
        }
        let begin = self.list.partition_point(|segment| segment.content.last <= after);
        let mut read = Vec::new();
        let mut left = limit_bytes;
        for segment in &self.list[begin..] {
            if !read.is_empty() && left == 0 {
                break;
            }
            if !self.read_segment(segment, after, &mut left, &mut read)? {
                break;
            }
        }
        Ok(read)
    }

    /// Answers whether the segment was read to its end.
    fn read_segment(
        &self,
        segment: &Segment,
        after: Position,
        left: &mut usize,
        read: &mut Vec<Committed>,
    ) -> Result<bool, ReadError> {
        let Segment { name, content, .. } = segment;
        let failed = |error: io::Error| ReadError::io(format!("reading {name}"), error);
        let seed = content.header.seed();
        let file = self.storage.open(name, false).map_err(failed)?;
        let mut window = Window { file, end: content.end, start: 0, bytes: Bytes::new() };
        let mut offset = content.offset_before(after.next());
        let mut expected = after.next();
        while offset < content.end {
            let damage = |position, what: &str| {
                let (file, what) = (name.clone(), what.to_owned());
                ReadError::Damaged(Damage { file, offset, position, what })
            };
            let header = window.at(offset, RECORD_HEADER).map_err(failed)?;
            let Slot::Record(record) = slot_at(seed, &header, 0) else {
                return Err(damage(expected, "its header has changed since the log was opened"));
            };
            let body_start = offset + RECORD_HEADER as u64;
            if record.position > after {
                let length = record.length as usize;
                if !read.is_empty() && length > *left {
                    return Ok(false);
                }
                let body = window.at(body_start, record.body_length()).map_err(failed)?;
                if !record.fits(&body) {
                    let what = "its bytes have changed since the log was opened";
                    return Err(damage(record.position, what));
                }
                *left = left.saturating_sub(length);
                read.push(Committed { position: record.position, bytes: body.slice(..length) });
            }
            expected = record.position.next();
            offset = body_start + record.body_length() as u64;
        }
        Ok(true)
    }
}

/// Bytes that are read at once.
const WINDOW_BYTES: u64 = 256 << 10;

/// A part of a file that slides forward.
struct Window<F> {
    file: F,
    end: u64,
    start: u64,
    bytes: Bytes,
}

impl<F: StorageFile> Window<F> {
    /// These bytes; fewer, when the file has become shorter.
    fn at(&mut self, offset: u64, length: usize) -> io::Result<Bytes> {
        let inside = offset.checked_sub(self.start).and_then(|from| usize::try_from(from).ok());
        if let Some(from) = inside
            && from + length <= self.bytes.len()
        {
            return Ok(self.bytes.slice(from..from + length));
        }
        let wanted = (self.end - offset).min(WINDOW_BYTES).max(length as u64);
        let mut bytes = vec![0; usize::try_from(wanted).map_err(io::Error::other)?];
        let got = self.file.read_at(&mut bytes, offset)?;
        bytes.truncate(got);
        self.start = offset;
        self.bytes = Bytes::from(bytes);
        Ok(self.bytes.slice(..length.min(got)))
    }
}

/// The segments that are there, by first position.
pub(super) fn segment_names(storage: &impl Storage) -> Result<Vec<(Position, String)>, OpenError> {
    let doing = || format!("listing {}", storage.name());
    let files = storage.list().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => OpenError::NotFounded { folder: storage.name() },
        _ => OpenError::io(doing(), error),
    })?;
    let mut names: Vec<_> =
        files.into_iter().filter_map(|name| Some((segment_first(&name)?, name))).collect();
    names.sort_unstable();
    Ok(names)
}

fn load_segment(
    storage: &impl Storage,
    first: Position,
    name: &str,
    kind: Kind,
    buffer: &mut Vec<u8>,
) -> Result<Segment, OpenError> {
    let read = storage.open(name, false).and_then(|file| read_whole(&file, buffer));
    read.map_err(|error| OpenError::io(format!("reading {name}"), error))?;
    let damage = |what: &str| {
        let (file, what) = (name.to_owned(), what.to_owned());
        OpenError::Damaged(Damage { file, offset: 0, position: first, what })
    };
    let header = FileHeader::of_segment(buffer).map_err(|fault| match fault {
        HeaderFault::Version(found) => OpenError::Version {
            file: name.to_owned(),
            found,
            known: crate::format::FORMAT_VERSION,
        },
        HeaderFault::Damaged => damage("the header of its segment does not have its checksum"),
    })?;
    if segment_name(header.position) != name {
        return Err(damage("its segment has the name of another"));
    }
    let content = scan(name, header, buffer, kind)?;
    Ok(Segment { name: name.to_owned(), length: buffer.len() as u64, content })
}

fn follows(before: &Segment, segment: &Segment) -> Result<(), OpenError> {
    let header = &segment.content.header;
    if header.log != before.content.header.log {
        let (found, log) = (header.log, before.content.header.log);
        return Err(OpenError::OtherLog { file: segment.name.clone(), found, log });
    }
    let expected = before.content.last.next();
    if header.position != expected || header.batch_before != before.content.last_batch {
        return Err(OpenError::Damaged(Damage {
            file: segment_name(expected),
            offset: 0,
            position: expected,
            what: format!("the segment is missing; after {} comes {}", before.name, segment.name),
        }));
    }
    Ok(())
}
