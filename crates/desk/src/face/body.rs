//! Reading a request's body, never more or longer than allowed, and saying where it is wrong.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use super::problem::Problem;

/// Longest body, bytes: 10,000 corners of a message in JSON take some 600 kB.
pub const BODY_BYTES_MAX: usize = 1 << 20;
/// Longest that a body may take to come.
pub const BODY_TIME_MAX: Duration = Duration::from_secs(30);
/// Longest body that is read although it does not count, bytes: so that the connection lives on.
const IGNORED_BYTES_MAX: usize = 64 << 10;
/// Deepest path that is told: deeper ones are nobody's mistake of a field.
const PATH_CHARS_MAX: usize = 200;

/// The whole body.
///
/// # Errors
/// When it is not JSON by its type, too long, too slow or broken off.
pub async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    let whole = Limited::new(body, BODY_BYTES_MAX).collect();
    let bytes = match tokio::time::timeout(BODY_TIME_MAX, whole).await {
        Err(_) => return Err(Problem::BodyTooSlow),
        Ok(Ok(collected)) => collected.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return Err(Problem::BodyTooLarge),
        Ok(Err(_)) => return Err(Problem::BodyBroken),
    };
    if !bytes.is_empty() {
        require_json(headers)?;
    }
    Ok(bytes)
}

/// Takes in a body that does not count: a connection with an unread body would have to be closed.
pub async fn ignore(body: Body) {
    if !http_body::Body::is_end_stream(&body) {
        let whole = Limited::new(body, IGNORED_BYTES_MAX).collect();
        // What is longer or slower costs its sender the connection and nothing else.
        let _ = tokio::time::timeout(BODY_TIME_MAX, whole).await;
    }
}

fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let found = headers.get(CONTENT_TYPE).map_or("", |value| value.to_str().unwrap_or("?"));
    let media = found.split(';').next().unwrap_or_default().trim();
    if media.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(Problem::MediaType { found: found.chars().take(60).collect() })
}

/// Reads a body as JSON; no body is an empty object, so that what needs no words needs no body.
///
/// # Errors
/// When it is none, with the path of what is wrong in it.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|_| explain::<T>(body))
}

/// The slower reading, which knows where it was.
fn explain<T: DeserializeOwned>(body: &[u8]) -> Problem {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let read: Result<T, _> = serde_path_to_error::deserialize(&mut reader);
    let (path, reason) = match read {
        Err(error) => (error.path().to_string(), error.inner().to_string()),
        Ok(_) => (String::new(), "something follows the JSON object".to_owned()),
    };
    // What the reader says of a number, a list or null where one of several words belongs.
    let reason = match reason.strip_prefix("expected value") {
        Some(place) => format!("is none of the values that belong here{place}"),
        None => reason,
    };
    let path = if path == "." { String::new() } else { path };
    let path = match named_field(&reason) {
        // The reader stands at the object when a field of it is missing.
        Some(name) if path.is_empty() => name.to_owned(),
        Some(name) if path.rsplit('.').next() != Some(name) => format!("{path}.{name}"),
        _ => path,
    };
    Problem::Json { path: path.chars().take(PATH_CHARS_MAX).collect(), reason }
}

fn named_field(reason: &str) -> Option<&str> {
    let rest = ["missing field `", "unknown field `", "duplicate field `"]
        .iter()
        .find_map(|opening| reason.strip_prefix(opening))?;
    rest.split('`').next()
}

#[cfg(test)]
mod tests {
    use super::super::asks::Opening;
    use super::*;

    #[test]
    fn a_wrong_body_is_told_where_it_is_wrong() {
        let wrong = |text: &str| match parse::<Opening>(text.as_bytes()) {
            Err(Problem::Json { path, reason }) => (path, reason),
            other => panic!("{other:?}"),
        };
        let window = r#""window": {"from": "2026-11-25T10:00:00Z", "to": "2026-11-25T11:00:00Z"}"#;
        for (text, field) in [
            ("".to_owned(), "content"),
            (r#"{"content": {"topic": "flights"}, "colour": 1}"#.to_owned(), "colour"),
            (format!(r#"{{"content": {{{window}}}}}"#), "content.topic"),
            (format!(r#"{{"content": {{"topic": "cargo", {window}}}}}"#), "content.topic"),
            (
                format!(r#"{{"content": {{"topic": "flights", {window}, "target": "x"}}}}"#),
                "content.target",
            ),
            (
                r#"{"content": {"topic": "flights", "window": {"from": "noon"}}}"#.to_owned(),
                "content.window.from",
            ),
            (
                format!(r#"{{"content": {{"topic": "flights", {window}}}, "words": "a\u202eb"}}"#),
                "words",
            ),
        ] {
            assert_eq!(wrong(&text).0, field, "{text}");
        }
        for (text, part) in [
            (format!(r#"{{"content": {{"topic": "flights", {window}}}}} x"#), "follows"),
            (r#"{"content": {"topic": 7}}"#.to_owned(), "is none of the values that belong here"),
        ] {
            let (_, reason) = wrong(&text);
            assert!(reason.contains(part), "{reason}");
        }
    }
}
