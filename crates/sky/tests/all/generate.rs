//! Commands as hostile and clumsy clients would send them, few enough names, places and times that
//! they meet all the time.
//!
//! The generator reads the sky to know current OVNs, as clients do; what it sends depends on the
//! seed alone, since the sky does.

mod rest;

use keepclear_sky::command::{Attachment, NewSubscription, PutIntent, Report};
use keepclear_sky::{
    Area, Block, Cause, Charter, Command, EntityId, Extent, IntentState, Matching, Ovn, Refusal,
    Salt, Sky, SkyId, Subject, SubscriptionId, TUPLES_MAX, TimeRange, Version,
};
use uuid::Uuid;

use crate::place::holds;
use crate::rng::Rng;

pub const SECOND_US: i64 = 1_000_000;
pub const MINUTE_US: i64 = 60 * SECOND_US;
const HOUR_US: i64 = 60 * MINUTE_US;

/// Who asks; the last never answers for anything of its own and is the arbiter where one is named.
pub const SUBJECTS: [&str; 4] = ["alpha", "bravo", "charlie", "tower"];

/// Level-13 cells in play; the first four have a parent of their own.
const CELLS: u64 = 5;

const STATES: [IntentState; 4] = [
    IntentState::Accepted,
    IntentState::Activated,
    IntentState::Nonconforming,
    IntentState::Contingent,
];

/// A level-13 cell; neighbours on the curve, the first four share a parent.
fn cell(number: u64) -> u64 {
    ((0x0_4000 + number) << 35) | (1 << 34)
}

/// One of the four children.
fn child(cell: u64, number: u64) -> u64 {
    let marker = cell.trailing_zeros();
    (cell & !(1 << marker)) | (number << (marker - 1)) | (1 << (marker - 2))
}

pub fn intent_ids() -> impl Iterator<Item = EntityId> {
    (0..12).map(|number| EntityId(Uuid::from_u128(0x1000 + number)))
}

pub fn constraint_ids() -> impl Iterator<Item = EntityId> {
    (0..5).map(|number| EntityId(Uuid::from_u128(0x2000 + number)))
}

pub fn explicit_ids() -> impl Iterator<Item = SubscriptionId> {
    (0..6).map(|number| SubscriptionId(Uuid::from_u128(0x3000 + number)))
}

pub struct Generator {
    rng: Rng,
    matching: Matching,
    clock_us: i64,
    fresh: u128,
    old_ovns: Vec<Ovn>,
    old_versions: Vec<Version>,
    suffixes: Vec<(EntityId, String)>,
}

impl Generator {
    pub fn of_seed(seed: u64) -> Self {
        Self {
            rng: Rng::of_seed(seed),
            matching: if seed.is_multiple_of(2) { Matching::Compatible } else { Matching::Precise },
            clock_us: 1_800_000_000 * SECOND_US,
            fresh: 0x10_0000,
            old_ovns: vec!["never-an-ovn-of-anything".into()],
            old_versions: vec!["neveraversion".into()],
            suffixes: Vec::new(),
        }
    }

    /// A sky in which ended things are soon forgotten.
    pub fn found(&self, seed: u64) -> Sky {
        let arbiters =
            if seed.is_multiple_of(3) { vec![] } else { vec!["tower".into(), "alpha".into()] };
        let charter = Charter {
            sky: SkyId(Uuid::from_u128(u128::from(seed))),
            matching: self.matching,
            exercise: seed.is_multiple_of(5),
            arbiters,
            retention_us: [2, 5, 20][seed as usize % 6 / 2] * MINUTE_US,
        };
        Sky::found(charter, self.clock_us)
    }

    /// The next command for this sky.
    pub fn next(&mut self, sky: &Sky) -> (Cause, Command) {
        self.pass_time();
        let back_us =
            if self.rng.percent(6) { self.rng.between(1, 12) * 10 * SECOND_US } else { 0 };
        let mut cause = Cause {
            at_us: self.clock_us - back_us,
            subject: (*self.rng.pick(&SUBJECTS[..3])).into(),
            salt: Salt(self.bytes()),
        };
        let command = match self.rng.below(100) {
            0..45 => Command::PutIntent(self.put_intent(sky, &mut cause)),
            45..53 => Command::DeleteIntent(self.delete_intent(sky, &mut cause)),
            53..63 => Command::PutConstraint(self.put_constraint(sky, &mut cause)),
            63..67 => Command::DeleteConstraint(self.delete_constraint(sky, &mut cause)),
            67..81 => Command::PutSubscription(self.put_subscription(sky, &mut cause)),
            81..86 => Command::DeleteSubscription(self.delete_subscription(sky, &mut cause)),
            86..92 => Command::SetAvailability(self.set_availability(sky, &mut cause)),
            92..94 => Command::RecordHeartbeat(self.heartbeat()),
            94..95 => Command::Report(Report { id: self.fresh(), body: "{}".to_owned() }),
            _ => Command::Tick,
        };
        (cause, command)
    }

    /// More intents than one sweep takes, all over at the same time, each in a cell of its own.
    pub fn crowd(&mut self) -> Vec<(Cause, Command)> {
        (0..150)
            .map(|number| {
                let cause = Cause {
                    at_us: self.clock_us,
                    subject: SUBJECTS[0].into(),
                    salt: Salt(self.bytes()),
                };
                let start_us = self.clock_us;
                let time = TimeRange { start_us, end_us: start_us + MINUTE_US };
                let cells = vec![cell(CELLS + number % 9), cell(100 + number)];
                let lower_mm = number as i32 * 1_000;
                let block = Block { cells, lower_mm, upper_mm: lower_mm + 1, time };
                let put = PutIntent {
                    id: EntityId(self.fresh()),
                    expected: None,
                    state: STATES[0],
                    base_url: "https://crowd.example".to_owned(),
                    time,
                    extent: Extent::single(block),
                    key: Vec::new(),
                    attachment: Attachment::New(NewSubscription {
                        id: SubscriptionId(self.fresh()),
                        base_url: "https://crowd.example".to_owned(),
                        for_constraints: true,
                    }),
                    ovn_suffix: None,
                    lenient_down: false,
                };
                (cause, Command::PutIntent(put))
            })
            .collect()
    }

    /// An area to ask for, at times larger than a level-13 cell, at times without bounds.
    pub fn area(&mut self) -> Area {
        let Block { mut cells, mut lower_mm, mut upper_mm, mut time } = self.block(self.clock_us);
        if self.rng.percent(20) {
            // The level-12 parent of the first four cells.
            cells = vec![(cell(0) >> 37 << 37) | (1 << 36)];
        } else if self.rng.percent(20) {
            cells = (0..CELLS + 9).map(cell).collect();
        }
        if self.rng.percent(30) {
            (lower_mm, upper_mm) = (i32::MIN, i32::MAX);
        }
        if self.rng.percent(30) {
            time.start_us = i64::MIN;
        }
        if self.rng.percent(30) {
            time.end_us = i64::MAX;
        }
        Area { cells, lower_mm, upper_mm, time }
    }

    pub fn subject(&mut self) -> Subject {
        (*self.rng.pick(&SUBJECTS)).into()
    }

    fn pass_time(&mut self) {
        self.clock_us += match self.rng.below(1_000) {
            0..500 => 0,
            500..880 => 10 * SECOND_US,
            880..940 => 30 * SECOND_US,
            940..970 => self.rng.between(-1, 1),
            970..990 => self.rng.between(1, 5) * MINUTE_US,
            990..997 => self.rng.between(6, 12) * MINUTE_US,
            _ => 40 * MINUTE_US,
        };
    }

    fn bytes(&mut self) -> [u8; 16] {
        let halves = (u128::from(self.rng.next()) << 64) | u128::from(self.rng.next());
        halves.to_be_bytes()
    }

    fn fresh(&mut self) -> Uuid {
        self.fresh += 1;
        Uuid::from_u128(self.fresh)
    }

    /// A time on a coarse grid around `from_us`, now and then off it by the least there is.
    fn moment(&mut self, from_us: i64, first_min: i64, last_min: i64) -> i64 {
        let grid_us = from_us.div_euclid(10 * SECOND_US) * 10 * SECOND_US;
        let minutes = self.rng.between(first_min, last_min);
        let nudge_us = if self.rng.percent(10) { *self.rng.pick(&[-1, 1, SECOND_US]) } else { 0 };
        grid_us + minutes * MINUTE_US + nudge_us
    }

    fn block(&mut self, now_us: i64) -> Block {
        let mut cells: Vec<u64> = Vec::new();
        for _ in 0..self.rng.between(1, 3) {
            let mut wanted = cell(self.rng.below(CELLS));
            if self.matching == Matching::Precise {
                for _ in 0..self.rng.below(4) {
                    wanted = child(wanted, self.rng.below(4));
                }
            }
            if !cells.iter().any(|&kept| holds(kept, wanted) || holds(wanted, kept)) {
                cells.push(wanted);
            }
        }
        cells.sort_unstable();
        let lower_mm = self.rng.between(0, 4) as i32 * 50_000;
        let upper_mm = lower_mm + self.rng.between(0, 3) as i32 * 50_000;
        let start_us = self.moment(now_us, -5, 10);
        let end_us = start_us.max(self.moment(start_us, 0, 20));
        Block { cells, lower_mm, upper_mm, time: TimeRange { start_us, end_us } }
    }

    fn extent(&mut self, now_us: i64) -> Extent {
        let blocks = if self.matching == Matching::Precise { self.rng.between(1, 3) } else { 1 };
        let mut extent = Extent { blocks: (0..blocks).map(|_| self.block(now_us)).collect() };
        if self.rng.percent(1) {
            extent.blocks[0].cells = (0..=TUPLES_MAX as u64).map(cell).collect();
        }
        extent
    }

    /// As the client has it: mostly the current one, at times none or an old one.
    fn expected<T: Clone>(&mut self, current: Option<&T>, old: &[T]) -> Option<T> {
        match (current, self.rng.below(100)) {
            (Some(current), 0..85) => Some(current.clone()),
            (Some(_), 85..90) | (None, 0..88) => None,
            _ => Some(self.rng.pick(old).clone()),
        }
    }

    /// Mostly its manager, at times somebody else.
    fn asks(&mut self, cause: &mut Cause, manager: Option<&Subject>) {
        if let Some(manager) = manager
            && self.rng.percent(92)
        {
            cause.subject = manager.clone();
        }
    }

    fn put_intent(&mut self, sky: &Sky, cause: &mut Cause) -> PutIntent {
        let ids: Vec<EntityId> = intent_ids().collect();
        let id = *self.rng.pick(&ids);
        let old = sky.intent(id).ok();
        self.asks(cause, old.map(|old| &old.manager));
        let old_ovns = self.old_ovns.clone();
        let expected = self.expected(old.map(|old| &old.ovn), &old_ovns);
        self.old_ovns.extend(old.map(|old| old.ovn.clone()));
        let planned = if expected.is_none() { 94 } else { 45 };
        let state =
            if self.rng.percent(planned) { STATES[0] } else { *self.rng.pick(&STATES[1..]) };
        let extent = match old {
            Some(old) if self.rng.percent(20) => old.extent.clone(),
            _ => self.extent(cause.at_us),
        };
        let mut put = PutIntent {
            id,
            expected,
            state,
            base_url: format!("https://{}.example", cause.subject),
            time: extent.time(),
            extent,
            key: Vec::new(),
            attachment: self.attachment(sky, &cause.subject),
            ovn_suffix: self.suffix(id, cause.at_us),
            lenient_down: self.rng.percent(10),
        };
        put.key = self.key(sky, cause, &put);
        put
    }

    fn attachment(&mut self, sky: &Sky, subject: &Subject) -> Attachment {
        let own: Vec<SubscriptionId> =
            subscriptions(sky).filter(|&id| sky.subscription(id, subject).is_ok()).collect();
        match self.rng.below(100) {
            0..20 => Attachment::Nothing,
            20..45 => Attachment::New(NewSubscription {
                id: SubscriptionId(self.fresh()),
                base_url: format!("https://{subject}-{}.example", self.rng.below(2)),
                for_constraints: self.rng.percent(60),
            }),
            45..92 if !own.is_empty() => Attachment::Existing(*self.rng.pick(&own)),
            95 => Attachment::New(NewSubscription {
                id: *self.rng.pick(&explicit_ids().collect::<Vec<_>>()),
                base_url: "https://taken.example".to_owned(),
                for_constraints: false,
            }),
            _ => {
                let any: Vec<SubscriptionId> = explicit_ids().chain(subscriptions(sky)).collect();
                Attachment::Existing(*self.rng.pick(&any))
            }
        }
    }

    /// RFC 9562: 48 bits of milliseconds, the version, 12 bits, the variant, 62 bits.
    fn suffix(&mut self, id: EntityId, now_us: i64) -> Option<String> {
        let away_us = match self.rng.below(100) {
            0..50 => return None,
            50..52 => return Some("not-a-uuid".to_owned()),
            52..65 => {
                let used: Vec<String> =
                    self.suffixes.iter().filter(|used| used.0 == id).map(|u| u.1.clone()).collect();
                let from = used.len().saturating_sub(2);
                return used
                    .get(from..)
                    .filter(|u| !u.is_empty())
                    .map(|u| self.rng.pick(u).clone());
            }
            65..90 => self.rng.between(-60, 60) * SECOND_US,
            90..96 => *self.rng.pick(&[-5, 5]) * MINUTE_US,
            _ => *self.rng.pick(&[-5, 5]) * (MINUTE_US + SECOND_US),
        };
        let millis = ((now_us + away_us) / 1_000) as u128;
        let version = if self.rng.percent(5) { 4 } else { 7 };
        let tail = u128::from(self.rng.next() >> 2);
        let bits = (millis << 80) | (version << 76) | (0b10 << 62) | tail;
        let mut text = Uuid::from_u128(bits).as_hyphenated().to_string();
        if self.rng.percent(20) {
            text = text.to_uppercase();
        }
        self.suffixes.push((id, text.clone()));
        Some(text)
    }

    /// Mostly what the sky says is missing, at times less, always some that nobody asked for.
    fn key(&mut self, sky: &Sky, cause: &Cause, put: &PutIntent) -> Vec<Ovn> {
        let mut key = vec![self.rng.pick(&self.old_ovns).clone()];
        let kind = self.rng.below(100);
        if kind < 12 {
            return key;
        }
        if let Err(Refusal::KeyIncomplete { intents, constraints }) =
            sky.check(cause, &Command::PutIntent(put.clone()))
        {
            key.extend(constraints.iter().map(|constraint| constraint.ovn.clone()));
            key.extend(intents.iter().map(|intent| intent.ovn.clone()));
        }
        if kind < 25 {
            let lost = self.rng.below(key.len() as u64) as usize;
            key.remove(lost);
        }
        key
    }
}

/// Every subscription that is there: the managers' own and those that intents rest on.
fn subscriptions(sky: &Sky) -> impl Iterator<Item = SubscriptionId> {
    let rested = intent_ids().filter_map(|id| sky.intent(id).ok()?.subscription);
    explicit_ids().filter(|&id| owned(sky, id).is_some()).chain(rested)
}

fn owned(sky: &Sky, id: SubscriptionId) -> Option<&std::sync::Arc<keepclear_sky::Subscription>> {
    SUBJECTS.iter().find_map(|&subject| sky.subscription(id, &subject.into()).ok())
}
