//! What `bench sky` can be asked for.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use keepclear_geo::Position;

/// Put standard traffic on a running F3548-21 DSS and measure its answers.
///
/// Any DSS will do: only the standard's own operations are used. Every client is a manager of its
/// own on one connection that it keeps, and sends its next request when it has read the answer to
/// the last. A flight is created with `new_subscription`, activated and deleted; its first key is
/// empty, and a 409 says what is missing. OVNs come from a table that all clients share.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct SkyArgs {
    /// Where the DSS is, such as http://127.0.0.1:8082; paths of the standard are appended.
    #[arg(long, env = "KEEPCLEAR_BENCH_URL")]
    pub url: String,
    /// What the clients do.
    #[arg(long, value_enum, env = "KEEPCLEAR_BENCH_SCENARIO")]
    pub scenario: Scenario,
    /// Number of clients [default: 10; spread: 32].
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1_000), env = "KEEPCLEAR_BENCH_CLIENTS")]
    pub clients: Option<u16>,
    /// When the other clients learn an OVN.
    #[arg(long, value_enum, default_value_t = Knowledge::Acknowledged, env = "KEEPCLEAR_BENCH_KNOWLEDGE")]
    pub knowledge: Knowledge,
    /// Length of the measurement, seconds.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=86_400), env = "KEEPCLEAR_BENCH_SECONDS")]
    pub seconds: u64,
    /// Traffic before the clock starts, seconds.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(0..=3_600), env = "KEEPCLEAR_BENCH_WARM_UP")]
    pub warm_up: u64,
    /// Runs, each with its own warm-up; medians over them are shown.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100), env = "KEEPCLEAR_BENCH_RUNS")]
    pub runs: u32,
    /// Intents that stand there meanwhile [default: crowded-cell 100; queries, mixed 10000; else 0].
    #[arg(long, value_parser = clap::value_parser!(u32).range(0..=5_000_000), env = "KEEPCLEAR_BENCH_STANDING")]
    pub standing: Option<u32>,
    /// Leave the standing intents there at the end.
    #[arg(long, env = "KEEPCLEAR_BENCH_KEEP")]
    pub keep: bool,
    /// The standing intents were left by an earlier run with --keep and the same --standing and
    /// --centre, at most two hours ago: raise and delete none. For queries, mixed and spread.
    #[arg(long, conflicts_with = "keep", env = "KEEPCLEAR_BENCH_REUSE")]
    pub reuse: bool,
    /// Middle of the scene, latitude and longitude in degrees.
    #[arg(long, value_name = "LAT,LNG", default_value = "47.4,8.5", value_parser = position, allow_hyphen_values = true, env = "KEEPCLEAR_BENCH_CENTRE")]
    pub centre: Position,
    /// Fetch tokens here, as from the dummy OAuth server: GET with `sub`, `scope` and
    /// `intended_audience`.
    #[arg(
        long,
        value_name = "URL",
        conflicts_with = "issuer_key",
        required_unless_present = "issuer_key",
        env = "KEEPCLEAR_BENCH_TOKEN_URL"
    )]
    pub token_url: Option<String>,
    /// Sign tokens here (RS256) with this private key, PEM.
    #[arg(long, value_name = "PRIVATE.pem", env = "KEEPCLEAR_BENCH_ISSUER_KEY")]
    pub issuer_key: Option<PathBuf>,
    /// Name of the issuer (`iss`) in tokens that are signed here.
    #[arg(
        long,
        value_name = "NAME",
        default_value = "keepclear-bench",
        env = "KEEPCLEAR_BENCH_ISSUER"
    )]
    pub issuer: String,
    /// Audience of the tokens [default: the host of --url].
    #[arg(long, env = "KEEPCLEAR_BENCH_AUDIENCE")]
    pub audience: Option<String>,
    /// Certificates to trust for https, PEM, besides those of the system.
    #[arg(long, value_name = "FILE", env = "KEEPCLEAR_BENCH_CA_FILE")]
    pub ca_file: Option<PathBuf>,
    /// Print JSON instead of a table.
    #[arg(long, env = "KEEPCLEAR_BENCH_JSON")]
    pub json: bool,
}

const AFTER_HELP: &str = "\
Scenarios:
  busy-cell     200 m squares within one S2 level-13 cell, 50-100 m, from now to one hour ahead
  crowded-cell  the same, while 100 intents of 10 other managers, each with an implicit
                subscription, stand in the cell
  spread        300 m squares over 60 x 30 km
  queries       2 x 2 km, 0-3,000 m, over standing intents spread so that a query answers 65;
                the area grows with --standing. They stand one above the other in time, so that
                none needs a key, and the queries look at all their times
  mixed         80 % of the requests are those queries, over 10,000 standing intents, the rest
                flights as in spread (12 queries to each flight of three requests)

A keyed write can only succeed once the winner before it is known, so figures of the two kinds
of knowledge must not be compared with each other. Refusals are 409s that name what is missing;
they count as requests. The latency of a flight runs from its first request to its last answer,
refusals and waiting included.

JSON: {\"format\":\"keepclear.bench.sky/1\", scenario, knowledge, clients, standing, warm_up_s, runs,
seconds, flights, flights_per_s, requests_per_s, refusals, refusals_per_flight, slowest_over_mean,
flight_ms:{p50,p95,p99}, operations:[{operation, code, count, p50_ms, p95_ms, p99_ms}],
answers_mean, client_cpu_us_per_request, range:{FIGURE:[min,max]}}. Code 0 is a request without an
answer. Figures are medians over the runs, range is over all of them; null where nothing was
counted.

Exit code 0: measured; 1: a client gave up, figures are of the others; 2: nothing was measured.
Ctrl-C ends the run early, prints and cleans up; a second one leaves at once.";

/// What the clients do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scenario {
    /// Flights of all clients in one S2 level-13 cell.
    BusyCell,
    /// The same, with others standing there.
    CrowdedCell,
    /// Flights over 60 × 30 km.
    Spread,
    /// Queries over many standing intents.
    Queries,
    /// Four queries to one request of a flight.
    Mixed,
}

impl Scenario {
    /// As given on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::BusyCell => "busy-cell",
            Self::CrowdedCell => "crowded-cell",
            Self::Spread => "spread",
            Self::Queries => "queries",
            Self::Mixed => "mixed",
        }
    }

    /// Clients when none are asked for.
    pub fn clients(self) -> u16 {
        if self == Self::Spread { 32 } else { 10 }
    }

    /// Standing intents when none are asked for.
    pub fn standing(self) -> u32 {
        match self {
            Self::BusyCell | Self::Spread => 0,
            Self::CrowdedCell => 100,
            Self::Queries | Self::Mixed => 10_000,
        }
    }

    /// Whether everything happens in one cell.
    pub fn in_one_cell(self) -> bool {
        matches!(self, Self::BusyCell | Self::CrowdedCell)
    }
}

/// When the other clients learn an OVN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Knowledge {
    /// After its write is answered, as details fetched from peers would bring it.
    Acknowledged,
    /// Before its write is sent: it asks for an OVN by `requested_ovn_suffix`.
    Announced,
}

impl Knowledge {
    /// As given on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Acknowledged => "acknowledged",
            Self::Announced => "announced",
        }
    }
}

fn position(text: &str) -> Result<Position, String> {
    let parse = |part: &str| part.trim().parse::<f64>().map_err(|error| error.to_string());
    let (lat, lng) = text.split_once(',').ok_or("expected LAT,LNG such as 47.4,8.5")?;
    let (lat, lng) = (parse(lat)?, parse(lng)?);
    // Squares of hundreds of kilometres are laid out around it.
    if !(-80.0..=80.0).contains(&lat) {
        return Err(format!("latitude {lat}: must be -80 to 80"));
    }
    Position::new(lat, lng).map_err(|error| error.to_string())
}
