//! A place on the WGS84 ellipsoid, and its earth-centred coordinates.

use geographiclib_rs::{DirectGeodesic, Geodesic, InverseGeodesic};

use crate::invalid::{Invalid, Reason};
use crate::vector::Vec3;

/// Equatorial radius of WGS84, metres (NGA.STND.0036, table 3.1).
pub const EQUATORIAL_RADIUS_M: f64 = 6_378_137.0;
/// Flattening of WGS84 (NGA.STND.0036, table 3.1).
pub const FLATTENING: f64 = 1.0 / 298.257_223_563;
/// First eccentricity squared of WGS84.
pub(crate) const ECCENTRICITY_SQUARED: f64 = FLATTENING * (2.0 - FLATTENING);
/// Polar radius of WGS84, metres.
pub(crate) const POLAR_RADIUS_M: f64 = EQUATORIAL_RADIUS_M * (1.0 - FLATTENING);

/// A place on the surface of the WGS84 ellipsoid, degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    lat_deg: f64,
    lng_deg: f64,
}

impl Position {
    /// A place from geodetic latitude (-90 to 90) and longitude (-180 to 180), both in degrees.
    ///
    /// # Errors
    /// [`Invalid`] naming `lat` or `lng` when the number is not finite or out of range
    /// (F3548-21, `Latitude` and `Longitude`).
    pub fn new(lat_deg: f64, lng_deg: f64) -> Result<Self, Invalid> {
        // Written so that NaN fails too.
        if !(-90.0..=90.0).contains(&lat_deg) {
            return Err(Invalid::new("lat", Reason::OutOfRange(lat_deg, -90.0, 90.0)));
        }
        if !(-180.0..=180.0).contains(&lng_deg) {
            return Err(Invalid::new("lng", Reason::OutOfRange(lng_deg, -180.0, 180.0)));
        }
        Ok(Self { lat_deg, lng_deg })
    }

    /// Geodetic latitude, degrees north.
    pub const fn lat_deg(self) -> f64 {
        self.lat_deg
    }

    /// Longitude, degrees east, -180 to 180.
    pub const fn lng_deg(self) -> f64 {
        self.lng_deg
    }

    /// Earth-centred coordinates of this place at height 0, metres.
    pub fn ecef(self) -> Vec3 {
        let (sin_lat, cos_lat) = sin_cos_deg(self.lat_deg);
        let (sin_lng, cos_lng) = sin_cos_deg(self.lng_deg);
        let normal_m = prime_vertical_radius_m(sin_lat);
        Vec3::new(
            normal_m * cos_lat * cos_lng,
            normal_m * cos_lat * sin_lng,
            normal_m * (1.0 - ECCENTRICITY_SQUARED) * sin_lat,
        )
    }

    /// The place on the surface in the direction of `point` from the earth's centre; exact for a
    /// point that lies on the surface.
    pub fn from_ecef(point: Vec3) -> Self {
        let across = (point.x * point.x + point.y * point.y).sqrt();
        let lat_deg = libm::atan2(point.z, (1.0 - ECCENTRICITY_SQUARED) * across).to_degrees();
        let lng_deg = libm::atan2(point.y, point.x).to_degrees();
        Self { lat_deg: lat_deg.clamp(-90.0, 90.0), lng_deg: lng_deg.clamp(-180.0, 180.0) }
    }

    /// Geodesic distance to another place, metres, to some nanometres (Karney 2013).
    pub fn distance_m(self, other: Self) -> f64 {
        geodesic().inverse(self.lat_deg, self.lng_deg, other.lat_deg, other.lng_deg)
    }

    /// Geodesic distance in metres and the azimuths in degrees at this place and at the other.
    pub fn inverse(self, other: Self) -> (f64, f64, f64) {
        let (distance_m, azimuth_here, azimuth_there, _arc): (f64, f64, f64, f64) =
            geodesic().inverse(self.lat_deg, self.lng_deg, other.lat_deg, other.lng_deg);
        (distance_m, azimuth_here, azimuth_there)
    }

    /// The place reached from here along the geodesic of an azimuth (degrees from north).
    pub fn destination(self, azimuth_deg: f64, distance_m: f64) -> Self {
        let (lat_deg, lng_deg): (f64, f64) =
            geodesic().direct(self.lat_deg, self.lng_deg, azimuth_deg, distance_m);
        Self { lat_deg: lat_deg.clamp(-90.0, 90.0), lng_deg: wrap_deg(lng_deg) }
    }
}

fn geodesic() -> &'static Geodesic {
    use std::sync::OnceLock;
    static WGS84: OnceLock<Geodesic> = OnceLock::new();
    WGS84.get_or_init(Geodesic::wgs84)
}

fn wrap_deg(lng_deg: f64) -> f64 {
    let wrapped = (lng_deg + 180.0).rem_euclid(360.0) - 180.0;
    wrapped.clamp(-180.0, 180.0)
}

/// Exact at the quadrants, so that a pole or the antimeridian does not come out beside itself.
pub(crate) fn sin_cos_deg(deg: f64) -> (f64, f64) {
    let turned = deg.abs();
    if turned >= 180.0 {
        return (0.0, -1.0);
    }
    if (turned - 90.0).abs() <= 0.0 {
        return (deg.signum(), 0.0);
    }
    libm::sincos(deg.to_radians())
}

/// Radius of curvature across the meridian at the latitude of this sine, metres.
pub(crate) fn prime_vertical_radius_m(sin_lat: f64) -> f64 {
    EQUATORIAL_RADIUS_M / (1.0 - ECCENTRICITY_SQUARED * sin_lat * sin_lat).sqrt()
}

/// The surface point on the ray from the earth's centre through `point`.
pub(crate) fn onto_surface(point: Vec3) -> Vec3 {
    let stretch = (point.x * point.x + point.y * point.y)
        / (EQUATORIAL_RADIUS_M * EQUATORIAL_RADIUS_M)
        + point.z * point.z / (POLAR_RADIUS_M * POLAR_RADIUS_M);
    point * (1.0 / stretch.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_the_way_through_earth_centred_coordinates() {
        for (lat, lng) in
            [(0.0, 0.0), (47.3, 8.5), (-89.999_999, -179.999), (90.0, 12.0), (12.0, 180.0)]
        {
            let there = Position::new(lat, lng).unwrap();
            let back = Position::from_ecef(there.ecef());
            assert!(there.distance_m(back) < 1e-7, "{there:?} {back:?}");
        }
    }

    #[test]
    fn numbers_out_of_range_are_refused_by_name() {
        assert!(Position::new(90.01, 0.0).unwrap_err().to_string().starts_with("lat"));
        assert!(Position::new(0.0, f64::NAN).unwrap_err().to_string().starts_with("lng"));
    }
}
