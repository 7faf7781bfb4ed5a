//! A witness: named by both sides alike, it reads what both agreed, and nothing else.

use keepclear_line::codec::CodecError;
use keepclear_line::message::{Answer, Body, Lane, Matter};
use keepclear_line::quantity::{DeskId, Instant, MessageId};
use keepclear_line::terms::Terms;
use keepclear_line::view::{Side, WitnessState};
use keepclear_line::{DISMISSED_SHOWN, Line, Refusal, Stamp, Subject, WITNESSES_MAX, Witness};

use crate::bodies::{
    acknowledge, answer, commitment, end, exchange, offer, open, progress, sign, statement, window,
    witness, words,
};
use crate::desk::{Desk, Pair, name};

const WEST: DeskId = DeskId([3; 16]);

fn names(witness: &Witness) -> Body {
    Body::NameWitness { witness: witness.clone() }
}

fn dismisses(desk: DeskId) -> Body {
    Body::DismissWitness { desk, words: Some(words("its office is closed")) }
}

/// A line on which West reads these subjects, from now on.
fn witnessed(reads: &[Subject]) -> Pair {
    let mut pair = Pair::new();
    let west = witness(3, reads, pair.now);
    for north in [true, false] {
        let now = pair.now;
        pair.desk(north).say(now, names(&west)).unwrap();
        pair.deliver();
    }
    pair
}

fn state(desk: &Desk, now: Instant) -> Option<WitnessState> {
    desk.view(now).witnesses.first().map(|view| view.state)
}

/// Whether West may read the message, by the end of this desk.
fn reads(desk: &Desk, message: MessageId) -> bool {
    let fact = desk.facts.iter().find(|fact| fact.stamp.message == message).unwrap();
    let us = fact.north == (desk.charter.us.name == name("North"));
    let side = if us { Side::Us } else { Side::Them };
    desk.line.may_witness_read(WEST, side, fact.stamp.lane, fact.stamp.sequence)
}

/// The kinds of message that West may read, by both ends alike.
fn readable(pair: &Pair) -> Vec<String> {
    let ends = [&pair.north, &pair.south];
    let [north, south] = ends.map(|desk| {
        let facts = desk.facts.iter().filter(|fact| reads(desk, fact.stamp.message));
        let mut kinds: Vec<_> =
            facts.map(|fact| (fact.stamp.message, format!("{:?}", fact.body.kind()))).collect();
        kinds.sort();
        kinds
    });
    assert_eq!(north, south, "the two ends give different things");
    let mut kinds: Vec<_> = north.into_iter().map(|(_, kind)| kind).collect();
    kinds.sort();
    kinds
}

#[test]
fn a_witness_whom_one_side_names_reads_nothing() {
    let mut pair = Pair::new();
    let west = witness(3, &Subject::ALL, pair.now);
    pair.north.say(pair.now, names(&west)).unwrap();
    pair.deliver();
    assert_eq!(state(&pair.north, pair.now), Some(WitnessState::ProposedByUs));
    assert_eq!(state(&pair.south, pair.now), Some(WitnessState::ProposedByThem));
    assert_eq!((pair.north.line.witness(WEST), pair.south.line.witness(WEST)), (None, None));
    assert_eq!(readable(&pair), [""; 0]);
}

#[test]
fn a_witness_is_in_force_at_an_end_once_the_other_is_known_to_hold_the_same() {
    let mut pair = Pair::new();
    let west = witness(3, &[Subject::Notices], pair.now);
    pair.north.say(pair.now, names(&west)).unwrap();
    pair.deliver();
    pair.south.say(pair.now, names(&west)).unwrap();
    assert_eq!(pair.south.line.witness(WEST), None, "North may have dismissed it meanwhile");
    assert_eq!(state(&pair.south, pair.now), Some(WitnessState::ProposedByUs));
    pair.deliver();
    for desk in [&pair.north, &pair.south] {
        assert_eq!(desk.line.witness(WEST), Some(&west));
        assert_eq!(state(desk, pair.now), Some(WitnessState::InForce));
    }
}

#[test]
fn a_witness_whom_the_sides_name_with_other_words_reads_nothing() {
    let mut pair = witnessed(&Subject::ALL);
    let narrower = witness(3, &[Subject::Notices], pair.now);
    pair.south.say(pair.now, names(&narrower)).unwrap();
    assert_eq!(pair.south.line.witness(WEST), None);
    pair.deliver();
    for desk in [&pair.north, &pair.south] {
        assert_eq!(desk.line.witness(WEST), None);
        assert_eq!(state(desk, pair.now), Some(WitnessState::NamedDifferently));
    }
    pair.north.say(pair.now, names(&narrower)).unwrap();
    pair.deliver();
    assert_eq!(pair.north.line.witness(WEST), Some(&narrower));
}

#[test]
fn either_side_alone_ends_a_witness_at_once_and_an_equal_pair_begins_it_again() {
    for dismisser in [true, false] {
        let mut pair = witnessed(&Subject::ALL);
        let west = pair.north.line.witness(WEST).unwrap().clone();
        let now = pair.now;
        pair.desk(dismisser).say(now, dismisses(WEST)).unwrap();
        assert_eq!(pair.desk(dismisser).line.witness(WEST), None);
        pair.deliver();
        for desk in [&pair.north, &pair.south] {
            assert_eq!(state(desk, now), Some(WitnessState::Dismissed));
            assert_eq!(desk.line.witness(WEST), None);
        }
        assert_eq!(readable(&pair), [""; 0]);
        pair.desk(dismisser).say(now, names(&west)).unwrap();
        pair.deliver();
        for desk in [&pair.north, &pair.south] {
            assert_eq!(desk.line.witness(WEST), Some(&west));
        }
    }
}

#[test]
fn a_witness_named_anew_after_a_dismissal_is_proposed_and_not_in_force() {
    let mut pair = witnessed(&Subject::ALL);
    pair.north.say(pair.now, dismisses(WEST)).unwrap();
    pair.deliver();
    pair.south.say(pair.now, names(&witness(3, &[Subject::Tests], pair.now))).unwrap();
    pair.deliver();
    assert_eq!(state(&pair.north, pair.now), Some(WitnessState::ProposedByThem));
    assert_eq!(state(&pair.south, pair.now), Some(WitnessState::ProposedByUs));
}

#[test]
fn a_dismissal_that_crosses_a_naming_wins_at_both_ends() {
    let mut pair = Pair::new();
    let west = witness(3, &Subject::ALL, pair.now);
    pair.north.say(pair.now, names(&west)).unwrap();
    pair.deliver();
    pair.south.say(pair.now, names(&west)).unwrap();
    pair.north.say(pair.now, dismisses(WEST)).unwrap();
    pair.deliver();
    for desk in [&pair.north, &pair.south] {
        assert_eq!(desk.line.witness(WEST), None);
        assert_eq!(desk.view(pair.now).faults, []);
    }
    assert_eq!(pair.north.line.shared_digest(), pair.south.line.shared_digest());
}

#[test]
fn neither_party_is_a_witness_of_its_own_line() {
    let mut pair = Pair::new();
    for party in [1, 2] {
        let own = witness(party, &Subject::ALL, pair.now);
        let refused = pair.north.say(pair.now, names(&own));
        assert_eq!(refused, Err(Refusal::OwnWitness { desk: own.desk }));
        pair.south.say_anyway(pair.now, Lane::Ordinary, Some("duty"), names(&own));
    }
    pair.deliver();
    let view = pair.north.view(pair.now);
    assert_eq!((view.faults.len(), view.witnesses), (2, vec![]));
}

#[test]
fn what_changes_nothing_is_refused() {
    let mut pair = witnessed(&Subject::ALL);
    let west = pair.north.line.witness(WEST).unwrap().clone();
    let unchanged = |desk, named| Err(Refusal::NoWitnessChange { desk, named });
    assert_eq!(pair.north.say(pair.now, names(&west)), unchanged(WEST, true));
    let nobody = DeskId([9; 16]);
    assert_eq!(pair.north.say(pair.now, dismisses(nobody)), unchanged(nobody, false));
}

#[test]
fn a_proposal_is_declined_by_a_dismissal() {
    let mut pair = Pair::new();
    pair.north.say(pair.now, names(&witness(3, &Subject::ALL, pair.now))).unwrap();
    pair.deliver();
    pair.south.say(pair.now, dismisses(WEST)).unwrap();
    pair.deliver();
    for desk in [&pair.north, &pair.south] {
        assert_eq!(state(desk, pair.now), Some(WitnessState::Dismissed));
    }
}

#[test]
fn a_side_names_eight_witnesses_at_a_time_and_the_other_sides_take_no_room() {
    let mut pair = Pair::new();
    for north in [true, false] {
        let first = if north { 10 } else { 30 };
        let now = pair.now;
        for number in 0..WITNESSES_MAX as u8 {
            pair.desk(north)
                .say(now, names(&witness(first + number, &[Subject::Tests], now)))
                .unwrap();
        }
        let ninth = names(&witness(first + 8, &[Subject::Tests], now));
        let refused = pair.desk(north).say(now, ninth.clone());
        assert_eq!(refused, Err(Refusal::TooManyWitnesses { most: WITNESSES_MAX }));
        let changed = names(&witness(first, &[Subject::Notices], now));
        pair.desk(north).say(now, changed).unwrap();
        pair.desk(north).say(now, dismisses(DeskId([first + 1; 16]))).unwrap();
        pair.desk(north).say(now, ninth).unwrap();
    }
    pair.deliver();
    let extra = names(&witness(50, &[Subject::Tests], pair.now));
    pair.south.say_anyway(pair.now, Lane::Ordinary, Some("duty"), extra);
    pair.deliver();
    assert_eq!(pair.north.view(pair.now).faults.len(), 1);
}

#[test]
fn dismissed_witnesses_do_not_fill_the_view() {
    let mut pair = Pair::new();
    for number in 10..10 + DISMISSED_SHOWN as u8 + 4 {
        let now = pair.now;
        pair.north.say(now, names(&witness(number, &[Subject::Tests], now))).unwrap();
        pair.north.say(now, dismisses(DeskId([number; 16]))).unwrap();
        pair.wait_s(1);
    }
    let shown = pair.north.view(pair.now).witnesses;
    assert_eq!(shown.len(), DISMISSED_SHOWN);
    assert!(shown.iter().any(|view| view.desk == DeskId([29; 16])), "the newest is shown");
}

#[test]
fn a_suspended_line_takes_a_dismissal_and_no_new_witness() {
    let mut pair = witnessed(&Subject::ALL);
    pair.north.say(pair.now, Body::Suspend { words: words("pause") }).unwrap();
    pair.deliver();
    let refused = pair.south.say(pair.now, names(&witness(4, &Subject::ALL, pair.now)));
    assert!(matches!(refused, Err(Refusal::Suspended { .. })), "{refused:?}");
    pair.south.say(pair.now, dismisses(WEST)).unwrap();
    pair.deliver();
    assert_eq!(pair.north.line.witness(WEST), None);
    assert_eq!(pair.north.view(pair.now).faults, []);
}

#[test]
fn subjects_out_of_order_or_twice_are_refused_by_their_field() {
    let pair = Pair::new();
    for reads in [&[][..], &[Subject::Notices, Subject::Tests], &[Subject::Tests, Subject::Tests]] {
        let refused = pair.north.line.check(pair.now, &names(&witness(3, reads, pair.now)));
        let refused = refused.unwrap_err();
        assert_eq!(refused.field(), "witness.reads", "{refused}");
    }
}

/// Says one of everything: an exchange of every kind with its answers, and words on the line.
fn everything(pair: &mut Pair) {
    let now = pair.now;
    let soon = window(now, 600, 3_600);
    for (number, matter) in
        [Matter::Notice, Matter::Request, Matter::Question, Matter::Report, Matter::Distress]
            .into_iter()
            .enumerate()
    {
        let id = exchange(number as u8);
        let of = pair.north.say(now, open(id, matter, soon)).unwrap();
        pair.deliver();
        if matches!(matter, Matter::Notice | Matter::Report) {
            pair.south.say(now, acknowledge(id, of)).unwrap();
        } else {
            pair.south.say(now, answer(id, of, Answer::Agreed {})).unwrap();
        }
        pair.south.say(now, statement(id, "our own words")).unwrap();
        pair.deliver();
    }
    let test = exchange(9);
    let of = pair.north.say(now, Body::Test { exchange: test, phrase: 1 }).unwrap();
    pair.deliver();
    pair.south.say(now, Body::TestAnswer { exchange: test, of, phrase: 1 }).unwrap();
    pair.north.say(now, Body::ProposeTerms { terms: Terms::default() }).unwrap();
    pair.deliver();
}

#[test]
fn each_subject_opens_its_own_exchanges_and_no_other() {
    let within = |opening: &'static str, answered: &'static str| {
        let mut kinds = vec![opening, answered, "Statement", "Receipt", "Receipt", "Receipt"];
        kinds.sort_unstable();
        kinds
    };
    for (subject, expected) in [
        (Subject::Notices, within("Open", "Acknowledge")),
        (Subject::Requests, within("Open", "Answer")),
        (Subject::Questions, within("Open", "Answer")),
        (Subject::Reports, within("Open", "Acknowledge")),
        (Subject::Distress, within("Open", "Answer")),
        (Subject::Tests, vec!["Receipt", "Receipt", "Test", "TestAnswer"]),
        (Subject::Commitments, vec![]),
        (
            Subject::LineItself,
            vec!["NameWitness", "NameWitness", "ProposeTerms", "Receipt", "Receipt", "Receipt"],
        ),
    ] {
        let mut pair = witnessed(&[subject]);
        everything(&mut pair);
        assert_eq!(readable(&pair), expected, "{subject:?}");
    }
}

#[test]
fn a_commitment_that_grew_from_a_request_is_read_without_the_request() {
    let mut pair = witnessed(&[Subject::Commitments]);
    let (now, id) = (pair.now, exchange(1));
    let soon = window(now, 600, 3_600);
    let of = pair.north.say(now, open(id, Matter::Request, soon)).unwrap();
    pair.deliver();
    let promise = commitment(DeskId([2; 16]), soon);
    pair.south.say(now, statement(id, "we would rather promise")).unwrap();
    let offered = pair.south.say(now, offer(id, &promise)).unwrap();
    pair.deliver();
    let talk = Body::Statement { exchange: id, of: Some(offered), words: words("so be it") };
    pair.north.say(now, talk).unwrap();
    pair.north.say(now, acknowledge(id, offered)).unwrap();
    pair.north.say(now, sign(id, offered, &promise)).unwrap();
    pair.deliver();
    let reached = keepclear_line::message::Outcome::Reached;
    pair.south.say(now, progress(id, offered, 1, reached)).unwrap();
    pair.south.say(now, end(id)).unwrap();
    pair.deliver();
    assert!(!reads(&pair.north, of));
    let expected = [
        "Acknowledge",
        "Offer",
        "Progress",
        "Receipt",
        "Receipt",
        "Receipt",
        "Receipt",
        "Receipt",
        "Sign",
        "Statement",
    ];
    assert_eq!(readable(&pair), expected);
}

#[test]
fn what_was_said_before_the_agreed_time_is_not_given_nor_what_repeats_it() {
    let mut pair = Pair::new();
    let id = exchange(1);
    let body = open(id, Matter::Notice, window(pair.now, 600, 3_600));
    let of = pair.north.say(pair.now, body).unwrap();
    pair.wait_s(60);
    let west = witness(3, &[Subject::Notices], pair.now);
    for north in [true, false] {
        // South's receipt for the notice is said only now, and repeats it.
        pair.deliver();
        let now = pair.now;
        pair.desk(north).say(now, names(&west)).unwrap();
    }
    pair.deliver();
    assert_eq!(readable(&pair), [""; 0]);
    pair.south.say(pair.now, acknowledge(id, of)).unwrap();
    pair.deliver();
    assert_eq!(readable(&pair), ["Acknowledge", "Receipt"]);
}

#[test]
fn a_dispute_and_the_read_back_that_it_is_about_follow_the_disputed_message() {
    for (reads, expected) in [
        (Subject::Notices, vec!["Dispute", "Open", "Receipt", "Receipt"]),
        (Subject::Requests, vec![]),
    ] {
        let mut pair = witnessed(&[reads]);
        let body = open(exchange(1), Matter::Notice, window(pair.now, 600, 3_600));
        pair.north.say(pair.now, body).unwrap();
        pair.deliver_storing(false, true);
        assert_eq!(readable(&pair), expected);
    }
}

#[test]
fn an_exchange_id_opened_again_as_something_else_lends_nothing_its_subject() {
    let mut pair = witnessed(&[Subject::Notices]);
    let id = exchange(1);
    let soon = window(pair.now, 600, 3_600);
    let asked = pair.north.say(pair.now, open(id, Matter::Request, soon)).unwrap();
    pair.deliver();
    // South wants the witness to read the request as a notice.
    let again = open(id, Matter::Notice, soon);
    let again = pair.south.say_anyway(pair.now, Lane::Ordinary, Some("duty"), again);
    let urgent = open(id, Matter::Distress, soon);
    let urgent = pair.south.say_anyway(pair.now, Lane::Urgent, Some("duty"), urgent);
    pair.deliver();
    for message in [asked, again, urgent] {
        assert!(!reads(&pair.north, message), "{message}");
    }
}

#[test]
fn a_statement_that_names_an_offer_of_another_exchange_is_not_read_as_of_a_commitment() {
    let mut pair = witnessed(&[Subject::Commitments]);
    let (now, soon) = (pair.now, window(pair.now, 600, 3_600));
    let offered = pair.north.say(now, offer(exchange(1), &commitment(DeskId([1; 16]), soon)));
    let offered = offered.unwrap();
    pair.north.say(now, open(exchange(2), Matter::Question, soon)).unwrap();
    pair.deliver();
    let body = Body::Statement { exchange: exchange(2), of: Some(offered), words: words("aside") };
    let aside = pair.south.say_anyway(now, Lane::Ordinary, Some("duty"), body);
    pair.deliver();
    assert!(reads(&pair.north, offered));
    assert!(!reads(&pair.north, aside));
}

#[test]
fn a_message_that_could_not_be_read_or_broke_a_rule_is_never_given_and_a_checkpoint_always() {
    let mut pair = witnessed(&Subject::ALL);
    let (now, soon) = (pair.now, window(pair.now, 600, 3_600));
    let nowhere = pair.south.say_anyway(now, Lane::Ordinary, Some("duty"), end(exchange(8)));
    let nobody =
        pair.south.say_anyway(now, Lane::Ordinary, None, open(exchange(1), Matter::Notice, soon));
    let note = Body::Checkpoint { note: "line\n1\nroot\n".to_owned() };
    let checkpoint = pair.south.say_anyway(now, Lane::Ordinary, None, note);
    pair.deliver();
    assert!(!reads(&pair.north, nowhere) && !reads(&pair.north, nobody));
    assert!(reads(&pair.north, checkpoint));
    let line: &mut Line = &mut pair.north.line;
    let stamp =
        Stamp { message: MessageId([1; 32]), lane: Lane::Urgent, sequence: 1, said_at: now };
    line.heard(stamp, now, Err(CodecError::Malformed("no map".to_owned())), None);
    assert!(!line.may_witness_read(WEST, Side::Them, Lane::Urgent, 1));
    assert!(!line.may_witness_read(WEST, Side::Them, Lane::Urgent, 2), "nothing stands there");
}
