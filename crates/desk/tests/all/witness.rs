//! A third desk reads of a line what both of its parties agreed, and nothing of the rest.

use std::path::Path;

use keepclear_desk::views::What;
use keepclear_desk::witnessing::{WitnessedMessage, WitnessedView};
use keepclear_desk::{Identity, SuspicionKind};
use keepclear_line::message::{Matter, MessageKind};
use keepclear_line::quantity::{DeskId, ExchangeId, Instant, Key, MessageId, Name, Words};
use keepclear_line::view::{ExchangeState, Side};
use keepclear_line::{Body, Subject, Witness};
use minicbor::Encoder;

use crate::desks::{Running, Seat, Setup, content, fresh, pair, until};

/// What only the two parties may know.
const SECRET: &str = "FERRY-OF-THE-RED-CROSS-77";

/// Asks for everything, holding nothing: `{0: 1, 1: []}`. With no line it is also the answer.
const NOTHING: &[u8] = &[0xa2, 0x00, 0x01, 0x01, 0x80];

struct Scene {
    seats: [Seat; 3],
    north: Running,
    south: Running,
    west: Running,
}

impl Scene {
    /// Three desks, each pair with its own line.
    async fn new() -> Self {
        let seats = [
            Seat::new(Setup::of("North")).await,
            Seat::new(Setup::of("South")).await,
            Seat::new(Setup::of("West")).await,
        ];
        let [north, south, west] =
            [seats[0].start().await, seats[1].start().await, seats[2].start().await];
        pair(&north, &south).await;
        pair(&north, &west).await;
        pair(&south, &west).await;
        Self { seats, north, south, west }
    }

    fn witness(&self, reads: &[Subject], from: Instant) -> Witness {
        let card = self.west.desk.card();
        Witness {
            party: card.party().clone(),
            desk: card.desk(),
            key: Key(card.key().unwrap().to_bytes()),
            reads: reads.to_vec(),
            from,
        }
    }

    /// Both name West, and both know it of each other.
    async fn both_name(&self, witness: &Witness) {
        let body = || Body::NameWitness { witness: witness.clone() };
        self.north.say(self.south.id(), body()).await.unwrap();
        self.south.say(self.north.id(), body()).await.unwrap();
        for (desk, peer) in [(&self.north, self.south.id()), (&self.south, self.north.id())] {
            let named = || {
                let witnesses = desk.desk.line(peer).unwrap().view.witnesses;
                let state = keepclear_line::view::WitnessState::InForce;
                witnesses
                    .iter()
                    .any(|view| view.state == state && view.ours.as_ref() == Some(witness))
            };
            until(&desk.desk, named).await;
        }
    }

    fn view(&self) -> Option<WitnessedView> {
        self.west.desk.witnessed().into_iter().next()
    }

    /// Until West was given this message, or its hash.
    async fn reaches(&self, message: MessageId) -> Vec<WitnessedMessage> {
        let mut found = Vec::new();
        for _ in 0..300 {
            found = given(&self.west).await;
            if found.iter().any(|given| given.message == message) {
                return found;
            }
            let _ = tokio::time::timeout(
                std::time::Duration::from_millis(100),
                self.west.desk.moved().changed(),
            )
            .await;
        }
        panic!("{message} was not given: {:#?} {found:#?}", self.view());
    }

    /// What the desk at the seat of this number is answered by another.
    async fn asks(&self, seat: usize, of: &Running) -> Option<(u16, Vec<u8>)> {
        asks(&self.seats[seat], of).await
    }
}

/// None where not even a connection is to be had.
async fn asks(seat: &Seat, of: &Running) -> Option<(u16, Vec<u8>)> {
    let identity = Identity::open(seat.data()).unwrap();
    let client = crate::hostile::client(&identity);
    let url = format!("https://{}/line/v1/witness", of.address);
    let answer = client.post(url).body(NOTHING).send().await.ok()?;
    Some((answer.status().as_u16(), answer.bytes().await.unwrap().to_vec()))
}

async fn given(witness: &Running) -> Vec<WitnessedMessage> {
    let Some(line) = witness.desk.witnessed().into_iter().next() else { return Vec::new() };
    let line: DeskId = line.line.parse().unwrap();
    witness.desk.witnessed_messages(line.0, 0, 10_000).await
}

fn open(exchange: ExchangeId, matter: Matter, words: &str) -> Body {
    let mut content = content(1);
    if matter == Matter::Request {
        content.action = Some(keepclear_line::message::Action::Delay { by_s: 240 });
        content.our_flights = vec![Name::new(SECRET).unwrap()];
    }
    Body::Open { exchange, matter, content, words: Words::new(words).ok() }
}

/// Whether a file in this folder or below holds the text.
fn holds(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|found| {
        let path = found.unwrap().path();
        if path.is_dir() {
            return holds(&path, text);
        }
        let bytes = std::fs::read(&path).unwrap();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_witness_whom_one_side_names_is_given_nothing() {
    let scene = Scene::new().await;
    let witness = scene.witness(&Subject::ALL, scene.north.desk.now());
    scene.north.say(scene.south.id(), Body::NameWitness { witness }).await.unwrap();
    let heard = || {
        let line = scene.south.desk.line(scene.north.id()).unwrap();
        line.view.witnesses.first().is_some_and(|view| view.theirs.is_some())
    };
    until(&scene.south.desk, heard).await;
    for giver in [&scene.north, &scene.south] {
        assert_eq!(scene.asks(2, giver).await, Some((200, NOTHING.to_vec())));
    }
    assert_eq!(scene.view(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_witness_reads_what_both_agreed_and_of_the_rest_only_hashes() {
    let scene = Scene::new().await;
    let Scene { north, south, west, seats } = &scene;
    let since = north.desk.now();
    scene.both_name(&scene.witness(&[Subject::Notices], since)).await;
    let (asked, told) = (fresh(), fresh());
    let secret = north.say(south.id(), open(asked, Matter::Request, SECRET)).await.unwrap();
    north.say(south.id(), open(told, Matter::Notice, "survey of the river")).await.unwrap();
    north.reaches(south.id(), told, ExchangeState::ReadBack).await;
    let of = north.desk.exchange(south.id(), told).unwrap().view.messages[0].id;
    let read = south.say(north.id(), Body::Acknowledge { exchange: told, of }).await.unwrap();
    let messages = scene.reaches(read.message).await;

    let readable = |id: MessageId| messages.iter().find(|m| m.message == id).unwrap().said.as_ref();
    assert!(readable(secret.message).is_none(), "the request is withheld");
    let notice = readable(of).unwrap();
    assert!(matches!(&notice.body, Some(Body::Open { words: Some(words), .. })
        if words.as_str() == "survey of the river"));
    let read_kinds: Vec<MessageKind> =
        messages.iter().filter_map(|message| message.said.as_ref()?.kind).collect();
    for kind in [MessageKind::Open, MessageKind::Receipt, MessageKind::Acknowledge] {
        assert!(read_kinds.contains(&kind), "{read_kinds:?}");
    }
    // Every place of each lane is there once, whatever may be read of it.
    for side in [Side::Us, Side::Them] {
        let lane = messages.iter().filter(|message| message.side == side);
        let mut places: Vec<u64> = lane.map(|message| message.sequence).collect();
        places.sort_unstable();
        assert_eq!(places, (1..=places.len() as u64).collect::<Vec<_>>());
    }
    assert!(holds(seats[2].data(), "survey of the river"), "the search finds what is there");
    assert!(!holds(seats[2].data(), SECRET), "nothing of the request may lie at the witness");
    let view = scene.view().unwrap();
    assert!(view.parties.iter().all(|party| party.by_own_card) && !view.contradicted);
    let withheld: u64 = view.lanes.iter().map(|lane| lane.withheld).sum();
    assert!(withheld >= 3, "the request, its receipt, both namings: {view:?}");
    let events = west.desk.events_after(0, 10_000).events;
    assert!(events.iter().any(|event| matches!(event.what, What::Witnessed { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dismissed_witness_is_given_nothing_more_and_keeps_what_it_has() {
    let scene = Scene::new().await;
    let Scene { north, south, west, .. } = &scene;
    scene.both_name(&scene.witness(&[Subject::Notices], north.desk.now())).await;
    let told = north.say(south.id(), open(fresh(), Matter::Notice, "first")).await.unwrap();
    scene.reaches(told.message).await;
    let desk = west.id();
    south.say(north.id(), Body::DismissWitness { desk, words: None }).await.unwrap();
    let ended = || {
        let givers = scene.view().map(|view| view.givers).unwrap_or_default();
        givers.iter().all(|giver| giver.ended.is_some())
    };
    until(&west.desk, ended).await;
    let after = fresh();
    north.say(south.id(), open(after, Matter::Notice, "second")).await.unwrap();
    north.reaches(south.id(), after, ExchangeState::ReadBack).await;
    for giver in [north, south] {
        assert_eq!(scene.asks(2, giver).await, Some((200, NOTHING.to_vec())));
    }
    let kept = given(west).await;
    assert!(kept.iter().any(|message| message.message == told.message));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_and_a_peer_who_is_no_witness_are_given_nothing() {
    let scene = Scene::new().await;
    scene.both_name(&scene.witness(&Subject::ALL, scene.north.desk.now())).await;
    // South is a peer of North, and no witness of its own line.
    assert_eq!(scene.asks(1, &scene.north).await, Some((200, NOTHING.to_vec())));
    let seat = Seat::new(Setup::of("East")).await;
    let stranger = seat.start().await;
    assert_eq!(asks(&seat, &scene.north).await, None, "a stranger has no connection");
    // A peer, but nobody has compared the cards.
    scene.north.desk.pair(crate::desks::speaker(), stranger.desk.card()).await.unwrap();
    assert_eq!(asks(&seat, &scene.north).await, Some((200, NOTHING.to_vec())));
    let (status, answer) = scene.asks(2, &scene.north).await.unwrap();
    assert!(status == 200 && answer != NOTHING, "the witness itself is given something");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_witness_of_another_key_is_given_nothing() {
    let scene = Scene::new().await;
    let mut witness = scene.witness(&Subject::ALL, scene.north.desk.now());
    witness.key = Key([9; 32]);
    scene.both_name(&witness).await;
    assert_eq!(scene.asks(2, &scene.north).await, Some((200, NOTHING.to_vec())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_wider_agreement_opens_is_given_later_in_place_of_its_hash() {
    let scene = Scene::new().await;
    let Scene { north, south, west, .. } = &scene;
    let since = north.desk.now();
    scene.both_name(&scene.witness(&[Subject::Notices], since)).await;
    let asked = north.say(south.id(), open(fresh(), Matter::Request, "asked")).await.unwrap();
    let before = scene.reaches(asked.message).await;
    assert!(before.iter().all(|given| given.message != asked.message || given.said.is_none()));
    scene.both_name(&scene.witness(&[Subject::Notices, Subject::Requests], since)).await;
    for _ in 0..300 {
        let messages = given(west).await;
        if messages.iter().any(|given| given.message == asked.message && given.said.is_some()) {
            let view = scene.view().unwrap();
            assert!(!view.contradicted, "{view:?}");
            return;
        }
        let _ = tokio::time::timeout(
            std::time::Duration::from_millis(100),
            west.desk.moved().changed(),
        )
        .await;
    }
    panic!("the request was not given: {:#?}", scene.view());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_party_that_rewrites_its_history_is_caught_by_what_the_other_gave() {
    let scene = Scene::new().await;
    scene.both_name(&scene.witness(&[Subject::Notices], scene.north.desk.now())).await;
    let Scene { seats, north, south, west } = scene;
    let (us, them) = (north.id(), south.id());
    south.kill().await;
    let copy = tempfile::TempDir::new().unwrap();
    copy_all(seats[1].data(), copy.path());
    let south = seats[1].start().await;
    let first = south.say(us, open(fresh(), Matter::Notice, "what was said")).await.unwrap();
    let scene = Scene { seats, north, south, west };
    scene.reaches(first.message).await;
    let Scene { seats, north, south, west } = scene;
    south.kill().await;
    // South forgets, and says something else in the same place.
    copy_all(copy.path(), seats[1].data());
    let south = seats[1].start().await;
    let other = south.say(us, open(fresh(), Matter::Notice, "what was never said")).await.unwrap();
    assert_eq!(other.sequence, first.sequence);
    let scene = Scene { seats, north, south, west };
    let caught = || scene.view().is_some_and(|view| view.contradicted);
    until(&scene.west.desk, caught).await;
    let view = scene.view().unwrap();
    let found = &view.differences[0];
    assert_eq!((found.giver, found.desk), (them, them), "{view:?}");
    assert_eq!(found.held, first.message, "what came first is kept");
    let noted = || {
        let line = scene.west.desk.line(them).unwrap();
        line.suspicions.iter().any(|suspicion| {
            suspicion.kind == SuspicionKind::GiversDiffer
                && suspicion.detail.contains(&found.held.to_string())
                && suspicion.detail.contains(&found.gives.to_string())
        })
    };
    until(&scene.west.desk, noted).await;
}

fn copy_all(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    std::fs::create_dir_all(to).unwrap();
    for found in std::fs::read_dir(from).unwrap() {
        let path = found.unwrap().path();
        let there = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_all(&path, &there);
        } else {
            std::fs::copy(&path, &there).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_witness_that_is_killed_has_everything_when_it_starts() {
    let scene = Scene::new().await;
    let Scene { north, south, .. } = &scene;
    scene.both_name(&scene.witness(&[Subject::Notices], north.desk.now())).await;
    let told = north.say(south.id(), open(fresh(), Matter::Notice, "first")).await.unwrap();
    let before: Vec<_> = ids(&scene.reaches(told.message).await);
    let Scene { seats, north, south, west } = scene;
    west.kill().await;
    let scene = Scene { west: seats[2].start().await, seats, north, south };
    let kept = ids(&given(&scene.west).await);
    assert_eq!(kept[..before.len()], before);
    let next = scene.south.say(scene.north.id(), open(fresh(), Matter::Notice, "second"));
    let next = next.await.unwrap();
    scene.reaches(next.message).await;
    assert!(!scene.view().unwrap().contradicted);
}

fn ids(messages: &[WitnessedMessage]) -> Vec<(u64, MessageId, bool)> {
    let each = messages.iter();
    each.map(|given| (given.number, given.message, given.said.is_some())).collect()
}

/// What a hostile party could send: nothing of it is taken, and each is noted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_none_is_refused_and_noted() {
    let scene = Scene::new().await;
    let identity = Identity::open(scene.seats[2].data()).unwrap();
    let client = crate::hostile::client(&identity);
    let url = format!("https://{}/line/v1/witness", scene.north.address);
    let mut to = Encoder::new(Vec::new());
    to.map(2).unwrap().u8(0).unwrap().u8(1).unwrap().u8(1).unwrap().array(65).unwrap();
    for line in 0..65 {
        to.map(2).unwrap().u8(0).unwrap().bytes(&[line; 16]).unwrap();
        to.u8(1).unwrap().array(4).unwrap();
        for _ in 0..4 {
            to.null().unwrap();
        }
    }
    let too_many = to.into_writer();
    for body in [b"no map".to_vec(), [NOTHING, &[0]].concat(), vec![0xa2, 0, 2, 1, 0x80], too_many]
    {
        let answer = client.post(&url).body(body).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 400);
    }
    let noted = || scene.north.desk.line(scene.west.id()).unwrap().suspicions_total == 4;
    until(&scene.north.desk, noted).await;
}
