//! How deep two outlines in one plane overlap: the shortest push that parts them.
//!
//! Depth is measured in the Minkowski difference (all vectors from a point of one shape to a point
//! of the other): the shapes overlap when the origin is inside of it, and the depth is the distance
//! from the origin to the nearest point that is not. For outlines with bays or holes that point may
//! lie in a bay: a push that separates the hulls is then longer than needed.

#[cfg(test)]
mod brute_force;
mod convex;
mod curves;
mod difference;
mod escape;
mod pieces;
#[cfg(test)]
mod tests;

use crate::vector::Vec2;

/// Pushes shorter than this count as touching where a shape has bays or holes (metres). Planar
/// coordinates reach 1e6 m, where one rounding step is 1e-10 m and a crossing of two edges is good
/// to about 1e-9 m.
const TOUCH_M: f64 = 1e-7;

/// An outline in a local plane, metres.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Planar<'a> {
    /// All points up to a distance from one point.
    Disc {
        /// The point.
        centre: Vec2,
        /// The distance.
        radius_m: f64,
    },
    /// The even-odd inside of rings that do not cross themselves or each other, wound either way,
    /// without closing vertex.
    Region {
        /// The rings; components and holes in any order.
        rings: &'a [&'a [Vec2]],
        /// A promise that there is one ring and that it is convex (collinear points are fine).
        convex: bool,
    },
}

/// How deep two shapes overlap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Depth {
    /// Length of the push that parts the shapes; 0 when they are apart or only touch.
    pub(crate) depth_m: f64,
    /// Whether no shorter push parts them. False only for outlines too intricate to search in full
    /// ([`escape::PAIRS_MAX`], [`escape::LOOKS_MAX`]); the push given parts them all the same.
    pub(crate) exact: bool,
}

impl Depth {
    /// A depth that is known to be the least.
    const fn exact(depth_m: f64) -> Self {
        Self { depth_m, exact: true }
    }
}

/// The length of the smallest translation of one shape after which the interiors are disjoint.
pub(crate) fn penetration_depth(a: &Planar<'_>, b: &Planar<'_>) -> Depth {
    match (*a, *b) {
        (Planar::Disc { centre: a, radius_m: a_m }, Planar::Disc { centre: b, radius_m: b_m }) => {
            Depth::exact((a_m + b_m - (a - b).norm()).max(0.0))
        }
        (Planar::Disc { centre, radius_m }, Planar::Region { rings: [ring], convex: true })
        | (Planar::Region { rings: [ring], convex: true }, Planar::Disc { centre, radius_m }) => {
            Depth::exact(convex::disc_depth_m(ring, centre, radius_m))
        }
        (
            Planar::Region { rings: [a], convex: true },
            Planar::Region { rings: [b], convex: true },
        ) => Depth::exact(convex::depth_m(a, b)),
        _ => escape::depth(a, b),
    }
}

/// A shape as convex anticlockwise rings that together cover its area (a disc as its centre).
pub(crate) fn convex_pieces(shape: &Planar<'_>) -> Vec<Vec<Vec2>> {
    pieces::cut(shape).rings
}
