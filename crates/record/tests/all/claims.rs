//! What entries say about entries, by a payload that this test made up.

use crate::support::{Pens, Said, WITNESS, file, lines, lines_without, node, short};
use keepclear_entry::{Entry, EntryHash, Kind, NodeId, Payload};
use keepclear_record::DifferenceKind::{Clock, Contradicts, Missing};
use keepclear_record::{Claim, Claims, DifferenceKind, Limits, Verified, compare};
use std::io::Cursor;

const STORED: Kind = Kind(2);
const DIFFERS: Kind = Kind(3);
const HELD: Kind = Kind(4);

/// Payload: node, sequence, hash, time.
struct MadeUp;

impl Claims for MadeUp {
    fn claims(&self, entry: &Entry) -> Vec<Claim> {
        let Payload::Inline(payload) = &entry.payload else { return Vec::new() };
        let bytes = payload.as_bytes();
        if bytes.len() != 64 {
            return Vec::new();
        }
        let sequence = u64::from_be_bytes(bytes[16..24].try_into().unwrap());
        let hash = EntryHash(bytes[24..56].try_into().unwrap());
        let at_us = i64::from_be_bytes(bytes[56..].try_into().unwrap());
        match entry.kind {
            HELD => vec![Claim::Held { sequence, hash }],
            STORED => vec![Claim::Stored { hash, at_us }],
            DIFFERS => vec![Claim::Differs { hash, detail: "9 km off".to_owned() }],
            _ => Vec::new(),
        }
    }
}

#[test]
fn a_true_receipt_is_no_difference() {
    check(STORED, 1, |_| {}, 0, &[]);
}

#[test]
fn a_receipt_for_bytes_that_nobody_has_contradicts_both_records() {
    let expected = [(Contradicts, Some(node(2)), Some(1))];
    check(STORED, 1, |hash| hash.0[0] ^= 1, 0, &expected);
}

#[test]
fn who_holds_what_both_records_have_tells_nothing_new() {
    check(HELD, 1, |_| {}, 0, &[]);
}

#[test]
fn who_holds_other_bytes_contradicts_both_records() {
    let expected = [(Contradicts, Some(node(2)), Some(1))];
    check(HELD, 1, |hash| hash.0[0] ^= 1, 0, &expected);
}

#[test]
fn who_holds_an_entry_that_nobody_has_says_that_it_is_missing() {
    check(HELD, 2, |_| {}, 0, &[(Missing, None, Some(2))]);
}

#[test]
fn a_receipt_from_before_the_entry_is_a_matter_of_clocks() {
    check(STORED, 1, |_| {}, -5_000_000, &[]);
    check(STORED, 1, |_| {}, -5_000_001, &[(Clock, Some(node(0)), Some(1))]);
}

#[test]
fn a_read_back_that_differed_contradicts_the_entry() {
    check(DIFFERS, 1, |_| {}, 0, &[(Contradicts, Some(node(0)), Some(1))]);
}

#[test]
fn what_is_said_of_a_withheld_entry_is_no_difference_of_its_own() {
    // Also a receipt from before it: when it was said is not known.
    for (kind, after_us) in [(STORED, 0), (STORED, -5_000_001), (HELD, 0)] {
        let said = said(kind, 1, |_| {}, after_us);
        let withheld = || lines_without(WITNESS, &said, &[0]);
        assert_eq!(compared(&withheld(), &withheld()), []);
    }
}

#[test]
fn a_withheld_entry_says_nothing_in_its_record_and_all_of_it_in_the_other() {
    for (kind, expected) in [(DIFFERS, (Contradicts, node(0))), (STORED, (Contradicts, node(2)))] {
        let said = said(kind, 1, |hash| hash.0[0] ^= u8::from(kind == STORED), 0);
        let withheld = || lines_without(WITNESS, &said, &[1]);
        assert_eq!(compared(&withheld(), &withheld()), []);
        let named = [(expected.0, Some(expected.1), Some(1))];
        assert_eq!(compared(&withheld(), &lines(1, &said)), named);
        assert_eq!(compared(&lines(1, &said), &withheld()), named);
    }
}

fn compared(a: &[String], b: &[String]) -> Vec<(DifferenceKind, Option<NodeId>, Option<u64>)> {
    let [a, b] = [a, b].map(|lines| Cursor::new(file(lines)));
    let answer = compare(a, b, Limits::default(), &Verified::none(), &MadeUp).unwrap();
    short(&answer.differences)
}

fn check(
    kind: Kind,
    sequence: u64,
    change: impl FnOnce(&mut EntryHash),
    after_us: i64,
    expected: &[(DifferenceKind, Option<NodeId>, Option<u64>)],
) {
    let said = said(kind, sequence, change, after_us);
    assert_eq!(compared(&lines(0, &said), &lines(1, &said)), expected);
}

/// A notice, and what the other side says about it.
fn said(
    kind: Kind,
    sequence: u64,
    change: impl FnOnce(&mut EntryHash),
    after_us: i64,
) -> Vec<Said> {
    let mut pens = Pens::new();
    let first = pens.say(0, b"a notice");
    let mut hash = EntryHash::of(&first.bytes);
    change(&mut hash);
    let at_us = first.stored_at_us + after_us;
    let payload = [&node(0).0[..], &sequence.to_be_bytes(), &hash.0, &at_us.to_be_bytes()].concat();
    vec![first, pens.say_kind(2, kind, &payload)]
}
