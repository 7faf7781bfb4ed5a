//! Newtypes for what must not be mixed up: ids, hashes, sequence numbers, times.
//!
//! The inner bytes are public where every value is allowed. Nothing here makes a fresh id: those
//! come from the caller, who has the randomness.

use sha2::{Digest, Sha256};
use std::fmt;
use std::num::NonZeroU64;
use uuid::Uuid;

macro_rules! id {
    ($(#[$comment:meta])* $name:ident) => {
        $(#[$comment])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                Uuid::from_bytes(self.0).fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

macro_rules! octets {
    ($(#[$comment:meta])* $name:ident, $length:literal) => {
        $(#[$comment])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $length]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

id! {
    /// The node that proposed an entry.
    NodeId
}
id! {
    /// The request that caused an entry.
    RequestId
}
octets! {
    /// SHA-256 of an entry's canonical bytes, its signature included.
    EntryHash, 32
}
octets! {
    /// SHA-256 of an access token, as it came.
    TokenHash, 32
}
octets! {
    /// Ed25519 signature over [`Entry::signed_bytes`](crate::Entry::signed_bytes).
    Signature, 64
}

impl EntryHash {
    /// What a node's first entry has in place of a predecessor's hash.
    pub const NONE: Self = Self([0; 32]);

    /// The hash of an entry's canonical bytes.
    pub fn of(canonical: &[u8]) -> Self {
        Self(Sha256::digest(canonical).into())
    }
}

impl TokenHash {
    /// The hash of a token.
    pub fn of(token: &[u8]) -> Self {
        Self(Sha256::digest(token).into())
    }
}

/// What a log is the log of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogKind {
    /// The shared picture of who means to be where.
    Sky,
    /// One party's own seat.
    Desk,
    /// What two desks say to each other.
    Line,
}

impl LogKind {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Sky => 0,
            Self::Desk => 1,
            Self::Line => 2,
        }
    }

    pub(crate) const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Sky),
            1 => Some(Self::Desk),
            2 => Some(Self::Line),
            _ => None,
        }
    }
}

/// One log: what it is of, and which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogId {
    /// Sky, desk or line.
    pub kind: LogKind,
    /// Drawn at founding.
    pub id: [u8; 16],
}

impl LogId {
    /// The kind's code (0 sky, 1 desk, 2 line), then the id: for keepers of bytes to whom a log is opaque.
    pub fn to_bytes(self) -> [u8; 17] {
        let mut bytes = [self.kind.code(); 17];
        bytes[1..].copy_from_slice(&self.id);
        bytes
    }

    /// What [`LogId::to_bytes`] wrote; `None` for an unknown kind.
    pub fn from_bytes(bytes: [u8; 17]) -> Option<Self> {
        let [code, id @ ..] = bytes;
        Some(Self { kind: LogKind::from_code(code)?, id })
    }
}

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            LogKind::Sky => "sky",
            LogKind::Desk => "desk",
            LogKind::Line => "line",
        };
        write!(f, "{kind} {}", Uuid::from_bytes(self.id))
    }
}

/// The place of an entry among those of its node: 1, 2, 3 and so on without a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sequence(NonZeroU64);

impl Sequence {
    /// A node's first entry.
    pub const FIRST: Self = Self(NonZeroU64::MIN);

    /// `None` for 0.
    pub fn new(number: u64) -> Option<Self> {
        NonZeroU64::new(number).map(Self)
    }

    /// The number, at least 1.
    pub fn get(self) -> u64 {
        self.0.get()
    }

    /// The one after. Stays at the end of `u64`, which no node reaches in a million years.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// When the node proposed the entry: microseconds since 1970-01-01T00:00:00Z, by its own clock.
/// Sky time follows from it; it is not yet sky time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProposedAt(pub i64);

/// Which payload an entry carries. The number belongs to the crate that writes the payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(pub u16);
