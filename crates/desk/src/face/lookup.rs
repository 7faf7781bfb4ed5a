//! What the API asks of a desk beside its handle: lines without their exchanges, and what a request did.

use keepclear_entry::{Entry, EntryHash, Payload, RequestId};
use keepclear_line::Body;
use keepclear_line::message::Lane;
use keepclear_line::quantity::{DeskId, Key, Name};
use keepclear_line::view::Side;

use crate::Desk;
use crate::journal::{After, Peer};
use crate::speaking::Said;

/// A desk at the other end of a line.
#[derive(Debug, Clone)]
pub struct PeerBrief {
    /// Its party.
    pub party: Name,
    /// Its id.
    pub desk: DeskId,
    /// Nothing on this line is real.
    pub exercise: bool,
    /// Where it is reached.
    pub url: String,
    /// The key that it signs its next entry with.
    pub key: Key,
    /// Languages of its people.
    pub languages: Vec<String>,
    /// Two people have compared the phrase.
    pub confirmed: bool,
}

impl PeerBrief {
    fn of(peer: &Peer) -> Self {
        let card = peer.theirs();
        Self {
            party: card.party().clone(),
            desk: card.desk(),
            exercise: card.exercise(),
            url: card.url().to_owned(),
            key: Key(peer.lane(Side::Them, Lane::Ordinary).key().to_bytes()),
            languages: card.languages().to_vec(),
            confirmed: peer.confirmation().is_some(),
        }
    }
}

impl Desk {
    /// Every line's other end.
    pub(super) fn peers(&self) -> Vec<PeerBrief> {
        self.0.read(|state| state.peers().map(PeerBrief::of).collect())
    }

    /// The key that this desk was founded with.
    pub(super) fn founding_key(&self) -> Key {
        self.0.read(|state| Key(state.founded().key))
    }

    /// The role on watch on the line to `peer`, if a watch was handed over.
    pub(super) fn watch_on(&self, peer: DeskId) -> Option<Name> {
        let now = self.now();
        self.0.read(|state| state.peer(peer)?.line().our_role(now).cloned())
    }

    /// What a request said or drafted before.
    pub(super) fn said_by(&self, request: RequestId) -> Option<Body> {
        let now = self.now();
        let drafted = self.0.read(|state| {
            let (_, kept) = state.drafted(request)?;
            let found = state.peers().find_map(|peer| peer.drafts().get(kept.draft));
            found.map(|draft| draft.body.clone())
        });
        drafted.or_else(|| {
            self.0.read(|state| {
                let (_, said) = state.request(request)?;
                let hash = Some(EntryHash(said.message.0));
                let is = |peer: &&Peer| peer.lane(Side::Us, said.lane).hash(said.sequence) == hash;
                let peer = state.peers().find(is)?;
                let Some(exchange) = said.exchange else { return outside(peer, said) };
                let view = peer.line().exchange(exchange, now)?;
                let mut messages = view.messages.into_iter();
                messages
                    .find(|message| message.id == said.message)
                    .map(|message| message.body.as_ref().clone())
            })
        })
    }
}

/// A message outside of exchanges, as long as its entry is at hand.
fn outside(peer: &Peer, said: &Said) -> Option<Body> {
    let lane = peer.lane(Side::Us, said.lane);
    let After::Entries(entries) = lane.after(said.sequence.checked_sub(1)?, 1, 0) else {
        return None;
    };
    let entry = Entry::decode(entries.first()?).ok()?;
    let Payload::Inline(payload) = &entry.payload else { return None };
    keepclear_line::decode(entry.kind, payload.as_bytes()).ok().map(|envelope| envelope.body)
}
