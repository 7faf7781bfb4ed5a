//! The commands that need less thought than putting an intent.

use keepclear_sky::command::{
    DeleteConstraint, DeleteIntent, DeleteSubscription, PutConstraint, PutSubscription,
    RecordHeartbeat, SetAvailability,
};
use keepclear_sky::{Availability, Cause, EntityId, Sky, Subject, SubscriptionId};

use super::{
    CELLS, Generator, HOUR_US, MINUTE_US, SUBJECTS, cell, constraint_ids, explicit_ids, intent_ids,
    owned, subscriptions,
};

impl Generator {
    pub fn delete_intent(&mut self, sky: &Sky, cause: &mut Cause) -> DeleteIntent {
        let ids: Vec<EntityId> = intent_ids().collect();
        let id = *self.rng.pick(&ids);
        let old = sky.intent(id).ok();
        self.asks(cause, old.map(|old| &old.manager));
        let ovns = self.old_ovns.clone();
        let expected = self.expected(old.map(|old| &old.ovn), &ovns);
        let expected = expected.unwrap_or_else(|| ovns[0].clone());
        DeleteIntent { id, expected, lenient_down: self.rng.percent(10) }
    }

    pub fn put_constraint(&mut self, sky: &Sky, cause: &mut Cause) -> PutConstraint {
        let ids: Vec<EntityId> = constraint_ids().collect();
        let id = *self.rng.pick(&ids);
        let old = sky.constraint(id).ok();
        self.asks(cause, old.map(|old| &old.manager));
        let ovns = self.old_ovns.clone();
        let expected = self.expected(old.map(|old| &old.ovn), &ovns);
        self.old_ovns.extend(old.map(|old| old.ovn.clone()));
        let mut extent = self.extent(cause.at_us);
        if self.rng.percent(30) {
            (extent.blocks[0].lower_mm, extent.blocks[0].upper_mm) = (i32::MIN, i32::MAX);
        }
        let base_url = format!("https://{}.example", cause.subject);
        PutConstraint { id, expected, base_url, time: extent.time(), extent }
    }

    pub fn delete_constraint(&mut self, sky: &Sky, cause: &mut Cause) -> DeleteConstraint {
        let ids: Vec<EntityId> = constraint_ids().collect();
        let id = *self.rng.pick(&ids);
        let old = sky.constraint(id).ok();
        self.asks(cause, old.map(|old| &old.manager));
        let ovns = self.old_ovns.clone();
        let expected = self.expected(old.map(|old| &old.ovn), &ovns);
        DeleteConstraint { id, expected: expected.unwrap_or_else(|| ovns[0].clone()) }
    }

    pub fn put_subscription(&mut self, sky: &Sky, cause: &mut Cause) -> PutSubscription {
        let id = self.subscription_id(sky);
        let old = owned(sky, id);
        self.asks(cause, old.map(|old| &old.manager));
        let versions = self.old_versions.clone();
        let expected = self.expected(old.map(|old| &old.version), &versions);
        self.old_versions.extend(old.map(|old| old.version.clone()));
        let mut extent = self.extent(cause.at_us);
        let wide = self.rng.percent(60);
        if wide {
            extent.blocks[0].cells = (0..CELLS).map(cell).collect();
            (extent.blocks[0].lower_mm, extent.blocks[0].upper_mm) = (0, 400_000);
        }
        let start_us = match self.rng.below(100) {
            0..45 => None,
            45..75 => Some(self.moment(cause.at_us, -4, 2)),
            _ => Some(self.moment(cause.at_us, -6, 8)),
        };
        let begins_us = start_us.unwrap_or(cause.at_us);
        let end_us = match self.rng.below(100) {
            0..20 => None,
            20..25 => Some(begins_us + 24 * HOUR_US + self.rng.between(0, 1)),
            25..40 => Some(self.moment(cause.at_us, -6, 8)),
            _ => Some(self.moment(begins_us, 5, 40)),
        };
        let for_intents = self.rng.percent(80);
        let for_constraints = !for_intents || self.rng.percent(50);
        let base_url = format!("https://{}-{}.example", cause.subject, self.rng.below(2));
        PutSubscription {
            id,
            expected,
            base_url,
            start_us,
            end_us,
            extent,
            for_intents,
            for_constraints,
        }
    }

    pub fn delete_subscription(&mut self, sky: &Sky, cause: &mut Cause) -> DeleteSubscription {
        let id = self.subscription_id(sky);
        let old = owned(sky, id);
        self.asks(cause, old.map(|old| &old.manager));
        let versions = self.old_versions.clone();
        let expected = self.expected(old.map(|old| &old.version), &versions);
        DeleteSubscription { id, expected: expected.unwrap_or_else(|| versions[0].clone()) }
    }

    /// Mostly one that a manager has made, at times one that was made for an intent.
    fn subscription_id(&mut self, sky: &Sky) -> SubscriptionId {
        let known: Vec<SubscriptionId> = subscriptions(sky).collect();
        if !known.is_empty() && self.rng.percent(30) {
            return *self.rng.pick(&known);
        }
        let ids: Vec<SubscriptionId> = explicit_ids().collect();
        *self.rng.pick(&ids)
    }

    pub fn set_availability(&mut self, sky: &Sky, cause: &mut Cause) -> SetAvailability {
        if self.rng.percent(70) {
            cause.subject = (*self.rng.pick(&["tower", "alpha"])).into();
        }
        let uss: Subject = (*self.rng.pick(&SUBJECTS[..3])).into();
        // Down seldom lasts, or little else would be tried.
        let states = match sky.availability(&uss).map(|record| record.availability) {
            Some(Availability::Down) => [Availability::Normal; 3],
            _ => [Availability::Unknown, Availability::Normal, Availability::Down],
        };
        let current = sky.availability(&uss).map(|record| record.version.clone());
        let versions = self.old_versions.clone();
        let expected = self.expected(current.as_ref(), &versions);
        SetAvailability { uss, availability: *self.rng.pick(&states), expected }
    }

    pub fn heartbeat(&mut self) -> RecordHeartbeat {
        let now_us = self.clock_us;
        RecordHeartbeat {
            member: format!("node-{}", self.rng.below(3)),
            public_endpoint: "https://node.example".to_owned(),
            reporter: self.rng.percent(50).then(|| "tower".into()),
            source: "test".to_owned(),
            timestamp_us: self.rng.percent(50).then_some(now_us - 1),
            next_expected_us: self.rng.percent(50).then_some(now_us + MINUTE_US),
        }
    }
}
