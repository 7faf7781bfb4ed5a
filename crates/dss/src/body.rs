//! Reading a request's body: as bytes, whatever its type says, and never more or longer than
//! allowed.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// Longest body, bytes: what the field's services take.
pub const BODY_BYTES_MAX: usize = 4 << 20;
/// Longest that a body may take to come.
pub const BODY_TIME_MAX: Duration = Duration::from_secs(30);
/// Longest body that is read although it does not count, bytes: so that the connection lives on.
const IGNORED_BYTES_MAX: usize = 64 << 10;

/// The whole body.
///
/// # Errors
/// When it is too long, too slow or broken off.
pub async fn read(body: Body) -> Result<Bytes, Problem> {
    let whole = Limited::new(body, BODY_BYTES_MAX).collect();
    match tokio::time::timeout(BODY_TIME_MAX, whole).await {
        Err(_) => Err(Problem::BodyTooSlow),
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Problem::BodyTooLarge),
        Ok(Err(_)) => Err(Problem::BodyBroken),
    }
}

/// Takes in a body that does not count: a connection with an unread body would have to be closed.
pub async fn ignore(body: Body) {
    if !http_body::Body::is_end_stream(&body) {
        let whole = Limited::new(body, IGNORED_BYTES_MAX).collect();
        // What is longer or slower costs its sender the connection and nothing else.
        let _ = tokio::time::timeout(BODY_TIME_MAX, whole).await;
    }
}

/// Reads a body as JSON.
///
/// # Errors
/// When it is none, with the path of what is wrong in it.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    if body.is_empty() {
        let (path, reason) = (String::new(), "it is missing; send a JSON object".to_owned());
        return Err(Problem::Json { path, reason });
    }
    serde_json::from_slice(body).map_err(|_| explain::<T>(body))
}

/// The slower reading, which knows where it was.
fn explain<T: DeserializeOwned>(body: &[u8]) -> Problem {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let read: Result<T, _> = serde_path_to_error::deserialize(&mut reader);
    match read {
        Err(error) => {
            let path = error.path().to_string();
            let path = if path == "." { String::new() } else { path };
            Problem::Json { path, reason: error.inner().to_string() }
        }
        Ok(_) => {
            let reason = "something follows the JSON object".to_owned();
            Problem::Json { path: String::new(), reason }
        }
    }
}

#[cfg(test)]
mod tests {
    use keepclear_wire::QueryParameters;

    use super::*;

    #[test]
    fn a_wrong_body_is_told_where_it_is_wrong() {
        let wrong = |text: &str| parse::<QueryParameters>(text.as_bytes()).unwrap_err().to_string();
        assert!(wrong("").contains("missing"));
        assert!(wrong("{").starts_with("the body is refused"));
        let found = wrong(r#"{"area_of_interest": {"volume": {"outline_circle": 3}}}"#);
        assert!(found.contains("at area_of_interest.volume.outline_circle"), "{found}");
        assert!(wrong(r#"{"area_of_interest": null} x"#).contains("follows"));
    }
}
