//! Deleting an operational intent (F3548-21 OPIN0040): the flight is over or cancelled.

use std::sync::Arc;

use minicbor::{Decode, Encode};

use super::{Apply, Cause, INTENT, IntentAnswer};
use crate::ids::{EntityId, Ovn};
use crate::intent::Intent;
use crate::notify::Changed;
use crate::refusal::Refusal;
use crate::sky::Sky;
use crate::tombstone::Tombstone;

/// Decoded from `DELETE /dss/v1/operational_intent_references/{entityid}/{ovn}`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeleteIntent {
    /// Which.
    #[n(0)]
    pub id: EntityId,
    /// The OVN that the manager last saw.
    #[n(1)]
    pub expected: Ovn,
    /// Let a manager that is marked Down do this all the same.
    #[n(2)]
    pub lenient_down: bool,
}

impl DeleteIntent {
    pub(crate) fn check(
        &self,
        sky: &Sky,
        cause: &Cause,
        _now_us: i64,
    ) -> Result<Arc<Intent>, Refusal> {
        let (kind, id) = (INTENT, self.id.0);
        let Some(intent) = sky.intents.get(id) else {
            return Err(Refusal::NotFound { kind, id, gone: sky.tombstones.get(id).cloned() });
        };
        if intent.manager != cause.subject {
            return Err(Refusal::NotManager { kind, id, subject: cause.subject.clone() });
        }
        if intent.ovn != self.expected {
            return Err(Refusal::NotCurrent { kind, id });
        }
        if sky.is_down(&cause.subject) && !self.lenient_down {
            return Err(Refusal::ManagerDown(cause.subject.clone()));
        }
        Ok(Arc::clone(intent))
    }
}

impl Apply for DeleteIntent {
    type Answer = IntentAnswer;

    fn apply(self, sky: &mut Sky, cause: &Cause) -> Result<IntentAnswer, Refusal> {
        let intent = self.check(sky, cause, sky.now_us)?;
        // Before its own implicit subscription goes, so that the manager's other seats hear of it.
        let subscribers = sky.notify(Changed::Intent, &[&intent.extent]);
        sky.intents.remove(intent.id.0);
        sky.release(&intent.manager, &intent.base_url);
        if let Some(subscription) = intent.subscription {
            sky.detach(subscription, intent.id);
        }
        sky.tombstones.add(
            intent.id.0,
            Tombstone {
                deleted_us: sky.now_us,
                manager: intent.manager.clone(),
                version: Arc::clone(&intent.ovn.0),
            },
        );
        Ok(IntentAnswer { intent, subscribers })
    }
}
