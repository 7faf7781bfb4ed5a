//! A tree of boxes that never changes: sorted along a Hilbert curve and packed without pointers.
//!
//! ```text
//! boxes   | leaves, in curve order ........................ | level 1 ........ | level 2 .. |
//! starts  ^ 0                                               ^ 1                ^ 2
//! ```
//!
//! Box `n` of a level covers the boxes `16 n .. 16 n + 16` of the level below. The highest level
//! has at most 16.

use rayon::prelude::*;

use super::hilbert;
use super::scale::{self, AxisScale};
use crate::bounds::{AXES, Bounds};

/// Boxes below one box of the next level.
const FAN_OUT: usize = 16;

/// Grid cells of the curve for one mean extent.
const CELLS_PER_EXTENT: f32 = 4.0;

/// The tree; a leaf's place in curve order is its slot.
#[derive(Debug, Default)]
pub(crate) struct PackedTree {
    boxes: Vec<Bounds>,
    /// Where each level begins in `boxes`, leaves first, and where the last one ends.
    starts: Vec<usize>,
    /// Which of the boxes given to `build` each slot holds.
    items: Vec<u32>,
}

impl PackedTree {
    /// Packs the boxes that `get` gives for `0..count`; there are at most `u32::MAX` of them.
    pub(crate) fn build<'a>(count: usize, get: impl Fn(usize) -> &'a Bounds + Sync) -> Self {
        let curve = Curve::over(&scale::measure(count, &get));
        // Position and item in one number: half the memory of a pair, and a total order.
        let mut order: Vec<u128> = Vec::with_capacity(count);
        order.par_extend(
            (0..count).into_par_iter().map(|item| curve.position(get(item)) << 32 | item as u128),
        );
        order.par_sort_unstable();

        let mut boxes = Vec::with_capacity(count + count / (FAN_OUT - 1) + FAN_OUT);
        boxes.par_extend(order.par_iter().map(|entry| *get(*entry as u32 as usize)));
        let items = order.par_iter().map(|entry| *entry as u32).collect();
        drop(order);

        let mut starts = vec![0, count];
        let mut below = 0..count;
        while below.len() > FAN_OUT {
            for first in below.clone().step_by(FAN_OUT) {
                let last = (first + FAN_OUT).min(below.end);
                let rest = &boxes[first + 1..last];
                boxes.push(rest.iter().fold(boxes[first], |union, child| union.union(child)));
            }
            below = below.end..boxes.len();
            starts.push(boxes.len());
        }
        Self { boxes, starts, items }
    }

    /// Number of leaves.
    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// The leaf in a slot.
    pub(crate) fn leaf(&self, slot: u32) -> &Bounds {
        &self.boxes[slot as usize]
    }

    /// Which of the boxes given to `build` a slot holds.
    pub(crate) fn items(&self) -> &[u32] {
        &self.items
    }

    /// Visits the slot of each leaf that touches the query, in ascending order.
    #[inline]
    pub(crate) fn touching(&self, query: &Bounds, visit: &mut impl FnMut(u32)) {
        if let [.., first, last] = self.starts[..] {
            self.descend(self.starts.len() - 2, first, last, query, visit);
        }
    }

    fn descend(
        &self,
        level: usize,
        first: usize,
        last: usize,
        query: &Bounds,
        visit: &mut impl FnMut(u32),
    ) {
        for (at, bounds) in self.boxes[first..last].iter().enumerate() {
            if !bounds.touches(query) {
                continue;
            }
            if level == 0 {
                visit((first + at) as u32);
                continue;
            }
            let below = self.starts[level - 1];
            let child = below + (first + at - self.starts[level]) * FAN_OUT;
            let end = (child + FAN_OUT).min(self.starts[level]);
            self.descend(level - 1, child, end, query, visit);
        }
    }

    /// Bytes held on the heap.
    pub(crate) fn bytes(&self) -> usize {
        self.boxes.capacity() * size_of::<Bounds>()
            + self.items.capacity() * size_of::<u32>()
            + self.starts.capacity() * size_of::<usize>()
    }
}

/// The grid that the curve runs through.
struct Curve {
    bits: u32,
    /// A box is placed by its centre between these; what lies outside is taken to their edge.
    low: [f32; AXES],
    high: [f32; AXES],
    cells_per_unit: [f32; AXES],
}

impl Curve {
    fn over(scales: &[AxisScale; AXES]) -> Self {
        let longest = scales.iter().map(AxisScale::span_extents).fold(1.0, f32::max);
        // Half a span of room on both sides for the 2 % of ends that the scale leaves out.
        let cells = 2.0 * longest * CELLS_PER_EXTENT;
        let bits = (cells.log2().ceil() as u32).clamp(1, hilbert::AXIS_BITS_MAX);
        let finest = 2.0 * longest / (1_u32 << bits) as f32;
        Self {
            bits,
            low: scales.map(|axis| axis.low - (axis.high - axis.low) / 2.0),
            high: scales.map(|axis| axis.high + (axis.high - axis.low) / 2.0),
            cells_per_unit: scales.map(|axis| (axis.extent * finest).recip()),
        }
    }

    fn position(&self, bounds: &Bounds) -> u128 {
        let top = (1_u32 << self.bits) - 1;
        let cell = std::array::from_fn(|axis| {
            let within = |end: f32| end.clamp(self.low[axis], self.high[axis]);
            let centre = (within(bounds.min[axis]) + within(bounds.max[axis])) / 2.0;
            // A cast from f32 saturates, so rounding cannot leave the grid.
            (((centre - self.low[axis]) * self.cells_per_unit[axis]) as u32).min(top)
        });
        hilbert::position(cell, self.bits)
    }
}
