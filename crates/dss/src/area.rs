//! How large outlines are, for limits of area. An estimate: edges are taken as great circles of the
//! sphere that has the ellipsoid's area, which is right to some 0.1 %.

use std::f64::consts::{FRAC_PI_4, PI, TAU};

use keepclear_geo::{FLATTENING, Outline, Position};

/// Radius of the sphere with the area of the WGS84 ellipsoid, metres (NGA.STND.0036, table 3.6).
const AUTHALIC_RADIUS_M: f64 = 6_371_007.180_9;

/// Mean area of an S2 cell of level 13, square kilometres: 6 × 4^13 of them cover the globe.
pub const LEVEL_13_KM2: f64 =
    4.0 * PI * (AUTHALIC_RADIUS_M / 1_000.0) * (AUTHALIC_RADIUS_M / 1_000.0) / 402_653_184.0;

/// Area of an outline, square kilometres; of a ring's two sides the smaller one.
pub fn area_km2(outline: &Outline) -> f64 {
    if let Some((_, radius_m)) = outline.as_circle() {
        return PI * radius_m * radius_m / 1e6;
    }
    let [outer, holes @ ..] = &outline.corners()[..] else { return 0.0 };
    let holes: f64 = holes.iter().map(|ring| ring_km2(ring)).sum();
    ring_km2(outer) - holes
}

fn ring_km2(ring: &[Position]) -> f64 {
    let following = ring.iter().cycle().skip(1);
    let (mut excess, mut turns) = (0.0, 0.0);
    for (from, to) in ring.iter().zip(following) {
        let mut east = (to.lng_deg() - from.lng_deg()).to_radians();
        if east > PI {
            east -= TAU;
        } else if east < -PI {
            east += TAU;
        }
        let (a, b) = (half_tangent(*from), half_tangent(*to));
        // The spherical excess between an edge and the equator.
        excess += 2.0 * ((east / 2.0).tan() * (a + b)).atan2(1.0 + a * b);
        turns += east;
    }
    let mut steradians = excess.abs();
    // A ring around a pole was measured from the equator.
    if turns.abs() > PI {
        steradians = TAU - steradians;
    }
    let steradians = steradians.min(4.0 * PI - steradians);
    steradians * AUTHALIC_RADIUS_M * AUTHALIC_RADIUS_M / 1e6
}

/// Tangent of half the authalic latitude (Snyder, USGS PP 1395, 3-11 and 3-12).
fn half_tangent(position: Position) -> f64 {
    let e2 = FLATTENING * (2.0 - FLATTENING);
    let e = e2.sqrt();
    let q = |sine: f64| {
        (1.0 - e2)
            * (sine / (1.0 - e2 * sine * sine)
                - ((1.0 - e * sine) / (1.0 + e * sine)).ln() / (2.0 * e))
    };
    let sine = position.lat_deg().to_radians().sin();
    let latitude = (q(sine) / q(1.0)).clamp(-1.0, 1.0).asin();
    if latitude >= 2.0 * FRAC_PI_4 {
        return 1.0;
    }
    (latitude / 2.0).tan()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polygon(corners: &[(f64, f64)]) -> f64 {
        let corners: Vec<Position> =
            corners.iter().map(|&(lat, lng)| Position::new(lat, lng).unwrap()).collect();
        area_km2(&Outline::polygon(&corners).unwrap())
    }

    /// `found` within a share of `expected`.
    fn close(found: f64, expected: f64, share: f64) {
        assert!((found - expected).abs() <= share * expected, "{found} is not {expected}");
    }

    #[test]
    fn a_small_square_has_the_area_of_its_sides() {
        // At 47° north a degree of latitude is 111.170 km, one of longitude 76.057 km (GRS80 tables).
        let square = [(46.95, 8.0), (46.95, 8.1), (47.05, 8.1), (47.05, 8.0)];
        close(polygon(&square), 11.1170 * 7.6057, 1e-3);
        let reversed: Vec<_> = square.iter().rev().copied().collect();
        close(polygon(&reversed), 11.1170 * 7.6057, 1e-3);
    }

    #[test]
    fn the_date_line_and_the_poles_do_not_matter() {
        let usual = polygon(&[(10.0, 8.0), (10.0, 8.2), (10.2, 8.2), (10.2, 8.0)]);
        let across = polygon(&[(10.0, 179.9), (10.0, -179.9), (10.2, -179.9), (10.2, 179.9)]);
        close(across, usual, 1e-9);
        // A square with corners 0.1° from the pole: half of its diagonals' product; 0.1° of
        // latitude there is 11.169 km.
        let pole = polygon(&[(89.9, 0.0), (89.9, 90.0), (89.9, 180.0), (89.9, -90.0)]);
        close(pole, 2.0 * 11.169 * 11.169, 1e-3);
    }

    #[test]
    fn a_circle_is_pi_times_its_radius_squared() {
        let centre = Position::new(0.0, 0.0).unwrap();
        close(area_km2(&Outline::circle(centre, 12_000.0).unwrap()), 452.389, 1e-5);
    }
}
