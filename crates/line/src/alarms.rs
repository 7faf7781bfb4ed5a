//! What wants a person, with its clock.
//!
//! An alarm's key stays the same while its cause does, so that shelving one hides this cause and not
//! the next. Shelving hides; it never takes an alarm away.

use std::collections::BTreeMap;

use crate::exchange::Kind;
use crate::exchange::standing::{Standing, Waiting, Want, content_of};
use crate::held::Held;
use crate::line::Line;
use crate::message::{Matter, MessageKind};
use crate::quantity::Instant;
use crate::terms::Terms;
use crate::view::{
    Alarm, AlarmKind, AlarmLevel, CommitmentState, HealthView, LineState, NotTakenView, Shelving,
    Side,
};

/// How long a broken rule is called out beside its place in the list of faults, seconds: a day.
const FAULT_SHOWN_S: u32 = 24 * 60 * 60;

/// Everything that one exchange calls for.
pub(crate) fn of_exchange(standing: &Standing<'_>, terms: &Terms) -> Vec<Alarm> {
    let mut raised = Vec::new();
    late_or_waiting(standing, terms, &mut raised);
    disputed(standing, &mut raised);
    short_notice(standing, terms, &mut raised);
    promise(standing, &mut raised);
    for alarm in &mut raised {
        alarm.exchange = Some(standing.exchange.id);
    }
    raised
}

/// The most urgent first, those of one level by age; and out of sight what was shelved.
pub fn put_in_order(alarms: &mut [Alarm], now: Instant, shelved: &BTreeMap<String, Shelving>) {
    for alarm in alarms.iter_mut() {
        alarm.shelved = shelved.get(&alarm.key).filter(|shelving| shelving.until > now).cloned();
    }
    alarms.sort_by(|a, b| {
        b.level.cmp(&a.level).then_with(|| (a.since, &a.key).cmp(&(b.since, &b.key)))
    });
}

fn alarm(
    kind: AlarmKind,
    level: AlarmLevel,
    of: impl std::fmt::Display,
    since: Instant,
    due: Option<Instant>,
) -> Alarm {
    Alarm { key: format!("{kind:?}:{of}"), level, kind, exchange: None, since, due, shelved: None }
}

/// Everything that the line itself calls for.
pub(crate) fn of_the_line(
    line: &Line,
    now: Instant,
    health: &HealthView,
    terms: &Terms,
) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    let line_alarm = |kind, level, since| alarm(kind, level, "line", since, None);
    if matches!(health.state, LineState::Silent | LineState::Unknown) {
        let silent = [health.inbound, health.outbound].into_iter();
        let heard = silent.filter(|way| way.silent).filter_map(|way| way.heard_at).min();
        let since = heard.or_else(|| line.last_heard_at()).unwrap_or(now);
        alarms.push(line_alarm(AlarmKind::LineSilent, AlarmLevel::Warning, since));
    }
    let tests = line.tests(now);
    if tests.overdue {
        let answered = tests.ours_answered_at.zip(tests.theirs_answered_at);
        let due = answered.map(|(ours, theirs)| ours.min(theirs).plus_s(terms.test_every_s));
        let since = due.or_else(|| line.first_said_at()).unwrap_or(now);
        let raised = line_alarm(AlarmKind::TestOverdue, AlarmLevel::Caution, since);
        alarms.push(Alarm { due, ..raised });
    }
    let apart = health
        .clock_apart_ms
        .filter(|apart_ms| apart_ms.unsigned_abs() > u64::from(terms.clock_apart_ms));
    if apart.is_some() {
        let since = health.inbound.heard_at.unwrap_or(now);
        alarms.push(line_alarm(AlarmKind::ClocksApart, AlarmLevel::Caution, since));
    }
    if let Some(fault) =
        line.last_fault().filter(|held| now <= held.stored_at.plus_s(FAULT_SHOWN_S))
    {
        let (id, at) = (fault.id, fault.stored_at);
        alarms.push(alarm(AlarmKind::PeerFault, AlarmLevel::Caution, id, at, None));
    }
    if let Some(NotTakenView { lane, entry, since, .. }) = &health.not_taken {
        let (kind, of) = (AlarmKind::NotTaken, format!("{lane:?}/{entry}"));
        alarms.push(alarm(kind, AlarmLevel::Warning, of, *since, None));
    }
    if let Some(held) = line.first_undelivered() {
        let due = held.said_at.plus_s(terms.request.receipt_s);
        if due < now {
            let level = AlarmLevel::Caution;
            alarms.push(alarm(AlarmKind::NotDelivered, level, held.id, held.said_at, Some(due)));
        }
    }
    alarms
}

fn late_or_waiting(standing: &Standing<'_>, terms: &Terms, raised: &mut Vec<Alarm>) {
    let now = standing.now;
    let distress = standing.exchange.matter() == Some(Matter::Distress);
    let urgent = if distress { AlarmLevel::Warning } else { AlarmLevel::Caution };
    if let Some((held, due)) = standing.first_late(terms) {
        raised.push(alarm(AlarmKind::NotDelivered, urgent, held.id, held.said_at, Some(due)));
    }
    let Some(Waiting { message, who, want }) = standing.waiting() else { return };
    if !matches!(want, Want::Answer | Want::Acknowledgement) {
        return;
    }
    let answer_s = standing.times(terms, message).answer_s;
    let due = message.said_at.plus_s(answer_s);
    match who {
        Side::Them => {
            if due < now {
                raised.push(alarm(
                    AlarmKind::AnswerLate,
                    urgent,
                    message.id,
                    message.said_at,
                    Some(due),
                ));
            }
            telephone(standing, terms, message, raised);
        }
        Side::Us => raised.push(ours_to_answer(standing, message, answer_s)),
    }
}

/// Ours to answer. A caller in distress waits from the moment at which this desk had it.
fn ours_to_answer(standing: &Standing<'_>, message: &Held, answer_s: u32) -> Alarm {
    let since = message.stored_at;
    let due = message.said_at.plus_s(answer_s);
    let late = due < standing.now;
    let (kind, level, due) = match standing.exchange.kind {
        Kind::Matter(Matter::Distress) if message.kind != Some(MessageKind::Offer) => {
            (AlarmKind::DistressWaits, AlarmLevel::Warning, since.plus_s(answer_s))
        }
        Kind::Test if late => (AlarmKind::TestWaits, AlarmLevel::Caution, due),
        Kind::Test => (AlarmKind::TestWaits, AlarmLevel::Advisory, due),
        _ if late => (AlarmKind::OurAnswerLate, AlarmLevel::Warning, due),
        _ => (AlarmKind::AnswerWanted, AlarmLevel::Advisory, due),
    };
    alarm(kind, level, message.id, since, Some(due))
}

fn telephone(standing: &Standing<'_>, terms: &Terms, message: &Held, raised: &mut Vec<Alarm>) {
    let due = message.said_at.plus_s(terms.telephone_s);
    if standing.exchange.matter() == Some(Matter::Notice) && due < standing.now {
        let since = message.said_at;
        let level = AlarmLevel::Warning;
        raised.push(alarm(AlarmKind::Telephone, level, message.id, since, Some(due)));
    }
}

fn disputed(standing: &Standing<'_>, raised: &mut Vec<Alarm>) {
    let Some((held, _)) = standing.all.disputed().filter(|_| standing.all.closed().is_none())
    else {
        return;
    };
    let since = held.delivered_at().unwrap_or(held.said_at);
    raised.push(alarm(AlarmKind::ReadBackDiffers, AlarmLevel::Warning, held.id, since, None));
}

fn short_notice(standing: &Standing<'_>, terms: &Terms, raised: &mut Vec<Alarm>) {
    let given = standing.notice_given(terms).filter(|given| given.short);
    let over = |held: &Held| content_of(held).is_none_or(|fields| fields.window.to < standing.now);
    let version = standing.all.versions.last().filter(|held| !over(held));
    let version = version.filter(|_| standing.all.closed().is_none());
    if let (Some(_), Some(version)) = (given, version) {
        let since = version.delivered_at().unwrap_or(version.said_at);
        raised.push(alarm(AlarmKind::NoticeShort, AlarmLevel::Caution, version.id, since, None));
    }
}

fn promise(standing: &Standing<'_>, raised: &mut Vec<Alarm>) {
    let Some(promise) = standing.promise.as_ref().filter(|promise| promise.signed) else { return };
    if standing.all.closed().is_some() {
        return;
    }
    let of = promise.offer.id;
    if promise.state(standing.now) == CommitmentState::Broken {
        let since = promise.broken_since().unwrap_or(standing.now);
        raised.push(alarm(AlarmKind::CommitmentBroken, AlarmLevel::Warning, of, since, None));
    } else if let Some(due) = promise.due_since() {
        let level = AlarmLevel::Caution;
        raised.push(alarm(AlarmKind::MilestoneDue, level, of, due, Some(due)));
    }
}
