//! Tokens that were verified, so that the same token costs no signature again.
//!
//! A hit needs the whole token to be equal, byte for byte: the hash only finds the place. It is
//! seeded and taken over the token's end, which is its signature: nobody can choose that and have
//! it verify, so nobody can crowd one place.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeSet, HashMap};
use std::hash::BuildHasher;
use std::sync::{Arc, PoisonError, RwLock};

use crate::key::VerifyingKey;
use crate::principal::Principal;

/// Most tokens that are remembered; some 70 MiB with tokens of 1 KiB.
pub(crate) const TOKENS_MAX: usize = 50_000;
/// How much of a token's end is hashed, in bytes: 288 bits of signature.
const HASHED_BYTES: usize = 48;

struct Entry {
    token: Box<str>,
    principal: Arc<Principal>,
    key: Arc<VerifyingKey>,
}

#[derive(Default)]
struct Entries {
    by_hash: HashMap<u64, Entry>,
    /// The same entries by expiry, so that what goes first stands first.
    by_expiry: BTreeSet<(i64, u64)>,
}

impl Entries {
    fn remove(&mut self, hash: u64) {
        if let Some(entry) = self.by_hash.remove(&hash) {
            self.by_expiry.remove(&(entry.principal.expires_us, hash));
        }
    }
}

/// Verified tokens, at most [`TOKENS_MAX`] or what [`TokenCache::with_capacity`] was given.
pub(crate) struct TokenCache {
    seed: RandomState,
    capacity: usize,
    entries: RwLock<Entries>,
}

impl TokenCache {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self { seed: RandomState::new(), capacity, entries: RwLock::default() }
    }

    /// The principal of a token that was verified by a key that still lives. The caller compares
    /// the expiry.
    pub(crate) fn get(&self, token: &str) -> Option<Arc<Principal>> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.by_hash.get(&self.hash(token))?;
        if *entry.token != *token || entry.key.is_retired() {
            return None;
        }
        Some(Arc::clone(&entry.principal))
    }

    /// Remembers a token. What has expired goes; when the cache is still full, the token that
    /// expires next goes, which is about the oldest, since none lives longer than an hour.
    pub(crate) fn insert(
        &self,
        token: &str,
        principal: Arc<Principal>,
        key: Arc<VerifyingKey>,
        now_us: i64,
    ) {
        let hash = self.hash(token);
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        entries.remove(hash);
        while let Some(&(expires_us, first)) = entries.by_expiry.first() {
            if expires_us > now_us && entries.by_hash.len() < self.capacity {
                break;
            }
            entries.remove(first);
        }
        entries.by_expiry.insert((principal.expires_us, hash));
        entries.by_hash.insert(hash, Entry { token: token.into(), principal, key });
    }

    /// How many tokens are remembered.
    pub(crate) fn len(&self) -> usize {
        self.entries.read().unwrap_or_else(PoisonError::into_inner).by_hash.len()
    }

    fn hash(&self, token: &str) -> u64 {
        let bytes = token.as_bytes();
        self.seed.hash_one(&bytes[bytes.len().saturating_sub(HASHED_BYTES)..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::Scopes;

    fn principal(expires_us: i64) -> Arc<Principal> {
        Arc::new(Principal {
            issuer: "i".into(),
            subject: "s".into(),
            scopes: Scopes::default(),
            token_hash: [0; 32],
            expires_us,
        })
    }

    fn key() -> Arc<VerifyingKey> {
        // The public key of RFC 8032, 7.1, test 1.
        let bytes: Vec<u8> = (0..64)
            .step_by(2)
            .map(|at| {
                let hex = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
                u8::from_str_radix(&hex[at..at + 2], 16).unwrap()
            })
            .collect();
        Arc::new(VerifyingKey::from_ed25519_bytes(&bytes).unwrap())
    }

    #[test]
    fn a_full_cache_drops_the_expired_and_then_what_expires_next() {
        let cache = TokenCache::with_capacity(3);
        let key = key();
        for (token, expires_us) in [("a", 10), ("b", 40), ("c", 30)] {
            cache.insert(token, principal(expires_us), Arc::clone(&key), 0);
        }
        assert_eq!(cache.len(), 3);
        cache.insert("d", principal(50), Arc::clone(&key), 10);
        assert!(cache.get("a").is_none(), "expired at 10");
        cache.insert("e", principal(60), Arc::clone(&key), 11);
        assert!(cache.get("c").is_none(), "expires next, at 30");
        assert_eq!(cache.len(), 3);
        for token in ["b", "d", "e"] {
            assert!(cache.get(token).is_some(), "{token}");
        }
    }

    #[test]
    fn tokens_that_share_an_end_are_told_apart() {
        let cache = TokenCache::with_capacity(3);
        let end = "x".repeat(HASHED_BYTES);
        cache.insert(&format!("one{end}"), principal(10), key(), 0);
        assert!(cache.get(&format!("two{end}")).is_none());
        assert!(cache.get(&format!("one{end}")).is_some());
    }

    #[test]
    fn a_remembered_token_dies_with_its_key() {
        let cache = TokenCache::with_capacity(3);
        let key = key();
        cache.insert("a", principal(10), Arc::clone(&key), 0);
        assert!(cache.get("a").is_some());
        key.retire();
        assert!(cache.get("a").is_none());
    }
}
