//! How the line is, and what wants a person.

use super::message::{terms, witness};
use super::rendered::{Page, RenderedLine};
use super::{Ends, Language, Phrase, datum};
use crate::quantity::{Instant, MessageId, Name};
use crate::view::{
    Alarm, CertificateView, DirectionView, Fault, HealthView, KeyView, LineView, NotTakenView,
    Shelving, Side, Suspension, TestsView, WatchView, WitnessView,
};

/// The line itself: both directions, tests, watches, agreed times, faults. Not its exchanges and
/// alarms, which are rendered one by one.
pub fn render_line(view: &LineView, ends: &Ends<'_>, language: Language) -> Vec<RenderedLine> {
    let mut page = Page::new(language);
    if ends.exercise {
        page.heading(Phrase::EXERCISE);
    }
    page.words(Phrase::LINE_WITH, ends.name(Side::Them));
    page.datum(Phrase::AS_OF, datum::time(view.now));
    health(&mut page, ends, &view.health);
    tests(&mut page, ends, &view.tests);
    watch(&mut page, ends.name(Side::Us), view.our_watch.as_ref());
    watch(&mut page, ends.name(Side::Them), view.their_watch.as_ref());
    let agreed = if view.terms_agreed { Phrase::TERMS_AGREED } else { Phrase::TERMS_DEFAULT };
    page.says(Phrase::TERMS, agreed);
    page.nested(|page| terms(page, &view.terms));
    key(&mut page, ends.name(Side::Us), view.our_key);
    key(&mut page, ends.name(Side::Them), view.their_key);
    certificate(&mut page, ends.name(Side::Us), view.our_certificate);
    certificate(&mut page, ends.name(Side::Them), view.their_certificate);
    for view in &view.witnesses {
        named(&mut page, ends, view);
    }
    for fault in &view.faults {
        self::fault(&mut page, fault);
    }
    page.into_lines()
}

fn health(page: &mut Page, ends: &Ends<'_>, health: &HealthView) {
    let (us, them) = (ends.name(Side::Us), ends.name(Side::Them));
    page.says(Phrase::LINE, Phrase::from(health.state));
    direction(page, them, health.inbound);
    direction(page, us, health.outbound);
    suspension(page, us, health.suspended_by_us.as_ref());
    suspension(page, them, health.suspended_by_them.as_ref());
    let apart = health.clock_apart_ms.map(|apart_ms| datum::thousandths(apart_ms, true));
    page.known(Phrase::CLOCKS_APART.of(them), apart);
    let round_trip = health.round_trip_ms.map(|trip| i64::try_from(trip).unwrap_or(i64::MAX));
    page.known(Phrase::ROUND_TRIP, round_trip.map(|trip_ms| datum::thousandths(trip_ms, false)));
    page.datum(Phrase::OUTBOX, health.outbox.to_string());
    if let Some(NotTakenView { reason, since, .. }) = &health.not_taken {
        page.datum(Phrase::NOT_TAKEN, reason.to_string());
        page.nested(|page| page.datum(Phrase::SINCE, datum::time(*since)));
    }
}

fn direction(page: &mut Page, speaker: &Name, view: DirectionView) {
    let carries = match view {
        DirectionView { silent: true, .. } => Phrase::DIRECTION_SILENT,
        DirectionView { heard_at: None, .. } => Phrase::NOT_KNOWN,
        DirectionView { heard_at: Some(_), silent: false } => Phrase::DIRECTION_CARRIES,
    };
    page.says(Phrase::MESSAGES_FROM.of(speaker), carries);
    page.nested(|page| page.known(Phrase::HEARD_AT, view.heard_at.map(datum::time)));
}

fn suspension(page: &mut Page, by: &Name, suspension: Option<&Suspension>) {
    if let Some(Suspension { since, words }) = suspension {
        page.words(Phrase::SUSPENDED_BY, by);
        page.nested(|page| {
            page.datum(Phrase::SINCE, datum::time(*since));
            page.words(Phrase::OWN_WORDS_OF.of(by), words);
            page.heading(Phrase::SUSPENDED_STILL_CARRIES);
        });
    }
}

fn tests(page: &mut Page, ends: &Ends<'_>, tests: &TestsView) {
    let answered = [(Side::Them, tests.ours_answered_at), (Side::Us, tests.theirs_answered_at)];
    for (side, at) in answered {
        page.known(Phrase::TEST_ANSWERED_BY.of(ends.name(side)), at.map(datum::time));
    }
    page.known(Phrase::TEST_AGE, tests.age_s.map(datum::duration));
    if tests.overdue {
        page.heading(Phrase::TEST_OVERDUE);
    }
}

fn watch(page: &mut Page, party: &Name, watch: Option<&WatchView>) {
    let label = Phrase::WATCH_OF.of(party);
    match watch {
        Some(WatchView { role, since }) => {
            page.words(label, role);
            page.nested(|page| page.datum(Phrase::SINCE, datum::time(*since)));
        }
        None => page.says(label, Phrase::NOT_KNOWN),
    }
}

fn key(page: &mut Page, party: &Name, view: Option<KeyView>) {
    if let Some(KeyView { key, proposal, proposed_at, accepted_at }) = view {
        page.datum(Phrase::KEY_OF.of(party), key.to_string());
        change(page, proposal, proposed_at, accepted_at);
    }
}

fn certificate(page: &mut Page, party: &Name, view: Option<CertificateView>) {
    if let Some(CertificateView { fingerprint, proposal, proposed_at, accepted_at }) = view {
        page.datum(Phrase::CERTIFICATE_OF.of(party), fingerprint.to_string());
        change(page, proposal, proposed_at, accepted_at);
    }
}

fn change(page: &mut Page, of: MessageId, proposed_at: Instant, accepted_at: Option<Instant>) {
    page.nested(|page| {
        page.datum(Phrase::REFERS_TO, datum::message(of));
        page.datum(Phrase::PROPOSED_AT, datum::time(proposed_at));
        page.known(Phrase::ACCEPTED_AT, accepted_at.map(datum::time));
    });
}

fn named(page: &mut Page, ends: &Ends<'_>, view: &WitnessView) {
    let WitnessView { desk, state, ours, theirs, since } = view;
    page.says(Phrase::WITNESS, Phrase::from(*state));
    page.nested(|page| {
        page.datum(Phrase::WITNESS_DESK, desk.to_string());
        page.datum(Phrase::SINCE, datum::time(*since));
        for (side, named) in [(Side::Us, ours), (Side::Them, theirs)] {
            if let Some(named) = named {
                page.words(Phrase::WITNESS_NAMED_BY, ends.name(side));
                page.nested(|page| witness(page, named));
            }
        }
    });
}

fn fault(page: &mut Page, fault: &Fault) {
    page.datum(Phrase::FAULT, datum::harmless(&fault.reason));
    page.nested(|page| {
        page.datum(Phrase::REFERS_TO, datum::message(fault.message));
        page.datum(Phrase::STORED_AT, datum::time(fault.at));
        page.heading(Phrase::FAULT_NO_EFFECT);
    });
}

/// One alarm: how urgent, what to do, and its clock at `now`.
pub fn render_alarm(
    alarm: &Alarm,
    ends: &Ends<'_>,
    now: Instant,
    language: Language,
) -> Vec<RenderedLine> {
    let mut page = Page::new(language);
    if ends.exercise {
        page.heading(Phrase::EXERCISE);
    }
    page.says(Phrase::from(alarm.level), Phrase::from(alarm.kind));
    page.nested(|page| {
        page.words(Phrase::LINE_WITH, ends.name(Side::Them));
        if let Some(exchange) = alarm.exchange {
            page.datum(Phrase::EXCHANGE, exchange.to_string());
        }
        page.datum(Phrase::SINCE, datum::time(alarm.since));
        if let Some(due) = alarm.due {
            clock(page, due, now);
        }
        if let Some(Shelving { reason, until, role }) = &alarm.shelved {
            page.datum(Phrase::SHELVED_UNTIL, datum::time(*until));
            page.words(Phrase::SHELVED_BY, role);
            page.words(Phrase::REASON, reason);
        }
    });
    page.into_lines()
}

/// Whole seconds, the started one counted as time that is left or not yet past.
fn clock(page: &mut Page, due: Instant, now: Instant) {
    page.datum(Phrase::DUE, datum::time(due));
    let left_us = due.0.saturating_sub(now.0);
    if left_us >= 0 {
        let left_s = left_us / 1_000_000 + i64::from(left_us % 1_000_000 > 0);
        page.datum(Phrase::TIME_LEFT, datum::duration(left_s));
    } else {
        page.datum(Phrase::OVERDUE_BY, datum::duration(left_us.saturating_neg() / 1_000_000));
    }
}
