//! The bytes of a message, and what a message may say.
//!
//! There is one way to write a message: what [`decode`] takes, [`encode`] writes again byte for byte.
//! Signatures and hashes are over bytes, so a second spelling of the same message would be another one.

mod limits;
mod volumes;
mod witnesses;

pub(crate) use limits::check_action;
pub use limits::{COVERS_MAX, DIFFERENCES_MAX, NOTE_MAX, PHRASES, check_body};

use keepclear_entry::Kind;

use crate::message::{Envelope, MessageKind};

/// Why bytes are not a message, or a message may not be said as it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// Not the CBOR of a message.
    #[error("the payload is not a message: {0}; send one in the form of version 1")]
    Malformed(String),
    /// The same message in other bytes.
    #[error(
        "the payload is not written in the one way of this message (shortest forms, known keys \
         only, keys in order); write it canonically"
    )]
    NotCanonical,
    /// The entry says one kind, its payload another.
    #[error("the entry's kind is {entry}, but its payload is a {body:?}; make them agree")]
    Kind {
        /// In the entry.
        entry: u16,
        /// In the payload.
        body: MessageKind,
    },
    /// No kind of message of this version.
    #[error("the entry's kind {0} is no message of this version; speak version 1")]
    UnknownKind(u16),
    /// A field that says what it may not.
    #[error("{field} is {value}, but {reason}; {remedy}")]
    Field {
        /// Path of the field, such as `content.volumes[2].shape.vertices[0].lat`.
        field: String,
        /// What it holds.
        value: String,
        /// What rule that breaks.
        reason: &'static str,
        /// What to do.
        remedy: &'static str,
    },
}

/// The canonical bytes of a message.
pub fn encode(envelope: &Envelope) -> Vec<u8> {
    // Writing to memory has no way to fail, and no message is written as nothing.
    minicbor::to_vec(envelope).unwrap_or_default()
}

/// Reads the payload of an entry of this kind, strictly.
///
/// # Errors
/// [`CodecError`] for anything that [`encode`] would not write for a message within its limits.
pub fn decode(kind: Kind, payload: &[u8]) -> Result<Envelope, CodecError> {
    let expected = MessageKind::from_entry_kind(kind).ok_or(CodecError::UnknownKind(kind.0))?;
    let envelope: Envelope =
        minicbor::decode(payload).map_err(|error| CodecError::Malformed(error.to_string()))?;
    if encode(&envelope) != payload {
        return Err(CodecError::NotCanonical);
    }
    if envelope.body.kind() != expected {
        return Err(CodecError::Kind { entry: kind.0, body: envelope.body.kind() });
    }
    limits::check_seen(&envelope.seen)?;
    check_body(&envelope.body)?;
    Ok(envelope)
}
