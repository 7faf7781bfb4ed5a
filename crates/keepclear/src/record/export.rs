//! `keepclear record export`: one line of a desk, signed, for the other party or a third.
//!
//! Only reads the desk's folder, also while the desk runs: what is said meanwhile is in the next one.

mod witnessed;

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use keepclear_desk::witnessing::witnessed_header;
use keepclear_desk::{
    Happening, Identity, Peer, Replay, State, WitnessedFacts, WitnessedLine, read_entry,
    record_header,
};
use keepclear_entry::{Entry, LogId, LogKind, Payload};
use keepclear_line::quantity::{DeskId, Instant};
use keepclear_log::{Committed, Disk, FileLog, FileReader, Position};
use keepclear_record::Exporter;

use super::{Found, RecordError, wrong};
use crate::complain;
use witnessed::{Fills, Stands};

/// Bytes of entries that are read at once.
const READ_BYTES: usize = 8 << 20;

/// Write the record of one line, signed by this desk.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("which").required(true).multiple(false))]
pub struct ExportArgs {
    /// Folder of the desk; the desk may be running meanwhile.
    #[arg(long, value_name = "FOLDER", env = "KEEPCLEAR_RECORD_DATA")]
    data: PathBuf,
    /// The other party, by its name or its desk's id.
    #[arg(long, value_name = "PARTY", group = "which")]
    peer: Option<String>,
    /// A line between others that this desk witnesses, by its id or the beginning of it.
    #[arg(long, value_name = "LINE", group = "which")]
    line: Option<String>,
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
    let key = Identity::open(&args.data).map_err(|error| wrong(&args.data, &error))?;
    let made_at = Instant(jiff::Timestamp::now().as_microsecond());
    let (header, of, what) = match (&args.line, &args.peer) {
        (Some(line), _) => {
            let facts = between(state, line)?;
            let signing = key.signing_key().public();
            let header = witnessed_header(state, facts, signing, made_at);
            let header = header.map_err(|error| wrong(&args.data, &error))?;
            let [first, second] = &facts.parties;
            let what = format!("the line between {} and {}", first.party, second.party);
            (header, Of::Others(facts.clone()), what)
        }
        (None, peer) => {
            let peer = with(state, peer.as_deref().unwrap_or_default())?;
            let header = record_header(peer, made_at);
            let what = format!("the line with {}", peer.theirs().party());
            (header, Of::Ours(peer.desk()), what)
        }
    };
    let beside = File::options().write(true).create_new(true).open(&args.out);
    let file = beside.map_err(|error| wrong(&args.out, &error))?;
    let written = write(args, &log, &of, last, header, &key, file);
    if written.is_err() {
        // Half an export is none.
        let _ = fs::remove_file(&args.out);
    }
    let entries = written?;
    complain(&format!("{}: {entries} entries of {what}", args.out.display()));
    Ok(Found::Nothing)
}

/// Which line is written.
enum Of {
    /// One of this desk's own, by the desk at its other end.
    Ours(DeskId),
    /// One between others.
    Others(WitnessedFacts),
}

fn with<'a>(state: &'a State, wanted: &str) -> Result<&'a Peer, RecordError> {
    let named = |party: &str, desk: DeskId| party == wanted || desk.to_string() == wanted;
    let found: Vec<_> =
        state.peers().filter(|peer| named(peer.theirs().party().as_str(), peer.desk())).collect();
    let [peer] = found.as_slice() else {
        let known: Vec<String> = state
            .peers()
            .map(|peer| format!("{} ({})", peer.theirs().party(), peer.desk()))
            .collect();
        return Err(RecordError::Asked(format!(
            "peer {wanted}: {} of the desk's lines are with it; it has one with {}",
            found.len(),
            known.join(", ")
        )));
    };
    Ok(peer)
}

fn between<'a>(state: &'a State, wanted: &str) -> Result<&'a WitnessedFacts, RecordError> {
    let id = |facts: &WitnessedFacts| uuid::Uuid::from_bytes(facts.line).to_string();
    let known: Vec<_> = state.witnessed().all().map(WitnessedLine::facts).collect();
    let found: Vec<_> =
        known.iter().filter(|facts| id(facts).starts_with(&wanted.to_lowercase())).collect();
    let [facts] = found.as_slice() else {
        let known: Vec<String> = known.iter().map(|facts| id(facts)).collect();
        return Err(RecordError::Asked(format!(
            "line {wanted}: {} of the lines that this desk witnesses begin so; it knows {}",
            found.len(),
            known.join(", ")
        )));
    };
    Ok(facts)
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
    of: &Of,
    last: Position,
    header: keepclear_record::Header,
    identity: &Identity,
    file: File,
) -> Result<u64, RecordError> {
    let failed = |error: &dyn std::fmt::Display| wrong(&args.out, error);
    let mut exporter = Exporter::begin(BufWriter::new(file), header, identity.signing_key())
        .map_err(|error| failed(&error))?;
    let entries = match of {
        Of::Ours(peer) => write_ours(args, log, *peer, last, &mut exporter)?,
        Of::Others(facts) => write_others(args, log, facts, last, &mut exporter)?,
    };
    let mut out = exporter.finish().map_err(|error| failed(&error))?;
    out.flush()?;
    let file = out.into_inner().map_err(|error| failed(&error))?;
    file.sync_all().map_err(|error| failed(&error))?;
    Ok(entries)
}

fn write_others(
    args: &ExportArgs,
    log: &FileReader<Disk>,
    facts: &WitnessedFacts,
    last: Position,
    exporter: &mut Exporter<'_, BufWriter<File>>,
) -> Result<u64, RecordError> {
    let until = |committed: &Committed| committed.position <= last;
    let mut fills = Fills::of(facts.line);
    each(&args.data, log, |committed| match until(committed) {
        true => fills.look(committed).map_err(|error| wrong(&args.data, &error)),
        false => Ok(()),
    })?;
    let mut places = fills.into_places(facts.charter());
    let mut entries = 0;
    each(&args.data, log, |committed| {
        if !until(committed) {
            return Ok(());
        }
        for (stands, at_us) in places.next(committed).map_err(|error| wrong(&args.data, &error))? {
            entries += 1;
            let written = match stands {
                Stands::Entry(bytes) => exporter.entry(&bytes, at_us),
                Stands::Withheld(node, hash) => exporter.withheld(node, hash, at_us),
            };
            written.map_err(|error| wrong(&args.out, &error))?;
        }
        Ok(())
    })?;
    Ok(entries)
}

fn write_ours(
    args: &ExportArgs,
    log: &FileReader<Disk>,
    peer: DeskId,
    last: Position,
    exporter: &mut Exporter<'_, BufWriter<File>>,
) -> Result<u64, RecordError> {
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
                args.peer.as_deref().unwrap_or_default()
            )));
        }
        entries += 1;
        exporter.entry(&line_entry, entered.at.0).map_err(|error| wrong(&args.out, &error))
    })?;
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
