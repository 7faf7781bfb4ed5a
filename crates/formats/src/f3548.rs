//! F3548-21 JSON: details of operational intents and constraints, and bare lists of `Volume4D`.

use keepclear_wire::{
    GetConstraintDetailsResponse, GetOperationalIntentDetailsResponse, Volume4D,
    intent_volumes_to_geo,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::content::{Content, Fault, Flight, FlightKind, ReadOptions, Zone};

/// One flight for each response.
pub(crate) fn intents(parts: &[&RawValue], options: &ReadOptions) -> Content {
    let mut content = Content::new("F3548-21 operational intent details");
    for (index, part) in parts.iter().enumerate() {
        content.read += 1;
        let at = format!("[{index}]");
        let flight = parse(part).and_then(|response: GetOperationalIntentDetailsResponse| {
            let intent = response.operational_intent;
            let volumes = intent.details.to_geo(&options.datums);
            let volumes = volumes.map_err(|at| at.inside("operational_intent.details"))?;
            Ok(Flight {
                id: intent.reference.id,
                name: None,
                party: Some(intent.reference.manager),
                source: at.clone(),
                kind: FlightKind::Planned,
                volumes,
            })
        });
        match flight {
            Ok(flight) => content.push_flight(flight),
            Err(fault) => content.refuse(&at, fault.field, fault.reason),
        }
    }
    content
}

/// One flight, named by its file. A bad volume refuses the flight: without it, the flight would
/// look clear of what that volume meets.
pub(crate) fn volumes(parts: &[&RawValue], stem: &str, options: &ReadOptions) -> Content {
    let mut content = Content::new("list of F3548-21 Volume4D");
    content.read = parts.len();
    let mut volumes: Vec<Volume4D> = Vec::with_capacity(parts.len());
    let mut whole = true;
    for (index, part) in parts.iter().enumerate() {
        let volume = parse::<Volume4D>(part).and_then(|volume| {
            volume.to_geo_bounded(&options.datums)?;
            Ok(volume)
        });
        match volume {
            Ok(volume) => volumes.push(volume),
            Err(fault) => {
                whole = false;
                content.refuse(&format!("[{index}]"), fault.field, fault.reason);
            }
        }
    }
    if !whole {
        return content;
    }
    let numbered = volumes.iter().enumerate().map(|(i, volume)| (format!("[{i}]"), volume));
    match intent_volumes_to_geo(numbered, &options.datums) {
        Ok(volumes) => content.push_flight(Flight {
            id: stem.to_owned(),
            name: None,
            party: None,
            source: "file".to_owned(),
            kind: FlightKind::Planned,
            volumes,
        }),
        Err(invalid) => content.refuse("file", "volumes", invalid.reason.to_string()),
    }
    content
}

/// One zone for each response.
pub(crate) fn constraints(parts: &[&RawValue], options: &ReadOptions) -> Content {
    let mut content = Content::new("F3548-21 constraint details");
    for (index, part) in parts.iter().enumerate() {
        content.read += 1;
        let at = format!("[{index}]");
        let zone = parse(part).and_then(|response: GetConstraintDetailsResponse| {
            let constraint = response.constraint;
            let volumes = constraint.details.to_geo(&options.datums);
            let volumes = volumes.map_err(|at| at.inside("constraint.details"))?;
            let id = constraint.reference.id;
            let name = constraint.details.kind.unwrap_or_else(|| id.clone());
            Ok(Zone { id, name, class: None, source: at.clone(), volumes })
        });
        match zone {
            Ok(zone) => content.push_zone(zone),
            Err(fault) => content.refuse(&at, fault.field, fault.reason),
        }
    }
    content
}

/// Parses one entry; an error names the path of the field.
fn parse<'a, T: Deserialize<'a>>(part: &'a RawValue) -> Result<T, Fault> {
    let mut deserializer = serde_json::Deserializer::from_str(part.get());
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let field = error.path().to_string();
        let reason = error.into_inner().to_string();
        let reason = reason.rsplit_once(" at line ").map_or(reason.as_str(), |(words, _)| words);
        Fault::new(field, reason)
    })
}
