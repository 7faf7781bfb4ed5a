//! The heartbeat: every second, whether or not the one before was answered.
//!
//! A lost packet holds up its connection and not the next beat, which goes on another that is open already.
//! A connection on which a beat came late is not used again; and after a silence no old one is, because
//! those that were open when a path broke hang for long after it is whole again.

use std::collections::VecDeque;
use std::time::{Duration, Instant as Elapsed};

use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval};

use super::ask::Asking;
use super::connection::Connection;

/// How often a peer is asked.
pub const HEARTBEAT: Duration = Duration::from_secs(1);
/// Connections that take the beats in turn. With one, what follows a late beat would wait for a handshake.
const CONNECTIONS: usize = 3;
/// Beats and handshakes under way at once; one more ends the oldest. A handshake over a slow and lossy link
/// has so many seconds.
const UNDER_WAY_MAX: usize = 8;
const TIME_MAX: Duration = Duration::from_secs(UNDER_WAY_MAX as u64);

/// What beats are under way on, and what is ready for the next.
#[derive(Default)]
struct Beats {
    tasks: JoinSet<Option<Connection>>,
    under_way: VecDeque<AbortHandle>,
    ready: VecDeque<Connection>,
}

impl Beats {
    fn gather(&mut self) {
        while let Some(ended) = self.tasks.try_join_next() {
            self.ready.extend(ended.ok().flatten());
        }
        self.under_way.retain(|task| !task.is_finished());
        self.ready.retain(|connection| !connection.is_closed());
    }

    fn spawn(&mut self, task: impl Future<Output = Option<Connection>> + Send + 'static) {
        if self.under_way.len() >= UNDER_WAY_MAX
            && let Some(oldest) = self.under_way.pop_front()
        {
            oldest.abort();
        }
        self.under_way.push_back(self.tasks.spawn(task));
    }
}

/// Beats until it is dropped.
pub async fn beat(asking: Asking) {
    let link = asking.link();
    let mut tick = interval(HEARTBEAT);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut beats = Beats::default();
    loop {
        tick.tick().await;
        beats.gather();
        let is_quiet = link.is_quiet();
        if is_quiet {
            beats.ready.clear();
        }
        let (asked, used) = (asking.clone(), beats.ready.pop_front());
        beats.spawn(async move { asked.beat(used).await });
        if !is_quiet && beats.ready.len() + beats.under_way.len() < CONNECTIONS {
            let asked = asking.clone();
            beats.spawn(async move { asked.open().await });
        }
    }
}

impl Asking {
    /// A connection for a beat to come.
    async fn open(&self) -> Option<Connection> {
        let opened = self.connect(TIME_MAX).await;
        opened.inspect_err(|error| tracing::debug!(peer = %self.peer, %error, "no connection")).ok()
    }

    /// One beat; answers its connection when that is good for another.
    async fn beat(&self, used: Option<Connection>) -> Option<Connection> {
        let is_new = used.is_none();
        let mut connection = match used {
            Some(connection) => connection,
            None => self.open().await?,
        };
        let began = Elapsed::now();
        match self.ask(&mut connection, Vec::new(), 0, TIME_MAX).await {
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
