//! `keepclear desk`: one party's own seat, in one process. For now it serves the line.

mod run;
mod trial;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::service::{AccessArgs, exit_code, in_environment_of, tell_operator};

/// Run this party's desk: its lines to other desks, and the API for its own people.
#[derive(Debug, Clone, Args)]
#[command(mut_args(|flag| in_environment_of("DESK", flag)))]
#[command(mut_arg("audiences", |flag| {
    flag.help("What `aud` of a token may be: the host names under which people reach this desk")
}))]
#[command(mut_arg("tls_cert", |flag| {
    flag.help("PEM file with the certificate chain for the people's side; without it that side speaks plain HTTP, for a proxy in front")
}))]
pub struct DeskArgs {
    /// Folder of the desk's log and keys; made, and the desk founded, when it does not exist yet. One process a
    /// folder.
    #[arg(
        long,
        value_name = "FOLDER",
        env = "KEEPCLEAR_DESK_DATA",
        default_value = "keepclear-desk"
    )]
    pub data: PathBuf,
    /// Party whose desk this is; fixed when the desk is founded.
    #[arg(long, value_name = "NAME", env = "KEEPCLEAR_DESK_PARTY")]
    pub party: Option<String>,
    /// Address and port for this party's own people; port 0 takes a free one, which is printed.
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "KEEPCLEAR_DESK_LISTEN",
        default_value = "127.0.0.1:8083"
    )]
    pub listen: SocketAddr,
    /// Address and port for the other desks, always by mutual TLS; port 0 takes a free one, which is printed.
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "KEEPCLEAR_DESK_LINE_LISTEN",
        default_value = "127.0.0.1:8084"
    )]
    pub line_listen: SocketAddr,
    /// URL under which the other desks reach this one; stands in our card [default: the address listened on].
    #[arg(long, value_name = "URL", env = "KEEPCLEAR_DESK_LINE_URL")]
    pub line_url: Option<String>,
    /// Nothing here is real; fixed when the desk is founded, and never paired with a real one.
    #[arg(long, env = "KEEPCLEAR_DESK_EXERCISE")]
    pub exercise: bool,
    /// The role on watch until a watch is handed over; never a person.
    #[arg(long, value_name = "ROLE", env = "KEEPCLEAR_DESK_ROLE", default_value = "duty officer")]
    pub role: String,
    /// Languages of this party's people, from en, ru, ar; stand in our card.
    #[arg(
        long,
        value_name = "CODES",
        env = "KEEPCLEAR_DESK_LANGUAGES",
        value_delimiter = ',',
        default_value = "en"
    )]
    pub languages: Vec<String>,
    /// Files with this party's own flights, as `keepclear check` reads them: what the other side says is checked
    /// against them.
    #[arg(long, value_name = "FILES", env = "KEEPCLEAR_DESK_PLANS", value_delimiter = ',')]
    pub plans: Vec<PathBuf>,
    #[command(flatten)]
    pub access: AccessArgs,
    /// What goes wrong on purpose, in an exercise only: misplace=9000m stores what the others send so far to the
    /// east.
    #[arg(long, value_name = "WHAT", env = "KEEPCLEAR_DESK_INJECT", requires = "exercise")]
    pub inject: Option<String>,
    /// Most requests a second of one person's token, bursts of twice as many; 429 beyond.
    #[arg(long, value_name = "NUMBER", env = "KEEPCLEAR_DESK_REQUESTS_PER_SECOND_PER_CLIENT",
          default_value_t = keepclear_desk::face::REQUESTS_PER_SECOND_PER_CLIENT,
          value_parser = clap::value_parser!(u32).range(1..))]
    pub requests_per_second_per_client: u32,
    /// A desk to try things with: an issuer beside it that gives anyone any token, keys made on first start, and
    /// three token files in the data folder. Never for real flights.
    #[arg(long, env = "KEEPCLEAR_DESK_TRIAL", conflicts_with_all = ["public_key_files", "jwks_url", "issuer"])]
    pub trial: bool,
    /// Address of the trial's issuer.
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "KEEPCLEAR_DESK_TRIAL_ISSUER_LISTEN",
        default_value = "127.0.0.1:8086"
    )]
    pub trial_issuer_listen: SocketAddr,
}

/// Runs until it is told to stop.
pub fn run(args: &DeskArgs) -> ExitCode {
    tell_operator();
    exit_code(run::run(args))
}
