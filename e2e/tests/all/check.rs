//! `keepclear check` on small files whose answer is known by arithmetic.

use e2e::{keepclear, keepclear_with};
use serde_json::json;

use crate::support::{Files, check_json, collection, flight, pairs, polygon, square};

#[test]
fn flights_of_two_parties_that_overlap_are_one_conflict_with_its_facts() {
    let files = Files::new();
    // Squares of 0.02° of latitude; the second begins 0.001° (111.2 m) before the first ends.
    let a = files.json("a.geojson", &square(10.0, 0.0, 0.01, &flight("a1", "red", 100.0, 200.0)));
    let mut later = flight("b1", "blue", 150.0, 250.0);
    later["start"] = json!("2026-05-12T10:05:00Z");
    later["end"] = json!("2026-05-12T10:20:00Z");
    let b = files.json("b.geojson", &square(10.0, 0.019, 0.01, &later));
    let (run, printed) = check_json(&[&a, &b]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert_eq!(printed["inputs"][0]["read"], 1);
    let conflict = &printed["conflicts"][0];
    assert_eq!(conflict["verdict"], "certain");
    assert_eq!(conflict["from"], "2026-05-12T10:05:00Z");
    assert_eq!(conflict["to"], "2026-05-12T10:10:00Z");
    assert_eq!(
        (conflict["lower_m"].as_f64(), conflict["upper_m"].as_f64()),
        (Some(150.0), Some(200.0))
    );
    assert_eq!(conflict["altitude_reference"], "W84");
    // 0.001° of latitude at the equator is 110.574 m (meridian radius 6,335,439 m).
    let depth_m = conflict["depth_m"].as_f64().unwrap();
    assert!((depth_m - 110.574).abs() < 0.05, "{depth_m}");
    assert_eq!(conflict["a"]["flight"], "a1");
    assert_eq!(conflict["b"]["party"], "blue");
}

#[test]
fn time_and_altitude_are_closed_and_space_is_exact_to_a_centimetre() {
    let files = Files::new();
    let a = files.json("a.json", &square(10.0, 0.0, 0.01, &flight("a", "red", 100.0, 200.0)));
    let mut touching = flight("b", "blue", 200.0, 300.0);
    touching["start"] = json!("2026-05-12T10:10:00Z");
    touching["end"] = json!("2026-05-12T10:20:00Z");
    // One altitude and one instant in common: overlap.
    let b = files.json("b.json", &square(10.0, 0.0, 0.01, &touching));
    assert_eq!(keepclear(&["check", &a, &b]).code, 1);
    touching["lower"] = json!(200.001);
    let b = files.json("b.json", &square(10.0, 0.0, 0.01, &touching));
    assert_eq!(keepclear(&["check", &a, &b]).code, 0);
    // 1e-7° of latitude is 11 mm.
    for (north, code) in [(0.02, 1), (0.020_000_1, 0), (0.019_999_9, 1)] {
        let b = square(10.0, north, 0.01, &flight("b", "blue", 100.0, 200.0));
        let b = files.json("b.json", &b);
        assert_eq!(keepclear(&["check", &a, &b]).code, code, "{north}");
    }
}

#[test]
fn one_party_does_not_conflict_with_itself_unless_asked() {
    let files = Files::new();
    let both = collection(&[
        square(10.0, 0.0, 0.01, &flight("a", "red", 0.0, 100.0)),
        square(10.0, 0.0, 0.01, &flight("b", "red", 0.0, 100.0)),
    ]);
    let file = files.json("both.json", &both);
    assert_eq!(keepclear(&["check", &file]).code, 0);
    assert_eq!(keepclear(&["check", &file, "--same-party"]).code, 1);
    let split = keepclear(&["check", &file, "--party", "north=a", "--party", "south=*"]);
    assert_eq!(split.code, 1, "{}", split.stderr);
    assert!(split.stdout.contains("north") && split.stdout.contains("south"), "{}", split.stdout);
}

#[test]
fn a_pair_that_parts_and_meets_again_is_two_conflicts() {
    let files = Files::new();
    let a = files.json("a.json", &square(10.0, 0.0, 0.01, &flight("a", "red", 0.0, 100.0)));
    let volume = |start: &str, end: &str| {
        let corner = |lat: f64, lng: f64| json!({ "lat": lat, "lng": lng });
        json!({
            "volume": {
                "outline_polygon": { "vertices": [corner(-0.01, 9.99), corner(-0.01, 10.01), corner(0.01, 10.01)] },
                "altitude_lower": { "value": 0, "reference": "W84", "units": "M" },
                "altitude_upper": { "value": 50, "reference": "W84", "units": "M" },
            },
            "time_start": { "value": start, "format": "RFC3339" },
            "time_end": { "value": end, "format": "RFC3339" },
        })
    };
    let visits = json!([
        volume("2026-05-12T10:00:00Z", "2026-05-12T10:01:00Z"),
        volume("2026-05-12T10:01:00Z", "2026-05-12T10:02:00Z"),
        volume("2026-05-12T10:08:00Z", "2026-05-12T10:09:00Z"),
    ]);
    let b = files.json("visits.json", &visits);
    let (_, printed) = check_json(&[&a, &b]);
    let conflicts = printed["conflicts"].as_array().unwrap();
    assert_eq!(conflicts.len(), 2, "{conflicts:#?}");
    assert_eq!(conflicts[0]["b"]["volumes"], json!([0, 1]));
    assert_eq!(conflicts[1]["b"]["volumes"], json!([2]));
    assert_eq!(conflicts[0]["to"], "2026-05-12T10:02:00Z");
    assert_eq!(printed["flights"][1]["party"], "visits");
}

#[test]
fn proposals_are_the_nearest_free_ones() {
    let files = Files::new();
    let a = files.json("a.json", &square(10.0, 0.0, 0.01, &flight("a", "red", 100.0, 200.0)));
    let b = files.json("b.json", &square(10.0, 0.0, 0.01, &flight("b", "blue", 150.0, 250.0)));
    let (_, printed) = check_json(&[&a, &b, "--propose"]);
    let find = |kind: &str| {
        let all = printed["proposals"].as_array().unwrap();
        let found = all.iter().find(|p| p["flight"] == "b" && p["kind"] == kind);
        found.unwrap_or_else(|| panic!("{kind} in {all:#?}"))["delta"].as_i64().unwrap()
    };
    // Both last 600 s and closed intervals touch, so 601; levels overlap by 50 m; squares of
    // 2,211.5 m across (0.02° of latitude at the equator) or 2,226.4 m along the equator.
    assert_eq!(find("delay"), 601);
    assert_eq!(find("earlier"), -601);
    assert_eq!(find("level"), 51);
    let sideways = find("sideways").abs();
    assert!((2_212..2_240).contains(&sideways), "{sideways}");
    // What is proposed is free when it is flown.
    let mut moved = flight("b", "blue", 150.0 + 51.0, 250.0 + 51.0);
    let free = files.json("free.json", &square(10.0, 0.0, 0.01, &moved));
    assert_eq!(keepclear(&["check", &a, &free]).code, 0);
    moved["lower"] = json!(200.0);
    let still = files.json("still.json", &square(10.0, 0.0, 0.01, &moved));
    assert_eq!(keepclear(&["check", &a, &still]).code, 1);
}

#[test]
fn an_edge_that_bows_north_is_seen_where_a_flat_map_sees_none() {
    let files = Files::new();
    // The geodesic between two places at 60° N, 4° apart, reaches 60.0151° N in its middle
    // (tan 60° / cos 2°; 1.7 km further north): a flight at 60.013° is inside, on a flat map it is
    // outside.
    let long = [(8.0, 60.0), (8.0, 59.5), (12.0, 59.5), (12.0, 60.0)];
    let a = files.json("a.json", &polygon(&long, &flight("a", "red", 0.0, 100.0)));
    let b = files.json("b.json", &square(10.0, 60.013, 0.001, &flight("b", "blue", 0.0, 100.0)));
    assert_eq!(keepclear(&["check", &a, &b]).code, 1);
    let c = files.json("c.json", &square(10.0, 60.017, 0.001, &flight("b", "blue", 0.0, 100.0)));
    assert_eq!(keepclear(&["check", &a, &c]).code, 0);
}

#[test]
fn all_times_move_together() {
    let files = Files::new();
    let mut early = flight("a", "red", 0.0, 100.0);
    early["start"] = json!("2026-05-12T09:50:00Z");
    let a = files.json("a.json", &square(10.0, 0.0, 0.01, &early));
    let b = files.json("b.json", &square(10.0, 0.0, 0.01, &flight("b", "blue", 0.0, 100.0)));
    let (_, printed) = check_json(&[&a, &b, "--shift-to", "2030-01-01T00:00:00Z"]);
    assert_eq!(printed["conflicts"][0]["from"], "2030-01-01T00:10:00Z");
    assert_eq!(keepclear(&["check", &a, "--shift-to", "yesterday"]).code, 2);
}

#[test]
fn flags_come_from_the_environment_and_the_file_and_unknown_keys_are_refused() {
    let files = Files::new();
    let both = collection(&[
        square(10.0, 0.0, 0.01, &flight("a", "red", 0.0, 100.0)),
        square(10.0, 0.0, 0.01, &flight("b", "red", 0.0, 100.0)),
    ]);
    let file = files.json("both.json", &both);
    assert_eq!(keepclear_with(&["check", &file], &[("KEEPCLEAR_SAME_PARTY", "true")]).code, 1);
    let config = files.write("keepclear.toml", "[check]\nsame_party = true\nformat = \"json\"\n");
    let run = keepclear(&["check", &file, "--config", &config]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stdout.starts_with('{'));
    let run = keepclear(&["check", &file, "--config", &config, "--format", "table"]);
    assert!(!run.stdout.starts_with('{'), "the command line wins");
    let wrong = files.write("wrong.toml", "[check]\nhalf_widht = \"1m\"\n");
    let run = keepclear(&["check", &file, "--config", &wrong]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("half_widht"), "{}", run.stderr);
}

#[test]
fn the_geojson_output_holds_every_volume_and_every_common_area() {
    let files = Files::new();
    let a = files.json("a.json", &square(10.0, 0.0, 0.01, &flight("a", "red", 0.0, 100.0)));
    let circle = json!({
        "type": "Feature",
        "geometry": { "type": "Point", "coordinates": [10.0, 0.0] },
        "properties": { "radius_m": 500.0, "id": "c", "party": "blue", "lower": 0, "upper": 50,
            "start": "2026-05-12T10:00:00Z", "end": "2026-05-12T10:10:00Z" },
    });
    let b = files.json("b.json", &circle);
    let run = keepclear(&["check", &a, &b, "--format", "geojson"]);
    let printed: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let features = printed["features"].as_array().unwrap();
    assert_eq!(features.len(), 3);
    let circle = features.iter().find(|f| f["geometry"]["type"] == "Point").unwrap();
    assert_eq!(circle["properties"]["radius_m"].as_f64(), Some(500.0));
    assert!(features.iter().any(|f| f["properties"]["conflict"].is_string()));
}

#[test]
fn the_drawing_is_written() {
    let files = Files::new();
    let a = files.json("a.json", &square(10.0, 0.0, 0.01, &flight("a", "red", 0.0, 100.0)));
    let b = files.json("b.json", &square(10.0, 0.0, 0.01, &flight("<b&>", "blue", 0.0, 100.0)));
    let svg = files.path("out.svg").display().to_string();
    assert_eq!(keepclear(&["check", &a, &b, "--svg", &svg]).code, 1);
    let drawn = std::fs::read_to_string(svg).unwrap();
    assert!(drawn.starts_with("<svg") || drawn.starts_with("<?xml"), "{}", &drawn[..80]);
    assert!(drawn.contains("&lt;b&amp;&gt;") && !drawn.contains("<b&>"));
}

#[test]
fn the_sample_has_exactly_the_conflicts_that_its_story_tells() {
    let (run, printed) = check_json(&[
        "examples/valley/north.geojson",
        "examples/valley/south.json",
        "--airspace",
        "examples/valley/areas.openair.txt",
    ]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let expected = e2e::repository().join("examples/valley/expected.json");
    let expected: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(expected).unwrap()).unwrap();
    let mut expected: Vec<(String, String)> = expected
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| {
            let side = |i: usize| pair[i].as_str().unwrap().to_owned();
            let (a, b) = (side(0), side(1));
            if a <= b { (a, b) } else { (b, a) }
        })
        .collect();
    expected.sort();
    let mut found = pairs(&printed);
    found.dedup();
    assert_eq!(found, expected);
}
