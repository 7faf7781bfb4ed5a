//! The bytes of messages against vectors that another program wrote (`tests/golden/make.py`).

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::collections::BTreeSet;

use keepclear_entry::Kind;
use keepclear_line::message::{Envelope, MessageKind};
use keepclear_line::{CodecError, decode, encode};
use serde_json::Value;

#[test]
fn every_vector_is_the_message_that_its_json_shows_and_is_written_again_as_it_was() {
    let mut kinds = BTreeSet::new();
    for vector in golden("vectors.json") {
        let (name, bytes) = (vector["name"].as_str().unwrap(), bytes(&vector["hex"]));
        let decoded =
            decode(kind(&vector), &bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        let shown: Envelope = serde_json::from_value(vector["message"].clone()).expect(name);
        assert_eq!(decoded, shown, "{name}");
        assert_eq!(encode(&shown), bytes, "{name}");
        assert_eq!(serde_json::to_value(&decoded).unwrap(), vector["message"], "{name}");
        kinds.insert(decoded.body.kind());
    }
    assert_eq!(kinds.len(), MessageKind::ALL.len(), "a kind of message has no vector");
}

#[test]
fn what_is_no_message_is_refused_by_the_name_of_its_field() {
    for case in golden("refused.json") {
        let (name, blamed) = (&case["name"], case["field"].as_str().unwrap());
        let error = decode(kind(&case), &bytes(&case["hex"])).expect_err(name.as_str().unwrap());
        match error {
            CodecError::Field { field, value, reason, remedy } => {
                assert_eq!(field, blamed, "{name}");
                assert!(!value.is_empty() && !reason.is_empty() && !remedy.is_empty(), "{name}");
            }
            error => assert_eq!(blamed, "", "{name}: {error}"),
        }
    }
}

#[test]
fn no_prefix_and_no_single_changed_byte_of_a_message_is_taken_for_it() {
    for vector in golden("vectors.json") {
        let bytes = bytes(&vector["hex"]);
        let kind = kind(&vector);
        let message = decode(kind, &bytes).unwrap();
        for length in 0..bytes.len() {
            assert!(decode(kind, &bytes[..length]).is_err());
        }
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[place] ^= 1 << bit;
                if let Ok(other) = decode(kind, &changed) {
                    assert_ne!(other, message, "byte {place} of {}", vector["name"]);
                    assert_eq!(encode(&other), changed);
                }
            }
        }
    }
}

fn kind(json: &Value) -> Kind {
    Kind(json["kind"].as_u64().unwrap() as u16)
}

#[expect(clippy::disallowed_methods, reason = "a test may read its vectors")]
fn golden(name: &str) -> Vec<Value> {
    let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn bytes(json: &Value) -> Vec<u8> {
    let hex = json.as_str().unwrap();
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}
