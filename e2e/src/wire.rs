//! A slow, narrow wire between two network devices: whole packets, so that TCP runs from one end to the other.
//!
//! [`crate::proxy`] ends connections and opens others, so what goes through it never waits a round trip to be
//! repeated. On this wire it does, as over a satellite.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use tun_rs::{DeviceBuilder, Layer, SyncDevice};

use crate::proxy::Link;

/// Longest packet, bytes.
const PACKET_MAX: usize = 1_500;
/// What waits for the wire longer than this is dropped, as a modem does whose buffer is full.
const QUEUE_MAX: Duration = Duration::from_secs(2);

struct Shared {
    link: Link,
    down: AtomicBool,
    overflowed: AtomicU64,
}

/// The wire; it carries until its devices are gone.
pub struct Wire {
    shared: Arc<Shared>,
}

/// A device of the network namespace that the calling thread is in.
///
/// # Errors
/// Why this machine does not let us have one.
pub fn device(name: &str) -> io::Result<SyncDevice> {
    DeviceBuilder::new().name(name).layer(Layer::L3).build_sync()
}

impl Wire {
    /// Between two devices.
    pub fn between(ends: [SyncDevice; 2], link: Link) -> Self {
        let (down, overflowed) = (AtomicBool::new(false), AtomicU64::new(0));
        let shared = Arc::new(Shared { link, down, overflowed });
        let [one, other] = ends.map(Arc::new);
        for (from, to) in [(&one, &other), (&other, &one)] {
            let (sender, due) = channel();
            let (reading, from) = (Arc::clone(&shared), Arc::clone(from));
            thread::spawn(move || reading.take(&from, &sender));
            let (writing, to) = (Arc::clone(&shared), Arc::clone(to));
            thread::spawn(move || writing.give(&due, &to));
        }
        Self { shared }
    }

    /// From here on packets vanish, those on the way too, or are carried again. Nobody is told.
    pub fn cut(&self, cut: bool) {
        self.shared.down.store(cut, Ordering::SeqCst);
    }

    /// Packets dropped because too many waited already.
    pub fn overflowed(&self) -> u64 {
        self.shared.overflowed.load(Ordering::Relaxed)
    }
}

/// A packet, and when it comes out at the other end.
type Due = (Instant, Vec<u8>);

impl Shared {
    /// Ends when the device is taken away.
    fn take(&self, from: &SyncDevice, sender: &Sender<Due>) {
        let mut buffer = [0; PACKET_MAX];
        let mut free = Instant::now();
        while let Ok(length) = from.recv(&mut buffer) {
            let now = Instant::now();
            if self.down.load(Ordering::SeqCst) {
                continue;
            }
            if free.saturating_duration_since(now) > QUEUE_MAX {
                self.overflowed.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            let takes = self.link.bits_per_second.map_or(Duration::ZERO, |rate| {
                Duration::from_secs_f64(length as f64 * 8.0 / rate as f64)
            });
            free = free.max(now) + takes;
            if sender.send((free + self.link.delay, buffer[..length].to_vec())).is_err() {
                return;
            }
        }
    }

    fn give(&self, due: &Receiver<Due>, to: &SyncDevice) {
        for (at, packet) in due {
            thread::sleep(at.saturating_duration_since(Instant::now()));
            if !self.down.load(Ordering::SeqCst) {
                // A device that is gone takes nothing, and the reading end tells that the wire ends.
                let _ = to.send(&packet);
            }
        }
    }
}
