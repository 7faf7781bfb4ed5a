//! What wants somebody on one line, kept up to date instead of computed anew.
//!
//! A row holds until its exchange is touched or one of its clocks passes, and says until when. So a
//! screen costs what has changed since it was last drawn, however many exchanges a peer keeps open.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Line, Place};
use crate::alarms;
use crate::exchange::standing::Standing;
use crate::message::{Body, Lane};
use crate::quantity::{ExchangeId, Instant, MessageId};
use crate::terms::Terms;
use crate::view::{Alarm, ExchangeBrief};

/// An exchange that wants somebody.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// In short.
    pub brief: ExchangeBrief,
    /// What it calls for, none out of sight.
    pub alarms: Vec<Alarm>,
    /// The message whose volumes count: the commitment, else the fields last proposed.
    pub fields: Option<Fields>,
    /// The last instant at which all of this holds while nothing is said.
    pub until: Instant,
}

/// A message with shared fields, as it was said.
#[derive(Debug, Clone, PartialEq)]
pub struct Fields {
    /// The message.
    pub message: MessageId,
    /// When it was said.
    pub sent_at: Instant,
    /// Its body.
    pub body: Arc<Body>,
}

/// The exchanges of a line that want somebody.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    rows: BTreeMap<ExchangeId, Arc<Row>>,
    until: BTreeSet<(Instant, ExchangeId)>,
    waiting: usize,
    overdue: usize,
}

impl Rows {
    /// The row of an exchange; none when it wants nobody any more.
    pub fn put(&mut self, id: ExchangeId, row: Option<Row>) {
        if let Some(before) = self.rows.remove(&id) {
            self.until.remove(&(before.until, id));
            self.count(&before, usize::saturating_sub);
        }
        if let Some(row) = row {
            let row = Arc::new(row);
            self.until.insert((row.until, id));
            self.count(&row, usize::saturating_add);
            self.rows.insert(id, row);
        }
    }

    fn count(&mut self, row: &Row, change: impl Fn(usize, usize) -> usize) {
        if let Some(open) = row.brief.waits_for_us() {
            self.waiting = change(self.waiting, 1);
            self.overdue = change(self.overdue, usize::from(open.overdue));
        }
    }

    /// Rows that no longer hold, because a clock of theirs has passed.
    pub fn passed(&self, now: Instant) -> Vec<ExchangeId> {
        let first_that_holds = (now, ExchangeId([0; 16]));
        self.until.range(..first_that_holds).map(|&(_, id)| id).collect()
    }

    /// Every exchange in it.
    pub fn ids(&self) -> Vec<ExchangeId> {
        self.rows.keys().copied().collect()
    }

    /// The row of an exchange.
    pub fn get(&self, id: ExchangeId) -> Option<&Arc<Row>> {
        self.rows.get(&id)
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Row>> {
        self.rows.values()
    }

    /// How many exchanges want somebody.
    pub fn open(&self) -> usize {
        self.rows.len()
    }

    /// How many of them wait for this side.
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// How many of those are past a due time.
    pub fn overdue(&self) -> usize {
        self.overdue
    }
}

impl Line {
    /// Exchanges of which something was said or received since this was last asked.
    pub fn take_touched(&mut self) -> BTreeSet<ExchangeId> {
        std::mem::take(&mut self.touched)
    }

    /// Every exchange that wants somebody at this moment.
    pub fn wanted_ids(&self, now: Instant) -> Vec<ExchangeId> {
        self.wanted(now).map(|(id, _)| *id).collect()
    }

    /// The row of an exchange, with the clocks in force; none when it wants nobody.
    pub fn row(&self, id: ExchangeId, now: Instant) -> Option<Row> {
        let exchange = self.current(id)?;
        let place = (id, exchange.lane);
        let wanted_until = match (self.open.contains(&place), self.until.get(&place)) {
            (true, _) => Instant(i64::MAX),
            (false, Some(&until)) if until >= now => until,
            (false, _) => return None,
        };
        let (standing, terms) = (self.standing(exchange, now)?, self.terms());
        Some(Row {
            brief: standing.brief(&terms),
            alarms: alarms::of_exchange(&standing, &terms),
            fields: standing.fields_that_count(),
            until: wanted_until.min(holds_until(&standing, &terms)),
        })
    }

    /// One exchange in short, however old.
    pub fn brief(&self, id: ExchangeId, now: Instant) -> Option<ExchangeBrief> {
        Some(self.standing(self.current(id)?, now)?.brief(&self.terms()))
    }

    /// Exchanges in the order in which this end learned of them, the newest first, each with its number
    /// in that order; those below `before`, or all.
    pub fn newest(&self, before: Option<u64>) -> impl Iterator<Item = (u64, ExchangeId)> {
        let end = before.and_then(|before| usize::try_from(before).ok()).unwrap_or(usize::MAX);
        let places = &self.order[..end.min(self.order.len())];
        let numbered = places.iter().enumerate().rev();
        let counting = numbered.filter(|(_, place)| !self.is_shadowed(**place));
        counting.map(|(number, &(id, _))| (number as u64, id))
    }

    /// Exchanges whose ids lie from one to another.
    pub fn between(&self, first: ExchangeId, last: ExchangeId) -> impl Iterator<Item = ExchangeId> {
        let places = (first, Lane::Ordinary)..=(last, Lane::Urgent);
        let places = self.exchanges.range(places).map(|(&place, _)| place);
        places.filter(|&place: &Place| !self.is_shadowed(place)).map(|(id, _)| id)
    }
}

/// The last instant at which every clock of an exchange stands on the side where it stands now.
fn holds_until(standing: &Standing<'_>, terms: &Terms) -> Instant {
    let now = standing.now;
    let ahead = standing.clocks(terms).into_iter().filter(|&clock| clock >= now);
    ahead.min().unwrap_or(Instant(i64::MAX))
}
