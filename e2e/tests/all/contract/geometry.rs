//! Outlines, altitudes and limits of size, as every kind of entity meets them.

use e2e::sky::Sky;
use serde_json::{Value, json};

use super::bodies::{Block, id, party, with, without};
use super::caller::{CM, Caller, SC, ids};

fn polygon(corners: &[(f64, f64)]) -> Value {
    let vertices: Vec<Value> =
        corners.iter().map(|(lat, lng)| json!({ "lat": lat, "lng": lng })).collect();
    json!({ "vertices": vertices })
}

fn circle(block: &Block, radius_m: f64) -> Value {
    json!({
        "center": { "lat": block.lat, "lng": block.lng },
        "radius": { "value": radius_m, "units": "M" },
    })
}

/// An intent with another outline.
fn intent(block: &Block, kind: &str, outline: Value) -> Value {
    let bare = without(&block.intent(), "extents/0/volume/outline_polygon");
    with(&bare, &format!("extents/0/volume/{kind}"), outline)
}

#[test]
fn an_outline_that_is_none_is_refused_wherever_it_comes() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("outline"), &[SC, CM]);
    let block = Block::somewhere();
    let (lat, lng) = (block.lat, block.lng);
    let (n, e) = (lat + 0.01, lng + 0.01);
    let no_radius = without(&circle(&block, 1.0), "radius");
    let bad = [
        ("two corners", "outline_polygon", polygon(&[(lat, lng), (n, e)])),
        ("no corners", "outline_polygon", polygon(&[])),
        ("closed ring", "outline_polygon", polygon(&[(lat, lng), (lat, e), (n, e), (lat, lng)])),
        ("a corner twice", "outline_polygon", polygon(&[(lat, lng), (lat, lng), (lat, e), (n, e)])),
        ("crossing itself", "outline_polygon", polygon(&[(lat, lng), (n, e), (n, lng), (lat, e)])),
        ("beyond the pole", "outline_polygon", polygon(&[(90.5, lng), (lat, e), (n, e)])),
        ("beyond 180", "outline_polygon", polygon(&[(lat, 180.5), (lat, e), (n, e)])),
        ("no radius", "outline_circle", no_radius),
        ("radius 0", "outline_circle", circle(&block, 0.0)),
        ("radius below 0", "outline_circle", circle(&block, -1.0)),
        ("circle beyond the pole", "outline_circle", circle(&Block::at(91.0, lng), 10.0)),
    ];
    for (what, kind, outline) in bad {
        let intent = intent(&block, kind, outline);
        let volume = &intent["extents"][0];
        let constraint = with(&block.constraint(), "extents/0", volume.clone());
        let subscription = with(&block.subscription(), "extents", volume.clone());
        let area = json!({ "area_of_interest": volume });
        for answer in [
            caller.create_intent(&id(), &intent),
            caller.create_constraint(&id(), &constraint),
            caller.create_subscription(&id(), &subscription),
            caller.query_intents(&area),
            caller.query_constraints(&area),
            caller.query_subscriptions(&area),
        ] {
            assert_eq!(
                answer.code(),
                400,
                "{what} as {}: {}",
                answer.operation,
                answer.response.json
            );
        }
    }
}

#[test]
fn a_volume_has_one_outline() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("one"), &[SC]);
    let block = Block::somewhere();
    let good = block.intent();
    let both = with(&good, "extents/0/volume/outline_circle", circle(&block, 100.0));
    caller.create_intent(&id(), &both).expect(400);
    let neither = without(&good, "extents/0/volume/outline_polygon");
    caller.create_intent(&id(), &neither).expect(400);
    caller
        .create_intent(&id(), &intent(&block, "outline_circle", circle(&block, 100.0)))
        .expect(201);
}

#[test]
fn the_winding_of_a_polygon_means_nothing() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("winding"), &[SC]);
    let block = Block::somewhere();
    let mut turned = block.intent();
    turned["extents"][0]["volume"]["outline_polygon"]["vertices"].as_array_mut().unwrap().reverse();
    let intent = id();
    caller.create_intent(&intent, &turned).expect(201);
    let found = caller.query_intents(&block.area()).expect(200);
    assert_eq!(ids(&found["operational_intent_references"]), [&*intent]);
    let far = caller.query_intents(&block.north(1.0).area()).expect(200);
    assert_eq!(far["operational_intent_references"], json!([]));
}

#[test]
fn an_area_above_2500_square_kilometres_is_too_large_for_intents() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("large"), &[SC]);
    let block = Block::somewhere();
    // 0.6 degrees square is 3,400 km² at 40 degrees of latitude and 4,400 km² at the equator; π·29² is 2,642.
    caller.create_intent(&id(), &block.half(0.3).intent()).expect(400);
    caller.query_intents(&block.half(0.3).area()).expect(400);
    let large = intent(&block, "outline_circle", circle(&block, 29_000.0));
    caller.create_intent(&id(), &large).expect(400);
    // π·28² is 2,463.
    let fitting = intent(&block, "outline_circle", circle(&block, 28_000.0));
    caller.create_intent(&id(), &fitting).expect(201);
}

#[test]
fn a_polygon_of_22_by_30_kilometres_works() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("wide"), &[SC]);
    let block = Block::somewhere();
    // A degree of latitude is 111 km; one of longitude is that times the cosine of the latitude.
    let (north, east) = (11.0 / 111.0, 15.0 / 111.0 / block.lat.to_radians().cos());
    let corner = |n: f64, e: f64| (block.lat + n * north, block.lng + e * east);
    let corners = [corner(-1.0, -1.0), corner(-1.0, 1.0), corner(1.0, 1.0), corner(1.0, -1.0)];
    let body = intent(&block, "outline_polygon", polygon(&corners));
    caller.create_intent(&id(), &body).expect(201);
    caller.create_intent(&id(), &block.intent()).expect(409);
}

#[test]
fn outlines_around_the_poles_and_across_the_antimeridian_work() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("pole"), &[SC]);
    for (what, corners, inside, outside) in [
        ("north", [(89.9, 0.0), (89.9, 120.0), (89.9, -120.0)], (90.0, 0.0), (89.0, 0.0)),
        ("south", [(-89.9, 0.0), (-89.9, 120.0), (-89.9, -120.0)], (-90.0, 0.0), (-89.0, 0.0)),
        (
            "antimeridian",
            [(70.0, 179.9), (70.0, -179.9), (70.1, 180.0)],
            (70.03, -180.0),
            (70.03, 0.0),
        ),
    ] {
        let body = intent(&Block::at(0.0, 0.0), "outline_polygon", polygon(&corners));
        let standing = id();
        caller.create_intent(&standing, &body).expect(201);
        for ((lat, lng), expected) in [(inside, vec![standing.as_str()]), (outside, vec![])] {
            let block = Block::at(lat, lng);
            let mut area = intent(&block, "outline_circle", circle(&block, 50.0));
            let area = json!({ "area_of_interest": area["extents"][0].take() });
            let found = caller.query_intents(&area).expect(200);
            assert_eq!(ids(&found["operational_intent_references"]), expected, "{what}");
        }
    }
}

#[test]
fn more_than_10000_corners_are_too_many_for_an_intent_and_1000_for_a_constraint() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("corners"), &[SC, CM]);
    let block = Block::somewhere();
    let ring = |corners: u32| {
        let at = |i: u32| {
            let angle = f64::from(i) / f64::from(corners) * std::f64::consts::TAU;
            (block.lat + 0.05 * angle.sin(), block.lng + 0.05 * angle.cos())
        };
        polygon(&(0..corners).map(at).collect::<Vec<_>>())
    };
    caller.create_intent(&id(), &intent(&block, "outline_polygon", ring(10_001))).expect(400);
    let constraint =
        |corners| with(&block.constraint(), "extents/0/volume/outline_polygon", ring(corners));
    caller.create_constraint(&id(), &constraint(1_001)).expect(400);
    caller.create_constraint(&id(), &constraint(1_000)).expect(201);
}
