//! The one place where requests become history: ordered, made durable, applied, answered.
//!
//! One task forms batches and applies them, one thread writes them. What the desk itself owes for what
//! it heard (receipts, disputes) goes into the batch right after, and whoever sent it is answered only
//! then: so a message is delivered, stored and read back in one round trip, and a receipt never says
//! "stored" of what a crash could still take away.

mod certificates;
mod clock;
mod gives;
mod plan;
mod reads;
mod sequencer;
mod writer;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, mpsc};

use keepclear_line::quantity::{DeskId, DraftId};
use keepclear_line::view::Shelving;
use keepclear_line::{Body, Health};
use tokio::sync::{Notify, oneshot, watch};

use crate::board::Board;
use crate::card::Card;
use crate::identity::Identity;
use crate::inject::Inject;
use crate::journal::{Peer, State, Suspected, Witnessed, Worth};
use crate::plans::Plans;
use crate::presented::Presented;
use crate::speaking::{DeskError, DraftKept, Said, Speaker};
use crate::sync::{Checked, Links};
use crate::views::Moved;

pub use certificates::Showing;
pub use clock::Clock;
pub use plan::Drafting;
pub use sequencer::{Broken, Sequencer};
pub use writer::start as start_writer;

/// Most requests that wait for the log; more are refused until some are answered.
const QUEUE_MAX: usize = 10_000;

/// What is to be done.
pub enum Request {
    /// See [`crate::Desk::say`].
    Say { peer: DeskId, speaker: Speaker, expected: Option<u64>, what: Saying },
    /// See [`crate::Desk::draft`].
    Draft { speaker: Speaker, drafting: Drafting },
    /// See [`crate::Desk::pair`].
    Pair { speaker: Speaker, card: Box<Card> },
    /// See [`crate::Desk::confirm`].
    Confirm { speaker: Speaker, peer: DeskId },
    /// See [`crate::Desk::shelve`].
    Shelve { speaker: Speaker, peer: DeskId, key: String, shelving: Shelving },
    /// Entries of a peer whose signatures were verified.
    Hear { peer: DeskId, entries: Vec<Checked> },
    /// Something was refused.
    Suspect(Suspected),
    /// What a peer gave of a line that this desk witnesses, verified against the state. Whoever asks for
    /// it holds [`Shared::witnessing`] until it is answered.
    Witness(Vec<Witnessed>),
}

/// What is to be said.
pub enum Saying {
    /// This.
    Body(Box<Body>),
    /// What was written before.
    Draft(DraftId),
}

/// What was done.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
    /// Something was said.
    Said(Said),
    /// A draft was kept, changed or thrown away.
    Drafted(DraftKept),
    /// Anything else.
    Done,
}

/// A request that waits.
pub struct Pending {
    request: Request,
    answer: oneshot::Sender<Result<Answer, DeskError>>,
}

struct Inner {
    state: State,
    queue: Vec<Pending>,
    /// Lines that may owe something.
    dirty: BTreeSet<DeskId>,
    stopping: bool,
}

/// What a desk's tasks share.
pub struct Shared {
    presented: RwLock<Arc<Presented>>,
    pub identity: Identity,
    pub inject: Option<Inject>,
    pub clock: Clock,
    pub plans: Plans,
    pub links: Links,
    pub board: Board,
    pub moved: watch::Sender<Moved>,
    /// Lines were added, or addresses or certificates have changed.
    pub paired: watch::Sender<u64>,
    /// What is given to this desk as a witness is verified and written by one at a time.
    pub witnessing: tokio::sync::Mutex<()>,
    inner: Mutex<Inner>,
    work: Notify,
    writable: AtomicBool,
    jobs: mpsc::Sender<writer::Job>,
}

/// What is put together to a desk.
pub struct Parts {
    pub presented: Presented,
    pub identity: Identity,
    pub inject: Option<Inject>,
    pub clock: Clock,
    pub plans: Plans,
    pub state: State,
    pub jobs: mpsc::Sender<writer::Job>,
}

impl Shared {
    pub fn new(parts: Parts) -> Self {
        let Parts { presented, identity, inject, clock, plans, state, jobs } = parts;
        let moved = watch::Sender::new(Moved { position: state.last(), health: 0 });
        // What was heard before a crash and not yet answered is owed still.
        let dirty = state.peers().map(|peer| peer.desk()).collect();
        Self {
            presented: RwLock::new(Arc::new(presented)),
            identity,
            inject,
            clock,
            plans,
            links: Links::default(),
            board: Board::default(),
            moved,
            paired: watch::Sender::new(0),
            witnessing: tokio::sync::Mutex::new(()),
            inner: Mutex::new(Inner { state, queue: Vec::new(), dirty, stopping: false }),
            work: Notify::new(),
            writable: AtomicBool::new(true),
            jobs,
        }
    }

    /// Has a request carried out; answered once it is durable and applied.
    pub async fn submit(&self, request: Request) -> Result<Answer, DeskError> {
        let (answer, answered) = oneshot::channel();
        {
            let mut inner = self.lock();
            if inner.stopping {
                return Err(DeskError::Stopping);
            }
            if inner.queue.len() >= QUEUE_MAX {
                return Err(DeskError::Overloaded);
            }
            inner.queue.push(Pending { request, answer });
        }
        self.work.notify_one();
        answered.await.unwrap_or(Err(DeskError::Stopping))
    }

    /// Writes down something that was refused, unless that was done before.
    pub async fn suspect(&self, suspected: Suspected) {
        let now = self.clock.now();
        match self.read(|state| state.worth(&suspected, now, 0)) {
            Worth::Writing => {}
            Worth::Known => return,
            Worth::Counting => return self.count_suspicion(&suspected),
        }
        let Suspected { peer, kind, detail, .. } = &suspected;
        match peer {
            Some(peer) => tracing::warn!(%peer, ?kind, detail, "refused"),
            // Whoever pairs first is a stranger until the other side has its card too.
            None => tracing::info!(?kind, detail, "a stranger was refused"),
        }
        if let Err(error) = self.submit(Request::Suspect(suspected)).await {
            tracing::warn!(%error, "a suspicion was not written down");
        }
    }

    /// Something was refused that is not written down.
    fn count_suspicion(&self, suspected: &Suspected) {
        if let Some(peer) = suspected.peer {
            self.links.to(peer).refused_more(self.clock.now());
        }
    }

    /// Asks the durable state.
    pub fn read<R>(&self, question: impl FnOnce(&State) -> R) -> R {
        question(&self.lock().state)
    }

    /// Takes something out of the state that its entries do not speak of.
    pub fn change<R>(&self, taking: impl FnOnce(&mut State) -> R) -> R {
        taking(&mut self.lock().state)
    }

    /// How a line is, as measured since the start.
    pub fn health_of(&self, line: &Peer) -> Health {
        let link = self.links.to(line.desk());
        let mut health = link.health();
        health.not_taken(link.not_taken(self.clock.now()));
        health.outbox(line.outbox(link.acknowledged_in_all()));
        health
    }

    /// The health of some line, or what is known of own flights, has changed.
    pub fn health_moved(&self) {
        self.moved.send_modify(|moved| moved.health += 1);
    }

    /// Whether the desk can say and hear.
    pub fn readiness(&self) -> Result<(), &'static str> {
        if self.lock().stopping {
            return Err("this desk is stopping");
        }
        if !self.writable.load(Ordering::Relaxed) {
            return Err("there is no room for the log");
        }
        Ok(())
    }

    /// Whether an end has been asked for.
    pub fn is_stopping(&self) -> bool {
        self.lock().stopping
    }

    /// Nothing new is taken.
    pub fn stop(&self) {
        self.lock().stopping = true;
        self.work.notify_one();
        // Whoever waits for one of these looks whether the end has come.
        self.paired.send_modify(|count| *count += 1);
        self.health_moved();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // The state is changed by one task only, which does not survive its own panic.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
