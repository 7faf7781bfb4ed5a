//! A piece of sky and time as a message carries it.
//!
//! All numbers are integers, so that a read-back can be compared without a word about rounding.
//! Whether two volumes touch is `keepclear-geo`'s to say; here they only travel.

use minicbor::{Decode, Encode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::quantity::{Instant, Millimetres, NanoDegrees};

/// Most volumes of one message.
pub const VOLUMES_MAX: usize = 200;
/// Most corners of one message together.
pub const CORNERS_MAX: usize = 10_000;

/// A place on WGS84.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, JsonSchema)]
#[cbor(array)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// North, -90 to 90 degrees.
    #[n(0)]
    pub lat: NanoDegrees,
    /// East, -180 to 180 degrees.
    #[n(1)]
    pub lng: NanoDegrees,
}

/// What a volume covers on the ground. Edges are geodesics.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Shape {
    /// Everything within a distance of a place.
    #[n(0)]
    Circle {
        /// The middle.
        #[n(0)]
        center: Place,
        /// Above 0.
        #[n(1)]
        radius_m: Millimetres,
    },
    /// An area between corners; the last is not the first again.
    #[n(1)]
    Polygon {
        /// At least three.
        #[n(0)]
        vertices: Vec<Place>,
    },
}

/// What an altitude is above.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, JsonSchema)]
#[cbor(index_only)]
pub enum Reference {
    /// The WGS84 ellipsoid.
    #[n(0)]
    #[serde(rename = "W84")]
    Ellipsoid,
    /// Mean sea level.
    #[n(1)]
    #[serde(rename = "AMSL")]
    SeaLevel,
    /// The ground below.
    #[n(2)]
    #[serde(rename = "AGL")]
    Ground,
    /// The level of 1013.25 hPa.
    #[n(3)]
    #[serde(rename = "STD")]
    Pressure,
}

/// A limit of a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, JsonSchema)]
#[cbor(array)]
#[serde(deny_unknown_fields)]
pub struct Altitude {
    /// Metres in JSON.
    #[n(0)]
    pub value_m: Millimetres,
    /// What it is above.
    #[n(1)]
    pub reference: Reference,
}

/// A piece of sky and time; closed at every end.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, JsonSchema)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Volume {
    /// What it covers.
    #[n(0)]
    pub shape: Shape,
    /// Lowest altitude; none is open downwards.
    #[n(1)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lower: Option<Altitude>,
    /// Highest altitude; none is open upwards.
    #[n(2)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upper: Option<Altitude>,
    /// First instant.
    #[n(3)]
    pub from: Instant,
    /// Last instant.
    #[n(4)]
    pub to: Instant,
}
