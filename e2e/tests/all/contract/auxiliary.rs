//! The auxiliary interface: what this instance and its pool are.

use e2e::sky::{Options, Sky};
use jiff::Timestamp;
use serde_json::Value;

use super::bodies::party;
use super::caller::{Caller, ask, text};

const STATUS: &str = "interuss.pool_status.read";
const HEARTBEAT: &str = "interuss.pool_status.heartbeat.write";

#[test]
fn the_version_is_that_of_the_binary() {
    let sky = Sky::shared();
    let version = ask(&sky, "getVersion", &[], None, None).expect(200)["version"].clone();
    let said = e2e::keepclear(&["--version"]).stdout;
    let number = said.trim().strip_prefix("keepclear ").unwrap();
    assert!(text(&version).contains(number), "{version} is not {number}");
    let scope = "interuss.versioning.read_system_versions";
    let caller = Caller::new(&sky, &party("tester"), &[scope]);
    // Whatever boundary is asked about, one binary is behind it.
    for identity in ["keepclear", "test.boundary.v1_2"] {
        let found = caller.call("GetVersion", &[identity], None).expect(200);
        assert_eq!(found["system_identity"], identity);
        assert!(text(&found["system_version"]).contains(number), "{found}");
    }
}

#[test]
fn a_token_is_validated_for_its_owner_alone() {
    let sky = Sky::shared();
    for scope in ["dss.read.identification_service_areas", "dss.write.identification_service_areas"]
    {
        let caller = Caller::new(&sky, &party("validated"), &[scope]);
        let owner = format!("?owner={}", caller.subject);
        caller.call("validateOauth", &[&owner], None).expect(200);
        caller.call("validateOauth", &["?owner=somebody-else"], None).expect(403);
    }
}

#[test]
fn the_pool_keeps_its_id_over_restarts_and_two_pools_differ() {
    let mut sky = Sky::start(Options::default());
    let pool = |sky: &Sky| {
        let caller = Caller::new(sky, &party("status"), &[STATUS]);
        text(&caller.call("getPool", &[], None).expect(200)["dar_id"]).to_owned()
    };
    let id = pool(&sky);
    assert!(!id.is_empty());
    sky.restart();
    assert_eq!(pool(&sky), id);
    assert_ne!(pool(&Sky::shared()), id);
}

fn own_instance(list: &Value) -> Value {
    let instances = list["dss_instances"].as_array().unwrap();
    assert_eq!(instances.len(), 1, "one node is one instance: {list}");
    instances[0].clone()
}

#[test]
fn a_heartbeat_is_recorded_with_who_sent_it_and_when_the_next_is_due() {
    let sky = Sky::start(Options::default());
    let reader = Caller::new(&sky, &party("reader"), &[STATUS]);
    let sender = Caller::new(&sky, &party("sender"), &[HEARTBEAT]);
    let mut ids = Vec::new();
    let mut last_index = None;
    for (query, time) in [
        ("?source=first", None),
        (
            "?source=second&timestamp=2026-01-02T03:04:05Z&next_heartbeat_expected_before=2026-01-02T04:00:00Z",
            Some("2026-01-02T03:04:05Z"),
        ),
    ] {
        let answer = sender.call("putDSSInstancesHeartbeat", &[query], None).expect(201);
        let instance = own_instance(&answer);
        ids.push(instance["id"].clone());
        let beat = &instance["most_recent_heartbeat"];
        assert_eq!(beat["reporter"], sender.subject);
        assert!(query.contains(text(&beat["source"])), "{beat}");
        let index = beat["index"].as_i64();
        assert!(index > last_index, "{index:?} after {last_index:?}");
        last_index = index;
        let stamp: Timestamp = text(&beat["timestamp"]).parse().unwrap();
        match time {
            Some(time) => {
                assert_eq!(stamp, time.parse().unwrap());
                let due: Timestamp = text(&beat["next_heartbeat_expected_before"]).parse().unwrap();
                assert_eq!(due, "2026-01-02T04:00:00Z".parse().unwrap());
            }
            None => assert!(stamp.duration_since(Timestamp::now()).as_secs().abs() < 60, "{stamp}"),
        }
        assert_eq!(reader.call("getDSSInstances", &[], None).expect(200), answer);
    }
    assert_eq!(ids[0], ids[1]);
    for bad in ["", "?timestamp=2026-01-02T03:04:05Z", "?source=x&timestamp=noon"] {
        sender.call("putDSSInstancesHeartbeat", &[bad], None).expect(400);
    }
}

#[test]
fn options_of_other_implementations_and_certificates_are_answered() {
    let sky = Sky::shared();
    let caller = Caller::new(&sky, &party("status"), &[STATUS]);
    caller.call("getGlobalOptions", &[], None).expect(200);
    for operation in ["getAcceptedCAs", "getInstanceCAs"] {
        ask(&sky, operation, &[], None, None).expect(200);
    }
}
