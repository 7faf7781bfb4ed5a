//! How the sky's records look in JSON, straight from where they lie.
//!
//! An OVN is proof of having seen an entity's details, so nobody but its manager is shown it. No
//! field is ever `null`: clients check answers against schemas that do not know it.

use keepclear_sky::{
    Availability, Constraint, Intent, IntentState, Sky, Subject, SubscriberGroup, Subscription,
};
use serde::ser::SerializeSeq as _;
use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::instant_text::InstantText;

/// What others than the manager see as OVN. F3548-21, `EntityOVN`.
const HIDDEN_OVN: &str = "Available from USS";
/// Stands for no subscription where the field is required: an id that nobody has.
const NO_SUBSCRIPTION: Uuid = Uuid::from_u128(0x0000_0000_0000_4000_8000_0000_0000_0000);
/// About how many bytes a reference takes, for the buffer.
const REFERENCE_BYTES: usize = 512;

/// Writes a view as JSON; `references` is about how many records it holds.
pub fn json(view: &impl Serialize, references: usize) -> Vec<u8> {
    let mut body = Vec::with_capacity(128 + REFERENCE_BYTES * references);
    // Maps with text keys and a growing buffer leave nothing that could fail.
    let _ = serde_json::to_writer(&mut body, view);
    body
}

/// A UUID, lower case and hyphenated.
#[derive(Clone, Copy)]
pub struct IdText(pub Uuid);

impl Serialize for IdText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut buffer = Uuid::encode_buffer();
        serializer.serialize_str(self.0.as_hyphenated().encode_lower(&mut buffer))
    }
}

/// `Time` of the standard.
#[derive(Serialize)]
pub struct TimeView {
    value: InstantText,
    format: &'static str,
}

impl TimeView {
    fn new(us: i64) -> Self {
        Self { value: InstantText(us), format: "RFC3339" }
    }
}

/// Who looks, and at which state.
#[derive(Clone, Copy)]
pub struct Viewer<'a> {
    /// The state that tells of availabilities.
    pub sky: &'a Sky,
    /// Whose OVNs are shown.
    pub subject: &'a str,
}

/// `OperationalIntentReference`.
#[derive(Serialize)]
pub struct IntentView<'a> {
    id: IdText,
    manager: &'a str,
    uss_availability: &'static str,
    version: u32,
    state: &'static str,
    ovn: &'a str,
    time_start: TimeView,
    time_end: TimeView,
    uss_base_url: &'a str,
    subscription_id: IdText,
}

/// `ConstraintReference`.
#[derive(Serialize)]
pub struct ConstraintView<'a> {
    id: IdText,
    manager: &'a str,
    uss_availability: &'static str,
    version: u32,
    ovn: &'a str,
    time_start: TimeView,
    time_end: TimeView,
    uss_base_url: &'a str,
}

impl<'a> Viewer<'a> {
    fn ovn(self, manager: &Subject, ovn: &'a str) -> &'a str {
        if manager.as_str() == self.subject { ovn } else { HIDDEN_OVN }
    }

    /// An intent as the viewer may see it.
    pub fn intent(self, intent: &'a Intent) -> IntentView<'a> {
        let availability = self.sky.availability(&intent.manager);
        IntentView {
            id: IdText(intent.id.0),
            manager: intent.manager.as_str(),
            uss_availability: availability
                .map_or("Unknown", |record| availability_text(record.availability)),
            version: intent.version,
            state: state_text(intent.state),
            ovn: self.ovn(&intent.manager, intent.ovn.as_str()),
            time_start: TimeView::new(intent.time.start_us),
            time_end: TimeView::new(intent.time.end_us),
            uss_base_url: &intent.base_url,
            subscription_id: IdText(intent.subscription.map_or(NO_SUBSCRIPTION, |id| id.0)),
        }
    }

    /// A constraint as the viewer may see it. Availabilities are stated of strategic coordination
    /// only, so that of its manager is not known.
    pub fn constraint(self, constraint: &'a Constraint) -> ConstraintView<'a> {
        ConstraintView {
            id: IdText(constraint.id.0),
            manager: constraint.manager.as_str(),
            uss_availability: "Unknown",
            version: constraint.version,
            ovn: self.ovn(&constraint.manager, constraint.ovn.as_str()),
            time_start: TimeView::new(constraint.time.start_us),
            time_end: TimeView::new(constraint.time.end_us),
            uss_base_url: &constraint.base_url,
        }
    }

    /// Intents as the viewer may see them.
    pub fn intents<I>(self, intents: &'a [I]) -> Vec<IntentView<'a>>
    where
        I: AsRef<Intent>,
    {
        intents.iter().map(|intent| self.intent(intent.as_ref())).collect()
    }

    /// Constraints as the viewer may see them.
    pub fn constraints<C>(self, constraints: &'a [C]) -> Vec<ConstraintView<'a>>
    where
        C: AsRef<Constraint>,
    {
        constraints.iter().map(|constraint| self.constraint(constraint.as_ref())).collect()
    }
}

/// `Subscription`; seen by its manager only.
#[derive(Serialize)]
pub struct SubscriptionView<'a> {
    id: IdText,
    version: &'a str,
    notification_index: u32,
    time_start: TimeView,
    time_end: TimeView,
    uss_base_url: &'a str,
    notify_for_operational_intents: bool,
    notify_for_constraints: bool,
    implicit_subscription: bool,
    dependent_operational_intents: Vec<IdText>,
}

impl<'a> SubscriptionView<'a> {
    /// A subscription in full.
    pub fn new(subscription: &'a Subscription) -> Self {
        Self {
            id: IdText(subscription.id.0),
            version: subscription.version.as_str(),
            notification_index: subscription.notification_index,
            time_start: TimeView::new(subscription.time.start_us),
            time_end: TimeView::new(subscription.time.end_us),
            uss_base_url: &subscription.base_url,
            notify_for_operational_intents: subscription.for_intents,
            notify_for_constraints: subscription.for_constraints,
            implicit_subscription: subscription.implicit,
            dependent_operational_intents: subscription
                .dependents
                .iter()
                .map(|id| IdText(id.0))
                .collect(),
        }
    }
}

/// A list of `SubscriberToNotify`.
pub struct SubscribersView<'a>(pub &'a [SubscriberGroup]);

impl Serialize for SubscribersView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct State {
            subscription_id: IdText,
            notification_index: u32,
        }
        #[derive(Serialize)]
        struct Group<'a> {
            uss_base_url: &'a str,
            subscriptions: Vec<State>,
        }
        let mut groups = serializer.serialize_seq(Some(self.0.len()))?;
        for group in self.0 {
            let states = group.notices.iter().map(|notice| State {
                subscription_id: IdText(notice.subscription.0),
                notification_index: notice.index,
            });
            let (uss_base_url, subscriptions) = (&*group.base_url, states.collect());
            groups.serialize_element(&Group { uss_base_url, subscriptions })?;
        }
        groups.end()
    }
}

/// The standard's word for an availability.
pub fn availability_text(availability: Availability) -> &'static str {
    match availability {
        Availability::Unknown => "Unknown",
        Availability::Normal => "Normal",
        Availability::Down => "Down",
    }
}

fn state_text(state: IntentState) -> &'static str {
    match state {
        IntentState::Accepted => "Accepted",
        IntentState::Activated => "Activated",
        IntentState::Nonconforming => "Nonconforming",
        IntentState::Contingent => "Contingent",
    }
}

#[cfg(test)]
mod tests {
    use keepclear_sky::{
        Charter, EntityId, Extent, Matching, Ovn, RETENTION_DEFAULT_US, SkyId, TimeRange,
    };
    use serde_json::json;

    use super::*;

    #[test]
    fn an_ovn_is_shown_to_its_manager_only_and_no_subscription_has_an_id_of_its_own() {
        let charter = Charter {
            sky: SkyId(Uuid::nil()),
            matching: Matching::Compatible,
            exercise: false,
            arbiters: Vec::new(),
            retention_us: RETENTION_DEFAULT_US,
        };
        let sky = Sky::found(charter, 0);
        let intent = Intent {
            id: EntityId(Uuid::from_u128(0x0000_0191_e36d_40be_8d38_beca_6ca3_0000)),
            manager: "uss1".into(),
            state: IntentState::Activated,
            version: 3,
            ovn: Ovn::from("an-ovn-of-the-manager"),
            base_url: "https://a.example/x?y=z".into(),
            time: TimeRange { start_us: 0, end_us: 1_500_000 },
            subscription: None,
            extent: Extent { blocks: Vec::new() },
        };
        let seen = |subject| {
            let viewer = Viewer { sky: &sky, subject };
            serde_json::to_value(viewer.intent(&intent)).unwrap()
        };
        let expected = |ovn| {
            json!({
                "id": "00000191-e36d-40be-8d38-beca6ca30000", "manager": "uss1",
                "uss_availability": "Unknown", "version": 3, "state": "Activated", "ovn": ovn,
                "time_start": {"value": "1970-01-01T00:00:00Z", "format": "RFC3339"},
                "time_end": {"value": "1970-01-01T00:00:01.5Z", "format": "RFC3339"},
                "uss_base_url": "https://a.example/x?y=z",
                "subscription_id": "00000000-0000-4000-8000-000000000000",
            })
        };
        assert_eq!(seen("uss1"), expected("an-ovn-of-the-manager"));
        assert_eq!(seen("uss2"), expected("Available from USS"));
    }
}
