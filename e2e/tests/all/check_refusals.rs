//! Bad input: the message names file, place, field and reason, and the rest is still checked.

use e2e::keepclear;
use serde_json::{Value, json};

use crate::support::{Files, check_json, collection, flight, square};

fn refused(feature: &Value) -> (String, String, i32) {
    let files = Files::new();
    let good = square(10.0, 0.0, 0.01, &flight("good", "red", 0.0, 100.0));
    let file = files.json("flights.json", &collection(&[good, feature.clone()]));
    let (run, printed) = check_json(&[&file]);
    assert_eq!(printed["flights"].as_array().unwrap().len(), 1, "the good one is read");
    let refused = &printed["inputs"][0]["refused"][0];
    assert!(run.stderr.contains("flights.json"), "{}", run.stderr);
    (
        refused["field"].as_str().unwrap_or_default().to_owned(),
        format!("{} {}", refused["at"], refused["reason"]),
        run.code,
    )
}

#[test]
fn each_fault_of_a_feature_is_named() {
    let with = |key: &str, value: Value| {
        let mut properties = flight("bad", "blue", 0.0, 100.0);
        properties[key] = value;
        square(10.0, 0.0, 0.01, &properties)
    };
    for (feature, field, word) in [
        (with("lower", json!("low")), "lower", "number"),
        (with("lower", json!(500)), "lower", "above"),
        (with("start", json!("noon")), "start", ""),
        (with("end", json!("2026-05-12T09:00:00Z")), "start", "after"),
        (with("end", Value::Null), "end", ""),
        (with("altitude_unit", json!("yd")), "altitude_unit", "yd"),
        (with("altitude_reference", json!("QFE")), "altitude_reference", "QFE"),
    ] {
        let (named, text, code) = refused(&feature);
        assert!(named.contains(field), "{field}: {named} {text}");
        assert!(text.contains(word), "{field}: {text}");
        assert_eq!(code, 2);
    }
}

#[test]
fn an_outline_that_crosses_itself_is_refused_for_a_flight_and_united_for_an_area() {
    let files = Files::new();
    let corners = [(10.0, 0.0), (10.02, 0.02), (10.02, 0.0), (10.0, 0.02)];
    let bow_tie = crate::support::polygon(&corners, &flight("bow", "red", 0.0, 100.0));
    let (field, text, code) = refused(&bow_tie);
    assert!(field.contains("vert") || field.contains("coordinates"), "{field} {text}");
    assert!(text.contains("crosses"), "{text}");
    assert_eq!(code, 2);

    let zone = crate::support::polygon(&corners, &json!({ "id": "bow", "class": "R" }));
    let zone = files.json("zone.json", &zone);
    // The left and the right lobe both count; the notch above the crossing does not.
    for (lng, lat, found) in [(10.002, 0.01, 1), (10.018, 0.01, 1), (10.01, 0.018, 0)] {
        let flown = square(lng, lat, 0.001, &flight("f", "red", 0.0, 100.0));
        let flown = files.json("f.json", &flown);
        let (run, printed) = check_json(&[&flown, "--airspace", &zone]);
        assert_eq!(run.code, found, "{lng} {lat}: {}", run.stderr);
        let warnings = printed["inputs"][1]["warnings"].as_array().unwrap();
        assert!(
            warnings.iter().any(|w| w["text"].as_str().unwrap().contains("bow")),
            "{warnings:?}"
        );
    }
}

#[test]
fn what_is_no_known_form_is_exit_2_and_strict_prints_nothing() {
    let files = Files::new();
    for (name, content) in [
        ("empty.json", &b""[..]),
        ("text.txt", b"hello there"),
        ("broken.json", b"{\"type\": \"Feature\","),
        ("zip.gz", b"\x1f\x8b\x08\x00garbage"),
        ("number.json", b"42"),
    ] {
        let file = files.write(name, content);
        let run = keepclear(&["check", &file]);
        assert_eq!(run.code, 2, "{name}: {}", run.stdout);
        assert!(run.stderr.contains(name), "{name}: {}", run.stderr);
        assert!(run.stdout.contains("INCOMPLETE: 1 refused"), "{name}: {}", run.stdout);
        let strict = keepclear(&["check", &file, "--strict"]);
        assert_eq!((strict.code, strict.stdout.as_str()), (2, ""), "{name}");
    }
    let run = keepclear(&["check", "no/such/file"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("no/such/file"), "{}", run.stderr);
    assert_eq!(keepclear(&["check", "x.json", "--party", "nobody"]).code, 2);
}
