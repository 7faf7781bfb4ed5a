//! The keys of one issuer at this moment.
//!
//! Replacing them keeps the very same key object where material and name are unchanged, and
//! retires the others: that is what lets a cached token live through an unrelated rotation and
//! die with its own key.

use std::sync::{Arc, PoisonError, RwLock};

use crate::error::TokenError;
use crate::key::{KeyKind, VerifyingKey};

type Keys = Arc<[Arc<VerifyingKey>]>;

/// Keys that can be replaced as a whole while others read them.
#[derive(Debug)]
pub(crate) struct KeyRing {
    keys: RwLock<Keys>,
}

impl KeyRing {
    pub(crate) fn new(keys: Vec<VerifyingKey>) -> Self {
        Self { keys: RwLock::new(keys.into_iter().map(Arc::new).collect()) }
    }

    pub(crate) fn current(&self) -> Keys {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts `fresh` in the place of all keys; answers whether that changed anything.
    pub(crate) fn replace(&self, fresh: Vec<VerifyingKey>) -> bool {
        let mut current = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let mut changed = fresh.len() != current.len();
        let next: Keys = fresh
            .into_iter()
            .map(|key| match current.iter().find(|old| old.is_same_as(&key)) {
                Some(old) => Arc::clone(old),
                None => {
                    changed = true;
                    Arc::new(key)
                }
            })
            .collect();
        for old in current.iter() {
            if !next.iter().any(|kept| Arc::ptr_eq(kept, old)) {
                old.retire();
                changed = true;
            }
        }
        *current = next;
        changed
    }

    /// Finds the key that signed `message`.
    ///
    /// A `kid` selects the keys of that name and those without one (PEM files have none); without
    /// a `kid` every key of the kind is tried.
    pub(crate) fn find_signer(
        &self,
        kind: KeyKind,
        kid: Option<&str>,
        message: &[u8],
        signature: &str,
    ) -> Result<Arc<VerifyingKey>, TokenError> {
        let keys = self.current();
        if keys.is_empty() {
            return Err(TokenError::KeysNotLoaded);
        }
        let is_named = |key: &&Arc<VerifyingKey>| {
            kid.is_none_or(|kid| key.kid().is_none_or(|name| name == kid))
        };
        if !keys.iter().any(|key| is_named(&key)) {
            return Err(TokenError::UnknownKey);
        }
        let mut tried = false;
        for key in keys.iter().filter(is_named).filter(|key| key.kind() == kind) {
            tried = true;
            if key.verifies(message, signature) {
                return Ok(Arc::clone(key));
            }
        }
        Err(if tried { TokenError::BadSignature } else { TokenError::algorithm_not_of_key(kind) })
    }
}
