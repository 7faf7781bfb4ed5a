//! Has batches written, applies them and answers.
//!
//! One batch is in flight at a time; what arrives meanwhile forms the next one.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use keepclear_entry::Writer;
use keepclear_line::quantity::Instant as LineInstant;
use keepclear_log::{AppendError, Appended, BatchNumber, Position};
use tokio::sync::oneshot;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::plan::{LaneWriters, Planned, Work};
use super::writer::Job;
use super::{Answer, Shared};
use crate::journal::Happening;
use crate::speaking::{DeskError, DraftKept, Said};

/// How often a quiet desk looks whether it owes something, or a checkpoint is due.
const TICK: Duration = Duration::from_secs(1);

/// A fatal end.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The log cannot be trusted any more.
    #[error("the log failed: {0}")]
    Log(AppendError),
    /// Somebody else writes into this log.
    #[error(
        "the log went from position {applied} to {found} without this desk; another process writes \
         into it"
    )]
    Foreign {
        /// What was applied.
        applied: u64,
        /// What stands before the batch just written.
        found: u64,
    },
    /// What was written does not follow: a defect of this program.
    #[error("what was written at position {position} cannot be applied: {reason}; report this")]
    Unfit {
        /// In the log.
        position: u64,
        /// Why.
        reason: String,
    },
    /// The thread that writes has ended.
    #[error("the thread that writes the log has ended")]
    NoWriter,
}

/// Runs a desk.
pub struct Sequencer {
    pub(super) shared: Arc<Shared>,
    pub(super) pen: Writer,
    pub(super) lanes: LaneWriters,
    number: BatchNumber,
    applied: Position,
    /// When checkpoints were last looked for.
    pub(super) checkpoints_at: LineInstant,
    /// Whoever sent what was heard, answered once what is owed for it was said.
    heard: Vec<oneshot::Sender<Result<Answer, DeskError>>>,
}

impl Sequencer {
    pub fn new(shared: Arc<Shared>, pen: Writer, number: BatchNumber, applied: Position) -> Self {
        let checkpoints_at = shared.clock.now();
        let lanes = LaneWriters::default();
        Self { shared, pen, lanes, number, applied, checkpoints_at, heard: Vec::new() }
    }

    /// Until the desk is stopped and everything accepted is answered.
    ///
    /// # Errors
    /// [`Broken`]; the process must end then.
    pub async fn run(mut self) -> Result<(), Broken> {
        let shared = Arc::clone(&self.shared);
        let mut tick = interval_at(Instant::now() + TICK, TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let (waiting, stopping) = {
                let inner = shared.lock();
                let owing = !inner.dirty.is_empty() && shared.writable.load(Ordering::Relaxed);
                (!inner.queue.is_empty() || owing, inner.stopping)
            };
            if waiting {
                // Lets everybody who has a request ready put it into this batch.
                tokio::task::yield_now().await;
                self.batch_or_fail(false).await?;
                continue;
            }
            self.answer_heard();
            if stopping {
                return Ok(());
            }
            tokio::select! {
                () = shared.work.notified() => {}
                _ = tick.tick() => {
                    self.look_for_room().await?;
                    self.batch_or_fail(true).await?;
                }
            }
        }
    }

    /// After a lack of room, says when there is some again, also while nothing is to be written.
    async fn look_for_room(&self) -> Result<(), Broken> {
        if self.shared.writable.load(Ordering::Relaxed) {
            return Ok(());
        }
        let (done, result) = oneshot::channel();
        self.shared.jobs.send(Job::Probe { done }).map_err(|_| Broken::NoWriter)?;
        match result.await.map_err(|_| Broken::NoWriter)? {
            Ok(true) => {
                tracing::info!("there is room for the log again");
                self.shared.writable.store(true, Ordering::Relaxed);
            }
            Ok(false) => {}
            // The next append finds out what is wrong.
            Err(error) => tracing::warn!(%error, "whether there is room for the log is not known"),
        }
        Ok(())
    }

    async fn batch_or_fail(&mut self, ticking: bool) -> Result<(), Broken> {
        let done = self.batch(ticking).await;
        if done.is_err() {
            let mut inner = self.shared.lock();
            inner.stopping = true;
            for pending in mem::take(&mut inner.queue) {
                let _ = pending.answer.send(Err(DeskError::Stopping));
            }
        }
        done
    }

    async fn batch(&mut self, ticking: bool) -> Result<(), Broken> {
        let Work { planned, batch } = self.plan(self.number, ticking);
        if planned.is_empty() {
            self.answer_heard();
            return Ok(());
        }
        let (done, result) = oneshot::channel();
        self.shared.jobs.send(Job::Append { batch, done }).map_err(|_| Broken::NoWriter)?;
        match result.await.map_err(|_| Broken::NoWriter)? {
            Ok(appended) => self.apply(planned, &appended),
            Err(AppendError::NoRoom { .. }) => {
                self.no_room(planned);
                Ok(())
            }
            Err(error) => Err(Broken::Log(error)),
        }
    }

    fn no_room(&mut self, planned: Vec<Planned>) {
        self.pen.roll_back();
        self.lanes.roll_back();
        if self.shared.writable.swap(false, Ordering::Relaxed) {
            tracing::warn!("no room for the log; nothing is said or heard until there is");
        }
        let mut inner = self.shared.lock();
        for plan in planned {
            // What is owed stays owed, and is tried again with the next tick.
            if let Some(peer) = plan.owed_on {
                inner.dirty.insert(peer);
            }
            for answer in plan.answers {
                let _ = answer.send(Err(DeskError::NoRoom));
            }
        }
        drop(inner);
        self.answer_heard();
    }

    fn apply(&mut self, planned: Vec<Planned>, appended: &Appended) -> Result<(), Broken> {
        let before = self.applied.get();
        if appended.previous != self.applied {
            return Err(Broken::Foreign { applied: before, found: appended.previous.get() });
        }
        let first = appended.first.get();
        let count = planned.len() as u64;
        if appended.last.get() != first + count - 1 {
            let reason = "its entries do not lie side by side".to_owned();
            return Err(Broken::Unfit { position: first, reason });
        }
        self.shared.writable.store(true, Ordering::Relaxed);
        self.applied = appended.last;
        self.number = self.number.next();
        let shared = Arc::clone(&self.shared);
        let mut inner = shared.lock();
        let mut heard = Vec::new();
        let mut spoke = Vec::new();
        let mut paired = false;
        let certificates = inner.state.serving().moved();
        for (position, plan) in (first..).zip(planned) {
            let Planned { mut entered, head, lane, owed_on: _, answers, said, draft } = plan;
            entered.position = position;
            self.pen.confirm(head);
            self.lanes.confirm(lane);
            inner.state.apply(&entered).map_err(|reason| Broken::Unfit { position, reason })?;
            match &entered.happening {
                Happening::Heard(message) => {
                    inner.dirty.insert(message.peer);
                    heard.extend(answers);
                    continue;
                }
                Happening::Said(message) => spoke.push(message.peer),
                Happening::Paired(_) => paired = true,
                // Read-backs that waited for it are owed.
                Happening::Confirmed(confirmed) => _ = inner.dirty.insert(confirmed.peer),
                _ => {}
            }
            let answer = match (said, draft) {
                (Some(said), _) => Answer::Said(Said { position, ..said }),
                (None, Some(draft)) => Answer::Drafted(DraftKept { draft, position }),
                (None, None) => Answer::Done,
            };
            for waiting in answers {
                let _ = waiting.send(Ok(answer));
            }
        }
        let position = inner.state.last();
        paired |= inner.state.serving().moved() != certificates;
        drop(inner);
        self.answer_heard();
        self.heard = heard;
        spoke.dedup();
        for peer in spoke {
            shared.links.outbox_grew(peer);
        }
        if paired {
            shared.paired.send_modify(|count| *count += 1);
        }
        shared.moved.send_modify(|moved| moved.position = position);
        Ok(())
    }

    fn answer_heard(&mut self) {
        for waiting in mem::take(&mut self.heard) {
            let _ = waiting.send(Ok(Answer::Done));
        }
    }
}
