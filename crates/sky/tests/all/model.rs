//! The rules of the sky written the slow and obvious way: plain lists, looked through from the
//! front each time, every time filter computed at the moment of the look.
//!
//! Names that the sky makes (OVNs, versions) are taken from its own answer, since any new one will
//! do; that they are new is checked here.

mod intents;
mod rest;
mod subscriptions;

use std::sync::Arc;

use keepclear_sky::{
    Answer, Area, Availability, AvailabilityRecord, Cause, Charter, Command, Constraint, EntityId,
    Extent, Intent, Member, Notice, Ovn, Refusal, Sky, Subject, SubscriberGroup, Subscription,
    SubscriptionId, TUPLES_MAX, TimeRange, Tombstone, Version,
};
use uuid::Uuid;

use crate::generate::MINUTE_US;
use crate::place::{meet, touches};

pub struct Model {
    charter: Charter,
    pub now_us: i64,
    pub intents: Vec<Intent>,
    pub constraints: Vec<Constraint>,
    pub subscriptions: Vec<Subscription>,
    pub availability: Vec<(Subject, AvailabilityRecord)>,
    pub members: Vec<(String, Member)>,
    used_suffixes: Vec<(EntityId, Uuid)>,
    deletions: Vec<(Uuid, Tombstone)>,
    names: Vec<Arc<str>>,
}

/// Where the model learns the names that the sky has made.
pub struct Names<'a> {
    pub answer: &'a Result<Answer, Refusal>,
    pub sky: &'a Sky,
}

impl Names<'_> {
    fn ovn(&self) -> Ovn {
        match self.answer {
            Ok(Answer::Intent(answer)) => answer.intent.ovn.clone(),
            Ok(Answer::Constraint(answer)) => answer.constraint.ovn.clone(),
            _ => "the sky did not write it".into(),
        }
    }

    fn availability(&self) -> Version {
        match self.answer {
            Ok(Answer::Availability(record)) => record.version.clone(),
            _ => "the sky did not write it".into(),
        }
    }

    fn subscription(&self, id: SubscriptionId, manager: &Subject) -> Version {
        match self.sky.subscription(id, manager) {
            Ok(subscription) => subscription.version.clone(),
            Err(_) => "the sky did not write it".into(),
        }
    }
}

impl Model {
    pub fn found(charter: Charter, now_us: i64) -> Self {
        Self {
            charter,
            now_us,
            intents: Vec::new(),
            constraints: Vec::new(),
            subscriptions: Vec::new(),
            availability: Vec::new(),
            members: Vec::new(),
            used_suffixes: Vec::new(),
            deletions: Vec::new(),
            names: Vec::new(),
        }
    }

    /// What the rules make of a command.
    pub fn apply(
        &mut self,
        cause: &Cause,
        command: Command,
        names: &Names<'_>,
    ) -> Result<Answer, Refusal> {
        // Sky time never goes back.
        self.now_us = self.now_us.max(cause.at_us);
        self.forget();
        let who = &cause.subject;
        match command {
            Command::PutIntent(put) => self.put_intent(who, put, names).map(Answer::Intent),
            Command::DeleteIntent(delete) => self.delete_intent(who, &delete).map(Answer::Intent),
            Command::PutConstraint(put) => {
                self.put_constraint(who, put, names).map(Answer::Constraint)
            }
            Command::DeleteConstraint(delete) => {
                self.delete_constraint(who, &delete).map(Answer::Constraint)
            }
            Command::PutSubscription(put) => {
                self.put_subscription(who, put, names).map(Answer::Subscription)
            }
            Command::DeleteSubscription(delete) => {
                self.delete_subscription(who, &delete).map(Answer::Subscription)
            }
            Command::SetAvailability(set) => {
                self.set_availability(who, set, names).map(Answer::Availability)
            }
            Command::RecordHeartbeat(heartbeat) => {
                self.heartbeat(heartbeat);
                Ok(Answer::Done)
            }
            Command::Report(_) | Command::Tick => Ok(Answer::Done),
        }
    }

    /// What ended longer ago than the charter keeps it is as if it had never been.
    fn forget(&mut self) {
        let kept_us = self.now_us - self.charter.retention_us;
        let ended: Vec<Intent> =
            self.intents.iter().filter(|i| i.time.end_us < kept_us).cloned().collect();
        self.intents.retain(|intent| intent.time.end_us >= kept_us);
        for intent in ended {
            self.rests_no_longer(intent.subscription, intent.id);
        }
        self.constraints.retain(|constraint| constraint.time.end_us >= kept_us);
        self.subscriptions.retain(|subscription| subscription.time.end_us >= kept_us);
    }

    /// The intent rests on the subscription no longer; an implicit one goes with its last.
    fn rests_no_longer(&mut self, subscription: Option<SubscriptionId>, intent: EntityId) {
        for held in &mut self.subscriptions {
            if Some(held.id) == subscription {
                held.dependents.retain(|&dependent| dependent != intent);
            }
        }
        self.subscriptions.retain(|held| {
            Some(held.id) != subscription || !held.implicit || !held.dependents.is_empty()
        });
    }

    /// Counts a change for each subscription in force that overlaps the old or the new extent in
    /// area and time and asks for such changes; grouped by where they are told.
    fn tell(
        &mut self,
        extents: &[&Extent],
        asks: fn(&Subscription) -> bool,
    ) -> Vec<SubscriberGroup> {
        let now_us = self.now_us;
        let mut groups: Vec<SubscriberGroup> = Vec::new();
        self.subscriptions.sort_by_key(|subscription| subscription.id);
        for held in &mut self.subscriptions {
            let overlaps = extents.iter().any(|extent| meet(extent, &held.extent, i64::MIN));
            if !overlaps || held.time.end_us < now_us || !asks(held) {
                continue;
            }
            held.notification_index += 1;
            let notice = Notice { subscription: held.id, index: held.notification_index };
            match groups.iter_mut().find(|group| group.base_url == held.base_url) {
                Some(group) => group.notices.push(notice),
                None => groups.push(SubscriberGroup {
                    base_url: Arc::clone(&held.base_url),
                    notices: vec![notice],
                }),
            }
        }
        groups.sort_by(|a, b| a.base_url.cmp(&b.base_url));
        groups
    }

    fn is_down(&self, subject: &Subject) -> bool {
        let stated = self.availability.iter().find(|(uss, _)| uss == subject);
        stated.is_some_and(|(_, record)| record.availability == Availability::Down)
    }

    /// A name must never have been one before.
    fn new_name(&mut self, name: &Arc<str>) {
        assert!(!self.names.contains(name), "{name} has been a name before");
        self.names.push(Arc::clone(name));
    }

    fn deleted(&mut self, id: Uuid, manager: &Subject, version: &Arc<str>) {
        self.lives(id);
        let (manager, version) = (manager.clone(), Arc::clone(version));
        self.deletions.push((id, Tombstone { deleted_us: self.now_us, manager, version }));
    }

    fn lives(&mut self, id: Uuid) {
        self.deletions.retain(|(deleted, _)| *deleted != id);
    }

    /// Remembered for 10 minutes.
    fn gone(&self, id: Uuid) -> Option<Tombstone> {
        let held = self.deletions.iter().find(|(deleted, _)| *deleted == id);
        held.map(|(_, gone)| gone.clone()).filter(|g| g.deleted_us >= self.now_us - 10 * MINUTE_US)
    }

    fn not_found(&self, kind: &'static str, id: Uuid) -> Refusal {
        Refusal::NotFound { kind, id, gone: self.gone(id) }
    }

    pub fn intent(&self, id: EntityId) -> Result<&Intent, Refusal> {
        let found = self.intents.iter().find(|intent| intent.id == id);
        found.ok_or_else(|| self.not_found("operational intent", id.0))
    }

    pub fn constraint(&self, id: EntityId) -> Result<&Constraint, Refusal> {
        let found = self.constraints.iter().find(|constraint| constraint.id == id);
        found.ok_or_else(|| self.not_found("constraint", id.0))
    }

    pub fn subscription(
        &self,
        id: SubscriptionId,
        subject: &Subject,
    ) -> Result<&Subscription, Refusal> {
        let found = self.subscriptions.iter().find(|subscription| subscription.id == id);
        let found = found.ok_or_else(|| self.not_found("subscription", id.0))?;
        only_its_manager("subscription", id.0, &found.manager, subject)?;
        Ok(found)
    }

    pub fn intents_in(&self, area: &Area) -> Vec<Intent> {
        let mut found: Vec<Intent> =
            self.intents.iter().filter(|intent| touches(&intent.extent, area)).cloned().collect();
        found.sort_by_key(|intent| intent.id);
        found
    }

    pub fn constraints_in(&self, area: &Area) -> Vec<Constraint> {
        let touching = self.constraints.iter().filter(|held| touches(&held.extent, area));
        let mut found: Vec<Constraint> = touching.cloned().collect();
        found.sort_by_key(|constraint| constraint.id);
        found
    }

    pub fn subscriptions_in(&self, area: &Area, who: &Subject, now_us: i64) -> Vec<Subscription> {
        let own = self.subscriptions.iter().filter(|held| held.manager == *who);
        let touching = own.filter(|held| touches(&held.extent, area) && held.time.end_us >= now_us);
        let mut found: Vec<Subscription> = touching.cloned().collect();
        found.sort_by_key(|subscription| subscription.id);
        found
    }
}

fn only_its_manager(
    kind: &'static str,
    id: Uuid,
    manager: &Subject,
    subject: &Subject,
) -> Result<(), Refusal> {
    if manager == subject {
        return Ok(());
    }
    Err(Refusal::NotManager { kind, id, subject: subject.clone() })
}

fn not_over(time: TimeRange, now_us: i64) -> Result<(), Refusal> {
    if time.end_us < now_us {
        return Err(Refusal::EndsInPast { field: "time_end" });
    }
    Ok(())
}

fn not_too_much(extent: &Extent) -> Result<(), Refusal> {
    let tuples: usize = extent.blocks.iter().map(|block| block.cells.len()).sum();
    if tuples > TUPLES_MAX {
        return Err(Refusal::TooManyTuples(tuples));
    }
    Ok(())
}
