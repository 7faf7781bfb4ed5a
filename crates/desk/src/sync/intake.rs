//! Entries of a peer: judged one by one before anything of them is written.
//!
//! What is bad is refused by name and ends its lane in this exchange; what came before it is taken. A
//! gap before the first entry of a lane is no fault: two exchanges may overtake each other, and the
//! missing ones come with the next.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use keepclear_entry::{Entry, EntryError, EntryHash, Payload, Sequence};
use keepclear_line::line::Charter;
use keepclear_line::message::Lane;
use keepclear_line::quantity::{DeskId, Name};
use keepclear_line::stored::Stored;
use keepclear_line::view::Side;
use keepclear_record::{KEY_CHANGE, PublicKey, read_key_change};
use minicbor::bytes::ByteVec;

use super::heard::digest_of;
use super::protocol::{ENTRY_MAX, Refused};
use crate::engine::{Request, Shared};
use crate::inject::Inject;
use crate::journal::{Peer, Suspected, SuspicionKind};
use crate::speaking::DeskError;

/// More entries than this are judged beside the event loop: a signature takes some 50 µs.
const INLINE_MAX: usize = 16;

/// An entry that may be taken where it stands.
pub struct Checked {
    pub lane: Lane,
    pub sequence: Sequence,
    pub previous: EntryHash,
    pub hash: EntryHash,
    pub bytes: Bytes,
    pub stored: Option<Stored>,
}

/// What became of a peer's entries.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The first that was not taken.
    pub refused: Option<Refused>,
    /// They were in order, and nothing of them could be written.
    pub busy: bool,
}

/// Judges a peer's entries, has the good ones written, and notes what is wrong with the others.
pub async fn take_in(shared: &Arc<Shared>, peer: DeskId, entries: Vec<ByteVec>) -> Outcome {
    if entries.is_empty() {
        return Outcome::default();
    }
    let Some(judge) = shared.read(|state| Some(Judge::of(state.peer(peer)?, shared.inject))) else {
        return Outcome::default();
    };
    let judging = Arc::clone(shared);
    let judged = if entries.len() > INLINE_MAX {
        let judged = tokio::task::spawn_blocking(move || judge.all(&judging, entries)).await;
        judged.unwrap_or_default()
    } else {
        judge.all(&judging, entries)
    };
    let Judged { good, refused, suspicions } = judged;
    let (good, mut busy) = within_budget(shared, peer, good);
    if !good.is_empty() {
        match shared.submit(Request::Hear { peer, entries: good }).await {
            Ok(_) => {}
            Err(DeskError::Overloaded | DeskError::NoRoom | DeskError::Stopping) => busy = true,
            Err(error) => tracing::error!(%error, "entries of a peer were not written"),
        }
    }
    for suspected in suspicions {
        shared.suspect(suspected).await;
    }
    Outcome { refused, busy }
}

/// What may be written, and whether something may not yet: it ends its lane in this exchange.
fn within_budget(shared: &Shared, peer: DeskId, good: Vec<Checked>) -> (Vec<Checked>, bool) {
    let link = shared.links.to(peer);
    let mut ended = BTreeSet::new();
    let admitted = |checked: &Checked| {
        let lane = checked.lane;
        let admitted = !ended.contains(&lane) && link.admits(lane.into(), checked.bytes.len());
        if !admitted {
            ended.insert(lane);
        }
        admitted
    };
    let good = good.into_iter().filter(admitted).collect();
    (good, !ended.is_empty())
}

/// What a peer's entries are held against.
struct Judge {
    peer: DeskId,
    charter: Charter,
    party: Name,
    inject: Option<Inject>,
    /// The key that we have accepted.
    agreed: Option<PublicKey>,
    lanes: BTreeMap<Lane, Standing>,
}

struct Standing {
    next: Sequence,
    previous: EntryHash,
    key: PublicKey,
    /// The last place in this exchange.
    last: Option<u64>,
    /// Something was wrong: nothing more is taken.
    ended: bool,
}

#[derive(Default)]
struct Judged {
    good: Vec<Checked>,
    refused: Option<Refused>,
    suspicions: Vec<Suspected>,
}

/// Why an entry is not taken; with a kind when an honest desk would not have sent it.
struct Wrong {
    kind: Option<SuspicionKind>,
    reason: String,
    lane: Option<Lane>,
}

impl Judge {
    fn of(peer: &Peer, inject: Option<Inject>) -> Self {
        let standing = |lane| {
            let held = peer.lane(Side::Them, lane);
            let head = held.head();
            let key = *held.key();
            let (next, previous) = (head.next, head.previous);
            (lane, Standing { next, previous, key, last: None, ended: false })
        };
        Self {
            peer: peer.desk(),
            charter: peer.line().charter().clone(),
            party: peer.theirs().party().clone(),
            inject,
            agreed: peer.agreed_key(Side::Them).copied(),
            lanes: Lane::ALL.into_iter().map(standing).collect(),
        }
    }

    fn all(mut self, shared: &Shared, entries: Vec<ByteVec>) -> Judged {
        let mut judged = Judged::default();
        for (number, bytes) in (0..).zip(entries) {
            let bytes = Bytes::from(Vec::from(bytes));
            match self.one(shared, &bytes) {
                Ok(None) => {}
                Ok(Some(checked)) => judged.good.push(checked),
                Err(Wrong { kind, reason, lane }) => {
                    match lane.and_then(|lane| self.lanes.get_mut(&lane)) {
                        Some(standing) => standing.ended = true,
                        // Whose it is cannot be said, so nothing behind it can be trusted to follow.
                        None => self.lanes.values_mut().for_each(|lane| lane.ended = true),
                    }
                    if let Some(kind) = kind {
                        let digest = digest_of(&[&bytes]);
                        let peer = Some(self.peer);
                        let detail = reason.clone();
                        judged.suspicions.push(Suspected { peer, kind, digest, detail });
                    }
                    judged.refused.get_or_insert(Refused { entry: number, reason });
                }
            }
        }
        judged
    }

    /// `None` for one that is here already, or that stands behind a refused one.
    fn one(&mut self, shared: &Shared, bytes: &Bytes) -> Result<Option<Checked>, Wrong> {
        let nowhere = |kind, reason| Wrong { kind: Some(kind), reason, lane: None };
        if bytes.len() > ENTRY_MAX {
            let reason = format!("an entry of {} bytes: at most {ENTRY_MAX}", bytes.len());
            return Err(nowhere(SuspicionKind::Oversized, reason));
        }
        let entry = Entry::decode(bytes).map_err(|error| {
            let kind = match &error {
                EntryError::Malformed { reason, .. } if reason.contains("end of input") => {
                    SuspicionKind::Truncated
                }
                _ => SuspicionKind::Malformed,
            };
            nowhere(kind, format!("not an entry: {error}"))
        })?;
        let lane = self.place(&entry)?;
        let peer = self.peer;
        let Some(standing) = self.lanes.get_mut(&lane) else { return Ok(None) };
        if standing.ended {
            return Ok(None);
        }
        let wrong = |kind, reason| Wrong { kind, reason, lane: Some(lane) };
        let hash = EntryHash::of(bytes);
        let (sequence, next) = (entry.sequence, standing.next);
        let at = format!("entry {sequence} of the {lane:?} lane");
        let last = standing.last.replace(sequence.get());
        if let Some(last) = last.filter(|last| sequence.get() != last + 1) {
            let kind = if sequence.get() > last {
                SuspicionKind::Truncated
            } else {
                SuspicionKind::Reordered
            };
            return Err(wrong(Some(kind), format!("{at} stands right behind entry {last}")));
        }
        if sequence < next {
            let known =
                shared.read(|state| state.peer(peer)?.lane(Side::Them, lane).hash(sequence.get()));
            if known == Some(hash) {
                return Ok(None);
            }
            let kind = match standing.key.signed(&entry) {
                true => SuspicionKind::Replayed,
                false => SuspicionKind::Forged,
            };
            return Err(wrong(Some(kind), format!("{at} is another one than was taken there")));
        }
        if sequence > next {
            return Err(wrong(None, format!("{at} came before entry {next}; send that first")));
        }
        if !standing.key.signed(&entry) {
            let reason = format!("{at} is not signed by the key of its lane");
            return Err(wrong(Some(SuspicionKind::Forged), reason));
        }
        if entry.previous != standing.previous {
            let reason = format!("{at} does not follow the entry that stands before it");
            return Err(wrong(Some(SuspicionKind::RewrittenHistory), reason));
        }
        if entry.kind == KEY_CHANGE {
            match read_key_change(&entry).filter(|key| Some(*key) == self.agreed) {
                Some(key) => standing.key = key,
                None => {
                    let reason = format!("{at} changes the key without both sides' agreement");
                    return Err(wrong(Some(SuspicionKind::WrongIdentity), reason));
                }
            }
        }
        standing.next = sequence.next();
        standing.previous = hash;
        let stored = stored(&entry, self.inject);
        let (previous, bytes) = (entry.previous, bytes.clone());
        Ok(Some(Checked { lane, sequence, previous, hash, bytes, stored }))
    }

    /// The peer's lane that an entry is of.
    fn place(&self, entry: &Entry) -> Result<Lane, Wrong> {
        let charter = &self.charter;
        let wrong = |reason| {
            let kind = Some(SuspicionKind::WrongIdentity);
            Err(Wrong { kind, reason, lane: None })
        };
        if entry.log != charter.line {
            return wrong(format!("an entry of {}, this is {}", entry.log, charter.line));
        }
        if entry.exercise != charter.exercise {
            return wrong(format!("an entry that says exercise: {}", entry.exercise));
        }
        if entry.party.as_str() != self.party.as_str() {
            return wrong(format!("an entry in the name of {}", entry.party));
        }
        match charter.lane_of(entry.node) {
            Some((Side::Them, lane)) => Ok(lane),
            Some((Side::Us, _)) => wrong("an entry of our own lane".to_owned()),
            None => {
                wrong(format!("an entry of node {}, which is no lane of this line", entry.node))
            }
        }
    }
}

/// What is kept of a message's shared fields. One whose volumes geometry refuses is kept without; the
/// side that said it sees that from the receipt.
fn stored(entry: &Entry, inject: Option<Inject>) -> Option<Stored> {
    let Payload::Inline(payload) = &entry.payload else { return None };
    let envelope = keepclear_line::decode(entry.kind, payload.as_bytes()).ok()?;
    let stored = Stored::of(&envelope.body).ok()??;
    match inject {
        None => Some(stored),
        Some(inject) => inject.spoil(&stored).ok(),
    }
}
