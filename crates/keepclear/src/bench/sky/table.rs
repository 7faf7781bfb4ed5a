//! The table of OVNs that all clients share, and how a refused client waits on it.
//!
//! It stands in for the details that peers would fetch from each other. A client that was told of
//! an intent waits here, without spinning, until the table knows an OVN of at least the version that
//! it was told of, or that the intent is gone. Those who wait are woken in the order they came.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, VecDeque};

use tokio::sync::oneshot;
use uuid::Uuid;

/// Deleted intents that are remembered, so that a refusal from just before the deletion is
/// understood. Far more than can be deleted while one answer is under way.
const GONE_MAX: usize = 50_000;

/// An intent that a refusal names, with its version there.
pub type Missing = (Uuid, u32);

/// What is known of the intents of this measurement.
#[derive(Debug, Default)]
pub struct Table {
    inner: RefCell<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    entries: HashMap<Uuid, Entry>,
    /// Intents whose OVNs are announced: everybody knows of them.
    known: BTreeSet<Uuid>,
    gone: VecDeque<Uuid>,
    waiting: VecDeque<Waiter>,
}

#[derive(Debug, Default)]
struct Entry {
    /// The last version that was answered with a 2xx; 0 for none.
    version: u32,
    ovn: Box<str>,
    /// OVN of the version after it, asked for but not answered yet.
    announced: Option<Box<str>>,
    gone: bool,
}

#[derive(Debug)]
struct Waiter {
    wants: Vec<Missing>,
    wake: oneshot::Sender<()>,
}

/// An intent that no client of this measurement has made: its OVN cannot be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the DSS asks for the OVN of intent {0}, which this measurement did not make; \
     use an empty DSS, another --centre, or wait until that intent has ended"
)]
pub struct Foreign(pub Uuid);

impl Entry {
    fn satisfies(&self, version: u32) -> bool {
        self.gone || self.version + u32::from(self.announced.is_some()) >= version
    }
}

impl Table {
    /// An intent that is about to be created.
    pub fn begin(&self, id: Uuid) {
        self.inner.borrow_mut().entries.insert(id, Entry::default());
    }

    /// The OVN that the next version of an intent will have if its write succeeds.
    pub fn announce(&self, id: Uuid, ovn: Box<str>) {
        self.inner.borrow_mut().known.insert(id);
        self.change(id, |entry| entry.announced = Some(ovn));
    }

    /// What a 2xx said.
    pub fn acknowledge(&self, id: Uuid, version: u32, ovn: Box<str>) {
        self.change(id, |entry| {
            *entry = Entry { version, ovn, announced: None, gone: false };
        });
    }

    /// Adds the intents whose OVNs are announced to those that a flight was told of.
    pub fn add_announced(&self, ids: &mut Vec<Uuid>) {
        let told = ids.len();
        let inner = self.inner.borrow();
        for &id in &inner.known {
            if !ids[..told].contains(&id) {
                ids.push(id);
            }
        }
    }

    /// The OVN of an intent that stands.
    pub fn ovn(&self, id: Uuid) -> Option<Box<str>> {
        let inner = self.inner.borrow();
        inner.entries.get(&id).filter(|entry| entry.version > 0).map(|entry| entry.ovn.clone())
    }

    /// An intent that was deleted, or never came to be.
    pub fn remove(&self, id: Uuid) {
        self.change(id, |entry| *entry = Entry { gone: true, ..Entry::default() });
        let mut inner = self.inner.borrow_mut();
        inner.known.remove(&id);
        inner.gone.push_back(id);
        if inner.gone.len() > GONE_MAX
            && let Some(oldest) = inner.gone.pop_front()
        {
            inner.entries.remove(&oldest);
        }
    }

    fn change(&self, id: Uuid, change: impl FnOnce(&mut Entry)) {
        let mut inner = self.inner.borrow_mut();
        let Inner { entries, waiting, .. } = &mut *inner;
        let entry = entries.entry(id).or_default();
        change(entry);
        waiting.retain_mut(|waiter| {
            waiter.wants.retain(|&(wanted, version)| wanted != id || !entry.satisfies(version));
            if !waiter.wants.is_empty() {
                return true;
            }
            let (closed, _) = oneshot::channel();
            // A client that is not there any more needs no waking.
            let _ = std::mem::replace(&mut waiter.wake, closed).send(());
            false
        });
    }

    /// Waits until every intent of a refusal is known with at least its version, or gone.
    ///
    /// # Errors
    /// [`Foreign`] at once for an intent that is not in the table.
    pub async fn learn(&self, missing: &[Missing]) -> Result<(), Foreign> {
        let woken = {
            let mut inner = self.inner.borrow_mut();
            let mut wants = Vec::new();
            for &(id, version) in missing {
                let entry = inner.entries.get(&id).ok_or(Foreign(id))?;
                if !entry.satisfies(version) {
                    wants.push((id, version));
                }
            }
            if wants.is_empty() {
                return Ok(());
            }
            let (wake, woken) = oneshot::channel();
            inner.waiting.push_back(Waiter { wants, wake });
            woken
        };
        // The sender lives in the table, which outlives this borrow of it.
        let _ = woken.await;
        Ok(())
    }

    /// Writes the OVNs of those intents that still stand as the items of a JSON array.
    pub fn write_key<'a>(&self, ids: impl Iterator<Item = &'a Uuid>, out: &mut Vec<u8>) {
        let inner = self.inner.borrow();
        let first = out.len();
        let mut item = |ovn: &str| {
            out.extend_from_slice(if out.len() > first { b",\"" } else { b"\"" });
            out.extend_from_slice(ovn.as_bytes());
            out.push(b'"');
        };
        for entry in ids.filter_map(|id| inner.entries.get(id)) {
            if entry.version > 0 {
                item(&entry.ovn);
            }
            if let Some(announced) = &entry.announced {
                item(announced);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future as _;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    const A: Uuid = Uuid::from_u128(0xa);
    const B: Uuid = Uuid::from_u128(0xb);

    fn key(table: &Table, ids: &[Uuid]) -> String {
        let mut out = Vec::new();
        table.write_key(ids.iter(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn who_waits_is_woken_when_the_last_missing_version_is_known() {
        let table = Table::default();
        table.begin(A);
        table.begin(B);
        table.acknowledge(B, 1, "b1".into());
        let missing = [(A, 1), (B, 2)];
        let mut learn = pin!(table.learn(&missing));
        let mut context = Context::from_waker(Waker::noop());
        assert!(learn.as_mut().poll(&mut context).is_pending());
        table.acknowledge(A, 1, "a1".into());
        assert!(learn.as_mut().poll(&mut context).is_pending(), "b is still at version 1");
        table.remove(B);
        assert_eq!(learn.as_mut().poll(&mut context), Poll::Ready(Ok(())));
        assert_eq!(key(&table, &[A, B]), r#""a1""#);
    }

    #[test]
    fn an_announced_ovn_stands_in_the_key_beside_the_current_one() {
        let table = Table::default();
        table.begin(A);
        table.acknowledge(A, 1, "a1".into());
        table.announce(A, "a2".into());
        let mut learn = pin!(table.learn(&[(A, 2)]));
        assert!(learn.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
        assert_eq!(key(&table, &[A]), r#""a1","a2""#);
        table.acknowledge(A, 2, "a2".into());
        assert_eq!(key(&table, &[A]), r#""a2""#);
    }

    #[test]
    fn an_announced_intent_is_known_to_all_until_it_is_gone() {
        let table = Table::default();
        table.announce(A, "a1".into());
        table.begin(B);
        let known = || {
            let mut ids = vec![B];
            table.add_announced(&mut ids);
            ids
        };
        assert_eq!(known(), [B, A]);
        table.remove(A);
        assert_eq!(known(), [B]);
    }

    #[test]
    fn an_intent_of_somebody_else_is_said_at_once() {
        let table = Table::default();
        let mut learn = pin!(table.learn(&[(A, 1)]));
        let polled = learn.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(polled, Poll::Ready(Err(Foreign(A))));
    }
}
