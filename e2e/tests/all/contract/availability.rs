//! Whether a party answers, as arbiters say it; and reports of communication that failed.

use e2e::sky::Sky;
use serde_json::json;

use super::bodies::{party, with, without};
use super::caller::{AA, CM, CMSA, CP, Caller, SC, text};
use super::examples::report;

#[test]
fn a_party_that_nobody_has_judged_is_unknown() {
    let sky = Sky::shared();
    let uss = party("unheard-of");
    for scope in [AA, SC, CMSA] {
        let found =
            Caller::new(&sky, &party("reader"), &[scope]).get_availability(&uss).expect(200);
        assert_eq!(found["version"], "");
        assert_eq!(found["status"]["uss"], uss);
        assert_eq!(found["status"]["availability"], "Unknown");
    }
}

#[test]
fn an_availability_is_set_by_whoever_knows_the_present_one() {
    let sky = Sky::shared();
    let arbiter = Caller::new(&sky, &party("arbiter"), &[AA]);
    let uss = party("judged");
    let mut version = String::new();
    for (said, read) in
        [("Normal", "Normal"), ("DOWN", "Down"), ("unknown", "Unknown"), ("down", "Down")]
    {
        let set = arbiter.set_availability(&uss, &version, said).expect(200);
        assert_eq!(set["status"]["availability"], read);
        assert_eq!(arbiter.get_availability(&uss).expect(200), set);
        assert_ne!(text(&set["version"]), version);
        arbiter.set_availability(&uss, &version, "Normal").expect(409);
        version = text(&set["version"]).to_owned();
    }
    arbiter.set_availability(&uss, "", "Normal").expect(409);
    arbiter.set_availability(&uss, &version, "Busy").expect(400);
    let body = json!({ "old_version": version });
    arbiter.call("setUssAvailability", &[&uss], Some(&body)).expect(400);
    let found = arbiter.get_availability(&uss).expect(200);
    assert_eq!(text(&found["version"]), version);
}

#[test]
fn a_report_is_kept_under_an_id_and_echoed() {
    let sky = Sky::shared();
    let mut seen = Vec::new();
    for scope in [SC, CMSA, CM, CP, AA] {
        let reporter = Caller::new(&sky, &party("reporter"), &[scope]);
        let sent = report();
        let mut kept = reporter.call("makeDssReport", &[], Some(&sent)).expect(201);
        let id = kept.as_object_mut().unwrap().remove("report_id").unwrap();
        assert!((1..=128).contains(&text(&id).len()), "{id}");
        assert!(!seen.contains(&id), "{id} twice");
        for (field, value) in sent["exchange"].as_object().unwrap() {
            if field == "request_time" {
                let kept = super::bodies::instant(&kept["exchange"][field]);
                assert_eq!(kept, super::bodies::instant(value));
            } else {
                assert_eq!(&kept["exchange"][field], value, "{field}");
            }
        }
        seen.push(id);
    }
    let reporter = Caller::new(&sky, &party("reporter"), &[SC]);
    for bad in [
        json!({}),
        without(&report(), "exchange/url"),
        without(&report(), "exchange/request_time"),
        with(&report(), "exchange/recorder_role", "Bystander"),
    ] {
        reporter.call("makeDssReport", &[], Some(&bad)).expect(400);
    }
}
