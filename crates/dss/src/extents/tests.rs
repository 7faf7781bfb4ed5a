use serde_json::{Value, json};

use super::*;

const NOW_US: i64 = 1_000_000_000_000_000;

/// 2001-09-09T01:46:40Z is `NOW_US`.
fn volume(lat: f64, radius_m: f64, low_m: f64, start: &str, end: &str) -> Value {
    let altitude = |value: f64| json!({"value": value, "reference": "W84", "units": "M"});
    let time = |value: &str| json!({"value": value, "format": "RFC3339"});
    json!({
        "volume": {
            "outline_circle": {
                "center": {"lat": lat, "lng": 8.0}, "radius": {"value": radius_m, "units": "M"},
            },
            "altitude_lower": altitude(low_m), "altitude_upper": altitude(low_m + 20.0005),
        },
        "time_start": time(start), "time_end": time(end),
    })
}

fn read(volumes: &[Value]) -> Vec<Volume4D> {
    volumes.iter().map(|value| serde_json::from_value(value.clone()).unwrap()).collect()
}

fn two() -> [Value; 2] {
    [
        volume(47.0, 200.0, 100.0, "1969-01-01T00:00:00Z", "1969-01-01T01:00:00Z"),
        volume(47.5, 200.0, 500.0, "2001-09-09T01:46:40Z", "2001-09-09T02:46:40Z"),
    ]
}

#[test]
fn compatible_matching_makes_one_block_of_everything() {
    let shape = intent(&read(&two()), Matching::Compatible, NOW_US).unwrap();
    let [block] = &shape.extent.blocks[..] else { panic!("{shape:?}") };
    assert_eq!((block.lower_mm, block.upper_mm), (100_000, 520_001));
    assert_eq!(shape.time.end_us, NOW_US + 3_600_000_000);
    assert_eq!(shape.time.start_us, -365 * DAY_US);
    assert_eq!(block.time, shape.time);
    // Bit 34 is the lowest one of every level-13 cell.
    assert!(block.cells.iter().all(|cell| cell.trailing_zeros() == 34), "{block:?}");
    assert!(block.cells.is_sorted());
}

#[test]
fn precise_matching_keeps_each_volume_apart() {
    let shape = intent(&read(&two()), Matching::Precise, NOW_US).unwrap();
    let [old, new] = &shape.extent.blocks[..] else { panic!("{shape:?}") };
    assert_eq!((old.lower_mm, old.upper_mm), (100_000, 120_001));
    assert_eq!((new.lower_mm, new.upper_mm), (500_000, 520_001));
    assert_eq!(new.time.start_us, NOW_US);
    assert!(shape.extent.tuples() <= precise::TUPLES);
}

#[test]
fn a_bound_may_be_absent_in_one_volume_but_not_in_all() {
    for (pointer, field) in [
        ("/time_start", "extents.time_start"),
        ("/time_end", "extents.time_end"),
        ("/volume/altitude_lower", "extents.volume.altitude_lower"),
        ("/volume/altitude_upper", "extents.volume.altitude_upper"),
    ] {
        let mut volumes = two();
        *volumes[0].pointer_mut(pointer).unwrap() = Value::Null;
        assert!(intent(&read(&volumes), Matching::Compatible, NOW_US).is_ok(), "{pointer}");
        *volumes[1].pointer_mut(pointer).unwrap() = Value::Null;
        match intent(&read(&volumes), Matching::Compatible, NOW_US) {
            Err(ExtentError::Invalid(invalid)) => assert_eq!(invalid.field, field),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn limits_of_area_horizon_and_length_hold_at_their_edge() {
    let now = "2001-09-09T01:46:40Z";
    let later = "2001-09-09T02:46:40Z";
    let compatible = |value: Value| intent(&read(&[value]), Matching::Compatible, NOW_US);
    // π r² = 2,500 km² at r = 28.209 km.
    assert!(compatible(volume(47.0, 28_205.0, 0.0, now, later)).is_ok());
    let large = compatible(volume(47.0, 28_215.0, 0.0, now, later));
    assert!(matches!(large, Err(ExtentError::AreaTooLarge { .. })), "{large:?}");
    let ahead = |start| volume(47.0, 200.0, 0.0, start, "2001-12-01T00:00:00Z");
    assert!(compatible(ahead("2001-10-09T01:46:40Z")).is_ok());
    assert!(compatible(ahead("2001-10-09T01:46:40.000001Z")).is_err());
    let day =
        |end| constraint(&read(&[volume(47.0, 50_000.0, 0.0, now, end)]), Matching::Precise, 0);
    assert!(day("2001-09-10T01:46:40Z").is_err(), "it starts more than 56 days after 0");
    let day = |end| {
        constraint(&read(&[volume(47.0, 50_000.0, 0.0, now, end)]), Matching::Precise, NOW_US)
    };
    assert!(day("2001-09-10T01:46:40Z").is_ok());
    assert!(day("2001-09-10T01:46:40.000001Z").is_err());
}

#[test]
fn many_overlapping_volumes_count_once() {
    let one = volume(47.0, 10_000.0, 0.0, "2001-09-09T01:46:40Z", "2001-09-09T02:46:40Z");
    let volumes = vec![one; 20];
    // 20 × 314 km² are 6,283 km², but all are the same place.
    assert!(intent(&read(&volumes), Matching::Compatible, NOW_US).is_ok());
    assert!(intent(&read(&volumes), Matching::Precise, NOW_US).is_ok());
}

#[test]
fn a_query_without_bounds_is_open_and_one_instant_is_a_time() {
    let mut asked = volume(90.0, 200.0, 0.0, "2001-09-09T01:46:40Z", "2001-09-09T01:46:40Z");
    let area = query(&read(&[asked.clone()])[0], Matching::Compatible).unwrap();
    assert_eq!(area.time, TimeRange { start_us: NOW_US, end_us: NOW_US });
    for pointer in ["/time_start", "/time_end", "/volume/altitude_lower", "/volume/altitude_upper"]
    {
        *asked.pointer_mut(pointer).unwrap() = Value::Null;
    }
    let area = query(&read(&[asked])[0], Matching::Compatible).unwrap();
    assert_eq!((area.lower_mm, area.upper_mm), (i32::MIN, i32::MAX));
    assert_eq!(area.time, TimeRange { start_us: i64::MIN, end_us: i64::MAX });
}

#[test]
fn a_subscription_that_begins_as_it_ends_is_refused() {
    let asked = volume(47.0, 200.0, 0.0, "2001-09-09T01:46:40Z", "2001-09-09T01:46:40Z");
    assert!(subscription(&read(&[asked])[0]).is_err());
}
