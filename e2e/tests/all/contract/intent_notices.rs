//! Who must be told of a change of an intent.

use e2e::sky::Sky;
use serde_json::json;

use super::bodies::{Block, HOUR, MINUTE, id, party, with};
use super::caller::{Caller, SC, ovn, reference, subscribers, text, told};

/// A subscription to intents alone, by a caller of its own kind; gives its id.
fn subscribe(caller: &Caller<'_>, block: &Block, url: &str) -> String {
    let id = id();
    let body = with(&block.all_heights().subscription(), "notify_for_constraints", false);
    caller.create_subscription(&id, &with(&body, "uss_base_url", url)).expect(200);
    id
}

#[test]
fn every_subscription_over_the_old_or_the_new_extent_is_told_each_time() {
    let sky = Sky::shared();
    let owner = Caller::new(&sky, &party("owner"), &[SC]);
    let other = Caller::new(&sky, &party("other"), &[SC]);
    let here = Block::somewhere();
    let there = here.north(1.0);
    let watch_here = subscribe(&other, &here, "http://other.test");
    let watch_there = subscribe(&owner, &there, "http://owner.test");
    let intent = id();
    let indices = |change| (told(change, &watch_here), told(change, &watch_there));

    let created = owner.create_intent(&intent, &here.intent()).expect(201);
    assert_eq!(indices(&created), (Some(1), None));
    let moved = owner.update_intent(&intent, ovn(&created), &there.intent()).expect(200);
    assert_eq!(indices(&moved), (Some(2), Some(1)));
    let same = owner.update_intent(&intent, ovn(&moved), &there.intent()).expect(200);
    assert_eq!(indices(&same), (None, Some(2)));
    let deleted = owner.delete_intent(&intent, ovn(&same)).expect(200);
    assert_eq!(indices(&deleted), (None, Some(3)));
    let found = other.get_subscription(&watch_here).expect(200);
    assert_eq!(found["subscription"]["notification_index"], 2);
}

#[test]
fn being_told_is_no_change_of_the_subscription() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("told"), &[SC]);
    let (block, subscription) = (Block::somewhere(), id());
    let made = caller.create_subscription(&subscription, &block.subscription()).expect(200);
    let created = caller.create_intent(&id(), &block.intent()).expect(201);
    assert_eq!(told(&created, &subscription), Some(1));
    let found = caller.get_subscription(&subscription).expect(200);
    assert_eq!(found["subscription"]["version"], made["subscription"]["version"]);
}

#[test]
fn subscriptions_with_one_base_url_are_told_with_one_notice() {
    let sky = Sky::shared();
    let one = Caller::new(&sky, &party("one"), &[SC]);
    let two = Caller::new(&sky, &party("two"), &[SC]);
    let block = Block::somewhere();
    let mut expected = vec![
        ("http://one.test".to_owned(), subscribe(&one, &block, "http://one.test"), 1),
        ("http://one.test".to_owned(), subscribe(&two, &block, "http://one.test"), 1),
        ("http://two.test".to_owned(), subscribe(&two, &block, "http://two.test"), 1),
    ];
    expected.sort();
    let created = one.create_intent(&id(), &block.intent()).expect(201);
    assert_eq!(subscribers(&created), expected);
    assert_eq!(created["subscribers"].as_array().unwrap().len(), 2);
}

#[test]
fn a_subscription_to_other_things_other_places_or_other_times_is_not_told() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("quiet"), &[SC, super::caller::CP]);
    let block = Block::somewhere();
    let constraints = with(&block.subscription(), "notify_for_operational_intents", false);
    for body in [
        constraints,
        block.north(1.0).subscription(),
        block.during(HOUR + MINUTE, 2 * HOUR).subscription(),
        block.during(0, 5 * MINUTE).subscription(),
    ] {
        caller.create_subscription(&id(), &body).expect(200);
    }
    let created = caller.create_intent(&id(), &block.intent()).expect(201);
    assert_eq!(created["subscribers"], json!([]));
}

#[test]
fn altitude_does_not_decide_who_is_told_where_matching_is_compatible() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("height"), &[SC]);
    let block = Block::somewhere();
    let subscription = id();
    let body = block.height(1000.0, 1100.0).subscription();
    caller.create_subscription(&subscription, &body).expect(200);
    let intent = id();
    let created = caller.create_intent(&intent, &block.intent()).expect(201);
    assert_eq!(told(&created, &subscription), Some(1));
    assert_eq!(text(&reference(&created)["id"]), intent);
}
