//! `keepclear record export`: one line of a desk, signed, for the other party or a third.
//!
//! Only reads the desk's folder, also while the desk runs: what is said meanwhile is in the next one.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use keepclear_desk::{Happening, Identity, Replay, read_entry, record_header};
use keepclear_entry::{Entry, LogId, LogKind, Payload};
use keepclear_line::quantity::{DeskId, Instant};
use keepclear_log::{Committed, Disk, FileLog, FileReader, Position};
use keepclear_record::Exporter;

use super::{Found, RecordError, wrong};
use crate::complain;

/// Bytes of entries that are read at once.
const READ_BYTES: usize = 8 << 20;

/// Write the record of one line, signed by this desk.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Folder of the desk; the desk may be running meanwhile.
    #[arg(long, value_name = "FOLDER", env = "KEEPCLEAR_RECORD_DATA")]
    data: PathBuf,
    /// The other party, by its name or its desk's id.
    #[arg(long, value_name = "PARTY")]
    peer: String,
    /// What is left out; everything still verifies. Needed where the line has any of it.
    #[arg(long, value_enum)]
    withhold: Option<Withhold>,
    /// File to write; one that is there is not replaced.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// What is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Withhold {
    /// Payloads that lie beside the log, such as a source who must not be named.
    Protected,
}

/// Writes the export.
pub fn run(args: &ExportArgs) -> Result<Found, RecordError> {
    let log = FileLog::open_read_only(&Disk::new(&args.data))
        .map_err(|error| wrong(&args.data, &error))?;
    let id = LogId::from_bytes(log.id().0).filter(|id| id.kind == LogKind::Desk);
    let id =
        id.ok_or_else(|| wrong(&args.data, &"is no desk's folder; name the one of `desk --data`"))?;
    let (replay, last) = replay(args, &log, id)?;
    let state = replay.as_ref().and_then(Replay::state);
    let state = state.ok_or_else(|| wrong(&args.data, &"no desk was founded in it"))?;
    let named = |party: &str, desk: DeskId| party == args.peer || desk.to_string() == args.peer;
    let found: Vec<_> =
        state.peers().filter(|peer| named(peer.theirs().party().as_str(), peer.desk())).collect();
    let [peer] = found.as_slice() else {
        let known: Vec<String> = state
            .peers()
            .map(|peer| format!("{} ({})", peer.theirs().party(), peer.desk()))
            .collect();
        return Err(RecordError::Asked(format!(
            "peer {}: {} of the desk's lines are with it; it has one with {}",
            args.peer,
            found.len(),
            known.join(", ")
        )));
    };
    let key = Identity::open(&args.data).map_err(|error| wrong(&args.data, &error))?;
    let made_at = Instant(jiff::Timestamp::now().as_microsecond());
    let header = record_header(peer, made_at);
    let beside = File::options().write(true).create_new(true).open(&args.out);
    let file = beside.map_err(|error| wrong(&args.out, &error))?;
    let written = write(args, &log, peer.desk(), last, header, &key, file);
    if written.is_err() {
        // Half an export is none.
        let _ = fs::remove_file(&args.out);
    }
    let entries = written?;
    complain(&format!("{}: {entries} entries of the line with {}", args.out.display(), args.peer));
    Ok(Found::Nothing)
}

fn replay(
    args: &ExportArgs,
    log: &FileReader<Disk>,
    id: LogId,
) -> Result<(Option<Replay>, Position), RecordError> {
    let mut replay = None::<Replay>;
    let last = each(&args.data, log, |committed| {
        let exercise = || Entry::decode(&committed.bytes).map(|entry| entry.exercise);
        let follower = match &mut replay {
            Some(replay) => replay,
            None => replay.insert(Replay::new(id, exercise().map_err(|e| wrong(&args.data, &e))?)),
        };
        let followed = follower.follow(committed.position.get(), &committed.bytes);
        followed.map(drop).map_err(|error| wrong(&args.data, &error))
    })?;
    Ok((replay, last))
}

fn write(
    args: &ExportArgs,
    log: &FileReader<Disk>,
    peer: DeskId,
    last: Position,
    header: keepclear_record::Header,
    identity: &Identity,
    file: File,
) -> Result<u64, RecordError> {
    let failed = |error: &dyn std::fmt::Display| wrong(&args.out, error);
    let mut exporter = Exporter::begin(BufWriter::new(file), header, identity.signing_key())
        .map_err(|error| failed(&error))?;
    let mut entries = 0;
    each(&args.data, log, |committed| {
        if committed.position > last {
            return Ok(());
        }
        let (_, entered) = read_entry(committed.position.get(), &committed.bytes)
            .map_err(|error| wrong(&args.data, &error))?;
        let line_entry = match entered.happening {
            Happening::Said(said) if said.peer == peer => said.entry,
            Happening::Heard(heard) if heard.peer == peer => heard.entry,
            _ => return Ok(()),
        };
        let protected = Entry::decode(&line_entry)
            .is_ok_and(|entry| matches!(entry.payload, Payload::Aside(_)));
        if protected && args.withhold.is_none() {
            return Err(RecordError::Asked(format!(
                "peer {}: the line has protected payloads, which are given to nobody; add --withhold protected",
                args.peer
            )));
        }
        entries += 1;
        exporter.entry(&line_entry, entered.at.0).map_err(|error| failed(&error))
    })?;
    let mut out = exporter.finish().map_err(|error| failed(&error))?;
    out.flush()?;
    let file = out.into_inner().map_err(|error| failed(&error))?;
    file.sync_all().map_err(|error| failed(&error))?;
    Ok(entries)
}

/// Every entry in order; answers the last position.
fn each(
    data: &Path,
    log: &FileReader<Disk>,
    mut visit: impl FnMut(&Committed) -> Result<(), RecordError>,
) -> Result<Position, RecordError> {
    let mut after = log.trimmed_through();
    loop {
        let batch = log.read(after, READ_BYTES).map_err(|error| wrong(data, &error))?;
        if batch.is_empty() {
            return Ok(after);
        }
        for committed in &batch {
            visit(committed)?;
            after = committed.position;
        }
    }
}
