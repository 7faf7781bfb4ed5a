//! The way of a request: found, its caller known and let in, its body read, carried out, answered.
//!
//! The caller comes before the body on purpose: who may not ask is not told what was wrong with it.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::request::Parts;
use keepclear_auth::{Principal, Verifier};
use keepclear_serve::RateLimit;

use crate::call::Call;
use crate::engine::Engine;
use crate::measures::Measures;
use crate::operations::{Access, Operation, Routed, route};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::{auxiliary, availability, body, constraints, intents, reports, subscriptions};

/// How a face is set up.
#[derive(Debug, Clone, Default)]
pub struct FaceOptions {
    /// Take base URLs with http: for trials.
    pub allow_http_base_urls: bool,
    /// Let only those be told of intents and constraints whose scope says so.
    pub strict_subscription_scopes: bool,
    /// Let managers marked Down write as others do.
    pub lenient_down_managers: bool,
    /// Name of this node in its pool.
    pub member_name: String,
    /// Where others reach this node.
    pub public_endpoint: String,
    /// Requests that each token subject may send a second; twice as many at once. None: no limit.
    pub requests_per_second_per_client: Option<u32>,
}

/// Everything that the HTTP face of a sky needs.
#[derive(Clone)]
pub struct Face {
    /// The sky.
    pub engine: Engine,
    /// Who knows callers.
    pub verifier: Arc<Verifier>,
    /// How it is set up.
    pub options: FaceOptions,
    /// Writes `/metrics` in Prometheus' text format.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
}

struct Shared {
    face: Face,
    rate: Option<RateLimit>,
    measures: Measures,
}

/// All operations of a face. It answers every path, so other routes are merged into it as routes
/// and not as a fallback.
pub fn router(face: Face) -> Router {
    let rate = face.options.requests_per_second_per_client.map(RateLimit::new);
    let shared = Arc::new(Shared { face, rate, measures: Measures::new() });
    Router::new().fallback(answer).with_state(shared)
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let (operation, reply) = match route(&parts.method, parts.uri.path()) {
        Err(unrouted) => {
            body::ignore(body).await;
            (None, Problem::Unrouted(unrouted).into_reply(&shared.face.engine, ""))
        }
        Ok(routed) => (Some(routed.operation), shared.answer(&parts, routed, body).await),
    };
    shared.measures.record(operation, reply.status, started.elapsed());
    reply.into_response()
}

impl Shared {
    async fn answer(&self, parts: &Parts, routed: Routed<'_>, body: axum::body::Body) -> Reply {
        let engine = &self.face.engine;
        if routed.operation.access() == Access::Open {
            body::ignore(body).await;
            return auxiliary::open(&self.face, routed.operation)
                .unwrap_or_else(|problem| problem.into_reply(engine, ""));
        }
        let principal = match self.admit(parts, routed.operation).await {
            Ok(principal) => principal,
            Err(problem) => {
                body::ignore(body).await;
                return problem.into_reply(engine, "");
            }
        };
        let outcome = match self.read(routed.operation, body).await {
            Ok(body) => {
                let call = Call {
                    engine,
                    options: &self.face.options,
                    principal: &principal,
                    routed,
                    query: parts.uri.query().unwrap_or_default(),
                    body: &body,
                };
                carry_out(call).await
            }
            Err(problem) => Err(problem),
        };
        outcome.unwrap_or_else(|problem| problem.into_reply(engine, &principal.subject))
    }

    async fn admit(&self, parts: &Parts, operation: Operation) -> Result<Arc<Principal>, Problem> {
        let token = parts.headers.get(AUTHORIZATION).map(|value| value.as_bytes());
        let now_us = self.face.engine.now_us();
        let principal = self.face.verifier.verify_or_refresh(token, now_us).await?;
        if !operation.access().allows(&principal.scopes) {
            return Err(Problem::Scope(operation));
        }
        if self.rate.as_ref().is_some_and(|rate| !rate.admits(&principal.subject, now_us)) {
            return Err(Problem::TooManyRequests);
        }
        Ok(principal)
    }

    async fn read(&self, operation: Operation, body: axum::body::Body) -> Result<Bytes, Problem> {
        if operation.has_body() {
            return body::read(body).await;
        }
        body::ignore(body).await;
        Ok(Bytes::new())
    }
}

async fn carry_out(call: Call<'_>) -> Result<Reply, Problem> {
    match call.routed.operation {
        Operation::QueryIntents => intents::query(call),
        Operation::GetIntent => intents::get(call),
        Operation::CreateIntent => intents::create(call).await,
        Operation::UpdateIntent => intents::update(call).await,
        Operation::DeleteIntent => intents::delete(call).await,
        Operation::QueryConstraints => constraints::query(call),
        Operation::GetConstraint => constraints::get(call),
        Operation::CreateConstraint => constraints::create(call).await,
        Operation::UpdateConstraint => constraints::update(call).await,
        Operation::DeleteConstraint => constraints::delete(call).await,
        Operation::QuerySubscriptions => subscriptions::query(call),
        Operation::GetSubscription => subscriptions::get(call),
        Operation::CreateSubscription => subscriptions::create(call).await,
        Operation::UpdateSubscription => subscriptions::update(call).await,
        Operation::DeleteSubscription => subscriptions::delete(call).await,
        Operation::MakeReport => reports::make(call).await,
        Operation::SetAvailability => availability::set(call).await,
        Operation::GetAvailability => availability::get(call),
        Operation::ValidateOauth => auxiliary::validate_oauth(call),
        Operation::GetPool => auxiliary::pool(call),
        Operation::GetInstances => auxiliary::instances(call),
        Operation::PutHeartbeat => auxiliary::heartbeat(call).await,
        Operation::GetGlobalOptions => auxiliary::global_options(),
        Operation::GetSystemVersion => auxiliary::system_version(call),
        Operation::GetVersion
        | Operation::GetAcceptedCas
        | Operation::GetInstanceCas
        | Operation::Healthy
        | Operation::Ready
        | Operation::Metrics => Err(Problem::WrongAnswer),
    }
}
