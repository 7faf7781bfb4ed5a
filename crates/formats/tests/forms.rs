//! Which form a file has, and F3548-21 JSON.

use std::io::Write;

use keepclear_formats::{FormatError, ReadOptions, read_airspace, read_flights};
use serde_json::{Value, json};

fn volume() -> Value {
    let altitude = |value: f64| json!({"value": value, "reference": "W84", "units": "M"});
    let time = json!({"value": "2001-09-09T01:46:40Z", "format": "RFC3339"});
    json!({
        "volume": {
            "outline_circle": {"center": {"lat": 47, "lng": 8}, "radius": {"value": 9, "units": "M"}},
            "altitude_lower": altitude(100.0), "altitude_upper": altitude(120.0),
        },
        "time_start": time, "time_end": time,
    })
}

fn intent(id: &str, volumes: &[Value]) -> Value {
    json!({"operational_intent": {
        "reference": {"id": id, "manager": "uss1"},
        "details": {"volumes": volumes, "off_nominal_volumes": [volume()]},
    }})
}

#[test]
fn intents_are_read_alone_or_in_an_array_and_a_bad_one_spoils_no_other() {
    let options = ReadOptions::default();
    let one = read_flights("a", intent("i", &[volume()]).to_string().as_bytes(), &options).unwrap();
    assert_eq!(one.flights[0].volumes.len(), 2);
    assert_eq!(one.flights[0].party.as_deref(), Some("uss1"));
    let mut bad = volume();
    bad["volume"]["altitude_lower"]["units"] = json!("FT");
    let mut odd = volume();
    odd["volume"]["altitude_lower"]["value"] = json!("100");
    let text =
        json!([null, intent("a", &[bad]), intent("b", &[odd]), intent("c", &[])]).to_string();
    let content = read_flights("a", text.as_bytes(), &options).unwrap();
    assert_eq!((content.read, content.flights.len()), (4, 1));
    assert_eq!((content.flights[0].id.as_str(), content.flights[0].source.as_str()), ("c", "[3]"));
    let details = "operational_intent.details.volumes[0].volume.altitude_lower";
    assert_eq!(content.refused[1].field, format!("{details}.units"));
    assert_eq!(content.refused[2].field, format!("{details}.value"));
    assert_eq!(content.refused[2].at, "[2]");
}

#[test]
fn a_list_of_volumes_is_one_flight_named_by_its_file() {
    let options = ReadOptions::default();
    let text = json!([volume(), volume()]).to_string();
    // A byte order mark and gzip change nothing but the hash.
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(b"\xef\xbb\xbf").unwrap();
    gzip.write_all(text.as_bytes()).unwrap();
    let content = read_flights("x/red.v1.json.gz", &gzip.finish().unwrap(), &options).unwrap();
    assert_eq!((content.flights[0].id.as_str(), content.flights[0].volumes.len()), ("red.v1", 2));
    assert_eq!(content.flights[0].party, None);
    let mut bad = volume();
    bad["time_end"] = json!(null);
    let text = json!([volume(), bad]).to_string();
    let content = read_flights("red.json", text.as_bytes(), &options).unwrap();
    assert_eq!(content.flights.len(), 0);
    assert_eq!(
        (content.refused[0].at.as_str(), content.refused[0].field.as_str()),
        ("[1]", "time_end")
    );
}

#[test]
fn constraints_are_zones_whose_bounds_may_be_open() {
    let mut open = volume();
    open["time_start"] = json!(null);
    open["volume"]["altitude_upper"] = json!(null);
    let text = json!({"constraint": {
        "reference": {"id": "c1", "manager": "authority"},
        "details": {"volumes": [open], "type": "fire", "geozone": {"any": [1]}},
    }});
    let content = read_airspace("c", text.to_string().as_bytes(), &ReadOptions::default()).unwrap();
    assert_eq!((content.zones[0].id.as_str(), content.zones[0].name.as_str()), ("c1", "fire"));
    assert_eq!(content.zones[0].class, None);
}

#[test]
fn a_form_that_is_not_read_says_what_is() {
    let options = ReadOptions::default();
    for text in
        ["", "  \n", "hello", "{}", "[1]", "{\"type\":\"Topology\"}", "\u{1f600}", "PK\x03\x04"]
    {
        let error = read_flights("a", text.as_bytes(), &options).unwrap_err();
        assert!(matches!(error, FormatError::Unsupported { .. }), "{text}: {error}");
        assert!(error.to_string().contains("expected F3548-21"), "{error}");
    }
    assert!(read_flights("a", b"AC R\nAN x\nDP 1 N 1 E\n", &options).is_err());
    assert!(read_airspace("a", json!([volume()]).to_string().as_bytes(), &options).is_err());
    let error = read_flights("a", b"{\"a\":\n 1,,}", &options).unwrap_err();
    assert!(matches!(error, FormatError::NotJson { line: 2, column: 4, .. }), "{error:?}");
    let error =
        read_flights("a", b"[{\"icao24\":\"a\"},\n{\"icao24\":\"\xff\"}]", &options).unwrap_err();
    assert!(matches!(error, FormatError::NotJson { line: 2, column: 12, .. }), "{error:?}");
    let empty = read_flights("a", b"[]", &options).unwrap();
    assert_eq!((empty.read, empty.warnings.len()), (0, 1));
    // SHA-256 of "[]".
    let hash = "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945";
    assert_eq!(empty.sha256, hash);
}
