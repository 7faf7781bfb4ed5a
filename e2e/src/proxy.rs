//! A slow, narrow and breakable way between two processes, in user space.
//!
//! Bytes are delayed and paced per direction over all connections together, as one link would; a cut
//! swallows bytes in silence, as a link does that is down, and does not close anything.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// What the way is like.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    /// From one end to the other.
    pub delay: Duration,
    /// Bits a second in each direction; none is as fast as it goes.
    pub bits_per_second: Option<u64>,
}

impl Link {
    /// Without delay or limit.
    pub const FAST: Self = Self { delay: Duration::ZERO, bits_per_second: None };
    /// A satellite link: 300 ms each way, 64 kbit/s.
    pub const SATELLITE: Self =
        Self { delay: Duration::from_millis(300), bits_per_second: Some(64_000) };
}

/// Most bytes that are forwarded at once: 16 ms of 64 kbit/s.
const PIECE: usize = 128;
/// Most bytes at once on a link without a limit.
const LARGE_PIECE: usize = 64 << 10;

struct Shared {
    target: Mutex<SocketAddr>,
    link: Link,
    cut: AtomicBool,
    ended: AtomicBool,
    /// When the link is free again, for each direction.
    free: [Mutex<Instant>; 2],
    open: Mutex<Vec<TcpStream>>,
    carried: AtomicU64,
}

/// A running proxy; ends when it is dropped.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Proxy {
    /// Starts one in front of an address.
    ///
    /// # Panics
    /// When it cannot listen.
    pub fn start(target: SocketAddr, link: Link) -> Self {
        Self::start_at(Ipv4Addr::LOCALHOST.into(), target, link)
    }

    /// The same, listening on another address of this machine or namespace.
    ///
    /// # Panics
    /// As [`Proxy::start`].
    pub fn start_at(listen: IpAddr, target: SocketAddr, link: Link) -> Self {
        let listener = TcpListener::bind((listen, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let now = Instant::now();
        let shared = Arc::new(Shared {
            target: Mutex::new(target),
            link,
            cut: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            free: [Mutex::new(now), Mutex::new(now)],
            open: Mutex::default(),
            carried: AtomicU64::new(0),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if accepting.ended.load(Ordering::Relaxed) {
                    return;
                }
                let shared = Arc::clone(&accepting);
                thread::spawn(move || shared.connect(&stream));
            }
        });
        Self { address, shared }
    }

    /// Where to connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Forwards new connections to another address from here on.
    pub fn retarget(&self, target: SocketAddr) {
        *lock(&self.shared.target) = target;
    }

    /// From here on everything is swallowed, or carried again.
    pub fn cut(&self, cut: bool) {
        self.shared.cut.store(cut, Ordering::SeqCst);
    }

    /// Breaks every open connection.
    pub fn break_connections(&self) {
        for stream in lock(&self.shared.open).drain(..) {
            // Already closed is as good.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Bytes carried so far, both directions together.
    pub fn carried(&self) -> u64 {
        self.shared.carried.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Relaxed);
        self.break_connections();
        // Wakes the accepting thread.
        let _ = TcpStream::connect(self.address);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn connect(self: Arc<Self>, near: &TcpStream) {
        let target = *lock(&self.target);
        let Ok(far) = TcpStream::connect(target) else {
            let _ = near.shutdown(Shutdown::Both);
            return;
        };
        let _ = (near.set_nodelay(true), far.set_nodelay(true));
        lock(&self.open).extend([near.try_clone().unwrap(), far.try_clone().unwrap()]);
        let back = (far.try_clone().unwrap(), near.try_clone().unwrap());
        let other = Arc::clone(&self);
        thread::spawn(move || other.carry(back.0, back.1, 1));
        self.carry(near.try_clone().unwrap(), far, 0);
    }

    fn carry(self: Arc<Self>, mut from: TcpStream, to: TcpStream, direction: usize) {
        let (sender, due) = channel();
        let writing = Arc::clone(&self);
        let writer = thread::spawn(move || writing.write(&due, to));
        let mut buffer =
            vec![0; if self.link.bits_per_second.is_some() { PIECE } else { LARGE_PIECE }];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            if !self.pass(&buffer[..length], direction, &sender) {
                break;
            }
        }
        drop(sender);
        let _ = writer.join();
    }

    /// Takes bytes from an end once the link is free for them: whoever sends too fast has to wait.
    fn pass(&self, bytes: &[u8], direction: usize, sender: &Sender<(Instant, Vec<u8>)>) -> bool {
        let through = {
            let mut free = lock(&self.free[direction]);
            let takes = self.link.bits_per_second.map_or(Duration::ZERO, |rate| {
                Duration::from_secs_f64(bytes.len() as f64 * 8.0 / rate as f64)
            });
            *free = (*free).max(Instant::now()) + takes;
            *free
        };
        thread::sleep(through.saturating_duration_since(Instant::now()));
        sender.send((through + self.link.delay, bytes.to_vec())).is_ok()
    }

    fn write(&self, due: &Receiver<(Instant, Vec<u8>)>, mut to: TcpStream) {
        for (at, bytes) in due {
            thread::sleep(at.saturating_duration_since(Instant::now()));
            if self.cut.load(Ordering::SeqCst) {
                // A link that is down loses what is on it; TCP above would repeat it, so the
                // connection is of no use any more but neither end is told.
                self.swallow(due);
                return;
            }
            self.carried.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            if to.write_all(&bytes).is_err() {
                return;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    }

    /// Until the other end gives up.
    fn swallow(&self, due: &Receiver<(Instant, Vec<u8>)>) {
        for _ in due {
            if self.ended.load(Ordering::Relaxed) {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends back what it gets.
    fn echo() -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                thread::spawn(move || {
                    let mut writer = stream.try_clone().unwrap();
                    std::io::copy(&mut &stream, &mut writer)
                });
            }
        });
        address
    }

    fn ask(address: SocketAddr, bytes: &[u8]) -> (std::io::Result<Vec<u8>>, Duration) {
        let started = Instant::now();
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(3))).unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = vec![0; bytes.len()];
        let read = stream.read_exact(&mut answer).map(|()| answer);
        (read, started.elapsed())
    }

    #[test]
    fn a_slow_link_takes_its_delay_twice_and_its_rate() {
        let link = Link { delay: Duration::from_millis(100), bits_per_second: Some(64_000) };
        let proxy = Proxy::start(echo(), link);
        let (answer, took) = ask(proxy.address(), &[7; 800]);
        assert_eq!(answer.unwrap(), [7; 800]);
        // 200 ms there and back, and 800 bytes of 8 bits at 64 kbit/s are 100 ms each way, most of it
        // overlapping.
        assert!(took >= Duration::from_millis(300), "{took:?}");
    }

    #[test]
    fn a_cut_link_swallows_and_a_broken_connection_ends() {
        let proxy = Proxy::start(echo(), Link::FAST);
        let mut before = TcpStream::connect(proxy.address()).unwrap();
        before.write_all(b"one").unwrap();
        let mut answer = [0; 3];
        before.read_exact(&mut answer).unwrap();
        proxy.cut(true);
        before.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        before.write_all(b"two").unwrap();
        assert!(before.read(&mut answer).is_err(), "nothing comes, and nothing ends");
        proxy.break_connections();
        before.set_read_timeout(Some(Duration::from_secs(3))).unwrap();
        assert!(matches!(before.read(&mut answer), Ok(0) | Err(_)));
        proxy.cut(false);
        assert_eq!(ask(proxy.address(), b"three").0.unwrap(), b"three");
    }
}
