//! Following the lanes of one line as a desk does: entry by entry, as they come in.
//!
//! [`Verifier::follow`] is strict, for a desk that takes in what a peer sends: a fault changes nothing.
//! [`Verifier::go_on`] is for looking at what lies there already: it names the fault and goes on, so
//! that one missing entry does not hide what is wrong behind it.

use crate::{Fault, Header, KEY_CHANGE, PublicKey, read_key_change};
use keepclear_entry::{Entry, EntryHash, Head, LogId, NodeId, Sequence};

/// The keys of one lane by place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LaneKeys {
    /// Of its first entry. More than one where two headers disagree.
    first: Vec<PublicKey>,
    /// From which place on; ascending. More than one key where two entries at one place both verify.
    changes: Vec<(u64, Vec<PublicKey>)>,
}

impl LaneKeys {
    pub(crate) fn new(first: Vec<PublicKey>) -> Self {
        Self { first, changes: Vec::new() }
    }

    /// The keys that may have signed the entry at this place.
    pub(crate) fn at(&self, sequence: u64) -> &[PublicKey] {
        let count = self.changes.partition_point(|(from, _)| *from <= sequence);
        match count.checked_sub(1).and_then(|last| self.changes.get(last)) {
            Some((_, keys)) => keys,
            None => &self.first,
        }
    }

    /// From the place after this entry on, its lane's key is the one that it names.
    pub(crate) fn follow(&mut self, entry: &Entry) {
        let Some(key) = read_key_change(entry) else { return };
        let from = entry.sequence.get().saturating_add(1);
        match self.changes.binary_search_by_key(&from, |(at, _)| *at) {
            Ok(at) if self.changes[at].1.contains(&key) => {}
            Ok(at) => self.changes[at].1.push(key),
            Err(at) => self.changes.insert(at, (from, vec![key])),
        }
    }

    /// Every key that the lane has had.
    pub(crate) fn all(&self) -> impl Iterator<Item = &PublicKey> {
        self.first.iter().chain(self.changes.iter().flat_map(|(_, keys)| keys))
    }

    pub(crate) fn has_changed(&self) -> bool {
        !self.changes.is_empty()
    }
}

/// What one step of [`Verifier::go_on`] saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The entry; none when the bytes are none.
    pub entry: Option<Entry>,
    /// Everything that is wrong with it here.
    pub faults: Vec<Fault>,
}

/// Follows the four lanes of one line. Entries come in each lane's order; between lanes in any.
#[derive(Debug, Clone)]
pub struct Verifier {
    log: LogId,
    exercise: bool,
    lanes: Vec<Lane>,
}

#[derive(Debug, Clone)]
struct Lane {
    node: NodeId,
    keys: LaneKeys,
    head: Head,
}

impl Verifier {
    /// A line whose lanes are followed from their first entries.
    pub fn new(header: &Header) -> Self {
        let lanes = header.parties.iter().flat_map(|party| {
            party.lanes.map(|lane| Lane {
                node: lane.node,
                keys: LaneKeys::new(vec![party.key]),
                head: Head::START,
            })
        });
        Self { log: header.log(), exercise: header.exercise, lanes: lanes.collect() }
    }

    /// Where a lane stands; `None` for a node that is no lane of this line.
    pub fn head(&self, node: NodeId) -> Option<Head> {
        self.lanes.iter().find(|lane| lane.node == node).map(|lane| lane.head)
    }

    /// Takes the next entry of its lane, or refuses it and stays as it was.
    ///
    /// # Errors
    /// The first [`Fault`].
    pub fn follow(&mut self, bytes: &[u8]) -> Result<Entry, Fault> {
        let entry = Entry::decode(bytes)?;
        let lane = self.signed(&entry)?;
        if let Some(fault) = fault_of_place(self.lanes[lane].head, &entry) {
            return Err(fault);
        }
        self.move_on(lane, &entry, bytes);
        Ok(entry)
    }

    /// Names everything that is wrong with an entry, and goes on behind it where its signature allows:
    /// over a gap, and past one whose predecessor was another.
    pub fn go_on(&mut self, bytes: &[u8]) -> Step {
        let entry = match Entry::decode(bytes) {
            Ok(entry) => entry,
            Err(error) => return Step { entry: None, faults: vec![error.into()] },
        };
        let mut faults = Vec::new();
        match self.signed(&entry) {
            Err(fault) => faults.push(fault),
            Ok(lane) => {
                let fault = fault_of_place(self.lanes[lane].head, &entry);
                if !matches!(fault, Some(Fault::Reordered { .. })) {
                    self.move_on(lane, &entry, bytes);
                }
                faults.extend(fault);
            }
        }
        Step { entry: Some(entry), faults }
    }

    /// The lane that this entry is of, when the lane's key signed it.
    fn signed(&self, entry: &Entry) -> Result<usize, Fault> {
        if entry.log != self.log {
            return Err(Fault::ForeignLog { found: entry.log, expected: self.log });
        }
        if entry.exercise != self.exercise {
            return Err(Fault::Exercise { found: entry.exercise, expected: self.exercise });
        }
        let at = self.lanes.iter().position(|lane| lane.node == entry.node);
        let at = at.ok_or(Fault::UnknownLane { node: entry.node })?;
        is_signed(&self.lanes[at].keys, entry).map(|()| at)
    }

    fn move_on(&mut self, lane: usize, entry: &Entry, bytes: &[u8]) {
        let lane = &mut self.lanes[lane];
        if entry.kind == KEY_CHANGE {
            lane.keys.follow(entry);
        }
        lane.head = Head { next: entry.sequence.next(), previous: EntryHash::of(bytes) };
    }
}

pub(crate) fn is_signed(keys: &LaneKeys, entry: &Entry) -> Result<(), Fault> {
    if entry.signature.is_none() {
        return Err(Fault::Unsigned);
    }
    match keys.at(entry.sequence.get()).iter().any(|key| key.signed(entry)) {
        true => Ok(()),
        false => Err(Fault::Forged),
    }
}

fn fault_of_place(head: Head, entry: &Entry) -> Option<Fault> {
    let (expected, found) = (head.next, entry.sequence);
    if found > expected {
        // At least 1, since it is above another place.
        let last = Sequence::new(found.get() - 1)?;
        return Some(Fault::Missing { first: expected, last });
    }
    if found < expected {
        return Some(Fault::Reordered { expected });
    }
    let (found, expected) = (entry.previous, head.previous);
    (found != expected).then_some(Fault::Previous { found, expected })
}
