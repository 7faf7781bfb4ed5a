//! Who may do what: every operation with every scope and with every fault of a token.

use keepclear_line::quantity::{DeskId, ExchangeId};

use crate::desks::{Seat, Setup};
use crate::face_contract::{Operation, operations};
use crate::face_support::{ALL_SCOPES, Ask, Node, RATE, Tokens};

const SCOPES: [&str; 3] = ["keepclear.read", "keepclear.speak", "keepclear.supervise"];

/// A path of an operation about things that are not there.
fn path(operation: &Operation) -> String {
    let path = operation.path.replace("{peer}", &DeskId([7; 16]).to_string());
    let path = path.replace("{exchange}", &ExchangeId([7; 16]).to_string());
    path.replace("{number}", "1").replace("{key}", "none")
}

async fn status(node: &Node, operation: &Operation, token: Option<&str>) -> (u16, String) {
    if operation.id == "followEvents" && token.is_some() {
        // Has no end; whoever is let in is answered at once, which `face_events` looks at.
        return (200, String::new());
    }
    let (method, path) = (operation.method.as_str(), path(operation));
    let answer = node.send(Ask { method, path: &path, token, headers: &[], body: b"{}" }).await;
    (answer.status, answer.json["code"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn every_operation_lets_in_its_own_scope_and_no_other() {
    let seat = Seat::new(Setup::of("North Desk")).await;
    let node = Node::start(&seat, RATE).await;
    let tokens = Tokens::shared();
    let operations = operations();
    assert_eq!(operations.iter().filter(|operation| operation.scope.is_none()).count(), 4);
    for operation in &operations {
        for scope in SCOPES.iter().copied().chain(["", "keepclear.reader", "KEEPCLEAR.READ"]) {
            if operation.id == "followEvents" && scope != "keepclear.read" {
                let token = tokens.token("watch", scope, 600);
                let path = "/desk/v1/events";
                let ask = Ask { method: "GET", path, token: Some(&token), headers: &[], body: b"" };
                assert_eq!(node.send(ask).await.code(403), "scope_missing");
                continue;
            }
            let token = tokens.token("watch", scope, 600);
            let (status, code) = status(&node, operation, Some(&token)).await;
            let allowed = operation.scope.as_deref().is_none_or(|needed| needed == scope);
            let refused = status == 403 && code == "scope_missing";
            assert_eq!(!refused, allowed, "{} with {scope:?}: {status} {code}", operation.id);
        }
    }
    node.kill().await;
}

#[tokio::test]
async fn every_operation_refuses_every_fault_of_a_token() {
    let seat = Seat::new(Setup::of("North Desk")).await;
    let node = Node::start(&seat, RATE).await;
    let tokens = Tokens::shared();
    let good = tokens.token("watch", ALL_SCOPES, 600);
    let mut forged = good.clone();
    let last = if forged.pop() == Some('A') { 'B' } else { 'A' };
    forged.insert(forged.len() - 20, last);
    let faults = [
        (401, None),
        (401, Some("x".to_owned())),
        (401, Some(forged)),
        (401, Some(tokens.token("watch", ALL_SCOPES, -1))),
        (401, Some(tokens.token("watch", ALL_SCOPES, 7_200))),
        (401, Some(tokens.token_for("watch", ALL_SCOPES, 600, "other.test"))),
        (403, Some(tokens.token("stranger", ALL_SCOPES, 600))),
    ];
    for operation in operations().iter().filter(|operation| operation.scope.is_some()) {
        for (expected, token) in &faults {
            let (method, path) = (operation.method.as_str(), path(operation));
            let token = token.as_deref();
            let ask = Ask { method, path: &path, token, headers: &[], body: b"{}" };
            let answer = node.send(ask).await.is(*expected);
            let code = if *expected == 401 { "token_refused" } else { "subject_refused" };
            assert_eq!(answer.json["code"], code, "{}", operation.id);
            assert_eq!(answer.headers.contains_key("www-authenticate"), *expected == 401);
        }
    }
    node.kill().await;
}

#[tokio::test]
async fn a_client_that_asks_too_often_is_told_when_to_come_again() {
    let seat = Seat::new(Setup::of("North Desk")).await;
    let node = Node::start(&seat, 1).await;
    let token = Tokens::shared().token("watch", ALL_SCOPES, 600);
    let ask =
        Ask { method: "GET", path: "/desk/v1/desk", token: Some(&token), headers: &[], body: b"" };
    let mut statuses = Vec::new();
    for _ in 0..8 {
        let answer = node.send(ask).await;
        if answer.status == 429 {
            assert_eq!(answer.headers["retry-after"], "1");
            assert_eq!(answer.json["code"], "too_many_requests");
        }
        statuses.push(answer.status);
    }
    assert_eq!(statuses[..2], [200, 200]);
    assert!(statuses.contains(&429), "{statuses:?}");
    let other = Tokens::shared().token("watch-2", ALL_SCOPES, 600);
    node.send(Ask { token: Some(&other), ..ask }).await.is(200);
    node.kill().await;
}
