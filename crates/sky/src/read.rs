//! Questions to the sky. They change nothing and are answered from memory.

use std::sync::Arc;

use uuid::Uuid;

use crate::availability::AvailabilityRecord;
use crate::command::{CONSTRAINT, INTENT, SUBSCRIPTION};
use crate::constraint::Constraint;
use crate::extent::TimeRange;
use crate::ids::{EntityId, Subject, SubscriptionId};
use crate::index::Bounds;
use crate::intent::Intent;
use crate::member::Member;
use crate::refusal::Refusal;
use crate::sky::Sky;
use crate::subscription::Subscription;

/// A piece of sky and time to search; open bounds are the extremes of their types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// Ids of S2 cells, ascending, none inside another.
    pub cells: Vec<u64>,
    /// Millimetres above the WGS84 ellipsoid.
    pub lower_mm: i32,
    /// Millimetres above the WGS84 ellipsoid.
    pub upper_mm: i32,
    /// When.
    pub time: TimeRange,
}

impl Area {
    fn bounds(&self) -> Bounds {
        Bounds { time: self.time, lower_mm: self.lower_mm, upper_mm: self.upper_mm }
    }
}

impl Sky {
    /// An intent, ended ones included.
    ///
    /// # Errors
    /// [`Refusal::NotFound`].
    pub fn intent(&self, id: EntityId) -> Result<&Arc<Intent>, Refusal> {
        self.intents.get(id.0).ok_or_else(|| self.not_found(INTENT, id.0))
    }

    /// Intents that may touch an area, ended ones included; ascending by id.
    pub fn intents_in(&self, area: &Area) -> Vec<&Arc<Intent>> {
        self.intents.within(&area.cells, &area.bounds())
    }

    /// A constraint, ended ones included.
    ///
    /// # Errors
    /// [`Refusal::NotFound`].
    pub fn constraint(&self, id: EntityId) -> Result<&Arc<Constraint>, Refusal> {
        self.constraints.get(id.0).ok_or_else(|| self.not_found(CONSTRAINT, id.0))
    }

    /// Constraints that may touch an area, ended ones included; ascending by id.
    pub fn constraints_in(&self, area: &Area) -> Vec<&Arc<Constraint>> {
        self.constraints.within(&area.cells, &area.bounds())
    }

    /// A subscription of the caller's own, ended ones included.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or [`Refusal::NotManager`] when it is another's.
    pub fn subscription(
        &self,
        id: SubscriptionId,
        subject: &Subject,
    ) -> Result<&Arc<Subscription>, Refusal> {
        let found = self.subscriptions.get(id.0);
        let subscription = found.ok_or_else(|| self.not_found(SUBSCRIPTION, id.0))?;
        if subscription.manager != *subject {
            let (kind, id) = (SUBSCRIPTION, id.0);
            return Err(Refusal::NotManager { kind, id, subject: subject.clone() });
        }
        Ok(subscription)
    }

    /// The caller's own subscriptions that may touch an area and have not ended at `now_us`;
    /// ascending by id.
    pub fn subscriptions_in(
        &self,
        area: &Area,
        subject: &Subject,
        now_us: i64,
    ) -> Vec<&Arc<Subscription>> {
        let mut found = self.subscriptions.within(&area.cells, &area.bounds());
        found.retain(|subscription| {
            subscription.manager == *subject && subscription.time.end_us >= now_us
        });
        found
    }

    /// What was last stated of a party's ability to answer.
    pub fn availability(&self, uss: &Subject) -> Option<&AvailabilityRecord> {
        self.availability.get(uss)
    }

    /// Every stated availability, ascending by name.
    pub fn availabilities(&self) -> impl Iterator<Item = (&Subject, &AvailabilityRecord)> {
        self.availability.iter()
    }

    /// Every intent, ended ones included, ascending by id.
    pub fn intents_by_id(&self) -> impl Iterator<Item = &Arc<Intent>> {
        self.intents.by_id()
    }

    /// Every constraint, ended ones included, ascending by id.
    pub fn constraints_by_id(&self) -> impl Iterator<Item = &Arc<Constraint>> {
        self.constraints.by_id()
    }

    /// Every subscription, ended ones included, ascending by id.
    pub fn subscriptions_by_id(&self) -> impl Iterator<Item = &Arc<Subscription>> {
        self.subscriptions.by_id()
    }

    /// Members of the pool by name, ascending.
    pub fn members(&self) -> impl Iterator<Item = (&str, &Member)> {
        self.members.iter().map(|(name, member)| (name.as_str(), member))
    }

    /// Numbers of intents, constraints and subscriptions, ended ones included.
    pub fn counts(&self) -> [usize; 3] {
        [self.intents.len(), self.constraints.len(), self.subscriptions.len()]
    }

    fn not_found(&self, kind: &'static str, id: Uuid) -> Refusal {
        Refusal::NotFound { kind, id, gone: self.tombstones.get(id).cloned() }
    }
}
