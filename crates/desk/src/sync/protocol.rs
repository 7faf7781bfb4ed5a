//! What two desks send each other. CBOR with integer keys; anything else is refused.

use keepclear_line::message::{Lane, Seen};
use keepclear_line::quantity::Instant;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::cbor::bytes_of;

/// The path of the exchange.
pub const SYNC_PATH: &str = "/line/v1/sync";
/// Its media type.
pub const MEDIA_TYPE: &str = "application/cbor";
/// The version of the protocol.
pub const VERSION: u8 = 1;
/// Longest request or answer, bytes.
pub const BODY_MAX: usize = 1 << 20;
/// Most entries of one.
pub const ENTRIES_MAX: usize = 512;
/// Longest entry, bytes.
pub const ENTRY_MAX: usize = 512 << 10;

/// From either side, as a request and as its answer.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Sync {
    /// [`VERSION`].
    #[n(0)]
    pub version: u8,
    /// The sender's clock.
    #[n(1)]
    pub clock: Instant,
    /// The newest clock of the receiver's that came to the sender.
    #[n(2)]
    pub heard: Option<Instant>,
    /// What the sender has of the receiver's lanes.
    #[n(3)]
    pub held: Seen,
    /// Bytes of ordinary entries that the sender wants in the answer.
    #[n(4)]
    pub room: u32,
    /// Entries of the sender's lanes, in each lane's order, after what the receiver has.
    #[n(5)]
    pub entries: Vec<ByteVec>,
    /// In an answer: which of the request's entries was not taken, and why.
    #[n(6)]
    pub refused: Option<Refused>,
    /// In an answer: entries were not taken because there is too much to do; `held` says which were.
    #[n(7)]
    pub busy: bool,
}

/// An entry that was not taken. Those before it in its lane were.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Refused {
    /// Its number in the request, from 0.
    #[n(0)]
    pub entry: u32,
    /// What is wrong with it.
    #[n(1)]
    pub reason: String,
}

impl Sync {
    /// The bytes.
    pub fn write(&self) -> Vec<u8> {
        bytes_of(self)
    }

    /// Reads bytes, strictly.
    ///
    /// # Errors
    /// What is wrong.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let read: Self = minicbor::decode(bytes).map_err(|error| error.to_string())?;
        if read.version != VERSION {
            return Err(format!("version {}: this desk speaks version {VERSION}", read.version));
        }
        if read.entries.len() > ENTRIES_MAX {
            return Err(format!("{} entries: at most {ENTRIES_MAX}", read.entries.len()));
        }
        if read.write() != bytes {
            return Err("not written in the one way of this message".to_owned());
        }
        Ok(read)
    }
}

/// The sequence that a side holds of a lane.
pub fn held_of(held: &Seen, lane: Lane) -> Option<keepclear_line::message::Mark> {
    match lane {
        Lane::Ordinary => held.ordinary,
        Lane::Urgent => held.urgent,
    }
}
