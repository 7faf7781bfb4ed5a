//! `keepclear bench sky`: standard traffic for any F3548-21 DSS.
//!
//! The client shares its machine with the DSS more often than not, so that it is built to cost
//! little: one thread, bare connections, bodies from templates, answers scanned for what is needed.
//! Its own processor time is one of the figures. What the scenarios are and what the JSON holds
//! stands in `--help`.

mod answers;
mod bodies;
mod client;
mod connection;
#[cfg(test)]
mod fake;
mod flight;
mod ids;
mod measure;
mod options;
mod places;
mod report;
mod run;
mod scene;
mod session;
mod standing;
mod table;
#[cfg(test)]
mod tests;
mod tokens;

use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use hyper::Method;
use keepclear_geo::Invalid;
use tokio::task::{LocalSet, spawn_local};

use client::{Client, Halt, INTENTS};
use connection::{ConnectionError, Target};
use measure::Operation;
pub use options::SkyArgs;
use report::{Heading, Report};
use scene::{Lengths, Scene};
use session::Session;
use standing::{Standing, StandingError};
use tokens::{Origin, TokenError, Tokens};

use crate::complain;

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
enum SkyError {
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error(transparent)]
    Standing(#[from] StandingError),
    #[error(transparent)]
    Halt(#[from] Halt),
    #[error("the scene cannot be laid out: {0}")]
    Geometry(#[from] Invalid),
    #[error("the DSS answered {code} to a first look at an intent that does not exist: {body}")]
    Refused { code: u16, body: String },
    #[error("the measurement cannot start: {0}")]
    Runtime(#[from] std::io::Error),
}

/// What a measurement gave.
struct Measured {
    report: Report,
    /// Clients that gave up, and what went wrong in cleaning up.
    complaints: Vec<String>,
}

/// Runs a scenario.
#[expect(clippy::print_stdout, reason = "the result of the command")]
pub fn run(args: &SkyArgs) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let measured = runtime
        .map_err(SkyError::from)
        .and_then(|runtime| LocalSet::new().block_on(&runtime, measure(args)));
    let Measured { report, complaints } = match measured {
        Ok(measured) => measured,
        Err(error) => {
            complain(&error.to_string());
            return ExitCode::from(2);
        }
    };
    for complaint in &complaints {
        complain(complaint);
    }
    if report.is_empty() {
        complain("nothing was measured");
        return ExitCode::from(2);
    }
    if args.json {
        println!("{:#}", report.json());
    } else {
        print!("{}", report.table());
    }
    ExitCode::from(u8::from(!complaints.is_empty()))
}

async fn measure(args: &SkyArgs) -> Result<Measured, SkyError> {
    let session = open(args).await?;
    let clients = usize::from(args.clients.unwrap_or(args.scenario.clients()));
    let wanted = args.standing.unwrap_or(args.scenario.standing());
    let scene = Rc::new(Scene::lay_out(args.scenario, args.centre, wanted)?);
    let interrupted = spawn_local(listen_for_interrupt(Rc::clone(&session)));

    let mut standing = Standing::new(&session, clients + 1).await?;
    let raised = match &scene.area {
        _ if wanted == 0 || args.reuse => Ok(()),
        Some(area) => standing.fill(Rc::clone(area), wanted).await,
        None => standing.crowd(&scene.flights, wanted).await,
    };
    let heading = Heading {
        scenario: args.scenario.name(),
        knowledge: args.knowledge.name(),
        clients,
        standing: if args.reuse { wanted as usize } else { standing.count() },
        warm_up_s: args.warm_up,
    };
    let mut complaints = Vec::new();
    let mut figures = Vec::new();
    let lengths = Lengths {
        warm_up: Duration::from_secs(args.warm_up),
        measured: Duration::from_secs(args.seconds),
    };
    let ready = raised.is_ok();
    for _ in 0..args.runs {
        if !ready || session.is_interrupted() {
            break;
        }
        match run::run(&session, &scene, clients, lengths).await {
            Ok(run) => {
                figures.push(run.figures);
                complaints.extend(run.halts.iter().map(ToString::to_string));
            }
            Err(halt) => complaints.push(halt.to_string()),
        }
        if !complaints.is_empty() {
            break;
        }
    }
    if !args.keep
        && let Err(halt) = standing.clear().await
    {
        complaints.push(format!("standing intents are left: {halt}"));
    }
    interrupted.abort();
    raised?;
    Ok(Measured { report: Report::new(heading, &figures), complaints })
}

/// Reaches the DSS and sees that it lets a client in.
async fn open(args: &SkyArgs) -> Result<Rc<Session>, SkyError> {
    let target = Target::parse(&args.url, args.ca_file.as_deref())?;
    target.connect().await?;
    let audience = args.audience.clone().unwrap_or_else(|| target.host().to_owned());
    let origin = match (&args.token_url, &args.issuer_key) {
        (Some(url), _) => Origin::Url(url.clone()),
        (None, key) => Origin::Key(key.clone().unwrap_or_default(), args.issuer.clone()),
    };
    let tokens = Tokens::new(origin, audience)?;
    let session = Rc::new(Session::new(target, tokens, args.knowledge));
    let mut first = Client::new(Rc::clone(&session), 0, 1).await?;
    let path = format!("{}{INTENTS}/{}", session.target.base_path, session.ids.entity());
    let answer = first.send(Operation::Get, Method::GET, path, Bytes::new()).await?;
    if answer.code != 404 {
        let body = String::from_utf8_lossy(&answer.body).chars().take(600).collect();
        return Err(SkyError::Refused { code: answer.code, body });
    }
    Ok(session)
}

/// The first Ctrl-C ends the run, a second one the process.
async fn listen_for_interrupt(session: Rc<Session>) {
    if tokio::signal::ctrl_c().await.is_ok() {
        session.interrupt();
        complain("ending the run and cleaning up; Ctrl-C again leaves at once");
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(130);
        }
    }
}
