//! What a connection is doing and since when, and when that has become too long.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How often a connection is looked at: limits of time are kept to within this.
const LOOK: Duration = Duration::from_secs(1);

const IDLE: u64 = 0;
const HEADER: u64 = 1;
const REQUEST: u64 = 2;
/// Nothing has come yet.
const NEW: u64 = 3;

/// The state of one connection: what it does in the lowest two bits, since when above.
pub struct Pulse {
    opened: Instant,
    state: AtomicU64,
}

impl Default for Pulse {
    fn default() -> Self {
        Self { opened: Instant::now(), state: AtomicU64::new(NEW) }
    }
}

impl Pulse {
    fn set(&self, what: u64) {
        let since_ms = self.opened.elapsed().as_millis() as u64;
        self.state.store(since_ms << 2 | what, Ordering::Relaxed);
    }

    fn read_something(&self) {
        match self.state.load(Ordering::Relaxed) & 3 {
            IDLE => self.set(HEADER),
            // The time of the first header began when the connection did.
            NEW => self.state.store(HEADER, Ordering::Relaxed),
            _ => {}
        }
    }

    /// An answer can go on for long after its request was carried out: what is still being written is
    /// not idle, and what its reader does not take is.
    fn wrote_something(&self) {
        if self.state.load(Ordering::Relaxed) & 3 == IDLE {
            self.set(IDLE);
        }
    }

    /// A request is being answered until the guard goes.
    pub fn request(self: &Arc<Self>) -> InRequest {
        self.set(REQUEST);
        InRequest(Arc::clone(self))
    }

    /// Comes when a header has taken too long, or nothing has been asked for too long.
    pub fn overdue(
        self: &Arc<Self>,
        header: Duration,
        idle: Duration,
    ) -> impl Future<Output = ()> + Send + use<> {
        let pulse = Arc::clone(self);
        async move {
            loop {
                tokio::time::sleep(LOOK.min(header).min(idle)).await;
                let state = pulse.state.load(Ordering::Relaxed);
                let since = Duration::from_millis(state >> 2);
                let limit = match state & 3 {
                    HEADER | NEW => header,
                    IDLE => idle,
                    _ => continue,
                };
                if pulse.opened.elapsed().saturating_sub(since) > limit {
                    return;
                }
            }
        }
    }
}

/// Lives as long as a request.
pub struct InRequest(Arc<Pulse>);

impl Drop for InRequest {
    fn drop(&mut self) {
        self.0.set(IDLE);
    }
}

/// A stream that tells when bytes come and go.
pub struct Watched<S> {
    stream: S,
    pulse: Arc<Pulse>,
}

impl<S> Watched<S> {
    /// Tells `pulse`.
    pub fn new(stream: S, pulse: Arc<Pulse>) -> Self {
        Self { stream, pulse }
    }

    fn tell_written(&self, polled: &Poll<io::Result<usize>>) {
        if matches!(polled, Poll::Ready(Ok(1..))) {
            self.pulse.wrote_something();
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.pulse.read_something();
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.tell_written(&polled);
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.tell_written(&polled);
        polled
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
