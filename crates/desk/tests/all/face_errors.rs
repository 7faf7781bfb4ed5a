//! Every mistake is answered in one form, by code, field, reason and remedy.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::desks::{Seat, Setup};
use crate::face_support::{ALL_SCOPES, Ask, Node, Pair, RATE, Tokens, at, content, notice, window};

fn ask<'a>(method: &'a str, path: &'a str, token: &'a str, body: &'a [u8]) -> Ask<'a> {
    Ask { method, path, token: Some(token), headers: &[], body }
}

#[tokio::test]
async fn wrong_paths_methods_and_forms_are_answered_like_every_other_mistake() {
    let seat = Seat::new(Setup::of("North Desk")).await;
    let node = Node::start(&seat, RATE).await;
    let token = Tokens::shared().token("watch", ALL_SCOPES, 600);
    for path in ["/", "/desk", "/desk/v1", "/desk/v1/desk/", "/desk/v2/desk", "/line/v1/sync"] {
        assert_eq!(node.send(ask("GET", path, &token, b"")).await.code(404), "no_path", "{path}");
    }
    let answer = node.send(ask("PUT", "/desk/v1/lines/a/suspension", &token, b"{}")).await;
    assert_eq!(answer.headers["allow"], "POST, DELETE");
    assert_eq!(answer.code(405), "no_method");
    let path = "/desk/v1/lines/a/notices";
    let headers = [("content-type", "text/plain")];
    let plain = Ask { headers: &headers, ..ask("POST", path, &token, b"{}") };
    assert_eq!(node.send(plain).await.code(415), "media_type");
    let large = vec![b' '; (1 << 20) + 1];
    assert_eq!(node.send(ask("POST", path, &token, &large)).await.code(413), "body_too_large");
    assert_eq!(node.send(ask("POST", path, &token, b"{}")).await.code(400), "no_idempotency_key");
    let headers = [("idempotency-key", "once")];
    let answer = node.send(Ask { headers: &headers, ..ask("POST", path, &token, b"{}") }).await;
    assert_eq!(answer.json["field"], "Idempotency-Key");
    answer.is(400);
    assert_eq!(node.post(path, &notice()).await.code(404), "no_peer");
    assert_eq!(node.get("/desk/v1/lines/Nobody").await.code(404), "no_peer");
    let unknown = at(&Uuid::new_v4().to_string(), "");
    assert_eq!(node.get(&unknown).await.code(404), "unknown_exchange");
    assert_eq!(node.get(&at("seven", "")).await.is(400).json["field"], "exchange");
    let none = json!({ "reason": "known", "until": window(60)["from"] });
    assert_eq!(node.post("/desk/v1/alarms/none/shelving", &none).await.code(404), "no_alarm");
    node.kill().await;
}

#[tokio::test]
async fn a_wrong_body_is_refused_by_its_field_and_says_nothing() {
    let pair = Pair::start().await;
    let position = pair.north.get("/desk/v1/desk").await.json["position"].clone();
    let with = |pointer: &str, value: Value| {
        let mut body = notice();
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    let f3548 = |altitude: Value| {
        json!({ "content": { "topic": "flights", "volumes_f3548": [{
            "volume": {
                "outline_circle": {
                    "center": { "lat": 48.4, "lng": 9.97 },
                    "radius": { "value": 500.0, "units": "M" },
                },
                "altitude_lower": { "value": 300.0, "reference": "W84", "units": "M" },
                "altitude_upper": altitude,
            },
            "time_start": { "value": window(900)["from"], "format": "RFC3339" },
            "time_end": { "value": window(900)["to"], "format": "RFC3339" },
        }] } })
    };
    let table = [
        (json!({}), "content"),
        (json!({ "content": {} }), "content.topic"),
        (json!({ "content": { "topic": "flights" } }), "content.window"),
        (with("/content/topic", json!("cargo")), "content.topic"),
        (with("/content/window/from", json!("noon")), "content.window.from"),
        (with("/content/our_flights", json!([""])), "content.our_flights[0]"),
        (json!({ "content": content(None), "weapon": 1 }), "weapon"),
        (json!({ "content": content(None), "words": "a\u{202e}b" }), "words"),
        (
            with("/content/volumes/0/shape/circle/center/lat", json!(90.5)),
            "content.volumes[0].shape.center.lat",
        ),
        (
            with("/content/volumes/0/shape/circle/radius_m", json!(0)),
            "content.volumes[0].shape.radius_m",
        ),
        (
            f3548(json!({ "value": 400.0, "reference": "AMSL", "units": "M" })),
            "content.volumes_f3548[0].volume.altitude_upper.reference",
        ),
    ];
    for (body, field) in table {
        let answer = pair.north.post(&pair.line("notices"), &body).await;
        assert_eq!(answer.json["field"], field, "{:#}", answer.json);
        for part in ["code", "reason", "remedy"] {
            assert!(!answer.json[part].as_str().unwrap().is_empty(), "{part}: {:#}", answer.json);
        }
        answer.is(400);
    }
    assert_eq!(pair.north.get("/desk/v1/desk").await.json["position"], position);
    let good = f3548(json!({ "value": 400.0, "reference": "W84", "units": "M" }));
    pair.north.post(&pair.line("notices"), &good).await.is(201);
}
