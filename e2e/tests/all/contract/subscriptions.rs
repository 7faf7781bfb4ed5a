//! Subscriptions of strategic coordination.

use std::time::Duration;

use e2e::sky::{Sky, poll_for};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::bodies::{BASE_URL, Block, DAY, HOUR, MINUTE, id, instant, party, with, without};
use super::caller::{CM, CP, Caller, SC, ids, text};

fn version(answer: &Value) -> &str {
    text(&answer["subscription"]["version"])
}

#[test]
fn a_subscription_is_created_read_changed_and_deleted() {
    let sky = Sky::shared();
    let owner = Caller::new(&sky, &party("owner"), &[SC, CP]);
    let (block, id) = (Block::somewhere(), id());
    let created = owner.create_subscription(&id, &block.subscription()).expect(200);
    let first = &created["subscription"];
    assert_eq!(first["id"], id);
    assert_eq!(first["uss_base_url"], BASE_URL);
    assert_eq!(first["notification_index"], 0);
    assert_eq!(first["notify_for_operational_intents"], true);
    assert_eq!(first["notify_for_constraints"], true);
    assert!(!first["implicit_subscription"].as_bool().unwrap_or(false));
    assert_eq!(instant(&first["time_start"]), instant(block.start()));
    assert_eq!(instant(&first["time_end"]), instant(block.end()));
    assert_eq!(&owner.get_subscription(&id).expect(200)["subscription"], first);

    let body = with(&block.subscription(), "uss_base_url", "http://moved.test");
    let changed = owner.update_subscription(&id, version(&created), &body).expect(200);
    assert_ne!(version(&changed), version(&created));
    assert_eq!(changed["subscription"]["uss_base_url"], "http://moved.test");
    owner.update_subscription(&id, version(&created), &body).expect(409);
    owner.delete_subscription(&id, version(&created)).expect(409);
    let deleted = owner.delete_subscription(&id, version(&changed)).expect(200);
    assert_eq!(deleted["subscription"]["id"], id);
    owner.get_subscription(&id).expect(404);
    owner.delete_subscription(&id, version(&changed)).expect(404);
    owner.update_subscription(&id, version(&changed), &body).expect(400);
}

#[test]
fn a_subscription_is_its_owners_alone() {
    let sky = Sky::shared();
    let owner = Caller::new(&sky, &party("owner"), &[SC]);
    let other = Caller::new(&sky, &party("other"), &[SC]);
    let (block, id) = (Block::somewhere(), id());
    let body = block.subscription();
    let created = owner.create_subscription(&id, &body).expect(200);
    other.get_subscription(&id).expect(403);
    other.update_subscription(&id, version(&created), &body).expect(403);
    other.delete_subscription(&id, version(&created)).expect(403);
    owner.create_subscription(&id, &body).expect(409);
    let nothing: [&str; 0] = [];
    let found = |caller: &Caller<'_>, block: &Block| {
        ids(&caller.query_subscriptions(&block.area()).expect(200)["subscriptions"])
    };
    assert_eq!(found(&owner, &block), [&*id]);
    assert_eq!(found(&owner, &block.north(1.0)), nothing);
    assert_eq!(found(&other, &block), nothing);
}

#[test]
fn what_a_subscription_may_not_be_is_refused() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("refused"), &[SC, CP]);
    let block = Block::somewhere();
    let good = block.subscription();
    let deaf = with(&good, "notify_for_operational_intents", false);
    for (what, body) in [
        ("no notices", with(&deaf, "notify_for_constraints", false)),
        (
            "neither flag",
            without(&without(&good, "notify_for_constraints"), "notify_for_operational_intents"),
        ),
        ("no extents", without(&good, "extents")),
        ("no outline", without(&good, "extents/volume/outline_polygon")),
        ("no base URL", without(&good, "uss_base_url")),
        ("started long ago", block.during(-6 * MINUTE, HOUR).subscription()),
        ("end before start", block.during(HOUR, HOUR - 10).subscription()),
        ("ended", block.during(-4 * MINUTE, -MINUTE).subscription()),
        ("longer than a day", block.during(0, DAY + 5).subscription()),
        // 0.6 degrees square: at least 3,400 km² up to 40 degrees of latitude.
        ("too large", block.half(0.3).subscription()),
    ] {
        let answer = caller.create_subscription(&id(), &body);
        assert_eq!(answer.code(), 400, "{what}: {}", answer.response.json);
    }
    caller.create_subscription("not-an-id", &good).expect(400);
    let query = block.area();
    caller
        .query_subscriptions(&without(&query, "area_of_interest/volume/outline_polygon"))
        .expect(400);
    caller.query_subscriptions(&without(&query, "area_of_interest")).expect(400);
    caller.query_subscriptions(&block.half(0.3).area()).expect(413);
    caller.create_subscription(&id(), &block.during(-4 * MINUTE, HOUR).subscription()).expect(200);
}

#[test]
fn a_missing_start_is_now_and_a_missing_end_a_day_later() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("open"), &[SC]);
    let (block, id) = (Block::somewhere(), id());
    let body = without(&without(&block.subscription(), "extents/time_start"), "extents/time_end");
    let before = Timestamp::now();
    let created = caller.create_subscription(&id, &body).expect(200);
    let start = instant(&created["subscription"]["time_start"]);
    let end = instant(&created["subscription"]["time_end"]);
    let slack = SignedDuration::from_secs(5);
    assert!(before - slack <= start && start <= Timestamp::now() + slack, "{start}");
    assert_eq!(end.duration_since(start), SignedDuration::from_hours(24));
    // An update keeps what it does not say.
    let changed = caller.update_subscription(&id, version(&created), &body).expect(200);
    assert_eq!(instant(&changed["subscription"]["time_start"]), start);
    assert_eq!(instant(&changed["subscription"]["time_end"]), end);
}

#[test]
fn an_update_keeps_the_number_of_notices() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("count"), &[SC]);
    let (block, id) = (Block::somewhere(), id());
    let created = caller.create_subscription(&id, &block.subscription()).expect(200);
    caller.create_intent(&super::bodies::id(), &block.intent()).expect(201);
    let changed =
        caller.update_subscription(&id, version(&created), &block.subscription()).expect(200);
    assert_eq!(changed["subscription"]["notification_index"], 1);
}

#[test]
fn a_new_subscription_is_answered_with_what_is_there_already() {
    let sky = Sky::shared();
    let owner = Caller::new(&sky, &party("owner"), &[SC, CM]);
    let other = Caller::new(&sky, &party("other"), &[SC, CP]);
    let block = Block::somewhere();
    let [intent, zone, elsewhere] = [id(), id(), id()];
    owner.create_intent(&intent, &block.intent()).expect(201);
    owner.create_intent(&elsewhere, &block.north(1.0).intent()).expect(201);
    owner.create_constraint(&zone, &block.constraint()).expect(201);
    let nothing: [&str; 0] = [];
    for (intents, constraints) in [(true, true), (true, false), (false, true)] {
        let body = with(&block.subscription(), "notify_for_operational_intents", intents);
        let body = with(&body, "notify_for_constraints", constraints);
        let made = other.create_subscription(&id(), &body).expect(200);
        let found = ids(&made["operational_intent_references"]);
        assert_eq!(found, if intents { vec![intent.as_str()] } else { nothing.to_vec() });
        let found = ids(&made["constraint_references"]);
        assert_eq!(found, if constraints { vec![zone.as_str()] } else { nothing.to_vec() });
        for list in ["operational_intent_references", "constraint_references"] {
            for entity in made[list].as_array().into_iter().flatten() {
                assert_eq!(entity["ovn"], "Available from USS");
            }
        }
        assert_eq!(made["subscription"].get("dependent_operational_intents"), Some(&json!([])));
    }
}

#[test]
fn a_subscription_that_has_ended_is_found_by_its_id_only() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("ended"), &[SC]);
    let (block, id) = (Block::somewhere().during(0, 2), id());
    caller.create_subscription(&id, &block.subscription()).expect(200);
    let always = without(
        &without(&block.area(), "area_of_interest/time_start"),
        "area_of_interest/time_end",
    );
    let found = || ids(&caller.query_subscriptions(&always).expect(200)["subscriptions"]);
    assert_eq!(found(), [&*id]);
    poll_for(Duration::from_secs(20), || found().is_empty().then_some(())).unwrap();
    let ended = caller.get_subscription(&id).expect(200);
    assert!(instant(&ended["subscription"]["time_end"]) <= Timestamp::now());
}

#[test]
fn which_notices_one_may_ask_for_is_not_bound_to_scopes_unless_the_sky_is_strict() {
    let sky = Sky::shared();
    for scope in [SC, CP] {
        let caller = Caller::new(&sky, &party("lenient"), &[scope]);
        caller.create_subscription(&id(), &Block::somewhere().subscription()).expect(200);
    }
}
