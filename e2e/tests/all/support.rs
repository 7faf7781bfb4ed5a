//! Small files and answers.

use std::path::{Path, PathBuf};

use e2e::{Run, keepclear};
use serde_json::{Value, json};

/// A folder for one test's files.
pub struct Files(tempfile::TempDir);

impl Files {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), content).unwrap();
        self.path(name).display().to_string()
    }

    pub fn json(&self, name: &str, content: &Value) -> String {
        self.write(name, content.to_string())
    }
}

/// A GeoJSON feature with a polygon of (lng, lat) corners, ring not closed.
pub fn polygon(corners: &[(f64, f64)], properties: &Value) -> Value {
    let ring: Vec<[f64; 2]> =
        corners.iter().chain(corners.first()).map(|&(lng, lat)| [lng, lat]).collect();
    json!({
        "type": "Feature",
        "geometry": { "type": "Polygon", "coordinates": [ring] },
        "properties": properties,
    })
}

/// A square of some degrees around a place.
pub fn square(lng: f64, lat: f64, half: f64, properties: &Value) -> Value {
    let corners = [
        (lng - half, lat - half),
        (lng + half, lat - half),
        (lng + half, lat + half),
        (lng - half, lat + half),
    ];
    polygon(&corners, properties)
}

/// Properties of a flight from 10:00 to 10:10 between two heights above WGS84.
pub fn flight(id: &str, party: &str, lower: f64, upper: f64) -> Value {
    json!({
        "id": id, "party": party, "lower": lower, "upper": upper,
        "start": "2026-05-12T10:00:00Z", "end": "2026-05-12T10:10:00Z",
    })
}

pub fn collection(features: &[Value]) -> Value {
    json!({ "type": "FeatureCollection", "features": features })
}

/// Runs `check ... --format json` and parses what it prints, after validation by the schema.
pub fn check_json(arguments: &[&str]) -> (Run, Value) {
    let mut all = vec!["check"];
    all.extend(arguments);
    all.extend(["--format", "json"]);
    let run = keepclear(&all);
    let printed: Value = serde_json::from_str(&run.stdout)
        .unwrap_or_else(|error| panic!("{error}\n{}\n{}", run.stdout, run.stderr));
    let schema = e2e::repository().join("docs/check.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&printed)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    (run, printed)
}

/// The pairs of identities in conflict, each sorted, in order.
pub fn pairs(printed: &Value) -> Vec<(String, String)> {
    let side = |side: &Value| {
        side["flight"].as_str().or(side["zone"].as_str()).unwrap_or_default().to_owned()
    };
    let mut pairs: Vec<(String, String)> = printed["conflicts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|conflict| {
            let (a, b) = (side(&conflict["a"]), side(&conflict["b"]));
            if a <= b { (a, b) } else { (b, a) }
        })
        .collect();
    pairs.sort();
    pairs
}

/// The folder with other people's files, where there is one.
pub fn shared_data() -> Option<PathBuf> {
    let folder = e2e::repository().join("../shared/data");
    Path::is_dir(&folder).then_some(folder)
}
