//! What every screen shows of the lines, worked out once for all who look.
//!
//! Only what was said about since, and what a clock has passed, is looked at again, a few exchanges at a
//! time: the sequencer waits for the same state, and a peer may keep thousands of exchanges open.

mod line;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use keepclear_line::quantity::{DeskId, Instant};

use crate::desk::Desk;
use crate::journal::State;
use crate::views::{LineAlarm, Moved};

use line::Kept;
pub use line::{LineNow, urgency};

/// How old an answer may be while nothing has moved: clocks are shown to the second.
const STILL: Duration = Duration::from_millis(100);

/// All lines at one moment.
#[derive(Debug)]
pub struct Snapshot {
    /// Which moment.
    pub now: Instant,
    /// By the other desk.
    pub lines: Vec<Arc<LineNow>>,
    moved: Moved,
}

impl Snapshot {
    /// The line to a desk.
    pub fn line(&self, peer: DeskId) -> Option<&Arc<LineNow>> {
        self.lines.iter().find(|line| line.desk == peer)
    }

    /// Every alarm of every line, the most urgent first.
    pub fn alarms(&self) -> Vec<LineAlarm> {
        let each = self.lines.iter().flat_map(|line| {
            let of_the_line = move |alarm: &_| LineAlarm {
                peer: line.desk,
                party: line.party.clone(),
                alarm: keepclear_line::view::Alarm::clone(alarm),
            };
            line.alarms.iter().map(of_the_line)
        });
        let mut alarms: Vec<LineAlarm> = each.collect();
        alarms.sort_by_cached_key(LineAlarm::place);
        alarms
    }
}

/// What was worked out so far.
#[derive(Debug, Default)]
pub struct Board(Mutex<Worked>);

#[derive(Debug, Default)]
struct Worked {
    lines: BTreeMap<DeskId, Kept>,
    last: Option<Arc<Snapshot>>,
}

impl Desk {
    /// All lines as they are.
    pub fn board(&self) -> Arc<Snapshot> {
        self.board_within(Duration::ZERO)
    }

    /// All lines as they were at most so long ago, for those who look by themselves again and again.
    pub fn board_within(&self, age: Duration) -> Arc<Snapshot> {
        // By the state itself: whoever was answered may look before the others are told.
        let position = self.0.read(State::last);
        let moved = Moved { position, ..*self.0.moved.borrow() };
        // Whoever comes while it is worked out gets the same one.
        let mut worked = self.0.board.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.now();
        if let Some(last) = &worked.last {
            let old = Duration::from_micros(now.0.saturating_sub(last.now.0).unsigned_abs());
            if old <= age || (old <= STILL && last.moved == moved) {
                return Arc::clone(last);
            }
        }
        let peers: Vec<DeskId> =
            self.0.read(|state| state.peers().map(|peer| peer.desk()).collect());
        let Worked { lines, last } = &mut *worked;
        let each = peers.into_iter().filter_map(|peer| {
            let kept = lines.entry(peer).or_default();
            kept.bring_up_to_date(&self.0, peer, now)
        });
        let snapshot = Arc::new(Snapshot { now, lines: each.collect(), moved });
        *last = Some(Arc::clone(&snapshot));
        snapshot
    }
}
