//! The `keepclear` command.
#![forbid(unsafe_code)]

mod bench;
mod check;
mod config;
mod desk;
mod issuer;
mod line;
mod log;
mod progress;
mod quantity;
mod record;
mod service;
mod sky;
mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Keeps aircraft of parties who share a sky but not a command from surprising each other.
#[derive(Debug, Parser)]
#[command(name = "keepclear", version, max_term_width = 100)]
struct Cli {
    /// TOML file with a table for each command; every flag is also a key there.
    #[arg(long, global = true, value_name = "FILE", env = "KEEPCLEAR_CONFIG")]
    config: Option<std::path::PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::CheckArgs),
    Sky(Box<sky::SkyArgs>),
    Desk(Box<desk::DeskArgs>),
    Line(Box<line::LineArgs>),
    Watch(watch::WatchArgs),
    Issuer(issuer::IssuerArgs),
    /// Look into the log of a sky or a desk.
    #[command(subcommand)]
    Log(log::LogCommand),
    /// A desk's signing key, and what two desks' records prove.
    #[command(subcommand)]
    Record(record::RecordCommand),
    /// Measure this machine on reproducible scenarios.
    #[command(subcommand)]
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    keepclear_auth::install_crypto_provider();
    let arguments = match config::arguments_with_config(std::env::args_os().collect()) {
        Ok(arguments) => arguments,
        Err(error) => {
            complain(&error.to_string());
            return ExitCode::from(2);
        }
    };
    match Cli::parse_from(arguments).command {
        Command::Check(args) => check::run(&args),
        Command::Sky(args) => sky::run(&args),
        Command::Desk(args) => desk::run(&args),
        Command::Line(args) => line::run(&args),
        Command::Watch(args) => watch::run(&args),
        Command::Issuer(args) => issuer::run(&args),
        Command::Log(command) => log::run(&command),
        Command::Record(command) => record::run(&command),
        Command::Bench(bench) => bench::run(&bench),
    }
}

/// Says one thing on standard error, for a person.
#[expect(clippy::print_stderr, reason = "the one place that talks to the person at the terminal")]
fn complain(text: &str) {
    eprintln!("{text}");
}
