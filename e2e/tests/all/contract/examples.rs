//! A plausible request for every operation, and the proof that none is missing.

use e2e::contract::Contract;
use serde_json::{Value, json};

use super::bodies::{Block, id, time_from_now};

/// What `POST /dss/v1/reports` takes.
pub fn report() -> Value {
    json!({
        "exchange": {
            "url": "http://uss.test/uss/v1/operational_intents",
            "method": "POST",
            "headers": ["Authorization: Bearer x"],
            "recorder_role": "Client",
            "request_time": time_from_now(-5),
            "response_code": 500,
            "problem": "no answer in time",
        },
    })
}

/// Parameters and body of a request that is in order, though what it names may not exist. Ids are fresh.
/// `None` for an operation that is not known here.
pub fn example(operation: &str, subject: &str) -> Option<(Vec<String>, Option<Value>)> {
    let block = Block::somewhere();
    let version = "0123456789abcdef".to_owned();
    Some(match operation {
        "queryOperationalIntentReferences" | "queryConstraintReferences" | "querySubscriptions" => {
            (vec![], Some(block.area()))
        }
        "getOperationalIntentReference" | "getConstraintReference" | "getSubscription" => {
            (vec![id()], None)
        }
        "createOperationalIntentReference" => (vec![id()], Some(block.intent())),
        "updateOperationalIntentReference" => (vec![id(), version], Some(block.intent())),
        "createConstraintReference" => (vec![id()], Some(block.constraint())),
        "updateConstraintReference" => (vec![id(), version], Some(block.constraint())),
        "createSubscription" => (vec![id()], Some(block.subscription())),
        "updateSubscription" => (vec![id(), version], Some(block.subscription())),
        "deleteOperationalIntentReference" | "deleteConstraintReference" | "deleteSubscription" => {
            (vec![id(), version], None)
        }
        "makeDssReport" => (vec![], Some(report())),
        "setUssAvailability" => {
            let body = json!({ "old_version": "", "availability": "Normal" });
            (vec![subject.to_owned()], Some(body))
        }
        "getUssAvailability" => (vec![subject.to_owned()], None),
        "validateOauth" => (vec![format!("?owner={subject}")], None),
        "putDSSInstancesHeartbeat" => (vec!["?source=test".to_owned()], None),
        "GetVersion" => (vec!["test.boundary".to_owned()], None),
        "getVersion" | "getPool" | "getDSSInstances" | "getAcceptedCAs" | "getInstanceCAs"
        | "getGlobalOptions" => (vec![], None),
        _ => return None,
    })
}

#[test]
fn every_operation_of_the_documents_has_an_example_that_the_tables_use() {
    let operations = Contract::of_this_tree().operations();
    assert_eq!(operations.len(), 18 + 8 + 1);
    for operation in operations {
        let (parameters, body) = example(&operation.id, "anyone")
            .unwrap_or_else(|| panic!("{} has no example: it is tested nowhere", operation.id));
        let placeholders = operation.path.matches('{').count();
        assert!(parameters.len() >= placeholders, "{}", operation.id);
        assert_eq!(body.is_some(), operation.has_body, "{}", operation.id);
    }
}
