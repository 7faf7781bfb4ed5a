//! What every long-running command shares: messages to the operator, addresses, signals, issuers.

mod access;
mod issuers;
mod metrics;
mod stop;
mod tls;
mod trial;

use std::process::ExitCode;

use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::complain;

pub use access::{AccessArgs, in_environment_of};
pub use issuers::verifier;
pub use metrics::metrics;
pub use stop::asked_to_stop;
pub use tls::acceptor;
pub use trial::{
    ISSUER as TRIAL_ISSUER, issuer as trial_issuer, serve_issuer as serve_trial_issuer,
    take_tokens as take_trial_tokens,
};

/// Why a service does not start, or has ended; each names the flag, the value and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The configuration, exit 2.
    #[error("{0}")]
    Configuration(String),
    /// Anything later, exit 1.
    #[error("{0}")]
    Running(String),
}

/// What the process tells its operator goes to standard error; `KEEPCLEAR_LOG` filters it as
/// `RUST_LOG` would (default: `info`).
pub fn tell_operator() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("KEEPCLEAR_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let ansi = std::io::IsTerminal::is_terminal(&std::io::stderr());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(ansi)
        .init();
}

/// The exit code of a service, after a message if it ended badly.
pub fn exit_code(ended: Result<(), ServiceError>) -> ExitCode {
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("error: {error}"));
            ExitCode::from(if matches!(error, ServiceError::Configuration(_)) { 2 } else { 1 })
        }
    }
}

/// A listener, or a message that names the flag.
pub async fn bind(flag: &str, address: std::net::SocketAddr) -> Result<TcpListener, ServiceError> {
    TcpListener::bind(address).await.map_err(|error| {
        ServiceError::Configuration(format!(
            "{flag}: {address}: {error}; choose an address that is free"
        ))
    })
}

/// Comes back when the value becomes true, or nobody can make it so any more.
pub async fn until(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}
