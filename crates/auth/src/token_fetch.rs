//! Getting one token from where tokens come from.
//!
//! No error carries a token or a secret; the issuer's own words are passed on, shortened.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use form_urlencoded::{Serializer, byte_serialize};
use reqwest::{Client, Url};
use serde::Deserialize;

use crate::http_client::{FetchError, UrlError, fetch};
use crate::local_issuer::{LocalIssuer, LocalIssuerError, TokenClaims};
use crate::token::claims_of;

/// Longest answer of an issuer that is read, in bytes.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// How long the tokens of an issuer in this process live, in seconds.
const LOCAL_LIFETIME_S: i64 = 3600;

/// A secret that never appears in logs.
#[derive(Clone)]
pub struct ClientSecret(String);

impl ClientSecret {
    /// Wraps a secret.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }
}

impl std::fmt::Debug for ClientSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("ClientSecret(..)")
    }
}

/// Where tokens come from.
#[derive(Debug, Clone)]
pub enum TokenOrigin {
    /// `GET URL?intended_audience=&scope=&issuer=&sub=`, as the ecosystem's dummy OAuth server
    /// answers it. For trials: it believes every `sub`.
    DummyOauth {
        /// The token endpoint; parameters already in it are kept.
        url: String,
        /// The `iss` to ask for; `None` leaves it to the server.
        issuer: Option<String>,
    },
    /// OAuth client credentials (RFC 6749, 4.4), with HTTP Basic as section 2.3.1 has it. The
    /// audience goes as `audience`; `sub` is the server's to choose.
    ClientCredentials {
        /// The token endpoint.
        url: String,
        /// The client's name at the issuer.
        client_id: String,
        /// The client's secret at the issuer.
        client_secret: ClientSecret,
    },
    /// An issuer in this process.
    Local {
        /// Who signs.
        issuer: Arc<LocalIssuer>,
        /// The `iss` of its tokens.
        name: String,
    },
}

/// Which token is wanted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenRequest {
    /// For whom: the host name of the service that will be called.
    pub audience: String,
    /// What for. Their order makes no difference.
    pub scopes: Vec<String>,
    /// In whose name, where the origin lets the asker choose.
    pub subject: String,
}

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenSourceError {
    /// The configured URL is not accepted.
    #[error("token URL: {0}")]
    Url(#[from] UrlError),
    /// The issuer did not give one.
    #[error("no token from {host}: {reason}")]
    Fetch {
        /// Whom we asked.
        host: String,
        /// What came instead.
        reason: FetchError,
    },
    /// The issuer's answer holds none.
    #[error("no token from {host}: its answer has no `access_token` in JSON; check the URL")]
    NoTokenInAnswer {
        /// Whom we asked.
        host: String,
    },
    /// The issuer in this process failed.
    #[error("no token from the issuer in this process: {0}")]
    Local(#[from] LocalIssuerError),
}

/// A token as it came.
#[derive(Debug, Clone)]
pub(crate) struct Fetched {
    pub token: String,
    /// When it ends: its own `exp`, else what the issuer said, else unknown.
    pub expires_us: Option<i64>,
}

/// An origin whose URL has been checked.
pub(crate) enum Origin {
    DummyOauth { url: Url, issuer: Option<String> },
    ClientCredentials { url: Url, authorization: String },
    Local { issuer: Arc<LocalIssuer>, name: String },
}

impl Origin {
    pub(crate) fn new(origin: TokenOrigin, allow_http: bool) -> Result<Self, UrlError> {
        let checked = |url: &str| crate::http_client::checked_url(url, allow_http);
        Ok(match origin {
            TokenOrigin::DummyOauth { url, issuer } => {
                Self::DummyOauth { url: checked(&url)?, issuer }
            }
            TokenOrigin::ClientCredentials { url, client_id, client_secret } => {
                Self::ClientCredentials {
                    url: checked(&url)?,
                    authorization: basic_authorization(&client_id, &client_secret.0),
                }
            }
            TokenOrigin::Local { issuer, name } => Self::Local { issuer, name },
        })
    }

    pub(crate) async fn fetch(
        &self,
        client: &Client,
        wanted: &TokenRequest,
        now_us: i64,
    ) -> Result<Fetched, TokenSourceError> {
        let scope = wanted.scopes.join(" ");
        match self {
            Self::DummyOauth { url, issuer } => {
                let mut url = url.clone();
                url.query_pairs_mut()
                    .append_pair("intended_audience", &wanted.audience)
                    .append_pair("scope", &scope)
                    .extend_pairs(issuer.iter().map(|issuer| ("issuer", issuer)))
                    .append_pair("sub", &wanted.subject);
                read_answer(client.get(url.clone()), &url, now_us).await
            }
            Self::ClientCredentials { url, authorization } => {
                let form = Serializer::new(String::new())
                    .append_pair("grant_type", "client_credentials")
                    .append_pair("scope", &scope)
                    .append_pair("audience", &wanted.audience)
                    .finish();
                let request = client
                    .post(url.clone())
                    .header("content-type", "application/x-www-form-urlencoded")
                    .header("authorization", authorization)
                    .body(form);
                read_answer(request, url, now_us).await
            }
            Self::Local { issuer, name } => {
                let expire_s = now_us.div_euclid(1_000_000) + LOCAL_LIFETIME_S;
                let token = issuer.issue(&TokenClaims {
                    issuer: name.clone(),
                    subject: wanted.subject.clone(),
                    audience: wanted.audience.clone(),
                    scope,
                    expire_s,
                })?;
                Ok(Fetched { token, expires_us: Some(expire_s.saturating_mul(1_000_000)) })
            }
        }
    }
}

/// RFC 6749, 2.3.1: both parts are form-encoded first.
fn basic_authorization(id: &str, secret: &str) -> String {
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(id), encode(secret))))
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    expires_in: Option<i64>,
}

async fn read_answer(
    request: reqwest::RequestBuilder,
    url: &Url,
    now_us: i64,
) -> Result<Fetched, TokenSourceError> {
    let host = || url.host_str().unwrap_or_default().to_owned();
    let body = fetch(request, BODY_BYTES_MAX)
        .await
        .map_err(|reason| TokenSourceError::Fetch { host: host(), reason })?;
    let answer: Answer = serde_json::from_slice(&body)
        .map_err(|_| TokenSourceError::NoTokenInAnswer { host: host() })?;
    let own = claims_of(&answer.access_token).and_then(|claims| claims.expires_us().ok());
    let said =
        answer.expires_in.map(|seconds| now_us.saturating_add(seconds.saturating_mul(1_000_000)));
    Ok(Fetched { token: answer.access_token, expires_us: own.or(said) })
}
