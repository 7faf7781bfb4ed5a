//! Messages come through, once, in order, whatever ends in the middle.

use keepclear_desk::{DeskError, Said};
use keepclear_line::Body;
use keepclear_line::message::Answer;
use keepclear_line::quantity::{ExchangeId, Name};
use keepclear_line::view::{AlarmKind, ExchangeState};

use crate::desks::{Seat, Setup, fresh, notice, pair, speaker, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_is_delivered_stored_and_read_back_in_one_round_trip() {
    // South never asks by itself, so that all it says comes as the answer to what brought the notice.
    let silent = Setup { silent: true, ..Setup::of("South") };
    let (a, b) = (Seat::new(Setup::of("North")).await, Seat::new(silent).await);
    let (a, b) = (a.start().await, b.start().await);
    pair(&a, &b).await;
    let exchange = fresh();
    a.say(b.id(), notice(exchange, 10)).await.unwrap();
    a.reaches(b.id(), exchange, ExchangeState::ReadBack).await;
    let there = b.desk.exchange(a.id(), exchange).unwrap().view;
    let here = a.desk.exchange(b.id(), exchange).unwrap().view;
    assert_eq!(there.content, here.content);
    assert_eq!(here.messages.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_while_the_other_is_down_and_both_are_killed_arrives_once_and_in_order() {
    let (sa, sb) = (Seat::new(Setup::of("North")).await, Seat::new(Setup::of("South")).await);
    let (a, b) = (sa.start().await, sb.start().await);
    pair(&a, &b).await;
    let (us, them) = (a.id(), b.id());
    b.kill().await;
    let exchanges: Vec<ExchangeId> = (0..50).map(|_| fresh()).collect();
    for exchange in &exchanges[..25] {
        a.say(them, notice(*exchange, 1)).await.unwrap();
    }
    a.kill().await;
    let (a, b) = (sa.start().await, sb.start().await);
    for exchange in &exchanges[25..] {
        a.say(them, notice(*exchange, 1)).await.unwrap();
    }
    let last = exchanges[49];
    until(&b.desk, || b.state(us, exchanges[30]).is_some()).await;
    b.kill().await;
    let b = sb.start().await;
    a.reaches(them, last, ExchangeState::ReadBack).await;
    for exchange in &exchanges {
        a.reaches(them, *exchange, ExchangeState::ReadBack).await;
    }
    let mut heard: Vec<ExchangeId> =
        b.desk.exchanges(us, None, 100).briefs.iter().map(|exchange| exchange.id).collect();
    heard.reverse();
    assert_eq!(heard, exchanges);
    until(&a.desk, || a.desk.line(them).unwrap().view.health.outbox == 0).await;
    for line in [a.desk.line(them).unwrap(), b.desk.line(us).unwrap()] {
        assert_eq!((line.suspicions_total, line.view.faults.len()), (0, 0), "{line:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_said_twice_is_carried_out_once() {
    let (a, b) = (Seat::new(Setup::of("North")).await, Seat::new(Setup::of("South")).await);
    let (a, b) = (a.start().await, b.start().await);
    pair(&a, &b).await;
    let (speaker, exchange) = (speaker(), fresh());
    let body = notice(exchange, 1);
    let say = |body: &Body| a.desk.say(b.id(), speaker.clone(), None, body.clone());
    let (first, second) = tokio::join!(say(&body), say(&body));
    assert_eq!(first, second);
    let Said { sequence, .. } = first.unwrap();
    assert_eq!(say(&body).await.unwrap().sequence, sequence);
    let other = say(&notice(fresh(), 1)).await;
    assert_eq!(other, Err(DeskError::RequestReused));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_people_who_answer_at_once_the_first_stands() {
    let (a, b) = (Seat::new(Setup::of("North")).await, Seat::new(Setup::of("South")).await);
    let (a, b) = (a.start().await, b.start().await);
    pair(&a, &b).await;
    let exchange = fresh();
    let Body::Open { mut content, words, .. } = notice(exchange, 1) else { unreachable!() };
    content.action = Some(keepclear_line::message::Action::Inform {});
    let matter = keepclear_line::message::Matter::Question;
    let asked = a.say(b.id(), Body::Open { exchange, matter, content, words }).await.unwrap();
    until(&b.desk, || b.state(a.id(), exchange).is_some()).await;
    let version = b.desk.exchange(a.id(), exchange).unwrap().version;
    let answer = |answer| Body::Answer {
        exchange,
        of: asked.message,
        answer,
        covers: vec![Name::new("All units").unwrap()],
        words: None,
    };
    let say = |body| b.desk.say(a.id(), speaker(), Some(version), body);
    let (yes, no) = tokio::join!(say(answer(Answer::Agreed {})), say(answer(Answer::Declined {})));
    assert!(yes.is_ok() != no.is_ok(), "{yes:?} {no:?}");
    let late = if yes.is_ok() { no } else { yes };
    assert!(matches!(late, Err(DeskError::Changed { .. })), "{late:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_position_stored_nine_kilometres_off_is_disputed_and_never_read_back() {
    let wrong = Setup { inject: "misplace=9000m".parse().ok(), ..Setup::of("South") };
    let (a, b) = (Seat::new(Setup::of("North")).await, Seat::new(wrong).await);
    let (a, b) = (a.start().await, b.start().await);
    pair(&a, &b).await;
    let exchange = fresh();
    a.say(b.id(), notice(exchange, 2)).await.unwrap();
    a.reaches(b.id(), exchange, ExchangeState::Disputed).await;
    b.reaches(a.id(), exchange, ExchangeState::Disputed).await;
    let view = a.desk.exchange(b.id(), exchange).unwrap().view;
    let apart_m = view.differences.iter().filter_map(|it| it.apart_m).map(|it| it.metres());
    assert!(apart_m.clone().count() > 0);
    assert!(apart_m.clone().all(|apart_m| (8_990.0..9_010.0).contains(&apart_m)), "{view:?}");
    let kinds: Vec<AlarmKind> =
        a.desk.board().alarms().iter().map(|alarm| alarm.alarm.kind).collect();
    assert!(kinds.contains(&AlarmKind::ReadBackDiffers), "{kinds:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_go_on_where_a_reader_left_off_also_after_a_restart() {
    let (sa, sb) = (Seat::new(Setup::of("North")).await, Seat::new(Setup::of("South")).await);
    let (a, b) = (sa.start().await, sb.start().await);
    pair(&a, &b).await;
    let exchange = fresh();
    a.say(b.id(), notice(exchange, 1)).await.unwrap();
    a.reaches(b.id(), exchange, ExchangeState::ReadBack).await;
    let before = a.desk.events_after(0, 1_000);
    assert!(!before.gap);
    let half = before.events[before.events.len() / 2].position;
    b.kill().await;
    a.kill().await;
    let a = sa.start().await;
    let again = a.desk.events_after(half, 1_000);
    let expected: Vec<_> = before.events.iter().filter(|it| it.position > half).collect();
    assert_eq!(again.events.iter().take(expected.len()).collect::<Vec<_>>(), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_request_is_not_taken_for_the_same_on_another_line() {
    let seat = |party| Seat::new(Setup::of(party));
    let (a, b, c) = (seat("North").await, seat("South").await, seat("East").await);
    let (a, b, c) = (a.start().await, b.start().await, c.start().await);
    pair(&a, &b).await;
    pair(&a, &c).await;
    let (officer, told) = (speaker(), notice(fresh(), 1));
    let said = a.desk.say(b.id(), officer.clone(), None, told.clone()).await.unwrap();
    assert_eq!(a.desk.say(b.id(), officer.clone(), None, told.clone()).await, Ok(said));
    let other = a.desk.say(c.id(), officer, None, told).await;
    assert_eq!(other, Err(DeskError::RequestReused));
}
