//! `keepclear record` on exports that another program wrote.

use e2e::{Run, keepclear, repository};

#[test]
fn a_witnesss_export_is_verified_and_what_is_withheld_is_counted() {
    let run = record(&["verify", &golden("v1.witness.record.jsonl")]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for line in [
        "witness watch: desk a84ed3f6-",
        "north ordinary, node ",
        ": 3 entries and 1 withheld\n",
        "2 entries are withheld: their hashes are here, and nothing of what they say\n",
    ] {
        assert!(run.stdout.contains(line), "{line} in {}", run.stdout);
    }
}

#[test]
fn a_witnesss_export_is_equal_to_that_of_a_party_and_proves_no_withheld_entry() {
    let [party, witness] = ["v1.record.jsonl", "v1.witness.record.jsonl"].map(golden);
    let run = record(&["compare", &party, &witness]);
    assert_eq!((run.code, &*run.stdout), (0, "equal: 7 entries and 5 entries and 2 withheld\n"));
    let text = std::fs::read_to_string(&witness).unwrap();
    let place = text.split("{\"withheld\":{\"node\":\"").nth(1).unwrap();
    let run = record(&["prove", &witness, "--node", &place[..36], "--seq", "1"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("is withheld from this record"), "{}", run.stderr);
}

fn record(arguments: &[&str]) -> Run {
    keepclear(&[&["record"], arguments].concat())
}

fn golden(name: &str) -> String {
    repository().join("crates/record/tests/golden").join(name).display().to_string()
}
