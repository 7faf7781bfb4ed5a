//! The shared fields: what both sides must hold alike before a message counts as understood.
//!
//! Nothing here is prose. What cannot be said in these fields is said in a side's own words beside
//! them, and is then nobody's agreement.

use minicbor::{Decode, Encode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::quantity::{Instant, Millimetres, Name};
use crate::volume::Volume;

/// Most flights that one message names.
pub const FLIGHTS_MAX: usize = 200;

/// What an exchange was opened as.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Encode,
    Decode,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// Tells; wants to be acknowledged.
    #[n(0)]
    Notice,
    /// Asks for something to be done; wants an answer.
    #[n(1)]
    Request,
    /// Asks for something to be told; wants an answer.
    #[n(2)]
    Question,
    /// Reports an incident.
    #[n(3)]
    Report,
    /// Lives are in danger. Overtakes everything.
    #[n(4)]
    Distress,
}

/// What it is about. Coded, so that both languages say the same.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Encode,
    Decode,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Flights will be in these volumes.
    #[n(0)]
    Flights,
    /// Flights without a pilot on board will be in these volumes.
    #[n(1)]
    UncrewedFlights,
    /// The volumes are closed.
    #[n(2)]
    ClosedArea,
    /// An exercise takes place in these volumes.
    #[n(3)]
    ExerciseArea,
    /// Something falls or rises through these volumes: parachutes, balloons, rocket stages.
    #[n(4)]
    FallingObjects,
    /// Search and rescue.
    #[n(5)]
    SearchAndRescue,
    /// A flight for the sick or injured.
    #[n(6)]
    Medical,
    /// Fire fighting from the air.
    #[n(7)]
    FireFighting,
    /// A relief flight.
    #[n(8)]
    Relief,
    /// A conflict between planned flights of the two sides.
    #[n(9)]
    Conflict,
    /// An unknown flight: whose is it?
    #[n(10)]
    UnknownFlight,
    /// Flights came too close to each other.
    #[n(11)]
    CloseApproach,
    /// A flight left its volumes.
    #[n(12)]
    Stray,
    /// A flight lost its link or its navigation.
    #[n(13)]
    LostControl,
    /// A flight in an emergency.
    #[n(14)]
    Emergency,
    /// A flight came down.
    #[n(15)]
    Accident,
    /// The line itself.
    #[n(16)]
    Line,
}

/// From when to when; closed at both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, JsonSchema)]
#[cbor(array)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// First instant.
    #[n(0)]
    pub from: Instant,
    /// Last instant.
    #[n(1)]
    pub to: Instant,
}

/// What the other side is asked, or a commitment promises, to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Fly later.
    #[n(0)]
    Delay {
        /// Seconds, above 0.
        #[n(0)]
        by_s: u32,
    },
    /// Fly earlier.
    #[n(1)]
    Earlier {
        /// Seconds, above 0.
        #[n(0)]
        by_s: u32,
    },
    /// Fly higher, or lower.
    #[n(2)]
    Level {
        /// Above 0 is higher.
        #[n(0)]
        by_m: Millimetres,
    },
    /// Fly to the side.
    #[n(3)]
    Sideways {
        /// Above 0 is to the right of the flight's direction.
        #[n(0)]
        by_m: Millimetres,
    },
    /// Keep out of the volumes during the window.
    #[n(4)]
    StayClear {},
    /// Keep within the volumes during the window.
    #[n(5)]
    StayWithin {},
    /// Say whose flight it is.
    #[n(6)]
    Identify {},
    /// Say what is intended.
    #[n(7)]
    Inform {},
    /// Help those in danger.
    #[n(8)]
    Assist {},
}

/// The shared fields.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, JsonSchema)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// What it is about.
    #[n(0)]
    pub topic: Topic,
    /// When. Covers the volumes' times.
    #[n(1)]
    pub window: Window,
    /// Where.
    #[n(2)]
    #[serde(default)]
    pub volumes: Vec<Volume>,
    /// Flights of the side that speaks.
    #[n(3)]
    #[serde(default)]
    pub our_flights: Vec<Name>,
    /// Flights of the side that is spoken to.
    #[n(4)]
    #[serde(default)]
    pub your_flights: Vec<Name>,
    /// What is asked of the other side; a request and a question have one.
    #[n(5)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
}
