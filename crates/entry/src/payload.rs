//! What an entry carries: bytes inside it, or the hash of bytes that lie beside the log.
//!
//! The salt of an aside payload is kept with the payload and never in the entry. A plan is guessable:
//! with the salt in the entry, whoever keeps the log could still prove an erased plan by trying.

use crate::EntryError;
use sha2::{Digest, Sha256};

/// Largest payload, inline or aside: 1 MiB.
pub const PAYLOAD_MAX: usize = 1 << 20;

pub(crate) fn checked(field: &'static str, length: usize) -> Result<(), EntryError> {
    if length > PAYLOAD_MAX {
        return Err(EntryError::Length { field, found: length, least: 0, most: PAYLOAD_MAX });
    }
    Ok(())
}

/// Where the payload is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// In the entry.
    Inline(Inline),
    /// Beside the log, named by its salted hash.
    Aside(Aside),
}

/// Payload bytes of at most [`PAYLOAD_MAX`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inline(Vec<u8>);

impl Inline {
    /// # Errors
    /// [`EntryError::Length`] for more than [`PAYLOAD_MAX`] bytes.
    pub fn new(bytes: Vec<u8>) -> Result<Self, EntryError> {
        checked("payload", bytes.len())?;
        Ok(Self(bytes))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, taken out.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Sixteen random bytes that make an aside payload's hash say nothing once they are erased. Has no
/// `Debug`, so that it cannot slip into a server's log and outlive its payload there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt(pub [u8; 16]);

/// How long an aside payload may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Retention {
    /// A peer's plan: at most 24 hours.
    PeerPlan,
    /// What would give away a source under protection: as short as its keeper decides.
    ProtectedSource,
}

impl Retention {
    /// The class as it is written.
    pub const fn code(self) -> u8 {
        match self {
            Self::PeerPlan => 1,
            Self::ProtectedSource => 2,
        }
    }

    /// `None` for a class that this version does not know.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::PeerPlan),
            2 => Some(Self::ProtectedSource),
            _ => None,
        }
    }
}

/// The name of a payload beside the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aside {
    hash: [u8; 32],
    retention: Retention,
    length: u32,
}

impl Aside {
    /// The name of this payload under this salt.
    ///
    /// # Errors
    /// [`EntryError::Length`] for more than [`PAYLOAD_MAX`] bytes.
    pub fn of(salt: Salt, payload: &[u8], retention: Retention) -> Result<Self, EntryError> {
        Self::from_parts(salted_hash(salt, payload), retention, payload.len())
    }

    pub(crate) fn from_parts(
        hash: [u8; 32],
        retention: Retention,
        length: usize,
    ) -> Result<Self, EntryError> {
        checked("payload length", length)?;
        // PAYLOAD_MAX fits.
        Ok(Self { hash, retention, length: length as u32 })
    }

    /// Whether these are the salt and the payload that the entry named.
    pub fn is_of(&self, salt: Salt, payload: &[u8]) -> bool {
        self.length as usize == payload.len() && self.hash == salted_hash(salt, payload)
    }

    /// SHA-256 of the salt followed by the payload.
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// How long the payload may be kept.
    pub fn retention(&self) -> Retention {
        self.retention
    }

    /// Bytes of the payload, at most [`PAYLOAD_MAX`].
    pub fn length(&self) -> u32 {
        self.length
    }
}

fn salted_hash(salt: Salt, payload: &[u8]) -> [u8; 32] {
    Sha256::new_with_prefix(salt.0).chain_update(payload).finalize().into()
}
