//! An intent's life: created, activated, deleted, with a key that grows by what refusals name.
//!
//! The key of the first write is empty. Each refusal names intents; their OVNs are awaited in the
//! shared table, and every later key of this flight holds the last known OVN of every intent that
//! it was told of; where OVNs are announced, also those of every flight under way. A flight that has begun is always ended, also when the run is over.

use std::collections::HashMap;
use std::time::Instant;

use bytes::Bytes;
use hyper::Method;
use jiff::Timestamp;
use uuid::Uuid;

use super::answers::{self, Written};
use super::bodies::{self, Wish};
use super::client::{Client, Halt, INTENTS};
use super::connection::Answer;
use super::measure::Operation;
use super::options::Knowledge;
use super::table::Missing;

/// Refusals in a row that name nothing new, after which they count as unexpected. A few are normal:
/// an intent may be named that is deleted while the refusal is under way.
const IDLE_REFUSALS_MAX: u32 = 20;
/// How long flights are, microseconds.
const FLIGHT_US: i64 = 3_600_000_000;

/// One intent of a client.
pub struct Flight {
    /// Its id.
    pub id: Uuid,
    volume: String,
    /// Whom it was told of, and at which version.
    remembered: HashMap<Uuid, u32>,
    /// What the last successful write said.
    last: Option<Written>,
}

impl Flight {
    /// An intent that is not created yet and knows of no other.
    pub fn new(id: Uuid, volume: String) -> Self {
        Self { id, volume, remembered: HashMap::new(), last: None }
    }

    /// Makes it know of others before it is first written.
    pub fn remember(&mut self, others: &[Uuid]) {
        self.remembered.extend(others.iter().map(|&id| (id, 0)));
    }

    /// Takes in what a refusal names; whether any of it is news.
    fn hear(&mut self, missing: &[Missing]) -> bool {
        let mut news = false;
        for &(id, version) in missing {
            news |= self.remembered.insert(id, version).is_none_or(|known| known < version);
        }
        news
    }
}

impl Client {
    /// One whole flight in a square, 50 to 100 m, from now to one hour ahead.
    ///
    /// # Errors
    /// [`Halt`] when this client cannot go on.
    pub async fn fly(&mut self, vertices: &str) -> Result<(), Halt> {
        let now_us = Timestamp::now().as_microsecond();
        let volume = bodies::volume(vertices, 50, 100, now_us, now_us + FLIGHT_US);
        let mut flight = Flight::new(self.session.ids.entity(), volume);
        let begun = Instant::now();
        let ended = self.lead(&mut flight).await;
        // Whatever happened, nobody may wait for its OVN any more.
        self.session.table.remove(flight.id);
        if ended? {
            self.session.tally.borrow_mut().flight(self.index, begun.elapsed());
        }
        Ok(())
    }

    /// Whether the flight went through all its states.
    async fn lead(&mut self, flight: &mut Flight) -> Result<bool, Halt> {
        if !self.create(flight).await? {
            return Ok(false);
        }
        let activated = self.write(flight, Operation::Activate).await?;
        let Some(last) = flight.last.take() else { return Ok(false) };
        Ok(self.delete(flight.id, &last.ovn).await? && activated)
    }

    /// Creates an intent; `false` when it does not stand afterwards.
    ///
    /// # Errors
    /// [`Halt`] when this client cannot go on.
    pub async fn create(&mut self, flight: &mut Flight) -> Result<bool, Halt> {
        self.session.table.begin(flight.id);
        self.write(flight, Operation::Create).await
    }

    /// Writes until it succeeds; `false` when the run is over before it does, or when the answer
    /// was unexpected. In the latter case the intent is deleted.
    async fn write(&mut self, flight: &mut Flight, operation: Operation) -> Result<bool, Halt> {
        let suffix = self.announce(flight);
        let mut idle_refusals = 0;
        while !self.session.is_stopping() {
            let (path, body) = self.written_as(flight, suffix.as_deref());
            let answer = self.call(operation, Method::PUT, path, body).await?;
            if matches!(answer.code, 200 | 201)
                && let Some(written) = answers::written(&answer.body)
            {
                let Written { ovn, version, .. } = &written;
                self.session.table.acknowledge(flight.id, *version, ovn.as_str().into());
                flight.last = Some(written);
                return Ok(true);
            }
            let missing = answers::missing(&answer.body).filter(|_| answer.code == 409);
            let Some(missing) = missing else {
                if operation.expects(answer.code) {
                    self.object(operation, &answer).await?;
                }
                self.abandon(flight).await?;
                return Ok(false);
            };
            self.session.tally.borrow_mut().refusal();
            self.session.table.learn(&missing).await?;
            if flight.hear(&missing) {
                idle_refusals = 0;
                self.advanced();
                continue;
            }
            idle_refusals += 1;
            if idle_refusals > IDLE_REFUSALS_MAX {
                self.object(operation, &answer).await?;
            }
        }
        Ok(false)
    }

    /// Shares the OVN that the next write asks for.
    fn announce(&self, flight: &Flight) -> Option<String> {
        if self.session.knowledge == Knowledge::Acknowledged {
            return None;
        }
        let suffix = self.session.ids.suffix(Timestamp::now().as_microsecond()).to_string();
        self.session.table.announce(flight.id, format!("{}_{suffix}", flight.id).into());
        Some(suffix)
    }

    fn written_as(&self, flight: &Flight, suffix: Option<&str>) -> (String, Bytes) {
        // About 80 bytes an OVN.
        let size = flight.volume.len() + flight.remembered.len() * 80 + 512;
        let mut body = Vec::with_capacity(size);
        bodies::write_head(&flight.volume, &mut body);
        let mut known: Vec<Uuid> = flight.remembered.keys().copied().collect();
        // The first key is empty whatever is known.
        if suffix.is_some() && !known.is_empty() {
            self.session.table.add_announced(&mut known);
        }
        self.session.table.write_key(known.iter(), &mut body);
        let wish = match &flight.last {
            None => Wish::Create,
            Some(last) => Wish::Activate { subscription: &last.subscription },
        };
        bodies::write_tail(&wish, &self.base_url, suffix, &mut body);
        let ovn = flight.last.as_ref().map(|last| last.ovn.as_str());
        (self.path(flight.id, ovn), Bytes::from(body))
    }

    fn path(&self, id: Uuid, ovn: Option<&str>) -> String {
        let base = &self.session.target.base_path;
        match ovn {
            None => format!("{base}{INTENTS}/{id}"),
            Some(ovn) => {
                let mut path = format!("{base}{INTENTS}/{id}/");
                // Some DSSs make OVNs in base64.
                path.extend(form_urlencoded::byte_serialize(ovn.as_bytes()));
                path
            }
        }
    }

    /// Deletes an intent; whether it is gone.
    ///
    /// # Errors
    /// [`Halt`] when this client cannot go on.
    pub async fn delete(&mut self, id: Uuid, ovn: &str) -> Result<bool, Halt> {
        let path = self.path(id, Some(ovn));
        let answer = self.call(Operation::Delete, Method::DELETE, path, Bytes::new()).await?;
        Ok(answer.code == 200)
    }

    /// After an unexpected answer nobody knows whether the intent stands, and all others would
    /// need its OVN.
    async fn abandon(&mut self, flight: &mut Flight) -> Result<(), Halt> {
        flight.last = None;
        let path = self.path(flight.id, None);
        let found: Answer = self.call(Operation::Get, Method::GET, path, Bytes::new()).await?;
        if found.code == 200
            && let Some(Written { ovn, .. }) = answers::written(&found.body)
        {
            self.delete(flight.id, &ovn).await?;
        }
        Ok(())
    }
}
