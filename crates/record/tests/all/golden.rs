//! Notes and an export that another program wrote (`tests/golden/make.py`).

use keepclear_record::{
    Checkpoint, Limits, NoClaims, Note, PublicKey, Root, SigningKey, Verified, compare, verify,
};
use serde_json::Value;
use std::io::Cursor;

#[test]
fn every_note_is_read_verified_and_written_again_as_it_was() {
    let golden = golden("notes.json");
    let (a, b) = (signer(&golden["a"]), signer(&golden["b"]));
    for case in golden["notes"].as_array().unwrap() {
        let written = case["note"].as_str().unwrap();
        let note = Note::parse(written).unwrap();
        assert_eq!(note.to_string(), written);
        assert!(note.is_signed_by(&a.0, &a.2));
        assert!(!note.is_signed_by(&a.0, &b.2));
        assert!(!note.is_signed_by(&b.0, &a.2));
        assert_eq!(note.cosigned_at_s(&b.0, &b.2), case["time_s"].as_u64());
        assert_eq!(note.cosigned_at_s(&a.0, &a.2), None);
        assert_eq!(Checkpoint::of(&note).unwrap(), expected(&golden, case));
    }
}

#[test]
fn the_notes_that_we_sign_are_the_ones_that_were_signed_elsewhere() {
    let golden = golden("notes.json");
    let (a, b) = (signer(&golden["a"]), signer(&golden["b"]));
    for case in golden["notes"].as_array().unwrap() {
        let mut note = expected(&golden, case).signed(&a.0, &a.1).unwrap();
        if let Some(time_s) = case["time_s"].as_u64() {
            note.cosign(&b.0, &b.1, time_s).unwrap();
        }
        assert_eq!(note.to_string(), case["note"].as_str().unwrap());
    }
}

#[test]
fn a_note_with_any_byte_changed_is_refused_or_signed_by_nobody_or_by_one_fewer() {
    let golden = golden("notes.json");
    let (a, b) = (signer(&golden["a"]), signer(&golden["b"]));
    let written = golden["notes"][1]["note"].as_str().unwrap();
    for at in 0..written.len() {
        let mut changed = written.as_bytes().to_vec();
        changed[at] ^= 1;
        let Ok(changed) = String::from_utf8(changed) else { continue };
        let Ok(note) = Note::parse(&changed) else { continue };
        let held = [note.is_signed_by(&a.0, &a.2), note.cosigned_at_s(&b.0, &b.2).is_some()];
        assert_ne!(held, [true, true], "byte {at}");
    }
}

#[test]
fn the_export_of_format_version_1_verifies() {
    let verified = verify(Cursor::new(file("v1.record.jsonl")), Limits::default(), &NoClaims);
    let verified = verified.unwrap();
    assert_eq!(verified.differences, []);
    assert_eq!((verified.entries, verified.checkpoints.len()), (7, 3));
    let counts: Vec<u64> = verified.lanes.iter().map(|lane| lane.entries).collect();
    assert_eq!(counts, [4, 1, 2, 0]);
}

#[test]
fn the_witnesss_export_of_format_version_1_verifies_and_is_equal_to_the_partys() {
    let [party, witness] = ["v1.record.jsonl", "v1.witness.record.jsonl"].map(file);
    let verified = verify(Cursor::new(&witness), Limits::default(), &NoClaims).unwrap();
    assert_eq!(verified.differences, []);
    assert_eq!((verified.entries, verified.withheld), (5, 2));
    let counts: Vec<_> = verified.lanes.iter().map(|it| (it.entries, it.withheld)).collect();
    assert_eq!(counts, [(3, 1), (1, 0), (1, 1), (0, 0)]);
    for (a, b) in [(&party, &witness), (&witness, &party)] {
        let (a, b) = (Cursor::new(a), Cursor::new(b));
        let answer = compare(a, b, Limits::default(), &Verified::none(), &NoClaims).unwrap();
        assert_eq!(answer.differences, []);
    }
}

fn expected(golden: &Value, case: &Value) -> Checkpoint {
    let origin = golden["origin"].as_str().unwrap().to_owned();
    let root = Root(bytes(&case["root"]).try_into().unwrap());
    let extensions = case["extensions"].as_array().unwrap();
    let extensions = extensions.iter().map(|line| line.as_str().unwrap().to_owned()).collect();
    Checkpoint { origin, size: case["size"].as_u64().unwrap(), root, extensions }
}

fn signer(json: &Value) -> (String, SigningKey, PublicKey) {
    let key = SigningKey::from_seed(&bytes(&json["seed"]).try_into().unwrap());
    let public = PublicKey::from_bytes(&bytes(&json["public"]).try_into().unwrap()).unwrap();
    assert_eq!(key.public(), public);
    (json["name"].as_str().unwrap().to_owned(), key, public)
}

pub fn golden(name: &str) -> Value {
    serde_json::from_slice(&file(name)).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a test may read its vectors")]
pub fn file(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

pub fn bytes(json: &Value) -> Vec<u8> {
    let hex = json.as_str().unwrap();
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}
