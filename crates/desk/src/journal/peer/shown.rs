//! What people see of a line beside what `keepclear-line` says of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use keepclear_line::Health;
use keepclear_line::quantity::{DraftId, ExchangeId, Instant};
use keepclear_line::view::{Alarm, AlarmKind, AlarmLevel, ExchangeView, Shelving};

use super::Peer;
use crate::journal::{Drafted, Drafts, Entered};
use crate::views::LineOverview;

/// How long a suspicion raises an alarm, microseconds: a day.
const SUSPICION_ALARM_US: i64 = 86_400_000_000;

/// Exchanges that a replay shows beside those that want somebody.
const NEWEST: usize = 200;

impl Peer {
    /// Everything that a person sees of it, with alarms that were found before.
    pub fn overview(&self, now: Instant, health: &Health, alarms: Vec<Alarm>) -> LineOverview {
        LineOverview {
            line: self.line_uuid(),
            paired_at: self.paired_at,
            phrases: self.phrases.clone(),
            confirmed: self.confirmed.clone(),
            view: self.line.view_with(now, health, alarms),
            suspicions: self.suspicions.shown().cloned().collect(),
            suspicions_total: self.suspicions.total(),
            suspicions_more: 0,
        }
    }

    /// All that was known of it: [`Peer::overview`], and the newest exchanges and all that want somebody,
    /// the newest first.
    pub fn known(&self, now: Instant) -> (LineOverview, Vec<ExchangeView>) {
        let health = Health::new();
        let alarms = self.line.view(now, &health, &self.shelved).alarms;
        let wanted: BTreeSet<ExchangeId> = self.line.wanted_ids(now).into_iter().collect();
        let newest = self.line.newest(None).enumerate();
        let shown = newest.filter(|(place, (_, id))| *place < NEWEST || wanted.contains(id));
        let exchanges = shown.filter_map(|(_, (_, id))| self.line.exchange(id, now)).collect();
        (self.overview(now, &health, alarms), exchanges)
    }

    /// What was written here and not released.
    pub fn drafts(&self) -> &Drafts {
        &self.drafts
    }

    pub(in crate::journal) fn draft(&mut self, entered: &Entered, drafted: &Drafted) {
        self.drafts.write(entered.at, entered.position, drafted);
    }

    pub(in crate::journal) fn discard(&mut self, draft: DraftId) {
        self.drafts.remove(draft);
    }

    /// Why and until when alarms are out of sight.
    pub fn shelvings(&self) -> Arc<BTreeMap<String, Shelving>> {
        Arc::clone(&self.shelved)
    }

    /// Calls out the newest suspicion for a day.
    pub fn suspicion_alarm(&self, now: Instant) -> Option<Alarm> {
        let newest = self.suspicions.shown().next()?;
        if now.0.saturating_sub(newest.at.0) > SUSPICION_ALARM_US {
            return None;
        }
        Some(Alarm {
            key: format!("suspicion/{}", self.suspicions.total()),
            level: AlarmLevel::Warning,
            kind: AlarmKind::PeerFault,
            exchange: None,
            since: newest.at,
            due: None,
            shelved: None,
        })
    }
}
