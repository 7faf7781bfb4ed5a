//! The envelope that every log and record of Keepclear shares.
//!
//! There is exactly one way to write an entry: deterministic CBOR (RFC 8949, section 4.2.1). An
//! entry that says the same in other bytes is refused, because hashes and signatures are over bytes.
//! What a payload means is the business of the crate that writes it; here it is opaque.
#![forbid(unsafe_code)]

mod chain;
mod decode;
mod encode;
mod entry;
mod error;
mod ids;
mod payload;
mod signer;
mod text;
mod writer;

pub use chain::{Chain, ChainError, Head};
pub use entry::{Entry, FORMAT_VERSION, Principal};
pub use error::EntryError;
pub use ids::{
    EntryHash, Kind, LogId, LogKind, NodeId, ProposedAt, RequestId, Sequence, Signature, TokenHash,
};
pub use payload::{Aside, Inline, PAYLOAD_MAX, Payload, Retention, Salt};
pub use signer::Signer;
pub use text::{Issuer, Party, Subject, TEXT_MAX};
pub use writer::{Cause, Writer};
