//! The end that gives: `POST /line/v1/witness`.
//!
//! Who asks follows from the certificate of the connection; a peer that is a witness of nothing is
//! answered with no line, so that it learns nothing of others.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use keepclear_serve::RateLimit;

use super::protocol::{MEDIA_TYPE, VERSION};
use super::server::{Caller, Refused, caller, refuse_unreadable};
use super::witness_protocol::{Answered, Asked, WITNESS_PATH};
use crate::engine::Shared;

/// Requests of one peer: a witness asks every two seconds, and at once while there is more.
const REQUESTS_PER_SECOND: u32 = 20;

struct Server {
    shared: Arc<Shared>,
    rate: RateLimit,
}

/// Its route.
pub fn router(shared: Arc<Shared>) -> Router {
    let server = Arc::new(Server { shared, rate: RateLimit::new(REQUESTS_PER_SECOND) });
    Router::new().route(WITNESS_PATH, post(give)).with_state(server)
}

async fn give(State(server): State<Arc<Server>>, request: Request) -> Response {
    let Server { shared, rate } = &*server;
    let Caller { peer, body } = match caller(shared, rate, request).await {
        Ok(caller) => caller,
        Err(Refused(response)) => return *response,
    };
    let asked = match Asked::read(&body) {
        Ok(asked) => asked,
        Err(reason) => return refuse_unreadable(shared, peer, reason, &body).await,
    };
    let lines = shared.given_to(peer, &asked).await;
    let answer = Answered { version: VERSION, lines };
    (StatusCode::OK, [(CONTENT_TYPE, MEDIA_TYPE)], answer.write()).into_response()
}
