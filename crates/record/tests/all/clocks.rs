//! Times that differ by more than clocks may.

use crate::support::{Pens, Said, changed, check, history, lines, node, place, sign};
use keepclear_entry::ProposedAt;
use keepclear_record::DifferenceKind::Clock;

#[test]
fn a_time_that_goes_back_by_more_than_the_clocks_may_is_named_once() {
    let tell = |back_us: i64| {
        let mut pens = Pens::new();
        let mut said: Vec<Said> = (0..4).map(|at| pens.say(0, &[at])).collect();
        pens.now_us -= back_us;
        said.extend((0..4).map(|at| pens.say(0, &[at])));
        said
    };
    // The pens' clock goes on by a second an entry.
    let within = tell(6_000_000);
    check(&lines(0, &within), &lines(1, &within), &[]);
    let beyond = tell(6_000_001);
    check(&lines(0, &beyond), &lines(1, &beyond), &[(Clock, Some(node(0)), Some(5))]);
}

#[test]
fn an_entry_stored_before_it_was_proposed_is_a_matter_of_clocks() {
    let said = history(8);
    let early = |by_us: i64| {
        let mut early = said.clone();
        early[3].stored_at_us = early[3].entry().proposed_at.0 - by_us;
        lines(1, &early)
    };
    check(&lines(0, &said), &early(5_000_000), &[]);
    let (of, sequence) = place(&said, 3);
    check(&lines(0, &said), &early(5_000_001), &[(Clock, Some(of), Some(sequence))]);
}

#[test]
fn a_time_of_the_distant_past_does_not_overflow() {
    let mut said = history(4);
    let entry = changed(&said[3], |entry| {
        entry.proposed_at = ProposedAt(i64::MIN);
        sign(entry, 0);
    });
    assert_eq!(said[3].lane, 1);
    said[3].bytes = entry.encode();
    check(&lines(0, &said), &lines(1, &said), &[]);
}
