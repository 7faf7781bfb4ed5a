//! The bytes of a segment file, format version 1.
//!
//! All numbers are little-endian. A segment is `log-<first position, 20 digits>.seg`, is preallocated
//! with zeros to its full length, and holds
//!
//! | bytes | header of the segment, 64 bytes |
//! |---|---|
//! | 0..8 | `KEEPCLOG` |
//! | 8..12 | format version, 1 |
//! | 12..29 | log id; then 3 zeros |
//! | 32..40 | position of its first entry |
//! | 40..48 | number of the last batch before it; then 12 zeros |
//! | 60..64 | CRC-32C of bytes 0..60: the segment's *seed* |
//!
//! and then records, one after the other, each on a multiple of 32 bytes:
//!
//! | bytes | header of a record, 32 bytes |
//! |---|---|
//! | 0..4 | length of the entry, bytes |
//! | 4..8 | flags: 1 = last of its batch, 2 = mark |
//! | 8..16 | position |
//! | 16..24 | number of its batch |
//! | 24..28 | CRC-32C of the entry and its padding |
//! | 28..32 | CRC-32C of bytes 0..28, begun with the seed |
//!
//! followed by the entry and by padding (0xff) up to the next multiple of 32. Where the header of the
//! next record is all zeros, the segment's content ends.
//!
//! A **mark** is a header alone. It stands after the last record of a batch, names that batch and its
//! last position, and says that the batch was synced: it is written only after the sync has
//! succeeded. The next batch overwrites it, so there is at most one in a segment. It is not synced
//! itself, except before the next segment is begun and when the log is sealed.
//!
//! A **snapshot** is `snapshot-<position, 20 digits>-<first 16 hex digits of its hash>.snap`: 64 bytes
//! of header (`KEEPCSNP`, format version, log id, 3 zeros, position, 20 zeros, CRC-32C of bytes 0..60),
//! the content, and the SHA-256 of both. An **aside** payload is `aside-<SHA-256 in hex>.bin` and
//! nothing but its bytes.
//!
//! Why 32: a header then never lies in two sectors, so that it is there or all zeros after a torn
//! write, and padding makes the rest of a record differ from zeros (see `file/scan.rs`). Why a seed: a
//! record copied from another log or place, or sent in by a client as content, is not one here.

use crate::{AsideName, BatchNumber, LogId, Position};
use crc32c::{crc32c, crc32c_append};

pub(crate) const FORMAT_VERSION: u32 = 1;
pub(crate) const FILE_HEADER: usize = 64;
pub(crate) const RECORD_HEADER: usize = 32;
/// What a disk writes whole or not at all.
pub(crate) const SECTOR: usize = 512;
const PADDING: u8 = 0xff;

const SEGMENT_MAGIC: [u8; 8] = *b"KEEPCLOG";
const SNAPSHOT_MAGIC: [u8; 8] = *b"KEEPCSNP";
const LAST_OF_BATCH: u32 = 1;
const MARK: u32 = 2;

/// What both kinds of files begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileHeader {
    pub(crate) log: LogId,
    /// A segment's first entry, or a snapshot's last.
    pub(crate) position: Position,
    /// Of a segment: the last batch before it.
    pub(crate) batch_before: BatchNumber,
}

/// Why a header is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeaderFault {
    Version(u32),
    Damaged,
}

impl FileHeader {
    pub(crate) fn segment(&self) -> [u8; FILE_HEADER] {
        self.encode(SEGMENT_MAGIC)
    }

    pub(crate) fn snapshot(&self) -> [u8; FILE_HEADER] {
        self.encode(SNAPSHOT_MAGIC)
    }

    pub(crate) fn of_segment(bytes: &[u8]) -> Result<Self, HeaderFault> {
        Self::decode(SEGMENT_MAGIC, bytes)
    }

    pub(crate) fn of_snapshot(bytes: &[u8]) -> Result<Self, HeaderFault> {
        Self::decode(SNAPSHOT_MAGIC, bytes)
    }

    /// What the records' checksums begin with.
    pub(crate) fn seed(&self) -> u32 {
        crc32c(&self.segment()[..60])
    }

    fn encode(&self, magic: [u8; 8]) -> [u8; FILE_HEADER] {
        let mut bytes = [0; FILE_HEADER];
        bytes[..8].copy_from_slice(&magic);
        bytes[8..12].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
        bytes[12..29].copy_from_slice(&self.log.0);
        bytes[32..40].copy_from_slice(&self.position.get().to_le_bytes());
        bytes[40..48].copy_from_slice(&self.batch_before.get().to_le_bytes());
        let checksum = crc32c(&bytes[..60]);
        bytes[60..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    fn decode(magic: [u8; 8], bytes: &[u8]) -> Result<Self, HeaderFault> {
        let header: [u8; FILE_HEADER] =
            bytes.get(..FILE_HEADER).and_then(|b| b.try_into().ok()).ok_or(HeaderFault::Damaged)?;
        if header[..8] != magic || crc32c(&header[..60]) != u32_at(&header, 60) {
            return Err(HeaderFault::Damaged);
        }
        // After the checksum: a damaged version must not send people to look for a newer program.
        match u32_at(&header, 8) {
            FORMAT_VERSION => {}
            version => return Err(HeaderFault::Version(version)),
        }
        let mut log = LogId([0; 17]);
        log.0.copy_from_slice(&header[12..29]);
        Ok(Self {
            log,
            position: Position::new(u64_at(&header, 32)),
            batch_before: BatchNumber::new(u64_at(&header, 40)),
        })
    }
}

/// What stands where a record may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    /// All zeros, or the end of the file.
    Empty,
    /// Neither zeros nor a header.
    Bad,
    Record(RecordHeader),
    /// The batch, and its last position, that was synced.
    Mark(BatchNumber, Position),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RecordHeader {
    pub(crate) length: u32,
    pub(crate) last_of_batch: bool,
    pub(crate) position: Position,
    pub(crate) batch: BatchNumber,
    pub(crate) body_checksum: u32,
}

impl RecordHeader {
    /// Bytes of the entry and its padding.
    pub(crate) fn body_length(&self) -> usize {
        padded(self.length as usize)
    }

    /// Whether this is the entry, with its padding, that the header was written for.
    pub(crate) fn fits(&self, body: &[u8]) -> bool {
        crc32c(body) == self.body_checksum
    }
}

pub(crate) fn slot_at(seed: u32, content: &[u8], offset: usize) -> Slot {
    let Some(header) = content.get(offset..offset.saturating_add(RECORD_HEADER)) else {
        return Slot::Empty;
    };
    if header.iter().all(|byte| *byte == 0) {
        return Slot::Empty;
    }
    if crc32c_append(seed, &header[..28]) != u32_at(header, 28) {
        return Slot::Bad;
    }
    let position = Position::new(u64_at(header, 8));
    let batch = BatchNumber::new(u64_at(header, 16));
    let (length, body_checksum) = (u32_at(header, 0), u32_at(header, 24));
    match u32_at(header, 4) {
        MARK => Slot::Mark(batch, position),
        flags @ (0 | LAST_OF_BATCH) => {
            let last_of_batch = flags == LAST_OF_BATCH;
            Slot::Record(RecordHeader { length, last_of_batch, position, batch, body_checksum })
        }
        _ => Slot::Bad,
    }
}

/// Appends one record.
pub(crate) fn write_record(
    seed: u32,
    position: Position,
    batch: BatchNumber,
    last_of_batch: bool,
    entry: &[u8],
    out: &mut Vec<u8>,
) {
    let start = out.len();
    out.extend_from_slice(&[0; RECORD_HEADER]);
    out.extend_from_slice(entry);
    out.resize(start + RECORD_HEADER + padded(entry.len()), PADDING);
    let body_checksum = crc32c(&out[start + RECORD_HEADER..]);
    let flags = if last_of_batch { LAST_OF_BATCH } else { 0 };
    // A batch is far below 4 GiB.
    let length = entry.len() as u32;
    let header = header_bytes(seed, length, flags, position, batch, body_checksum);
    out[start..start + RECORD_HEADER].copy_from_slice(&header);
}

pub(crate) fn mark(seed: u32, batch: BatchNumber, position: Position) -> [u8; RECORD_HEADER] {
    header_bytes(seed, 0, MARK, position, batch, 0)
}

fn header_bytes(
    seed: u32,
    length: u32,
    flags: u32,
    position: Position,
    batch: BatchNumber,
    body_checksum: u32,
) -> [u8; RECORD_HEADER] {
    let mut header = [0; RECORD_HEADER];
    header[..4].copy_from_slice(&length.to_le_bytes());
    header[4..8].copy_from_slice(&flags.to_le_bytes());
    header[8..16].copy_from_slice(&position.get().to_le_bytes());
    header[16..24].copy_from_slice(&batch.get().to_le_bytes());
    header[24..28].copy_from_slice(&body_checksum.to_le_bytes());
    let checksum = crc32c_append(seed, &header[..28]);
    header[28..].copy_from_slice(&checksum.to_le_bytes());
    header
}

const fn padded(length: usize) -> usize {
    length.next_multiple_of(RECORD_HEADER)
}

pub(crate) fn segment_name(first: Position) -> String {
    format!("log-{:020}.seg", first.get())
}

pub(crate) fn segment_first(name: &str) -> Option<Position> {
    twenty_digits(name.strip_prefix("log-")?.strip_suffix(".seg")?)
}

pub(crate) fn snapshot_name(at: Position, hash: &[u8; 32]) -> String {
    format!("snapshot-{:020}-{}.snap", at.get(), &AsideName(*hash).to_string()[..16])
}

pub(crate) fn snapshot_at(name: &str) -> Option<Position> {
    let (position, hash) =
        name.strip_prefix("snapshot-")?.strip_suffix(".snap")?.split_once('-')?;
    if hash.len() != 16 {
        return None;
    }
    twenty_digits(position)
}

pub(crate) fn aside_name(name: AsideName) -> String {
    format!("aside-{name}.bin")
}

fn twenty_digits(text: &str) -> Option<Position> {
    let all_digits = text.len() == 20 && text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| text.parse().ok()).flatten().map(Position::new)
}

fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    let mut number = [0; 4];
    number.copy_from_slice(&bytes[offset..offset + 4]);
    u32::from_le_bytes(number)
}

fn u64_at(bytes: &[u8], offset: usize) -> u64 {
    let mut number = [0; 8];
    number.copy_from_slice(&bytes[offset..offset + 8]);
    u64::from_le_bytes(number)
}
