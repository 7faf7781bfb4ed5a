//! Operational intent references: life, versions, OVNs, owners, and what is refused.

use e2e::sky::Sky;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::bodies::{
    BASE_URL, Block, DAY, HOUR, MINUTE, NO_SUBSCRIPTION, altitude, id, instant, intent_over,
    new_subscription, party, suffix, time_from_now, with, without,
};
use super::caller::{AA, CMSA, Caller, SC, ids, ovn, reference, subscribers};

#[test]
fn an_intent_is_created_read_changed_and_deleted() {
    let sky = Sky::shared();
    let owner = Caller::new(&sky, &party("owner"), &[SC]);
    let (block, id) = (Block::somewhere(), id());
    let created = owner.create_intent(&id, &block.intent()).expect(201);
    let first = reference(&created);
    assert_eq!(first["id"], id);
    assert_eq!(first["manager"], owner.subject);
    assert_eq!(first["state"], "Accepted");
    assert_eq!(first["version"], 1);
    assert_eq!(first["uss_base_url"], BASE_URL);
    assert_eq!(first["uss_availability"], "Unknown");
    assert_eq!(first["subscription_id"], NO_SUBSCRIPTION);
    assert_eq!(instant(&first["time_start"]), instant(block.start()));
    assert_eq!(instant(&first["time_end"]), instant(block.end()));
    assert_eq!(created["subscribers"], json!([]));
    assert_eq!(reference(&owner.get_intent(&id).expect(200)), first);

    let later = block.during(20 * MINUTE, HOUR);
    let changed = owner.update_intent(&id, ovn(&created), &later.intent()).expect(200);
    assert_eq!(reference(&changed)["version"], 2);
    assert_ne!(ovn(&changed), ovn(&created));
    assert_eq!(instant(&reference(&changed)["time_start"]), instant(later.start()));
    assert_eq!(reference(&owner.get_intent(&id).expect(200)), reference(&changed));

    owner.delete_intent(&id, ovn(&created)).expect(409);
    let deleted = owner.delete_intent(&id, ovn(&changed)).expect(200);
    assert_eq!(reference(&deleted)["id"], id);
    owner.get_intent(&id).expect(404);
    owner.delete_intent(&id, ovn(&changed)).expect(404);
    assert_eq!(
        ids(&owner.query_intents(&block.area()).expect(200)["operational_intent_references"]),
        [""; 0]
    );
}

#[test]
fn an_id_is_read_in_any_spelling_and_answered_in_one() {
    let sky = Sky::shared();
    let owner = Caller::new(&sky, &party("spelling"), &[SC]);
    let spellings: [fn(&str) -> String; 2] = [str::to_uppercase, |id| id.replace('-', "")];
    for spell in spellings {
        let id = id();
        let created = owner.create_intent(&spell(&id), &Block::somewhere().intent()).expect(201);
        assert_eq!(reference(&created)["id"], id);
        assert_eq!(reference(&owner.get_intent(&id).expect(200))["id"], id);
    }
    for bad in [
        "x",
        "0123456789abcdef0123456789abcdef0",
        // Version 1 and the variant of Microsoft.
        "c232ab00-9414-11ec-b3c8-9f6bdeced846",
        "00000000-0000-4000-c000-000000000001",
    ] {
        owner.create_intent(bad, &Block::somewhere().intent()).expect(400);
        owner.get_intent(bad).expect(400);
    }
}

#[test]
fn the_id_that_stands_for_no_subscription_is_nobodys() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("nobody"), &[SC]);
    for answer in [caller.get_intent(NO_SUBSCRIPTION), caller.get_subscription(NO_SUBSCRIPTION)] {
        assert!([400, 404].contains(&answer.code()), "{answer:?}");
    }
}

#[test]
fn only_the_owner_sees_the_ovn_and_may_change_or_delete() {
    let sky = Sky::shared();
    let owner = Caller::new(&sky, &party("owner"), &[SC]);
    let other = Caller::new(&sky, &party("other"), &[SC]);
    let (block, id) = (Block::somewhere(), id());
    let created = owner.create_intent(&id, &block.intent()).expect(201);
    let masked = "Available from USS";
    assert_eq!(reference(&other.get_intent(&id).expect(200))["ovn"], masked);
    let seen = other.query_intents(&block.area()).expect(200);
    assert_eq!(seen["operational_intent_references"][0]["ovn"], masked);
    // Who it is stands before what is known.
    for known in [ovn(&created), "fedcba9876543210"] {
        other.update_intent(&id, known, &block.intent()).expect(403);
        other.delete_intent(&id, known).expect(403);
    }
    other.create_intent(&id, &block.intent()).expect(403);
    owner.create_intent(&id, &block.intent()).expect(409);
    owner.update_intent(&id, "fedcba9876543210", &block.intent()).expect(409);
    owner.update_intent(&super::bodies::id(), ovn(&created), &block.intent()).expect(400);
    assert_eq!(reference(&owner.get_intent(&id).expect(200)), reference(&created));
}

#[test]
fn what_an_intent_may_not_be_is_refused() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("refused"), &[SC, CMSA]);
    let block = Block::somewhere();
    let good = block.intent();
    let volume = |field: &str, value: Value| with(&good, &format!("extents/0/{field}"), value);
    let subscription = with(&good, "new_subscription", new_subscription());
    let both = with(&subscription, "subscription_id", id());
    let mut refused = vec![
        ("no extents", without(&good, "extents")),
        ("empty extents", with(&good, "extents", json!([]))),
        ("no base URL", without(&good, "uss_base_url")),
        ("empty base URL", with(&good, "uss_base_url", "")),
        ("another scheme", with(&good, "uss_base_url", "ftp://uss.test")),
        ("no URL", with(&good, "uss_base_url", "uss.test/utm")),
        ("no state", without(&good, "state")),
        ("unknown state", with(&good, "state", "Ended")),
        ("both subscriptions", both),
        ("ended", block.during(-2 * HOUR, -5).intent()),
        ("31 days ahead", block.during(31 * DAY, 31 * DAY + HOUR).intent()),
        ("start after end", block.during(HOUR, HOUR - 1).intent()),
        ("start is end", block.between(block.start(), block.start()).intent()),
        ("lower above upper", block.height(100.0, 99.0).intent()),
        (
            "feet",
            volume(
                "volume/altitude_lower",
                json!({ "value": 0, "reference": "W84", "units": "FT" }),
            ),
        ),
        (
            "above sea",
            volume(
                "volume/altitude_lower",
                json!({ "value": 0, "reference": "AMSL", "units": "M" }),
            ),
        ),
        ("below the earth", volume("volume/altitude_lower", altitude(-8001.0))),
        ("in space", volume("volume/altitude_upper", altitude(100_001.0))),
        ("time in another format", volume("time_start/format", json!("UNIX"))),
        ("no time", volume("time_start/value", json!("soon"))),
    ];
    for field in ["time_start", "time_end", "volume/altitude_lower", "volume/altitude_upper"] {
        refused.push((field, without(&good, &format!("extents/0/{field}"))));
    }
    for state in ["Activated", "Nonconforming", "Contingent"] {
        refused.push((state, with(&subscription, "state", state)));
    }
    for (what, body) in &refused {
        let answer = caller.create_intent(&id(), body);
        assert_eq!(answer.code(), 400, "{what}: {}", answer.response.json);
    }
    let left = caller.query_intents(&block.all_heights().area()).expect(200);
    assert_eq!(left["operational_intent_references"], json!([]));
}

#[test]
fn a_volume_without_a_bound_is_bounded_by_the_others() {
    let sky = Sky::shared();
    let owner = Caller::new(&sky, &party("union"), &[SC]);
    let block = Block::somewhere();
    let open = without(&block.volume(), "time_start");
    owner.create_intent(&id(), &intent_over(&[open, block.volume()])).expect(201);
}

#[test]
fn thirty_days_ahead_and_a_start_in_the_past_are_allowed() {
    let sky = Sky::shared();
    let owner = Caller::new(&sky, &party("horizon"), &[SC]);
    let block = Block::somewhere();
    owner.create_intent(&id(), &block.during(30 * DAY - HOUR, 30 * DAY).intent()).expect(201);
    owner.create_intent(&id(), &block.during(-DAY, MINUTE).intent()).expect(201);
}

#[test]
fn trouble_is_declared_with_the_scope_for_it() {
    let sky = Sky::shared();
    let subject = party("trouble");
    let planner = Caller::new(&sky, &subject, &[SC]);
    let monitor = Caller::new(&sky, &subject, &[CMSA]);
    let (block, id) = (Block::somewhere(), id());
    let body = with(&block.intent(), "new_subscription", new_subscription());
    let created = planner.create_intent(&id, &body).expect(201);
    let mut current = ovn(&created).to_owned();
    for state in ["Nonconforming", "Contingent"] {
        let body = with(&body, "state", state);
        planner.update_intent(&id, &current, &body).expect(403);
        let changed = monitor.update_intent(&id, &current, &body).expect(200);
        assert_eq!(reference(&changed)["state"], state);
        current = ovn(&changed).to_owned();
    }
}

#[test]
fn a_flight_that_is_not_merely_accepted_needs_a_subscription() {
    let sky = Sky::shared();
    let owner = Caller::new(&sky, &party("watch"), &[SC, CMSA]);
    let (block, id) = (Block::somewhere(), id());
    let created = owner.create_intent(&id, &block.intent()).expect(201);
    for state in ["Activated", "Nonconforming", "Contingent"] {
        owner.update_intent(&id, ovn(&created), &with(&block.intent(), "state", state)).expect(400);
    }
}

#[test]
fn an_ovn_is_made_with_the_suffix_that_was_asked_for_and_never_again() {
    let sky = Sky::shared();
    let owner = Caller::new(&sky, &party("suffix"), &[SC]);
    let (block, id) = (Block::somewhere(), id());
    let wish = |suffix: &str| with(&block.intent(), "requested_ovn_suffix", suffix);
    let first = suffix(0);
    let created = owner.create_intent(&id, &wish(&first)).expect(201);
    assert_eq!(ovn(&created), format!("{id}_{first}"));
    let second = suffix(-4 * MINUTE);
    let changed = owner.update_intent(&id, ovn(&created), &wish(&second)).expect(200);
    assert_eq!(ovn(&changed), format!("{id}_{second}"));
    for (what, bad) in [
        ("the current one", second.as_str()),
        ("a past one", first.as_str()),
        ("ten minutes old", &suffix(-10 * MINUTE)),
        ("ten minutes ahead", &suffix(10 * MINUTE)),
        ("version 4", &super::bodies::id()),
        ("no UUID", "suffix"),
        ("in braces", &format!("{{{}}}", suffix(0))),
        ("as a URN", &format!("urn:uuid:{}", suffix(0))),
        ("without hyphens", &suffix(0).replace('-', "")),
    ] {
        let answer = owner.update_intent(&id, ovn(&changed), &wish(bad));
        assert_eq!(answer.code(), 400, "{what}: {}", answer.response.json);
        // An error of a parameter stands before what is current.
        if what != "the current one" && what != "a past one" {
            owner.update_intent(&id, "fedcba9876543210", &wish(bad)).expect(400);
        }
    }
}

#[test]
fn unknown_fields_are_ignored_and_null_is_absent() {
    let sky = Sky::shared();
    let owner = Caller::new(&sky, &party("fields"), &[SC]);
    let mut body = Block::somewhere().intent();
    body["flight_number"] = json!({ "x": [1] });
    body["extents"][0]["volume"]["outline_circle"] = Value::Null;
    for field in ["key", "subscription_id", "new_subscription", "requested_ovn_suffix"] {
        body[field] = Value::Null;
    }
    let created = owner.create_intent(&id(), &body).expect(201);
    assert_eq!(reference(&created)["subscription_id"], NO_SUBSCRIPTION);
    assert!(subscribers(&created).is_empty());
}

#[test]
fn times_are_kept_to_the_microsecond() {
    let sky = Sky::shared();
    let owner = Caller::new(&sky, &party("time"), &[SC]);
    let mut end = time_from_now(HOUR);
    let second = instant(&end).as_second();
    end["value"] =
        json!(Timestamp::from_microsecond(second * 1_000_000 + 123_457).unwrap().to_string());
    let block = Block::somewhere();
    let block = block.between(block.start(), &end);
    let created = owner.create_intent(&id(), &block.intent()).expect(201);
    let kept = instant(&reference(&created)["time_end"]);
    assert_eq!(kept.as_microsecond(), second * 1_000_000 + 123_457);
}

#[test]
fn an_intent_shows_the_availability_of_its_manager() {
    let sky = Sky::shared();
    let owner = Caller::new(&sky, &party("shown"), &[SC]);
    let id = id();
    owner.create_intent(&id, &Block::somewhere().intent()).expect(201);
    let arbiter = Caller::new(&sky, "arbiter", &[AA]);
    let mut version = String::new();
    for state in ["Normal", "Down", "Unknown"] {
        let set = arbiter.set_availability(&owner.subject, &version, state).expect(200);
        version = super::caller::text(&set["version"]).to_owned();
        let found = owner.get_intent(&id).expect(200);
        assert_eq!(reference(&found)["uss_availability"], state);
    }
}

#[test]
fn a_query_finds_what_shares_space_altitude_and_time_with_it() {
    let sky = Sky::shared();
    let owner = Caller::new(&sky, &party("query"), &[SC]);
    let (block, id) = (Block::somewhere(), id());
    let long = block.during(-DAY, HOUR);
    owner.create_intent(&id, &long.intent()).expect(201);
    let found = |area: &Value| {
        let answer = owner.query_intents(&json!({ "area_of_interest": area })).expect(200);
        ids(&answer["operational_intent_references"])
    };
    let nothing: [&str; 0] = [];
    assert_eq!(found(&long.volume()), [&*id]);
    assert_eq!(found(&long.north(1.0).volume()), nothing);
    // 100 m is shared, 100.5 m is not; so is the last instant.
    assert_eq!(found(&long.height(100.0, 200.0).volume()), [&*id]);
    assert_eq!(found(&long.height(100.5, 200.0).volume()), nothing);
    assert_eq!(found(&long.between(long.end(), &time_from_now(2 * HOUR)).volume()), [&*id]);
    assert_eq!(found(&long.during(HOUR + 60, 2 * HOUR).volume()), nothing);
    // Past hours are found when they are asked for; missing bounds are open.
    assert_eq!(found(&long.during(-2 * DAY, -23 * HOUR).volume()), [&*id]);
    assert_eq!(found(&long.during(-2 * DAY, -25 * HOUR).volume()), nothing);
    let mut open = without(&long.all_heights().volume(), "time_start");
    assert_eq!(found(&open), [&*id]);
    open = without(&open, "time_end");
    assert_eq!(found(&open), [&*id]);
    for field in ["area_of_interest", "area_of_interest/volume/outline_polygon"] {
        owner.query_intents(&without(&long.area(), field)).expect(400);
    }
}
