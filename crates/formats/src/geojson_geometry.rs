//! GeoJSON geometries as outlines: closed rings, longitude first.

use keepclear_geo::{Invalid, Outline, Position, Reason};
use serde_json::Value;

use crate::content::Fault;
use crate::input::described;

/// One part of a feature's geometry.
pub(crate) enum Shape {
    Polygon(Rings),
    Point(Position),
    /// Lines flown one after the other.
    Route(Vec<Vec<Place>>),
}

/// A position with its third coordinate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) position: Position,
    pub(crate) altitude_m: Option<f64>,
}

/// Rings without their closing positions, the outer one first.
pub(crate) struct Rings {
    /// Path of the list of rings.
    at: String,
    rings: Vec<Vec<Position>>,
}

impl Rings {
    pub(crate) fn strict(&self) -> Result<Outline, Invalid> {
        Outline::polygon_with_holes(&self.rings)
    }

    /// An outline for a closed area, which must never be dropped, and what was done to it.
    pub(crate) fn lenient(&self) -> Result<(Outline, Option<String>), Invalid> {
        let strict = match self.strict() {
            Ok(outline) => return Ok((outline, None)),
            Err(invalid) => invalid,
        };
        let outer = self.rings.first().map_or(&[][..], Vec::as_slice);
        if self.rings.len() > 1
            && let Ok(outline) = Outline::polygon(outer)
        {
            let text = format!("its holes are left out, which makes it larger: {}", strict.reason);
            return Ok((outline, Some(text)));
        }
        let outline = Outline::union_of_parts(outer)?;
        let holes = if self.rings.len() > 1 { ", without its holes" } else { "" };
        let text = match strict.reason {
            Reason::Duplicate(_) => "a corner is given twice in a row; taken once".to_owned(),
            _ => "its outline crosses or touches itself".to_owned(),
        };
        Ok((outline, Some(format!("{text}; taken as the union of its parts{holes}"))))
    }

    /// Names the ring and position of an error that counts over all rings.
    pub(crate) fn fault(&self, invalid: &Invalid) -> Fault {
        let coordinates = &self.at;
        let Some(mut index) = invalid.index else { return Fault::at(coordinates, invalid) };
        for (number, ring) in self.rings.iter().enumerate() {
            if index < ring.len() {
                return Fault::at(format!("{coordinates}[{number}][{index}]"), invalid);
            }
            index -= ring.len();
        }
        Fault::at(coordinates, invalid)
    }
}

/// The parts of a geometry, each with its path. Polygons of a MultiPolygon come apart.
pub(crate) fn shapes(geometry: &Value) -> Result<Vec<(String, Shape)>, Fault> {
    let mut found = Vec::new();
    // A list instead of recursion: collections may lie within collections.
    let mut waiting = vec![("geometry".to_owned(), geometry)];
    while let Some((path, geometry)) = waiting.pop() {
        let kind_at = format!("{path}.type");
        let kind = geometry.get("type").and_then(Value::as_str);
        let coordinates_at = format!("{path}.coordinates");
        let coordinates = geometry.get("coordinates").unwrap_or(&Value::Null);
        match kind {
            Some("Point") => {
                found.push((path, Shape::Point(place(coordinates, &coordinates_at)?.position)));
            }
            Some("Polygon") => {
                found.push((path, Shape::Polygon(rings(coordinates, &coordinates_at)?)));
            }
            Some("MultiPolygon") => {
                for (index, polygon) in list(coordinates, &coordinates_at)?.iter().enumerate() {
                    let polygon_at = format!("{coordinates_at}[{index}]");
                    let rings = rings(polygon, &polygon_at)?;
                    found.push((path.clone(), Shape::Polygon(rings)));
                }
            }
            Some("LineString") => {
                let line = line(coordinates, &coordinates_at)?;
                found.push((path, Shape::Route(vec![line])));
            }
            Some("MultiLineString") => {
                let lines = list(coordinates, &coordinates_at)?.iter().enumerate();
                let lines: Result<Vec<_>, Fault> = lines
                    .map(|(index, value)| line(value, &format!("{coordinates_at}[{index}]")))
                    .collect();
                found.push((path, Shape::Route(lines?)));
            }
            Some("GeometryCollection") => {
                let parts_at = format!("{path}.geometries");
                let parts = list(geometry.get("geometries").unwrap_or(&Value::Null), &parts_at)?;
                // The last one in is the first one out.
                for (index, part) in parts.iter().enumerate().rev() {
                    waiting.push((format!("{parts_at}[{index}]"), part));
                }
            }
            _ => {
                let kind = described(geometry.get("type").unwrap_or(&Value::Null));
                let reason = format!(
                    "{kind} is none of Polygon, MultiPolygon, Point, LineString, MultiLineString, \
                     GeometryCollection"
                );
                return Err(Fault::new(kind_at, reason));
            }
        }
    }
    if found.is_empty() {
        return Err(Fault::new("geometry", "is empty"));
    }
    Ok(found)
}

fn rings(value: &Value, at: &str) -> Result<Rings, Fault> {
    let rings = list(value, at)?;
    if rings.is_empty() {
        return Err(Fault::new(at, "is empty; a polygon needs a ring"));
    }
    let ring = |(index, value): (usize, &Value)| ring(value, &format!("{at}[{index}]"));
    let rings = rings.iter().enumerate().map(ring).collect::<Result<_, Fault>>()?;
    Ok(Rings { at: at.to_owned(), rings })
}

/// A ring without its closing position (RFC 7946, 3.1.6).
fn ring(value: &Value, at: &str) -> Result<Vec<Position>, Fault> {
    let mut ring = line(value, at)?;
    if ring.len() < 4 {
        let reason = format!("{} positions given, a closed ring needs at least 4", ring.len());
        return Err(Fault::new(at, reason));
    }
    let last = ring.pop();
    if ring.first().map(|place| place.position) != last.map(|place| place.position) {
        return Err(Fault::new(at, "is not closed; repeat the first position at the end"));
    }
    Ok(ring.iter().map(|place| place.position).collect())
}

fn line(value: &Value, at: &str) -> Result<Vec<Place>, Fault> {
    let places = list(value, at)?.iter().enumerate();
    places.map(|(index, value)| place(value, &format!("{at}[{index}]"))).collect()
}

fn place(value: &Value, at: &str) -> Result<Place, Fault> {
    let numbers = list(value, at)?;
    let number = |index: usize, what: &str| match numbers.get(index) {
        Some(value) => value.as_f64().ok_or_else(|| {
            let reason = format!("expected the {what} as a number, got {}", described(value));
            Fault::new(format!("{at}[{index}]"), reason)
        }),
        None => Err(Fault::new(at, format!("has no {what}"))),
    };
    let (lng_deg, lat_deg) = (number(0, "longitude")?, number(1, "latitude")?);
    let position = Position::new(lat_deg, lng_deg).map_err(|invalid| {
        let index = if invalid.field == "lat" { 1 } else { 0 };
        Fault::new(format!("{at}[{index}]"), format!("{}: {}", invalid.field, invalid.reason))
    })?;
    let altitude_m = match numbers.get(2) {
        None | Some(Value::Null) => None,
        Some(_) => Some(number(2, "altitude")?),
    };
    Ok(Place { position, altitude_m })
}

fn list<'a>(value: &'a Value, at: &str) -> Result<&'a [Value], Fault> {
    match value {
        Value::Array(values) => Ok(values),
        Value::Null => Err(Fault::new(at, "is missing")),
        other => Err(Fault::new(at, format!("expected a list, got {}", described(other)))),
    }
}
