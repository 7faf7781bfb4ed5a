//! Operational intents: parameters before existence, owner before OVN, the key last.

use std::sync::Arc;

use keepclear_sky::command::{Attachment, DeleteIntent, PutIntent};
use keepclear_sky::{
    EntityId, Extent, Intent, IntentAnswer, IntentState, Ovn, Refusal, Subject, Subscription,
    SubscriptionId,
};
use uuid::Uuid;

use super::subscriptions::{covers, grown, shaped};
use super::{Model, Names, not_over, not_too_much, only_its_manager};
use crate::generate::MINUTE_US;
use crate::place::meet;

const KIND: &str = "operational intent";

/// Accepted and Activated are flown as planned; the others are told to all without conditions.
fn as_planned(state: IntentState) -> bool {
    state == IntentState::Accepted || state == IntentState::Activated
}

impl Model {
    pub fn put_intent(
        &mut self,
        who: &Subject,
        put: PutIntent,
        names: &Names<'_>,
    ) -> Result<IntentAnswer, Refusal> {
        not_over(put.time, self.now_us)?;
        if put.expected.is_none() && put.state != IntentState::Accepted {
            return Err(Refusal::CreatedNotAccepted(match put.state {
                IntentState::Accepted => unreachable!(),
                IntentState::Activated => "Activated",
                IntentState::Nonconforming => "Nonconforming",
                IntentState::Contingent => "Contingent",
            }));
        }
        if put.state != IntentState::Accepted && put.attachment == Attachment::Nothing {
            return Err(Refusal::SubscriptionNeeded);
        }
        not_too_much(&put.extent)?;
        let suffix = match &put.ovn_suffix {
            Some(text) => Some(self.suffix(put.id, text)?),
            None => None,
        };

        let old = self.intents.iter().find(|intent| intent.id == put.id).cloned();
        match (&old, &put.expected) {
            (None, None) => {}
            (None, Some(_)) => {
                let (kind, id, gone) = (KIND, put.id.0, self.gone(put.id.0));
                return Err(Refusal::UpdateOfMissing { kind, id, gone });
            }
            (Some(old), expected) => {
                only_its_manager(KIND, put.id.0, &old.manager, who)?;
                match expected {
                    None => return Err(Refusal::Exists { kind: KIND, id: put.id.0 }),
                    Some(ovn) if *ovn != old.ovn => {
                        return Err(Refusal::NotCurrent { kind: KIND, id: put.id.0 });
                    }
                    Some(_) => {}
                }
            }
        }
        if as_planned(put.state) && self.is_down(who) && !put.lenient_down {
            return Err(Refusal::ManagerDown(who.clone()));
        }
        let wants_constraints = self.wants_constraints(who, &put)?;
        if as_planned(put.state) {
            self.key_is_complete(put.id, &put.extent, &put.key, wants_constraints)?;
        }

        let ovn = names.ovn();
        self.new_name(&ovn.0);
        assert!((16..=128).contains(&ovn.as_str().len()), "an OVN of a length not allowed: {ovn}");
        if let (Some(suffix), Some(text)) = (suffix, &put.ovn_suffix) {
            assert_eq!(ovn.as_str(), format!("{}_{text}", put.id), "the suffix is taken verbatim");
            self.used_suffixes.push((put.id, suffix));
        }
        let subscription = self.attach(who, &put, names);
        let previous = old.as_ref().and_then(|old| old.subscription);
        if previous != subscription {
            self.rests_no_longer(previous, put.id);
        }
        let intent = Intent {
            id: put.id,
            manager: who.clone(),
            state: put.state,
            version: old.as_ref().map_or(1, |old| old.version + 1),
            ovn,
            base_url: put.base_url.into(),
            time: put.time,
            subscription,
            extent: put.extent,
        };
        self.lives(intent.id.0);
        self.intents.retain(|held| held.id != intent.id);
        self.intents.push(intent.clone());
        let mut extents = vec![&intent.extent];
        extents.extend(old.iter().map(|old| &old.extent));
        let subscribers = self.tell(&extents, |subscription| subscription.for_intents);
        Ok(IntentAnswer { intent: Arc::new(intent), subscribers })
    }

    /// A version-7 UUID within 5 minutes of now that has named no version of this intent.
    fn suffix(&self, id: EntityId, text: &str) -> Result<Uuid, Refusal> {
        let unusable = Refusal::SuffixUnusable { suffix: text.to_owned() };
        let digits: String = text.to_lowercase().chars().filter(|&digit| digit != '-').collect();
        let Ok(bits) = u128::from_str_radix(&digits, 16) else { return Err(unusable) };
        let (version, variant) = ((bits >> 76) & 0xF, (bits >> 62) & 0b11);
        let made_us = (bits >> 80) as i64 * 1_000;
        let near = (self.now_us - 5 * MINUTE_US..=self.now_us + 5 * MINUTE_US).contains(&made_us);
        if digits.len() != 32 || version != 7 || variant != 0b10 || !near {
            return Err(unusable);
        }
        let suffix = Uuid::from_u128(bits);
        if self.used_suffixes.contains(&(id, suffix)) {
            return Err(Refusal::SuffixUsed(suffix));
        }
        Ok(suffix)
    }

    /// Looks at the subscription that the intent is to rest on; whether it asks for constraints.
    fn wants_constraints(&self, who: &Subject, put: &PutIntent) -> Result<bool, Refusal> {
        let find = |id: SubscriptionId| self.subscriptions.iter().find(|held| held.id == id);
        match &put.attachment {
            Attachment::Nothing => Ok(false),
            Attachment::New(new) => match find(new.id) {
                Some(_) => Err(Refusal::Exists { kind: "subscription", id: new.id.0 }),
                None => Ok(new.for_constraints),
            },
            Attachment::Existing(id) => {
                let held = find(*id).ok_or(Refusal::SubscriptionMissing(*id))?;
                only_its_manager("subscription", id.0, &held.manager, who)?;
                let matching = self.charter.matching;
                if !held.implicit && !covers(held, &put.extent, put.time, self.now_us, matching) {
                    return Err(Refusal::SubscriptionTooSmall(*id));
                }
                Ok(held.for_constraints)
            }
        }
    }

    /// Every other intent, own ones too, that may share space and time from now on, but not an
    /// Accepted one of a manager that is Down; and constraints, when they are asked for.
    fn key_is_complete(
        &self,
        id: EntityId,
        extent: &Extent,
        key: &[Ovn],
        wants_constraints: bool,
    ) -> Result<(), Refusal> {
        let now_us = self.now_us;
        let mut intents = Vec::new();
        for other in &self.intents {
            let ignored = other.state == IntentState::Accepted && self.is_down(&other.manager);
            let met = other.id != id && meet(extent, &other.extent, now_us);
            if met && !ignored && !key.contains(&other.ovn) {
                intents.push(Arc::new(other.clone()));
            }
        }
        let mut constraints = Vec::new();
        for constraint in &self.constraints {
            let met = wants_constraints && meet(extent, &constraint.extent, now_us);
            if met && !key.contains(&constraint.ovn) {
                constraints.push(Arc::new(constraint.clone()));
            }
        }
        if intents.is_empty() && constraints.is_empty() {
            return Ok(());
        }
        intents.sort_by_key(|intent| intent.id);
        constraints.sort_by_key(|constraint| constraint.id);
        Err(Refusal::KeyIncomplete { intents, constraints })
    }

    fn attach(
        &mut self,
        who: &Subject,
        put: &PutIntent,
        names: &Names<'_>,
    ) -> Option<SubscriptionId> {
        let matching = self.charter.matching;
        match &put.attachment {
            Attachment::Nothing => None,
            Attachment::New(new) => {
                let version = names.subscription(new.id, who);
                self.new_name(&version.0);
                let (extent, lower_mm, upper_mm) = shaped(&put.extent, put.time, matching);
                self.subscriptions.push(Subscription {
                    id: new.id,
                    manager: who.clone(),
                    version,
                    notification_index: 0,
                    base_url: new.base_url.as_str().into(),
                    time: put.time,
                    for_intents: true,
                    for_constraints: new.for_constraints,
                    implicit: true,
                    dependents: vec![put.id],
                    extent,
                    lower_mm,
                    upper_mm,
                });
                Some(new.id)
            }
            Attachment::Existing(id) => {
                let at = self.subscriptions.iter().position(|held| held.id == *id)?;
                let mut held = self.subscriptions.remove(at);
                held.dependents.retain(|&dependent| dependent != put.id);
                held.dependents.push(put.id);
                held.dependents.sort();
                if !covers(&held, &put.extent, put.time, self.now_us, matching) {
                    held = grown(held, &put.extent, put.time, matching);
                    held.version = names.subscription(*id, who);
                    self.new_name(&held.version.0);
                }
                self.subscriptions.push(held);
                Some(*id)
            }
        }
    }

    pub fn delete_intent(
        &mut self,
        who: &Subject,
        delete: &DeleteIntent,
    ) -> Result<IntentAnswer, Refusal> {
        let intent = self.intent(delete.id)?.clone();
        only_its_manager(KIND, delete.id.0, &intent.manager, who)?;
        if intent.ovn != delete.expected {
            return Err(Refusal::NotCurrent { kind: KIND, id: delete.id.0 });
        }
        if self.is_down(who) && !delete.lenient_down {
            return Err(Refusal::ManagerDown(who.clone()));
        }
        // The implicit subscription that is about to go is still told.
        let subscribers = self.tell(&[&intent.extent], |subscription| subscription.for_intents);
        self.intents.retain(|held| held.id != intent.id);
        self.rests_no_longer(intent.subscription, intent.id);
        self.deleted(intent.id.0, who, &intent.ovn.0);
        Ok(IntentAnswer { intent: Arc::new(intent), subscribers })
    }
}
