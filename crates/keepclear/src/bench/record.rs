//! `keepclear bench record`: how long two records of one line take to compare.
//!
//! The two exports hold the same entries; the second has each lane's entries later among the others',
//! as a record of the other desk would.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use keepclear_entry::{
    Cause, Head, Kind, LogId, LogKind, NodeId, Party, ProposedAt, RequestId, Writer,
};
use keepclear_record::{
    Exporter, Header, LaneName, LaneOf, Limits, NoClaims, PartyOf, SigningKey, Verified, compare,
    verify,
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
    /// Bytes of each entry's payload.
    #[arg(long, default_value_t = 216, value_parser = clap::value_parser!(u32).range(8..=1_000_000))]
    payload: u32,
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
        folder.join(format!("{}-{}-{}.record.jsonl", args.entries, args.payload, ["a", "b"][side]))
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
    let cold = compare(open(0)?, open(1)?, limits, &Verified::none(), &NoClaims)?;
    rows.push(("cold", begun.elapsed().as_secs_f64()));

    complain("verifying one ...");
    let begun = Instant::now();
    let verification = verify(open(0)?, limits, &NoClaims)?;
    rows.push(("verify one", begun.elapsed().as_secs_f64()));
    let mut verified = Verified::none();
    verified.read(&Verified::write(&verification.checkpoints))?;

    complain("comparing with a verified checkpoint ...");
    let begun = Instant::now();
    let warm = compare(open(0)?, open(1)?, limits, &verified, &NoClaims)?;
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
    Header { line: LINE, exercise: true, exporter: desk(side), made_at_us: 0, parties }
}

fn key(side: usize) -> SigningKey {
    SigningKey::from_seed(&[1 + side as u8; 32])
}

/// One side's export. The other desk's entries come in `DELAY` entries later than it wrote them.
fn write(args: &RecordArgs, side: usize, path: &Path) -> Result<(), BoxedError> {
    const DELAY: usize = 40;
    const STEP_US: i64 = 1_000;
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
    let mut payload = vec![0; args.payload as usize];
    let mut waiting = std::collections::VecDeque::new();
    for number in 0..args.entries {
        // One in sixteen is urgent.
        let lane = (number % 2) as usize * 2 + usize::from(number % 16 < 2);
        let at_us = number as i64 * STEP_US;
        payload
            .chunks_exact_mut(8)
            .for_each(|chunk| chunk.copy_from_slice(&random.bits().to_be_bytes()));
        let mut request = [0; 16];
        request[..8].copy_from_slice(&random.bits().to_be_bytes());
        let cause =
            Cause { principal: None, request: RequestId(request), proposed_at: ProposedAt(at_us) };
        let mut bytes = Vec::new();
        writers[lane].write(cause, Kind(1), &payload, &mut bytes)?;
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
