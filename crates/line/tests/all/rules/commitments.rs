//! Promises: when they bind, and what becomes of them.

use keepclear_line::Refusal;
use keepclear_line::message::{Commitment, Matter, Outcome};
use keepclear_line::quantity::MessageId;
use keepclear_line::view::{AlarmKind, CommitmentState, ExchangeState};

use crate::bodies::{commitment, end, exchange, offer, open, progress, sign, window, withdraw};
use crate::desk::{Pair, name};

/// South promises from 1 h on for 20 min; North offered it.
fn offered() -> (Pair, MessageId, Commitment) {
    let mut pair = Pair::new();
    let promised = commitment(pair.south.charter.us.desk, window(pair.now, 3_600, 1_200));
    let of = pair.north.say(pair.now, offer(exchange(1), &promised)).unwrap();
    pair.deliver();
    (pair, of, promised)
}

fn signed() -> (Pair, MessageId) {
    let (mut pair, of, promised) = offered();
    pair.south.say(pair.now, sign(exchange(1), of, &promised)).unwrap();
    pair.deliver();
    (pair, of)
}

fn states(pair: &Pair) -> [CommitmentState; 2] {
    [&pair.north, &pair.south].map(|desk| {
        desk.exchange(exchange(1), pair.now).commitment.expect("something was promised").state
    })
}

#[test]
fn a_commitment_is_offered_agreed_in_force_and_kept_by_time_and_word() {
    let (mut pair, of, promised) = offered();
    assert_eq!(states(&pair), [CommitmentState::Offered; 2]);
    pair.south.say(pair.now, sign(exchange(1), of, &promised)).unwrap();
    assert_eq!(states(&pair), [CommitmentState::Offered; 2], "North has not signed for it yet");
    pair.deliver();
    assert_eq!(states(&pair), [CommitmentState::Agreed; 2]);
    pair.wait_s(3_600);
    assert_eq!(states(&pair), [CommitmentState::InForce; 2]);
    pair.wait_s(601);
    assert_eq!(states(&pair), [CommitmentState::Due; 2]);
    for number in [1, 2] {
        pair.south.say(pair.now, progress(exchange(1), of, number, Outcome::Reached)).unwrap();
    }
    pair.deliver();
    assert_eq!(states(&pair), [CommitmentState::InForce; 2]);
    pair.wait_s(600);
    assert_eq!(states(&pair), [CommitmentState::Kept; 2]);
}

#[test]
fn signing_other_bytes_is_refused_and_names_the_difference() {
    let (mut pair, of, promised) = offered();
    let mut other = promised;
    other.flights = vec![name("SOUTH 8")];
    match pair.south.say(pair.now, sign(exchange(1), of, &other)) {
        Err(Refusal::OtherCommitment { field, offered, signed }) => {
            assert!(field.contains("flights"), "{field}");
            assert!(offered.contains("SOUTH 7") && signed.contains("SOUTH 8"));
        }
        answer => panic!("{answer:?}"),
    }
}

#[test]
fn other_bytes_signed_by_the_peer_bring_nothing_in_force() {
    let (mut pair, of, promised) = offered();
    let mut other = promised;
    other.window.to = other.window.to.plus_s(1);
    let lane = keepclear_line::message::Lane::Ordinary;
    pair.south.say_anyway(pair.now, lane, Some("duty"), sign(exchange(1), of, &other));
    pair.deliver();
    assert_eq!(states(&pair), [CommitmentState::Offered; 2]);
    assert!(pair.north.view(pair.now).faults[0].reason.contains("window"));
}

#[test]
fn a_newer_offer_replaces_an_unsigned_one_and_never_a_signed_one() {
    let (mut pair, first, promised) = offered();
    let mut other = promised.clone();
    other.flights = vec![];
    let second = pair.north.say(pair.now, offer(exchange(1), &other)).unwrap();
    pair.deliver();
    let refused = pair.south.say(pair.now, sign(exchange(1), first, &promised));
    assert_eq!(refused, Err(Refusal::Replaced { of: first, by: second }));
    pair.south.say(pair.now, sign(exchange(1), second, &other)).unwrap();
    pair.deliver();
    let refused = pair.north.say(pair.now, offer(exchange(1), &promised));
    assert!(matches!(refused, Err(Refusal::Already { .. })), "{refused:?}");
}

#[test]
fn a_signature_that_crosses_a_newer_offer_binds_nobody() {
    let (mut pair, first, promised) = offered();
    let mut other = promised.clone();
    other.flights = vec![];
    pair.south.say(pair.now, sign(exchange(1), first, &promised)).unwrap();
    pair.north.say(pair.now, offer(exchange(1), &other)).unwrap();
    pair.deliver();
    assert_eq!(states(&pair), [CommitmentState::Offered; 2]);
    assert_eq!(pair.north.line.shared_digest(), pair.south.line.shared_digest());
    assert_eq!(pair.south.view(pair.now).faults, []);
}

#[test]
fn of_two_offers_that_cross_the_one_of_the_side_that_opened_counts_at_both_ends() {
    let (mut pair, _, promised) = offered();
    let mut from_north = promised.clone();
    from_north.flights = vec![];
    let mut from_south = promised;
    from_south.milestones = vec![];
    let counts = pair.north.say(pair.now, offer(exchange(1), &from_north)).unwrap();
    pair.south.say(pair.now, offer(exchange(1), &from_south)).unwrap();
    pair.deliver();
    for desk in [&pair.north, &pair.south] {
        assert_eq!(desk.exchange(exchange(1), pair.now).commitment.unwrap().offer, counts);
    }
}

#[test]
fn an_unsigned_offer_lapses_with_its_time_and_no_longer_wants_anybody() {
    let (mut pair, ..) = offered();
    pair.wait_s(3_600 + 1_201);
    assert_eq!(states(&pair), [CommitmentState::Lapsed; 2]);
    let view = pair.south.view(pair.now);
    assert!(view.alarms.iter().all(|alarm| alarm.exchange.is_none()), "{:?}", view.alarms);
    let standing = pair.south.exchange(exchange(1), pair.now).commitment.unwrap();
    let (offer, promised) = (standing.offer, standing.commitment);
    let late = pair.south.say(pair.now, sign(exchange(1), offer, &promised));
    assert!(matches!(late, Err(Refusal::Past { .. })), "{late:?}");
}

#[test]
fn a_request_still_waits_after_an_offer_within_it_has_lapsed() {
    let mut pair = Pair::new();
    let far = window(pair.now, 36_000, 600);
    pair.north.say(pair.now, open(exchange(1), Matter::Request, far)).unwrap();
    let promised = commitment(pair.south.charter.us.desk, window(pair.now, 60, 60));
    pair.north.say(pair.now, offer(exchange(1), &promised)).unwrap();
    pair.deliver();
    pair.wait_s(7_200);
    let late = |alarm: &keepclear_line::view::Alarm| alarm.kind == AlarmKind::OurAnswerLate;
    assert!(pair.south.view(pair.now).alarms.iter().any(late));
}

#[test]
fn a_signed_commitment_of_whose_milestones_nothing_was_said_lapses_and_stays_an_alarm() {
    let (mut pair, _) = signed();
    pair.wait_s(3_600 + 1_201);
    assert_eq!(states(&pair), [CommitmentState::Lapsed; 2]);
    let alarms = pair.north.view(pair.now).alarms;
    assert!(alarms.iter().any(|alarm| alarm.kind == AlarmKind::MilestoneDue));
}

#[test]
fn a_missed_milestone_breaks_it_and_differing_words_are_contested() {
    let (mut pair, of) = signed();
    pair.wait_s(3_700);
    pair.north.say(pair.now, progress(exchange(1), of, 1, Outcome::Missed)).unwrap();
    pair.deliver();
    assert_eq!(states(&pair), [CommitmentState::Broken; 2]);
    let broken = |pair: &Pair| {
        let alarms = pair.south.view(pair.now).alarms;
        alarms.iter().any(|alarm| alarm.kind == AlarmKind::CommitmentBroken)
    };
    assert!(broken(&pair));
    pair.wait_s(60);
    pair.south.say(pair.now, progress(exchange(1), of, 1, Outcome::Reached)).unwrap();
    pair.deliver();
    assert_eq!(states(&pair), [CommitmentState::InForce; 2]);
    let view = pair.north.exchange(exchange(1), pair.now).commitment.unwrap();
    assert!(view.milestones[0].contested && !view.milestones[1].contested);
    assert_eq!(view.milestones[0].said.len(), 2, "both words stand");
}

#[test]
fn either_side_ends_a_signed_commitment_and_only_the_one_that_opened_an_unsigned_one() {
    let (mut pair, ..) = offered();
    let refused = pair.south.say(pair.now, end(exchange(1)));
    assert!(matches!(refused, Err(Refusal::NotYours { .. })), "{refused:?}");
    let (mut pair, of) = signed();
    let refused = pair.north.say(pair.now, withdraw(exchange(1), of));
    assert!(matches!(refused, Err(Refusal::Already { .. })), "{refused:?}");
    pair.south.say(pair.now, end(exchange(1))).unwrap();
    pair.deliver();
    assert_eq!(states(&pair), [CommitmentState::Ended; 2]);
    assert_eq!(pair.north.exchange(exchange(1), pair.now).state, ExchangeState::Ended);
}

#[test]
fn nothing_is_said_of_a_milestone_that_is_not_there_or_not_signed() {
    let (mut pair, of, _) = offered();
    let early = pair.south.say(pair.now, progress(exchange(1), of, 1, Outcome::Reached));
    assert!(matches!(early, Err(Refusal::NotSigned { .. })), "{early:?}");
    let (mut pair, of) = signed();
    let third = pair.south.say(pair.now, progress(exchange(1), of, 3, Outcome::Reached));
    assert_eq!(third, Err(Refusal::NoMilestone { number: 3, most: 2 }));
}

#[test]
fn a_commitment_by_a_stranger_is_refused() {
    let mut pair = Pair::new();
    let stranger = keepclear_line::quantity::DeskId([9; 16]);
    let promised = commitment(stranger, window(pair.now, 60, 600));
    let refused = pair.north.say(pair.now, offer(exchange(1), &promised));
    assert_eq!(refused, Err(Refusal::Stranger { by: stranger }));
}
