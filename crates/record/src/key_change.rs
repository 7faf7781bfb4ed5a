//! The entry by which a desk changes its key within a lane.
//!
//! It is signed with the old key; every later entry of that lane with the one it names. Each lane of
//! the desk writes its own, so that no lane needs another one to be verified.

use crate::PublicKey;
use keepclear_entry::{Entry, Kind, Payload};

/// The kind of an entry that changes its lane's key.
pub const KEY_CHANGE: Kind = Kind(0xff01);

/// Deterministic CBOR of `{0: 32 bytes}` before the bytes.
const PREFIX: [u8; 4] = [0xa1, 0x00, 0x58, 0x20];

/// What such an entry carries: canonical CBOR, a map of 0 to the new public key.
pub fn key_change_payload(key: &PublicKey) -> Vec<u8> {
    [&PREFIX[..], &key.to_bytes()].concat()
}

/// The key that an entry changes to. `None` for entries of another kind, and for one whose payload is
/// not [`key_change_payload`] of a usable key: the lane's key then stays.
pub fn read_key_change(entry: &Entry) -> Option<PublicKey> {
    let Payload::Inline(payload) = &entry.payload else { return None };
    let bytes = payload.as_bytes().strip_prefix(&PREFIX).filter(|_| entry.kind == KEY_CHANGE)?;
    PublicKey::from_bytes(bytes.try_into().ok()?).ok()
}
