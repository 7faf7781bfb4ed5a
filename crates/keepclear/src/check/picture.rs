//! What a check looks at and what it finds: flights, closed areas, conflicts, proposals.

use keepclear_geo::{Place, TimeInterval, Verdict, Volume4D};

/// A flight with its party decided.
#[derive(Debug, Clone)]
pub struct Flight {
    /// Unique name within the check.
    pub id: String,
    /// Whose it is.
    pub party: String,
    /// File and place in it.
    pub source: String,
    /// Flown already (a recorded track), so that it cannot start earlier.
    pub flown: bool,
    /// Its pieces of sky and time.
    pub volumes: Vec<Volume4D>,
}

/// A closed or controlled area.
#[derive(Debug, Clone)]
pub struct Zone {
    /// Unique name within the check.
    pub id: String,
    /// Name as published.
    pub name: String,
    /// Airspace class as published, such as `D`, `CTR` or `R`.
    pub class: Option<String>,
    /// Its pieces of sky and time.
    pub volumes: Vec<Volume4D>,
}

/// All that is compared.
#[derive(Debug, Clone, Default)]
pub struct Picture {
    /// Flights of all parties.
    pub flights: Vec<Flight>,
    /// Areas.
    pub zones: Vec<Zone>,
}

/// The second side of a conflict, an index into the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Other {
    /// Another flight.
    Flight(usize),
    /// An area.
    Zone(usize),
}

/// Two flights, or a flight and an area, that overlap over one connected span of time.
#[derive(Debug, Clone)]
pub struct Conflict {
    /// First 16 hex digits of the SHA-256 of both identities and the span's start.
    pub id: String,
    /// Index of the flight.
    pub flight: usize,
    /// What it conflicts with.
    pub other: Other,
    /// Volumes of the flight that take part, ascending.
    pub flight_volumes: Vec<usize>,
    /// Volumes of the other side that take part, ascending.
    pub other_volumes: Vec<usize>,
    /// Certain when any pair of volumes is.
    pub verdict: Verdict,
    /// The connected span.
    pub interval: TimeInterval,
    /// Lowest shared altitude, millimetres.
    pub lower_mm: i64,
    /// Highest shared altitude, millimetres.
    pub upper_mm: i64,
    /// Pressure altitudes rather than heights above WGS84.
    pub pressure: bool,
    /// The common area.
    pub place: Place,
    /// The largest depth of a pair of volumes: the horizontal shift that separates it, metres.
    pub depth_m: f64,
    /// False when a smaller shift could not be excluded.
    pub depth_exact: bool,
}

/// How a flight could be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Start later.
    Delay,
    /// Start earlier.
    Earlier,
    /// Fly higher or lower.
    Level,
    /// Fly to the right (positive) or left of the planned course.
    Sideways,
}

/// A verified way out for one flight.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// Index of the flight.
    pub flight: usize,
    /// What is changed.
    pub kind: Move,
    /// By how much: seconds or metres. Positive is later, higher, to the right.
    pub delta: i64,
    /// Cost in seconds of delay equivalent.
    pub cost_s: f64,
}

impl Picture {
    /// The other side's identity.
    pub fn other_id(&self, other: Other) -> &str {
        match other {
            Other::Flight(i) => &self.flights[i].id,
            Other::Zone(i) => &self.zones[i].id,
        }
    }

    /// The volumes of the other side.
    pub fn other_volumes(&self, other: Other) -> &[Volume4D] {
        match other {
            Other::Flight(i) => &self.flights[i].volumes,
            Other::Zone(i) => &self.zones[i].volumes,
        }
    }
}
