//! What people see of a line beside what `keepclear-line` says of it.

use keepclear_line::Health;
use keepclear_line::quantity::Instant;
use keepclear_line::view::{Alarm, AlarmKind, AlarmLevel};

use super::Peer;
use crate::views::LineOverview;

/// How long a suspicion raises an alarm, microseconds: a day.
const SUSPICION_ALARM_US: i64 = 86_400_000_000;

impl Peer {
    /// Everything that a person sees of it, but for what the desk adds from its own plans.
    pub fn overview(&self, now: Instant, health: &Health) -> LineOverview {
        LineOverview {
            line: self.line_uuid(),
            paired_at: self.paired_at,
            phrases: self.phrases.clone(),
            confirmed: self.confirmed.clone(),
            view: self.line.view(now, health, &self.shelved),
            suspicions: self.suspicions.iter().rev().cloned().collect(),
            suspicions_total: self.suspected.len() as u64,
        }
    }

    /// Calls out the newest suspicion for a day.
    pub fn suspicion_alarm(&self, now: Instant) -> Option<Alarm> {
        let newest = self.suspicions.back()?;
        if now.0.saturating_sub(newest.at.0) > SUSPICION_ALARM_US {
            return None;
        }
        let key = format!("suspicion/{}", self.suspected.len());
        let shelved = self.shelving(&key, now).cloned();
        Some(Alarm {
            key,
            level: AlarmLevel::Warning,
            kind: AlarmKind::PeerFault,
            exchange: None,
            since: newest.at,
            due: None,
            shelved,
        })
    }
}
