//! Lines as routes: where the flight goes, how fast, and how exactly.
//!
//! The lines of a MultiLineString are parts of one flight, flown one after the other: each begins
//! at the nominal end of the one before. What lies between the end of one and the start of the next
//! is not covered.

use keepclear_geo::{Datums, Invalid, Reference, Route, Volume4D, Waypoint};
use keepclear_wire::time::Rounding;
use serde_json::Value;

use crate::content::Fault;
use crate::geojson_geometry::Place;
use crate::geojson_properties::{Properties, missing, path, wrong};

const WHY: &str = "a route needs it";
/// Longest time tolerance of a route: F3548-21 plans reach at most 30 days ahead.
const TOLERANCE_MAX_S: f64 = 30.0 * 86_400.0;

/// The volumes of a route.
pub(crate) fn volumes(
    at: &str,
    lines: &[Vec<Place>],
    properties: &Properties<'_>,
    datums: &Datums,
) -> Result<Vec<Volume4D>, Fault> {
    let start_us = properties.time_us("start", Rounding::Down)?;
    let mut start_us = start_us.ok_or_else(|| missing("start", WHY))?;
    let speed_mps = above_zero(properties, "speed_mps")?;
    let half_width_m = above_zero(properties, "half_width_m")?;
    let vertical_buffer_m = not_negative(properties, "vertical_buffer_m")?;
    let time_buffer_s = not_negative(properties, "time_buffer_s")?;
    if time_buffer_s > TOLERANCE_MAX_S {
        let reason = format!("{time_buffer_s} is more than 30 days");
        return Err(Fault::new(path("time_buffer_s"), reason));
    }
    let climb_mps = match properties.number("climb_mps")? {
        None => None,
        Some(_) => Some(above_zero(properties, "climb_mps")?),
    };
    let (altitudes_m, reference) = altitudes(lines, properties)?;
    let mut altitudes_m = altitudes_m.into_iter();
    let mut volumes = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let coordinates = match lines.len() {
            1 => format!("{at}.coordinates"),
            _ => format!("{at}.coordinates[{index}]"),
        };
        if line.len() < 2 {
            let reason = format!("{} positions given, a line needs at least 2", line.len());
            return Err(Fault::new(coordinates, reason));
        }
        let waypoints = line
            .iter()
            .zip(altitudes_m.by_ref())
            .map(|(place, altitude_m)| Waypoint { position: place.position, altitude_m })
            .collect();
        let route = Route {
            waypoints,
            reference,
            start_us,
            speed_mps,
            climb_mps,
            half_width_m,
            vertical_buffer_m,
            time_tolerance_us: (time_buffer_s * 1e6).round() as i64,
        };
        let fault = |invalid: Invalid| Fault::new(coordinates.as_str(), invalid.to_string());
        let part = route.volumes(datums).map_err(&fault)?;
        volumes.extend(part);
        if index + 1 < lines.len() {
            start_us = route.end_us().map_err(&fault)?;
        }
    }
    if volumes.is_empty() {
        return Err(Fault::new(format!("{at}.coordinates"), "is empty; a route needs a line"));
    }
    Ok(volumes)
}

fn above_zero(properties: &Properties<'_>, field: &str) -> Result<f64, Fault> {
    let value = properties.required(field, WHY)?;
    if value > 0.0 {
        return Ok(value);
    }
    Err(Fault::new(path(field), format!("{value} is not above 0")))
}

fn not_negative(properties: &Properties<'_>, field: &str) -> Result<f64, Fault> {
    let value = properties.required(field, WHY)?;
    if value >= 0.0 {
        return Ok(value);
    }
    Err(Fault::new(path(field), format!("{value} is below 0")))
}

/// One altitude in metres for each position of all lines, and what they are measured from: the
/// property `altitudes`, else the third coordinates.
fn altitudes(
    lines: &[Vec<Place>],
    properties: &Properties<'_>,
) -> Result<(Vec<f64>, Reference), Fault> {
    let (metres, reference) = properties.altitude_units()?;
    let places = || lines.iter().flatten();
    let Some(value) = properties.get("altitudes") else {
        let third: Option<Vec<f64>> = places().map(|place| place.altitude_m).collect();
        let why = "a route needs one altitude for each position, here or as third coordinate";
        let third = third.ok_or_else(|| missing("altitudes", why))?;
        if reference != Reference::W84 || (metres - 1.0).abs() > f64::EPSILON {
            let words = "third coordinates are metres W84; give `altitudes` for anything else";
            return Err(Fault::new(path("altitude_reference"), words));
        }
        return Ok((third, reference));
    };
    let Value::Array(given) = value else {
        return Err(wrong("altitudes", "a list of numbers", value));
    };
    let nested = given.iter().any(Value::is_array);
    let mut flat: Vec<f64> = Vec::with_capacity(given.len());
    for (index, value) in given.iter().enumerate() {
        match value {
            Value::Array(part) if nested => {
                let expected = lines.get(index).map_or(0, Vec::len);
                if part.len() != expected {
                    return Err(count(&format!("altitudes[{index}]"), part.len(), expected));
                }
                for (place, value) in part.iter().enumerate() {
                    flat.push(altitude(value, &format!("altitudes[{index}][{place}]"))?);
                }
            }
            _ if nested => {
                return Err(wrong(&format!("altitudes[{index}]"), "a list of numbers", value));
            }
            value => flat.push(altitude(value, &format!("altitudes[{index}]"))?),
        }
    }
    let expected = places().count();
    if flat.len() != expected {
        return Err(count("altitudes", flat.len(), expected));
    }
    Ok((flat.iter().map(|value| value * metres).collect(), reference))
}

fn altitude(value: &Value, field: &str) -> Result<f64, Fault> {
    value.as_f64().ok_or_else(|| wrong(field, "a number", value))
}

fn count(field: &str, given: usize, expected: usize) -> Fault {
    Fault::new(path(field), format!("{given} altitudes for {expected} positions"))
}
