//! The end that asks: for each peer a heartbeat, a way for what is urgent, and one for the rest.
//!
//! Each has connections of its own. A heartbeat that one lost packet holds up does not hold up the
//! next, and nothing urgent stands behind a piece of what is not.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant as Elapsed};

use http::header::CONTENT_TYPE;
use keepclear_line::message::Lane;
use keepclear_line::quantity::DeskId;
use minicbor::bytes::ByteVec;
use reqwest::Client;
use tokio::sync::Semaphore;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::intake::{Outcome, take_in};
use super::protocol::{BODY_MAX, ENTRIES_MAX, MEDIA_TYPE, SYNC_PATH, Sync};
use super::{heard, server, tls};
use crate::card::Card;
use crate::engine::Shared;
use crate::journal::{Suspected, SuspicionKind};

/// How often a peer is asked, and own flights are looked after.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// Heartbeats under way at once.
const HEARTBEATS_MAX: usize = 8;
/// After this a heartbeat is given up: the line counts as cut long before.
const HEARTBEAT_TIME: Duration = Duration::from_secs(6);
/// After this a piece is given up and sent anew on another connection.
const PIECE_TIME_MAX: Duration = Duration::from_secs(10);
/// Bytes of urgent entries at once.
const URGENT_PIECE: usize = 64 << 10;
/// Wait after a failure, first and longest.
const RETRY_FIRST: Duration = Duration::from_millis(100);
const RETRY_MAX: Duration = Duration::from_secs(1);

/// Speaks to every peer, until the desk is stopped.
pub async fn run(shared: Arc<Shared>) {
    let mut paired = shared.paired.subscribe();
    let mut peers: BTreeMap<DeskId, (Card, AbortHandle)> = BTreeMap::new();
    let mut tasks = JoinSet::new();
    tasks.spawn(look_after(Arc::clone(&shared)));
    loop {
        let cards: Vec<Card> =
            shared.read(|state| state.peers().map(|peer| peer.theirs().clone()).collect());
        for card in cards {
            let desk = card.desk();
            if peers.get(&desk).is_some_and(|(known, _)| *known == card) {
                continue;
            }
            if let Some((_, old)) = peers.remove(&desk) {
                old.abort();
            }
            let task = tasks.spawn(speak(Arc::clone(&shared), card.clone()));
            peers.insert(desk, (card, task));
        }
        if paired.changed().await.is_err() || shared.is_stopping() {
            break;
        }
    }
    tasks.shutdown().await;
}

/// Looks after own flights, and tells when a line has changed by itself.
async fn look_after(shared: Arc<Shared>) {
    let mut tick = interval(HEARTBEAT);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut states = BTreeMap::new();
    loop {
        tick.tick().await;
        let plans = Arc::clone(&shared);
        let read = tokio::task::spawn_blocking(move || plans.plans.refresh()).await;
        let mut moved = read.unwrap_or(false);
        let desks: Vec<DeskId> =
            shared.read(|state| state.peers().map(|peer| peer.desk()).collect());
        for desk in desks {
            let state = heard::state_of(&shared, desk);
            moved |= states.insert(desk, state) != Some(state);
        }
        if moved {
            shared.health_moved();
        }
    }
}

async fn speak(shared: Arc<Shared>, card: Card) {
    let peer = card.desk();
    let url = format!("{}{SYNC_PATH}", card.url().trim_end_matches('/'));
    let ask = || Asking::new(Arc::clone(&shared), peer, url.clone(), card.certificate());
    match (ask(), ask(), ask()) {
        (Ok(heart), Ok(express), Ok(bulk)) => {
            tokio::join!(beat(heart), carry(express, Lane::Urgent), carry(bulk, Lane::Ordinary));
        }
        (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => {
            tracing::error!(%peer, error, "no client for this peer; it can still ask us");
        }
    }
}

/// One kind of connections to one peer.
#[derive(Clone)]
struct Asking {
    shared: Arc<Shared>,
    peer: DeskId,
    url: String,
    client: Client,
}

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
enum AskError {
    #[error("{0}")]
    Http(#[from] reqwest::Error),
    #[error("no answer in time")]
    Late,
    #[error("the other desk answered {0}")]
    Status(u16),
    #[error("its answer is longer than {BODY_MAX} bytes")]
    TooLong,
    #[error("its answer cannot be read: {0}")]
    Unreadable(String),
}

impl Asking {
    fn new(
        shared: Arc<Shared>,
        peer: DeskId,
        url: String,
        certificate: &[u8],
    ) -> Result<Self, String> {
        let config =
            tls::client_config(&shared.identity, certificate).map_err(|error| error.to_string())?;
        let client = Client::builder()
            .tls_backend_preconfigured(config)
            .http1_only()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .tcp_nodelay(true)
            .pool_max_idle_per_host(HEARTBEATS_MAX)
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { shared, peer, url, client })
    }

    /// Sends entries, and takes in what is answered.
    async fn ask(
        &self,
        entries: Vec<ByteVec>,
        room: usize,
        within: Duration,
    ) -> Result<Sync, AskError> {
        let Self { shared, peer, .. } = self;
        let room = u32::try_from(room).unwrap_or(u32::MAX);
        let message = server::message(shared, *peer, entries, room, None, false);
        let (left, began) = (message.clock, Elapsed::now());
        let answered = timeout(within, self.post(message.write())).await;
        let answer = match answered.unwrap_or(Err(AskError::Late)) {
            Ok(answer) => answer,
            Err(error) => {
                self.suspect(&error).await;
                return Err(error);
            }
        };
        shared.links.to(*peer).answered(left, began.elapsed(), answer.clock);
        heard::note(shared, *peer, &answer).await;
        Ok(answer)
    }

    async fn post(&self, body: Vec<u8>) -> Result<Sync, AskError> {
        let request = self.client.post(&self.url).header(CONTENT_TYPE, MEDIA_TYPE).body(body);
        let mut response = request.send().await?;
        if !response.status().is_success() {
            return Err(AskError::Status(response.status().as_u16()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if bytes.len() + chunk.len() > BODY_MAX {
                return Err(AskError::TooLong);
            }
            bytes.extend_from_slice(&chunk);
        }
        Sync::read(&bytes).map_err(AskError::Unreadable)
    }

    /// Takes in the entries of an answer.
    async fn take(&self, answer: Sync) {
        let Outcome { refused, .. } = take_in(&self.shared, self.peer, answer.entries).await;
        if let Some(refused) = refused {
            tracing::debug!(peer = %self.peer, reason = refused.reason, "an entry was not taken");
        }
    }

    /// Writes down what no honest desk answers.
    async fn suspect(&self, error: &AskError) {
        let kind = match error {
            AskError::Http(error) if is_wrong_certificate(error) => SuspicionKind::WrongCertificate,
            AskError::TooLong => SuspicionKind::Oversized,
            AskError::Unreadable(_) => SuspicionKind::Malformed,
            _ => return,
        };
        let detail = match kind {
            SuspicionKind::WrongCertificate => {
                format!("who answers at {} shows another certificate than its card", self.url)
            }
            _ => error.to_string(),
        };
        let digest = heard::digest_of(&[detail.as_bytes()]);
        self.shared.suspect(Suspected { peer: Some(self.peer), kind, digest, detail }).await;
    }
}

/// A heartbeat every second, whether or not the one before was answered.
async fn beat(asking: Asking) {
    let places = Arc::new(Semaphore::new(HEARTBEATS_MAX));
    let mut tick = interval(HEARTBEAT);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut beats = JoinSet::new();
    loop {
        tick.tick().await;
        while beats.try_join_next().is_some() {}
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let asking = asking.clone();
        beats.spawn(async move {
            match asking.ask(Vec::new(), 0, HEARTBEAT_TIME).await {
                Ok(answer) => asking.take(answer).await,
                Err(error) => tracing::debug!(peer = %asking.peer, %error, "no heartbeat"),
            }
            drop(place);
        });
    }
}

/// Sends what is new in one lane, piece by piece, and again what did not come.
async fn carry(asking: Asking, lane: Lane) {
    let Asking { shared, peer, .. } = &asking;
    let link = shared.links.to(*peer);
    let mut retry = RETRY_FIRST;
    loop {
        let after = link.send_after(lane);
        let room = match lane {
            Lane::Ordinary => link.piece(),
            Lane::Urgent => URGENT_PIECE,
        };
        let found = shared.entries_after(*peer, lane, after, ENTRIES_MAX, room).await;
        if found.is_empty() {
            let woken = match lane {
                Lane::Ordinary => link.outbox.notified(),
                Lane::Urgent => link.express.notified(),
            };
            let _ = timeout(link.patience(), woken).await;
            continue;
        }
        link.sent(lane, after + found.len() as u64);
        let bytes: usize = found.iter().map(|entry| entry.len()).sum();
        let entries = found.into_iter().map(|entry| ByteVec::from(entry.to_vec())).collect();
        let began = Elapsed::now();
        match asking.ask(entries, room, PIECE_TIME_MAX).await {
            Ok(answer) => {
                if lane == Lane::Ordinary {
                    link.piece_took(bytes, began.elapsed());
                }
                let stuck = answer.busy || answer.refused.is_some();
                if let Some(refused) = &answer.refused {
                    let reason = &refused.reason;
                    tracing::debug!(%peer, reason, "the other desk did not take an entry");
                }
                asking.take(answer).await;
                if stuck {
                    link.lost(lane);
                    sleep(retry).await;
                    retry = (retry * 2).min(RETRY_MAX);
                } else {
                    retry = RETRY_FIRST;
                }
            }
            Err(error) => {
                tracing::debug!(%peer, %error, "a piece did not come through");
                link.lost(lane);
                if lane == Lane::Ordinary {
                    link.piece_lost();
                }
                sleep(retry).await;
                retry = (retry * 2).min(RETRY_MAX);
            }
        }
    }
}

fn is_wrong_certificate(error: &reqwest::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if let Some(rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
            return true;
        }
        // A TLS error comes inside an I/O error, which does not name it as its source.
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}
