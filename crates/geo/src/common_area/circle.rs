//! Discs as polygons with corners on the circle, dense where another shape cuts it.

use std::f64::consts::{PI, TAU};

use crate::ring::ring_contains;
use crate::vector::Vec2;

/// Corners of a whole circle that bounds a common area.
const DENSE: f64 = 256.0;
/// Corners of a whole circle elsewhere.
const SPARSE: f64 = 64.0;
/// Fewest steps of an arc that bounds a common area: a thin lens keeps its shape.
const ARC_STEPS_MIN: f64 = 16.0;
/// With more crossings than this, arcs are short and get fewer steps.
const CROSSINGS_FEW: usize = 32;
/// Fewest steps of an arc among many.
const ARC_STEPS_AMONG_MANY: f64 = 4.0;

/// The point of a circle at an angle, given the directions of angle 0.
fn on_circle(centre: Vec2, radius_m: f64, zero: Vec2, angle_rad: f64) -> Vec2 {
    let (sin, cos) = libm::sincos(angle_rad);
    centre + (zero * cos + zero.left() * sin) * radius_m
}

/// A whole circle, anticlockwise.
fn whole(centre: Vec2, radius_m: f64) -> Vec<Vec2> {
    let steps = DENSE as u32;
    (0..steps)
        .map(|step| on_circle(centre, radius_m, Vec2::new(1.0, 0.0), TAU * f64::from(step) / DENSE))
        .collect()
}

/// The common area of two discs, anticlockwise; empty if they do not overlap.
pub(super) fn lens(a: Vec2, a_m: f64, b: Vec2, b_m: f64) -> Vec<Vec2> {
    let apart_m = (b - a).norm();
    let overlap_m = a_m + b_m - apart_m;
    if overlap_m <= 0.0 {
        return Vec::new();
    }
    if apart_m <= (a_m - b_m).abs() {
        return if a_m < b_m { whole(a, a_m) } else { whole(b, b_m) };
    }
    let towards = (b - a) * (1.0 / apart_m);
    // How far the chord through the tips lies inside of circle a. The differences are taken first:
    // squares of 100 km would drown a lens of 1 cm.
    let sagitta_m = overlap_m * (b_m + (apart_m - a_m)) / (2.0 * apart_m);
    let chord_m = a_m - sagitta_m;
    let half_m = (sagitta_m * (a_m + chord_m)).max(0.0).sqrt();
    let mut ring = Vec::new();
    let mut arc = |centre: Vec2, radius_m: f64, zero: Vec2, chord_m: f64| {
        let half_rad = libm::atan2(half_m, chord_m);
        let steps = (2.0 * half_rad / (TAU / DENSE)).max(2.0 * ARC_STEPS_MIN).ceil();
        // The last point is the first of the other arc.
        for step in 0..steps as u32 {
            let angle_rad = half_rad * (2.0 * f64::from(step) / steps - 1.0);
            ring.push(on_circle(centre, radius_m, zero, angle_rad));
        }
    };
    arc(a, a_m, towards, chord_m);
    arc(b, b_m, -towards, apart_m - chord_m);
    ring
}

/// A disc as a polygon that is as good as the disc for cutting the given rings: corners where edges
/// cross the circle, dense arcs in between where the circle runs inside of the region, and a corner
/// beyond each vertex that a chord would cut off.
pub(super) fn facing(centre: Vec2, radius_m: f64, rings: &[&[Vec2]]) -> Vec<Vec2> {
    let angle = |off: Vec2| {
        let angle_rad = libm::atan2(off.y, off.x);
        if angle_rad < 0.0 { angle_rad + TAU } else { angle_rad }
    };
    let mut crossings_rad = Vec::new();
    let mut angles_rad = Vec::new();
    let safe_m = radius_m * libm::cos(PI / SPARSE);
    for ring in rings {
        let Some(&last) = ring.last() else { continue };
        let mut from = last - centre;
        for &to in *ring {
            let to = to - centre;
            let out_m = to.norm();
            if out_m > safe_m && out_m < radius_m {
                angles_rad.push(angle(to));
            }
            for cross in edge_crossings(from, to, radius_m).into_iter().flatten() {
                crossings_rad.push(angle(cross));
            }
            from = to;
        }
    }
    if crossings_rad.is_empty() && angles_rad.is_empty() {
        return whole(centre, radius_m);
    }
    crossings_rad.sort_by(f64::total_cmp);
    crossings_rad.dedup();
    let zero = Vec2::new(1.0, 0.0);
    let steps_min =
        if crossings_rad.len() <= CROSSINGS_FEW { ARC_STEPS_MIN } else { ARC_STEPS_AMONG_MANY };
    if crossings_rad.is_empty() {
        crossings_rad.push(0.0);
    }
    for (index, &from_rad) in crossings_rad.iter().enumerate() {
        let to_rad =
            crossings_rad.get(index + 1).copied().unwrap_or_else(|| crossings_rad[0] + TAU);
        let wide_rad = to_rad - from_rad;
        let middle = on_circle(centre, radius_m, zero, from_rad + 0.5 * wide_rad);
        let inside = rings.iter().fold(false, |inside, ring| inside ^ ring_contains(ring, middle));
        let steps = if inside {
            (wide_rad / (TAU / DENSE)).max(steps_min).ceil()
        } else {
            (wide_rad / (TAU / SPARSE)).ceil()
        };
        for step in 0..steps as u32 {
            let angle_rad = from_rad + wide_rad * f64::from(step) / steps;
            angles_rad.push(if angle_rad >= TAU { angle_rad - TAU } else { angle_rad });
        }
    }
    angles_rad.sort_by(f64::total_cmp);
    angles_rad.dedup();
    angles_rad.iter().map(|&angle_rad| on_circle(centre, radius_m, zero, angle_rad)).collect()
}

/// Where a segment crosses a circle round the origin.
fn edge_crossings(from: Vec2, to: Vec2, radius_m: f64) -> [Option<Vec2>; 2] {
    let edge = to - from;
    let length_m = edge.norm();
    if length_m == 0.0 {
        return [None, None];
    }
    let along = edge * (1.0 / length_m);
    let out_m = along.cross(from).abs();
    if out_m >= radius_m {
        return [None, None];
    }
    let half_m = ((radius_m - out_m) * (radius_m + out_m)).sqrt();
    let foot_m = -from.dot(along);
    [foot_m - half_m, foot_m + half_m]
        .map(|at_m| (at_m >= 0.0 && at_m <= length_m).then(|| from + along * at_m))
}
