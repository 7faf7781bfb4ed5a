//! From a log to a running sky: the latest snapshot, the entries after it, or a founding.

use std::thread::JoinHandle;

use keepclear_entry::{
    Chain, Entry, Head, LogId, LogKind, NodeId, Party, ProposedAt, RequestId, Writer,
};
use keepclear_log::{AppendError, Batch, Log, Position, ReadError};
use keepclear_serve::Clock;
use keepclear_sky::{Charter, Matching, RETENTION_DEFAULT_US, Sky, SkyId, SnapshotError, Subject};
use uuid::Uuid;

use super::fairness::Fairness;
use super::journal::{JournalError, Replay, founding_entry_kind};
use super::sequencer::{Broken, Sequencer};
use super::snapshots::{self, Snapshots};
use super::{Engine, writer};

/// Bytes of entries that are read at once.
const READ_BYTES: usize = 8 << 20;

/// What the operator says of what is fixed at founding; `None` takes what is founded, or the
/// default when nothing is yet.
#[derive(Debug, Clone, Default)]
pub struct Founding {
    /// How entities are matched; default compatible.
    pub matching: Option<Matching>,
    /// Whether nothing here is real; default no.
    pub exercise: Option<bool>,
    /// Who may set a party's availability; default whoever's token carries the scope.
    pub arbiters: Option<Vec<Subject>>,
    /// How long ended entities stay readable, microseconds; default 56 days.
    pub retention_us: Option<i64>,
}

/// How the node runs.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// The party whose node this is.
    pub party: Party,
    /// The state is saved every so many entries.
    pub snapshot_every: usize,
}

/// Why a sky does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The log cannot be read.
    #[error("the log cannot be read: {0}")]
    Read(#[from] ReadError),
    /// The founding cannot be written.
    #[error("the founding cannot be written: {0}")]
    Append(#[from] AppendError),
    /// A snapshot that the log vouches for does not hold a sky.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The entries do not give a sky.
    #[error("the log cannot be replayed: {0}")]
    Journal(#[from] JournalError),
    /// Not the log of a sky.
    #[error("this is the log of a desk, not of a sky")]
    NotASky,
    /// The sky was founded otherwise.
    #[error(
        "{key}: this sky was founded with {founded} and is now given {given}; leave it out, or found another sky in another folder"
    )]
    FoundedOtherwise {
        /// Which flag.
        key: &'static str,
        /// What it is.
        founded: String,
        /// What was given.
        given: String,
    },
    /// No thread for the log.
    #[error("the thread that writes the log cannot be started: {0}")]
    Thread(std::io::Error),
}

/// A sky that has caught up with its log.
pub struct Started {
    /// The handle.
    pub engine: Engine,
    /// Runs the sky; to be polled on the event loop until it ends.
    pub sequencer: std::pin::Pin<Box<dyn Future<Output = Result<(), Broken>> + Send>>,
    /// Ends, and closes the log, after the sequencer.
    pub log_thread: JoinHandle<()>,
    /// What was fixed at founding.
    pub charter: Charter,
    /// Entries that were replayed after the snapshot.
    pub replayed: u64,
}

/// Where the state stands.
struct State {
    sky: Sky,
    node: NodeId,
    head: Head,
    applied: Position,
    replayed: u64,
}

impl Engine {
    /// Founds a sky in an empty log, or goes on with the one that it holds.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn start(
        mut log: Box<dyn Log>,
        founding: &Founding,
        options: EngineOptions,
    ) -> Result<Started, StartError> {
        let id = log_id(&*log)?;
        let state = match recover(&mut *log, id)? {
            Some(state) => state,
            None => found(&mut *log, id, founding, &options.party)?,
        };
        let State { sky, node, head, applied, replayed } = state;
        let charter = sky.charter().clone();
        compare(&charter, founding)?;
        let engine = Self::new(sky);
        let snapshots = Snapshots::new(log.snapshot_writer(), node, options.snapshot_every);
        let pen = Writer::new(id, charter.exercise, node, options.party, head);
        let number = log.next_batch();
        let (jobs, log_thread) = writer::start(log).map_err(StartError::Thread)?;
        let sequencer = Sequencer {
            engine: engine.clone(),
            pen,
            jobs,
            number,
            applied,
            snapshots,
            fairness: Fairness::default(),
        };
        let sequencer = Box::pin(sequencer.run());
        Ok(Started { engine, sequencer, log_thread, charter, replayed })
    }
}

fn log_id(log: &dyn Log) -> Result<LogId, StartError> {
    LogId::from_bytes(log.id().0).filter(|id| id.kind == LogKind::Sky).ok_or(StartError::NotASky)
}

/// The state as the log has it; none when nothing was ever written.
fn recover(log: &mut dyn Log, id: LogId) -> Result<Option<State>, StartError> {
    let tail = log.tail()?;
    let mut applied = Position::START;
    let mut node = None;
    let mut replay = None;
    if let Some(mut snapshot) = log.latest_snapshot()? {
        let loaded = snapshots::load(&mut snapshot.content)?;
        let exercise = loaded.sky.charter().exercise;
        let chain = Chain::resume(id, exercise, [(loaded.node, loaded.head)]);
        (applied, node) = (snapshot.at, Some(loaded.node));
        replay = Some(Replay::from_snapshot(chain, loaded.sky));
    }
    let mut replayed = 0;
    while applied < tail {
        for committed in log.read(applied, READ_BYTES)? {
            let position = committed.position;
            if replay.is_none() {
                let first = Entry::decode(&committed.bytes).map_err(|error| {
                    JournalError::Chain { position: position.get(), error: error.into() }
                })?;
                node = Some(first.node);
                replay = Some(Replay::from_start(id, first.exercise));
            }
            if let Some(replay) = &mut replay {
                replay.follow(position.get(), &committed.bytes)?;
            }
            applied = position;
            replayed += 1;
        }
    }
    let (Some(node), Some(replay)) = (node, replay) else { return Ok(None) };
    let (sky, chain) = replay.finish();
    let head = chain.head(node);
    Ok(sky.map(|sky| State { sky, node, head, applied, replayed }))
}

fn found(
    log: &mut dyn Log,
    id: LogId,
    founding: &Founding,
    party: &Party,
) -> Result<State, StartError> {
    let Founding { matching, exercise, arbiters, retention_us } = founding.clone();
    let charter = Charter {
        sky: SkyId(Uuid::from_bytes(id.id)),
        matching: matching.unwrap_or(Matching::Compatible),
        exercise: exercise.unwrap_or(false),
        arbiters: arbiters.unwrap_or_default(),
        retention_us: retention_us.unwrap_or(RETENTION_DEFAULT_US),
    };
    let node = NodeId(*Uuid::new_v4().as_bytes());
    let founded_us = Clock::starting_at(0).now_us();
    let mut pen = Writer::new(id, charter.exercise, node, party.clone(), Head::START);
    let cause = keepclear_entry::Cause {
        principal: None,
        request: RequestId(*Uuid::new_v4().as_bytes()),
        proposed_at: ProposedAt(founded_us),
    };
    let unwritable = |reason: String| JournalError::Payload { position: 0, reason };
    let payload = minicbor::to_vec(&charter).map_err(|error| unwritable(error.to_string()))?;
    let mut batch = Batch::new(log.next_batch());
    let head = batch
        .push_with(|out| pen.write(cause, founding_entry_kind(), &payload, out))
        .map_err(|error| unwritable(error.to_string()))?;
    let appended = log.append(&batch)?;
    let sky = Sky::found(charter, founded_us);
    Ok(State { sky, node, head, applied: appended.last, replayed: 0 })
}

/// What is fixed at founding and given otherwise later is refused: nodes that differ in it would
/// answer differently.
fn compare(charter: &Charter, founding: &Founding) -> Result<(), StartError> {
    let otherwise = |key, founded: String, given: String| {
        Err(StartError::FoundedOtherwise { key, founded, given })
    };
    let Charter { sky: _, matching, exercise, arbiters, retention_us } = charter;
    if let Some(given) = founding.matching
        && given != *matching
    {
        return otherwise("matching", name(*matching).to_owned(), name(given).to_owned());
    }
    if let Some(given) = founding.exercise
        && given != *exercise
    {
        return otherwise("exercise", exercise.to_string(), given.to_string());
    }
    if let Some(given) = &founding.arbiters
        && given != arbiters
    {
        let list = |subjects: &[Subject]| {
            let names: Vec<&str> = subjects.iter().map(Subject::as_str).collect();
            if names.is_empty() { "nobody named".to_owned() } else { names.join(",") }
        };
        return otherwise("arbiters", list(arbiters), list(given));
    }
    if let Some(given) = founding.retention_us
        && given != *retention_us
    {
        let days = |us: i64| format!("{} days", us / 86_400_000_000);
        return otherwise("retention-days", days(*retention_us), days(given));
    }
    Ok(())
}

fn name(matching: Matching) -> &'static str {
    match matching {
        Matching::Compatible => "compatible",
        Matching::Precise => "precise",
    }
}
