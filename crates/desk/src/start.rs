//! From a folder to a running desk: its founding, or its replay.

use std::fs;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::thread::JoinHandle;

use keepclear_entry::{
    Cause, Entry, Head, LogId, LogKind, NodeId, Party, ProposedAt, RequestId, Writer,
};
use keepclear_line::message::Lane;
use keepclear_line::quantity::{DeskId, Instant, Name};
use keepclear_line::view::Side;
use keepclear_log::{
    AppendError, Batch, Disk, FileLog, Log, OpenError, Options, Position, ReadError,
};
use keepclear_record::{Header, LaneName, LaneOf, PartyOf};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::card::{Card, CardError};
use crate::desk::Desk;
use crate::engine::{Broken, Clock, Parts, Sequencer, Shared, start_writer};
use crate::identity::{Identity, IdentityError};
use crate::inject::{Inject, InjectError};
use crate::journal::{Entered, Founded, Happening, JournalError, Peer, Replay, State};
use crate::plans::{Plans, PlansError};
use crate::presented::Presented;
use crate::sync;

/// Bytes of entries that are read at once.
const READ_BYTES: usize = 8 << 20;

/// What the operator says of the desk. What is fixed at founding may be left out later, and is refused
/// when it differs.
#[derive(Debug, Clone)]
pub struct Founding {
    /// Whose desk it is; fixed.
    pub party: Option<Name>,
    /// Whether nothing here is real; fixed, default no.
    pub exercise: Option<bool>,
    /// Where other desks reach this one: `https://...`.
    pub url: String,
    /// Languages of its people, the first preferred.
    pub languages: Vec<String>,
}

/// How a desk runs.
#[derive(Debug, Clone)]
pub struct DeskOptions {
    /// Its folder.
    pub data: PathBuf,
    /// What it is.
    pub founding: Founding,
    /// Files with own flights.
    pub plans: Vec<PathBuf>,
    /// A fault, for an exercise only.
    pub inject: Option<Inject>,
}

/// Why a desk does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The folder.
    #[error("data {folder}: {reason}")]
    Folder {
        /// Which.
        folder: String,
        /// What is wrong and what to do.
        reason: String,
    },
    /// The log cannot be opened.
    #[error("the log cannot be opened: {0}")]
    Open(#[from] OpenError),
    /// The log cannot be read.
    #[error("the log cannot be read: {0}")]
    Read(#[from] ReadError),
    /// The founding cannot be written.
    #[error("the founding cannot be written: {0}")]
    Append(#[from] AppendError),
    /// The entries do not give a desk.
    #[error("the log cannot be replayed: {0}")]
    Journal(#[from] JournalError),
    /// The keys.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The card.
    #[error(transparent)]
    Card(#[from] CardError),
    /// Own flights.
    #[error(transparent)]
    Plans(#[from] PlansError),
    /// A fault that is not put in.
    #[error(transparent)]
    Inject(#[from] InjectError),
    /// Not the log of a desk.
    #[error("this is the log of something else, not of a desk; use another folder")]
    NotADesk,
    /// A desk is founded by somebody.
    #[error("party: a new desk is founded for a party; name it")]
    NoParty,
    /// The desk was founded otherwise.
    #[error(
        "{key}: this desk was founded with {founded} and is now given {given}; leave it out, or found \
         another desk in another folder"
    )]
    FoundedOtherwise {
        /// Which.
        key: &'static str,
        /// What it is.
        founded: String,
        /// What was given.
        given: String,
    },
    /// TLS cannot be set up.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// The system gives no thread or no client.
    #[error("the desk cannot run: {0}")]
    System(String),
}

/// A desk that has caught up with its log.
pub struct Started {
    /// The handle.
    pub desk: Desk,
    /// Writes and applies; to be polled until it ends.
    pub sequencer: Pin<Box<dyn Future<Output = Result<(), Broken>> + Send>>,
    /// Speaks to the other desks; to be polled until it ends, which it does once the desk is stopped.
    pub lines: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// Ends, and closes the log, after the sequencer and the last handle.
    pub log_thread: JoinHandle<()>,
    /// Entries that were replayed.
    pub replayed: u64,
}

impl Desk {
    /// Founds a desk in an empty folder, or goes on with the one that it holds.
    ///
    /// # Errors
    /// [`StartError`]; nothing was founded then.
    pub fn start(options: DeskOptions) -> Result<Started, StartError> {
        let DeskOptions { data, founding, plans, inject } = options;
        let plans = Plans::open(plans)?;
        let (mut log, id) = open(&data)?;
        let recovered = recover(&mut *log, id)?;
        let (identity, recovered) = match recovered {
            Some(recovered) => (Identity::open(&data)?, recovered),
            None => {
                let identity = Identity::make(&data)?;
                let recovered = found(&mut *log, id, &founding, &identity)?;
                (identity, recovered)
            }
        };
        let Recovered { state, node, head, applied, replayed, last_at } = recovered;
        compare(&state, &founding, &identity)?;
        for peer in state.peers() {
            for lane in Lane::ALL {
                identity.require(peer.lane(Side::Us, lane).key())?;
            }
            identity.require(&peer.our_key())?;
            if let Some(certificate) = peer.certificates(Side::Us).last() {
                identity.certificates().require(&certificate.fingerprint())?;
            }
        }
        if let Some(shown) = state.serving().shown() {
            identity.certificates().require(&shown)?;
        }
        if inject.is_some() && !state.founded().exercise {
            return Err(InjectError::Real.into());
        }
        let clock = Clock::starting_at(last_at);
        let presented = Presented::open(&state, &founding, &identity, clock.now())?;
        let party = party(state.founded())?;
        let pen = Writer::new(id, state.founded().exercise, node, party, head);
        let number = log.next_batch();
        let (jobs, log_thread) =
            start_writer(log).map_err(|error| StartError::System(error.to_string()))?;
        let parts = Parts { presented, identity, inject, clock, plans, state, jobs };
        let shared = Arc::new(Shared::new(parts));
        let desk = Desk(Arc::clone(&shared));
        let sequencer = Sequencer::new(Arc::clone(&shared), pen, number, applied);
        let sequencer = Box::pin(sequencer.run());
        let lines = Box::pin(sync::run(shared));
        Ok(Started { desk, sequencer, lines, log_thread, replayed })
    }
}

struct Recovered {
    state: State,
    node: NodeId,
    head: Head,
    applied: Position,
    replayed: u64,
    last_at: Instant,
}

fn open(data: &Path) -> Result<(Box<dyn Log>, LogId), StartError> {
    let wrong = |error: std::io::Error| StartError::Folder {
        folder: data.display().to_string(),
        reason: format!("{error}; choose a folder that this user may write"),
    };
    fs::create_dir_all(data).map_err(wrong)?;
    let log: Box<dyn Log> = match FileLog::open(Disk::new(data), Options::default()) {
        Ok(log) => Box::new(log),
        Err(OpenError::NotFounded { .. }) => {
            let id = LogId { kind: LogKind::Desk, id: *Uuid::new_v4().as_bytes() };
            let id = keepclear_log::LogId(id.to_bytes());
            Box::new(FileLog::create(Disk::new(data), id, Options::default())?)
        }
        Err(error) => return Err(error.into()),
    };
    let id = LogId::from_bytes(log.id().0).filter(|id| id.kind == LogKind::Desk);
    let id = id.ok_or(StartError::NotADesk)?;
    Ok((log, id))
}

/// The desk as its log has it; none when nothing was ever written.
fn recover(log: &mut dyn Log, id: LogId) -> Result<Option<Recovered>, StartError> {
    let tail = log.tail()?;
    let mut applied = Position::START;
    let mut replay: Option<(NodeId, Replay)> = None;
    let (mut replayed, mut last_at) = (0, Instant(0));
    while applied < tail {
        for committed in log.read(applied, READ_BYTES)? {
            let position = committed.position;
            let (_, replay) = match &mut replay {
                Some(replay) => replay,
                None => {
                    let first = Entry::decode(&committed.bytes).map_err(|error| {
                        JournalError::Chain { position: position.get(), error: error.into() }
                    })?;
                    replay.insert((first.node, Replay::new(id, first.exercise)))
                }
            };
            let (_, entered) = replay.follow(position.get(), &committed.bytes)?;
            last_at = last_at.max(entered.at);
            applied = position;
            replayed += 1;
        }
    }
    let Some((node, replay)) = replay else { return Ok(None) };
    let (state, chain) = replay.finish();
    let head = chain.head(node);
    Ok(state.map(|state| Recovered { state, node, head, applied, replayed, last_at }))
}

fn found(
    log: &mut dyn Log,
    id: LogId,
    founding: &Founding,
    identity: &Identity,
) -> Result<Recovered, StartError> {
    let founded = Founded {
        party: founding.party.clone().ok_or(StartError::NoParty)?,
        exercise: founding.exercise.unwrap_or(false),
        key: identity.signing_key().public().to_bytes(),
        certificate: Sha256::digest(identity.certificate()).into(),
    };
    let node = NodeId(*Uuid::new_v4().as_bytes());
    let at = Clock::starting_at(Instant(0)).now();
    let mut pen = Writer::new(id, founded.exercise, node, party(&founded)?, Head::START);
    let request = RequestId(*Uuid::new_v4().as_bytes());
    let cause = Cause { principal: None, request, proposed_at: ProposedAt(at.0) };
    let (kind, payload) = Happening::Founded(founded.clone()).write();
    let mut batch = Batch::new(log.next_batch());
    let head = batch
        .push_with(|out| pen.write(cause, kind, &payload, out))
        .map_err(|error| StartError::System(error.to_string()))?;
    let applied = log.append(&batch)?.last;
    let happening = Happening::Founded(founded.clone());
    let entered = Entered { position: applied.get(), at, request, happening };
    let state = State::found(DeskId(id.id), founded, &entered);
    Ok(Recovered { state, node, head, applied, replayed: 0, last_at: at })
}

fn party(founded: &Founded) -> Result<Party, StartError> {
    Party::new(founded.party.as_str()).map_err(|error| StartError::System(error.to_string()))
}

/// What is fixed at founding and given otherwise later is refused.
fn compare(state: &State, founding: &Founding, identity: &Identity) -> Result<(), StartError> {
    let otherwise = |key, founded: String, given: String| {
        Err(StartError::FoundedOtherwise { key, founded, given })
    };
    let Founded { party, exercise, key, certificate } = state.founded();
    if let Some(given) = &founding.party
        && given != party
    {
        return otherwise("party", party.to_string(), given.to_string());
    }
    if let Some(given) = founding.exercise
        && given != *exercise
    {
        return otherwise("exercise", exercise.to_string(), given.to_string());
    }
    if identity.signing_key().public().to_bytes() != *key {
        let given = identity.signing_key().public().to_string();
        return otherwise("signing-key.pem", "another key".to_owned(), given);
    }
    if <[u8; 32]>::from(Sha256::digest(identity.certificate())) != *certificate {
        let (founded, given) = ("another certificate".to_owned(), "this one".to_owned());
        return otherwise("line-certificate.pem", founded, given);
    }
    Ok(())
}

/// What an export of a line says first. Keys that came later stand in the lanes.
pub fn record_header(peer: &Peer, made_at: Instant) -> Header {
    let charter = peer.line().charter();
    let party = |side, card: &Card| {
        let lane = |name, lane| LaneOf { name, node: charter.lane_node(side, lane) };
        PartyOf {
            party: card.party().to_string(),
            desk: Uuid::from_bytes(card.desk().0),
            key: peer.first_key(side),
            lanes: [lane(LaneName::Ordinary, Lane::Ordinary), lane(LaneName::Urgent, Lane::Urgent)],
        }
    };
    Header {
        line: Uuid::from_bytes(charter.line.id),
        exercise: charter.exercise,
        exporter: Uuid::from_bytes(peer.ours().desk().0),
        made_at_us: made_at.0,
        parties: [party(Side::Us, peer.ours()), party(Side::Them, peer.theirs())],
        witness: None,
    }
}
