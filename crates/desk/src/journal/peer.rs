//! One line as this desk holds it: cards, lanes, and what was said.

mod changes;
mod checkpoints;
mod shown;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use keepclear_entry::{Entry, EntryHash, LogId, Payload, ProposedAt};
use keepclear_line::line::{Charter, Party, Stamp};
use keepclear_line::message::{Lane, Mark, MessageKind, Seen};
use keepclear_line::quantity::{DeskId, ExchangeId, Instant, MessageId, Name};
use keepclear_line::stored::Stored;
use keepclear_line::view::{Shelving, Side};
use keepclear_line::{Body, Certificate, CodecError, Envelope, Line};
use keepclear_record::{KEY_CHANGE, PublicKey, read_key_change};
use uuid::Uuid;

use super::drafts::release_digest;
use super::lanes::Held;
use super::state::body_digest;
use super::suspicions::Suspicions;
use super::{Drafts, Entered, OnLine, Paired, Shelved, Suspected};
use crate::card::{Card, CardError, line_id};
use crate::speaking::Said;
use crate::views::{Confirmation, Message};
use changes::Changes;
pub use changes::Step;

/// Suspicions of it that are written within a day.
const SUSPICIONS_MAX: usize = 1_000;
/// Messages whose exchange is remembered for events about what answers them.
const RECENT_MAX: usize = 10_000;

/// One line.
#[derive(Debug)]
pub struct Peer {
    ours: Card,
    theirs: Card,
    log: LogId,
    paired_at: Instant,
    phrases: [Vec<String>; 2],
    confirmed: Option<Confirmation>,
    line: Line,
    /// Our key and theirs with which the lanes begin.
    first_keys: [PublicKey; 2],
    /// Ours ordinary and urgent, then theirs.
    lanes: [Held; 4],
    versions: BTreeMap<ExchangeId, u64>,
    /// Shared with those who look.
    shelved: Arc<BTreeMap<String, Shelving>>,
    suspicions: Suspicions,
    recent: BTreeMap<MessageId, ExchangeId>,
    recent_order: VecDeque<MessageId>,
    changes: Changes,
    /// How much of our two lanes they had when they last said something.
    seen_by_them: [u64; 2],
    /// Claims about lanes that are not that long here yet.
    claims: Vec<checkpoints::Claim>,
    /// Messages to them that are not released.
    drafts: Drafts,
}

/// What an entry of a line did.
#[derive(Debug)]
pub struct Taken {
    pub message: Message,
    pub suspicions: Vec<Suspected>,
    pub step: Option<Step>,
    said: Option<([u8; 32], Said)>,
}

impl Taken {
    /// For a message that a person said: a hash of it, and the answer to their request.
    pub fn request(&self) -> Option<([u8; 32], Said)> {
        self.said
    }
}

impl Peer {
    /// Of a line whose cards were exchanged then.
    ///
    /// # Errors
    /// [`CardError`], which cards that were read do not give.
    pub fn new(paired_at: Instant, paired: &Paired) -> Result<Self, CardError> {
        let Paired { ours, theirs, phrases } = paired;
        let party = |card: &Card| Party { name: card.party().clone(), desk: card.desk() };
        let log = line_id(ours, theirs);
        let charter =
            Charter { line: log, exercise: ours.exercise(), us: party(ours), them: party(theirs) };
        let (our_key, their_key) = (ours.key()?, theirs.key()?);
        let words = |at: usize| phrases.get(at).cloned().unwrap_or_default();
        Ok(Self {
            ours: ours.clone(),
            theirs: theirs.clone(),
            log,
            paired_at,
            phrases: [words(0), words(1)],
            confirmed: None,
            line: Line::new(charter),
            first_keys: [our_key, their_key],
            lanes: [
                Held::new(our_key),
                Held::new(our_key),
                Held::new(their_key),
                Held::new(their_key),
            ],
            versions: BTreeMap::new(),
            shelved: Arc::default(),
            suspicions: Suspicions::new(SUSPICIONS_MAX),
            recent: BTreeMap::new(),
            recent_order: VecDeque::new(),
            changes: Changes::new(ours.certificate(), theirs.certificate()),
            seen_by_them: [0; 2],
            claims: Vec::new(),
            drafts: Drafts::default(),
        })
    }

    /// The other desk.
    pub fn desk(&self) -> DeskId {
        self.theirs.desk()
    }

    /// Our card as they have it.
    pub fn ours(&self) -> &Card {
        &self.ours
    }

    /// Their card.
    pub fn theirs(&self) -> &Card {
        &self.theirs
    }

    /// The line's log.
    pub fn log(&self) -> LogId {
        self.log
    }

    /// The line's id as people see it.
    pub fn line_uuid(&self) -> String {
        Uuid::from_bytes(self.log.id).to_string()
    }

    /// The words of our card, then of theirs.
    pub fn phrases(&self) -> [Vec<String>; 2] {
        self.phrases.clone()
    }

    /// Whether two people compared the cards.
    pub fn confirmation(&self) -> Option<&Confirmation> {
        self.confirmed.as_ref()
    }

    /// What was said.
    pub fn line(&self) -> &Line {
        &self.line
    }

    /// A lane of either side.
    pub fn lane(&self, side: Side, lane: Lane) -> &Held {
        &self.lanes[index(side, lane)]
    }

    /// What we have of their lanes.
    pub fn held(&self) -> Seen {
        let mark = |lane| {
            let held = self.lane(Side::Them, lane);
            let sequence = held.len();
            held.hash(sequence).map(|hash| Mark { sequence, message: MessageId(hash.0) })
        };
        Seen { ordinary: mark(Lane::Ordinary), urgent: mark(Lane::Urgent) }
    }

    /// Entries of our lanes that the other desk is not known to have; `acknowledged` of both lanes
    /// together is what the network has told since the desk started.
    pub fn outbox(&self, acknowledged: u64) -> u64 {
        let said: u64 = Lane::ALL.into_iter().map(|lane| self.lane(Side::Us, lane).len()).sum();
        said.saturating_sub(acknowledged.max(self.seen_by_them.iter().sum()))
    }

    /// Position of the last message of an exchange; 0 for one that is not there.
    pub fn version(&self, exchange: ExchangeId) -> u64 {
        self.versions.get(&exchange).copied().unwrap_or(0)
    }

    /// The exchange of a recent message.
    pub fn exchange_of(&self, message: MessageId) -> Option<ExchangeId> {
        self.recent.get(&message).copied()
    }

    /// The key that a side is to sign with, because the other has accepted it.
    pub fn agreed_key(&self, side: Side) -> Option<&PublicKey> {
        self.changes.key(side)
    }

    /// Certificates that a side may show: that of its card, then those that the other has accepted.
    pub fn certificates(&self, side: Side) -> &[Certificate] {
        self.changes.certificates(side)
    }

    /// The key with which a side's lanes begin.
    pub fn first_key(&self, side: Side) -> PublicKey {
        self.first_keys[usize::from(side == Side::Them)]
    }

    /// The key of ours that this line has come to, or is about to.
    pub fn our_key(&self) -> PublicKey {
        *self.agreed_key(Side::Us).unwrap_or(self.lane(Side::Us, Lane::Ordinary).key())
    }

    /// What was refused of it.
    pub fn suspicions(&self) -> &Suspicions {
        &self.suspicions
    }

    /// See [`Line::take_touched`].
    pub(super) fn take_touched(&mut self) -> BTreeSet<ExchangeId> {
        self.line.take_touched()
    }

    pub(super) fn readdress(&mut self, paired: &Paired) {
        self.changes.take_card(Side::Them, paired.theirs.certificate());
        // Nobody has agreed to anything yet: what stands on the newest cards counts.
        if self.confirmed.is_none() {
            self.changes.take_card(Side::Us, paired.ours.certificate());
        }
        self.theirs = paired.theirs.clone();
        self.ours = paired.ours.clone();
    }

    pub(super) fn confirm(&mut self, at: Instant, role: Name) {
        self.confirmed.get_or_insert(Confirmation { at, role });
    }

    pub(super) fn shelve(&mut self, shelved: &Shelved) {
        Arc::make_mut(&mut self.shelved).insert(shelved.key.clone(), shelved.shelving());
    }

    pub(super) fn suspect(&mut self, at: Instant, suspected: &Suspected) {
        self.suspicions.push(at, suspected);
    }

    pub(super) fn said(&mut self, entered: &Entered, said: &OnLine) -> Result<Taken, String> {
        let OnLine { peer, entry: bytes, draft } = said;
        if let Some(draft) = draft {
            self.drafts.remove(*draft);
        }
        let Opened { lane, stamp, envelope, key_change } = self.open(Side::Us, bytes)?;
        let body = envelope.as_ref().ok().map(|envelope| envelope.body.clone());
        self.keep(Side::Us, lane, bytes, entered.position, &stamp, body.as_ref());
        let message = self.message(&stamp, entered.position, body.as_ref());
        if key_change {
            return Ok(Taken { message, suspicions: Vec::new(), step: None, said: None });
        }
        let envelope = envelope.map_err(|error| error.to_string())?;
        let step = self.changes.note(Side::Us, stamp.message, &envelope.body);
        let spoken = envelope.role.is_some();
        if let Body::Checkpoint { note } = &envelope.body {
            self.note_own_checkpoint(note);
        }
        let digest = spoken.then(|| match draft {
            Some(draft) => release_digest(*peer, *draft),
            None => body_digest(*peer, &envelope.body),
        });
        self.line.said(stamp, envelope);
        let said = Said {
            exchange: message.exchange,
            message: stamp.message,
            lane,
            sequence: stamp.sequence,
            position: entered.position,
        };
        let said = digest.map(|digest| (digest, said));
        Ok(Taken { message, suspicions: self.settle_claims(), step, said })
    }

    pub(super) fn heard(
        &mut self,
        entered: &Entered,
        bytes: &[u8],
        stored: Option<Stored>,
    ) -> Result<Taken, String> {
        let Opened { lane, stamp, envelope, key_change } = self.open(Side::Them, bytes)?;
        let body = envelope.as_ref().ok().map(|envelope| envelope.body.clone());
        self.keep(Side::Them, lane, bytes, entered.position, &stamp, body.as_ref());
        let message = self.message(&stamp, entered.position, body.as_ref());
        if key_change {
            let suspicions = self.settle_claims();
            return Ok(Taken { message, suspicions, step: None, said: None });
        }
        if let Ok(Envelope { seen, .. }) = &envelope {
            // Only what truly stands at that place shows that they have it.
            for (lane, mark) in Lane::ALL.into_iter().zip([seen.ordinary, seen.urgent]) {
                let held = self.lane(Side::Us, lane);
                let borne_out = mark.filter(|mark| {
                    held.hash(mark.sequence).is_some_and(|hash| hash.0 == mark.message.0)
                });
                let known = &mut self.seen_by_them[index(Side::Us, lane)];
                *known = (*known).max(borne_out.map_or(0, |mark| mark.sequence));
            }
        }
        let mut suspicions = Vec::new();
        if let Some(Body::Checkpoint { note }) = &body {
            suspicions.extend(self.hear_checkpoint(stamp.message, note));
        }
        suspicions.extend(self.settle_claims());
        self.line.heard(stamp, entered.at, envelope, stored);
        let lawful = body.filter(|_| self.line.counts(stamp.message));
        let step = lawful.and_then(|body| self.changes.note(Side::Them, stamp.message, &body));
        Ok(Taken { message, suspicions, step, said: None })
    }

    fn open(&mut self, side: Side, bytes: &[u8]) -> Result<Opened, String> {
        let entry = Entry::decode(bytes).map_err(|error| format!("entry of a line: {error}"))?;
        let placed = self.line.charter().lane_of(entry.node);
        let lane = placed.filter(|(of, _)| *of == side).map(|(_, lane)| lane);
        let lane = lane.ok_or("an entry of a line stands in no lane of its side")?;
        let head = self.lane(side, lane).head();
        if entry.sequence != head.next || entry.previous != head.previous {
            return Err("an entry of a line does not follow the one before it".to_owned());
        }
        let ProposedAt(said_at) = entry.proposed_at;
        let stamp = Stamp {
            message: MessageId(EntryHash::of(bytes).0),
            lane,
            sequence: entry.sequence.get(),
            said_at: Instant(said_at),
        };
        if let Some(key) = read_key_change(&entry) {
            self.lanes[index(side, lane)].change_key(key);
        }
        let key_change = entry.kind == KEY_CHANGE;
        let envelope = match &entry.payload {
            Payload::Inline(payload) => keepclear_line::decode(entry.kind, payload.as_bytes()),
            Payload::Aside(_) => Err(CodecError::Malformed("it lies beside the line".to_owned())),
        };
        Ok(Opened { lane, stamp, envelope, key_change })
    }

    fn keep(
        &mut self,
        side: Side,
        lane: Lane,
        bytes: &[u8],
        position: u64,
        stamp: &Stamp,
        body: Option<&Body>,
    ) {
        let is_checkpoint = matches!(body, Some(Body::Checkpoint { .. }));
        let hash = EntryHash(stamp.message.0);
        let bytes = Bytes::copy_from_slice(bytes);
        self.lanes[index(side, lane)].push(bytes, hash, position, is_checkpoint);
    }

    fn message(&mut self, stamp: &Stamp, position: u64, body: Option<&Body>) -> Message {
        let own = body.and_then(Body::exchange);
        if let Some(exchange) = own {
            self.versions.insert(exchange, position);
        }
        let answered = match body {
            Some(Body::Receipt { of, .. } | Body::Dispute { of, .. }) => self.exchange_of(*of),
            _ => None,
        };
        let exchange = own.or(answered);
        if let Some(exchange) = exchange {
            self.recent.insert(stamp.message, exchange);
            self.recent_order.push_back(stamp.message);
            if self.recent_order.len() > RECENT_MAX
                && let Some(oldest) = self.recent_order.pop_front()
            {
                self.recent.remove(&oldest);
            }
        }
        let kind = body.map(Body::kind);
        Message { exchange, message: stamp.message, kind }
    }
}

struct Opened {
    lane: Lane,
    stamp: Stamp,
    envelope: Result<Envelope, CodecError>,
    key_change: bool,
}

fn index(side: Side, lane: Lane) -> usize {
    let lane = match lane {
        Lane::Ordinary => 0,
        Lane::Urgent => 1,
    };
    match side {
        Side::Us => lane,
        Side::Them => 2 + lane,
    }
}

/// Whether a message may be said before the cards were compared.
pub fn passes_unconfirmed(kind: MessageKind) -> bool {
    matches!(kind, MessageKind::Test | MessageKind::TestAnswer)
}
