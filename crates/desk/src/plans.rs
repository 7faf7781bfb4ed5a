//! Own flights, from files that `keepclear check` reads, and which of them a message touches.
//!
//! A file that cannot be read any more keeps its last good flights and is named by [`Plans::problems`]:
//! flights that vanish without a word would be worse than flights that are a little old.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use keepclear_formats::{ReadOptions, read_flights};
use keepclear_geo::{Datums, Verdict, Volume4D, detect};
use keepclear_line::message::{Body, Content, Matter, Topic, Window};
use keepclear_line::quantity::{ExchangeId, Instant};
use keepclear_line::stored::Stored;
use keepclear_line::volume::Volume;

use crate::cbor::bytes_of;
use crate::views::TouchedFlight;

/// Why own flights cannot be read at start.
#[derive(Debug, thiserror::Error)]
#[error("plans {file}: {reason}")]
pub struct PlansError {
    /// The file.
    pub file: String,
    /// What is wrong.
    pub reason: String,
}

/// Own flights.
#[derive(Debug, Default)]
pub struct Plans {
    files: Vec<PathBuf>,
    read: Mutex<Read>,
}

#[derive(Debug, Default)]
struct Read {
    files: BTreeMap<PathBuf, File>,
    /// Counts changes.
    version: u64,
    /// Answers for volumes that were asked about, until a file changes.
    asked: BTreeMap<Vec<u8>, Vec<TouchedFlight>>,
}

#[derive(Debug, Default)]
struct File {
    changed: Option<(SystemTime, u64)>,
    flights: Vec<(String, Vec<Volume4D>)>,
    problem: Option<String>,
}

/// Answers that are remembered.
const ASKED_MAX: usize = 1_000;

impl Plans {
    /// Reads the files.
    ///
    /// # Errors
    /// [`PlansError`] for the first that cannot be read.
    pub fn open(files: Vec<PathBuf>) -> Result<Self, PlansError> {
        let plans = Self { files, read: Mutex::default() };
        plans.refresh();
        match plans.problems().into_iter().next() {
            None => Ok(plans),
            Some((file, reason)) => Err(PlansError { file, reason }),
        }
    }

    /// Reads files that have changed since. Answers whether any has.
    pub fn refresh(&self) -> bool {
        let mut any = false;
        for path in &self.files {
            let changed =
                fs::metadata(path).and_then(|about| Ok((about.modified()?, about.len()))).ok();
            let same = |read: &Read| {
                read.files
                    .get(path)
                    .is_some_and(|file| file.changed == changed && changed.is_some())
            };
            if same(&self.lock()) {
                continue;
            }
            let name = path.display().to_string();
            let flights = fs::read(path)
                .map_err(|error| error.to_string())
                .and_then(|bytes| flights(&name, &bytes));
            let mut any_flight = false;
            let mut read = self.lock();
            let file = read.files.entry(path.clone()).or_default();
            let before = file.problem.clone();
            file.changed = changed;
            match flights {
                Ok(flights) => {
                    any_flight = true;
                    file.flights = flights;
                    file.problem = None;
                    any = true;
                }
                Err(reason) => file.problem = Some(reason),
            }
            if file.problem != before {
                any = true;
                if let Some(reason) = &file.problem {
                    tracing::warn!(file = name, reason, "own flights: the last good ones are kept");
                }
            }
            read.asked.clear();
            read.version += u64::from(any_flight);
        }
        any
    }

    /// Another one whenever a flight may be.
    pub fn version(&self) -> u64 {
        self.lock().version
    }

    /// Files that cannot be read at this moment, and why.
    pub fn problems(&self) -> Vec<(String, String)> {
        let read = self.lock();
        let wrong = |(path, file): (&PathBuf, &File)| {
            file.problem.clone().map(|reason| (path.display().to_string(), reason))
        };
        read.files.iter().filter_map(wrong).collect()
    }

    /// Own flights that any of these volumes touches, by name.
    pub fn touches(&self, volumes: &[Volume]) -> Vec<TouchedFlight> {
        if volumes.is_empty() || self.files.is_empty() {
            return Vec::new();
        }
        let key = bytes_of(volumes);
        let mut read = self.lock();
        if let Some(known) = read.asked.get(&key) {
            return known.clone();
        }
        let Some(volumes) = geometry(volumes) else { return Vec::new() };
        let mut found = Vec::new();
        for (path, file) in &read.files {
            for (flight, own) in &file.flights {
                let verdict = touch(own, &volumes);
                let Some(verdict) = verdict else { continue };
                found.push(TouchedFlight {
                    flight: flight.clone(),
                    file: path.display().to_string(),
                    certain: verdict == Verdict::Certain,
                });
            }
        }
        found.sort();
        if read.asked.len() >= ASKED_MAX {
            read.asked.clear();
        }
        read.asked.insert(key, found.clone());
        found
    }

    fn lock(&self) -> MutexGuard<'_, Read> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name and volumes of every flight in a file.
fn flights(name: &str, bytes: &[u8]) -> Result<Vec<(String, Vec<Volume4D>)>, String> {
    let content =
        read_flights(name, bytes, &ReadOptions::default()).map_err(|error| error.to_string())?;
    if let Some(refused) = content.refused.first() {
        return Err(format!("{}, {}: {}", refused.at, refused.field, refused.reason));
    }
    let named = content.flights.into_iter();
    Ok(named.map(|flight| (flight.name.unwrap_or(flight.id), flight.volumes)).collect())
}

/// Volumes of a message as geometry holds them: through the same door as what a peer sends.
fn geometry(volumes: &[Volume]) -> Option<Vec<Volume4D>> {
    let (from, to) = (Instant(i64::MIN), Instant(i64::MAX));
    let content = Content {
        topic: Topic::Flights,
        window: Window { from, to },
        volumes: volumes.to_vec(),
        our_flights: Vec::new(),
        your_flights: Vec::new(),
        action: None,
    };
    let exchange = ExchangeId([0; 16]);
    let stored = Stored::of(&Body::Open { exchange, matter: Matter::Notice, content, words: None });
    stored.ok().flatten()?.volumes(&Datums::default()).ok()
}

/// The surest touch of any pair.
fn touch(own: &[Volume4D], others: &[Volume4D]) -> Option<Verdict> {
    let mut found = None;
    for pair in own.iter().flat_map(|own| others.iter().map(move |other| (own, other))) {
        match detect(pair.0, pair.1) {
            Some(Verdict::Certain) => return Some(Verdict::Certain),
            possible => found = found.or(possible),
        }
    }
    found
}
