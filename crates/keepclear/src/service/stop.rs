//! The signals that end a process in good order.

use tokio::signal::unix::{SignalKind, signal};

/// Comes back when the process is asked to end (SIGTERM or Ctrl-C).
///
/// # Errors
/// When the system does not let the process listen for signals.
pub async fn asked_to_stop() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
