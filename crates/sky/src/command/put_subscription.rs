//! Creating or updating an explicit subscription (F3548-21 DSS0005,5 and DSS0015).

use std::sync::Arc;

use minicbor::{Decode, Encode};

use super::{Apply, Cause, SUBSCRIPTION, SubscriptionAnswer};
use crate::extent::{Extent, TUPLES_MAX, TimeRange};
use crate::ids::{SubscriptionId, Version};
use crate::refusal::Refusal;
use crate::sky::Sky;
use crate::subscription::Subscription;

/// Longest that a subscription lasts, microseconds. F3548-21 DSS0015.
const LENGTH_MAX_US: i64 = 24 * 3_600 * 1_000_000;

/// Longest that a subscription may have begun before it is asked for, microseconds.
const START_AGE_MAX_US: i64 = 5 * 60 * 1_000_000;

/// Decoded from `PUT /dss/v1/subscriptions/{subscriptionid}[/{version}]`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PutSubscription {
    /// Chosen by the manager.
    #[n(0)]
    pub id: SubscriptionId,
    /// The version that the manager last saw; `None` creates.
    #[n(1)]
    pub expected: Option<Version>,
    /// Where the manager wants to be told.
    #[n(2)]
    pub base_url: String,
    /// Missing: sky time, or that of the version before. Microseconds since the epoch.
    #[n(3)]
    pub start_us: Option<i64>,
    /// Missing: 24 h after the start, or that of the version before. Microseconds since the epoch.
    #[n(4)]
    pub end_us: Option<i64>,
    /// Its cells and altitudes; the times of its blocks do not count.
    #[n(5)]
    pub extent: Extent,
    /// Tell of intents.
    #[n(6)]
    pub for_intents: bool,
    /// Tell of constraints.
    #[n(7)]
    pub for_constraints: bool,
}

/// What the check found and the change needs.
pub(crate) struct Checked {
    old: Option<Arc<Subscription>>,
    time: TimeRange,
}

impl PutSubscription {
    pub(crate) fn check(&self, sky: &Sky, cause: &Cause, now_us: i64) -> Result<Checked, Refusal> {
        let (kind, id) = (SUBSCRIPTION, self.id.0);
        let tuples = self.extent.tuples();
        if tuples > TUPLES_MAX {
            return Err(Refusal::TooManyTuples(tuples));
        }
        let old = sky.subscriptions.get(id);
        let time = self.time(old.map(|old| old.time), now_us)?;
        match (old, &self.expected) {
            (None, None) => Ok(Checked { old: None, time }),
            (None, Some(_)) => {
                let gone = sky.tombstones.get(id).cloned();
                Err(Refusal::UpdateOfMissing { kind, id, gone })
            }
            (Some(old), _) if old.manager != cause.subject => {
                Err(Refusal::NotManager { kind, id, subject: cause.subject.clone() })
            }
            (Some(_), None) => Err(Refusal::Exists { kind, id }),
            (Some(old), Some(expected)) if old.version != *expected => {
                Err(Refusal::NotCurrent { kind, id })
            }
            (Some(old), Some(_)) => {
                self.check_dependents(sky, old, time, now_us)?;
                Ok(Checked { old: Some(Arc::clone(old)), time })
            }
        }
    }

    fn time(&self, old: Option<TimeRange>, now_us: i64) -> Result<TimeRange, Refusal> {
        let wrong = |field, reason| Err(Refusal::SubscriptionTime { field, reason });
        let start_us = self.start_us.unwrap_or_else(|| old.map_or(now_us, |old| old.start_us));
        let kept = old.is_some_and(|old| old.start_us == start_us);
        if !kept && start_us < now_us - START_AGE_MAX_US {
            return wrong("time_start", "is more than 5 minutes in the past");
        }
        let end_us = self.end_us.unwrap_or_else(|| {
            old.map_or(start_us.saturating_add(LENGTH_MAX_US), |old| old.end_us)
        });
        if end_us < start_us {
            return wrong("time_end", "is before time_start");
        }
        if end_us < now_us {
            return wrong("time_end", "is in the past");
        }
        if end_us.saturating_sub(start_us) > LENGTH_MAX_US {
            return wrong("time_end", "is more than 24 hours after time_start");
        }
        Ok(TimeRange { start_us, end_us })
    }

    fn check_dependents(
        &self,
        sky: &Sky,
        old: &Subscription,
        time: TimeRange,
        now_us: i64,
    ) -> Result<(), Refusal> {
        if old.dependents.is_empty() {
            return Ok(());
        }
        let mut changed = old.clone();
        (changed.extent, changed.lower_mm, changed.upper_mm) =
            Subscription::shape(&self.extent, time, sky.charter.matching);
        changed.time = time;
        for &intent in &old.dependents {
            let Some(dependent) = sky.intents.get(intent.0) else { continue };
            let loses_altitudes = old.covers_altitudes(&dependent.extent)
                && !changed.covers_altitudes(&dependent.extent);
            if loses_altitudes || !changed.covers(&dependent.extent, dependent.time, now_us) {
                return Err(Refusal::DependentUncovered { subscription: self.id, intent });
            }
        }
        Ok(())
    }
}

impl Apply for PutSubscription {
    type Answer = SubscriptionAnswer;

    fn apply(self, sky: &mut Sky, cause: &Cause) -> Result<SubscriptionAnswer, Refusal> {
        let Checked { old, time } = self.check(sky, cause, sky.now_us)?;
        let Self {
            id,
            expected: _,
            base_url,
            start_us: _,
            end_us: _,
            extent,
            for_intents,
            for_constraints,
        } = self;
        let (extent, lower_mm, upper_mm) = Subscription::shape(&extent, time, sky.charter.matching);
        sky.tombstones.forget(id.0);
        let subscription = sky.put_subscription(Subscription {
            id,
            manager: cause.subject.clone(),
            version: Version(cause.salt.name("version", id.0.as_bytes()).into()),
            notification_index: old.as_ref().map_or(0, |old| old.notification_index),
            base_url: base_url.into(),
            time,
            for_intents,
            for_constraints,
            implicit: false,
            dependents: old.as_ref().map_or_else(Vec::new, |old| old.dependents.clone()),
            extent,
            lower_mm,
            upper_mm,
        });
        let (now_us, area) = (sky.now_us, &subscription.extent);
        let mut intents = Vec::new();
        let mut constraints = Vec::new();
        if for_intents {
            intents.extend(sky.intents.live_overlapping(area, now_us, now_us).cloned());
            intents.sort_unstable_by_key(|intent| intent.id);
        }
        if for_constraints {
            constraints.extend(sky.constraints.live_overlapping(area, now_us, now_us).cloned());
            constraints.sort_unstable_by_key(|constraint| constraint.id);
        }
        Ok(SubscriptionAnswer { subscription, intents, constraints })
    }
}
