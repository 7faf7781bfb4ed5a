//! Minkowski differences of convex pieces, as the half-planes that bound them.

use crate::vector::Vec2;

/// A closed half-plane: the points whose product with `normal` is at most `offset_m`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Side {
    /// Unit vector outwards.
    pub(super) normal: Vec2,
    /// How far out the edge lies from the origin; negative when the origin is outside.
    pub(super) offset_m: f64,
}

/// Where an anticlockwise ring is lowest (leftmost among equals), looking along `sign`.
fn lowest(ring: &[Vec2], sign: f64) -> usize {
    let mut best = 0;
    for (index, point) in ring.iter().enumerate() {
        let (p, q) = (*point * sign, ring[best] * sign);
        if p.y < q.y || (p.y <= q.y && p.x < q.x) {
            best = index;
        }
    }
    best
}

/// Calls `visit` with each side of `a` minus `b` and the corner that the side starts from,
/// anticlockwise. Both rings are convex and anticlockwise; one may be a single point.
pub(super) fn for_each_side(a: &[Vec2], b: &[Vec2], mut visit: impl FnMut(Side, Vec2)) {
    if a.is_empty() || b.is_empty() {
        return;
    }
    let edges_of = |ring: &[Vec2]| if ring.len() == 1 { 0 } else { ring.len() };
    let (a_edges, b_edges) = (edges_of(a), edges_of(b));
    let (mut i, mut j) = (lowest(a, 1.0), lowest(b, -1.0));
    let (mut i_done, mut j_done) = (0, 0);
    let next = |index: usize, len: usize| if index + 1 == len { 0 } else { index + 1 };
    while i_done < a_edges || j_done < b_edges {
        let corner = a[i] - b[j];
        let a_edge = a[next(i, a.len())] - a[i];
        // Turned round: it bounds minus b.
        let b_edge = b[j] - b[next(j, b.len())];
        let a_first = j_done == b_edges || (i_done < a_edges && a_edge.cross(b_edge) >= 0.0);
        let edge = if a_first {
            (i, i_done) = (next(i, a.len()), i_done + 1);
            a_edge
        } else {
            (j, j_done) = (next(j, b.len()), j_done + 1);
            b_edge
        };
        // The direction comes from the given edge, not from the difference's corners: over a short
        // edge their rounding would tilt it.
        let length_m = edge.norm();
        if length_m > 0.0 {
            let normal = -edge.left() * (1.0 / length_m);
            visit(Side { normal, offset_m: normal.dot(corner) }, corner);
        }
    }
}
