//! A desk whose disk is full: it neither says nor acknowledges what it cannot keep, and is not silent.
//!
//! A segment has its room from the start, so that a full disk is felt with the next one only. The test cuts off
//! what the first segment has left, instead of filling 64 MiB with messages.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use e2e::desk::{Desk, Place, pair};
use e2e::sky::poll_for;

use crate::support::{Disk, Files, compare_equal, heard, one_area};

/// Room for one segment of 64 MiB beside [`FILLER_BYTES`], and not for a second.
const DISK_MEGABYTES: u32 = 100;
const FILLER_BYTES: usize = 60 << 20;
/// What the first segment keeps: a few messages.
const LEFT_BYTES: u64 = 16 << 10;
/// Longer than a line may be silent before it counts as cut.
const WATCHED: Duration = Duration::from_secs(6);

/// Takes from a closed log most of the room that it had set aside.
fn shorten_segment(data: &Path) {
    let is_segment = |path: &std::path::PathBuf| path.extension().is_some_and(|it| it == "seg");
    let mut files = fs::read_dir(data).unwrap().map(|entry| entry.unwrap().path());
    let segment = files.find(is_segment).expect("a segment");
    let content = fs::read(&segment).unwrap();
    let used = content.iter().rposition(|&byte| byte != 0).unwrap() as u64;
    let length = (used + LEFT_BYTES).next_multiple_of(4 << 10);
    fs::OpenOptions::new().write(true).open(&segment).unwrap().set_len(length).unwrap();
}

fn say(desk: &Desk, peer: &Desk, what: &str, file: &str) -> Result<String, String> {
    let run =
        desk.line_as("speak", &[what, peer.party(), "--file", file, "--wait", "0s", "--json"]);
    if run.code != 0 {
        return Err(run.stderr);
    }
    let said: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    Ok(said["exchange"].as_str().unwrap().to_owned())
}

#[test]
fn a_desk_without_room_refuses_and_acknowledges_nothing_and_goes_on_when_there_is_room() {
    let Some(disk) = Disk::mount(DISK_MEGABYTES) else {
        println!("skipped: mounting a small disk needs root");
        return;
    };
    let north = Desk::start("North", &[]);
    let place = Place { data: Some(disk.path().join("data")), ..Place::default() };
    let mut south = Desk::start_in(place, "South", &[]);
    south.allow_in_log(&["no room for the log"]);
    pair(&north, &south);
    south.stop();
    shorten_segment(&south.data());
    let filler = disk.path().join("filler");
    fs::write(&filler, vec![0_u8; FILLER_BYTES]).unwrap();
    south.launch();
    let sides = [(&north, &south), (&south, &north)];
    for (desk, peer) in sides {
        desk.until("the line is open", || (desk.line_state(peer) == "open").then_some(()));
    }
    let files = Files::new();
    let file = files.json("area.geojson", &one_area("area", 10.0));

    let mut said = Vec::new();
    let refused = loop {
        assert!(said.len() < 100, "a small disk does not fill up");
        match say(&south, &north, "notice", &file) {
            Ok(id) => said.push(id),
            Err(refused) => break refused,
        }
    };
    assert!(!said.is_empty());
    for word in ["503", "no_room", "nothing was changed"] {
        assert!(refused.contains(word), "{word}: {refused}");
    }
    let unheard = ["notice", "distress"].map(|what| say(&north, &south, what, &file).unwrap());
    let watched = Instant::now();
    poll_for(WATCHED, || {
        for (desk, peer) in sides {
            assert_eq!(desk.line_state(peer), "open", "{}: no cut", desk.party());
        }
        None::<()>
    });
    assert!(watched.elapsed() >= WATCHED);
    for id in &unheard {
        let seen = north.exchange(id);
        assert_eq!(seen["state"], "released", "{seen}");
        assert!(seen["messages"][0]["delivered_at"].is_null(), "{seen}");
        assert_ne!(south.line_as("read", &["show", id]).code, 0, "{id} is half there");
    }
    assert!(north.line_view(&south)["health"]["outbox"].as_u64().unwrap() >= 2);
    // Distress has 10 s to its receipt.
    north.until("the alarm that distress is not delivered", || {
        let alarms = north.line_view(&south)["alarms"].clone();
        let mut all = alarms.as_array()?.iter();
        all.any(|alarm| alarm["kind"] == "not_delivered" && alarm["exchange"] == unheard[1])
            .then_some(())
    });
    assert_eq!(heard(&north, &south, "ordinary"), said, "the refused one is nowhere");
    let shown = south.exchanges(&north);
    assert_eq!(shown.len(), said.len(), "{shown:?}");

    fs::remove_file(&filler).unwrap();
    let freed = Instant::now();
    for id in &unheard {
        north.until_exchange(id, "read_back");
    }
    for id in &said {
        south.until_exchange(id, "read_back");
    }
    println!(
        "{} notices fit; all was delivered {:?} after there was room",
        said.len(),
        freed.elapsed()
    );
    said.push(say(&south, &north, "notice", &file).unwrap());
    south.until_exchange(&said[said.len() - 1], "read_back");
    assert_eq!(heard(&north, &south, "ordinary"), said, "each once, in order");
    for (desk, peer) in sides {
        desk.until("the outbox is empty", || {
            (desk.line_view(peer)["health"]["outbox"] == 0).then_some(())
        });
    }
    south.kill9();
    south.launch();
    north.until("the line is open", || (north.line_state(&south) == "open").then_some(()));
    compare_equal(&north.export(&south), &south.export(&north));
    // Before its disk is taken away.
    south.stop();
}
