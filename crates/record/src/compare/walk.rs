//! Two files' entries of one lane side by side, place by place.

use super::CompareError;
use super::bytes::{Sources, differing_fields};
use super::findings::{At, DifferenceKind, Findings};
use super::place::Placed;
use crate::scan::{Lane, Moved, Scanned, Slot};
use keepclear_entry::EntryHash;

/// Names what is missing, what contradicts, and what stands out of order in this lane.
pub(super) fn lane(
    sides: [&Scanned; 2],
    lane: usize,
    placed: &Placed,
    sealed: [bool; 2],
    clock_max_us: i64,
    sources: &mut Sources<'_>,
    findings: &mut Findings,
) -> Result<(), CompareError> {
    let lanes = sides.map(|side| &side.lanes[lane]);
    let mut walk = Walk { lane, lanes, placed, run: None, parted: false, sealed };
    let [mut a, mut b] = lanes.map(Lane::slots);
    let mut expected = 1;
    loop {
        let sequence = match (a.first(), b.first()) {
            (Some(one), Some(other)) => one.sequence.min(other.sequence),
            (Some(one), None) | (None, Some(one)) => one.sequence,
            (None, None) => break,
        };
        if sequence > expected {
            walk.flush(sources, findings);
            walk.lacking_in_both(expected, sequence - 1, findings);
        }
        let one = take(&mut a, sequence);
        let other = take(&mut b, sequence);
        walk.place(sequence, one, other, sources, findings)?;
        expected = sequence.saturating_add(1);
    }
    walk.flush(sources, findings);
    for (side, of) in lanes.iter().enumerate() {
        moved(side, lane, of, sources, findings);
        links(side, lane, of, sources, findings);
        for (sequence, detail) in of.times_that_go_back(clock_max_us).iter().chain(&of.clock) {
            findings.add(DifferenceKind::Clock, At::Lane(lane, *sequence), None, detail.clone());
        }
    }
    Ok(())
}

fn take<'s>(slots: &mut &'s [Slot], sequence: u64) -> Option<&'s Slot> {
    let (first, rest) = slots.split_first()?;
    if first.sequence != sequence {
        return None;
    }
    *slots = rest;
    Some(first)
}

struct Walk<'w> {
    lane: usize,
    lanes: [&'w Lane; 2],
    placed: &'w Placed,
    /// Entries that one side lacks, as far as they follow each other: side, first, last.
    run: Option<(usize, u64, u64)>,
    /// The two histories have parted and not met again.
    parted: bool,
    /// Whether each file is as its exporter signed it.
    sealed: [bool; 2],
}

impl Walk<'_> {
    fn place(
        &mut self,
        sequence: u64,
        one: Option<&Slot>,
        other: Option<&Slot>,
        sources: &mut Sources<'_>,
        findings: &mut Findings,
    ) -> Result<(), CompareError> {
        match (one, other) {
            (Some(one), Some(other)) => {
                self.flush(sources, findings);
                if one.hash == other.hash {
                    self.parted = false;
                } else if self.parted {
                    findings.explain(self.lane, sequence);
                } else {
                    self.parted = true;
                    self.contradiction(sequence, one, other, sources, findings)?;
                }
            }
            (None, _) => self.lacks(0, sequence, sources, findings),
            (_, None) => self.lacks(1, sequence, sources, findings),
        }
        Ok(())
    }

    fn lacks(
        &mut self,
        side: usize,
        sequence: u64,
        sources: &Sources<'_>,
        findings: &mut Findings,
    ) {
        let is_tail = sequence > self.lanes[side].last();
        if self.placed.has(side, self.lane, sequence) || (self.parted && is_tail) {
            self.flush(sources, findings);
            return;
        }
        match &mut self.run {
            Some((of, _, last)) if *of == side && *last + 1 == sequence => *last = sequence,
            _ => {
                self.flush(sources, findings);
                self.run = Some((side, sequence, sequence));
            }
        }
    }

    fn flush(&mut self, sources: &Sources<'_>, findings: &mut Findings) {
        let Some((side, first, last)) = self.run.take() else { return };
        let is_end = last > self.lanes[side].last();
        let what = range(first, last);
        let name = sources.name(side);
        let where_to = if is_end { ", the end of the lane," } else { "" };
        let verb = if first == last { "is" } else { "are" };
        let detail = format!("{what}{where_to} {verb} not in {name}");
        let at = At::Lane(self.lane, first);
        findings.add(DifferenceKind::Missing, at, Some(side), detail);
    }

    fn lacking_in_both(&self, first: u64, last: u64, findings: &mut Findings) {
        for (first, last) in findings.unexplained(self.lane, first, last) {
            let what = range(first, last);
            let verb = if first == last { "is" } else { "are" };
            let detail = format!("{what} {verb} in no record, but later ones are");
            let at = At::Lane(self.lane, first);
            findings.add(DifferenceKind::Missing, at, Some(0), detail.clone());
            findings.add(DifferenceKind::Missing, at, Some(1), detail);
        }
    }

    fn contradiction(
        &self,
        sequence: u64,
        one: &Slot,
        other: &Slot,
        sources: &mut Sources<'_>,
        findings: &mut Findings,
    ) -> Result<(), CompareError> {
        if one.is_withheld() || other.is_withheld() {
            self.other_hash(sequence, [one, other], sources, findings);
            return Ok(());
        }
        let first = sources.entry(0, one.offset)?;
        let second = sources.entry(1, other.offset)?;
        let fields = match first.zip(second) {
            Some((first, second)) => differing_fields(&first, &second),
            None => "their bytes".to_owned(),
        };
        let detail = format!(
            "both records hold a signed entry here, and they differ in {fields}: {} and {}",
            one.hash, other.hash
        );
        findings.add(DifferenceKind::Contradicts, At::Lane(self.lane, sequence), None, detail);
        Ok(())
    }

    /// A withheld entry with another hash than the other record has. Its exporter signed that hash with the
    /// rest of the file; where the file is no longer as it was signed, the hash is not either.
    fn other_hash(
        &self,
        sequence: u64,
        slots: [&Slot; 2],
        sources: &Sources<'_>,
        findings: &mut Findings,
    ) {
        let says = |side: usize| {
            let (name, Slot { hash, .. }) = (sources.name(side), slots[side]);
            match slots[side].is_withheld() {
                true => format!("{name} withholds the entry here and gives its hash as {hash}"),
                false => format!("{name} holds a signed entry here with hash {hash}"),
            }
        };
        let changed =
            [0, 1].into_iter().find(|side| slots[*side].is_withheld() && !self.sealed[*side]);
        let (kind, why) = match changed {
            Some(side) => (
                DifferenceKind::Altered,
                format!("; {} is not as it was signed", sources.name(side)),
            ),
            None => (DifferenceKind::Contradicts, String::new()),
        };
        let detail = format!("{}, and {}{why}", says(0), says(1));
        findings.add(kind, At::Lane(self.lane, sequence), changed, detail);
    }
}

fn range(first: u64, last: u64) -> String {
    match last - first {
        0 => format!("entry {first}"),
        more => format!("entries {first} to {last} ({})", more.saturating_add(1)),
    }
}

/// Entries of one file that were moved, are there more than once, or have a rival.
fn moved(side: usize, lane: usize, of: &Lane, sources: &Sources<'_>, findings: &mut Findings) {
    let name = sources.name(side);
    for (sequence, moved) in &of.moved {
        let (kind, what) = match moved {
            Moved::OutOfOrder => {
                (DifferenceKind::Reordered, "stands out of the order of its lane in")
            }
            Moved::Repeated => (DifferenceKind::Reordered, "is more than once in"),
            Moved::Rival => (
                DifferenceKind::Contradicts,
                "is there twice, with different words, both signed, in",
            ),
        };
        let detail = format!("entry {sequence} {what} {name}");
        findings.add(kind, At::Lane(lane, *sequence), Some(side), detail);
    }
}

/// Entries that follow another one than the one that is there, where nothing named explains it.
fn links(side: usize, lane: usize, of: &Lane, sources: &Sources<'_>, findings: &mut Findings) {
    for (sequence, offset, previous) in &of.unlinked {
        let is_here = of.get(*sequence).is_some_and(|slot| slot.offset == *offset);
        let before = sequence.saturating_sub(1);
        let expected = match before {
            0 => Some(EntryHash::NONE),
            _ => of.get(before).map(|slot| slot.hash),
        };
        let is_withheld = of.get(before).is_some_and(Slot::is_withheld);
        let Some(expected) = expected.filter(|expected| expected != previous) else { continue };
        if !is_here {
            continue;
        }
        if findings.is_explained(lane, before) || findings.is_explained(lane, *sequence) {
            findings.blame(side);
            continue;
        }
        let name = sources.name(side);
        let detail = format!(
            "entry {sequence} in {name} is signed and says that it follows {previous}, but entry \
             {before} there, {}, has hash {expected}",
            if is_withheld { "which is withheld" } else { "also signed" }
        );
        findings.add(DifferenceKind::Contradicts, At::Lane(lane, *sequence), Some(side), detail);
    }
}
