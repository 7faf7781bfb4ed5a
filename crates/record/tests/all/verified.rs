//! Checkpoints that were verified before spare signatures, and hide nothing.

use crate::support::{Said, entry_line, file, history, lines, node, sealed, short};
use keepclear_record::DifferenceKind::{Altered, Missing};
use keepclear_record::{Comparison, Limits, NoClaims, Verified, VerifiedError, compare, verify};
use std::io::Cursor;

#[test]
fn a_verified_checkpoint_is_used_and_the_answer_is_the_same() {
    let (said, verified) = verified(40);
    let longer = history(48);
    for there in [&said, &longer] {
        let answer = compared(&lines(0, there), &lines(1, there), &verified);
        assert_eq!(answer.differences, []);
        assert!(answer.used_verified);
    }
    let answer = compared(&lines(0, &said), &lines(1, &longer), &verified);
    assert_eq!(answer.differences.len(), 4);
    assert!(answer.differences.iter().all(|difference| difference.kind == Missing));
}

#[test]
fn what_was_altered_under_a_verified_checkpoint_is_found_in_either_record() {
    let (said, verified) = verified(40);
    let mut bytes = said[8].bytes.clone();
    bytes[40] ^= 1;
    for (exporter, other) in [(0, 1), (1, 0)] {
        let mut altered = lines(exporter, &said);
        altered[9] = entry_line(&Said { bytes: bytes.clone(), ..said[8].clone() });
        let altered = sealed(altered, exporter);
        for (a, b) in [(&altered, &lines(other, &said)), (&lines(other, &said), &altered)] {
            let answer = compared(a, b, &verified);
            let sequence = said[8].entry().sequence.get();
            let expected = [(Altered, Some(node(0)), Some(sequence))];
            assert_eq!(short(&answer.differences), expected, "{:#?}", answer.differences);
        }
    }
}

#[test]
fn a_forged_rival_under_a_verified_checkpoint_is_never_called_signed() {
    let (said, verified) = verified(40);
    let mut bytes = said[8].bytes.clone();
    bytes[40] ^= 1;
    for at in [1, 20] {
        let mut there = lines(0, &said);
        there.insert(at, entry_line(&Said { bytes: bytes.clone(), ..said[8].clone() }));
        let answer = compared(&sealed(there, 0), &lines(1, &said), &verified);
        let kinds: Vec<_> = answer.differences.iter().map(|it| it.kind).collect();
        assert_eq!(kinds, [keepclear_record::DifferenceKind::Forged], "{:#?}", answer.differences);
    }
}

#[test]
fn a_checkpoint_that_no_party_signed_is_refused() {
    let (said, _) = verified(40);
    let notes = verify(Cursor::new(file(&lines(0, &said))), Limits::default(), &NoClaims);
    let mut note = notes.unwrap().checkpoints[0].clone();
    let end = note.len() - 6;
    note.replace_range(end..=end, if &note[end..=end] == "A" { "B" } else { "A" });
    let mut verified = Verified::none();
    verified.read(&Verified::write(&[note])).unwrap();
    let [a, b] = [0, 1].map(|side| Cursor::new(file(&lines(side, &said))));
    let answer = compare(a, b, Limits::default(), &verified, &NoClaims).unwrap_err();
    assert!(answer.to_string().contains("signed by no key of either party"), "{answer}");
}

#[test]
fn a_file_of_other_lines_is_refused_with_the_line() {
    let refused = Verified::none().read("{\"checkpoint\":\"no note\"}\n");
    assert!(matches!(refused, Err(VerifiedError::Line { line: 1, .. })), "{refused:?}");
}

fn verified(count: usize) -> (Vec<Said>, Verified) {
    let said = history(count);
    let answer = verify(Cursor::new(file(&lines(0, &said))), Limits::default(), &NoClaims).unwrap();
    assert_eq!((answer.differences.len(), answer.checkpoints.len()), (0, 4));
    let mut verified = Verified::none();
    verified.read(&Verified::write(&answer.checkpoints)).unwrap();
    (said, verified)
}

fn compared(a: &[String], b: &[String], verified: &Verified) -> Comparison {
    let (a, b) = (Cursor::new(file(a)), Cursor::new(file(b)));
    compare(a, b, Limits::default(), verified, &NoClaims).unwrap()
}
