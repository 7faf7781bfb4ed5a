//! Subscriptions: what they hold, what they cover, and how their managers change them.

use std::sync::Arc;

use keepclear_sky::command::{DeleteSubscription, PutSubscription};
use keepclear_sky::{
    Block, Extent, Matching, Refusal, Subject, Subscription, SubscriptionAnswer, TimeRange,
};

use super::{Model, Names, not_too_much, only_its_manager};
use crate::generate::{MINUTE_US, SECOND_US};
use crate::place::{at_most_level_13, holds, meet};

const KIND: &str = "subscription";
const DAY_US: i64 = 24 * 60 * MINUTE_US;

/// Level-13 cells of all that an extent touches; altitudes as asked for, which filter only when
/// matching is precise.
pub fn shaped(extent: &Extent, time: TimeRange, matching: Matching) -> (Extent, i32, i32) {
    let mut cells: Vec<u64> = Vec::new();
    let (mut lower_mm, mut upper_mm) = (i32::MAX, i32::MIN);
    for block in &extent.blocks {
        lower_mm = lower_mm.min(block.lower_mm);
        upper_mm = upper_mm.max(block.upper_mm);
        for cell in block.cells.iter().map(|&cell| at_most_level_13(cell)) {
            if !cells.contains(&cell) {
                cells.push(cell);
            }
        }
    }
    (placed(cells, lower_mm, upper_mm, time, matching), lower_mm, upper_mm)
}

fn placed(
    mut cells: Vec<u64>,
    lower_mm: i32,
    upper_mm: i32,
    time: TimeRange,
    matching: Matching,
) -> Extent {
    cells.sort_unstable();
    let open = matching == Matching::Compatible;
    let lower_mm = if open { i32::MIN } else { lower_mm };
    let upper_mm = if open { i32::MAX } else { upper_mm };
    Extent { blocks: vec![Block { cells, lower_mm, upper_mm, time }] }
}

fn covers_altitudes(held: &Subscription, extent: &Extent) -> bool {
    let blocks = &extent.blocks;
    blocks.iter().all(|b| held.lower_mm <= b.lower_mm && held.upper_mm >= b.upper_mm)
}

/// In area and time, from now on, and in altitude when matching is precise; a start up to one
/// second late is let pass.
pub fn covers(
    held: &Subscription,
    extent: &Extent,
    time: TimeRange,
    now_us: i64,
    matching: Matching,
) -> bool {
    let in_time = held.time.start_us <= time.start_us.max(now_us) + SECOND_US
        && held.time.end_us >= time.end_us;
    let own: Vec<u64> = held.extent.blocks.iter().flat_map(|b| b.cells.clone()).collect();
    let mut wanted = extent.blocks.iter().flat_map(|block| &block.cells);
    let in_area = wanted.all(|&cell| own.iter().any(|&outer| holds(outer, cell)));
    in_time && in_area && (matching == Matching::Compatible || covers_altitudes(held, extent))
}

/// With room for one more extent.
pub fn grown(
    mut held: Subscription,
    extent: &Extent,
    time: TimeRange,
    matching: Matching,
) -> Subscription {
    let (more, lower_mm, upper_mm) = shaped(extent, time, matching);
    held.lower_mm = held.lower_mm.min(lower_mm);
    held.upper_mm = held.upper_mm.max(upper_mm);
    held.time.start_us = held.time.start_us.min(time.start_us);
    held.time.end_us = held.time.end_us.max(time.end_us);
    let mut cells = held.extent.blocks[0].cells.clone();
    for &cell in &more.blocks[0].cells {
        if !cells.contains(&cell) {
            cells.push(cell);
        }
    }
    held.extent = placed(cells, held.lower_mm, held.upper_mm, held.time, matching);
    held
}

fn wrong(field: &'static str) -> Refusal {
    Refusal::SubscriptionTime { field, reason: "" }
}

impl Model {
    pub fn put_subscription(
        &mut self,
        who: &Subject,
        put: PutSubscription,
        names: &Names<'_>,
    ) -> Result<SubscriptionAnswer, Refusal> {
        not_too_much(&put.extent)?;
        let old = self.subscriptions.iter().find(|held| held.id == put.id).cloned();
        let time = self.time_asked_for(&put, old.as_ref().map(|old| old.time))?;
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
                    Some(version) if *version != old.version => {
                        return Err(Refusal::NotCurrent { kind: KIND, id: put.id.0 });
                    }
                    Some(_) => {}
                }
            }
        }
        let matching = self.charter.matching;
        let (extent, lower_mm, upper_mm) = shaped(&put.extent, time, matching);
        let mut next = Subscription {
            id: put.id,
            manager: who.clone(),
            version: names.subscription(put.id, who),
            notification_index: old.as_ref().map_or(0, |old| old.notification_index),
            base_url: put.base_url.into(),
            time,
            for_intents: put.for_intents,
            for_constraints: put.for_constraints,
            implicit: false,
            dependents: Vec::new(),
            extent,
            lower_mm,
            upper_mm,
        };
        if let Some(old) = &old {
            next.dependents.clone_from(&old.dependents);
            self.still_covers_dependents(old, &next)?;
        }
        self.new_name(&next.version.0);
        self.lives(next.id.0);
        self.subscriptions.retain(|held| held.id != next.id);
        self.subscriptions.push(next.clone());

        let (now_us, area) = (self.now_us, &next.extent);
        let mut intents: Vec<_> = self.intents.iter().map(|held| Arc::new(held.clone())).collect();
        intents.retain(|held| next.for_intents && meet(area, &held.extent, now_us));
        intents.sort_by_key(|held| held.id);
        let mut constraints: Vec<_> =
            self.constraints.iter().map(|held| Arc::new(held.clone())).collect();
        constraints.retain(|held| next.for_constraints && meet(area, &held.extent, now_us));
        constraints.sort_by_key(|held| held.id);
        Ok(SubscriptionAnswer { subscription: Arc::new(next), intents, constraints })
    }

    /// Start now or as before, end a day later or as before; begun at most 5 minutes ago unless the
    /// start stays, not over, not longer than a day.
    fn time_asked_for(
        &self,
        put: &PutSubscription,
        old: Option<TimeRange>,
    ) -> Result<TimeRange, Refusal> {
        let start_us = match (put.start_us, old) {
            (Some(asked_us), _) => asked_us,
            (None, Some(old)) => old.start_us,
            (None, None) => self.now_us,
        };
        let end_us = match (put.end_us, old) {
            (Some(asked_us), _) => asked_us,
            (None, Some(old)) => old.end_us,
            (None, None) => start_us + DAY_US,
        };
        let stays = old.map(|old| old.start_us) == Some(start_us);
        if self.now_us - start_us > 5 * MINUTE_US && !stays {
            return Err(wrong("time_start"));
        }
        if end_us < start_us || end_us < self.now_us || end_us - start_us > DAY_US {
            return Err(wrong("time_end"));
        }
        Ok(TimeRange { start_us, end_us })
    }

    fn still_covers_dependents(
        &self,
        old: &Subscription,
        next: &Subscription,
    ) -> Result<(), Refusal> {
        let matching = self.charter.matching;
        for &id in &next.dependents {
            let dependent = self.intent(id)?;
            let loses_altitudes = covers_altitudes(old, &dependent.extent)
                && !covers_altitudes(next, &dependent.extent);
            let covered = covers(next, &dependent.extent, dependent.time, self.now_us, matching);
            if loses_altitudes || !covered {
                return Err(Refusal::DependentUncovered { subscription: next.id, intent: id });
            }
        }
        Ok(())
    }

    pub fn delete_subscription(
        &mut self,
        who: &Subject,
        delete: &DeleteSubscription,
    ) -> Result<SubscriptionAnswer, Refusal> {
        let held = self.subscription(delete.id, who)?.clone();
        if held.version != delete.expected {
            return Err(Refusal::NotCurrent { kind: KIND, id: delete.id.0 });
        }
        let resting = self.intents.iter().filter(|i| i.subscription == Some(delete.id)).count();
        if resting > 0 {
            return Err(Refusal::HasDependents { subscription: delete.id, dependents: resting });
        }
        self.subscriptions.retain(|other| other.id != held.id);
        self.deleted(held.id.0, who, &held.version.0);
        let (intents, constraints) = (Vec::new(), Vec::new());
        Ok(SubscriptionAnswer { subscription: Arc::new(held), intents, constraints })
    }
}
