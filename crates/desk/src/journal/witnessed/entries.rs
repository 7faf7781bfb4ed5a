//! What a desk's log says of the lines that it witnesses.

use keepclear_entry::EntryHash;
use keepclear_line::Witness;
use keepclear_line::quantity::{DeskId, Key, MessageId, Name};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

/// Lanes of a line: ordinary and urgent of the party whose desk has the smaller id, then of the other.
pub const LANES: usize = 4;

/// What a line is, and does not change.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct WitnessedFacts {
    /// Its id.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub line: [u8; 16],
    /// Nothing on it is real.
    #[n(1)]
    pub exercise: bool,
    /// Both parties, the smaller desk id first.
    #[n(2)]
    pub parties: [WitnessedParty; 2],
}

/// One of the two parties.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct WitnessedParty {
    /// Its name.
    #[n(0)]
    pub party: Name,
    /// Its desk.
    #[n(1)]
    pub desk: DeskId,
    /// The key that signed its first entries.
    #[n(2)]
    pub key: Key,
}

/// What is given of a place in a lane.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Item {
    /// The entry, canonical bytes.
    #[n(0)]
    Entry(#[n(0)] ByteVec),
    /// Its hash alone.
    #[n(1)]
    Withheld(#[n(0)] MessageId),
}

impl Item {
    /// The hash of the entry there.
    pub fn hash(&self) -> EntryHash {
        match self {
            Self::Entry(bytes) => EntryHash::of(bytes),
            Self::Withheld(hash) => EntryHash(hash.0),
        }
    }

    /// About how many bytes it takes.
    pub fn size(&self) -> usize {
        match self {
            Self::Entry(bytes) => bytes.len() + 8,
            Self::Withheld(_) => 40,
        }
    }
}

/// Something about a witnessed line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Witnessed {
    /// A party gives, by what both agreed.
    Named(WitnessedNaming),
    /// A party gave something that was not held.
    Items(WitnessedItems),
    /// A party gave another hash than was held.
    Differs(WitnessedDifference),
    /// A party gives no more.
    Ended(WitnessedEnd),
}

impl Witnessed {
    /// The line's id.
    pub fn line(&self) -> [u8; 16] {
        match self {
            Self::Named(naming) => naming.facts.line,
            Self::Items(given) => given.line,
            Self::Differs(difference) => difference.line,
            Self::Ended(end) => end.line,
        }
    }

    /// The party's desk.
    pub fn giver(&self) -> DeskId {
        match self {
            Self::Named(naming) => naming.giver,
            Self::Items(given) => given.giver,
            Self::Differs(difference) => difference.giver,
            Self::Ended(end) => end.giver,
        }
    }
}

/// See [`Witnessed::Named`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct WitnessedNaming {
    /// Who gives.
    #[n(0)]
    pub giver: DeskId,
    /// Which line.
    #[n(1)]
    pub facts: WitnessedFacts,
    /// What both agreed, as it says.
    #[n(2)]
    pub witness: Witness,
}

/// See [`Witnessed::Items`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct WitnessedItems {
    /// Who gives.
    #[n(0)]
    pub giver: DeskId,
    /// Which line.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub line: [u8; 16],
    /// Number of the lane, from 0.
    #[n(2)]
    pub lane: u8,
    /// After this place it was looked through.
    #[n(5)]
    pub after: u64,
    /// The last place up to which it was looked through.
    #[n(3)]
    pub through: u64,
    /// Places that follow the last one held, or that were known by their hash alone.
    #[n(4)]
    pub items: Vec<(u64, Item)>,
}

/// See [`Witnessed::Differs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct WitnessedDifference {
    /// Who gives it otherwise.
    #[n(0)]
    pub giver: DeskId,
    /// Which line.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub line: [u8; 16],
    /// Number of the lane, from 0.
    #[n(2)]
    pub lane: u8,
    /// The place there.
    #[n(3)]
    pub sequence: u64,
    /// What it gives as the message there.
    #[n(4)]
    pub gives: MessageId,
    /// What is held as the message there.
    #[n(5)]
    pub held: MessageId,
}

/// See [`Witnessed::Ended`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct WitnessedEnd {
    /// Who gave.
    #[n(0)]
    pub giver: DeskId,
    /// Which line.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub line: [u8; 16],
}
