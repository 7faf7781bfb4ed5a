//! What every reader yields.

use std::collections::{BTreeMap, BTreeSet};

use keepclear_geo::{Datums, Volume4D};
use sha2::{Digest, Sha256};

/// What a reader needs to know that does not stand in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadOptions {
    /// What is known of the air and the ground.
    pub datums: Datums,
    /// Recorded tracks are grown by this to each side, metres.
    pub half_width_m: f64,
    /// Recorded tracks are grown by this up and down, metres.
    pub vertical_buffer_m: f64,
    /// Recorded tracks are grown by this before and after, microseconds.
    pub time_buffer_us: i64,
    /// A longer silence ends a leg of a recorded track, microseconds.
    pub track_gap_us: i64,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            datums: Datums::default(),
            half_width_m: 1_000.0,
            vertical_buffer_m: 160.0,
            time_buffer_us: 10_000_000,
            track_gap_us: 120_000_000,
        }
    }
}

/// Whether a flight can still be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlightKind {
    /// A plan.
    Planned,
    /// A recorded track.
    Flown,
}

/// One flight.
#[derive(Debug, Clone, PartialEq)]
pub struct Flight {
    /// Unique in its file.
    pub id: String,
    /// Callsign or GeoJSON `name`.
    pub name: Option<String>,
    /// Party that the file states.
    pub party: Option<String>,
    /// Where in the file it stands, such as `feature 3` or `[2]`.
    pub source: String,
    /// Plan or recording.
    pub kind: FlightKind,
    /// At least one.
    pub volumes: Vec<Volume4D>,
}

/// One area of airspace.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone {
    /// Unique in its file.
    pub id: String,
    /// As the file gives it.
    pub name: String,
    /// Class by its own name.
    pub class: Option<String>,
    /// Where in the file it stands, such as `line 12`.
    pub source: String,
    /// At least one.
    pub volumes: Vec<Volume4D>,
}

/// A thing in a file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Where in the file.
    pub at: String,
    /// Which field.
    pub field: String,
    /// What was wrong, and what was expected.
    pub reason: String,
}

/// A thing that was read otherwise than it stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Where in the file.
    pub at: String,
    /// What was done and why.
    pub text: String,
}

/// Everything in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct FileContent {
    /// SHA-256 of the file's bytes as they came, lower-case hexadecimal.
    pub sha256: String,
    /// Form of the file, in words.
    pub format: &'static str,
    /// Entries looked at, refused ones included: intents, features, areas, positions.
    pub read: usize,
    /// Flights.
    pub flights: Vec<Flight>,
    /// Airspace.
    pub zones: Vec<Zone>,
    /// What could not be read.
    pub refused: Vec<Refused>,
    /// What was read otherwise than it stands there.
    pub warnings: Vec<Warning>,
}

/// Why a whole file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// The content has a form that is not read here.
    #[error("unsupported form: found {found}; expected {expected}")]
    Unsupported {
        /// What it looks like.
        found: String,
        /// What can be read.
        expected: &'static str,
    },
    /// It begins like JSON but is not.
    #[error("not JSON at line {line}, column {column}: {reason}")]
    NotJson {
        /// Counted from 1.
        line: usize,
        /// Counted from 1; 0 when the line is empty.
        column: usize,
        /// What the parser met.
        reason: String,
    },
    /// The gzip stream is damaged.
    #[error("damaged gzip data: {0}")]
    BrokenGzip(String),
    /// More data than is read at once.
    #[error("larger than {0} bytes after decompression; split the file")]
    TooLarge(u64),
}

/// A file on its way to becoming [`FileContent`].
pub(crate) struct Content {
    format: &'static str,
    pub(crate) read: usize,
    flights: Vec<Flight>,
    zones: Vec<Zone>,
    refused: Vec<Refused>,
    warnings: Vec<Warning>,
    ids: UniqueIds,
}

impl Content {
    pub(crate) fn new(format: &'static str) -> Self {
        Self {
            format,
            read: 0,
            flights: Vec::new(),
            zones: Vec::new(),
            refused: Vec::new(),
            warnings: Vec::new(),
            ids: UniqueIds::default(),
        }
    }

    pub(crate) fn empty_list() -> Self {
        let mut content = Self::new("empty JSON list");
        content.warn("file", "the list is empty");
        content
    }

    /// Adds a flight under an id of its own.
    pub(crate) fn push_flight(&mut self, mut flight: Flight) {
        let id = self.ids.take(&flight.id);
        if id != flight.id {
            let text = format!("the id {:?} is taken; this one is called {id:?}", flight.id);
            self.warn(&flight.source, text);
            flight.id = id;
        }
        self.flights.push(flight);
    }

    /// Adds a zone under an id of its own; that zones share a name is usual.
    pub(crate) fn push_zone(&mut self, mut zone: Zone) {
        zone.id = self.ids.take(&zone.id);
        self.zones.push(zone);
    }

    pub(crate) fn refuse(&mut self, at: &str, field: impl Into<String>, reason: impl Into<String>) {
        let (field, reason) = (field.into(), reason.into());
        self.refused.push(Refused { at: at.to_owned(), field, reason });
    }

    pub(crate) fn warn(&mut self, at: &str, text: impl Into<String>) {
        self.warnings.push(Warning { at: at.to_owned(), text: text.into() });
    }

    pub(crate) fn finish(self, bytes: &[u8]) -> FileContent {
        let Self { format, read, flights, zones, refused, warnings, ids: _ } = self;
        let hash = Sha256::digest(bytes);
        let sha256 = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        FileContent { sha256, format, read, flights, zones, refused, warnings }
    }
}

/// Ids that were given, and the last number that was appended to each.
#[derive(Default)]
struct UniqueIds {
    taken: BTreeSet<String>,
    last: BTreeMap<String, usize>,
}

impl UniqueIds {
    /// The id itself, or with `#2`, `#3` and so on when it is taken.
    fn take(&mut self, wanted: &str) -> String {
        let mut id = wanted.to_owned();
        while !self.taken.insert(id.clone()) {
            let number = self.last.entry(wanted.to_owned()).or_insert(1);
            *number += 1;
            id = format!("{wanted}#{number}");
        }
        id
    }
}

/// A wrong field in one entry of a file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fault {
    pub(crate) field: String,
    pub(crate) reason: String,
}

impl Fault {
    pub(crate) fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { field: field.into(), reason: reason.into() }
    }

    /// An error of the geometry, at a field of the file.
    pub(crate) fn at(field: impl Into<String>, invalid: &keepclear_geo::Invalid) -> Self {
        Self::new(field, invalid.reason.to_string())
    }
}

impl From<keepclear_geo::Invalid> for Fault {
    fn from(invalid: keepclear_geo::Invalid) -> Self {
        let field = match invalid.index {
            Some(index) => format!("{}[{index}]", invalid.field),
            None => invalid.field,
        };
        Self { field, reason: invalid.reason.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_are_taken_get_a_number_that_is_free() {
        let mut ids = UniqueIds::default();
        let given = ["A", "A#2", "A", "A", "B"].map(|id| ids.take(id));
        assert_eq!(given, ["A", "A#2", "A#3", "A#4", "B"]);
    }
}
