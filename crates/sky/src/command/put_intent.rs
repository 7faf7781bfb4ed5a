//! Creating or updating an operational intent (F3548-21 DSS0005,1).
//!
//! The key is what makes the sky safe: an intent that its manager wants to fly as planned is let in
//! only if the manager proves to have seen the current version of everything that it may meet.

use std::sync::Arc;

use minicbor::{Decode, Encode};
use uuid::Uuid;

use super::{Apply, Cause, INTENT, IntentAnswer};
use crate::constraint::Constraint;
use crate::extent::{Extent, TUPLES_MAX, TimeRange};
use crate::ids::{EntityId, Ovn, Subject, SubscriptionId, Version};
use crate::intent::{Intent, IntentState};
use crate::notify::Changed;
use crate::past_ovns;
use crate::refusal::Refusal;
use crate::sky::Sky;
use crate::subscription::Subscription;

/// Decoded from `PUT /dss/v1/operational_intent_references/{entityid}[/{ovn}]`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PutIntent {
    /// Chosen by the manager.
    #[n(0)]
    pub id: EntityId,
    /// The OVN that the manager last saw; `None` creates.
    #[n(1)]
    pub expected: Option<Ovn>,
    /// Its state from here on.
    #[n(2)]
    pub state: IntentState,
    /// Where the manager answers for the details.
    #[n(3)]
    pub base_url: String,
    /// From the first start to the last end.
    #[n(4)]
    pub time: TimeRange,
    /// What it touches.
    #[n(5)]
    pub extent: Extent,
    /// OVNs of what the manager has seen, in any order.
    #[n(6)]
    pub key: Vec<Ovn>,
    /// What keeps the manager informed.
    #[n(7)]
    pub attachment: Attachment,
    /// Wanted as the end of the next OVN, verbatim.
    #[n(8)]
    pub ovn_suffix: Option<String>,
    /// Let a manager that is marked Down do this all the same.
    #[n(9)]
    pub lenient_down: bool,
}

/// The subscription that an intent rests on.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Attachment {
    /// None; only while Accepted.
    #[n(0)]
    Nothing,
    /// One that exists.
    #[n(1)]
    Existing(#[n(0)] SubscriptionId),
    /// A fresh implicit one.
    #[n(2)]
    New(#[n(0)] NewSubscription),
}

/// A fresh implicit subscription over the intent's area and time.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct NewSubscription {
    /// Fresh with the command.
    #[n(0)]
    pub id: SubscriptionId,
    /// Where the manager wants to be told.
    #[n(1)]
    pub base_url: String,
    /// Tell of constraints too.
    #[n(2)]
    pub for_constraints: bool,
}

/// What the check found and the change needs.
pub(crate) struct Checked {
    old: Option<Arc<Intent>>,
    suffix: Option<Uuid>,
}

impl PutIntent {
    pub(crate) fn check(&self, sky: &Sky, cause: &Cause, now_us: i64) -> Result<Checked, Refusal> {
        let suffix = self.check_fields(sky, now_us)?;
        let old = self.check_version(sky, &cause.subject)?;
        if sky.is_down(&cause.subject) && self.state.needs_key() && !self.lenient_down {
            return Err(Refusal::ManagerDown(cause.subject.clone()));
        }
        let for_constraints = self.check_attachment(sky, &cause.subject, now_us)?;
        if self.state.needs_key() {
            self.check_key(sky, now_us, for_constraints)?;
        }
        Ok(Checked { old, suffix })
    }

    fn check_fields(&self, sky: &Sky, now_us: i64) -> Result<Option<Uuid>, Refusal> {
        if self.time.end_us < now_us {
            return Err(Refusal::EndsInPast { field: "time_end" });
        }
        if self.expected.is_none() && self.state != IntentState::Accepted {
            return Err(Refusal::CreatedNotAccepted(match self.state {
                IntentState::Accepted => "Accepted",
                IntentState::Activated => "Activated",
                IntentState::Nonconforming => "Nonconforming",
                IntentState::Contingent => "Contingent",
            }));
        }
        if self.state != IntentState::Accepted && self.attachment == Attachment::Nothing {
            return Err(Refusal::SubscriptionNeeded);
        }
        let tuples = self.extent.tuples();
        if tuples > TUPLES_MAX {
            return Err(Refusal::TooManyTuples(tuples));
        }
        let Some(suffix) = &self.ovn_suffix else { return Ok(None) };
        let suffix = past_ovns::parse(suffix, now_us)?;
        if sky.past_ovns.contains(self.id, suffix) {
            return Err(Refusal::SuffixUsed(suffix));
        }
        Ok(Some(suffix))
    }

    fn check_version(&self, sky: &Sky, subject: &Subject) -> Result<Option<Arc<Intent>>, Refusal> {
        let id = self.id.0;
        let Some(old) = sky.intents.get(id) else {
            if self.expected.is_none() {
                return Ok(None);
            }
            let gone = sky.tombstones.get(id).cloned();
            return Err(Refusal::UpdateOfMissing { kind: INTENT, id, gone });
        };
        if old.manager != *subject {
            return Err(Refusal::NotManager { kind: INTENT, id, subject: subject.clone() });
        }
        match &self.expected {
            None => Err(Refusal::Exists { kind: INTENT, id }),
            Some(expected) if *expected != old.ovn => Err(Refusal::NotCurrent { kind: INTENT, id }),
            Some(_) => Ok(Some(Arc::clone(old))),
        }
    }

    /// Whether the intent's subscription asks for constraints.
    fn check_attachment(&self, sky: &Sky, subject: &Subject, now_us: i64) -> Result<bool, Refusal> {
        match &self.attachment {
            Attachment::Nothing => Ok(false),
            Attachment::New(new) if sky.subscriptions.get(new.id.0).is_some() => {
                Err(Refusal::Exists { kind: super::SUBSCRIPTION, id: new.id.0 })
            }
            Attachment::New(new) => Ok(new.for_constraints),
            Attachment::Existing(id) => {
                let subscription =
                    sky.subscriptions.get(id.0).ok_or(Refusal::SubscriptionMissing(*id))?;
                if subscription.manager != *subject {
                    let (kind, id) = (super::SUBSCRIPTION, id.0);
                    return Err(Refusal::NotManager { kind, id, subject: subject.clone() });
                }
                if !subscription.implicit && !subscription.covers(&self.extent, self.time, now_us) {
                    return Err(Refusal::SubscriptionTooSmall(*id));
                }
                Ok(subscription.for_constraints)
            }
        }
    }

    fn check_key(&self, sky: &Sky, now_us: i64, for_constraints: bool) -> Result<(), Refusal> {
        let mut key: Vec<&str> = self.key.iter().map(Ovn::as_str).collect();
        key.sort_unstable();
        let knows = |ovn: &Ovn| key.binary_search(&ovn.as_str()).is_ok();
        let mut intents: Vec<Arc<Intent>> = sky
            .intents
            .live_overlapping(&self.extent, now_us, now_us)
            .filter(|other| other.id != self.id && !knows(&other.ovn))
            .filter(|other| other.state != IntentState::Accepted || !sky.is_down(&other.manager))
            .cloned()
            .collect();
        let mut constraints: Vec<Arc<Constraint>> = Vec::new();
        if for_constraints {
            let met = sky.constraints.live_overlapping(&self.extent, now_us, now_us);
            constraints.extend(met.filter(|constraint| !knows(&constraint.ovn)).cloned());
        }
        if intents.is_empty() && constraints.is_empty() {
            return Ok(());
        }
        intents.sort_unstable_by_key(|intent| intent.id);
        constraints.sort_unstable_by_key(|constraint| constraint.id);
        Err(Refusal::KeyIncomplete { intents, constraints })
    }
}

impl Apply for PutIntent {
    type Answer = IntentAnswer;

    fn apply(self, sky: &mut Sky, cause: &Cause) -> Result<IntentAnswer, Refusal> {
        let Checked { old, suffix } = self.check(sky, cause, sky.now_us)?;
        // Taken apart so that a new field cannot be forgotten here.
        let Self {
            id,
            expected: _,
            state,
            base_url,
            time,
            extent,
            key: _,
            attachment,
            ovn_suffix,
            lenient_down: _,
        } = self;
        let ovn = match (suffix, ovn_suffix) {
            (Some(suffix), Some(verbatim)) => {
                sky.past_ovns.add(id, suffix);
                Ovn(format!("{id}_{verbatim}").into())
            }
            _ => Ovn(cause.salt.name("ovn", id.0.as_bytes()).into()),
        };
        let subscription = sky.attach(attachment, id, &extent, time, cause);
        if let Some(previous) = old.as_ref().and_then(|old| old.subscription)
            && subscription != Some(previous)
        {
            sky.detach(previous, id);
        }
        let intent = Intent {
            id,
            manager: cause.subject.clone(),
            state,
            version: old.as_ref().map_or(1, |old| old.version + 1),
            ovn,
            base_url: base_url.into(),
            time,
            subscription,
            extent,
        };
        sky.tombstones.forget(id.0);
        let intent = sky.put_intent(intent);
        let extents: Vec<&Extent> =
            old.iter().map(|old| &old.extent).chain([&intent.extent]).collect();
        let subscribers = sky.notify(Changed::Intent, &extents);
        Ok(IntentAnswer { intent, subscribers })
    }
}

impl Sky {
    /// Makes the subscription that an intent is to rest on hold it.
    fn attach(
        &mut self,
        attachment: Attachment,
        intent: EntityId,
        extent: &Extent,
        time: TimeRange,
        cause: &Cause,
    ) -> Option<SubscriptionId> {
        let matching = self.charter.matching;
        match attachment {
            Attachment::Nothing => None,
            Attachment::Existing(id) => {
                let mut subscription = Subscription::clone(self.subscriptions.get(id.0)?);
                subscription.add_dependent(intent);
                if subscription.implicit && !subscription.covers(extent, time, self.now_us) {
                    subscription.grow(extent, time, matching);
                    subscription.version =
                        Version(cause.salt.name("version", id.0.as_bytes()).into());
                }
                self.put_subscription(subscription);
                Some(id)
            }
            Attachment::New(new) => {
                let NewSubscription { id, base_url, for_constraints } = new;
                let (extent, lower_mm, upper_mm) = Subscription::shape(extent, time, matching);
                self.put_subscription(Subscription {
                    id,
                    manager: cause.subject.clone(),
                    version: Version(cause.salt.name("version", id.0.as_bytes()).into()),
                    notification_index: 0,
                    base_url: base_url.into(),
                    time,
                    for_intents: true,
                    for_constraints,
                    implicit: true,
                    dependents: vec![intent],
                    extent,
                    lower_mm,
                    upper_mm,
                });
                Some(id)
            }
        }
    }

    /// The intent rests on the subscription no longer; an implicit one goes with its last.
    pub(crate) fn detach(&mut self, id: SubscriptionId, intent: EntityId) {
        let Some(subscription) = self.subscriptions.get_mut(id.0) else { return };
        subscription.remove_dependent(intent);
        if subscription.implicit && subscription.dependents.is_empty() {
            self.remove_subscription(id);
        }
    }
}
