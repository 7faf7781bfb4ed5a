//! `keepclear bench line`: two desks in this process, over loopback, with mutual TLS and durable logs.
//!
//! Each desk has a thread and a folder of its own, so that what is measured is what two machines
//! would do, on the cores of one.

mod station;
mod traffic;

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use hdrhistogram::Histogram;
use serde_json::json;

use crate::complain;
use station::Pair;

/// What is not said otherwise is measured for this long.
const SECONDS: u64 = 20;

/// The line: a notice of 10 volumes to its read-back, and messages a second.
#[derive(Debug, Args)]
pub struct LineArgs {
    /// Notices of 10 volumes, said one after the other.
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub notices: u32,
    /// Say so many messages as fast as the line takes them, instead of for 20 s.
    #[arg(long, value_parser = clap::value_parser!(u64).range(2..=10_000_000))]
    pub messages: Option<u64>,
    /// Runs, each with fresh desks; medians over them are shown.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub runs: u32,
    /// Print JSON instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// Why there is no figure.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A desk, or a folder for it.
    #[error("{0}")]
    Station(String),
    /// Something was refused that a line takes.
    #[error("{0}")]
    Line(String),
}

/// One run.
struct Figures {
    /// From saying a notice to its read-back, microseconds.
    notice_us: Histogram<u64>,
    messages: u64,
    seconds: f64,
}

impl Figures {
    fn quantile_ms(&self, quantile: f64) -> f64 {
        self.notice_us.value_at_quantile(quantile) as f64 / 1e3
    }

    fn messages_a_second(&self) -> f64 {
        self.messages as f64 / self.seconds
    }
}

/// Exit 0 with figures, 1 when a desk or the line did not do its work.
pub fn run(args: &LineArgs) -> ExitCode {
    let runs: Result<Vec<Figures>, BenchError> = (0..args.runs).map(|_| one_run(args)).collect();
    match runs {
        Ok(runs) => {
            show(args, &runs);
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&format!("error: {error}"));
            ExitCode::from(1)
        }
    }
}

fn one_run(args: &LineArgs) -> Result<Figures, BenchError> {
    let pair = Pair::start()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| BenchError::Station(error.to_string()))?;
    let figures = runtime.block_on(async {
        pair.open().await?;
        complain("notices ...");
        let notice_us = traffic::notices(&pair, args.notices).await?;
        complain("messages ...");
        let limit = match args.messages {
            Some(messages) => traffic::Limit::Messages(messages),
            None => traffic::Limit::Time(Duration::from_secs(SECONDS)),
        };
        let (messages, seconds) = traffic::messages(&pair, limit).await?;
        Ok(Figures { notice_us, messages, seconds })
    });
    pair.stop()?;
    figures
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[expect(clippy::print_stdout, reason = "the figures are what was asked for")]
fn show(args: &LineArgs, runs: &[Figures]) {
    let of = |figure: fn(&Figures) -> f64| median(runs.iter().map(figure).collect());
    let p50_ms = of(|figures| figures.quantile_ms(0.50));
    let p95_ms = of(|figures| figures.quantile_ms(0.95));
    let p99_ms = of(|figures| figures.quantile_ms(0.99));
    let messages_s = of(Figures::messages_a_second);
    let said: u64 = runs.iter().map(|figures| figures.messages).sum();
    if args.json {
        let printed = json!({
            "runs": args.runs,
            "notices": args.notices,
            "notice_read_back_ms": { "p50": p50_ms, "p95": p95_ms, "p99": p99_ms },
            "messages": said,
            "messages_per_second": messages_s,
        });
        println!("{printed:#}");
        return;
    }
    println!(
        "notice of {} volumes, from saying to read-back: p50 {p50_ms:.1} ms, p95 {p95_ms:.1} ms, p99 {p99_ms:.1} ms ({} notices)",
        traffic::VOLUMES,
        args.notices
    );
    println!(
        "messages over one line, each stored at both ends: {messages_s:.0}/s ({said} messages)"
    );
}
