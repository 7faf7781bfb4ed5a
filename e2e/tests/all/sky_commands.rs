//! `keepclear sky` and `keepclear log` as an operator uses them.

use e2e::sky::{Options, Sky};
use e2e::{Run, keepclear};
use serde_json::Value;

/// Exit 2, and one message that names the flag.
fn refused(run: &Run, words: &[&str]) {
    assert_eq!(run.code, 2, "{}", run.stderr);
    for word in words {
        assert!(run.stderr.contains(word), "{word:?} is missing in: {}", run.stderr);
    }
}

#[test]
fn a_start_with_a_bad_configuration_names_the_flag_and_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let start = |more: &[&str]| {
        let mut arguments = vec!["sky", "--data", &data, "--listen", "127.0.0.1:0"];
        arguments.extend(more);
        keepclear(&arguments)
    };
    refused(&start(&["--audiences", "localhost"]), &["issuers", "--public-key-files"]);
    let missing = ["--audiences", "localhost", "--public-key-files", "no-such.pem"];
    refused(&start(&missing), &["no-such.pem"]);
    let trial = ["--trial", "--trial-issuer-listen", "127.0.0.1:0"];
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut busy = vec!["sky", "--data", &data, "--listen", &address];
    busy.extend(trial);
    refused(&keepclear(&busy), &["listen", &address, "free"]);
    // The failed start above has founded the trial, as an exercise and with compatible matching.
    let otherwise = start(&[&trial[..], &["--matching", "precise"]].concat());
    refused(&otherwise, &["matching", "compatible", "precise"]);
}

#[test]
fn a_second_process_on_one_folder_is_refused() {
    let sky = Sky::start(Options::default());
    let data = sky.data().display().to_string();
    let second = keepclear(&["sky", "--data", &data, "--listen", "127.0.0.1:0", "--trial"]);
    refused(&second, &["data", &data]);
}

#[test]
fn a_log_is_verified_exported_and_replayed_while_the_sky_runs() {
    let sky = Sky::start(Options::default());
    let token = sky.token("exporter", &["utm.strategic_coordination"]);
    let before = jiff::Timestamp::now().to_string();
    let body = serde_json::json!({
        "extents": [{
            "volume": {"outline_circle": {"center": {"lat": 1.0, "lng": 1.0},
                                          "radius": {"value": 10, "units": "M"}},
                       "altitude_lower": {"value": 0, "reference": "W84", "units": "M"},
                       "altitude_upper": {"value": 10, "reference": "W84", "units": "M"}},
            "time_start": {"value": before, "format": "RFC3339"},
            "time_end": {"value": "2100-01-01T00:00:00Z", "format": "RFC3339"}}],
        "state": "Accepted", "uss_base_url": "https://uss.example.com"});
    let id = "bbbbbbbb-0000-4000-8000-000000000001";
    let path = format!("/dss/v1/operational_intent_references/{id}");
    assert_eq!(sky.request("PUT", &path, Some(&token), Some(&body)).status, 201);

    let data = sky.data().display().to_string();
    let verified = keepclear(&["log", "verify", "--data", &data]);
    assert_eq!(verified.code, 0, "{}", verified.stderr);
    let exported = keepclear(&["log", "export", "--data", &data]);
    let entries: Vec<Value> =
        exported.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(entries.last().unwrap()["principal"]["subject"], "exporter");
    for pair in entries.windows(2) {
        assert_eq!(pair[1]["previous"], pair[0]["hash"]);
    }
    let replay = |until: &str| -> Value {
        let run = keepclear(&["log", "replay", "--data", &data, "--until", until]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        serde_json::from_str(&run.stdout).unwrap()
    };
    assert_eq!(replay("now")["operational_intents"][0]["id"], id);
    assert_eq!(replay(&before)["operational_intents"], serde_json::json!([]));
}

#[test]
fn an_unknown_log_is_named() {
    refused(&keepclear(&["log", "verify", "--data", "no-such-folder"]), &["no-such-folder"]);
}
