//! The pens for our lanes, running ahead of what is durable as the desk's own does.

use std::collections::BTreeMap;
use std::sync::Arc;

use keepclear_entry::{Cause, Head, Party, ProposedAt, RequestId, Writer};
use keepclear_line::Envelope;
use keepclear_line::message::Lane;
use keepclear_line::quantity::{DeskId, Instant};
use keepclear_line::view::Side;
use keepclear_record::{KEY_CHANGE, PublicKey, SigningKey, key_change_payload};
use uuid::Uuid;

use crate::identity::Identity;
use crate::journal::Peer;
use crate::speaking::DeskError;

/// Longest message, bytes: its entry must fit into one of the desk's log and into one exchange between
/// desks, each at most 1 MiB.
const MESSAGE_MAX: usize = 400 << 10;

/// What one entry of a lane carries.
#[derive(Clone, Copy)]
pub enum LaneContent<'a> {
    /// A message.
    Message(&'a Envelope),
    /// The key that signs whatever follows.
    KeyChange(&'a PublicKey),
}

/// One pen a lane.
#[derive(Default)]
pub struct LaneWriters {
    pens: BTreeMap<(DeskId, Lane), (PublicKey, Writer)>,
}

impl LaneWriters {
    /// Appends one signed entry to `out`.
    pub fn write(
        &mut self,
        line: &Peer,
        lane: Lane,
        identity: &Identity,
        now: Instant,
        content: LaneContent<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Head, DeskError> {
        let place = (line.desk(), lane);
        let held = line.lane(Side::Us, lane);
        // After a change of key, which stands alone in its batch, a pen with the new one goes on.
        let signs = self.pens.get(&place).is_some_and(|(key, _)| key == held.key());
        if !signs {
            let key = identity.key_of(held.key()).ok_or_else(no_key)?;
            self.pens.insert(place, (*held.key(), pen(line, lane, held.head(), key)?));
        }
        let (_, pen) = self.pens.get_mut(&place).ok_or(DeskError::Stopping)?;
        // A fresh id: which request of our people it was is no business of the peer's.
        let cause = Cause {
            principal: None,
            request: RequestId(*Uuid::new_v4().as_bytes()),
            proposed_at: ProposedAt(now.0),
        };
        let (kind, payload) = match content {
            LaneContent::Message(envelope) => {
                (envelope.body.kind().entry_kind(), keepclear_line::encode(envelope))
            }
            LaneContent::KeyChange(key) => (KEY_CHANGE, key_change_payload(key)),
        };
        if payload.len() > MESSAGE_MAX {
            return Err(DeskError::TooLarge);
        }
        pen.write(cause, kind, &payload, out).map_err(|_| DeskError::TooLarge)
    }

    /// An entry is durable.
    pub fn confirm(&mut self, lane: Option<(DeskId, Lane, Head)>) {
        if let Some((peer, lane, head)) = lane
            && let Some((_, pen)) = self.pens.get_mut(&(peer, lane))
        {
            pen.confirm(head);
        }
    }

    /// Nothing of the batch is durable.
    pub fn roll_back(&mut self) {
        self.pens.values_mut().for_each(|(_, pen)| pen.roll_back());
    }
}

fn no_key() -> DeskError {
    let reason = "the private key of this line is not in the data folder; restore it from a copy";
    DeskError::Field { field: "key", reason: reason.to_owned() }
}

fn pen(line: &Peer, lane: Lane, head: Head, key: Arc<SigningKey>) -> Result<Writer, DeskError> {
    let card = line.ours();
    let party = Party::new(card.party().as_str()).map_err(|_| DeskError::TooLarge)?;
    let node = line.line().charter().lane_node(Side::Us, lane);
    Ok(Writer::new(line.log(), card.exercise(), node, party, head).signing(key))
}
