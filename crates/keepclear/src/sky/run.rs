//! Starting, serving and stopping a sky.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use keepclear_auth::{LocalIssuer, Verifier};
use keepclear_dss::{Engine, EngineOptions, Face, FaceOptions, Founding, Started, router};
use keepclear_entry::{LogId, LogKind, Party};
use keepclear_log::{Disk, FileLog, Log, OpenError, Options};
use keepclear_serve::{ServeLimits, serve};
use keepclear_sky::{Command, Matching, Subject, command::RecordHeartbeat};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::{MatchingKind, SkyArgs, trial};
use crate::complain;
use crate::service::{
    ServiceError, acceptor, asked_to_stop, bind, metrics, serve_trial_issuer, trial_issuer, until,
    verifier,
};

/// Microseconds of a day.
const DAY_US: i64 = 86_400_000_000;

/// Runs until it is told to stop.
pub fn run(args: &SkyArgs) -> Result<(), ServiceError> {
    let trial_issuer = args.trial.then(|| trial_issuer(&args.data)).transpose()?;
    let args = if args.trial { trial::arguments(args) } else { args.clone() };
    let verifier = verifier(&args.access)?;
    let tls = acceptor(&args.access)?;
    let party = Party::new(&args.party)
        .map_err(|error| ServiceError::Configuration(format!("party: {error}")))?;
    let log = open(&args.data)?;
    let options = EngineOptions { party, snapshot_every: args.snapshot_every as usize };
    let started = Engine::start(log, &founding(&args), options).map_err(|error| {
        ServiceError::Configuration(format!("data {}: {error}", args.data.display()))
    })?;
    // One thread for HTTP and state: on two cores, handing requests over costs more than it gains.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| ServiceError::Running(error.to_string()))?;
    runtime.block_on(serve_sky(&args, started, verifier, tls, trial_issuer))
}

fn founding(args: &SkyArgs) -> Founding {
    let arbiters = args.arbiters.iter().map(|name| Subject::from(name.as_str())).collect();
    Founding {
        matching: args.matching.map(|kind| match kind {
            MatchingKind::Compatible => Matching::Compatible,
            MatchingKind::Precise => Matching::Precise,
        }),
        exercise: args.exercise.then_some(true),
        arbiters: (!args.arbiters.is_empty()).then_some(arbiters),
        retention_us: args.retention_days.map(|days| i64::from(days) * DAY_US),
    }
}

/// The log of a folder; a new one when the folder holds none.
fn open(data: &Path) -> Result<Box<dyn Log>, ServiceError> {
    let wrong =
        |reason: String| ServiceError::Configuration(format!("data {}: {reason}", data.display()));
    fs::create_dir_all(data)
        .map_err(|error| wrong(format!("{error}; choose a folder that this user may write")))?;
    match FileLog::open(Disk::new(data), Options::default()) {
        Ok(log) => Ok(Box::new(log)),
        Err(OpenError::NotFounded { .. }) => {
            let id = LogId { kind: LogKind::Sky, id: *uuid::Uuid::new_v4().as_bytes() };
            let id = keepclear_log::LogId(id.to_bytes());
            let log = FileLog::create(Disk::new(data), id, Options::default());
            Ok(Box::new(log.map_err(|error| wrong(error.to_string()))?))
        }
        Err(error) => Err(wrong(error.to_string())),
    }
}

async fn serve_sky(
    args: &SkyArgs,
    started: Started,
    verifier: Arc<Verifier>,
    tls: Option<TlsAcceptor>,
    trial_issuer: Option<Arc<LocalIssuer>>,
) -> Result<(), ServiceError> {
    let Started { engine, sequencer, log_thread, charter, replayed } = started;
    for source in verifier.jwks_sources() {
        tokio::spawn(Arc::clone(source).run());
    }
    let listener = bind("listen", args.listen).await?;
    let address =
        listener.local_addr().map_err(|error| ServiceError::Running(error.to_string()))?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let url = format!("{scheme}://{address}");
    let endpoint = args.public_endpoint.clone().unwrap_or_else(|| url.clone());
    let face = Face {
        engine: engine.clone(),
        verifier,
        options: options(args, &endpoint),
        metrics: metrics()?,
    };
    let limits =
        ServeLimits { connections_max: args.max_connections as usize, ..ServeLimits::default() };
    let (stop, stopped) = watch::channel(false);
    if let Some(issuer) = trial_issuer {
        let listen = args.trial_issuer_listen;
        let address = serve_trial_issuer(issuer, listen, stopped.clone()).await?;
        complain(&format!(
            "FOR TRIALS ONLY: http://{address} gives anyone any token. Never let it near real aircraft.",
        ));
    }
    let mut sequencer = tokio::spawn(sequencer);
    let heart = engine.clone();
    let first = Command::RecordHeartbeat(RecordHeartbeat {
        member: args.node_name.clone(),
        public_endpoint: endpoint,
        reporter: None,
        source: "Startup".to_owned(),
        timestamp_us: None,
        next_expected_us: None,
    });
    tokio::spawn(async move { heart.write_as_node(first).await });
    let serving = tokio::spawn(serve(listener, tls, router(face), limits, until(stopped)));
    complain(&format!(
        "sky {}{} listening on {url} ({replayed} entries replayed)",
        charter.sky,
        if charter.exercise { " (EXERCISE)" } else { "" },
    ));
    let ended = tokio::select! {
        asked = asked_to_stop() => {
            asked.map_err(|error| ServiceError::Running(error.to_string()))?;
            complain("stopping: finishing what was accepted");
            None
        }
        ended = &mut sequencer => Some(ended),
    };
    let _ = stop.send(true);
    let _ = serving.await;
    engine.stop();
    let ended = match ended {
        Some(ended) => ended,
        None => sequencer.await,
    };
    // The log is sealed and closed by its own thread.
    let closed = tokio::task::spawn_blocking(move || log_thread.join()).await;
    match (ended, closed) {
        (Ok(Ok(())), Ok(Ok(()))) => Ok(()),
        (Ok(Err(broken)), _) => Err(ServiceError::Running(broken.to_string())),
        _ => Err(ServiceError::Running("a task of the sky has panicked".to_owned())),
    }
}

fn options(args: &SkyArgs, endpoint: &str) -> FaceOptions {
    FaceOptions {
        allow_http_base_urls: args.allow_http_base_urls,
        strict_subscription_scopes: args.strict_subscription_scopes,
        lenient_down_managers: args.lenient_down_managers,
        member_name: args.node_name.clone(),
        public_endpoint: endpoint.to_owned(),
        requests_per_second_per_client: args.requests_per_second_per_client,
    }
}
