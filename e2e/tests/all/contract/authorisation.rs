//! Every operation with every scope: exactly those of the documents open it.

use std::collections::BTreeSet;

use e2e::contract::Contract;
use e2e::sky::Sky;

use super::bodies::party;
use super::caller::{Caller, ask};
use super::examples::example;

/// Every scope that any operation knows, and one that none knows.
fn all_scopes() -> BTreeSet<&'static str> {
    let operations = Contract::of_this_tree().operations().iter();
    let known = operations.flat_map(|operation| operation.scopes.iter().flatten());
    known.map(String::as_str).chain(["utm.no_such_scope"]).collect()
}

fn call(sky: &Sky, operation: &str, scopes: &[&str]) -> u16 {
    let caller = Caller::new(sky, &party("scopes"), scopes);
    let (parameters, body) = example(operation, &caller.subject).unwrap();
    let parameters: Vec<&str> = parameters.iter().map(String::as_str).collect();
    caller.call(operation, &parameters, body.as_ref()).code()
}

#[test]
fn each_scope_alone_opens_exactly_the_operations_that_the_documents_say() {
    let sky = Sky::shared();
    for operation in Contract::of_this_tree().operations() {
        for scope in all_scopes() {
            let alone = [scope.to_owned()];
            let opens =
                operation.scopes.is_empty() || operation.scopes.iter().any(|it| *it == alone);
            let code = call(&sky, &operation.id, &[scope]);
            if opens {
                assert!(code != 401 && code != 403, "{} with {scope}: {code}", operation.id);
            } else {
                assert_eq!(code, 403, "{} with {scope}", operation.id);
            }
        }
    }
}

#[test]
fn scopes_that_are_needed_together_open_it_together_and_others_beside_them_do_no_harm() {
    let sky = Sky::shared();
    let all: Vec<&str> = all_scopes().into_iter().collect();
    for operation in Contract::of_this_tree().operations() {
        for together in &operation.scopes {
            let together: Vec<&str> = together.iter().map(String::as_str).collect();
            let code = call(&sky, &operation.id, &together);
            assert!(code != 401 && code != 403, "{} with {together:?}: {code}", operation.id);
        }
        let code = call(&sky, &operation.id, &all);
        assert!(code != 401 && code != 403, "{} with all scopes: {code}", operation.id);
        if !operation.scopes.is_empty() {
            assert_eq!(call(&sky, &operation.id, &[]), 403, "{} without a scope", operation.id);
        }
    }
}

/// Nothing of the request but its token is in order.
fn call_with_garbage(sky: &Sky, operation: &str, authorization: Option<&str>) -> u16 {
    let found = Contract::of_this_tree().operation(operation);
    let parameters = vec!["not-an-id"; found.path.matches('{').count()];
    let body: Option<&[u8]> = found.has_body.then_some(b"{\"extents\": [");
    ask(sky, operation, &parameters, authorization, body).code()
}

#[test]
fn a_missing_token_or_scope_wins_over_whatever_else_is_wrong() {
    let sky = Sky::shared();
    let useless = format!("Bearer {}", sky.token("garbage", &["utm.no_such_scope"]));
    for operation in Contract::of_this_tree().operations() {
        if operation.scopes.is_empty() {
            continue;
        }
        assert_eq!(call_with_garbage(&sky, &operation.id, None), 401, "{}", operation.id);
        assert_eq!(call_with_garbage(&sky, &operation.id, Some(&useless)), 403, "{}", operation.id);
        if operation.has_body {
            let scopes: Vec<&str> = operation.scopes[0].iter().map(String::as_str).collect();
            let good = format!("Bearer {}", sky.token("garbage", &scopes));
            let code = call_with_garbage(&sky, &operation.id, Some(&good));
            assert_eq!(code, 400, "{}", operation.id);
        }
    }
}
