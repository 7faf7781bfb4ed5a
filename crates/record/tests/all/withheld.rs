//! Places whose entries are withheld: what still verifies, and what is named.

use crate::support::{
    HEADER, Said, WITNESS, base64, changed, check, differences, entry_line, faults, file, history,
    inline, lines, lines_without, node, place, replaced, sealed, short, sign,
};
use keepclear_entry::EntryHash;
use keepclear_record::DifferenceKind::{Altered, Contradicts, Forged, Missing, Reordered};
use keepclear_record::{Limits, NoClaims, Verified, compare, verify};
use std::io::Cursor;

/// Of lane 0 in the history: places 1, 2 and so on.
const OF_LANE_0: [usize; 9] = [0, 2, 6, 8, 10, 14, 16, 18, 22];

#[test]
fn an_export_that_withholds_entries_verifies_and_is_equal_to_one_that_does_not() {
    let said = history(40);
    let (some, others) = (every(2), every(3));
    for exporter in [0, WITNESS] {
        let partial = lines_without(exporter, &said, &some);
        assert_eq!(faults(&partial), []);
        check(&lines(1, &said), &partial, &[]);
        check(&lines_without(1, &said, &others), &partial, &[]);
        let nothing: Vec<usize> = (0..40).collect();
        let nothing = lines_without(exporter, &said, &nothing);
        assert_eq!(faults(&nothing), []);
        check(&partial, &nothing, &[]);
    }
}

#[test]
fn withheld_places_are_counted_apart() {
    let said = history(40);
    let partial = file(&lines_without(WITNESS, &said, &every(2)));
    let answer = verify(Cursor::new(&partial), Limits::default(), &NoClaims).unwrap();
    assert_eq!((answer.entries, answer.withheld), (20, 20));
    let sums = answer.lanes.iter().map(|lane| (lane.entries, lane.withheld));
    assert_eq!(sums.collect::<Vec<_>>(), [(0, 15), (5, 0), (10, 5), (5, 0)]);
    let whole = file(&lines(0, &said));
    let (a, b) = (Cursor::new(whole), Cursor::new(partial));
    let answer = compare(a, b, Limits::default(), &Verified::none(), &NoClaims).unwrap();
    assert_eq!((answer.entries, answer.withheld), ([40, 20], [0, 20]));
}

#[test]
fn a_hash_that_the_entry_behind_it_does_not_name_is_altered() {
    let said = history(40);
    let expected = [(Altered, Some(node(0)), Some(4))];
    let there = with_other_hash(lines_without(WITNESS, &said, &[8]), &said, 8);
    for there in [there.clone(), sealed(there, WITNESS)] {
        check(&lines(0, &said), &there, &expected);
        check(&lines_without(1, &said, &[8]), &there, &expected);
        let alone = faults(&there);
        assert_eq!(short(&alone), expected, "{alone:#?}");
    }
}

#[test]
fn another_hash_than_the_other_records_is_altered_in_a_changed_file_and_contradicts_in_a_signed_one()
 {
    let said = history(40);
    let there = with_other_hash(lines_without(WITNESS, &said, &OF_LANE_0), &said, 8);
    let named = |kind| [(kind, Some(node(0)), Some(4))];
    for other in [lines(0, &said), lines_without(0, &said, &OF_LANE_0)] {
        check(&other, &there, &named(Altered));
        check(&other, &sealed(there.clone(), WITNESS), &named(Contradicts));
    }
    // By itself: the witness's own checkpoint is over other hashes, and any of the nine may be the wrong one.
    let alone = faults(&there);
    assert_eq!(short(&alone), [(Altered, Some(node(0)), Some(1))], "{alone:#?}");
}

#[test]
fn a_withheld_line_that_was_removed_is_missing_at_its_place() {
    let said = history(40);
    let mut there = lines_without(WITNESS, &said, &OF_LANE_0);
    there.remove(HEADER + 8);
    let expected = [(Missing, Some(node(0)), Some(4))];
    check(&lines(0, &said), &there, &expected);
    check(&lines(0, &said), &sealed(there.clone(), WITNESS), &expected);
    assert_eq!(short(&faults(&there)), expected);
}

#[test]
fn a_withheld_line_that_stands_elsewhere_or_twice_is_reordered() {
    let said = history(40);
    let genuine = lines_without(WITNESS, &said, &[8]);
    let mut moved = genuine.clone();
    let line = moved.remove(HEADER + 8);
    moved.insert(HEADER + 30, line);
    let mut twice = genuine.clone();
    twice.insert(HEADER + 20, genuine[HEADER + 8].clone());
    let mut beside = genuine;
    beside.insert(HEADER + 20, entry_line(&said[8]));
    for there in [moved, twice, beside] {
        let expected = [(Reordered, Some(node(0)), Some(4))];
        check(&lines(0, &said), &there, &expected);
        assert_eq!(short(&faults(&there)), expected);
    }
}

#[test]
fn a_withheld_line_that_says_another_place_is_altered_at_its_own() {
    let said = history(40);
    let genuine = lines_without(WITNESS, &said, &[8]);
    // Taken, taken, free; of another lane, of no lane.
    let cases = [
        ("\"seq\":4", "\"seq\":5"),
        ("\"seq\":4", "\"seq\":3"),
        ("\"seq\":4", "\"seq\":77"),
        (&node(0).to_string(), &node(2).to_string()),
        (&node(0).to_string(), &node(1).to_string().replace('a', "b")),
    ];
    for (from, to) in cases {
        let mut there = genuine.clone();
        assert!(there[HEADER + 8].contains(from));
        there[HEADER + 8] = there[HEADER + 8].replace(from, to);
        for there in [there.clone(), sealed(there, WITNESS)] {
            let alone = faults(&there);
            assert_eq!(short(&alone), [(Altered, Some(node(0)), Some(4))], "{to}: {alone:#?}");
            check(&lines(0, &said), &there, &[(Altered, Some(node(0)), Some(4))]);
        }
    }
}

#[test]
fn every_flipped_byte_of_a_withheld_line_is_one_difference_or_the_file_is_refused_with_the_line() {
    let said = history(12);
    let genuine = lines(0, &said);
    let there = lines_without(WITNESS, &said, &[3, 8]);
    for line in [HEADER + 3, HEADER + 8] {
        for byte in 0..there[line].len() {
            let mut changed = there[line].clone().into_bytes();
            changed[byte] ^= 1 << (byte % 7);
            let mut lines: Vec<Vec<u8>> = there.iter().map(|it| it.clone().into_bytes()).collect();
            lines[line] = changed;
            let changed: Vec<u8> = lines.iter().flat_map(|it| [it, &b"\n"[..]].concat()).collect();
            let (a, b) = (Cursor::new(file(&genuine)), Cursor::new(changed));
            match compare(a, b, Limits::default(), &Verified::none(), &NoClaims) {
                Ok(answer) => {
                    assert_eq!(answer.differences.len(), 1, "{byte}: {:#?}", answer.differences);
                }
                Err(error) => {
                    let place = format!("line {}", line + 1);
                    assert!(error.to_string().contains(&place), "{byte}: {error}");
                }
            }
        }
    }
}

#[test]
fn an_entry_that_does_not_verify_is_named_where_the_other_record_has_only_its_hash() {
    let said = history(40);
    let forged = changed(&said[9], |entry| {
        entry.payload = inline(b"other");
        sign(entry, 77);
    });
    let (of, sequence) = place(&said, 9);
    let expected = [(Forged, Some(of), Some(sequence))];
    let withheld = lines_without(WITNESS, &said, &[9]);
    check(&withheld, &replaced(&said, 9, forged.encode()), &expected);
}

#[test]
fn a_hash_never_vouches_for_a_signature() {
    // The last of its lane, so that no chain speaks against it.
    let mut said = history(40);
    let forged = changed(&said[39], |entry| {
        entry.payload = inline(b"other");
        sign(entry, 77);
    });
    let (of, sequence) = place(&said, 39);
    said[39].bytes = forged.encode();
    let withheld = lines_without(WITNESS, &said, &[39]);
    assert_eq!(faults(&withheld), []);
    check(&withheld, &lines(1, &said), &[(Forged, Some(of), Some(sequence))]);
}

#[test]
fn checkpoints_over_what_is_withheld_are_not_given_as_verified() {
    let said = history(40);
    let partial = file(&lines_without(0, &said, &[8]));
    let answer = verify(Cursor::new(partial), Limits::default(), &NoClaims).unwrap();
    assert_eq!(answer.differences, []);
    let of_lane_0 = format!("/{}\n", node(0));
    assert_eq!(answer.checkpoints.len(), 3);
    assert!(answer.checkpoints.iter().all(|note| !note.contains(&of_lane_0)));
}

#[test]
fn an_entry_whose_key_a_withheld_entry_announced_is_forged() {
    let mut pens = crate::support::Pens::new();
    let mut said: Vec<Said> = (0..3).map(|at| pens.say(0, &[at])).collect();
    said.push(pens.change_key(0, 50));
    said.push(pens.say(0, b"with the new key"));
    let found = faults(&lines_without(WITNESS, &said, &[3]));
    assert_eq!(short(&found), [(Forged, Some(node(0)), Some(5))], "{found:#?}");
    assert_eq!(faults(&lines_without(WITNESS, &said, &[1, 4])), []);
}

#[test]
fn a_chain_that_its_own_desk_broke_contradicts_though_the_one_before_is_withheld_in_one_record() {
    let mut said = history(16);
    let last = said.iter().rposition(|said| said.lane == 2).unwrap();
    let before = said[..last].iter().rposition(|said| said.lane == 2).unwrap();
    let broken = changed(&said[last], |entry| {
        entry.previous = EntryHash([1; 32]);
        sign(entry, 1);
    });
    said[last].bytes = broken.encode();
    let export = |exporter, withheld: &[usize]| {
        let mut export = lines_without(exporter, &history(16), withheld);
        export[HEADER + last] = entry_line(&said[last]);
        // The lane's checkpoint would say so too.
        export.retain(|line| !line.contains(&format!("/{}\\n", node(2))));
        sealed(export, exporter)
    };
    let (of, sequence) = place(&said, last);
    let found = differences(&export(0, &[]), &export(1, &[before]));
    assert_eq!(short(&found), [(Contradicts, Some(of), Some(sequence))], "{found:#?}");
}

/// Every place of the history whose number leaves no rest.
fn every(of: usize) -> Vec<usize> {
    (0..40).filter(|at| at % of == 0).collect()
}

/// The line of this entry with the hash of other bytes.
fn with_other_hash(mut lines: Vec<String>, said: &[Said], at: usize) -> Vec<String> {
    let [from, to] = [&said[at].bytes[..], b"other"].map(|bytes| base64(&EntryHash::of(bytes).0));
    assert!(lines[HEADER + at].contains(&from));
    lines[HEADER + at] = lines[HEADER + at].replace(&from, &to);
    lines
}
