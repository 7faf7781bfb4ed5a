//! Do two outlines touch? The one place that decides it.
//!
//! Closed sets with a margin of 5 mm: whatever overlaps touches, whatever is 1 cm apart does not
//! (F3548-21 GEN0500), and between lies room for the projection's bend and for rounding, always
//! towards conflict.

use crate::frame::Frame;
use crate::outline::{Outline, Region, Shape};
use crate::planar::{Edge, Rings};
use crate::position::{ECCENTRICITY_SQUARED, Position, onto_surface};
use crate::vector::{Vec2, Vec3};

/// Outlines nearer than this count as touching, metres; give or take 2 mm for the bend of edges and
/// of circles in a frame.
pub const TOUCH_MARGIN_M: f64 = 0.005;
/// Up to this radius a circle's image in its own frame is round to 2 mm, metres.
const ROUND_UP_TO_M: f64 = 34_000.0;

/// Whether two outlines have a place in common, to 1 cm.
pub fn touch(a: &Outline, b: &Outline) -> bool {
    let apart2 = (a.frame.foot() - b.frame.foot()).norm2();
    let reach_m = a.reach_m + b.reach_m + 2.0 * TOUCH_MARGIN_M;
    if apart2 > reach_m * reach_m {
        return false;
    }
    match (&a.shape, &b.shape) {
        (Shape::Circle { radius_m: ra }, Shape::Circle { radius_m: rb }) => {
            let (a, b) = smaller_first(a, b);
            circles_touch(&a.frame, &b.frame, ra + rb)
        }
        (Shape::Circle { radius_m }, Shape::Region(region))
        | (Shape::Region(region), Shape::Circle { radius_m }) => {
            let circle = if matches!(a.shape, Shape::Circle { .. }) { a } else { b };
            circle_touches_region(&circle.frame, *radius_m, region)
        }
        (Shape::Region(_), Shape::Region(_)) => {
            let (small, large) = smaller_first(a, b);
            let (Shape::Region(s), Shape::Region(l)) = (&small.shape, &large.shape) else {
                return false;
            };
            regions_touch(&small.frame, s, l)
        }
    }
}

/// The canonical order of two outlines: the smaller gives the frame, whichever way they are asked.
pub(crate) fn smaller_first<'a>(a: &'a Outline, b: &'a Outline) -> (&'a Outline, &'a Outline) {
    let key = |o: &Outline| (o.reach_m, o.frame.foot());
    let ((ra, fa), (rb, fb)) = (key(a), key(b));
    let order = ra
        .total_cmp(&rb)
        .then(fa.x.total_cmp(&fb.x))
        .then(fa.y.total_cmp(&fb.y))
        .then(fa.z.total_cmp(&fb.z));
    if order.is_gt() { (b, a) } else { (a, b) }
}

fn regions_touch(frame: &Frame, small: &Region, large: &Region) -> bool {
    let (s, l) = (small.project(frame), large.project(frame));
    let (s, l) = (small.rings(&s), large.rings(&l));
    // No edges meet: either apart, or a whole ring lies inside the other region.
    s.edges_meet(l, TOUCH_MARGIN_M)
        || s.each().any(|ring| l.contains(ring[0]))
        || l.each().any(|ring| s.contains(ring[0]))
}

fn circle_touches_region(frame: &Frame, radius_m: f64, region: &Region) -> bool {
    let projected = region.project(frame);
    let rings = region.rings(&projected);
    let centre = Vec2::default();
    if radius_m <= ROUND_UP_TO_M {
        let touching_m = plane_radius_m(frame, radius_m) + TOUCH_MARGIN_M;
        let touching2 = touching_m * touching_m;
        return rings.edges().any(|edge| edge.distance2(centre).0 <= touching2)
            || rings.contains(centre);
    }
    if rings.contains(centre) {
        return true;
    }
    let band_m = anisotropy_m(radius_m + 1.0) + PIECE_BAND_M;
    for (i, edge) in rings.edges().enumerate() {
        let (near2, share) = edge.distance2(centre);
        let distance_m = ground_m(frame, near2.sqrt());
        if distance_m <= radius_m - band_m {
            return true;
        }
        if distance_m <= radius_m + band_m {
            let (from, to) = piece_ending_at(region, i);
            let foot = Position::from_ecef(frame.foot());
            let (exact_m, _) = distance_to_piece_m(foot, from, to, share);
            if exact_m <= radius_m + TOUCH_MARGIN_M {
                return true;
            }
        }
    }
    false
}

/// Pieces of a small outline far out in a large circle's frame bend by at most this, metres.
const PIECE_BAND_M: f64 = 0.05;

fn piece_ending_at(region: &Region, point: usize) -> (Vec3, Vec3) {
    let mut begin = 0;
    for &end in &region.ends {
        if point < end as usize {
            let before = if point == begin { end as usize - 1 } else { point - 1 };
            return (region.points[before], region.points[point]);
        }
        begin = end as usize;
    }
    (region.points[0], region.points[point])
}

fn circles_touch(frame: &Frame, other: &Frame, radii_m: f64) -> bool {
    let between_m = ground_m(frame, frame.project(other.foot()).norm());
    let band_m = anisotropy_m(between_m) + 1e-4;
    if band_m > 0.002 && (between_m - radii_m).abs() <= band_m + TOUCH_MARGIN_M {
        let (a, b) = (Position::from_ecef(frame.foot()), Position::from_ecef(other.foot()));
        return a.distance_m(b) <= radii_m + TOUCH_MARGIN_M;
    }
    between_m <= radii_m + TOUCH_MARGIN_M
}

/// Where a geodesic distance from the foot falls in the frame's plane, metres.
pub(crate) fn plane_radius_m(frame: &Frame, ground_m: f64) -> f64 {
    let r = frame.radius_m();
    r * libm::tan((ground_m / r).min(1.4))
}

/// The geodesic distance from the foot that a distance in the plane stands for, metres.
pub(crate) fn ground_m(frame: &Frame, plane_m: f64) -> f64 {
    let r = frame.radius_m();
    r * libm::atan(plane_m / r)
}

/// How far [`ground_m`] is off at some distance from the foot, metres: the ellipsoid's curvature
/// differs between north and east by up to e², which changes a length s by at most e²·s³/(12R²)
/// (`tests/bend.rs` measures it).
pub(crate) fn anisotropy_m(ground_m: f64) -> f64 {
    const R_M: f64 = 6_335_000.0;
    ECCENTRICITY_SQUARED * ground_m.powi(3) / (11.5 * R_M * R_M)
}

/// Geodesic distance from a place to a piece of an edge, and the nearest place of the piece; `share`
/// (0 to 1) is where the search begins. For pieces short against the distance, or cut pieces.
pub(crate) fn distance_to_piece_m(
    place: Position,
    from: Vec3,
    to: Vec3,
    share: f64,
) -> (f64, Position) {
    let along = to - from;
    let length_m = along.norm();
    // Straight in the frame at the piece's middle: raising the chord from the earth's centre would
    // move it sideways by the deflection of the normal, 26 mm on 20 km.
    let frame = Frame::at_surface(onto_surface((from + to) * 0.5));
    let (begin, end) = (frame.project(from), frame.project(to));
    let at = |share: f64| frame.unproject(begin + (end - begin) * share);
    let mut share = share;
    let mut best = (f64::INFINITY, place);
    for _ in 0..8 {
        let here = at(share);
        let position = Position::from_ecef(here);
        let (distance_m, _, azimuth_deg) = place.inverse(position);
        if distance_m < best.0 {
            best = (distance_m, position);
        }
        // Newton on the derivative of the distance along the edge, on a sphere of the mean radius.
        let frame = Frame::at_surface(here);
        let heading = frame.project(here + along * (1.0 / length_m.max(1e-9)));
        let (sin, cos) = libm::sincos(azimuth_deg.to_radians());
        let slope = (heading.x * sin + heading.y * cos) / heading.norm().max(1e-12);
        let curvature =
            (1.0 - slope * slope).max(1e-3) / plane_radius_m(&frame, distance_m).max(1e-6);
        let next = (share - slope / curvature / length_m.max(1e-9)).clamp(0.0, 1.0);
        if (next - share).abs() * length_m < 1e-4 {
            break;
        }
        share = next;
    }
    best
}

/// The nearest places of two edge sets in a plane: distance, point of `a`, point of `b`.
pub(crate) fn nearest(a: Rings<'_>, b: Rings<'_>) -> (f64, Vec2, Vec2) {
    let mut best = (f64::INFINITY, Vec2::default(), Vec2::default());
    let theirs: Vec<Edge> = b.edges().collect();
    for mine in a.edges() {
        for other in &theirs {
            let mut take = |edge: &Edge, point: Vec2, point_is_mine: bool| {
                let (distance2, share) = edge.distance2(point);
                if distance2 < best.0 {
                    let on_edge = edge.from + (edge.to - edge.from) * share;
                    best = if point_is_mine {
                        (distance2, point, on_edge)
                    } else {
                        (distance2, on_edge, point)
                    };
                }
            };
            take(other, mine.to, true);
            take(&mine, other.to, false);
        }
    }
    (best.0.sqrt(), best.1, best.2)
}
