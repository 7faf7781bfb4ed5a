//! The thread that owns the log: it waits for the disk, so that the event loop need not.

use std::sync::mpsc;

use keepclear_log::{AppendError, Appended, Batch, Log};
use tokio::sync::oneshot;

/// A batch on its way to the log.
pub struct Job {
    /// What to append.
    pub batch: Batch,
    /// Where the result goes.
    pub done: oneshot::Sender<Result<Appended, AppendError>>,
}

/// Starts the thread. It ends, and closes the log, when the sender is dropped.
///
/// # Errors
/// When the system gives no thread.
pub fn start(
    mut log: Box<dyn Log>,
) -> std::io::Result<(mpsc::Sender<Job>, std::thread::JoinHandle<()>)> {
    let (sender, jobs) = mpsc::channel::<Job>();
    let thread = std::thread::Builder::new().name("log".to_owned()).spawn(move || {
        while let Ok(Job { batch, done }) = jobs.recv() {
            // Nobody waits for it when the process is ending; the append stands all the same.
            let _ = done.send(log.append(&batch));
        }
        if let Err(error) = log.seal() {
            tracing::error!(%error, "the log could not be sealed; the next start looks closer");
        }
    })?;
    Ok((sender, thread))
}
