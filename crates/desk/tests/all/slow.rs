//! A line over a slow and far link: what is urgent overtakes, and nobody takes slowness for a cut.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use keepclear_line::view::{ExchangeState, LineState};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc};

use crate::desks::{Seat, Setup, distress, fresh, notice, pair, until};

/// Each way.
const DELAY: Duration = Duration::from_millis(300);
/// Of all connections together, each way: 64 kbit/s.
const BYTES_PER_SECOND: u32 = 8_000;

/// One direction of a link: bytes leave at its rate and arrive after its delay.
type Wire = std::sync::Arc<Mutex<()>>;

async fn proxy(to: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (there, back) = (Wire::default(), Wire::default());
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let Ok(far) = TcpStream::connect(to).await else { continue };
            let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
            carry(near_in, far_out, there.clone());
            carry(far_in, near_out, back.clone());
        }
    });
    address
}

fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, wire: Wire) {
    let (sent, mut arrives) = mpsc::channel::<(Instant, Vec<u8>)>(64);
    tokio::spawn(async move {
        // Small pieces share the wire in turn.
        let mut buffer = [0; 400];
        while let Ok(count) = from.read(&mut buffer).await {
            if count == 0 {
                break;
            }
            let turn = wire.lock().await;
            tokio::time::sleep(Duration::from_secs(1) * count as u32 / BYTES_PER_SECOND).await;
            drop(turn);
            if sent.send((Instant::now() + DELAY, buffer[..count].to_vec())).await.is_err() {
                break;
            }
        }
    });
    tokio::spawn(async move {
        while let Some((at, bytes)) = arrives.recv().await {
            tokio::time::sleep_until(at.into()).await;
            if to.write_all(&bytes).await.is_err() {
                break;
            }
        }
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn distress_overtakes_two_thousand_notices_on_a_slow_link_that_is_never_taken_for_cut() {
    let b = Seat::new(Setup { silent: true, ..Setup::of("South") }).await;
    let url = Some(format!("https://{}", proxy(b.address).await));
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
