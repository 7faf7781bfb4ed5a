//! Why the sky does not do what it was asked. Nothing has changed when one of these comes back.

use std::sync::Arc;

use crate::availability::AvailabilityRecord;
use crate::constraint::Constraint;
use crate::extent::TUPLES_MAX;
use crate::ids::{EntityId, Subject, SubscriptionId};
use crate::intent::Intent;
use crate::tombstone::Tombstone;

/// A refusal, with what the caller needs to go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The end is before sky time.
    #[error("{field} is in the past; the end must not be before the time of the request")]
    EndsInPast {
        /// Which end.
        field: &'static str,
    },
    /// An intent begins its life planned.
    #[error("state is {0}, but an operational intent is created as Accepted")]
    CreatedNotAccepted(&'static str),
    /// A flight in the air must be kept informed.
    #[error(
        "subscription_id and new_subscription are both missing; in a state other than Accepted one of them is needed"
    )]
    SubscriptionNeeded,
    /// The suffix has no usable time.
    #[error(
        "requested_ovn_suffix is {suffix:?}; it must be a version-7 UUID of the last or next 5 minutes"
    )]
    SuffixUnusable {
        /// As it came, shortened.
        suffix: String,
    },
    /// The suffix has named a version of this entity before.
    #[error("requested_ovn_suffix {0} has named an earlier version of this entity; make a new one")]
    SuffixUsed(uuid::Uuid),
    /// Too many cells, altitudes and times.
    #[error(
        "extents touch {0} (cell, altitude, time) tuples, at most {TUPLES_MAX} are allowed; use fewer or smaller outlines"
    )]
    TooManyTuples(usize),
    /// Update of an entity that is not there.
    #[error("{kind} {id} does not exist{}; create it without an OVN in the path", was(gone))]
    UpdateOfMissing {
        /// In the standard's words.
        kind: &'static str,
        /// Its id.
        id: uuid::Uuid,
        /// What is known of its end.
        gone: Option<Tombstone>,
    },
    /// As [`Refusal::UpdateOfMissing`], of a constraint, where another code is expected.
    #[error("constraint {id} does not exist{}; create it without an OVN in the path", was(gone))]
    UpdateOfMissingConstraint {
        /// Its id.
        id: EntityId,
        /// What is known of its end.
        gone: Option<Tombstone>,
    },
    /// Nothing has this id.
    #[error("{kind} {id} does not exist{}", was(gone))]
    NotFound {
        /// In the standard's words.
        kind: &'static str,
        /// Its id.
        id: uuid::Uuid,
        /// What is known of its end.
        gone: Option<Tombstone>,
    },
    /// Only its manager may do this (F3548-21 OPIN0035).
    #[error("{kind} {id} belongs to another manager than {subject}")]
    NotManager {
        /// In the standard's words.
        kind: &'static str,
        /// Its id.
        id: uuid::Uuid,
        /// Who asked.
        subject: Subject,
    },
    /// The id is taken by the caller's own.
    #[error("{kind} {id} exists already; update it with its current OVN or version in the path")]
    Exists {
        /// In the standard's words.
        kind: &'static str,
        /// Its id.
        id: uuid::Uuid,
    },
    /// The OVN or version in the path is not the current one.
    #[error("the OVN or version of {kind} {id} is not current; read it again and retry")]
    NotCurrent {
        /// In the standard's words.
        kind: &'static str,
        /// Its id.
        id: uuid::Uuid,
    },
    /// The key lacks OVNs of what the intent may meet (F3548-21 DSS0005,1).
    #[error(
        "the key lacks the current OVNs of {} operational intents and {} constraints that this one may meet; get their details from their managers and retry",
        intents.len(), constraints.len()
    )]
    KeyIncomplete {
        /// Intents whose OVN is missing, ascending by id.
        intents: Vec<Arc<Intent>>,
        /// Constraints whose OVN is missing, ascending by id.
        constraints: Vec<Arc<Constraint>>,
    },
    /// The attached subscription is not there.
    #[error("subscription_id {0} does not exist")]
    SubscriptionMissing(SubscriptionId),
    /// An explicit subscription must cover what rests on it.
    #[error("subscription_id {0} does not cover the operational intent in area and time")]
    SubscriptionTooSmall(SubscriptionId),
    /// Intents would lose what keeps their manager informed.
    #[error("subscription {subscription} would no longer cover {intent}, which rests on it")]
    DependentUncovered {
        /// The subscription.
        subscription: SubscriptionId,
        /// The first of the intents.
        intent: EntityId,
    },
    /// Intents would lose what keeps their manager informed.
    #[error(
        "subscription {subscription} cannot be deleted: {dependents} operational intents rest on it"
    )]
    HasDependents {
        /// The subscription.
        subscription: SubscriptionId,
        /// How many.
        dependents: usize,
    },
    /// A field of a subscription.
    #[error("{field} {reason}")]
    SubscriptionTime {
        /// Which.
        field: &'static str,
        /// What is wrong and what is allowed.
        reason: &'static str,
    },
    /// The manager is marked as not answering.
    #[error(
        "{0} is marked Down, so its operational intents may not be created, planned, activated or deleted; have its availability set to Normal first"
    )]
    ManagerDown(Subject),
    /// Not named at founding.
    #[error("{subject} is not an arbiter of this sky; its charter names {}", names(arbiters))]
    NotArbiter {
        /// Who asked.
        subject: Subject,
        /// Who may.
        arbiters: Vec<Subject>,
    },
    /// The caller saw another version.
    #[error("the availability of {uss} has changed since old_version; read it again and retry")]
    AvailabilityChanged {
        /// Whose.
        uss: Subject,
        /// What it is.
        current: Option<AvailabilityRecord>,
    },
}

/// Without the last OVN: only its manager may know that.
fn was(gone: &Option<Tombstone>) -> String {
    gone.as_ref().map_or_else(String::new, |gone| format!(" any more: {} deleted it", gone.manager))
}

fn names(subjects: &[Subject]) -> String {
    subjects.iter().map(Subject::as_str).collect::<Vec<_>>().join(", ")
}
