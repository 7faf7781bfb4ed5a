//! Small files and answers.

use std::path::{Path, PathBuf};
use std::process::Command;

use e2e::desk::Desk;
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

/// A GeoJSON file's content: one area from 20 to 40 minutes from now.
pub fn one_area(name: &str, lng: f64) -> Value {
    let at = |minutes: i64| {
        (jiff::Timestamp::now() + jiff::SignedDuration::from_mins(minutes)).to_string()
    };
    let properties =
        json!({ "id": name, "lower": 0, "upper": 1_000, "start": at(20), "end": at(40) });
    collection(&[square(lng, 48.0, 0.05, &properties)])
}

/// What the other side opened in a lane, as this desk shows it, the oldest first.
pub fn heard(desk: &Desk, from: &Desk, lane: &str) -> Vec<String> {
    let exchanges = desk.exchanges(from);
    let urgent = |exchange: &Value| exchange["matter"] == "distress";
    let theirs = exchanges.iter().rev().filter(|exchange| {
        exchange["opened_by"] == "them" && urgent(exchange) == (lane == "urgent")
    });
    theirs.map(|exchange| exchange["id"].as_str().unwrap().to_owned()).collect()
}

/// A folder that is a small disk of its own.
pub struct Disk(tempfile::TempDir);

impl Disk {
    /// `None` without the right to mount one.
    pub fn mount(megabytes: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "keepclear-test"]);
        let done = mount.arg(folder.path()).output();
        done.is_ok_and(|done| done.status.success()).then_some(Self(folder))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).output();
    }
}

/// That two parties' records of their line say the same.
pub fn compare_equal(one: &str, other: &str) {
    let run = keepclear(&["record", "compare", one, other]);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
}

/// The folder with other people's files, where there is one.
pub fn shared_data() -> Option<PathBuf> {
    let folder = e2e::repository().join("../shared/data");
    Path::is_dir(&folder).then_some(folder)
}
