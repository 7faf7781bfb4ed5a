//! Whatever comes as a body, the answer is one of the documented ones, and the desk lives.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use uuid::Uuid;

use crate::desks::{Seat, Setup};
use crate::face_contract::operations;
use crate::face_support::{ALL_SCOPES, Ask, Node, RATE, Tokens, delay};

/// Runs of CI; `KEEPCLEAR_SEEDS` says how many at length.
fn cases() -> u32 {
    let seeds = std::env::var("KEEPCLEAR_SEEDS").ok().and_then(|text| text.parse().ok());
    seeds.unwrap_or(200).min(100_000)
}

/// A good body with some of its octets changed, or octets without a form.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let good = delay().to_string().into_bytes();
    let length = good.len();
    let changed =
        proptest::collection::vec((0..length, any::<u8>()), 1..4).prop_map(move |changes| {
            let mut body = good.clone();
            for (at, octet) in changes {
                body[at] = octet;
            }
            body
        });
    let value = prop_oneof![
        Just("null".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| format!("{number:e}")),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
        "\\PC{0,12}".prop_map(|text| Value::from(text).to_string()),
    ];
    let names = prop_oneof![
        Just("content"),
        Just("of"),
        Just("phrase"),
        Just("answer"),
        Just("covers"),
        Just("words"),
        Just("commitment"),
        Just("role"),
        Just("at"),
        Just("accept"),
        Just("propose"),
        Just("until"),
        Just("distress"),
        Just("outcome"),
        Just("party"),
        Just("desk"),
        Just("signing_key"),
    ];
    let fields = proptest::collection::vec((names, value), 0..4).prop_map(|fields| {
        let fields = fields.iter().map(|(name, value)| format!("\"{name}\":{value}"));
        format!("{{{}}}", fields.collect::<Vec<_>>().join(",")).into_bytes()
    });
    prop_oneof![changed, fields, proptest::collection::vec(any::<u8>(), 0..64)]
}

#[test]
fn no_body_brings_a_desk_down() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (seat, node) = runtime.block_on(async {
        let seat = Seat::new(Setup::of("North Desk")).await;
        let node = Node::start(&seat, RATE).await;
        (seat, node)
    });
    let token = Tokens::shared().token("watch", ALL_SCOPES, 3_000);
    let says: Vec<_> = operations().into_iter().filter(|found| found.method != "GET").collect();
    let strategy = (0..says.len(), body());
    let mut runner = TestRunner::new(Config { cases: cases(), ..Config::default() });
    let ran = runner.run(&strategy, |(which, body)| {
        let operation = &says[which];
        let path = operation.path.replace("{peer}", "North%20Desk").replace("{key}", "%00");
        let path = path.replace("{exchange}", &Uuid::nil().to_string()).replace("{number}", "256");
        let key = Uuid::new_v4().to_string();
        let headers = [("idempotency-key", key.as_str()), ("if-match", "\"x\"")];
        let method = operation.method.as_str();
        let ask = Ask { method, path: &path, token: Some(&token), headers: &headers, body: &body };
        let answer = runtime.block_on(node.send(ask));
        prop_assert!((400..500).contains(&answer.status), "{} {}", path, answer.status);
        Ok(())
    });
    ran.unwrap();
    runtime.block_on(async {
        assert_eq!(node.get("/healthy").await.status, 200);
        node.kill().await;
    });
    drop(seat);
}
