//! What all clients of a measurement share.
//!
//! Everything runs on one thread, so that the client leaves the other cores to the DSS and needs no
//! locks; `RefCell`s are never held across an await.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::connection::Target;
use super::ids::Ids;
use super::measure::Tally;
use super::options::Knowledge;
use super::table::Table;
use super::tokens::Tokens;

/// The shared part.
pub struct Session {
    /// Where the DSS is.
    pub target: Target,
    /// Tokens for all.
    pub tokens: Tokens,
    /// The OVNs.
    pub table: Table,
    /// Fresh ids.
    pub ids: Ids,
    /// What is counted.
    pub tally: RefCell<Tally>,
    /// When others learn an OVN.
    pub knowledge: Knowledge,
    interrupted: Cell<bool>,
    /// Whether clients are to end what they do and begin nothing.
    stopping: Cell<bool>,
    changed: Notify,
}

impl Session {
    /// A session in which nothing has happened.
    pub fn new(target: Target, tokens: Tokens, knowledge: Knowledge) -> Self {
        Self {
            target,
            tokens,
            table: Table::default(),
            ids: Ids::new(),
            tally: RefCell::new(Tally::new(1)),
            knowledge,
            interrupted: Cell::new(false),
            stopping: Cell::new(false),
            changed: Notify::new(),
        }
    }

    /// Whether clients are to begin nothing more.
    pub fn is_stopping(&self) -> bool {
        self.stopping.get() || self.interrupted.get()
    }

    /// Tells the clients to stop, or that they may begin again.
    pub fn set_stopping(&self, stopping: bool) {
        self.stopping.set(stopping);
    }

    /// The person wants no more.
    pub fn interrupt(&self) {
        self.interrupted.set(true);
        self.changed.notify_waiters();
    }

    /// Whether the person wants no more.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted.get()
    }

    /// Waits; less long if the person interrupts, or if `idle` becomes true. Tells each second that
    /// has passed.
    pub async fn pause(
        &self,
        duration: Duration,
        idle: impl Fn() -> bool,
        mut tick: impl FnMut(u64),
    ) {
        let begun = Instant::now();
        let until = begun + duration;
        let mut second = 0;
        while !self.is_interrupted() && !idle() && Instant::now() < until {
            tick(second);
            second += 1;
            let next = until.min(begun + Duration::from_secs(second));
            // Either way the conditions are looked at again.
            let _ = timeout_at(next, self.changed.notified()).await;
        }
    }
}
