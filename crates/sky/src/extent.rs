//! How much of sky and time something touches, in the integers that the sky matches by.
//!
//! A covering may be larger than the outline it stands for and never smaller, so two things that
//! share space and time always match here; whether they truly meet is for their managers to find out.

use minicbor::{Decode, Encode};

/// Most (cell, altitude, time) tuples of one entity.
pub const TUPLES_MAX: usize = 20_000;

/// A closed range of time, microseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct TimeRange {
    /// First instant.
    #[n(0)]
    pub start_us: i64,
    /// Last instant.
    #[n(1)]
    pub end_us: i64,
}

impl TimeRange {
    /// The smallest range that holds both.
    pub fn union(self, other: Self) -> Self {
        Self { start_us: self.start_us.min(other.start_us), end_us: self.end_us.max(other.end_us) }
    }
}

/// S2 cells × altitudes × time. All closed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Block {
    /// Ids of S2 cells, ascending, none inside another.
    #[n(0)]
    pub cells: Vec<u64>,
    /// Millimetres above the WGS84 ellipsoid; `i32::MIN` is open.
    #[n(1)]
    pub lower_mm: i32,
    /// Millimetres above the WGS84 ellipsoid; `i32::MAX` is open.
    #[n(2)]
    pub upper_mm: i32,
    /// When.
    #[n(3)]
    pub time: TimeRange,
}

/// All that one entity or subscription touches.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct Extent {
    /// One block for `compatible` matching, as many as have altitudes and times of their own for
    /// `precise`.
    #[n(0)]
    pub blocks: Vec<Block>,
}

impl Extent {
    /// One block.
    pub fn single(block: Block) -> Self {
        Self { blocks: vec![block] }
    }

    /// From the first start to the last end; an extent without blocks has an empty range.
    pub fn time(&self) -> TimeRange {
        let ranges = self.blocks.iter().map(|block| block.time);
        ranges
            .reduce(TimeRange::union)
            .unwrap_or(TimeRange { start_us: i64::MAX, end_us: i64::MIN })
    }

    /// Number of (cell, altitude, time) tuples.
    pub fn tuples(&self) -> usize {
        self.blocks.iter().map(|block| block.cells.len()).sum()
    }

    /// Takes out cells that lie inside another cell of their block.
    pub(crate) fn drop_nested_cells(&mut self) {
        for Block { cells, .. } in &mut self.blocks {
            // Ascending by first leaf and then by size, a cell comes before all that it holds.
            cells.sort_unstable_by_key(|&cell| (first_inside(cell), u64::MAX - cell));
            let mut last = 0;
            cells.retain(|&cell| {
                let kept = cell > last;
                if kept {
                    last = last_inside(cell);
                }
                kept
            });
        }
    }

    /// Whether every block of `other` lies in cells and altitudes of this extent's blocks; times
    /// are the caller's matter.
    pub(crate) fn covers_place(&self, other: &Extent) -> bool {
        other.blocks.iter().all(|inner| {
            inner.cells.iter().all(|&cell| {
                self.blocks.iter().any(|outer| {
                    outer.lower_mm <= inner.lower_mm
                        && outer.upper_mm >= inner.upper_mm
                        && holds_cell(&outer.cells, cell)
                })
            })
        })
    }
}

pub(crate) fn low_bit(cell: u64) -> u64 {
    cell & cell.wrapping_neg()
}

/// Smallest id of any cell inside.
pub(crate) fn first_inside(cell: u64) -> u64 {
    cell - (low_bit(cell) - 1)
}

/// Largest id of any cell inside.
pub(crate) fn last_inside(cell: u64) -> u64 {
    cell + (low_bit(cell) - 1)
}

fn cell_contains(outer: u64, inner: u64) -> bool {
    first_inside(outer) <= inner && inner <= last_inside(outer)
}

/// Whether one of the sorted, disjoint cells is or contains `cell`.
fn holds_cell(cells: &[u64], cell: u64) -> bool {
    let next = cells.partition_point(|&candidate| last_inside(candidate) < cell);
    cells.get(next).is_some_and(|&candidate| cell_contains(candidate, cell))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Level 29: four leaves (level 30) each.
    fn parent(k: u64) -> u64 {
        8 * k + 4
    }

    fn block(cells: &[u64], lower_mm: i32, upper_mm: i32) -> Extent {
        let time = TimeRange { start_us: 0, end_us: 10 };
        Extent::single(Block { cells: cells.to_vec(), lower_mm, upper_mm, time })
    }

    #[test]
    fn a_cell_is_covered_by_itself_and_by_its_ancestor_but_not_by_a_neighbour_or_a_child() {
        let outer = block(&[parent(1), parent(3)], 0, 100);
        assert!(outer.covers_place(&block(&[parent(1)], 0, 100)));
        // Leaves of parent(1) are 9, 11, 13, 15.
        assert!(outer.covers_place(&block(&[9, 15], 10, 20)));
        assert!(!outer.covers_place(&block(&[17], 10, 20)));
        assert!(!block(&[9], 0, 100).covers_place(&block(&[parent(1)], 0, 100)));
        assert!(!outer.covers_place(&block(&[parent(1)], -1, 100)));
        assert!(!outer.covers_place(&block(&[parent(1)], 0, 101)));
    }

    #[test]
    fn cells_inside_others_are_dropped_and_the_rest_ascends() {
        let mut extent = block(&[9, 15, parent(1), parent(3), 33, 25], 0, 1);
        extent.drop_nested_cells();
        assert_eq!(extent.blocks[0].cells, [parent(1), parent(3), 33]);
    }
}
