//! Just what a client needs out of an answer, without parsing the rest.
//!
//! A refusal in a crowded cell carries a hundred references, a query 65: reading them in full would
//! cost the client more than the request, on the machine that it shares with the DSS.

use memchr::memmem;
use serde::Deserialize;
use uuid::Uuid;

use super::table::Missing;

/// What a 2xx to a write said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The new OVN.
    pub ovn: String,
    /// The new version.
    pub version: u32,
    /// The subscription of the intent.
    pub subscription: String,
}

#[derive(Deserialize)]
struct Reference<'a> {
    #[serde(borrow)]
    ovn: Option<std::borrow::Cow<'a, str>>,
    version: u32,
    #[serde(borrow)]
    subscription_id: std::borrow::Cow<'a, str>,
}

/// The reference in a `ChangeOperationalIntentReferenceResponse` or
/// `GetOperationalIntentReferenceResponse`; `None` when there is none, or none with an OVN.
pub fn written(body: &[u8]) -> Option<Written> {
    let name = b"\"operational_intent_reference\"";
    // Subscribers may come first, hundreds of them.
    let value = after_colon(&body[memmem::find(body, name)? + name.len()..])?;
    let mut one = serde_json::Deserializer::from_slice(value).into_iter::<Reference<'_>>();
    let Reference { ovn, version, subscription_id } = one.next()?.ok()?;
    Some(Written { ovn: ovn?.into_owned(), version, subscription: subscription_id.into_owned() })
}

/// The intents that a refusal names; `None` when it does not read like one.
///
/// Each reference has one `id` and one `version`, in either order and nested in nothing, so that
/// the n-th of one belongs to the n-th of the other.
pub fn missing(body: &[u8]) -> Option<Vec<Missing>> {
    let name = b"\"missing_operational_intents\"";
    let list = &body[memmem::find(body, name)? + name.len()..];
    // Constraints are references with ids, too; they stand before or after.
    let list = match memmem::find(list, b"\"missing_constraints\"") {
        Some(end) => &list[..end],
        None => list,
    };
    let mut versions = fields(list, b"\"version\"");
    let mut missing = Vec::new();
    for id in fields(list, b"\"id\"") {
        let text = std::str::from_utf8(id.get(1..37)?).ok()?;
        let digits = versions.next()?;
        let end = digits.iter().position(|byte| !byte.is_ascii_digit())?;
        let version = std::str::from_utf8(&digits[..end]).ok()?.parse().ok()?;
        missing.push((Uuid::try_parse(text).ok()?, version));
    }
    (versions.next().is_none() && !missing.is_empty()).then_some(missing)
}

/// How many references a query answered.
pub fn count(body: &[u8]) -> u64 {
    fields(body, b"\"manager\"").count() as u64
}

/// What follows each use of a name as a field.
fn fields<'a>(body: &'a [u8], name: &'static [u8]) -> impl Iterator<Item = &'a [u8]> {
    memmem::find_iter(body, name).filter_map(|at| after_colon(&body[at + name.len()..]))
}

fn after_colon(rest: &[u8]) -> Option<&[u8]> {
    rest.trim_ascii_start().strip_prefix(b":").map(<[u8]>::trim_ascii_start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn reference(number: u128, version: u32) -> Value {
        json!({
            "id": Uuid::from_u128(number).to_string(), "manager": "id", "version": version,
            "ovn": "an-ovn-of-sixteen-or-more", "state": "Accepted", "uss_availability": "Unknown",
            "time_start": {"value": "2026-11-25T08:00:00Z", "format": "RFC3339"},
            "uss_base_url": "https://uss1.example.com",
            "subscription_id": "00000000-0000-4000-8000-000000000000",
        })
    }

    #[test]
    fn a_write_is_read_whatever_stands_before_and_after_it() {
        let expected = Some(Written {
            ovn: "an-ovn-of-sixteen-or-more".to_owned(),
            version: 3,
            subscription: "00000000-0000-4000-8000-000000000000".to_owned(),
        });
        let subscribers = r#"[{"subscriptions":[{"subscription_id":"x"}],"uss_base_url":"y"}]"#;
        let reference = reference(1, 3);
        for body in [
            format!(
                r#"{{"subscribers":{subscribers},"operational_intent_reference":{reference}}}"#
            ),
            format!(r#"{{"operational_intent_reference" : {reference:#},"subscribers":[]}}"#),
        ] {
            assert_eq!(written(body.as_bytes()), expected, "{body}");
        }
        assert_eq!(written(br#"{"message":"no"}"#), None);
    }

    #[test]
    fn a_refusal_names_each_missing_intent_with_its_version() {
        let intents: Vec<Value> = (1..=100).map(|n| reference(n, n as u32 * 7)).collect();
        let expected: Vec<Missing> =
            (1..=100).map(|n| (Uuid::from_u128(n), n as u32 * 7)).collect();
        let constraints = json!([{"id": Uuid::from_u128(7).to_string(), "version": 1}]);
        for body in [
            json!({"message": "x", "missing_operational_intents": intents}).to_string(),
            format!("{:#}", json!({"missing_operational_intents": intents})),
            format!(
                r#"{{"missing_constraints":{constraints},"missing_operational_intents":{}}}"#,
                json!(intents)
            ),
            format!(
                r#"{{"missing_operational_intents":{},"missing_constraints":{constraints}}}"#,
                json!(intents)
            ),
        ] {
            assert_eq!(missing(body.as_bytes()).as_ref(), Some(&expected));
        }
        assert_eq!(missing(br#"{"message":"that id exists"}"#), None);
        assert_eq!(missing(br#"{"missing_operational_intents":[]}"#), None);
    }

    #[test]
    fn references_of_a_query_are_counted() {
        let intents: Vec<Value> = (1..=65).map(|n| reference(n, 1)).collect();
        let body = json!({"operational_intent_references": intents}).to_string();
        assert_eq!(count(body.as_bytes()), 65);
        assert_eq!(count(br#"{"operational_intent_references":[]}"#), 0);
    }
}
