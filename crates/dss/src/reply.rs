//! What goes back: a status, some bytes, and the few headers that clients act on.

use axum::body::Body;
use axum::response::Response;
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};

/// An answer before it is HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Its body.
    pub body: Vec<u8>,
    content_type: &'static str,
    /// For a status that asks to come again.
    pub retry_after_s: Option<u32>,
    /// For a method that is not there.
    pub allow: Option<&'static str>,
}

impl Reply {
    /// JSON.
    pub fn json(status: StatusCode, body: Vec<u8>) -> Self {
        let content_type = "application/json";
        Self { status, body, content_type, retry_after_s: None, allow: None }
    }

    /// Text in a form of its own.
    pub fn text(content_type: &'static str, body: String) -> Self {
        Self { content_type, ..Self::json(StatusCode::OK, body.into_bytes()) }
    }

    /// As HTTP.
    pub fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        if let Some(seconds_s) = self.retry_after_s {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds_s));
        }
        if let Some(methods) = self.allow {
            headers.insert(ALLOW, HeaderValue::from_static(methods));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
