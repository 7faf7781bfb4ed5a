//! `keepclear bench`: reproducible measurements of this machine, and of a DSS.

mod geo;
mod line;
mod random;
mod record;
mod scenes;
mod sky;

use std::process::ExitCode;

use clap::{Args, Subcommand};

/// What is measured.
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// The geometry: exact pair tests, the index, a dense day.
    Geo(GeoArgs),
    Sky(sky::SkyArgs),
    Line(line::LineArgs),
    Record(record::RecordArgs),
}

/// Options of `bench geo`.
#[derive(Debug, Args)]
pub struct GeoArgs {
    /// Runs of each scenario; medians over them are shown.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub runs: u32,
    /// Seed of all scenarios.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Share of the full size, for a quick look: 0.01 runs a hundredth.
    #[arg(long, default_value_t = 1.0)]
    pub scale: f64,
    /// Only these scenarios: pairs, long-edges, many-corners, index, plan, dense-day.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub only: Vec<String>,
    /// Print JSON instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// Runs a measurement.
pub fn run(bench: &Bench) -> ExitCode {
    match bench {
        Bench::Geo(args) => geo::run(args),
        Bench::Sky(args) => sky::run(args),
        Bench::Line(args) => line::run(args),
        Bench::Record(args) => record::run(args),
    }
}
