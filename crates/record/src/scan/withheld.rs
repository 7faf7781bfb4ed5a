//! Withheld places that cannot be taken at their word.
//!
//! A hash that stands for an entry is signed by nobody. What bears it out is the signed entry behind it, which
//! names it, and the checkpoints over the lane; where that entry names another, the hash or its place
//! is wrong. Where the line of a hash says a place, the entry that names the hash knows better.

use super::index::{Lane, Proposed, Slot, Suspect};
use crate::fault::Fault;
use keepclear_entry::{EntryHash, NodeId, Sequence};
use std::collections::{BTreeMap, BTreeSet};

/// Sorts a lane, and takes out of it every withheld place that its signed entries speak against.
pub(super) fn doubtful(lane: &mut Lane, at: usize, node: NodeId) -> Vec<Suspect> {
    let suspect = |slot: Slot, place: u64, fault| Suspect {
        offset: slot.offset,
        line: None,
        lane: Some(at),
        node: Some(node),
        sequence: Some(place),
        proposed: Proposed::WITHHELD,
        hash: slot.hash,
        fault,
    };
    let said = |slot: &Slot| Sequence::new(slot.sequence).unwrap_or(Sequence::FIRST);
    let out_of_place = |(slot, place): (Slot, u64)| {
        suspect(slot, place, Fault::WithheldPlace { said: said(&slot) })
    };
    let mut suspects: Vec<Suspect> = elsewhere(lane).into_iter().map(out_of_place).collect();
    lane.sort();
    let displaced = lane.displaced.drain(..).map(|slot| (slot, slot.sequence));
    suspects.extend(displaced.map(out_of_place));
    let wrong = contradicted(lane).into_iter().map(|(slot, expected)| {
        let fault = Fault::WithheldHash { found: slot.hash, expected };
        suspect(slot, slot.sequence, fault)
    });
    suspects.extend(wrong);
    suspects
}

/// Hashes that a signed entry names as those before it, while their lines say other places and nothing
/// stands in that one. With each, where it belongs.
fn elsewhere(lane: &mut Lane) -> Vec<(Slot, u64)> {
    if lane.unlinked.is_empty() || !lane.slots.iter().any(Slot::is_withheld) {
        return Vec::new();
    }
    let taken: BTreeSet<u64> = lane.slots.iter().map(|slot| slot.sequence).collect();
    let named: BTreeMap<EntryHash, u64> = lane
        .unlinked
        .iter()
        .filter_map(|(sequence, _, previous)| Some((*previous, sequence.checked_sub(1)?)))
        .filter(|(_, before)| *before > 0 && !taken.contains(before))
        .collect();
    let moved = |slot: &mut Slot| slot.is_withheld() && named.contains_key(&slot.hash);
    let found = lane.slots.extract_if(.., moved);
    found.filter_map(|slot| Some((slot, *named.get(&slot.hash)?))).collect()
}

/// Hashes in front of a signed entry that follows another one.
fn contradicted(lane: &mut Lane) -> Vec<(Slot, EntryHash)> {
    let mut expected = BTreeMap::new();
    for (sequence, offset, previous) in &lane.unlinked {
        let is_here = lane.get(*sequence).is_some_and(|slot| slot.offset == *offset);
        let before = sequence.checked_sub(1).and_then(|before| lane.get(before));
        let Some(before) = before.filter(|before| is_here && before.is_withheld()) else {
            continue;
        };
        if before.hash != *previous {
            expected.insert(before.sequence, *previous);
        }
    }
    if expected.is_empty() {
        return Vec::new();
    }
    let wrong = |slot: &mut Slot| expected.contains_key(&slot.sequence);
    let found = lane.slots.extract_if(.., wrong);
    found.filter_map(|slot| Some((slot, *expected.get(&slot.sequence)?))).collect()
}
