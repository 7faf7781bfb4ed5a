//! The one table from what the sky refuses to the HTTP status that says so.
//!
//! Exhaustive on purpose: a refusal without a row does not compile.

use http::StatusCode;
use keepclear_sky::Refusal;

/// The status of a refusal.
pub fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::EndsInPast { .. }
        | Refusal::CreatedNotAccepted(_)
        | Refusal::SubscriptionNeeded
        | Refusal::SuffixUnusable { .. }
        | Refusal::SuffixUsed(_)
        | Refusal::TooManyTuples(_)
        | Refusal::UpdateOfMissing { .. }
        | Refusal::SubscriptionMissing(_)
        | Refusal::SubscriptionTooSmall(_)
        | Refusal::DependentUncovered { .. }
        | Refusal::HasDependents { .. }
        | Refusal::SubscriptionTime { .. } => StatusCode::BAD_REQUEST,
        Refusal::NotManager { .. } | Refusal::NotArbiter { .. } => StatusCode::FORBIDDEN,
        Refusal::NotFound { .. } => StatusCode::NOT_FOUND,
        Refusal::UpdateOfMissingConstraint { .. }
        | Refusal::Exists { .. }
        | Refusal::NotCurrent { .. }
        | Refusal::KeyIncomplete { .. }
        | Refusal::AvailabilityChanged { .. } => StatusCode::CONFLICT,
        Refusal::ManagerDown(_) => StatusCode::PRECONDITION_FAILED,
    }
}

#[cfg(test)]
mod tests {
    use keepclear_sky::EntityId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_update_of_what_is_missing_differs_between_intents_and_constraints() {
        let id = Uuid::nil();
        let intent = Refusal::UpdateOfMissing { kind: "operational intent", id, gone: None };
        let constraint = Refusal::UpdateOfMissingConstraint { id: EntityId(id), gone: None };
        assert_eq!(status(&intent).as_u16(), 400);
        assert_eq!(status(&constraint).as_u16(), 409);
    }

    #[test]
    fn a_manager_that_is_down_fails_a_precondition() {
        assert_eq!(status(&Refusal::ManagerDown("uss1".into())).as_u16(), 412);
    }
}
