//! What was refused of one peer, or of strangers, and written down.
//!
//! Of a day only so many are written, because whoever is refused must not fill the log; and never so few
//! that nothing is seen any more. The day is that of the entries, so a replay comes to the same.

use std::collections::{BTreeSet, VecDeque};

use keepclear_line::quantity::{Instant, MessageId};

use super::Suspected;
use crate::views::SuspicionView;

/// Suspicions that are shown.
const SHOWN_MAX: usize = 100;
const DAY_US: i64 = 86_400_000_000;

/// Those of a peer or of strangers.
#[derive(Debug)]
pub struct Suspicions {
    /// Most that are written within a day.
    most: usize,
    shown: VecDeque<SuspicionView>,
    /// Of the last day, in order.
    recent: VecDeque<(Instant, MessageId)>,
    known: BTreeSet<MessageId>,
    total: u64,
}

/// Whether something that was refused is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// Yes.
    Writing,
    /// The same was written within the last day.
    Known,
    /// Too much was written within the last day: it is counted only.
    Counting,
}

impl Suspicions {
    pub fn new(most: usize) -> Self {
        let (shown, recent) = (VecDeque::new(), VecDeque::new());
        Self { most, shown, recent, known: BTreeSet::new(), total: 0 }
    }

    /// Whether this is to be written at that time, after `more` that are about to be.
    pub fn worth(&self, digest: &MessageId, now: Instant, more: usize) -> Worth {
        let gone = self.recent.partition_point(|(at, _)| is_gone(*at, now));
        let known = self.known.contains(digest)
            && self.recent.iter().skip(gone).any(|(_, other)| other == digest);
        if known {
            Worth::Known
        } else if self.recent.len() - gone + more >= self.most {
            Worth::Counting
        } else {
            Worth::Writing
        }
    }

    /// It is written.
    pub fn push(&mut self, at: Instant, suspected: &Suspected) {
        while self.recent.front().is_some_and(|(first, _)| is_gone(*first, at)) {
            let Some((_, digest)) = self.recent.pop_front() else { break };
            self.known.remove(&digest);
        }
        self.recent.push_back((at, suspected.digest));
        self.known.insert(suspected.digest);
        self.total += 1;
        if self.shown.len() == SHOWN_MAX {
            self.shown.pop_front();
        }
        let (kind, detail) = (suspected.kind, suspected.detail.clone());
        self.shown.push_back(SuspicionView { at, kind, detail });
    }

    /// The newest ones, newest first.
    pub fn shown(&self) -> impl Iterator<Item = &SuspicionView> {
        self.shown.iter().rev()
    }

    /// All that were ever written.
    pub fn total(&self) -> u64 {
        self.total
    }
}

fn is_gone(at: Instant, now: Instant) -> bool {
    now.0.saturating_sub(at.0) >= DAY_US
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::SuspicionKind;

    fn push(suspicions: &mut Suspicions, number: u8, at_us: i64) {
        let digest = MessageId([number; 32]);
        let (kind, detail) = (SuspicionKind::Forged, String::new());
        suspicions.push(Instant(at_us), &Suspected { peer: None, kind, digest, detail });
    }

    #[test]
    fn of_a_day_so_many_are_written_and_the_next_day_as_many_again() {
        let mut suspicions = Suspicions::new(3);
        let worth = |suspicions: &Suspicions, number: u8, at_us: i64| {
            suspicions.worth(&MessageId([number; 32]), Instant(at_us), 0)
        };
        for day in 0..3 {
            let start = day * DAY_US;
            for number in 0..3 {
                let at_us = start + i64::from(number);
                assert_eq!(worth(&suspicions, number, at_us), Worth::Writing, "day {day}");
                push(&mut suspicions, number, at_us);
            }
            assert_eq!(worth(&suspicions, 1, start + 10), Worth::Known);
            assert_eq!(worth(&suspicions, 9, start + 10), Worth::Counting);
        }
        assert_eq!((suspicions.total(), suspicions.shown().count()), (9, 9));
        assert_eq!(suspicions.recent.len(), 3);
    }

    #[test]
    fn those_that_are_about_to_be_written_count() {
        let suspicions = Suspicions::new(3);
        let worth = |more| suspicions.worth(&MessageId([1; 32]), Instant(0), more);
        assert_eq!([worth(2), worth(3)], [Worth::Writing, Worth::Counting]);
    }
}
