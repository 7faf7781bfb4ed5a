//! Starting, serving and stopping a desk.

use std::net::SocketAddr;
use std::sync::Arc;

use keepclear_auth::{LocalIssuer, Verifier};
use keepclear_desk::face::{Face, router};
use keepclear_desk::{Desk, DeskOptions, Founding, StartError, Started, sync_router, tls_acceptor};
use keepclear_line::phrases::Language;
use keepclear_line::quantity::Name;
use keepclear_serve::{ServeLimits, serve};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::{DeskArgs, trial};
use crate::complain;
use crate::service::{
    ServiceError, acceptor, asked_to_stop, bind, metrics, serve_trial_issuer, trial_issuer, until,
    verifier,
};

/// Runs until it is told to stop.
pub fn run(args: &DeskArgs) -> Result<(), ServiceError> {
    check(args)?;
    let trial_issuer = args.trial.then(|| trial_issuer(&args.data)).transpose()?;
    let args = if args.trial { trial::arguments(args) } else { args.clone() };
    let verifier = verifier(&args.access)?;
    let tls = acceptor(&args.access)?;
    // One thread for HTTP and state: on two cores, handing requests over costs more than it gains.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| ServiceError::Running(error.to_string()))?;
    runtime.block_on(serve_desk(&args, verifier, tls, trial_issuer))
}

/// What can be told before anything is made.
fn check(args: &DeskArgs) -> Result<(), ServiceError> {
    let wrong = |text: String| Err(ServiceError::Configuration(text));
    for code in &args.languages {
        if let Err(error) = code.parse::<Language>() {
            return wrong(format!("languages {code}: {error}"));
        }
    }
    if let Some(url) = &args.line_url
        && !url.starts_with("https://")
    {
        return wrong(format!("line-url {url}: is not https; write it as https://HOST:PORT"));
    }
    if args.line_url.is_none() && args.line_listen.ip().is_unspecified() {
        return wrong(format!(
            "line-url: is missing, and line-listen {} is no address that others can reach; give the URL under which \
             the other desks reach this one",
            args.line_listen
        ));
    }
    name("role", &args.role).map(drop)
}

fn name(key: &str, text: &str) -> Result<Name, ServiceError> {
    Name::new(text).map_err(|error| {
        ServiceError::Configuration(format!("{key} {text:?}: {error}; give one line of text"))
    })
}

fn options(args: &DeskArgs, line: SocketAddr) -> Result<DeskOptions, ServiceError> {
    let party = args.party.as_deref().map(|party| name("party", party)).transpose()?;
    let inject = args.inject.as_deref().map(str::parse).transpose();
    let inject = inject.map_err(|error: keepclear_desk::InjectError| {
        ServiceError::Configuration(error.to_string())
    })?;
    Ok(DeskOptions {
        data: args.data.clone(),
        founding: Founding {
            party,
            exercise: args.exercise.then_some(true),
            url: args.line_url.clone().unwrap_or_else(|| format!("https://{line}")),
            languages: args.languages.clone(),
        },
        plans: args.plans.clone(),
        inject,
    })
}

/// The desk, or a message that names the flag.
fn start(options: DeskOptions) -> Result<Started, ServiceError> {
    let data = options.data.display().to_string();
    Desk::start(options).map_err(|error| {
        let text = match error {
            StartError::NoParty => format!(
                "party: is missing, and {data} holds no desk yet; name the party with --party NAME"
            ),
            error @ (StartError::FoundedOtherwise { .. }
            | StartError::Plans(_)
            | StartError::Card(_)
            | StartError::Inject(_)) => error.to_string(),
            error => format!("data {data}: {error}"),
        };
        ServiceError::Configuration(text)
    })
}

fn address_of(listener: &TcpListener) -> Result<SocketAddr, ServiceError> {
    listener.local_addr().map_err(|error| ServiceError::Running(error.to_string()))
}

async fn serve_desk(
    args: &DeskArgs,
    verifier: Arc<Verifier>,
    tls: Option<TlsAcceptor>,
    trial_issuer: Option<Arc<LocalIssuer>>,
) -> Result<(), ServiceError> {
    let people = bind("listen", args.listen).await?;
    let lines = bind("line-listen", args.line_listen).await?;
    let (people_at, lines_at) = (address_of(&people)?, address_of(&lines)?);
    let started = start(options(args, lines_at)?)?;
    let Started { desk, sequencer, lines: talking, log_thread, replayed } = started;
    let line_tls =
        tls_acceptor(&desk).map_err(|error| ServiceError::Configuration(error.to_string()))?;
    for source in verifier.jwks_sources() {
        tokio::spawn(Arc::clone(source).run());
    }
    let (stop, stopped) = watch::channel(false);
    if let Some(issuer) = trial_issuer {
        trial::write_tokens(args, &issuer)?;
        tokio::spawn(trial::renew_tokens(args.clone(), Arc::clone(&issuer)));
        let listen = args.trial_issuer_listen;
        let address = serve_trial_issuer(issuer, listen, stopped.clone()).await?;
        complain(&format!(
            "FOR TRIALS ONLY: http://{address} gives anyone any token, and {} holds three. Never let it near real aircraft.",
            args.data.display(),
        ));
    }
    let scheme = if tls.is_some() { "https" } else { "http" };
    let face = Face {
        desk: desk.clone(),
        verifier,
        role: name("role", &args.role)?,
        metrics: metrics()?,
        requests_per_second_per_client: args.requests_per_second_per_client,
        stopping: stopped.clone(),
    };
    let mut sequencer = tokio::spawn(sequencer);
    let talking = tokio::spawn(talking);
    let for_people =
        serve(people, tls, router(face), ServeLimits::default(), until(stopped.clone()));
    let for_people = tokio::spawn(for_people);
    let for_desks =
        serve(lines, Some(line_tls), sync_router(&desk), ServeLimits::default(), until(stopped));
    let for_desks = tokio::spawn(for_desks);
    let about = desk.about();
    complain(&format!(
        "desk {} of {}{} listening on {scheme}://{people_at} for its people, for other desks on https://{lines_at} \
         ({replayed} entries replayed)",
        about.desk,
        about.party,
        if about.exercise { " (EXERCISE)" } else { "" },
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
    let _ = for_people.await;
    let _ = for_desks.await;
    desk.stop();
    let ended = match ended {
        Some(ended) => ended,
        None => sequencer.await,
    };
    let talked = talking.await;
    drop(desk);
    // The log is sealed and closed by its own thread.
    let closed = tokio::task::spawn_blocking(move || log_thread.join()).await;
    match (ended, talked, closed) {
        (Ok(Ok(())), Ok(()), Ok(Ok(()))) => Ok(()),
        (Ok(Err(broken)), ..) => Err(ServiceError::Running(broken.to_string())),
        _ => Err(ServiceError::Running("a task of the desk has panicked".to_owned())),
    }
}
