//! A peer that cheats. Each thing is refused, written down by name, shown to the honest side, and does
//! not hold up what was good.

use std::sync::Arc;

use keepclear_desk::views::{LineAlarm, What};
use keepclear_desk::{DeskError, Identity, SuspicionKind, line_id};
use keepclear_entry::{
    Cause, Head, Kind, LogId, LogKind, NodeId, Party, ProposedAt, RequestId, Sequence, Writer,
};
use keepclear_line::line::{Charter, Party as LineParty};
use keepclear_line::message::{Lane, MessageKind, Seen};
use keepclear_line::quantity::{DeskId, ExchangeId};
use keepclear_line::view::{AlarmKind, Side};
use keepclear_line::{Body, Certificate, Envelope};
use keepclear_record::{Checkpoint, Root, SigningKey, desk_key_name, lane_origin};
use minicbor::Encoder;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use uuid::Uuid;

use crate::desks::{Running, Seat, Setup, distress, fresh, notice, pair, speaker, until};

/// A desk's keys in the hands of a program that keeps no rule.
struct Hostile {
    charter: Charter,
    key: Arc<SigningKey>,
    client: reqwest::Client,
    url: String,
    desk: DeskId,
}

/// An honest desk, paired with one that is not.
async fn scene() -> (Running, Hostile) {
    let (_, honest, hostile) = scene_with_seat().await;
    (honest, hostile)
}

async fn scene_with_seat() -> (Seat, Running, Hostile) {
    let (place, honest, _, hostile) = scene_with_seats().await;
    (place, honest, hostile)
}

/// The honest desk's seat and the other's come with it.
async fn scene_with_seats() -> (Seat, Running, Seat, Hostile) {
    let (place, seat) = (Seat::new(Setup::of("North")).await, Seat::new(Setup::of("South")).await);
    let (honest, other) = (place.start().await, seat.start().await);
    let card = other.desk.card();
    let desk = card.desk();
    honest.desk.pair(speaker(), card.clone()).await.unwrap();
    honest.desk.confirm(speaker(), desk).await.unwrap();
    // Only now, so that the other is no stranger when it connects.
    other.desk.pair(speaker(), honest.desk.card()).await.unwrap();
    other.desk.confirm(speaker(), honest.id()).await.unwrap();
    other.kill().await;
    let identity = Identity::open(seat.data()).unwrap();
    let party =
        |card: &keepclear_desk::Card| LineParty { name: card.party().clone(), desk: card.desk() };
    let charter = Charter {
        line: line_id(&card, &honest.desk.card()),
        exercise: true,
        us: party(&card),
        them: party(&honest.desk.card()),
    };
    let client = client(&identity);
    let url = format!("https://{}/line/v1/sync", honest.address);
    let key = Arc::clone(identity.signing_key());
    (place, honest, seat, Hostile { charter, key, client, url, desk })
}

/// Shows a desk's first certificate.
pub fn client(identity: &Identity) -> reqwest::Client {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody))
        .with_client_auth_cert(vec![identity.certificate().clone()], identity.tls_key())
        .unwrap();
    reqwest::Client::builder().tls_backend_preconfigured(config).no_proxy().build().unwrap()
}

impl Hostile {
    fn pen(&self, head: Head) -> Writer {
        self.pen_of(self.charter.line, self.charter.lane_node(Side::Us, Lane::Ordinary), head)
    }

    fn pen_of(&self, log: LogId, node: NodeId, head: Head) -> Writer {
        let party = Party::new("South").unwrap();
        Writer::new(log, true, node, party, head).signing(Arc::clone(&self.key) as _)
    }

    /// So many notices in order, and their exchanges.
    fn notices(&self, count: usize) -> (Vec<Vec<u8>>, Vec<ExchangeId>) {
        let mut pen = self.pen(Head::START);
        let exchanges: Vec<ExchangeId> = (0..count).map(|_| fresh()).collect();
        let each = exchanges.iter().map(|exchange| write(&mut pen, notice(*exchange, 1)));
        (each.collect(), exchanges)
    }

    async fn send(&self, entries: &[Vec<u8>]) -> u16 {
        self.post(message(None, entries)).await
    }

    /// Whether it is told that not everything was taken.
    async fn is_busy(&self, body: Vec<u8>) -> bool {
        let answer = self.client.post(&self.url).body(body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        // Ends with key 7 and a boolean.
        let answer = answer.bytes().await.unwrap();
        let [.., 7, busy] = answer.as_ref() else { panic!("{answer:?}") };
        *busy == 0xf5
    }

    async fn post(&self, body: Vec<u8>) -> u16 {
        let sent = self.client.post(&self.url).body(body).send().await.unwrap();
        sent.status().as_u16()
    }
}

fn write(pen: &mut Writer, body: Body) -> Vec<u8> {
    let role = keepclear_line::quantity::Name::new("Duty officer").ok();
    let role = if body.kind() == MessageKind::Checkpoint { None } else { role };
    let kind = body.kind().entry_kind();
    let payload = keepclear_line::encode(&Envelope { seen: Seen::default(), role, body });
    write_raw(pen, kind, &payload)
}

fn write_raw(pen: &mut Writer, kind: Kind, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let cause = Cause {
        principal: None,
        request: RequestId(*Uuid::new_v4().as_bytes()),
        proposed_at: ProposedAt(1_790_000_000_000_000),
    };
    pen.write(cause, kind, payload, &mut bytes).unwrap();
    bytes
}

/// The protocol's message, written by hand: see docs of the line for other implementers.
pub fn message(held: Option<(u64, [u8; 32])>, entries: &[Vec<u8>]) -> Vec<u8> {
    let mut to = Encoder::new(Vec::new());
    to.map(6).unwrap().u8(0).unwrap().u8(1).unwrap().u8(1).unwrap();
    to.i64(1_790_000_000_000_000).unwrap().u8(3).unwrap();
    match held {
        None => _ = to.map(0).unwrap(),
        Some((sequence, hash)) => {
            to.map(1).unwrap().u8(0).unwrap().array(2).unwrap().u64(sequence).unwrap();
            to.bytes(&hash).unwrap();
        }
    }
    to.u8(4).unwrap().u32(0).unwrap().u8(5).unwrap().array(entries.len() as u64).unwrap();
    for entry in entries {
        to.bytes(entry).unwrap();
    }
    to.u8(7).unwrap().bool(false).unwrap();
    to.into_writer()
}

/// Waits until exactly this was written down, and looks how it is shown.
async fn suspected(honest: &Running, peer: DeskId, kinds: &[SuspicionKind]) {
    let shown = || -> Vec<SuspicionKind> {
        let line = honest.desk.line(peer).unwrap();
        line.suspicions.iter().rev().map(|suspicion| suspicion.kind).collect()
    };
    until(&honest.desk, || shown().len() >= kinds.len()).await;
    assert_eq!(shown(), kinds, "{:?}", honest.desk.line(peer).unwrap().suspicions);
    let alarms = honest.desk.board().alarms();
    assert!(alarms.iter().any(|alarm| alarm.alarm.kind == AlarmKind::PeerFault), "{alarms:?}");
}

fn held(honest: &Running, peer: DeskId, exchanges: &[ExchangeId]) -> Vec<bool> {
    exchanges.iter().map(|exchange| honest.desk.exchange(peer, *exchange).is_some()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_request_ten_times_is_taken_once_and_suspected_of_nothing() {
    let (honest, hostile) = scene().await;
    let (entries, exchanges) = hostile.notices(3);
    for _ in 0..10 {
        assert_eq!(hostile.send(&entries).await, 200);
    }
    let line = honest.desk.line(hostile.desk).unwrap();
    assert_eq!(line.suspicions_total, 0, "{:?}", line.suspicions);
    let heard = honest.desk.events_after(0, 1_000).events.into_iter();
    let heard = heard.filter_map(|event| match event.what {
        What::Heard(message) => message.exchange,
        _ => None,
    });
    assert_eq!(heard.collect::<Vec<_>>(), exchanges);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_entry_is_refused_and_those_before_it_are_taken() {
    let (honest, hostile) = scene().await;
    let (mut entries, exchanges) = hostile.notices(3);
    let last = entries[1].len() - 1;
    entries[1][last] ^= 1;
    hostile.send(&entries).await;
    suspected(&honest, hostile.desk, &[SuspicionKind::Forged]).await;
    assert_eq!(held(&honest, hostile.desk, &exchanges), [true, false, false]);
    // The same again is not written down again, and the true ones still pass.
    hostile.send(&entries).await;
    entries[1][last] ^= 1;
    hostile.send(&entries).await;
    suspected(&honest, hostile.desk, &[SuspicionKind::Forged]).await;
    assert_eq!(held(&honest, hostile.desk, &exchanges), [true, true, true]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_entry_in_a_place_that_is_taken_is_refused() {
    let (honest, hostile) = scene().await;
    let (first, exchanges) = hostile.notices(2);
    hostile.send(&first).await;
    let (second, others) = hostile.notices(2);
    hostile.send(&second[..1]).await;
    suspected(&honest, hostile.desk, &[SuspicionKind::Replayed]).await;
    assert_eq!(held(&honest, hostile.desk, &exchanges), [true, true]);
    assert_eq!(held(&honest, hostile.desk, &others), [false, false]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_out_of_order_left_out_cut_and_too_long_are_refused() {
    let (honest, hostile) = scene().await;
    let (entries, exchanges) = hostile.notices(6);
    let e = |number: usize| entries[number - 1].clone();
    hostile.send(&[e(1), e(2), e(1)]).await;
    hostile.send(&[e(2), e(3), e(5)]).await;
    hostile.send(&[e(4), e(5)[..200].to_vec()]).await;
    hostile.send(&[e(5), vec![0; 600 << 10]]).await;
    let kinds = [
        SuspicionKind::Reordered,
        SuspicionKind::Truncated,
        SuspicionKind::Truncated,
        SuspicionKind::Oversized,
    ];
    suspected(&honest, hostile.desk, &kinds).await;
    let there = held(&honest, hostile.desk, &exchanges);
    assert_eq!(there, [true, true, true, true, true, false]);
    // One byte, so that all of it is sent before the answer ends the connection.
    assert_eq!(hostile.post(vec![0; (1 << 20) + 1]).await, 413);
    assert_eq!(hostile.post(vec![0x80]).await, 400);
    let kinds = [&kinds[..], &[SuspicionKind::Oversized, SuspicionKind::Malformed]].concat();
    suspected(&honest, hostile.desk, &kinds).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_of_another_line_of_our_own_lane_or_of_a_stranger_is_refused() {
    let (honest, hostile) = scene().await;
    let other_line = LogId { kind: LogKind::Line, id: [9; 16] };
    let node = hostile.charter.lane_node(Side::Us, Lane::Ordinary);
    let ours = hostile.charter.lane_node(Side::Them, Lane::Ordinary);
    let line = hostile.charter.line;
    let places = [(other_line, node), (line, ours), (line, NodeId([9; 16]))];
    for (log, node) in places {
        let mut pen = hostile.pen_of(log, node, Head::START);
        hostile.send(&[write(&mut pen, notice(fresh(), 1))]).await;
    }
    suspected(&honest, hostile.desk, &[SuspicionKind::WrongIdentity; 3]).await;
    assert!(honest.desk.exchanges(hostile.desk, None, 1).briefs.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_that_was_rewritten_is_found_out_in_three_ways_and_written_down_once_each() {
    let (place, honest, hostile) = scene_with_seat().await;
    let (entries, _) = hostile.notices(2);
    hostile.send(&entries).await;
    // An entry that follows another one than the one that was taken.
    let mut head = hostile.notices(2);
    let other = keepclear_entry::EntryHash::of(&head.0.remove(1));
    let next = Sequence::new(3).unwrap();
    let mut pen = hostile.pen(Head { next, previous: other });
    hostile.send(&[write(&mut pen, notice(fresh(), 1))]).await;
    // A signed tree head of a lane that is not the one that was shown.
    let taken = keepclear_entry::EntryHash::of(&entries[1]);
    let mut pen = hostile.pen(Head { next, previous: taken });
    let lane = hostile.charter.lane_node(Side::Us, Lane::Ordinary);
    let origin = lane_origin(Uuid::from_bytes(hostile.charter.line.id), lane);
    let name = desk_key_name(Uuid::from_bytes(hostile.desk.0));
    let note = Checkpoint::new(origin, 2, Root([5; 32])).signed(&name, &hostile.key).unwrap();
    hostile.send(&[write(&mut pen, Body::Checkpoint { note: note.to_string() })]).await;
    // Another history of ours than we said.
    hostile.post(message(Some((1, [7; 32])), &[])).await;
    suspected(&honest, hostile.desk, &[SuspicionKind::RewrittenHistory; 3]).await;
    honest.kill().await;
    let again = place.start().await;
    // Written after the start, so that whatever would be written again has been.
    again.say(hostile.desk, notice(fresh(), 1)).await.unwrap();
    suspected(&again, hostile.desk, &[SuspicionKind::RewrittenHistory; 3]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_no_card_names_is_refused_and_written_down_once() {
    let (honest, hostile) = scene().await;
    let stranger = Seat::new(Setup::of("Nobody")).await;
    stranger.start().await.kill().await;
    let identity = Identity::open(stranger.data()).unwrap();
    let stranger = Hostile { client: client(&identity), ..hostile };
    let (entries, exchanges) = stranger.notices(1);
    for _ in 0..3 {
        let request = stranger.client.post(&stranger.url).body(message(None, &entries));
        let refused = request.send().await.unwrap_err();
        assert!(format!("{refused:?}").contains("AccessDenied"), "{refused:?}");
    }
    let suspicions = || {
        let events = honest.desk.events_after(0, 1_000).events;
        events
            .iter()
            .filter(|event| {
                let kind = SuspicionKind::WrongCertificate;
                event.peer.is_none() && event.what == What::Suspected { kind }
            })
            .count()
    };
    until(&honest.desk, || suspicions() == 1).await;
    assert_eq!(held(&honest, stranger.desk, &exchanges), [false]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_other_desk_does_not_take_is_shown_with_its_reason_and_raises_an_alarm() {
    let (_, honest, seat, hostile) = scene_with_seats().await;
    // Somebody else has said something with the keys of this desk, which does not know of it.
    hostile.send(&hostile.notices(1).0).await;
    let other = seat.start().await;
    other.say(honest.id(), notice(fresh(), 1)).await.unwrap();
    let refused = || other.desk.line(honest.id()).unwrap().view.health.not_taken;
    until(&other.desk, || refused().is_some()).await;
    let refused = refused().unwrap();
    assert_eq!((refused.lane, refused.entry), (Lane::Ordinary, 1));
    assert!(refused.reason.as_str().contains("another one than was taken"), "{refused:?}");
    let raised = |alarm: &LineAlarm| alarm.alarm.kind == AlarmKind::NotTaken;
    until(&other.desk, || other.desk.board().alarms().iter().any(raised)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_very_many_suspicions_the_rest_is_counted_and_the_alarm_stays() {
    let (honest, hostile) = scene().await;
    for number in 0..1_005_u32 {
        assert_eq!(hostile.post(number.to_be_bytes().to_vec()).await, 400);
    }
    let line = honest.desk.line(hostile.desk).unwrap();
    assert_eq!((line.suspicions_total, line.suspicions_more), (1_000, 5));
    assert!(
        honest.desk.board().alarms().iter().any(|alarm| alarm.alarm.kind == AlarmKind::PeerFault)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_is_taken_up_to_a_budget_the_rest_is_told_to_wait_and_distress_passes() {
    let (place, honest, hostile) = scene_with_seat().await;
    let mut pen = hostile.pen(Head::START);
    // Nothing that can be read; it is signed and in order, so it is kept.
    let large = |pen: &mut Writer| write_raw(pen, Kind(7), &[0; 400 << 10]);
    let (mut sent, mut busy) = (0, false);
    while !busy {
        assert!(sent < 1_000, "200 MB and more were taken");
        let piece = [large(&mut pen), large(&mut pen)];
        busy = hostile.is_busy(message(None, &piece)).await;
        sent += piece.len();
    }
    let log = |place: &Seat| -> u64 {
        let files = std::fs::read_dir(place.data()).unwrap();
        files.map(|file| file.unwrap().metadata().unwrap().len()).sum()
    };
    assert!(log(&place) < 300 << 20, "{}", log(&place));
    let node = hostile.charter.lane_node(Side::Us, Lane::Urgent);
    let (exchange, line) = (fresh(), hostile.charter.line);
    let urgent = write(&mut hostile.pen_of(line, node, Head::START), distress(exchange));
    assert!(!hostile.is_busy(message(None, &[urgent])).await);
    assert_eq!(held(&honest, hostile.desk, &[exchange]), [true]);
    assert_eq!(honest.desk.line(hostile.desk).unwrap().suspicions_total, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_else_at_the_address_of_a_peer_is_not_spoken_to() {
    let (a, b) = (Seat::new(Setup::of("North")).await, Seat::new(Setup::of("South")).await);
    let (a, b) = (a.start().await, b.start().await);
    pair(&a, &b).await;
    let (peer, address) = (b.id(), b.address);
    b.kill().await;
    let impostor = Seat { address, ..Seat::new(Setup::of("South")).await };
    let impostor = impostor.start().await;
    let exchange = fresh();
    a.say(peer, notice(exchange, 1)).await.unwrap();
    suspected(&a, peer, &[SuspicionKind::WrongCertificate]).await;
    assert!(impostor.desk.board().lines.is_empty());
    let state = a.state(peer, exchange);
    assert_eq!(state, Some(keepclear_line::view::ExchangeState::Released));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_another_desk_shows_already_is_accepted_of_nobody() {
    let (honest, hostile) = scene().await;
    let certificate = Certificate(honest.desk.card().certificate().to_vec());
    let fingerprint = certificate.fingerprint();
    let mut pen = hostile.pen(Head::START);
    let entry = write(&mut pen, Body::ProposeCertificate { certificate });
    assert_eq!(hostile.send(&[entry]).await, 200);
    let proposed = honest.desk.line(hostile.desk).unwrap().view.their_certificate.unwrap();
    let of = proposed.proposal;
    let refused = honest.say(hostile.desk, Body::AcceptCertificate { of, fingerprint }).await;
    let is_field = matches!(refused, Err(DeskError::Field { field: "fingerprint", .. }));
    assert!(is_field, "{refused:?}");
}

/// Takes whatever a server shows.
#[derive(Debug)]
pub struct Anybody;

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        rustls::crypto::aws_lc_rs::default_provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}
