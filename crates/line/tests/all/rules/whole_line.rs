//! Suspension, watches, agreed times, keys: words on the line itself, and its health.

use std::collections::BTreeMap;

use keepclear_line::message::{Answer, Body, Envelope, Lane, Mark, Matter, MessageKind, Seen};
use keepclear_line::quantity::{Instant, Key, MessageId};
use keepclear_line::terms::Terms;
use keepclear_line::view::{AlarmKind, AlarmLevel, LineState, Shelving};
use keepclear_line::{Certificate, Health, Refusal, Stamp};

use crate::bodies::{
    acknowledge, answer, commitment, end, exchange, offer, open, statement, window, withdraw, words,
};
use crate::desk::{Crash, Desk, Packet, Pair, name};

fn suspended() -> Pair {
    let mut pair = Pair::new();
    pair.north.say(pair.now, Body::Suspend { words: words("pause") }).unwrap();
    pair.deliver();
    pair
}

#[test]
fn a_suspended_line_takes_distress_and_what_answers_it_and_tests_from_both_sides() {
    let mut pair = suspended();
    let soon = window(pair.now, 0, 3_600);
    for north in [true, false] {
        let id = exchange(if north { 1 } else { 2 });
        let now = pair.now;
        let of = pair.desk(north).say(now, open(id, Matter::Distress, soon)).unwrap();
        pair.deliver();
        pair.desk(!north).say(now, acknowledge(id, of)).unwrap();
        pair.desk(!north).say(now, answer(id, of, Answer::Agreed {})).unwrap();
        pair.desk(!north).say(now, statement(id, "on our way")).unwrap();
        pair.desk(north).say(now, end(id)).unwrap();
        let test = exchange(if north { 3 } else { 4 });
        let of = pair.desk(north).say(now, Body::Test { exchange: test, phrase: 1 }).unwrap();
        pair.deliver();
        let repeated = Body::TestAnswer { exchange: test, of, phrase: 1 };
        pair.desk(!north).say(now, repeated).unwrap();
        pair.deliver();
    }
    for desk in [&pair.north, &pair.south] {
        assert_eq!(desk.view(pair.now).faults, []);
    }
}

#[test]
fn a_suspended_line_takes_nothing_else_from_either_side() {
    let mut pair = suspended();
    let later = window(pair.now, 60, 60);
    let now = pair.now;
    for desk in [&mut pair.north, &mut pair.south] {
        let refused = desk.say(now, open(exchange(1), Matter::Notice, later));
        assert!(matches!(refused, Err(Refusal::Suspended { .. })), "{refused:?}");
        let refused = desk.say(now, Body::ProposeTerms { terms: Terms::default() });
        assert!(matches!(refused, Err(Refusal::Suspended { .. })), "{refused:?}");
        desk.say(now, Body::HandOver { role: name("night watch"), at: now }).unwrap();
    }
}

#[test]
fn what_was_said_before_the_suspension_was_known_is_no_fault_and_what_was_said_after_it_is() {
    let mut pair = Pair::new();
    pair.north.say(pair.now, Body::Suspend { words: words("pause") }).unwrap();
    let later = window(pair.now, 60, 60);
    pair.south.say(pair.now, open(exchange(1), Matter::Notice, later)).unwrap();
    pair.deliver();
    assert_eq!(pair.north.view(pair.now).faults, []);
    let body = open(exchange(2), Matter::Notice, later);
    pair.south.say_anyway(pair.now, Lane::Ordinary, Some("duty"), body);
    pair.deliver();
    assert_eq!(pair.north.view(pair.now).faults.len(), 1);
    assert!(pair.north.line.exchange(exchange(2), pair.now).is_none());
}

#[test]
fn a_resumed_line_is_open_again() {
    let mut pair = suspended();
    assert_eq!(pair.north.view(pair.now).health.state, LineState::SuspendedByUs);
    assert_eq!(pair.south.view(pair.now).health.state, LineState::SuspendedByThem);
    let refused = pair.south.say(pair.now, Body::Resume {});
    assert_eq!(refused, Err(Refusal::NoChange { suspended: false }));
    pair.north.say(pair.now, Body::Resume {}).unwrap();
    pair.deliver();
    assert_eq!(pair.south.view(pair.now).health.state, LineState::Open);
}

#[test]
fn a_watch_begins_at_its_stated_moment_and_is_a_role() {
    let mut pair = Pair::new();
    let at = pair.now.plus_s(600);
    let early = Body::HandOver { role: name("day watch"), at: pair.now };
    pair.north.say(pair.now, early).unwrap();
    pair.north.say(pair.now, Body::HandOver { role: name("night watch"), at }).unwrap();
    let before = Body::HandOver { role: name("nobody"), at: pair.now };
    let refused = pair.north.say(pair.now, before);
    assert_eq!(refused, Err(Refusal::WatchOrder { at: pair.now, last: at }));
    pair.deliver();
    let role = |now: Instant| pair.south.view(now).their_watch.unwrap().role;
    assert_eq!(role(pair.now), name("day watch"));
    assert_eq!(role(at), name("night watch"));
}

#[test]
fn terms_are_in_force_once_both_sides_last_proposals_are_the_same() {
    let mut pair = Pair::new();
    let terms = Terms { notice_given_s: 1_800, ..Terms::default() };
    pair.north.say(pair.now, Body::ProposeTerms { terms }).unwrap();
    pair.deliver();
    assert!(!pair.south.view(pair.now).terms_agreed);
    pair.south.say(pair.now, Body::ProposeTerms { terms }).unwrap();
    assert!(!pair.south.view(pair.now).terms_agreed, "North may have proposed others meanwhile");
    pair.deliver();
    for desk in [&pair.north, &pair.south] {
        let view = desk.view(pair.now);
        assert_eq!((view.terms_agreed, view.terms), (true, terms));
    }
    let other = Terms { notice_given_s: 900, ..terms };
    pair.north.say(pair.now, Body::ProposeTerms { terms: other }).unwrap();
    pair.deliver();
    assert_eq!(pair.south.view(pair.now).terms, Terms::default());
}

#[test]
fn a_key_is_replaced_by_both_sides_and_only_by_the_one_that_was_proposed() {
    let mut pair = Pair::new();
    let key = Key([3; 32]);
    let of = pair.north.say(pair.now, Body::ProposeKey { key }).unwrap();
    pair.deliver();
    assert_eq!(pair.south.view(pair.now).their_key.unwrap().accepted_at, None);
    let refused = pair.south.say(pair.now, Body::AcceptKey { of, key: Key([4; 32]) });
    assert_eq!(refused, Err(Refusal::OtherKey));
    pair.south.say(pair.now, Body::AcceptKey { of, key }).unwrap();
    pair.deliver();
    assert_eq!(pair.north.view(pair.now).our_key.unwrap().accepted_at, Some(pair.now));
}

#[test]
fn a_certificate_is_replaced_by_both_sides_and_only_by_the_last_one_that_was_proposed() {
    let mut pair = Pair::new();
    let [first, last] = [3, 4].map(|octet| Certificate(vec![octet; 700]));
    let propose =
        |certificate: &Certificate| Body::ProposeCertificate { certificate: certificate.clone() };
    let early = pair.north.say(pair.now, propose(&first)).unwrap();
    pair.deliver();
    let of = pair.north.say(pair.now, propose(&last)).unwrap();
    pair.deliver();
    let seen = pair.south.view(pair.now).their_certificate.unwrap();
    assert_eq!((seen.fingerprint, seen.proposal), (last.fingerprint(), of));
    assert_eq!(seen.accepted_at, None);
    let accept = |of, certificate: &Certificate| Body::AcceptCertificate {
        of,
        fingerprint: certificate.fingerprint(),
    };
    let kind = MessageKind::AcceptCertificate;
    let refused = pair.south.say(pair.now, accept(early, &first));
    assert_eq!(refused, Err(Refusal::NothingToName { of: early, kind }));
    let refused = pair.south.say(pair.now, accept(of, &first));
    assert_eq!(refused, Err(Refusal::OtherCertificate));
    let refused = pair.north.say(pair.now, accept(of, &last));
    assert_eq!(refused, Err(Refusal::NothingToName { of, kind }), "its own");
    pair.south.say(pair.now, accept(of, &last)).unwrap();
    let again = pair.south.say(pair.now, accept(of, &last));
    assert_eq!(again, Err(Refusal::Already { of, kind, role: None, at: pair.now }));
    pair.deliver();
    assert_eq!(pair.north.view(pair.now).our_certificate.unwrap().accepted_at, Some(pair.now));
    assert_eq!(pair.north.view(pair.now).our_key, None);
}

#[test]
fn a_certificate_is_a_persons_word_and_waits_for_a_suspended_line() {
    let certificate = Certificate(vec![3; 700]);
    let body = Body::ProposeCertificate { certificate };
    let mut pair = Pair::new();
    pair.north.say_anyway(pair.now, Lane::Ordinary, None, body.clone());
    pair.deliver();
    let view = pair.south.view(pair.now);
    assert_eq!((view.faults.len(), view.their_certificate), (1, None));
    let mut pair = suspended();
    let refused = pair.south.say(pair.now, body);
    assert!(matches!(refused, Err(Refusal::Suspended { .. })), "{refused:?}");
}

#[test]
fn a_cut_is_shown_within_five_seconds_in_its_direction() {
    let pair = Pair::new();
    let mut health = Health::new();
    let state = |health: &Health, now| pair.north.line.view(now, health, &BTreeMap::new()).health;
    assert_eq!(state(&health, pair.now).state, LineState::Unknown);
    health.heard_from_them(pair.now);
    health.they_heard_us(pair.now);
    assert_eq!(state(&health, pair.now.plus_s(4)).state, LineState::Open);
    let cut = Instant(pair.now.0 + 4_000_001);
    assert_eq!(state(&health, cut).state, LineState::Silent);
    health.heard_from_them(cut);
    let view = state(&health, cut);
    assert!(!view.inbound.silent && view.outbound.silent);
    assert_eq!(view.state, LineState::Silent);
}

#[test]
fn a_shelved_alarm_is_out_of_sight_until_its_end_and_never_gone() {
    let mut pair = Pair::new();
    let body = open(exchange(1), Matter::Request, window(pair.now, 60, 60));
    let of = pair.north.say(pair.now, body).unwrap();
    pair.deliver();
    let key = {
        let alarms = pair.south.view(pair.now).alarms;
        alarms.iter().find(|alarm| alarm.kind == AlarmKind::AnswerWanted).unwrap().key.clone()
    };
    let until = pair.now.plus_s(60);
    let shelving = Shelving { reason: words("known"), until, role: name("duty officer") };
    let shelved = BTreeMap::from([(key.clone(), shelving.clone())]);
    let find = |now| {
        let view = pair.south.line.view(now, &Health::new(), &shelved);
        view.alarms.into_iter().find(|alarm| alarm.key == key).unwrap()
    };
    assert_eq!(find(pair.now.plus_s(59)).shelved, Some(shelving));
    assert_eq!(find(until).shelved, None);
    pair.north.say(pair.now, withdraw(exchange(1), of)).unwrap();
    pair.deliver();
    let alarms = pair.south.view(pair.now).alarms;
    assert!(alarms.iter().all(|alarm| alarm.kind != AlarmKind::AnswerWanted));
}

#[test]
fn clocks_further_apart_than_agreed_are_an_alarm() {
    let pair = Pair::new();
    let mut health = Health::new();
    health.clock_apart(-5_001);
    let alarms = pair.north.line.view(pair.now, &health, &BTreeMap::new()).alarms;
    let apart = alarms.iter().find(|alarm| alarm.kind == AlarmKind::ClocksApart).unwrap();
    assert_eq!(apart.level, AlarmLevel::Caution);
}

#[test]
fn a_claim_to_have_seen_what_was_never_said_is_a_fault() {
    let mut pair = Pair::new();
    let mark = Mark { sequence: 1, message: MessageId([8; 32]) };
    let body = open(exchange(1), Matter::Notice, window(pair.now, 60, 60));
    let seen = Seen { ordinary: Some(mark), urgent: None };
    let envelope = Envelope { seen, role: Some(name("duty")), body };
    let stamp =
        Stamp { message: MessageId([1; 32]), lane: Lane::Ordinary, sequence: 1, said_at: pair.now };
    pair.north.line.heard(stamp, pair.now, Ok(envelope), None);
    let view = pair.north.view(pair.now);
    assert!(pair.north.exchanges(pair.now).is_empty());
    assert!(view.faults[0].reason.contains("stands nowhere"), "{}", view.faults[0].reason);
    assert_eq!(pair.north.line.duties().len(), 1, "it is here, and its receipt is owed");
}

/// Of two lanes of one side nobody can say which was first: one end learns them in this order, the
/// other in that.
#[test]
fn an_offer_under_the_id_of_a_distress_call_hides_nothing_whichever_lane_comes_first() {
    let promised = |pair: &Pair| commitment(pair.south.charter.us.desk, window(pair.now, 60, 600));
    for offer_first in [true, false] {
        let mut pair = Pair::new();
        let distress = open(exchange(1), Matter::Distress, window(pair.now, 0, 600));
        let offer = offer(exchange(1), &promised(&pair));
        let mut said = [(Lane::Urgent, distress), (Lane::Ordinary, offer)];
        if offer_first {
            said.reverse();
        }
        for (lane, body) in said {
            pair.south.say_anyway(pair.now, lane, Some("duty"), body);
            if offer_first {
                pair.deliver();
            }
        }
        // What else is said under it in the ordinary lane hides as little.
        let also = statement(exchange(1), "nothing else");
        pair.south.say_anyway(pair.now, Lane::Ordinary, Some("duty"), also);
        pair.deliver();
        assert_eq!(pair.north.line.shared_digest(), pair.south.line.shared_digest());
        for desk in [&pair.north, &pair.south] {
            let view = desk.exchange(exchange(1), pair.now);
            assert_eq!((view.matter, view.messages.len()), (Some(Matter::Distress), 1));
        }
        let view = pair.north.view(pair.now);
        assert_eq!(pair.north.exchanges(pair.now).len(), 1);
        assert!(view.alarms.iter().any(|alarm| alarm.kind == AlarmKind::DistressWaits));
        assert!(view.alarms.iter().any(|alarm| alarm.kind == AlarmKind::PeerFault));
        assert!(view.faults[0].reason.contains("was opened before"), "{:?}", view.faults);
    }
}

#[test]
fn the_lanes_are_judged_alike_by_an_end_that_hears_the_ordinary_one_first() {
    let mut south = Desk::new(false);
    let now = Pair::START;
    let distress = open(exchange(1), Matter::Distress, window(now, 0, 600));
    let promised = commitment(south.charter.us.desk, window(now, 60, 600));
    south.say_anyway(now, Lane::Ordinary, Some("duty"), offer(exchange(1), &promised));
    south.say_anyway(now, Lane::Urgent, Some("duty"), distress);
    let packet = south.packet(usize::MAX);
    let digests = [Lane::Ordinary, Lane::Urgent].map(|first| {
        let mut north = Desk::new(true);
        let (early, late): (Vec<_>, Vec<_>) =
            packet.entries.iter().cloned().partition(|(lane, _)| *lane == first);
        let heard = |entries| Packet { entries, have: packet.have };
        north.receive(now, &heard([early, late].concat()), Crash::Never, || false);
        let faults = north.view(now).faults.len();
        (north.line.shared_digest(), faults)
    });
    assert_eq!(digests[0], digests[1]);
    assert_eq!(digests[0].1, 1);
}

#[test]
fn distress_in_the_ordinary_lane_is_a_fault() {
    let mut pair = Pair::new();
    let body = open(exchange(1), Matter::Distress, window(pair.now, 0, 60));
    pair.south.say_anyway(pair.now, Lane::Ordinary, Some("duty"), body);
    pair.deliver();
    assert_eq!(pair.north.view(pair.now).faults.len(), 1);
}

#[test]
fn a_message_that_is_heard_or_said_twice_counts_once() {
    let mut pair = Pair::new();
    let stamp = |side: u8| Stamp {
        message: MessageId([side; 32]),
        lane: Lane::Ordinary,
        sequence: 1,
        said_at: Pair::START,
    };
    let notice = |number| Envelope {
        seen: Seen::default(),
        role: Some(name("duty")),
        body: open(exchange(number), Matter::Notice, window(Pair::START, 60, 60)),
    };
    let line = &mut pair.north.line;
    line.heard(stamp(1), pair.now, Ok(notice(1)), None);
    line.said(stamp(2), notice(2));
    let (digest, duties) = (line.shared_digest(), line.duties());
    line.heard(stamp(1), pair.now.plus_s(9), Ok(notice(1)), None);
    line.said(stamp(2), notice(2));
    assert_eq!((line.shared_digest(), line.duties()), (digest, duties));
    assert_eq!(line.seen().ordinary.map(|mark| mark.message), Some(MessageId([1; 32])));
    assert_eq!(pair.north.view(pair.now).faults, []);
}
