//! The result for programs: `keepclear.check/1`, whose schema is `docs/check.schema.json`.

use std::io::{self, Write};

use keepclear_geo::{Place, Position, Verdict};
use keepclear_wire::time::format_us;
use serde_json::{Value, json};

use super::load::{Input, Loaded};
use super::picture::{Conflict, Move, Other, Picture, Proposal};

/// Writes the whole result as one JSON object.
pub fn write(
    loaded: &Loaded,
    conflicts: &[Conflict],
    proposals: &[Proposal],
    out: &mut impl Write,
) -> io::Result<()> {
    let picture = &loaded.picture;
    // Item by item: a dense day has tens of thousands of conflicts.
    write!(out, "{{\"format\":\"keepclear.check/1\",\"inputs\":")?;
    list(out, loaded.inputs.iter().map(input))?;
    write!(out, ",\"flights\":")?;
    list(
        out,
        picture.flights.iter().map(
            |flight| json!({ "id": flight.id, "party": flight.party, "source": flight.source }),
        ),
    )?;
    write!(out, ",\"conflicts\":")?;
    list(out, conflicts.iter().map(|conflict| conflict_json(picture, conflict)))?;
    write!(out, ",\"proposals\":")?;
    list(
        out,
        proposals.iter().map(|proposal| {
            let (kind, unit) = match proposal.kind {
                Move::Delay => ("delay", "s"),
                Move::Earlier => ("earlier", "s"),
                Move::Level => ("level", "m"),
                Move::Sideways => ("sideways", "m"),
            };
            json!({
                "flight": picture.flights[proposal.flight].id,
                "kind": kind,
                "delta": proposal.delta,
                "unit": unit,
                "cost_s": proposal.cost_s,
            })
        }),
    )?;
    writeln!(out, "}}")
}

fn list(out: &mut impl Write, items: impl Iterator<Item = Value>) -> io::Result<()> {
    write!(out, "[")?;
    for (i, item) in items.enumerate() {
        if i > 0 {
            write!(out, ",")?;
        }
        write!(out, "\n{item}")?;
    }
    write!(out, "]")
}

fn input(input: &Input) -> Value {
    let refused = input
        .refused
        .iter()
        .map(|r| json!({ "at": r.at, "field": r.field, "reason": r.reason }))
        .collect::<Vec<_>>();
    let warnings = input
        .warnings
        .iter()
        .map(|warning| json!({ "at": warning.at, "text": warning.text }))
        .collect::<Vec<_>>();
    json!({
        "file": input.file,
        "sha256": input.sha256,
        "read": input.read,
        "refused": refused,
        "warnings": warnings,
    })
}

fn conflict_json(picture: &Picture, conflict: &Conflict) -> Value {
    let flight = &picture.flights[conflict.flight];
    let b = match conflict.other {
        Other::Flight(i) => {
            let other = &picture.flights[i];
            json!({ "flight": other.id, "party": other.party, "volumes": conflict.other_volumes })
        }
        Other::Zone(i) => {
            let zone = &picture.zones[i];
            json!({ "zone": zone.id, "party": zone.class, "volumes": conflict.other_volumes })
        }
    };
    let metres = |mm: i64| mm as f64 / 1_000.0;
    json!({
        "id": conflict.id,
        "a": { "flight": flight.id, "party": flight.party, "volumes": conflict.flight_volumes },
        "b": b,
        "verdict": match conflict.verdict {
            Verdict::Certain => "certain",
            Verdict::Possible => "possible",
        },
        "from": conflict.interval.start_us().map(format_us),
        "to": conflict.interval.end_us().map(format_us),
        "lower_m": metres(conflict.lower_mm),
        "upper_m": metres(conflict.upper_mm),
        "altitude_reference": if conflict.pressure { "pressure" } else { "W84" },
        "area": area(&conflict.place),
        "depth_m": (conflict.depth_m * 1_000.0).round() / 1_000.0,
        "depth_exact": conflict.depth_exact,
    })
}

/// Longitude and latitude, rounded to a hundredth of a millimetre.
fn coordinates(place: Position) -> [f64; 2] {
    let round = |deg: f64| (deg * 1e10).round() / 1e10;
    [round(place.lng_deg()), round(place.lat_deg())]
}

/// A GeoJSON MultiPolygon; a mere touch is a triangle without area between the nearest places.
fn area(place: &Place) -> Value {
    let polygons: Vec<Vec<Vec<[f64; 2]>>> = match place {
        Place::Area(polygons) => {
            let ring = |ring: &Vec<Position>| {
                let closed = ring.iter().chain(ring.first());
                closed.map(|&place| coordinates(place)).collect()
            };
            polygons.iter().map(|polygon| polygon.iter().map(ring).collect()).collect()
        }
        Place::Closest(a, b) => {
            let (a, b) = (coordinates(*a), coordinates(*b));
            vec![vec![vec![a, b, b, a]]]
        }
    };
    json!({ "type": "MultiPolygon", "coordinates": polygons })
}
