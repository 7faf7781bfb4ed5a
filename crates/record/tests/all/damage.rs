//! Bytes that change by accident: anywhere, one at a time.

use crate::support::{
    Dice, HEADER, Said, WITNESS, check, differences, entry_line, file, history, lines,
    lines_without, seeds,
};
use keepclear_record::{Limits, NoClaims, Verified, compare, verify};
use proptest::prelude::*;
use std::io::Cursor;

#[test]
fn a_flipped_bit_in_every_byte_of_an_entry_is_one_difference_at_its_place() {
    let said = history(12);
    let genuine = lines(0, &said);
    for at in [3, 8] {
        let entry = said[at].entry();
        for byte in 0..said[at].bytes.len() {
            let mut bytes = said[at].bytes.clone();
            bytes[byte] ^= 1 << (byte % 8);
            let mut there = lines(1, &said);
            there[HEADER + at] = entry_line(&Said { bytes, ..said[at].clone() });
            let found = differences(&genuine, &there);
            let place = (Some(entry.node), Some(entry.sequence.get()));
            assert_eq!(found.len(), 1, "byte {byte}: {found:#?}");
            assert_eq!((found[0].node, found[0].sequence), place, "byte {byte}");
            assert_eq!(found[0].kind, keepclear_record::DifferenceKind::Altered, "byte {byte}");
        }
    }
}

#[test]
fn two_altered_entries_are_two_differences() {
    let said = history(24);
    for (one, other) in [(8, 10), (8, 9), (0, 23)] {
        let mut there = lines(1, &said);
        let mut places = Vec::new();
        for at in [one, other] {
            let mut bytes = said[at].bytes.clone();
            bytes[40] ^= 1;
            let entry = said[at].entry();
            places.push((Some(entry.node), Some(entry.sequence.get())));
            there[HEADER + at] = entry_line(&Said { bytes, ..said[at].clone() });
        }
        let found = differences(&lines(0, &said), &there);
        let mut named: Vec<_> = found.iter().map(|it| (it.node, it.sequence)).collect();
        named.sort_unstable();
        places.sort_unstable();
        assert_eq!(named, places, "{found:#?}");
    }
}

#[test]
fn every_flipped_byte_of_a_file_is_named_or_the_file_is_refused() {
    let said = history(5);
    let (genuine, there) = (file(&lines(0, &said)), file(&lines(1, &said)));
    // A seed takes every 97th byte; 97 seeds take all.
    let places = seeds().flat_map(|seed| (seed as usize % 97..there.len()).step_by(97));
    for at in places {
        let mut changed = there.clone();
        changed[at] ^= 1;
        let answer = compared(&genuine, &changed);
        assert!(!answer.is_ok_and(|found| found == 0), "byte {at}");
        let alone = verify(Cursor::new(changed), Limits::default(), &NoClaims);
        assert!(!alone.is_ok_and(|it| it.differences.is_empty()), "byte {at} alone");
    }
}

#[test]
fn a_file_that_was_cut_anywhere_is_refused() {
    let said = history(5);
    let (genuine, there) = (file(&lines(0, &said)), file(&lines(1, &said)));
    for end in 0..there.len() {
        assert!(compared(&genuine, &there[..end]).is_err(), "cut at {end}");
    }
}

/// Each seed draws a history and one entry to be altered in it.
#[test]
fn one_altered_entry_is_one_difference_in_any_history() {
    for seed in seeds() {
        let mut dice = Dice(seed);
        let said = history(1 + dice.below(60));
        let at = dice.below(said.len());
        let mut bytes = said[at].bytes.clone();
        let byte = dice.below(bytes.len());
        bytes[byte] ^= 1 + dice.below(255) as u8;
        let mut there = lines(1, &said);
        there[HEADER + at] = entry_line(&Said { bytes, ..said[at].clone() });
        let found = differences(&lines(0, &said), &there);
        let entry = said[at].entry();
        let place = (Some(entry.node), Some(entry.sequence.get()));
        assert_eq!(found.len(), 1, "seed {seed}: {found:#?}");
        assert_eq!((found[0].node, found[0].sequence), place, "seed {seed}: {found:#?}");
    }
}

/// Each seed shuffles, doubles, drops and cuts lines, in every second one those of a witness who was told
/// half; nothing may panic, and what was done to one record is never called equal.
#[test]
fn lines_that_were_thrown_about_are_never_equal_to_the_record() {
    for seed in seeds() {
        let mut dice = Dice(seed);
        let said = history(30);
        let genuine = lines(0, &said);
        let untold: Vec<usize> = (0..30).filter(|_| dice.below(2) == 0).collect();
        let whole = match seed % 2 {
            0 => lines(1, &said),
            _ => lines_without(WITNESS, &said, &untold),
        };
        let mut there = whole.clone();
        for _ in 0..=dice.below(4) {
            let (one, other) = (1 + dice.below(30), 1 + dice.below(30));
            match dice.below(4) {
                0 => there.swap(one, other),
                1 => there.insert(other, there[one].clone()),
                2 => drop(there.remove(one)),
                _ => {
                    let cut = there[one].len() / 2;
                    there[one].truncate(cut);
                }
            }
        }
        if there != whole {
            let answer = compared(&file(&genuine), &file(&there));
            assert!(!answer.is_ok_and(|found| found == 0), "seed {seed}");
        }
    }
    check(&lines(0, &history(30)), &lines(1, &history(30)), &[]);
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        prop_assert!(verify(Cursor::new(bytes), Limits::default(), &NoClaims).is_err());
    }

    #[test]
    fn arbitrary_lines_behind_a_header_do_not_panic(text in "[ -~]{0,80}(\n[ -~]{0,80}){0,4}\n") {
        let header = crate::support::header(0).to_json().unwrap();
        let bytes = format!("{header}\n{text}").into_bytes();
        prop_assert!(verify(Cursor::new(bytes), Limits::default(), &NoClaims).is_err());
    }
}

fn compared(one: &[u8], other: &[u8]) -> Result<usize, keepclear_record::CompareError> {
    let (one, other) = (Cursor::new(one), Cursor::new(other));
    let answer = compare(one, other, Limits::default(), &Verified::none(), &NoClaims);
    answer.map(|answer| answer.differences.len())
}
