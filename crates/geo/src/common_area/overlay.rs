//! What needs `i_overlay`: shapes with bays, holes or several parts, and unions.

use geo::bool_ops::{BooleanOps, FillRule, OpType};
use geo::{Coord, LineString, MultiPolygon, Polygon};

use super::clip::{Ring, keep_left};
use super::{Area, compare, tidy};
use crate::vector::Vec2;

/// How far the common box is grown, as a share of its size: what runs along its border is then no
/// part of the common area.
const BOX_MARGIN: f64 = 0.03;

/// Steps of `i_overlay`'s grid across half of the larger side of a box, at the least.
const GRID_STEPS: f64 = 536_870_912.0;

/// A ring as a polygon of its own.
fn to_polygon(ring: &[Vec2]) -> Polygon<f64> {
    Polygon::new(to_line(ring), Vec::new())
}

fn to_line(ring: &[Vec2]) -> LineString<f64> {
    let mut line: Vec<Coord<f64>> = ring.iter().map(|p| Coord { x: p.x, y: p.y }).collect();
    line.extend(line.first().copied());
    LineString(line)
}

/// Rings under the even-odd rule, for which it does not matter which is whose hole.
fn to_multi(rings: &[impl AsRef<[Vec2]>]) -> MultiPolygon<f64> {
    let rings = rings.iter().map(AsRef::as_ref).filter(|ring| ring.len() >= 3);
    MultiPolygon(rings.map(to_polygon).collect())
}

fn to_area(polygons: &MultiPolygon<f64>) -> Area {
    let to_ring = |line: &LineString<f64>| {
        let mut ring: Vec<Vec2> = line.0.iter().map(|c| Vec2::new(c.x, c.y)).collect();
        ring.pop();
        ring
    };
    polygons
        .iter()
        .map(|polygon| {
            let outer = std::iter::once(polygon.exterior());
            outer.chain(polygon.interiors()).map(to_ring).collect()
        })
        .collect()
}

/// The box round points, as its lowest and highest corner.
fn bounds<'a>(points: impl Iterator<Item = &'a Vec2>) -> (Vec2, Vec2) {
    let mut low = Vec2::new(f64::INFINITY, f64::INFINITY);
    let mut high = -low;
    for point in points {
        low = Vec2::new(low.x.min(point.x), low.y.min(point.y));
        high = Vec2::new(high.x.max(point.x), high.y.max(point.y));
    }
    (low, high)
}

/// The intersection of two regions given by rings under the even-odd rule.
pub(super) fn intersection(a: &[&[Vec2]], b: &[&[Vec2]]) -> Area {
    let (a_low, a_high) = bounds(a.iter().copied().flatten());
    let (b_low, b_high) = bounds(b.iter().copied().flatten());
    let low = Vec2::new(a_low.x.max(b_low.x), a_low.y.max(b_low.y));
    let high = Vec2::new(a_high.x.min(b_high.x), a_high.y.min(b_high.y));
    let size = high - low;
    // Negated, so that boxes without points end here.
    if !(size.x > 0.0 && size.y > 0.0) {
        return Vec::new();
    }
    let margin_m = BOX_MARGIN * size.x.max(size.y);
    let margin = Vec2::new(margin_m, margin_m);
    let cut = |rings: &[&[Vec2]]| {
        let rings: Vec<_> =
            rings.iter().map(|ring| cut_to_box(ring, low - margin, high + margin)).collect();
        to_multi(&rings)
    };
    tidy(to_area(&cut(a).boolean_op(&cut(b), OpType::Intersection)))
}

/// The part of a ring in a box. A ring with bays may come out joined along the border, which the
/// even-odd rule forgives.
fn cut_to_box(ring: &[Vec2], low: Vec2, high: Vec2) -> Ring {
    let outside = |p: &Vec2| p.x < low.x || p.y < low.y || p.x > high.x || p.y > high.y;
    let mut ring = Ring::from_slice(ring);
    if !ring.iter().any(outside) {
        return ring;
    }
    let mut next = Ring::new();
    for (origin, along) in [
        (low, Vec2::new(1.0, 0.0)),
        (low, Vec2::new(0.0, -1.0)),
        (high, Vec2::new(-1.0, 0.0)),
        (high, Vec2::new(0.0, 1.0)),
    ] {
        keep_left(&ring, origin, along, &mut next);
        std::mem::swap(&mut ring, &mut next);
    }
    ring
}

/// The union of areas that may overlap; parts narrower than 2^-30 of the whole are lost, unless
/// nothing else is there.
pub(crate) fn union_of_areas(areas: Vec<Area>) -> Area {
    let mut polygons: Area = areas.into_iter().flatten().collect();
    if polygons.len() < 2 {
        return tidy(polygons);
    }
    // Outer rings anticlockwise, holes clockwise: what the union's winding rule needs.
    polygons = tidy(polygons);
    let mut parts: Vec<MultiPolygon<f64>> = polygons
        .iter()
        .filter_map(|rings| {
            let (outer, holes) = rings.split_first()?;
            let holes = holes.iter().map(|hole| to_line(hole)).collect();
            Some(MultiPolygon(vec![Polygon::new(to_line(outer), holes)]))
        })
        .collect();
    // Two by two: all at once, a hundred volumes of a flight that circles over one place cross each
    // other so often that it takes seconds.
    while parts.len() > 1 {
        parts = parts
            .chunks(2)
            .map(|pair| match pair {
                [a, b] => a.boolean_op(b, OpType::Union),
                rest => rest[0].clone(),
            })
            .collect();
    }
    let joined = parts.pop().unwrap_or_else(|| MultiPolygon(Vec::new()));
    let corners: Vec<Vec2> = polygons.iter().flatten().flatten().copied().collect();
    let joined = tidy(restore_corners(to_area(&joined), corners));
    if joined.is_empty() { polygons } else { joined }
}

/// An outline that may cross or touch itself, taken as the union of its parts: what it winds round
/// at least once, either way, is inside. Corners keep their exact place; corners on a straight line
/// between their neighbours (to the grid's step) go.
pub(crate) fn union_of_parts(ring: &[Vec2]) -> Area {
    let nothing = MultiPolygon::<f64>(Vec::new());
    let parts =
        to_multi(&[ring]).boolean_op_with_fill_rule(&nothing, OpType::Union, FillRule::NonZero);
    tidy(restore_corners(to_area(&parts), ring.to_vec()))
}

/// Moves corners that the grid has displaced back onto the corners that they came from.
fn restore_corners(mut area: Area, mut corners: Vec<Vec2>) -> Area {
    let (low, high) = bounds(corners.iter());
    let size = high - low;
    let reach_m = 2.0 * size.x.max(size.y) / GRID_STEPS;
    corners.sort_by(|p, q| compare(*p, *q));
    for corner in area.iter_mut().flatten().flatten() {
        let start = corners.partition_point(|known| known.x < corner.x - reach_m);
        let near = corners[start..].iter().take_while(|known| known.x <= corner.x + reach_m);
        let gap2 = |known: &Vec2| (*known - *corner).norm2();
        let nearest = near.min_by(|p, q| gap2(p).total_cmp(&gap2(q)));
        if let Some(known) = nearest.filter(|known| gap2(known) <= reach_m * reach_m) {
            *corner = *known;
        }
    }
    area
}
