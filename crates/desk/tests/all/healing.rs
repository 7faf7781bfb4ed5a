//! A line that was cut and is whole again: found out soon, by both, whatever hangs on dead connections.

use std::time::{Duration, Instant};

use keepclear_line::view::{ExchangeState, LineState};

use crate::desks::{Running, Seat, Setup, fresh, notice, pair, until};
use crate::way::{FAST, Link, Way};

/// Long enough that every connection of before hangs.
const CUT: Duration = Duration::from_secs(8);

fn state(of: &Running, peer: &Running) -> LineState {
    of.desk.line(peer.id()).unwrap().view.health.state
}

async fn behind(party: &str, link: Link) -> (Seat, Way) {
    let seat = Seat::new(Setup::of(party)).await;
    let way = Way::to(seat.address, link).await;
    let setup = Setup { url: Some(way.url()), ..seat.setup.clone() };
    (Seat { setup, ..seat }, way)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_is_open_at_both_ends_soon_after_a_cut_has_ended_and_what_waited_comes_with_it() {
    let ((sa, there), (sb, back)) = (behind("North", FAST).await, behind("South", FAST).await);
    let (a, b) = (sa.start().await, sb.start().await);
    pair(&a, &b).await;
    let open = |of: &Running, peer: &Running| state(of, peer) == LineState::Open;
    until(&a.desk, || open(&a, &b) && open(&b, &a)).await;
    there.cut(true);
    back.cut(true);
    let begun = Instant::now();
    until(&a.desk, || state(&a, &b) == LineState::Silent && state(&b, &a) == LineState::Silent)
        .await;
    let told = fresh();
    a.say(b.id(), notice(told, 1)).await.unwrap();
    until(&a.desk, || begun.elapsed() > CUT).await;
    assert_eq!(a.state(b.id(), told), Some(ExchangeState::Released));
    there.cut(false);
    back.cut(false);
    let healed = Instant::now();
    until(&a.desk, || open(&a, &b) && open(&b, &a)).await;
    let opened = healed.elapsed();
    a.reaches(b.id(), told, ExchangeState::ReadBack).await;
    let delivered = healed.elapsed();
    let seen = format!("open after {opened:?}, delivered after {delivered:?}");
    assert!(delivered < Duration::from_millis(3_500), "{seen}");
}
