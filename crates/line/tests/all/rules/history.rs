//! What went wrong on lines before: each must be impossible to miss here.

use std::collections::BTreeMap;

use keepclear_line::Health;
use keepclear_line::message::{Answer, Body, Matter};
use keepclear_line::view::{Alarm, AlarmKind, AlarmLevel, ExchangeState, NoticeGiven};

use crate::bodies::{acknowledge, answer, exchange, open, window};
use crate::desk::{Desk, Pair, name};

fn alarm(desk: &Desk, pair: &Pair, kind: AlarmKind) -> Option<Alarm> {
    desk.view(pair.now).alarms.into_iter().find(|alarm| alarm.kind == kind)
}

#[test]
fn a_line_that_was_dead_for_three_years_is_an_alarm_after_hours_even_after_a_restart() {
    let mut pair = Pair::new();
    for (id, from_north) in [(exchange(1), true), (exchange(2), false)] {
        let test = Body::Test { exchange: id, phrase: 2 };
        let now = pair.now;
        let of = if from_north { pair.north.say(now, test) } else { pair.south.say(now, test) };
        pair.deliver();
        let repeated = Body::TestAnswer { exchange: id, of: of.unwrap(), phrase: 2 };
        if from_north { pair.south.say(now, repeated) } else { pair.north.say(now, repeated) }
            .unwrap();
        pair.deliver();
    }
    let tested = pair.now;
    pair.wait_s(8 * 3_600);
    assert_eq!(alarm(&pair.north, &pair, AlarmKind::TestOverdue), None);
    pair.wait_s(1);
    let due = Some(tested.plus_s(8 * 3_600));
    assert_eq!(alarm(&pair.north, &pair, AlarmKind::TestOverdue).unwrap().due, due);
    pair.wait_s(3 * 365 * 24 * 3_600);
    pair.south.start();
    let view = pair.south.line.view(pair.now, &Health::new(), &BTreeMap::new());
    assert_eq!(view.tests.age_s, Some(3 * 365 * 24 * 3_600 + 8 * 3_600 + 1));
    for kind in [AlarmKind::TestOverdue, AlarmKind::LineSilent] {
        assert!(view.alarms.iter().any(|alarm| alarm.kind == kind), "{kind:?}");
    }
}

#[test]
fn a_line_that_nobody_ever_tested_is_overdue() {
    let pair = Pair::new();
    assert!(alarm(&pair.north, &pair, AlarmKind::TestOverdue).is_some());
}

#[test]
fn an_urgent_caller_who_waits_27_minutes_is_a_warning_with_a_clock_from_delivery_for_any_role() {
    let mut pair = Pair::new();
    let body = open(exchange(1), Matter::Distress, window(pair.now, 0, 3_600));
    let of = pair.north.say(pair.now, body).unwrap();
    pair.wait_s(7);
    let delivered = pair.now;
    pair.deliver();
    let waits = alarm(&pair.south, &pair, AlarmKind::DistressWaits).unwrap();
    assert_eq!(waits.level, AlarmLevel::Warning);
    assert_eq!((waits.since, waits.due), (delivered, Some(delivered.plus_s(60))));
    pair.wait_s(27 * 60);
    let view = pair.south.view(pair.now);
    assert_eq!(view.alarms[0].kind, AlarmKind::DistressWaits, "it stands before everything");
    let caller = alarm(&pair.north, &pair, AlarmKind::AnswerLate).unwrap();
    assert_eq!(caller.level, AlarmLevel::Warning);
    // Having read it is not having answered it.
    pair.south.say(pair.now, acknowledge(exchange(1), of)).unwrap();
    assert!(alarm(&pair.south, &pair, AlarmKind::DistressWaits).is_some());
    pair.south.say(pair.now, answer(exchange(1), of, Answer::Agreed {})).unwrap();
    assert_eq!(alarm(&pair.south, &pair, AlarmKind::DistressWaits), None);
}

#[test]
fn a_position_9_km_off_is_never_shown_as_read_back_and_warns_at_both_ends() {
    let mut pair = Pair::new();
    let body = open(exchange(1), Matter::Notice, window(pair.now, 3_600, 600));
    pair.north.say(pair.now, body).unwrap();
    pair.deliver_storing(false, true);
    for desk in [&pair.north, &pair.south] {
        let view = desk.exchange(exchange(1), pair.now);
        assert_eq!(view.state, ExchangeState::Disputed);
        let apart_m = view.differences[0].apart_m.unwrap().metres();
        assert!((8_999.0..9_001.0).contains(&apart_m), "{apart_m} m");
        let warning = alarm(desk, &pair, AlarmKind::ReadBackDiffers).unwrap();
        assert_eq!(warning.level, AlarmLevel::Warning);
    }
}

#[test]
fn whether_a_notice_was_one_minute_is_the_same_number_at_both_ends() {
    let mut pair = Pair::new();
    // South's clock is 1 s ahead: what counts is what South signed.
    pair.south.skew_us = 1_000_000;
    let body = open(exchange(1), Matter::Notice, window(pair.now, 61, 600));
    pair.north.say(pair.now, body).unwrap();
    assert_eq!(pair.north.exchange(exchange(1), pair.now).notice_given, None);
    pair.wait_s(2);
    pair.deliver();
    let given = NoticeGiven { given_s: 58, agreed_s: 600, short: true };
    for desk in [&pair.north, &pair.south] {
        assert_eq!(desk.exchange(exchange(1), pair.now).notice_given, Some(given));
        assert!(alarm(desk, &pair, AlarmKind::NoticeShort).is_some());
    }
    pair.wait_s(1_000);
    assert_eq!(alarm(&pair.south, &pair, AlarmKind::NoticeShort), None, "its window is over");
}

#[test]
fn an_answer_can_be_not_ours_or_cannot_say_and_says_whom_it_covers() {
    for said in [Answer::NotOurs {}, Answer::CannotSay {}] {
        let mut pair = Pair::new();
        let body = open(exchange(1), Matter::Question, window(pair.now, 0, 600));
        let of = pair.north.say(pair.now, body).unwrap();
        pair.deliver();
        let nobody = Body::Answer {
            exchange: exchange(1),
            of,
            answer: said.clone(),
            covers: vec![],
            words: None,
        };
        let refused = pair.south.say(pair.now, nobody).unwrap_err();
        assert_eq!(refused.field(), "covers");
        pair.south.say(pair.now, answer(exchange(1), of, said)).unwrap();
        pair.deliver();
        let view = pair.north.exchange(exchange(1), pair.now);
        assert_eq!(view.state, ExchangeState::Answered);
        let last = view.messages.last().unwrap();
        let Body::Answer { covers, .. } = &*last.body else { panic!("{last:?}") };
        assert_eq!(covers, &[name("all units")]);
    }
}

#[test]
fn no_receipt_within_the_agreed_time_escalates_and_at_90_minutes_to_the_telephone() {
    let mut pair = Pair::new();
    let body = open(exchange(1), Matter::Notice, window(pair.now, 36_000, 600));
    pair.north.say(pair.now, body).unwrap();
    pair.wait_s(15 * 60);
    assert_eq!(alarm(&pair.north, &pair, AlarmKind::NotDelivered), None);
    pair.wait_s(1);
    assert!(alarm(&pair.north, &pair, AlarmKind::NotDelivered).is_some());
    pair.deliver();
    assert_eq!(alarm(&pair.north, &pair, AlarmKind::NotDelivered), None);
    assert_eq!(alarm(&pair.north, &pair, AlarmKind::Telephone), None);
    pair.wait_s(75 * 60);
    assert!(alarm(&pair.north, &pair, AlarmKind::Telephone).is_some());
}

#[test]
fn a_late_answer_of_ours_is_a_warning_here() {
    let mut pair = Pair::new();
    let body = open(exchange(1), Matter::Request, window(pair.now, 3_600, 600));
    pair.north.say(pair.now, body).unwrap();
    pair.deliver();
    let wanted = alarm(&pair.south, &pair, AlarmKind::AnswerWanted).unwrap();
    assert_eq!(wanted.due, Some(pair.now.plus_s(600)));
    pair.wait_s(601);
    assert!(alarm(&pair.south, &pair, AlarmKind::OurAnswerLate).is_some());
    assert_eq!(alarm(&pair.south, &pair, AlarmKind::AnswerWanted), None);
}
