//! Whether the other end holds what was said.

use keepclear_line::message::{Answer, Body, Envelope, Lane, Mark, Matter, Seen};
use keepclear_line::quantity::MessageId;
use keepclear_line::view::{AlarmKind, AlarmLevel, CommitmentState, ExchangeState, Side};

use crate::bodies::{
    amend, answer, commitment, content, exchange, offer, open, sign, statement, window, withdraw,
};
use crate::desk::Pair;
use keepclear_line::{Refusal, Stamp};

fn notice(pair: &mut Pair) -> MessageId {
    let body = open(exchange(1), Matter::Notice, window(pair.now, 3_600, 600));
    pair.north.say(pair.now, body).unwrap()
}

#[test]
fn what_is_put_down_otherwise_is_disputed_at_both_ends_until_it_is_amended() {
    let mut pair = Pair::new();
    let first = notice(&mut pair);
    pair.deliver_storing(false, true);
    for desk in [&pair.north, &pair.south] {
        let view = desk.exchange(exchange(1), pair.now);
        assert_eq!(view.state, ExchangeState::Disputed);
        assert!(view.differences[0].field.contains("volumes[0]"), "{:?}", view.differences);
        assert!(view.messages.iter().all(|message| !message.read_back));
    }
    assert_eq!(pair.north.exchange(exchange(1), pair.now).turn, Some(Side::Us));
    let later = window(pair.now, 7_200, 600);
    pair.north.say(pair.now, amend(exchange(1), first, Matter::Notice, later)).unwrap();
    pair.deliver();
    assert_eq!(pair.north.exchange(exchange(1), pair.now).state, ExchangeState::ReadBack);
}

#[test]
fn nobody_agrees_to_what_he_holds_otherwise() {
    let mut pair = Pair::new();
    let body = open(exchange(1), Matter::Request, window(pair.now, 3_600, 600));
    let of = pair.north.say(pair.now, body).unwrap();
    pair.deliver_storing(false, true);
    let refused = pair.south.say(pair.now, answer(exchange(1), of, Answer::Agreed {}));
    assert!(matches!(refused, Err(Refusal::Disputed { .. })), "{refused:?}");
}

#[test]
fn an_agreement_to_a_version_that_turns_out_disputed_counts_for_nothing() {
    let mut pair = Pair::new();
    let body = open(exchange(1), Matter::Request, window(pair.now, 3_600, 600));
    let of = pair.north.say(pair.now, body).unwrap();
    let packet = pair.north.packet(usize::MAX);
    pair.south.receive(pair.now, &packet, crate::desk::Crash::Never, || true);
    let lane = Lane::Ordinary;
    let agreed = answer(exchange(1), of, Answer::Agreed {});
    pair.south.say_anyway(pair.now, lane, Some("duty"), agreed);
    pair.deliver();
    assert_eq!(pair.north.exchange(exchange(1), pair.now).state, ExchangeState::Disputed);
    assert_eq!(pair.south.exchange(exchange(1), pair.now).state, ExchangeState::Disputed);
}

#[test]
fn a_commitment_that_is_held_otherwise_is_not_in_force() {
    let mut pair = Pair::new();
    let promised = commitment(pair.south.charter.us.desk, window(pair.now, 10, 1_200));
    let of = pair.north.say(pair.now, offer(exchange(1), &promised)).unwrap();
    pair.deliver();
    pair.south.say(pair.now, sign(exchange(1), of, &promised)).unwrap();
    pair.deliver_storing(true, false);
    pair.wait_s(60);
    for desk in [&pair.north, &pair.south] {
        let view = desk.exchange(exchange(1), pair.now);
        assert_eq!(view.state, ExchangeState::Disputed);
        assert_eq!(view.commitment.unwrap().state, CommitmentState::Offered);
    }
}

#[test]
fn a_receipt_that_reads_nothing_back_is_a_difference() {
    let mut pair = Pair::new();
    let of = notice(&mut pair);
    let mark = Some(Mark { sequence: 1, message: of });
    let envelope = Envelope {
        seen: Seen { ordinary: mark, urgent: None },
        role: None,
        body: Body::Receipt { of, stored_at: pair.now, read_back: None },
    };
    let (message, said_at) = (MessageId([3; 32]), pair.now);
    let stamp = Stamp { message, lane: Lane::Ordinary, sequence: 1, said_at };
    pair.north.line.heard(stamp, pair.now, Ok(envelope), None);
    let view = pair.north.exchange(exchange(1), pair.now);
    assert_eq!(view.state, ExchangeState::Disputed);
    assert_eq!(view.differences[0].field, "read_back");
    assert!(matches!(pair.north.line.duties()[..], [Body::Dispute { .. }]));
}

#[test]
fn a_false_dispute_does_not_take_an_answer_its_ground_away() {
    let mut pair = Pair::new();
    let body = open(exchange(1), Matter::Request, window(pair.now, 3_600, 600));
    let of = pair.north.say(pair.now, body).unwrap();
    pair.deliver();
    pair.south.say(pair.now, answer(exchange(1), of, Answer::Agreed {})).unwrap();
    pair.deliver();
    let receipt = pair.south.facts.iter().find_map(|fact| match &fact.body {
        Body::Receipt { of: about, .. } if *about == of => Some(fact.stamp.message),
        _ => None,
    });
    let difference = keepclear_line::message::Difference {
        field: "volumes[0].shape.center".to_owned(),
        sent: "here".to_owned(),
        read_back: "there".to_owned(),
        apart_m: None,
    };
    let body = Body::Dispute { of: receipt.unwrap(), differences: vec![difference] };
    let refused = pair.north.say(pair.now, body.clone());
    assert!(matches!(refused, Err(Refusal::NothingToDispute { .. })), "{refused:?}");
    pair.north.say_anyway(pair.now, Lane::Ordinary, None, body);
    pair.deliver();
    assert_eq!(pair.south.exchange(exchange(1), pair.now).state, ExchangeState::Agreed);
    assert_eq!(pair.south.view(pair.now).faults.len(), 1);
}

#[test]
fn a_side_sees_the_fields_that_it_stored_and_not_those_of_the_message() {
    let mut pair = Pair::new();
    notice(&mut pair);
    let sent = content(Matter::Notice, window(pair.now, 3_600, 600));
    pair.deliver_storing(false, true);
    assert_eq!(pair.north.exchange(exchange(1), pair.now).content, Some(sent.clone()));
    assert_ne!(pair.south.exchange(exchange(1), pair.now).content, Some(sent));
}

#[test]
fn a_disputed_notice_that_is_withdrawn_wants_no_correction() {
    let mut pair = Pair::new();
    let of = notice(&mut pair);
    pair.deliver_storing(false, true);
    let warned = |pair: &Pair| {
        let alarms = pair.north.view(pair.now).alarms;
        alarms.into_iter().find(|alarm| alarm.kind == AlarmKind::ReadBackDiffers)
    };
    assert_eq!(warned(&pair).unwrap().level, AlarmLevel::Warning);
    pair.north.say(pair.now, withdraw(exchange(1), of)).unwrap();
    pair.deliver();
    assert_eq!(warned(&pair), None);
}

#[test]
fn a_statement_has_no_fields_and_is_delivered_without_a_read_back() {
    let mut pair = Pair::new();
    notice(&mut pair);
    let said = pair.north.say(pair.now, statement(exchange(1), "in our own words")).unwrap();
    pair.deliver();
    let view = pair.north.exchange(exchange(1), pair.now);
    let message = view.messages.iter().find(|message| message.id == said).unwrap();
    assert_eq!((message.delivered_at, message.read_back), (Some(pair.now), false));
}
