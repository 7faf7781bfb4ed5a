//! A line that is cut for long while both sides go on speaking.
//!
//! Nobody may be told more than is known: until the cut ends, what was said has perhaps not come.

use std::time::{Duration, Instant};

use e2e::desk::{Desk, pair};
use e2e::proxy::{Link, Proxy};
use e2e::sky::poll_for;

use crate::support::{Files, compare_equal, heard, one_area};

/// Within this a cut has to be on both screens.
const SHOWN_WITHIN: Duration = Duration::from_secs(5);
/// Notices that each side says meanwhile; evenly over the cut.
const NOTICES: u32 = 8;

/// How long it lasts: a little here, longer for `scripts/long`.
fn length() -> Duration {
    let asked = std::env::var("KEEPCLEAR_CUT_S").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(asked.unwrap_or(30))
}

fn say(desk: &Desk, peer: &Desk, what: &str, file: &str) -> String {
    let said = desk.json(&[what, peer.party(), "--file", file, "--wait", "0s"]);
    said["exchange"].as_str().unwrap().to_owned()
}

#[test]
fn what_both_sides_say_during_a_long_cut_is_shown_as_not_known_and_comes_once_and_in_order() {
    let nowhere = "127.0.0.1:9".parse().unwrap();
    let ways = [Proxy::start(nowhere, Link::FAST), Proxy::start(nowhere, Link::FAST)];
    let desk = |way: &Proxy, party| {
        let mut desk = Desk::start_behind(way, party, &[]);
        desk.allow_in_log(&["silent", "peer", "not reach"]);
        desk
    };
    let (north, south) = (desk(&ways[0], "North"), desk(&ways[1], "South"));
    pair(&north, &south);
    let sides = [(&north, &south), (&south, &north)];
    let files = Files::new();
    let file = files.json("area.geojson", &one_area("area", 10.0));

    ways.iter().for_each(|way| way.cut(true));
    let begun = Instant::now();
    for (desk, peer) in sides {
        desk.until("the cut is shown", || (desk.line_state(peer) == "silent").then_some(()));
    }
    let shown = begun.elapsed();
    assert!(shown <= SHOWN_WITHIN, "{shown:?}");

    let (mut notices, mut distress) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for number in 0..NOTICES {
        for (at, (desk, peer)) in sides.into_iter().enumerate() {
            notices[at].push(say(desk, peer, "notice", &file));
            if number == NOTICES / 2 {
                distress[at].push(say(desk, peer, "distress", &file));
            }
        }
        let next = length() * (number + 1) / NOTICES;
        poll_for(next.saturating_sub(begun.elapsed()), || {
            for (desk, peer) in sides {
                assert_eq!(desk.line_state(peer), "silent", "{} heals by itself", desk.party());
            }
            None::<()>
        });
    }
    for (at, (desk, peer)) in sides.into_iter().enumerate() {
        for id in notices[at].iter().chain(&distress[at]) {
            let seen = desk.exchange(id);
            assert_eq!(seen["state"], "released", "{seen}");
            assert!(seen["messages"][0]["delivered_at"].is_null(), "{seen}");
        }
        let printed = desk.line(&["show", &notices[at][0]]);
        assert!(printed.contains("delivery not known"), "{printed}");
        assert!(desk.watch().contains("SILENT"), "{}", desk.watch());
        let outbox = desk.line_view(peer)["health"]["outbox"].as_u64().unwrap();
        assert!(outbox > u64::from(NOTICES), "{outbox}");
        assert!(heard(desk, peer, "ordinary").is_empty());
    }
    let lasted = begun.elapsed();

    ways.iter().for_each(|way| way.cut(false));
    let healed = Instant::now();
    for (at, (desk, peer)) in sides.into_iter().enumerate() {
        for id in notices[at].iter().chain(&distress[at]) {
            desk.until_exchange(id, "read_back");
        }
        assert_eq!(heard(peer, desk, "ordinary"), notices[at], "each once, in order");
        assert_eq!(heard(peer, desk, "urgent"), distress[at], "each once");
        desk.until("the line is open", || (desk.line_state(peer) == "open").then_some(()));
        desk.until("the outbox is empty", || {
            (desk.line_view(peer)["health"]["outbox"] == 0).then_some(())
        });
    }
    println!(
        "cut for {lasted:?}, shown at both ends after {shown:?}, everything delivered {:?} after it ended",
        healed.elapsed()
    );
    compare_equal(&north.export(&south), &south.export(&north));
}
