//! Two desks in one process, and what the tests ask of them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use keepclear_desk::{
    Desk, DeskError, DeskOptions, Founding, Inject, Said, Speaker, Started, sync_router,
    tls_acceptor,
};
use keepclear_entry::{Issuer, Principal, RequestId, Subject, TokenHash};
use keepclear_line::Body;
use keepclear_line::message::{Content, Matter, Topic, Window};
use keepclear_line::quantity::{DeskId, ExchangeId, Instant, Millimetres, Name, NanoDegrees};
use keepclear_line::view::ExchangeState;
use keepclear_line::volume::{Altitude, Place, Reference, Shape, Volume};
use keepclear_serve::{ServeLimits, serve};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

pub const DEADLINE: Duration = Duration::from_secs(30);

/// How a desk of a test is set up.
#[derive(Clone, Default)]
pub struct Setup {
    pub party: String,
    pub real: bool,
    /// Where others are told to reach it, when that is not where it listens.
    pub url: Option<String>,
    /// Only answers, never asks.
    pub silent: bool,
    pub inject: Option<Inject>,
    pub plans: Vec<PathBuf>,
}

impl Setup {
    pub fn of(party: &str) -> Self {
        Self { party: party.to_owned(), ..Self::default() }
    }
}

pub struct Running {
    pub desk: Desk,
    pub address: SocketAddr,
    tasks: Vec<JoinHandle<()>>,
    stop: Option<oneshot::Sender<()>>,
    log_thread: std::thread::JoinHandle<()>,
}

/// A folder and an address that stay while the desk comes and goes.
pub struct Seat {
    pub folder: TempDir,
    pub setup: Setup,
    pub address: SocketAddr,
}

impl Seat {
    pub async fn new(setup: Setup) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        Self { folder: TempDir::new().unwrap(), setup, address }
    }

    pub fn data(&self) -> &Path {
        self.folder.path()
    }

    pub fn options(&self) -> DeskOptions {
        let url = self.setup.url.clone().unwrap_or_else(|| format!("https://{}", self.address));
        let founding = Founding {
            party: Some(Name::new(self.setup.party.clone()).unwrap()),
            exercise: Some(!self.setup.real),
            url,
            languages: vec!["en".to_owned()],
        };
        let (data, plans) = (self.data().to_owned(), self.setup.plans.clone());
        DeskOptions { data, founding, plans, inject: self.setup.inject }
    }

    pub async fn start(&self) -> Running {
        let started = Desk::start(self.options()).unwrap();
        let Started { desk, sequencer, lines, log_thread, .. } = started;
        let listener = TcpListener::bind(self.address).await.unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let acceptor = tls_acceptor(&desk).unwrap();
        let router = sync_router(&desk);
        let limits = ServeLimits::default();
        let mut tasks = vec![
            tokio::spawn(async move { sequencer.await.unwrap() }),
            tokio::spawn(serve(listener, Some(acceptor), router, limits, async move {
                let _ = stopped.await;
            })),
        ];
        if !self.setup.silent {
            tasks.push(tokio::spawn(lines));
        }
        Running { desk, address: self.address, tasks, stop: Some(stop), log_thread }
    }
}

impl Running {
    /// As a killed process ends: nothing is finished, nobody is told.
    pub async fn kill(mut self) {
        let stop = self.stop.take();
        for task in &self.tasks {
            task.abort();
        }
        for task in self.tasks {
            let _ = task.await;
        }
        drop(stop);
        drop(self.desk);
        tokio::task::spawn_blocking(move || self.log_thread.join().unwrap()).await.unwrap();
    }

    pub async fn say(&self, to: DeskId, body: Body) -> Result<Said, DeskError> {
        self.desk.say(to, speaker(), None, body).await
    }

    pub fn id(&self) -> DeskId {
        self.desk.about().desk
    }

    pub fn state(&self, peer: DeskId, exchange: ExchangeId) -> Option<ExchangeState> {
        Some(self.desk.exchange(peer, exchange)?.view.state)
    }

    /// Waits until an exchange stands so.
    pub async fn reaches(&self, peer: DeskId, exchange: ExchangeId, state: ExchangeState) {
        until(&self.desk, || self.state(peer, exchange) == Some(state)).await;
    }
}

/// Waits for a condition, looking whenever something has moved.
pub async fn until(desk: &Desk, condition: impl Fn() -> bool) {
    let mut moved = desk.moved();
    let wait = async {
        while !condition() {
            let _ = tokio::time::timeout(Duration::from_millis(50), moved.changed()).await;
        }
    };
    if tokio::time::timeout(DEADLINE, wait).await.is_err() {
        panic!(
            "not reached in time: {:#?}",
            desk.board()
                .lines
                .iter()
                .map(|line| (
                    line.health.clone(),
                    desk.line(line.desk).map(|line| line.suspicions),
                    desk.exchanges(line.desk, None, 1)
                ))
                .collect::<Vec<_>>()
        );
    }
}

pub fn speaker() -> Speaker {
    Speaker {
        principal: Principal {
            issuer: Issuer::new("tests").unwrap(),
            subject: Subject::new("officer").unwrap(),
            token_hash: TokenHash([7; 32]),
        },
        role: Name::new("Duty officer").unwrap(),
        request: RequestId(*Uuid::new_v4().as_bytes()),
    }
}

pub fn fresh() -> ExchangeId {
    ExchangeId(*Uuid::new_v4().as_bytes())
}

/// Exchanges cards and confirms them.
pub async fn pair(a: &Running, b: &Running) {
    a.desk.pair(speaker(), b.desk.card()).await.unwrap();
    b.desk.pair(speaker(), a.desk.card()).await.unwrap();
    a.desk.confirm(speaker(), b.id()).await.unwrap();
    b.desk.confirm(speaker(), a.id()).await.unwrap();
}

/// Squares of 1.1 km side in a row, from now on for an hour.
pub fn content(volumes: i64) -> Content {
    let from = now().0 + 3_600_000_000;
    let to = from + 3_600_000_000;
    let volume = |number: i64| {
        let (south, west) = (46_000_000_000, 7_000_000_000 + number * 20_000_000);
        let place = |lat, lng| Place { lat: NanoDegrees(lat), lng: NanoDegrees(lng) };
        let step = 10_000_000;
        let altitude = |metres: i64| {
            let value_m = Millimetres(metres * 1_000);
            Some(Altitude { value_m, reference: Reference::Ellipsoid })
        };
        Volume {
            shape: Shape::Polygon {
                vertices: vec![
                    place(south, west),
                    place(south, west + step),
                    place(south + step, west + step),
                    place(south + step, west),
                ],
            },
            lower: altitude(1_000),
            upper: altitude(2_000),
            from: Instant(from),
            to: Instant(to),
        }
    };
    Content {
        topic: Topic::Flights,
        window: Window { from: Instant(from), to: Instant(to) },
        volumes: (0..volumes).map(volume).collect(),
        our_flights: Vec::new(),
        your_flights: Vec::new(),
        action: None,
    }
}

pub fn notice(exchange: ExchangeId, volumes: i64) -> Body {
    Body::Open { exchange, matter: Matter::Notice, content: content(volumes), words: None }
}

pub fn distress(exchange: ExchangeId) -> Body {
    let content = Content { topic: Topic::Emergency, ..content(1) };
    Body::Open { exchange, matter: Matter::Distress, content, words: None }
}

fn now() -> Instant {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Instant(since.as_micros() as i64)
}
