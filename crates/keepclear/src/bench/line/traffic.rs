//! What is said while it is measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant as Moment};

use hdrhistogram::Histogram;
use keepclear_desk::Desk;
use keepclear_line::Body;
use keepclear_line::message::{Action, Content, Matter, Topic, Window};
use keepclear_line::quantity::{DeskId, ExchangeId, Instant, Millimetres, NanoDegrees};
use keepclear_line::view::ExchangeState;
use keepclear_line::volume::{Altitude, Place, Reference, Shape, Volume};

use super::BenchError;
use super::station::{Pair, speaker};

/// Volumes of a notice.
pub const VOLUMES: i64 = 10;
/// People who speak at once while the line's rate is measured.
const SPEAKERS: usize = 64;
/// Longest wait for a read-back, or for the rest of what was said.
const PATIENCE: Duration = Duration::from_secs(60);
const MINUTE_US: i64 = 60_000_000;

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub enum Limit {
    /// After so many messages.
    Messages(u64),
    /// After so long.
    Time(Duration),
}

fn exchange() -> ExchangeId {
    ExchangeId(*uuid::Uuid::new_v4().as_bytes())
}

fn failed(error: &dyn std::fmt::Display) -> BenchError {
    BenchError::Line(error.to_string())
}

/// Half an hour, in an hour.
fn window(now: Instant) -> Window {
    Window { from: Instant(now.0 + 60 * MINUTE_US), to: Instant(now.0 + 90 * MINUTE_US) }
}

/// A square of 2 km by 2 km for each volume, side by side, each with eight corners.
fn volume(number: i64, window: Window) -> Volume {
    let (lat, lng) = (48_000_000_000, 9_000_000_000 + number * 40_000_000);
    let ring = [(0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0)];
    let corner = |(north, east): (i64, i64)| Place {
        lat: NanoDegrees(lat + north * 9_000_000),
        lng: NanoDegrees(lng + east * 13_000_000),
    };
    let limit = |metres: i64| {
        Some(Altitude { value_m: Millimetres(metres * 1_000), reference: Reference::Ellipsoid })
    };
    Volume {
        shape: Shape::Polygon { vertices: ring.map(corner).to_vec() },
        lower: limit(500),
        upper: limit(1_500),
        from: window.from,
        to: window.to,
    }
}

fn content(topic: Topic, window: Window, volumes: Vec<Volume>, action: Option<Action>) -> Content {
    Content { topic, window, volumes, our_flights: Vec::new(), your_flights: Vec::new(), action }
}

/// Says notices one after the other; from saying to knowing the read-back, microseconds.
///
/// # Errors
/// When one is refused or not read back.
pub async fn notices(pair: &Pair, count: u32) -> Result<Histogram<u64>, BenchError> {
    let (north, peer) = (&pair.north.desk, pair.south.id());
    // With bounds from the start: a histogram that grows by itself takes what is beyond it for its end.
    let longest_us = u64::try_from(PATIENCE.as_micros()).unwrap_or(u64::MAX);
    let times_us = Histogram::new_with_bounds(1, longest_us, 3);
    let mut times_us = times_us.map_err(|error| failed(&error))?;
    for _ in 0..count {
        let (id, window) = (exchange(), window(north.now()));
        let volumes = (0..VOLUMES).map(|number| volume(number, window)).collect();
        let content = content(Topic::Flights, window, volumes, None);
        let body = Body::Open { exchange: id, matter: Matter::Notice, content, words: None };
        let mut moved = north.moved();
        let begun = Moment::now();
        north.say(peer, speaker()?, None, body).await.map_err(|error| failed(&error))?;
        let read_back = async {
            loop {
                moved.borrow_and_update();
                let state = north.exchange(peer, id).map(|exchange| exchange.view.state);
                match state {
                    Some(ExchangeState::ReadBack) => return Ok(()),
                    Some(ExchangeState::Disputed) => return Err(failed(&"a notice is disputed")),
                    _ => moved.changed().await.map_err(|error| failed(&error))?,
                }
            }
        };
        let late = |_| failed(&"a notice was not read back");
        tokio::time::timeout(PATIENCE, read_back).await.map_err(late)??;
        let took_us = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        times_us.saturating_record(took_us);
    }
    Ok(times_us)
}

/// Opens questions and ends them, as fast as the line takes them; how many messages, and how long until
/// the last one was known to be stored at the other end.
///
/// # Errors
/// When one is refused or not delivered.
pub async fn messages(pair: &Pair, limit: Limit) -> Result<(u64, f64), BenchError> {
    let said = Arc::new(AtomicU64::new(0));
    let begun = Moment::now();
    let (north, peer) = (&pair.north.desk, pair.south.id());
    let mut speakers = tokio::task::JoinSet::new();
    for _ in 0..SPEAKERS {
        speakers.spawn(one_speaker(north.clone(), peer, limit, Arc::clone(&said), begun));
    }
    while let Some(ended) = speakers.join_next().await {
        ended.map_err(|error| failed(&error))??;
    }
    let rest = async {
        while north.line(peer).is_none_or(|line| line.view.health.outbox > 0) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let late = |_| failed(&"what was said was not delivered");
    tokio::time::timeout(PATIENCE, rest).await.map_err(late)?;
    Ok((said.load(Ordering::Relaxed), begun.elapsed().as_secs_f64()))
}

async fn one_speaker(
    north: Desk,
    peer: DeskId,
    limit: Limit,
    said: Arc<AtomicU64>,
    begun: Moment,
) -> Result<(), BenchError> {
    loop {
        let more = match limit {
            Limit::Messages(messages) => said.load(Ordering::Relaxed) < messages,
            Limit::Time(time) => begun.elapsed() < time,
        };
        if !more {
            return Ok(());
        }
        let id = exchange();
        let asked = content(Topic::Line, window(north.now()), Vec::new(), Some(Action::Inform {}));
        let open =
            Body::Open { exchange: id, matter: Matter::Question, content: asked, words: None };
        for body in [open, Body::End { exchange: id, words: None }] {
            north.say(peer, speaker()?, None, body).await.map_err(|error| failed(&error))?;
            said.fetch_add(1, Ordering::Relaxed);
        }
    }
}
