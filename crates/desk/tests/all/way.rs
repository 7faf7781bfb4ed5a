//! A way between two desks that is slow, narrow, or cut: what is cut swallows bytes and closes nothing.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc};

/// What a way is like, in each direction, for all connections together.
#[derive(Clone, Copy)]
pub struct Link {
    pub delay: Duration,
    pub bytes_per_second: u32,
}

/// 300 ms each way, 64 kbit/s.
pub const SATELLITE: Link = Link { delay: Duration::from_millis(300), bytes_per_second: 8_000 };
/// Nothing in the way.
pub const FAST: Link = Link { delay: Duration::ZERO, bytes_per_second: 100_000_000 };

/// One direction: bytes leave at its rate and arrive after its delay.
type Wire = Arc<Mutex<()>>;

pub struct Way {
    address: SocketAddr,
    cut: Arc<AtomicBool>,
}

impl Way {
    pub async fn to(far: SocketAddr, link: Link) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (there, back) = (Wire::default(), Wire::default());
        let cut = Arc::new(AtomicBool::new(false));
        let is_cut = Arc::clone(&cut);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let Ok(far) = TcpStream::connect(far).await else { continue };
                let ((near_in, near_out), (far_in, far_out)) =
                    (near.into_split(), far.into_split());
                carry(near_in, far_out, Arc::clone(&there), link, Arc::clone(&is_cut));
                carry(far_in, near_out, Arc::clone(&back), link, Arc::clone(&is_cut));
            }
        });
        Self { address, cut }
    }

    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// Swallows everything from here on, or carries again. A connection that lost something is of no
    /// use any more, and neither end is told.
    pub fn cut(&self, cut: bool) {
        self.cut.store(cut, Ordering::SeqCst);
    }
}

fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    wire: Wire,
    link: Link,
    cut: Arc<AtomicBool>,
) {
    let (sent, mut arrives) = mpsc::channel::<(Instant, Vec<u8>)>(64);
    tokio::spawn(async move {
        // Small pieces share the wire in turn.
        let mut buffer = [0; 400];
        while let Ok(count) = from.read(&mut buffer).await {
            if count == 0 {
                break;
            }
            let turn = wire.lock().await;
            let takes = Duration::from_secs(1) * count as u32 / link.bytes_per_second;
            tokio::time::sleep(takes).await;
            drop(turn);
            if sent.send((Instant::now() + link.delay, buffer[..count].to_vec())).await.is_err() {
                break;
            }
        }
    });
    tokio::spawn(async move {
        let mut lost = false;
        while let Some((at, bytes)) = arrives.recv().await {
            tokio::time::sleep_until(at.into()).await;
            lost |= cut.load(Ordering::SeqCst);
            if !lost && to.write_all(&bytes).await.is_err() {
                break;
            }
        }
    });
}
