//! Shifting a whole flight to one side of its course.
//!
//! The shift turns the flight about an axis through the earth's centre that is parallel to the
//! course: every place moves across the course, places far ahead or behind a little less.

use keepclear_geo::{Frame, Limit, Outline, Vec2, Vec3, Volume4D};

/// The direction in which a flight goes as a whole.
pub(super) struct Course {
    /// Unit vector along the course, earth-centred.
    axis: Vec3,
    /// Distance from the earth's centre at the flight's middle, metres.
    radius_m: f64,
}

/// Lowest stated lower limit, millimetres in its own reference; `None` when a volume stands on the
/// ground or is open below, so that it cannot change its level.
pub(super) fn lowest_stated_mm(volumes: &[Volume4D]) -> Option<i64> {
    let lower = |volume: &Volume4D| match volume.band().band().lower {
        Limit::At { mm, .. } => Some(mm),
        Limit::Surface | Limit::Open => None,
    };
    volumes.iter().map(lower).try_fold(i64::MAX, |least, mm| Some(least.min(mm?)))
}

impl Course {
    /// From the first volume's middle to the last one's; north when they are the same place.
    pub(super) fn of(volumes: &[Volume4D]) -> Self {
        let middle = |volume: Option<&Volume4D>| {
            volume.map_or(Vec3::new(1.0, 0.0, 0.0), |v| v.outline().middle().ecef())
        };
        let (first, last) = (middle(volumes.first()), middle(volumes.last()));
        let centre = (first + last) * 0.5;
        let up = centre * (1.0 / centre.norm().max(1.0));
        let flown = last - first;
        let level = |v: Vec3| v - up * v.dot(up);
        let ahead = if flown.norm() > 1.0 { level(flown) } else { level(Vec3::new(0.0, 0.0, 1.0)) };
        // At a pole there is no north: any direction will do.
        let ahead = if ahead.norm() > 1e-6 { ahead } else { level(Vec3::new(1.0, 0.0, 0.0)) };
        Self { axis: ahead * (1.0 / ahead.norm()), radius_m: first.norm() }
    }

    /// The outline moved to the right of the course by some metres (to the left when negative).
    pub(super) fn shifted(&self, outline: &Outline, right_m: f64) -> Option<Outline> {
        outline.turned(self.axis, right_m / self.radius_m).ok()
    }

    /// Shifts, in millimetres to the right, between which the outline can touch the other one.
    /// Exact where both are convex, else their hull; the caller verifies what lies outside.
    pub(super) fn busy_mm(&self, outline: &Outline, other: &Outline) -> Option<(i64, i64)> {
        let middle = outline.middle();
        let frame = Frame::at(middle);
        let here = middle.ecef();
        // A turn about the axis moves this place along axis × place: that is "to the right".
        let across = self.axis.cross(here);
        let seen = frame.project(here + across * (100.0 / across.norm().max(1.0)));
        // Places far ahead or behind move less than the flight's middle.
        let per_metre = across.norm() / self.radius_m;
        let right = seen * (1.0 / seen.norm().max(1e-9));
        let (a, b) = (ring(outline, &frame), ring(other, &frame));
        let mut span: Option<(f64, f64)> = None;
        let mut take = |shift: f64| {
            let (least, greatest) = span.unwrap_or((shift, shift));
            span = Some((least.min(shift), greatest.max(shift)));
        };
        for (from, sign, onto) in [(&a, 1.0, &b), (&b, -1.0, &a)] {
            for &point in from {
                for (i, &end) in onto.iter().enumerate() {
                    let start = onto[if i == 0 { onto.len() - 1 } else { i - 1 }];
                    take_crossing(point, right * sign, start, end, &mut |s| take(s));
                }
            }
        }
        let (least, greatest) = span?;
        // One centimetre for the margin of touching. The plane stretches what lies far from its
        // foot, which costs a slightly longer shift; too little is caught by the verification.
        let millimetres = |shift: f64| shift / per_metre.max(0.1) * 1_000.0;
        Some((millimetres(least - 0.01) as i64, millimetres(greatest + 0.01) as i64))
    }
}

/// Where a ray both ways from a point along `right` meets an edge, if it does.
fn take_crossing(point: Vec2, right: Vec2, start: Vec2, end: Vec2, take: &mut dyn FnMut(f64)) {
    let edge = end - start;
    let turn = right.cross(edge);
    let to_start = start - point;
    if turn.abs() < 1e-12 * edge.norm().max(1e-9) {
        return;
    }
    let along_edge = to_start.cross(right) / turn;
    if (-1e-9..=1.0 + 1e-9).contains(&along_edge) {
        take(to_start.cross(edge) / turn);
    }
}

/// The outline's corners in a plane; a circle as 32 of its places.
fn ring(outline: &Outline, frame: &Frame) -> Vec<Vec2> {
    match outline.as_circle() {
        Some((centre, radius_m)) => {
            // On the circle: what bulges between them is caught by the verification.
            let corner = |i: i32| centre.destination(f64::from(i) * 11.25, radius_m);
            (0..32).map(|i| frame.project(corner(i).ecef())).collect()
        }
        None => {
            let pieces = outline.pieces();
            pieces.iter().flatten().map(|place| frame.project(place.ecef())).collect()
        }
    }
}
