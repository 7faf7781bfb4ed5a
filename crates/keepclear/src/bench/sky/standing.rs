//! The intents that stand in the scene meanwhile: raised before the clock starts, cleared after.
//!
//! Where many are wanted they stand in layers of time, so that no write needs a key and a million
//! take minutes. In the crowded cell they overlap on purpose, and each is given the OVNs of those
//! before it.

use std::cell::Cell;
use std::rc::Rc;

use jiff::Timestamp;
use keepclear_geo::Invalid;
use tokio::task::spawn_local;
use uuid::Uuid;

use super::bodies;
use super::client::{Client, Halt};
use super::flight::Flight;
use super::places::{StandingArea, Vertices};
use super::session::Session;
use crate::progress::Progress;

/// Managers of standing intents.
const MANAGERS: usize = 10;
/// First layer of time, from now: nothing may have ended before the run is over.
const FIRST_LAYER_US: i64 = 2 * 3_600_000_000;
/// From layer to layer.
const LAYER_STEP_US: i64 = 600_000_000;
/// How long an intent of a layer is: layers do not touch.
const LAYER_US: i64 = 540_000_000;
/// How long intents in the crowded cell are.
const CROWD_US: i64 = 3 * 3_600_000_000;

/// Why the scene is not ready.
#[derive(Debug, thiserror::Error)]
pub enum StandingError {
    /// A client gave up.
    #[error(transparent)]
    Halt(#[from] Halt),
    /// The scene cannot be laid out.
    #[error("the scene cannot be laid out: {0}")]
    Geometry(#[from] Invalid),
}

/// The standing intents of a scene.
pub struct Standing {
    clients: Vec<(Client, Vec<Uuid>)>,
}

/// Times of all layers together, microseconds since the epoch.
pub fn layers_us(now_us: i64, layers: u32) -> (i64, i64) {
    (now_us, now_us + FIRST_LAYER_US + i64::from(layers) * LAYER_STEP_US)
}

impl Standing {
    /// Nobody yet; managers are numbered from `first_number` on.
    ///
    /// # Errors
    /// When there are no tokens.
    pub async fn new(session: &Rc<Session>, first_number: usize) -> Result<Self, Halt> {
        let mut clients = Vec::with_capacity(MANAGERS);
        for number in first_number..first_number + MANAGERS {
            clients.push((Client::new(Rc::clone(session), 0, number).await?, Vec::new()));
        }
        Ok(Self { clients })
    }

    /// How many stand.
    pub fn count(&self) -> usize {
        self.clients.iter().map(|(_, ids)| ids.len()).sum()
    }

    /// Raises `count` intents that all overlap, one after the other.
    ///
    /// # Errors
    /// When a client gave up; what stands by then is known here.
    pub async fn crowd(&mut self, places: &[Vertices], count: u32) -> Result<(), StandingError> {
        let now_us = Timestamp::now().as_microsecond();
        let mut before = Vec::new();
        let steps = Steps::new("standing intents", u64::from(count));
        for number in 0..count as usize {
            let (client, ids) = &mut self.clients[number % MANAGERS];
            let vertices = &places[number % places.len()];
            let volume = bodies::volume(vertices, 50, 100, now_us, now_us + CROWD_US);
            let mut flight = Flight::new(client.session.ids.entity(), volume);
            flight.remember(&before);
            if raise(client, &mut flight).await? {
                ids.push(flight.id);
                before.push(flight.id);
            }
            steps.one();
        }
        steps.finish();
        Ok(())
    }

    /// Raises `count` intents in layers, all managers at once.
    ///
    /// # Errors
    /// When a client gave up; what stands by then is known here.
    pub async fn fill(&mut self, area: Rc<StandingArea>, count: u32) -> Result<(), StandingError> {
        let now_us = Timestamp::now().as_microsecond();
        let steps = Rc::new(Steps::new("standing intents", u64::from(count)));
        let mut parts = Vec::new();
        for (part, (mut client, mut ids)) in self.clients.drain(..).enumerate() {
            let (area, steps) = (Rc::clone(&area), Rc::clone(&steps));
            parts.push(spawn_local(async move {
                let mut result = Ok(());
                for number in (part as u32..count).step_by(MANAGERS) {
                    result = raise_in(&area, number, now_us, &mut client, &mut ids).await;
                    if result.is_err() || client.session.is_stopping() {
                        break;
                    }
                    steps.one();
                }
                (client, ids, result)
            }));
        }
        let mut result = Ok(());
        for part in parts {
            // A part that panicked has taken its client with it.
            let Ok((client, ids, ended)) = part.await else { continue };
            self.clients.push((client, ids));
            result = result.and(ended);
        }
        if let Ok(steps) = Rc::try_unwrap(steps) {
            steps.finish();
        }
        result
    }

    /// Deletes all of them.
    ///
    /// # Errors
    /// When a client gave up.
    pub async fn clear(mut self) -> Result<(), Halt> {
        let steps = Rc::new(Steps::new("deleting standing intents", self.count() as u64));
        let mut parts = Vec::new();
        for (mut client, ids) in self.clients.drain(..) {
            let steps = Rc::clone(&steps);
            parts.push(spawn_local(async move {
                for id in ids {
                    if let Some(ovn) = client.session.table.ovn(id) {
                        client.delete(id, &ovn).await?;
                        client.session.table.remove(id);
                    }
                    steps.one();
                }
                Ok(())
            }));
        }
        let mut result = Ok(());
        for part in parts {
            result = result.and(part.await.unwrap_or(Ok(())));
        }
        if let Ok(steps) = Rc::try_unwrap(steps) {
            steps.finish();
        }
        result
    }
}

async fn raise_in(
    area: &StandingArea,
    number: u32,
    now_us: i64,
    client: &mut Client,
    ids: &mut Vec<Uuid>,
) -> Result<(), StandingError> {
    let (vertices, layer) = area.place(number)?;
    let start_us = now_us + FIRST_LAYER_US + i64::from(layer) * LAYER_STEP_US;
    let volume = bodies::volume(&vertices, 50, 100, start_us, start_us + LAYER_US);
    let mut flight = Flight::new(client.session.ids.entity(), volume);
    if raise(client, &mut flight).await? {
        ids.push(flight.id);
    }
    Ok(())
}

async fn raise(client: &mut Client, flight: &mut Flight) -> Result<bool, Halt> {
    let stands = client.create(flight).await;
    if !matches!(stands, Ok(true)) {
        client.session.table.remove(flight.id);
    }
    stands
}

/// Progress in hundredths: a million steps would drown the bar.
struct Steps {
    progress: Progress,
    name: &'static str,
    count: u64,
    done: Cell<u64>,
}

impl Steps {
    fn new(name: &'static str, count: u64) -> Self {
        Self { progress: Progress::of_steps(100), name, count: count.max(1), done: Cell::new(0) }
    }

    fn one(&self) {
        let done = self.done.get() + 1;
        self.done.set(done);
        if done * 100 / self.count > (done - 1) * 100 / self.count {
            self.progress.step(format!("{} {done}/{}", self.name, self.count));
        }
    }

    fn finish(self) {
        self.progress.finish();
    }
}
