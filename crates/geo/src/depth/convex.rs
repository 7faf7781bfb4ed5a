//! Depth where both shapes are convex: along one of the edge normals. The hot path; no allocation
//! below [`EDGES_MIN`].

use super::difference;
use crate::vector::Vec2;

/// Up to this many products of edges, trying every normal on every point beats building the
/// Minkowski difference.
const EDGES_MIN: usize = 4096;

/// The least and the greatest extent of a ring along a direction.
#[inline]
fn extent(ring: &[Vec2], along: Vec2) -> (f64, f64) {
    let mut least = f64::INFINITY;
    let mut greatest = f64::NEG_INFINITY;
    for point in ring {
        let at = point.dot(along);
        least = if at < least { at } else { least };
        greatest = if at > greatest { at } else { greatest };
    }
    (least, greatest)
}

/// The lower of `best` (squared) and the squared pushes along the edge normals of `ring`; 0 when a
/// normal separates or the ring has no inside.
#[inline]
fn least_push2(ring: &[Vec2], other: &[Vec2], mut best2: f64) -> f64 {
    let Some(mut from) = ring.last().copied() else { return 0.0 };
    let mut any_edge = false;
    for &to in ring {
        let edge = to - from;
        from = to;
        let length2 = edge.norm2();
        if length2 == 0.0 {
            continue;
        }
        // Both ways along the normal, over all points of both: any direction gives a push that
        // parts the shapes, so neither the winding nor a dent by rounding at a collinear point can
        // make the depth too small.
        let normal = edge.left();
        let (low, high) = extent(ring, normal);
        let (other_low, other_high) = extent(other, normal);
        let push = (high - other_low).min(other_high - low);
        any_edge = true;
        // A ring of no width has no inside to overlap.
        if push <= 0.0 || high <= low {
            return 0.0;
        }
        let push2 = push * push;
        if push2 < best2 * length2 {
            best2 = push2 / length2;
        }
    }
    if any_edge { best2 } else { 0.0 }
}

/// Depth of two convex rings.
pub(super) fn depth_m(a: &[Vec2], b: &[Vec2]) -> f64 {
    if a.len() * b.len() > EDGES_MIN {
        return hull_depth_m(&hull(a), &hull(b));
    }
    let best2 = least_push2(a, b, f64::INFINITY);
    if best2 <= 0.0 {
        return 0.0;
    }
    least_push2(b, a, best2).sqrt()
}

/// Depth of two anticlockwise, strictly convex rings with many points (or a single one).
pub(super) fn hull_depth_m(a: &[Vec2], b: &[Vec2]) -> f64 {
    let mut least_m = f64::INFINITY;
    difference::for_each_side(a, b, |side, _| least_m = least_m.min(side.offset_m));
    if least_m.is_finite() { least_m.max(0.0) } else { 0.0 }
}

/// Depth of a disc and a convex ring.
pub(super) fn disc_depth_m(ring: &[Vec2], centre: Vec2, radius_m: f64) -> f64 {
    let (gap2, inside) = boundary(ring, centre);
    if !gap2.is_finite() {
        return 0.0;
    }
    let gap_m = gap2.sqrt();
    if inside { radius_m + gap_m } else { (radius_m - gap_m).max(0.0) }
}

/// The squared distance from a point to the nearest edge, and whether the point is on the same side
/// of all edges.
#[inline]
fn boundary(ring: &[Vec2], point: Vec2) -> (f64, bool) {
    let Some(last) = ring.last() else { return (f64::INFINITY, false) };
    let (mut gap2, mut any_left, mut any_right) = (f64::INFINITY, false, false);
    let mut from = *last;
    for &to in ring {
        let edge = to - from;
        let to_point = point - from;
        let side = edge.cross(to_point);
        any_left |= side > 0.0;
        any_right |= side < 0.0;
        gap2 = gap2.min(segment_gap2(edge, to_point));
        from = to;
    }
    (gap2, any_left != any_right)
}

/// Squared distance from a point to a segment, both given from the segment's start.
#[inline]
pub(super) fn segment_gap2(edge: Vec2, to_point: Vec2) -> f64 {
    let along = to_point.dot(edge);
    let length2 = edge.norm2();
    if along <= 0.0 {
        to_point.norm2()
    } else if along >= length2 {
        (to_point - edge).norm2()
    } else {
        let across = edge.cross(to_point);
        across * across / length2
    }
}

/// The strictly convex hull, anticlockwise from the lowest point on the left (monotone chain).
pub(super) fn hull(points: &[Vec2]) -> Vec<Vec2> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|p, q| p.x.total_cmp(&q.x).then(p.y.total_cmp(&q.y)));
    sorted.dedup();
    if sorted.len() < 3 {
        return sorted;
    }
    let mut chain: Vec<Vec2> = Vec::with_capacity(sorted.len() + 1);
    let mut extend = |point: Vec2, start: usize| {
        while let [.., p, q] = chain[start..] {
            if (q - p).cross(point - q) > 0.0 {
                break;
            }
            chain.pop();
        }
        chain.push(point);
        chain.len()
    };
    let mut lower_len = 0;
    for &point in &sorted {
        lower_len = extend(point, 0);
    }
    for &point in sorted.iter().rev().skip(1) {
        extend(point, lower_len - 1);
    }
    chain.pop();
    chain
}
