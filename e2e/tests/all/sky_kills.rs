//! What was answered is there after SIGKILL under load, and nothing else is half there.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use e2e::sky::{Client, Options, Request, Sky};
use serde_json::{Value, json};

const WRITERS: usize = 4;
const INTENTS: &str = "/dss/v1/operational_intent_references";

/// How often the sky is killed: a few times here, fifty for `scripts/long kills`.
fn kills() -> usize {
    std::env::var("KEEPCLEAR_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(3)
}

/// An intent in a place of its own, so that no key is needed.
fn body(number: usize) -> Value {
    let time = |hours: i64| {
        let at = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(hours);
        json!({ "value": at.to_string(), "format": "RFC3339" })
    };
    let altitude = |value: f64| json!({ "value": value, "reference": "W84", "units": "M" });
    let (lat, lng) = ((number / 300) as f64 * 0.1 - 60.0, (number % 300) as f64 * 0.5 - 75.0);
    json!({
        "extents": [{
            "volume": {
                "outline_circle": {
                    "center": { "lat": lat, "lng": lng },
                    "radius": { "value": 100, "units": "M" },
                },
                "altitude_lower": altitude(100.0),
                "altitude_upper": altitude(200.0),
            },
            "time_start": time(0),
            "time_end": time(1),
        }],
        "key": [],
        "state": "Accepted",
        "uss_base_url": "https://uss.example.com",
        "new_subscription": { "uss_base_url": "https://uss.example.com" },
    })
}

/// Id of the intent with a number: every one is tried once.
fn id(number: usize) -> String {
    format!("aaaaaaaa-0000-4000-8000-{number:012x}")
}

/// Writes until the sky is gone. Answers the OVN of each intent that was acknowledged.
fn write(address: SocketAddr, token: &str, first: usize) -> BTreeMap<usize, String> {
    let client = Client::default();
    let authorization = format!("Bearer {token}");
    let mut acknowledged = BTreeMap::new();
    for number in (first..).step_by(WRITERS) {
        let body = body(number).to_string();
        let request = Request {
            method: "PUT",
            path: &format!("{INTENTS}/{}", id(number)),
            authorization: Some(&authorization),
            content_type: Some("application/json"),
            body: Some(body.as_bytes()),
        };
        let Ok(answer) = client.send(address, &request) else { break };
        assert_eq!(answer.status, 201, "{:?}", answer.json);
        let ovn = answer.json["operational_intent_reference"]["ovn"].as_str().unwrap();
        acknowledged.insert(number, ovn.to_owned());
    }
    acknowledged
}

#[test]
fn everything_acknowledged_is_there_after_kill_9_under_load() {
    let mut sky = Sky::start(Options::default());
    let token = sky.token("killed", &["utm.strategic_coordination"]);
    let (mut next, mut all) = (0, 0);
    for round in 0..kills() {
        let (address, token_of_writers) = (sky.address(), token.clone());
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let token = token_of_writers.clone();
                thread::spawn(move || write(address, &token, next + writer))
            })
            .collect();
        // The kill is to fall at another moment of the writers' work each time.
        thread::sleep(Duration::from_millis(120 + (round as u64 * 37) % 100));
        sky.kill9();
        let acknowledged: BTreeMap<usize, String> =
            writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
        assert!(!acknowledged.is_empty(), "round {round}: nothing was written before the kill");
        sky.restart();
        let last = *acknowledged.keys().last().unwrap();
        for number in next..=last + WRITERS {
            let answer =
                sky.request("GET", &format!("{INTENTS}/{}", id(number)), Some(&token), None);
            let reference = &answer.json["operational_intent_reference"];
            match acknowledged.get(&number) {
                Some(ovn) => assert_eq!(reference["ovn"], **ovn, "round {round}, {number}"),
                // Not answered: there with its subscription, or not at all.
                None if answer.status == 200 => {
                    let subscription = reference["subscription_id"].as_str().unwrap();
                    let path = format!("/dss/v1/subscriptions/{subscription}");
                    let found = sky.request("GET", &path, Some(&token), None);
                    assert_eq!(found.status, 200, "round {round}, {number}");
                    let dependents = &found.json["subscription"]["dependent_operational_intents"];
                    assert_eq!(*dependents, json!([id(number)]), "round {round}, {number}");
                }
                None => assert_eq!(answer.status, 404, "round {round}, {number}"),
            }
        }
        all += acknowledged.len();
        next = last + WRITERS + 1;
    }
    assert!(all >= kills(), "{all} acknowledged");
}
