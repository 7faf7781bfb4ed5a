//! The line through kills, hangs and a bad link, with real processes.

use std::time::{Duration, Instant};

use e2e::desk::{Desk, pair};
use e2e::keepclear;
use e2e::proxy::{Link, Proxy};
use e2e::sky::poll_for;
use serde_json::json;

use crate::support::{Files, collection, compare_equal, square};

/// What a desk says of a peer that is not there; wanted here.
const CUT: [&str; 3] = ["silent", "peer", "not reach"];

/// How often a desk is killed: a few times here, more for `scripts/long`.
fn kills() -> usize {
    std::env::var("KEEPCLEAR_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(3)
}

/// Says questions until the desk is gone, and answers the exchanges that were acknowledged.
fn say_until_gone(desk: &Desk, peer: &str) -> Vec<String> {
    let mut said = Vec::new();
    loop {
        let asked = ["question", peer, "--inform", "--from", "now", "--to", "+30min", "--json"];
        let run = desk.line_as("speak", &asked);
        let Ok(answer) = serde_json::from_str::<serde_json::Value>(&run.stdout) else { break };
        said.extend(answer["exchange"].as_str().map(str::to_owned));
        if run.code != 0 {
            break;
        }
    }
    said
}

#[test]
fn what_was_said_before_kill_9_reaches_the_other_desk_and_both_records_compare_equal() {
    let (north, mut south) = (Desk::start("North", &[]), Desk::start("South", &[]));
    pair(&north, &south);
    let mut north = north;
    north.allow_in_log(&CUT);
    south.allow_in_log(&CUT);
    let mut all = Vec::new();
    for round in 0..kills() {
        let said = std::thread::scope(|scope| {
            let killed = if round % 2 == 0 { &mut north } else { &mut south };
            let pid = killed.process_id();
            let speaking: &Desk = killed;
            let peer = if round % 2 == 0 { "South" } else { "North" };
            let speaker = scope.spawn(move || say_until_gone(speaking, peer));
            // The kill is to fall at another moment of the traffic each time.
            std::thread::sleep(Duration::from_millis(700 + (round as u64 * 137) % 400));
            Desk::kill_process(pid);
            speaker.join().unwrap()
        });
        let killed = if round % 2 == 0 { &mut north } else { &mut south };
        killed.kill9();
        killed.launch();
        assert!(!said.is_empty(), "round {round}: nothing was said before the kill");
        all.extend(said);
        north.until("the line is open", || (north.line_state(&south) == "open").then_some(()));
    }
    for id in &all {
        for desk in [&north, &south] {
            desk.until(&format!("exchange {id}"), || {
                (desk.line_as("read", &["show", id, "--json"]).code == 0).then_some(())
            });
        }
    }
    for desk in [&north, &south] {
        let peer = if desk.party() == "North" { &south } else { &north };
        desk.until("the outbox is empty", || {
            (desk.line_view(peer)["health"]["outbox"] == 0).then_some(())
        });
    }
    let exported = [north.export(&south), south.export(&north)];
    compare_equal(&exported[0], &exported[1]);
    let data = south.data().display().to_string();
    assert_eq!(keepclear(&["log", "verify", "--data", &data]).code, 0);
}

#[test]
fn a_desk_that_hangs_is_seen_as_silent_within_five_seconds_and_the_line_heals_by_itself() {
    let (mut north, mut south) = (Desk::start("North", &[]), Desk::start("South", &[]));
    north.allow_in_log(&CUT);
    south.allow_in_log(&CUT);
    pair(&north, &south);
    south.pause(true);
    let begun = Instant::now();
    north.until("silence is seen", || (north.line_state(&south) == "silent").then_some(()));
    let seen = begun.elapsed();
    assert!(seen <= Duration::from_secs(5), "{seen:?}");
    assert!(north.watch().contains("SILENT"), "{}", north.watch());
    let asked =
        ["question", "South", "--inform", "--from", "now", "--to", "+30min", "--wait", "0s"];
    let printed = north.line(&asked);
    assert!(printed.contains("SENT, DELIVERY NOT KNOWN"), "{printed}");
    std::thread::sleep(Duration::from_secs(8).saturating_sub(begun.elapsed()));
    south.pause(false);
    north.until("healed", || (north.line_state(&south) == "open").then_some(()));
    south.until("healed", || (south.line_state(&north) == "open").then_some(()));
    south.until("what was said meanwhile", || (!south.exchanges(&north).is_empty()).then_some(()));
}

#[test]
fn a_notice_over_a_slow_link_that_breaks_is_read_back_and_no_cut_is_seen_that_is_none() {
    let nowhere = "127.0.0.1:9".parse().unwrap();
    let ways = [Proxy::start(nowhere, Link::SATELLITE), Proxy::start(nowhere, Link::SATELLITE)];
    let north = Desk::start_behind(&ways[0], "North", &[]);
    let south = Desk::start_behind(&ways[1], "South", &[]);
    pair(&north, &south);
    let files = Files::new();
    let features: Vec<_> = (0..10)
        .map(|number| {
            let at = |minutes: i64| {
                (jiff::Timestamp::now() + jiff::SignedDuration::from_mins(minutes)).to_string()
            };
            let properties = json!({
                "id": format!("area-{number}"), "lower": 0, "upper": 500,
                "start": at(20), "end": at(40),
            });
            square(10.0 + f64::from(number) * 0.1, 48.0, 0.02, &properties)
        })
        .collect();
    let file = files.json("areas.geojson", &collection(&features));
    let said = north.json(&["notice", "South", "--file", &file]);
    let id = said["exchange"].as_str().unwrap().to_owned();
    north.until_exchange(&id, "read_back");
    let mut broken = false;
    let until = Instant::now() + Duration::from_secs(20);
    poll_for(Duration::from_secs(21), || {
        for (desk, peer) in [(&north, &south), (&south, &north)] {
            let state = desk.line_state(peer);
            assert_eq!(
                state,
                "open",
                "{}: a cut that is none\n{}",
                desk.party(),
                desk.log_lines().join("\n")
            );
        }
        if !broken && until.saturating_duration_since(Instant::now()) < Duration::from_secs(12) {
            ways.iter().for_each(Proxy::break_connections);
            broken = true;
        }
        (Instant::now() >= until).then_some(())
    });
    assert!(broken);
    let exported = [north.export(&south), south.export(&north)];
    compare_equal(&exported[0], &exported[1]);
}

#[test]
fn a_position_that_the_other_desk_stored_9_km_off_is_never_shown_as_read_back() {
    let north = Desk::start("North", &[]);
    let south = Desk::start("South", &["--inject", "misplace=9000m"]);
    pair(&north, &south);
    let files = Files::new();
    let at = |minutes: i64| {
        (jiff::Timestamp::now() + jiff::SignedDuration::from_mins(minutes)).to_string()
    };
    let properties = json!({ "id": "x", "lower": 0, "upper": 500, "start": at(20), "end": at(40) });
    let file = files.json("x.geojson", &collection(&[square(10.0, 48.0, 0.02, &properties)]));
    let said = north.json(&["notice", "South", "--file", &file]);
    let id = said["exchange"].as_str().unwrap().to_owned();
    let disputed = north.until_exchange(&id, "disputed");
    let apart_m = disputed["differences"][0]["apart_m"].as_f64().unwrap();
    assert!((8_999.0..9_001.0).contains(&apart_m), "{disputed}");
    south.until_exchange(&id, "disputed");
    assert!(north.watch().contains("DISPUTED"), "{}", north.watch());
}

#[test]
fn a_log_shows_what_the_desk_knew_at_a_time() {
    let (north, south) = (Desk::start("North", &[]), Desk::start("South", &[]));
    pair(&north, &south);
    let before = jiff::Timestamp::now().to_string();
    let said = north.json(&["question", "South", "--inform", "--from", "now", "--to", "+30min"]);
    let id = said["exchange"].as_str().unwrap().to_owned();
    north.until_exchange(&id, "read_back");
    let data = north.data().display().to_string();
    let replay = |until: &str| {
        let run = keepclear(&["log", "replay", "--data", &data, "--until", until]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let shown: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        shown["lines"][0]["view"]["exchanges"].as_array().unwrap().len()
    };
    assert_eq!(replay(&before), 0);
    assert_eq!(replay("now"), 1);
    for verb in ["verify", "export"] {
        let run = keepclear(&["log", verb, "--data", &data]);
        assert_eq!(run.code, 0, "{verb}: {}", run.stderr);
        assert!(!run.stdout.is_empty());
    }
}
