//! The key of an intent: whoever plans must prove that they know all that may share their space and time.

use e2e::sky::Sky;
use serde_json::{Value, json};

use super::bodies::{Block, HOUR, MINUTE, id, intent_over, new_subscription, party, with};
use super::caller::{AA, CM, CMSA, CP, Caller, SC, ids, ovn, reference};

/// What a refused write says is missing: ids of intents, ids of constraints.
fn missing(conflict: &Value) -> (Vec<String>, Vec<String>) {
    for field in ["missing_operational_intents", "missing_constraints"] {
        assert_ne!(
            conflict.get(field),
            Some(&json!([])),
            "{field} is there only when it says something"
        );
    }
    (ids(&conflict["missing_operational_intents"]), ids(&conflict["missing_constraints"]))
}

fn none() -> Vec<String> {
    Vec::new()
}

#[test]
fn planning_over_what_is_not_in_the_key_is_refused_with_what_is_missing() {
    let sky = Sky::shared();
    let north = Caller::new(&sky, &party("north"), &[SC]);
    let south = Caller::new(&sky, &party("south"), &[SC]);
    let block = Block::somewhere();
    let [theirs, own, id] = [id(), id(), id()];
    let first = north.create_intent(&theirs, &block.intent()).expect(201);
    let refused = south.create_intent(&own, &block.intent()).expect(409);
    assert_eq!(missing(&refused), (vec![theirs.clone()], none()));
    let seen = north.get_intent(&theirs).expect(200);
    let mut masked = reference(&seen).clone();
    masked["ovn"] = json!("Available from USS");
    assert_eq!(refused["missing_operational_intents"][0], masked);
    south.get_intent(&own).expect(404);

    let known = with(&block.intent(), "key", json!([ovn(&first)]));
    let second = south.create_intent(&own, &known).expect(201);
    // Own intents count as well, and their OVN is shown to their owner.
    let refused = south.create_intent(&id, &known).expect(409);
    assert_eq!(missing(&refused), (vec![own.clone()], none()));
    assert_eq!(refused["missing_operational_intents"][0]["ovn"], ovn(&second));
    let all = json!([ovn(&first), ovn(&second), "an OVN of something else", ovn(&first)]);
    south.create_intent(&id, &with(&block.intent(), "key", all)).expect(201);
}

#[test]
fn only_the_current_ovn_proves_knowledge_and_an_intent_need_not_know_itself() {
    let sky = Sky::shared();
    let north = Caller::new(&sky, &party("north"), &[SC]);
    let south = Caller::new(&sky, &party("south"), &[SC]);
    let block = Block::somewhere();
    let [theirs, own] = [id(), id()];
    let first = north.create_intent(&theirs, &block.intent()).expect(201);
    let second = north.update_intent(&theirs, ovn(&first), &block.intent()).expect(200);
    let stale = with(&block.intent(), "key", json!([ovn(&first)]));
    assert_eq!(missing(&south.create_intent(&own, &stale).expect(409)), (vec![theirs], none()));
    let current = with(&block.intent(), "key", json!([ovn(&second)]));
    let created = south.create_intent(&own, &current).expect(201);
    south.update_intent(&own, ovn(&created), &current).expect(200);
    south.update_intent(&own, ovn(&created), &block.intent()).expect(409);
}

#[test]
fn what_meets_in_no_altitude_or_no_instant_need_not_be_known() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("apart"), &[SC]);
    let block = Block::somewhere();
    let standing = id();
    caller.create_intent(&standing, &block.intent()).expect(201);
    for (what, other, code) in [
        ("half a metre above", block.height(100.5, 150.0), 201),
        ("sharing 100 m", block.height(100.0, 100.2), 409),
        ("a minute later", block.during(HOUR + MINUTE, 2 * HOUR), 201),
        (
            "from its last instant on",
            block.between(
                block.end(),
                super::bodies::Block::at(0.0, 0.0).during(0, 90 * MINUTE).end(),
            ),
            409,
        ),
        ("a degree north", block.north(1.0), 201),
    ] {
        let answer = caller.create_intent(&id(), &other.intent());
        assert_eq!(answer.code(), code, "{what}: {}", answer.response.json);
    }
}

#[test]
fn one_intent_is_one_block_where_matching_is_compatible() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("block"), &[SC]);
    let block = Block::somewhere();
    let standing = id();
    let layers = [block.height(0.0, 50.0).volume(), block.height(100.0, 150.0).volume()];
    caller.create_intent(&standing, &intent_over(&layers)).expect(201);
    // Its volumes leave 50 to 100 m free; as a block they do not.
    let between = block.height(60.0, 90.0);
    let refused = caller.create_intent(&id(), &between.intent()).expect(409);
    assert_eq!(missing(&refused), (vec![standing], none()));
}

#[test]
fn a_flight_in_trouble_needs_no_key() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("trouble"), &[SC, CMSA]);
    let block = Block::somewhere();
    let [standing, own] = [id(), id()];
    let first = caller.create_intent(&standing, &block.intent()).expect(201);
    let body = with(&block.intent(), "new_subscription", new_subscription());
    let known = with(&body, "key", json!([ovn(&first)]));
    let created = caller.create_intent(&own, &known).expect(201);
    caller.update_intent(&own, ovn(&created), &with(&body, "state", "Activated")).expect(409);
    let changed = caller.update_intent(&own, ovn(&created), &with(&body, "state", "Nonconforming"));
    let changed = changed.expect(200);
    caller.update_intent(&own, ovn(&changed), &with(&known, "state", "Activated")).expect(200);
}

#[test]
fn constraints_must_be_known_by_whoever_asked_to_hear_of_them() {
    let sky = Sky::shared();
    let authority = Caller::new(&sky, &party("authority"), &[CM]);
    let pilot = Caller::new(&sky, &party("pilot"), &[SC, CP]);
    let block = Block::somewhere();
    let zone = id();
    let made = authority.create_constraint(&zone, &block.constraint()).expect(201);
    let plain = block.intent();
    let deaf = with(&plain, "new_subscription", new_subscription());
    let listening = with(&deaf, "new_subscription/notify_for_constraints", true);
    for (what, body) in [("without a subscription", &plain), ("not listening", &deaf)] {
        let own = id();
        let created = pilot.create_intent(&own, body);
        assert_eq!(created.code(), 201, "{what}: {}", created.response.json);
        pilot.delete_intent(&own, ovn(&created.response.json)).expect(200);
    }
    let refused = pilot.create_intent(&id(), &listening).expect(409);
    assert_eq!(missing(&refused), (none(), vec![zone]));
    assert_eq!(refused["missing_constraints"][0]["ovn"], "Available from USS");
    pilot.create_intent(&id(), &with(&listening, "key", json!([ovn(&made)]))).expect(201);
}

#[test]
fn an_accepted_flight_of_a_party_that_is_down_may_be_planned_over_and_an_activated_one_not() {
    let sky = Sky::shared();
    let silent = Caller::new(&sky, &party("silent"), &[SC]);
    let planner = Caller::new(&sky, &party("planner"), &[SC]);
    let block = Block::somewhere();
    let [accepted, activated] = [id(), id()];
    let body = with(&block.intent(), "new_subscription", new_subscription());
    silent.create_intent(&accepted, &body).expect(201);
    let elsewhere = block.north(1.0);
    let body = with(&elsewhere.intent(), "new_subscription", new_subscription());
    let created = silent.create_intent(&activated, &body).expect(201);
    silent.update_intent(&activated, ovn(&created), &with(&body, "state", "Activated")).expect(200);
    planner.create_intent(&id(), &block.intent()).expect(409);
    Caller::new(&sky, "arbiter", &[AA]).set_availability(&silent.subject, "", "Down").expect(200);
    planner.create_intent(&id(), &block.intent()).expect(201);
    let refused = planner.create_intent(&id(), &elsewhere.intent()).expect(409);
    assert_eq!(missing(&refused), (vec![activated], none()));
    assert_eq!(refused["missing_operational_intents"][0]["uss_availability"], "Down");
}
