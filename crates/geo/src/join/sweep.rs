//! Finding the touching pairs within each cell.

use rayon::prelude::*;

use super::Sets;
use super::grid::{Entries, Entry, Grid};
use crate::bounds::Bounds;

/// Rows of one bucket swept by one thread: only a bucket with a very crowded cell has more.
const CHUNK_ROWS: usize = 32_768;

/// What `keep_pair` makes of each pair that meets in a cell, in the order of buckets and cells.
pub(super) fn touching_in_cells<R: Send>(
    grid: &Grid,
    sets: Sets<'_>,
    entries: &Entries,
    keep_pair: &(impl Fn(u32, u32) -> Option<R> + Sync),
) -> Vec<R> {
    let buckets: Vec<Vec<R>> = Entries::buckets()
        .into_par_iter()
        .map(|bucket| {
            let entries = entries.bucket(bucket);
            // A copy in the order of the sweep: it reads each box many times.
            let boxes: Vec<Bounds> =
                entries.iter().map(|entry| *sets.get(entry.item() as usize)).collect();
            let rows = Rows { grid, sets, entries: &entries, boxes: &boxes };
            if entries.len() <= CHUNK_ROWS {
                return rows.sweep(0..entries.len(), keep_pair);
            }
            let starts: Vec<usize> = (0..entries.len()).step_by(CHUNK_ROWS).collect();
            let chunks: Vec<Vec<R>> = starts
                .into_par_iter()
                .map(|start| rows.sweep(start..(start + CHUNK_ROWS).min(entries.len()), keep_pair))
                .collect();
            chunks.into_iter().flatten().collect()
        })
        .collect();
    let mut results = Vec::with_capacity(buckets.iter().map(Vec::len).sum());
    results.extend(buckets.into_iter().flatten());
    results
}

/// Entries sorted by cell and by their lower end on the sweep axis, with their boxes.
struct Rows<'a> {
    grid: &'a Grid,
    sets: Sets<'a>,
    entries: &'a [Entry],
    boxes: &'a [Bounds],
}

impl Rows<'_> {
    /// Pairs whose earlier row is one of these; the later one may lie behind them.
    fn sweep<R>(
        &self,
        rows: std::ops::Range<usize>,
        keep_pair: &impl Fn(u32, u32) -> Option<R>,
    ) -> Vec<R> {
        let axis = self.grid.sweep_axis;
        let mut results = Vec::new();
        for row in rows {
            let bounds = &self.boxes[row];
            let (cell, item) = (self.entries[row].cell(), self.entries[row].item());
            let sweep_max = bounds.max[axis];
            for (later, other) in self.entries.iter().zip(self.boxes).skip(row + 1) {
                if other.min[axis] > sweep_max || later.cell() != cell {
                    break;
                }
                if bounds.touches(other)
                    && self.sets.are_opposed(item, later.item())
                    && self.grid.pairing_cell(bounds, other) == cell
                {
                    results.extend(keep_pair(item, later.item()));
                }
            }
        }
        results
    }
}
