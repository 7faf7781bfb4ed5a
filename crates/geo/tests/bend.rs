//! The projection's error against GeographicLib: how far geodesics bend in a frame, and how far a
//! circle's image is from round. The margins in `frame.rs`, `outline.rs` and `touch.rs` rest on it.
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use keepclear_geo::{Frame, Position};

const ECCENTRICITY_SQUARED: f64 = 0.006_694_38;
const RADIUS_M: f64 = 6_371_000.0;

fn places() -> impl Iterator<Item = Position> {
    (-9..=9).map(|i| Position::new(f64::from(i) * 10.0, 7.0).unwrap())
}

#[test]
fn a_geodesic_bends_no_more_than_the_bound_that_edges_are_cut_by() {
    let mut worst = 0.0_f64;
    for foot in places() {
        let frame = Frame::at(foot);
        for bearing in (0..360).step_by(15) {
            for (away_m, length_m) in [
                (0.0, 20e3),
                (50e3, 20e3),
                (150e3, 20e3),
                (150e3, 100e3),
                (150e3, 300e3),
                (1e6, 8e3),
            ] {
                let middle = foot.destination(f64::from(bearing), away_m);
                for heading in (0..180).step_by(15) {
                    let heading = f64::from(heading);
                    let ends = [heading, heading + 180.0]
                        .map(|az| frame.project(middle.destination(az, length_m / 2.0).ecef()));
                    let seen = frame.project(middle.ecef());
                    let along = ends[1] - ends[0];
                    let bend_m = (along.cross(seen - ends[0]) / along.norm()).abs();
                    let bound_m = ECCENTRICITY_SQUARED / 2.0
                        * ((away_m + length_m / 2.0) / RADIUS_M)
                        * (length_m * length_m / (8.0 * RADIUS_M));
                    // Far out the plane itself is stretched.
                    let stretch = (1.0 + (away_m / RADIUS_M).powi(2)).powi(2);
                    worst = worst.max(bend_m / (bound_m * stretch));
                }
            }
        }
    }
    assert!(worst < 1.06, "measured {worst} times the bound");
    assert!(worst > 0.5, "measured {worst}: the bound is not tested");
}

#[test]
fn a_circle_is_round_in_its_own_frame_up_to_the_stated_anisotropy() {
    for distance_m in [10e3, 34e3, 68e3, 100e3, 300e3, 1_000e3, 2_500e3] {
        let mut worst_m = 0.0_f64;
        for foot in places() {
            let frame = Frame::at(foot);
            for bearing in 0..72 {
                let there = foot.destination(f64::from(bearing) * 5.0, distance_m);
                let seen_m = frame.project(there.ecef()).norm();
                let ground_m = frame.radius_m() * libm::atan(seen_m / frame.radius_m());
                worst_m = worst_m.max((ground_m - distance_m).abs());
            }
        }
        let bound_m = ECCENTRICITY_SQUARED * distance_m.powi(3) / (6.335e6_f64.powi(2));
        let share = worst_m / bound_m;
        assert!((1.0 / 13.0..1.0 / 11.6).contains(&share), "{distance_m} m: {share}");
    }
}
