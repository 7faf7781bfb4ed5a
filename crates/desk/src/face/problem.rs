//! Everything that can be wrong with a request, and the one table of how it is said.

use http::StatusCode;
use keepclear_auth::TokenError;
use keepclear_line::quantity::{DeskId, ExchangeId, MessageId};
use keepclear_line::refusal::Refusal;

use super::answers::ProblemView;
use super::body::{BODY_BYTES_MAX, BODY_TIME_MAX};
use super::operations::Operation;
use super::refusals;
use super::reply::Reply;
use super::route::Unrouted;
use crate::speaking::DeskError;

/// Seconds after which a request that found no room is worth repeating.
const RETRY_AFTER_S: u32 = 1;

/// Why a request is not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// There is no such path or method.
    #[error("{}", unrouted_text(.0))]
    Unrouted(Unrouted),
    /// The caller is not known, or may not be who it says.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The token does not allow the operation.
    #[error("{} needs an access token with scope {}", .0.id(), .0.access().scope().unwrap_or_default())]
    Scope(Operation),
    /// The client asks too often.
    #[error("this client sends more requests than it may")]
    TooManyRequests,
    /// The body is of another type.
    #[error("the body's type is {found:?}, not application/json")]
    MediaType {
        /// The type.
        found: String,
    },
    /// The body is too long.
    #[error("the body is larger than {BODY_BYTES_MAX} bytes")]
    BodyTooLarge,
    /// The body is too slow.
    #[error("the body did not come within {} s", BODY_TIME_MAX.as_secs())]
    BodyTooSlow,
    /// The connection ended inside the body.
    #[error("the body broke off")]
    BodyBroken,
    /// The body is not what the operation reads.
    #[error("{reason}")]
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
        field: String,
        /// What is wrong.
        reason: String,
        /// What to do.
        remedy: &'static str,
    },
    /// What is said could be said twice.
    #[error("the header Idempotency-Key is missing")]
    NoIdempotencyKey,
    /// There is no line with it.
    #[error("this desk has no line with {0:?}")]
    NoPeer(String),
    /// A party with several desks.
    #[error("{name:?} has several desks: {}", list(desks))]
    SeveralDesks {
        /// The party.
        name: String,
        /// Its desks.
        desks: Vec<DeskId>,
    },
    /// No line has such an exchange.
    #[error("there is no exchange {0} at this desk")]
    NoExchange(ExchangeId),
    /// Nothing of it was ever given to this desk.
    #[error("this desk witnesses no line {0:?}")]
    NotWitnessed(String),
    /// No line has such an alarm.
    #[error("there is no alarm {0:?} at this desk")]
    NoAlarm(String),
    /// Several lines have such an alarm.
    #[error("several lines have an alarm {key:?}, with {}", list(desks))]
    SeveralAlarms {
        /// Its key.
        key: String,
        /// The desks at the other ends.
        desks: Vec<DeskId>,
    },
    /// `of` was left out, and there is nothing that it could name.
    #[error("nothing in exchange {exchange} waits for {what}")]
    NothingWaits {
        /// Which.
        exchange: ExchangeId,
        /// What was to be said.
        what: &'static str,
    },
    /// `of` was left out, and there are several things that it could name.
    #[error("several messages wait in exchange {exchange}: {}", list(messages))]
    SeveralWait {
        /// Which.
        exchange: ExchangeId,
        /// The messages.
        messages: Vec<MessageId>,
    },
    /// The exchange is not as the caller saw it.
    #[error("message {last} was said since")]
    Changed {
        /// The exchange's last message.
        last: MessageId,
    },
    /// The key was used for another request.
    #[error("this Idempotency-Key was used for another request")]
    KeyReused,
    /// A rule of the line.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The desk does not carry it out.
    #[error("{}", desk_text(.0))]
    Desk(DeskError),
    /// The process cannot take it.
    #[error("the desk is not ready: {0}")]
    NotReady(&'static str),
}

impl From<DeskError> for Problem {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Refused(refusal) => Self::Refused(refusal),
            DeskError::RequestReused => Self::KeyReused,
            DeskError::NoSuchLine(desk) => Self::NoPeer(desk.to_string()),
            other => Self::Desk(other),
        }
    }
}

/// How a problem is said, beside its text.
struct Row {
    status: StatusCode,
    code: &'static str,
    field: Option<String>,
    remedy: String,
}

fn row(status: StatusCode, code: &'static str, field: Option<&str>, remedy: &str) -> Row {
    Row { status, code, field: field.map(str::to_owned), remedy: remedy.to_owned() }
}

impl Problem {
    /// A field that is wrong.
    pub fn field(
        field: impl Into<String>,
        reason: impl Into<String>,
        remedy: &'static str,
    ) -> Self {
        Self::Field { field: field.into(), reason: reason.into(), remedy }
    }

    /// The table. Exhaustive on purpose: a problem without a row does not compile.
    fn row(&self) -> Row {
        use StatusCode as S;
        match self {
            Self::Unrouted(Unrouted::NoPath) => {
                row(S::NOT_FOUND, "no_path", None, "see /desk/v1/openapi.json for the paths")
            }
            Self::Unrouted(Unrouted::NoMethod { allow }) => {
                row(S::METHOD_NOT_ALLOWED, "no_method", None, &format!("use {allow}"))
            }
            Self::Token(error) if error.is_unauthenticated() => {
                let remedy = "send a good token as `Authorization: Bearer TOKEN`";
                row(S::UNAUTHORIZED, "token_refused", Some("Authorization"), remedy)
            }
            Self::Token(_) => {
                let remedy = "ask this desk's operator which issuer speaks for you";
                row(S::FORBIDDEN, "subject_refused", Some("Authorization"), remedy)
            }
            Self::Scope(_) => {
                let remedy = "ask for a token with that scope, or somebody who has it";
                row(S::FORBIDDEN, "scope_missing", Some("Authorization"), remedy)
            }
            Self::TooManyRequests => row(
                S::TOO_MANY_REQUESTS,
                "too_many_requests",
                None,
                "wait for Retry-After, and repeat",
            ),
            Self::MediaType { .. } => row(
                S::UNSUPPORTED_MEDIA_TYPE,
                "media_type",
                Some("Content-Type"),
                "send JSON as `Content-Type: application/json`",
            ),
            Self::BodyTooLarge => {
                let remedy = "use fewer or simpler volumes, or several messages";
                row(S::PAYLOAD_TOO_LARGE, "body_too_large", None, remedy)
            }
            Self::BodyTooSlow => row(S::REQUEST_TIMEOUT, "body_too_slow", None, "send it at once"),
            Self::BodyBroken => row(S::BAD_REQUEST, "body_broken", None, "send it in full"),
            Self::Json { path, .. } => {
                let field = (!path.is_empty()).then_some(path.as_str());
                let remedy = "send what /desk/v1/openapi.json says of this operation";
                row(S::BAD_REQUEST, "body", field, remedy)
            }
            Self::Field { field, remedy, .. } => row(S::BAD_REQUEST, "field", Some(field), remedy),
            Self::NoIdempotencyKey => row(
                S::BAD_REQUEST,
                "no_idempotency_key",
                Some("Idempotency-Key"),
                "send a fresh UUID with each thing that is to happen once, and the same one to repeat it",
            ),
            Self::NoPeer(_) => {
                row(S::NOT_FOUND, "no_peer", Some("peer"), "name a party or desk of /desk/v1/lines")
            }
            Self::SeveralDesks { .. } => {
                row(S::CONFLICT, "several_desks", Some("peer"), "name the desk by its id")
            }
            Self::NoExchange(_) => row(
                S::NOT_FOUND,
                "unknown_exchange",
                Some("exchange"),
                "name an exchange of /desk/v1/lines/{peer}/exchanges",
            ),
            Self::NotWitnessed(_) => row(
                S::NOT_FOUND,
                "not_witnessed",
                Some("line"),
                "name a line of /desk/v1/witnessed",
            ),
            Self::NoAlarm(_) => {
                row(S::NOT_FOUND, "no_alarm", Some("key"), "name an alarm of /desk/v1/alarms")
            }
            Self::SeveralAlarms { .. } => {
                row(S::CONFLICT, "several_alarms", Some("peer"), "say which line by `peer`")
            }
            Self::NothingWaits { .. } => {
                let remedy = "read the exchange; name the message by `of` if it is there";
                row(S::CONFLICT, "nothing_waits", Some("of"), remedy)
            }
            Self::SeveralWait { .. } => {
                row(S::CONFLICT, "several_wait", Some("of"), "say which one by `of`")
            }
            Self::Changed { .. } => row(
                S::PRECONDITION_FAILED,
                "changed",
                Some("If-Match"),
                "read the exchange again, and decide again",
            ),
            Self::KeyReused => row(
                S::CONFLICT,
                "key_reused",
                Some("Idempotency-Key"),
                "send a fresh UUID for what is to be another request",
            ),
            Self::Refused(refusal) => row(
                refusals::status(refusal),
                refusal.code(),
                Some(refusal.field()),
                refusal.remedy(),
            ),
            Self::Desk(error) => desk_row(error),
            Self::NotReady(_) => {
                row(S::SERVICE_UNAVAILABLE, "not_ready", None, "wait for Retry-After, and repeat")
            }
        }
    }

    /// As it is said.
    pub fn said(&self) -> ProblemView {
        let Row { code, field, remedy, .. } = self.row();
        let text = self.to_string();
        // Some texts end with the remedy, which stands by itself here.
        let reason = text
            .strip_suffix(remedy.as_str())
            .map_or(text.as_str(), |reason| reason.trim_end().trim_end_matches(';'));
        ProblemView { code, field, reason: reason.to_owned(), remedy }
    }

    /// As an answer.
    pub fn into_reply(self) -> Reply {
        let status = self.row().status;
        let mut reply = Reply::json(status, &self.said());
        if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            reply.retry_after_s = Some(RETRY_AFTER_S);
        }
        match self {
            Self::Unrouted(Unrouted::NoMethod { allow }) => reply.allow = Some(allow),
            Self::Changed { last } => reply.tag = Some(last.to_string()),
            Self::Desk(DeskError::Changed { current }) => reply.tag = Some(current.to_string()),
            _ => {}
        }
        reply
    }
}

/// The rest of the table: what the desk itself says.
fn desk_row(error: &DeskError) -> Row {
    use StatusCode as S;
    let later = "wait for Retry-After, and repeat with the same Idempotency-Key";
    match error {
        DeskError::Refused(refusal) => {
            row(refusals::status(refusal), refusal.code(), Some(refusal.field()), refusal.remedy())
        }
        DeskError::NoSuchLine(_) => {
            row(S::NOT_FOUND, "no_peer", Some("peer"), "pair with it first")
        }
        DeskError::NotConfirmed(_) => row(
            S::CONFLICT,
            "not_confirmed",
            Some("peer"),
            "compare the phrase by telephone and confirm it; until then only tests may be said",
        ),
        DeskError::Changed { .. } => {
            row(S::PRECONDITION_FAILED, "changed", Some("If-Match"), "read the exchange again")
        }
        DeskError::NoDraft(_) => {
            row(S::NOT_FOUND, "no_draft", Some("draft"), "name one of /desk/v1/lines/{peer}/drafts")
        }
        DeskError::RequestReused => {
            row(S::CONFLICT, "key_reused", Some("Idempotency-Key"), "send a fresh UUID")
        }
        DeskError::Field { field, .. } => {
            row(S::BAD_REQUEST, "field", Some(field), "correct this field")
        }
        DeskError::NoRoom => row(S::SERVICE_UNAVAILABLE, "no_room", None, later),
        DeskError::Overloaded => row(S::SERVICE_UNAVAILABLE, "overloaded", None, later),
        DeskError::Stopping => row(S::SERVICE_UNAVAILABLE, "stopping", None, later),
        DeskError::TooLarge => {
            row(S::PAYLOAD_TOO_LARGE, "too_large", None, "use fewer or simpler volumes")
        }
    }
}

fn desk_text(error: &DeskError) -> String {
    match error {
        DeskError::NotConfirmed(desk) => {
            format!("nobody has confirmed that the card of desk {desk} is theirs")
        }
        DeskError::Field { field, reason } => format!("{field}: {reason}"),
        DeskError::NoRoom => "there is no room for the log; nothing was changed".to_owned(),
        DeskError::Overloaded => {
            "too many requests wait for the log; nothing was changed".to_owned()
        }
        DeskError::TooLarge => "the message takes more bytes than an entry may have".to_owned(),
        other => other.to_string(),
    }
}

fn unrouted_text(unrouted: &Unrouted) -> &'static str {
    match unrouted {
        Unrouted::NoPath => "there is nothing at this path",
        Unrouted::NoMethod { .. } => "this path does not know the method",
    }
}

fn list(things: &[impl ToString]) -> String {
    things.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
