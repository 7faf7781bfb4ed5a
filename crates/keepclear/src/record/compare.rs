//! `keepclear record compare`: two exports, and everything in which they differ.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use keepclear_desk::LineClaims;
use keepclear_record::{CompareError, Difference, Limits, Verified, compare};
use serde_json::json;

use super::{Found, RecordError, open, wrong};
use crate::progress::Progress;

/// How differences are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a person.
    Table,
    /// One JSON object a line.
    Json,
}

/// Which exports, and how far their clocks may be apart.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// One party's export.
    #[arg(value_name = "A")]
    a: PathBuf,
    /// The other party's.
    #[arg(value_name = "B")]
    b: PathBuf,
    /// A table, or one JSON object a line.
    #[arg(long, value_enum, default_value_t = Format::Table, env = "KEEPCLEAR_RECORD_COMPARE_FORMAT")]
    format: Format,
    /// How far apart clocks may be.
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = crate::quantity::microseconds, env = "KEEPCLEAR_RECORD_COMPARE_CLOCK_MAX")]
    clock_max: i64,
    /// Checkpoints that you verified yourself with `record verify --write-verified`; signatures under them are not checked again. Repeatable.
    #[arg(
        long,
        value_name = "FILE",
        env = "KEEPCLEAR_RECORD_COMPARE_VERIFIED",
        value_delimiter = ','
    )]
    verified: Vec<PathBuf>,
}

pub fn run(args: &CompareArgs) -> Result<Found, RecordError> {
    let (a, b) = (open(&args.a)?, open(&args.b)?);
    let mut verified = Verified::none();
    for path in &args.verified {
        let text = fs::read_to_string(path).map_err(|error| wrong(path, &error))?;
        verified.read(&text).map_err(|error| wrong(path, &error))?;
    }
    let progress = Progress::of_steps(1);
    progress.step("comparing");
    let answer = compare(a, b, Limits { clock_max_us: args.clock_max }, &verified, &LineClaims);
    progress.finish();
    let answer = answer.map_err(|error| match error {
        CompareError::Unreadable { second, error } => {
            wrong(if second { &args.b } else { &args.a }, &error)
        }
        error => RecordError::Asked(error.to_string()),
    })?;
    let mut out = BufWriter::new(io::stdout().lock());
    print(&answer.differences, args.format, &mut out)?;
    if args.format == Format::Table {
        let told = |side: usize| counted(answer.entries[side], answer.withheld[side]);
        let (a, b) = (told(0), told(1));
        match answer.differences.len() {
            0 => writeln!(out, "equal: {a} and {b}")?,
            count => writeln!(out, "{count} differences between {a} and {b}")?,
        }
    }
    out.flush()?;
    Ok(if answer.differences.is_empty() { Found::Nothing } else { Found::Something })
}

/// How many entries, and how many more whose hash alone is there.
pub fn counted(entries: u64, withheld: u64) -> String {
    match withheld {
        0 => format!("{entries} entries"),
        _ => format!("{entries} entries and {withheld} withheld"),
    }
}

/// Prints differences or faults, in the form that interfaces promise.
pub fn print(differences: &[Difference], format: Format, out: &mut impl Write) -> io::Result<()> {
    for difference in differences {
        let Difference { kind, log, node, sequence, detail } = difference;
        match format {
            Format::Json => {
                let node = node.map(|node| node.to_string());
                let json = json!({
                    "kind": kind.to_string(),
                    "log": log.to_string(),
                    "node": node,
                    "seq": sequence,
                    "detail": detail,
                });
                writeln!(out, "{json}")?;
            }
            Format::Table => {
                let node = node.map_or_else(|| "-".to_owned(), |node| node.to_string());
                let sequence = sequence.map_or_else(|| "-".to_owned(), |it| it.to_string());
                writeln!(out, "{kind:<11}  {node:<36}  {sequence:>8}  {detail}")?;
            }
        }
    }
    Ok(())
}
