//! The horizontal outline of a volume: a region bounded by geodesics, or a geodesic circle.
//!
//! Vertices are kept earth-centred, so that any frame can project them in a few operations. Edges
//! are cut on their geodesic at intake until a straight line in any frame that can meet them stays
//! within a millimetre of the geodesic.

mod draft;

use smallvec::SmallVec;

use self::draft::Draft;

use crate::common_area::union_of_parts;
use crate::frame::Frame;
use crate::invalid::{Invalid, Reason};
use crate::planar::Rings;
use crate::position::{Position, onto_surface};
use crate::vector::{Vec2, Vec3};

/// Furthest that an outline may reach from its middle, metres. Two such outlines that can touch
/// still see each other within 70° of either frame's foot, where the projection is sound.
pub const OUTLINE_REACH_MAX_M: f64 = 2_500_000.0;
/// Most vertices of one outline. F3548-21 allows an intent 10,000 in all (OPIN0020).
pub const OUTLINE_VERTICES_MAX: usize = 100_000;
/// Radii of circles, metres.
pub(crate) const CIRCLE_RADIUS_MIN_M: f64 = 0.001;

/// Edges that come this close without being neighbours touch; vertices this close are one.
const SAME_M: f64 = 1e-4;
const VERTICES: &str = "outline_polygon.vertices";

/// The horizontal extent of a volume; a closed set.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    pub(crate) frame: Frame,
    /// Every point of the outline lies within this of the frame's foot, in a straight line, metres.
    pub(crate) reach_m: f64,
    pub(crate) shape: Shape,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    Circle { radius_m: f64 },
    Region(Region),
}

/// The even-odd inside of rings.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Region {
    pub(crate) points: Box<[Vec3]>,
    /// One past the last point of each ring.
    pub(crate) ends: SmallVec<[u32; 2]>,
    pub(crate) convex: bool,
    /// Indices of the points that were given; empty when all were.
    corners: Box<[u32]>,
}

/// Points of a region in some frame.
pub(crate) type Projected = SmallVec<[Vec2; 24]>;

impl Region {
    #[inline]
    pub(crate) fn project(&self, frame: &Frame) -> Projected {
        self.points.iter().map(|&point| frame.project(point)).collect()
    }

    pub(crate) fn rings<'a>(&'a self, projected: &'a [Vec2]) -> Rings<'a> {
        Rings { points: projected, ends: &self.ends }
    }
}

impl Outline {
    /// A circle: all places within a geodesic distance of its centre.
    ///
    /// # Errors
    /// `outline_circle.radius` when the radius is not from 1 mm to 2,500 km.
    pub fn circle(centre: Position, radius_m: f64) -> Result<Self, Invalid> {
        if !(CIRCLE_RADIUS_MIN_M..=OUTLINE_REACH_MAX_M).contains(&radius_m) {
            return Err(Invalid::new(
                "outline_circle.radius",
                Reason::OutOfRange(radius_m, CIRCLE_RADIUS_MIN_M, OUTLINE_REACH_MAX_M),
            ));
        }
        Ok(Self {
            frame: Frame::at(centre),
            // A chord is never longer than the geodesic.
            reach_m: radius_m,
            shape: Shape::Circle { radius_m },
        })
    }

    /// A polygon with geodesic edges, wound either way, without a closing vertex; the inside is the
    /// smaller area (F3548-21, `Polygon`).
    ///
    /// # Errors
    /// [`Invalid`] at `outline_polygon.vertices` with the index of the vertex: too few or too many,
    /// a vertex given twice, edges that cross or touch, or an outline beyond
    /// [`OUTLINE_REACH_MAX_M`].
    pub fn polygon(vertices: &[Position]) -> Result<Self, Invalid> {
        Self::from_rings(&[vertices])
    }

    /// A polygon with holes: the first ring is the outer one. Rings as in [`Outline::polygon`].
    ///
    /// # Errors
    /// As [`Outline::polygon`]; indices count over all rings. A hole that is not inside the outer
    /// ring is refused.
    pub fn polygon_with_holes(rings: &[Vec<Position>]) -> Result<Self, Invalid> {
        let rings: Vec<&[Position]> = rings.iter().map(Vec::as_slice).collect();
        let outline = Self::from_rings(&rings)?;
        if let Shape::Region(region) = &outline.shape
            && region.ends.len() > 1
        {
            let projected = region.project(&outline.frame);
            let outer = Rings { points: &projected, ends: &region.ends[..1] };
            for (hole, ring) in region.rings(&projected).each().enumerate().skip(1) {
                if !outer.contains(ring[0]) {
                    let words = format!("ring {hole} does not lie inside the outer ring");
                    return Err(Invalid::new(VERTICES, Reason::Other(words)));
                }
            }
        }
        Ok(outline)
    }

    /// An outline whose edges may cross or touch, taken as the union of its parts: whatever its
    /// edges wind around, either way, is inside. For closed areas, which must never be dropped; a
    /// flight's outline is refused instead, as F3548-21 says. Vertices given twice in a row are
    /// taken once.
    ///
    /// # Errors
    /// As [`Outline::polygon`], except for edges that cross or touch.
    pub fn union_of_parts(vertices: &[Position]) -> Result<Self, Invalid> {
        let mut kept: Vec<Position> = Vec::with_capacity(vertices.len());
        for &vertex in vertices {
            if kept.last().is_none_or(|last| last.distance_m(vertex) > SAME_M) {
                kept.push(vertex);
            }
        }
        while kept.len() > 1 && kept[0].distance_m(kept[kept.len() - 1]) <= SAME_M {
            kept.pop();
        }
        let rough = Draft::of(&[&kept])?;
        let projected = rough.project();
        let mut draft = Draft { points: Vec::new(), ends: SmallVec::new(), corners: None, ..rough };
        for ring in union_of_parts(&projected).iter().flatten() {
            draft.points.extend(ring.iter().map(|&point| draft.frame.unproject(point)));
            draft.ends.push(draft.points.len() as u32);
        }
        let projected = draft.project();
        draft.finish(&projected)
    }

    fn from_rings(rings: &[&[Position]]) -> Result<Self, Invalid> {
        let draft = Draft::of(rings)?;
        let projected = draft.project();
        let planar = Rings { points: &projected, ends: &draft.ends };
        if let Some((edge, other)) = planar.first_self_contact(SAME_M) {
            let (edge, other) = (draft.given_before(edge), draft.given_before(other));
            return Err(Invalid::at(VERTICES, edge, Reason::Crosses(other)));
        }
        draft.finish(&projected)
    }

    /// A straight flight path with everything within `half_width_m` of it: eight corners around
    /// both half circles. The ends lie at most 50 km apart.
    ///
    /// # Errors
    /// `half_width` out of range, or a path that is too long.
    pub fn corridor(from: Position, to: Position, half_width_m: f64) -> Result<Self, Invalid> {
        if !(0.01..=100_000.0).contains(&half_width_m) {
            let reason = Reason::OutOfRange(half_width_m, 0.01, 100_000.0);
            return Err(Invalid::new("half_width", reason));
        }
        let (a, b) = (from.ecef(), to.ecef());
        let chord_m = (a - b).norm();
        if chord_m > CORRIDOR_MAX_M {
            let reason = Reason::OutOfRange(chord_m, 0.0, CORRIDOR_MAX_M);
            return Err(Invalid::new("path length", reason));
        }
        let frame = Frame::at_surface(onto_surface((a + b) * 0.5));
        let (a, b) = (frame.project(a), frame.project(b));
        let ahead =
            if chord_m > 1e-6 { (b - a) * (1.0 / (b - a).norm()) } else { Vec2::new(1.0, 0.0) };
        // The plane shows lengths away from its foot too long by up to (d/R)²: the width grows by
        // that, and by a millimetre for the rounding of the corners.
        let reach = (chord_m * 0.5 + half_width_m) / frame.radius_m();
        let width_m = half_width_m * (1.0 + reach * reach) + 1e-3;
        // A regular octagon around the circle: its corners lie at 22.5° and 67.5°.
        let (near, far) = (width_m * OCTAGON_HALF_SIDE, width_m);
        let side = ahead.left();
        let corners = [
            b + ahead * far + side * -near,
            b + ahead * far + side * near,
            b + ahead * near + side * far,
            a + ahead * -near + side * far,
            a + ahead * -far + side * near,
            a + ahead * -far + side * -near,
            a + ahead * -near + side * -far,
            b + ahead * near + side * -far,
        ];
        Self::polygon(&corners.map(|corner| frame.position(corner)))
    }

    /// The centre and radius in metres, if this is a circle.
    pub fn as_circle(&self) -> Option<(Position, f64)> {
        match self.shape {
            Shape::Circle { radius_m } => Some((Position::from_ecef(self.frame.foot()), radius_m)),
            Shape::Region(_) => None,
        }
    }

    /// The rings of a region as they were given; empty for a circle.
    pub fn corners(&self) -> Vec<Vec<Position>> {
        let Shape::Region(region) = &self.shape else { return Vec::new() };
        let mut rings = Vec::with_capacity(region.ends.len());
        let mut begin = 0;
        for &end in &region.ends {
            let place = |i: u32| Position::from_ecef(region.points[i as usize]);
            rings.push(if region.corners.is_empty() {
                (begin..end).map(place).collect()
            } else {
                let given = region.corners.iter().copied();
                given.filter(|i| (begin..end).contains(i)).map(place).collect()
            });
            begin = end;
        }
        rings
    }

    /// The rings of a region with all the points at which its edges were cut; empty for a circle.
    /// Between neighbours a straight line in any nearby frame is the geodesic within 1 mm.
    pub fn pieces(&self) -> Vec<Vec<Position>> {
        let Shape::Region(region) = &self.shape else { return Vec::new() };
        let mut begin = 0;
        let rings = region.ends.iter().map(|&end| {
            let ring = &region.points[begin..end as usize];
            begin = end as usize;
            ring.iter().map(|&point| Position::from_ecef(point)).collect()
        });
        rings.collect()
    }

    /// The middle: a circle's centre, or about the middle of a region's extent.
    pub fn middle(&self) -> Position {
        Position::from_ecef(self.frame.foot())
    }

    /// Every place of the outline lies within this straight-line distance of [`Outline::middle`].
    pub fn reach_m(&self) -> f64 {
        self.reach_m
    }

    /// Number of vertices as given; 0 for a circle.
    pub fn vertex_count(&self) -> usize {
        match &self.shape {
            Shape::Circle { .. } => 0,
            Shape::Region(region) if region.corners.is_empty() => region.points.len(),
            Shape::Region(region) => region.corners.len(),
        }
    }

    /// The same outline moved by turning it about an axis through the earth's centre. An ellipsoid
    /// turned about another axis than its own does not fit onto itself, so lengths change by up to
    /// 0.7 % (e²) on the far side of the globe and by nothing to speak of over some kilometres; what
    /// is decided on the result is exact for the result.
    ///
    /// # Errors
    /// As the outline's own constructor.
    pub fn turned(&self, axis: Vec3, angle_rad: f64) -> Result<Self, Invalid> {
        let (sin, cos) = libm::sincos(angle_rad);
        let turn = |v: Vec3| {
            onto_surface(v * cos + axis.cross(v) * sin + axis * (axis.dot(v) * (1.0 - cos)))
        };
        match &self.shape {
            Shape::Circle { radius_m } => {
                Self::circle(Position::from_ecef(turn(self.frame.foot())), *radius_m)
            }
            Shape::Region(region) => {
                let points: Vec<Vec3> = region.points.iter().map(|&point| turn(point)).collect();
                let corners = (!region.corners.is_empty()).then(|| region.corners.to_vec());
                let frame = Frame::at_surface(turn(self.frame.foot()));
                let draft = Draft { frame, points, ends: region.ends.clone(), corners };
                let projected = draft.project();
                draft.finish(&projected)
            }
        }
    }

    /// The closed box around the outline in earth-centred coordinates, metres: least, greatest.
    pub fn extent(&self) -> (Vec3, Vec3) {
        match &self.shape {
            Shape::Circle { .. } => {
                let (foot, reach) = (self.frame.foot(), self.reach_m + MARGIN_PAD_M);
                let reach = Vec3::new(reach, reach, reach);
                (foot - reach, foot + reach)
            }
            Shape::Region(region) => {
                let mut low = region.points[0];
                let mut high = low;
                for p in &region.points[1..] {
                    low = Vec3::new(low.x.min(p.x), low.y.min(p.y), low.z.min(p.z));
                    high = Vec3::new(high.x.max(p.x), high.y.max(p.y), high.z.max(p.z));
                }
                // Inside the ring the surface rises above every chord of the outline.
                let pad = self.reach_m * self.reach_m / (2.0 * 6_335_000.0) + MARGIN_PAD_M;
                let pad = Vec3::new(pad, pad, pad);
                (low - pad, high + pad)
            }
        }
    }
}

/// Covers the margin of the exact test, so that no box rejects what it would accept.
const MARGIN_PAD_M: f64 = 0.02;
/// Longest path of [`Outline::corridor`], metres.
pub const CORRIDOR_MAX_M: f64 = 50_000.0;
/// tan 22.5°: half the side of a regular octagon around a circle of radius 1.
const OCTAGON_HALF_SIDE: f64 = std::f64::consts::SQRT_2 - 1.0;
