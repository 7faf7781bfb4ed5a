//! The API for people and programs of one party, `/desk/v1`.
//!
//! The way of a request: found, its caller known and let in, its body read, carried out, answered. The
//! caller comes before the body on purpose: who may not ask is not told what was wrong with it.

mod answers;
mod asks;
mod bodies;
mod body;
mod call;
mod drafts;
mod event;
mod events;
mod lines;
mod lookup;
mod openapi;
mod operations;
mod pages;
mod pairing;
mod place;
mod problem;
mod process;
mod reads;
mod refusals;
mod reply;
mod route;
mod says;
mod texts;
mod volumes;
mod waiting;
mod witnesses;

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::request::Parts;
use keepclear_auth::{Principal, Verifier};
use keepclear_line::quantity::{DeskId, Name};
use keepclear_serve::RateLimit;
use metrics::{counter, histogram};
use tokio::sync::watch;

use crate::Desk;
use call::{Call, idempotency_key};
use operations::Operation;
use problem::Problem;
use reply::Reply;
use route::{Routed, route};

pub use openapi::document;

/// Requests that each token subject may send a second, unless it is told otherwise.
pub const REQUESTS_PER_SECOND_PER_CLIENT: u32 = 100;

/// Everything that the API of a desk needs.
#[derive(Clone)]
pub struct Face {
    /// The desk.
    pub desk: Desk,
    /// Who knows callers.
    pub verifier: Arc<Verifier>,
    /// The role that it speaks as where no watch was handed over.
    pub role: Name,
    /// Writes `/metrics` in Prometheus' text format.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// Requests that each token subject may send a second; twice as many at once.
    pub requests_per_second_per_client: u32,
    /// Becomes true when the process stops: whoever follows the events is let go.
    pub stopping: watch::Receiver<bool>,
}

impl Face {
    /// The role on watch that speaks on the line to `peer`.
    fn role_on(&self, peer: DeskId) -> Name {
        self.desk.watch_on(peer).unwrap_or_else(|| self.role.clone())
    }
}

struct Shared {
    face: Face,
    rate: RateLimit,
}

/// All operations of a face. It answers every path, so other routes are merged into it as routes
/// and not as a fallback.
pub fn router(face: Face) -> Router {
    let rate = RateLimit::new(face.requests_per_second_per_client);
    Router::new().fallback(answer).with_state(Arc::new(Shared { face, rate }))
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let (id, reply) = match route(&parts.method, parts.uri.path()) {
        Err(unrouted) => {
            body::ignore(body).await;
            ("none", Problem::Unrouted(unrouted).into_reply())
        }
        Ok(routed) => (routed.operation.id(), shared.answer(&parts, &routed, body).await),
    };
    let code = reply.status.as_str().to_owned();
    counter!("keepclear_requests_total", "operation" => id, "code" => code).increment(1);
    histogram!("keepclear_request_seconds", "operation" => id)
        .record(started.elapsed().as_secs_f64());
    reply.into_response()
}

impl Shared {
    async fn answer(&self, parts: &Parts, routed: &Routed<'_>, body: Body) -> Reply {
        let outcome = match self.admit(parts, routed.operation).await {
            Ok(principal) => self.carry_out(parts, routed, principal.as_deref(), body).await,
            Err(problem) => {
                body::ignore(body).await;
                Err(problem)
            }
        };
        outcome.unwrap_or_else(Problem::into_reply)
    }

    async fn admit(
        &self,
        parts: &Parts,
        operation: Operation,
    ) -> Result<Option<Arc<Principal>>, Problem> {
        let Some(scope) = operation.access().scope() else { return Ok(None) };
        let token = parts.headers.get(AUTHORIZATION).map(|value| value.as_bytes());
        let now_us = self.face.desk.now().0;
        let principal = self.face.verifier.verify_or_refresh(token, now_us).await?;
        if !principal.scopes.contains(scope) {
            return Err(Problem::Scope(operation));
        }
        if !self.rate.admits(&principal.subject, now_us) {
            return Err(Problem::TooManyRequests);
        }
        Ok(Some(principal))
    }

    async fn carry_out(
        &self,
        parts: &Parts,
        routed: &Routed<'_>,
        principal: Option<&Principal>,
        body: Body,
    ) -> Result<Reply, Problem> {
        let operation = routed.operation;
        let bytes = if operation.says() {
            body::read(&parts.headers, body).await?
        } else {
            body::ignore(body).await;
            Bytes::new()
        };
        let request = operation.says().then(|| idempotency_key(&parts.headers)).transpose()?;
        let call = Call {
            face: &self.face,
            principal,
            parameters: &routed.parameters,
            query: parts.uri.query().unwrap_or_default(),
            headers: &parts.headers,
            body: &bytes,
            request,
        };
        operation.carry_out(&call).await
    }
}
