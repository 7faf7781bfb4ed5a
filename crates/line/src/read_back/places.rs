//! Places that are one place, and rings of corners that are one ring.
//!
//! A ring has no first corner and no direction: to store an outline, a desk may begin elsewhere and
//! go round the other way. Where rings do differ, they are laid on each other as well as they can be,
//! so that the corners named are the ones that are wrong.

use keepclear_geo::{Position, Vec3};

use super::Found;
use crate::volume::Place;

/// Places at most this far apart on the ellipsoid are one place, metres: a hundred times what
/// rounding to a billionth of a degree moves them, and far below what any flight can hold.
pub const PLACES_APART_MAX_M: f64 = 0.01;

/// Length of the geodesic between two places, metres; `None` when one is off the globe.
pub(super) fn apart_m(a: Place, b: Place) -> Option<f64> {
    Some(position(a)?.distance_m(position(b)?))
}

pub(super) fn same(a: Place, b: Place) -> bool {
    a == b || apart_m(a, b).is_some_and(|apart_m| apart_m <= PLACES_APART_MAX_M)
}

fn position(place: Place) -> Option<Position> {
    Position::new(place.lat.degrees(), place.lng.degrees()).ok()
}

/// Names the corners of a ring that differ.
pub(super) fn ring(found: &mut Found, path: &str, sent: &[Place], read_back: &[Place]) {
    if sent.len() != read_back.len() {
        let count = |ring: &[Place]| format!("{} corners", ring.len());
        found.add(path, count(sent), count(read_back));
        return;
    }
    if same_ring(sent, read_back) {
        return;
    }
    let laid = best_laid(sent, read_back);
    for (index, &corner) in sent.iter().enumerate() {
        if found.is_full() {
            return;
        }
        found.place(&format!("{path}[{index}]"), corner, read_back[laid.onto(index)]);
    }
}

/// How one ring lies on another with as many corners.
#[derive(Clone, Copy)]
struct Laid {
    corners: usize,
    /// The corner on which the first one lies.
    first: usize,
    backwards: bool,
}

impl Laid {
    /// The corner on which another one lies.
    fn onto(self, index: usize) -> usize {
        let Self { corners, first, backwards } = self;
        (if backwards { first + corners - index } else { first + index }) % corners
    }

    /// Both ways round that lay one corner on another.
    fn through(corners: usize, from: usize, onto: usize) -> [Self; 2] {
        let ahead = (onto + corners - from) % corners;
        let back = (onto + from) % corners;
        [
            Self { corners, first: ahead, backwards: false },
            Self { corners, first: back, backwards: true },
        ]
    }
}

fn same_ring(sent: &[Place], read_back: &[Place]) -> bool {
    let Some(&first) = sent.first() else { return true };
    // Every corner on which the first may lie is tried, since corners may be less than 1 cm apart.
    let onto = (0..sent.len()).filter(|&onto| same(first, read_back[onto]));
    let mut laid = onto.flat_map(|onto| Laid::through(sent.len(), 0, onto));
    laid.any(|laid| (0..sent.len()).all(|index| same(sent[index], read_back[laid.onto(index)])))
}

/// The way to lay one ring on the other that leaves the fewest corners apart, then the least far.
///
/// A handful of ways is enough: as they came, and those that lay one of two corners on the nearest of
/// the other ring, before and after both middles are laid on each other; the first finds a corner
/// that was altered, the second a ring that was moved.
fn best_laid(sent: &[Place], read_back: &[Place]) -> Laid {
    let corners = sent.len();
    let as_they_came = Laid { corners, first: 0, backwards: false };
    let points = |ring: &[Place]| -> Option<Vec<Vec3>> {
        ring.iter().map(|&place| Some(position(place)?.ecef())).collect()
    };
    let (Some(ours), Some(theirs)) = (points(sent), points(read_back)) else {
        return as_they_came;
    };
    let moved = middle(&theirs) - middle(&ours);
    let mut ways = vec![as_they_came];
    for from in [0, corners / 2] {
        for offset in [Vec3::default(), moved] {
            let onto = nearest(&theirs, ours[from] + offset);
            ways.extend(Laid::through(corners, from, onto));
        }
    }
    let misfit = |laid: &Laid| {
        let apart2 = |index: usize, point: &Vec3| (theirs[laid.onto(index)] - *point).norm2();
        let apart2 = ours.iter().enumerate().map(|(index, point)| apart2(index, point));
        apart2.fold((0_usize, 0.0_f64), |(count, sum), apart2| {
            let counts = apart2 > PLACES_APART_MAX_M * PLACES_APART_MAX_M;
            (count + usize::from(counts), sum + apart2)
        })
    };
    let least = ways
        .into_iter()
        .map(|laid| (misfit(&laid), laid))
        .min_by(|(a, _), (b, _)| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    least.map_or(as_they_came, |(_, laid)| laid)
}

fn middle(points: &[Vec3]) -> Vec3 {
    let sum = points.iter().fold(Vec3::default(), |sum, &point| sum + point);
    sum * (1.0 / points.len() as f64)
}

fn nearest(points: &[Vec3], to: Vec3) -> usize {
    let numbered = points.iter().enumerate();
    let distances = numbered.map(|(index, &point)| (index, (point - to).norm2()));
    distances.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(index, _)| index)
}
