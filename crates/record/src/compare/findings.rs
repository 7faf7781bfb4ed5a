//! The list of differences while it is made: each place and kind once, and which file is to blame.

use crate::scan::Roster;
use keepclear_entry::{LogId, NodeId};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What kind of difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DifferenceKind {
    /// One record has an entry, or the end of a lane, that the other lacks.
    Missing,
    /// The same place holds other bytes, and at most one of the two is what was signed.
    Altered,
    /// The same entries in another order within a lane, or an entry more than once.
    Reordered,
    /// A signature that the lane's key did not make, or a lane that neither party has.
    Forged,
    /// Both are signed and say different things, or the headers disagree.
    Contradicts,
    /// Times that differ by more than clocks may.
    Clock,
}

impl fmt::Display for DifferenceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Missing => "missing",
            Self::Altered => "altered",
            Self::Reordered => "reordered",
            Self::Forged => "forged",
            Self::Contradicts => "contradicts",
            Self::Clock => "clock",
        })
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What kind.
    pub kind: DifferenceKind,
    /// The line.
    pub log: LogId,
    /// The lane; none for what concerns a whole file.
    pub node: Option<NodeId>,
    /// The place in it.
    pub sequence: Option<u64>,
    /// For a person: which record, what, and since when.
    pub detail: String,
}

/// Bytes of detail after which more of the same kind at the same place is not told: a file may repeat a
/// fault a million times.
const DETAIL_MAX: usize = 1000;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    lane: Option<usize>,
    node: Option<NodeId>,
    sequence: Option<u64>,
    kind: DifferenceKind,
    /// Tells apart what has no place.
    text: String,
}

/// What has been found so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    found: BTreeMap<Key, String>,
    /// Places whose difference is named: what follows from them is not.
    explained: BTreeSet<(usize, u64)>,
    blamed: [bool; 2],
}

/// Where a difference is.
#[derive(Debug, Clone, Copy)]
pub(super) enum At {
    File,
    Lane(usize, u64),
    /// A node that neither header names.
    Stranger(Option<NodeId>, Option<u64>),
}

impl Findings {
    /// Adds a difference; those of one kind at one place are told together. `blamed` is the file that it is in, 0
    /// or 1, if it can be told.
    pub(super) fn add(
        &mut self,
        kind: DifferenceKind,
        at: At,
        blamed: Option<usize>,
        detail: String,
    ) {
        let (lane, node, sequence) = match at {
            At::File => (None, None, None),
            At::Lane(lane, sequence) => (Some(lane), None, Some(sequence)),
            At::Stranger(node, sequence) => (None, node, sequence),
        };
        if let Some(side) = blamed {
            self.blame(side);
        }
        let text = if lane.is_some() { String::new() } else { detail.clone() };
        let key = Key { lane, node, sequence, kind, text };
        let told = self.found.entry(key).or_default();
        if told.is_empty() {
            *told = detail;
        } else if told.len() < DETAIL_MAX && !told.contains(&detail) {
            told.push_str("; ");
            told.push_str(&detail);
        }
        if let At::Lane(lane, sequence) = at
            && kind != DifferenceKind::Clock
        {
            self.explained.insert((lane, sequence));
        }
    }

    /// Nothing about this place needs to be named again.
    pub(super) fn explain(&mut self, lane: usize, sequence: u64) {
        self.explained.insert((lane, sequence));
    }

    pub(super) fn is_explained(&self, lane: usize, sequence: u64) -> bool {
        self.explained.contains(&(lane, sequence))
    }

    pub(super) fn is_anything_named(&self) -> bool {
        !self.found.is_empty()
    }

    /// Whether something is wrong with the lane up to and including this place.
    pub(super) fn is_explained_through(&self, lane: usize, sequence: u64) -> bool {
        self.explained.range((lane, 0)..=(lane, sequence)).next().is_some()
    }

    /// The parts of a range of places that nothing has been said about.
    pub(super) fn unexplained(&self, lane: usize, first: u64, last: u64) -> Vec<(u64, u64)> {
        let (mut left, mut from) = (Vec::new(), first);
        for (_, taken) in self.explained.range((lane, first)..=(lane, last)) {
            if *taken > from {
                left.push((from, taken - 1));
            }
            from = taken.saturating_add(1);
        }
        if from <= last {
            left.push((from, last));
        }
        left
    }

    /// This file has been changed, as a difference that is named shows.
    pub(super) fn blame(&mut self, side: usize) {
        self.blamed[side] = true;
    }

    pub(super) fn is_blamed(&self, side: usize) -> bool {
        self.blamed[side]
    }

    pub(super) fn into_differences(self, roster: &Roster) -> Vec<Difference> {
        let difference = |(key, detail): (Key, String)| Difference {
            kind: key.kind,
            log: roster.log,
            node: key.lane.map_or(key.node, |lane| Some(roster.lanes[lane].node)),
            sequence: key.sequence,
            detail,
        };
        self.found.into_iter().map(difference).collect()
    }
}
