//! How fast a line is. Not part of the suite: `cargo test --release -p keepclear-desk -- --ignored
//! --nocapture speed`.

use std::time::{Duration, Instant};

use keepclear_line::Body;
use keepclear_line::view::ExchangeState;

use crate::desks::{Running, Seat, Setup, fresh, notice, pair, until};

async fn scene() -> (Running, Running) {
    let (a, b) = (Seat::new(Setup::of("North")).await, Seat::new(Setup::of("South")).await);
    let (a, b) = (a.start().await, b.start().await);
    pair(&a, &b).await;
    (a, b)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures; see the head of the file"]
async fn speed_of_a_notice_of_ten_volumes_until_it_is_read_back() {
    let (a, b) = scene().await;
    let mut took: Vec<Duration> = Vec::new();
    for _ in 0..1_000 {
        let (exchange, began) = (fresh(), Instant::now());
        a.say(b.id(), notice(exchange, 10)).await.unwrap();
        let mut moved = a.desk.moved();
        while a.state(b.id(), exchange) != Some(ExchangeState::ReadBack) {
            moved.changed().await.unwrap();
        }
        took.push(began.elapsed());
    }
    took.sort();
    report(format_args!(
        "said to read back: p50 {:?}, p95 {:?}, p99 {:?}",
        took[500], took[950], took[990]
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures; see the head of the file"]
async fn speed_of_one_line_under_load() {
    const EACH: usize = 200;
    const SPEAKERS: usize = 64;
    let seat = Seat::new(Setup::of("North")).await;
    let (a, b) = (seat.start().await, Seat::new(Setup::of("South")).await.start().await);
    pair(&a, &b).await;
    let began = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..SPEAKERS {
        let (desk, peer) = (a.desk.clone(), b.id());
        tasks.spawn(async move {
            let mut last = fresh();
            for _ in 0..EACH {
                last = fresh();
                desk.say(peer, crate::desks::speaker(), None, notice(last, 1)).await.unwrap();
            }
            last
        });
    }
    let last = tasks.join_all().await;
    let said = began.elapsed();
    for exchange in last {
        let mut moved = a.desk.moved();
        while a.state(b.id(), exchange) != Some(ExchangeState::ReadBack) {
            moved.changed().await.unwrap();
        }
    }
    let all = EACH * SPEAKERS;
    let rate = |took: Duration| all as f64 / took.as_secs_f64();
    report(format_args!(
        "{all} notices said at {:.0}/s, read back at {:.0}/s",
        rate(said),
        rate(began.elapsed())
    ));
    a.kill().await;
    let began = Instant::now();
    let started = keepclear_desk::Desk::start(seat.options()).unwrap();
    let (entries, took) = (started.replayed, began.elapsed());
    report(format_args!("{entries} entries replayed in {took:?}"));
}

/// `KEEPCLEAR_EXCHANGES` sets how many exchanges there are (10,000 unless given); one in fifty stays open,
/// as a hostile peer may leave it. Each is four entries of the journal.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures; see the head of the file"]
async fn speed_of_the_lists_and_of_a_start_with_many_exchanges() {
    const SPEAKERS: usize = 256;
    let asked = std::env::var("KEEPCLEAR_EXCHANGES").ok();
    let all: usize = asked.map_or(10_000, |text| text.parse().unwrap());
    // Both seats are kept: a folder goes with its seat.
    let (north, seat) = (Seat::new(Setup::of("North")).await, Seat::new(Setup::of("South")).await);
    let (a, b) = (north.start().await, seat.start().await);
    pair(&a, &b).await;
    let mut tasks = tokio::task::JoinSet::new();
    for first in 0..SPEAKERS {
        let (desk, peer) = (a.desk.clone(), b.id());
        tasks.spawn(async move {
            for number in (first..all).step_by(SPEAKERS) {
                let exchange = fresh();
                let say = |body| desk.say(peer, crate::desks::speaker(), None, body);
                say(notice(exchange, 1)).await.unwrap();
                if number % 50 > 0 {
                    say(Body::End { exchange, words: None }).await.unwrap();
                }
            }
        });
    }
    tasks.join_all().await;
    let sent = || a.desk.line(b.id()).unwrap().view.health.outbox == 0;
    until(&a.desk, sent).await;
    let (desk, us) = (&b.desk, a.id());
    let timed = |what: &str, work: &dyn Fn()| {
        let began = Instant::now();
        work();
        report(format_args!("{what}: {:?}", began.elapsed()));
    };
    timed("the board for the first time", &|| drop(desk.board()));
    let board = desk.board();
    let line = board.line(us).unwrap();
    report(format_args!("{all} exchanges, {} open, {} alarms", line.open, line.alarms.len()));
    timed("every open exchange looked at anew", &|| {
        for row in line.inbox.iter() {
            drop(desk.exchange(us, row.brief.id));
        }
    });
    timed("the board again, nothing moved", &|| drop(desk.board()));
    let said = notice(fresh(), 1);
    a.say(b.id(), said).await.unwrap();
    until(&a.desk, sent).await;
    timed("the board after one message", &|| drop(desk.board()));
    tokio::time::sleep(Duration::from_millis(150)).await;
    timed("the board when only time has passed", &|| drop(desk.board()));
    timed("a page of 100 exchanges", &|| drop(desk.exchanges(us, None, 100)));
    drop(board);
    b.kill().await;
    let began = Instant::now();
    let started = keepclear_desk::Desk::start(seat.options()).unwrap();
    let (entries, took) = (started.replayed, began.elapsed());
    report(format_args!("{entries} entries replayed in {took:?}"));
}

#[expect(clippy::print_stderr, reason = "a measurement is for whoever runs it")]
fn report(figures: std::fmt::Arguments<'_>) {
    eprintln!("{figures}");
}
