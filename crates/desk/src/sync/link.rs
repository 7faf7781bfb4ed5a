//! What is known of the way to a peer since this desk started. Nothing here is durable, and nothing
//! that must be.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant as Elapsed};

use keepclear_line::Health;
use keepclear_line::health::CUT_AFTER_MS;
use keepclear_line::message::Lane;
use keepclear_line::quantity::{DeskId, Fingerprint, Instant, Words};
use keepclear_line::view::NotTakenView;
use tokio::sync::{Notify, watch};

use super::beat::HEARTBEAT;
use super::budget::{Budget, Flow};

/// Bytes of ordinary entries that are sent at once, least and most.
const PIECE_MIN: usize = 2 << 10;
const PIECE_MAX: usize = 256 << 10;
/// The first piece: half a second at 64 kbit/s.
const PIECE_FIRST: usize = 4 << 10;
/// A piece should not take longer on its way than this: heartbeats and distress share it.
const PIECE_TIME: Duration = Duration::from_millis(800);
/// Entries that went without a sign of having come are sent again after this, or three round trips.
const RESEND_AFTER: Duration = Duration::from_millis(1_500);
/// A beat is late that takes twice the quickest round trip, but not sooner and not later than this.
const LATE_LEAST: Duration = Duration::from_millis(500);
const LATE_MOST: Duration = Duration::from_millis(1_500);
/// Clocks are compared by the quickest of the last so many round trips.
const ROUND_TRIPS: usize = 8;

/// A refusal is shown once it has lasted so long, and its reason up to so many characters.
const REFUSED_FOR_US: i64 = 3_000_000;
const REASON_MAX: usize = 300;
const HOUR_US: i64 = 3_600_000_000;
const HOURS: usize = 24;

/// All links.
#[derive(Debug, Default)]
pub struct Links {
    links: Mutex<BTreeMap<DeskId, Arc<Link>>>,
}

/// One link.
#[derive(Debug, Default)]
pub struct Link {
    state: Mutex<State>,
    /// Something new is to be said, or what was said must be sent again.
    pub outbox: Notify,
    /// The same, for the urgent lane.
    pub express: Notify,
    healed: watch::Sender<Option<Elapsed>>,
}

#[derive(Debug, Default)]
struct State {
    health: Health,
    /// The newest clock of theirs that came here.
    their_clock: Option<Instant>,
    /// Of our ordinary and urgent lane.
    lanes: [Sent; 2],
    round_trips: VecDeque<(Duration, i64)>,
    piece: Option<usize>,
    answered: Answered,
    not_taken: Option<NotTakenView>,
    budgets: BTreeMap<Flow, Budget>,
    /// Refusals that were not written down: how many in which hour of the last day.
    refused_more: VecDeque<(i64, u64)>,
    /// What they showed last where we asked them.
    seen_certificate: Option<Fingerprint>,
}

/// When the other desk answered last, or was first asked.
#[derive(Debug)]
struct Answered(Elapsed);

impl Default for Answered {
    fn default() -> Self {
        Self(Elapsed::now())
    }
}

/// How far a lane of ours has come.
#[derive(Debug, Default)]
struct Sent {
    /// They have it.
    acknowledged: u64,
    /// When they said so, by their clock.
    acknowledged_at: Option<Instant>,
    /// It is on its way.
    sent: u64,
    at: Option<Elapsed>,
}

impl Links {
    /// The link to a peer.
    pub fn to(&self, peer: DeskId) -> Arc<Link> {
        Arc::clone(self.lock().entry(peer).or_default())
    }

    /// How the line to a peer is.
    pub fn health(&self, peer: DeskId) -> Health {
        self.to(peer).health()
    }

    /// We said something to a peer.
    pub fn outbox_grew(&self, peer: DeskId) {
        let link = self.to(peer);
        link.express.notify_one();
        link.outbox.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<DeskId, Arc<Link>>> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Link {
    /// How the line is.
    pub fn health(&self) -> Health {
        self.lock().health.clone()
    }

    /// Something of theirs has come: at our time `now`, with their clock and the newest clock of ours
    /// that they had heard.
    pub fn heard(&self, now: Instant, their_clock: Instant, echo: Option<Instant>) {
        let mut state = self.lock();
        state.their_clock = state.their_clock.max(Some(their_clock));
        state.health.heard_from_them(now);
        // What they claim to have heard cannot lie ahead of us.
        if let Some(echo) = echo.filter(|echo| *echo <= now) {
            state.health.they_heard_us(echo);
        }
    }

    /// The newest clock of theirs that came here.
    pub fn their_clock(&self) -> Option<Instant> {
        self.lock().their_clock
    }

    /// An exchange of ours was answered: it left at `left`, which was `began` by a clock that nobody
    /// sets, and their clock was this at about the middle.
    pub fn answered(&self, left: Instant, began: Elapsed, their_clock: Instant) {
        let took = began.elapsed();
        let mut state = self.lock();
        let quiet = state.answered.0.elapsed();
        state.answered = Answered::default();
        state.health.they_heard_us(left);
        let middle_us = left.0 + i64::try_from(took.as_micros() / 2).unwrap_or(i64::MAX / 2);
        let apart_ms = their_clock.0.saturating_sub(middle_us) / 1_000;
        state.round_trips.push_back((took, apart_ms));
        if state.round_trips.len() > ROUND_TRIPS {
            state.round_trips.pop_front();
        }
        let quickest = state.round_trips.iter().min().copied();
        if let Some((_, apart_ms)) = quickest {
            state.health.clock_apart(apart_ms);
        }
        state.health.round_trip(u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
        if quiet.as_millis() > CUT_AFTER_MS.unsigned_abs().into() {
            state.lanes.iter_mut().for_each(|lane| lane.sent = lane.acknowledged);
            drop(state);
            self.healed.send_replace(Some(began));
            self.express.notify_one();
            self.outbox.notify_one();
        }
    }

    /// Comes when, after a cut, something was answered that left later than this: it has overtaken
    /// what left before, which therefore hangs.
    pub async fn overtaken(&self, began: Elapsed) {
        let mut healed = self.healed.subscribe();
        let ended = healed.wait_for(|by| by.is_some_and(|by| by > began)).await.is_err();
        if ended {
            std::future::pending::<()>().await;
        }
    }

    /// How long a beat may take before its connection is taken to hang.
    pub fn beat_patience(&self) -> Duration {
        let quickest = self.lock().round_trips.iter().map(|(took, _)| *took).min();
        (quickest.unwrap_or_default() * 2).clamp(LATE_LEAST, LATE_MOST)
    }

    /// Nothing was answered for so long that a beat was missed.
    pub fn is_quiet(&self) -> bool {
        let patience = HEARTBEAT + self.beat_patience();
        self.lock().answered.0.elapsed() > patience
    }

    /// At their time `at` they had this much of our lane. Less than before is believed when it is said
    /// later: then they lost what they had, and get it again.
    pub fn acknowledged(&self, lane: Lane, sequence: u64, at: Instant) {
        let mut state = self.lock();
        let sent = &mut state.lanes[index(lane)];
        if Some(at) < sent.acknowledged_at && sequence <= sent.acknowledged {
            return;
        }
        let refused = state.not_taken.as_ref();
        if refused.is_some_and(|view| view.lane == lane && view.entry <= sequence) {
            state.not_taken = None;
        }
        let sent = &mut state.lanes[index(lane)];
        let lost = sequence < sent.acknowledged;
        sent.sent = if lost { sequence } else { sent.sent.max(sequence) };
        sent.acknowledged = sequence;
        sent.acknowledged_at = sent.acknowledged_at.max(Some(at));
    }

    /// How many entries they are known to have of our two lanes.
    pub fn acknowledged_in_all(&self) -> u64 {
        self.lock().lanes.iter().map(|lane| lane.acknowledged).sum()
    }

    /// After which entry of our lane to send on. What went long ago without a sign goes again.
    pub fn send_after(&self, lane: Lane) -> u64 {
        let mut state = self.lock();
        let patience = state.patience();
        let sent = &mut state.lanes[index(lane)];
        let waiting = sent.sent > sent.acknowledged;
        if waiting && sent.at.is_none_or(|at| at.elapsed() >= patience) {
            sent.sent = sent.acknowledged;
        }
        sent.sent
    }

    /// Entries of our lane up to this one are on their way.
    pub fn sent(&self, lane: Lane, sequence: u64) {
        let mut state = self.lock();
        let sent = &mut state.lanes[index(lane)];
        if sequence > sent.sent {
            sent.sent = sequence;
            sent.at = Some(Elapsed::now());
        }
    }

    /// What was on its way did not come.
    pub fn lost(&self, lane: Lane) {
        let mut state = self.lock();
        let sent = &mut state.lanes[index(lane)];
        sent.sent = sent.acknowledged;
    }

    /// When to look again for entries that were not acknowledged.
    pub fn patience(&self) -> Duration {
        self.lock().patience()
    }

    /// Whether something of theirs of so many bytes is within what may be written for them; counted then.
    pub fn admits(&self, flow: Flow, bytes: usize) -> bool {
        let mut state = self.lock();
        let budget = state.budgets.entry(flow).or_insert_with(|| Budget::of(flow));
        budget.admits(bytes, Elapsed::now())
    }

    /// They refuse this entry of our lane.
    pub fn refuse(&self, lane: Lane, entry: u64, reason: &str, now: Instant) {
        let readable = |text: &char| Words::new(text.to_string()).is_ok();
        let shown: String = reason.chars().filter(readable).take(REASON_MAX).collect();
        let Ok(reason) = Words::new(shown).or_else(|_| Words::new("no reason")) else { return };
        let mut state = self.lock();
        let before = state.not_taken.take().filter(|view| (view.lane, view.entry) == (lane, entry));
        let since = before.map_or(now, |view| view.since);
        state.not_taken = Some(NotTakenView { lane, entry, reason, since });
    }

    /// What they refuse and go on to refuse: a gap is refused, too, and closes by itself.
    pub fn not_taken(&self, now: Instant) -> Option<NotTakenView> {
        let refused = self.lock().not_taken.clone();
        refused.filter(|view| now.0 - view.since.0 >= REFUSED_FOR_US)
    }

    /// Something of theirs was refused and not written down.
    pub fn refused_more(&self, now: Instant) {
        let mut state = self.lock();
        let hour = now.0.div_euclid(HOUR_US);
        match state.refused_more.back_mut() {
            Some((last, count)) if *last == hour => *count += 1,
            _ => state.refused_more.push_back((hour, 1)),
        }
        if state.refused_more.len() > HOURS {
            state.refused_more.pop_front();
        }
    }

    /// How often that was within the last day.
    pub fn refused_more_lately(&self, now: Instant) -> u64 {
        let since = now.0.div_euclid(HOUR_US) - HOURS as i64;
        let state = self.lock();
        state.refused_more.iter().filter(|(hour, _)| *hour > since).map(|(_, count)| count).sum()
    }

    /// They have answered with this certificate, and hold its key.
    pub fn saw_certificate(&self, seen: Fingerprint) {
        self.lock().seen_certificate = Some(seen);
    }

    /// The certificate that they answered with last.
    pub fn seen_certificate(&self) -> Option<Fingerprint> {
        self.lock().seen_certificate
    }

    /// Bytes of ordinary entries to send at once.
    pub fn piece(&self) -> usize {
        self.lock().piece.unwrap_or(PIECE_FIRST)
    }

    /// A piece of so many bytes took so long there and back.
    pub fn piece_took(&self, bytes: usize, took: Duration) {
        let mut state = self.lock();
        let piece = state.piece.unwrap_or(PIECE_FIRST);
        let quickest = state.round_trips.iter().map(|(took, _)| *took).min().unwrap_or_default();
        let on_the_way = took.saturating_sub(quickest);
        let next = if on_the_way > PIECE_TIME {
            piece / 2
        } else if bytes * 2 > piece && on_the_way < PIECE_TIME / 3 {
            piece * 2
        } else {
            piece
        };
        state.piece = Some(next.clamp(PIECE_MIN, PIECE_MAX));
    }

    /// A piece did not come back at all.
    pub fn piece_lost(&self) {
        let mut state = self.lock();
        state.piece = Some((state.piece.unwrap_or(PIECE_FIRST) / 2).max(PIECE_MIN));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn patience(&self) -> Duration {
        let slowest = self.round_trips.iter().map(|(took, _)| *took).max().unwrap_or_default();
        RESEND_AFTER.max(slowest * 3)
    }
}

fn index(lane: Lane) -> usize {
    match lane {
        Lane::Ordinary => 0,
        Lane::Urgent => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_shown_once_it_lasts_and_no_longer_than_until_the_entry_is_taken() {
        let link = Link::default();
        let at = |second: i64| Instant(second * 1_000_000);
        for second in 0..5 {
            link.refuse(Lane::Urgent, 7, "no\u{202e} such key", at(second));
        }
        assert_eq!(link.not_taken(at(2)), None);
        let shown = link.not_taken(at(4)).unwrap();
        assert_eq!((shown.entry, shown.since, shown.reason.as_str()), (7, at(0), "no such key"));
        link.acknowledged(Lane::Ordinary, 9, at(5));
        link.acknowledged(Lane::Urgent, 6, at(5));
        assert_eq!(link.not_taken(at(6)), Some(shown));
        link.acknowledged(Lane::Urgent, 7, at(6));
        assert_eq!(link.not_taken(at(6)), None);
    }
}
