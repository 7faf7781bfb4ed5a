//! The area that two outlines in one plane share, for showing to people.
//!
//! Convex pairs are clipped in floating point. Everything else goes through `i_overlay`, which
//! snaps to a grid of at least 2^30 steps across what it is given; both shapes are cut down to the
//! box that they have in common first, so a step is at most 2^-30 of that box (0.1 mm for 100 km,
//! 1 µm for 1 km). Lost are parts narrower than a step, the last step of a corner's place, and
//! corners that are in line with their neighbours to a step. Discs become polygons with corners on
//! the circle: an area lacks at most a 9000th of the disc, and at most a 250th of a thin lens or
//! segment (a 15th where more than 32 edges cross the circle).

mod circle;
mod clip;
mod overlay;
#[cfg(test)]
mod tests;

use crate::depth::{Planar, convex_pieces};
use crate::ring::area2;
use crate::vector::Vec2;

pub(crate) use overlay::{union_of_areas, union_of_parts};

/// Polygons of rings without closing vertex: the outer ring first and anticlockwise, then holes,
/// clockwise. Each ring starts at its leftmost (then lowest) corner; polygons and holes are sorted
/// by that corner.
pub(crate) type Area = Vec<Vec<Vec<Vec2>>>;

/// Corners closer than this are one (metres).
const SAME_POINT_M: f64 = 1e-9;
/// Rings with less area than this are dropped (square metres): rounding where shapes only touch.
const AREA_MIN_M2: f64 = 1e-10;
/// Above this many products of corners `i_overlay`, which sorts, is faster than clipping.
const CLIP_PRODUCTS_MAX: usize = 250_000;

/// The intersection of two shapes. Shapes that overlap by 2 mm or more never have an empty one.
pub(crate) fn common_area(a: &Planar<'_>, b: &Planar<'_>) -> Area {
    match (*a, *b) {
        (Planar::Disc { centre: a, radius_m: a_m }, Planar::Disc { centre: b, radius_m: b_m }) => {
            tidy(vec![vec![circle::lens(a, a_m, b, b_m)]])
        }
        (Planar::Disc { centre, radius_m }, Planar::Region { rings, convex })
        | (Planar::Region { rings, convex }, Planar::Disc { centre, radius_m }) => {
            let disc = circle::facing(centre, radius_m, rings);
            regions(&[&disc], true, rings, convex)
        }
        (
            Planar::Region { rings: a, convex: a_convex },
            Planar::Region { rings: b, convex: b_convex },
        ) => regions(a, a_convex, b, b_convex),
    }
}

/// The intersection of two regions.
fn regions(a: &[&[Vec2]], a_convex: bool, b: &[&[Vec2]], b_convex: bool) -> Area {
    if let ([a], [b], true, true) = (a, b, a_convex, b_convex)
        && a.len() * b.len() <= CLIP_PRODUCTS_MAX
    {
        return clip::convex(a, b).map_or_else(Vec::new, |ring| tidy(vec![vec![ring]]));
    }
    let common = overlay::intersection(a, b);
    if !common.is_empty() {
        return common;
    }
    // What the grid has swallowed is looked for in floating point, piece by piece.
    let a_pieces = convex_pieces(&Planar::Region { rings: a, convex: a_convex });
    let b_pieces = convex_pieces(&Planar::Region { rings: b, convex: b_convex });
    let mut common = Vec::new();
    for a in &a_pieces {
        for b in &b_pieces {
            common.extend(clip::convex(a, b).map(|ring| vec![ring]));
        }
    }
    tidy(common)
}

/// Drops what has no area and gives the rest its order.
fn tidy(area: Area) -> Area {
    let mut tidied: Area = area.into_iter().filter_map(tidy_polygon).collect();
    tidied.sort_by(|p, q| compare_starts(&p[0], &q[0]));
    tidied
}

/// One polygon of [`tidy`].
fn tidy_polygon(polygon: Vec<Vec<Vec2>>) -> Option<Vec<Vec<Vec2>>> {
    let mut rings = polygon.into_iter();
    let outer = tidy_ring(rings.next()?, 1.0)?;
    let mut holes: Vec<_> = rings.filter_map(|ring| tidy_ring(ring, -1.0)).collect();
    holes.sort_by(|p, q| compare_starts(p, q));
    holes.insert(0, outer);
    Some(holes)
}

/// One ring of [`tidy`], wound anticlockwise if `sign` is positive.
fn tidy_ring(mut ring: Vec<Vec2>, sign: f64) -> Option<Vec<Vec2>> {
    let same = |p: Vec2, q: Vec2| (p - q).norm2() <= SAME_POINT_M * SAME_POINT_M;
    ring.dedup_by(|p, q| same(*p, *q));
    while ring.len() > 1 && same(ring[0], ring[ring.len() - 1]) {
        ring.pop();
    }
    let area2_m2 = area2(&ring);
    if ring.len() < 3 || area2_m2.abs() < 2.0 * AREA_MIN_M2 {
        return None;
    }
    if area2_m2 * sign < 0.0 {
        ring.reverse();
    }
    let mut start = 0;
    for index in 1..ring.len() {
        if compare(ring[index], ring[start]).is_lt() {
            start = index;
        }
    }
    ring.rotate_left(start);
    Some(ring)
}

/// By x, then y.
fn compare(p: Vec2, q: Vec2) -> std::cmp::Ordering {
    p.x.total_cmp(&q.x).then(p.y.total_cmp(&q.y))
}

/// Rings by their corners in order.
fn compare_starts(p: &[Vec2], q: &[Vec2]) -> std::cmp::Ordering {
    p.iter()
        .zip(q)
        .map(|(p, q)| compare(*p, *q))
        .find(|order| order.is_ne())
        .unwrap_or_else(|| p.len().cmp(&q.len()))
}
