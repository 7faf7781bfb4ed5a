//! Reading one segment through: what is in it, and whether its end is torn or damaged.
//!
//! A batch is written at once and synced before the next is begun. So while a batch is not yet synced,
//! a crash can leave any of its sectors as they were, which is zeros, and nothing else can be wrong.
//! From this follows what a place is at which the next record should be, but is not:
//!
//! - In a segment that is not the last, all was synced: **damage**.
//! - When a later batch, or the mark of this one, stands anywhere behind it, this one was synced:
//!   **damage**.
//! - When it could not come from missing sectors (a header is neither there nor zeros; an entry is
//!   wrong though none of its sectors is all zeros): **damage**.
//! - Else **torn**: the batch was never acknowledged, and is cut.
//!
//! What remains: a newest batch whose mark did not reach the disk (power was lost within seconds of
//! the append), of which afterwards whole sectors turn to zeros, or any bit if one of its entries has
//! a sector of zeros of its own. It looks torn and is cut.

use crate::format::{FILE_HEADER, FileHeader, RECORD_HEADER, RecordHeader, SECTOR, Slot, slot_at};
use crate::{BatchNumber, Damage, Position};

/// A read begins at most this far before the entry that it wants, bytes.
const INDEX_STEP: u64 = 64 << 10;

/// Who else may be writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Segments follow: nothing may be missing.
    Sealed,
    /// The last one, after a crash or a good end.
    Last,
    /// The last one, while another process may be in the middle of a write: what is wrong at its end
    /// counts only when a later batch proves that the write was over.
    Growing,
}

/// What is in a segment.
#[derive(Debug, Clone)]
pub(super) struct Content {
    pub(super) header: FileHeader,
    /// Where the next record, or the mark, stands.
    pub(super) end: u64,
    pub(super) last: Position,
    pub(super) last_batch: BatchNumber,
    /// Where the last batch begins: offset and first entry.
    pub(super) last_batch_start: u64,
    pub(super) last_batch_first: Position,
    /// Whether the last batch is known to have been synced.
    pub(super) marked: bool,
    /// Where to begin reading for an entry.
    index: Vec<(Position, u64)>,
}

impl Content {
    pub(super) fn empty(header: FileHeader) -> Self {
        Self {
            header,
            end: FILE_HEADER as u64,
            last: header.position.before(),
            last_batch: header.batch_before,
            last_batch_start: FILE_HEADER as u64,
            last_batch_first: header.position,
            marked: false,
            index: Vec::new(),
        }
    }

    pub(super) fn has_batches(&self) -> bool {
        self.last_batch != self.header.batch_before
    }

    /// Takes in a whole batch of `count` entries that lies at the end.
    pub(super) fn extend(&mut self, batch: BatchNumber, count: u64, length: u64) {
        self.last_batch_start = self.end;
        self.last_batch_first = self.last.next();
        self.last_batch = batch;
        self.remember(self.last_batch_first, self.end);
        self.last = Position::new(self.last.get() + count);
        self.end += length;
    }

    /// The last known offset at or before an entry's.
    pub(super) fn offset_before(&self, position: Position) -> u64 {
        let after = self.index.partition_point(|(first, _)| *first <= position);
        match after.checked_sub(1) {
            Some(at) => self.index[at].1,
            None => FILE_HEADER as u64,
        }
    }

    fn remember(&mut self, first: Position, offset: u64) {
        if self.index.last().is_none_or(|(_, known)| offset - known >= INDEX_STEP) {
            self.index.push((first, offset));
        }
    }
}

/// Why the reading stopped.
enum Stop {
    End,
    Mark,
    Wrong { could_be_torn: bool, what: &'static str },
}

/// Reads a segment's records through.
pub(super) fn scan(
    file: &str,
    header: FileHeader,
    bytes: &[u8],
    kind: Kind,
) -> Result<Content, Damage> {
    let seed = header.seed();
    let mut content = Content::empty(header);
    // Ahead of `content` while inside a batch.
    let (mut offset, mut expected) = (FILE_HEADER, header.position);
    let stop = loop {
        let in_batch = offset as u64 != content.end;
        let record = match slot_at(seed, bytes, offset) {
            Slot::Empty => break Stop::End,
            Slot::Mark(batch, position)
                if !in_batch && (batch, position) == (content.last_batch, content.last) =>
            {
                break Stop::Mark;
            }
            Slot::Record(record)
                if record.position == expected && record.batch == content.last_batch.next() =>
            {
                record
            }
            Slot::Bad => break wrong("its header does not have its checksum"),
            Slot::Mark(..) | Slot::Record(_) => break wrong("another record stands in its place"),
        };
        if let Some(stop) = fault_in_body(&record, bytes, offset + RECORD_HEADER) {
            break stop;
        }
        offset += RECORD_HEADER + record.body_length();
        expected = expected.next();
        if record.last_of_batch {
            let count = expected.get() - content.last.next().get();
            content.extend(record.batch, count, offset as u64 - content.end);
        }
    };
    content.marked = matches!(stop, Stop::Mark);
    let damage = |what: &str| Damage {
        file: file.to_owned(),
        offset: offset as u64,
        position: expected,
        what: what.to_owned(),
    };
    match (kind, &stop) {
        (Kind::Sealed, Stop::Mark) => return Ok(content),
        (Kind::Sealed, Stop::End) => {
            return Err(damage("the segment ends there without its mark, yet another follows"));
        }
        (Kind::Sealed, Stop::Wrong { what, .. }) => return Err(damage(what)),
        (Kind::Last, Stop::Wrong { could_be_torn: false, what }) => return Err(damage(what)),
        (Kind::Last | Kind::Growing, _) => {}
    }
    match is_proved_synced(seed, bytes, offset, content.last_batch) {
        true => Err(damage("it is gone, though what stands behind it was written later")),
        false => Ok(content),
    }
}

fn wrong(what: &'static str) -> Stop {
    Stop::Wrong { could_be_torn: false, what }
}

fn fault_in_body(record: &RecordHeader, bytes: &[u8], start: usize) -> Option<Stop> {
    let Some(body) = bytes.get(start..start + record.body_length()) else {
        return Some(wrong("it reaches beyond the end of the file"));
    };
    if record.fits(body) {
        return None;
    }
    // The header is there, so its sector was written; only the sectors after it can be missing.
    let next_sector = start.next_multiple_of(SECTOR).min(start + body.len());
    let could_be_torn = bytes[next_sector..start + body.len()]
        .chunks(SECTOR)
        .any(|part| part.iter().all(|byte| *byte == 0));
    Some(Stop::Wrong { could_be_torn, what: "it does not have its checksum" })
}

/// Whether something behind `offset` can only have been written after the batch that follows `whole`
/// was synced. Looks at every place where a header can stand, as lengths cannot be relied on there.
fn is_proved_synced(seed: u32, bytes: &[u8], offset: usize, whole: BatchNumber) -> bool {
    let unfinished = whole.next();
    (offset..bytes.len()).step_by(RECORD_HEADER).any(|at| match slot_at(seed, bytes, at) {
        Slot::Empty | Slot::Bad => false,
        Slot::Record(record) => record.batch > unfinished,
        Slot::Mark(batch, _) => batch > whole,
    })
}
