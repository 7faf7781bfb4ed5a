//! What a desk knows. Follows from its log and nothing else: no clock, no files, no network.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use keepclear_entry::RequestId;
use keepclear_line::Body;
use keepclear_line::quantity::{DeskId, DraftId, ExchangeId, Instant};
use keepclear_line::view::Side;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::peer::{Peer, Taken};
use super::requests::Requests;
use super::serving::Serving;
use super::suspicions::{Suspicions, Worth};
use super::witnessed::WitnessedLines;
use super::{Discarded, Drafted, Entered, Founded, Happening, Paired, Suspected, draft_digest};
use crate::cbor::bytes_of;
use crate::speaking::{DraftKept, Said};
use crate::views::{Event, Events, What};

/// Events that are kept for those who follow.
const EVENTS_MAX: usize = 10_000;
/// Suspicions of strangers that are written within a day.
const STRANGERS_MAX: usize = 200;
/// Suspicions that wait to be written, most; more come again with a replay.
const WAITING_MAX: usize = 1_000;

/// What a desk knows.
#[derive(Debug)]
pub struct State {
    desk: DeskId,
    founded: Founded,
    peers: BTreeMap<DeskId, Peer>,
    witnessed: WitnessedLines,
    requests: Requests<Said>,
    drafted: Requests<DraftKept>,
    events: VecDeque<Event>,
    last: u64,
    strangers: Suspicions,
    serving: Serving,
    /// Found while applying; to be written.
    suspicions: Vec<Suspected>,
}

impl State {
    /// A desk that was founded by this entry.
    pub fn found(desk: DeskId, founded: Founded, entered: &Entered) -> Self {
        let mut state = Self {
            desk,
            founded,
            peers: BTreeMap::new(),
            witnessed: WitnessedLines::default(),
            requests: Requests::default(),
            drafted: Requests::default(),
            events: VecDeque::new(),
            last: 0,
            strangers: Suspicions::new(STRANGERS_MAX),
            serving: Serving::default(),
            suspicions: Vec::new(),
        };
        state.note(entered, None, What::Founded);
        state
    }

    /// Which desk.
    pub fn desk(&self) -> DeskId {
        self.desk
    }

    /// What it was founded as.
    pub fn founded(&self) -> &Founded {
        &self.founded
    }

    /// Its lines.
    pub fn peers(&self) -> impl Iterator<Item = &Peer> {
        self.peers.values()
    }

    /// The line to a desk.
    pub fn peer(&self, desk: DeskId) -> Option<&Peer> {
        self.peers.get(&desk)
    }

    /// The peer that shows this certificate, or once did.
    pub fn peer_of_certificate(&self, certificate: &[u8]) -> Option<&Peer> {
        let shows =
            |peer: &&Peer| peer.certificates(Side::Them).iter().any(|known| known.0 == certificate);
        self.peers().find(shows)
    }

    /// Which certificate the desk shows to whoever connects.
    pub fn serving(&self) -> &Serving {
        &self.serving
    }

    /// Lines between others that it witnesses, or did.
    pub fn witnessed(&self) -> &WitnessedLines {
        &self.witnessed
    }

    /// What was answered to a request, and a hash of what it said.
    pub fn request(&self, request: RequestId) -> Option<&([u8; 32], Said)> {
        self.requests.get(request)
    }

    /// What was answered to a request about a draft, and a hash of what it asked for.
    pub fn drafted(&self, request: RequestId) -> Option<&([u8; 32], DraftKept)> {
        self.drafted.get(request)
    }

    /// Whether this is to be written at that time, after `more` of the same peer.
    pub fn worth(&self, suspected: &Suspected, now: Instant, more: usize) -> Worth {
        let Suspected { peer, digest, .. } = suspected;
        match peer {
            None => self.strangers.worth(digest, now, more),
            Some(peer) => match self.peer(*peer) {
                Some(peer) => peer.suspicions().worth(digest, now, more),
                None => Worth::Known,
            },
        }
    }

    /// Suspicions that were found in what was applied, and are to be written.
    pub fn take_suspicions(&mut self) -> Vec<Suspected> {
        std::mem::take(&mut self.suspicions)
    }

    /// Those that did not fit into a batch.
    pub fn keep_suspicions(&mut self, left: impl Iterator<Item = Suspected>) {
        self.suspicions.splice(0..0, left);
    }

    /// Exchanges of a line that moved since this was last asked.
    pub fn take_touched(&mut self, peer: DeskId) -> BTreeSet<ExchangeId> {
        self.peers.get_mut(&peer).map(Peer::take_touched).unwrap_or_default()
    }

    /// The newest event's position.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// Events after a position, at most `limit`.
    pub fn events_after(&self, position: u64, limit: usize) -> Events {
        let first = self.events.partition_point(|event| event.position <= position);
        let kept_from = self.events.front().map_or(0, |event| event.position);
        let gap = self.events.len() == EVENTS_MAX && position.saturating_add(1) < kept_from;
        let events = self.events.iter().skip(first).take(limit).cloned().collect();
        Events { events, gap, last: self.last }
    }

    /// Applies an entry that is durable.
    ///
    /// # Errors
    /// Why it cannot stand there; such a log was not written by this program.
    pub fn apply(&mut self, entered: &Entered) -> Result<(), String> {
        match &entered.happening {
            Happening::Founded(_) => Err("the desk is founded a second time".to_owned()),
            Happening::Paired(paired) => self.pair(entered, paired),
            Happening::Confirmed(confirmed) => {
                let peer = known(&mut self.peers, confirmed.peer)?;
                peer.confirm(entered.at, confirmed.role.clone());
                self.note(entered, Some(confirmed.peer), What::Confirmed);
                Ok(())
            }
            Happening::Said(said) => {
                let taken = known(&mut self.peers, said.peer)?.said(entered, said)?;
                if let Some((body, answer)) = taken.request() {
                    self.requests.insert(entered.request, body, answer);
                }
                self.take(entered, said.peer, taken, What::Said);
                Ok(())
            }
            Happening::Heard(heard) => {
                let peer = known(&mut self.peers, heard.peer)?;
                let taken = peer.heard(entered, &heard.entry, heard.stored.clone())?;
                self.take(entered, heard.peer, taken, What::Heard);
                Ok(())
            }
            Happening::Shelved(shelved) => {
                known(&mut self.peers, shelved.peer)?.shelve(shelved);
                let key = shelved.key.clone();
                self.note(entered, Some(shelved.peer), What::Shelved { key });
                Ok(())
            }
            Happening::Drafted(drafted) => {
                known(&mut self.peers, drafted.peer)?.draft(entered, drafted);
                let Drafted { peer, draft, body, .. } = drafted.as_ref();
                self.keep_draft(entered, *peer, *draft, Some(body));
                self.note(entered, Some(*peer), What::Drafted { draft: *draft });
                Ok(())
            }
            Happening::Discarded(Discarded { peer, draft, .. }) => {
                known(&mut self.peers, *peer)?.discard(*draft);
                self.keep_draft(entered, *peer, *draft, None);
                self.note(entered, Some(*peer), What::Discarded { draft: *draft });
                Ok(())
            }
            Happening::Suspected(suspected) => {
                match suspected.peer {
                    Some(peer) => known(&mut self.peers, peer)?.suspect(entered.at, suspected),
                    None => self.strangers.push(entered.at, suspected),
                }
                let is_other =
                    |it: &Suspected| (it.peer, it.digest) != (suspected.peer, suspected.digest);
                self.suspicions.retain(is_other);
                self.note(entered, suspected.peer, What::Suspected { kind: suspected.kind });
                Ok(())
            }
            Happening::Witnessed(witnessed) => {
                let suspected = self.witnessed.apply(entered, witnessed)?;
                self.find(suspected);
                let line = Uuid::from_bytes(witnessed.line()).to_string();
                self.note(entered, Some(witnessed.giver()), What::Witnessed { line });
                Ok(())
            }
        }
    }

    fn keep_draft(&mut self, entered: &Entered, peer: DeskId, draft: DraftId, body: Option<&Body>) {
        let kept = DraftKept { draft, position: entered.position };
        self.drafted.insert(entered.request, draft_digest(peer, draft, body), kept);
    }

    fn pair(&mut self, entered: &Entered, paired: &Paired) -> Result<(), String> {
        let desk = paired.theirs.desk();
        match self.peers.get_mut(&desk) {
            Some(peer) => peer.readdress(paired),
            None => {
                let peer = Peer::new(entered.at, paired).map_err(|error| error.to_string())?;
                self.peers.insert(desk, peer);
            }
        }
        self.note(entered, Some(desk), What::Paired);
        Ok(())
    }

    fn take(
        &mut self,
        entered: &Entered,
        peer: DeskId,
        taken: Taken,
        what: impl FnOnce(crate::views::Message) -> What,
    ) {
        let Taken { message, suspicions, step, .. } = taken;
        if let Some(step) = step {
            self.serving.note(step, self.peers.values());
        }
        self.find(suspicions);
        self.note(entered, Some(peer), what(message));
    }

    /// Those that are too many are found again, or stand in the record.
    fn find(&mut self, suspicions: impl IntoIterator<Item = Suspected>) {
        let room = WAITING_MAX.saturating_sub(self.suspicions.len());
        self.suspicions.extend(suspicions.into_iter().take(room));
    }

    fn note(&mut self, entered: &Entered, peer: Option<DeskId>, what: What) {
        if self.events.len() == EVENTS_MAX {
            self.events.pop_front();
        }
        self.last = entered.position;
        self.events.push_back(Event { position: entered.position, at: entered.at, peer, what });
    }
}

fn known(peers: &mut BTreeMap<DeskId, Peer>, desk: DeskId) -> Result<&mut Peer, String> {
    peers.get_mut(&desk).ok_or_else(|| format!("there is no line to desk {desk}"))
}

/// Names what is said to whom, to tell whether two requests say the same.
pub fn body_digest(peer: DeskId, body: &Body) -> [u8; 32] {
    Sha256::new_with_prefix(peer.0).chain_update(bytes_of(body)).finalize().into()
}
