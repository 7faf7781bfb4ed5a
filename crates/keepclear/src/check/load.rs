//! From files to a picture: reading, parties, classes, the common shift in time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use keepclear_formats::{
    FileContent, FlightKind, ReadOptions, Refused, read_airspace, read_flights,
};
use keepclear_geo::Datums;
use keepclear_wire::time::{self, Rounding, format_us};
use rayon::prelude::*;

use super::CheckArgs;
use super::picture::{Flight, Picture, Zone};
use crate::complain;
use crate::progress::Progress;

/// What stops a check before it begins.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// `--party` that is not NAME=GLOB.
    #[error("--party {given}: {reason}")]
    Party {
        /// As it was given.
        given: String,
        /// What is wrong with it.
        reason: String,
    },
    /// `--shift-to` that is no time.
    #[error("--shift-to {given}: {reason}")]
    ShiftTo {
        /// As it was given.
        given: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// One file, read.
pub struct Input {
    /// As it was named.
    pub file: String,
    /// SHA-256 of its bytes, hex; empty when it could not be read.
    pub sha256: String,
    /// Flights or areas read.
    pub read: usize,
    /// What was refused.
    pub refused: Vec<Refused>,
    /// What a person should look at.
    pub warnings: Vec<keepclear_formats::Warning>,
}

/// All files, read.
pub struct Loaded {
    /// The files in the order given.
    pub inputs: Vec<Input>,
    /// Their content.
    pub picture: Picture,
    /// What is known of air and ground.
    pub datums: Datums,
}

impl Loaded {
    /// How many files or parts of files were refused.
    pub fn refused_count(&self) -> usize {
        self.inputs.iter().map(|input| input.refused.len()).sum()
    }

    /// Whether any file or any part of one was refused.
    pub fn anything_refused(&self) -> bool {
        self.refused_count() > 0
    }

    /// Tells the person what was refused and what to look at.
    pub fn complain(&self) {
        for input in &self.inputs {
            for refused in &input.refused {
                let Refused { at, field, reason } = refused;
                let place = if at.is_empty() { String::new() } else { format!(", {at}") };
                let field = if field.is_empty() { String::new() } else { format!("{field}: ") };
                complain(&format!("refused: {}{place}: {field}{reason}", input.file));
            }
            for warning in &input.warnings {
                complain(&format!("warning: {}, {}: {}", input.file, warning.at, warning.text));
            }
        }
    }
}

/// Reads everything that the command names.
pub fn load(args: &CheckArgs, progress: &Progress) -> Result<Loaded, LoadError> {
    let parties = Parties::parse(&args.parties)?;
    let shift_to = args.shift_to.as_deref().map(shift_target).transpose()?;
    let datums = datums(args);
    let options = ReadOptions {
        datums,
        half_width_m: args.half_width,
        vertical_buffer_m: args.vertical_buffer,
        time_buffer_us: args.time_buffer,
        track_gap_us: args.track_gap,
    };
    progress.step("reading files");
    let jobs: Vec<(&PathBuf, bool)> = args
        .files
        .iter()
        .map(|file| (file, false))
        .chain(args.airspace.iter().map(|file| (file, true)))
        .collect();
    let contents: Vec<(Input, Option<FileContent>)> =
        jobs.par_iter().map(|(path, airspace)| read(path, *airspace, &options)).collect();

    let mut loaded = Loaded { inputs: Vec::new(), picture: Picture::default(), datums };
    let mut names = Names::default();
    for ((path, _), (mut input, content)) in jobs.iter().zip(contents) {
        if let Some(content) = content {
            take(
                content,
                path,
                &mut input,
                &parties,
                &args.classes,
                &mut names,
                &mut loaded.picture,
            );
        }
        loaded.inputs.push(input);
    }
    if let Some(target_us) = shift_to {
        shift(&mut loaded.picture, target_us);
    }
    Ok(loaded)
}

fn datums(args: &CheckArgs) -> Datums {
    let default = Datums::default();
    Datums {
        qnh_hpa: args.qnh.map_or(default.qnh_hpa, |qnh| (qnh, qnh)),
        pressure_band_percent: args.pressure_band,
        ground_mm: args.terrain.map_or(default.ground_mm, |metres| {
            let mm = (metres * 1_000.0).round() as i64;
            (mm, mm)
        }),
    }
}

fn read(path: &Path, airspace: bool, options: &ReadOptions) -> (Input, Option<FileContent>) {
    let file = path.display().to_string();
    let mut input = Input {
        file: file.clone(),
        sha256: String::new(),
        read: 0,
        refused: Vec::new(),
        warnings: Vec::new(),
    };
    let refuse = |reason: String| Refused { at: String::new(), field: String::new(), reason };
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            input.refused.push(refuse(error.to_string()));
            return (input, None);
        }
    };
    let content = if airspace {
        read_airspace(&file, &bytes, options)
    } else {
        read_flights(&file, &bytes, options)
    };
    match content {
        Ok(content) => (input, Some(content)),
        Err(error) => {
            input.refused.push(refuse(error.to_string()));
            (input, None)
        }
    }
}

/// Ids are unique within a check, so that a conflict names its two sides.
#[derive(Default)]
struct Names(BTreeMap<String, usize>);

impl Names {
    fn unique(&mut self, id: String, at: &str, input: &mut Input) -> String {
        let count = self.0.entry(id.clone()).or_insert(0);
        *count += 1;
        if *count == 1 {
            return id;
        }
        let renamed = format!("{id}#{count}");
        let text = format!("the id {id} is taken; called {renamed} here");
        input.warnings.push(keepclear_formats::Warning { at: at.to_owned(), text });
        self.unique(renamed, at, input)
    }
}

fn take(
    content: FileContent,
    path: &Path,
    input: &mut Input,
    parties: &Parties,
    classes: &[String],
    names: &mut Names,
    picture: &mut Picture,
) {
    let stem = path.file_stem().map_or_else(String::new, |stem| {
        stem.to_string_lossy().trim_end_matches(".json").to_owned()
    });
    input.sha256 = content.sha256;
    input.read = content.read;
    input.refused = content.refused;
    input.warnings = content.warnings;
    for flight in content.flights {
        let party = parties
            .of(flight.name.as_deref(), &flight.id)
            .or(flight.party)
            .unwrap_or_else(|| stem.clone());
        let id = names.unique(flight.id, &flight.source, input);
        picture.flights.push(Flight {
            id,
            party,
            source: format!("{}, {}", input.file, flight.source),
            flown: matches!(flight.kind, FlightKind::Flown),
            volumes: flight.volumes,
        });
    }
    for zone in content.zones {
        let wanted = classes.is_empty()
            || zone.class.as_ref().is_some_and(|class| {
                classes.iter().any(|wanted| wanted.trim().eq_ignore_ascii_case(class))
            });
        if wanted {
            let id = names.unique(zone.id, &zone.source, input);
            picture.zones.push(Zone {
                id,
                name: zone.name,
                class: zone.class,
                volumes: zone.volumes,
            });
        }
    }
}

fn shift_target(given: &str) -> Result<i64, LoadError> {
    if given == "now" {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        return Ok(now.map_or(0, |since| since.as_micros() as i64));
    }
    time::parse(given, Rounding::Down).map_err(|error| LoadError::ShiftTo {
        given: given.to_owned(),
        reason: format!("{error}; expected `now` or a time such as {}", format_us(0)),
    })
}

/// Moves everything by the same time, so that the earliest start comes to lie on the target.
fn shift(picture: &mut Picture, target_us: i64) {
    let volumes = || {
        let flights = picture.flights.iter().flat_map(|flight| &flight.volumes);
        flights.chain(picture.zones.iter().flat_map(|zone| &zone.volumes))
    };
    let Some(earliest_us) = volumes().filter_map(|v| v.interval().start_us()).min() else { return };
    let by_us = target_us.saturating_sub(earliest_us);
    let flights = picture.flights.iter_mut().flat_map(|flight| &mut flight.volumes);
    for volume in flights.chain(picture.zones.iter_mut().flat_map(|zone| &mut zone.volumes)) {
        *volume = volume.with_interval(volume.interval().shifted(by_us));
    }
}

/// The `--party` rules in their order.
struct Parties(Vec<(String, glob::Pattern)>);

impl Parties {
    fn parse(given: &[String]) -> Result<Self, LoadError> {
        let rule = |given: &String| {
            let error = |reason: String| LoadError::Party { given: given.clone(), reason };
            let (name, pattern) = given
                .split_once('=')
                .filter(|(name, _)| !name.is_empty())
                .ok_or_else(|| error("expected NAME=GLOB".to_owned()))?;
            let pattern = glob::Pattern::new(pattern).map_err(|e| error(e.to_string()))?;
            Ok((name.to_owned(), pattern))
        };
        Ok(Self(given.iter().map(rule).collect::<Result<_, _>>()?))
    }

    /// The party by callsign or name, where there is one, else by id.
    fn of(&self, name: Option<&str>, id: &str) -> Option<String> {
        let text = name.unwrap_or(id);
        self.0.iter().find(|(_, pattern)| pattern.matches(text)).map(|(party, _)| party.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_party_that_matches_counts_and_case_matters() {
        let given = ["red=[A-E]*", "green=x?z", "blue=*"].map(str::to_owned);
        let parties = Parties::parse(&given).unwrap();
        assert_eq!(parties.of(Some("DLH1"), "id").as_deref(), Some("red"));
        assert_eq!(parties.of(Some("dlh1"), "id").as_deref(), Some("blue"));
        assert_eq!(parties.of(None, "xyz").as_deref(), Some("green"));
        assert!(Parties::parse(&["red".to_owned()]).is_err());
    }
}
