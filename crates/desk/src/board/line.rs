//! One line on the board.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use keepclear_line::message::Body;
use keepclear_line::quantity::{DeskId, ExchangeId, Instant, Name};
use keepclear_line::terms::Terms;
use keepclear_line::view::{
    Alarm, AlarmKind, AlarmLevel, ExchangeBrief, ExchangeState, HealthView, Shelving, Side,
    TestsView, WatchView,
};
use keepclear_line::{Row, Rows, put_in_order};

use crate::engine::Shared;
use crate::journal::Peer;
use crate::views::TouchedFlight;

/// Exchanges that are looked at while the state is held.
const AT_ONCE: usize = 32;

/// One line at one moment, without its exchanges but those that want somebody.
#[derive(Debug, Clone)]
pub struct LineNow {
    /// The other party.
    pub party: Name,
    /// Its desk.
    pub desk: DeskId,
    /// Nothing on this line is real.
    pub exercise: bool,
    /// Two people have compared the cards.
    pub confirmed: bool,
    /// How the line is.
    pub health: HealthView,
    /// The last good human test, in each direction.
    pub tests: TestsView,
    /// Who is on watch here.
    pub our_watch: Option<WatchView>,
    /// Who is on watch there.
    pub their_watch: Option<WatchView>,
    /// The times in force.
    pub terms: Terms,
    /// Whether both sides proposed these.
    pub terms_agreed: bool,
    /// Rules that the other side's messages broke.
    pub faults: usize,
    /// Exchanges that want somebody, of either side.
    pub open: usize,
    /// How many of them wait for this side.
    pub waiting: usize,
    /// How many of those are past a due time.
    pub overdue: usize,
    /// Messages that are written here and not released.
    pub drafts: usize,
    /// The most urgent first, those out of sight too.
    pub alarms: Arc<[Alarm]>,
    /// Alarms in sight.
    pub in_sight: usize,
    /// What waits for this side, in the order of [`urgency`].
    pub inbox: Arc<[Arc<Row>]>,
    /// Own flights that open exchanges touch.
    touching: Arc<BTreeMap<ExchangeId, Vec<TouchedFlight>>>,
}

impl LineNow {
    /// Own flights that an open exchange touches.
    pub fn touching(&self, id: ExchangeId) -> Vec<TouchedFlight> {
        self.touching.get(&id).cloned().unwrap_or_default()
    }
}

/// Overdue first, then by when it is due; what has no clock comes last.
pub fn urgency(brief: &ExchangeBrief) -> (Reverse<bool>, Instant, Instant, ExchangeId) {
    let open = brief.waits_for_us();
    let due = open.and_then(|open| open.answer_due).unwrap_or(Instant(i64::MAX));
    (Reverse(open.is_some_and(|open| open.overdue)), due, brief.opened_at, brief.id)
}

/// What makes every row another one.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Ground {
    terms: Terms,
    confirmed: bool,
    plans: u64,
}

/// What is kept of one line from one look to the next.
#[derive(Debug, Default)]
pub struct Kept {
    ground: Option<Ground>,
    rows: Rows,
    touching: Arc<BTreeMap<ExchangeId, Vec<TouchedFlight>>>,
    /// Alarms of the line itself, and the shelvings, that `now` rests on.
    own: Vec<Alarm>,
    shelved: Arc<BTreeMap<String, Shelving>>,
    /// When the next shelving ends.
    shelved_until: Option<Instant>,
    alarms: Arc<[Alarm]>,
    inbox: Arc<[Arc<Row>]>,
}

/// What is taken of the state for a line, in one hold of it.
struct Facts {
    now: LineNow,
    own: Vec<Alarm>,
    shelved: Arc<BTreeMap<String, Shelving>>,
    touched: BTreeSet<ExchangeId>,
}

impl Kept {
    /// The line as it is; none for one that is not there.
    pub fn bring_up_to_date(
        &mut self,
        shared: &Shared,
        peer: DeskId,
        now: Instant,
    ) -> Option<Arc<LineNow>> {
        let plans = shared.plans.version();
        let facts = shared.change(|state| {
            let touched = state.take_touched(peer);
            state.peer(peer).map(|line| facts(shared, line, now, touched))
        })?;
        let Facts { now: mut line, own, shelved, touched } = facts;
        let ground = Ground { terms: line.terms, confirmed: line.confirmed, plans };
        let mut ids = touched;
        ids.extend(self.rows.passed(now));
        if self.ground.replace(ground) != Some(ground) {
            ids.extend(self.rows.ids());
            let wanted =
                shared.read(|state| state.peer(peer).map(|peer| peer.line().wanted_ids(now)));
            ids.extend(wanted.into_iter().flatten());
        }
        let changed = !ids.is_empty();
        self.look_again(shared, peer, now, &ids.into_iter().collect::<Vec<_>>(), line.confirmed);
        let ended = self.shelved_until.is_some_and(|until| until <= now);
        let shelved_anew = !Arc::ptr_eq(&shelved, &self.shelved);
        if changed || ended || shelved_anew || own != self.own {
            (self.own, self.shelved) = (own, shelved);
            self.put_together(now);
        }
        line.open = self.rows.open();
        line.waiting = self.rows.waiting();
        line.overdue = self.rows.overdue();
        line.alarms = Arc::clone(&self.alarms);
        line.in_sight = self.alarms.iter().filter(|alarm| alarm.shelved.is_none()).count();
        line.inbox = Arc::clone(&self.inbox);
        line.touching = Arc::clone(&self.touching);
        Some(Arc::new(line))
    }

    fn look_again(
        &mut self,
        shared: &Shared,
        peer: DeskId,
        now: Instant,
        ids: &[ExchangeId],
        confirmed: bool,
    ) {
        for some in ids.chunks(AT_ONCE) {
            let rows: Vec<Option<Row>> = shared.read(|state| {
                let line = state.peer(peer).map(Peer::line);
                some.iter().map(|&id| line.and_then(|line| line.row(id, now))).collect()
            });
            for (&id, row) in some.iter().zip(rows) {
                // Before two people have compared the cards only tests are shown.
                let row = row.filter(|row| confirmed || !row.brief.has_fields());
                let touched = row.as_ref().map(|row| touched_by(shared, row)).unwrap_or_default();
                if touched.is_empty() {
                    if self.touching.contains_key(&id) {
                        Arc::make_mut(&mut self.touching).remove(&id);
                    }
                } else {
                    Arc::make_mut(&mut self.touching).insert(id, touched);
                }
                self.rows.put(id, row);
            }
        }
    }

    /// Alarms and inbox from what is kept.
    fn put_together(&mut self, now: Instant) {
        let of_rows = self.rows.iter().flat_map(|row| row.alarms.iter().cloned());
        let touching = self.rows.iter().filter_map(|row| {
            self.touching.contains_key(&row.brief.id).then(|| touch_alarm(row)).flatten()
        });
        let mut alarms: Vec<Alarm> =
            self.own.iter().cloned().chain(of_rows).chain(touching).collect();
        put_in_order(&mut alarms, now, &self.shelved);
        let ends = self.shelved.values().map(|shelving| shelving.until);
        self.shelved_until = ends.filter(|&until| until > now).min();
        self.alarms = alarms.into();
        let waiting = self.rows.iter().filter(|row| row.brief.waits_for_us().is_some());
        let mut inbox: Vec<Arc<Row>> = waiting.cloned().collect();
        inbox.sort_by_key(|row| urgency(&row.brief));
        self.inbox = inbox.into();
    }
}

fn facts(shared: &Shared, peer: &Peer, now: Instant, touched: BTreeSet<ExchangeId>) -> Facts {
    let line = peer.line();
    let health = shared.health_of(peer);
    let charter = line.charter();
    let mut own = line.own_alarms(now, &health);
    own.extend(peer.suspicion_alarm(now));
    Facts {
        now: LineNow {
            party: charter.them.name.clone(),
            desk: charter.them.desk,
            exercise: charter.exercise,
            confirmed: peer.confirmation().is_some(),
            health: line.health_view(now, &health),
            tests: line.tests(now),
            our_watch: line.watch(Side::Us, now),
            their_watch: line.watch(Side::Them, now),
            terms: line.terms(),
            terms_agreed: line.agreed_terms().is_some(),
            faults: line.faults_total(),
            open: 0,
            waiting: 0,
            overdue: 0,
            drafts: peer.drafts().len(),
            alarms: Arc::default(),
            in_sight: 0,
            inbox: Arc::default(),
            touching: Arc::default(),
        },
        own,
        shelved: peer.shelvings(),
        touched,
    }
}

fn touched_by(shared: &Shared, row: &Row) -> Vec<TouchedFlight> {
    let volumes = row.fields.as_ref().map(|fields| fields.body.as_ref());
    let volumes = volumes.and_then(Body::volumes).unwrap_or_default();
    shared.plans.touches(volumes)
}

/// A notice or an offer of theirs that still stands and touches flights of ours.
fn touch_alarm(row: &Row) -> Option<Alarm> {
    let ExchangeBrief { id, opened_by, state, .. } = &row.brief;
    let over = matches!(state, ExchangeState::Withdrawn | ExchangeState::Ended);
    let fields = row.fields.as_ref().filter(|_| *opened_by == Side::Them && !over)?;
    Some(Alarm {
        key: format!("touches_our_flights/{id}/{}", fields.message),
        level: AlarmLevel::Caution,
        kind: AlarmKind::TouchesOurFlights,
        exchange: Some(*id),
        since: fields.sent_at,
        due: None,
        shelved: None,
    })
}
