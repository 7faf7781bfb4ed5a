//! Two desks in two network namespaces, and a wire between them that is slow, narrow and loses packets.
//!
//! A packet that is lost is repeated by the other end's kernel, a round trip late or more; whoever takes
//! that for a cut cries wolf.

use std::time::{Duration, Instant};

use e2e::desk::{Desk, PATIENCE, Place, pair};
use e2e::network::Network;
use e2e::proxy::Link;
use e2e::sky::poll_for;
use serde_json::Value;

use crate::support::{Files, compare_equal, heard, one_area};

/// Percent of the packets that each end drops.
const LOSS: u8 = 5;
/// Within this a cut has to be on both screens.
const SHOWN_WITHIN: Duration = Duration::from_secs(5);
/// A page lists 200 exchanges; both sides' notices must be among them.
const NOTICES_MAX: u64 = 75;

/// How long notices go to and fro: a little here, longer for `scripts/long`.
fn seconds() -> u64 {
    std::env::var("KEEPCLEAR_LOSS_S").ok().and_then(|text| text.parse().ok()).unwrap_or(20)
}

fn health_of(desk: &Desk, peer: &Desk) -> Value {
    desk.line_view(peer)["health"].clone()
}

/// That the line is open; and its last round trip, once there was one.
fn no_cut(desk: &Desk, peer: &Desk) -> Option<u64> {
    let health = health_of(desk, peer);
    let log = desk.log_lines().join("\n");
    assert_eq!(health["state"], "open", "{}: a cut that is none\n{health}\n{log}", desk.party());
    health["round_trip_ms"].as_u64()
}

#[test]
fn five_percent_loss_delays_and_reorders_nothing_that_a_person_sees_and_shows_no_cut() {
    let network = match Network::losing(Link::SATELLITE, LOSS) {
        Ok(network) => network,
        Err(reason) => {
            println!("skipped: a wire that loses packets needs root, iptables and TUN: {reason}");
            return;
        }
    };
    let desk = |end: usize, party| {
        let place = Place::namespace(network.namespace(end), Network::address(end));
        let mut desk = Desk::start_in(place, party, &[]);
        desk.allow_in_log(&["silent", "peer", "not reach"]);
        desk
    };
    let (north, south) = (desk(0, "North"), desk(1, "South"));
    pair(&north, &south);
    let sides = [(&north, &south), (&south, &north)];
    let files = Files::new();

    let every = Duration::from_secs((seconds() / NOTICES_MAX).max(2));
    let until = Instant::now() + Duration::from_secs(seconds());
    let mut said = [Vec::new(), Vec::new()];
    let mut round_trips = Vec::new();
    let mut next = Instant::now();
    poll_for(Duration::from_secs(seconds()) + PATIENCE, || {
        let speaks = Instant::now() >= next;
        if speaks {
            next += every;
        }
        for ((desk, peer), said) in sides.iter().zip(&mut said) {
            if speaks {
                // Its window begins soon, whenever that is said.
                let file = files.json("area.geojson", &one_area("area", 10.0));
                let notice = ["notice", peer.party(), "--file", &file, "--wait", "0s"];
                said.push(desk.json(&notice)["exchange"].as_str().unwrap().to_owned());
            }
            round_trips.extend(no_cut(desk, peer));
        }
        (Instant::now() >= until).then_some(())
    });
    for ((desk, peer), said) in sides.iter().zip(&said) {
        for id in said {
            desk.until_exchange(id, "read_back");
        }
        assert_eq!(heard(peer, desk, "ordinary"), *said, "each once, in order");
    }

    network.wire().cut(true);
    let down = Instant::now();
    for (desk, peer) in sides {
        desk.until("the cut is shown", || (desk.line_state(peer) == "silent").then_some(()));
    }
    let shown = down.elapsed();
    assert!(shown <= SHOWN_WITHIN, "{shown:?}");
    network.wire().cut(false);
    let up = Instant::now();
    for (desk, peer) in sides {
        desk.until("the line heals", || (desk.line_state(peer) == "open").then_some(()));
        desk.until("the outbox is empty", || (health_of(desk, peer)["outbox"] == 0).then_some(()));
    }
    let healed = up.elapsed();

    round_trips.sort_unstable();
    let packets = [network.packets(0), network.packets(1)];
    for end in packets {
        // Five standard deviations of that many draws.
        let (all, chance) = ((end.taken + end.dropped) as f64, f64::from(LOSS) / 100.0);
        let apart = (end.dropped as f64 - all * chance).abs();
        assert!(apart <= 5.0 * (all * chance * (1.0 - chance)).sqrt(), "{end:?}");
    }
    println!(
        "{} s, {} and {} notices, round trips {} to {} ms (half under {}), {packets:?}, {} overflowed; the cut \
         shown after {shown:?}, healed after {healed:?}",
        seconds(),
        said[0].len(),
        said[1].len(),
        round_trips[0],
        round_trips[round_trips.len() - 1],
        round_trips[round_trips.len() / 2],
        network.wire().overflowed(),
    );
    compare_equal(&north.export(&south), &south.export(&north));
}
