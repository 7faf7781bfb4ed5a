//! The plane in which two outlines are compared: a central projection of the ellipsoid.
//!
//! The centre lies on the foot's own normal, at depth R = 2 / (1/M + 1/N) below it, M and N being
//! the radii of curvature there. Seen from it, a geodesic of length L whose middle is d from the
//! foot bends away from a straight line by at most (e²/2)·((d + L/2)/R)·(L²/8R): 0.6 mm for pieces
//! of 20 km at 150 km, 143 mm for an edge of 300 km, which is why long edges are cut at intake
//! (`tests/bend.rs` measures it).

use crate::position::{
    ECCENTRICITY_SQUARED, EQUATORIAL_RADIUS_M, POLAR_RADIUS_M, Position, prime_vertical_radius_m,
};
use crate::vector::{Vec2, Vec3};

/// A central projection onto the plane that touches the ellipsoid at a foot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    centre: Vec3,
    /// Normal of the ellipsoid at the foot, and two tangent axes.
    up: Vec3,
    across: Vec3,
    along: Vec3,
    radius_m: f64,
}

impl Frame {
    /// The frame that touches at a place. The axes point east and north; at a pole they point
    /// where east and north of its stated longitude do.
    pub fn at(foot: Position) -> Self {
        let (sin_lat, cos_lat) = crate::position::sin_cos_deg(foot.lat_deg());
        let (sin_lng, cos_lng) = crate::position::sin_cos_deg(foot.lng_deg());
        Self::from_parts(foot.ecef(), sin_lat, cos_lat, sin_lng, cos_lng)
    }

    /// The frame that touches at a point of the surface; needs no trigonometry.
    pub(crate) fn at_surface(foot: Vec3) -> Self {
        let across_m = (foot.x * foot.x + foot.y * foot.y).sqrt();
        let slope = Vec2::new((1.0 - ECCENTRICITY_SQUARED) * across_m, foot.z);
        let length = slope.norm();
        let (sin_lat, cos_lat) = (slope.y / length, slope.x / length);
        let (sin_lng, cos_lng) =
            if across_m > 0.0 { (foot.y / across_m, foot.x / across_m) } else { (0.0, 1.0) };
        Self::from_parts(foot, sin_lat, cos_lat, sin_lng, cos_lng)
    }

    fn from_parts(foot: Vec3, sin_lat: f64, cos_lat: f64, sin_lng: f64, cos_lng: f64) -> Self {
        let across_radius_m = prime_vertical_radius_m(sin_lat);
        let shrink = 1.0 - ECCENTRICITY_SQUARED * sin_lat * sin_lat;
        let meridian_radius_m = across_radius_m * (1.0 - ECCENTRICITY_SQUARED) / shrink;
        let radius_m = 2.0 / (1.0 / meridian_radius_m + 1.0 / across_radius_m);
        let up = Vec3::new(cos_lat * cos_lng, cos_lat * sin_lng, sin_lat);
        let across = Vec3::new(-sin_lng, cos_lng, 0.0);
        Self { centre: foot - up * radius_m, up, across, along: up.cross(across), radius_m }
    }

    /// Radius R of the projection at the foot, metres.
    pub fn radius_m(&self) -> f64 {
        self.radius_m
    }

    /// The foot, where the plane touches.
    pub(crate) fn foot(&self) -> Vec3 {
        self.centre + self.up * self.radius_m
    }

    /// Where a point of the surface within 80° of the foot falls in the plane, metres.
    #[inline]
    pub fn project(&self, point: Vec3) -> Vec2 {
        let seen = point - self.centre;
        let scale = self.radius_m / seen.dot(self.up);
        Vec2::new(seen.dot(self.across) * scale, seen.dot(self.along) * scale)
    }

    /// The point of the surface that falls on a point of the plane.
    pub fn unproject(&self, point: Vec2) -> Vec3 {
        let ray = self.up * self.radius_m + self.across * point.x + self.along * point.y;
        // On the ellipsoid scaled to a unit sphere: |c + t·r|² = 1, the root ahead of the centre.
        let scaled = |v: Vec3| {
            Vec3::new(v.x / EQUATORIAL_RADIUS_M, v.y / EQUATORIAL_RADIUS_M, v.z / POLAR_RADIUS_M)
        };
        let (c, r) = (scaled(self.centre), scaled(ray));
        let (cr, rr) = (c.dot(r), r.norm2());
        let t = (-cr + (cr * cr - rr * (c.norm2() - 1.0)).sqrt()) / rr;
        self.centre + ray * t
    }

    /// The place that falls on a point of the plane.
    pub fn position(&self, point: Vec2) -> Position {
        Position::from_ecef(self.unproject(point))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_of_the_plane_comes_back_to_itself() {
        for (lat, lng) in [(0.0, 0.0), (47.0, 8.0), (-90.0, 0.0), (89.9, 179.0)] {
            let frame = Frame::at(Position::new(lat, lng).unwrap());
            for point in [Vec2::new(0.0, 0.0), Vec2::new(1234.5, -99_000.0), Vec2::new(2e6, 3e6)] {
                let back = frame.project(frame.unproject(point));
                assert!((back - point).norm() < 1e-7, "{lat} {lng} {point:?} {back:?}");
            }
        }
    }

    #[test]
    fn a_surface_point_gives_the_same_frame_as_its_position() {
        let foot = Position::new(-33.2, 151.0).unwrap();
        let (a, b) = (Frame::at(foot), Frame::at_surface(foot.ecef()));
        assert!((a.centre - b.centre).norm() < 1e-8);
        assert!((a.along - b.along).norm() < 1e-14);
    }
}
