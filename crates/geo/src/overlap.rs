//! Do two volumes overlap, and if so where, at which altitudes, when and how deep; if not, how far
//! apart are they?

use smallvec::SmallVec;

use crate::altitude::{CommonBand, Verdict};
use crate::common_area::{Area, common_area, union_of_areas};
use crate::depth::{Planar, penetration_depth};
use crate::frame::Frame;
use crate::interval::TimeInterval;
use crate::outline::{Outline, Projected, Shape};
use crate::planar::{Box2, Rings};
use crate::position::{Position, onto_surface};
use crate::touch::{ground_m, nearest, plane_radius_m, smaller_first, touch};
use crate::vector::{Vec2, Vec3};
use crate::volume::Volume4D;

/// A shift measured this far from a frame's foot is right to 1e-6; further out the frame is moved
/// to the contact.
const RECENTRE_BEYOND_M: f64 = 5_000.0;
/// Beyond this radius a circle's image in its own frame is further from round than the ring of
/// places that [`Flat::of`] draws, metres.
const DRAWN_ROUND_UP_TO_M: f64 = 400_000.0;
/// Outlines whose middles are further apart than this do not fit into one frame, metres.
const ONE_FRAME_M: f64 = 5_000_000.0;

/// Two volumes that overlap, explained.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlap {
    /// Whether it is sure.
    pub verdict: Verdict,
    /// When both are in force.
    pub interval: TimeInterval,
    /// The altitudes that they share.
    pub band: CommonBand,
    /// Where.
    pub place: Place,
    /// How deep.
    pub depth: Depth,
}

/// Where two outlines meet.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// The common area: polygons of rings, the outer one first and anticlockwise, without closing
    /// vertex.
    Area(Vec<Vec<Vec<Position>>>),
    /// They only touch: the nearest place of each.
    Closest(Position, Position),
}

/// The smallest horizontal shift that separates two outlines.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Depth {
    /// Metres; 0 when they only touch.
    pub metres: f64,
    /// False when the outlines were too intricate to exclude a smaller one; the shift given
    /// separates all the same.
    pub exact: bool,
}

/// How far two volumes are from each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Separation {
    /// Geodesic distance of the outlines, metres; 0 when they touch.
    pub horizontal_m: f64,
    /// The nearest places, on the first and the second outline, when they do not touch.
    pub closest: Option<(Position, Position)>,
    /// Vertical distance by the nearest possible heights, millimetres; 0 when altitudes are shared.
    pub vertical_mm: i64,
    /// Time between the one's end and the other's start, microseconds; 0 when time is shared.
    pub time_us: i64,
}

/// Whether two volumes overlap, and how sure that is. The cheap tests come first.
pub fn detect(a: &Volume4D, b: &Volume4D) -> Option<Verdict> {
    a.interval().common(b.interval())?;
    let band = a.band().common(b.band())?;
    let verdict = band.verdict.min(a.activation()).min(b.activation());
    touch(a.outline(), b.outline()).then_some(verdict)
}

/// Whether two volumes overlap, with the explanation.
pub fn overlap(a: &Volume4D, b: &Volume4D) -> Option<Overlap> {
    let interval = a.interval().common(b.interval())?;
    let band = a.band().common(b.band())?;
    if !touch(a.outline(), b.outline()) {
        return None;
    }
    let (place, depth) = explain(a.outline(), b.outline());
    let verdict = band.verdict.min(a.activation()).min(b.activation());
    Some(Overlap { verdict, interval, band, place, depth })
}

/// How far two volumes are from each other; `None` when they overlap.
pub fn separation(a: &Volume4D, b: &Volume4D) -> Option<Separation> {
    let shared_time = a.interval().common(b.interval());
    let shared_band = a.band().common(b.band());
    let touching = touch(a.outline(), b.outline());
    if touching && shared_time.is_some() && shared_band.is_some() {
        return None;
    }
    let time_us = if shared_time.is_some() {
        0
    } else {
        let gap = |end: Option<i64>, start: Option<i64>| {
            start.zip(end).map_or(0, |(start, end)| start.saturating_sub(end))
        };
        gap(a.interval().end_us(), b.interval().start_us())
            .max(gap(b.interval().end_us(), a.interval().start_us()))
    };
    let vertical_mm = if shared_band.is_some() {
        0
    } else {
        let clear = |shift: Option<i64>| shift.unwrap_or(0);
        let (least, greatest) = a.band().touching_shifts_mm(b.band());
        clear(least).max(-clear(greatest)).max(0)
    };
    let (horizontal_m, closest) = if touching {
        (0.0, None)
    } else {
        let (metres, on_a, on_b) = gap(a.outline(), b.outline());
        (metres, Some((on_a, on_b)))
    };
    Some(Separation { horizontal_m, closest, vertical_mm, time_us })
}

/// The places of several overlaps as one: areas united, or the first contact where there is none.
pub fn union_of_places(places: &[&Place]) -> Option<Place> {
    let areas: Vec<&Vec<Vec<Vec<Position>>>> = places
        .iter()
        .filter_map(|place| match place {
            Place::Area(area) => Some(area),
            Place::Closest(..) => None,
        })
        .collect();
    let Some(first) = areas.first() else { return places.first().map(|&place| place.clone()) };
    if areas.len() == 1 {
        return Some(Place::Area((*first).clone()));
    }
    let points = || areas.iter().flat_map(|area| area.iter().flatten().flatten());
    let sum = points().fold(Vec3::default(), |sum, place| sum + place.ecef());
    let frame = Frame::at_surface(onto_surface(sum));
    let flat = areas.iter().map(|area| {
        let polygons = area.iter().map(|polygon| {
            let ring = |ring: &Vec<Position>| -> Vec<Vec2> {
                ring.iter().map(|place| frame.project(place.ecef())).collect()
            };
            polygon.iter().map(ring).collect()
        });
        polygons.collect::<Area>()
    });
    Some(Place::Area(positions(&union_of_areas(flat.collect()), &frame)))
}

fn positions(area: &Area, frame: &Frame) -> Vec<Vec<Vec<Position>>> {
    let ring = |ring: &Vec<Vec2>| ring.iter().map(|&point| frame.position(point)).collect();
    area.iter().map(|polygon| polygon.iter().map(ring).collect()).collect()
}

/// An outline in the plane of some frame.
struct Flat<'a> {
    points: Projected,
    outline: &'a Outline,
    disc: Option<(Vec2, f64)>,
    /// For a circle drawn as a ring.
    own_ends: [u32; 1],
}

impl<'a> Flat<'a> {
    /// A circle stays a disc in its own frame up to a radius, and where it is too small to be bent in
    /// another; otherwise it is drawn as a ring of 1,440 places, short of the circle by at most a
    /// 420,000th of its radius.
    fn of(outline: &'a Outline, frame: &Frame, own_disc_max_m: f64) -> Self {
        let mut flat = Self { points: Projected::new(), outline, disc: None, own_ends: [0] };
        match &outline.shape {
            Shape::Region(region) => flat.points = region.project(frame),
            Shape::Circle { radius_m } => {
                let own = outline.frame == *frame && *radius_m <= own_disc_max_m;
                if own || *radius_m <= RECENTRE_BEYOND_M {
                    let centre = frame.project(outline.frame.foot());
                    flat.disc = Some((centre, plane_radius_m(frame, *radius_m)));
                } else {
                    let centre = outline.middle();
                    let place = |i: u32| centre.destination(f64::from(i) * 0.25, *radius_m);
                    flat.points =
                        (0..1_440).rev().map(|i| frame.project(place(i).ecef())).collect();
                    flat.own_ends = [1_440];
                }
            }
        }
        flat
    }

    fn rings(&self) -> SmallVec<[&[Vec2]; 2]> {
        match &self.outline.shape {
            Shape::Region(region) => region.rings(&self.points).each().collect(),
            Shape::Circle { .. } if self.disc.is_none() => {
                Rings { points: &self.points, ends: &self.own_ends }.each().collect()
            }
            Shape::Circle { .. } => SmallVec::new(),
        }
    }

    fn planar<'b>(&self, rings: &'b [&'b [Vec2]]) -> Planar<'b> {
        let convex = match &self.outline.shape {
            Shape::Region(region) => region.convex,
            Shape::Circle { .. } => true,
        };
        match self.disc {
            Some((centre, radius_m)) => Planar::Disc { centre, radius_m },
            None => Planar::Region { rings, convex },
        }
    }
}

fn area_in(frame: &Frame, a: &Outline, b: &Outline) -> Area {
    let flat = |outline| Flat::of(outline, frame, DRAWN_ROUND_UP_TO_M);
    let (a, b) = (flat(a), flat(b));
    let (rings_a, rings_b) = (a.rings(), b.rings());
    common_area(&a.planar(&rings_a), &b.planar(&rings_b))
}

fn depth_in(frame: &Frame, a: &Outline, b: &Outline) -> Depth {
    let (a, b) = (Flat::of(a, frame, f64::INFINITY), Flat::of(b, frame, f64::INFINITY));
    let (rings_a, rings_b) = (a.rings(), b.rings());
    let depth = penetration_depth(&a.planar(&rings_a), &b.planar(&rings_b));
    Depth { metres: depth.depth_m, exact: depth.exact }
}

/// Where two touching outlines meet, and how deep.
fn explain(a: &Outline, b: &Outline) -> (Place, Depth) {
    let (small, large) = smaller_first(a, b);
    let frame = match (&a.shape, &b.shape) {
        (Shape::Circle { .. }, Shape::Region(_)) => a.frame,
        (Shape::Region(_), Shape::Circle { .. }) => b.frame,
        _ => small.frame,
    };
    let area = area_in(&frame, small, large);
    let depth = match (&a.shape, &b.shape) {
        (Shape::Circle { radius_m: ra }, Shape::Circle { radius_m: rb }) => {
            let between_m = a.middle().distance_m(b.middle());
            Depth { metres: (ra + rb - between_m).max(0.0), exact: true }
        }
        (Shape::Circle { radius_m }, Shape::Region(_))
        | (Shape::Region(_), Shape::Circle { radius_m }) => {
            let depth = depth_in(&frame, small, large);
            // The plane stretches what lies at the circle's rim; the push goes across it.
            let inner_m = plane_radius_m(&frame, *radius_m) - depth.metres;
            Depth { metres: radius_m - ground_m(&frame, inner_m), ..depth }
        }
        _ if small.reach_m <= RECENTRE_BEYOND_M => depth_in(&frame, small, large),
        _ => {
            let contact = area.iter().flatten().flatten();
            let contact = contact.fold(Box2::EMPTY, |area, &point| area.with(point));
            let middle = (contact.min + contact.max) * 0.5;
            let frame =
                if area.is_empty() { frame } else { Frame::at_surface(frame.unproject(middle)) };
            depth_in(&frame, small, large)
        }
    };
    if area.is_empty() {
        let (_, on_a, on_b) = gap(a, b);
        return (Place::Closest(on_a, on_b), depth);
    }
    (Place::Area(positions(&area, &frame)), depth)
}

/// Nearest places of the boundaries of two outlines, and their distance, metres: 0 when circles
/// reach into the other.
fn gap(a: &Outline, b: &Outline) -> (f64, Position, Position) {
    let (core_a, core_b) = if (a.frame.foot() - b.frame.foot()).norm() > ONE_FRAME_M {
        nearest_far(a, b)
    } else {
        nearest_near(a, b)
    };
    let (between_m, ahead_deg, back_deg) = core_a.inverse(core_b);
    let radius = |o: &Outline| o.as_circle().map_or(0.0, |(_, radius_m)| radius_m);
    let (ra, rb) = (radius(a), radius(b));
    let on_a = if ra > 0.0 { core_a.destination(ahead_deg, ra) } else { core_a };
    let on_b = if rb > 0.0 { core_b.destination(back_deg + 180.0, rb) } else { core_b };
    ((between_m - ra - rb).max(0.0), on_a, on_b)
}

/// Points and ring ends of an outline's core: its rings, or a circle's centre.
fn core(outline: &Outline, frame: &Frame) -> (Projected, SmallVec<[u32; 2]>) {
    match &outline.shape {
        Shape::Region(region) => (region.project(frame), region.ends.clone()),
        Shape::Circle { .. } => {
            let centre = frame.project(outline.frame.foot());
            (SmallVec::from_slice(&[centre]), SmallVec::from_slice(&[1]))
        }
    }
}

/// Within one frame, moved to the middle of the nearest places until it rests there: seen from
/// there, what is nearest in the plane is nearest on the ground.
fn nearest_near(a: &Outline, b: &Outline) -> (Position, Position) {
    let mut frame = Frame::at_surface(onto_surface(a.frame.foot() + b.frame.foot()));
    let mut found = (a.middle(), b.middle());
    for _ in 0..8 {
        let ((points_a, ends_a), (points_b, ends_b)) = (core(a, &frame), core(b, &frame));
        let (_, on_a, on_b) = nearest(
            Rings { points: &points_a, ends: &ends_a },
            Rings { points: &points_b, ends: &ends_b },
        );
        let (on_a, on_b) = (frame.unproject(on_a), frame.unproject(on_b));
        found = (Position::from_ecef(on_a), Position::from_ecef(on_b));
        let middle = onto_surface(on_a + on_b);
        if (middle - frame.foot()).norm() < 1.0 {
            break;
        }
        frame = Frame::at_surface(middle);
    }
    found
}

/// Across the globe: from one outline's nearest place to the other's, to and fro; good to 0.1 %.
fn nearest_far(a: &Outline, b: &Outline) -> (Position, Position) {
    let nearest_to = |outline: &Outline, place: Vec3| -> Vec3 {
        let Shape::Region(region) = &outline.shape else { return outline.frame.foot() };
        let mut best = (f64::INFINITY, place);
        let mut begin = 0;
        for &end in &region.ends {
            let ring = &region.points[begin..end as usize];
            begin = end as usize;
            for (i, &to) in ring.iter().enumerate() {
                let from = ring[if i == 0 { ring.len() - 1 } else { i - 1 }];
                let along = to - from;
                let share = ((place - from).dot(along) / along.norm2()).clamp(0.0, 1.0);
                let point = onto_surface(from + along * share);
                let distance2 = (point - place).norm2();
                if distance2 < best.0 {
                    best = (distance2, point);
                }
            }
        }
        best.1
    };
    let (mut on_a, mut on_b) = (a.frame.foot(), b.frame.foot());
    for _ in 0..16 {
        on_a = nearest_to(a, on_b);
        on_b = nearest_to(b, on_a);
    }
    (Position::from_ecef(on_a), Position::from_ecef(on_b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_area_of_huge_circles_lies_in_both() {
        let circle =
            |lat, lng| Outline::circle(Position::new(lat, lng).unwrap(), 999_819.951).unwrap();
        let (a, b) = (circle(0.0, 170.991), circle(0.099_753, 170.991));
        let (Place::Area(area), _) = explain(&a, &b) else { panic!("no common area") };
        for corner in area.iter().flatten().flatten() {
            for circle in [&a, &b] {
                let out_m = circle.middle().distance_m(*corner) - 999_819.951;
                assert!(out_m < 0.1, "{corner:?} lies {out_m} m outside");
            }
        }
    }
}
