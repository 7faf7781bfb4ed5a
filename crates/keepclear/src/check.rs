//! `keepclear check`: every conflict between flights of different parties, and with airspace.

#[cfg(test)]
mod example;
mod find;
mod geojson_out;
mod json;
mod load;
mod picture;
mod propose;
mod sideways;
mod svg;
mod table;
mod words;

use std::io::{BufWriter, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

pub use find::{Scope, conflicts};
pub use picture::{Flight, Picture};

use crate::complain;
use crate::progress::Progress;
use crate::quantity::{hectopascals, metres, microseconds, percent, signed_metres};

/// Find every conflict between flights of different parties, and with airspace.
///
/// Reads F3548-21 operational intents and constraints, GeoJSON, OpenAir and recorded ADS-B tracks,
/// known by their content, also packed with gzip. Exit code 0: nothing found; 1: conflicts, possible
/// ones included; 2: something was refused.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Files with flights.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Files with airspace: OpenAir, GeoJSON zones or F3548-21 constraints.
    #[arg(long, value_name = "FILE", num_args = 1.., env = "KEEPCLEAR_AIRSPACE", value_delimiter = ',')]
    pub airspace: Vec<PathBuf>,
    /// Party of the flights whose callsign, name or id matches; the first match counts.
    #[arg(
        long = "party",
        value_name = "NAME=GLOB",
        env = "KEEPCLEAR_PARTY",
        value_delimiter = ';'
    )]
    pub parties: Vec<String>,
    /// Also find conflicts between flights of one party.
    #[arg(long, env = "KEEPCLEAR_SAME_PARTY")]
    pub same_party: bool,
    /// Half the width that a recorded track is given.
    #[arg(long, value_name = "LENGTH", default_value = "1000m", value_parser = metres, env = "KEEPCLEAR_HALF_WIDTH")]
    pub half_width: f64,
    /// Height that a recorded track is given above and below.
    #[arg(long, value_name = "LENGTH", default_value = "160m", value_parser = metres, env = "KEEPCLEAR_VERTICAL_BUFFER")]
    pub vertical_buffer: f64,
    /// Time that a recorded track is given before and after.
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = microseconds, env = "KEEPCLEAR_TIME_BUFFER")]
    pub time_buffer: i64,
    /// Positions of a recorded track further apart in time than this belong to two legs.
    #[arg(long, value_name = "DURATION", default_value = "120s", value_parser = microseconds, env = "KEEPCLEAR_TRACK_GAP")]
    pub track_gap: i64,
    /// Sea-level pressure in hPa; without it anything from 950 to 1050 is possible.
    #[arg(long, value_name = "HPA", value_parser = hectopascals, env = "KEEPCLEAR_QNH")]
    pub qnh: Option<f64>,
    /// How far true heights may differ from pressure heights, percent of the height above sea level.
    #[arg(long, value_name = "PERCENT", default_value = "8", value_parser = percent, env = "KEEPCLEAR_PRESSURE_BAND")]
    pub pressure_band: f64,
    /// Height of the ground above mean sea level; without it -430 m to 8,850 m are possible.
    #[arg(long, value_name = "METRES", value_parser = signed_metres, allow_negative_numbers = true, env = "KEEPCLEAR_TERRAIN")]
    pub terrain: Option<f64>,
    /// Only airspace of these classes.
    #[arg(long = "class", value_name = "A,B,...", value_delimiter = ',', env = "KEEPCLEAR_CLASS")]
    pub classes: Vec<String>,
    /// Move all times of all files together, the earliest to this time.
    #[arg(long, value_name = "TIME", env = "KEEPCLEAR_SHIFT_TO")]
    pub shift_to: Option<String>,
    /// For each flight in conflict: the nearest free delay, earlier start, level and side.
    #[arg(long, env = "KEEPCLEAR_PROPOSE")]
    pub propose: bool,
    /// What is printed.
    #[arg(long, value_enum, default_value_t = Format::Table, env = "KEEPCLEAR_FORMAT")]
    pub format: Format,
    /// Rows of the table.
    #[arg(long, value_name = "COUNT", default_value_t = 50, env = "KEEPCLEAR_ROWS")]
    pub rows: usize,
    /// Also draw a map, and altitude over time of each conflict.
    #[arg(long, value_name = "FILE", env = "KEEPCLEAR_SVG")]
    pub svg: Option<PathBuf>,
    /// Print nothing when anything is refused.
    #[arg(long, env = "KEEPCLEAR_STRICT")]
    pub strict: bool,
}

/// Forms of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// For programs; the schema is `docs/check.schema.json`.
    Json,
    /// Every volume and every common area.
    Geojson,
}

/// "No conflicts" must not be read as an answer about what was refused.
fn say_what_is_missing(
    loaded: &load::Loaded,
    out: &mut impl std::io::Write,
) -> std::io::Result<()> {
    match loaded.refused_count() {
        0 => Ok(()),
        count => writeln!(out, "INCOMPLETE: {count} refused and not checked; see standard error"),
    }
}

/// Runs the command.
pub fn run(args: &CheckArgs) -> ExitCode {
    let progress = Progress::of_steps(if args.propose { 4 } else { 3 });
    let loaded = match load::load(args, &progress) {
        Ok(loaded) => loaded,
        Err(error) => {
            progress.finish();
            complain(&format!("keepclear check: {error}"));
            return ExitCode::from(2);
        }
    };
    if args.strict && loaded.anything_refused() {
        progress.finish();
        loaded.complain();
        return ExitCode::from(2);
    }
    let scope = Scope { same_party: args.same_party };
    progress.step("comparing");
    let conflicts = conflicts(&loaded.picture, scope);
    let proposals = if args.propose {
        progress.step("looking for ways out");
        propose::proposals(&loaded.picture, &conflicts, scope, &loaded.datums)
    } else {
        Vec::new()
    };
    progress.finish();
    loaded.complain();

    let mut out = BufWriter::new(std::io::stdout().lock());
    let printed = match args.format {
        Format::Table => table::table(&loaded.picture, &conflicts, &proposals, args.rows, &mut out)
            .and_then(|()| say_what_is_missing(&loaded, &mut out)),
        Format::Json => json::write(&loaded, &conflicts, &proposals, &mut out),
        Format::Geojson => geojson_out::write(&loaded.picture, &conflicts, &mut out),
    };
    let printed = printed.and_then(|()| out.flush());
    if let Err(error) = printed
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        complain(&format!("keepclear check: standard output: {error}"));
        return ExitCode::from(2);
    }
    if let Some(path) = &args.svg
        && let Err(error) = std::fs::write(path, svg::svg(&loaded.picture, &conflicts))
    {
        complain(&format!("keepclear check: {}: {error}", path.display()));
        return ExitCode::from(2);
    }
    if loaded.anything_refused() {
        ExitCode::from(2)
    } else {
        ExitCode::from(u8::from(!conflicts.is_empty()))
    }
}
