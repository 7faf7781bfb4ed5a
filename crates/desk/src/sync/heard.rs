//! What every message of a peer tells, whatever entries it carries: that it came, by which clock, and
//! what the peer has of our lanes.

use keepclear_entry::EntryHash;
use keepclear_line::health::Suspensions;
use keepclear_line::message::{Lane, Mark};
use keepclear_line::quantity::{DeskId, MessageId};
use keepclear_line::view::{LineState, Side};
use sha2::{Digest, Sha256};

use super::protocol::{Sync, held_of};
use crate::engine::{Shared, Showing};
use crate::journal::{Suspected, SuspicionKind};

/// Takes note of it.
pub async fn note(shared: &Shared, peer: DeskId, sync: &Sync) {
    let link = shared.links.to(peer);
    link.heard(shared.clock.now(), sync.clock, sync.heard);
    for lane in Lane::ALL {
        let held = held_of(&sync.held, lane);
        match held {
            None => link.acknowledged(lane, 0, sync.clock),
            Some(mark) => match contradiction(shared, peer, lane, mark) {
                None => link.acknowledged(lane, mark.sequence, sync.clock),
                Some(detail) => {
                    let kind = SuspicionKind::RewrittenHistory;
                    let digest = digest_of(&[detail.as_bytes()]);
                    shared.suspect(Suspected { peer: Some(peer), kind, digest, detail }).await;
                }
            },
        }
    }
}

/// What it says to hold of our lane, and what stands there.
fn contradiction(shared: &Shared, peer: DeskId, lane: Lane, mark: Mark) -> Option<String> {
    let Mark { sequence, message } = mark;
    let (len, stands) = shared.read(|state| {
        let held = state.peer(peer)?.lane(Side::Us, lane);
        Some((held.len(), held.hash(sequence)))
    })?;
    match stands {
        Some(EntryHash(hash)) if hash == message.0 => None,
        Some(hash) => Some(format!(
            "it holds {message} as entry {sequence} of our {lane:?} lane; we said {hash} there"
        )),
        None => Some(format!(
            "it holds {sequence} entries of our {lane:?} lane; this desk knows of {len}"
        )),
    }
}

/// Somebody showed this, which is not for a peer to show.
pub fn wrong_certificate(showing: Showing, certificate: &[u8]) -> Suspected {
    let digest = digest_of(&[certificate]);
    let why = match showing {
        Showing::Replaced => "which a peer has replaced",
        Showing::Peer(_) | Showing::Nobody => "which no card names",
    };
    let detail = format!("a connection with certificate {digest}, {why}");
    Suspected { peer: None, kind: SuspicionKind::WrongCertificate, digest, detail }
}

/// How a line is, apart from what was said of it.
pub fn state_of(shared: &Shared, peer: DeskId) -> LineState {
    shared.links.health(peer).view(shared.clock.now(), Suspensions::default()).state
}

/// Names what was refused.
pub fn digest_of(parts: &[&[u8]]) -> MessageId {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    MessageId(hash.finalize().into())
}
