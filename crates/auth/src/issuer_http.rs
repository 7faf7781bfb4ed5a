//! The trial issuer's HTTP service: tokens for whoever asks, and the key to check them with.
//!
//! It is for trials. `GET /token` believes every `sub` and signs any `expire`, past and far future
//! too, because testers need tokens that must be refused. With listed clients only
//! `POST /token` is served, since the other way in would need no secret.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::clock;
use crate::local_issuer::{LocalIssuer, TokenClaims};

/// How long a token lives when nobody says, in seconds: the longest that a verifier accepts.
const LIFETIME_S: i64 = 3600;

/// Who may ask for tokens.
#[derive(Clone)]
pub enum Clients {
    /// Anyone, in any name.
    Any,
    /// Only these, in their own name: secrets by client id.
    Listed(BTreeMap<String, String>),
}

/// How the trial issuer behaves.
#[derive(Clone)]
pub struct IssuerOptions {
    /// The `iss` of tokens whose request names none.
    pub issuer: String,
    /// Who may ask.
    pub clients: Clients,
}

struct Service {
    issuer: Arc<LocalIssuer>,
    options: IssuerOptions,
}

/// `GET /token` (as the ecosystem's dummy OAuth server), `POST /token` (client credentials,
/// RFC 6749, 4.4) and `GET /.well-known/jwks.json`.
pub fn issuer_routes(issuer: Arc<LocalIssuer>, options: IssuerOptions) -> Router {
    let token = match options.clients {
        Clients::Any => get(get_token).post(post_token),
        Clients::Listed(_) => axum::routing::post(post_token),
    };
    Router::new()
        .route("/token", token.fallback(not_allowed))
        .route("/.well-known/jwks.json", get(jwks).fallback(not_allowed))
        .with_state(Arc::new(Service { issuer, options }))
}

async fn not_allowed() -> Response {
    json_answer(
        StatusCode::METHOD_NOT_ALLOWED,
        &json!({ "message": "this issuer does not serve this method here" }),
    )
}

async fn jwks(State(service): State<Arc<Service>>) -> Response {
    json_answer(StatusCode::OK, &service.issuer.jwks())
}

async fn get_token(State(service): State<Arc<Service>>, RawQuery(query): RawQuery) -> Response {
    answer_get(&service, query.unwrap_or_default().as_bytes()).unwrap_or_else(Refusal::answer)
}

async fn post_token(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    body.map_err(|rejection| Refusal {
        status: rejection.status(),
        error: "invalid_request",
        message: "the form cannot be read or is too long; send it again".to_owned(),
    })
    .and_then(|body| answer_post(&service, &headers, &body))
    .unwrap_or_else(Refusal::answer)
}

fn answer_get(service: &Service, query: &[u8]) -> Result<Response, Refusal> {
    let parameters = Parameters::read(query)?;
    let claims = TokenClaims {
        audience: parameters.required("intended_audience")?,
        scope: parameters.required_or_empty("scope")?,
        subject: parameters.required("sub")?,
        issuer: parameters.optional("issuer").unwrap_or_else(|| service.options.issuer.clone()),
        expire_s: match parameters.optional("expire") {
            None => default_expire_s(),
            Some(text) => text.parse().map_err(|_| {
                Refusal::bad("expire", "must be a whole number of seconds since 1970")
            })?,
        },
    };
    let token = sign(service, &claims)?;
    Ok(json_answer(StatusCode::OK, &json!({ "access_token": token })))
}

fn answer_post(service: &Service, headers: &HeaderMap, body: &[u8]) -> Result<Response, Refusal> {
    let parameters = Parameters::read(body)?;
    let grant = parameters.required("grant_type")?;
    if grant != "client_credentials" {
        return Err(Refusal {
            error: "unsupported_grant_type",
            ..Refusal::bad("grant_type", "must be client_credentials")
        });
    }
    let subject = authenticate(&service.options.clients, headers, &parameters)?;
    let audience = ["audience", "intended_audience", "resource"]
        .iter()
        .find_map(|name| parameters.optional(name))
        .ok_or_else(|| Refusal::bad("audience", "is missing"))?;
    let scope = parameters.optional("scope").unwrap_or_default();
    let claims = TokenClaims {
        issuer: service.options.issuer.clone(),
        subject,
        audience,
        scope: scope.clone(),
        expire_s: default_expire_s(),
    };
    let token = sign(service, &claims)?;
    Ok(json_answer(
        StatusCode::OK,
        &json!({
            "access_token": token, "token_type": "Bearer", "expires_in": LIFETIME_S, "scope": scope,
        }),
    ))
}

/// Answers the client's id, from HTTP Basic or from the form (RFC 6749, 2.3.1).
fn authenticate(
    clients: &Clients,
    headers: &HeaderMap,
    parameters: &Parameters,
) -> Result<String, Refusal> {
    let (id, secret) = match headers.get(header::AUTHORIZATION) {
        Some(value) => basic_credentials(value.as_bytes()).ok_or_else(Refusal::invalid_client)?,
        None => (
            parameters.required("client_id")?,
            parameters.optional("client_secret").unwrap_or_default(),
        ),
    };
    match clients {
        Clients::Any if id.is_empty() => Err(Refusal::bad("client_id", "is empty")),
        Clients::Any => Ok(id),
        Clients::Listed(list) => {
            let known = list.get(&id).ok_or_else(Refusal::invalid_client)?;
            verify_slices_are_equal(known.as_bytes(), secret.as_bytes())
                .map_err(|_| Refusal::invalid_client())?;
            Ok(id)
        }
    }
}

fn basic_credentials(header: &[u8]) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_at_checked(6)?;
    if !scheme.eq_ignore_ascii_case(b"basic ") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim_ascii()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let decode = |text: &str| {
        let (decoded, _) = form_urlencoded::parse(text.as_bytes()).next()?;
        Some(decoded.into_owned())
    };
    Some((decode(id)?, decode(secret).unwrap_or_default()))
}

fn default_expire_s() -> i64 {
    clock::now_us() / 1_000_000 + LIFETIME_S
}

fn sign(service: &Service, claims: &TokenClaims) -> Result<String, Refusal> {
    service.issuer.issue(claims).map_err(|error| Refusal {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        error: "server_error",
        message: error.to_string(),
    })
}

/// The parameters of a query or form, each at most once.
struct Parameters(BTreeMap<String, String>);

impl Parameters {
    fn read(encoded: &[u8]) -> Result<Self, Refusal> {
        let mut parameters = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(encoded).into_owned() {
            if parameters.contains_key(&name) {
                return Err(Refusal::bad(&name, "stands more than once"));
            }
            parameters.insert(name, value);
        }
        Ok(Self(parameters))
    }

    /// A parameter without a value counts as left out (RFC 6749, 3.2).
    fn optional(&self, name: &str) -> Option<String> {
        self.0.get(name).filter(|value| !value.is_empty()).cloned()
    }

    fn required(&self, name: &str) -> Result<String, Refusal> {
        self.optional(name).ok_or_else(|| Refusal::bad(name, "is missing"))
    }

    fn required_or_empty(&self, name: &str) -> Result<String, Refusal> {
        self.0.get(name).cloned().ok_or_else(|| Refusal::bad(name, "is missing"))
    }
}

/// An error answer: `message` for this ecosystem, `error` for OAuth clients (RFC 6749, 5.2).
struct Refusal {
    status: StatusCode,
    error: &'static str,
    message: String,
}

impl Refusal {
    fn bad(parameter: &str, reason: &str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error: "invalid_request",
            message: format!("parameter {parameter}: {reason}"),
        }
    }

    fn invalid_client() -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            error: "invalid_client",
            message: "client_id or client_secret is wrong; send those that this issuer lists"
                .to_owned(),
        }
    }

    fn answer(self) -> Response {
        let mut response =
            json_answer(self.status, &json!({ "message": self.message, "error": self.error }));
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = header::HeaderValue::from_static("Basic realm=\"issuer\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// Answers are never stored on the way (RFC 6749, 5.1).
fn json_answer(status: StatusCode, body: &serde_json::Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, body.to_string()).into_response()
}
