use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::routing::get;
use hyper::body::{Bytes, Frame};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::*;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";

struct Running {
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    done: JoinHandle<()>,
}

async fn start(limits: ServeLimits, router: Router) -> Running {
    start_with(None, limits, router).await
}

async fn start_with(tls: Option<TlsAcceptor>, limits: ServeLimits, router: Router) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let stopped = async move {
        let _ = stopped.await;
    };
    let done = tokio::spawn(serve(listener, tls, router, limits, stopped));
    Running { address, stop, done }
}

fn hello() -> Router {
    Router::new().route("/", get(|| async { "hello" }))
}

/// All that comes until the other side closes, or 5 s are over.
async fn rest(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut text = String::new();
    let read = stream.read_to_string(&mut text);
    tokio::time::timeout(Duration::from_secs(5), read).await.expect("not closed").unwrap();
    text
}

async fn one_answer(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut answer = Vec::new();
    while !answer.ends_with(b"hello") {
        let read = stream.read_buf(&mut answer);
        let count = tokio::time::timeout(Duration::from_secs(5), read).await.unwrap().unwrap();
        assert!(count > 0, "closed after {answer:?}");
    }
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_connection_too_many_is_told_so_and_closed() {
    let limits = ServeLimits { connections_max: 1, ..ServeLimits::default() };
    let running = start(limits, hello()).await;
    let mut first = TcpStream::connect(running.address).await.unwrap();
    first.write_all(REQUEST).await.unwrap();
    assert!(one_answer(&mut first).await.starts_with("HTTP/1.1 200"));
    let mut second = TcpStream::connect(running.address).await.unwrap();
    let answer = rest(&mut second).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 503"));
    assert!(head.contains(&format!("content-length: {}", body.len())), "{answer}");
}

#[tokio::test]
async fn a_header_that_does_not_end_and_an_idle_connection_are_closed() {
    let short = Duration::from_millis(200);
    let limits = ServeLimits { header_time_max: short, ..ServeLimits::default() };
    let running = start(limits, hello()).await;
    let mut slow = TcpStream::connect(running.address).await.unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nhost").await.unwrap();
    assert_eq!(rest(&mut slow).await, "");
    let mut idle = TcpStream::connect(running.address).await.unwrap();
    for _ in 0..3 {
        idle.write_all(REQUEST).await.unwrap();
        one_answer(&mut idle).await;
    }
    let limits = ServeLimits { idle_time_max: short, ..ServeLimits::default() };
    let running = start(limits, hello()).await;
    let mut idle = TcpStream::connect(running.address).await.unwrap();
    idle.write_all(REQUEST).await.unwrap();
    assert!(rest(&mut idle).await.ends_with("hello"));
}

#[tokio::test]
async fn a_connection_on_which_nothing_is_asked_from_the_first_is_closed_early() {
    let short = Duration::from_millis(200);
    let running =
        start(ServeLimits { header_time_max: short, ..ServeLimits::default() }, hello()).await;
    let mut silent = TcpStream::connect(running.address).await.unwrap();
    assert_eq!(rest(&mut silent).await, "");
}

#[tokio::test]
async fn one_address_holds_so_many_unfinished_handshakes_and_no_more() {
    // Without a certificate no handshake ends; none gets that far here.
    let config = rustls::ServerConfig::builder_with_provider(
        rustls::crypto::aws_lc_rs::default_provider().into(),
    )
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_no_client_auth()
    .with_cert_resolver(Arc::new(rustls::server::ResolvesServerCertUsingSni::new()));
    let limits = ServeLimits { handshakes_per_address_max: 2, ..ServeLimits::default() };
    let tls = TlsAcceptor::from(Arc::new(config));
    let running = start_with(Some(tls), limits, hello()).await;
    let held = (
        TcpStream::connect(running.address).await.unwrap(),
        TcpStream::connect(running.address).await.unwrap(),
    );
    let mut third = TcpStream::connect(running.address).await.unwrap();
    assert_eq!(rest(&mut third).await, "");
    drop(held);
}

#[tokio::test]
async fn one_certificate_too_often_closes_its_oldest_connection_and_nobody_elses() {
    let clients = Arc::new(Clients::new(2));
    let (_stopping, stopped) = tokio::sync::watch::channel(false);
    let connect = async |certificate: Option<u8>| {
        let connection = Connection {
            router: hello(),
            limits: Arc::default(),
            clients: Arc::clone(&clients),
            stopped: stopped.clone(),
        };
        let client = certificate.map(|byte| ClientCertificate(vec![byte].into()));
        let (mut near, far) = tokio::io::duplex(1_024);
        tokio::spawn(connection.talk(far, client));
        near.write_all(REQUEST).await.unwrap();
        one_answer(&mut near).await;
        near
    };
    let mut others =
        [connect(Some(1)).await, connect(None).await, connect(None).await, connect(None).await];
    let mut oldest = connect(Some(2)).await;
    let mut newer = [connect(Some(2)).await, connect(Some(2)).await];
    assert_eq!(rest(&mut oldest).await, "");
    for open in others.iter_mut().chain(&mut newer) {
        open.write_all(REQUEST).await.unwrap();
        one_answer(open).await;
    }
}

#[tokio::test]
async fn a_stop_waits_for_the_request_in_flight_and_for_no_idle_connection() {
    let (entered, has_entered) = oneshot::channel::<()>();
    let (release, released) = oneshot::channel::<()>();
    let channels = Arc::new(std::sync::Mutex::new(Some((entered, released))));
    let held = move || {
        let (entered, released) = channels.lock().unwrap().take().unwrap();
        async move {
            entered.send(()).unwrap();
            released.await.unwrap();
            "hello"
        }
    };
    let router = hello().route("/held", get(held));
    let running = start(ServeLimits::default(), router).await;
    let mut idle = TcpStream::connect(running.address).await.unwrap();
    idle.write_all(REQUEST).await.unwrap();
    one_answer(&mut idle).await;
    let mut busy = TcpStream::connect(running.address).await.unwrap();
    busy.write_all(b"GET /held HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    has_entered.await.unwrap();
    let began = Instant::now();
    running.stop.send(()).unwrap();
    assert_eq!(rest(&mut idle).await, "");
    release.send(()).unwrap();
    assert!(rest(&mut busy).await.ends_with("hello"));
    running.done.await.unwrap();
    assert!(began.elapsed() < ServeLimits::default().stop_time_max);
}

/// Says hello 20 times, every 50 ms.
struct Slowly {
    timer: tokio::time::Interval,
    left: usize,
}

impl hyper::body::Body for Slowly {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        ready!(self.timer.poll_tick(context));
        let Some(left) = self.left.checked_sub(1) else { return Poll::Ready(None) };
        self.left = left;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"hello")))))
    }
}

#[tokio::test]
async fn an_answer_that_goes_on_for_longer_than_a_connection_may_be_idle_is_not_cut() {
    let limits =
        ServeLimits { idle_time_max: Duration::from_millis(200), ..ServeLimits::default() };
    let slowly = || async {
        Body::new(Slowly { timer: tokio::time::interval(Duration::from_millis(50)), left: 20 })
    };
    let running = start(limits, Router::new().route("/", get(slowly))).await;
    let mut reader = TcpStream::connect(running.address).await.unwrap();
    reader.write_all(REQUEST).await.unwrap();
    assert_eq!(rest(&mut reader).await.matches("hello").count(), 20);
}
