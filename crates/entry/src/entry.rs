//! The envelope itself.

use crate::encode::{Fields, PayloadFields, encode};
use crate::{
    EntryError, EntryHash, Issuer, Kind, LogId, NodeId, Party, Payload, ProposedAt, RequestId,
    Sequence, Signature, Subject, TokenHash,
};

/// The format that this version writes and reads.
pub const FORMAT_VERSION: u16 = 1;

/// Stands before the bytes that are signed, so that a signature over an entry can never be taken for
/// one over anything else.
pub(crate) const SIGNING_DOMAIN: &[u8] = b"keepclear entry v1\0";

/// Who asked: what the entry keeps of an access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Who issued the token.
    pub issuer: Issuer,
    /// Whom it speaks for.
    pub subject: Subject,
    /// So that a token can be shown to be the one, without being kept.
    pub token_hash: TokenHash,
}

/// One entry. Any value can be written, and every limit is kept by the types of the fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The log that it belongs to, and no other.
    pub log: LogId,
    /// Whether the log is an exercise: never to be joined with what is real.
    pub exercise: bool,
    /// The node that proposed it.
    pub node: NodeId,
    /// Its place among the node's entries.
    pub sequence: Sequence,
    /// Hash of the node's entry before it; [`EntryHash::NONE`] for the first.
    pub previous: EntryHash,
    /// The party whose node it is.
    pub party: Party,
    /// Who asked; none for what the node does by itself.
    pub principal: Option<Principal>,
    /// The request that caused it.
    pub request: RequestId,
    /// When the node proposed it.
    pub proposed_at: ProposedAt,
    /// Which payload it carries.
    pub kind: Kind,
    /// The payload, or the name of one beside the log.
    pub payload: Payload,
    /// Over [`Entry::signed_bytes`].
    pub signature: Option<Signature>,
}

impl Entry {
    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        encode(&self.fields(), &mut out);
        out
    }

    /// Reads canonical bytes, and only those: what it accepts, [`Entry::encode`] writes again.
    ///
    /// # Errors
    /// [`EntryError`] for anything else; nothing panics.
    pub fn decode(bytes: &[u8]) -> Result<Self, EntryError> {
        crate::decode::decode(bytes)
    }

    /// SHA-256 of the canonical bytes, the signature included.
    pub fn hash(&self) -> EntryHash {
        EntryHash::of(&self.encode())
    }

    /// What a signature is over: a domain, then the canonical bytes of the entry without signature.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let mut out = SIGNING_DOMAIN.to_vec();
        encode(&Fields { signature: None, ..self.fields() }, &mut out);
        out
    }

    fn fields(&self) -> Fields<'_> {
        let Self {
            log,
            exercise,
            node,
            sequence,
            previous,
            party,
            principal,
            request,
            proposed_at,
            kind,
            payload,
            signature,
        } = self;
        Fields {
            log: *log,
            exercise: *exercise,
            node: *node,
            sequence: *sequence,
            previous,
            party,
            principal: principal.as_ref(),
            request: *request,
            proposed_at: *proposed_at,
            kind: *kind,
            payload: match payload {
                Payload::Inline(inline) => PayloadFields::Inline(inline.as_bytes()),
                Payload::Aside(aside) => PayloadFields::Aside(aside),
            },
            signature: signature.as_ref(),
        }
    }
}
