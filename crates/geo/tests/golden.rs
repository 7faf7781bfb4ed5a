//! Golden vectors from an independent oracle (`golden/README.md`): touching, depth, separation.
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::io::Read as _;
use std::path::Path;

use keepclear_geo::{
    Band, Datums, Outline, Position, TimeInterval, Volume4D, overlap, separation, touch,
};
use serde_json::Value;

#[expect(clippy::disallowed_methods, reason = "a test may read its vectors")]
fn records(file: &str) -> Vec<Value> {
    // Fresh vectors of another seed, made by `scripts/long golden`.
    let folder = std::env::var_os("KEEPCLEAR_GOLDEN_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden"),
        std::path::PathBuf::from,
    );
    let path = folder.join(file);
    let packed = std::fs::File::open(path).unwrap();
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(packed).read_to_string(&mut text).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn position(pair: &Value) -> Position {
    Position::new(pair[0].as_f64().unwrap(), pair[1].as_f64().unwrap()).unwrap()
}

fn outline(record: &Value, which: &str) -> Outline {
    let shape = &record[which];
    let made = if let Some(vertices) = shape["polygon"].as_array() {
        Outline::polygon(&vertices.iter().map(position).collect::<Vec<_>>())
    } else {
        let circle = &shape["circle"];
        Outline::circle(position(&circle["center"]), circle["radius_m"].as_f64().unwrap())
    };
    made.unwrap_or_else(|error| panic!("{} {which}: {error}", record["id"]))
}

fn volume(record: &Value, which: &str) -> Volume4D {
    let band = Band::w84(0.0, 100.0).unwrap();
    Volume4D::new(outline(record, which), band, TimeInterval::ALWAYS, &Datums::default())
}

#[test]
fn every_golden_pair_is_decided_as_the_oracle_says_whichever_way_it_is_asked() {
    let pairs = records("pairs.jsonl.gz");
    assert!(pairs.len() >= 5_000, "{} pairs", pairs.len());
    let mut wrong = Vec::new();
    for pair in &pairs {
        let (a, b) = (outline(pair, "a"), outline(pair, "b"));
        let expected = pair["touch"].as_bool().unwrap();
        if touch(&a, &b) != expected || touch(&b, &a) != expected {
            wrong.push(format!("{} {} gap {}", pair["id"], pair["category"], pair["gap_m"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), pairs.len(), wrong.join("\n"));
}

#[test]
fn depths_agree_with_brute_force() {
    let mut wrong = Vec::new();
    let all = records("depths.jsonl.gz");
    for record in &all {
        let (a, b) = (volume(record, "a"), volume(record, "b"));
        let expected_m = record["depth_m"].as_f64().unwrap();
        let tolerance_m = record["tol_m"].as_f64().unwrap().max(0.01) + expected_m * 2e-6;
        let found = overlap(&a, &b).map(|overlap| overlap.depth.metres);
        if found.is_none_or(|found_m| (found_m - expected_m).abs() > tolerance_m) {
            wrong.push(format!("{} {found:?} expected {expected_m}", record["id"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), all.len(), wrong.join("\n"));
}

#[test]
fn separations_agree_with_geodesic_distances() {
    let mut wrong = Vec::new();
    let all = records("separations.jsonl.gz");
    for record in &all {
        let (a, b) = (volume(record, "a"), volume(record, "b"));
        let expected_m = record["distance_m"].as_f64().unwrap();
        let found = separation(&a, &b).map(|separation| separation.horizontal_m);
        if found.is_none_or(|found_m| (found_m - expected_m).abs() > 0.005 + expected_m * 1e-8) {
            wrong.push(format!("{} {found:?} expected {expected_m}", record["id"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), all.len(), wrong.join("\n"));
}
