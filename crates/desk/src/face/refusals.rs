//! The one table from what the line refuses to the HTTP status that says so.
//!
//! Exhaustive on purpose: a refusal without a row does not compile. What the message itself says wrongly is
//! 400, what is not there 404, and what was overtaken by what was said before, by whomever, 409.

use http::StatusCode;
use keepclear_line::refusal::Refusal;

/// The status of a refusal.
pub fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::Content(_)
        | Refusal::Geometry { .. }
        | Refusal::NoRole { .. }
        | Refusal::Stranger { .. }
        | Refusal::NoMilestone { .. }
        | Refusal::Past { .. }
        | Refusal::OtherKey
        | Refusal::OtherCertificate
        | Refusal::OwnWitness { .. } => StatusCode::BAD_REQUEST,
        Refusal::UnknownExchange { .. } => StatusCode::NOT_FOUND,
        Refusal::WrongLane { .. }
        | Refusal::NeverSaid { .. }
        | Refusal::ExchangeExists { .. }
        | Refusal::ExchangeFull { .. }
        | Refusal::NothingToName { .. }
        | Refusal::Replaced { .. }
        | Refusal::Already { .. }
        | Refusal::NotYours { .. }
        | Refusal::Closed { .. }
        | Refusal::Disputed { .. }
        | Refusal::OutOfPlace { .. }
        | Refusal::OtherCommitment { .. }
        | Refusal::NotSigned { .. }
        | Refusal::Suspended { .. }
        | Refusal::NoChange { .. }
        | Refusal::WatchOrder { .. }
        | Refusal::NoWitnessChange { .. }
        | Refusal::TooManyWitnesses { .. }
        | Refusal::NothingToReadBack { .. }
        | Refusal::NothingToDispute { .. } => StatusCode::CONFLICT,
    }
}
