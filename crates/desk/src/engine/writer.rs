//! The thread that owns the log: it waits for the disk, so that the tasks need not.

use std::sync::mpsc;
use std::thread::JoinHandle;

use keepclear_log::{AppendError, Appended, Batch, Log, LogReader, Position, ReadError};
use tokio::sync::oneshot;

/// Something to do with the log.
pub enum Job {
    /// Append a batch.
    Append { batch: Batch, done: oneshot::Sender<Result<Appended, AppendError>> },
    /// Look whether there is room again.
    Probe { done: oneshot::Sender<Result<bool, ReadError>> },
    /// Give a handle that reads entries after one place, through another.
    Reader { after: Position, through: Position, done: oneshot::Sender<Reader> },
}

/// A handle that reads beside the thread.
pub type Reader = Result<Box<dyn LogReader>, ReadError>;

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
                Job::Probe { done } => drop(done.send(log.has_room())),
                Job::Reader { after, through, done } => {
                    drop(done.send(log.reader(after, through)));
                }
            }
        }
        if let Err(error) = log.seal() {
            tracing::error!(%error, "the log could not be sealed; the next start looks closer");
        }
    })?;
    Ok((sender, thread))
}
