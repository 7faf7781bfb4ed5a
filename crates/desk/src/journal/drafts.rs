//! Messages that were written here and not released: nobody at the other end can know of them.
//!
//! A release is the entry that says the message, and names the draft. So a draft is either still one or
//! said, whatever crashes in between.

use std::collections::BTreeMap;

use keepclear_line::Body;
use keepclear_line::quantity::{DeskId, DraftId, Instant, Name};
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use crate::cbor::bytes_of;

/// Most drafts of one line at a time.
pub const DRAFTS_MAX: usize = 200;

/// An entry of the desk's log: a draft as it is from here on.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Drafted {
    /// For whom.
    #[n(0)]
    pub peer: DeskId,
    /// Which; an old one is replaced.
    #[n(1)]
    pub draft: DraftId,
    /// The role that wrote it.
    #[n(2)]
    pub role: Name,
    /// What is to be said.
    #[n(3)]
    pub body: Body,
}

/// An entry of the desk's log: a draft that is not to be said.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Discarded {
    /// For whom it was.
    #[n(0)]
    pub peer: DeskId,
    /// Which.
    #[n(1)]
    pub draft: DraftId,
    /// The role that threw it away.
    #[n(2)]
    pub role: Name,
}

/// A message that is not released.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The role that wrote it last.
    pub role: Name,
    /// When it was first written.
    pub drafted_at: Instant,
    /// When it was last changed.
    pub changed_at: Instant,
    /// Place of its last entry in the desk's log: its version.
    pub version: u64,
    /// What is to be said.
    pub body: Body,
}

/// The drafts of one line.
#[derive(Debug, Default)]
pub struct Drafts(BTreeMap<DraftId, Draft>);

impl Drafts {
    pub(super) fn write(&mut self, at: Instant, version: u64, drafted: &Drafted) {
        let first = self.0.get(&drafted.draft).map(|draft| draft.drafted_at);
        let draft = Draft {
            role: drafted.role.clone(),
            drafted_at: first.unwrap_or(at),
            changed_at: at,
            version,
            body: drafted.body.clone(),
        };
        self.0.insert(drafted.draft, draft);
    }

    pub(super) fn remove(&mut self, draft: DraftId) {
        self.0.remove(&draft);
    }

    /// One of them.
    pub fn get(&self, draft: DraftId) -> Option<&Draft> {
        self.0.get(&draft)
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = (DraftId, &Draft)> {
        self.0.iter().map(|(&id, draft)| (id, draft))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// Names what was done to a draft, to tell whether two requests did the same; `None` says to discard it.
pub fn draft_digest(peer: DeskId, draft: DraftId, body: Option<&Body>) -> [u8; 32] {
    let hash = Sha256::new_with_prefix(b"draft").chain_update(peer.0).chain_update(draft.0);
    hash.chain_update(body.map(bytes_of).unwrap_or_default()).finalize().into()
}

/// The same for a request that released it.
pub fn release_digest(peer: DeskId, draft: DraftId) -> [u8; 32] {
    let hash = Sha256::new_with_prefix(b"release").chain_update(peer.0).chain_update(draft.0);
    hash.finalize().into()
}
