//! Ids of intents, and the suffixes by which OVNs are announced.
//!
//! Ids must be fresh in every run: a DSS remembers ended intents for weeks, and refuses theirs.

use std::cell::RefCell;

use uuid::{Builder, Uuid};

use crate::bench::random::Random;

/// Makes ids without asking the system for each.
pub struct Ids {
    random: RefCell<Random>,
}

impl Ids {
    /// A stream of its own for this process.
    pub fn new() -> Self {
        let (seed, _) = Uuid::new_v4().as_u64_pair();
        Self { random: RefCell::new(Random::new(seed)) }
    }

    /// A fresh UUIDv4.
    pub fn entity(&self) -> Uuid {
        let mut random = self.random.borrow_mut();
        let (high, low) = (random.bits(), random.bits());
        Builder::from_random_bytes(Uuid::from_u64_pair(high, low).into_bytes()).into_uuid()
    }

    /// A fresh UUIDv7 of an instant, microseconds since the epoch.
    pub fn suffix(&self, now_us: i64) -> Uuid {
        let fresh = self.entity().into_bytes();
        let mut below = [0; 10];
        below.copy_from_slice(&fresh[..10]);
        let now_ms = u64::try_from(now_us / 1_000).unwrap_or(0);
        Builder::from_unix_timestamp_millis(now_ms, &below).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_of_version_4_and_suffixes_of_version_7() {
        let ids = Ids::new();
        assert_eq!(ids.entity().get_version_num(), 4);
        assert_ne!(ids.entity(), ids.entity());
        let suffix = ids.suffix(1_764_068_400_123_456);
        assert_eq!(suffix.get_version_num(), 7);
        let (seconds, below_ns) = suffix.get_timestamp().unwrap().to_unix();
        assert_eq!((seconds, below_ns), (1_764_068_400, 123_000_000));
        assert_eq!(suffix.get_variant(), uuid::Variant::RFC4122);
    }
}
