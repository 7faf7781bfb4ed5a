//! Tokens for our own calls: kept until shortly before they expire.
//!
//! One token is fetched once, however many calls want it at the same moment: the others wait for
//! that one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::Client;

use crate::http_client;
use crate::token_fetch::{Fetched, Origin, TokenOrigin, TokenRequest, TokenSourceError};

/// How long before its expiry a token is not given out any more, at most.
const MARGIN_US: i64 = 5 * 60 * 1_000_000;
/// Most different tokens that are kept.
const TOKENS_MAX: usize = 1_000;

struct Kept {
    token: Arc<str>,
    use_until_us: i64,
}

type Slot = Arc<tokio::sync::Mutex<Option<Kept>>>;

/// Gets and keeps tokens. Shared by all calls.
pub struct TokenSource {
    origin: Origin,
    client: Client,
    slots: Mutex<BTreeMap<TokenRequest, Slot>>,
}

impl TokenSource {
    /// A source of tokens from `origin`.
    ///
    /// # Errors
    /// When the URL is neither https nor http to this machine (unless `allow_http`), or the system
    /// has no root certificates.
    pub fn new(origin: TokenOrigin, allow_http: bool) -> Result<Self, TokenSourceError> {
        let client = http_client::client()
            .map_err(|reason| TokenSourceError::Fetch { host: "the issuer".to_owned(), reason })?;
        Ok(Self {
            origin: Origin::new(origin, allow_http)?,
            client,
            slots: Mutex::new(BTreeMap::new()),
        })
    }

    /// A token for `wanted` that is valid for 5 minutes more at `now_us` (microseconds since the
    /// Unix epoch), or for half of what was left of it when it was fetched, if that is less.
    /// Tokens of unknown expiry are not kept.
    ///
    /// # Errors
    /// When none is kept and the origin gives none.
    pub async fn token(
        &self,
        wanted: &TokenRequest,
        now_us: i64,
    ) -> Result<Arc<str>, TokenSourceError> {
        let mut wanted = wanted.clone();
        wanted.scopes.sort_unstable();
        wanted.scopes.dedup();
        let slot = self.slot(&wanted, now_us);
        let mut kept = slot.lock().await;
        if let Some(kept) = &*kept
            && now_us < kept.use_until_us
        {
            return Ok(Arc::clone(&kept.token));
        }
        let Fetched { token, expires_us } =
            self.origin.fetch(&self.client, &wanted, now_us).await?;
        let token: Arc<str> = token.into();
        *kept = expires_us.map(|expires_us| {
            let left_us = expires_us.saturating_sub(now_us).max(0);
            let use_until_us = expires_us.saturating_sub(MARGIN_US.min(left_us / 2));
            Kept { token: Arc::clone(&token), use_until_us }
        });
        Ok(token)
    }

    fn slot(&self, wanted: &TokenRequest, now_us: i64) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= TOKENS_MAX && !slots.contains_key(wanted) {
            // A slot that is locked is being filled right now.
            slots.retain(|_, slot| {
                slot.try_lock().map_or(true, |kept| {
                    kept.as_ref().is_some_and(|kept| now_us < kept.use_until_us)
                })
            });
            if slots.len() >= TOKENS_MAX {
                slots.clear();
            }
        }
        Arc::clone(slots.entry(wanted.clone()).or_default())
    }
}

impl std::fmt::Debug for TokenSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("TokenSource").finish_non_exhaustive()
    }
}
