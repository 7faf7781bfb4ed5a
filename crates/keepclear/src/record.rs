//! `keepclear record`: keys, and what two desks' records prove.
//!
//! Everything here works on files alone: no desk has to run, and neither party has to help.

mod compare;
mod export;
mod keygen;
mod prove;
mod verify;

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::Subcommand;

use crate::complain;

/// What can be done with a record.
#[derive(Debug, Subcommand)]
pub enum RecordCommand {
    /// Make a desk's signing key and print its public half.
    Keygen(keygen::KeygenArgs),
    /// Write one line of a desk, signed, for the other party or a third.
    Export(export::ExportArgs),
    /// Check every signature, chain, checkpoint and payload of one export.
    Verify(verify::VerifyArgs),
    /// Prove that an entry is in a record, or that a record goes on from a checkpoint; check such a proof.
    Prove(Box<prove::ProveArgs>),
    /// Name every difference between two parties' exports.
    Compare(compare::CompareArgs),
}

/// Why a command has no result.
#[derive(Debug, thiserror::Error)]
enum RecordError {
    /// A file, or what is in it.
    #[error("{file}: {reason}")]
    File { file: String, reason: String },
    /// What was asked for.
    #[error("{0}")]
    Asked(String),
    /// Nobody reads what is printed.
    #[error("cannot write: {0}")]
    Output(#[from] io::Error),
}

/// Whether there was nothing to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Nothing,
    Something,
}

/// Exit 0 when nothing is wrong, 1 when there is something, 2 when it cannot be told.
pub fn run(command: &RecordCommand) -> ExitCode {
    let result = match command {
        RecordCommand::Keygen(args) => keygen::run(args),
        RecordCommand::Export(args) => export::run(args),
        RecordCommand::Verify(args) => verify::run(args),
        RecordCommand::Prove(args) => prove::run(args),
        RecordCommand::Compare(args) => compare::run(args),
    };
    match result {
        Ok(Found::Nothing) => ExitCode::SUCCESS,
        Ok(Found::Something) => ExitCode::from(1),
        Err(RecordError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&format!("error: {error}"));
            ExitCode::from(2)
        }
    }
}

fn open(path: &Path) -> Result<File, RecordError> {
    File::open(path).map_err(|error| wrong(path, &error))
}

fn wrong(path: &Path, reason: &dyn std::fmt::Display) -> RecordError {
    RecordError::File { file: path.display().to_string(), reason: reason.to_string() }
}
