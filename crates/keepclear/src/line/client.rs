//! Calls of a desk's `/desk/v1`, repeated safely when an answer is lost.
//!
//! Every call that says something carries one `Idempotency-Key` over all its tries, so that a repeated
//! call is answered with what the first one did.

use std::time::Duration;

use reqwest::{Certificate, Method, StatusCode, Url, redirect};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Access;
use super::error::{LineError, Refused};

/// Longest wait for an answer: the desk answers what it is asked from memory or after one write.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// The same for a live view: a desk that is silent for longer is shown so.
const WATCH_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Waits before the second, third and fourth try.
const PAUSES: &[Duration] =
    &[Duration::from_millis(200), Duration::from_millis(600), Duration::from_millis(1_500)];

/// One desk, seen by one person.
#[derive(Debug, Clone)]
pub struct Client {
    base: Url,
    http: reqwest::Client,
    token: String,
    answer_timeout: Duration,
    pauses: &'static [Duration],
}

impl Client {
    /// # Errors
    /// When the URL, the token's file or the certificates are not what they should be.
    pub fn new(access: &Access) -> Result<Self, LineError> {
        let wrong = |what: &str, reason: &dyn std::fmt::Display, remedy: &str| {
            LineError::Input(format!("{what}: {reason}; {remedy}"))
        };
        let base = Url::parse(&access.desk)
            .map_err(|error| error.to_string())
            .and_then(|url| match url.scheme() {
                "http" | "https" if !url.cannot_be_a_base() => Ok(url),
                other => Err(format!("{other} is not http or https")),
            })
            .map_err(|reason| {
                wrong(&format!("--desk {}", access.desk), &reason, "write it as https://HOST:PORT")
            })?;
        let file = access.token_file.as_ref().ok_or_else(|| {
            wrong("--token-file", &"is missing", "name the file that holds your access token")
        })?;
        let at = format!("--token-file {}", file.display());
        let token = std::fs::read_to_string(file)
            .map_err(|error| wrong(&at, &error, "name a file that you may read"))?;
        let token = token.trim().to_owned();
        if token.is_empty() || token.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(wrong(&at, &"holds no token", "put the token in it, and nothing else"));
        }
        let mut http = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT);
        if let Some(file) = &access.ca_file {
            let at = format!("--ca-file {}", file.display());
            let remedy = "name a PEM file of certificates";
            let pem = std::fs::read(file).map_err(|error| wrong(&at, &error, remedy))?;
            let certificates =
                Certificate::from_pem_bundle(&pem).map_err(|error| wrong(&at, &error, remedy))?;
            http = http.tls_certs_merge(certificates);
        }
        let http = http
            .build()
            .map_err(|error| wrong("--desk", &error, "install the system's root certificates"))?;
        Ok(Self { base, http, token, answer_timeout: ANSWER_TIMEOUT, pauses: PAUSES })
    }

    /// For a live view: it asks again soon by itself, and shows at once that no answer comes.
    #[must_use]
    pub fn watching(self) -> Self {
        Self { answer_timeout: WATCH_TIMEOUT, pauses: &[], ..self }
    }

    fn url(&self, parts: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["desk", "v1"]).extend(parts);
        }
        url
    }

    /// Reads something.
    ///
    /// # Errors
    /// When the desk refuses, or does not answer.
    pub async fn get(&self, parts: &[&str]) -> Result<Value, LineError> {
        self.call(Method::GET, self.url(parts), None).await
    }

    /// Reads something of a known form.
    ///
    /// # Errors
    /// As [`Client::get`], and when it has another form.
    pub async fn read<T: DeserializeOwned>(&self, parts: &[&str]) -> Result<T, LineError> {
        self.form(self.get(parts).await?)
    }

    /// Reads something of a known form, with words after the question mark.
    ///
    /// # Errors
    /// As [`Client::read`].
    pub async fn ask<T: DeserializeOwned>(
        &self,
        parts: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, LineError> {
        let mut url = self.url(parts);
        url.query_pairs_mut().extend_pairs(query);
        self.form(self.call(Method::GET, url, None).await?)
    }

    /// As a known form.
    ///
    /// # Errors
    /// When it has another one.
    pub fn form<T: DeserializeOwned>(&self, value: Value) -> Result<T, LineError> {
        serde_json::from_value(value).map_err(|error| {
            self.not_reached(&format!("answered something else than this program knows: {error}"))
        })
    }

    /// Does something.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn post(&self, parts: &[&str], body: &Value) -> Result<Value, LineError> {
        self.call(Method::POST, self.url(parts), Some(body)).await
    }

    /// Takes something away.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn delete(&self, parts: &[&str]) -> Result<Value, LineError> {
        self.call(Method::DELETE, self.url(parts), None).await
    }

    /// Reads something, with parameters after the question mark.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn get_with(
        &self,
        parts: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Value, LineError> {
        self.call(Method::GET, self.url_with(parts, query), None).await
    }

    /// Takes something away, with parameters after the question mark.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn delete_with(
        &self,
        parts: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Value, LineError> {
        self.call(Method::DELETE, self.url_with(parts, query), None).await
    }

    fn url_with(&self, parts: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = self.url(parts);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// An open stream of events from a position on.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn events(&self, after: u64) -> Result<reqwest::Response, LineError> {
        let mut url = self.url(&["events"]);
        url.query_pairs_mut().append_pair("after", &after.to_string());
        // Only the beginning of the answer has a time: its end never comes.
        let asked = self.http.get(url).bearer_auth(&self.token).send();
        let sent = tokio::time::timeout(self.answer_timeout, asked).await;
        let sent = sent.map_err(|_| self.not_reached("no answer in time"))?;
        let response = sent.map_err(|error| self.not_reached(&reason(&error)))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let body = response.bytes().await.unwrap_or_default();
        Err(self.refused(status, &body))
    }

    fn not_reached(&self, reason: &str) -> LineError {
        LineError::NotReached { desk: self.base.to_string(), reason: reason.to_owned() }
    }

    async fn call(
        &self,
        method: Method,
        url: Url,
        body: Option<&Value>,
    ) -> Result<Value, LineError> {
        let key = uuid::Uuid::new_v4().to_string();
        let mut pauses = self.pauses.iter();
        loop {
            let error = match self.try_once(&method, &url, &key, body).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let passing = matches!(
                error,
                LineError::NotReached { .. } | LineError::Refused { status: 429 | 502..=504, .. }
            );
            match pauses.next().filter(|_| passing) {
                Some(&pause) => tokio::time::sleep(pause).await,
                None => return Err(error),
            }
        }
    }

    async fn try_once(
        &self,
        method: &Method,
        url: &Url,
        key: &str,
        body: Option<&Value>,
    ) -> Result<Value, LineError> {
        let mut request = self
            .http
            .request(method.clone(), url.clone())
            .bearer_auth(&self.token)
            .timeout(self.answer_timeout);
        if *method != Method::GET {
            request = request.header("idempotency-key", key);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let lost = |error: reqwest::Error| self.not_reached(&reason(&error));
        let response = request.send().await.map_err(lost)?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(lost)?;
        if !status.is_success() {
            return Err(self.refused(status, &bytes));
        }
        serde_json::from_slice(&bytes)
            .map_err(|error| self.not_reached(&format!("answered no JSON: {error}")))
    }

    fn refused(&self, status: StatusCode, body: &[u8]) -> LineError {
        match serde_json::from_slice::<Refused>(body) {
            Ok(refused) => LineError::Refused { status: status.as_u16(), refused },
            Err(_) => self.not_reached(&format!(
                "answered HTTP {status} without a reason; is it a desk's address?"
            )),
        }
    }
}

/// The innermost reason, which is the one that helps.
fn reason(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    if error.is_timeout() { "no answer in time".to_owned() } else { innermost.to_string() }
}
