//! Forms batches, has them written, applies them and answers.
//!
//! One batch is in flight at a time. What arrives meanwhile waits and forms the next one; by then
//! the state has moved, and what it already refuses is answered without costing the log anything.

use std::borrow::Cow;
use std::mem;
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use keepclear_entry::{
    Head, Issuer, Principal, ProposedAt, RequestId, Subject as EntrySubject, TokenHash, Writer,
};
use keepclear_log::{AppendError, Appended, Batch, BatchNumber, Position};
use keepclear_sky::{Cause, Command, Salt, Subject};
use tokio::sync::oneshot;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use uuid::Uuid;

use super::fairness::Fairness;
use super::journal::{Logged, command_entry_kind};
use super::snapshots::Snapshots;
use super::writer::Job;
use super::{Caller, Engine, Pending, WriteError};

/// A batch takes no further entries above this many bytes: a pool's store takes values below 1 MiB.
const BATCH_BYTES: usize = 500_000;

/// Most entries of a batch.
const BATCH_ENTRIES_MAX: usize = 1_000;

/// How often a quiet sky is asked whether something has ended, and a full storage whether it has room
/// again: while it is not ready, nobody else may ask.
const TICK: Duration = Duration::from_secs(5);

/// A fatal end of the sequencer.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The log cannot be trusted any more.
    #[error("the log failed: {0}")]
    Log(AppendError),
    /// Somebody else writes into this log.
    #[error(
        "the log went from position {applied} to {found} without this node; another process writes into it"
    )]
    Foreign {
        /// What was applied.
        applied: u64,
        /// What stands before the batch just written.
        found: u64,
    },
    /// The thread that writes has ended.
    #[error("the thread that writes the log has ended")]
    NoWriter,
}

pub(super) struct Sequencer {
    pub engine: Engine,
    pub pen: Writer,
    pub jobs: mpsc::Sender<Job>,
    pub number: BatchNumber,
    pub applied: Position,
    pub snapshots: Snapshots,
    pub fairness: Fairness,
}

/// A command that the durable state does not refuse.
struct Chosen {
    cause: Cause,
    head: Head,
    pending: Pending,
}

impl Sequencer {
    /// Until the engine is stopped and everything accepted is answered.
    pub async fn run(mut self) -> Result<(), Broken> {
        let mut tick = interval_at(Instant::now() + TICK, TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let shared = Arc::clone(&self.engine.0);
            let (waiting, stopping) = {
                let inner = self.engine.lock();
                (!inner.queue.is_empty(), inner.stopping)
            };
            if waiting {
                // Lets every connection that has a request ready put it into this batch.
                tokio::task::yield_now().await;
                if let Err(broken) = self.batch().await {
                    self.fail();
                    return Err(broken);
                }
                continue;
            }
            if stopping {
                self.snapshots.last(&self.engine, self.applied, self.pen.confirmed());
                return Ok(());
            }
            tokio::select! {
                () = shared.work.notified() => {}
                _ = tick.tick() => self.tick(),
            }
        }
    }

    /// Nothing more is written; whoever waits is told so.
    fn fail(&self) {
        let mut inner = self.engine.lock();
        inner.stopping = true;
        for pending in mem::take(&mut inner.queue) {
            let _ = pending.answer.send(Err(WriteError::Stopping));
        }
    }

    fn tick(&self) {
        let now_us = self.engine.now_us();
        let writable = self.engine.0.writable.load(Ordering::Relaxed);
        let mut inner = self.engine.lock();
        if inner.sky.is_due(now_us) || !writable {
            let (answer, _) = oneshot::channel();
            inner.queue.push(Pending { caller: None, command: Command::Tick, answer });
        }
    }

    async fn batch(&mut self) -> Result<(), Broken> {
        let (chosen, batch) = self.choose();
        if chosen.is_empty() {
            return Ok(());
        }
        let (done, result) = oneshot::channel();
        self.jobs.send(Job { batch, done }).map_err(|_| Broken::NoWriter)?;
        match result.await.map_err(|_| Broken::NoWriter)? {
            Ok(appended) => self.apply(chosen, &appended),
            Err(AppendError::NoRoom { .. }) => {
                self.pen.roll_back();
                if self.engine.0.writable.swap(false, Ordering::Relaxed) {
                    tracing::warn!("no room for the log; writes are refused until there is");
                }
                for Chosen { pending, .. } in chosen {
                    let _ = pending.answer.send(Err(WriteError::NoRoom));
                }
                Ok(())
            }
            Err(error) => Err(Broken::Log(error)),
        }
    }

    /// Takes the queue, answers what is already refused, and encodes the rest.
    fn choose(&mut self) -> (Vec<Chosen>, Batch) {
        let now_us = self.engine.now_us();
        let engine = self.engine.clone();
        let mut inner = engine.lock();
        let mut queue = mem::take(&mut inner.queue);
        queue.sort_by_key(|pending| self.fairness.rank(&pending.command));
        let (mut chosen, mut batch) = (Vec::new(), Batch::new(self.number));
        let mut queue = queue.into_iter();
        for pending in queue.by_ref() {
            let cause = cause_of(pending.caller.as_ref(), now_us);
            if let Err(refusal) = inner.sky.check(&cause, &pending.command) {
                if let Command::PutIntent(put) = &pending.command {
                    self.fairness.refused(put.id, &refusal);
                }
                let _ = pending.answer.send(Err(WriteError::Refused(refusal)));
                continue;
            }
            match self.encode(&cause, &pending, &mut batch) {
                Ok(head) => chosen.push(Chosen { cause, head, pending }),
                Err(error) => drop(pending.answer.send(Err(error))),
            }
            if batch.weight() > BATCH_BYTES || chosen.len() >= BATCH_ENTRIES_MAX {
                break;
            }
        }
        // What did not fit goes first next time, before what has come since.
        inner.queue.splice(0..0, queue);
        (chosen, batch)
    }

    fn encode(
        &mut self,
        cause: &Cause,
        pending: &Pending,
        batch: &mut Batch,
    ) -> Result<Head, WriteError> {
        let logged = Logged { salt: cause.salt, command: Cow::Borrowed(&pending.command) };
        // Writing into memory cannot fail, and neither can encoding these types.
        let payload = minicbor::to_vec(&logged).map_err(|_| WriteError::TooLarge)?;
        let principal = pending.caller.as_ref().map(principal_of).transpose()?;
        let cause = keepclear_entry::Cause {
            principal: principal.as_ref(),
            request: RequestId(*Uuid::new_v4().as_bytes()),
            proposed_at: ProposedAt(cause.at_us),
        };
        let pen = &mut self.pen;
        batch
            .push_with(|out| pen.write(cause, command_entry_kind(), &payload, out))
            .map_err(|_| WriteError::TooLarge)
    }

    fn apply(&mut self, chosen: Vec<Chosen>, appended: &Appended) -> Result<(), Broken> {
        if appended.previous != self.applied {
            return Err(Broken::Foreign {
                applied: self.applied.get(),
                found: appended.previous.get(),
            });
        }
        self.engine.0.writable.store(true, Ordering::Relaxed);
        self.applied = appended.last;
        self.number = self.number.next();
        let count = chosen.len();
        let engine = self.engine.clone();
        let mut inner = engine.lock();
        for Chosen { cause, head, pending } in chosen {
            self.pen.confirm(head);
            let Pending { caller: _, command, answer } = pending;
            let id = match &command {
                Command::PutIntent(put) => Some(put.id),
                _ => None,
            };
            let result = inner.sky.apply(&cause, command);
            match (id, &result) {
                (Some(id), Ok(_)) => self.fairness.done(id),
                (Some(id), Err(refusal)) => self.fairness.refused(id, refusal),
                (None, _) => {}
            }
            let _ = answer.send(result.map_err(WriteError::Refused));
        }
        drop(inner);
        self.snapshots.applied(&engine, count, self.applied, self.pen.confirmed());
        Ok(())
    }
}

fn cause_of(caller: Option<&Caller>, at_us: i64) -> Cause {
    let subject = caller.map_or_else(|| Subject::from(""), |caller| caller.subject.clone());
    Cause { at_us, subject, salt: Salt(*Uuid::new_v4().as_bytes()) }
}

fn principal_of(caller: &Caller) -> Result<Principal, WriteError> {
    // Lengths were checked with the token.
    Ok(Principal {
        issuer: Issuer::new(&caller.issuer).map_err(|_| WriteError::TooLarge)?,
        subject: EntrySubject::new(caller.subject.as_str()).map_err(|_| WriteError::TooLarge)?,
        token_hash: TokenHash(caller.token_hash),
    })
}
