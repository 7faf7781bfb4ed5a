//! `keepclear desk` as an operator starts it, and who may do what with which token.

use e2e::desk::{Desk, pair};
use e2e::{Run, keepclear};

/// Exit 2, and one message that names the flag.
fn refused(run: &Run, words: &[&str]) {
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    for word in words {
        assert!(run.stderr.contains(word), "{word:?} is missing in: {}", run.stderr);
    }
}

#[test]
fn a_desk_with_a_bad_configuration_names_the_key_the_value_and_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let start = |more: &[&str]| {
        let fixed = ["desk", "--data", &data, "--listen", "127.0.0.1:0", "--line-listen"];
        keepclear(
            &[&fixed[..], &["127.0.0.1:0", "--trial-issuer-listen", "127.0.0.1:0"], more].concat(),
        )
    };
    refused(&start(&["--trial"]), &["party", "--party"]);
    refused(&start(&["--party", "North"]), &["issuers", "--public-key-files"]);
    let languages = start(&["--party", "North", "--trial", "--languages", "en,xx"]);
    refused(&languages, &["languages", "xx", "en, ru"]);
    let inject = start(&["--party", "North", "--trial", "--inject", "misplace=9000m"]);
    refused(&inject, &["inject", "exercise"]);
    let unknown = ["--party", "North", "--trial", "--exercise", "--inject", "delay"];
    refused(&start(&unknown), &["inject", "misplace=9000m"]);
    let plans = start(&["--party", "North", "--trial", "--exercise", "--plans", "no-such.json"]);
    refused(&plans, &["plans", "no-such.json"]);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let busy = ["desk", "--data", &data, "--party", "North", "--exercise", "--trial"];
    let busy =
        [&busy[..], &["--listen", &address, "--trial-issuer-listen", "127.0.0.1:0"]].concat();
    refused(&keepclear(&busy), &["listen", &address, "free"]);
    let mut founded = Desk::start("North", &[]);
    founded.stop();
    let data = founded.data().display().to_string();
    let others = ["desk", "--data", &data, "--party", "South", "--trial", "--listen"];
    let others = [&others[..], &["127.0.0.1:0", "--line-listen", "127.0.0.1:0"]].concat();
    refused(&keepclear(&others), &["party", "South", "North"]);
}

#[test]
fn a_token_file_is_readable_for_its_owner_alone_and_each_role_does_only_its_own() {
    use std::os::unix::fs::PermissionsExt as _;
    let (north, south) = (Desk::start("North", &[]), Desk::start("South", &[]));
    pair(&north, &south);
    for role in ["read", "speak", "supervise"] {
        let mode = std::fs::metadata(north.token_file(role)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{role}");
    }
    let reader = north.line_as("read", &["test", "South"]);
    assert_eq!(reader.code, 1, "{}", reader.stderr);
    assert!(reader.stderr.contains("keepclear.speak"), "{}", reader.stderr);
    let speaker = north.line_as("speak", &["suspend", "South", "--words", "drill"]);
    assert_eq!(speaker.code, 1, "{}", speaker.stderr);
    assert!(speaker.stderr.contains("keepclear.supervise"), "{}", speaker.stderr);
    assert_eq!(north.line_as("speak", &["test", "South"]).code, 0);
    let forged = north.file("forged.token");
    std::fs::write(&forged, "eyJhbGciOiJub25lIn0.e30.").unwrap();
    let url = north.url();
    let forged = keepclear(&["line", "status", "--desk", &url, "--token-file", &forged]);
    refused(&forged, &["token_refused", "remedy"]);
    let missing = keepclear(&["line", "status", "--desk", &url, "--token-file", "no-such.token"]);
    refused(&missing, &["--token-file", "no-such.token"]);
    refused(&keepclear(&["line", "status", "--desk", &url]), &["--token-file"]);
}

#[test]
fn a_desk_that_is_not_there_is_named_after_a_few_tries() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "a.b.c").unwrap();
    let token = token.display().to_string();
    let run = keepclear(&["line", "status", "--desk", &url, "--token-file", &token]);
    refused(&run, &[&url]);
}

#[test]
fn an_exercise_and_a_real_desk_never_pair() {
    let exercise = Desk::start("North", &[]);
    let folder = tempfile::tempdir().unwrap();
    let card = exercise.file("card.json");
    exercise.line(&["pair", "--write", &card]);
    let real = card.replace("card.json", "real.json");
    let altered = std::fs::read_to_string(&card)
        .unwrap()
        .replace("\"exercise\": true", "\"exercise\": false");
    std::fs::write(&real, altered).unwrap();
    drop(folder);
    let other = Desk::start("South", &[]);
    // A card that says otherwise than it was signed is no card.
    let run = other.line_as("supervise", &["pair", "--read", &real]);
    assert_ne!(run.code, 0, "{}", run.stdout);
    assert!(run.stderr.contains("card"), "{}", run.stderr);
}
