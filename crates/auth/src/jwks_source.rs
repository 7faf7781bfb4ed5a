//! An issuer's published keys, loaded again and again, and kept through every outage.
//!
//! Only a good answer ever replaces the keys in use. An unknown `kid` may ask for a load, but at
//! most one a minimum interval, however many tokens ask: else whoever sends random `kid`s would
//! make this process attack the issuer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::{Client, Url};
use tokio::sync::watch;
use tracing::{info, warn};

use crate::clock;
use crate::http_client::{self, UrlError, checked_url};
use crate::jwk::read_key_set;
use crate::key_ring::KeyRing;

/// Longest key set that is read, in bytes.
const BODY_BYTES_MAX: usize = 1 << 20;
/// Longest that a request waits for a load that its token asked for.
const DEMAND_WAIT: Duration = Duration::from_secs(2);

/// How a source is run.
#[derive(Debug, Clone)]
pub struct JwksOptions {
    /// From one good load to the next. A revoked key lives at most this long.
    pub refresh_interval: Duration,
    /// Least time between two loads that tokens ask for, and from a failed load to the next.
    pub minimum_interval: Duration,
    /// Takes plain http to other machines too.
    pub allow_http: bool,
}

impl Default for JwksOptions {
    fn default() -> Self {
        Self {
            refresh_interval: Duration::from_secs(60),
            minimum_interval: Duration::from_secs(10),
            allow_http: false,
        }
    }
}

/// How a source is doing, for readiness, metrics and people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JwksStatus {
    /// Keys in use.
    pub keys: usize,
    /// When loading began to fail, in microseconds since the Unix epoch; `None` while it works.
    pub stale_since_us: Option<i64>,
    /// Loads that failed since the start.
    pub failures: u64,
    /// Why the last load failed; `None` after a good one.
    pub last_failure: Option<String>,
}

#[derive(Default)]
struct State {
    last_attempt_us: Option<i64>,
    running: bool,
    stale_since_us: Option<i64>,
    failures: u64,
    last_failure: Option<String>,
    /// Why some keys are passed over, as last reported.
    passed_over: Vec<String>,
}

enum Begin {
    Begun,
    RunningAlready,
    TooSoon,
}

/// The keys behind one JWKS URL.
pub struct JwksSource {
    url: Url,
    options: JwksOptions,
    client: Client,
    ring: KeyRing,
    state: Mutex<State>,
    /// Counts finished loads.
    finished: watch::Sender<u64>,
}

/// Why a source cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("JWKS URL: {0}")]
pub enum JwksSourceError {
    /// The URL is not accepted.
    Url(#[from] UrlError),
    /// There can be no client.
    Client(#[from] http_client::FetchError),
}

impl JwksSource {
    /// A source that has loaded nothing yet.
    ///
    /// # Errors
    /// When the URL is neither https nor http to this machine (unless allowed), or the system has
    /// no root certificates.
    pub fn new(url: &str, options: JwksOptions) -> Result<Arc<Self>, JwksSourceError> {
        Ok(Arc::new(Self {
            url: checked_url(url, options.allow_http)?,
            options,
            client: http_client::client()?,
            ring: KeyRing::new(Vec::new()),
            state: Mutex::default(),
            finished: watch::Sender::new(0),
        }))
    }

    /// Loads the keys at once and then on the interval, until the future is dropped. Spawn it.
    pub async fn run(self: Arc<Self>) {
        loop {
            self.refresh(clock::now_us()).await;
            let is_stale = self.state().stale_since_us.is_some();
            let pause = if is_stale {
                self.options.minimum_interval
            } else {
                self.options.refresh_interval
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// Loads the keys once, or waits for a load that is under way. Answers whether the last load
    /// was good.
    pub async fn refresh(self: &Arc<Self>, now_us: i64) -> bool {
        let mut finished = self.finished.subscribe();
        if let Begin::Begun = self.begin(now_us, Duration::ZERO) {
            self.spawn_load(now_us);
        }
        // The sender lives in `self`, so this cannot fail.
        finished.changed().await.is_ok() && self.state().stale_since_us.is_none()
    }

    /// Loads the keys for a token with an unknown `kid`, and waits for that up to 2 s; does
    /// nothing when the last attempt lies less than the minimum interval back.
    pub(crate) async fn refresh_on_demand(self: &Arc<Self>, now_us: i64) {
        let mut finished = self.finished.subscribe();
        match self.begin(now_us, self.options.minimum_interval) {
            Begin::TooSoon => return,
            Begin::Begun => self.spawn_load(now_us),
            Begin::RunningAlready => {}
        }
        // However the wait ends, the caller looks at the keys that there are then.
        let _ = tokio::time::timeout(DEMAND_WAIT, finished.changed()).await;
    }

    /// Whether keys have been loaded since the start.
    pub fn ready(&self) -> bool {
        !self.ring.current().is_empty()
    }

    /// The URL, as a label.
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// How the source is doing.
    pub fn status(&self) -> JwksStatus {
        let state = self.state();
        JwksStatus {
            keys: self.ring.current().len(),
            stale_since_us: state.stale_since_us,
            failures: state.failures,
            last_failure: state.last_failure.clone(),
        }
    }

    pub(crate) fn ring(&self) -> &KeyRing {
        &self.ring
    }

    fn begin(&self, now_us: i64, least_since: Duration) -> Begin {
        let mut state = self.state();
        if state.running {
            return Begin::RunningAlready;
        }
        // The distance, not the difference: a clock that is set back must not end all loads.
        let since_us = state.last_attempt_us.map(|last_us| now_us.abs_diff(last_us));
        if since_us.is_some_and(|since_us| u128::from(since_us) < least_since.as_micros()) {
            return Begin::TooSoon;
        }
        state.last_attempt_us = Some(now_us);
        state.running = true;
        Begin::Begun
    }

    /// In a task of its own, because a request that asked for it may be gone before it ends.
    fn spawn_load(self: &Arc<Self>, now_us: i64) {
        let source = Arc::clone(self);
        tokio::spawn(async move {
            let loading = Loading(&source);
            let outcome = source.load().await;
            source.note(outcome, now_us);
            drop(loading);
        });
    }

    /// Replaces the keys by the published ones; answers which were passed over, and whether
    /// anything changed.
    async fn load(&self) -> Result<(Vec<String>, bool), String> {
        let body = http_client::fetch(self.client.get(self.url.clone()), BODY_BYTES_MAX)
            .await
            .map_err(|error| error.to_string())?;
        let read = read_key_set(&body).map_err(|error| error.to_string())?;
        Ok((read.passed_over, self.ring.replace(read.keys)))
    }

    /// Speaks up only when something is different from the last time.
    fn note(&self, outcome: Result<(Vec<String>, bool), String>, now_us: i64) {
        let keys = self.ring.current().len();
        let url = self.url.as_str();
        let mut state = self.state();
        match outcome {
            Ok((passed_over, changed)) => {
                if passed_over != state.passed_over {
                    for reason in &passed_over {
                        warn!(url, reason, "a published key is not used");
                    }
                    state.passed_over = passed_over;
                }
                if let Some(since_us) = state.stale_since_us.take() {
                    let outage_s = now_us.saturating_sub(since_us) / 1_000_000;
                    info!(url, keys, outage_s, "the issuer's keys load again");
                } else if changed {
                    info!(url, keys, "the issuer's keys were loaded");
                }
                state.last_failure = None;
            }
            Err(reason) => {
                if state.stale_since_us.is_none() {
                    warn!(url, keys, reason, "the issuer's keys cannot be loaded; the last stay");
                    state.stale_since_us = Some(now_us);
                }
                state.failures += 1;
                state.last_failure = Some(reason);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a load however it ends: a `running` that stays would stop all later ones.
struct Loading<'s>(&'s JwksSource);

impl Drop for Loading<'_> {
    fn drop(&mut self) {
        self.0.state().running = false;
        self.0.finished.send_modify(|count| *count += 1);
    }
}

impl std::fmt::Debug for JwksSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("JwksSource").field("url", &self.url()).finish_non_exhaustive()
    }
}
