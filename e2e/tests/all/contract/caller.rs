//! Asking the sky by operation, as one party.

use e2e::contract::Contract;
use e2e::sky::{Request, Response, Sky};
use serde_json::Value;

pub const SC: &str = "utm.strategic_coordination";
pub const CMSA: &str = "utm.conformance_monitoring_sa";
pub const CM: &str = "utm.constraint_management";
pub const CP: &str = "utm.constraint_processing";
pub const AA: &str = "utm.availability_arbitration";

/// One party with a token.
pub struct Caller<'a> {
    pub sky: &'a Sky,
    pub subject: String,
    token: String,
}

/// One answer, already held against the contract.
#[derive(Debug)]
pub struct Answer {
    pub operation: String,
    pub response: Response,
}

impl Answer {
    pub fn code(&self) -> u16 {
        self.response.status
    }

    /// The body of an answer that must have this code.
    pub fn expect(self, code: u16) -> Value {
        let Self { operation, response } = self;
        assert_eq!(response.status, code, "{operation}: {}", response.json);
        response.json
    }
}

/// Sends any request to an operation; placeholders of its path are filled in order, what is left over is
/// appended (a query). The answer must keep to the contract.
pub fn ask(
    sky: &Sky,
    operation: &str,
    parameters: &[&str],
    authorization: Option<&str>,
    body: Option<&[u8]>,
) -> Answer {
    let contract = Contract::of_this_tree();
    let operation = contract.operation(operation);
    let mut parameters = parameters.iter().copied();
    let mut path = String::new();
    for part in operation.path.split_inclusive('/') {
        if part.starts_with('{') {
            path += parameters.next().unwrap();
            path += if part.ends_with('/') { "/" } else { "" };
        } else {
            path += part;
        }
    }
    path.extend(parameters);
    let response = sky.send(&Request {
        method: &operation.method,
        path: &path,
        authorization,
        content_type: body.map(|_| "application/json"),
        body,
    });
    let content_type = response.header("content-type");
    if let Err(deviation) = contract.check(operation, response.status, content_type, &response.body)
    {
        let said = String::from_utf8_lossy(&response.body);
        panic!("{} {path}: {deviation}\n{said}", operation.method);
    }
    if response.status >= 400 {
        // Also where the operation's own schema does not ask for it.
        assert!(response.json["message"].is_string(), "{}: {}", operation.id, response.json);
    }
    Answer { operation: operation.id.clone(), response }
}

impl<'a> Caller<'a> {
    pub fn new(sky: &'a Sky, subject: &str, scopes: &[&str]) -> Self {
        Self { sky, subject: subject.to_owned(), token: sky.token(subject, scopes) }
    }

    pub fn call(&self, operation: &str, parameters: &[&str], body: Option<&Value>) -> Answer {
        let body = body.map(Value::to_string);
        let authorization = format!("Bearer {}", self.token);
        let body = body.as_ref().map(String::as_bytes);
        ask(self.sky, operation, parameters, Some(&authorization), body)
    }

    pub fn create_intent(&self, id: &str, body: &Value) -> Answer {
        self.call("createOperationalIntentReference", &[id], Some(body))
    }

    pub fn update_intent(&self, id: &str, ovn: &str, body: &Value) -> Answer {
        self.call("updateOperationalIntentReference", &[id, ovn], Some(body))
    }

    pub fn delete_intent(&self, id: &str, ovn: &str) -> Answer {
        self.call("deleteOperationalIntentReference", &[id, ovn], None)
    }

    pub fn get_intent(&self, id: &str) -> Answer {
        self.call("getOperationalIntentReference", &[id], None)
    }

    pub fn query_intents(&self, area: &Value) -> Answer {
        self.call("queryOperationalIntentReferences", &[], Some(area))
    }

    pub fn create_constraint(&self, id: &str, body: &Value) -> Answer {
        self.call("createConstraintReference", &[id], Some(body))
    }

    pub fn update_constraint(&self, id: &str, ovn: &str, body: &Value) -> Answer {
        self.call("updateConstraintReference", &[id, ovn], Some(body))
    }

    pub fn delete_constraint(&self, id: &str, ovn: &str) -> Answer {
        self.call("deleteConstraintReference", &[id, ovn], None)
    }

    pub fn get_constraint(&self, id: &str) -> Answer {
        self.call("getConstraintReference", &[id], None)
    }

    pub fn query_constraints(&self, area: &Value) -> Answer {
        self.call("queryConstraintReferences", &[], Some(area))
    }

    pub fn create_subscription(&self, id: &str, body: &Value) -> Answer {
        self.call("createSubscription", &[id], Some(body))
    }

    pub fn update_subscription(&self, id: &str, version: &str, body: &Value) -> Answer {
        self.call("updateSubscription", &[id, version], Some(body))
    }

    pub fn delete_subscription(&self, id: &str, version: &str) -> Answer {
        self.call("deleteSubscription", &[id, version], None)
    }

    pub fn get_subscription(&self, id: &str) -> Answer {
        self.call("getSubscription", &[id], None)
    }

    pub fn query_subscriptions(&self, area: &Value) -> Answer {
        self.call("querySubscriptions", &[], Some(area))
    }

    pub fn get_availability(&self, uss: &str) -> Answer {
        self.call("getUssAvailability", &[uss], None)
    }

    /// Sets an availability and gives its version.
    pub fn set_availability(&self, uss: &str, old_version: &str, state: &str) -> Answer {
        let body = serde_json::json!({ "old_version": old_version, "availability": state });
        self.call("setUssAvailability", &[uss], Some(&body))
    }
}

/// A string of an answer.
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a string: {value}"))
}

/// The OVN in the answer to a write of an intent or a constraint.
pub fn ovn(change: &Value) -> &str {
    text(&reference(change)["ovn"])
}

/// The reference in the answer to a write or a get.
pub fn reference(answer: &Value) -> &Value {
    let found = answer.get("operational_intent_reference").or(answer.get("constraint_reference"));
    found.unwrap_or_else(|| panic!("no reference in {answer}"))
}

/// The ids of the references of an answer to a query or to a write of a subscription, sorted.
pub fn ids(list: &Value) -> Vec<String> {
    let all = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut ids: Vec<String> = all.iter().map(|entity| text(&entity["id"]).to_owned()).collect();
    ids.sort();
    ids
}

/// Who must be told, by the answer to a write: (base URL, subscription, notification index), sorted.
pub fn subscribers(change: &Value) -> Vec<(String, String, i64)> {
    let mut all = Vec::new();
    for subscriber in change["subscribers"].as_array().unwrap() {
        for state in subscriber["subscriptions"].as_array().unwrap() {
            all.push((
                text(&subscriber["uss_base_url"]).to_owned(),
                text(&state["subscription_id"]).to_owned(),
                state["notification_index"].as_i64().unwrap(),
            ));
        }
    }
    all.sort();
    all
}

/// The notification index that a write gives to one subscription; `None` when it is not to be told.
pub fn told(change: &Value, subscription: &str) -> Option<i64> {
    let all = subscribers(change);
    all.into_iter().find(|(_, id, _)| id == subscription).map(|(_, _, index)| index)
}
