//! Constraint references: as intents, and where they differ.

use e2e::sky::Sky;
use serde_json::{Value, json};

use super::bodies::{
    BASE_URL, Block, DAY, HOUR, MINUTE, id, instant, party, suffix, with, without,
};
use super::caller::{AA, CM, CP, Caller, SC, ids, ovn, reference, told};

#[test]
fn a_constraint_is_created_read_changed_and_deleted() {
    let sky = Sky::shared();
    let owner = Caller::new(&sky, &party("authority"), &[CM]);
    let reader = Caller::new(&sky, &party("reader"), &[CP]);
    let (block, id) = (Block::somewhere(), id());
    let created = owner.create_constraint(&id, &block.constraint()).expect(201);
    let first = reference(&created);
    assert_eq!(first["id"], id);
    assert_eq!(first["manager"], owner.subject);
    assert_eq!(first["version"], 1);
    assert_eq!(first["uss_base_url"], BASE_URL);
    assert_eq!(instant(&first["time_start"]), instant(block.start()));
    assert_eq!(instant(&first["time_end"]), instant(block.end()));
    assert_eq!(created["subscribers"], json!([]));
    assert_eq!(reference(&owner.get_constraint(&id).expect(200)), first);
    assert_eq!(reference(&reader.get_constraint(&id).expect(200))["ovn"], "Available from USS");
    let found = reader.query_constraints(&block.area()).expect(200);
    assert_eq!(ids(&found["constraint_references"]), [&*id]);

    let later = block.during(20 * MINUTE, HOUR);
    let changed = owner.update_constraint(&id, ovn(&created), &later.constraint()).expect(200);
    assert_eq!(reference(&changed)["version"], 2);
    assert_ne!(ovn(&changed), ovn(&created));
    owner.delete_constraint(&id, ovn(&created)).expect(409);
    let deleted = owner.delete_constraint(&id, ovn(&changed)).expect(200);
    assert_eq!(reference(&deleted)["id"], id);
    owner.get_constraint(&id).expect(404);
    owner.delete_constraint(&id, ovn(&changed)).expect(404);
    assert_eq!(
        reader.query_constraints(&block.area()).expect(200)["constraint_references"],
        json!([])
    );
}

#[test]
fn only_the_owner_of_a_constraint_may_change_it() {
    let sky = Sky::shared();
    let owner = Caller::new(&sky, &party("authority"), &[CM]);
    let other = Caller::new(&sky, &party("other"), &[CM]);
    let (block, zone) = (Block::somewhere(), id());
    let created = owner.create_constraint(&zone, &block.constraint()).expect(201);
    let body = block.constraint();
    other.update_constraint(&zone, ovn(&created), &body).expect(403);
    other.delete_constraint(&zone, ovn(&created)).expect(403);
    owner.create_constraint(&zone, &body).expect(409);
    owner.update_constraint(&zone, "fedcba9876543210", &body).expect(409);
    // An intent that is not there is a 400; a constraint is a 409.
    owner.update_constraint(&id(), ovn(&created), &body).expect(409);
}

#[test]
fn what_a_constraint_may_not_be_is_refused() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("refused"), &[CM]);
    let block = Block::somewhere();
    let good = block.constraint();
    for (what, body) in [
        ("no start", without(&good, "extents/0/time_start")),
        ("no end", without(&good, "extents/0/time_end")),
        ("no extents", without(&good, "extents")),
        ("empty extents", with(&good, "extents", json!([]))),
        ("no base URL", without(&good, "uss_base_url")),
        ("ended", block.during(-2 * HOUR, -5).constraint()),
        ("57 days ahead", block.during(57 * DAY, 57 * DAY + HOUR).constraint()),
        ("longer than a day", block.during(HOUR, HOUR + DAY + 5).constraint()),
        ("start is end", block.between(block.end(), block.end()).constraint()),
        // A square of 1.2 degrees is more than 10,000 km² everywhere up to 40 degrees of latitude.
        ("too large", block.half(0.6).constraint()),
    ] {
        let answer = caller.create_constraint(&id(), &body);
        assert_eq!(answer.code(), 400, "{what}: {}", answer.response.json);
    }
    let query = block.area();
    caller
        .query_constraints(&without(&query, "area_of_interest/volume/outline_polygon"))
        .expect(400);
    caller.query_constraints(&without(&query, "area_of_interest")).expect(400);
    caller.query_constraints(&block.half(0.6).area()).expect(400);
}

#[test]
fn altitudes_are_optional_and_days_ahead_allowed() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("allowed"), &[CM]);
    let block = Block::somewhere();
    caller.create_constraint(&id(), &block.all_heights().constraint()).expect(201);
    let far = block.during(56 * DAY - DAY, 56 * DAY - HOUR);
    caller.create_constraint(&id(), &far.constraint()).expect(201);
    // More than an intent may have: 0.6 degrees square is at least 3,400 km² up to 40 degrees.
    caller.create_constraint(&id(), &block.half(0.3).constraint()).expect(201);
}

#[test]
fn the_ovn_of_a_constraint_is_made_by_the_sky_alone() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("made"), &[CM]);
    let suffix = suffix(0);
    let mut body: Value = Block::somewhere().constraint();
    body["requested_ovn_suffix"] = json!(suffix);
    let created = caller.create_constraint(&id(), &body).expect(201);
    assert!(!ovn(&created).contains(&suffix), "{}", ovn(&created));
}

#[test]
fn the_availability_of_a_constraints_manager_is_not_shown() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("hidden"), &[CM]);
    let id = id();
    Caller::new(&sky, "arbiter", &[AA]).set_availability(&caller.subject, "", "Normal").expect(200);
    caller.create_constraint(&id, &Block::somewhere().constraint()).expect(201);
    let found = caller.get_constraint(&id).expect(200);
    assert_eq!(reference(&found)["uss_availability"], "Unknown");
}

#[test]
fn subscriptions_to_constraints_over_the_old_or_the_new_extent_are_told() {
    let sky = Sky::shared();
    let authority = Caller::new(&sky, &party("authority"), &[CM]);
    let reader = Caller::new(&sky, &party("reader"), &[CP, SC]);
    let here = Block::somewhere();
    let there = here.north(1.0);
    let subscribe = |block: &Block, field: &str| {
        let id = id();
        reader.create_subscription(&id, &with(&block.subscription(), field, false)).expect(200);
        id
    };
    let watch_here = subscribe(&here, "notify_for_operational_intents");
    let watch_there = subscribe(&there, "notify_for_operational_intents");
    let deaf = subscribe(&here, "notify_for_constraints");
    let zone = id();
    let indices =
        |change| (told(change, &watch_here), told(change, &watch_there), told(change, &deaf));
    let created = authority.create_constraint(&zone, &here.constraint()).expect(201);
    assert_eq!(indices(&created), (Some(1), None, None));
    let moved = authority.update_constraint(&zone, ovn(&created), &there.constraint()).expect(200);
    assert_eq!(indices(&moved), (Some(2), Some(1), None));
    let deleted = authority.delete_constraint(&zone, ovn(&moved)).expect(200);
    assert_eq!(indices(&deleted), (None, Some(2), None));
}
