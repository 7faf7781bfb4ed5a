//! From a file that people have to the volumes of a message.
//!
//! A message's volume is one ring or one circle; whatever a file holds otherwise is said to the
//! person, never dropped in silence.

use std::path::Path;

use keepclear_formats::{FileContent, ReadOptions, Refused, read_airspace, read_flights};
use keepclear_geo::{Limit, Position, Reference as GeoReference, Volume4D};
use keepclear_line::message::{Content, Topic};
use keepclear_line::quantity::{Instant, Millimetres, NanoDegrees};
use keepclear_line::volume::{Altitude, Place, Reference, Shape, Volume};

use super::error::LineError;
use crate::complain;

/// Longest file that is read, bytes.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// What a file says.
pub enum Given {
    /// All of the shared fields, in the form of a message.
    Content(Box<Content>),
    /// Where and when.
    Volumes {
        /// At least one.
        volumes: Vec<Volume>,
        /// Names of the flights that the volumes are of.
        flights: Vec<String>,
        /// What such a file is about.
        topic: Topic,
    },
}

/// Reads a file.
///
/// # Errors
/// When it cannot be read, or any part of it is refused: half a notice is worse than none.
pub fn read(path: &Path) -> Result<Given, LineError> {
    let bytes = bytes(path)?;
    if let Some(content) = as_content(path, &bytes)? {
        return Ok(Given::Content(Box::new(content)));
    }
    let name = path.display().to_string();
    let wrong = |reason: String| LineError::Input(format!("--file {name}: {reason}"));
    let options = ReadOptions::default();
    let flights = read_flights(&name, &bytes, &options);
    let content = match flights {
        Ok(content) if content.refused.is_empty() && !content.flights.is_empty() => content,
        flights => match (flights, read_airspace(&name, &bytes, &options)) {
            (_, Ok(zones)) if zones.refused.is_empty() && !zones.zones.is_empty() => zones,
            (Ok(flights), _) => flights,
            (Err(_), Ok(zones)) => zones,
            (Err(error), Err(_)) => return Err(wrong(error.to_string())),
        },
    };
    if let Some(Refused { at, field, reason }) = content.refused.first() {
        let place = [at.as_str(), field.as_str()].map(str::to_owned).join(" ");
        return Err(wrong(format!("{}: {reason}; correct it, or take it out", place.trim())));
    }
    given(&name, &content).map_err(wrong)
}

fn bytes(path: &Path) -> Result<Vec<u8>, LineError> {
    let wrong = |reason: String| LineError::Input(format!("--file {}: {reason}", path.display()));
    let size = std::fs::metadata(path).map_err(|error| wrong(error.to_string()))?.len();
    if size > FILE_BYTES_MAX {
        return Err(wrong(format!("has {size} bytes, at most {FILE_BYTES_MAX} are read")));
    }
    std::fs::read(path).map_err(|error| wrong(error.to_string()))
}

/// A JSON object with a `topic` can only be the shared fields of a message.
fn as_content(path: &Path, bytes: &[u8]) -> Result<Option<Content>, LineError> {
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(bytes) else { return Ok(None) };
    if value.get("topic").is_none() {
        return Ok(None);
    }
    serde_json::from_value(value).map(Some).map_err(|error| {
        LineError::Input(format!("--file {}: shared fields: {error}", path.display()))
    })
}

fn given(name: &str, content: &FileContent) -> Result<Given, String> {
    for warning in &content.warnings {
        complain(&format!("warning: {name}, {}: {}", warning.at, warning.text));
    }
    // A bare list of volumes names no flight but by its file.
    let named = content.format != "list of F3548-21 Volume4D";
    let flights = content.flights.iter().filter(|_| named).map(|flight| flight.id.clone());
    let flights: Vec<String> = flights.collect();
    let topic = if content.flights.is_empty() { Topic::ClosedArea } else { Topic::Flights };
    let held = content.flights.iter().flat_map(|flight| &flight.volumes);
    let held = held.chain(content.zones.iter().flat_map(|zone| &zone.volumes));
    let mut volumes = Vec::new();
    for volume in held {
        volumes.extend(message_volumes(volume)?);
    }
    if volumes.is_empty() {
        return Err("holds no volume".to_owned());
    }
    Ok(Given::Volumes { volumes, flights, topic })
}

/// The volumes of a message that together cover one of geometry: one for each ring, so that a hole is
/// covered too, which errs towards conflict.
pub fn message_volumes(volume: &Volume4D) -> Result<Vec<Volume>, String> {
    let band = volume.band().band();
    let interval = volume.interval();
    let endless = |which: &str| format!("a volume has no {which}; a message needs one");
    let from = interval.start_us().map(Instant).ok_or_else(|| endless("start"))?;
    let to = interval.end_us().map(Instant).ok_or_else(|| endless("end"))?;
    let shapes = match volume.outline().as_circle() {
        Some((center, radius_m)) => vec![Shape::Circle {
            center: place(center),
            // Outwards, so that no volume shrinks on its way.
            radius_m: Millimetres((radius_m * 1e3 - 1e-3).ceil() as i64),
        }],
        None => {
            let rings = volume.outline().corners().into_iter();
            rings
                .map(|ring| Shape::Polygon { vertices: ring.into_iter().map(place).collect() })
                .collect()
        }
    };
    let (lower, upper) = (altitude(band.lower), altitude(band.upper));
    Ok(shapes.into_iter().map(|shape| Volume { shape, lower, upper, from, to }).collect())
}

/// To the nearest billionth of a degree, 0.06 mm.
pub fn place(position: Position) -> Place {
    place_at(position.lat_deg(), position.lng_deg())
}

/// As [`place`], of degrees.
pub fn place_at(lat_deg: f64, lng_deg: f64) -> Place {
    let nano = |deg: f64| NanoDegrees((deg * 1e9).round() as i64);
    Place { lat: nano(lat_deg), lng: nano(lng_deg) }
}

fn altitude(limit: Limit) -> Option<Altitude> {
    match limit {
        Limit::Open => None,
        Limit::Surface => Some(Altitude { value_m: Millimetres(0), reference: Reference::Ground }),
        Limit::At { mm, reference } => Some(Altitude {
            value_m: Millimetres(mm),
            reference: match reference {
                GeoReference::W84 => Reference::Ellipsoid,
                GeoReference::Amsl => Reference::SeaLevel,
                GeoReference::Agl => Reference::Ground,
                GeoReference::Pressure => Reference::Pressure,
            },
        }),
    }
}
