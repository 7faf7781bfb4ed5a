//! GeoJSON features as flights, routes and zones.
// Helpers outside of #[test] functions may unwrap as tests do.
#![allow(clippy::unwrap_used)]

use keepclear_formats::{FileContent, ReadOptions, read_airspace, read_flights};
use keepclear_geo::{Band, Limit, Reference};
use serde_json::{Value, json};

fn square(lng: f64) -> Value {
    json!([[[lng, 47.0], [lng + 0.1, 47.0], [lng + 0.1, 47.1], [lng, 47.1], [lng, 47.0]]])
}

fn feature() -> Value {
    json!({
        "type": "Feature", "id": "F1",
        "geometry": {"type": "Polygon", "coordinates": square(8.0)},
        "properties": {
            "name": "Alpha", "party": "A", "class": "R", "start": "2001-09-09T01:46:40Z",
            "end": "2001-09-09T02:46:40Z", "lower": 100, "upper": 200.5, "radius_m": 250,
            "speed_mps": 50, "half_width_m": 100, "vertical_buffer_m": 30, "time_buffer_s": 10,
            "altitude_unit": null,
        },
    })
}

fn with(pointer: &str, value: Value) -> Value {
    let mut feature = feature();
    if let Some((parent, key)) = pointer.rsplit_once('/') {
        feature.pointer_mut(parent).unwrap()[key] = value;
    }
    feature
}

fn flights(features: &[Value]) -> FileContent {
    let text = json!({"type": "FeatureCollection", "features": features}).to_string();
    read_flights("dir/plan.geojson", text.as_bytes(), &ReadOptions::default()).unwrap()
}

fn zones(features: &[Value]) -> FileContent {
    let text = json!({"type": "FeatureCollection", "features": features}).to_string();
    read_airspace("dir/plan.geojson", text.as_bytes(), &ReadOptions::default()).unwrap()
}

#[test]
fn a_feature_is_a_flight_with_its_bounds() {
    let content = flights(&[feature()]);
    assert_eq!(content.refused, []);
    let flight = &content.flights[0];
    assert_eq!((flight.id.as_str(), flight.name.as_deref()), ("F1", Some("Alpha")));
    assert_eq!((flight.party.as_deref(), flight.source.as_str()), (Some("A"), "feature 0"));
    let volume = &flight.volumes[0];
    assert_eq!(volume.outline().vertex_count(), 4);
    assert_eq!(volume.band().w84_range_mm(), (100_000, 200_500));
    assert_eq!(volume.interval().start_us(), Some(1_000_000_000_000_000));
    assert_eq!(volume.interval().end_us(), Some(1_000_003_600_000_000));
}

#[test]
fn altitudes_keep_their_unit_and_reference() {
    let limits = |unit: &str, reference: Value, lower: f64| {
        let mut feature = with("/properties/altitude_unit", json!(unit));
        feature["properties"]["altitude_reference"] = reference;
        feature["properties"]["lower"] = json!(lower);
        feature["properties"]["upper"] = json!(lower + 10.0);
        let content = flights(&[feature]);
        content.flights.first().map(|flight| flight.volumes[0].band().band()).ok_or(content.refused)
    };
    let band = |lower_mm, upper_mm, reference| Band {
        lower: Limit::At { mm: lower_mm, reference },
        upper: Limit::At { mm: upper_mm, reference },
    };
    assert_eq!(limits("m", json!("AMSL"), 1.0), Ok(band(1_000, 11_000, Reference::Amsl)));
    assert_eq!(limits("ft", json!("AGL"), 10.0), Ok(band(3_048, 6_096, Reference::Agl)));
    // FL90 is 9,000 ft, 2,743.2 m; FL100 is 3,048 m.
    assert_eq!(
        limits("fl", json!(null), 90.0),
        Ok(band(2_743_200, 3_048_000, Reference::Pressure))
    );
    let ground = limits("m", json!("AGL"), 0.0).unwrap();
    assert_eq!(ground.lower, Limit::Surface);
    let refused = limits("fl", json!("AMSL"), 90.0).unwrap_err();
    assert_eq!(refused[0].field, "properties.altitude_reference");
}

#[test]
fn every_wrong_field_is_named_and_the_rest_is_read() {
    let open_ring = json!([[[8.0, 47.0], [8.1, 47.0], [8.1, 47.1], [8.0, 47.1]]]);
    let bow_tie = json!([[[8.0, 47.0], [8.1, 47.1], [8.1, 47.0], [8.0, 47.1], [8.0, 47.0]]]);
    let table = [
        ("/properties/start", json!(null), "properties.start"),
        ("/properties/end", json!(null), "properties.end"),
        ("/properties/lower", json!(null), "properties.lower"),
        ("/properties/upper", json!(null), "properties.upper"),
        ("/properties/upper", json!("200"), "properties.upper"),
        ("/properties/upper", json!(50), "properties.lower"),
        ("/properties/upper", json!(100_001), "properties.upper"),
        ("/properties/end", json!("2001-09-09T00:00:00Z"), "properties.start"),
        ("/properties/start", json!(12), "properties.start"),
        ("/properties/name", json!(12), "properties.name"),
        ("/properties/altitude_unit", json!("yd"), "properties.altitude_unit"),
        ("/properties/altitude_reference", json!("X"), "properties.altitude_reference"),
        ("/properties", json!([]), "properties"),
        ("/geometry", json!(null), "geometry"),
        ("/geometry/type", json!("Blob"), "geometry.type"),
        ("/geometry/coordinates", json!(null), "geometry.coordinates"),
        ("/geometry/coordinates", open_ring, "geometry.coordinates[0]"),
        ("/geometry/coordinates", bow_tie, "geometry.coordinates[0][2]"),
        ("/geometry/coordinates/0/1/1", json!(91), "geometry.coordinates[0][1][1]"),
        ("/geometry/coordinates/0/1/0", json!("8"), "geometry.coordinates[0][1][0]"),
        ("/type", json!("Thing"), "type"),
        ("/id", json!({}), "id"),
    ];
    for (pointer, value, field) in table {
        let mut bad = feature();
        let shown = value.to_string();
        match bad.pointer_mut(pointer) {
            Some(place) => *place = value,
            None => bad = with(pointer, value),
        }
        let content = flights(&[bad, feature()]);
        assert_eq!(content.flights.len(), 1, "{pointer} {shown}");
        assert_eq!(content.refused[0].field, field, "{pointer} {shown}");
        assert_eq!(content.refused[0].at, "feature 0");
    }
    let content = flights(&[json!(7), feature()]);
    assert_eq!((content.flights.len(), content.refused.len(), content.read), (1, 1, 2));
}

#[test]
fn each_kind_of_geometry_is_read() {
    let of = |geometry: Value| {
        let content = flights(&[with("/geometry", geometry)]);
        assert_eq!(content.refused, []);
        content.flights[0].volumes.clone()
    };
    let (_, radius_m) =
        of(json!({"type": "Point", "coordinates": [8, 47]}))[0].outline().as_circle().unwrap();
    assert!((radius_m - 250.0).abs() < 1e-9);
    let two = json!({"type": "MultiPolygon", "coordinates": [square(8.0), square(9.0)]});
    assert_eq!(of(two.clone()).len(), 2);
    let point = json!({"type": "Point", "coordinates": [8, 47]});
    assert_eq!(of(json!({"type": "GeometryCollection", "geometries": [two, point]})).len(), 3);
    let mut holed = square(8.0);
    let hole = json!([[8.04, 47.04], [8.06, 47.04], [8.05, 47.06], [8.04, 47.04]]);
    holed.as_array_mut().unwrap().push(hole);
    let holed = of(json!({"type": "Polygon", "coordinates": holed}));
    assert_eq!(holed[0].outline().corners().len(), 2);
}

#[test]
fn lines_are_routes_with_altitudes_from_either_place() {
    let line = |coordinates: Value, altitudes: Value| {
        let geometry = json!({"type": "LineString", "coordinates": coordinates});
        let mut feature = with("/geometry", geometry);
        feature["properties"]["altitudes"] = altitudes;
        flights(&[feature])
    };
    let flat = json!([[8.0, 47.0], [8.1, 47.0]]);
    let high = json!([[8.0, 47.0, 500], [8.1, 47.0, 500]]);
    assert_eq!(line(flat.clone(), json!([500, 600])).refused, []);
    assert_eq!(line(high, json!(null)).refused, []);
    for (coordinates, altitudes, field) in [
        (flat.clone(), json!(null), "properties.altitudes"),
        (flat.clone(), json!([500]), "properties.altitudes"),
        (flat.clone(), json!([500, "600"]), "properties.altitudes[1]"),
        (flat, json!(500), "properties.altitudes"),
        (json!([[8.0, 47.0]]), json!([500]), "geometry.coordinates"),
    ] {
        assert_eq!(line(coordinates, altitudes).refused[0].field, field);
    }
    let lines = json!([[[8.0, 47.0], [8.1, 47.0]], [[8.1, 47.0], [8.2, 47.0], [8.3, 47.0]]]);
    for altitudes in [json!([1, 2, 3, 4, 5]), json!([[1, 2], [3, 4, 5]])] {
        let mut feature =
            with("/geometry", json!({"type": "MultiLineString", "coordinates": lines}));
        feature["properties"]["altitudes"] = altitudes;
        let content = flights(&[feature]);
        assert_eq!(content.refused, []);
        // 7.6 km at 50 m/s: the second line begins when the first has been flown.
        let starts = content.flights[0].volumes.iter().filter_map(|v| v.interval().start_us());
        assert!(starts.max().unwrap() > 1_000_000_100_000_000);
    }
}

#[test]
fn ids_come_from_the_feature_its_properties_its_name_or_its_place() {
    let mut plain = with("/id", json!(null));
    let named = plain.clone();
    plain["properties"]["name"] = json!(null);
    let mut inner = plain.clone();
    inner["properties"]["id"] = json!(7);
    let content = flights(&[feature(), inner, named, plain, feature()]);
    let ids: Vec<&str> = content.flights.iter().map(|flight| flight.id.as_str()).collect();
    assert_eq!(ids, ["F1", "7", "Alpha", "plan#3", "F1#2"]);
    assert_eq!(content.warnings.len(), 1);
}

#[test]
fn a_zone_needs_only_its_outline_and_may_cross_itself() {
    let mut bare = feature();
    bare["properties"] = json!({"name": "Bare", "class": "R"});
    let bow_tie = json!([[[8.0, 47.0], [8.1, 47.1], [8.1, 47.0], [8.0, 47.1], [8.0, 47.0]]]);
    let content = zones(&[bare, with("/geometry/coordinates", bow_tie)]);
    assert_eq!(content.refused, []);
    let zone = &content.zones[0];
    assert_eq!((zone.name.as_str(), zone.class.as_deref()), ("Bare", Some("R")));
    let band = zone.volumes[0].band().band();
    assert_eq!(band, Band { lower: Limit::Surface, upper: Limit::Open });
    assert_eq!(zone.volumes[0].interval().start_us(), None);
    assert_eq!(content.warnings.len(), 1);
    assert_eq!(content.warnings[0].at, "feature 1");
    assert!(content.warnings[0].text.contains("Alpha") && content.zones.len() == 2);
}
