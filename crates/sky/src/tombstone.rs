//! What is remembered of what was deleted: a DELETE whose answer was lost is sent again, and must
//! not look like a mistake to its sender.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use minicbor::{Decode, Encode};
use uuid::Uuid;

use crate::codec;
use crate::ids::Subject;

/// How long a deletion is remembered, microseconds: longer than any sensible retry.
const REMEMBERED_US: i64 = 10 * 60 * 1_000_000;

/// Most deletions remembered; the oldest go first.
const REMEMBERED_MAX: usize = 100_000;

/// A deletion.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Tombstone {
    /// When, microseconds since the epoch.
    #[n(0)]
    pub deleted_us: i64,
    /// Whose it was.
    #[n(1)]
    pub manager: Subject,
    /// The OVN or version that it had.
    #[cbor(n(2), with = "codec::text")]
    pub version: Arc<str>,
}

/// The latest deletions.
#[derive(Debug, Clone, Default)]
pub struct Tombstones {
    by_id: BTreeMap<Uuid, Tombstone>,
    by_time: BTreeSet<(i64, Uuid)>,
}

impl Tombstones {
    pub(crate) fn add(&mut self, id: Uuid, tombstone: Tombstone) {
        self.forget(id);
        self.by_time.insert((tombstone.deleted_us, id));
        self.by_id.insert(id, tombstone);
    }

    /// The id lives again.
    pub(crate) fn forget(&mut self, id: Uuid) {
        if let Some(old) = self.by_id.remove(&id) {
            self.by_time.remove(&(old.deleted_us, id));
        }
    }

    pub(crate) fn get(&self, id: Uuid) -> Option<&Tombstone> {
        self.by_id.get(&id)
    }

    /// Two at most: a command deletes at most two things.
    pub(crate) fn sweep(&mut self, now_us: i64) {
        for _ in 0..2 {
            let Some(&(deleted_us, id)) = self.by_time.first() else { return };
            if self.by_id.len() <= REMEMBERED_MAX && deleted_us >= now_us - REMEMBERED_US {
                return;
            }
            self.forget(id);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Uuid, &Tombstone)> {
        self.by_id.iter()
    }
}
