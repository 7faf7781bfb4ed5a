//! The process itself: alive, ready, measured, described. All without a token.

use http::StatusCode;
use schemars::SchemaGenerator;

use super::answers::{Answer, Document, Form, Json, Process, text};
use super::call::Call;
use super::openapi;
use super::operations::Nothing;
use super::problem::Problem;
use super::reply::Reply;

/// Media type of Prometheus' text format.
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Measures in Prometheus' text format.
#[derive(Debug)]
pub struct Measured(String);

impl Answer for Measured {
    fn form(_: &mut SchemaGenerator) -> Form {
        Form::Other(PROMETHEUS)
    }

    fn into_reply(self, status: StatusCode) -> Reply {
        text(status, PROMETHEUS, self.0)
    }
}

/// `GET /healthy`
pub async fn healthy(_: &Call<'_>, _: Nothing) -> Result<Json<Process>, Problem> {
    Ok(Json(Process { status: "healthy" }))
}

/// `GET /ready`
pub async fn ready(call: &Call<'_>, _: Nothing) -> Result<Json<Process>, Problem> {
    call.face.desk.readiness().map_err(Problem::NotReady)?;
    if !call.face.verifier.ready() {
        return Err(Problem::NotReady("the keys of an issuer are not loaded yet"));
    }
    Ok(Json(Process { status: "ready" }))
}

/// `GET /metrics`
pub async fn metrics(call: &Call<'_>, _: Nothing) -> Result<Measured, Problem> {
    Ok(Measured((call.face.metrics)()))
}

/// `GET /desk/v1/openapi.json`
pub async fn document(_: &Call<'_>, _: Nothing) -> Result<Document, Problem> {
    Ok(Document(openapi::document()))
}
