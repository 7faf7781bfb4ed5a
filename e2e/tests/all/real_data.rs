//! Other people's files, where they lie beside the project.

use serde_json::json;

use crate::support::{Files, check_json, pairs, polygon, shared_data};

#[test]
fn a_day_over_switzerland_and_the_german_airspace_are_read_whole() {
    let Some(data) = shared_data() else {
        println!("skipped: there is no ../shared/data");
        return;
    };
    let files = Files::new();
    let path = |name: &str| data.join(name).display().to_string();
    // A corridor across Memmingen's class D, which reaches from 3,500 ft to FL100.
    let corners = [(10.05, 47.92), (10.45, 48.08), (10.45, 48.09), (10.05, 47.93)];
    let through = polygon(
        &corners,
        &json!({
            "id": "through", "party": "red", "lower": 80, "upper": 80,
            "altitude_unit": "fl", "altitude_reference": "STD",
            "start": "2018-08-01T10:00:00Z", "end": "2018-08-01T10:10:00Z",
        }),
    );
    let through = files.json("through.geojson", &through);
    let (run, printed) = check_json(&[
        &path("adsb-switzerland-2018-08-01.json.gz"),
        &through,
        "--airspace",
        &path("germany-2026-03.openair.txt"),
        "--party",
        "red=[A-E]*",
        "--party",
        "blue=*",
    ]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert_eq!(printed["inputs"][2]["read"], 678);
    assert_eq!(printed["inputs"][2]["refused"], json!([]));
    let found = pairs(&printed);
    let with_areas: Vec<_> =
        found.iter().filter(|(a, b)| a == "through" || b == "through").collect();
    assert!(
        with_areas.iter().any(|(a, b)| a.contains("Memmingen") || b.contains("Memmingen")),
        "{with_areas:?}"
    );
    assert!(found.len() > 100, "{}", found.len());
}
