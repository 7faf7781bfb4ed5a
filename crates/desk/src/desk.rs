//! The handle on a running desk.
//!
//! Whatever is read through it is durable; whatever is said through it was checked against the durable
//! state, written, applied, and only then answered.

use std::sync::Arc;

use keepclear_line::quantity::{DeskId, DraftId, ExchangeId, Instant, Key, MessageId};
use keepclear_line::view::{ExchangeBrief, ExchangeView, Shelving, Side};
use keepclear_line::{Body, Certificate};
use tokio::sync::watch;

use crate::card::Card;
use crate::engine::{Answer, Drafting, Request, Saying, Shared};
use crate::journal::{Peer, passes_unconfirmed};
use crate::speaking::{DeskError, DraftKept, Said, Speaker};
use crate::views::{
    About, DraftOverview, Events, ExchangeOverview, LineOverview, Moved, Page, TouchedFlight,
};

/// Exchanges that are looked at while the state is held.
const EXCHANGES_AT_ONCE: usize = 16;

/// A handle on a running desk; clones share it.
#[derive(Clone)]
pub struct Desk(pub(crate) Arc<Shared>);

/// What [`Desk::pair`] has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paired {
    /// The other desk.
    pub peer: DeskId,
    /// The line's id, a UUID.
    pub line: String,
    /// The words of our card, then of theirs: to be compared by telephone.
    pub phrases: [Vec<String>; 2],
    /// Whether that was done before.
    pub confirmed: bool,
}

impl Desk {
    /// Which desk this is.
    pub fn about(&self) -> About {
        let presented = self.0.presented();
        let card = &presented.card;
        About {
            desk: card.desk(),
            party: card.party().clone(),
            exercise: card.exercise(),
            languages: card.languages().to_vec(),
            phrase: presented.phrase.clone(),
        }
    }

    /// The card that other desks need, with the certificate that is shown to them.
    pub fn card(&self) -> Card {
        self.0.presented().card.clone()
    }

    /// This desk's clock; it never goes back.
    pub fn now(&self) -> Instant {
        self.0.clock.now()
    }

    /// Says something on the line to `peer`. With `expected`, only while the exchange is at that
    /// version.
    ///
    /// # Errors
    /// [`DeskError`]; nothing was said then.
    pub async fn say(
        &self,
        peer: DeskId,
        speaker: Speaker,
        expected: Option<u64>,
        body: Body,
    ) -> Result<Said, DeskError> {
        let what = Saying::Body(Box::new(body));
        match self.0.submit(Request::Say { peer, speaker, expected, what }).await? {
            Answer::Said(said) => Ok(said),
            _ => Err(DeskError::Stopping),
        }
    }

    /// Says what was written before, if the line takes it now; the draft is none any more then. With
    /// `expected`, only while the draft is at that version.
    ///
    /// # Errors
    /// [`DeskError`]; nothing was said then, and the draft stays.
    pub async fn release(
        &self,
        peer: DeskId,
        speaker: Speaker,
        expected: Option<u64>,
        draft: DraftId,
    ) -> Result<Said, DeskError> {
        let what = Saying::Draft(draft);
        match self.0.submit(Request::Say { peer, speaker, expected, what }).await? {
            Answer::Said(said) => Ok(said),
            _ => Err(DeskError::Stopping),
        }
    }

    /// Keeps, changes or throws away a message that is not released. Nobody else learns of it.
    ///
    /// # Errors
    /// [`DeskError::NoDraft`] and [`DeskError::Changed`] for one that is to be changed; when there are too
    /// many.
    pub async fn draft(
        &self,
        speaker: Speaker,
        drafting: Drafting,
    ) -> Result<DraftKept, DeskError> {
        match self.0.submit(Request::Draft { speaker, drafting }).await? {
            Answer::Drafted(kept) => Ok(kept),
            _ => Err(DeskError::Stopping),
        }
    }

    /// Messages to a desk that are not released, the oldest first.
    pub fn drafts(&self, peer: DeskId) -> Vec<DraftOverview> {
        let now = self.now();
        let mut drafts = self.0.read(|state| {
            let line = state.peer(peer);
            let each = line.into_iter().flat_map(|line| {
                line.drafts().iter().map(move |(id, draft)| {
                    let unconfirmed =
                        line.confirmation().is_none() && !passes_unconfirmed(draft.body.kind());
                    let refused = match unconfirmed {
                        true => Some(DeskError::NotConfirmed(peer)),
                        false => line.line().check(now, &draft.body).err().map(DeskError::Refused),
                    };
                    DraftOverview { id, draft: draft.clone(), refused, touching: Vec::new() }
                })
            });
            each.collect::<Vec<_>>()
        });
        for draft in &mut drafts {
            let volumes = draft.draft.body.volumes().unwrap_or_default();
            draft.touching = self.0.plans.touches(volumes);
        }
        drafts.sort_by_key(|draft| (draft.draft.drafted_at, draft.id));
        drafts
    }

    /// Takes a peer's card. The same card again changes nothing; one with the same keys and another
    /// address replaces it.
    ///
    /// # Errors
    /// [`DeskError::Field`] for our own card, one of the other kind (exercise or real), or one whose
    /// keys are not those that were confirmed.
    pub async fn pair(&self, speaker: Speaker, card: Card) -> Result<Paired, DeskError> {
        let peer = card.desk();
        self.0.submit(Request::Pair { speaker, card: Box::new(card) }).await?;
        let found = self.0.read(|state| {
            state.peer(peer).map(|line| Paired {
                peer,
                line: line.line_uuid(),
                phrases: line.phrases(),
                confirmed: line.confirmation().is_some(),
            })
        });
        found.ok_or(DeskError::NoSuchLine(peer))
    }

    /// Two people have compared the words of both cards.
    ///
    /// # Errors
    /// [`DeskError::NoSuchLine`], and those of the log.
    pub async fn confirm(&self, speaker: Speaker, peer: DeskId) -> Result<(), DeskError> {
        self.0.submit(Request::Confirm { speaker, peer }).await.map(drop)
    }

    /// Puts an alarm out of sight until a time, for a reason.
    ///
    /// # Errors
    /// [`DeskError::Field`] for an alarm that is not raised, or an end that is past.
    pub async fn shelve(
        &self,
        speaker: Speaker,
        peer: DeskId,
        key: String,
        shelving: Shelving,
    ) -> Result<(), DeskError> {
        self.0.submit(Request::Shelve { speaker, peer, key, shelving }).await.map(drop)
    }

    /// The key to propose to a peer: this desk's newest, or one that is made when the line has come to
    /// that. The line goes over to it once the peer has accepted it.
    ///
    /// # Errors
    /// [`DeskError::NoSuchLine`]; [`DeskError::Field`] when it cannot be kept in the data folder.
    pub fn next_key(&self, peer: DeskId) -> Result<Key, DeskError> {
        let used = self.0.read(|state| state.peer(peer).map(Peer::our_key));
        let used = used.ok_or(DeskError::NoSuchLine(peer))?;
        let key = self
            .0
            .identity
            .key_after(&used)
            .map_err(|error| DeskError::Field { field: "key", reason: error.to_string() })?;
        Ok(Key(key.public().to_bytes()))
    }

    /// The certificate to propose to a peer: this desk's newest, or one that is made when the line has
    /// come to that. Its key is durable when this returns.
    ///
    /// # Errors
    /// [`DeskError::NoSuchLine`]; [`DeskError::Field`] when it cannot be kept in the data folder.
    pub fn next_certificate(&self, peer: DeskId) -> Result<Certificate, DeskError> {
        let used = self.0.read(|state| {
            state.peer(peer)?.certificates(Side::Us).last().map(Certificate::fingerprint)
        });
        let used = used.ok_or(DeskError::NoSuchLine(peer))?;
        let next = self.0.identity.certificates().after(&used);
        let next = next.map_err(|error| DeskError::Field {
            field: "certificate",
            reason: error.to_string(),
        })?;
        Ok(Certificate(next.certificate().to_vec()))
    }

    /// One line: how it stands, and every alarm of it.
    pub fn line(&self, peer: DeskId) -> Option<LineOverview> {
        let board = self.board();
        let alarms = board.line(peer)?.alarms.to_vec();
        self.0.read(|state| {
            let line = state.peer(peer)?;
            let mut overview = line.overview(board.now, &self.0.health_of(line), alarms);
            overview.suspicions_more = self.0.links.to(peer).refused_more_lately(board.now);
            Some(overview)
        })
    }

    /// Exchanges of a line, the newest first: those below a number in the order in which this desk
    /// learned of them, or all; at most `limit`. Before the cards were compared only tests.
    pub fn exchanges(&self, peer: DeskId, before: Option<u64>, limit: usize) -> Page {
        let ids = self.0.read(|state| {
            let numbered = state.peer(peer).map(|peer| peer.line().newest(before));
            numbered.into_iter().flatten().take(limit + 1).collect::<Vec<_>>()
        });
        let more = ids.get(limit).is_some();
        let shown: Vec<ExchangeId> = ids.iter().take(limit).map(|&(_, id)| id).collect();
        let last = ids.get(limit.saturating_sub(1)).map(|&(number, _)| number);
        Page { briefs: self.briefs(peer, &shown), next: last.filter(|_| more) }
    }

    /// Exchanges of a line whose ids lie from one to another; at most `limit`.
    pub fn exchanges_between(
        &self,
        peer: DeskId,
        (first, last): (ExchangeId, ExchangeId),
        limit: usize,
    ) -> Page {
        let ids = self.0.read(|state| {
            let line = state.peer(peer).map(|peer| peer.line().between(first, last));
            line.into_iter().flatten().take(limit).collect::<Vec<_>>()
        });
        Page { briefs: self.briefs(peer, &ids), next: None }
    }

    /// A few at a time: the sequencer waits for the same state.
    fn briefs(&self, peer: DeskId, ids: &[ExchangeId]) -> Vec<ExchangeBrief> {
        let now = self.now();
        let mut briefs = Vec::new();
        for some in ids.chunks(EXCHANGES_AT_ONCE) {
            self.0.read(|state| {
                let Some(peer) = state.peer(peer) else { return };
                let found = some.iter().filter_map(|&id| peer.line().brief(id, now));
                let confirmed = peer.confirmation().is_some();
                briefs.extend(found.filter(|brief| confirmed || !brief.has_fields()));
            });
        }
        briefs
    }

    /// One exchange, however old.
    pub fn exchange(&self, peer: DeskId, id: ExchangeId) -> Option<ExchangeOverview> {
        let now = self.now();
        let (version, view) = self.0.read(|state| {
            let line = state.peer(peer)?;
            let view = line.line().exchange(id, now)?;
            let shown = line.confirmation().is_some() || !view.has_fields();
            shown.then(|| (line.version(id), view))
        })?;
        let touching = self.touched_by(&view);
        Some(ExchangeOverview { version, view, touching })
    }

    /// The exchange that a message belongs to.
    pub fn exchange_of(&self, peer: DeskId, message: MessageId) -> Option<ExchangeId> {
        self.0.read(|state| state.peer(peer)?.exchange_of(message))
    }

    /// Tells whenever something has moved.
    pub fn moved(&self) -> watch::Receiver<Moved> {
        self.0.moved.subscribe()
    }

    /// Events after a position, at most `limit`.
    pub fn events_after(&self, position: u64, limit: usize) -> Events {
        self.0.read(|state| state.events_after(position, limit))
    }

    /// Whether the desk can say and hear.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn readiness(&self) -> Result<(), &'static str> {
        self.0.readiness()
    }

    /// Nothing new is taken from here on; what was accepted is still carried out.
    pub fn stop(&self) {
        self.0.stop();
    }

    fn touched_by(&self, exchange: &ExchangeView) -> Vec<TouchedFlight> {
        let offered = exchange.commitment.as_ref().map(|standing| &standing.commitment.volumes);
        let content = exchange.content.as_ref().map(|content| &content.volumes);
        let volumes = offered.filter(|volumes| !volumes.is_empty()).or(content);
        volumes.map(|volumes| self.0.plans.touches(volumes)).unwrap_or_default()
    }
}
