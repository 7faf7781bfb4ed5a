//! One request whose caller is known and may do what it asks; what the operations work on.

use std::borrow::Cow;

use http::HeaderMap;
use http::header::IF_MATCH;
use keepclear_auth::Principal;
use keepclear_entry::RequestId;
use keepclear_line::quantity::{ExchangeId, MessageId};
use uuid::Uuid;

use super::Face;
use super::problem::Problem;

/// Says that a request repeats another one.
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// A request that was let in.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// The face that it came to.
    pub face: &'a Face,
    /// Who asks; none for an operation without a token.
    pub principal: Option<&'a Principal>,
    /// The variable parts of the path, in order.
    pub parameters: &'a [Cow<'a, str>],
    /// After the question mark.
    pub query: &'a str,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Empty where none is read.
    pub body: &'a [u8],
    /// Names what is to happen once; none for a request that only reads.
    pub request: Option<RequestId>,
}

impl Call<'_> {
    /// A variable part of the path; the table has as many as its operation reads.
    pub fn parameter(&self, index: usize) -> &str {
        self.parameters.get(index).map_or("", AsRef::as_ref)
    }

    /// The exchange in the path.
    ///
    /// # Errors
    /// When it is no UUID.
    pub fn exchange_id(&self) -> Result<ExchangeId, Problem> {
        let text = self.parameter(0);
        text.parse().map_err(|_| {
            let shown: String = text.chars().take(60).collect();
            Problem::field("exchange", format!("is {shown:?}, not a UUID"), "name it by its id")
        })
    }

    /// The last message of the exchange that the caller has seen, if it says so.
    ///
    /// # Errors
    /// When `If-Match` is not one ETag of an exchange.
    pub fn if_match(&self) -> Result<Option<MessageId>, Problem> {
        self.tag("is not one ETag of an exchange")
    }

    /// The version of the draft that the caller has seen, if it says so.
    ///
    /// # Errors
    /// When `If-Match` is not one ETag of a draft.
    pub fn draft_version(&self) -> Result<Option<u64>, Problem> {
        self.tag("is not one ETag of a draft")
    }

    fn tag<T: std::str::FromStr>(&self, wrong: &'static str) -> Result<Option<T>, Problem> {
        let Some(value) = self.headers.get(IF_MATCH) else { return Ok(None) };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(None);
        }
        let tag = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        match tag.and_then(|tag| tag.parse().ok()) {
            Some(seen) => Ok(Some(seen)),
            None => Err(Problem::field(
                "If-Match",
                wrong,
                "send the ETag exactly as it was answered, quotes included",
            )),
        }
    }

    /// A parameter after the question mark; the first of that name.
    pub fn query(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut pairs = form_urlencoded::parse(self.query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

/// The request's own name.
///
/// # Errors
/// When the header is missing or no UUID.
pub fn idempotency_key(headers: &HeaderMap) -> Result<RequestId, Problem> {
    let value = headers.get(IDEMPOTENCY_KEY).ok_or(Problem::NoIdempotencyKey)?;
    let key = value.to_str().ok().and_then(|text| Uuid::try_parse(text.trim()).ok());
    let wrong = || {
        let shown: String = String::from_utf8_lossy(value.as_bytes()).chars().take(60).collect();
        Problem::field(IDEMPOTENCY_KEY, format!("is {shown:?}, not a UUID"), "send a fresh UUID")
    };
    Ok(RequestId(key.filter(|key| !key.is_nil()).ok_or_else(wrong)?.into_bytes()))
}
