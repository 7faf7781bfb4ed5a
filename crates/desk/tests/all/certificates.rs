//! A desk's certificate, replaced by both sides' agreement while the lines stay open.

use std::sync::Arc;

use keepclear_desk::{Desk, DeskError, Identity, Said, StartError};
use keepclear_line::message::Body;
use keepclear_line::quantity::Fingerprint;
use keepclear_line::view::{ExchangeState, LineState};
use keepclear_line::{Certificate, Refusal};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::desks::{DEADLINE, Running, Seat, Setup, fresh, notice, pair, speaker, until};
use crate::hostile::{Anybody, client, message};

/// Says a notice that is read back.
async fn told(a: &Running, b: &Running) {
    let exchange = fresh();
    a.say(b.id(), notice(exchange, 1)).await.unwrap();
    a.reaches(b.id(), exchange, ExchangeState::ReadBack).await;
}

/// Proposed by `a`, known to `b`.
async fn proposed(a: &Running, b: &Running) -> (Said, Certificate) {
    let certificate = a.desk.next_certificate(b.id()).unwrap();
    let body = Body::ProposeCertificate { certificate: certificate.clone() };
    let said = a.say(b.id(), body).await.unwrap();
    let asked = || b.desk.line(a.id()).unwrap().view.their_certificate.map(|asked| asked.proposal);
    until(&b.desk, || asked() == Some(said.message)).await;
    (said, certificate)
}

/// Accepted by `b`, known to `a`.
async fn accepted(a: &Running, b: &Running, (said, certificate): &(Said, Certificate)) {
    let (of, fingerprint) = (said.message, certificate.fingerprint());
    b.say(a.id(), Body::AcceptCertificate { of, fingerprint }).await.unwrap();
    let agreed = || a.desk.line(b.id()).unwrap().view.our_certificate?.accepted_at;
    until(&a.desk, || agreed().is_some()).await;
}

/// What a desk shows to whoever connects.
async fn shown(by: &Running) -> Vec<u8> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody))
        .with_no_client_auth();
    let stream = TcpStream::connect(by.address).await.unwrap();
    let name = ServerName::try_from("desk.example").unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    let (_, session) = stream.get_ref();
    session.peer_certificates().unwrap()[0].to_vec()
}

/// Whether a desk takes a message from whoever has these.
async fn takes(desk: &Running, from: &Identity) -> bool {
    let url = format!("https://{}/line/v1/sync", desk.address);
    let answer = client(from).post(url).body(message(None, &[])).send().await;
    answer.is_ok_and(|answer| answer.status() == 200)
}

/// Waits until it does not any more.
async fn refuses(desk: &Running, from: &Identity) {
    let refused = async {
        while takes(desk, from).await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(DEADLINE, refused).await.unwrap();
}

async fn open(a: &Running, b: &Running) {
    for (here, there) in [(a, b), (b, a)] {
        let state = || here.desk.line(there.id()).unwrap().view.health.state;
        until(&here.desk, || state() == LineState::Open).await;
        assert_eq!(here.desk.line(there.id()).unwrap().suspicions, []);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_is_replaced_and_the_old_one_is_refused_also_after_a_restart() {
    let (sa, sb) = (Seat::new(Setup::of("North")).await, Seat::new(Setup::of("South")).await);
    let (a, b) = (sa.start().await, sb.start().await);
    pair(&a, &b).await;
    let old = Identity::open(sa.data()).unwrap();
    let (card, line) = (a.desk.card(), b.desk.pair(speaker(), a.desk.card()).await.unwrap());
    assert_eq!(shown(&a).await, card.certificate());
    assert!(takes(&b, &old).await);

    let offer = proposed(&a, &b).await;
    assert_ne!(offer.1.0, card.certificate());
    let (of, fingerprint) = (offer.0.message, Fingerprint([9; 32]));
    let refused = b.say(a.id(), Body::AcceptCertificate { of, fingerprint }).await;
    assert_eq!(refused, Err(DeskError::Refused(Refusal::OtherCertificate)));
    assert!(takes(&b, &old).await);
    assert_eq!(a.desk.card(), card);

    accepted(&a, &b, &offer).await;
    until(&a.desk, || a.desk.card().certificate() == offer.1.0).await;
    assert_eq!(shown(&a).await, offer.1.0);
    refuses(&b, &old).await;
    told(&a, &b).await;
    told(&b, &a).await;
    let again = b.desk.pair(speaker(), a.desk.card()).await.unwrap();
    assert_eq!(again, line, "the same line, the same words, confirmed");
    assert!(matches!(b.desk.pair(speaker(), card).await, Err(DeskError::Field { .. })));

    let (us, them) = (a.desk.card(), b.id());
    a.kill().await;
    b.kill().await;
    let (a, b) = (sa.start().await, sb.start().await);
    assert_eq!((a.desk.card(), b.id()), (us, them));
    assert_eq!(shown(&a).await, offer.1.0);
    told(&a, &b).await;
    told(&b, &a).await;
    refuses(&b, &old).await;
    open(&a, &b).await;

    let c = Seat::new(Setup::of("West")).await.start().await;
    pair(&a, &c).await;
    told(&a, &c).await;
    told(&c, &a).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_connects_is_shown_the_old_certificate_until_every_line_has_agreed() {
    let (sa, sb) = (Seat::new(Setup::of("North")).await, Seat::new(Setup::of("South")).await);
    let sc = Seat::new(Setup::of("West")).await;
    let (a, b, c) = (sa.start().await, sb.start().await, sc.start().await);
    pair(&a, &b).await;
    pair(&a, &c).await;
    let old = Identity::open(sa.data()).unwrap();
    let offer = proposed(&a, &b).await;
    accepted(&a, &b, &offer).await;
    for (from, to) in [(&a, &b), (&b, &a), (&a, &c), (&c, &a)] {
        told(from, to).await;
    }
    assert_eq!(shown(&a).await, **old.certificate());
    assert!(takes(&b, &old).await && takes(&c, &old).await);

    // What was agreed is in the log of each.
    a.kill().await;
    b.kill().await;
    let (a, b) = (sa.start().await, sb.start().await);
    open(&a, &b).await;
    open(&a, &c).await;
    assert_eq!(shown(&a).await, **old.certificate());
    let offer_to_c = proposed(&a, &c).await;
    assert_eq!(offer_to_c.1, offer.1, "one certificate for all");
    accepted(&a, &c, &offer_to_c).await;
    until(&a.desk, || a.desk.card().certificate() == offer.1.0).await;
    assert_eq!(shown(&a).await, offer.1.0);
    for peer in [&b, &c] {
        refuses(peer, &old).await;
        told(&a, peer).await;
        told(peer, &a).await;
        open(&a, peer).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_nobody_proposed_is_refused_while_another_is_awaited() {
    let (sa, b) = (Seat::new(Setup::of("North")).await, Seat::new(Setup::of("South")).await);
    let (a, b) = (sa.start().await, b.start().await);
    let c = Seat::new(Setup::of("West")).await.start().await;
    pair(&a, &b).await;
    pair(&a, &c).await;
    let offer = proposed(&a, &b).await;
    let stranger = Seat::new(Setup::of("Nobody")).await;
    stranger.start().await.kill().await;
    let stranger = Identity::open(stranger.data()).unwrap();
    assert!(!takes(&b, &stranger).await);
    accepted(&a, &b, &offer).await;
    assert!(!takes(&b, &stranger).await);
    let foreign = Certificate(stranger.certificate().to_vec());
    let refused = a.say(b.id(), Body::ProposeCertificate { certificate: foreign }).await;
    assert!(matches!(refused, Err(DeskError::Field { field: "certificate", .. })), "{refused:?}");
    told(&b, &a).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_does_not_start_without_a_certificate_that_was_agreed_or_its_key() {
    let (sa, b) = (Seat::new(Setup::of("North")).await, Seat::new(Setup::of("South")).await);
    let (a, b) = (sa.start().await, b.start().await);
    pair(&a, &b).await;
    let offer = proposed(&a, &b).await;
    accepted(&a, &b, &offer).await;
    a.kill().await;
    let start: String = offer.1.fingerprint().to_string().chars().take(8).collect();
    let [certificate, key] =
        ["certificate", "key"].map(|of| sa.data().join(format!("line-{of}-2-{start}.pem")));
    let refused = || match Desk::start(sa.options()) {
        Err(StartError::Identity(error)) => error.file,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it started"),
    };
    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    assert_eq!(refused(), key.display().to_string());
    std::fs::write(&key, kept).unwrap();
    std::fs::remove_file(&certificate).unwrap();
    let named = format!("line-certificate-*-{start}.pem");
    assert_eq!(refused(), sa.data().join(named).display().to_string());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_is_confirmed_after_the_change_does_not_bring_the_old_certificate_back() {
    let (sa, b) = (Seat::new(Setup::of("North")).await, Seat::new(Setup::of("South")).await);
    let (a, b) = (sa.start().await, b.start().await);
    let c = Seat::new(Setup::of("West")).await.start().await;
    pair(&a, &b).await;
    a.desk.pair(speaker(), c.desk.card()).await.unwrap();
    c.desk.pair(speaker(), a.desk.card()).await.unwrap();
    let offer = proposed(&a, &b).await;
    accepted(&a, &b, &offer).await;
    until(&a.desk, || a.desk.card().certificate() == offer.1.0).await;
    a.desk.confirm(speaker(), c.id()).await.unwrap();
    c.desk.confirm(speaker(), a.id()).await.unwrap();
    a.kill().await;
    let a = sa.start().await;
    assert_eq!(shown(&a).await, offer.1.0);
    told(&b, &a).await;
    // Where it calls, it shows what that line has come to.
    told(&a, &c).await;
    let offer_to_c = proposed(&a, &c).await;
    accepted(&a, &c, &offer_to_c).await;
    told(&c, &a).await;
}
