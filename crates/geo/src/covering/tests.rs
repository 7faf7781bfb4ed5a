//! The worlds: anywhere, with half of the middles at poles, the antimeridian, and the borders and
//! corners of cube faces; sizes of 1 m to 1,000 km, evenly by logarithm. Half of the places drawn
//! lie exactly on the border of the outline.

use proptest::prelude::*;
use s2::cell::Cell as S2Cell;
use s2::latlng::LatLng;

use super::faces::{STRAY_OF_100_KM_M, faces, stray_m};
use super::*;
use crate::touch::touch;
use crate::vector::Vec3;

pub(super) fn place(lat_deg: f64, lng_deg: f64) -> Position {
    Position::new(lat_deg, lng_deg).unwrap()
}

pub(super) fn limits(cells_max: usize, level_min: u8, level_max: u8) -> CoveringLimits {
    CoveringLimits { cells_max, level_min, level_max }
}

/// Latitude of the corners of the cube.
const CORNER_DEG: f64 = 35.264_389_682_754_654;

fn middles() -> impl Strategy<Value = Position> {
    let special = prop::sample::select(vec![
        (0.0, 0.0),
        (0.0, 45.0),
        (0.0, 180.0),
        (12.0, 135.0),
        (45.0, 0.0),
        (-45.0, 90.0),
        (90.0, 0.0),
        (-90.0, 30.0),
        (CORNER_DEG, 45.0),
        (-CORNER_DEG, -135.0),
        (40.0, 45.0),
        (51.0, -180.0),
    ]);
    let beside = (special, 0.0..360.0, -1.0..6.0).prop_map(|((lat, lng), azimuth, digits)| {
        place(lat, lng).destination(azimuth, libm::pow(10.0, digits))
    });
    let anywhere = (-1.0..1.0, -180.0..180.0)
        .prop_map(|(z, lng): (f64, f64)| place(libm::asin(z).to_degrees(), lng));
    prop_oneof![beside, anywhere]
}

fn sizes(from: f64, to: f64) -> impl Strategy<Value = f64> {
    (from.log10()..to.log10()).prop_map(|digits| libm::pow(10.0, digits))
}

/// Share of the way from the middle to the border: half of the draws lie on it.
fn shares() -> impl Strategy<Value = f64> {
    prop_oneof![Just(1.0), 0.0..1.0]
}

/// Corners around a middle, at 0.3 to 1 of a size.
fn stars(from_m: f64, to_m: f64) -> impl Strategy<Value = (Position, Vec<Position>)> {
    let arms = prop::collection::vec((-0.2..0.2, 0.3..1.0), 3..13);
    (middles(), sizes(from_m, to_m), 0.0..360.0, arms).prop_map(|(middle, size_m, turn, arms)| {
        let step = 360.0 / arms.len() as f64;
        let corner = |(k, (off, reach)): (usize, &(f64, f64))| {
            middle.destination(turn + (k as f64 + off) * step, reach * size_m)
        };
        (middle, arms.iter().enumerate().map(corner).collect())
    })
}

/// The place at a share of the way from one to another.
fn between(from: Position, to: Position, share: f64) -> Position {
    let (distance_m, azimuth_deg, _) = from.inverse(to);
    from.destination(azimuth_deg, distance_m * share)
}

/// Whether the grown image of the outline holds a place: what every covering rests on.
fn image_holds(outline: &Outline, there: Position) -> bool {
    let (number, at) = face_of(there.ecef());
    faces(outline).iter().filter(|face| face.number == number).any(|face| {
        let growth = Vec2::new(face.growth, face.growth);
        face.contains(at) || face.edges.iter().any(|edge| edge.meets_box(at, growth))
    })
}

fn check_holds(outline: &Outline, places: &[Position], cells_max: usize, level_max: u8) {
    let cover = covering(outline, &limits(cells_max, 0, level_max));
    for &there in places {
        assert!(image_holds(outline, there), "the image misses {there:?}");
        assert!(cover.contains_position(there), "the covering misses {there:?}");
    }
    assert!(cover.cells.len() <= cells_max.max(3), "{} cells", cover.cells.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_covering_holds_every_place_of_a_polygon(
        (middle, corners) in stars(1.0, 1e6),
        at in prop::collection::vec((0_usize..13, 0.0..=1.0, shares()), 30),
        cells_max in 1_usize..300,
        level_max in 0_u8..=30,
    ) {
        let outline = Outline::polygon(&corners);
        prop_assume!(outline.is_ok());
        let places: Vec<Position> = at.iter().map(|&(edge, along, out)| {
            let n = corners.len();
            between(middle, between(corners[edge % n], corners[(edge + 1) % n], along), out)
        }).collect();
        check_holds(&outline.unwrap(), &places, cells_max, level_max);
    }

    #[test]
    fn a_covering_holds_every_place_of_a_circle(
        middle in middles(),
        radius_m in sizes(0.001, 2.5e6),
        at in prop::collection::vec((0.0..360.0, shares()), 30),
        cells_max in 1_usize..300,
        level_max in 0_u8..=30,
    ) {
        let places: Vec<Position> =
            at.iter().map(|&(azimuth, out)| middle.destination(azimuth, radius_m * out)).collect();
        let outline = Outline::circle(middle, radius_m).unwrap();
        check_holds(&outline, &places, cells_max, level_max);
    }

    #[test]
    fn outlines_that_share_a_corner_have_coverings_that_intersect(
        (_, corners) in stars(1.0, 3e5),
        size_m in sizes(1.0, 3e5),
        azimuth in 0.0..360.0,
        (mine, theirs) in (1_usize..600, 1_usize..600),
    ) {
        let shared = corners[0];
        let others = [110.0, 250.0].map(|turn| shared.destination(azimuth + turn / 6.0, size_m));
        let (a, b) = (Outline::polygon(&corners), Outline::polygon(&[shared, others[0], others[1]]));
        prop_assume!(a.is_ok() && b.is_ok());
        check_meet(&a.unwrap(), &b.unwrap(), mine, theirs);
    }

    #[test]
    fn a_circle_that_touches_another_outline_has_a_covering_that_intersects_its_own(
        (middle, corners) in stars(1.0, 3e5),
        radius_m in sizes(0.01, 3e5),
        gap_m in prop_oneof![Just(0.0), Just(0.002), 0.0..0.01],
        along in 0.0..=1.0,
        (mine, theirs) in (1_usize..600, 1_usize..600),
    ) {
        let polygon = Outline::polygon(&corners);
        prop_assume!(polygon.is_ok());
        // On the outer normal of an edge, and in line with the middle of another circle.
        let contact = between(corners[0], corners[1], along);
        let (_, azimuth, _) = contact.inverse(corners[1]);
        let beside = contact.destination(azimuth - 90.0, radius_m + gap_m);
        let outer = Outline::circle(beside, radius_m).unwrap();
        let polygon = polygon.unwrap();
        // The exact test surely accepts 2 mm, and may accept up to 1 cm.
        if gap_m <= 0.002 || touch(&polygon, &outer) {
            check_meet(&polygon, &outer, mine, theirs);
        }
        let inner_m = contact.distance_m(middle);
        let far = middle.destination(middle.inverse(contact).1, inner_m + gap_m + radius_m);
        prop_assume!(inner_m > 0.001);
        let inner = Outline::circle(middle, inner_m).unwrap();
        let outer = Outline::circle(far, radius_m).unwrap();
        if gap_m <= 0.002 || touch(&inner, &outer) {
            check_meet(&inner, &outer, mine, theirs);
        }
    }

    #[test]
    fn no_cell_lies_wholly_outside(
        (middle, corners) in stars(100.0, 1e6),
        cells_max in 1_usize..100,
    ) {
        let polygon = Outline::polygon(&corners);
        prop_assume!(polygon.is_ok());
        let polygon = polygon.unwrap();
        let circle = Outline::circle(middle, middle.distance_m(corners[0])).unwrap();
        for outline in [&polygon, &circle] {
            // A circle's polygon sticks out by 0.5 % at its corners.
            let spare_m = 1.0 + if outline.as_circle().is_some() { 0.006 * outline.reach_m() } else { 0.0 };
            for &id in covering(outline, &limits(cells_max, 4, 22)).cells() {
                let cell = cell_grown(id, spare_m);
                assert!(touch(&cell, outline), "{id:x} lies outside");
            }
        }
    }

    #[test]
    fn all_cells_of_one_level_are_those_that_the_outline_meets(
        (middle, corners) in stars(1_000.0, 20_000.0),
        at in prop::collection::vec((0_usize..13, 0.0..=1.0, shares()), 30),
    ) {
        let outline = Outline::polygon(&corners);
        prop_assume!(outline.is_ok());
        let outline = outline.unwrap();
        let cover = fixed_level(&outline, 13, 10_000).unwrap();
        assert!(cover.cells.windows(2).all(|pair| pair[0] < pair[1]));
        for &id in cover.cells() {
            assert_eq!(CellID(id).level(), 13);
            assert!(touch(&cell_grown(id, 0.5), &outline), "{id:x} lies outside");
        }
        for (edge, along, out) in at {
            let n = corners.len();
            let there =
                between(middle, between(corners[edge % n], corners[(edge + 1) % n], along), out);
            assert!(cover.contains_position(there));
        }
    }

    #[test]
    fn places_have_the_cells_that_s2_gives_them(there in middles()) {
        let (face, at) = face_of(there.ecef());
        let ours = CellID::from_face_ij(face, ij_at(at.x) as i32, ij_at(at.y) as i32);
        let theirs = CellID::from(LatLng::from_degrees(there.lat_deg(), there.lng_deg()));
        // On a border rounding decides; a leaf is up to 2.4e-9 across.
        let apart = ours.raw_point().normalize() - theirs.raw_point().normalize();
        assert!(ours == theirs || apart.norm() < 3e-9, "{there:?}");
    }
}

/// Outlines that touch have coverings that intersect, whatever the limits of each.
fn check_meet(a: &Outline, b: &Outline, mine: usize, theirs: usize) {
    assert!(touch(a, b));
    for (levels, other_levels) in [((0, 30), (0, 30)), ((5, 13), (0, 24))] {
        let first = covering(a, &limits(mine, levels.0.min(3), levels.1));
        let second = covering(b, &limits(theirs, other_levels.0, other_levels.1));
        assert!(first.intersects(&second) && second.intersects(&first));
    }
}

/// A cell's outline by the s2 crate, its corners moved out by some metres and by what its edges,
/// great circles, differ from geodesics.
pub(super) fn cell_grown(id: u64, by_m: f64) -> Outline {
    let cell = S2Cell::from(CellID(id));
    let position = |v: s2::r3::vector::Vector| {
        let lat_rad = libm::atan2(v.z, (v.x * v.x + v.y * v.y).sqrt());
        place(lat_rad.to_degrees(), libm::atan2(v.y, v.x).to_degrees())
    };
    let middle = position(CellID(id).raw_point());
    let corners: Vec<Position> = (0..4).map(|k| position(cell.vertex(k).0)).collect();
    let edge_m = corners[0].distance_m(corners[1]).max(corners[1].distance_m(corners[2]));
    let by_m = 1.5 * (by_m + stray_m(edge_m) * 1.2);
    let moved = corners.iter().map(|&corner| {
        let (distance_m, azimuth_deg, _) = middle.inverse(corner);
        middle.destination(azimuth_deg, distance_m + by_m)
    });
    Outline::polygon(&moved.collect::<Vec<_>>()).unwrap()
}

#[test]
fn outlines_on_both_sides_of_a_cells_border_5_mm_apart_have_coverings_that_intersect() {
    for (lat, lng) in [(0.0, 0.0), (10.0, 45.0), (-20.0, 135.0), (30.0, 180.0), (5.0, 90.0)] {
        for size_m in [0.5, 100.0, 10_000.0] {
            let border = place(lat, lng);
            let square = |towards: f64| {
                let near = border.destination(towards, 0.0024);
                let corners = [-1.0, 1.0].map(|side| near.destination(90.0 + side * 90.0, size_m));
                let far = corners.map(|corner| corner.destination(towards, size_m));
                Outline::polygon(&[corners[0], corners[1], far[1], far[0]]).unwrap()
            };
            let (east, west) = (square(90.0), square(-90.0));
            for cells_max in [4, 40, 4_000] {
                check_meet(&east, &west, cells_max, cells_max);
            }
        }
    }
}

#[test]
fn edges_of_20_km_stay_within_the_image_where_they_stray_most() {
    for lat in -8..=8 {
        let middle = place(f64::from(lat) * 10.0, 63.0);
        let ring: Vec<Position> =
            (0..6).map(|k| middle.destination(f64::from(k) * 60.0 + 7.0, 19_990.0)).collect();
        let outline = Outline::polygon(&ring).unwrap();
        for k in 0..6 {
            let there = between(ring[k], ring[(k + 1) % 6], 0.5);
            assert!(image_holds(&outline, there), "{there:?}");
        }
    }
}

#[test]
fn geodesics_stray_less_from_great_circles_than_stated() {
    let normal = |p: Position| {
        let (sin_lat, cos_lat) = libm::sincos(p.lat_deg().to_radians());
        let (sin_lng, cos_lng) = libm::sincos(p.lng_deg().to_radians());
        Vec3::new(cos_lat * cos_lng, cos_lat * sin_lng, sin_lat)
    };
    for length_m in [20_000.0, 100_000.0, 300_000.0, 600_000.0] {
        let mut most_m = 0.0_f64;
        for lat in -44..=44 {
            for azimuth in 0..36 {
                let from = place(f64::from(lat) * 2.0, 12.0);
                let azimuth = f64::from(azimuth) * 10.0;
                let to = from.destination(azimuth, length_m);
                let across = normal(from).cross(normal(to));
                for share in [0.25, 0.4, 0.5, 0.6, 0.75] {
                    let there = normal(from.destination(azimuth, length_m * share));
                    // The greatest radius of curvature, that at the poles.
                    most_m = most_m.max(across.dot(there).abs() / across.norm() * 6_399_594.0);
                }
            }
        }
        let per_square = most_m / (length_m / 100_000.0).powi(2);
        assert!((0.6..STRAY_OF_100_KM_M).contains(&per_square), "{length_m} m: {per_square}");
    }
}

#[test]
fn holes_and_many_corners_are_left_out_and_kept() {
    let middle = place(47.0, 8.0);
    let ring = |radius_m: f64, count: u32| -> Vec<Position> {
        let step = 360.0 / f64::from(count);
        (0..count).map(|k| middle.destination(f64::from(k) * step, radius_m)).collect()
    };
    let outline = Outline::polygon_with_holes(&[ring(10_000.0, 900), ring(5_000.0, 400)]).unwrap();
    let cover = fixed_level(&outline, 15, 100_000).unwrap();
    for (radius_m, held) in
        [(0.0, false), (4_500.0, false), (5_001.0, true), (9_999.0, true), (10_500.0, false)]
    {
        for azimuth in 0..90 {
            let there = middle.destination(f64::from(azimuth) * 4.0, radius_m);
            assert_eq!(cover.contains_position(there), held, "{radius_m} m at {azimuth}");
        }
    }
}

#[test]
fn limits_bind() {
    let circle = Outline::circle(place(51.0, 4.0), 30_000.0).unwrap();
    let cover = covering(&circle, &limits(10, 9, 11));
    assert!(cover.cells().iter().all(|&id| (9..=11).contains(&CellID(id).level())));
    assert_eq!(covering(&circle, &limits(0, 0, 30)).cells().len(), 1);
    let refused = fixed_level(&circle, 13, 100).unwrap_err();
    assert_eq!(refused.to_string(), "outline: touches more than 100 cells of level 13");
    assert!(fixed_level(&circle, 30, 1_000_000).is_err());
}
