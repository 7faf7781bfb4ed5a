//! What goes back: a status, a body, and the few headers that clients act on.

use axum::body::Body;
use axum::response::Response;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, ETAG, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

/// An answer before it is HTTP.
#[derive(Debug)]
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    body: Body,
    content_type: &'static str,
    /// For a status that asks to come again.
    pub retry_after_s: Option<u32>,
    /// For a method that is not there.
    pub allow: Option<String>,
    /// The version of what the answer is about: an exchange's last message, or a draft's place.
    pub tag: Option<String>,
}

impl Reply {
    /// JSON.
    pub fn json(status: StatusCode, value: &impl Serialize) -> Self {
        // Nothing here has map keys that are no text, so that writing it cannot fail.
        let body = serde_json::to_vec(value).unwrap_or_default();
        Self::bytes(status, "application/json", Body::from(body))
    }

    /// A body in a form of its own.
    pub fn bytes(status: StatusCode, content_type: &'static str, body: Body) -> Self {
        Self { status, body, content_type, retry_after_s: None, allow: None, tag: None }
    }

    /// As HTTP.
    pub fn into_response(self) -> Response {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        // What a person decides on must not come from a cache.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds_s) = self.retry_after_s {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds_s));
        }
        if let Some(Ok(methods)) = self.allow.map(HeaderValue::try_from) {
            headers.insert(ALLOW, methods);
        }
        if let Some(Ok(tag)) = self.tag.map(|tag| HeaderValue::try_from(format!("\"{tag}\""))) {
            headers.insert(ETAG, tag);
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
