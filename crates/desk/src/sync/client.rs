//! The end that asks: for each peer a heartbeat, a way for what is urgent, and one for the rest.
//!
//! Each has connections of its own. A heartbeat that one lost packet holds up does not hold up the
//! next, and nothing urgent stands behind a piece of what is not.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant as Elapsed};

use keepclear_line::Certificate;
use keepclear_line::message::Lane;
use keepclear_line::quantity::{DeskId, Fingerprint};
use minicbor::bytes::ByteVec;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::ask::Asking;
use super::beat::{HEARTBEAT, beat};
use super::connection::{AskError, Connection};
use super::heard;
use super::protocol::ENTRIES_MAX;
use super::witness_client::follow;
use crate::card::Card;
use crate::engine::Shared;

/// After this a piece is given up and sent anew on another connection.
const PIECE_TIME_MAX: Duration = Duration::from_secs(10);
/// Bytes of urgent entries at once.
const URGENT_PIECE: usize = 64 << 10;
/// What is urgent is not left on a connection that may be dead for longer than it takes at half of 64 kbit/s.
const URGENT_TIME_PER_KIB: Duration = Duration::from_millis(256);
/// Wait after a failure, first and longest.
const RETRY_FIRST: Duration = Duration::from_millis(100);
const RETRY_MAX: Duration = Duration::from_secs(1);
/// How long the old certificate of a peer may still be good once it shows the new one, most.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// By what a peer is asked: when it changes, everything that is open is closed and opened anew.
#[derive(PartialEq, Eq)]
struct Way {
    card: Card,
    /// The certificate that we show.
    ours: Option<Fingerprint>,
    /// Those that they may show.
    theirs: Vec<Certificate>,
}

/// Speaks to every peer, until the desk is stopped.
pub async fn run(shared: Arc<Shared>) {
    let mut paired = shared.paired.subscribe();
    let mut peers: BTreeMap<DeskId, (Way, AbortHandle)> = BTreeMap::new();
    let mut tasks = JoinSet::new();
    tasks.spawn(look_after(Arc::clone(&shared)));
    loop {
        let cards: Vec<Card> =
            shared.read(|state| state.peers().map(|peer| peer.theirs().clone()).collect());
        for card in cards {
            let desk = card.desk();
            let ours = shared.shown_to(desk).map(|pair| pair.fingerprint());
            let way = Way { ours, theirs: shared.pinned(desk), card };
            if peers.get(&desk).is_some_and(|(known, _)| *known == way) {
                continue;
            }
            if let Some((_, old)) = peers.remove(&desk) {
                old.abort();
            }
            let task = tasks.spawn(speak(Arc::clone(&shared), way.card.clone()));
            peers.insert(desk, (way, task));
        }
        // Only after whoever agreed to it is asked with it: they drop the old one when they see this.
        let presenting = Arc::clone(&shared);
        let _ = tokio::task::spawn_blocking(move || presenting.present()).await;
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
    match Asking::of(shared, &card) {
        Ok(asking) => {
            let (express, bulk, witness) = (asking.clone(), asking.clone(), asking.clone());
            let (urgent, ordinary) = (carry(express, Lane::Urgent), carry(bulk, Lane::Ordinary));
            let looking = look_again(asking.clone());
            tokio::join!(beat(asking), urgent, ordinary, follow(witness), looking);
        }
        Err(error) => {
            let peer = card.desk();
            tracing::error!(%peer, %error, "this peer cannot be asked; it can still ask us");
        }
    }
}

/// While a peer may show one of several certificates, looks which it has come to: a connection that is
/// open does not tell.
async fn look_again(asking: Asking) {
    if !asking.changing {
        return;
    }
    loop {
        let looked = asking.connect(PIECE_TIME_MAX).await;
        if let Err(error) = looked {
            tracing::debug!(peer = %asking.peer, %error, "no connection");
        }
        sleep(LOOK_AGAIN_AFTER).await;
    }
}

/// Sends what is new in one lane, piece by piece, and again what did not come.
async fn carry(asking: Asking, lane: Lane) {
    let Asking { shared, peer, .. } = &asking;
    let link = asking.link();
    let mut retry = RETRY_FIRST;
    let mut connection: Option<Connection> = None;
    loop {
        // Open before there is anything to say, so that nothing waits for a handshake.
        let Some(connected) = connection.as_mut().filter(|open| !open.is_closed()) else {
            match asking.connect(PIECE_TIME_MAX).await {
                Ok(opened) => connection = Some(opened),
                Err(error) => {
                    tracing::debug!(%peer, %error, "no connection");
                    sleep(retry).await;
                    retry = (retry * 2).min(RETRY_MAX);
                }
            }
            continue;
        };
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
        let within = match lane {
            Lane::Ordinary => PIECE_TIME_MAX,
            Lane::Urgent => {
                link.patience()
                    + URGENT_TIME_PER_KIB * u32::try_from(bytes >> 10).unwrap_or(u32::MAX)
            }
        };
        match asking.ask(connected, entries, room, within).await {
            Ok(answer) => {
                if lane == Lane::Ordinary {
                    link.piece_took(bytes, began.elapsed());
                }
                let stuck = answer.busy || answer.refused.is_some();
                if let Some(refused) = &answer.refused {
                    let entry = after + 1 + u64::from(refused.entry);
                    let reason = &refused.reason;
                    tracing::debug!(%peer, entry, reason, "the other desk did not take it");
                    link.refuse(lane, entry, reason, shared.clock.now());
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
                connection = None;
                if matches!(error, AskError::Hung) {
                    retry = RETRY_FIRST;
                }
                sleep(retry).await;
                retry = (retry * 2).min(RETRY_MAX);
            }
        }
    }
}
