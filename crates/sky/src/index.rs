//! Who touches a cell, when and how high.
//!
//! One ordered map over (cell, length class, start): a search visits, for each of its cells, only
//! those entries of each length class whose start is near enough to reach the asked time. So its
//! work grows with what overlaps it and not with what exists, also in one busy cell over a month.

use std::collections::BTreeMap;

use crate::extent::{Block, Extent, TimeRange, first_inside, last_inside, low_bit};

/// Field order is search order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    cell: u64,
    /// Floor of the binary logarithm of the length in microseconds.
    class: u8,
    start_us: i64,
    slot: u32,
    /// Number of the block: two blocks of one entity may share the rest.
    block: u16,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    end_us: i64,
    lower_mm: i32,
    upper_mm: i32,
}

/// Slots of an arena by what they touch.
#[derive(Debug, Clone, Default)]
pub struct CellIndex {
    entries: BTreeMap<Key, Span>,
    /// Entries at each S2 level, so that only levels in use are searched.
    levels: [usize; 31],
}

/// What a search asks for besides the cells.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Closed.
    pub time: TimeRange,
    /// Closed.
    pub lower_mm: i32,
    /// Closed.
    pub upper_mm: i32,
}

impl CellIndex {
    /// Adds what `slot` touches.
    pub fn insert(&mut self, slot: u32, extent: &Extent) {
        for (key, span) in entries(slot, extent) {
            if self.entries.insert(key, span).is_none() {
                self.levels[level(key.cell)] += 1;
            }
        }
    }

    /// Removes what [`CellIndex::insert`] added for the same slot and extent.
    pub fn remove(&mut self, slot: u32, extent: &Extent) {
        for (key, _) in entries(slot, extent) {
            if self.entries.remove(&key).is_some() {
                self.levels[level(key.cell)] -= 1;
            }
        }
    }

    /// Slots that overlap a block of `extent`, each once, ascending. Times before `from_us` do not
    /// count.
    pub fn overlapping(&self, extent: &Extent, from_us: i64) -> Vec<u32> {
        let mut found = Vec::new();
        for Block { cells, lower_mm, upper_mm, time } in &extent.blocks {
            let time = TimeRange { start_us: time.start_us.max(from_us), end_us: time.end_us };
            let bounds = Bounds { time, lower_mm: *lower_mm, upper_mm: *upper_mm };
            self.collect(cells, &bounds, &mut found);
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Adds the slots that overlap the cells within the bounds; a slot may come more than once.
    pub fn collect(&self, cells: &[u64], bounds: &Bounds, found: &mut Vec<u32>) {
        if bounds.time.start_us > bounds.time.end_us {
            return;
        }
        for &cell in cells {
            let own = level(cell);
            for (above, _) in self.levels.iter().enumerate().take(own).filter(|(_, n)| **n > 0) {
                self.collect_cell(ancestor(cell, above), bounds, found);
            }
            if self.levels[own + 1..].iter().any(|&count| count > 0) {
                self.collect_inside(cell, bounds, found);
            } else if self.levels[own] > 0 {
                self.collect_cell(cell, bounds, found);
            }
        }
    }

    /// The cell and every cell in use inside it.
    fn collect_inside(&self, cell: u64, bounds: &Bounds, found: &mut Vec<u32>) {
        let mut next = first_inside(cell);
        let last = last_inside(cell);
        while let Some((key, _)) = self.entries.range(first_of(next, 0)..).next() {
            if key.cell > last {
                return;
            }
            self.collect_cell(key.cell, bounds, found);
            next = key.cell + 1;
        }
    }

    fn collect_cell(&self, cell: u64, bounds: &Bounds, found: &mut Vec<u32>) {
        let mut class = 0;
        while let Some((key, _)) = self.entries.range(first_of(cell, class)..).next() {
            if key.cell != cell {
                return;
            }
            class = key.class;
            // What is shorter than this cannot reach from an earlier start.
            let reach_us = if class >= 62 { i64::MAX } else { (1_i64 << (class + 1)) - 1 };
            let earliest_us = bounds.time.start_us.saturating_sub(reach_us);
            let from = Key { start_us: earliest_us, ..first_of(cell, class) };
            for (key, span) in self.entries.range(from..) {
                if key.cell != cell || key.class != class || key.start_us > bounds.time.end_us {
                    break;
                }
                if span.end_us >= bounds.time.start_us
                    && span.lower_mm <= bounds.upper_mm
                    && span.upper_mm >= bounds.lower_mm
                {
                    found.push(key.slot);
                }
            }
            class += 1;
        }
    }
}

fn first_of(cell: u64, class: u8) -> Key {
    Key { cell, class, start_us: i64::MIN, slot: 0, block: 0 }
}

fn entries(slot: u32, extent: &Extent) -> impl Iterator<Item = (Key, Span)> + '_ {
    extent.blocks.iter().enumerate().flat_map(move |(number, block)| {
        let TimeRange { start_us, end_us } = block.time;
        let class = class_of(block.time);
        // At most TUPLES_MAX blocks, checked when the command came in.
        let number = number as u16;
        let span = Span { end_us, lower_mm: block.lower_mm, upper_mm: block.upper_mm };
        block
            .cells
            .iter()
            .map(move |&cell| (Key { cell, class, start_us, slot, block: number }, span))
    })
}

fn class_of(time: TimeRange) -> u8 {
    let length_us = time.end_us.saturating_sub(time.start_us).max(1);
    length_us.ilog2() as u8
}

fn level(cell: u64) -> usize {
    30 - (low_bit(cell).trailing_zeros() as usize / 2).min(30)
}

fn ancestor(cell: u64, level: usize) -> u64 {
    let low = 1_u64 << (2 * (30 - level));
    (cell & low.wrapping_neg()) | low
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A cell of level 30, 29 or 28 among 64 leaves.
    fn cell() -> impl Strategy<Value = u64> {
        (0_u64..64, 28_usize..=30).prop_map(|(leaf, level)| ancestor(2 * leaf + 1, level))
    }

    fn extent() -> impl Strategy<Value = Extent> {
        let block = (
            proptest::collection::vec(cell(), 1..4),
            -3_i32..3,
            0_i32..4,
            prop_oneof![-5_i64..5, -4_000_i64..4_000],
            prop_oneof![0_i64..6, 0_i64..5_000],
        )
            .prop_map(|(mut cells, lower_mm, height, start_us, length)| {
                cells.sort_unstable();
                let mut kept: Vec<u64> = Vec::new();
                for cell in cells {
                    if kept.iter().all(|&k| !inside(k, cell) && !inside(cell, k)) {
                        kept.push(cell);
                    }
                }
                let time = TimeRange { start_us, end_us: start_us + length };
                Block { cells: kept, lower_mm, upper_mm: lower_mm + height, time }
            });
        proptest::collection::vec(block, 1..4).prop_map(|blocks| Extent { blocks })
    }

    fn inside(outer: u64, inner: u64) -> bool {
        first_inside(outer) <= inner && inner <= last_inside(outer)
    }

    /// The obvious way: every pair of blocks, every pair of cells.
    fn meets(a: &Extent, b: &Extent, from_us: i64) -> bool {
        a.blocks.iter().any(|x| {
            b.blocks.iter().any(|y| {
                x.time.start_us.max(from_us) <= y.time.end_us
                    && x.time.start_us.max(from_us) <= x.time.end_us
                    && y.time.start_us <= x.time.end_us
                    && x.lower_mm <= y.upper_mm
                    && y.lower_mm <= x.upper_mm
                    && x.cells
                        .iter()
                        .any(|&c| y.cells.iter().any(|&d| inside(c, d) || inside(d, c)))
            })
        })
    }

    proptest! {
        #[test]
        fn a_search_finds_exactly_what_every_pair_would(
            held in proptest::collection::vec(extent(), 0..40),
            asked in extent(),
            from_us in prop_oneof![Just(i64::MIN), -10_i64..10],
            gone in 0_usize..40,
        ) {
            let mut index = CellIndex::default();
            for (slot, extent) in held.iter().enumerate() {
                index.insert(slot as u32, extent);
            }
            if let Some(extent) = held.get(gone) {
                index.remove(gone as u32, extent);
            }
            let expected: Vec<u32> = (0..held.len())
                .filter(|&slot| slot != gone && meets(&asked, &held[slot], from_us))
                .map(|slot| slot as u32)
                .collect();
            prop_assert_eq!(index.overlapping(&asked, from_us), expected);
        }

        #[test]
        fn removing_everything_leaves_nothing(held in proptest::collection::vec(extent(), 0..20)) {
            let mut index = CellIndex::default();
            for (slot, extent) in held.iter().enumerate() {
                index.insert(slot as u32, extent);
            }
            for (slot, extent) in held.iter().enumerate() {
                index.remove(slot as u32, extent);
            }
            prop_assert!(index.entries.is_empty());
            prop_assert_eq!(index.levels, [0; 31]);
        }
    }
}
