//! The node's clock, made monotone: sky time never goes back, so neither may what is read by it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Never goes back.
#[derive(Debug)]
pub struct Clock {
    latest_us: AtomicI64,
}

impl Clock {
    /// Not before the given time.
    pub fn starting_at(latest_us: i64) -> Self {
        Self { latest_us: AtomicI64::new(latest_us) }
    }

    /// Microseconds since the epoch.
    pub fn now_us(&self) -> i64 {
        let now_us = SystemTime::now().duration_since(UNIX_EPOCH);
        let now_us = now_us.map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(i64::MAX));
        self.latest_us.fetch_max(now_us, Ordering::Relaxed).max(now_us)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_starts_in_the_future_waits_there() {
        let clock = Clock::starting_at(i64::MAX - 1);
        assert_eq!(clock.now_us(), i64::MAX - 1);
    }
}
