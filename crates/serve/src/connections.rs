//! Connections: taken in, limited in number, time and size, and brought to an end in order.
//!
//! hyper's own limit for the time of a header also runs while a connection is idle, and clients
//! keep idle ones for a minute; so the time is watched here, see `connections/watch.rs`.

mod clients;
mod handshakes;
mod watch;

use std::convert::Infallible;
use std::future::{Future, pending};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::pki_types::CertificateDer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch::Receiver};
use tokio_rustls::TlsAcceptor;
use tower::Service as _;

use clients::Clients;
use handshakes::{Handshake, Handshakes};
use watch::{Pulse, Watched};

/// How many connections there may be, and how long they may take.
#[derive(Debug, Clone)]
pub struct ServeLimits {
    /// Open connections; more are answered 503 and closed.
    pub connections_max: usize,
    /// TLS handshakes under way from one address (of IPv6, one network of 64 bits); more are closed.
    pub handshakes_per_address_max: usize,
    /// Open connections of one client certificate; one more closes the oldest of them. A desk needs
    /// about six, and where clients show no certificate nothing is counted.
    pub connections_per_certificate_max: usize,
    /// From the first byte of a request to the end of its header, of a connection's first one from the
    /// beginning; also a TLS handshake.
    pub header_time_max: Duration,
    /// Between two requests of a connection.
    pub idle_time_max: Duration,
    /// Bytes of a request's header together.
    pub header_bytes_max: usize,
    /// Headers of a request.
    pub headers_max: usize,
    /// How long requests in flight may take once the service stops.
    pub stop_time_max: Duration,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self {
            connections_max: 1_024,
            handshakes_per_address_max: 64,
            connections_per_certificate_max: 32,
            header_time_max: Duration::from_secs(10),
            idle_time_max: Duration::from_secs(90),
            header_bytes_max: 64 << 10,
            headers_max: 100,
            stop_time_max: Duration::from_secs(10),
        }
    }
}

/// The certificate that a TLS client showed, in every request of its connection (a request extension).
/// That it holds the certificate's key is proved; whether the certificate is to be trusted is for the
/// TLS configuration and the handler to say.
#[derive(Debug, Clone)]
pub struct ClientCertificate(pub CertificateDer<'static>);

/// Wait after a failed accept, such as for want of file descriptors: it fails again at once.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

/// Both faces' form of an error: `message` is the sky's, the rest the desk's.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\n\
    retry-after: 1\r\nconnection: close\r\ncontent-length: 182\r\n\r\n\
    {\"code\":\"too_many_connections\",\"field\":null,\"reason\":\"there are too many connections\",\
    \"remedy\":\"close some, or retry\",\
    \"message\":\"there are too many connections; close some or retry\"}";

/// Serves connections until `stop`, and then lets the requests in flight finish.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    limits: ServeLimits,
    stop: impl Future<Output = ()>,
) {
    let limits = Arc::new(limits);
    let places = Arc::new(Semaphore::new(limits.connections_max));
    let handshakes = Arc::new(Handshakes::new(limits.handshakes_per_address_max));
    let clients = Arc::new(Clients::new(limits.connections_per_certificate_max));
    let (stopping, stopped) = tokio::sync::watch::channel(false);
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, from) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_RETRY).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            turn_away(&stream, tls.is_some());
            continue;
        };
        let tls = match &tls {
            None => None,
            Some(tls) => match handshakes.begin(from.ip()) {
                Some(handshake) => Some((tls.clone(), handshake)),
                None => continue,
            },
        };
        let connection = Connection {
            router: router.clone(),
            limits: Arc::clone(&limits),
            clients: Arc::clone(&clients),
            stopped: stopped.clone(),
        };
        tokio::spawn(async move {
            if let Err(error) = connection.run(stream, tls).await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    stopping.send_replace(true);
    let all = u32::try_from(limits.connections_max).unwrap_or(u32::MAX);
    if tokio::time::timeout(limits.stop_time_max, places.acquire_many(all)).await.is_err() {
        tracing::warn!("connections were still open when the time to stop was over");
    }
}

fn turn_away(stream: &TcpStream, encrypted: bool) {
    if !encrypted {
        // Whoever cannot take some bytes at once is closed without them.
        let _ = stream.try_write(FULL);
    }
}

struct Connection {
    router: Router,
    limits: Arc<ServeLimits>,
    clients: Arc<Clients>,
    stopped: Receiver<bool>,
}

impl Connection {
    async fn run(self, stream: TcpStream, tls: Option<(TlsAcceptor, Handshake)>) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let Some((tls, under_way)) = tls else { return self.talk(stream, None).await };
        let handshake = tokio::time::timeout(self.limits.header_time_max, tls.accept(stream));
        let stream = handshake.await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        drop(under_way);
        let chain = stream.get_ref().1.peer_certificates();
        let client = chain.and_then(<[_]>::first).cloned().map(CertificateDer::into_owned);
        self.talk(stream, client.map(ClientCertificate)).await
    }

    async fn talk<S>(self, stream: S, client: Option<ClientCertificate>) -> io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Self { router, limits, clients, mut stopped } = self;
        let place = client.as_ref().map(|client| clients.enter(client.0.clone()));
        let crowded_out = async {
            match &place {
                Some(place) => place.crowded_out().await,
                None => pending().await,
            }
        };
        let pulse = Arc::new(Pulse::default());
        let service = service_fn(|mut request: http::Request<Incoming>| {
            if let Some(client) = &client {
                request.extensions_mut().insert(client.clone());
            }
            let answer = router.clone().call(request.map(Body::new));
            let pulse = Arc::clone(&pulse);
            async move {
                let _request = pulse.request();
                answer.await.map_err(|never: Infallible| never)
            }
        });
        let io = TokioIo::new(Watched::new(stream, Arc::clone(&pulse)));
        let connection = http1::Builder::new()
            .max_buf_size(limits.header_bytes_max)
            .max_headers(limits.headers_max)
            .serve_connection(io, service);
        let mut connection = pin!(connection);
        let overdue = pulse.overdue(limits.header_time_max, limits.idle_time_max);
        let ended = tokio::select! {
            ended = connection.as_mut() => Some(ended),
            () = crowded_out => return Err(io::ErrorKind::ConnectionAborted.into()),
            () = overdue => return Err(io::ErrorKind::TimedOut.into()),
            _ = stopped.wait_for(|stopped| *stopped) => None,
        };
        let ended = match ended {
            Some(ended) => ended,
            None => {
                connection.as_mut().graceful_shutdown();
                tokio::time::timeout(limits.stop_time_max, connection)
                    .await
                    .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
            }
        };
        ended.map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests;
