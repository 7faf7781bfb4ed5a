//! Reading an export as a stream: chunks of whole lines, then what each line holds.
//!
//! A file whose last line is not the signed one has been cut and is not read as a shorter record. An
//! entry that is damaged inside its line is not the file's fault but a finding, so it is handed on.

use crate::format::{TIME_EXPECTED, read_time, uuid};
use crate::keys::shown;
use crate::{Header, HeaderError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keepclear_entry::{EntryHash, NodeId, Sequence};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

/// Longest line in bytes: an entry of the largest payload in base64, with room.
pub const LINE_MAX: usize = 2 << 20;

/// Shortest line in bytes. Nothing that an export holds is shorter, and a chunk of empty lines would take
/// far more memory than its bytes.
const LINE_MIN: usize = 16;

/// Bytes that are read at once: enough lines to keep every core busy, little beside the index.
const CHUNK_BYTES: usize = 4 << 20;

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system could not read it.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The first line.
    #[error("line 1: {0}")]
    Header(#[from] HeaderError),
    /// Another line.
    #[error("line {line}: {reason}")]
    Line {
        /// Its number, from 1.
        line: u64,
        /// Which field, and what is wrong with it.
        reason: String,
    },
    /// It ends too early.
    #[error("ends after line {lines} without its signed last line: the file has been cut")]
    Cut {
        /// Whole lines that are there.
        lines: u64,
    },
}

/// Lines that were read at once.
pub(crate) struct Chunk {
    bytes: Vec<u8>,
    /// Where each line lies in `bytes`, without its line break.
    pub(crate) lines: Vec<Range<usize>>,
    /// Where `bytes` begin in the file.
    offset: u64,
    /// The number of the first line, from 1.
    first: u64,
}

impl Chunk {
    pub(crate) fn line(&self, at: usize) -> &[u8] {
        &self.bytes[self.lines[at].clone()]
    }

    pub(crate) fn place(&self, at: usize) -> Place {
        let offset = self.offset + self.lines[at].start as u64;
        Place { line: self.first + at as u64, offset }
    }
}

/// Where a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// Its number, from 1.
    pub(crate) line: u64,
    /// Bytes before it.
    pub(crate) offset: u64,
}

/// A file as chunks.
pub(crate) struct Chunks<R> {
    input: R,
    rest: Vec<u8>,
    offset: u64,
    lines: u64,
}

impl<R: Read> Chunks<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { input, rest: Vec::new(), offset: 0, lines: 0 }
    }

    pub(crate) fn into_input(self) -> R {
        self.input
    }

    /// The next whole lines; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Chunk>, ReadError> {
        let mut bytes = std::mem::take(&mut self.rest);
        loop {
            let start = bytes.len();
            self.input.by_ref().take(CHUNK_BYTES as u64).read_to_end(&mut bytes)?;
            if bytes.len() == start {
                return match start {
                    0 => Ok(None),
                    _ => Err(ReadError::Cut { lines: self.lines }),
                };
            }
            if let Some(last) = memchr::memrchr(b'\n', &bytes[start..]) {
                self.rest = bytes.split_off(start + last + 1);
                return self.split(bytes).map(Some);
            }
            if bytes.len() > LINE_MAX {
                return Err(self.too_long(self.lines + 1));
            }
        }
    }

    fn split(&mut self, bytes: Vec<u8>) -> Result<Chunk, ReadError> {
        let (mut lines, mut start) = (Vec::new(), 0);
        for end in memchr::memchr_iter(b'\n', &bytes) {
            if end - start > LINE_MAX {
                return Err(self.too_long(self.lines + 1 + lines.len() as u64));
            }
            if end - start < LINE_MIN {
                let line = self.lines + 1 + lines.len() as u64;
                let reason = format!("shorter than {LINE_MIN} bytes: no line of an export");
                return Err(ReadError::Line { line, reason });
            }
            lines.push(start..end);
            start = end + 1;
        }
        let (offset, first) = (self.offset, self.lines + 1);
        self.offset += bytes.len() as u64;
        self.lines += lines.len() as u64;
        Ok(Chunk { bytes, lines, offset, first })
    }

    fn too_long(&self, line: u64) -> ReadError {
        ReadError::Line { line, reason: format!("longer than {LINE_MAX} bytes, the most allowed") }
    }
}

/// A file whose header has been read.
pub(crate) struct Opened<R> {
    pub(crate) header: Header,
    pub(crate) chunks: Chunks<R>,
    /// The chunk that begins with the header.
    pub(crate) first: Chunk,
}

pub(crate) fn open<R: Read>(input: R) -> Result<Opened<R>, ReadError> {
    let mut chunks = Chunks::new(input);
    let first = chunks.next()?.ok_or(ReadError::Cut { lines: 0 })?;
    let header = Header::from_json(first.line(0))?;
    Ok(Opened { header, chunks, first })
}

/// What a line after the header holds.
#[derive(Debug)]
pub(crate) enum Line {
    /// An entry and when the exporter had it durable, microseconds since 1970. The bytes are as
    /// written, or none where they are not base64.
    Entry { bytes: Option<Vec<u8>>, stored_at_us: i64 },
    /// A place whose entry is withheld.
    Withheld(Withheld),
    /// A payload beside the log: its name, and whether salt and payload give that name.
    Aside { hash: [u8; 32], is_right: bool },
    /// A signed checkpoint.
    Checkpoint(String),
    /// The signed last line.
    Signed(String),
}

/// What is known of an entry that is withheld. Nobody signed it: the lane's chain and tree bear it out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Withheld {
    pub(crate) node: NodeId,
    pub(crate) sequence: Sequence,
    pub(crate) hash: EntryHash,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineJson<'a> {
    #[serde(borrow, default)]
    entry: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    withheld: Option<WithheldJson<'a>>,
    #[serde(borrow, default)]
    stored_at: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    aside: Option<AsideJson<'a>>,
    #[serde(borrow, default)]
    checkpoint: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    signed: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WithheldJson<'a> {
    #[serde(borrow)]
    node: Cow<'a, str>,
    seq: u64,
    #[serde(borrow)]
    hash: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AsideJson<'a> {
    #[serde(borrow)]
    hash: Cow<'a, str>,
    #[serde(borrow)]
    salt: Cow<'a, str>,
    #[serde(borrow)]
    payload: Cow<'a, str>,
}

/// Reads one line; the error names the field.
pub(crate) fn parse(line: &[u8]) -> Result<Line, String> {
    let json: LineJson<'_> = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let LineJson { entry, withheld, stored_at, aside, checkpoint, signed } = json;
    match (entry, withheld, stored_at, aside, checkpoint, signed) {
        (Some(entry), None, Some(at), None, None, None) => {
            let bytes = STANDARD.decode(entry.as_bytes()).ok();
            Ok(Line::Entry { bytes, stored_at_us: stored_at_us(&at)? })
        }
        (None, Some(withheld), Some(at), None, None, None) => {
            stored_at_us(&at)?;
            withheld.read().map(Line::Withheld)
        }
        (None, None, None, Some(aside), None, None) => aside.read(),
        (None, None, None, None, Some(note), None) => Ok(Line::Checkpoint(note.into_owned())),
        (None, None, None, None, None, Some(note)) => Ok(Line::Signed(note.into_owned())),
        _ => Err("expected entry or withheld with stored_at, or aside, checkpoint or signed alone"
            .to_owned()),
    }
}

fn stored_at_us(text: &str) -> Result<i64, String> {
    read_time(text).ok_or_else(|| format!("stored_at {:?}: expected {TIME_EXPECTED}", shown(text)))
}

impl WithheldJson<'_> {
    fn read(&self) -> Result<Withheld, String> {
        let node = uuid("node", &self.node).map_err(|error| format!("withheld, {error}"))?;
        let sequence = Sequence::new(self.seq).ok_or("withheld, seq 0: places begin at 1")?;
        let hash = EntryHash(octets::<32>("withheld, hash", &self.hash)?);
        Ok(Withheld { node: NodeId(*node.as_bytes()), sequence, hash })
    }
}

impl AsideJson<'_> {
    fn read(&self) -> Result<Line, String> {
        let hash = octets::<32>("aside, hash", &self.hash)?;
        let salt = octets::<16>("aside, salt", &self.salt)?;
        let payload = STANDARD
            .decode(self.payload.as_bytes())
            .map_err(|error| format!("aside, payload: not base64: {error}"))?;
        let found: [u8; 32] =
            Sha256::new_with_prefix(salt).chain_update(&payload).finalize().into();
        Ok(Line::Aside { hash, is_right: found == hash })
    }
}

fn octets<const N: usize>(field: &str, text: &str) -> Result<[u8; N], String> {
    let bytes = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| format!("{field} {:?}: expected {N} bytes in base64", shown(text)))
}

/// The bytes of the entry in the line that begins at `offset`, again.
pub(crate) fn entry_at(
    input: &mut (impl Read + Seek),
    offset: u64,
) -> Result<Option<Vec<u8>>, ReadError> {
    input.seek(SeekFrom::Start(offset))?;
    let mut chunk = Vec::new();
    let mut piece = [0; 4096];
    while chunk.len() <= LINE_MAX {
        let read = input.read(&mut piece)?;
        let end = memchr::memchr(b'\n', &piece[..read]);
        chunk.extend_from_slice(&piece[..end.unwrap_or(read)]);
        if end.is_some() || read == 0 {
            break;
        }
    }
    match parse(&chunk) {
        Ok(Line::Entry { bytes, .. }) => Ok(bytes),
        _ => Ok(None),
    }
}
