//! The thread that owns the log: it waits for the disk, so that the tasks need not.

use std::sync::mpsc;
use std::thread::JoinHandle;

use keepclear_log::{AppendError, Appended, Batch, Committed, Log, Position, ReadError};
use tokio::sync::oneshot;

/// Something to do with the log.
pub enum Job {
    /// Append a batch.
    Append { batch: Batch, done: oneshot::Sender<Result<Appended, AppendError>> },
    /// Read the entries at these positions.
    Read { positions: Vec<u64>, done: oneshot::Sender<Result<Vec<Committed>, ReadError>> },
}

/// Starts the thread. It ends, and closes the log, when every sender is dropped.
///
/// # Errors
/// When the system gives no thread.
pub fn start(mut log: Box<dyn Log>) -> std::io::Result<(mpsc::Sender<Job>, JoinHandle<()>)> {
    let (sender, jobs) = mpsc::channel::<Job>();
    let thread = std::thread::Builder::new().name("log".to_owned()).spawn(move || {
        while let Ok(job) = jobs.recv() {
            // Nobody waits for it when the process is ending; an append stands all the same.
            match job {
                Job::Append { batch, done } => drop(done.send(log.append(&batch))),
                Job::Read { positions, done } => drop(done.send(read(&*log, &positions))),
            }
        }
        if let Err(error) = log.seal() {
            tracing::error!(%error, "the log could not be sealed; the next start looks closer");
        }
    })?;
    Ok((sender, thread))
}

fn read(log: &dyn Log, positions: &[u64]) -> Result<Vec<Committed>, ReadError> {
    let mut found = Vec::new();
    for position in positions {
        let before = Position::new(position.saturating_sub(1));
        found.extend(log.read(before, 1)?.into_iter().next());
    }
    Ok(found)
}
