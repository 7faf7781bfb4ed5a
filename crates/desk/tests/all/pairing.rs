//! Founding a desk, and two desks coming to know each other.

use keepclear_desk::{
    Card, CardError, Desk, DeskError, DeskOptions, Founding, Happening, InjectError, StartError,
    read_entry,
};
use keepclear_entry::Entry;
use keepclear_line::Body;
use keepclear_line::quantity::{Key, Name};
use keepclear_line::view::{ExchangeState, LineState};
use keepclear_log::{Disk, FileLog, Log as _, Options, Position};
use keepclear_record::PublicKey;

use crate::desks::{Running, Seat, Setup, fresh, notice, pair, speaker, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_see_the_same_words_and_only_tests_pass_before_they_are_compared() {
    let (a, b) = (Seat::new(Setup::of("North")).await, Seat::new(Setup::of("South")).await);
    let (a, b) = (a.start().await, b.start().await);
    let here = a.desk.pair(speaker(), b.desk.card()).await.unwrap();
    let there = b.desk.pair(speaker(), a.desk.card()).await.unwrap();
    assert_eq!(here.line, there.line);
    let [ours, theirs] = here.phrases;
    assert_eq!(there.phrases, [theirs.clone(), ours.clone()]);
    assert_eq!((ours.len(), theirs.len()), (10, 10));
    assert_ne!(ours, theirs);
    let refused = a.say(b.id(), notice(fresh(), 1)).await;
    assert_eq!(refused, Err(DeskError::NotConfirmed(b.id())));
    let test = fresh();
    a.say(b.id(), Body::Test { exchange: test, phrase: 3 }).await.unwrap();
    a.reaches(b.id(), test, ExchangeState::Delivered).await;
    a.desk.confirm(speaker(), b.id()).await.unwrap();
    let told = fresh();
    a.say(b.id(), notice(told, 1)).await.unwrap();
    // The lane keeps its order: with the answer to a later test, the notice has come too.
    let later = fresh();
    a.say(b.id(), Body::Test { exchange: later, phrase: 4 }).await.unwrap();
    a.reaches(b.id(), later, ExchangeState::Delivered).await;
    assert_eq!(b.state(a.id(), told), None, "whoever sent it may be anybody");
    assert_eq!(a.state(b.id(), told), Some(ExchangeState::Released));
    b.desk.confirm(speaker(), a.id()).await.unwrap();
    a.reaches(b.id(), told, ExchangeState::ReadBack).await;
    assert_eq!(b.state(a.id(), told), Some(ExchangeState::ReadBack));
    let confirmed = a.desk.line(b.id()).unwrap().confirmed.unwrap();
    assert_eq!(confirmed.role.as_str(), "Duty officer");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exercise_and_a_real_desk_never_pair() {
    let real = Setup { real: true, ..Setup::of("North") };
    let (a, b) = (Seat::new(real).await, Seat::new(Setup::of("South")).await);
    let (a, b) = (a.start().await, b.start().await);
    for (here, there) in [(&a, &b), (&b, &a)] {
        let refused = here.desk.pair(speaker(), there.desk.card()).await;
        assert!(matches!(refused, Err(DeskError::Field { field: "card", .. })), "{refused:?}");
        assert!(here.desk.board().lines.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_refuses_to_be_opened_as_something_else() {
    let seat = Seat::new(Setup::of("North")).await;
    seat.start().await.kill().await;
    let otherwise = |change: &dyn Fn(&mut Founding)| {
        let mut options = seat.options();
        change(&mut options.founding);
        match Desk::start(options) {
            Err(StartError::FoundedOtherwise { key, .. }) => key,
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("it started"),
        }
    };
    assert_eq!(otherwise(&|founding| founding.party = Name::new("South").ok()), "party");
    assert_eq!(otherwise(&|founding| founding.exercise = Some(false)), "exercise");
    std::fs::remove_file(seat.data().join("signing-key.pem")).unwrap();
    let lost = Desk::start(seat.options());
    assert!(matches!(lost, Err(StartError::Identity(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_is_put_into_no_real_desk() {
    let seat = Seat::new(Setup { real: true, ..Setup::of("North") }).await;
    let inject = "misplace=9000m".parse().ok();
    let refused = Desk::start(DeskOptions { inject, ..seat.options() });
    assert!(matches!(refused, Err(StartError::Inject(InjectError::Real))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_is_kept_by_a_restart_and_an_altered_one_is_refused() {
    let seat = Seat::new(Setup::of("North")).await;
    let first = seat.start().await;
    let card = first.desk.card();
    first.kill().await;
    let again = seat.start().await;
    assert_eq!(again.desk.card(), card);
    assert_eq!(Card::from_json(card.to_json().as_bytes()).as_ref(), Ok(&card));
    let altered = card.to_json().replace("North", "Norht");
    assert_eq!(Card::from_json(altered.as_bytes()), Err(CardError::Signature));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_takes_a_card_with_a_new_address_and_not_the_old_one_again() {
    let (sa, b) = (Seat::new(Setup::of("North")).await, Seat::new(Setup::of("South")).await);
    let (a, b) = (sa.start().await, b.start().await);
    pair(&a, &b).await;
    let (old, us) = (a.desk.card(), a.id());
    a.kill().await;
    let url = Some("https://127.0.0.1:1".to_owned());
    let sa = Seat { setup: Setup { url, ..sa.setup.clone() }, ..sa };
    let a = sa.start().await;
    b.desk.pair(speaker(), a.desk.card()).await.unwrap();
    let replayed = b.desk.pair(speaker(), old).await;
    assert!(matches!(replayed, Err(DeskError::Field { field: "card", .. })), "{replayed:?}");
    let paired = b.desk.pair(speaker(), a.desk.card()).await.unwrap();
    assert_eq!((paired.peer, paired.confirmed), (us, true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_is_open_at_both_ends_soon_and_seen_to_be_cut_within_five_seconds() {
    let (a, b) = (Seat::new(Setup::of("North")).await, Seat::new(Setup::of("South")).await);
    let (a, b) = (a.start().await, b.start().await);
    pair(&a, &b).await;
    let state = |of: &Running, peer| of.desk.line(peer).unwrap().view.health.state;
    until(&a.desk, || state(&a, b.id()) == LineState::Open).await;
    until(&b.desk, || state(&b, a.id()) == LineState::Open).await;
    let (peer, cut) = (b.id(), std::time::Instant::now());
    b.kill().await;
    until(&a.desk, || state(&a, peer) == LineState::Silent).await;
    assert!(cut.elapsed().as_millis() < 5_000, "{:?}", cut.elapsed());
}

/// Proposed by `a`, accepted by `b`, known to both.
async fn replace_key(a: &Running, b: &Running) -> Key {
    let key = a.desk.next_key(b.id()).unwrap();
    let proposed = a.say(b.id(), Body::ProposeKey { key }).await.unwrap();
    let asked = || b.desk.line(a.id()).unwrap().view.their_key.map(|asked| asked.proposal);
    until(&b.desk, || asked() == Some(proposed.message)).await;
    b.say(a.id(), Body::AcceptKey { of: proposed.message, key }).await.unwrap();
    let agreed = || a.desk.line(b.id()).unwrap().view.our_key.and_then(|asked| asked.accepted_at);
    until(&a.desk, || agreed().is_some()).await;
    key
}

/// Says a notice that is read back.
async fn told(a: &Running, b: &Running) {
    let exchange = fresh();
    a.say(b.id(), notice(exchange, 1)).await.unwrap();
    a.reaches(b.id(), exchange, ExchangeState::ReadBack).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_replaced_twice_and_what_follows_each_time_is_signed_with_it() {
    let (sa, b) = (Seat::new(Setup::of("North")).await, Seat::new(Setup::of("South")).await);
    let (a, b) = (sa.start().await, b.start().await);
    pair(&a, &b).await;
    told(&a, &b).await;
    let mut keys = vec![a.desk.card().key().unwrap()];
    let mut a = a;
    for _ in 0..2 {
        let key = replace_key(&a, &b).await;
        keys.push(PublicKey::from_bytes(&key.0).unwrap());
        a.kill().await;
        a = sa.start().await;
        told(&a, &b).await;
    }
    assert!(keys[0] != keys[1] && keys[1] != keys[2]);
    assert_eq!(b.desk.line(a.id()).unwrap().suspicions_total, 0);
    a.kill().await;
    let log = FileLog::open(Disk::new(sa.data()), Options::default()).unwrap();
    let said = log.read(Position::START, usize::MAX).unwrap().into_iter().filter_map(|found| {
        match read_entry(found.position.get(), &found.bytes).unwrap().1.happening {
            Happening::Said(said) => Some(Entry::decode(&said.entry).unwrap()),
            _ => None,
        }
    });
    let by = |entry: &Entry| keys.iter().position(|key| key.signed(entry));
    let mut by: Vec<_> = said.map(|entry| by(&entry)).collect();
    by.dedup();
    assert_eq!(by, [Some(0), Some(1), Some(2)]);
    drop(log);
    let lost = std::fs::read_dir(sa.data()).unwrap().map(|file| file.unwrap().path());
    let lost = lost.filter(|path| path.display().to_string().contains("signing-key-3-"));
    let [lost] = &lost.collect::<Vec<_>>()[..] else { panic!("one key of that number") };
    std::fs::remove_file(lost).unwrap();
    let Err(StartError::Identity(error)) = Desk::start(sa.options()) else { panic!("it started") };
    let named = lost.file_name().unwrap().to_str().unwrap().replace("-3-", "-*-");
    assert!(error.file.ends_with(&named), "{error} is to name {named}");
}
