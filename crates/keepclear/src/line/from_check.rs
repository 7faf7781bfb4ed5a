//! A request from a conflict that `keepclear check --format json` found: its facts, and a proposal.

use std::path::Path;

use keepclear_geo::{Position, Vec3};
use keepclear_line::message::{Action, Content, Topic, Window};
use keepclear_line::quantity::{Instant, Millimetres, Name};
use keepclear_line::volume::{Altitude, Place, Reference, Shape, VOLUMES_MAX, Volume};
use serde::Deserialize;

use super::error::LineError;
use super::file::{place, place_at};

/// Where two flights merely touch there is no area; a circle of this radius shows the place.
const TOUCH_RADIUS_MM: i64 = 1_000;

/// Fewest corners of an outline that may stand for a circle, and the least that its nearest corner's
/// distance from the middle may be of its farthest's.
const ROUND_CORNERS_MIN: usize = 32;
const ROUND_LEAST: f64 = 0.999;

#[derive(Debug, Deserialize)]
struct Check {
    format: String,
    conflicts: Vec<Conflict>,
    proposals: Vec<Proposal>,
}

#[derive(Debug, Deserialize)]
struct Conflict {
    id: String,
    a: Side,
    b: Side,
    from: Option<Instant>,
    to: Option<Instant>,
    lower_m: Millimetres,
    upper_m: Millimetres,
    altitude_reference: String,
    area: Area,
}

#[derive(Debug, Deserialize)]
struct Side {
    flight: Option<String>,
    #[serde(default)]
    party: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Area {
    coordinates: Vec<Vec<Vec<[f64; 2]>>>,
}

#[derive(Debug, Deserialize)]
struct Proposal {
    flight: String,
    kind: String,
    delta: f64,
    cost_s: f64,
}

/// The shared fields of a request about a conflict. `action` goes before what the check proposed.
///
/// # Errors
/// When the file is no result of a check, has no such conflict, or does not say what to ask for.
pub fn content(
    path: &Path,
    conflict: &str,
    (us, them): (&str, &str),
    action: Option<Action>,
) -> Result<Content, LineError> {
    let wrong = |reason: String| LineError::Input(format!("--from {}: {reason}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
    let check: Check = serde_json::from_slice(&bytes).map_err(|error| {
        wrong(format!("{error}; give what `keepclear check --format json --propose` printed"))
    })?;
    if check.format != "keepclear.check/1" {
        return Err(wrong(format!("is of format {:?}, not keepclear.check/1", check.format)));
    }
    let found = one(&check.conflicts, conflict).map_err(wrong)?;
    let (ours, theirs) = sides(found, us, them).map_err(wrong)?;
    let action = match action {
        Some(action) => action,
        None => proposed(&check.proposals, &theirs).map_err(wrong)?,
    };
    let (Some(from), Some(to)) = (found.from, found.to) else {
        return Err(wrong(format!("conflict {} has no end in time", found.id)));
    };
    let name = |text: String| Name::new(text).map_err(|error| wrong(format!("flight: {error}")));
    Ok(Content {
        topic: Topic::Conflict,
        window: Window { from, to },
        volumes: volumes(found, from, to),
        our_flights: vec![name(ours)?],
        your_flights: vec![name(theirs)?],
        action: Some(action),
    })
}

fn one<'a>(conflicts: &'a [Conflict], wanted: &str) -> Result<&'a Conflict, String> {
    let found: Vec<&Conflict> =
        conflicts.iter().filter(|conflict| conflict.id.starts_with(wanted)).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(format!(
            "none of its {} conflicts has an id that begins with {wanted}",
            conflicts.len()
        )),
        _ => Err(format!("several conflicts begin with {wanted}; give more of the id")),
    }
}

/// Our flight and theirs. One side named by its party is enough.
fn sides(conflict: &Conflict, us: &str, them: &str) -> Result<(String, String), String> {
    let Conflict { id, a, b, .. } = conflict;
    let (Some(first), Some(second)) = (&a.flight, &b.flight) else {
        return Err(format!("conflict {id} is with a closed area, not between two flights"));
    };
    let is = |side: &Side, party: &str| {
        side.party.as_ref().is_some_and(|found| found.to_lowercase() == party.to_lowercase())
    };
    let ours_first = (is(a, us) || is(b, them)) && !is(b, us) && !is(a, them);
    let ours_second = (is(b, us) || is(a, them)) && !is(a, us) && !is(b, them);
    if ours_first {
        Ok((first.clone(), second.clone()))
    } else if ours_second {
        Ok((second.clone(), first.clone()))
    } else {
        let named = |side: &Side| side.party.clone().unwrap_or_else(|| "no party".to_owned());
        Err(format!(
            "conflict {id} is between {} and {}, not between {us} and {them}; name the parties with `check --party`",
            named(a),
            named(b)
        ))
    }
}

/// The cheapest that was found for their flight.
fn proposed(proposals: &[Proposal], theirs: &str) -> Result<Action, String> {
    let for_them = proposals.iter().filter(|proposal| proposal.flight == theirs);
    let cheapest = for_them.min_by(|a, b| a.cost_s.total_cmp(&b.cost_s)).ok_or_else(|| {
        format!("has no proposal for {theirs}; run the check with --propose, or give --delay, --level or another action")
    })?;
    // What is asked must clear the conflict: fractions go up.
    let by_s = cheapest.delta.abs().ceil() as u32;
    let by_m = Millimetres((cheapest.delta * 1e3).round() as i64);
    match cheapest.kind.as_str() {
        "delay" => Ok(Action::Delay { by_s }),
        "earlier" => Ok(Action::Earlier { by_s }),
        "level" => Ok(Action::Level { by_m }),
        "sideways" => Ok(Action::Sideways { by_m }),
        other => Err(format!("proposes {other:?}, which this program does not know")),
    }
}

fn volumes(conflict: &Conflict, from: Instant, to: Instant) -> Vec<Volume> {
    let reference = match conflict.altitude_reference.as_str() {
        "pressure" => Reference::Pressure,
        _ => Reference::Ellipsoid,
    };
    let limit = |value_m| Some(Altitude { value_m, reference });
    let outer = conflict.area.coordinates.iter().filter_map(|rings| rings.first());
    let shapes = outer.filter_map(|ring| shape(ring)).take(VOLUMES_MAX);
    let each = shapes.map(|shape| Volume {
        shape,
        lower: limit(conflict.lower_m),
        upper: limit(conflict.upper_m),
        from,
        to,
    });
    each.collect()
}

/// The outer ring of an area; `None` without a place.
fn shape(ring: &[[f64; 2]]) -> Option<Shape> {
    let mut vertices = Vec::new();
    for &[lng_deg, lat_deg] in ring {
        let place = place_at(lat_deg, lng_deg);
        if vertices.last() != Some(&place) && vertices.first() != Some(&place) {
            vertices.push(place);
        }
    }
    match vertices.as_slice() {
        [] => None,
        [center] | [center, _] => {
            Some(Shape::Circle { center: *center, radius_m: Millimetres(TOUCH_RADIUS_MM) })
        }
        _ => Some(round(&vertices).unwrap_or(Shape::Polygon { vertices })),
    }
}

/// The circle that an outline of many corners stands for, just around them; `None` for another outline.
/// A person reads a middle and a radius, and not two hundred corners.
fn round(vertices: &[Place]) -> Option<Shape> {
    if vertices.len() < ROUND_CORNERS_MIN {
        return None;
    }
    let positions = vertices.iter().map(|place| position(*place));
    let positions: Vec<Position> = positions.collect::<Option<_>>()?;
    let count = positions.len() as f64;
    let sum = positions.iter().fold(Vec3::default(), |sum, place| sum + place.ecef());
    let center = place(Position::from_ecef(sum * (1.0 / count)));
    let middle = position(center)?;
    let distances = || positions.iter().map(|place| place.distance_m(middle));
    let (near_m, far_m) = (distances().fold(f64::MAX, f64::min), distances().fold(0.0, f64::max));
    let radius_m = Millimetres((far_m * 1e3).ceil() as i64);
    (near_m > far_m * ROUND_LEAST).then_some(Shape::Circle { center, radius_m })
}

fn position(place: Place) -> Option<Position> {
    Position::new(place.lat.degrees(), place.lng.degrees()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conflict(a: &str, b: &str) -> Conflict {
        serde_json::from_value(serde_json::json!({
            "id": "0123456789abcdef",
            "a": { "flight": "relief-01", "party": a, "volumes": [0] },
            "b": { "flight": "5a", "party": b, "volumes": [0] },
            "from": "2026-05-12T06:20:00Z", "to": "2026-05-12T06:40:00Z",
            "lower_m": 700.0, "upper_m": 800.0, "altitude_reference": "W84",
            "area": { "type": "MultiPolygon",
                      "coordinates": [[[[9.0, 47.0], [9.1, 47.0], [9.1, 47.1], [9.0, 47.0]]]] },
        }))
        .unwrap()
    }

    #[test]
    fn our_flight_is_found_by_either_party() {
        let found = |a, b| sides(&conflict(a, b), "North", "South");
        let ours = Ok(("relief-01".to_owned(), "5a".to_owned()));
        assert_eq!(found("north", "south"), ours);
        assert_eq!(found("north", "5a"), ours);
        assert_eq!(found("somebody", "south"), ours);
        assert_eq!(found("south", "north"), ours.map(|(a, b)| (b, a)));
        assert!(found("east", "west").is_err());
        assert!(found("north", "north").is_err());
    }

    #[test]
    fn the_common_area_becomes_an_open_ring_and_a_touch_a_small_circle() {
        let volumes = volumes(&conflict("n", "s"), Instant(0), Instant(1));
        let Shape::Polygon { vertices } = &volumes[0].shape else { panic!("{volumes:?}") };
        assert_eq!(vertices.len(), 3);
        let corner = |step: usize| {
            let angle = std::f64::consts::TAU * step as f64 / 64.0;
            // At 47° N a degree of latitude is 111,170 m long, one of longitude 76,056 m.
            [9.0 + 2_000.0 * angle.sin() / 76_056.0, 47.0 + 2_000.0 * angle.cos() / 111_170.0]
        };
        let ring: Vec<[f64; 2]> = (0..=64).map(corner).collect();
        let Some(Shape::Circle { radius_m, .. }) = shape(&ring) else { panic!("not round") };
        assert!((1_999.0..2_003.0).contains(&radius_m.metres()), "{radius_m:?}");
        let touch = [[9.0, 47.0], [9.000_001, 47.0], [9.000_001, 47.0], [9.0, 47.0]];
        assert!(matches!(shape(&touch), Some(Shape::Circle { .. })));
    }

    #[test]
    fn the_cheapest_proposal_for_their_flight_is_asked_and_never_too_little() {
        let proposals: Vec<Proposal> = serde_json::from_value(serde_json::json!([
            { "flight": "ours", "kind": "delay", "delta": 1.0, "unit": "s", "cost_s": 1.0 },
            { "flight": "theirs", "kind": "level", "delta": 900.0, "unit": "m", "cost_s": 90.0 },
            { "flight": "theirs", "kind": "delay", "delta": 59.2, "unit": "s", "cost_s": 59.2 },
        ]))
        .unwrap();
        assert_eq!(proposed(&proposals, "theirs"), Ok(Action::Delay { by_s: 60 }));
        assert!(proposed(&proposals, "nobody").is_err());
    }
}
