//! What can be wrong with an entry where it stands.

use keepclear_entry::{EntryError, EntryHash, LogId, NodeId, Sequence};

/// A fault of one entry in one lane, or of bytes that are no entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The bytes are not an entry.
    #[error("not an entry: {0}")]
    Damaged(#[from] EntryError),
    /// Of another line, or of no line at all.
    #[error("belongs to {found}; this is {expected}")]
    ForeignLog {
        /// What it says.
        found: LogId,
        /// The line.
        expected: LogId,
    },
    /// An exercise among what is real, or the other way round.
    #[error("says exercise: {found}; this line says exercise: {expected}")]
    Exercise {
        /// What it says.
        found: bool,
        /// What the line says.
        expected: bool,
    },
    /// Of a lane that neither party has.
    #[error("node {node} is no lane of this line")]
    UnknownLane {
        /// Who is said to have written it.
        node: NodeId,
    },
    /// Nobody signed it.
    #[error("has no signature")]
    Unsigned,
    /// The key of its lane did not sign it.
    #[error("its signature is not by the key of its lane")]
    Forged,
    /// Entries before it are not here.
    #[error("entries {first} to {last} are missing before it")]
    Missing {
        /// The first that is missing.
        first: Sequence,
        /// The last.
        last: Sequence,
    },
    /// At a place that the lane has passed: repeated, or out of order.
    #[error("comes again or too late: entry {expected} is next")]
    Reordered {
        /// The place that was next.
        expected: Sequence,
    },
    /// The entry before it was another one.
    #[error("follows an entry with hash {found}, but the one here has {expected}")]
    Previous {
        /// What it says.
        found: EntryHash,
        /// The hash of the entry before it here.
        expected: EntryHash,
    },
    /// A place that is known by a hash which is not its entry's.
    #[error("is withheld with hash {found}, but the signed entry behind it follows {expected}")]
    WithheldHash {
        /// What its line says.
        found: EntryHash,
        /// What the entry behind it names.
        expected: EntryHash,
    },
    /// A withheld place whose line does not stand where its place is.
    #[error("is withheld in a line that says entry {said}, where it does not belong")]
    WithheldPlace {
        /// What its line says.
        said: Sequence,
    },
}
