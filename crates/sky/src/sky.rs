//! The state, and the one way to change it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::availability::{Availability, AvailabilityRecord};
use crate::charter::Charter;
use crate::command::{Answer, Apply as _, Cause, Command};
use crate::constraint::Constraint;
use crate::ids::{Subject, SubscriptionId};
use crate::intent::Intent;
use crate::interner::Interner;
use crate::member::Member;
use crate::past_ovns::PastOvns;
use crate::refusal::Refusal;
use crate::shelf::{Shelf, Shelved};
use crate::subscription::Subscription;
use crate::tombstone::Tombstones;

/// The shared directory at one position of its log.
#[derive(Debug, Clone)]
pub struct Sky {
    pub(crate) charter: Charter,
    pub(crate) now_us: i64,
    pub(crate) intents: Shelf<Intent>,
    pub(crate) constraints: Shelf<Constraint>,
    pub(crate) subscriptions: Shelf<Subscription>,
    pub(crate) availability: BTreeMap<Subject, AvailabilityRecord>,
    pub(crate) members: BTreeMap<String, Member>,
    pub(crate) past_ovns: PastOvns,
    pub(crate) tombstones: Tombstones,
    pub(crate) texts: Interner,
}

impl Sky {
    /// A sky in which nothing has happened since `founded_us`.
    pub fn found(charter: Charter, founded_us: i64) -> Self {
        Self {
            charter,
            now_us: founded_us,
            intents: Shelf::default(),
            constraints: Shelf::default(),
            subscriptions: Shelf::default(),
            availability: BTreeMap::new(),
            members: BTreeMap::new(),
            past_ovns: PastOvns::default(),
            tombstones: Tombstones::default(),
            texts: Interner::default(),
        }
    }

    /// Carries out one command of the log.
    ///
    /// # Errors
    /// The refusal, when the command asks for what the rules do not allow; then only sky time has
    /// moved.
    pub fn apply(&mut self, cause: &Cause, command: Command) -> Result<Answer, Refusal> {
        self.now_us = self.now_us.max(cause.at_us);
        self.sweep();
        match command {
            Command::PutIntent(command) => command.apply(self, cause).map(Answer::Intent),
            Command::DeleteIntent(command) => command.apply(self, cause).map(Answer::Intent),
            Command::PutConstraint(command) => command.apply(self, cause).map(Answer::Constraint),
            Command::DeleteConstraint(command) => {
                command.apply(self, cause).map(Answer::Constraint)
            }
            Command::PutSubscription(command) => {
                command.apply(self, cause).map(Answer::Subscription)
            }
            Command::DeleteSubscription(command) => {
                command.apply(self, cause).map(Answer::Subscription)
            }
            Command::SetAvailability(command) => {
                command.apply(self, cause).map(Answer::Availability)
            }
            Command::RecordHeartbeat(command) => command.apply(self, cause).map(|()| Answer::Done),
            // A report is kept by being in the log; a tick has done its work by its time.
            Command::Report(_) | Command::Tick => Ok(Answer::Done),
        }
    }

    /// Whether the present state already refuses a command. `Ok` promises nothing: what the log
    /// carries before the command, or what is to be forgotten first, may still change the answer.
    ///
    /// # Errors
    /// The refusal that [`Sky::apply`] would give, were the command the next of the log.
    pub fn check(&self, cause: &Cause, command: &Command) -> Result<(), Refusal> {
        let now_us = self.now_us.max(cause.at_us);
        if self.forgets(now_us) {
            return Ok(());
        }
        match command {
            Command::PutIntent(command) => command.check(self, cause, now_us).map(|_| ()),
            Command::DeleteIntent(command) => command.check(self, cause, now_us).map(|_| ()),
            Command::PutConstraint(command) => command.check(self, cause, now_us).map(|_| ()),
            Command::DeleteConstraint(command) => command.check(self, cause, now_us).map(|_| ()),
            Command::PutSubscription(command) => command.check(self, cause, now_us).map(|_| ()),
            Command::DeleteSubscription(command) => command.check(self, cause, now_us).map(|_| ()),
            Command::SetAvailability(command) => command.check(self, cause, now_us),
            Command::RecordHeartbeat(_) | Command::Report(_) | Command::Tick => Ok(()),
        }
    }

    /// What was fixed at founding.
    pub fn charter(&self) -> &Charter {
        &self.charter
    }

    /// Sky time: the latest of the applied entries, microseconds since the epoch.
    pub fn now_us(&self) -> i64 {
        self.now_us
    }

    pub(crate) fn is_down(&self, subject: &Subject) -> bool {
        self.availability
            .get(subject)
            .is_some_and(|record| record.availability == Availability::Down)
    }

    /// Shelves an intent and holds its shared texts.
    pub(crate) fn put_intent(&mut self, intent: Intent) -> Arc<Intent> {
        shelve(&mut self.texts, &mut self.intents, intent)
    }

    /// Shelves a constraint and holds its shared texts.
    pub(crate) fn put_constraint(&mut self, constraint: Constraint) -> Arc<Constraint> {
        shelve(&mut self.texts, &mut self.constraints, constraint)
    }

    /// Shelves a subscription and holds its shared texts.
    pub(crate) fn put_subscription(&mut self, subscription: Subscription) -> Arc<Subscription> {
        shelve(&mut self.texts, &mut self.subscriptions, subscription)
    }

    pub(crate) fn remove_subscription(&mut self, id: SubscriptionId) {
        if let Some(old) = self.subscriptions.remove(id.0) {
            self.release(&old.manager, &old.base_url);
        }
    }

    pub(crate) fn release(&mut self, manager: &Subject, base_url: &str) {
        self.texts.release(manager.as_str());
        self.texts.release(base_url);
    }
}

/// Puts a record on its shelf, with the one copy of each text that it shares with others.
fn shelve<T: Shelved>(texts: &mut Interner, shelf: &mut Shelf<T>, mut record: T) -> Arc<T> {
    for text in record.texts_mut() {
        *text = texts.hold(text);
    }
    for text in shelf.get(record.id()).into_iter().flat_map(|old| old.texts()) {
        texts.release(text);
    }
    let record = Arc::new(record);
    shelf.put(&record);
    record
}
