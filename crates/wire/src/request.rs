//! What parties send to the sky.
//!
//! Unknown fields are ignored, also the ones that other versions of the standard know. Ids and
//! states that a wrong value of must be told from a wrong shape are kept as text.

use serde::{Deserialize, Serialize};

use crate::intent::OperationalIntentState;
use crate::null_as_default;
use crate::volume::{Time, Volume4D};

/// Body of the PUT of an operational intent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PutOperationalIntentReferenceParameters {
    /// Where and when it may be.
    pub extents: Vec<Volume4D>,
    /// OVNs of what its manager has seen.
    #[serde(default, deserialize_with = "null_as_default")]
    pub key: Vec<String>,
    /// Its state from here on.
    pub state: OperationalIntentState,
    /// Where its manager answers for the details.
    pub uss_base_url: String,
    /// The subscription that it rests on.
    #[serde(default)]
    pub subscription_id: Option<String>,
    /// What the implicit subscription made for it is to be.
    #[serde(default)]
    pub new_subscription: Option<ImplicitSubscriptionParameters>,
    /// Wanted as the end of its OVN; an empty text is a (wrong) wish too.
    #[serde(default)]
    pub requested_ovn_suffix: Option<String>,
}

/// An implicit subscription that is asked for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ImplicitSubscriptionParameters {
    /// Where its manager wants to be told.
    pub uss_base_url: String,
    /// Tell of constraints too.
    #[serde(default, deserialize_with = "null_as_default")]
    pub notify_for_constraints: bool,
}

/// Body of the PUT of a constraint.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PutConstraintReferenceParameters {
    /// Where and when it is in force.
    pub extents: Vec<Volume4D>,
    /// Where its manager answers for the details.
    pub uss_base_url: String,
}

/// Body of the PUT of a subscription.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PutSubscriptionParameters {
    /// Where and when.
    pub extents: Volume4D,
    /// Where its manager wants to be told.
    pub uss_base_url: String,
    /// Tell of operational intents.
    #[serde(default, deserialize_with = "null_as_default")]
    pub notify_for_operational_intents: bool,
    /// Tell of constraints.
    #[serde(default, deserialize_with = "null_as_default")]
    pub notify_for_constraints: bool,
}

/// Body of a query, of intents, constraints and subscriptions alike.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct QueryParameters {
    /// Where and when; absent bounds are open.
    #[serde(default)]
    pub area_of_interest: Option<Volume4D>,
}

/// Body of the PUT of a party's availability.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SetUssAvailabilityStatusParameters {
    /// The version last seen; absent or empty when there is none yet.
    #[serde(default, deserialize_with = "null_as_default")]
    pub old_version: String,
    /// `Unknown`, `Normal` or `Down`.
    pub availability: String,
}

/// A problem between two parties, reported to the sky.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorReport {
    /// Given by the receiver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_id: Option<String>,
    /// What was said.
    pub exchange: ExchangeRecord,
}

/// A request and its answer, as one side recorded them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeRecord {
    /// Where the request went.
    pub url: String,
    /// Its method.
    pub method: String,
    /// Headers of request and answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headers: Option<Vec<String>>,
    /// Which side recorded it.
    pub recorder_role: RecorderRole,
    /// When the request was sent or came in.
    pub request_time: Time,
    /// Base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_body: Option<String>,
    /// When the answer was sent or came in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_time: Option<Time>,
    /// Base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_body: Option<String>,
    /// HTTP status of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_code: Option<i64>,
    /// What was wrong, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// A side of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RecorderRole {
    /// It sent the request.
    Client,
    /// It answered.
    Server,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn null_is_absent_and_what_is_not_known_is_ignored() {
        let body = json!({
            "extents": [], "key": null, "state": "Accepted", "uss_base_url": "https://a.example",
            "subscription_id": null, "new_subscription": null, "requested_ovn_suffix": null,
            "request_id": "x", "old_version": 1,
        });
        let read: PutOperationalIntentReferenceParameters = serde_json::from_value(body).unwrap();
        assert_eq!(read.key, Vec::<String>::new());
        assert_eq!(read.subscription_id, None);
        assert_eq!(read.requested_ovn_suffix, None);
    }

    #[test]
    fn an_empty_suffix_is_not_an_absent_one() {
        let body = json!({
            "extents": [], "state": "Accepted", "uss_base_url": "https://a.example",
            "requested_ovn_suffix": "",
        });
        let read: PutOperationalIntentReferenceParameters = serde_json::from_value(body).unwrap();
        assert_eq!(read.requested_ovn_suffix.as_deref(), Some(""));
    }

    #[test]
    fn a_report_comes_back_without_nulls() {
        let time = json!({"value": "2026-11-25T00:00:00Z", "format": "RFC3339"});
        let report = json!({"exchange": {
            "url": "https://a.example", "method": "GET", "recorder_role": "Client",
            "request_time": time, "response_code": 999, "request_body": "", "problem": null,
        }});
        let read: ErrorReport = serde_json::from_value(report).unwrap();
        let back = serde_json::to_value(&read).unwrap();
        assert_eq!(
            back,
            json!({"exchange": {
                "url": "https://a.example", "method": "GET", "recorder_role": "Client",
                "request_time": time, "response_code": 999, "request_body": "",
            }})
        );
    }
}
