//! Altitudes in different references: what is certain and what is only possible.

use serde_json::{Value, json};

use crate::support::{Files, check_json, flight, square};

fn at(id: &str, party: &str, lower: f64, upper: f64, unit: &str, reference: &str) -> Value {
    let mut properties = flight(id, party, lower, upper);
    properties["altitude_unit"] = json!(unit);
    properties["altitude_reference"] = json!(reference);
    properties
}

fn verdict(a: &Value, b: &Value, options: &[&str]) -> Option<String> {
    let files = Files::new();
    let a = files.json("a.json", &square(10.2, 48.0, 0.01, a));
    let b = files.json("b.json", &square(10.2, 48.0, 0.01, b));
    let mut arguments = vec![a.as_str(), b.as_str()];
    arguments.extend(options);
    let (run, printed) = check_json(&arguments);
    let verdict = printed["conflicts"][0]["verdict"].as_str().map(str::to_owned);
    assert_eq!(run.code, i32::from(verdict.is_some()), "{}", run.stderr);
    verdict
}

#[test]
fn pressure_against_pressure_is_certain() {
    let a = at("a", "red", 80.0, 90.0, "fl", "STD");
    let same = at("b", "blue", 90.0, 100.0, "fl", "STD");
    let above = at("b", "blue", 91.0, 100.0, "fl", "STD");
    assert_eq!(verdict(&a, &same, &[]).as_deref(), Some("certain"));
    assert_eq!(verdict(&a, &above, &[]), None);
}

#[test]
fn a_level_near_a_height_is_possible_until_the_pressure_is_told() {
    // FL80 at QNH 1013.25 without a temperature band is 2,438 m above mean sea level.
    let level = at("a", "red", 80.0, 80.0, "fl", "STD");
    let below = at("b", "blue", 0.0, 2_300.0, "m", "AMSL");
    let far_below = at("b", "blue", 0.0, 1_500.0, "m", "AMSL");
    let over = at("b", "blue", 0.0, 3_200.0, "m", "AMSL");
    assert_eq!(verdict(&level, &below, &[]).as_deref(), Some("possible"));
    assert_eq!(verdict(&level, &far_below, &[]), None);
    assert_eq!(verdict(&level, &over, &[]).as_deref(), Some("certain"));
    let told = ["--qnh", "1013.25", "--pressure-band", "0"];
    assert_eq!(verdict(&level, &below, &told), None);
}

#[test]
fn mean_sea_level_lies_where_the_geoid_says() {
    // Near 48° N 10.2° E the geoid is some 47.5 m above the ellipsoid: 100 m AMSL is 147.5 m W84.
    let amsl = at("a", "red", 100.0, 100.0, "m", "AMSL");
    for (lower, upper, expected) in [
        (0.0, 140.0, None),
        (0.0, 155.0, Some("certain")),
        (155.0, 200.0, None),
        (140.0, 155.0, Some("certain")),
    ] {
        let w84 = at("b", "blue", lower, upper, "m", "W84");
        assert_eq!(verdict(&amsl, &w84, &[]).as_deref(), expected, "{lower} to {upper}");
    }
}

#[test]
fn ground_decides_only_when_it_is_stated() {
    let drone = at("a", "red", 0.0, 120.0, "m", "AGL");
    let above = at("b", "blue", 800.0, 900.0, "m", "AMSL");
    assert_eq!(verdict(&drone, &above, &[]).as_deref(), Some("possible"));
    assert_eq!(verdict(&drone, &above, &["--terrain", "600"]), None);
    assert_eq!(verdict(&drone, &above, &["--terrain", "700"]).as_deref(), Some("certain"));
}
