//! Places and times compared the obvious way: every pair, by walking up from cell to cell.
//!
//! Shares no arithmetic with the index under test, which compares ranges of ids instead.

use keepclear_sky::{Area, Block, Extent};

/// The lowest set bit says the level of an S2 cell: bit 0 at level 30, two bits higher each level up.
pub fn level(cell: u64) -> u32 {
    30 - cell.trailing_zeros() / 2
}

/// The S2 cell one level up: the marker bit moves up by two places.
fn parent(cell: u64) -> u64 {
    let marker = cell.trailing_zeros() + 2;
    ((cell >> (marker + 1)) << (marker + 1)) | (1 << marker)
}

/// The cell itself or, when it is smaller, the one of level 13 that holds it.
pub fn at_most_level_13(mut cell: u64) -> u64 {
    while level(cell) > 13 {
        cell = parent(cell);
    }
    cell
}

/// Whether `outer` is `inner` or holds it.
pub fn holds(outer: u64, mut inner: u64) -> bool {
    while level(inner) > level(outer) {
        inner = parent(inner);
    }
    outer == inner
}

/// Whether two blocks share a place at a moment not before `from_us`.
fn blocks_meet(a: &Block, b: &Block, from_us: i64) -> bool {
    let first_us = a.time.start_us.max(b.time.start_us).max(from_us);
    let last_us = a.time.end_us.min(b.time.end_us);
    first_us <= last_us
        && a.lower_mm.max(b.lower_mm) <= a.upper_mm.min(b.upper_mm)
        && a.cells.iter().any(|&x| b.cells.iter().any(|&y| holds(x, y) || holds(y, x)))
}

/// Whether two extents share a place at a moment not before `from_us`.
pub fn meet(a: &Extent, b: &Extent, from_us: i64) -> bool {
    a.blocks.iter().any(|x| b.blocks.iter().any(|y| blocks_meet(x, y, from_us)))
}

/// Whether an extent touches an area that was asked for.
pub fn touches(extent: &Extent, area: &Area) -> bool {
    let Area { cells, lower_mm, upper_mm, time } = area.clone();
    meet(extent, &Extent::single(Block { cells, lower_mm, upper_mm, time }), i64::MIN)
}
