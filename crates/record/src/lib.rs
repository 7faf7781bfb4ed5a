//! What each side said, in a form that neither side can change unnoticed.
//!
//! Entries are signed and chained by their lane; a Merkle tree over a lane is signed as a checkpoint;
//! an export holds all of it in one file; two exports can be compared without either party's help.
//! A signature shows who wrote an entry, never that what it says is true, and never that it was sent.
#![forbid(unsafe_code)]

mod checkpoint;
mod compare;
mod export;
mod fault;
mod format;
mod key_change;
mod keys;
mod lanes;
mod merkle;
mod note;
mod proof;
mod prove;
mod read;
mod scan;

pub use checkpoint::{Checkpoint, desk_key_name, export_origin, lane_origin};
pub use compare::{
    Claim, Claims, CompareError, Comparison, Difference, DifferenceKind, LaneCount, Limits,
    NoClaims, Verification, Verified, VerifiedError, compare, verify,
};
pub use export::{ExportError, Exporter};
pub use fault::Fault;
pub use format::{
    Header, HeaderError, LaneName, LaneOf, Parties, PartyOf, RECORD_FORMAT, WitnessOf,
};
pub use key_change::{KEY_CHANGE, key_change_payload, read_key_change};
pub use keys::{KeyError, PublicKey, SigningKey};
pub use lanes::{Step, Verifier};
pub use merkle::{Root, Tree, leaf_hash, node_hash};
pub use note::{Note, NoteError};
pub use proof::{
    ProofError, consistency_proof, inclusion_proof, verify_consistency, verify_inclusion,
};
pub use prove::{CheckedProof, Proof, ProveError, prove_consistency, prove_inclusion};
pub use read::{LINE_MAX, ReadError};
