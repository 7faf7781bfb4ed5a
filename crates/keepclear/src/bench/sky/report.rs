//! The figures of all runs, as a table and as JSON.
//!
//! With several runs each figure is the median over them, taken for itself; the range is shown
//! beside it. A figure of which nothing was counted is left out, `null` in JSON, never zero.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use super::measure::{Latencies, Operation, Tally};

/// What heads a report.
#[derive(Debug, Clone)]
pub struct Heading {
    /// Name of the scenario.
    pub scenario: &'static str,
    /// Kind of knowledge.
    pub knowledge: &'static str,
    /// Number of clients.
    pub clients: usize,
    /// Intents that stood there.
    pub standing: usize,
    /// Warm-up, seconds.
    pub warm_up_s: u64,
}

/// Names of the single figures: in JSON, and in the table with their digits.
const FIGURES: [(&str, &str, usize); 12] = [
    ("seconds", "seconds measured", 1),
    ("flights", "flights", 0),
    ("flights_per_s", "flights/s", 1),
    ("requests_per_s", "requests/s", 1),
    ("refusals", "refusals", 0),
    ("refusals_per_flight", "refusals per flight", 2),
    ("slowest_over_mean", "slowest client / mean", 3),
    ("flight_p50_ms", "flight, p50, ms", 3),
    ("flight_p95_ms", "flight, p95, ms", 3),
    ("flight_p99_ms", "flight, p99, ms", 3),
    ("answers_mean", "answers per query, mean", 2),
    ("client_cpu_us_per_request", "client CPU per request, us", 2),
];

/// The figures of one run, or medians over several.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// In the order of [`FIGURES`].
    single: [Option<f64>; FIGURES.len()],
    operations: BTreeMap<(Operation, u16), Row>,
}

/// Count, p50, p95 and p99 in milliseconds.
type Row = [f64; 4];

fn quantiles(latencies: &Latencies) -> [Option<f64>; 3] {
    [0.5, 0.95, 0.99].map(|share| latencies.quantile_ms(share))
}

fn ratio(above: f64, below: f64) -> Option<f64> {
    (below > 0.0).then(|| above / below)
}

impl Figures {
    /// Of what one run counted, in how long, at what cost of processor time.
    pub fn of(tally: &Tally, elapsed: Duration, processor_ns: Option<u64>) -> Self {
        let seconds = elapsed.as_secs_f64();
        let flights = tally.flights.count() as f64;
        let (refusals, requests) = (tally.refusals as f64, tally.request_count() as f64);
        let [p50, p95, p99] = quantiles(&tally.flights);
        let single = [
            Some(seconds),
            Some(flights),
            ratio(flights, seconds),
            ratio(requests, seconds),
            Some(refusals),
            ratio(refusals, flights),
            tally.slowest_over_mean(),
            p50,
            p95,
            p99,
            ratio(tally.answers.0 as f64, tally.answers.1 as f64),
            processor_ns.and_then(|spent_ns| ratio(spent_ns as f64 / 1e3, requests)),
        ];
        let row = |latencies: &Latencies| {
            let [p50, p95, p99] = quantiles(latencies).map(Option::unwrap_or_default);
            [latencies.count() as f64, p50, p95, p99]
        };
        let operations = tally.requests.iter().map(|(key, of)| (*key, row(of))).collect();
        Self { single, operations }
    }
}

/// A report over all runs.
pub struct Report {
    heading: Heading,
    runs: usize,
    medians: Figures,
    /// Least and most of each single figure.
    ranges: [Option<(f64, f64)>; FIGURES.len()],
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    let lower = values[(values.len() - 1) / 2];
    Some(f64::midpoint(lower, upper))
}

impl Report {
    /// Of all runs.
    pub fn new(heading: Heading, runs: &[Figures]) -> Self {
        let values = |figure: usize| -> Vec<f64> {
            runs.iter().filter_map(|run| run.single[figure]).collect()
        };
        let range = |figure: usize| {
            let values = values(figure);
            let least = values.iter().copied().min_by(f64::total_cmp)?;
            Some((least, values.iter().copied().max_by(f64::total_cmp)?))
        };
        let mut operations: BTreeMap<(Operation, u16), Row> = BTreeMap::new();
        for key in runs.iter().flat_map(|run| run.operations.keys()) {
            let rows: Vec<&Row> = runs.iter().filter_map(|run| run.operations.get(key)).collect();
            let column = |n: usize| median(rows.iter().map(|row| row[n]).collect());
            let row = std::array::from_fn(|n| column(n).unwrap_or_default());
            operations.insert(*key, row);
        }
        let medians =
            Figures { single: std::array::from_fn(|figure| median(values(figure))), operations };
        Self { heading, runs: runs.len(), medians, ranges: std::array::from_fn(range) }
    }

    /// Whether anything was counted.
    pub fn is_empty(&self) -> bool {
        self.medians.operations.is_empty()
    }

    fn figure(&self, name: &str) -> Value {
        let at = FIGURES.iter().position(|(known, ..)| *known == name);
        at.and_then(|at| self.medians.single[at]).map_or(Value::Null, rounded)
    }

    /// The JSON form, `keepclear.bench.sky/1`.
    pub fn json(&self) -> Value {
        let Heading { scenario, knowledge, clients, standing, warm_up_s } = &self.heading;
        let operations: Vec<Value> = self
            .medians
            .operations
            .iter()
            .map(|((operation, code), [count, p50, p95, p99])| {
                json!({
                    "operation": operation.name(), "code": code, "count": rounded(*count),
                    "p50_ms": rounded(*p50), "p95_ms": rounded(*p95), "p99_ms": rounded(*p99),
                })
            })
            .collect();
        let ranges = FIGURES.iter().zip(&self.ranges).filter_map(|((name, ..), range)| {
            let (least, most) = (*range)?;
            Some(((*name).to_owned(), json!([rounded(least), rounded(most)])))
        });
        let mut value = json!({
            "format": "keepclear.bench.sky/1",
            "scenario": scenario,
            "knowledge": knowledge,
            "clients": clients,
            "standing": standing,
            "warm_up_s": warm_up_s,
            "runs": self.runs,
            "flight_ms": {
                "p50": self.figure("flight_p50_ms"),
                "p95": self.figure("flight_p95_ms"),
                "p99": self.figure("flight_p99_ms"),
            },
            "operations": operations,
            "range": ranges.collect::<serde_json::Map<String, Value>>(),
        });
        for (name, ..) in FIGURES.iter().filter(|(name, ..)| !name.starts_with("flight_p")) {
            value[*name] = self.figure(name);
        }
        value
    }

    /// The table.
    pub fn table(&self) -> String {
        let Heading { scenario, knowledge, clients, standing, warm_up_s } = &self.heading;
        let mut out = format!(
            "{scenario}, OVNs {knowledge}, {clients} clients, {standing} standing intents, \
             {warm_up_s} s of warm-up, {} of {} run{}\n",
            if self.runs > 1 { "medians" } else { "figures" },
            self.runs,
            if self.runs > 1 { "s" } else { "" },
        );
        for (n, (_, label, digits)) in FIGURES.iter().enumerate() {
            let Some(value) = self.medians.single[n] else { continue };
            let _ = write!(out, "{label:<28}{value:>12.digits$}");
            if let (true, Some((least, most))) = (self.runs > 1, self.ranges[n]) {
                let _ = write!(out, "   {least:.digits$}..{most:.digits$}");
            }
            out.push('\n');
        }
        let _ = writeln!(
            out,
            "{:<10}{:>10}{:>12}{:>10}{:>10}{:>10}",
            "operation", "code", "count", "p50 ms", "p95 ms", "p99 ms"
        );
        for ((operation, code), [count, p50, p95, p99]) in &self.medians.operations {
            let code = if *code == 0 { "no answer".to_owned() } else { code.to_string() };
            let name = operation.name();
            let _ =
                writeln!(out, "{name:<10}{code:>10}{count:>12.0}{p50:>10.3}{p95:>10.3}{p99:>10.3}");
        }
        out
    }
}

/// A thousandth is finer than anything measured here; whole numbers stay whole.
fn rounded(value: f64) -> Value {
    let value = (value * 1e3).round() / 1e3;
    if value.fract() == 0.0 { json!(value as i64) } else { json!(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(flights: u64, seconds: u64) -> Figures {
        let mut tally = Tally::new(1);
        tally.counting = true;
        for _ in 0..flights {
            tally.flight(0, Duration::from_millis(4));
            tally.request(Operation::Create, 409, Duration::from_millis(1));
            tally.refusal();
            tally.request(Operation::Create, 201, Duration::from_millis(2));
        }
        Figures::of(&tally, Duration::from_secs(seconds), Some(flights * 30_000))
    }

    fn heading() -> Heading {
        Heading {
            scenario: "busy-cell",
            knowledge: "announced",
            clients: 1,
            standing: 0,
            warm_up_s: 3,
        }
    }

    #[test]
    fn json_holds_what_the_help_promises() {
        let report = Report::new(heading(), &[figures(100, 10)]);
        let json = report.json();
        assert_eq!(json["format"], "keepclear.bench.sky/1");
        assert_eq!(json["flights_per_s"], 10);
        assert_eq!(json["requests_per_s"], 20);
        assert_eq!(json["refusals_per_flight"], 1);
        assert_eq!(json["client_cpu_us_per_request"], 15);
        assert_eq!(json["answers_mean"], Value::Null);
        assert_eq!(json["operations"][1]["code"], 409);
        let p50 = json["flight_ms"]["p50"].as_f64().unwrap();
        assert!((p50 - 4.0).abs() < 0.005, "{p50}");
        assert!(report.table().contains("flights/s"), "{}", report.table());
    }

    #[test]
    fn several_runs_give_medians_and_ranges() {
        let runs = [figures(100, 10), figures(300, 10), figures(120, 10)];
        let json = Report::new(heading(), &runs).json();
        assert_eq!(json["flights_per_s"], 12);
        assert_eq!(json["range"]["flights_per_s"], json!([10, 30]));
        assert_eq!(json["operations"][0]["count"], 120);
    }

    #[test]
    fn a_run_without_an_answer_gives_no_figures_but_no_nonsense() {
        let report = Report::new(heading(), &[figures(0, 0)]);
        assert!(report.is_empty());
        assert_eq!(report.json()["flights_per_s"], Value::Null);
    }
}
