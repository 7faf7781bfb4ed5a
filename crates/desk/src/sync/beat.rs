//! The heartbeat: every second, whether or not the one before was answered.
//!
//! A lost packet holds up its connection and not the next beat. A connection on which a beat came late
//! is not used again; and after a silence no old one is, because those that were open when a path broke
//! hang for long after it is whole again.

use std::collections::VecDeque;
use std::time::{Duration, Instant as Elapsed};

use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval};

use super::ask::{Asking, Connection};

/// How often a peer is asked.
pub const HEARTBEAT: Duration = Duration::from_secs(1);
/// Beats under way at once; one more ends the oldest. A handshake over a slow and lossy link has
/// so many seconds.
const BEATS_MAX: usize = 8;
const BEAT_TIME: Duration = Duration::from_secs(BEATS_MAX as u64);

/// Beats until it is dropped.
pub async fn beat(asking: Asking) {
    let link = asking.link();
    let mut tick = interval(HEARTBEAT);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut beats: JoinSet<Option<Connection>> = JoinSet::new();
    let mut under_way: VecDeque<AbortHandle> = VecDeque::new();
    let mut proven: Vec<Connection> = Vec::new();
    loop {
        tick.tick().await;
        while let Some(ended) = beats.try_join_next() {
            proven.extend(ended.ok().flatten());
        }
        under_way.retain(|beat| !beat.is_finished());
        if under_way.len() >= BEATS_MAX
            && let Some(oldest) = under_way.pop_front()
        {
            oldest.abort();
        }
        if link.is_quiet() {
            proven.clear();
        }
        let asking = asking.clone();
        let used = proven.pop();
        under_way.push_back(beats.spawn(async move { asking.beat(used).await }));
    }
}

impl Asking {
    /// One beat; answers its connection when that is good for another.
    async fn beat(&self, used: Option<Connection>) -> Option<Connection> {
        let is_new = used.is_none();
        let connection = match used.map_or_else(|| self.connection(), Ok) {
            Ok(connection) => connection,
            Err(error) => {
                tracing::error!(peer = %self.peer, %error, "no client for a heartbeat");
                return None;
            }
        };
        let began = Elapsed::now();
        match self.ask(&connection, Vec::new(), 0, BEAT_TIME).await {
            Ok(answer) => {
                let in_time = began.elapsed() <= self.link().beat_patience();
                self.take(answer).await;
                (is_new || in_time).then_some(connection)
            }
            Err(error) => {
                tracing::debug!(peer = %self.peer, %error, "no heartbeat");
                None
            }
        }
    }
}
