//! The bytes of entries again, where two differ: the index keeps none.

use crate::compare::CompareError;
use crate::read::{ReadError, entry_at};
use keepclear_entry::Entry;
use std::io::{Read, Seek};

trait Source: Read + Seek {}
impl<T: Read + Seek> Source for T {}

/// Both files, or one file twice.
pub(super) struct Sources<'f> {
    files: Vec<Box<dyn Source + 'f>>,
}

impl<'f> Sources<'f> {
    pub(super) fn one(file: impl Read + Seek + 'f) -> Self {
        Self { files: vec![Box::new(file)] }
    }

    pub(super) fn two(first: impl Read + Seek + 'f, second: impl Read + Seek + 'f) -> Self {
        Self { files: vec![Box::new(first), Box::new(second)] }
    }

    /// How a person calls the file.
    pub(super) fn name(&self, side: usize) -> &'static str {
        match (self.files.len(), side) {
            (1, _) => "the record",
            (_, 0) => "the first record",
            _ => "the second record",
        }
    }

    /// The entry in the line at this offset; none where there is none.
    pub(super) fn entry(
        &mut self,
        side: usize,
        offset: u64,
    ) -> Result<Option<Entry>, CompareError> {
        let side = side.min(self.files.len() - 1);
        let read: Result<_, ReadError> = entry_at(&mut self.files[side], offset);
        let bytes = read.map_err(|error| CompareError::Unreadable { second: side == 1, error })?;
        Ok(bytes.and_then(|bytes| Entry::decode(&bytes).ok()))
    }
}

/// The fields in which two entries differ, in words.
pub(super) fn differing_fields(one: &Entry, other: &Entry) -> String {
    let fields = [
        ("log", one.log != other.log),
        ("exercise", one.exercise != other.exercise),
        ("node", one.node != other.node),
        ("sequence", one.sequence != other.sequence),
        ("previous hash", one.previous != other.previous),
        ("party", one.party != other.party),
        ("principal", one.principal != other.principal),
        ("request", one.request != other.request),
        ("proposed time", one.proposed_at != other.proposed_at),
        ("kind", one.kind != other.kind),
        ("payload", one.payload != other.payload),
        ("signature", one.signature != other.signature),
    ];
    let names: Vec<&str> = fields.iter().filter(|field| field.1).map(|field| field.0).collect();
    names.join(", ")
}
