//! Errors that belong to no operation, and the pages without a token.

use e2e::sky::{Options, Request, Sky};

use super::bodies::{Block, id, party};
use super::caller::{Caller, SC, ask};

/// Sends and gives the code; whatever is wrong, the answer is the contract's JSON.
fn error(sky: &Sky, request: &Request<'_>) -> u16 {
    let response = sky.send(request);
    assert_eq!(response.header("content-type"), Some("application/json"), "{request:?}");
    assert!(response.json["message"].is_string(), "{request:?}: {}", response.json);
    response.status
}

fn request<'a>(method: &'a str, path: &'a str) -> Request<'a> {
    Request { method, path, authorization: None, content_type: None, body: None }
}

#[test]
fn a_path_that_is_not_served_answers_404_and_a_method_that_is_not_405() {
    let sky = Sky::shared();
    for path in ["/", "/dss", "/dss/v1/no_such_thing", "/aux/v1", "/dss/v2/subscriptions/query"] {
        assert_eq!(error(&sky, &request("GET", path)), 404, "{path}");
    }
    let intent = format!("/dss/v1/operational_intent_references/{}", id());
    for (method, path) in [
        ("DELETE", "/dss/v1/reports"),
        ("PATCH", intent.as_str()),
        ("POST", intent.as_str()),
        ("POST", "/aux/v1/version"),
        ("PUT", "/healthy"),
    ] {
        assert_eq!(error(&sky, &request(method, path)), 405, "{method} {path}");
    }
}

#[test]
fn a_body_that_cannot_be_read_answers_400_and_says_where() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("broken"), &[SC]);
    let token = format!("Bearer {}", sky.token(&caller.subject, &[SC]));
    let good = Block::somewhere().intent().to_string();
    let half = &good.as_bytes()[..good.len() / 2];
    for body in [b"".as_slice(), b"{", b"null", b"[]", b"\"text\"", b"\xff\xfe", half] {
        let answer =
            ask(&sky, "createOperationalIntentReference", &[&id()], Some(&token), Some(body));
        answer.expect(400);
    }
    let body = Block::somewhere().intent().to_string().replace("50.0", "\"fifty\"");
    let answer = ask(
        &sky,
        "createOperationalIntentReference",
        &[&id()],
        Some(&token),
        Some(body.as_bytes()),
    );
    let message = answer.expect(400)["message"].to_string();
    assert!(message.contains("extents") && message.contains("altitude_lower"), "{message}");
}

#[test]
fn a_body_of_another_content_type_is_no_reason_for_an_answer_in_plain_text() {
    let sky = Sky::shared();
    let token = format!("Bearer {}", sky.token(&party("plain"), &[SC]));
    let body = Block::somewhere().area().to_string();
    for content_type in [Some("text/plain"), Some("application/x-www-form-urlencoded"), None] {
        let response = sky.send(&Request {
            method: "POST",
            path: "/dss/v1/operational_intent_references/query",
            authorization: Some(&token),
            content_type,
            body: Some(body.as_bytes()),
        });
        assert!([200, 400, 415].contains(&response.status), "{content_type:?}: {response:?}");
        assert_eq!(response.header("content-type"), Some("application/json"), "{content_type:?}");
        assert!(response.json.is_object(), "{content_type:?}: {response:?}");
    }
}

#[test]
fn a_body_of_4_mib_is_read_and_one_byte_more_is_not() {
    const LIMIT_BYTES: usize = 4 * 1024 * 1024;
    let sky = Sky::shared();
    let token = format!("Bearer {}", sky.token(&party("long"), &[SC]));
    let mut body = Block::somewhere().area().to_string().into_bytes();
    body.resize(LIMIT_BYTES, b' ');
    let query = "queryOperationalIntentReferences";
    ask(&sky, query, &[], Some(&token), Some(&body)).expect(200);
    body.push(b' ');
    ask(&sky, query, &[], Some(&token), Some(&body)).expect(413);
}

#[test]
fn an_empty_ovn_or_version_in_the_path_is_the_callers_error() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("empty"), &[SC, super::caller::CM]);
    let block = Block::somewhere();
    let [intent, subscription, constraint] = [id(), id(), id()];
    caller.create_intent(&intent, &block.intent()).expect(201);
    caller.create_subscription(&subscription, &block.subscription()).expect(200);
    caller.create_constraint(&constraint, &block.constraint()).expect(201);
    for answer in [
        caller.update_intent(&intent, "", &block.intent()),
        caller.delete_intent(&intent, ""),
        caller.update_constraint(&constraint, "", &block.constraint()),
        caller.delete_constraint(&constraint, ""),
        caller.update_subscription(&subscription, "", &block.subscription()),
        caller.delete_subscription(&subscription, ""),
    ] {
        assert!([400, 409].contains(&answer.code()), "{answer:?}");
    }
}

#[test]
fn health_and_metrics_need_no_token() {
    let sky = Sky::shared();
    let healthy = sky.request("GET", "/healthy", None, None);
    assert_eq!((healthy.status, healthy.body.as_slice()), (200, b"ok".as_slice()));
    assert_eq!(sky.request("GET", "/ready", None, None).status, 200);
    let metrics = sky.request("GET", "/metrics", None, None);
    let text = String::from_utf8_lossy(&metrics.body).into_owned();
    assert!(metrics.status == 200 && text.contains("# TYPE"), "{}: {text}", metrics.status);
}

#[test]
fn what_was_answered_is_there_after_a_kill_and_after_a_stop() {
    let mut sky = Sky::start(Options::default());
    let (block, id) = (Block::somewhere(), id());
    let created = Caller::new(&sky, "owner", &[SC]).create_intent(&id, &block.intent()).expect(201);
    let reference = super::caller::reference(&created).clone();
    for end in [Sky::kill9, Sky::stop] {
        end(&mut sky);
        sky.restart();
        let found = Caller::new(&sky, "owner", &[SC]).get_intent(&id).expect(200);
        assert_eq!(*super::caller::reference(&found), reference);
    }
}
