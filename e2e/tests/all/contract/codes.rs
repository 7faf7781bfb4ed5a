//! Every documented code of every operation, provoked.

use std::collections::BTreeSet;

use e2e::contract::{Contract, Operation};
use e2e::sky::{Options, Sky};
use serde_json::{Value, json};

use super::bodies::{Block, id, party, with};
use super::caller::{AA, Answer, CM, CMSA, CP, Caller, SC, ask, ovn, text};
use super::examples::example;

/// Codes that this test cannot or need not provoke, with the reason.
fn is_left_out(operation: &Operation, code: u16) -> bool {
    match code {
        // A full disk or too many connections: `sky_full_disk.rs` and `sky_limits.rs` provoke it.
        503 => true,
        // The sky implements what it serves.
        501 => true,
        // A body's time is half a minute: `sky_limits.rs` waits for all operations at once.
        408 => true,
        // Whatever boundary is asked about, one binary is behind it.
        404 => operation.id == "GetVersion",
        // Every string is some party's name, and it may not have been heard of.
        400 => {
            operation.id == "getUssAvailability" || !(operation.has_body || takes_an_id(operation))
        }
        _ => false,
    }
}

fn takes_an_id(operation: &Operation) -> bool {
    operation.path.contains("id}") && !operation.path.contains("uss_id")
}

fn caller<'a>(sky: &'a Sky, subject: &str, operation: &Operation) -> Caller<'a> {
    let first = operation.scopes.first().map(Vec::as_slice).unwrap_or_default();
    let scopes: Vec<&str> = first.iter().map(String::as_str).collect();
    Caller::new(sky, subject, &scopes)
}

/// The example of an operation, changed by the caller.
fn send(
    caller: &Caller<'_>,
    operation: &Operation,
    parameters: &[&str],
    body: Option<&Value>,
) -> Answer {
    let (own, own_body) = example(&operation.id, &caller.subject).unwrap();
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    let parameters = if parameters.is_empty() { &own } else { parameters };
    caller.call(&operation.id, parameters, body.or(own_body.as_ref()))
}

/// Makes the operation answer this code; `None` when this test does not know how.
fn provoke(sky: &Sky, operation: &Operation, code: u16) -> Option<Answer> {
    let subject = party("codes");
    let caller = caller(sky, &subject, operation);
    let (parameters, _) = example(&operation.id, &subject).unwrap();
    let parameters: Vec<&str> = parameters.iter().map(String::as_str).collect();
    Some(match code {
        401 => ask(sky, &operation.id, &parameters, None, None),
        403 => send(&Caller::new(sky, &subject, &["utm.no_such_scope"]), operation, &[], None),
        400 if operation.has_body => send(&caller, operation, &[], Some(&json!([]))),
        400 => send(&caller, operation, &vec!["not-an-id"; parameters.len()], None),
        413 => {
            let token = format!("Bearer {}", sky.token(&subject, &scopes_of(operation)));
            let long = vec![b' '; 4 * 1024 * 1024 + 1];
            ask(sky, &operation.id, &parameters, Some(&token), Some(&long))
        }
        429 => {
            let send = || Some(send(&caller, operation, &[], None)).filter(|it| it.code() == 429);
            std::iter::repeat_with(send).take(100).flatten().next()?
        }
        404 => send(&caller, operation, &[], None),
        409 => conflict(&caller, operation)?,
        412 => while_down(&caller, operation)?,
        200 | 201 => success(&caller, operation),
        _ => return None,
    })
}

fn scopes_of(operation: &Operation) -> Vec<&str> {
    operation.scopes[0].iter().map(String::as_str).collect()
}

fn success(caller: &Caller<'_>, operation: &Operation) -> Answer {
    let existing = existing(caller, operation);
    let parameters: Vec<&str> = match &existing {
        Some((id, version, _))
            if operation.path.ends_with("}/{ovn}") || operation.path.ends_with("}/{version}") =>
        {
            vec![id, version]
        }
        Some((id, ..)) if operation.method == "GET" => vec![id],
        _ => vec![],
    };
    let body = existing
        .as_ref()
        .map(|(_, _, body)| body)
        .filter(|_| operation.has_body && !parameters.is_empty());
    send(caller, operation, &parameters, body)
}

/// An entity of the operation's kind, made by this caller: id, OVN or version, and the body that made it.
fn existing(caller: &Caller<'_>, operation: &Operation) -> Option<(String, String, Value)> {
    let block = Block::somewhere();
    let owner = Caller::new(caller.sky, &caller.subject, &[SC, CM]);
    let id = id();
    let is_about = |part: &str| operation.path.contains(&format!("{part}/{{"));
    if is_about("operational_intent_references") {
        let created = owner.create_intent(&id, &block.intent()).expect(201);
        Some((id, ovn(&created).to_owned(), block.intent()))
    } else if is_about("constraint_references") {
        let created = owner.create_constraint(&id, &block.constraint()).expect(201);
        Some((id, ovn(&created).to_owned(), block.constraint()))
    } else if is_about("subscriptions") {
        let created = owner.create_subscription(&id, &block.subscription()).expect(200);
        Some((id, text(&created["subscription"]["version"]).to_owned(), block.subscription()))
    } else {
        None
    }
}

fn conflict(caller: &Caller<'_>, operation: &Operation) -> Option<Answer> {
    if operation.id == "setUssAvailability" {
        let body = json!({ "old_version": "not-the-version", "availability": "Down" });
        return Some(send(caller, operation, &[], Some(&body)));
    }
    let (id, _, body) = existing(caller, operation)?;
    let stale = "fedcba9876543210";
    let parameters =
        if operation.path.matches('{').count() == 2 { vec![&*id, stale] } else { vec![&*id] };
    Some(send(caller, operation, &parameters, Some(&body).filter(|_| operation.has_body)))
}

fn while_down(caller: &Caller<'_>, operation: &Operation) -> Option<Answer> {
    let (id, ovn, body) = existing(caller, operation)?;
    Caller::new(caller.sky, "arbiter", &[AA])
        .set_availability(&caller.subject, "", "Down")
        .expect(200);
    let parameters = if operation.path.ends_with("{ovn}") { vec![&*id, &*ovn] } else { vec![] };
    let body = if operation.method == "PUT" && parameters.is_empty() { None } else { Some(&body) };
    Some(send(caller, operation, &parameters, body.filter(|_| operation.has_body)))
}

#[test]
fn every_documented_code_of_every_operation_can_be_provoked_and_has_its_documented_body() {
    let sky = Sky::shared();
    let hurried = Sky::start(Options::with_flags(&[
        "--allow-http-base-urls",
        "--requests-per-second-per-client",
        "2",
    ]));
    let mut failures = BTreeSet::new();
    for operation in Contract::of_this_tree().operations() {
        for code in operation.codes().filter(|&code| !is_left_out(operation, code)) {
            let sky = if code == 429 { &hurried } else { &*sky };
            let got = provoke(sky, operation, code);
            let got =
                got.map(|answer| (answer.code(), answer.response.json["message"].to_string()));
            if got.as_ref().map(|(got, _)| *got) != Some(code) {
                failures.insert(format!("{} {code}: {got:?}", operation.id));
            }
        }
    }
    assert!(failures.is_empty(), "not provoked: {failures:#?}");
}

#[test]
fn a_client_that_asks_too_often_is_told_when_to_come_back_and_others_are_served() {
    let sky = Sky::start(Options::with_flags(&["--requests-per-second-per-client", "2"]));
    let hasty = Caller::new(&sky, "hasty", &[SC]);
    let calm = Caller::new(&sky, "calm", &[CMSA, CP]);
    let refused = std::iter::repeat_with(|| hasty.get_availability("anyone"))
        .take(100)
        .find(|answer| answer.code() == 429)
        .unwrap();
    let retry_after_s: u64 = refused.response.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&retry_after_s), "{retry_after_s}");
    calm.get_availability("anyone").expect(200);
}

#[test]
fn a_down_party_may_still_say_that_its_flight_does_not_conform() {
    let sky = Sky::shared();
    let subject = party("down");
    let owner = Caller::new(&sky, &subject, &[SC, CMSA]);
    let (block, id) = (Block::somewhere(), id());
    let body = with(&block.intent(), "new_subscription", super::bodies::new_subscription());
    let created = owner.create_intent(&id, &body).expect(201);
    Caller::new(&sky, "arbiter", &[AA]).set_availability(&subject, "", "Down").expect(200);
    let activated = with(&body, "state", "Activated");
    owner.update_intent(&id, ovn(&created), &activated).expect(412);
    let in_trouble = with(&body, "state", "Nonconforming");
    owner.update_intent(&id, ovn(&created), &in_trouble).expect(200);
}
