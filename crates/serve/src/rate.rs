//! How many requests a client may send: a bucket for each token subject, filled at a steady rate.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// What a client may send at once, in seconds of its rate.
const BURST_S: i64 = 2;
const SECOND_US: i64 = 1_000_000;
/// Clients remembered before those that have been quiet are dropped.
const CLIENTS_MAX: usize = 10_000;

/// Limits the rate of every client alike.
#[derive(Debug)]
pub struct RateLimit {
    /// Time between two requests at the steady rate, microseconds.
    interval_us: i64,
    /// When each client's bucket will be full again, microseconds since the epoch.
    full_us: Mutex<HashMap<String, i64>>,
}

impl RateLimit {
    /// At most `requests_per_second` for each client, and twice as many at once.
    pub fn new(requests_per_second: u32) -> Self {
        let interval_us = SECOND_US / i64::from(requests_per_second.max(1));
        Self { interval_us: interval_us.max(1), full_us: Mutex::default() }
    }

    /// Counts a request at `now_us`, unless the client may not send it.
    pub fn admits(&self, client: &str, now_us: i64) -> bool {
        let mut clients = self.full_us.lock().unwrap_or_else(PoisonError::into_inner);
        if clients.len() > CLIENTS_MAX {
            clients.retain(|_, full_us| *full_us > now_us);
        }
        match clients.get_mut(client) {
            Some(full_us) => {
                let next_us = (*full_us).max(now_us) + self.interval_us;
                let admitted = next_us - now_us <= BURST_S * SECOND_US;
                if admitted {
                    *full_us = next_us;
                }
                admitted
            }
            None => {
                clients.insert(client.to_owned(), now_us + self.interval_us);
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_sends_twice_its_rate_at_once_and_its_rate_from_then_on() {
        let limit = RateLimit::new(10);
        let sent = |from_us: i64| (0..100).filter(|_| limit.admits("a", from_us)).count();
        assert_eq!(sent(0), 20);
        assert_eq!(sent(SECOND_US), 10);
        assert_eq!(sent(SECOND_US + 50_000), 0);
        assert_eq!(sent(SECOND_US + 100_000), 1);
        assert_eq!(sent(60 * SECOND_US), 20);
    }

    #[test]
    fn clients_do_not_use_up_each_others_rate() {
        let limit = RateLimit::new(1);
        assert!(limit.admits("a", 0) && limit.admits("a", 0) && !limit.admits("a", 0));
        assert!(limit.admits("b", 0));
    }

    #[test]
    fn clients_that_are_quiet_are_forgotten() {
        let limit = RateLimit::new(10);
        for client in 0..=CLIENTS_MAX {
            limit.admits(&client.to_string(), 0);
        }
        limit.admits("a", 60 * SECOND_US);
        assert_eq!(limit.full_us.lock().unwrap().len(), 1);
    }
}
