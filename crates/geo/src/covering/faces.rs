//! An outline on the faces of the S2 cube, where great circles are straight and cells are
//! rectangles.
//!
//! S2's sphere is that of the ellipsoid's normals. A geodesic does not stay on the great circle
//! between the images of its ends: cells are grown by what it strays, in the plane of the face.

use smallvec::SmallVec;

use crate::outline::{Outline, Shape};
use crate::planar::{Box2, Edge};
use crate::position::{ECCENTRICITY_SQUARED, EQUATORIAL_RADIUS_M};
use crate::touch::{anisotropy_m, plane_radius_m};
use crate::vector::{Vec2, Vec3};

/// How far a geodesic of 100 km strays from the great circle between the images of its ends,
/// metres; grows with the square of the length (0.66 m measured, in `tests.rs`).
pub(super) const STRAY_OF_100_KM_M: f64 = 0.7;
/// Covers the margin of the exact test, 5 mm and its rounding up to 1 cm.
const FLOOR_M: f64 = 0.02;
/// Least radius of curvature of the ellipsoid, that of the meridian at the equator: no metre on the
/// ground is a larger angle between normals.
const CURVATURE_RADIUS_MIN_M: f64 = EQUATORIAL_RADIUS_M * (1.0 - ECCENTRICITY_SQUARED);
/// Outlines are cut this far beyond the borders of a face, so that the cuts meet no grown cell.
const FACE_REACH: f64 = 1.001;
/// Corners of the polygon around a circle; it is 0.3 % larger than the circle.
const CIRCLE_CORNERS: u32 = 32;
/// Edges up to which looking at all of them beats sorting them into slabs.
const SLABLESS_MAX: usize = 48;

/// How far a geodesic strays from the great circle between the images of its ends, metres.
pub(super) fn stray_m(length_m: f64) -> f64 {
    let hundreds = length_m / 100_000.0;
    STRAY_OF_100_KM_M * hundreds * hundreds
}

/// An edge as its middle and the half of its extent, which is what boxes are tested against.
#[derive(Debug, Clone, Copy)]
pub(super) struct HalfEdge {
    middle: Vec2,
    half: Vec2,
}

impl HalfEdge {
    /// Whether an edge meets a closed box, given by its middle and half its size.
    #[inline]
    pub(super) fn meets_box(&self, middle: Vec2, half: Vec2) -> bool {
        let away = self.middle - middle;
        let reach = Vec2::new(self.half.x.abs(), self.half.y.abs());
        away.x.abs() <= half.x + reach.x
            && away.y.abs() <= half.y + reach.y
            && self.half.cross(away).abs() <= half.x * reach.y + half.y * reach.x
    }
}

/// The part of an outline on one face of the cube, in the face's plane.
#[derive(Debug)]
pub(super) struct Face {
    /// 0 to 5, as S2 counts.
    pub(super) number: u8,
    pub(super) edges: Vec<HalfEdge>,
    pub(super) bounds: Box2,
    /// Cells are grown by this on each side, in units of the plane.
    pub(super) growth: f64,
    whole: Vec<Edge>,
    slabs: Option<Slabs>,
}

impl Face {
    /// Even-odd inside; for points that no edge comes near.
    pub(super) fn contains(&self, point: Vec2) -> bool {
        let crossed = |edge: &Edge| {
            (edge.from.y > point.y) != (edge.to.y > point.y) && {
                let side = (edge.to - edge.from).cross(point - edge.from);
                (side > 0.0) == (edge.to.y > edge.from.y)
            }
        };
        let crossings = match &self.slabs {
            None => self.whole.iter().filter(|edge| crossed(edge)).count(),
            Some(slabs) => {
                slabs.at(point.y).iter().filter(|&&k| crossed(&self.whole[k as usize])).count()
            }
        };
        crossings % 2 == 1
    }
}

/// Edges by slabs across the second axis.
#[derive(Debug)]
struct Slabs {
    low: f64,
    per_unit: f64,
    /// Where each slab's edges begin in the list; one more entry than slabs.
    begins: Vec<u32>,
    edges: Vec<u32>,
}

impl Slabs {
    fn new(edges: &[Edge], bounds: Box2) -> Self {
        let count = edges.len() / 4;
        let per_unit = count as f64 / (bounds.max.y - bounds.min.y).max(1e-12);
        let mut slabs =
            Self { low: bounds.min.y, per_unit, begins: vec![0; count + 1], edges: Vec::new() };
        let touched = |slabs: &Self, edge: &Edge| {
            let (low, high) = (edge.from.y.min(edge.to.y), edge.from.y.max(edge.to.y));
            slabs.slab(low)..=slabs.slab(high)
        };
        for edge in edges {
            for slab in touched(&slabs, edge) {
                slabs.begins[slab + 1] += 1;
            }
        }
        for slab in 0..count {
            slabs.begins[slab + 1] += slabs.begins[slab];
        }
        slabs.edges = vec![0; slabs.begins[count] as usize];
        let mut next = slabs.begins.clone();
        for (k, edge) in edges.iter().enumerate() {
            for slab in touched(&slabs, edge) {
                slabs.edges[next[slab] as usize] = k as u32;
                next[slab] += 1;
            }
        }
        slabs
    }

    fn slab(&self, y: f64) -> usize {
        (((y - self.low) * self.per_unit).max(0.0) as usize).min(self.begins.len() - 2)
    }

    fn at(&self, y: f64) -> &[u32] {
        let slab = self.slab(y);
        &self.edges[self.begins[slab] as usize..self.begins[slab + 1] as usize]
    }
}

/// An outline on every face that it meets, and what its edges stray.
pub(super) fn faces(outline: &Outline) -> Vec<Face> {
    let mut rings: SmallVec<[Vec<Vec3>; 1]> = SmallVec::new();
    let stray_m = match &outline.shape {
        Shape::Circle { radius_m } => {
            let (ring, stray_m) = around_circle(outline, *radius_m);
            rings.push(ring);
            stray_m
        }
        Shape::Region(region) => {
            let mut longest2 = 0.0_f64;
            let mut begin = 0;
            for &end in &region.ends {
                let ring = &region.points[begin..end as usize];
                begin = end as usize;
                let mut last = ring[ring.len() - 1];
                for &point in ring {
                    longest2 = longest2.max((point - last).norm2());
                    last = point;
                }
                rings.push(ring.iter().map(|&point| normal_at(point)).collect());
            }
            // A geodesic of 20 km is 8 mm longer than its chord.
            stray_m(longest2.sqrt() * 1.001)
        }
    };
    (0..6).filter_map(|number| on_face(number, &rings, stray_m + FLOOR_M)).collect()
}

/// A polygon around a circle, and what its edges may lie inside of where they should.
fn around_circle(outline: &Outline, radius_m: f64) -> (Vec<Vec3>, f64) {
    let frame = &outline.frame;
    let outer_m = plane_radius_m(frame, radius_m + anisotropy_m(radius_m));
    let step_rad = std::f64::consts::TAU / f64::from(CIRCLE_CORNERS);
    let corner_m = outer_m / libm::cos(step_rad / 2.0);
    let corners = (0..CIRCLE_CORNERS).map(|k| {
        let (sin, cos) = libm::sincos(step_rad * f64::from(k));
        normal_at(frame.unproject(Vec2::new(cos, sin) * corner_m))
    });
    // The plane shows lengths too long. A straight line in it is a geodesic but for the bend
    // (`frame.rs`), and that strays as any other.
    let edge_m = 2.0 * outer_m * libm::tan(step_rad / 2.0);
    let r = frame.radius_m();
    let bend_m =
        ECCENTRICITY_SQUARED / 2.0 * ((outer_m + edge_m / 2.0) / r) * (edge_m * edge_m / (8.0 * r));
    (corners.collect(), stray_m(edge_m) + bend_m)
}

/// The normal of the ellipsoid at a point of its surface, of any length.
fn normal_at(point: Vec3) -> Vec3 {
    Vec3::new(point.x, point.y, point.z * (1.0 / (1.0 - ECCENTRICITY_SQUARED)))
}

/// A direction as seen by a face: its plane's axes, and the direction away from the middle of the
/// cube (S2's `FaceXYZtoUVW`).
fn seen_by(number: u8, p: Vec3) -> Vec3 {
    match number {
        0 => Vec3::new(p.y, p.z, p.x),
        1 => Vec3::new(-p.x, p.z, p.y),
        2 => Vec3::new(-p.x, -p.y, p.z),
        3 => Vec3::new(-p.z, -p.y, -p.x),
        4 => Vec3::new(-p.z, p.x, -p.y),
        _ => Vec3::new(p.y, p.x, -p.z),
    }
}

fn on_plane(seen: Vec3) -> Vec2 {
    Vec2::new(seen.x / seen.z, seen.y / seen.z)
}

/// The face on which a point of the surface lies, and where.
pub(super) fn face_of(point: Vec3) -> (u8, Vec2) {
    let normal = normal_at(point);
    let (x, y, z) = (normal.x.abs(), normal.y.abs(), normal.z.abs());
    let (axis, ahead) = if x >= y && x >= z {
        (0, normal.x)
    } else if y >= z {
        (1, normal.y)
    } else {
        (2, normal.z)
    };
    let number = if ahead < 0.0 { axis + 3 } else { axis };
    (number, on_plane(seen_by(number, normal)))
}

/// How far a direction lies inside the four planes around a face; negative is outside.
fn insides(seen: Vec3) -> [f64; 4] {
    let reach = seen.z * FACE_REACH;
    [reach - seen.x, reach + seen.x, reach - seen.y, reach + seen.y]
}

fn on_face(number: u8, rings: &[Vec<Vec3>], margin_m: f64) -> Option<Face> {
    let mut whole: Vec<Edge> = Vec::new();
    let mut bounds = Box2::EMPTY;
    for ring in rings {
        let mut seen: Vec<Vec3> = ring.iter().map(|&point| seen_by(number, point)).collect();
        let (mut outside_of_all, mut outside_of_any) = ([true; 4], [false; 4]);
        for &point in &seen {
            for (plane, inside) in insides(point).into_iter().enumerate() {
                outside_of_all[plane] &= inside < 0.0;
                outside_of_any[plane] |= inside < 0.0;
            }
        }
        if outside_of_all.contains(&true) {
            continue;
        }
        for plane in (0..4).filter(|&plane| outside_of_any[plane]) {
            seen = cut_off(&seen, plane);
        }
        let Some(&last) = seen.last() else { continue };
        let mut from = on_plane(last);
        for &point in &seen {
            let to = on_plane(point);
            bounds = bounds.with(to);
            whole.push(Edge { from, to });
            from = to;
        }
    }
    if whole.is_empty() {
        return None;
    }
    let farthest2 = [bounds.min, bounds.max]
        .iter()
        .fold((0.0_f64, 0.0_f64), |(x, y), p| (x.max(p.x * p.x), y.max(p.y * p.y)));
    // An angle is longest in the plane where it points away from the middle: 1 + u² + v² times.
    let stretch = 1.001 * (1.0 + farthest2.0 + farthest2.1);
    let growth = margin_m / CURVATURE_RADIUS_MIN_M * stretch;
    let area = bounds.grown(growth);
    let beside = area.min.x > 1.0 || area.min.y > 1.0 || area.max.x < -1.0 || area.max.y < -1.0;
    if beside {
        return None;
    }
    let edges = whole
        .iter()
        .map(|edge| HalfEdge {
            middle: (edge.from + edge.to) * 0.5,
            half: (edge.to - edge.from) * 0.5,
        })
        .collect();
    let slabs = (whole.len() > SLABLESS_MAX).then(|| Slabs::new(&whole, bounds));
    Some(Face { number, edges, bounds, growth, whole, slabs })
}

/// The part of a ring inside one plane (Sutherland and Hodgman). An outline spans less than a
/// hemisphere, so that planes through the centre cut it like lines cut a plane polygon.
fn cut_off(ring: &[Vec3], plane: usize) -> Vec<Vec3> {
    let mut kept = Vec::with_capacity(ring.len() + 2);
    let Some(&last) = ring.last() else { return kept };
    let mut from = (last, insides(last)[plane]);
    for &point in ring {
        let to = (point, insides(point)[plane]);
        if (from.1 < 0.0) != (to.1 < 0.0) {
            let share = from.1 / (from.1 - to.1);
            kept.push(from.0 + (to.0 - from.0) * share);
        }
        if to.1 >= 0.0 {
            kept.push(to.0);
        }
        from = to;
    }
    kept
}
