//! Deleting a constraint: the airspace is open again.

use std::sync::Arc;

use minicbor::{Decode, Encode};

use super::{Apply, CONSTRAINT, Cause, ConstraintAnswer};
use crate::constraint::Constraint;
use crate::ids::{EntityId, Ovn};
use crate::notify::Changed;
use crate::refusal::Refusal;
use crate::sky::Sky;
use crate::tombstone::Tombstone;

/// Decoded from `DELETE /dss/v1/constraint_references/{entityid}/{ovn}`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeleteConstraint {
    /// Which.
    #[n(0)]
    pub id: EntityId,
    /// The OVN that the manager last saw.
    #[n(1)]
    pub expected: Ovn,
}

impl DeleteConstraint {
    pub(crate) fn check(
        &self,
        sky: &Sky,
        cause: &Cause,
        _now_us: i64,
    ) -> Result<Arc<Constraint>, Refusal> {
        let (kind, id) = (CONSTRAINT, self.id.0);
        let Some(constraint) = sky.constraints.get(id) else {
            return Err(Refusal::NotFound { kind, id, gone: sky.tombstones.get(id).cloned() });
        };
        if constraint.manager != cause.subject {
            return Err(Refusal::NotManager { kind, id, subject: cause.subject.clone() });
        }
        if constraint.ovn != self.expected {
            return Err(Refusal::NotCurrent { kind, id });
        }
        Ok(Arc::clone(constraint))
    }
}

impl Apply for DeleteConstraint {
    type Answer = ConstraintAnswer;

    fn apply(self, sky: &mut Sky, cause: &Cause) -> Result<ConstraintAnswer, Refusal> {
        let constraint = self.check(sky, cause, sky.now_us)?;
        let subscribers = sky.notify(Changed::Constraint, &[&constraint.extent]);
        sky.constraints.remove(constraint.id.0);
        sky.release(&constraint.manager, &constraint.base_url);
        sky.tombstones.add(
            constraint.id.0,
            Tombstone {
                deleted_us: sky.now_us,
                manager: constraint.manager.clone(),
                version: Arc::clone(&constraint.ovn.0),
            },
        );
        Ok(ConstraintAnswer { constraint, subscribers })
    }
}
