//! Every verb of `keepclear line` once, between two desks.

use e2e::desk::{Desk, pair};
use e2e::keepclear;
use serde_json::{Value, json};

use crate::support::{Files, collection, square};

fn in_minutes(minutes: i64) -> String {
    (jiff::Timestamp::now() + jiff::SignedDuration::from_mins(minutes)).to_string()
}

/// A file with one area from 20 to 40 minutes from now.
fn notice_file(files: &Files, name: &str, lng: f64) -> String {
    let properties = json!({
        "id": name, "lower": 0, "upper": 1_000,
        "start": in_minutes(20), "end": in_minutes(40),
    });
    files.json(name, &collection(&[square(lng, 48.0, 0.05, &properties)]))
}

/// The exchange's id in what a verb printed with --json.
fn exchange_of(said: &Value) -> String {
    said["exchange"].as_str().unwrap_or_else(|| panic!("{said}")).to_owned()
}

fn two_desks() -> (Desk, Desk) {
    let (north, south) = (Desk::start("North", &[]), Desk::start("South", &[]));
    pair(&north, &south);
    (north, south)
}

#[test]
fn a_test_is_answered_by_a_person_and_its_age_is_shown() {
    let (north, south) = two_desks();
    let id = exchange_of(&north.json(&["test", "south", "--phrase", "4"]));
    south.until_known(&id);
    let waiting = south.line(&["inbox"]);
    assert!(waiting.contains(&id[..8]) && waiting.contains("Number 4"), "{waiting}");
    south.line(&["test", "--answer", &id[..8], "--phrase", "4"]);
    north.until_exchange(&id, "answered");
    assert!(north.line_view(&south)["tests"]["ours_answered_at"].is_string());
    let again = south.line_as("speak", &["test", "--answer", &id[..8], "--phrase", "5"]);
    assert_eq!(again.code, 1, "{}", again.stderr);
    let answered = exchange_of(&south.json(&["test", "North", "--phrase", "7"]));
    north.until_known(&answered);
    north.line(&["test", "--answer", &answered[..8], "--phrase", "7"]);
    south.until_exchange(&answered, "answered");
    let shown = north.line(&["status"]);
    assert!(shown.contains("ago"), "{shown}");
    assert!(north.watch().contains("EXERCISE"), "{}", north.watch());
}

#[test]
fn a_notice_is_read_back_acknowledged_amended_and_withdrawn() {
    let (north, south) = two_desks();
    let files = Files::new();
    let file = notice_file(&files, "one.geojson", 10.0);
    let printed = north.line(&["notice", "South", "--file", &file, "--topic", "closed_area"]);
    assert!(printed.contains("READ BACK"), "{printed}");
    let id = printed
        .split_whitespace()
        .find(|word| word.len() == 8 && word.chars().all(|c| c.is_ascii_hexdigit()));
    let id = id.unwrap_or_else(|| panic!("{printed}")).to_owned();
    south.line(&["ack", &id]);
    let acknowledged = north.until_exchange(&id, "acknowledged");
    assert_eq!(acknowledged["content"]["topic"], "closed_area");
    assert!(acknowledged["notice_given"]["given_s"].as_i64().unwrap() > 1_000, "{acknowledged}");
    assert!(north.watch().contains("ACKNOWLEDGED, NOT AGREED"), "{}", north.watch());
    let moved = notice_file(&files, "two.geojson", 10.2);
    north.line(&["amend", &id, "--file", &moved, "--words", "moved"]);
    let amended = south.until("the amendment", || {
        let seen = south.exchange(&id);
        let first = &seen["content"]["volumes"][0]["shape"]["polygon"]["vertices"][0];
        ((first["lng"].as_f64()? - 10.15).abs() < 1e-9).then(|| seen.clone())
    });
    assert_eq!(amended["opened_by"], "them");
    let both = south.line(&["show", &id, "--languages", "en,ru"]);
    assert!(both.contains(" / "), "{both}");
    assert!(both.contains("moved"), "{both}");
    let arabic = south.line(&["show", &id, "--languages", "ar"]);
    assert!(arabic.contains('\u{200f}'), "{arabic}");
    north.line(&["withdraw", &id, "--words", "over"]);
    south.until_exchange(&id, "withdrawn");
    let late = north.line_as("speak", &["amend", &id, "--file", &moved]);
    assert_eq!(late.code, 1, "{}", late.stderr);
    for word in ["code", "field", "remedy"] {
        assert!(late.stderr.contains(word), "{}", late.stderr);
    }
}

/// Two flights of North and South that share the last of 240 seconds, as `check` sees them.
fn story(files: &Files) -> (String, String) {
    let folder = e2e::repository().join("examples/story");
    let path = |name: &str| folder.join(name).display().to_string();
    let run = keepclear(&[
        "check",
        &path("north.geojson"),
        &path("south.geojson"),
        "--shift-to",
        "now",
        "--propose",
        "--format",
        "json",
    ]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let printed: Value = serde_json::from_str(&run.stdout).unwrap();
    let conflict = printed["conflicts"][0]["id"].as_str().unwrap().to_owned();
    (files.write("check.json", &run.stdout), conflict)
}

#[test]
fn a_conflict_that_check_found_is_asked_discussed_agreed_promised_and_kept() {
    let (north, south) = two_desks();
    let files = Files::new();
    let (check, conflict) = story(&files);
    let asked = north.json(&["request", "South", "--from", &check, "--conflict", &conflict[..6]]);
    let id = exchange_of(&asked);
    let seen = south.until_known(&id);
    // The story is made so that 240 s clear and 239 s do not.
    assert_eq!(seen["content"]["action"], json!({ "delay": { "by_s": 240 } }));
    assert_eq!(seen["content"]["our_flights"], json!(["N-101"]));
    assert_eq!(seen["content"]["your_flights"], json!(["S-7"]));
    assert!(!seen["content"]["volumes"].as_array().unwrap().is_empty());
    south.line(&["answer", &id[..8], "stand-by", "--covers", "MEDIC 7", "--until", "+5min"]);
    south.line(&["discuss", &id[..8], "How long is it in the air?"]);
    north.until_exchange(&id, "discussed");
    north.line(&["discuss", &id[..8], "34 minutes"]);
    let counter = ["answer", &id[..8], "counter", "--covers", "MEDIC 7", "--delay", "5min"];
    south.line(&counter);
    let offered = north.until("the counter-proposal", || {
        let seen = north.exchange(&id);
        (seen["content"]["action"]["delay"]["by_s"] == 300).then_some(seen)
    });
    assert_eq!(offered["turn"], "us", "{offered}");
    north.line(&["answer", &id[..8], "agreed", "--covers", "RELIEF 101"]);
    south.until_exchange(&id, "agreed");
    let deadline = format!("filed@{}", in_minutes(10));
    south.line(&["commit", &id[..8], "--by", "us", "--delay", "5min", "--milestone", &deadline]);
    north.until("the offer", || {
        north.exchange(&id)["commitment"]["offer"].is_string().then_some(())
    });
    north.line(&["commit", &id[..8], "--sign"]);
    south.until("both signatures", || {
        (south.exchange(&id)["commitment"]["signed"] == true).then_some(())
    });
    south.line(&["milestone", &id[..8], "1", "reached", "--evidence", "filed as S-7"]);
    let reached = north.until("the milestone", || {
        let said = north.exchange(&id)["commitment"]["milestones"][0]["said"].clone();
        (said.as_array().is_some_and(|said| !said.is_empty())).then_some(said)
    });
    assert_eq!(reached[0][1], "reached", "{reached}");
    north.line(&["statement", &id[..8], "It was four minutes at first."]);
    let both: Vec<Value> = [&north, &south]
        .map(|desk| desk.exchange(&id)["commitment"]["commitment"].clone())
        .to_vec();
    assert_eq!(both[0], both[1]);
    let unknown =
        north.line_as("speak", &["request", "South", "--from", &check, "--conflict", "ffff"]);
    assert_eq!(unknown.code, 2, "{}", unknown.stderr);
    assert!(unknown.stderr.contains("ffff"), "{}", unknown.stderr);
}

#[test]
fn questions_reports_distress_watches_suspension_and_shelving_go_their_way() {
    let (north, south) = two_desks();
    let files = Files::new();
    let file = notice_file(&files, "area.geojson", 11.0);
    let window = ["--from", "now", "--to", "+30min"];
    let question = north.json(&[&["question", "South", "--identify"][..], &window].concat());
    let question = exchange_of(&question);
    south.until_known(&question);
    south.line(&["answer", &question[..8], "not-ours", "--covers", "South air"]);
    north.until_exchange(&question, "answered");
    let report =
        exchange_of(&north.json(&["report", "South", "--file", &file, "--topic", "stray"]));
    south.until_known(&report);

    south.line(&["suspend", "North", "--words", "change of equipment"]);
    north.until("suspended", || (north.line_state(&south) == "suspended_by_them").then_some(()));
    let notice = north.line_as("speak", &["notice", "South", "--file", &file]);
    assert_eq!(notice.code, 1, "{}", notice.stderr);
    assert!(notice.stderr.contains("suspended"), "{}", notice.stderr);
    let distress = exchange_of(&north.json(&["distress", "South", "--file", &file, "--assist"]));
    south.until_known(&distress);
    let waiting = south.line(&["inbox"]);
    assert!(waiting.starts_with("WARNING"), "distress comes first:\n{waiting}");
    south.line(&["answer", &distress[..8], "agreed", "--covers", "rescue service"]);
    south.line(&["resume", "North"]);
    north.until("resumed", || (north.line_state(&south) == "open").then_some(()));

    north.line(&["handover", "--role", "night watch"]);
    south.until("the next watch", || {
        (south.line_view(&north)["their_watch"]["role"] == "night watch").then_some(())
    });
    let alarms = north.line(&["inbox"]);
    let key = alarms.lines().find_map(|line| line.split_once("  [")?.1.strip_suffix(']'));
    let key =
        key.unwrap_or_else(|| panic!("the line was never tested, which is an alarm:\n{alarms}"));
    north.line(&["shelve", key, "--until", "+10min", "--reason", "tested by telephone"]);
    assert!(!north.line(&["inbox"]).contains(&format!("[{key}]")));
}

#[test]
fn of_two_officers_the_first_answers_and_the_second_learns_who_did() {
    let (north, south) = two_desks();
    let asked = ["question", "South", "--inform", "--from", "now", "--to", "+30min"];
    let id = exchange_of(&north.json(&asked));
    south.until_known(&id);
    let answers = ["agreed", "declined"];
    let tries = std::thread::scope(|scope| {
        let south = &south;
        let id = &id[..8];
        let try_one = |answer: &'static str| {
            scope.spawn(move || south.line_as("speak", &["answer", id, answer, "--covers", "all"]))
        };
        answers.map(try_one).map(|thread| thread.join().unwrap())
    });
    let mut codes = tries.each_ref().map(|run| run.code);
    codes.sort_unstable();
    assert_eq!(codes, [0, 1], "{tries:?}");
    let refused = tries.iter().find(|run| run.code == 1).unwrap();
    assert!(
        refused.stderr.contains("duty officer") || refused.stderr.contains("waits"),
        "{}",
        refused.stderr
    );
    let first = answers[tries.iter().position(|run| run.code == 0).unwrap()];
    north.until("the answer", || {
        let seen = north.exchange(&id);
        let messages = seen["messages"].as_array()?.clone();
        let given =
            messages.iter().find_map(|message| message["body"]["answer"]["answer"].as_object());
        given.map(|given| assert!(given.contains_key(first), "{given:?}"))
    });
}

#[test]
fn a_file_that_cannot_be_said_is_refused_before_anything_is_said() {
    let (north, south) = two_desks();
    let files = Files::new();
    let bad = files.write("bad.json", "{\"topic\": \"flights\", \"target\": 1}");
    let nothing = files.write("nothing.txt", "good morning");
    for (file, word) in
        [(bad.as_str(), "window"), (nothing.as_str(), "nothing.txt"), ("none.json", "none.json")]
    {
        let run = north.line_as("speak", &["notice", "South", "--file", file]);
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(
            run.stderr.contains(word) || run.stderr.contains("unknown field"),
            "{}",
            run.stderr
        );
    }
    let nobody = north.line_as("speak", &["notice", "East", "--from", "now", "--to", "+1h"]);
    assert_eq!(nobody.code, 2, "{}", nobody.stderr);
    assert!(nobody.stderr.contains("East") && nobody.stderr.contains("South"), "{}", nobody.stderr);
    assert_eq!(north.exchanges(&south).len(), 0);
}

#[test]
fn a_message_is_written_first_shown_in_both_languages_and_released_by_whoever_is_on_watch() {
    let (north, south) = two_desks();
    let files = Files::new();
    let file = notice_file(&files, "one.geojson", 10.0);
    let printed = north.line(&["notice", "South", "--file", &file, "--draft"]);
    assert!(printed.contains("DRAFT, NOT SENT"), "{printed}");
    let drafts = north.json(&["drafts"]);
    let draft = drafts[0]["drafts"][0]["draft"].as_str().unwrap().to_owned();
    assert!(north.line(&["status"]).contains("1, not sent"), "{}", north.line(&["status"]));
    assert!(north.watch().contains("1, not sent"), "{}", north.watch());
    assert_eq!(north.exchanges(&south).len(), 0);
    let refused = north.line_as("read", &["release", &draft[..8]]);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    let printed = north.line(&["release", &draft[..8]]);
    assert!(printed.contains("READ BACK"), "{printed}");
    assert!(north.line(&["drafts"]).contains("no draft"));
    let id = north.exchanges(&south)[0]["id"].as_str().unwrap().to_owned();
    assert!(south.line(&["list", "North"]).contains(&id[..8]));

    south.line(&["ack", &id, "--draft"]);
    let draft = south.json(&["drafts", "North"])[0]["drafts"][0]["draft"].clone();
    south.line(&["discard", draft.as_str().unwrap()]);
    assert!(south.line(&["drafts"]).contains("no draft"));
    let nothing = north.line_as("read", &["status", "--draft"]);
    assert_eq!(nothing.code, 2, "{}", nothing.stderr);
}

#[test]
fn the_agreed_times_are_shown_proposed_and_taken() {
    let (north, south) = two_desks();
    let set = ["terms", "South", "--set", "notice.answer=95min,clocks-apart=2s"];
    assert!(north.line(&set).contains("1 h 35 min"), "{}", north.line(&set));
    let theirs = south.until("their proposal", || {
        let shown = south.json(&["terms", "North"]);
        shown["theirs"].is_object().then_some(shown)
    });
    assert_eq!(theirs["agreed"], false);
    south.line(&["terms", "North", "--agree"]);
    for (here, there) in [(&north, "South"), (&south, "North")] {
        let shown = here.until("what both have said", || {
            let shown = here.json(&["terms", there]);
            (shown["agreed"] == true).then_some(shown)
        });
        assert_eq!(shown["in_force"]["notice"]["answer_s"], 5_700);
        assert_eq!(shown["in_force"]["clock_apart_ms"], 2_000);
    }
    let wrong = north.line_as("supervise", &["terms", "South", "--set", "lunch=1h"]);
    assert_eq!(wrong.code, 2, "{}", wrong.stderr);
    assert!(wrong.stderr.contains("notice.receipt"), "{}", wrong.stderr);
}
