//! The way in: from an `Authorization` header to a [`Principal`], or the reason why not.
//!
//! A remembered token is compared with the clock and with its key's life each time, and with
//! nothing else: everything else about it was decided when it was first seen.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};

use crate::cache::{TOKENS_MAX, TokenCache};
use crate::error::TokenError;
use crate::issuer::{ConfigError, Issuer, IssuerConfig};
use crate::jwks_source::JwksSource;
use crate::key::VerifyingKey;
use crate::principal::Principal;
use crate::token::{Unverified, bearer_token};

/// Verifies access tokens of the configured issuers. Shared by all requests.
pub struct Verifier {
    issuers: Vec<Issuer>,
    audiences: Vec<String>,
    cache: TokenCache,
}

impl Verifier {
    /// Trusts `issuers` for tokens meant for one of `audiences`.
    ///
    /// # Errors
    /// When there is no issuer, audience or key, when a glob cannot be read, or when two issuers
    /// could be taken for each other.
    pub fn new(issuers: Vec<IssuerConfig>, audiences: Vec<String>) -> Result<Self, ConfigError> {
        if issuers.is_empty() {
            return Err(ConfigError::NoIssuer);
        }
        if audiences.is_empty() {
            return Err(ConfigError::NoAudience);
        }
        if audiences.iter().any(String::is_empty) {
            return Err(ConfigError::EmptyAudience);
        }
        let issuers = issuers.into_iter().map(Issuer::new).collect::<Result<Vec<_>, _>>()?;
        for (at, issuer) in issuers.iter().enumerate() {
            match issuer.name() {
                None if issuers.len() > 1 => return Err(ConfigError::NamelessAmongSeveral),
                Some(name) if issuers[..at].iter().any(|other| other.name() == Some(name)) => {
                    return Err(ConfigError::Duplicate { name: name.to_owned() });
                }
                _ => {}
            }
        }
        Ok(Self { issuers, audiences, cache: TokenCache::with_capacity(TOKENS_MAX) })
    }

    /// Verifies the token in an `Authorization` header at the time `now_us` (microseconds since
    /// the Unix epoch). Never waits.
    ///
    /// # Errors
    /// The first rule that the token breaks, in this order: its form, its algorithm, its issuer,
    /// its key, its signature, its times, audience, subject and scopes, and last whether the
    /// issuer may speak for the subject.
    pub fn verify(
        &self,
        authorization: Option<&[u8]>,
        now_us: i64,
    ) -> Result<Arc<Principal>, TokenError> {
        let token = bearer_token(authorization)?;
        if let Some(principal) = self.cache.get(token) {
            if principal.expires_us <= now_us {
                return Err(TokenError::Expired);
            }
            return Ok(principal);
        }
        let (principal, key) = self.verify_anew(token, now_us)?;
        let principal = Arc::new(principal);
        self.cache.insert(token, Arc::clone(&principal), key, now_us);
        Ok(principal)
    }

    /// As [`Verifier::verify`], but a token whose key is not known makes its issuer's keys be
    /// loaded again, if the last load lies long enough back, and waits for that up to 2 s.
    ///
    /// # Errors
    /// As [`Verifier::verify`].
    pub async fn verify_or_refresh(
        &self,
        authorization: Option<&[u8]>,
        now_us: i64,
    ) -> Result<Arc<Principal>, TokenError> {
        let refusal = match self.verify(authorization, now_us) {
            Err(refusal @ (TokenError::UnknownKey | TokenError::KeysNotLoaded)) => refusal,
            answer => return answer,
        };
        let source = Unverified::read(bearer_token(authorization)?)
            .and_then(|token| self.issuer_of(&token))
            .map(Issuer::jwks)?;
        let Some(source) = source else { return Err(refusal) };
        source.refresh_on_demand(now_us).await;
        // Even if nothing was loaded for this token: a load may have ended since the first look.
        self.verify(authorization, now_us)
    }

    /// Whether the keys of every issuer have been loaded at least once.
    pub fn ready(&self) -> bool {
        self.jwks_sources().all(|source| source.ready())
    }

    /// The sources of published keys: run each in a task of its own, and show its state.
    pub fn jwks_sources(&self) -> impl Iterator<Item = &Arc<JwksSource>> {
        self.issuers.iter().filter_map(Issuer::jwks)
    }

    /// How many verified tokens are remembered, for a metric.
    pub fn remembered_tokens(&self) -> usize {
        self.cache.len()
    }

    fn issuer_of(&self, token: &Unverified<'_>) -> Result<&Issuer, TokenError> {
        let name = token.claims.issuer()?;
        self.issuers.iter().find(|issuer| issuer.is_named(name)).ok_or(TokenError::UnknownIssuer)
    }

    fn verify_anew(
        &self,
        text: &str,
        now_us: i64,
    ) -> Result<(Principal, Arc<VerifyingKey>), TokenError> {
        let token = Unverified::read(text)?;
        let issuer = self.issuer_of(&token)?;
        let key = issuer.ring().find_signer(
            token.kind,
            token.kid.as_deref(),
            token.message,
            token.signature,
        )?;
        let claims = &token.claims;
        let expires_us = claims.check_times(now_us)?;
        claims.check_audience(&self.audiences)?;
        let subject = claims.subject()?.to_owned();
        let scopes = claims.scopes()?;
        let name = claims.issuer()?.to_owned();
        if !issuer.speaks_for(&subject) {
            return Err(TokenError::SubjectNotOfIssuer { issuer: name, subject });
        }
        let mut token_hash = [0; 32];
        token_hash.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
        Ok((Principal { issuer: name, subject, scopes, token_hash, expires_us }, key))
    }
}
