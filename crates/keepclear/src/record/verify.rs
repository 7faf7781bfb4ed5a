//! `keepclear record verify`: one export by itself.

use std::fs;
use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;

use clap::Args;
use keepclear_desk::LineClaims;
use keepclear_record::{LaneCount, Limits, Verification, Verified, WitnessOf, verify};

use super::compare::{Format, counted, print};
use super::{Found, RecordError, open, wrong};
use crate::progress::Progress;

/// Which export.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The export.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Where to keep the checkpoints that were found right, for `record compare --verified`. Written only when nothing is wrong.
    #[arg(long, value_name = "FILE", env = "KEEPCLEAR_RECORD_VERIFY_WRITE_VERIFIED")]
    write_verified: Option<PathBuf>,
    /// How far apart clocks may be.
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = crate::quantity::microseconds, env = "KEEPCLEAR_RECORD_VERIFY_CLOCK_MAX")]
    clock_max: i64,
    /// A table, or one JSON object a line.
    #[arg(long, value_enum, default_value_t = Format::Table, env = "KEEPCLEAR_RECORD_VERIFY_FORMAT")]
    format: Format,
}

pub fn run(args: &VerifyArgs) -> Result<Found, RecordError> {
    let file = open(&args.file)?;
    let progress = Progress::of_steps(1);
    progress.step("verifying");
    let answer = verify(file, Limits { clock_max_us: args.clock_max }, &LineClaims);
    progress.finish();
    let answer = answer.map_err(|error| wrong(&args.file, &error))?;
    let mut out = BufWriter::new(io::stdout().lock());
    print(&answer.differences, args.format, &mut out)?;
    if args.format == Format::Table {
        summary(&answer, &mut out)?;
    }
    out.flush()?;
    if !answer.differences.is_empty() {
        return Ok(Found::Something);
    }
    if let Some(path) = &args.write_verified {
        fs::write(path, Verified::write(&answer.checkpoints))
            .map_err(|error| wrong(path, &error))?;
    }
    Ok(Found::Nothing)
}

fn summary(answer: &Verification, out: &mut impl io::Write) -> io::Result<()> {
    let header = &answer.header;
    let exercise = if header.exercise { " (exercise)" } else { "" };
    writeln!(out, "line {}{exercise}, exported by desk {}", header.line, header.exporter)?;
    for party in &header.parties {
        writeln!(out, "{}: desk {}, key {}", party.party, party.desk, party.key)?;
    }
    if let Some(WitnessOf { party, desk, key }) = &header.witness {
        writeln!(out, "witness {party}: desk {desk}, key {key}")?;
    }
    for LaneCount { party, name, node, entries, withheld } in &answer.lanes {
        writeln!(out, "{party} {name}, node {node}: {}", counted(*entries, *withheld))?;
    }
    if answer.withheld > 0 {
        writeln!(
            out,
            "{} entries are withheld: their hashes are here, and nothing of what they say",
            answer.withheld
        )?;
    }
    match answer.differences.len() {
        0 => writeln!(
            out,
            "every signature, chain and checkpoint holds; the keys are the file's own word"
        ),
        count => writeln!(out, "{count} faults"),
    }
}
