//! Clipping a convex ring by another (Sutherland and Hodgman), on the stack for small rings.

use smallvec::SmallVec;

use crate::ring::area2;
use crate::vector::Vec2;

/// Two octagons have at most 16 common corners.
pub(super) type Ring = SmallVec<[Vec2; 16]>;

/// The intersection of two convex rings, anticlockwise; none if it has no corners.
pub(super) fn convex(a: &[Vec2], b: &[Vec2]) -> Option<Vec<Vec2>> {
    let (subject, knife) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let left = if area2(knife) < 0.0 { -1.0 } else { 1.0 };
    let mut ring = Ring::from_slice(subject);
    let mut next = Ring::new();
    let mut from = *knife.last()?;
    for &to in knife {
        let edge = (to - from) * left;
        keep_left(&ring, from, edge, &mut next);
        std::mem::swap(&mut ring, &mut next);
        from = to;
        if ring.is_empty() {
            return None;
        }
    }
    (ring.len() >= 3).then(|| ring.to_vec())
}

/// The part of a convex ring on the left of a line (boundary included).
pub(super) fn keep_left(ring: &[Vec2], origin: Vec2, along: Vec2, kept: &mut Ring) {
    kept.clear();
    let Some(&last) = ring.last() else { return };
    let (mut previous, mut previous_left) = (last, along.cross(last - origin));
    for &point in ring {
        let left = along.cross(point - origin);
        if (left < 0.0) != (previous_left < 0.0) {
            // Always from the inner point outwards, so that an edge gives the same corner whichever
            // way it is wound.
            let (inner, inner_left, outer, outer_left) = if left < 0.0 {
                (previous, previous_left, point, left)
            } else {
                (point, left, previous, previous_left)
            };
            let share = inner_left / (inner_left - outer_left);
            kept.push(inner + (outer - inner) * share);
        }
        if left >= 0.0 {
            kept.push(point);
        }
        (previous, previous_left) = (point, left);
    }
}
