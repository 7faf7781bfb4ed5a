//! Where the lines belong whose entries cannot be taken at their word.
//!
//! A changed byte can fall on an entry's own place, so what it says about that is only a hint. Where
//! the hint leads nowhere, the gap in which the line stands says it.

use super::CompareError;
use super::bytes::{Sources, differing_fields};
use super::findings::{At, DifferenceKind, Findings};
use crate::fault::Fault;
use crate::scan::{Scanned, Slot, Suspect};
use keepclear_entry::Entry;
use std::collections::BTreeMap;

/// What verifies in the other record, byte for byte, holds here too: its key may have been announced
/// by an entry that is damaged in this one. A hash that the other record bears out holds here too, unless
/// its line says another place.
pub(super) fn promote(own: &mut Scanned, other: &Scanned) {
    let mut left = Vec::new();
    let mut is_changed = false;
    for suspect in std::mem::take(&mut own.suspects) {
        let holds = |there: &Slot| {
            let is_known = match suspect.fault {
                Fault::WithheldHash { .. } => true,
                Fault::WithheldPlace { .. } => false,
                _ => !there.is_withheld(),
            };
            is_known && there.hash == suspect.hash
        };
        match (suspect.lane, suspect.sequence) {
            (Some(lane), Some(sequence)) if other.lanes[lane].get(sequence).is_some_and(holds) => {
                own.lanes[lane].insert(suspect.slot(sequence));
                is_changed = true;
            }
            _ => left.push(suspect),
        }
    }
    own.suspects = left;
    if is_changed {
        own.lanes.iter_mut().for_each(crate::scan::Lane::sort);
    }
}

/// Suspects at the places that they stand for, by side, lane and place.
#[derive(Debug)]
pub(super) struct Placed {
    at: [BTreeMap<(usize, u64), usize>; 2],
    /// Those that stand for no place.
    alone: [Vec<usize>; 2],
}

/// Places that one file lacks, between two lines of it.
struct Gap {
    after_offset: u64,
    before_offset: u64,
    next: u64,
    last: u64,
}

impl Placed {
    pub(super) fn of(sides: [&Scanned; 2]) -> Self {
        let mut placed = Self { at: Default::default(), alone: Default::default() };
        for side in 0..2 {
            placed.place(side, sides[side], sides[1 - side]);
        }
        placed
    }

    fn place(&mut self, side: usize, own: &Scanned, other: &Scanned) {
        let mut left = Vec::new();
        for (index, suspect) in own.suspects.iter().enumerate() {
            let hint = suspect.lane.zip(suspect.sequence).filter(|(lane, sequence)| {
                let free = own.lanes[*lane].get(*sequence).is_none();
                free && !self.at[side].contains_key(&(*lane, *sequence))
                    && (other.lanes[*lane].get(*sequence).is_some()
                        || self.goes_on(side, own, *lane, *sequence))
            });
            match hint {
                Some(place) => {
                    self.at[side].insert(place, index);
                }
                None => left.push(index),
            }
        }
        let mut gaps: Vec<Vec<Gap>> = match left.is_empty() {
            true => Vec::new(),
            false => (0..own.lanes.len()).map(|lane| gaps(own, other, lane)).collect(),
        };
        for index in left {
            let suspect = &own.suspects[index];
            match self.fill(side, &mut gaps, suspect) {
                Some(place) => {
                    self.at[side].insert(place, index);
                }
                None => self.alone[side].push(index),
            }
        }
    }

    /// Whether this place follows on what the file has.
    fn goes_on(&self, side: usize, own: &Scanned, lane: usize, sequence: u64) -> bool {
        let before = sequence - 1;
        before == 0
            || own.lanes[lane].get(before).is_some()
            || self.at[side].contains_key(&(lane, before))
    }

    fn fill(&self, side: usize, gaps: &mut [Vec<Gap>], suspect: &Suspect) -> Option<(usize, u64)> {
        let offset = suspect.offset;
        let hinted = suspect.lane.into_iter();
        let others = (0..gaps.len()).filter(|lane| Some(*lane) != suspect.lane);
        for lane in hinted.chain(others) {
            let behind = gaps[lane].partition_point(|gap| gap.after_offset < offset);
            let Some(gap) = behind.checked_sub(1).map(|at| &mut gaps[lane][at]) else { continue };
            if offset >= gap.before_offset {
                continue;
            }
            while gap.next <= gap.last {
                let sequence = gap.next;
                gap.next += 1;
                if !self.at[side].contains_key(&(lane, sequence)) {
                    return Some((lane, sequence));
                }
            }
        }
        None
    }

    /// Names every suspect.
    pub(super) fn report(
        &self,
        sides: [&Scanned; 2],
        sources: &mut Sources<'_>,
        findings: &mut Findings,
    ) -> Result<(), CompareError> {
        for side in 0..2 {
            let own = sides[side];
            for (&(lane, sequence), &index) in &self.at[side] {
                let suspect = &own.suspects[index];
                let there = sides[1 - side].lanes[lane].get(sequence);
                let (kind, why) = match there.filter(|there| !there.is_withheld()) {
                    _ if suspect.is_withheld() => {
                        (DifferenceKind::Altered, suspect.fault.to_string())
                    }
                    Some(there) => {
                        let genuine = sources.entry(1 - side, there.offset)?;
                        let found = sources.entry(side, suspect.offset)?;
                        beside(genuine.as_ref(), found.as_ref(), &suspect.fault)
                    }
                    None => (kind_alone(&suspect.fault), suspect.fault.to_string()),
                };
                let detail = format!("{}: {why}", standing(sources.name(side), suspect));
                findings.add(kind, At::Lane(lane, sequence), Some(side), detail);
            }
            for &index in &self.alone[side] {
                let suspect = &own.suspects[index];
                let at = match (suspect.lane, suspect.sequence) {
                    (Some(lane), Some(sequence)) => At::Lane(lane, sequence),
                    (_, sequence) => At::Stranger(suspect.node, sequence),
                };
                let place = standing(sources.name(side), suspect);
                let detail = format!("{place}: {}", suspect.fault);
                findings.add(kind_alone(&suspect.fault), at, Some(side), detail);
            }
        }
        Ok(())
    }

    pub(super) fn has(&self, side: usize, lane: usize, sequence: u64) -> bool {
        self.at[side].contains_key(&(lane, sequence))
    }
}

/// Where a person finds it.
fn standing(name: &str, suspect: &Suspect) -> String {
    match (suspect.line, suspect.sequence) {
        (Some(line), _) => format!("{name}, line {line}"),
        (None, Some(sequence)) => format!("{name}, entry {sequence}"),
        (None, None) => name.to_owned(),
    }
}

/// What an entry is that stands where the other record has the genuine one. It was altered if it still
/// carries the genuine signature, and forged if it carries one of its own. A signature of its own
/// shares next to nothing with the genuine one, an altered one nearly all.
fn beside(
    genuine: Option<&Entry>,
    found: Option<&Entry>,
    fault: &Fault,
) -> (DifferenceKind, String) {
    let (Some(genuine), Some(found)) = (genuine, found) else {
        return (DifferenceKind::Altered, fault.to_string());
    };
    let fields = differing_fields(genuine, found);
    let why = format!("{fault}; differs from the signed entry in {fields}");
    let is_genuine = genuine.signature.zip(found.signature).is_some_and(|(one, other)| {
        one.0.iter().zip(other.0).filter(|(one, other)| **one == *other).count() > 32
    });
    match is_genuine {
        true => (DifferenceKind::Altered, why),
        false => (DifferenceKind::Forged, why),
    }
}

fn kind_alone(fault: &Fault) -> DifferenceKind {
    match fault {
        Fault::Damaged(_) | Fault::WithheldHash { .. } | Fault::WithheldPlace { .. } => {
            DifferenceKind::Altered
        }
        _ => DifferenceKind::Forged,
    }
}

/// The gaps of one lane in one file, in the file's order; the last reaches as far as the other file.
fn gaps(own: &Scanned, other: &Scanned, lane: usize) -> Vec<Gap> {
    let slots = own.lanes[lane].slots();
    let end = own.lanes[lane].last().max(other.lanes[lane].last()).saturating_add(1);
    let places = slots.iter().map(|slot| (slot.sequence, slot.offset)).chain([(end, u64::MAX)]);
    let (mut before, mut gaps) = ((0_u64, 0), Vec::new());
    for (sequence, offset) in places {
        let next = before.0.saturating_add(1);
        if sequence > next {
            let last = sequence - 1;
            gaps.push(Gap { after_offset: before.1, before_offset: offset, next, last });
        }
        before = (sequence, offset);
    }
    gaps.sort_by_key(|gap| gap.after_offset);
    gaps
}
