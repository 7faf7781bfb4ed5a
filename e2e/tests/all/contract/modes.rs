//! What flags change.

use e2e::sky::{Options, Sky};
use serde_json::Value;

use super::bodies::{BASE_URL, Block, id, intent_over, new_subscription, with};
use super::caller::{AA, CM, CP, Caller, SC, ovn, told};

#[test]
fn a_base_url_without_tls_is_refused_unless_allowed() {
    let sky = Sky::start(Options::with_flags(&[]));
    let caller = Caller::new(&sky, "owner", &[SC, CM]);
    let block = Block::somewhere();
    let constraint = block.constraint();
    let implicit = with(&block.intent(), "uss_base_url", "https://uss.test");
    let implicit = with(&implicit, "new_subscription", new_subscription());
    for answer in [
        caller.create_intent(&id(), &block.intent()),
        caller.create_intent(&id(), &implicit),
        caller.create_constraint(&id(), &constraint),
        caller.create_subscription(&id(), &block.subscription()),
    ] {
        assert_eq!(answer.code(), 400, "{}: {}", answer.operation, answer.response.json);
    }
    let safe = |body: &Value| with(body, "uss_base_url", BASE_URL.replace("http", "https"));
    caller.create_intent(&id(), &safe(&block.intent())).expect(201);
    caller.create_constraint(&id(), &safe(&constraint)).expect(201);
    caller.create_subscription(&id(), &safe(&block.subscription())).expect(200);
}

#[test]
fn strict_scopes_bind_what_a_subscription_may_ask_for() {
    let sky = Sky::start(Options::with_flags(&[
        "--allow-http-base-urls",
        "--strict-subscription-scopes",
    ]));
    let block = Block::somewhere();
    let intents = with(&block.subscription(), "notify_for_constraints", false);
    let constraints = with(&block.subscription(), "notify_for_operational_intents", false);
    let listening = with(&new_subscription(), "notify_for_constraints", true);
    let intent = with(&block.intent(), "new_subscription", listening);
    let planner = Caller::new(&sky, "planner", &[SC]);
    let processor = Caller::new(&sky, "processor", &[CP]);
    let both = Caller::new(&sky, "both", &[SC, CP]);
    planner.create_subscription(&id(), &intents).expect(200);
    planner.create_subscription(&id(), &constraints).expect(403);
    planner.create_intent(&id(), &intent).expect(403);
    processor.create_subscription(&id(), &constraints).expect(200);
    processor.create_subscription(&id(), &intents).expect(403);
    both.create_subscription(&id(), &block.subscription()).expect(200);
    both.create_intent(&id(), &intent).expect(201);
}

#[test]
fn a_lenient_sky_lets_a_party_that_is_down_go_on() {
    let sky =
        Sky::start(Options::with_flags(&["--allow-http-base-urls", "--lenient-down-managers"]));
    let caller = Caller::new(&sky, "down", &[SC]);
    Caller::new(&sky, "arbiter", &[AA]).set_availability("down", "", "Down").expect(200);
    let (block, id) = (Block::somewhere(), id());
    let created = caller.create_intent(&id, &block.intent()).expect(201);
    let changed = caller.update_intent(&id, ovn(&created), &block.intent()).expect(200);
    caller.delete_intent(&id, ovn(&changed)).expect(200);
}

#[test]
fn precise_matching_concerns_others_only_where_and_when_a_flight_flies() {
    let sky = Sky::start(Options::with_flags(&["--allow-http-base-urls", "--matching", "precise"]));
    let caller = Caller::new(&sky, "precise", &[SC]);
    let block = Block::somewhere();
    let layers = [block.height(0.0, 50.0).volume(), block.height(100.0, 150.0).volume()];
    caller.create_intent(&id(), &intent_over(&layers)).expect(201);
    let between = id();
    let created = caller.create_intent(&between, &block.height(60.0, 90.0).intent()).expect(201);
    caller.create_intent(&id(), &block.height(140.0, 160.0).intent()).expect(409);
    // Altitudes of a subscription decide here who is told.
    let [high, low] = [id(), id()];
    caller.create_subscription(&high, &block.height(1000.0, 1100.0).subscription()).expect(200);
    caller.create_subscription(&low, &block.height(0.0, 70.0).subscription()).expect(200);
    let deleted = caller.delete_intent(&between, ovn(&created)).expect(200);
    assert_eq!((told(&deleted, &high), told(&deleted, &low)), (None, Some(1)));
}

#[test]
fn what_was_settled_at_founding_is_not_changed_by_a_flag() {
    let mut sky = Sky::start(Options::default());
    sky.stop();
    let run = e2e::keepclear(&[
        "sky".into(),
        "--data".into(),
        sky.data().into_os_string(),
        "--listen".into(),
        "127.0.0.1:0".into(),
        "--public-key-files".into(),
        sky.data().with_file_name("key.pem").into_os_string(),
        "--audiences".into(),
        "localhost".into(),
        "--matching".into(),
        std::ffi::OsString::from("precise"),
    ]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("matching"), "{}", run.stderr);
}
