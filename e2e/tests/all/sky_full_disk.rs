//! A disk without room: 503 with no loss, and service again once there is room.
//!
//! The disk is a small tmpfs, which only root may mount; as anyone else the test names itself as skipped.

use std::fs;
use std::time::Duration;

use e2e::contract::Contract;
use e2e::sky::{Options, Response, Sky, poll_for};
use serde_json::{Value, json};

use crate::support::Disk;

const PATIENCE: Duration = Duration::from_secs(30);
const INTENTS: &str = "/dss/v1/operational_intent_references";
/// One segment of 64 MiB and a half: there is no room for a second one until something goes.
const DISK_MEGABYTES: u32 = 200;
const FILLER_BYTES: usize = 100 << 20;
/// OVNs in a key, which lie in the log: some 75 writes fill a segment, and smaller ones what is left.
const KEYS: [usize; 4] = [7_000, 700, 70, 1];

fn id(number: usize) -> String {
    format!("dddddddd-0000-4000-8000-{number:012x}")
}

/// An intent in a place of its own, with a key that is long and useless.
fn body(number: usize, keys: usize) -> Value {
    let time = |minutes: i64| {
        let at = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(minutes);
        json!({ "value": at.to_string(), "format": "RFC3339" })
    };
    let altitude = |value: f64| json!({ "value": value, "reference": "W84", "units": "M" });
    let lng = number as f64 * 0.5 - 75.0;
    let key: Vec<String> = (0..keys).map(|k| format!("{k:0>120}")).collect();
    json!({
        "extents": [{
            "volume": {
                "outline_circle": {
                    "center": { "lat": 10.0, "lng": lng }, "radius": { "value": 100, "units": "M" },
                },
                "altitude_lower": altitude(100.0), "altitude_upper": altitude(200.0),
            },
            "time_start": time(0), "time_end": time(60),
        }],
        "key": key, "state": "Accepted", "uss_base_url": "https://uss.example.com",
    })
}

fn put(sky: &Sky, token: &str, number: usize, keys: usize) -> Response {
    let path = format!("{INTENTS}/{}", id(number));
    sky.request("PUT", &path, Some(token), Some(&body(number, keys)))
}

fn ovn(answer: &Response) -> String {
    answer.json["operational_intent_reference"]["ovn"].as_str().unwrap().to_owned()
}

fn is_ready(sky: &Sky) -> bool {
    sky.request("GET", "/ready", None, None).status == 200
}

/// Writes until even the smallest intent is refused. Answers the OVNs of those that were not.
fn fill(sky: &Sky, token: &str) -> Vec<String> {
    let contract = Contract::of_this_tree();
    let create = contract.operation("createOperationalIntentReference");
    let mut ovns = Vec::new();
    for keys in KEYS {
        let refused = loop {
            let answer = put(sky, token, ovns.len(), keys);
            if answer.status != 201 {
                break answer;
            }
            ovns.push(ovn(&answer));
            assert!(ovns.len() < 300, "a small disk does not fill up");
        };
        assert_eq!(refused.status, 503, "{}", refused.json);
        assert!(refused.header("retry-after").is_some());
        let content_type = refused.header("content-type");
        contract.check(create, refused.status, content_type, &refused.body).unwrap();
    }
    ovns
}

/// That every acknowledged intent is there as it was answered, and the refused one is not.
fn all_are_there(sky: &Sky, token: &str, ovns: &[String]) {
    let get = |number| sky.request("GET", &format!("{INTENTS}/{}", id(number)), Some(token), None);
    for (number, expected) in ovns.iter().enumerate() {
        assert_eq!(ovn(&get(number)), *expected, "{number}");
    }
    assert_eq!(get(ovns.len()).status, 404);
}

#[test]
fn a_full_disk_is_answered_503_loses_nothing_and_service_resumes_when_there_is_room() {
    let Some(disk) = Disk::mount(DISK_MEGABYTES) else {
        println!("skipped: mounting a small disk needs root");
        return;
    };
    let filler = disk.path().join("filler");
    fs::write(&filler, vec![0_u8; FILLER_BYTES]).unwrap();
    let mut sky = Sky::start(Options {
        data: Some(disk.path().join("data")),
        allowed_in_log: vec!["no room for the log"],
        ..Options::default()
    });
    let token = sky.token("full", &["utm.strategic_coordination"]);

    let mut ovns = fill(&sky, &token);
    assert!(ovns.len() > 10, "{} intents were written", ovns.len());
    // Signs of time may fit where no intent does.
    poll_for(PATIENCE, || (!is_ready(&sky)).then_some(())).expect("not ready without room");
    assert_eq!(sky.request("GET", "/healthy", None, None).status, 200);
    all_are_there(&sky, &token, &ovns);

    fs::remove_file(&filler).unwrap();
    poll_for(PATIENCE, || is_ready(&sky).then_some(())).expect("ready once there is room");
    let written = put(&sky, &token, ovns.len(), 1);
    assert_eq!(written.status, 201, "{}", written.json);
    ovns.push(ovn(&written));
    sky.kill9();
    sky.restart();
    all_are_there(&sky, &token, &ovns);
    // Before its disk is taken away.
    sky.stop();
}
