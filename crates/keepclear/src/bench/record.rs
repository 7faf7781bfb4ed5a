//! `keepclear bench record`: how long two records of one line take to compare.
//!
//! The two exports hold the same entries; the second has each lane's entries later among the others',
//! as a record of the other desk would.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use keepclear_desk::LineClaims;
use keepclear_entry::{
    Cause, EntryHash, Head, LogId, LogKind, NodeId, Party, ProposedAt, RequestId, Writer,
};
use keepclear_line::message::{Mark, Seen};
use keepclear_line::quantity::{ExchangeId, Instant as Said, MessageId, Name, Words};
use keepclear_line::{Body, Envelope, encode};
use keepclear_record::{
    Exporter, Header, LaneName, LaneOf, Limits, PartyOf, SigningKey, Verified, compare, verify,
};
use serde_json::json;
use uuid::Uuid;

use super::random::Random;
use crate::complain;

/// Measure how long two records of one line take to compare: cold, and with a verified checkpoint.
#[derive(Debug, Args)]
pub struct RecordArgs {
    /// Entries in each record.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    entries: u64,
    /// Bytes of each statement's words; every other entry is the receipt of one.
    #[arg(long, default_value_t = 128, value_parser = clap::value_parser!(u32).range(1..=4_000))]
    words: u32,
    /// Folder for the two exports. They are left there and used again; none given: a fresh one, removed at the end.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

type BoxedError = Box<dyn std::error::Error>;

/// Runs the measurement; exit 2 when it cannot be made.
pub fn run(args: &RecordArgs) -> ExitCode {
    match measure(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("error: {error}"));
            ExitCode::from(2)
        }
    }
}

fn measure(args: &RecordArgs) -> Result<(), BoxedError> {
    let fresh = std::env::temp_dir().join(format!("keepclear-bench-{}", Uuid::new_v4()));
    let folder = args.folder.clone().unwrap_or(fresh);
    fs::create_dir_all(&folder)?;
    let outcome = measure_in(args, &folder);
    if args.folder.is_none() {
        fs::remove_dir_all(&folder)?;
    }
    outcome
}

fn measure_in(args: &RecordArgs, folder: &Path) -> Result<(), BoxedError> {
    let name = |side: usize| {
        folder.join(format!("{}-{}-{}.record.jsonl", args.entries, args.words, ["a", "b"][side]))
    };
    for side in 0..2 {
        if !name(side).exists() {
            complain(&format!("writing {} ...", name(side).display()));
            write(args, side, &name(side))?;
        }
    }
    let mut rows: Vec<(&str, f64)> = Vec::new();
    let limits = Limits::default();
    let open = |side: usize| File::open(name(side)).map(BufReader::new);

    complain("comparing cold ...");
    let begun = Instant::now();
    let cold = compare(open(0)?, open(1)?, limits, &Verified::none(), &LineClaims)?;
    rows.push(("cold", begun.elapsed().as_secs_f64()));

    complain("verifying one ...");
    let begun = Instant::now();
    let verification = verify(open(0)?, limits, &LineClaims)?;
    rows.push(("verify one", begun.elapsed().as_secs_f64()));
    let mut verified = Verified::none();
    verified.read(&Verified::write(&verification.checkpoints))?;

    complain("comparing with a verified checkpoint ...");
    let begun = Instant::now();
    let warm = compare(open(0)?, open(1)?, limits, &verified, &LineClaims)?;
    rows.push(("verified", begun.elapsed().as_secs_f64()));

    let found = cold.differences.len() + verification.differences.len() + warm.differences.len();
    if found > 0 || !warm.used_verified {
        return Err("the records that were made for this should be equal, and are not".into());
    }
    let peak = peak_memory_mib();
    print(args, &rows, peak)
}

#[expect(clippy::print_stdout, reason = "the result of the command")]
fn print(args: &RecordArgs, rows: &[(&str, f64)], peak: Option<u64>) -> Result<(), BoxedError> {
    if args.json {
        for (figure, seconds) in rows {
            println!(
                "{}",
                json!({ "figure": figure, "value": seconds, "unit": "s", "entries": args.entries })
            );
        }
        println!("{}", json!({ "figure": "peak memory", "value": peak, "unit": "MiB" }));
        return Ok(());
    }
    for (figure, seconds) in rows {
        println!("{figure:<12} {seconds:>8.2} s   {} entries in each record", args.entries);
    }
    if let Some(peak) = peak {
        println!("peak memory  {peak:>8} MiB");
    }
    Ok(())
}

/// Of this process so far, as Linux tells it.
fn peak_memory_mib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? / 1024)
}

const LINE: Uuid = Uuid::from_u128(0x6b65_6570);

fn node(lane: usize) -> NodeId {
    NodeId([0x40 + lane as u8; 16])
}

fn header(side: usize) -> Header {
    let desk = |side: usize| Uuid::from_u128(1 + side as u128);
    let party = |side: usize, name: &str| PartyOf {
        party: name.to_owned(),
        desk: desk(side),
        key: key(side).public(),
        lanes: [
            LaneOf { name: LaneName::Ordinary, node: node(2 * side) },
            LaneOf { name: LaneName::Urgent, node: node(2 * side + 1) },
        ],
    };
    let parties = [party(0, "north"), party(1, "south")];
    Header {
        line: LINE,
        exercise: true,
        exporter: desk(side),
        made_at_us: 0,
        parties,
        witness: None,
    }
}

fn key(side: usize) -> SigningKey {
    SigningKey::from_seed(&[1 + side as u8; 32])
}

/// Entries of the other desk come in so many entries later than it wrote them.
const DELAY: usize = 40;
/// Between two entries, microseconds.
const STEP_US: i64 = 1_000;

/// What each side holds of the other's lanes: always something that has come in everywhere.
#[derive(Default)]
struct Known {
    seen: [Seen; 2],
    under_way: VecDeque<(usize, Mark)>,
}

impl Known {
    fn said(&mut self, lane: usize, mark: Mark) {
        self.under_way.push_back((lane, mark));
        if self.under_way.len() <= 3 * DELAY {
            return;
        }
        if let Some((lane, mark)) = self.under_way.pop_front() {
            let seen = &mut self.seen[1 - lane / 2];
            *(if lane % 2 == 0 { &mut seen.ordinary } else { &mut seen.urgent }) = Some(mark);
        }
    }
}

/// A statement of the first party, or the second party's receipt of one.
fn message(
    side: usize,
    known: &Known,
    words: &str,
    at_us: i64,
) -> Result<Envelope, keepclear_line::quantity::TextError> {
    let seen = known.seen[side];
    let statement = || -> Result<Envelope, keepclear_line::quantity::TextError> {
        let exchange = ExchangeId([7; 16]);
        let body = Body::Statement { exchange, of: None, words: Words::new(words)? };
        Ok(Envelope { seen, role: Some(Name::new("duty officer")?), body })
    };
    match seen.ordinary {
        Some(mark) if side == 1 => {
            let stored_at = Said(at_us);
            let body = Body::Receipt { of: mark.message, stored_at, read_back: None };
            Ok(Envelope { seen, role: None, body })
        }
        _ => statement(),
    }
}

/// One side's export.
fn write(args: &RecordArgs, side: usize, path: &Path) -> Result<(), BoxedError> {
    let partial = path.with_extension("partial");
    let out = BufWriter::with_capacity(1 << 20, File::create(&partial)?);
    let signer = key(side);
    let mut export = Exporter::begin(out, header(side), &signer)?;
    let log = LogId { kind: LogKind::Line, id: *LINE.as_bytes() };
    let mut writers = Vec::new();
    for lane in 0..4 {
        let party = Party::new(["north", "south"][lane / 2])?;
        let writer = Writer::new(log, true, node(lane), party, Head::START);
        writers.push(writer.signing(Arc::new(key(lane / 2))));
    }
    let mut random = Random::new(1);
    let mut known = Known::default();
    let mut sequences = [0_u64; 4];
    let mut waiting = VecDeque::new();
    for number in 0..args.entries {
        // One in sixteen is urgent.
        let lane = (number % 2) as usize * 2 + usize::from(number % 16 < 2);
        let at_us = number as i64 * STEP_US;
        let letter = |bits: u64| char::from(b'a' + (bits % 26) as u8);
        let words: String = (0..args.words).map(|_| letter(random.bits())).collect();
        let envelope = message(lane / 2, &known, &words, at_us)?;
        let mut request = [0; 16];
        request[..8].copy_from_slice(&random.bits().to_be_bytes());
        let cause =
            Cause { principal: None, request: RequestId(request), proposed_at: ProposedAt(at_us) };
        let mut bytes = Vec::new();
        let kind = envelope.body.kind().entry_kind();
        writers[lane].write(cause, kind, &encode(&envelope), &mut bytes)?;
        sequences[lane] += 1;
        let message = MessageId(EntryHash::of(&bytes).0);
        known.said(lane, Mark { sequence: sequences[lane], message });
        if lane / 2 == side {
            export.entry(&bytes, at_us)?;
        } else {
            waiting.push_back(bytes);
        }
        if waiting.len() > DELAY
            && let Some(bytes) = waiting.pop_front()
        {
            export.entry(&bytes, at_us)?;
        }
    }
    for bytes in waiting {
        export.entry(&bytes, args.entries as i64 * STEP_US)?;
    }
    export.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?.flush()?;
    fs::rename(&partial, path)?;
    Ok(())
}
