//! Counters and times of requests, by operation and status. Their handles are kept, since looking
//! them up costs as much as answering a small request.

use std::sync::OnceLock;
use std::time::Duration;

use http::StatusCode;
use metrics::{Counter, Histogram, counter, histogram};

use crate::operations::Operation;

/// Statuses that have a counter of their own; others are counted under the last, `other`.
const STATUSES: [&str; 16] = [
    "200", "201", "400", "401", "403", "404", "405", "408", "409", "412", "413", "429", "500",
    "501", "503", "other",
];

/// Handles of all counters and histograms.
pub struct Measures {
    /// One more than the operations: for requests that are none.
    operations: Vec<OfOperation>,
}

struct OfOperation {
    name: &'static str,
    counters: [OnceLock<Counter>; STATUSES.len()],
    seconds: OnceLock<Histogram>,
}

impl Measures {
    /// None of them used yet.
    pub fn new() -> Self {
        let names = Operation::ALL.iter().map(|operation| match operation {
            // The documents have two operations of nearly one name.
            Operation::GetSystemVersion => "getSystemVersion",
            operation => operation.id(),
        });
        let of = |name| OfOperation {
            name,
            counters: [const { OnceLock::new() }; STATUSES.len()],
            seconds: OnceLock::new(),
        };
        Self { operations: names.chain(["none"]).map(of).collect() }
    }

    /// Counts one request.
    pub fn record(&self, operation: Option<Operation>, status: StatusCode, took: Duration) {
        let index = operation.map_or(Operation::ALL.len(), |operation| operation as usize);
        let Some(of) = self.operations.get(index) else { return };
        let known = STATUSES.iter().position(|text| *text == status.as_str());
        let column = known.unwrap_or(STATUSES.len() - 1);
        let requests = of.counters[column].get_or_init(|| {
            let code = STATUSES[column];
            counter!("keepclear_requests_total", "operation" => of.name, "code" => code)
        });
        requests.increment(1);
        let seconds = of
            .seconds
            .get_or_init(|| histogram!("keepclear_request_seconds", "operation" => of.name));
        seconds.record(took.as_secs_f64());
    }
}
