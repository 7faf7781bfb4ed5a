//! The handle on a running desk.
//!
//! Whatever is read through it is durable; whatever is said through it was checked against the durable
//! state, written, applied, and only then answered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use keepclear_line::Body;
use keepclear_line::message::MessageKind;
use keepclear_line::quantity::{DeskId, ExchangeId, Instant, Key, MessageId};
use keepclear_line::view::{Alarm, AlarmKind, AlarmLevel, ExchangeView, Shelving};
use tokio::sync::watch;

use crate::card::Card;
use crate::engine::{Answer, Request, Shared};
use crate::journal::Peer;
use crate::speaking::{DeskError, Said, Speaker};
use crate::views::{
    About, Events, ExchangeOverview, LineAlarm, LineOverview, Moved, TouchedFlight,
};

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
        let card = &self.0.card;
        About {
            desk: card.desk(),
            party: card.party().clone(),
            exercise: card.exercise(),
            languages: card.languages().to_vec(),
            phrase: self.0.phrase.clone(),
        }
    }

    /// The card that other desks need.
    pub fn card(&self) -> &Card {
        &self.0.card
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
        match self.0.submit(Request::Say { peer, speaker, expected, body: Box::new(body) }).await? {
            Answer::Said(said) => Ok(said),
            Answer::Done => Err(DeskError::Stopping),
        }
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

    /// The key that this desk would like to sign with, to be proposed to a peer; made when there is
    /// none yet. A line goes over to it once the peer has accepted it.
    ///
    /// # Errors
    /// [`DeskError::Field`] when it cannot be kept in the data folder.
    pub fn next_key(&self) -> Result<Key, DeskError> {
        let key = self
            .0
            .identity
            .next_key()
            .map_err(|error| DeskError::Field { field: "key", reason: error.to_string() })?;
        Ok(Key(key.public().to_bytes()))
    }

    /// Every line, with its newest exchanges.
    pub fn lines(&self) -> Vec<LineOverview> {
        let now = self.now();
        self.0.read(|state| state.peers().map(|line| self.overview(line, now)).collect())
    }

    /// One line, with its newest exchanges.
    pub fn line(&self, peer: DeskId) -> Option<LineOverview> {
        let now = self.now();
        self.0.read(|state| state.peer(peer).map(|line| self.overview(line, now)))
    }

    /// One exchange, however old.
    pub fn exchange(&self, peer: DeskId, id: ExchangeId) -> Option<ExchangeOverview> {
        let now = self.now();
        let (version, view) = self.0.read(|state| {
            let line = state.peer(peer)?;
            let view = line.line().exchange(id, now)?;
            let shown = line.confirmation().is_some() || is_test(&view);
            shown.then(|| (line.version(id), view))
        })?;
        let touching = self.touched_by(&view);
        Some(ExchangeOverview { version, view, touching })
    }

    /// The exchange that a message belongs to.
    pub fn exchange_of(&self, peer: DeskId, message: MessageId) -> Option<ExchangeId> {
        self.0.read(|state| state.peer(peer)?.exchange_of(message))
    }

    /// Own flights that the volumes of an exchange touch.
    pub fn touching(&self, peer: DeskId, id: ExchangeId) -> Vec<TouchedFlight> {
        self.exchange(peer, id).map(|exchange| exchange.touching).unwrap_or_default()
    }

    /// Every alarm of every line, the most urgent first.
    pub fn alarms(&self) -> Vec<LineAlarm> {
        let mut alarms: Vec<LineAlarm> = self
            .lines()
            .into_iter()
            .flat_map(|line| {
                let (peer, party) = (line.view.desk, line.view.party);
                let each = move |alarm| LineAlarm { peer, party: party.clone(), alarm };
                line.view.alarms.into_iter().map(each)
            })
            .collect();
        alarms.sort_by_key(|alarm| std::cmp::Reverse(alarm.alarm.level));
        alarms
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

    fn overview(&self, line: &Peer, now: Instant) -> LineOverview {
        let link = self.0.links.to(line.desk());
        let mut health = link.health();
        health.outbox(line.outbox(link.acknowledged_in_all()));
        let mut overview = line.overview(now, &health);
        if line.confirmation().is_none() {
            only_tests(&mut overview);
        }
        let mut raised = BTreeMap::new();
        for exchange in &overview.view.exchanges {
            if let Some(alarm) = self.touch_alarm(exchange) {
                raised.insert(alarm.key.clone(), alarm);
            }
        }
        for mut alarm in raised.into_values() {
            alarm.shelved = line.shelving(&alarm.key, now).cloned();
            overview.view.alarms.push(alarm);
        }
        overview.view.alarms.extend(line.suspicion_alarm(now));
        overview.view.alarms.sort_by_key(|alarm| std::cmp::Reverse(alarm.level));
        overview
    }

    /// A notice or an offer of theirs that still stands and touches flights of ours.
    fn touch_alarm(&self, exchange: &ExchangeView) -> Option<Alarm> {
        use keepclear_line::view::{ExchangeState as State, Side};
        let over = matches!(exchange.state, State::Withdrawn | State::Ended);
        if exchange.opened_by != Side::Them || over || self.touched_by(exchange).is_empty() {
            return None;
        }
        let said = exchange.messages.iter().rev().find(|message| {
            matches!(
                message.kind,
                MessageKind::Open | MessageKind::Amend | MessageKind::Offer | MessageKind::Answer
            )
        })?;
        Some(Alarm {
            key: format!("touches_our_flights/{}/{}", exchange.id, said.id),
            level: AlarmLevel::Caution,
            kind: AlarmKind::TouchesOurFlights,
            exchange: Some(exchange.id),
            since: said.sent_at,
            due: None,
            shelved: None,
        })
    }

    fn touched_by(&self, exchange: &ExchangeView) -> Vec<TouchedFlight> {
        let offered = exchange.commitment.as_ref().map(|standing| &standing.commitment.volumes);
        let content = exchange.content.as_ref().map(|content| &content.volumes);
        let volumes = offered.filter(|volumes| !volumes.is_empty()).or(content);
        volumes.map(|volumes| self.0.plans.touches(volumes)).unwrap_or_default()
    }
}

/// Before two people have compared the cards, whoever is at the other end may be anybody: only tests are
/// shown. The rest is kept, and shown afterwards.
fn only_tests(overview: &mut LineOverview) {
    let exchanges = &mut overview.view.exchanges;
    exchanges.retain(is_test);
    let shown: BTreeSet<ExchangeId> = exchanges.iter().map(|exchange| exchange.id).collect();
    let about_shown = |alarm: &Alarm| alarm.exchange.is_none_or(|id| shown.contains(&id));
    overview.view.alarms.retain(about_shown);
}

fn is_test(view: &ExchangeView) -> bool {
    view.matter.is_none() && view.commitment.is_none()
}
