//! The curves that bound differences of convex pieces: lines, and circles of one common radius.

use super::TOUCH_M;
use super::difference::Side;
use crate::vector::Vec2;

/// A curve that a way out may lie on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Curve {
    /// All points whose product with the normal is the offset.
    Line(Side),
    /// The points at the common radius from a corner.
    Circle(Vec2),
}

/// Adds a curve unless it is there: neighbouring pieces share most of their sides.
pub(super) fn push_new(curves: &mut Vec<Curve>, curve: Curve) {
    const SAME: f64 = 1e-12;
    let known = curves.iter().any(|other| match (*other, curve) {
        (Curve::Line(p), Curve::Line(q)) => {
            (p.offset_m - q.offset_m).abs() <= 1e-9 && (p.normal - q.normal).norm2() <= SAME * SAME
        }
        (Curve::Circle(p), Curve::Circle(q)) => (p - q).norm2() == 0.0,
        _ => false,
    });
    if !known {
        curves.push(curve);
    }
}

/// Where two curves cross.
pub(super) fn crossings(first: &Curve, second: &Curve, radius_m: f64) -> [Option<Vec2>; 2] {
    match (*first, *second) {
        (Curve::Line(p), Curve::Line(q)) => {
            let turn = p.normal.cross(q.normal);
            // Of two sides that block the way back to the origin, one at least has it inside.
            if turn == 0.0 || (p.offset_m < 0.0 && q.offset_m < 0.0) {
                return [None, None];
            }
            let meet =
                (q.normal.left() * -p.offset_m + p.normal.left() * q.offset_m) * (1.0 / turn);
            [Some(meet), None]
        }
        (Curve::Line(line), Curve::Circle(centre)) | (Curve::Circle(centre), Curve::Line(line)) => {
            let out_m = line.offset_m - line.normal.dot(centre);
            chord(centre + line.normal * out_m, line.normal.left(), radius_m, out_m)
        }
        (Curve::Circle(p), Curve::Circle(q)) => {
            let apart_m = (q - p).norm();
            if apart_m == 0.0 {
                return [None, None];
            }
            let along = (q - p).left() * (1.0 / apart_m);
            chord((p + q) * 0.5, along, radius_m, apart_m * 0.5)
        }
    }
}

/// The two ends of a circle's chord with the given middle and direction, `out_m` off the centre.
fn chord(middle: Vec2, along: Vec2, radius_m: f64, out_m: f64) -> [Option<Vec2>; 2] {
    let half2 = (radius_m - out_m) * (radius_m + out_m);
    // A touch that rounding has parted counts.
    if half2 < -2.0 * radius_m * TOUCH_M {
        return [None, None];
    }
    let half = along * half2.max(0.0).sqrt();
    [Some(middle + half), Some(middle - half)]
}
