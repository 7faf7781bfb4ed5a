//! What is counted during the measured seconds.
//!
//! Only what is answered between the end of the warm-up and the end of the run counts, so a request
//! that straddles either end is in or out as a whole.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use hdrhistogram::Histogram;

use crate::complain;

/// Shortest and longest latency that is told apart, nanoseconds. Three digits are kept between.
const LATENCY_RANGE_NS: (u64, u64) = (100, 3_600_000_000_000);

/// A request, by what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// A new intent.
    Create,
    /// Its change to Activated.
    Activate,
    /// Its end.
    Delete,
    /// A look at an area.
    Query,
    /// A look at one intent whose write went wrong.
    Get,
}

impl Operation {
    /// As shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Activate => "activate",
            Self::Delete => "delete",
            Self::Query => "query",
            Self::Get => "get",
        }
    }

    /// The codes that belong to the traffic; all others are told to the person.
    pub fn expects(self, code: u16) -> bool {
        match self {
            Self::Create => matches!(code, 200 | 201 | 409),
            Self::Activate => matches!(code, 200 | 409),
            Self::Delete | Self::Query => code == 200,
            Self::Get => matches!(code, 200 | 404),
        }
    }
}

/// Latencies.
#[derive(Debug)]
pub struct Latencies(Option<Histogram<u64>>);

impl Latencies {
    /// None yet.
    pub fn new() -> Self {
        let (shortest_ns, longest_ns) = LATENCY_RANGE_NS;
        Self(Histogram::new_with_bounds(shortest_ns, longest_ns, 3).ok())
    }

    /// Adds one.
    pub fn record(&mut self, latency: Duration) {
        if let Some(histogram) = &mut self.0 {
            histogram.saturating_record(u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX));
        }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.as_ref().map_or(0, Histogram::len)
    }

    /// The latency below which that share lies, milliseconds; `None` when there is none.
    pub fn quantile_ms(&self, share: f64) -> Option<f64> {
        let histogram = self.0.as_ref().filter(|histogram| !histogram.is_empty())?;
        Some(histogram.value_at_quantile(share) as f64 / 1e6)
    }
}

/// Everything that one run counts.
#[derive(Debug)]
pub struct Tally {
    /// Whether the measured seconds are running.
    pub counting: bool,
    /// Latencies by operation and code.
    pub requests: BTreeMap<(Operation, u16), Latencies>,
    /// From a flight's first request to its last answer.
    pub flights: Latencies,
    /// Flights and queries finished by each client.
    pub finished: Vec<u64>,
    /// Writes refused for their key.
    pub refusals: u64,
    /// References that all queries answered together, and how many queries that were.
    pub answers: (u64, u64),
    /// Unexpected answers whose body has been shown.
    shown: HashSet<(Operation, u16)>,
}

impl Tally {
    /// Nothing counted, and not counting.
    pub fn new(clients: usize) -> Self {
        Self {
            counting: false,
            requests: BTreeMap::new(),
            flights: Latencies::new(),
            finished: vec![0; clients],
            refusals: 0,
            answers: (0, 0),
            shown: HashSet::new(),
        }
    }

    /// One request was answered.
    pub fn request(&mut self, operation: Operation, code: u16, latency: Duration) {
        if self.counting {
            let latencies = self.requests.entry((operation, code)).or_insert_with(Latencies::new);
            latencies.record(latency);
        }
    }

    /// One write was refused for its key.
    pub fn refusal(&mut self) {
        self.refusals += u64::from(self.counting);
    }

    /// One flight is over.
    pub fn flight(&mut self, client: usize, latency: Duration) {
        if self.counting {
            self.flights.record(latency);
            self.finished[client] += 1;
        }
    }

    /// One query was answered with so many references.
    pub fn query(&mut self, client: usize, references: u64) {
        if self.counting {
            self.finished[client] += 1;
            self.answers = (self.answers.0 + references, self.answers.1 + 1);
        }
    }

    /// Shows the first body of each kind of unexpected answer.
    pub fn unexpected(&mut self, operation: Operation, code: u16, body: &[u8]) {
        if self.shown.insert((operation, code)) {
            let text: String = String::from_utf8_lossy(body).trim().chars().take(600).collect();
            let code = if code == 0 { "no answer".to_owned() } else { format!("answered {code}") };
            complain(&format!("{}: {code}: {text}", operation.name()));
        }
    }

    /// Requests counted.
    pub fn request_count(&self) -> u64 {
        self.requests.values().map(Latencies::count).sum()
    }

    /// What the slowest client finished, as a share of the mean; `None` when nothing was finished.
    pub fn slowest_over_mean(&self) -> Option<f64> {
        let mean = self.finished.iter().sum::<u64>() as f64 / self.finished.len() as f64;
        let slowest = *self.finished.iter().min()? as f64;
        (mean > 0.0).then(|| slowest / mean)
    }
}

/// Processor time that this thread has taken, nanoseconds (Linux); `None` where it is not told.
pub fn processor_ns() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_right_to_a_thousandth() {
        let mut latencies = Latencies::new();
        for us in 1..=10_000 {
            latencies.record(Duration::from_micros(us));
        }
        for (share, expected_ms) in [(0.5, 5.0), (0.95, 9.5), (0.99, 9.9)] {
            let ms = latencies.quantile_ms(share).unwrap();
            assert!((ms / expected_ms - 1.0).abs() < 0.0015, "{share}: {ms}");
        }
        assert_eq!(Latencies::new().quantile_ms(0.5), None);
    }

    #[test]
    fn the_slowest_client_is_set_against_the_mean() {
        let mut tally = Tally::new(2);
        tally.flight(0, Duration::from_millis(1));
        assert_eq!(tally.slowest_over_mean(), None, "not counting yet");
        tally.counting = true;
        tally.flight(0, Duration::from_millis(1));
        tally.flight(0, Duration::from_millis(1));
        tally.query(0, 65);
        tally.flight(1, Duration::from_millis(1));
        let share = tally.slowest_over_mean().unwrap();
        assert!((share - 0.5).abs() < 1e-12, "{share}");
        assert_eq!(tally.answers, (65, 1));
    }
}
