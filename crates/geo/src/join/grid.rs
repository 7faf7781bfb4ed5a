//! The grid of a join: which cells a box reaches, and the entries that say so.

use rayon::prelude::*;

use super::{CHUNK_ITEMS, Sets};
use crate::bounds::{AXES, Bounds};
use crate::index::scale::{self, AxisScale};

/// Size of a cell in mean extents. Over a dense day 2 costs 1.4 times the processor time of 4 and 3
/// costs 1.2 times, because boxes reach more cells; 6 saves 3 % but crowds the cells.
const CELL_EXTENTS: f32 = 4.0;

/// An axis along which fewer cells lie than this has one cell: it would multiply entries and
/// separate little. With cells for four flight levels (at 2 extents) a dense day costs 1.6 times.
const CELLS_MIN: f32 = 4.0;

/// An axis along which a larger share of the boxes has an open end has one cell, as every such box
/// would reach all of them.
const OPEN_SHARE_MAX: f32 = 0.1;

/// A box that reaches more cells than this is not entered.
const CELLS_REACHED_MAX: u64 = 64;

/// Bits of a cell's coordinate: four axes with cells fill a u64.
const COORDINATE_BITS: u32 = 16;

/// Buckets that entries are put into, each sorted and swept by itself.
const BUCKET_BITS: u32 = 10;
const BUCKETS: usize = 1 << BUCKET_BITS;

/// A cell: one coordinate a gridded axis, packed.
pub(super) type Cell = u64;

/// Cell, end on the sweep axis and item of an entry in one number, so that entries sort by them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry(u128);

impl Entry {
    fn new(cell: Cell, sweep_min: f32, item: u32) -> Self {
        let sweep = u128::from(ordered_bits(sweep_min));
        Self(u128::from(cell) << 64 | sweep << 32 | u128::from(item))
    }

    pub(super) fn cell(self) -> Cell {
        (self.0 >> 64) as u64
    }

    pub(super) fn item(self) -> u32 {
        self.0 as u32
    }
}

/// An integer that orders as the number does.
fn ordered_bits(number: f32) -> u32 {
    // Both zeros are one place, and only one of them may stand for it.
    let bits = (number + 0.0).to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

/// Cells along one axis, counted from `low`; the outermost ones hold all beyond them.
#[derive(Debug, Clone, Copy)]
struct GridAxis {
    axis: usize,
    low: f32,
    per_cell: f32,
}

impl GridAxis {
    const TOP: u32 = (1 << COORDINATE_BITS) - 1;

    /// Ascends with the end, which is all that the join relies on.
    fn coordinate(&self, end: f32) -> u64 {
        u64::from((((end - self.low) * self.per_cell) as u32).min(Self::TOP))
    }
}

/// The grid over a set of boxes.
#[derive(Debug)]
pub(super) struct Grid {
    /// The axis without cells along which a cell is swept.
    pub(super) sweep_axis: usize,
    axes: Vec<GridAxis>,
}

impl Grid {
    pub(super) fn over<'a>(count: usize, get: impl Fn(usize) -> &'a Bounds) -> Self {
        let scales = scale::measure(count, get);
        let separation = |axis: &AxisScale| axis.span_extents() * (1.0 - axis.open_share).max(0.0);
        let sweep_axis = (0..AXES)
            .max_by(|one, other| separation(&scales[*one]).total_cmp(&separation(&scales[*other])))
            .unwrap_or(0);
        let axes = (0..AXES).filter(|axis| *axis != sweep_axis).filter_map(|axis| {
            let AxisScale { extent, low, high, open_share } = scales[axis];
            let span = high - low;
            // Half of the cells for the span, a quarter on each side for what it leaves out.
            let size = (extent * CELL_EXTENTS).max(2.0 * span / GridAxis::TOP as f32);
            let is_useful = span >= CELLS_MIN * size && open_share <= OPEN_SHARE_MAX;
            is_useful.then(|| GridAxis { axis, low: low - span / 2.0, per_cell: size.recip() })
        });
        Self { sweep_axis, axes: axes.collect() }
    }

    /// The cell in which two boxes that touch are paired.
    pub(super) fn pairing_cell(&self, one: &Bounds, other: &Bounds) -> Cell {
        self.axes.iter().fold(0, |cell, along| {
            let lowest = one.min[along.axis].max(other.min[along.axis]);
            cell << COORDINATE_BITS | along.coordinate(lowest)
        })
    }

    /// Enters all items into the cells they reach. Also the items that would reach too many, in
    /// ascending order.
    pub(super) fn enter(&self, sets: Sets<'_>) -> (Entries, Vec<u32>) {
        let starts: Vec<usize> = (0..sets.len()).step_by(CHUNK_ITEMS).collect();
        let (chunks, large): (Vec<Chunk>, Vec<Vec<u32>>) = starts
            .into_par_iter()
            .map(|start| {
                let mut entries = Vec::with_capacity(4 * CHUNK_ITEMS);
                let mut large = Vec::new();
                for item in start..(start + CHUNK_ITEMS).min(sets.len()) {
                    if !self.enter_one(sets.get(item), item as u32, &mut entries) {
                        large.push(item as u32);
                    }
                }
                (Chunk::of(&entries), large)
            })
            .unzip();
        (Entries { chunks }, large.concat())
    }

    /// False, and nothing entered, when the box reaches too many cells.
    fn enter_one(&self, bounds: &Bounds, item: u32, entries: &mut Vec<Entry>) -> bool {
        let mut first = [0; AXES];
        let mut last = [0; AXES];
        let mut reached = 1;
        for (place, along) in self.axes.iter().enumerate() {
            first[place] = along.coordinate(bounds.min[along.axis]);
            last[place] = along.coordinate(bounds.max[along.axis]);
            // Fits: the product is at most 64, the other at most 2^16.
            reached *= last[place] - first[place] + 1;
            if reached > CELLS_REACHED_MAX {
                return false;
            }
        }
        let sweep_min = bounds.min[self.sweep_axis];
        let places = self.axes.len();
        let mut at = first;
        loop {
            let cell = at[..places].iter().fold(0, |cell, at| cell << COORDINATE_BITS | at);
            entries.push(Entry::new(cell, sweep_min, item));
            // The next cell, counting up like an odometer.
            let Some(place) = (0..places).rev().find(|place| at[*place] < last[*place]) else {
                return true;
            };
            at[place] += 1;
            at[place + 1..].copy_from_slice(&first[place + 1..]);
        }
    }
}

/// All entries, so stored that those of one bucket are found together.
#[derive(Debug)]
pub(super) struct Entries {
    chunks: Vec<Chunk>,
}

impl Entries {
    /// Buckets never share a cell.
    pub(super) fn buckets() -> std::ops::Range<usize> {
        0..BUCKETS
    }

    /// The entries of one bucket, sorted.
    pub(super) fn bucket(&self, bucket: usize) -> Vec<Entry> {
        let mut entries = Vec::new();
        for chunk in &self.chunks {
            let range = chunk.starts[bucket] as usize..chunk.starts[bucket + 1] as usize;
            entries.extend_from_slice(&chunk.entries[range]);
        }
        entries.par_sort_unstable();
        entries
    }
}

/// The entries of some items in the order of their buckets.
#[derive(Debug)]
struct Chunk {
    entries: Vec<Entry>,
    /// Where each bucket begins, and where the last one ends.
    starts: Vec<u32>,
}

impl Chunk {
    /// A counting sort.
    fn of(unsorted: &[Entry]) -> Self {
        let mut starts = vec![0; BUCKETS + 1];
        for entry in unsorted {
            starts[bucket_of(entry.cell()) + 1] += 1;
        }
        for bucket in 0..BUCKETS {
            starts[bucket + 1] += starts[bucket];
        }
        let mut next = starts.clone();
        let mut entries = vec![Entry(0); unsorted.len()];
        for entry in unsorted {
            let place = &mut next[bucket_of(entry.cell())];
            entries[*place as usize] = *entry;
            *place += 1;
        }
        Self { entries, starts }
    }
}

/// A hash, so that crowded cells lie in different buckets. Cells that meet in one are told apart
/// there: an entry knows its cell.
fn bucket_of(cell: Cell) -> usize {
    (cell.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - BUCKET_BITS)) as usize
}
