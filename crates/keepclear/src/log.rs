//! `keepclear log`: what the log of a sky or a desk holds. Only reads, also while its process runs.

mod desk;
mod export;
mod sky;

use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use keepclear_entry::{Entry, LogId, LogKind};
use keepclear_log::{Committed, Disk, FileLog, FileReader, Position};
use keepclear_wire::time::{Rounding, parse};
use serde_json::Value;

use crate::complain;

/// Bytes of entries that are read at once.
const READ_BYTES: usize = 8 << 20;

/// What can be asked of a log.
#[derive(Debug, Subcommand)]
pub enum LogCommand {
    /// Check every checksum, every node's chain of hashes, and that every entry can be replayed.
    Verify(FolderArgs),
    /// Print one JSON object an entry: its envelope, its hash and its payload in hexadecimal.
    Export(FolderArgs),
    /// Print the sky as it was at a time, or what a desk knew of its lines then, as JSON.
    Replay(ReplayArgs),
}

/// Which log.
#[derive(Debug, Args)]
pub struct FolderArgs {
    /// Folder of the log; the sky or the desk may be running meanwhile.
    #[arg(long, value_name = "FOLDER", env = "KEEPCLEAR_LOG_DATA")]
    data: PathBuf,
}

/// Which log, and to when.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    #[command(flatten)]
    folder: FolderArgs,
    /// Replay what was proposed until this time: RFC 3339, or `now`.
    #[arg(long, value_name = "TIME", default_value = "now", value_parser = until)]
    until: i64,
}

/// Why a log cannot be shown.
#[derive(Debug, thiserror::Error)]
enum LogError {
    /// Nothing that can be read, or damage.
    #[error("data {folder}: {reason}")]
    Log { folder: String, reason: String },
    /// Nobody reads what is printed.
    #[error("cannot write: {0}")]
    Output(#[from] io::Error),
}

/// Exit 0 when all is well, 1 when something is wrong with the log, 2 when it cannot be read.
pub fn run(command: &LogCommand) -> ExitCode {
    let result = match command {
        LogCommand::Verify(args) => verify(args),
        LogCommand::Export(args) => export::run(args),
        LogCommand::Replay(args) => replay(args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(LogError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&format!("error: {error}"));
            ExitCode::from(2)
        }
    }
}

fn until(text: &str) -> Result<i64, String> {
    if text == "now" {
        return Ok(i64::MAX);
    }
    parse(text, Rounding::Down).map_err(|error| error.to_string())
}

fn open(args: &FolderArgs) -> Result<FileReader<Disk>, LogError> {
    FileLog::open_read_only(&Disk::new(&args.data)).map_err(|error| wrong(args, &error))
}

fn wrong(args: &FolderArgs, error: &dyn std::fmt::Display) -> LogError {
    LogError::Log { folder: args.data.display().to_string(), reason: error.to_string() }
}

/// Every entry from the first that is left, in order.
fn each(
    args: &FolderArgs,
    log: &FileReader<Disk>,
    mut visit: impl FnMut(&Committed) -> Result<bool, LogError>,
) -> Result<(), LogError> {
    let mut after = log.trimmed_through();
    loop {
        let batch = log.read(after, READ_BYTES).map_err(|error| wrong(args, &error))?;
        if batch.is_empty() {
            return Ok(());
        }
        for committed in &batch {
            if !visit(committed)? {
                return Ok(());
            }
            after = committed.position;
        }
    }
}

/// A log that is followed from its founding.
trait Follower {
    /// Takes the next entry.
    fn follow(&mut self, position: u64, bytes: &[u8]) -> Result<(), String>;

    /// What `verify` says of the state at the end.
    fn verified(&self) -> Option<String>;

    /// The state as JSON; none before its founding.
    fn described(&self, position: u64, until_us: i64) -> Option<Value>;
}

/// Follows a log; stops, without taking it, at the first entry later than `until_us`.
fn follow(
    args: &FolderArgs,
    log: &FileReader<Disk>,
    until_us: i64,
) -> Result<(Option<Box<dyn Follower>>, Position), LogError> {
    if log.trimmed_through() != Position::START {
        return Err(wrong(
            args,
            &"its first entries have been trimmed, so it cannot be replayed from its founding",
        ));
    }
    let id =
        LogId::from_bytes(log.id().0).ok_or_else(|| wrong(args, &"it is of an unknown kind"))?;
    let (mut followed, mut last) = (None::<Box<dyn Follower>>, Position::START);
    each(args, log, |committed| {
        let position = committed.position;
        let at =
            |error: &dyn std::fmt::Display| wrong(args, &format!("position {position}: {error}"));
        let entry = Entry::decode(&committed.bytes).map_err(|error| at(&error))?;
        if entry.proposed_at.0 > until_us {
            return Ok(false);
        }
        let follower = match &mut followed {
            Some(follower) => follower,
            None => followed.insert(follower(args, id, entry.exercise)?),
        };
        follower.follow(position.get(), &committed.bytes).map_err(|error| wrong(args, &error))?;
        last = position;
        Ok(true)
    })?;
    Ok((followed, last))
}

fn follower(args: &FolderArgs, id: LogId, exercise: bool) -> Result<Box<dyn Follower>, LogError> {
    match id.kind {
        LogKind::Sky => Ok(Box::new(sky::Followed::begin(id, exercise))),
        LogKind::Desk => Ok(Box::new(desk::Followed::begin(id, exercise))),
        other => {
            Err(wrong(args, &format!("it is a log of kind {other:?}, not of a sky or a desk")))
        }
    }
}

fn verify(args: &FolderArgs) -> Result<(), LogError> {
    let log = open(args)?;
    let (followed, last) = follow(args, &log, i64::MAX)?;
    let mut out = io::stdout().lock();
    writeln!(out, "entries: {last}, all whole, chained and replayed")?;
    if let Some(state) = followed.and_then(|followed| followed.verified()) {
        writeln!(out, "{state}")?;
    }
    Ok(())
}

fn replay(args: &ReplayArgs) -> Result<(), LogError> {
    let log = open(&args.folder)?;
    let (followed, last) = follow(&args.folder, &log, args.until)?;
    let described = followed.and_then(|followed| followed.described(last.get(), args.until));
    let described =
        described.ok_or_else(|| wrong(&args.folder, &"nothing was founded by that time"))?;
    let mut out = BufWriter::new(io::stdout().lock());
    serde_json::to_writer_pretty(&mut out, &described).map_err(io::Error::from)?;
    out.write_all(b"\n")?;
    Ok(out.flush()?)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
