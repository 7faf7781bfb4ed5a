//! Coverings: sets of S2 cells that surely hold an outline, for a directory's look-up.
//!
//! A covering never misses a place of its outline, and outlines that touch always share a cell or
//! have cells one inside the other; so a directory may reject by cells and let [`crate::touch`]
//! decide the rest. Only the S2 numbering is used, which takes geodetic latitude and longitude as
//! spherical; the geometry is in `covering/faces.rs`.

mod faces;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tightness;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

use s2::cellid::CellID;
use smallvec::SmallVec;

use crate::invalid::{Invalid, Reason};
use crate::outline::Outline;
use crate::planar::Box2;
use crate::position::Position;
use crate::vector::Vec2;
use faces::{Face, face_of, faces};

/// The finest level of S2 cells, about 1 cm wide.
const LEVEL_MAX: u8 = 30;

/// How many cells a covering may have, and of which sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoveringLimits {
    /// Most cells. Exceeded only where `level_min` asks for it, or by one cell for each of the at
    /// most three cube faces that the outline lies on.
    pub cells_max: usize,
    /// Level of the largest cells, 0 (a face of the cube) to 30; binding.
    pub level_min: u8,
    /// Level of the smallest cells; binding.
    pub level_max: u8,
}

/// Sorted S2 cell ids, none inside another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Covering {
    cells: Vec<u64>,
}

impl Covering {
    /// The cells' ids in ascending order.
    pub fn cells(&self) -> &[u64] {
        &self.cells
    }

    /// Whether a cell of one equals, holds or lies in a cell of the other. Cells that only share a
    /// border do not count: coverings are grown so that they need not.
    pub fn intersects(&self, other: &Self) -> bool {
        let (mut mine, mut theirs) = (self.cells.iter().peekable(), other.cells.iter().peekable());
        while let (Some(&&a), Some(&&b)) = (mine.peek(), theirs.peek()) {
            if last_leaf(a) < first_leaf(b) {
                mine.next();
            } else if last_leaf(b) < first_leaf(a) {
                theirs.next();
            } else {
                return true;
            }
        }
        false
    }

    /// Whether a place lies in one of the cells.
    pub fn contains_position(&self, position: Position) -> bool {
        let (face, at) = face_of(position.ecef());
        let leaf = CellID::from_face_ij(face, ij_at(at.x) as i32, ij_at(at.y) as i32).0;
        let next = self.cells.partition_point(|&cell| last_leaf(cell) < leaf);
        self.cells.get(next).is_some_and(|&cell| first_leaf(cell) <= leaf)
    }
}

fn low_bit(cell: u64) -> u64 {
    cell & cell.wrapping_neg()
}

fn first_leaf(cell: u64) -> u64 {
    cell - (low_bit(cell) - 1)
}

fn last_leaf(cell: u64) -> u64 {
    cell + (low_bit(cell) - 1)
}

/// Covers an outline with cells of several sizes: the largest cell that sticks out is split first.
pub fn covering(outline: &Outline, limits: &CoveringLimits) -> Covering {
    let level_max = limits.level_max.min(LEVEL_MAX);
    let level_min = limits.level_min.min(level_max);
    let faces = faces(outline);
    let mut search = Search::new(&faces);
    let mut cells: Vec<u64> = Vec::with_capacity(limits.cells_max.min(1_024));
    let mut splittable: BinaryHeap<Reverse<Splittable>> = BinaryHeap::new();
    let add = |cell: Cell, search: &mut Search, heap: &mut BinaryHeap<_>| {
        if cell.level == level_max || (cell.inside() && cell.level >= level_min) {
            return Some(cell.id(search.faces));
        }
        heap.push(Reverse(Splittable::new(cell, search)));
        None
    };
    for cell in search.first_cells(level_max, limits.cells_max) {
        cells.extend(add(cell, &mut search, &mut splittable));
    }
    while let Some(Reverse(largest)) = splittable.pop() {
        let count = cells.len() + splittable.len() + largest.children.len();
        if largest.cell.level < level_min || count <= limits.cells_max {
            for child in largest.children {
                cells.extend(add(child, &mut search, &mut splittable));
            }
        } else {
            cells.push(largest.cell.id(search.faces));
        }
    }
    Covering { cells: merged(cells, level_min) }
}

/// All cells of one level that an outline touches.
///
/// # Errors
/// `outline` when it touches more than `cells_max` cells of that level.
pub fn fixed_level(outline: &Outline, level: u8, cells_max: usize) -> Result<Covering, Invalid> {
    let level = level.min(LEVEL_MAX);
    let faces = faces(outline);
    let mut search = Search::new(&faces);
    let mut open = search.first_cells(level, 0);
    let mut cells: Vec<u64> = Vec::new();
    while let Some(cell) = open.pop() {
        // Depth first: what lies above belongs to cells that are done.
        search.met.truncate(cell.edges.end);
        let count = if cell.inside() { 1_u64 << (2 * (level - cell.level)) } else { 1 };
        if (cells.len() as u64).saturating_add(count) > cells_max as u64 {
            let words = format!("touches more than {cells_max} cells of level {level}");
            return Err(Invalid::new("outline", Reason::Other(words)));
        }
        if cell.level == level || cell.inside() {
            let first = first_leaf(cell.id(&faces)) - 1 + (1 << (2 * (LEVEL_MAX - level)));
            let step = 2 << (2 * (LEVEL_MAX - level));
            cells.extend((0..count).map(|k| first + k * step));
        } else {
            open.extend(search.children(&cell));
        }
    }
    cells.sort_unstable();
    Ok(Covering { cells })
}

/// Sorts cells and puts four siblings together while their parent is not larger than allowed.
fn merged(mut cells: Vec<u64>, level_min: u8) -> Vec<u64> {
    cells.sort_unstable();
    let mut kept: Vec<u64> = Vec::with_capacity(cells.len());
    for cell in cells {
        kept.push(cell);
        while let [.., a, b, c, d] = kept[..] {
            let last = CellID(d);
            if last.level() <= u64::from(level_min)
                || last.immediate_parent().children().map(|child| child.0) != [a, b, c, d]
            {
                break;
            }
            kept.truncate(kept.len() - 4);
            kept.push(last.immediate_parent().0);
        }
    }
    kept
}

/// A cell that the outline meets.
#[derive(Debug, Clone)]
struct Cell {
    /// Index into the faces of the outline.
    face: usize,
    level: u8,
    /// Cell coordinates at its level.
    i: u32,
    j: u32,
    /// The edges that meet it, in the search's list; none when it lies inside the outline.
    edges: Range<usize>,
}

impl Cell {
    fn inside(&self) -> bool {
        self.edges.is_empty()
    }

    fn id(&self, faces: &[Face]) -> u64 {
        let shift = LEVEL_MAX - self.level;
        let (i, j) = ((self.i << shift) as i32, (self.j << shift) as i32);
        CellID::from_face_ij(faces[self.face].number, i, j).parent(u64::from(self.level)).0
    }
}

/// A cell in the queue. Among cells of one size, those that lose most by being split come first.
#[derive(Debug)]
struct Splittable {
    rank: (u8, usize, usize, usize, u32, u32),
    cell: Cell,
    children: SmallVec<[Cell; 4]>,
}

impl Splittable {
    fn new(cell: Cell, search: &mut Search) -> Self {
        let children = search.children(&cell);
        let crossed = children.iter().filter(|child| !child.inside()).count();
        let rank = (cell.level, children.len(), crossed, cell.face, cell.i, cell.j);
        Self { rank, cell, children }
    }
}

impl PartialEq for Splittable {
    fn eq(&self, other: &Self) -> bool {
        self.rank == other.rank
    }
}

impl Eq for Splittable {}

impl PartialOrd for Splittable {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Splittable {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank.cmp(&other.rank)
    }
}

/// The descent from large cells to small ones; each cell passes on the edges that meet it.
struct Search<'a> {
    faces: &'a [Face],
    /// Edges by cell: indices into the edges of the cell's face.
    met: Vec<u32>,
}

impl<'a> Search<'a> {
    fn new(faces: &'a [Face]) -> Self {
        let met = faces.iter().flat_map(|face| 0..face.edges.len() as u32).collect();
        Self { faces, met }
    }

    /// Up to four neighbouring cells a face that hold all of the outline; one when that would be
    /// more than `cells_max`.
    fn first_cells(&mut self, level_max: u8, cells_max: usize) -> Vec<Cell> {
        let several = self.first_cells_spanning(level_max, 1);
        if several.len() <= cells_max.max(self.faces.len()) {
            return several;
        }
        self.first_cells_spanning(level_max, 0)
    }

    fn first_cells_spanning(&mut self, level_max: u8, neighbours: u32) -> Vec<Cell> {
        let faces = self.faces;
        let mut cells = Vec::new();
        let mut begin = 0;
        for (index, face) in faces.iter().enumerate() {
            let all = begin..begin + face.edges.len();
            begin = all.end;
            let area = face.bounds.grown(face.growth);
            let (i, j) = (span(area.min.x, area.max.x), span(area.min.y, area.max.y));
            let apart = |span: (u32, u32), shift: u8| (span.1 >> shift) - (span.0 >> shift);
            let mut shift = LEVEL_MAX - level_max;
            while apart(i, shift) > neighbours || apart(j, shift) > neighbours {
                shift += 1;
            }
            for i in i.0 >> shift..=i.1 >> shift {
                for j in j.0 >> shift..=j.1 >> shift {
                    cells.extend(self.cell(index, LEVEL_MAX - shift, i, j, all.clone()));
                }
            }
        }
        cells
    }

    /// The quarters of a cell that the outline meets.
    fn children(&mut self, cell: &Cell) -> SmallVec<[Cell; 4]> {
        let mut children = SmallVec::new();
        for (di, dj) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let (i, j) = (2 * cell.i + di, 2 * cell.j + dj);
            if cell.inside() {
                let (face, level, edges) = (cell.face, cell.level + 1, cell.edges.clone());
                children.push(Cell { face, level, i, j, edges });
            } else {
                children.extend(self.cell(cell.face, cell.level + 1, i, j, cell.edges.clone()));
            }
        }
        children
    }

    /// The cell, when the outline meets it; only the edges of `candidates` can.
    fn cell(
        &mut self,
        index: usize,
        level: u8,
        i: u32,
        j: u32,
        candidates: Range<usize>,
    ) -> Option<Cell> {
        let face = &self.faces[index];
        let side = |k: u32| uv_at(f64::from(k) / f64::from(1_u32 << level));
        let area =
            Box2 { min: Vec2::new(side(i), side(j)), max: Vec2::new(side(i + 1), side(j + 1)) };
        let (middle, half) = ((area.min + area.max) * 0.5, (area.max - area.min) * 0.5);
        let grown = half + Vec2::new(face.growth, face.growth);
        let begin = self.met.len();
        for at in candidates {
            let edge = self.met[at];
            if face.edges[edge as usize].meets_box(middle, grown) {
                self.met.push(edge);
            }
        }
        let edges = begin..self.met.len();
        (!edges.is_empty() || face.contains(middle)).then_some(Cell {
            face: index,
            level,
            i,
            j,
            edges,
        })
    }
}

/// The leaf cells between two coordinates of a face's plane, as far as they lie on the face.
fn span(from: f64, to: f64) -> (u32, u32) {
    (ij_at(from), ij_at(to))
}

/// The leaf coordinate of a coordinate of a face's plane (S2's quadratic projection).
fn ij_at(uv: f64) -> u32 {
    const LEAVES: f64 = (1_u32 << LEVEL_MAX) as f64;
    let root = 0.5 * (1.0 + 3.0 * uv.abs().min(1.0)).sqrt();
    let share = if uv >= 0.0 { root } else { 1.0 - root };
    (share * LEAVES).clamp(0.0, LEAVES - 1.0) as u32
}

/// The other way: where a share (0 to 1) of a face's side falls in its plane.
fn uv_at(share: f64) -> f64 {
    let from_end = share.max(1.0 - share);
    (share - 0.5).signum() * (4.0 * from_end * from_end - 1.0) / 3.0
}
