//! Creating or updating a constraint (F3548-21 DSS0005,3).

use std::sync::Arc;

use minicbor::{Decode, Encode};

use super::{Apply, CONSTRAINT, Cause, ConstraintAnswer};
use crate::constraint::Constraint;
use crate::extent::{Extent, TUPLES_MAX, TimeRange};
use crate::ids::{EntityId, Ovn};
use crate::notify::Changed;
use crate::refusal::Refusal;
use crate::sky::Sky;

/// Decoded from `PUT /dss/v1/constraint_references/{entityid}[/{ovn}]`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PutConstraint {
    /// Chosen by the manager.
    #[n(0)]
    pub id: EntityId,
    /// The OVN that the manager last saw; `None` creates.
    #[n(1)]
    pub expected: Option<Ovn>,
    /// Where the manager answers for the details.
    #[n(2)]
    pub base_url: String,
    /// From the first start to the last end.
    #[n(3)]
    pub time: TimeRange,
    /// What it touches.
    #[n(4)]
    pub extent: Extent,
}

impl PutConstraint {
    pub(crate) fn check(
        &self,
        sky: &Sky,
        cause: &Cause,
        now_us: i64,
    ) -> Result<Option<Arc<Constraint>>, Refusal> {
        let (kind, id) = (CONSTRAINT, self.id.0);
        if self.time.end_us < now_us {
            return Err(Refusal::EndsInPast { field: "time_end" });
        }
        let tuples = self.extent.tuples();
        if tuples > TUPLES_MAX {
            return Err(Refusal::TooManyTuples(tuples));
        }
        let Some(old) = sky.constraints.get(id) else {
            if self.expected.is_none() {
                return Ok(None);
            }
            let gone = sky.tombstones.get(id).cloned();
            return Err(Refusal::UpdateOfMissingConstraint { id: self.id, gone });
        };
        if old.manager != cause.subject {
            return Err(Refusal::NotManager { kind, id, subject: cause.subject.clone() });
        }
        match &self.expected {
            None => Err(Refusal::Exists { kind, id }),
            Some(expected) if *expected != old.ovn => Err(Refusal::NotCurrent { kind, id }),
            Some(_) => Ok(Some(Arc::clone(old))),
        }
    }
}

impl Apply for PutConstraint {
    type Answer = ConstraintAnswer;

    fn apply(self, sky: &mut Sky, cause: &Cause) -> Result<ConstraintAnswer, Refusal> {
        let old = self.check(sky, cause, sky.now_us)?;
        let Self { id, expected: _, base_url, time, extent } = self;
        sky.tombstones.forget(id.0);
        let constraint = sky.put_constraint(Constraint {
            id,
            manager: cause.subject.clone(),
            version: old.as_ref().map_or(1, |old| old.version + 1),
            ovn: Ovn(cause.salt.name("ovn", id.0.as_bytes()).into()),
            base_url: base_url.into(),
            time,
            extent,
        });
        let extents: Vec<&Extent> =
            old.iter().map(|old| &old.extent).chain([&constraint.extent]).collect();
        let subscribers = sky.notify(Changed::Constraint, &extents);
        Ok(ConstraintAnswer { constraint, subscribers })
    }
}
