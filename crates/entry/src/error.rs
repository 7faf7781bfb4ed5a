//! Why bytes are not an entry.

/// What is wrong, in which field, and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// Not CBOR, or not of the type that the field has.
    #[error("byte {at} of the entry, in {field}: {reason}; the entry is damaged or is not one")]
    Malformed {
        /// Offset in bytes from the start of the entry.
        at: usize,
        /// The field that was being read.
        field: &'static str,
        /// What the reader of CBOR says.
        reason: String,
    },
    /// A field has no place here, is repeated, or one before it is missing.
    #[error("the entry has key {found:?} where {field} (key {expected}) belongs")]
    Key {
        /// The field that was due.
        field: &'static str,
        /// Its key.
        expected: u8,
        /// The key that stands there; none where the map ends.
        found: Option<u8>,
    },
    /// A format that this version does not know.
    #[error("the entry has format version {found}, this program reads {known}; use a newer one")]
    Version {
        /// As written.
        found: u16,
        /// What is known.
        known: u16,
    },
    /// A code without a meaning.
    #[error("{field} has the unknown code {found}; use a newer program, or the entry is damaged")]
    Code {
        /// Which field.
        field: &'static str,
        /// As written.
        found: u64,
    },
    /// A length outside its closed range, bytes.
    #[error("{field} has {found} bytes; {least} to {most} are allowed")]
    Length {
        /// Which field.
        field: &'static str,
        /// Bytes found.
        found: usize,
        /// Fewest bytes.
        least: usize,
        /// Most bytes.
        most: usize,
    },
    /// The node sequence is 0.
    #[error("the node sequence is 0; a node's first entry has 1")]
    NoSequence,
    /// Bytes follow after the end of the entry.
    #[error("the entry ends at byte {at}, but more bytes follow")]
    Trailing {
        /// Offset in bytes from the start of the entry.
        at: usize,
    },
    /// The same could be said in other bytes: an integer or length that is not the shortest.
    #[error("byte {at} of the entry is not written as deterministic CBOR writes it")]
    NotCanonical {
        /// Offset in bytes of the first difference.
        at: usize,
    },
}
