use keepclear_geo::Outline;
use serde_json::Value;

use super::*;
use crate::check::example::{self, place};

fn written(picture: &Picture, conflicts: &[Conflict]) -> Value {
    let mut out = Vec::new();
    write(picture, conflicts, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn of_outline(outline: Outline) -> Value {
    let picture = example::one_flight(example::volume(outline, (0.0, 100.0), (0, 60)));
    written(&picture, &[])["features"][0].clone()
}

fn ring(feature: &Value, index: usize) -> Vec<(f64, f64)> {
    let ring = feature["geometry"]["coordinates"][index].as_array().unwrap();
    ring.iter().map(|at| (at[0].as_f64().unwrap(), at[1].as_f64().unwrap())).collect()
}

/// Positive when anticlockwise.
fn winding(ring: &[(f64, f64)]) -> f64 {
    ring.windows(2).map(|e| e[0].0 * e[1].1 - e[1].0 * e[0].1).sum()
}

fn square(side: f64) -> Vec<Position> {
    // Clockwise: east comes after north.
    [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)]
        .map(|(north, east)| place(47.0 + north, 8.0 + east))
        .to_vec()
}

#[test]
fn nothing_is_an_empty_collection() {
    let empty = written(&Picture::default(), &[]);
    assert_eq!(empty, serde_json::json!({"type": "FeatureCollection", "features": []}));
}

#[test]
fn rings_are_closed_and_right_handed_and_vertices_as_given() {
    let mut hole = square(0.01);
    for vertex in &mut hole {
        *vertex = place(vertex.lat_deg() + 0.05, vertex.lng_deg() + 0.05);
    }
    let feature = of_outline(Outline::polygon_with_holes(&[square(0.2), hole]).unwrap());
    assert_eq!(feature["geometry"]["type"], "Polygon");
    for (index, sign) in [(0, 1.0), (1, -1.0)] {
        let ring = ring(&feature, index);
        assert_eq!(ring.len(), 5);
        assert_eq!(ring[0], ring[4]);
        assert!(winding(&ring) * sign > 0.0);
    }
    let text = feature["geometry"]["coordinates"].to_string();
    for vertex in ["[8.0,47.0]", "[8.2,47.0]", "[8.2,47.2]", "[8.05,47.06]"] {
        assert!(text.contains(vertex), "{text}");
    }
}

#[test]
fn an_area_of_two_parts_is_a_multipolygon() {
    // A bow tie.
    let ring = [place(0.0, 0.0), place(1.0, 1.0), place(0.0, 1.0), place(1.0, 0.0)];
    let feature = of_outline(Outline::union_of_parts(&ring).unwrap());
    assert_eq!(feature["geometry"]["type"], "MultiPolygon");
    assert_eq!(feature["geometry"]["coordinates"].as_array().unwrap().len(), 2);
}

#[test]
fn an_outline_over_the_antimeridian_or_a_pole_says_so_and_keeps_its_vertices() {
    let over = [(-1.0, 179.0), (-1.0, -179.0), (1.0, -179.0), (1.0, 179.0)];
    let pole = [(80.0, 0.0), (80.0, 120.0), (80.0, -120.0)];
    let beside = [(-1.0, -180.0), (-1.0, -179.0), (1.0, -179.0), (1.0, 180.0)];
    let flag = |corners: &[(f64, f64)]| {
        let ring: Vec<Position> = corners.iter().map(|&(lat, lng)| place(lat, lng)).collect();
        let feature = of_outline(Outline::polygon(&ring).unwrap());
        (feature["properties"]["crosses_antimeridian"].clone(), feature)
    };
    let (crosses, feature) = flag(&over);
    assert_eq!(crosses, true);
    assert_eq!(
        ring(&feature, 0),
        [(179.0, -1.0), (-179.0, -1.0), (-179.0, 1.0), (179.0, 1.0), (179.0, -1.0)]
    );
    assert_eq!(flag(&pole).0, true);
    // The antimeridian as an edge is not crossed, whichever sign it was given with.
    let (crosses, feature) = flag(&beside);
    assert_eq!(crosses, Value::Null);
    assert!(ring(&feature, 0).iter().all(|&(lng, _)| lng < -178.0));
}

#[test]
fn limits_keep_their_own_references() {
    let picture = example::with_all_sorts();
    let features = written(&picture, &[])["features"].clone();
    let zone = features.as_array().unwrap().iter().find(|f| f["properties"]["zone"] == "CTR");
    let zone = &zone.unwrap()["properties"];
    assert_eq!((&zone["lower_m"], &zone["upper_m"]), (&0.0.into(), &762.0.into()));
    assert_eq!(
        (&zone["lower_reference"], &zone["upper_reference"]),
        (&"AGL".into(), &"AMSL".into())
    );
    assert_eq!((&zone["start"], &zone["class"]), (&Value::Null, &"D".into()));
}

#[test]
fn conflicts_carry_their_area_and_touches_two_points() {
    let picture = example::with_all_sorts();
    let conflicts = example::conflicts(&picture);
    let features = written(&picture, &conflicts)["features"].clone();
    let found: Vec<&Value> = features
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["properties"]["conflict"].is_string())
        .collect();
    assert_eq!(found.len(), conflicts.len());
    let kinds: Vec<&str> = found.iter().map(|f| f["geometry"]["type"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"MultiPolygon") && kinds.contains(&"MultiPoint"), "{kinds:?}");
    let from = found[0]["properties"]["from"].as_str().unwrap();
    assert!(from.starts_with("2025-08-14T") && from.ends_with('Z'), "{from}");
}
