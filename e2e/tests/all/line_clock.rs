//! A desk whose clock is wrong: both are told, and the line works all the same.

use std::path::PathBuf;

use e2e::desk::{Desk, Place, pair};
use e2e::keepclear;
use serde_json::Value;

use crate::support::{Files, one_area};

/// South's clock is ahead by this, seconds.
const AHEAD_S: i64 = 30;
/// A busy machine's part in a difference that was measured over a round trip, milliseconds.
const MEASURED_WITHIN_MS: i64 = 2_000;

/// The library that gives a process another clock, where Debian's package `faketime` has it.
fn faketime() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?;
    let mut libraries =
        folders.filter_map(|entry| Some(entry.ok()?.path().join("faketime/libfaketimeMT.so.1")));
    libraries.find(|library| library.is_file())
}

fn alarm(desk: &Desk, peer: &Desk) -> Option<Value> {
    let view = desk.line_view(peer);
    let mut alarms = view["alarms"].as_array()?.iter();
    alarms.find(|alarm| alarm["kind"] == "clocks_apart").cloned()
}

/// The node of a party's ordinary lane in a record, and its entries.
fn ordinary_lane_of(party: &str, record: &str) -> (String, u64) {
    let printed = keepclear(&["record", "verify", record, "--clock-max", "60s"]).stdout;
    let words = format!("{party} ordinary, node ");
    let rest = printed.lines().find_map(|line| line.strip_prefix(&words));
    let (node, rest) = rest.and_then(|rest| rest.split_once(": ")).unwrap();
    (node.to_owned(), rest.split_once(' ').unwrap().0.parse().unwrap())
}

/// The same notice from one desk to the other, answered by a person there.
fn notice_and_acknowledgement(from: &Desk, to: &Desk, file: &str) {
    let said = from.json(&["notice", to.party(), "--file", file]);
    let id = said["exchange"].as_str().unwrap();
    from.until_exchange(id, "read_back");
    to.until_known(id);
    to.line(&["ack", id]);
    from.until_exchange(id, "acknowledged");
}

#[test]
fn clocks_that_are_30_s_apart_raise_an_alarm_at_both_ends_and_only_times_differ_in_the_records() {
    let Some(library) = faketime() else {
        println!("skipped: another clock for one process needs the package faketime");
        return;
    };
    let environment = [
        ("LD_PRELOAD", library.display().to_string()),
        ("FAKETIME", format!("+{AHEAD_S}s")),
        // Waits are not to change.
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ];
    let environment = environment.map(|(name, value)| (name.to_owned(), value)).to_vec();
    let north = Desk::start("North", &[]);
    let south = Desk::start_in(Place { environment, ..Place::default() }, "South", &[]);
    pair(&north, &south);
    let files = Files::new();
    let file = files.json("area.geojson", &one_area("area", 10.0));

    for (desk, peer, ahead_s) in [(&north, &south, AHEAD_S), (&south, &north, -AHEAD_S)] {
        desk.until("the alarm", || alarm(desk, peer));
        let apart_ms = desk.line_view(peer)["health"]["clock_apart_ms"].as_i64().unwrap();
        assert!((apart_ms - ahead_s * 1_000).abs() < MEASURED_WITHIN_MS, "{apart_ms}");
        notice_and_acknowledgement(desk, peer, &file);
    }
    for (desk, peer) in [(&north, &south), (&south, &north)] {
        assert!(alarm(desk, peer).is_some());
        assert_eq!(desk.line_state(peer), "open");
        let faults = &desk.line_view(peer)["faults"];
        assert!(faults.as_array().unwrap().is_empty(), "{faults}");
        desk.until("the outbox is empty", || {
            (desk.line_view(peer)["health"]["outbox"] == 0).then_some(())
        });
    }

    let (one, other) = (north.export(&south), south.export(&north));
    let strict = keepclear(&["record", "compare", &one, &other, "--format", "json"]);
    assert_eq!(strict.code, 1, "{}", strict.stderr);
    let found: Vec<Value> =
        strict.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // North has what South says before South says it, all of it; South has what North says later, as it should.
    let (node, count) = ordinary_lane_of("South", &one);
    assert!(count >= 2, "a notice and a receipt");
    let places: Vec<u64> = found.iter().map(|found| found["seq"].as_u64().unwrap()).collect();
    assert_eq!(places, (1..=count).collect::<Vec<_>>(), "{found:?}");
    for difference in &found {
        assert_eq!(difference["kind"], "clock", "{difference}");
        assert_eq!(difference["node"], node, "{difference}");
    }
    println!("{count} entries of South are named: {}", found[0]);
    let lenient = keepclear(&["record", "compare", &one, &other, "--clock-max", "60s"]);
    assert_eq!(lenient.code, 0, "{}\n{}", lenient.stdout, lenient.stderr);
    // The other way round, too.
    let turned = keepclear(&["record", "compare", &other, &one, "--clock-max", "60s"]);
    assert_eq!(turned.code, 0, "{}\n{}", turned.stdout, turned.stderr);
}
