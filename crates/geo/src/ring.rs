//! What one ring in a plane tells: its area, and what is inside. Rings have no closing vertex.

use crate::vector::Vec2;

/// Twice the signed area of a ring.
pub(crate) fn area2(ring: &[Vec2]) -> f64 {
    let (Some(&origin), Some(&last)) = (ring.first(), ring.last()) else { return 0.0 };
    let mut previous = last - origin;
    let mut sum = 0.0;
    for &point in ring {
        let point = point - origin;
        sum += previous.cross(point);
        previous = point;
    }
    sum
}

/// Whether a point is in the even-odd inside of a ring.
pub(crate) fn ring_contains(ring: &[Vec2], point: Vec2) -> bool {
    let Some(mut from) = ring.last().copied() else { return false };
    let mut inside = false;
    for &to in ring {
        if (from.y > point.y) != (to.y > point.y) {
            let left = (to - from).cross(point - from) > 0.0;
            inside ^= left == (to.y > from.y);
        }
        from = to;
    }
    inside
}
