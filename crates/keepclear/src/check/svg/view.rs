//! The map's plane: from places on the ellipsoid to pixels, in a central projection at the middle
//! of what is shown, so that neither the antimeridian nor a pole is special.

use std::fmt::Write as _;

use keepclear_geo::{Frame, Outline, Position, Vec2, Vec3};

use super::canvas::{Rect, px};

/// Outlines whose middle is further from the map's middle are not shown: they reach 23° at most,
/// and the projection is sound to 80°. Cosine of 50°.
const IN_SIGHT: f64 = 0.64;
/// Corners nearer to each other than this are drawn as one, pixels.
const FINEST_PX: f64 = 0.3;
/// Shapes are cut this far outside of what is shown, pixels.
const BEYOND_PX: f64 = 20.0;

/// A box in a plane, metres.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    pub(super) min: Vec2,
    pub(super) max: Vec2,
}

impl Extent {
    pub(super) const EMPTY: Self = Self {
        min: Vec2::new(f64::INFINITY, f64::INFINITY),
        max: Vec2::new(f64::NEG_INFINITY, f64::NEG_INFINITY),
    };

    pub(super) fn is_empty(&self) -> bool {
        self.min.x > self.max.x
    }

    pub(super) fn with(&mut self, point: Vec2, reach_m: f64) {
        let reach = Vec2::new(reach_m, reach_m);
        let (low, high) = (point - reach, point + reach);
        self.min = Vec2::new(self.min.x.min(low.x), self.min.y.min(low.y));
        self.max = Vec2::new(self.max.x.max(high.x), self.max.y.max(high.y));
    }

    pub(super) fn size(&self) -> Vec2 {
        self.max - self.min
    }

    pub(super) fn grown(&self, by_m: f64) -> Self {
        let by = Vec2::new(by_m, by_m);
        Self { min: self.min - by, max: self.max + by }
    }

    /// The part of another within this one, if any.
    pub(super) fn cut(&self, other: &Self) -> Self {
        Self {
            min: Vec2::new(self.min.x.max(other.min.x), self.min.y.max(other.min.y)),
            max: Vec2::new(self.max.x.min(other.max.x), self.max.y.min(other.max.y)),
        }
    }
}

/// A frame with the direction of its foot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ground {
    frame: Frame,
    up: Vec3,
}

impl Ground {
    pub(super) fn at(place: Position) -> Self {
        let foot = place.ecef();
        Self { frame: Frame::at(place), up: foot * (1.0 / foot.norm()) }
    }

    /// Where a place falls, if it is on this side of the earth.
    pub(super) fn project(&self, place: Position) -> Option<Vec2> {
        let point = place.ecef();
        (point.dot(self.up) > IN_SIGHT * point.norm()).then(|| self.frame.project(point))
    }

    pub(super) fn position(&self, point: Vec2) -> Position {
        self.frame.position(point)
    }

    /// An outline's rings in the plane.
    fn rings(&self, outline: &Outline, finest_m: f64) -> Vec<Vec<Vec2>> {
        let flat = |place: &Position| self.frame.project(place.ecef());
        match outline.as_circle() {
            Some((centre, radius_m)) => {
                let count = (radius_m / finest_m).sqrt().mul_add(6.0, 8.0).min(120.0) as usize;
                let degrees = |i: usize| 360.0 * i as f64 / count as f64;
                vec![(0..count).map(|i| flat(&centre.destination(degrees(i), radius_m))).collect()]
            }
            None => outline.pieces().iter().map(|ring| ring.iter().map(flat).collect()).collect(),
        }
    }
}

/// A part of a ground, shown in a box of the sheet.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    pub(super) ground: Ground,
    pub(super) sheet: Rect,
    middle: Vec2,
    m_per_px: f64,
}

impl View {
    /// Shows an extent in a box, as large as it fits.
    pub(super) fn new(ground: Ground, extent: &Extent, sheet: Rect) -> Self {
        let size = extent.size();
        let middle = extent.min + size * 0.5;
        let m_per_px = (size.x / sheet.w).max(size.y / sheet.h).max(1e-4);
        Self { ground, sheet, middle, m_per_px }
    }

    pub(super) fn m_per_px(&self) -> f64 {
        self.m_per_px
    }

    pub(super) fn pixel(&self, point: Vec2) -> (f64, f64) {
        let (x, y) = self.sheet.middle();
        let away = (point - self.middle) * (1.0 / self.m_per_px);
        (x + away.x, y - away.y)
    }

    /// The place that is shown at a pixel.
    pub(super) fn position(&self, at: (f64, f64)) -> Position {
        let (x, y) = self.sheet.middle();
        let away = Vec2::new(at.0 - x, y - at.1) * self.m_per_px;
        self.ground.position(self.middle + away)
    }

    pub(super) fn place(&self, place: Position) -> Option<(f64, f64)> {
        self.ground.project(place).map(|point| self.pixel(point))
    }

    pub(super) fn shows(&self, at: (f64, f64)) -> bool {
        (self.sheet.x..=self.sheet.right()).contains(&at.0)
            && (self.sheet.y..=self.sheet.bottom()).contains(&at.1)
    }

    /// Where an outline's middle is, if some of it may be shown.
    pub(super) fn meets(&self, outline: &Outline) -> Option<(f64, f64)> {
        let (x, y) = self.place(outline.middle())?;
        // Twice: the plane stretches what is far from its foot.
        let reach = outline.reach_m() / self.m_per_px * 2.0;
        let around = Rect::new(x - reach, y - reach, 2.0 * reach, 2.0 * reach);
        self.sheet.meets(&around).then_some((x, y))
    }

    /// Path data of an outline, cut to what is shown, and the number of corners in it.
    pub(super) fn outline(&self, outline: &Outline) -> (String, usize) {
        if self.meets(outline).is_none() {
            return (String::new(), 0);
        }
        let rings = self.ground.rings(outline, self.m_per_px);
        self.rings_data(rings.iter().map(|ring| ring.iter().map(|&p| self.pixel(p)).collect()))
    }

    /// Path data of an area's polygons.
    pub(super) fn polygons(&self, polygons: &[Vec<Vec<Position>>]) -> (String, usize) {
        let rings = polygons.iter().flatten();
        self.rings_data(rings.map(|ring| ring.iter().filter_map(|&p| self.place(p)).collect()))
    }

    fn rings_data(&self, rings: impl Iterator<Item = Vec<(f64, f64)>>) -> (String, usize) {
        let (mut data, mut count) = (String::new(), 0);
        for ring in rings {
            let mut ring = thinned(&cut_to(ring, &self.sheet));
            // One way round, so that rings can be filled together.
            if winding(&ring) < 0.0 {
                ring.reverse();
            }
            if ring.len() < 3 {
                continue;
            }
            count += ring.len();
            for (i, &(x, y)) in ring.iter().enumerate() {
                let letter = if i == 0 { "M" } else { "L" };
                let _ = write!(data, "{letter}{} {}", px(x), px(y));
            }
            data.push('Z');
        }
        (data, count)
    }
}

/// Twice the area of a ring, with its sign.
fn winding(ring: &[(f64, f64)]) -> f64 {
    let edge = |i: usize| {
        let (a, b) = (ring[if i == 0 { ring.len() - 1 } else { i - 1 }], ring[i]);
        a.0 * b.1 - a.1 * b.0
    };
    (0..ring.len()).map(edge).sum()
}

/// The ring with corners that are too near to the one before left out.
fn thinned(ring: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::with_capacity(ring.len());
    for &(x, y) in ring {
        let far = |&(a, b): &(f64, f64)| (x - a).abs().max((y - b).abs()) > FINEST_PX;
        if kept.last().is_none_or(far) {
            kept.push((x, y));
        }
    }
    // What is smaller than all that is drawn keeps three corners.
    if kept.len() < 3 && ring.len() >= 3 {
        return vec![ring[0], ring[ring.len() / 3], ring[2 * ring.len() / 3]];
    }
    kept
}

/// The part of a ring within a box and a little more (Sutherland and Hodgman 1974).
fn cut_to(mut ring: Vec<(f64, f64)>, sheet: &Rect) -> Vec<(f64, f64)> {
    let (left, top) = (sheet.x - BEYOND_PX, sheet.y - BEYOND_PX);
    let (right, bottom) = (sheet.right() + BEYOND_PX, sheet.bottom() + BEYOND_PX);
    type Depth = fn((f64, f64), f64) -> f64;
    let sides: [(Depth, f64); 4] = [
        (|p, at| p.0 - at, left),
        (|p, at| at - p.0, right),
        (|p, at| p.1 - at, top),
        (|p, at| at - p.1, bottom),
    ];
    for (depth, at) in sides {
        if ring.iter().all(|&p| depth(p, at) >= 0.0) {
            continue;
        }
        let mut kept = Vec::with_capacity(ring.len() + 4);
        for (i, &b) in ring.iter().enumerate() {
            let a = ring[if i == 0 { ring.len() - 1 } else { i - 1 }];
            let (da, db) = (depth(a, at), depth(b, at));
            if (da >= 0.0) != (db >= 0.0) {
                let share = da / (da - db);
                kept.push((a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share));
            }
            if db >= 0.0 {
                kept.push(b);
            }
        }
        ring = kept;
    }
    ring
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_around_the_box_is_cut_to_it() {
        let far = [(-1e9, -1e9), (1e9, -1e9), (1e9, 1e9), (-1e9, 1e9)];
        let cut = cut_to(far.to_vec(), &Rect::new(0.0, 0.0, 100.0, 50.0));
        assert!(cut.iter().all(|p| p.0.abs() < 121.0 && p.1.abs() < 71.0), "{cut:?}");
        assert_eq!(thinned(&cut).len(), 4);
    }

    #[test]
    fn the_antipodes_are_out_of_sight() {
        let place = |lat, lng| Position::new(lat, lng).unwrap();
        let ground = Ground::at(place(0.0, 179.9));
        assert!(ground.project(place(0.0, -0.1)).is_none());
        let near = ground.project(place(0.0, -179.9)).unwrap();
        assert!((near.x - 22_263.9).abs() < 1.0, "{near:?}");
    }
}
