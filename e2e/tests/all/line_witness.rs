//! A third desk that reads along, with the built program at all three.

use e2e::desk::{Desk, pair};
use e2e::{Run, keepclear};

use crate::support::{Files, collection, square};
use serde_json::json;

fn notice_file(files: &Files) -> String {
    let at = |minutes| jiff::Timestamp::now() + jiff::SignedDuration::from_mins(minutes);
    let properties = json!({
        "id": "area", "lower": 0, "upper": 1_000,
        "start": at(20).to_string(), "end": at(40).to_string(),
    });
    files.json("area.geojson", &collection(&[square(10.0, 48.0, 0.05, &properties)]))
}

fn export_as_witness(west: &Desk, line: &str) -> String {
    let (data, out) = (west.data().display().to_string(), west.file("witness.export"));
    let _ = std::fs::remove_file(&out);
    let run = keepclear(&["record", "export", "--data", &data, "--line", line, "--out", &out]);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    out
}

fn compare(one: &str, other: &str) -> Run {
    keepclear(&["record", "compare", one, other])
}

#[test]
fn a_witness_reads_what_both_agreed_and_its_record_is_equal_to_that_of_each_party() {
    let north = Desk::start("North", &[]);
    let south = Desk::start("South", &[]);
    let west = Desk::start("West", &[]);
    pair(&north, &south);
    pair(&north, &west);
    pair(&south, &west);
    let named =
        north.line(&["witness", "South", "--name", "West", "--reads", "notices,commitments"]);
    assert!(named.contains("Named by this side only, reads nothing"), "{named}");
    south.until("the naming", || {
        south.line_view(&north)["witnesses"][0]["theirs"].is_object().then_some(())
    });
    south.line(&["witness", "North", "--agree", "West"]);
    for (desk, peer) in [(&north, &south), (&south, &north)] {
        desk.until("the witness is in force", || {
            (desk.line_view(peer)["witnesses"][0]["state"] == "in_force").then_some(())
        });
    }
    let files = Files::new();
    let file = notice_file(&files);
    north.line(&["notice", "South", "--file", &file, "--words", "survey of the river"]);
    let asked =
        ["request", "South", "--file", &file, "--delay", "4min", "--words", "between us two"];
    north.line(&asked);

    let line = west.until("the line is given", || {
        let known = west.json(&["witnessed"]);
        known["lines"][0]["line"].as_str().map(str::to_owned)
    });
    let shown = west.until("the notice is given", || {
        let shown = west.line(&["witnessed", &line[..8], "--languages", "en,ru"]);
        shown.contains("survey of the river").then_some(shown)
    });
    assert!(shown.contains("North and South") || shown.contains("South and North"), "{shown}");
    assert!(shown.contains("Уведомление"), "{shown}");
    assert!(!shown.contains("between us two"), "{shown}");

    // The witness asks every two seconds; until then it has less than the parties.
    let (ours, theirs, witness) = west.until("all three records are equal", || {
        let witness = export_as_witness(&west, &line);
        let (ours, theirs) = (north.export(&south), south.export(&north));
        let equal = [&ours, &theirs].into_iter().all(|party| compare(party, &witness).code == 0);
        equal.then_some((ours, theirs, witness))
    });
    let compared = compare(&ours, &witness);
    assert!(compared.stdout.contains("withheld"), "{}", compared.stdout);
    assert_eq!(compare(&ours, &theirs).code, 0);
    assert_eq!(keepclear(&["record", "verify", &witness]).code, 0);
    let text = std::fs::read_to_string(&witness).unwrap();
    assert!(text.contains("\"witness\":{\"party\":\"West\""), "{text}");

    let dismissed =
        south.line(&["witness", "North", "--dismiss", "West", "--words", "no longer needed"]);
    assert!(dismissed.contains("reads nothing"), "{dismissed}");
    west.until("nothing more is given", || {
        let known = west.json(&["witnessed"]);
        let givers = known["lines"][0]["givers"].as_array()?.clone();
        givers.iter().all(|giver| giver["ended"].is_string()).then_some(())
    });
    let data = west.data().display().to_string();
    let replayed = keepclear(&["log", "replay", "--data", &data]);
    assert_eq!(replayed.code, 0, "{}", replayed.stderr);
    assert!(replayed.stdout.contains(&line), "{}", replayed.stdout);
    let again = north.line_as("supervise", &["witness", "South", "--agree", "Nobody"]);
    assert_eq!(again.code, 2, "{}", again.stderr);
    let speaker = north.line_as("speak", &["witness", "South", "--dismiss", "West"]);
    assert_ne!(speaker.code, 0, "only a supervisor names and dismisses");
}
