//! How a line is, for each direction.
//!
//! A direction carries when something was proved to have come through it within the last seconds: what
//! was heard of them proves the way here, and what they say of having heard us the way there.

use crate::quantity::Instant;
use crate::view::{DirectionView, HealthView, LineState, NotTakenView, Suspension};

/// Silence after which a direction counts as cut, milliseconds: a heartbeat goes every second, and a
/// cut has to be on both screens within 5 s.
pub const CUT_AFTER_MS: i64 = 4_000;

/// What was measured of one line since the desk started.
#[derive(Debug, Clone, Default)]
pub struct Health {
    heard_at: Option<Instant>,
    they_heard_at: Option<Instant>,
    clock_apart_ms: Option<i64>,
    round_trip_ms: Option<u64>,
    outbox: u64,
    not_taken: Option<NotTakenView>,
}

/// Each side's will not to use the line.
#[derive(Debug, Clone, Default)]
pub struct Suspensions {
    /// Ours.
    pub by_us: Option<Suspension>,
    /// Theirs.
    pub by_them: Option<Suspension>,
}

impl Health {
    /// Nothing was heard yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Something of theirs came here, by our clock.
    pub fn heard_from_them(&mut self, at: Instant) {
        self.heard_at = self.heard_at.max(Some(at));
    }

    /// Something of ours that was said at this moment, by our clock, is known to have come there.
    pub fn they_heard_us(&mut self, at: Instant) {
        self.they_heard_at = self.they_heard_at.max(Some(at));
    }

    /// Their clock minus ours, milliseconds.
    pub fn clock_apart(&mut self, apart_ms: i64) {
        self.clock_apart_ms = Some(apart_ms);
    }

    /// Time of the last round trip, milliseconds.
    pub fn round_trip(&mut self, round_trip_ms: u64) {
        self.round_trip_ms = Some(round_trip_ms);
    }

    /// Messages of ours that the other desk does not have.
    pub fn outbox(&mut self, messages: u64) {
        self.outbox = messages;
    }

    /// The entry of ours that the other desk refuses.
    pub fn not_taken(&mut self, not_taken: Option<NotTakenView>) {
        self.not_taken = not_taken;
    }

    /// As it is shown. Silence stands before suspension, because distress must still pass.
    pub fn view(&self, now: Instant, suspensions: Suspensions) -> HealthView {
        let inbound = direction(now, self.heard_at);
        let outbound = direction(now, self.they_heard_at);
        let Suspensions { by_us, by_them } = suspensions;
        let state = if inbound.heard_at.is_none() && outbound.heard_at.is_none() {
            LineState::Unknown
        } else if inbound.silent || outbound.silent {
            LineState::Silent
        } else if by_us.is_some() {
            LineState::SuspendedByUs
        } else if by_them.is_some() {
            LineState::SuspendedByThem
        } else {
            LineState::Open
        };
        HealthView {
            state,
            inbound,
            outbound,
            suspended_by_us: by_us,
            suspended_by_them: by_them,
            clock_apart_ms: self.clock_apart_ms,
            round_trip_ms: self.round_trip_ms,
            outbox: self.outbox,
            not_taken: self.not_taken.clone(),
        }
    }
}

/// A direction that never carried is silent.
fn direction(now: Instant, heard_at: Option<Instant>) -> DirectionView {
    let cut = |at: Instant| now.0.saturating_sub(at.0) > CUT_AFTER_MS * 1_000;
    DirectionView { heard_at, silent: heard_at.is_none_or(cut) }
}
