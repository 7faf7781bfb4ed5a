//! How fast a line is. Not part of the suite: `cargo test --release -p keepclear-desk -- --ignored
//! --nocapture speed`.

use std::time::{Duration, Instant};

use keepclear_line::view::ExchangeState;

use crate::desks::{Running, Seat, Setup, fresh, notice, pair};

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

#[expect(clippy::print_stderr, reason = "a measurement is for whoever runs it")]
fn report(figures: std::fmt::Arguments<'_>) {
    eprintln!("{figures}");
}
