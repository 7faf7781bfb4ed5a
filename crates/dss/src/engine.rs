//! The one place where commands become history: ordered, made durable, applied, answered.
//!
//! One task forms batches and applies them, one thread writes them; HTTP and state share an event
//! loop. A refusal that the durable state already decides is answered without logging it.

mod caller;
mod describe;
mod fairness;
mod journal;
mod sequencer;
mod snapshots;
mod start;
mod writer;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keepclear_serve::Clock;
use keepclear_sky::{Answer, Command, Refusal, Sky};
use tokio::sync::{Notify, oneshot};
use uuid::Uuid;

pub use caller::Caller;
pub use describe::describe;
pub use journal::{JournalError, Replay};
pub use sequencer::Broken;
pub use start::{EngineOptions, Founding, StartError, Started};

/// Most commands that wait for the log; more are refused until some are answered.
const QUEUE_MAX: usize = 10_000;

/// Why a command has no answer of the sky's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The rules do not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The log's storage is full; nothing was written.
    #[error("there is no room for the log; nothing was changed, retry later")]
    NoRoom,
    /// Too many commands wait.
    #[error("more than {QUEUE_MAX} commands wait for the log; nothing was changed, retry later")]
    Overloaded,
    /// More than a batch of the log can hold.
    #[error(
        "the command takes more bytes than an entry may have; use fewer or smaller outlines, or name fewer OVNs in the key"
    )]
    TooLarge,
    /// The process ends.
    #[error("this node is stopping; retry at another")]
    Stopping,
}

/// A command that waits to be logged.
struct Pending {
    caller: Option<Caller>,
    command: Command,
    answer: oneshot::Sender<Result<Answer, WriteError>>,
}

struct Inner {
    sky: Sky,
    queue: Vec<Pending>,
    stopping: bool,
}

struct Shared {
    inner: Mutex<Inner>,
    /// The queue has something, or the end has come.
    work: Notify,
    clock: Clock,
    writable: AtomicBool,
}

/// A handle on the running sky; clones share it.
#[derive(Clone)]
pub struct Engine(Arc<Shared>);

impl Engine {
    fn new(sky: Sky) -> Self {
        let clock = Clock::starting_at(sky.now_us());
        let inner = Mutex::new(Inner { sky, queue: Vec::new(), stopping: false });
        Self(Arc::new(Shared {
            inner,
            work: Notify::new(),
            clock,
            writable: AtomicBool::new(true),
        }))
    }

    /// Carries out a command; answered once it is durable and applied.
    ///
    /// # Errors
    /// [`WriteError`]; nothing has changed then.
    pub async fn write(&self, caller: &Caller, command: Command) -> Result<Answer, WriteError> {
        self.submit(Some(caller.clone()), command).await
    }

    /// As [`Engine::write`], for what the node does by itself.
    ///
    /// # Errors
    /// As [`Engine::write`].
    pub async fn write_as_node(&self, command: Command) -> Result<Answer, WriteError> {
        self.submit(None, command).await
    }

    async fn submit(&self, caller: Option<Caller>, command: Command) -> Result<Answer, WriteError> {
        let (answer, answered) = oneshot::channel();
        {
            let mut inner = self.lock();
            if inner.stopping {
                return Err(WriteError::Stopping);
            }
            if inner.queue.len() >= QUEUE_MAX {
                return Err(WriteError::Overloaded);
            }
            inner.queue.push(Pending { caller, command, answer });
        }
        self.0.work.notify_one();
        answered.await.unwrap_or(Err(WriteError::Stopping))
    }

    /// Asks the durable state; the second argument of `question` is the time, never before sky time.
    pub fn read<R>(&self, question: impl FnOnce(&Sky, i64) -> R) -> R {
        let inner = self.lock();
        question(&inner.sky, self.now_us())
    }

    /// This node's clock, microseconds since the epoch; it never goes back.
    pub fn now_us(&self) -> i64 {
        self.0.clock.now_us()
    }

    /// A random version-4 UUID.
    pub fn fresh_uuid(&self) -> Uuid {
        Uuid::new_v4()
    }

    /// Whether the node can carry out writes.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn readiness(&self) -> Result<(), &'static str> {
        if self.lock().stopping {
            return Err("this node is stopping");
        }
        if !self.0.writable.load(Ordering::Relaxed) {
            return Err("there is no room for the log");
        }
        Ok(())
    }

    /// No new commands from here on; those accepted are still carried out.
    pub fn stop(&self) {
        self.lock().stopping = true;
        self.0.work.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic while the lock was held would have ended the task that held it; the state is
        // changed by one task only, which does not survive its own panic.
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
