//! Everything that can be wrong with a request, and how it is said.

use http::StatusCode;
use keepclear_auth::TokenError;
use keepclear_geo::Invalid;
use keepclear_sky::Refusal;
use serde::Serialize;

use crate::body::{BODY_BYTES_MAX, BODY_TIME_MAX};
use crate::engine::{Engine, WriteError};
use crate::extents::ExtentError;
use crate::operations::{Access, Operation, Unrouted};
use crate::refusals;
use crate::render::{self, Viewer};
use crate::reply::Reply;

/// Seconds after which a request that found no room is worth repeating.
const RETRY_AFTER_S: u32 = 1;

/// Why a request is not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// There is no such path or method.
    #[error("{}", unrouted_text(*.0))]
    Unrouted(Unrouted),
    /// The caller is not known.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The token does not allow the operation.
    #[error("{} needs an access token with {}", .0.id(), scopes_text(*.0))]
    Scope(Operation),
    /// Allowed to somebody else.
    #[error("{0}")]
    Forbidden(String),
    /// The client asks too often.
    #[error("this client sends more requests than it may; wait and retry")]
    TooManyRequests,
    /// The body is too long.
    #[error("the body is larger than {BODY_BYTES_MAX} bytes; use fewer or smaller outlines")]
    BodyTooLarge,
    /// The body is too slow.
    #[error("the body did not come within {} s; send it at once", BODY_TIME_MAX.as_secs())]
    BodyTooSlow,
    /// The connection ended inside the body.
    #[error("the body broke off; send it in full")]
    BodyBroken,
    /// The body is not what the operation reads.
    #[error("the body is refused{}: {reason}", at(path))]
    Json {
        /// Where in the body; empty for all of it.
        path: String,
        /// What is wrong there.
        reason: String,
    },
    /// A part of the request is wrong.
    #[error("{field} {reason}")]
    Field {
        /// Which.
        field: &'static str,
        /// What is wrong and what is allowed.
        reason: String,
    },
    /// A piece of sky or time is wrong.
    #[error(transparent)]
    Extent(#[from] ExtentError),
    /// As an extent that is too large, where the standard has a status of its own for it.
    #[error(transparent)]
    QueryTooLarge(ExtentError),
    /// The sky does not carry it out.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The sky does not know it, or not for this caller.
    #[error(transparent)]
    Read(#[from] Refusal),
    /// The sky's answer is of another kind than its command's: a defect of this program.
    #[error("the answer does not fit the request; report this")]
    WrongAnswer,
    /// The node cannot carry out writes.
    #[error("not ready: {0}")]
    NotReady(&'static str),
}

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        Self::Extent(invalid.into())
    }
}

impl Problem {
    /// A field that is wrong.
    pub fn field(field: &'static str, reason: impl Into<String>) -> Self {
        Self::Field { field, reason: reason.into() }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Unrouted(Unrouted::NoPath) => StatusCode::NOT_FOUND,
            Self::Unrouted(Unrouted::NoMethod { .. }) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Token(error) if error.is_unauthenticated() => StatusCode::UNAUTHORIZED,
            Self::Token(_) | Self::Scope(_) | Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::BodyTooLarge | Self::QueryTooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::BodyBroken | Self::Json { .. } | Self::Field { .. } | Self::Extent(_) => {
                StatusCode::BAD_REQUEST
            }
            Self::Write(WriteError::Refused(refusal)) | Self::Read(refusal) => {
                refusals::status(refusal)
            }
            Self::Write(WriteError::TooLarge) => StatusCode::BAD_REQUEST,
            Self::WrongAnswer => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Write(WriteError::NoRoom | WriteError::Overloaded | WriteError::Stopping)
            | Self::NotReady(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// As an answer to `subject`, whose own OVNs it may show.
    pub fn into_reply(self, engine: &Engine, subject: &str) -> Reply {
        let status = self.status();
        let mut reply = Reply::json(status, self.body(engine, subject));
        if let Self::Unrouted(Unrouted::NoMethod { allow }) = self {
            reply.allow = Some(allow);
        }
        if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            reply.retry_after_s = Some(RETRY_AFTER_S);
        }
        reply
    }

    fn body(&self, engine: &Engine, subject: &str) -> Vec<u8> {
        #[derive(Serialize)]
        struct Message {
            message: String,
        }
        if let Self::Write(WriteError::Refused(refusal @ Refusal::KeyIncomplete { .. })) = self {
            return conflict(refusal, engine, subject);
        }
        render::json(&Message { message: self.to_string() }, 1)
    }
}

/// `AirspaceConflictResponse`: what the caller must get to know.
fn conflict(refusal: &Refusal, engine: &Engine, subject: &str) -> Vec<u8> {
    #[derive(Serialize)]
    struct Conflict<'a> {
        message: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        missing_operational_intents: Vec<render::IntentView<'a>>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        missing_constraints: Vec<render::ConstraintView<'a>>,
    }
    let (intents, constraints) = match refusal {
        Refusal::KeyIncomplete { intents, constraints } => (&intents[..], &constraints[..]),
        _ => (&[][..], &[][..]),
    };
    engine.read(|sky, _| {
        let viewer = Viewer { sky, subject };
        let view = Conflict {
            message: refusal.to_string(),
            missing_operational_intents: viewer.intents(intents),
            missing_constraints: viewer.constraints(constraints),
        };
        render::json(&view, 1 + intents.len() + constraints.len())
    })
}

fn unrouted_text(unrouted: Unrouted) -> String {
    match unrouted {
        Unrouted::NoPath => "there is nothing at this path".to_owned(),
        Unrouted::NoMethod { allow } => format!("this path does not know the method; use {allow}"),
    }
}

fn scopes_text(operation: Operation) -> String {
    let Access::AnyOf(sets) = operation.access() else { return String::new() };
    let set = |set: &&[keepclear_auth::Scope]| {
        set.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" with ")
    };
    let sets: Vec<String> = sets.iter().map(set).collect();
    format!("scope {}", sets.join(" or "))
}

fn at(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!(" at {path}") }
}
