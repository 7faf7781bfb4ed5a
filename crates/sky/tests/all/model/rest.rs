//! Constraints, availability and members.

use std::sync::Arc;

use keepclear_sky::command::{DeleteConstraint, PutConstraint, RecordHeartbeat, SetAvailability};
use keepclear_sky::{
    AvailabilityRecord, Constraint, ConstraintAnswer, Heartbeat, Member, Refusal, Subject,
};

use super::{Model, Names, not_over, not_too_much, only_its_manager};

const KIND: &str = "constraint";

impl Model {
    pub fn put_constraint(
        &mut self,
        who: &Subject,
        put: PutConstraint,
        names: &Names<'_>,
    ) -> Result<ConstraintAnswer, Refusal> {
        not_over(put.time, self.now_us)?;
        not_too_much(&put.extent)?;
        let old = self.constraints.iter().find(|held| held.id == put.id).cloned();
        match (&old, &put.expected) {
            (None, None) => {}
            (None, Some(_)) => {
                let (id, gone) = (put.id, self.gone(put.id.0));
                return Err(Refusal::UpdateOfMissingConstraint { id, gone });
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
        let constraint = Constraint {
            id: put.id,
            manager: who.clone(),
            version: old.as_ref().map_or(1, |old| old.version + 1),
            ovn: names.ovn(),
            base_url: put.base_url.into(),
            time: put.time,
            extent: put.extent,
        };
        self.new_name(&constraint.ovn.0);
        self.lives(constraint.id.0);
        self.constraints.retain(|held| held.id != constraint.id);
        self.constraints.push(constraint.clone());
        let mut extents = vec![&constraint.extent];
        extents.extend(old.iter().map(|old| &old.extent));
        let subscribers = self.tell(&extents, |subscription| subscription.for_constraints);
        Ok(ConstraintAnswer { constraint: Arc::new(constraint), subscribers })
    }

    pub fn delete_constraint(
        &mut self,
        who: &Subject,
        delete: &DeleteConstraint,
    ) -> Result<ConstraintAnswer, Refusal> {
        let constraint = self.constraint(delete.id)?.clone();
        only_its_manager(KIND, delete.id.0, &constraint.manager, who)?;
        if constraint.ovn != delete.expected {
            return Err(Refusal::NotCurrent { kind: KIND, id: delete.id.0 });
        }
        self.constraints.retain(|held| held.id != constraint.id);
        let subscribers = self.tell(&[&constraint.extent], |held| held.for_constraints);
        self.deleted(constraint.id.0, who, &constraint.ovn.0);
        Ok(ConstraintAnswer { constraint: Arc::new(constraint), subscribers })
    }

    pub fn set_availability(
        &mut self,
        who: &Subject,
        set: SetAvailability,
        names: &Names<'_>,
    ) -> Result<AvailabilityRecord, Refusal> {
        let arbiters = self.charter.arbiters.clone();
        if !arbiters.is_empty() && !arbiters.contains(who) {
            return Err(Refusal::NotArbiter { subject: who.clone(), arbiters });
        }
        let held = self.availability.iter().find(|(uss, _)| *uss == set.uss);
        let current = held.map(|(_, record)| record.clone());
        if current.as_ref().map(|record| &record.version) != set.expected.as_ref() {
            return Err(Refusal::AvailabilityChanged { uss: set.uss, current });
        }
        let version = names.availability();
        self.new_name(&version.0);
        let record = AvailabilityRecord { availability: set.availability, version };
        self.availability.retain(|(uss, _)| *uss != set.uss);
        self.availability.push((set.uss, record.clone()));
        Ok(record)
    }

    pub fn heartbeat(&mut self, beat: RecordHeartbeat) {
        let held = self.members.iter().find(|(name, _)| *name == beat.member);
        let heartbeat = Heartbeat {
            timestamp_us: beat.timestamp_us.unwrap_or(self.now_us),
            reporter: beat.reporter,
            source: beat.source,
            index: held.map_or(0, |(_, member)| member.heartbeat.index) + 1,
            next_expected_us: beat.next_expected_us,
        };
        let public_endpoint = beat.public_endpoint;
        self.members.retain(|(name, _)| *name != beat.member);
        self.members.push((beat.member, Member { public_endpoint, heartbeat }));
        self.members.sort_by(|a, b| a.0.cmp(&b.0));
    }
}
