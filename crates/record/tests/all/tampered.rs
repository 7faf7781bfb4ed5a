//! Each thing that can be done to a record, and the one difference that names it.

use crate::support::{
    HEADER, Pens, START_US, Said, base64, changed, check, desk, differences, entry_line, faults,
    history, inline, key, lines, node, place, replaced, sealed, short, sign,
};
use keepclear_entry::{EntryHash, NodeId};
use keepclear_record::DifferenceKind::{Altered, Contradicts, Forged, Missing, Reordered};

#[test]
fn two_records_of_one_history_are_equal_whatever_the_order_between_lanes() {
    let said = history(40);
    let mut other = said.clone();
    // A stable sort keeps each lane's order.
    other.sort_by_key(|said| said.lane);
    check(&lines(0, &said), &lines(1, &other), &[]);
    assert_eq!(faults(&lines(1, &other)), []);
}

#[test]
fn an_empty_record_is_equal_to_itself() {
    check(&lines(0, &[]), &lines(1, &[]), &[]);
}

#[test]
fn a_removed_entry_is_missing_at_its_place() {
    let said = history(40);
    for at in [0, 5, 12, 39] {
        let mut there = lines(1, &said);
        there.remove(HEADER + at);
        let (of, sequence) = place(&said, at);
        let expected = [(Missing, Some(of), Some(sequence))];
        check(&lines(0, &said), &there, &expected);
        check(&lines(0, &said), &sealed(there, 1), &expected);
    }
}

#[test]
fn the_end_of_a_lane_that_one_side_lacks_is_missing_once() {
    let said = history(40);
    let mut shorter = said.clone();
    shorter.truncate(32);
    let expected: Vec<_> = [(0, 13), (1, 5), (2, 13), (3, 5)]
        .map(|(lane, sequence)| (Missing, Some(node(lane)), Some(sequence)))
        .to_vec();
    check(&lines(0, &said), &lines(1, &shorter), &expected);
}

#[test]
fn an_entry_that_both_lack_is_missing_from_both() {
    let said = history(40);
    let without = |exporter| {
        let mut lines = lines(exporter, &said);
        lines.remove(HEADER + 8);
        sealed(lines, exporter)
    };
    let (of, sequence) = place(&said, 8);
    check(&without(0), &without(1), &[(Missing, Some(of), Some(sequence))]);
    assert_eq!(short(&faults(&without(0))), [(Missing, Some(of), Some(sequence))]);
}

#[test]
fn an_altered_payload_is_altered_and_nothing_that_follows_is_named() {
    let said = history(40);
    for at in [0, 9, 39] {
        let entry = changed(&said[at], |entry| entry.payload = inline(b"other"));
        let there = replaced(&said, at, entry.encode());
        let (of, sequence) = place(&said, at);
        let expected = [(Altered, Some(of), Some(sequence))];
        check(&lines(0, &said), &there, &expected);
        check(&lines(0, &said), &sealed(there, 1), &expected);
    }
}

#[test]
fn an_entry_signed_by_another_key_is_forged() {
    let said = history(40);
    let forged = changed(&said[9], |entry| {
        entry.payload = inline(b"other");
        sign(entry, 77);
    });
    let there = replaced(&said, 9, forged.encode());
    let (of, sequence) = place(&said, 9);
    check(&lines(0, &said), &there, &[(Forged, Some(of), Some(sequence))]);
    let alone = faults(&there);
    assert_eq!(short(&alone), [(Forged, Some(of), Some(sequence))], "{alone:#?}");
}

#[test]
fn an_entry_without_a_signature_is_forged() {
    let said = history(40);
    let bare = changed(&said[9], |entry| entry.signature = None);
    let there = replaced(&said, 9, bare.encode());
    let (of, sequence) = place(&said, 9);
    check(&lines(0, &said), &there, &[(Forged, Some(of), Some(sequence))]);
}

#[test]
fn a_forged_entry_that_was_added_is_forged_at_its_place() {
    let said = history(40);
    let last = said.iter().filter(|said| said.lane == 0).count() as u64;
    let forged = changed(&said[38], |entry| {
        assert_eq!(entry.node, node(0));
        entry.sequence = entry.sequence.next();
        sign(entry, 77);
    });
    let mut there = lines(1, &said);
    let (lane, bytes, stored_at_us) = (0, forged.encode(), START_US + 90_000_000);
    there.insert(HEADER + 40, entry_line(&Said { lane, bytes, stored_at_us }));
    check(&lines(0, &said), &there, &[(Forged, Some(node(0)), Some(last + 1))]);
}

#[test]
fn an_entry_of_a_lane_that_nobody_has_is_forged() {
    let said = history(40);
    let strange = NodeId([0xee; 16]);
    let forged = changed(&said[8], |entry| {
        entry.node = strange;
        sign(entry, 1);
    });
    let mut there = lines(1, &said);
    let (lane, bytes, stored_at_us) = (0, forged.encode(), START_US + 90_000_000);
    there.insert(HEADER + 40, entry_line(&Said { lane, bytes, stored_at_us }));
    let sequence = said[8].entry().sequence.get();
    check(&lines(0, &said), &there, &[(Forged, Some(strange), Some(sequence))]);
}

#[test]
fn two_histories_told_to_two_parties_contradict_where_they_part() {
    let tell = |told: &[u8]| {
        let mut pens = Pens::new();
        let mut said: Vec<Said> = (0..6).map(|at| pens.say(at % 2, &[at as u8])).collect();
        said.push(pens.say(0, told));
        said.extend((0..6).map(|at| pens.say(0, &[at])));
        said
    };
    let (one, other) = (tell(b"we go north"), tell(b"we go south"));
    check(&lines(0, &one), &lines(1, &other), &[(Contradicts, Some(node(0)), Some(4))]);
    // One of them may have been told more.
    let longer = &other[..10];
    check(&lines(0, &one), &lines(1, longer), &[(Contradicts, Some(node(0)), Some(4))]);
}

#[test]
fn one_entry_signed_again_by_its_own_desk_contradicts() {
    let said = history(40);
    let rewritten = changed(&said[9], |entry| {
        entry.payload = inline(b"other");
        sign(entry, 1);
    });
    assert_eq!(said[9].lane, 2);
    let there = replaced(&said, 9, rewritten.encode());
    let (of, sequence) = place(&said, 9);
    check(&lines(0, &said), &there, &[(Contradicts, Some(of), Some(sequence))]);
}

#[test]
fn a_chain_that_its_own_desk_broke_contradicts_in_both_records() {
    let mut said = history(16);
    let last = said.iter().rposition(|said| said.lane == 2).unwrap();
    let broken = changed(&said[last], |entry| {
        entry.previous = EntryHash([1; 32]);
        sign(entry, 1);
    });
    said[last].bytes = broken.encode();
    let (of, sequence) = place(&said, last);
    let export = |exporter| {
        let mut export = lines(exporter, &history(16));
        export[HEADER + last] = entry_line(&said[last]);
        // Only the lane's checkpoint would say so too.
        export.retain(|line| !line.contains(&format!("{LINE_ORIGIN}{of}")));
        sealed(export, exporter)
    };
    check(&export(0), &export(1), &[(Contradicts, Some(of), Some(sequence))]);
}

const LINE_ORIGIN: &str = "keepclear/line/00000000-0000-0000-0000-000000000011/";

#[test]
fn swapped_entries_of_one_lane_are_reordered_once() {
    let said = history(40);
    let mut there = lines(1, &said);
    // Both of lane 0, as the history has it.
    assert_eq!((said[8].lane, said[10].lane), (0, 0));
    there.swap(HEADER + 8, HEADER + 10);
    let found = differences(&lines(0, &said), &there);
    let (kind, of, sequence) = short(&found)[0];
    assert_eq!((found.len(), kind, of), (1, Reordered, Some(node(0))), "{found:#?}");
    assert!(
        [said[8].entry(), said[10].entry()].iter().any(|it| Some(it.sequence.get()) == sequence)
    );
}

#[test]
fn one_entry_that_was_put_much_earlier_is_reordered_once() {
    let said = history(80);
    let mut there = lines(1, &said);
    let moved = there.remove(HEADER + 72);
    there.insert(HEADER + 1, moved);
    let (of, sequence) = place(&said, 72);
    check(&lines(0, &said), &there, &[(Reordered, Some(of), Some(sequence))]);
}

#[test]
fn an_entry_that_is_there_twice_is_reordered() {
    let said = history(40);
    let mut there = lines(1, &said);
    there.insert(HEADER + 20, there[HEADER + 9].clone());
    let (of, sequence) = place(&said, 9);
    check(&lines(0, &said), &there, &[(Reordered, Some(of), Some(sequence))]);
}

#[test]
fn a_changed_key_signs_what_follows_and_a_damaged_change_is_one_difference() {
    let mut pens = Pens::new();
    let mut said: Vec<Said> = (0..10).map(|at| pens.say(at % 4, &[at as u8])).collect();
    said.push(pens.change_key(0, 50));
    said.extend((0..10).map(|at| pens.say(0, &[at])));
    said.push(pens.change_key(0, 51));
    said.extend((0..10).map(|at| pens.say(at % 4, &[at as u8])));
    check(&lines(0, &said), &lines(1, &said), &[]);
    let altered = changed(&said[10], |entry| entry.request.0[0] ^= 1);
    let there = replaced(&said, 10, altered.encode());
    let (of, sequence) = place(&said, 10);
    check(&lines(0, &said), &there, &[(Altered, Some(of), Some(sequence))]);
    let mut swapped = lines(1, &said);
    swapped.swap(HEADER + 10, HEADER + 11);
    assert_eq!(differences(&lines(0, &said), &swapped).len(), 1);
    // The old key has no say any more.
    let late = changed(&said[12], |entry| sign(entry, 0));
    let there = replaced(&said, 12, late.encode());
    let (of, sequence) = place(&said, 12);
    check(&lines(0, &said), &there, &[(Forged, Some(of), Some(sequence))]);
}

#[test]
fn headers_that_disagree_contradict_once_and_the_entries_are_still_compared() {
    let said = history(40);
    let swap = |from: &str, to: &str| {
        let mut there = lines(1, &said);
        assert!(there[0].contains(from));
        there[0] = there[0].replace(from, to);
        sealed(there, 1)
    };
    let disagree = [(Contradicts, None, None)];
    let keys = [key(0), key(60)].map(|key| key.public().to_string());
    check(&lines(0, &said), &swap(&keys[0], &keys[1]), &disagree);
    check(&lines(0, &said), &swap("\"exercise\":false", "\"exercise\":true"), &disagree);
    check(&lines(0, &said), &swap("\"north\"", "\"nord\""), &disagree);
    let line = desk(0).to_string();
    assert!(!lines(1, &said)[0].contains(&format!("\"exporter\":\"{line}\"")));
}

#[test]
fn an_entry_of_another_line_or_of_an_exercise_has_no_place() {
    let said = history(40);
    let foreign = changed(&said[9], |entry| {
        entry.log.id[0] ^= 1;
        sign(entry, 1);
    });
    let exercise = changed(&said[9], |entry| {
        entry.exercise = true;
        sign(entry, 1);
    });
    let (of, sequence) = place(&said, 9);
    for entry in [foreign, exercise] {
        let there = replaced(&said, 9, entry.encode());
        check(&lines(0, &said), &there, &[(Forged, Some(of), Some(sequence))]);
    }
}

#[test]
fn a_protected_payload_may_be_given_or_withheld_but_not_changed() {
    let mut pens = Pens::new();
    let said: Vec<Said> = (0..8).map(|at| pens.say_aside(at % 4, &[at as u8])).collect();
    let withheld = lines(0, &said);
    let aside = |payload: &[u8]| {
        let named = keepclear_entry::Aside::of(
            keepclear_entry::Salt(crate::support::SALT),
            &[2],
            keepclear_entry::Retention::ProtectedSource,
        );
        let [hash, salt, payload] =
            [&named.unwrap().hash()[..], &crate::support::SALT, payload].map(base64);
        format!(
            "{{\"aside\":{{\"hash\":\"{hash}\",\"salt\":\"{salt}\",\"payload\":\"{payload}\"}}}}"
        )
    };
    let with = |line: String| {
        let mut given = lines(1, &said);
        given.insert(HEADER + 8, line);
        sealed(given, 1)
    };
    check(&withheld, &with(aside(&[2])), &[]);
    check(&withheld, &with(aside(&[3])), &[(Altered, Some(node(2)), Some(1))]);
}

#[test]
fn a_line_that_was_changed_after_the_export_was_signed_is_named() {
    let said = history(40);
    let mut there = lines(1, &said);
    let line = &mut there[HEADER + 3];
    // A second later: within what clocks may, so only the signature over the file says it.
    assert!(line.contains("\"stored_at\":\"2026-11-25T09:46:44Z\""), "{line}");
    *line = line.replace("46:44Z", "46:45Z");
    check(&lines(0, &said), &there, &[(Altered, None, None)]);
}

#[test]
fn a_checkpoint_over_more_entries_than_are_there_names_the_first_that_is_missing() {
    let said = history(40);
    let cut = |exporter| {
        let mut lines = lines(exporter, &said);
        lines.remove(HEADER + 39);
        sealed(lines, exporter)
    };
    let (of, sequence) = place(&said, 39);
    assert_eq!(short(&faults(&cut(0))), [(Missing, Some(of), Some(sequence))]);
    check(&cut(0), &cut(1), &[(Missing, Some(of), Some(sequence))]);
}

#[test]
fn an_entry_at_the_last_place_that_there_can_be_leaves_a_gap_and_no_panic() {
    let mut said = history(4);
    let entry = changed(&said[3], |entry| {
        entry.sequence = keepclear_entry::Sequence::new(u64::MAX).unwrap();
        sign(entry, 0);
    });
    said[3].bytes = entry.encode();
    let strange = |exporter| {
        let mut lines = lines(exporter, &history(4));
        lines[HEADER + 3] = entry_line(&said[3]);
        // The checkpoint of its lane says the same once more.
        lines.retain(|line| !line.contains(&format!("{LINE_ORIGIN}{}", node(1))));
        sealed(lines, exporter)
    };
    let missing = [(Missing, Some(node(1)), Some(1))];
    check(&strange(0), &strange(1), &missing);
    let there = [missing[0], (Missing, Some(node(1)), Some(u64::MAX))];
    let found = differences(&lines(0, &history(3)), &strange(1));
    assert_eq!(short(&found), there, "{found:#?}");
}

#[test]
fn an_entry_that_both_altered_is_named_once_for_both() {
    let said = history(16);
    let altered = |exporter, request| {
        let entry = changed(&said[9], |entry| entry.request.0[0] = request);
        let mut lines = lines(exporter, &said);
        lines[HEADER + 9] = entry_line(&Said { bytes: entry.encode(), ..said[9].clone() });
        lines
    };
    let found = differences(&altered(0, 8), &altered(1, 9));
    let (of, sequence) = place(&said, 9);
    assert_eq!(short(&found), [(Forged, Some(of), Some(sequence))], "{found:#?}");
    assert!(["first", "second"].iter().all(|which| found[0].detail.contains(which)), "{found:#?}");
}

#[test]
fn a_fault_of_one_record_is_named_once_when_it_is_verified_alone() {
    let said = history(8);
    let mut there = lines(1, &said);
    there[HEADER + 3] = there[HEADER + 3].replace("46:44Z", "46:45Z");
    assert_eq!(short(&faults(&there)), [(Altered, None, None)]);
}
