//! The desk's clock, made monotone: what is said later is never dated earlier.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use keepclear_line::quantity::Instant;

/// Never goes back.
#[derive(Debug)]
pub struct Clock {
    latest_us: AtomicI64,
}

impl Clock {
    /// Not before the given time.
    pub fn starting_at(latest: Instant) -> Self {
        Self { latest_us: AtomicI64::new(latest.0) }
    }

    /// The time.
    pub fn now(&self) -> Instant {
        let now_us = SystemTime::now().duration_since(UNIX_EPOCH);
        let now_us = now_us.map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(i64::MAX));
        Instant(self.latest_us.fetch_max(now_us, Ordering::Relaxed).max(now_us))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_starts_in_the_future_waits_there() {
        let clock = Clock::starting_at(Instant(i64::MAX - 1));
        assert_eq!(clock.now(), Instant(i64::MAX - 1));
    }
}
