//! `keepclear line`: what the officer on watch says and asks, through the desk's `/desk/v1`.
//!
//! Nothing is decided here: the desk holds the rules, and what it refuses is printed as it says it.

mod act;
pub mod answers;
mod arguments;
mod client;
mod draft;
mod error;
mod fields;
mod file;
mod find;
mod from_check;
mod pair;
mod show;
mod standing;
mod telling;
mod terms;
mod times;
mod witness;

use std::process::ExitCode;

use clap::Args;

use crate::complain;

pub use arguments::{Access, Verb};
pub use client::Client;
pub use error::LineError;
pub use show::{direction, one_item, test as test_age};
pub use telling::{clock, clock_of_day, clocked, duration, notice, short, touched, words};

/// Speak with the other parties' desks, through this party's desk.
#[derive(Debug, Args)]
pub struct LineArgs {
    #[command(flatten)]
    access: Access,
    /// Keep what the verb would say as a draft: nothing leaves this desk until it is released.
    #[arg(long, global = true)]
    draft: bool,
    #[command(subcommand)]
    verb: Verb,
}

/// Exit 0 done, 1 refused by the rules, 2 bad input or no answer from the desk.
pub fn run(args: &LineArgs) -> ExitCode {
    ended(args.access.json, in_runtime(act::act(&args.access, args.draft, &args.verb)))
}

/// Waits for one piece of work on this thread.
pub fn in_runtime<T>(work: impl Future<Output = Result<T, LineError>>) -> Result<T, LineError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| LineError::Input(error.to_string()))?;
    runtime.block_on(work)
}

/// The exit code, after a message to the person if it ended badly.
pub fn ended(json: bool, result: Result<(), LineError>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is_broken_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            complain(&if json { error.json().to_string() } else { error.told() });
            ExitCode::from(error.exit_code())
        }
    }
}
