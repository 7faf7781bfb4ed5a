//! From given vertices to an outline: checks, the frame, edges cut on their geodesic.

use smallvec::SmallVec;

use super::{
    OUTLINE_REACH_MAX_M, OUTLINE_VERTICES_MAX, Outline, Projected, Region, SAME_M, Shape, VERTICES,
};
use crate::frame::Frame;
use crate::invalid::{Invalid, Reason};
use crate::planar::{Box2, Rings};
use crate::position::{Position, onto_surface};
use crate::ring::area2;
use crate::vector::{Vec2, Vec3};

/// Longest piece of an edge of an outline that reaches up to 150 km, metres.
const PIECE_MAX_M: f64 = 20_000.0;

/// Longest piece of an edge, for an outline of some reach: keeps the bend in any frame whose foot
/// lies within that reach of the contact below 0.7 mm (formula in `frame.rs`).
fn piece_max_m(reach_m: f64) -> f64 {
    PIECE_MAX_M * (160_000.0 / (reach_m.max(150_000.0) + 10_000.0)).sqrt()
}

/// Rings on their way to becoming an outline.
pub(super) struct Draft {
    pub(super) frame: Frame,
    pub(super) points: Vec<Vec3>,
    pub(super) ends: SmallVec<[u32; 2]>,
    /// Indices of the given vertices when edges were cut.
    pub(super) corners: Option<Vec<u32>>,
}

impl Draft {
    pub(super) fn of(rings: &[&[Position]]) -> Result<Self, Invalid> {
        let count: usize = rings.iter().map(|ring| ring.len()).sum();
        if count > OUTLINE_VERTICES_MAX {
            return Err(Invalid::new(VERTICES, Reason::TooMany(count, OUTLINE_VERTICES_MAX)));
        }
        if rings.is_empty() || rings.iter().any(|ring| ring.len() < 3) {
            let least = rings.iter().map(|ring| ring.len()).min().unwrap_or(0);
            return Err(Invalid::new(VERTICES, Reason::TooFew(least, 3)));
        }
        let mut given: Vec<Vec3> = Vec::with_capacity(count);
        let mut ends: SmallVec<[u32; 2]> = SmallVec::new();
        for ring in rings {
            let begin = given.len();
            given.extend(ring.iter().map(|vertex| vertex.ecef()));
            for i in begin..given.len() {
                let before = if i == begin { given.len() - 1 } else { i - 1 };
                if (given[i] - given[before]).norm2() <= SAME_M * SAME_M {
                    let (first, second) = (i.min(before), i.max(before));
                    return Err(Invalid::at(VERTICES, second, Reason::Duplicate(first)));
                }
            }
            ends.push(given.len() as u32);
        }
        let frame = middle_frame(&given)?;
        let foot = frame.foot();
        let reach_m = given.iter().fold(0.0_f64, |r, &p| r.max((p - foot).norm()));
        let longest_m = piece_max_m(reach_m);
        let long = |a: Vec3, b: Vec3| (b - a).norm2() > longest_m * longest_m;
        let any_long = ring_edges(&ends).any(|(a, b)| long(given[a], given[b]));
        if !any_long {
            return Ok(Self { frame, points: given, ends, corners: None });
        }
        let mut draft = Self { frame, points: Vec::new(), ends: SmallVec::new(), corners: None };
        let mut corners = Vec::with_capacity(given.len());
        let mut begin = 0;
        for &end in &ends {
            let end = end as usize;
            for i in begin..end {
                corners.push(draft.points.len() as u32);
                draft.points.push(given[i]);
                let next = if i + 1 == end { begin } else { i + 1 };
                if long(given[i], given[next]) {
                    cut(given[i], given[next], longest_m, &mut draft.points);
                }
            }
            begin = end;
            draft.ends.push(draft.points.len() as u32);
        }
        draft.corners = Some(corners);
        Ok(draft)
    }

    /// The given vertex at or before a point.
    pub(super) fn given_before(&self, point: usize) -> usize {
        match &self.corners {
            None => point,
            Some(corners) => corners.partition_point(|&c| c as usize <= point) - 1,
        }
    }

    /// The points in the draft's own frame.
    pub(super) fn project(&self) -> Projected {
        self.points.iter().map(|&point| self.frame.project(point)).collect()
    }

    /// The outline, from a draft and its points in its own frame.
    pub(super) fn finish(self, projected: &[Vec2]) -> Result<Outline, Invalid> {
        let Self { frame, points, ends, corners } = self;
        let foot = frame.foot();
        let chord_m = points.iter().fold(0.0_f64, |r, &p| r.max((p - foot).norm2())).sqrt();
        // Pieces bulge beyond their ends by at most their sagitta, 8 m on 20 km.
        let reach_m = chord_m + (chord_m / 2_000.0).min(8.0) + 0.001;
        if reach_m > OUTLINE_REACH_MAX_M {
            let reason = Reason::TooLarge(reach_m, OUTLINE_REACH_MAX_M);
            return Err(Invalid::new(VERTICES, reason));
        }
        let area2_m2: f64 =
            Rings { points: projected, ends: &ends }.each().map(|ring| area2(ring).abs()).sum();
        if area2_m2 < 1e-6 {
            return Err(Invalid::new(VERTICES, Reason::NoArea));
        }
        let convex = ends.len() == 1 && is_convex(projected, corners.is_some());
        let corners = corners.unwrap_or_default().into_boxed_slice();
        let points = points.into_boxed_slice();
        let shape = Shape::Region(Region { points, ends, convex, corners });
        Ok(Outline { frame, reach_m, shape })
    }
}

/// The frame at the middle of the box around the points, seen from their mean.
fn middle_frame(points: &[Vec3]) -> Result<Frame, Invalid> {
    let sum = points.iter().fold(Vec3::default(), |sum, &point| sum + point);
    let mean = sum * (1.0 / points.len() as f64);
    let too_large = || {
        let reason = Reason::TooLarge(6_371_000.0, OUTLINE_REACH_MAX_M);
        Invalid::new(VERTICES, reason)
    };
    if mean.norm() < 3_000_000.0 {
        return Err(too_large());
    }
    let rough = Frame::at_surface(onto_surface(mean));
    let foot = rough.foot();
    if points.iter().any(|&point| (point - foot).norm() > 2.0 * OUTLINE_REACH_MAX_M) {
        return Err(too_large());
    }
    let area = points.iter().fold(Box2::EMPTY, |area, &p| area.with(rough.project(p)));
    Ok(Frame::at_surface(rough.unproject((area.min + area.max) * 0.5)))
}

fn ring_edges(ends: &[u32]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut begin = 0;
    ends.iter().flat_map(move |&end| {
        let (from, end) = (begin, end as usize);
        begin = end;
        (from..end).map(move |i| (i, if i + 1 == end { from } else { i + 1 }))
    })
}

/// Adds the points that cut a geodesic into pieces of at most about `longest_m`.
fn cut(from: Vec3, to: Vec3, longest_m: f64, points: &mut Vec<Vec3>) {
    let (a, b) = (Position::from_ecef(from), Position::from_ecef(to));
    let (length_m, azimuth_deg, _) = a.inverse(b);
    let pieces = (length_m / longest_m).ceil().max(1.0) as usize;
    for k in 1..pieces {
        let along_m = length_m * k as f64 / pieces as f64;
        points.push(a.destination(azimuth_deg, along_m).ecef());
    }
}

/// For drawing and depth only, which do not mind a dent of a few millimetres.
fn is_convex(ring: &[Vec2], cut: bool) -> bool {
    // The pieces of a cut edge bend by up to a millimetre in 5 to 20 km, either way.
    let dent = if cut { 2e-6 } else { 1e-7 };
    let n = ring.len();
    let turning = area2(ring).signum();
    let mut turned_rad = 0.0;
    for i in 0..n {
        let (a, b, c) = (ring[i], ring[(i + 1) % n], ring[(i + 2) % n]);
        let (in_, out) = (b - a, c - b);
        let sine = turning * in_.cross(out) / (in_.norm() * out.norm());
        if sine < -dent || (in_.dot(out) < 0.0 && sine < dent) {
            return false;
        }
        turned_rad += libm::atan2(sine, in_.dot(out) / (in_.norm() * out.norm()));
    }
    // A ring that winds around twice turns left all the way too.
    turned_rad < 6.4
}
