//! Deleting a subscription. Not while intents rest on it: their managers would fly uninformed.

use std::sync::Arc;

use minicbor::{Decode, Encode};

use super::{Apply, Cause, SUBSCRIPTION, SubscriptionAnswer};
use crate::ids::{SubscriptionId, Version};
use crate::refusal::Refusal;
use crate::sky::Sky;
use crate::subscription::Subscription;
use crate::tombstone::Tombstone;

/// Decoded from `DELETE /dss/v1/subscriptions/{subscriptionid}/{version}`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeleteSubscription {
    /// Which.
    #[n(0)]
    pub id: SubscriptionId,
    /// The version that the manager last saw.
    #[n(1)]
    pub expected: Version,
}

impl DeleteSubscription {
    pub(crate) fn check(
        &self,
        sky: &Sky,
        cause: &Cause,
        _now_us: i64,
    ) -> Result<Arc<Subscription>, Refusal> {
        let (kind, id) = (SUBSCRIPTION, self.id.0);
        let Some(subscription) = sky.subscriptions.get(id) else {
            return Err(Refusal::NotFound { kind, id, gone: sky.tombstones.get(id).cloned() });
        };
        if subscription.manager != cause.subject {
            return Err(Refusal::NotManager { kind, id, subject: cause.subject.clone() });
        }
        if subscription.version != self.expected {
            return Err(Refusal::NotCurrent { kind, id });
        }
        let dependents = subscription.dependents.len();
        if dependents > 0 {
            return Err(Refusal::HasDependents { subscription: self.id, dependents });
        }
        Ok(Arc::clone(subscription))
    }
}

impl Apply for DeleteSubscription {
    type Answer = SubscriptionAnswer;

    fn apply(self, sky: &mut Sky, cause: &Cause) -> Result<SubscriptionAnswer, Refusal> {
        let subscription = self.check(sky, cause, sky.now_us)?;
        sky.remove_subscription(subscription.id);
        sky.tombstones.add(
            subscription.id.0,
            Tombstone {
                deleted_us: sky.now_us,
                manager: subscription.manager.clone(),
                version: Arc::clone(&subscription.version.0),
            },
        );
        Ok(SubscriptionAnswer { subscription, intents: Vec::new(), constraints: Vec::new() })
    }
}
