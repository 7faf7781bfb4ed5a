//! Two desks that are paired, each in a thread of its own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use keepclear_desk::{Desk, DeskOptions, Founding, Speaker, Started, sync_router, tls_acceptor};
use keepclear_entry::{Issuer, Principal, RequestId, Subject, TokenHash};
use keepclear_line::quantity::{DeskId, Name};
use keepclear_line::view::LineState;
use keepclear_serve::{ServeLimits, serve};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::BenchError;
use crate::service::until;

/// Longest that two fresh desks take to hear each other.
const OPEN_TIME: Duration = Duration::from_secs(20);

/// One desk.
pub struct Station {
    /// The handle.
    pub desk: Desk,
    stop: watch::Sender<bool>,
    thread: JoinHandle<Result<(), String>>,
    folder: PathBuf,
}

/// Both.
pub struct Pair {
    /// Says what is measured.
    pub north: Station,
    /// Hears it.
    pub south: Station,
}

fn wrong(error: &dyn std::fmt::Display) -> BenchError {
    BenchError::Station(error.to_string())
}

impl Pair {
    /// Founds both.
    ///
    /// # Errors
    /// When a folder or a port is not to be had.
    pub fn start() -> Result<Self, BenchError> {
        Ok(Self { north: Station::start("North")?, south: Station::start("South")? })
    }

    /// Pairs them, and waits until the line is open.
    ///
    /// # Errors
    /// When it does not open.
    pub async fn open(&self) -> Result<(), BenchError> {
        for (here, there) in [(&self.north, &self.south), (&self.south, &self.north)] {
            let card = there.desk.card();
            let peer = card.desk();
            here.desk.pair(speaker()?, card).await.map_err(|error| wrong(&error))?;
            here.desk.confirm(speaker()?, peer).await.map_err(|error| wrong(&error))?;
        }
        let is_open = |here: &Station, there: &Station| {
            let line = here.desk.line(there.id());
            line.is_some_and(|line| line.view.health.state == LineState::Open)
        };
        let opened = async {
            while !(is_open(&self.north, &self.south) && is_open(&self.south, &self.north)) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let late = |_| BenchError::Line("the two desks did not hear each other".to_owned());
        tokio::time::timeout(OPEN_TIME, opened).await.map_err(late)
    }

    /// Ends both, and removes their folders.
    ///
    /// # Errors
    /// When a desk did not end well.
    pub fn stop(self) -> Result<(), BenchError> {
        self.north.stop()?;
        self.south.stop()
    }
}

impl Station {
    fn start(party: &'static str) -> Result<Self, BenchError> {
        let folder = std::env::temp_dir().join(format!("keepclear-bench-{}", uuid::Uuid::new_v4()));
        let data = folder.clone();
        let (stop, stopped) = watch::channel(false);
        let (sender, founded) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|error| error.to_string())?;
            runtime.block_on(live(party, data, stopped, &sender))
        });
        // A desk that could not be founded has said why in its thread.
        match founded.recv() {
            Ok(desk) => Ok(Self { desk, stop, thread, folder }),
            Err(_) => Err(match thread.join() {
                Ok(Err(reason)) => BenchError::Station(reason),
                _ => BenchError::Station(format!("the desk of {party} ended early")),
            }),
        }
    }

    /// Which desk it is.
    pub fn id(&self) -> DeskId {
        self.desk.about().desk
    }

    fn stop(self) -> Result<(), BenchError> {
        let Self { desk, stop, thread, folder } = self;
        let _ = stop.send(true);
        drop(desk);
        let ended = thread.join().map_err(|_| wrong(&"a desk has panicked"))?;
        std::fs::remove_dir_all(&folder).map_err(|error| wrong(&error))?;
        ended.map_err(BenchError::Station)
    }
}

/// Runs a desk until it is stopped.
async fn live(
    party: &'static str,
    data: PathBuf,
    stopped: watch::Receiver<bool>,
    founded: &mpsc::Sender<Desk>,
) -> Result<(), String> {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await;
    let listener = listener.map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let founding = Founding {
        party: Some(Name::new(party).map_err(|error| error.to_string())?),
        exercise: Some(true),
        url: format!("https://{address}"),
        languages: vec!["en".to_owned()],
    };
    let options = DeskOptions { data, founding, plans: Vec::new(), inject: None };
    let started = Desk::start(options).map_err(|error| error.to_string())?;
    let Started { desk, sequencer, lines, log_thread, .. } = started;
    let tls = tls_acceptor(&desk).map_err(|error| error.to_string())?;
    let sequencer = tokio::spawn(sequencer);
    let talking = tokio::spawn(lines);
    let routes = sync_router(&desk);
    let serving =
        serve(listener, Some(tls), routes, ServeLimits::default(), until(stopped.clone()));
    let serving = tokio::spawn(serving);
    founded.send(desk.clone()).map_err(|error| error.to_string())?;
    until(stopped).await;
    let _ = serving.await;
    desk.stop();
    let ended = sequencer.await;
    let _ = talking.await;
    drop(desk);
    let _ = tokio::task::spawn_blocking(move || log_thread.join()).await;
    ended.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
}

/// Somebody on watch, with a request of its own.
///
/// # Errors
/// Never: the names are good.
pub fn speaker() -> Result<Speaker, BenchError> {
    Ok(Speaker {
        principal: Principal {
            issuer: Issuer::new("bench").map_err(|error| wrong(&error))?,
            subject: Subject::new("bench").map_err(|error| wrong(&error))?,
            token_hash: TokenHash([0; 32]),
        },
        role: Name::new("duty officer").map_err(|error| wrong(&error))?,
        request: RequestId(*uuid::Uuid::new_v4().as_bytes()),
    })
}
