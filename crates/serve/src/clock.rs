//! A server's clock: the machine's, made monotone.
//!
//! It never stands still either. Whatever counts seconds by it, such as whether a line is silent or how
//! often a client may ask, would otherwise stop with it when the machine's clock is set back.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Never goes back, and always goes on.
#[derive(Debug)]
pub struct Clock(Mutex<Told>);

/// What was told last, and when that was by a clock that nobody sets.
#[derive(Debug)]
struct Told {
    at_us: i64,
    since: Instant,
}

impl Clock {
    /// Not before the given time, microseconds since the epoch.
    pub fn starting_at(latest_us: i64) -> Self {
        Self(Mutex::new(Told { at_us: latest_us, since: Instant::now() }))
    }

    /// Microseconds since the epoch.
    pub fn now_us(&self) -> i64 {
        let machine = SystemTime::now().duration_since(UNIX_EPOCH);
        let machine_us = machine.map_or(0, whole_us);
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        told.at_us = next(told.at_us, now.duration_since(told.since), machine_us);
        told.since = now;
        told.at_us
    }
}

/// Ahead of the machine's clock it goes a little slower, until that has caught up.
fn next(last_us: i64, passed: Duration, machine_us: i64) -> i64 {
    if machine_us >= last_us {
        return machine_us;
    }
    let passed_us = whole_us(passed);
    last_us.saturating_add(passed_us - passed_us / 8)
}

fn whole_us(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const SECOND_US: i64 = 1_000_000;
    const HOUR_US: i64 = 3_600 * SECOND_US;

    #[test]
    fn time_is_the_machines_while_that_goes_on() {
        assert_eq!(next(0, SECOND, SECOND_US), SECOND_US);
        assert_eq!(next(0, SECOND, HOUR_US), HOUR_US);
    }

    #[test]
    fn a_machine_whose_clock_is_set_back_stops_nobodys_time_and_catches_up() {
        let (mut at_us, mut machine_us) = (HOUR_US, 0);
        let mut seconds = 0;
        while at_us > machine_us {
            machine_us += SECOND_US;
            let later_us = next(at_us, SECOND, machine_us);
            assert!(later_us - at_us >= SECOND_US * 7 / 8 || later_us == machine_us);
            at_us = later_us;
            seconds += 1;
        }
        // An eighth of each second is caught up; within the last second it is there.
        assert!((8 * 3_600 - 8..=8 * 3_600).contains(&seconds), "{seconds}");
    }

    #[test]
    fn a_clock_that_starts_at_the_end_of_time_stays_there() {
        assert_eq!(Clock::starting_at(i64::MAX).now_us(), i64::MAX);
    }
}
