//! Who answers what, and what an answer does.

use keepclear_line::Refusal;
use keepclear_line::message::{Answer, Body, Matter, MessageKind};
use keepclear_line::quantity::{Instant, MessageId};
use keepclear_line::view::{ExchangeState, Side};

use crate::bodies::{
    acknowledge, amend, answer, content, end, exchange, open, statement, window, withdraw,
};
use crate::desk::{Pair, name};

/// North has opened it, and South has it.
fn opened(matter: Matter) -> (Pair, MessageId) {
    let mut pair = Pair::new();
    let body = open(exchange(1), matter, window(pair.now, 3_600, 600));
    let of = pair.north.say(pair.now, body).unwrap();
    pair.deliver();
    (pair, of)
}

fn states(pair: &Pair) -> [ExchangeState; 2] {
    [&pair.north, &pair.south].map(|desk| desk.exchange(exchange(1), pair.now).state)
}

#[test]
fn a_request_is_released_then_read_back_then_agreed_at_both_ends() {
    let mut pair = Pair::new();
    let body = open(exchange(1), Matter::Request, window(pair.now, 3_600, 600));
    let of = pair.north.say(pair.now, body).unwrap();
    assert_eq!(pair.north.exchange(exchange(1), pair.now).state, ExchangeState::Released);
    pair.deliver();
    assert_eq!(states(&pair), [ExchangeState::ReadBack; 2]);
    pair.south.say(pair.now, answer(exchange(1), of, Answer::Agreed {})).unwrap();
    // South does not know yet whether North has withdrawn meanwhile.
    assert_eq!(states(&pair), [ExchangeState::ReadBack, ExchangeState::Released]);
    pair.deliver();
    assert_eq!(states(&pair), [ExchangeState::Agreed; 2]);
}

#[test]
fn an_acknowledged_request_is_not_an_agreed_one_and_still_waits() {
    let (mut pair, of) = opened(Matter::Request);
    pair.south.say(pair.now, acknowledge(exchange(1), of)).unwrap();
    pair.deliver();
    assert_eq!(states(&pair), [ExchangeState::Acknowledged; 2]);
    let view = pair.north.exchange(exchange(1), pair.now);
    assert_eq!(view.turn, Some(Side::Them));
    assert!(view.open.unwrap().answer_due.is_some());
}

#[test]
fn silence_is_never_consent() {
    let (mut pair, _) = opened(Matter::Request);
    pair.wait_s(30 * 24 * 3_600);
    assert_eq!(states(&pair), [ExchangeState::ReadBack; 2]);
    assert!(pair.north.exchange(exchange(1), pair.now).open.unwrap().overdue);
}

#[test]
fn the_first_final_answer_stands_and_a_colleague_is_told_whose_it_was_and_when() {
    let (mut pair, of) = opened(Matter::Request);
    pair.south.say(pair.now, answer(exchange(1), of, Answer::Declined {})).unwrap();
    let at = pair.now;
    pair.wait_s(5);
    let second = pair.south.say(pair.now, answer(exchange(1), of, Answer::Agreed {}));
    let role = Some(name("duty officer"));
    assert_eq!(second, Err(Refusal::Already { of, kind: MessageKind::Answer, role, at }));
    pair.deliver();
    assert_eq!(states(&pair), [ExchangeState::Answered; 2]);
}

#[test]
fn a_second_answer_of_the_other_side_has_no_effect_and_is_a_fault() {
    let (mut pair, of) = opened(Matter::Request);
    pair.south.say(pair.now, answer(exchange(1), of, Answer::Declined {})).unwrap();
    let second = answer(exchange(1), of, Answer::Agreed {});
    let lane = keepclear_line::message::Lane::Ordinary;
    let id = pair.south.say_anyway(pair.now, lane, Some("colleague"), second);
    pair.deliver();
    assert_eq!(states(&pair), [ExchangeState::Answered; 2]);
    let faults = pair.north.view(pair.now).faults;
    assert_eq!(faults.iter().map(|fault| fault.message).collect::<Vec<_>>(), [id]);
    assert!(faults[0].reason.contains("duty officer"), "{}", faults[0].reason);
}

#[test]
fn an_answer_must_name_something_that_waits() {
    let (mut pair, of) = opened(Matter::Request);
    let nothing = MessageId([7; 32]);
    let refused = pair.south.say(pair.now, answer(exchange(1), nothing, Answer::Agreed {}));
    assert!(matches!(refused, Err(Refusal::NothingToName { .. })), "{refused:?}");
    let own = pair.north.say(pair.now, answer(exchange(1), of, Answer::Agreed {}));
    assert!(matches!(own, Err(Refusal::NothingToName { .. })), "{own:?}");
    let unknown = pair.south.say(pair.now, answer(exchange(2), of, Answer::Agreed {}));
    assert!(matches!(unknown, Err(Refusal::UnknownExchange { .. })), "{unknown:?}");
}

#[test]
fn standing_by_and_referring_up_keep_the_clock_visible() {
    let (mut pair, of) = opened(Matter::Request);
    let due = pair.north.exchange(exchange(1), pair.now).open.unwrap().answer_due;
    for held in [Answer::StandBy { until: None }, Answer::ReferredUp { to: name("council") }] {
        pair.wait_s(1);
        pair.south.say(pair.now, answer(exchange(1), of, held.clone())).unwrap();
        pair.deliver();
        let open = pair.north.exchange(exchange(1), pair.now).open.unwrap();
        assert_eq!((open.answer_due, open.held), (due, Some(held)));
    }
    assert_eq!(states(&pair), [ExchangeState::Discussed; 2]);
}

#[test]
fn a_counter_proposal_is_answered_by_the_side_that_opened() {
    let (mut pair, of) = opened(Matter::Request);
    let other = content(Matter::Request, window(pair.now, 7_200, 600));
    let counter = answer(exchange(1), of, Answer::Counter { content: other.clone() });
    let counter = pair.south.say(pair.now, counter).unwrap();
    pair.deliver();
    let view = pair.north.exchange(exchange(1), pair.now);
    assert_eq!((view.state, view.turn), (ExchangeState::Discussed, Some(Side::Us)));
    assert_eq!(view.content, Some(other));
    for (desk, theirs) in [(&pair.north, Side::Them), (&pair.south, Side::Us)] {
        let view = desk.exchange(exchange(1), pair.now);
        assert_eq!((view.said_by, view.countered), (Some(theirs), true));
    }
    pair.north.say(pair.now, answer(exchange(1), counter, Answer::Agreed {})).unwrap();
    pair.deliver();
    assert_eq!(states(&pair), [ExchangeState::Agreed; 2]);
}

#[test]
fn an_amended_version_needs_a_read_back_and_an_answer_of_its_own() {
    let (mut pair, first) = opened(Matter::Request);
    pair.south.say(pair.now, answer(exchange(1), first, Answer::Agreed {})).unwrap();
    pair.deliver();
    let later = window(pair.now, 7_200, 600);
    let second = pair.north.say(pair.now, amend(exchange(1), first, Matter::Request, later));
    let second = second.unwrap();
    assert_eq!(pair.north.exchange(exchange(1), pair.now).state, ExchangeState::Released);
    pair.deliver();
    assert_eq!(states(&pair), [ExchangeState::Amended; 2]);
    let again = pair.south.say(pair.now, answer(exchange(1), first, Answer::Agreed {}));
    assert!(matches!(again, Err(Refusal::Already { .. })), "{again:?}");
    pair.south.say(pair.now, answer(exchange(1), second, Answer::Declined {})).unwrap();
    pair.deliver();
    assert_eq!(states(&pair), [ExchangeState::Answered; 2]);
}

#[test]
fn an_agreement_that_crosses_an_amendment_decides_nothing_and_blames_nobody() {
    let (mut pair, first) = opened(Matter::Request);
    let later = window(pair.now, 7_200, 600);
    pair.north.say(pair.now, amend(exchange(1), first, Matter::Request, later)).unwrap();
    pair.south.say(pair.now, answer(exchange(1), first, Answer::Agreed {})).unwrap();
    pair.deliver();
    assert_eq!(states(&pair), [ExchangeState::Amended; 2]);
    assert_eq!(pair.north.view(pair.now).faults, []);
    assert_eq!(pair.south.view(pair.now).faults, []);
}

#[test]
fn an_agreement_that_crosses_a_withdrawal_leaves_it_withdrawn_at_both_ends() {
    let (mut pair, of) = opened(Matter::Request);
    pair.north.say(pair.now, withdraw(exchange(1), of)).unwrap();
    pair.south.say(pair.now, answer(exchange(1), of, Answer::Agreed {})).unwrap();
    pair.deliver();
    assert_eq!(states(&pair), [ExchangeState::Withdrawn; 2]);
    assert_eq!(pair.north.line.shared_digest(), pair.south.line.shared_digest());
    assert_eq!(pair.north.view(pair.now).faults, []);
}

#[test]
fn an_answer_to_a_version_known_to_be_replaced_is_refused_and_names_the_new_one() {
    let (mut pair, first) = opened(Matter::Request);
    let later = window(pair.now, 7_200, 600);
    let body = amend(exchange(1), first, Matter::Request, later);
    let second = pair.north.say(pair.now, body).unwrap();
    pair.deliver();
    let refused = pair.south.say(pair.now, answer(exchange(1), first, Answer::Agreed {}));
    assert_eq!(refused, Err(Refusal::Replaced { of: first, by: second }));
}

#[test]
fn an_ended_exchange_takes_statements_and_acknowledgements_and_nothing_else() {
    let (mut pair, of) = opened(Matter::Request);
    pair.north.say(pair.now, end(exchange(1))).unwrap();
    pair.deliver();
    let late = pair.south.say(pair.now, answer(exchange(1), of, Answer::Agreed {}));
    assert!(matches!(late, Err(Refusal::Closed { .. })), "{late:?}");
    pair.south.say(pair.now, statement(exchange(1), "we had agreed by voice")).unwrap();
    pair.south.say(pair.now, acknowledge(exchange(1), of)).unwrap();
    pair.deliver();
    assert_eq!(states(&pair), [ExchangeState::Ended; 2]);
}

#[test]
fn only_the_side_that_opened_amends_withdraws_or_ends() {
    let (mut pair, of) = opened(Matter::Request);
    let later = window(pair.now, 7_200, 600);
    for body in [
        amend(exchange(1), of, Matter::Request, later),
        withdraw(exchange(1), of),
        end(exchange(1)),
    ] {
        let refused = pair.south.say(pair.now, body);
        assert!(matches!(refused, Err(Refusal::NotYours { .. })), "{refused:?}");
    }
}

#[test]
fn an_answer_without_a_person_counts_for_nothing() {
    let (mut pair, of) = opened(Matter::Request);
    let lane = keepclear_line::message::Lane::Ordinary;
    pair.south.say_anyway(pair.now, lane, None, answer(exchange(1), of, Answer::Agreed {}));
    pair.deliver();
    assert_eq!(states(&pair), [ExchangeState::ReadBack; 2]);
    assert_eq!(pair.north.view(pair.now).faults.len(), 1);
    assert_eq!(pair.north.line.shared_digest(), pair.south.line.shared_digest());
}

#[test]
fn an_unacknowledged_withdrawal_of_a_notice_waits_for_a_person() {
    let (mut pair, of) = opened(Matter::Notice);
    let taken_back = pair.north.say(pair.now, withdraw(exchange(1), of)).unwrap();
    pair.deliver();
    let open = pair.south.exchange(exchange(1), pair.now).open.unwrap();
    assert_eq!((open.message, open.waits_for), (taken_back, Side::Us));
    pair.south.say(pair.now, acknowledge(exchange(1), taken_back)).unwrap();
    pair.deliver();
    assert_eq!(pair.north.exchange(exchange(1), pair.now).open, None);
}

#[test]
fn an_exchange_opened_twice_is_refused() {
    let (mut pair, _) = opened(Matter::Notice);
    let again = open(exchange(1), Matter::Question, window(pair.now, 60, 60));
    let refused = pair.south.say(pair.now, again);
    assert_eq!(refused, Err(Refusal::ExchangeExists { exchange: exchange(1) }));
}

#[test]
fn a_notice_of_a_time_that_is_over_is_refused() {
    let mut pair = Pair::new();
    let past = window(Instant(pair.now.0 - 7_200_000_000), 0, 60);
    let refused = pair.north.say(pair.now, open(exchange(1), Matter::Notice, past));
    assert_eq!(refused, Err(Refusal::Past { ended: past.to }));
}

#[test]
fn a_wrong_test_answer_leaves_the_test_waiting_and_a_right_one_counts_in_its_direction() {
    let mut pair = Pair::new();
    let test = Body::Test { exchange: exchange(3), phrase: 4 };
    let of = pair.north.say(pair.now, test).unwrap();
    pair.deliver();
    let answered = |phrase| Body::TestAnswer { exchange: exchange(3), of, phrase };
    pair.south.say(pair.now, answered(5)).unwrap();
    pair.deliver();
    assert_eq!(pair.north.view(pair.now).tests.ours_answered_at, None);
    pair.wait_s(20);
    pair.south.say(pair.now, answered(4)).unwrap();
    pair.deliver();
    let (north, south) = (pair.north.view(pair.now).tests, pair.south.view(pair.now).tests);
    assert_eq!((north.ours_answered_at, north.theirs_answered_at), (Some(pair.now), None));
    assert_eq!((south.ours_answered_at, south.theirs_answered_at), (None, Some(pair.now)));
    assert_eq!(north.age_s, None, "one direction was never tested");
    assert!(north.overdue);
}

#[test]
fn an_exchange_takes_only_so_many_messages_of_a_side_and_can_still_be_closed() {
    let (mut pair, _) = opened(Matter::Question);
    let most = keepclear_line::EXCHANGE_MESSAGES_MAX;
    for _ in 1..most {
        pair.north.say(pair.now, statement(exchange(1), "again")).unwrap();
    }
    let refused = pair.north.say(pair.now, statement(exchange(1), "once more"));
    assert_eq!(refused, Err(Refusal::ExchangeFull { exchange: exchange(1), most }));
    pair.north.say(pair.now, end(exchange(1))).unwrap();
    pair.deliver();
    assert_eq!(states(&pair), [ExchangeState::Ended; 2]);
}
