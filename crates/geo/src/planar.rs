//! Rings in one plane: do two sets of edges come within a margin of each other, and is a point
//! inside?
//!
//! The margin makes exact predicates unnecessary: whatever rounding could decide wrongly lies
//! within the margin, and there the distance decides.

use smallvec::SmallVec;

use crate::ring::ring_contains;
use crate::vector::Vec2;

/// Edge pairs up to which testing all of them is faster than sorting them into a grid.
const ALL_PAIRS_MAX: usize = 2_048;
/// Most cells of a grid.
const CELLS_MAX: f64 = 262_144.0;

/// A straight edge.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge {
    pub(crate) from: Vec2,
    pub(crate) to: Vec2,
}

/// An axis-parallel box.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Box2 {
    pub(crate) min: Vec2,
    pub(crate) max: Vec2,
}

impl Box2 {
    pub(crate) const EMPTY: Self = Self {
        min: Vec2::new(f64::INFINITY, f64::INFINITY),
        max: Vec2::new(f64::NEG_INFINITY, f64::NEG_INFINITY),
    };

    #[inline]
    pub(crate) fn with(self, point: Vec2) -> Self {
        Self {
            min: Vec2::new(self.min.x.min(point.x), self.min.y.min(point.y)),
            max: Vec2::new(self.max.x.max(point.x), self.max.y.max(point.y)),
        }
    }

    pub(crate) fn grown(self, by_m: f64) -> Self {
        Self {
            min: Vec2::new(self.min.x - by_m, self.min.y - by_m),
            max: Vec2::new(self.max.x + by_m, self.max.y + by_m),
        }
    }

    fn shared(self, other: Self) -> Self {
        Self {
            min: Vec2::new(self.min.x.max(other.min.x), self.min.y.max(other.min.y)),
            max: Vec2::new(self.max.x.min(other.max.x), self.max.y.min(other.max.y)),
        }
    }

    fn is_empty(self) -> bool {
        self.min.x > self.max.x || self.min.y > self.max.y
    }
}

impl Edge {
    #[inline]
    fn touches_box(&self, area: &Box2) -> bool {
        self.from.x.min(self.to.x) <= area.max.x
            && self.from.x.max(self.to.x) >= area.min.x
            && self.from.y.min(self.to.y) <= area.max.y
            && self.from.y.max(self.to.y) >= area.min.y
    }

    fn bounds(&self) -> Box2 {
        Box2::EMPTY.with(self.from).with(self.to)
    }

    /// Square of the distance from a point, and where along the edge (0 to 1) it is nearest.
    #[inline]
    pub(crate) fn distance2(&self, point: Vec2) -> (f64, f64) {
        let along = self.to - self.from;
        let length2 = along.norm2();
        let share = if length2 > 0.0 {
            ((point - self.from).dot(along) / length2).clamp(0.0, 1.0)
        } else {
            0.0
        };
        ((point - (self.from + along * share)).norm2(), share)
    }

    /// Whether two edges cross, or come within the square root of `margin2`.
    #[inline]
    pub(crate) fn meets(&self, other: &Self, margin2: f64) -> bool {
        self.crosses(other)
            || self.distance2(other.from).0 <= margin2
            || self.distance2(other.to).0 <= margin2
            || other.distance2(self.from).0 <= margin2
            || other.distance2(self.to).0 <= margin2
    }

    /// Whether each edge has the ends of the other on different sides.
    #[inline]
    fn crosses(&self, other: &Self) -> bool {
        let (a, b) = (self.to - self.from, other.to - other.from);
        let start = other.from - self.from;
        let (s, t) = (a.cross(start), a.cross(other.to - self.from));
        if s * t >= 0.0 {
            return false;
        }
        let (u, v) = (b.cross(self.from - other.from), b.cross(self.to - other.from));
        u * v < 0.0
    }
}

/// Rings in the plane: points in one list, `ends[i]` being one past the last point of ring `i`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rings<'a> {
    pub(crate) points: &'a [Vec2],
    pub(crate) ends: &'a [u32],
}

impl<'a> Rings<'a> {
    pub(crate) fn each(self) -> impl Iterator<Item = &'a [Vec2]> {
        let mut begin = 0;
        self.ends.iter().map(move |&end| {
            let ring = &self.points[begin..end as usize];
            begin = end as usize;
            ring
        })
    }

    pub(crate) fn edges(self) -> impl Iterator<Item = Edge> {
        self.each().flat_map(|ring| {
            let last = ring.len() - 1;
            ring.iter().enumerate().map(move |(i, &to)| {
                let from = ring[if i == 0 { last } else { i - 1 }];
                Edge { from, to }
            })
        })
    }

    pub(crate) fn bounds(self) -> Box2 {
        self.points.iter().fold(Box2::EMPTY, |area, &point| area.with(point))
    }

    /// Even-odd inside; says nothing reliable within rounding of an edge.
    pub(crate) fn contains(self, point: Vec2) -> bool {
        self.each().fold(false, |inside, ring| inside ^ ring_contains(ring, point))
    }

    /// Whether an edge of one comes within `margin_m` of an edge of the other.
    pub(crate) fn edges_meet(self, other: Self, margin_m: f64) -> bool {
        let shared = self.bounds().shared(other.bounds().grown(margin_m)).grown(margin_m);
        if shared.is_empty() {
            return false;
        }
        let near = |rings: Self| -> SmallVec<[Edge; 24]> {
            rings.edges().filter(|edge| edge.touches_box(&shared)).collect()
        };
        let (mine, theirs) = (near(self), near(other));
        let margin2 = margin_m * margin_m;
        if mine.len() * theirs.len() <= ALL_PAIRS_MAX {
            return mine.iter().any(|a| {
                let area = a.bounds().grown(margin_m);
                theirs.iter().any(|b| b.touches_box(&area) && a.meets(b, margin2))
            });
        }
        let grid = Grid::of(&mine, shared, margin_m);
        theirs.iter().any(|b| {
            let area = b.bounds().grown(margin_m);
            grid.any_near(b, margin_m, |i| {
                let a = &mine[i as usize];
                a.touches_box(&area) && a.meets(b, margin2)
            })
        })
    }

    /// The first pair of edges of these rings that meet without being neighbours in one ring, or
    /// of neighbours that fold back onto each other; edges are counted over all rings and named by
    /// the point that they begin at.
    pub(crate) fn first_self_contact(self, margin_m: f64) -> Option<(usize, usize)> {
        let edges: Vec<Edge> = self.edges().collect();
        let margin2 = margin_m * margin_m;
        // Edge `i` ends at point `i`; within its ring it begins at the point before.
        let mut before = vec![0usize; edges.len()];
        let mut begin = 0;
        for &end in self.ends {
            let end = end as usize;
            for (i, slot) in before.iter_mut().enumerate().take(end).skip(begin) {
                *slot = if i == begin { end - 1 } else { i - 1 };
            }
            begin = end;
        }
        let contact = |i: usize, j: usize| {
            let (a, b) = (&edges[i], &edges[j]);
            if i == before[j] && j == before[i] {
                return false;
            }
            if i == before[j] {
                // `a` runs into `b`: they share a point, and fold back if the far ends come near.
                return b.distance2(a.from).0 <= margin2 || a.distance2(b.to).0 <= margin2;
            }
            if j == before[i] {
                return a.distance2(b.from).0 <= margin2 || b.distance2(a.to).0 <= margin2;
            }
            a.meets(b, margin2)
        };
        let named = |i: usize, j: usize| {
            let (i, j) = (before[i], before[j]);
            (i.max(j), i.min(j))
        };
        if edges.len() <= 64 {
            return edges.iter().enumerate().find_map(|(i, edge)| {
                let area = edge.bounds().grown(margin_m);
                let earlier = edges[..i].iter().enumerate();
                let mut near = earlier.filter(|(_, other)| other.touches_box(&area));
                near.find(|&(j, _)| contact(i, j)).map(|(j, _)| named(i, j))
            });
        }
        let grid = Grid::of(&edges, self.bounds().grown(margin_m), margin_m);
        for (i, edge) in edges.iter().enumerate() {
            let mut found = None;
            let area = edge.bounds().grown(margin_m);
            grid.any_near(edge, margin_m, |j| {
                let j = j as usize;
                let hit = j != i && edges[j].touches_box(&area) && contact(i, j);
                if hit {
                    found = Some(named(i, j));
                }
                hit
            });
            if found.is_some() {
                return found;
            }
        }
        None
    }
}

/// Edges sorted into the cells of a grid that they pass through.
struct Grid {
    origin: Vec2,
    cell: Vec2,
    columns: usize,
    rows: usize,
    starts: Vec<u32>,
    edges: Vec<u32>,
}

impl Grid {
    fn of(edges: &[Edge], area: Box2, margin_m: f64) -> Self {
        // About as many cells as edges, and about square: the area that two long outlines share is
        // often a narrow strip.
        let size = area.max - area.min;
        let (width, height) = (size.x.max(1e-6), size.y.max(1e-6));
        let count = (edges.len() as f64).clamp(1.0, CELLS_MAX);
        let columns = (count * width / height).sqrt().ceil().clamp(1.0, count);
        let rows = (count / columns).ceil();
        let cell = Vec2::new(width / columns, height / rows);
        let (columns, rows) = (columns as usize, rows as usize);
        let mut grid = Self {
            origin: area.min,
            cell,
            columns,
            rows,
            starts: vec![0; columns * rows + 1],
            edges: Vec::new(),
        };
        let mut counts = std::mem::take(&mut grid.starts);
        for edge in edges {
            grid.any_cell(edge, margin_m, |cell| {
                counts[cell + 1] += 1;
                false
            });
        }
        for i in 1..counts.len() {
            counts[i] += counts[i - 1];
        }
        grid.edges = vec![0; *counts.last().unwrap_or(&0) as usize];
        let mut next = counts.clone();
        let mut filled = std::mem::take(&mut grid.edges);
        for (i, edge) in edges.iter().enumerate() {
            grid.any_cell(edge, margin_m, |cell| {
                filled[next[cell] as usize] = i as u32;
                next[cell] += 1;
                false
            });
        }
        grid.starts = counts;
        grid.edges = filled;
        grid
    }

    fn column(&self, x: f64) -> usize {
        (((x - self.origin.x) / self.cell.x).max(0.0) as usize).min(self.columns - 1)
    }

    fn row(&self, y: f64) -> usize {
        (((y - self.origin.y) / self.cell.y).max(0.0) as usize).min(self.rows - 1)
    }

    /// Calls `visit` for every cell within `margin_m` of the edge until it says true.
    fn any_cell(&self, edge: &Edge, margin_m: f64, mut visit: impl FnMut(usize) -> bool) -> bool {
        let (low, high) =
            if edge.from.y <= edge.to.y { (edge.from, edge.to) } else { (edge.to, edge.from) };
        let rise = high.y - low.y;
        for row in self.row(low.y - margin_m)..=self.row(high.y + margin_m) {
            // The stretch of the edge inside this row, the row taken a little taller: what is lost
            // to rounding in the slope must not lose a cell.
            let bottom = self.origin.y + row as f64 * self.cell.y - margin_m - 1e-6;
            let top = bottom + self.cell.y + 2.0 * (margin_m + 1e-6);
            let at = |y: f64| {
                if rise > 0.0 {
                    low.x + (high.x - low.x) * ((y - low.y) / rise).clamp(0.0, 1.0)
                } else {
                    low.x
                }
            };
            let (mut left, mut right) =
                if rise > 0.0 { (at(bottom), at(top)) } else { (low.x, high.x) };
            if left > right {
                std::mem::swap(&mut left, &mut right);
            }
            let reach_m = margin_m + 1e-6;
            for column in self.column(left - reach_m)..=self.column(right + reach_m) {
                if visit(row * self.columns + column) {
                    return true;
                }
            }
        }
        false
    }

    fn any_near(&self, edge: &Edge, margin_m: f64, mut visit: impl FnMut(u32) -> bool) -> bool {
        self.any_cell(edge, margin_m, |cell| {
            let range = self.starts[cell] as usize..self.starts[cell + 1] as usize;
            self.edges[range].iter().any(|&i| visit(i))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn star(corners: usize, phase: f64, centre: Vec2) -> Vec<Vec2> {
        (0..corners)
            .map(|i| {
                let angle = phase + i as f64 / corners as f64 * std::f64::consts::TAU;
                let (sin, cos) = libm::sincos(angle);
                let radius = if i % 2 == 0 { 1000.0 } else { 700.0 };
                centre + Vec2::new(cos, sin) * radius
            })
            .collect()
    }

    #[test]
    fn the_grid_and_all_pairs_agree_on_stars_that_nearly_touch() {
        let mut met = 0;
        for i in 0..400 {
            let gap = f64::from(i - 200) * 1.0;
            let (a, b) = (
                star(160, 0.1, Vec2::new(0.0, 0.0)),
                star(160, 0.4, Vec2::new(1900.0 + gap, 30.0)),
            );
            let (ends_a, ends_b) = ([a.len() as u32], [b.len() as u32]);
            let (ra, rb) =
                (Rings { points: &a, ends: &ends_a }, Rings { points: &b, ends: &ends_b });
            let slow = ra.edges().any(|x| rb.edges().any(|y| x.meets(&y, 0.005 * 0.005)));
            met += usize::from(slow);
            assert_eq!(ra.edges_meet(rb, 0.005), slow, "gap {gap}");
        }
        assert!((50..350).contains(&met), "{met} of 400 met");
    }

    #[test]
    fn a_bow_tie_names_both_its_edges() {
        let points = [
            Vec2::new(0.0, 0.0),
            Vec2::new(10.0, 10.0),
            Vec2::new(10.0, 0.0),
            Vec2::new(0.0, 10.0),
        ];
        assert_eq!(Rings { points: &points, ends: &[4] }.first_self_contact(1e-4), Some((2, 0)));
    }

    #[test]
    fn a_spike_that_folds_back_is_a_contact() {
        let points =
            [Vec2::new(0.0, 0.0), Vec2::new(10.0, 0.0), Vec2::new(5.0, 0.0), Vec2::new(5.0, 9.0)];
        assert!(Rings { points: &points, ends: &[4] }.first_self_contact(1e-4).is_some());
    }
}
