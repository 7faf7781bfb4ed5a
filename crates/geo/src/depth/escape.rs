//! Depth where a shape has bays or holes: the way out of a union of convex differences.
//!
//! Each pair of convex pieces has a convex Minkowski difference (a [`Blob`]); the shapes overlap
//! after a push exactly when the push ends in the inside of a blob. The plane round the origin is
//! searched in square cells, nearest first. A cell inside of one blob holds no way out; one that
//! few sides cross is solved in closed form; any other is quartered. A way out that no other beats
//! is at the foot of a side or where two sides cross, so it is found exactly, not to the cell size.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::f64::consts::SQRT_2;
use std::ops::Range;

use super::convex::{hull, hull_depth_m, segment_gap2};
use super::curves::{Curve, crossings, push_new};
use super::difference::{Side, for_each_side};
use super::pieces::{Pieces, cut};
use super::{Depth, Planar, TOUCH_M};
use crate::vector::Vec2;

/// Most pairs of pieces that are searched (some 80 MB); beyond it the push that parts the hulls is
/// given.
pub(super) const PAIRS_MAX: usize = 200_000;
/// Most looks at a blob for a cell, or at two curves (up to a second); beyond it the best push
/// found so far is given.
pub(super) const LOOKS_MAX: usize = 10_000_000;
/// A whole square with this many bounding curves or fewer is solved rather than quartered.
const CURVES_SOLVED: usize = 8;
/// How many more curves may cross a cell for each time that it has been quartered: where quartering
/// has not parted the curves, as along an arc of many short edges, it hardly will.
const CURVES_SOLVED_PER_LEVEL: usize = 2;
/// A cell this small is solved however many curves cross it: they all pass through one point.
const CELL_MIN_M: f64 = 1e-4;
/// Most curves of a cell that is solved because it is small.
const CURVES_MAX: usize = 400;
/// The corners of a square of half-width 1 round the origin.
const CORNERS: [(f64, f64); 4] = [(-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0)];

/// The Minkowski difference of two convex pieces, grown by the search's radius.
struct Blob {
    /// Its part of [`Search::sides`] and [`Search::corners`].
    sides: Range<usize>,
    low: Vec2,
    high: Vec2,
}

/// A square of pushes that may hold a way out.
struct Cell {
    nearest_m: f64,
    centre: Vec2,
    half_m: f64,
    /// How many times the square has been quartered.
    level: usize,
    blobs: Vec<u32>,
}

/// How a cell lies to a blob.
enum Lie {
    Apart,
    Across,
    Covered,
}

struct Search {
    sides: Vec<Side>,
    /// Where each side starts.
    corners: Vec<Vec2>,
    blobs: Vec<Blob>,
    radius_m: f64,
}

/// Depth of any two shapes.
pub(super) fn depth(a: &Planar<'_>, b: &Planar<'_>) -> Depth {
    let (a_hull, a_radius_m) = hull_of(a);
    let (b_hull, b_radius_m) = hull_of(b);
    if a_hull.is_empty() || b_hull.is_empty() {
        return Depth::exact(0.0);
    }
    let radius_m = a_radius_m + b_radius_m;
    let hulls_m = grown_depth_m(&a_hull, &b_hull, radius_m);
    if hulls_m <= TOUCH_M {
        return Depth::exact(0.0);
    }
    let (a, b) = (cut(a), cut(b));
    let complete = a.complete && b.complete;
    match Search::new(&a, &b, radius_m, hulls_m) {
        Some(search) if complete => search.run(hulls_m),
        _ => Depth { depth_m: hulls_m, exact: false },
    }
}

/// The convex hull of a shape, to be grown by the radius.
fn hull_of(shape: &Planar<'_>) -> (Vec<Vec2>, f64) {
    match *shape {
        Planar::Disc { centre, radius_m } => (vec![centre], radius_m),
        Planar::Region { rings, .. } => (hull(&rings.concat()), 0.0),
    }
}

/// Depth of two hulls, one of which may be a point grown by a radius.
fn grown_depth_m(a: &[Vec2], b: &[Vec2], radius_m: f64) -> f64 {
    match (a, b) {
        ([centre], ring) | (ring, [centre]) => super::convex::disc_depth_m(ring, *centre, radius_m),
        _ => hull_depth_m(a, b),
    }
}

/// The corners of the box round a ring.
fn bounds(ring: &[Vec2]) -> (Vec2, Vec2) {
    let mut low = Vec2::new(f64::INFINITY, f64::INFINITY);
    let mut high = -low;
    for point in ring {
        low = Vec2::new(low.x.min(point.x), low.y.min(point.y));
        high = Vec2::new(high.x.max(point.x), high.y.max(point.y));
    }
    (low, high)
}

impl Search {
    /// The blobs that come within `reach_m` of the origin; none if there are too many.
    fn new(a: &Pieces, b: &Pieces, radius_m: f64, reach_m: f64) -> Option<Self> {
        let grow = Vec2::new(radius_m, radius_m);
        let near = |(a_low, a_high): (Vec2, Vec2), (b_low, b_high): (Vec2, Vec2)| {
            let (low, high) = (a_low - b_high - grow, a_high - b_low + grow);
            let is_near = low.x.max(low.y) < reach_m && high.x.min(high.y) > -reach_m;
            is_near.then_some((low, high))
        };
        let a_bounds: Vec<_> = a.rings.iter().map(|ring| bounds(ring)).collect();
        let b_bounds: Vec<_> = b.rings.iter().map(|ring| bounds(ring)).collect();
        let mut pairs = Vec::new();
        for (a_ring, &a_box) in a.rings.iter().zip(&a_bounds) {
            for (b_ring, &b_box) in b.rings.iter().zip(&b_bounds) {
                pairs.extend(near(a_box, b_box).map(|bounds| (a_ring, b_ring, bounds)));
                if pairs.len() > PAIRS_MAX {
                    return None;
                }
            }
        }
        let mut search =
            Self { sides: Vec::new(), corners: Vec::new(), blobs: Vec::new(), radius_m };
        for (a_ring, b_ring, (low, high)) in pairs {
            let start = search.sides.len();
            for_each_side(a_ring, b_ring, |side, corner| {
                search.sides.push(side);
                search.corners.push(corner);
            });
            search.blobs.push(Blob { sides: start..search.sides.len(), low, high });
        }
        // Large blobs first: they cover most cells, which ends the look through the others.
        let breadth_m = |blob: &Blob| (blob.high.x - blob.low.x).min(blob.high.y - blob.low.y);
        search.blobs.sort_by(|p, q| breadth_m(q).total_cmp(&breadth_m(p)));
        Some(search)
    }

    /// How deep in a blob a point lies; negative or 0 outside.
    fn depth_in(&self, blob: &Blob, point: Vec2) -> f64 {
        let sides = &self.sides[blob.sides.clone()];
        let inner_m = sides
            .iter()
            .map(|side| side.offset_m - side.normal.dot(point))
            .fold(f64::INFINITY, f64::min);
        if inner_m >= 0.0 || self.radius_m <= 0.0 {
            return self.radius_m + inner_m;
        }
        let corners = &self.corners[blob.sides.clone()];
        let mut gap2 = f64::INFINITY;
        let mut from = corners[corners.len() - 1];
        for &to in corners {
            gap2 = gap2.min(segment_gap2(to - from, point - from));
            from = to;
        }
        self.radius_m - gap2.sqrt()
    }

    /// How a square lies to a blob; `Across` when in doubt.
    fn lie(&self, blob: &Blob, centre: Vec2, half_m: f64) -> Lie {
        if blob.low.x >= centre.x + half_m
            || blob.low.y >= centre.y + half_m
            || blob.high.x <= centre.x - half_m
            || blob.high.y <= centre.y - half_m
        {
            return Lie::Apart;
        }
        let mut covered = true;
        for side in &self.sides[blob.sides.clone()] {
            let reach_m = half_m * (side.normal.x.abs() + side.normal.y.abs());
            let out_m = side.normal.dot(centre) - side.offset_m - self.radius_m;
            if out_m >= reach_m {
                return Lie::Apart;
            }
            covered &= out_m + reach_m <= -TOUCH_M;
        }
        // Rounded corners cut off more than the sides.
        if self.radius_m > 0.0 {
            if self.depth_in(blob, centre) <= -half_m * SQRT_2 {
                return Lie::Apart;
            }
            // A blob is convex: the corners of the square speak for all of it.
            covered = covered
                && CORNERS.iter().all(|&(x, y)| {
                    self.depth_in(blob, centre + Vec2::new(x, y) * half_m) >= TOUCH_M
                });
        }
        if covered { Lie::Covered } else { Lie::Across }
    }

    /// The cell with those of `blobs` that it crosses; none if one of them covers it.
    fn cell(
        &self,
        centre: Vec2,
        half_m: f64,
        level: usize,
        blobs: impl Iterator<Item = u32>,
    ) -> Option<Cell> {
        let gap = |along: f64| (along.abs() - half_m).max(0.0);
        let nearest_m = Vec2::new(gap(centre.x), gap(centre.y)).norm();
        let mut across = Vec::new();
        for index in blobs {
            match self.lie(&self.blobs[index as usize], centre, half_m) {
                Lie::Apart => {}
                Lie::Across => across.push(index),
                Lie::Covered => return None,
            }
        }
        Some(Cell { nearest_m, centre, half_m, level, blobs: across })
    }

    /// The shortest way out, known to be at most `hulls_m`.
    fn run(&self, hulls_m: f64) -> Depth {
        let mut best_m = hulls_m;
        let mut queue = BinaryHeap::new();
        let all = 0..u32::try_from(self.blobs.len()).unwrap_or(u32::MAX);
        queue.extend(self.cell(Vec2::default(), hulls_m, 0, all).map(Reverse));
        let mut looks = 0;
        let mut curves = Vec::new();
        while let Some(Reverse(cell)) = queue.pop() {
            if cell.nearest_m >= best_m {
                break;
            }
            if looks > LOOKS_MAX {
                return Depth { depth_m: best_m, exact: false };
            }
            if cell.blobs.is_empty() {
                best_m = cell.nearest_m;
                continue;
            }
            let smallest = cell.half_m <= CELL_MIN_M;
            let solved = CURVES_SOLVED + CURVES_SOLVED_PER_LEVEL * cell.level;
            if smallest || cell.blobs.len() <= solved {
                let limit = if smallest { CURVES_MAX } else { solved };
                if self.curves(&cell, limit, &mut curves) {
                    best_m = self.solve(&cell, &curves, best_m);
                    looks += curves.len() * curves.len() / 2;
                    continue;
                }
            }
            if smallest {
                return Depth { depth_m: best_m, exact: false };
            }
            let half_m = cell.half_m * 0.5;
            looks += 4 * cell.blobs.len();
            for (x, y) in CORNERS {
                let centre = cell.centre + Vec2::new(x, y) * half_m;
                let child = self.cell(centre, half_m, cell.level + 1, cell.blobs.iter().copied());
                queue.extend(child.filter(|child| child.nearest_m < best_m).map(Reverse));
            }
        }
        Depth::exact(if best_m <= TOUCH_M { 0.0 } else { best_m })
    }

    /// Gathers the curves through a cell; false if there are more than `limit`.
    fn curves(&self, cell: &Cell, limit: usize, curves: &mut Vec<Curve>) -> bool {
        curves.clear();
        let slack_m = cell.half_m + TOUCH_M;
        let spread_m = slack_m * SQRT_2;
        for &index in &cell.blobs {
            let range = self.blobs[index as usize].sides.clone();
            let (sides, corners) = (&self.sides[range.clone()], &self.corners[range]);
            for (index, (side, &corner)) in sides.iter().zip(corners).enumerate() {
                let next = corners[(index + 1) % corners.len()];
                let line = Side { normal: side.normal, offset_m: side.offset_m + self.radius_m };
                let reach_m = slack_m * (line.normal.x.abs() + line.normal.y.abs());
                let along = line.normal.left();
                let (past_start_m, past_end_m) =
                    (along.dot(cell.centre - corner), along.dot(cell.centre - next));
                if (line.normal.dot(cell.centre) - line.offset_m).abs() <= reach_m
                    && past_start_m >= -spread_m
                    && past_end_m <= spread_m
                {
                    push_new(curves, Curve::Line(line));
                }
                // The arc round the corner lies between the sides that meet there.
                let before = sides[(index + sides.len() - 1) % sides.len()].normal.left();
                if self.radius_m > 0.0
                    && past_start_m <= spread_m
                    && before.dot(cell.centre - corner) >= -spread_m
                    && ((cell.centre - corner).norm() - self.radius_m).abs() <= spread_m
                {
                    push_new(curves, Curve::Circle(corner));
                }
                if curves.len() > limit {
                    return false;
                }
            }
        }
        true
    }

    /// The shortest of `best_m` and the ways out in a cell.
    fn solve(&self, cell: &Cell, curves: &[Curve], mut best_m: f64) -> f64 {
        let mut consider = |point: Vec2| {
            let length_m = point.norm();
            let off = point - cell.centre;
            // The cell's blobs speak for the cell only.
            if length_m < best_m
                && off.x.abs().max(off.y.abs()) <= cell.half_m + 0.25 * TOUCH_M
                && cell
                    .blobs
                    .iter()
                    .all(|&index| self.depth_in(&self.blobs[index as usize], point) <= TOUCH_M)
            {
                best_m = length_m;
            }
        };
        // Touching shapes: no push at all.
        consider(Vec2::default());
        for (index, first) in curves.iter().enumerate() {
            match *first {
                Curve::Line(line) => consider(line.normal * line.offset_m),
                Curve::Circle(centre) => {
                    let gap_m = centre.norm();
                    if gap_m > 0.0 {
                        consider(centre * (1.0 - self.radius_m / gap_m));
                    } else {
                        consider(Vec2::new(self.radius_m, 0.0));
                    }
                }
            }
            for second in &curves[..index] {
                for point in crossings(first, second, self.radius_m).into_iter().flatten() {
                    consider(point);
                }
            }
        }
        best_m
    }
}

impl PartialEq for Cell {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Cell {}

impl PartialOrd for Cell {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// By distance; among equals by place, so that the search takes the same way each time.
impl Ord for Cell {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.nearest_m
            .total_cmp(&other.nearest_m)
            .then(self.half_m.total_cmp(&other.half_m))
            .then(self.centre.x.total_cmp(&other.centre.x))
            .then(self.centre.y.total_cmp(&other.centre.y))
    }
}
