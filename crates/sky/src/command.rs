//! What can be asked of the sky. One file a command; the command's fields are all that its effect
//! depends on besides the state and its [`Cause`].

mod delete_constraint;
mod delete_intent;
mod delete_subscription;
mod put_constraint;
mod put_intent;
mod put_subscription;
mod record_heartbeat;
mod report;
mod set_availability;

use std::sync::Arc;

use minicbor::{Decode, Encode};

use crate::availability::AvailabilityRecord;
use crate::constraint::Constraint;
use crate::ids::{Salt, Subject};
use crate::intent::Intent;
use crate::notify::SubscriberGroup;
use crate::refusal::Refusal;
use crate::sky::Sky;
use crate::subscription::Subscription;

pub use delete_constraint::DeleteConstraint;
pub use delete_intent::DeleteIntent;
pub use delete_subscription::DeleteSubscription;
pub use put_constraint::PutConstraint;
pub use put_intent::{Attachment, NewSubscription, PutIntent};
pub use put_subscription::PutSubscription;
pub use record_heartbeat::RecordHeartbeat;
pub use report::Report;
pub use set_availability::SetAvailability;

/// The standard's words for what a refusal is about.
pub(crate) const INTENT: &str = "operational intent";
pub(crate) const CONSTRAINT: &str = "constraint";
pub(crate) const SUBSCRIPTION: &str = "subscription";

/// One change, as the log carries it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Command {
    /// Create or update an operational intent.
    #[n(0)]
    PutIntent(#[n(0)] PutIntent),
    /// Delete an operational intent.
    #[n(1)]
    DeleteIntent(#[n(0)] DeleteIntent),
    /// Create or update a constraint.
    #[n(2)]
    PutConstraint(#[n(0)] PutConstraint),
    /// Delete a constraint.
    #[n(3)]
    DeleteConstraint(#[n(0)] DeleteConstraint),
    /// Create or update a subscription.
    #[n(4)]
    PutSubscription(#[n(0)] PutSubscription),
    /// Delete a subscription.
    #[n(5)]
    DeleteSubscription(#[n(0)] DeleteSubscription),
    /// State whether a party answers.
    #[n(6)]
    SetAvailability(#[n(0)] SetAvailability),
    /// A sign of life of a member.
    #[n(7)]
    RecordHeartbeat(#[n(0)] RecordHeartbeat),
    /// A problem that a party reports.
    #[n(8)]
    Report(#[n(0)] Report),
    /// Time passes.
    #[n(9)]
    Tick,
}

/// Who asked, when, and the randomness that came with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Proposed time, microseconds since the epoch; sky time never goes back for it.
    pub at_us: i64,
    /// Who asked.
    pub subject: Subject,
    /// Fresh with each command.
    pub salt: Salt,
}

/// What a command that was carried out answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Of an intent, with whom to tell.
    Intent(IntentAnswer),
    /// Of a constraint, with whom to tell.
    Constraint(ConstraintAnswer),
    /// Of a subscription, with what it already concerns.
    Subscription(SubscriptionAnswer),
    /// Of an availability.
    Availability(AvailabilityRecord),
    /// Nothing to say.
    Done,
}

/// An intent as written or as deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntentAnswer {
    /// The intent.
    pub intent: Arc<Intent>,
    /// Whom its manager must tell.
    pub subscribers: Vec<SubscriberGroup>,
}

/// A constraint as written or as deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConstraintAnswer {
    /// The constraint.
    pub constraint: Arc<Constraint>,
    /// Whom its manager must tell.
    pub subscribers: Vec<SubscriberGroup>,
}

/// A subscription as written or as deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionAnswer {
    /// The subscription.
    pub subscription: Arc<Subscription>,
    /// What it concerns now, ascending by id; empty when not asked for or deleted.
    pub intents: Vec<Arc<Intent>>,
    /// What it concerns now, ascending by id; empty when not asked for or deleted.
    pub constraints: Vec<Arc<Constraint>>,
}

/// Checks everything, then changes everything.
pub(crate) trait Apply {
    type Answer;
    fn apply(self, sky: &mut Sky, cause: &Cause) -> Result<Self::Answer, Refusal>;
}
