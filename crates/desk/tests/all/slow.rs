//! A line over a slow and far link: what is urgent overtakes, and nobody takes slowness for a cut.

use std::time::{Duration, Instant};

use keepclear_line::view::{ExchangeState, LineState};

use crate::desks::{Seat, Setup, distress, fresh, notice, pair, until};
use crate::way::{SATELLITE, Way};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn distress_overtakes_two_thousand_notices_on_a_slow_link_that_is_never_taken_for_cut() {
    let b = Seat::new(Setup { silent: true, ..Setup::of("South") }).await;
    let way = Way::to(b.address, SATELLITE).await;
    let url = Some(way.url());
    let b = Seat { setup: Setup { url, ..b.setup.clone() }, ..b };
    let (a, b) = (Seat::new(Setup::of("North")).await.start().await, b.start().await);
    pair(&a, &b).await;
    let (us, them) = (a.id(), b.id());
    let health = || a.desk.line(them).unwrap().view.health;
    until(&a.desk, || health().state == LineState::Open).await;
    for _ in 0..20 {
        let said = (0..100).map(|_| a.say(them, notice(fresh(), 1)));
        for said in said.map(|say| async move { say.await.unwrap() }) {
            said.await;
        }
    }
    let (urgent, began) = (fresh(), Instant::now());
    a.say(them, distress(urgent)).await.unwrap();
    let mut seen_cut = false;
    let mut moved = a.desk.moved();
    while a.state(them, urgent) != Some(ExchangeState::ReadBack) {
        seen_cut |= health().state != LineState::Open;
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", health());
        let _ = tokio::time::timeout(Duration::from_millis(100), moved.changed()).await;
    }
    let took = began.elapsed();
    assert!(health().outbox > 1_000, "{:?}", health());
    assert!(b.state(us, urgent).is_some());
    while began.elapsed() < Duration::from_secs(12) {
        seen_cut |= health().state != LineState::Open;
        let _ = tokio::time::timeout(Duration::from_millis(100), moved.changed()).await;
    }
    assert!(!seen_cut, "distress took {took:?}; {:?}", health());
}
