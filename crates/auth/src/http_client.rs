//! The HTTP client for keys and tokens: whom it may ask, how long it waits, how much it reads.
//!
//! Redirects are never followed: an issuer that answers with one would choose for us whom we
//! trust.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::{Client, Response, Url, redirect};

/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest wait for a whole answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// Why an URL for keys or tokens is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// It is no URL.
    #[error("{url:?} is no URL: {reason}; write it as https://HOST/PATH")]
    NotAUrl {
        /// As configured.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It is not protected on its way.
    #[error("{url:?} is not https; plain http goes only to this machine, or when allowed by flag")]
    NotHttps {
        /// As configured.
        url: String,
    },
}

/// Why nothing came from an URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The client could not be made, mostly for want of root certificates.
    #[error("no HTTPS client can be made: {0}; install the system's root certificates")]
    NoClient(String),
    /// No answer came.
    #[error("no answer: {0}")]
    NoAnswer(String),
    /// An answer that is not 200.
    #[error("the answer is HTTP {status}{detail}")]
    Status {
        /// The code.
        status: u16,
        /// What the answer says of itself, if it is short text; else empty.
        detail: String,
    },
    /// An answer that is too long.
    #[error("the answer is longer than {limit} bytes")]
    TooLong {
        /// The limit.
        limit: usize,
    },
}

/// Takes https, and plain http to this machine; any http when `allow_http`.
pub(crate) fn checked_url(text: &str, allow_http: bool) -> Result<Url, UrlError> {
    let url = Url::parse(text)
        .map_err(|error| UrlError::NotAUrl { url: text.to_owned(), reason: error.to_string() })?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if allow_http || is_this_machine(&url) => Ok(url),
        _ => Err(UrlError::NotHttps { url: text.to_owned() }),
    }
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

pub(crate) fn client() -> Result<Client, FetchError> {
    Client::builder()
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(ANSWER_TIMEOUT)
        .user_agent(concat!("keepclear/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| FetchError::NoClient(chain(&error)))
}

/// Sends a request and reads the body of a 200, at most `limit` bytes of it.
pub(crate) async fn fetch(
    request: reqwest::RequestBuilder,
    limit: usize,
) -> Result<Vec<u8>, FetchError> {
    // The URL is left out because a token request's may name parties.
    let mut response =
        request.send().await.map_err(|error| FetchError::NoAnswer(chain(&error.without_url())))?;
    let status = response.status().as_u16();
    let body = read_limited(&mut response, limit).await;
    if status != 200 {
        return Err(FetchError::Status { status, detail: detail(&body.unwrap_or_default()) });
    }
    body
}

async fn read_limited(response: &mut Response, limit: usize) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    loop {
        let chunk = response
            .chunk()
            .await
            .map_err(|error| FetchError::NoAnswer(chain(&error.without_url())))?;
        let Some(chunk) = chunk else { return Ok(body) };
        if body.len() + chunk.len() > limit {
            return Err(FetchError::TooLong { limit });
        }
        body.extend_from_slice(&chunk);
    }
}

/// The words of an error answer as issuers send them: RFC 6749 5.2, or this ecosystem's.
fn detail(body: &[u8]) -> String {
    let json: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    ["message", "error_description", "error"]
        .iter()
        .find_map(|field| json.get(field)?.as_str())
        .map(|text| {
            format!(": {}", text.chars().filter(|c| !c.is_control()).take(200).collect::<String>())
        })
        .unwrap_or_default()
}

/// An error with its causes: the outermost alone says only that the request failed.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_goes_only_to_this_machine_unless_allowed() {
        for (url, by_default, when_allowed) in [
            ("https://issuer.example/keys", true, true),
            ("http://localhost:8085/keys", true, true),
            ("http://127.0.0.1/keys", true, true),
            ("http://[::1]:80/keys", true, true),
            ("http://issuer.example/keys", false, true),
            ("http://localhost.example/keys", false, true),
            ("http://10.0.0.1/keys", false, true),
            ("file:///keys", false, false),
            ("keys", false, false),
        ] {
            assert_eq!(checked_url(url, false).is_ok(), by_default, "{url}");
            assert_eq!(checked_url(url, true).is_ok(), when_allowed, "{url}");
        }
    }
}
