//! Signed tree heads on a line: said of all four lanes, and the peer's held against our own trees.
//!
//! A peer that signs another root than ours over as many entries holds, or shows, another history.

use keepclear_line::message::Lane;
use keepclear_line::quantity::MessageId;
use keepclear_line::view::Side;
use keepclear_record::{Checkpoint, Note, Root, SigningKey, desk_key_name, lane_origin};
use uuid::Uuid;

use super::{Peer, index};
use crate::journal::{Suspected, SuspicionKind};

/// Claims about entries that are not here yet, most.
const CLAIMS_MAX: usize = 64;

/// Longest that a suspicion is told, characters.
const DETAIL_MAX: usize = 300;

/// A tree head that the peer has signed.
#[derive(Debug, Clone)]
pub struct Claim {
    message: MessageId,
    side: Side,
    lane: Lane,
    size: u64,
    root: Root,
}

const LANES: [(Side, Lane); 4] = [
    (Side::Us, Lane::Ordinary),
    (Side::Us, Lane::Urgent),
    (Side::Them, Lane::Ordinary),
    (Side::Them, Lane::Urgent),
];

impl Peer {
    /// Lanes with at least so many entries that no checkpoint of ours covers.
    pub fn uncovered(&self, least: u64) -> impl Iterator<Item = (Side, Lane)> + '_ {
        let held = move |(side, lane): &(Side, Lane)| self.lane(*side, *lane).uncovered() >= least;
        LANES.into_iter().filter(held)
    }

    /// Our checkpoint of a lane as it stands.
    pub fn checkpoint(&self, side: Side, lane: Lane, key: &SigningKey) -> Option<String> {
        let held = self.lane(side, lane);
        let checkpoint = Checkpoint::new(self.origin(side, lane), held.len(), held.root());
        let name = desk_key_name(Uuid::from_bytes(self.ours.desk().0));
        checkpoint.signed(&name, key).ok().map(|note| note.to_string())
    }

    fn origin(&self, side: Side, lane: Lane) -> String {
        let node = self.line.charter().lane_node(side, lane);
        lane_origin(Uuid::from_bytes(self.log.id), node)
    }

    fn lane_of_origin(&self, origin: &str) -> Option<(Side, Lane)> {
        LANES.into_iter().find(|(side, lane)| self.origin(*side, *lane) == origin)
    }

    pub(super) fn note_own_checkpoint(&mut self, note: &str) {
        let read = Note::parse(note).and_then(|note| Checkpoint::of(&note));
        let Ok(checkpoint) = read else { return };
        if let Some((side, lane)) = self.lane_of_origin(&checkpoint.origin) {
            self.lanes[index(side, lane)].covered(checkpoint.size);
        }
    }

    pub(super) fn hear_checkpoint(&mut self, message: MessageId, note: &str) -> Option<Suspected> {
        match self.claim(message, note) {
            Ok(claim) => {
                if self.claims.len() == CLAIMS_MAX {
                    self.claims.remove(0);
                }
                self.claims.push(claim);
                None
            }
            Err(detail) => Some(self.suspected(message, SuspicionKind::RewrittenHistory, &detail)),
        }
    }

    fn claim(&self, message: MessageId, note: &str) -> Result<Claim, String> {
        let note = Note::parse(note).map_err(|error| format!("a checkpoint: {error}"))?;
        let checkpoint = Checkpoint::of(&note).map_err(|error| format!("a checkpoint: {error}"))?;
        let name = desk_key_name(Uuid::from_bytes(self.theirs.desk().0));
        if !note.is_signed_by(&name, self.lane(Side::Them, Lane::Ordinary).key()) {
            return Err(format!("a checkpoint of {} is not signed by its desk", checkpoint.origin));
        }
        let Checkpoint { origin, size, root, .. } = checkpoint;
        let (side, lane) = self
            .lane_of_origin(&origin)
            .ok_or_else(|| format!("a checkpoint of {origin}, which is no lane of this line"))?;
        Ok(Claim { message, side, lane, size, root })
    }

    /// Holds what was claimed against what is here by now.
    pub(super) fn settle_claims(&mut self) -> Vec<Suspected> {
        let mut suspicions = Vec::new();
        for claim in std::mem::take(&mut self.claims) {
            let Claim { message, side, lane, size, root } = claim.clone();
            let ours = self.lane(side, lane).root_at(size);
            let detail = match (ours, side) {
                (Some(ours), _) if ours == root => continue,
                (Some(ours), _) => format!(
                    "its checkpoint of the first {size} entries of the {lane:?} lane of {side:?} \
                     has root {root}, they have {ours} here"
                ),
                (None, Side::Us) => format!(
                    "its checkpoint of our {lane:?} lane covers {size} entries, we have said {}",
                    self.lane(side, lane).len()
                ),
                (None, Side::Them) => {
                    self.claims.push(claim);
                    continue;
                }
            };
            suspicions.push(self.suspected(message, SuspicionKind::RewrittenHistory, &detail));
        }
        suspicions
    }

    fn suspected(&self, digest: MessageId, kind: SuspicionKind, detail: &str) -> Suspected {
        // It quotes what the peer wrote.
        let detail = detail.chars().take(DETAIL_MAX).collect();
        Suspected { peer: Some(self.desk()), kind, digest, detail }
    }
}
