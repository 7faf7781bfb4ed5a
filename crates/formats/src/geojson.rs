//! GeoJSON features (RFC 7946) as flights or zones, one by one: a bad feature spoils no other.

use keepclear_geo::{Band, Datums, Outline, TimeInterval, Volume4D};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::content::{Content, Fault, Flight, FlightKind, ReadOptions, Zone};
use crate::geojson_geometry::{Shape, shapes};
use crate::geojson_properties::{Need, Properties};
use crate::geojson_route;
use crate::input::described;

/// One flight for each feature.
pub(crate) fn flights(parts: &[&RawValue], stem: &str, options: &ReadOptions) -> Content {
    let mut content = Content::new("GeoJSON");
    for (index, part) in parts.iter().enumerate() {
        content.read += 1;
        let at = format!("feature {index}");
        match parse(part).and_then(|feature| flight(&feature, stem, index, options)) {
            Ok(flight) => content.push_flight(flight),
            Err(fault) => content.refuse(&at, fault.field, fault.reason),
        }
    }
    content
}

/// One zone for each feature.
pub(crate) fn zones(parts: &[&RawValue], stem: &str, options: &ReadOptions) -> Content {
    let mut content = Content::new("GeoJSON");
    for (index, part) in parts.iter().enumerate() {
        content.read += 1;
        let at = format!("feature {index}");
        let zone = parse(part).and_then(|feature| zone(&feature, stem, index, options));
        match zone {
            Ok((zone, warnings)) => {
                for text in warnings {
                    content.warn(&at, format!("{}: {text}", zone.name));
                }
                content.push_zone(zone);
            }
            Err(fault) => content.refuse(&at, fault.field, fault.reason),
        }
    }
    content
}

fn flight(
    feature: &Value,
    stem: &str,
    index: usize,
    options: &ReadOptions,
) -> Result<Flight, Fault> {
    let (geometry, properties) = taken_apart(feature)?;
    let name = properties.text("name")?;
    let party = properties.text("party")?;
    let id = id(feature, &properties, name.as_deref(), stem, index)?;
    let datums = &options.datums;
    let mut volumes = Vec::new();
    let mut whole = None;
    for (path, shape) in shapes(geometry)? {
        match shape {
            Shape::Route(lines) => {
                volumes.extend(geojson_route::volumes(&path, &lines, &properties, datums)?);
            }
            Shape::Polygon(rings) => {
                let outline = rings.strict().map_err(|invalid| rings.fault(&invalid))?;
                volumes.push(bounded(outline, &mut whole, &properties, datums)?);
            }
            Shape::Point(centre) => {
                let outline = circle(centre, &properties)?;
                volumes.push(bounded(outline, &mut whole, &properties, datums)?);
            }
        }
    }
    let source = format!("feature {index}");
    Ok(Flight { id, name, party, source, kind: FlightKind::Planned, volumes })
}

/// A volume within the feature's altitudes and times, which are read once.
fn bounded(
    outline: Outline,
    whole: &mut Option<(Band, TimeInterval)>,
    properties: &Properties<'_>,
    datums: &Datums,
) -> Result<Volume4D, Fault> {
    let (band, interval) = match *whole {
        Some(bounds) => bounds,
        None => {
            let times = properties.interval(Need::Required)?;
            *whole.insert((properties.band(Need::Required)?, times))
        }
    };
    Ok(Volume4D::new(outline, band, interval, datums))
}

fn zone(
    feature: &Value,
    stem: &str,
    index: usize,
    options: &ReadOptions,
) -> Result<(Zone, Vec<String>), Fault> {
    let (geometry, properties) = taken_apart(feature)?;
    let name = properties.text("name")?;
    let class = properties.text("class")?;
    let id = id(feature, &properties, name.as_deref(), stem, index)?;
    let band = properties.band(Need::Optional)?;
    let interval = properties.interval(Need::Optional)?;
    let mut warnings = Vec::new();
    let mut volumes = Vec::new();
    for (path, shape) in shapes(geometry)? {
        let outline = match shape {
            Shape::Polygon(rings) => {
                let (outline, warning) =
                    rings.lenient().map_err(|invalid| rings.fault(&invalid))?;
                warnings.extend(warning);
                outline
            }
            Shape::Point(centre) => circle(centre, &properties)?,
            Shape::Route(_) => {
                return Err(Fault::new(
                    format!("{path}.type"),
                    "a line is no area; expected Polygon, MultiPolygon or Point with radius_m",
                ));
            }
        };
        volumes.push(Volume4D::new(outline, band, interval, &options.datums));
    }
    let name = name.unwrap_or_else(|| id.clone());
    let source = format!("feature {index}");
    Ok((Zone { id, name, class, source, volumes }, warnings))
}

fn circle(centre: keepclear_geo::Position, properties: &Properties<'_>) -> Result<Outline, Fault> {
    let radius_m = properties.required("radius_m", "a Point needs it")?;
    Outline::circle(centre, radius_m).map_err(|at| Fault::at("properties.radius_m", &at))
}

fn parse(part: &RawValue) -> Result<Value, Fault> {
    serde_json::from_str(part.get()).map_err(|error| Fault::new("feature", error.to_string()))
}

fn taken_apart(feature: &Value) -> Result<(&Value, Properties<'_>), Fault> {
    if !feature.is_object() {
        let found = described(feature);
        return Err(Fault::new("feature", format!("expected an object, got {found}")));
    }
    let kind = feature.get("type").unwrap_or(&Value::Null);
    if kind != "Feature" {
        return Err(Fault::new("type", format!("expected \"Feature\", got {}", described(kind))));
    }
    let properties = Properties::of(feature.get("properties"))?;
    match feature.get("geometry") {
        Some(geometry @ Value::Object(_)) => Ok((geometry, properties)),
        None | Some(Value::Null) => Err(Fault::new("geometry", "is missing")),
        Some(other) => {
            Err(Fault::new("geometry", format!("expected an object, got {}", described(other))))
        }
    }
}

/// `Feature.id`, else `properties.id`, else the name, else `<stem>#<index>`.
fn id(
    feature: &Value,
    properties: &Properties<'_>,
    name: Option<&str>,
    stem: &str,
    index: usize,
) -> Result<String, Fault> {
    for (field, value) in [("id", feature.get("id")), ("properties.id", properties.get("id"))] {
        match value {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) if !text.is_empty() => return Ok(text.clone()),
            Some(Value::Number(number)) => return Ok(number.to_string()),
            Some(other) => {
                let found = described(other);
                let reason = format!("expected a text or a number, got {found}");
                return Err(Fault::new(field, reason));
            }
        }
    }
    Ok(name.map_or_else(|| format!("{stem}#{index}"), str::to_owned))
}
