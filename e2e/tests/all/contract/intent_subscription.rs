//! An intent and the subscription that keeps its manager informed: made for it, attached to it, cleaned up after it.

use e2e::sky::Sky;
use serde_json::{Value, json};

use super::bodies::{
    Block, DAY, HOUR, MINUTE, NO_SUBSCRIPTION, id, instant, new_subscription, party, time_from_now,
    with,
};
use super::caller::{Caller, SC, ovn, reference, text, told};

fn subscription_of(change: &Value) -> String {
    text(&reference(change)["subscription_id"]).to_owned()
}

#[test]
fn an_implicit_subscription_is_made_over_the_area_and_time_of_its_intent() {
    let sky = Sky::shared();
    let owner = Caller::new(&sky, &party("implicit"), &[SC]);
    for constraints in [false, true] {
        let (id, block) = (id(), Block::somewhere().during(MINUTE, 3 * DAY));
        let asked = with(&new_subscription(), "notify_for_constraints", constraints);
        let body = with(&block.intent(), "new_subscription", asked);
        let created = owner.create_intent(&id, &body).expect(201);
        let subscription = subscription_of(&created);
        // Its own creation is the first thing that it tells.
        assert_eq!(told(&created, &subscription), Some(1));
        let found = owner.get_subscription(&subscription).expect(200);
        let found = &found["subscription"];
        assert_eq!(found["implicit_subscription"], true);
        assert_eq!(found["notify_for_operational_intents"], true);
        let asks_for_constraints = found["notify_for_constraints"].as_bool().unwrap_or(false);
        assert_eq!(asks_for_constraints, constraints);
        assert_eq!(found["dependent_operational_intents"], json!([id]));
        assert_eq!(found["notification_index"], 1);
        assert_eq!(instant(&found["time_start"]), instant(block.start()));
        assert_eq!(instant(&found["time_end"]), instant(block.end()));
    }
}

#[test]
fn an_implicit_subscription_goes_with_the_write_that_orphans_it() {
    let sky = Sky::shared();
    let owner = Caller::new(&sky, &party("orphan"), &[SC]);
    let (block, id) = (Block::somewhere(), id());
    let body = with(&block.intent(), "new_subscription", new_subscription());
    let created = owner.create_intent(&id, &body).expect(201);
    let first = subscription_of(&created);
    // To a fresh one.
    let changed = owner.update_intent(&id, ovn(&created), &body).expect(200);
    let second = subscription_of(&changed);
    assert_ne!(first, second);
    owner.get_subscription(&first).expect(404);
    // To none.
    let changed = owner.update_intent(&id, ovn(&changed), &block.intent()).expect(200);
    assert_eq!(subscription_of(&changed), NO_SUBSCRIPTION);
    owner.get_subscription(&second).expect(404);
    // By deletion, of which it still tells.
    let changed = owner.update_intent(&id, ovn(&changed), &body).expect(200);
    let third = subscription_of(&changed);
    let deleted = owner.delete_intent(&id, ovn(&changed)).expect(200);
    assert!(told(&deleted, &third).is_some(), "{deleted}");
    owner.get_subscription(&third).expect(404);
}

#[test]
fn an_implicit_subscription_stays_while_another_intent_depends_on_it_and_is_extended_for_it() {
    let sky = Sky::shared();
    let owner = Caller::new(&sky, &party("extended"), &[SC]);
    let block = Block::somewhere();
    let [one, two] = [id(), id()];
    let body = with(&block.intent(), "new_subscription", new_subscription());
    let created = owner.create_intent(&one, &body).expect(201);
    let subscription = subscription_of(&created);
    let farther = block.north(0.05).during(30 * MINUTE, 5 * HOUR);
    let body = with(&farther.intent(), "subscription_id", subscription.clone());
    let second = owner.create_intent(&two, &body).expect(201);
    assert_eq!(subscription_of(&second), subscription);
    let found = owner.get_subscription(&subscription).expect(200)["subscription"].clone();
    let mut dependants = [one.clone(), two.clone()];
    dependants.sort();
    assert_eq!(sorted(&found["dependent_operational_intents"]), dependants);
    assert_eq!(instant(&found["time_end"]), instant(farther.end()));
    owner.delete_intent(&one, ovn(&created)).expect(200);
    owner.get_subscription(&subscription).expect(200);
    owner.delete_intent(&two, ovn(&second)).expect(200);
    owner.get_subscription(&subscription).expect(404);
}

fn sorted(list: &Value) -> Vec<String> {
    let mut all: Vec<String> =
        list.as_array().unwrap().iter().map(|it| text(it).to_owned()).collect();
    all.sort();
    all
}

#[test]
fn an_explicit_subscription_must_be_there_ones_own_and_cover_the_intent() {
    let sky = Sky::shared();
    let owner = Caller::new(&sky, &party("explicit"), &[SC]);
    let other = Caller::new(&sky, &party("other"), &[SC]);
    let block = Block::somewhere();
    let attach = |to: &str, block: &Block| with(&block.intent(), "subscription_id", to);
    let subscribe = |caller: &Caller<'_>, block: &Block| {
        let id = id();
        let body = with(&block.all_heights().subscription(), "notify_for_constraints", false);
        caller.create_subscription(&id, &body).expect(200);
        id
    };
    owner.create_intent(&id(), &attach(&id(), &block)).expect(400);
    owner.create_intent(&id(), &attach(&subscribe(&other, &block), &block)).expect(403);
    owner.create_intent(&id(), &attach(&subscribe(&owner, &block.north(1.0)), &block)).expect(400);
    let small = subscribe(&owner, &block);
    owner.create_intent(&id(), &attach(&small, &block.half(0.1))).expect(400);
    let (start, end) = (block.start(), block.end());
    let shift = |time: &Value, seconds: i64| {
        let shifted = instant(time) + jiff::SignedDuration::from_secs(seconds);
        with(&time_from_now(0), "value", shifted.to_string())
    };
    let short = subscribe(&owner, &block.between(start, &shift(end, -1)));
    owner.create_intent(&id(), &attach(&short, &block)).expect(400);
    let late = subscribe(&owner, &block.between(&shift(start, 2), end));
    owner.create_intent(&id(), &attach(&late, &block)).expect(400);
    // Up to a second late is near enough.
    let near = subscribe(&owner, &block.between(&shift(start, 1), end));
    let near_id = id();
    let created = owner.create_intent(&near_id, &attach(&near, &block)).expect(201);
    assert_eq!(subscription_of(&created), near);
    owner.delete_intent(&near_id, ovn(&created)).expect(200);
    // It was there before the intent and stays after it.
    let found = owner.get_subscription(&near).expect(200);
    assert_eq!(found["subscription"]["dependent_operational_intents"], json!([]));
    assert!(!found["subscription"]["implicit_subscription"].as_bool().unwrap_or(false));
}

#[test]
fn a_subscription_on_which_an_intent_depends_cannot_be_deleted_or_moved_away() {
    let sky = Sky::shared();
    let owner = Caller::new(&sky, &party("needed"), &[SC]);
    let block = Block::somewhere();
    let [subscription, intent] = [id(), id()];
    let body = with(&block.all_heights().subscription(), "notify_for_constraints", false);
    let made = owner.create_subscription(&subscription, &body).expect(200);
    let version = text(&made["subscription"]["version"]);
    let attached = with(&block.intent(), "subscription_id", subscription.clone());
    let created = owner.create_intent(&intent, &attached).expect(201);
    owner.delete_subscription(&subscription, version).expect(400);
    let away =
        with(&block.north(1.0).all_heights().subscription(), "notify_for_constraints", false);
    owner.update_subscription(&subscription, version, &away).expect(400);
    let short = with(
        &block.all_heights().during(10 * MINUTE, 20 * MINUTE).subscription(),
        "notify_for_constraints",
        false,
    );
    owner.update_subscription(&subscription, version, &short).expect(400);
    let larger = with(
        &block.half(0.01).all_heights().during(0, 2 * HOUR).subscription(),
        "notify_for_constraints",
        false,
    );
    let changed = owner.update_subscription(&subscription, version, &larger).expect(200);
    assert_eq!(changed["subscription"]["dependent_operational_intents"], json!([intent]));
    owner.delete_intent(&intent, ovn(&created)).expect(200);
    owner.delete_subscription(&subscription, text(&changed["subscription"]["version"])).expect(200);
}

#[test]
fn updating_an_implicit_subscription_makes_it_explicit() {
    let sky = Sky::shared();
    let owner = Caller::new(&sky, &party("adopted"), &[SC]);
    let (block, id) = (Block::somewhere(), id());
    let body = with(&block.intent(), "new_subscription", new_subscription());
    let created = owner.create_intent(&id, &body).expect(201);
    let subscription = subscription_of(&created);
    let found = owner.get_subscription(&subscription).expect(200);
    let version = text(&found["subscription"]["version"]);
    let wider =
        with(&block.half(0.01).all_heights().subscription(), "notify_for_constraints", false);
    let changed = owner.update_subscription(&subscription, version, &wider).expect(200);
    assert!(!changed["subscription"]["implicit_subscription"].as_bool().unwrap_or(false));
    owner.delete_intent(&id, ovn(&created)).expect(200);
    owner.get_subscription(&subscription).expect(200);
}
