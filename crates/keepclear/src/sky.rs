//! `keepclear sky`: one node of the shared directory, in one process.

mod run;
mod trial;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::service::{AccessArgs, exit_code, in_environment_of, tell_operator};

/// Run the sky: the shared directory of operational intents and constraints (ASTM F3548-21 DSS).
#[derive(Debug, Clone, Args)]
#[command(mut_args(|flag| in_environment_of("SKY", flag)))]
pub struct SkyArgs {
    /// Folder of the sky's log; made, and the sky founded, when it does not exist yet. One process a folder.
    #[arg(
        long,
        value_name = "FOLDER",
        env = "KEEPCLEAR_SKY_DATA",
        default_value = "keepclear-sky"
    )]
    pub data: PathBuf,
    /// Address and port to listen on; port 0 takes a free one, which is printed.
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "KEEPCLEAR_SKY_LISTEN",
        default_value = "127.0.0.1:8082"
    )]
    pub listen: SocketAddr,
    #[command(flatten)]
    pub access: AccessArgs,
    /// Take http base URLs of parties too: for trials and tests.
    #[arg(long, env = "KEEPCLEAR_SKY_ALLOW_HTTP_BASE_URLS")]
    pub allow_http_base_urls: bool,
    /// How entities are matched; fixed when the sky is founded [at founding, default: compatible].
    #[arg(long, value_name = "KIND", env = "KEEPCLEAR_SKY_MATCHING")]
    pub matching: Option<MatchingKind>,
    /// Nothing here is real; fixed when the sky is founded.
    #[arg(long, env = "KEEPCLEAR_SKY_EXERCISE")]
    pub exercise: bool,
    /// Subjects that may set a party's availability; fixed when the sky is founded. Without it: whose token carries
    /// utm.availability_arbitration.
    #[arg(long, value_name = "SUBJECTS", env = "KEEPCLEAR_SKY_ARBITERS", value_delimiter = ',')]
    pub arbiters: Vec<String>,
    /// Days that ended entities stay readable; fixed when the sky is founded [at founding, default: 56].
    #[arg(long, value_name = "DAYS", env = "KEEPCLEAR_SKY_RETENTION_DAYS",
          value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub retention_days: Option<u32>,
    /// Demand utm.constraint_processing of whoever subscribes to constraints, utm.strategic_coordination for intents.
    #[arg(long, env = "KEEPCLEAR_SKY_STRICT_SUBSCRIPTION_SCOPES")]
    pub strict_subscription_scopes: bool,
    /// Let managers that are marked Down write all the same.
    #[arg(long, env = "KEEPCLEAR_SKY_LENIENT_DOWN_MANAGERS")]
    pub lenient_down_managers: bool,
    /// Party that runs this node, written into every entry.
    #[arg(long, value_name = "NAME", env = "KEEPCLEAR_SKY_PARTY", default_value = "keepclear")]
    pub party: String,
    /// Name of this node in its pool.
    #[arg(long, value_name = "NAME", env = "KEEPCLEAR_SKY_NODE_NAME", default_value = "node-1")]
    pub node_name: String,
    /// URL under which others reach this node [default: the address listened on].
    #[arg(long, value_name = "URL", env = "KEEPCLEAR_SKY_PUBLIC_ENDPOINT")]
    pub public_endpoint: Option<String>,
    /// Most requests a second of one subject, bursts of twice as many; 429 beyond. Without it: no limit.
    #[arg(long, value_name = "NUMBER", env = "KEEPCLEAR_SKY_REQUESTS_PER_SECOND_PER_CLIENT",
          value_parser = clap::value_parser!(u32).range(1..))]
    pub requests_per_second_per_client: Option<u32>,
    /// Most open connections.
    #[arg(long, value_name = "NUMBER", env = "KEEPCLEAR_SKY_MAX_CONNECTIONS", default_value_t = 10_000,
          value_parser = clap::value_parser!(u32).range(1..))]
    pub max_connections: u32,
    /// Save the state every so many entries, so that a restart replays at most as many.
    #[arg(long, value_name = "ENTRIES", env = "KEEPCLEAR_SKY_SNAPSHOT_EVERY", default_value_t = 500_000,
          value_parser = clap::value_parser!(u32).range(1..))]
    pub snapshot_every: u32,
    /// A sky to try things with: an issuer beside it that gives anyone any token, keys made on first start, http base
    /// URLs taken, an exercise. Never for real flights.
    #[arg(long, env = "KEEPCLEAR_SKY_TRIAL", conflicts_with_all = ["public_key_files", "jwks_url", "issuer"])]
    pub trial: bool,
    /// Address of the trial's issuer.
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "KEEPCLEAR_SKY_TRIAL_ISSUER_LISTEN",
        default_value = "127.0.0.1:8085"
    )]
    pub trial_issuer_listen: SocketAddr,
}

/// How entities are matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MatchingKind {
    /// An entity is one block of cells, altitudes and time: what other implementations do.
    Compatible,
    /// Each volume is matched on its own.
    Precise,
}

/// Runs until it is told to stop.
pub fn run(args: &SkyArgs) -> ExitCode {
    tell_operator();
    exit_code(run::run(args))
}
