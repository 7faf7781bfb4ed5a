//! What the entries of a desk's own log say.
//!
//! An entry of a line is kept whole, with its signature, inside an entry of the desk's log: the line's
//! entry is what was said, the desk's entry is when this desk had it and who spoke.

mod drafts;
mod lanes;
mod peer;
mod replay;
mod requests;
mod serving;
mod state;
mod suspicions;
mod witnessed;

use keepclear_entry::{ChainError, Entry, Kind, Payload};
use keepclear_line::quantity::{DeskId, DraftId, Instant, MessageId, Name, Words};
use keepclear_line::stored::Stored;
use keepclear_line::view::Shelving;
use minicbor::{Decode, Encode};
use schemars::JsonSchema;
use serde::Serialize;

use crate::card::Card;
use crate::cbor::bytes_of;

pub use drafts::{DRAFTS_MAX, Discarded, Draft, Drafted, Drafts, draft_digest, release_digest};
pub use lanes::{After, Held as LaneHeld, One};
pub use peer::{Peer, passes_unconfirmed};
pub use replay::{Entered, Replay, line_entry, read_entry};
pub use state::{State, body_digest};
pub use suspicions::Worth;
pub use witnessed::{
    Item, LANES, LINES_MAX, Place, Standing, Witnessed, WitnessedDifference, WitnessedEnd,
    WitnessedFacts, WitnessedItems, WitnessedLine, WitnessedNaming, WitnessedParty, message_of,
    side_of,
};

const FOUNDED: Kind = Kind(1);
const PAIRED: Kind = Kind(2);
const CONFIRMED: Kind = Kind(3);
const SAID: Kind = Kind(4);
const HEARD: Kind = Kind(5);
const SHELVED: Kind = Kind(6);
const SUSPECTED: Kind = Kind(7);
const DRAFTED: Kind = Kind(8);
const DISCARDED: Kind = Kind(9);
const WITNESSED_NAMING: Kind = Kind(10);
const WITNESSED_ITEMS: Kind = Kind(11);
const WITNESSED_DIFFERENCE: Kind = Kind(12);
const WITNESSED_END: Kind = Kind(13);

/// Why a log is not that of a desk, or cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// An entry does not follow those before it.
    #[error("position {position}: {error}")]
    Chain {
        /// In the log.
        position: u64,
        /// What is wrong.
        error: ChainError,
    },
    /// An entry is not one of a desk's, or cannot stand where it does.
    #[error("position {position}: {reason}")]
    Payload {
        /// In the log.
        position: u64,
        /// What is wrong.
        reason: String,
    },
}

/// What one entry says.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// The desk exists from here on.
    Founded(Founded),
    /// Cards were exchanged, or a peer's card was taken anew.
    Paired(Box<Paired>),
    /// Two people compared the cards.
    Confirmed(Confirmed),
    /// We said something on a line.
    Said(OnLine),
    /// We heard something on a line.
    Heard(Heard),
    /// An alarm was put out of sight.
    Shelved(Shelved),
    /// Something of a peer's was refused.
    Suspected(Suspected),
    /// A message was written and not released, or changed.
    Drafted(Box<Drafted>),
    /// A message that was written is not to be said.
    Discarded(Discarded),
    /// A peer gave something of a line of which this desk is a witness.
    Witnessed(Witnessed),
}

/// The first entry of a desk's log.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Founded {
    /// Whose desk it is.
    #[n(0)]
    pub party: Name,
    /// Nothing here is real.
    #[n(1)]
    pub exercise: bool,
    /// The key that it signs with, its public half.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub key: [u8; 32],
    /// SHA-256 of its TLS certificate.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub certificate: [u8; 32],
}

/// See [`Happening::Paired`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Paired {
    /// Our card as they have it.
    #[n(0)]
    pub ours: Card,
    /// Theirs.
    #[n(1)]
    pub theirs: Card,
    /// The words of both, ours first; kept because they cost time to compute.
    #[n(2)]
    pub phrases: Vec<Vec<String>>,
}

/// See [`Happening::Confirmed`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Confirmed {
    /// Whose card was compared.
    #[n(0)]
    pub peer: DeskId,
    /// The role that says so.
    #[n(1)]
    pub role: Name,
}

/// See [`Happening::Said`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct OnLine {
    /// The other desk.
    #[n(0)]
    pub peer: DeskId,
    /// The line's entry, canonical bytes.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub entry: Vec<u8>,
    /// The draft that this released; it is none any more.
    #[n(2)]
    pub draft: Option<DraftId>,
}

/// See [`Happening::Heard`].
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Heard {
    /// The other desk.
    #[n(0)]
    pub peer: DeskId,
    /// The line's entry, canonical bytes.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub entry: Vec<u8>,
    /// Its shared fields as this desk holds them.
    #[n(2)]
    pub stored: Option<Stored>,
}

/// See [`Happening::Shelved`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Shelved {
    /// The other desk.
    #[n(0)]
    pub peer: DeskId,
    /// The alarm's key.
    #[n(1)]
    pub key: String,
    /// Why.
    #[n(2)]
    pub reason: Words,
    /// Until when.
    #[n(3)]
    pub until: Instant,
    /// The role that shelved it.
    #[n(4)]
    pub role: Name,
}

impl Shelved {
    /// As alarms show it.
    pub fn shelving(&self) -> Shelving {
        Shelving { reason: self.reason.clone(), until: self.until, role: self.role.clone() }
    }
}

/// See [`Happening::Suspected`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Suspected {
    /// The other desk; none for somebody who is no peer.
    #[n(0)]
    pub peer: Option<DeskId>,
    /// What kind of wrong.
    #[n(1)]
    pub kind: SuspicionKind,
    /// SHA-256 of what was refused: the same is written once.
    #[n(2)]
    pub digest: MessageId,
    /// What exactly.
    #[n(3)]
    pub detail: String,
}

/// What a peer did that an honest desk does not do.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize, JsonSchema,
)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum SuspicionKind {
    /// An entry that the peer's key did not sign.
    #[n(0)]
    Forged,
    /// Other bytes at a place that was taken.
    #[n(1)]
    Replayed,
    /// An entry that does not follow the one before it.
    #[n(2)]
    Reordered,
    /// Entries were left out, or bytes that are cut.
    #[n(3)]
    Truncated,
    /// More than the protocol allows.
    #[n(4)]
    Oversized,
    /// An entry of another desk, another line, or of real things on an exercise.
    #[n(5)]
    WrongIdentity,
    /// What it holds or signs of a lane is not what stands there.
    #[n(6)]
    RewrittenHistory,
    /// A certificate that no card names.
    #[n(7)]
    WrongCertificate,
    /// Bytes that are no message of the protocol.
    #[n(8)]
    Malformed,
    /// To a witness it gives another history of a line than was given before.
    #[n(9)]
    GiversDiffer,
}

impl Happening {
    /// The entry's kind and payload.
    pub fn write(&self) -> (Kind, Vec<u8>) {
        match self {
            Self::Founded(it) => (FOUNDED, bytes_of(it)),
            Self::Paired(it) => (PAIRED, bytes_of(&**it)),
            Self::Confirmed(it) => (CONFIRMED, bytes_of(it)),
            Self::Said(it) => (SAID, bytes_of(it)),
            Self::Heard(it) => (HEARD, bytes_of(it)),
            Self::Shelved(it) => (SHELVED, bytes_of(it)),
            Self::Suspected(it) => (SUSPECTED, bytes_of(it)),
            Self::Drafted(it) => (DRAFTED, bytes_of(&**it)),
            Self::Discarded(it) => (DISCARDED, bytes_of(it)),
            Self::Witnessed(it) => match it {
                Witnessed::Named(it) => (WITNESSED_NAMING, bytes_of(it)),
                Witnessed::Items(it) => (WITNESSED_ITEMS, bytes_of(it)),
                Witnessed::Differs(it) => (WITNESSED_DIFFERENCE, bytes_of(it)),
                Witnessed::Ended(it) => (WITNESSED_END, bytes_of(it)),
            },
        }
    }

    /// Reads an entry of a desk's log.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(entry: &Entry) -> Result<Self, String> {
        let Payload::Inline(payload) = &entry.payload else {
            return Err("a desk's entry carries its payload inline".to_owned());
        };
        let bytes = payload.as_bytes();
        let read = match entry.kind {
            FOUNDED => minicbor::decode(bytes).map(Self::Founded),
            PAIRED => minicbor::decode(bytes).map(|it| Self::Paired(Box::new(it))),
            CONFIRMED => minicbor::decode(bytes).map(Self::Confirmed),
            SAID => minicbor::decode(bytes).map(Self::Said),
            HEARD => minicbor::decode(bytes).map(Self::Heard),
            SHELVED => minicbor::decode(bytes).map(Self::Shelved),
            SUSPECTED => minicbor::decode(bytes).map(Self::Suspected),
            DRAFTED => minicbor::decode(bytes).map(|it| Self::Drafted(Box::new(it))),
            DISCARDED => minicbor::decode(bytes).map(Self::Discarded),
            WITNESSED_NAMING => minicbor::decode(bytes).map(Witnessed::Named).map(Self::Witnessed),
            WITNESSED_ITEMS => minicbor::decode(bytes).map(Witnessed::Items).map(Self::Witnessed),
            WITNESSED_DIFFERENCE => {
                minicbor::decode(bytes).map(Witnessed::Differs).map(Self::Witnessed)
            }
            WITNESSED_END => minicbor::decode(bytes).map(Witnessed::Ended).map(Self::Witnessed),
            Kind(kind) => return Err(format!("entries of kind {kind} are not known")),
        };
        read.map_err(|error| format!("payload: {error}"))
    }
}
