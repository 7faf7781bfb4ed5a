//! Common areas and unions against areas from arithmetic.

use super::{Area, area2, common_area, union_of_areas, union_of_parts};
use crate::depth::{Planar, penetration_depth};
use crate::ring::ring_contains;
use crate::vector::Vec2;

fn ring(points: &[(f64, f64)]) -> Vec<Vec2> {
    points.iter().map(|&(x, y)| Vec2::new(x, y)).collect()
}

fn rectangle(x: f64, y: f64, x_high: f64, y_high: f64) -> Vec<Vec2> {
    ring(&[(x, y), (x_high, y), (x_high, y_high), (x, y_high)])
}

fn regular(corners: u32, centre: Vec2, radius_m: impl Fn(u32) -> f64) -> Vec<Vec2> {
    let at = |corner: u32| {
        let (sin, cos) =
            libm::sincos(std::f64::consts::TAU * f64::from(corner) / f64::from(corners));
        centre + Vec2::new(cos, sin) * radius_m(corner)
    };
    (0..corners).map(at).collect()
}

fn disc(x: f64, y: f64, radius_m: f64) -> Planar<'static> {
    Planar::Disc { centre: Vec2::new(x, y), radius_m }
}

/// Square metres; holes count against it only if they are wound the other way.
fn area_m2(area: &Area) -> f64 {
    area.iter().flatten().map(|ring| 0.5 * area2(ring)).sum()
}

/// The promises of [`Area`] about winding, start and closing.
#[track_caller]
fn assert_well_formed(area: &Area) {
    for polygon in area {
        for (index, ring) in polygon.iter().enumerate() {
            assert!(ring.len() >= 3 && ring.first() != ring.last());
            assert_eq!(area2(ring) > 0.0, index == 0, "{ring:?}");
            assert!(ring.iter().all(|p| super::compare(ring[0], *p).is_le()), "{ring:?}");
        }
    }
}

#[track_caller]
fn assert_area(area: &Area, expected_m2: f64, relative: f64) {
    assert_well_formed(area);
    let got_m2 = area_m2(area);
    assert!((got_m2 - expected_m2).abs() <= relative * expected_m2, "{got_m2} not {expected_m2}");
}

#[track_caller]
fn check(a: &Planar<'_>, b: &Planar<'_>, expected_m2: f64, relative: f64) -> Area {
    for (a, b) in [(b, a), (a, b)] {
        assert_area(&common_area(a, b), expected_m2, relative);
    }
    common_area(a, b)
}

/// Area of two discs' lens by numeric integration across it, which needs no difference of large
/// numbers.
fn lens_m2(a_m: f64, b_m: f64, overlap_m: f64) -> f64 {
    let apart_m = a_m + b_m - overlap_m;
    let a_sagitta_m = overlap_m * (2.0 * b_m - overlap_m) / (2.0 * apart_m);
    let half2 = a_sagitta_m * (2.0 * a_m - a_sagitta_m);
    let half_m = half2.sqrt();
    let steps = 20_000;
    let width_m = |y_m: f64| {
        let sagitta =
            |radius_m: f64| y_m * y_m / (radius_m + (radius_m * radius_m - y_m * y_m).sqrt());
        (overlap_m - sagitta(a_m) - sagitta(b_m)).max(0.0)
    };
    let middle = |step: i32| half_m * (2.0 * (f64::from(step) + 0.5) / f64::from(steps) - 1.0);
    (0..steps).map(|step| width_m(middle(step))).sum::<f64>() * 2.0 * half_m / f64::from(steps)
}

#[test]
fn discs_that_overlap_by_a_centimetre_share_a_thin_lens() {
    for a_m in [300.0, 5_000.0, 100_000.0] {
        for b_m in [300.0, 20_000.0, 100_000.0] {
            for overlap_m in [0.002, 0.01, 1.0] {
                let apart_m = a_m + b_m - overlap_m;
                let (x, y) = (0.6 * apart_m, 0.8 * apart_m);
                check(&disc(0.0, 0.0, a_m), &disc(x, y, b_m), lens_m2(a_m, b_m, overlap_m), 3e-3);
            }
        }
    }
}

#[test]
fn a_disc_in_a_disc_is_the_common_area() {
    let expected_m2 = std::f64::consts::PI * 100.0 * 100.0;
    check(&disc(0.0, 0.0, 100.0), &disc(3.0, 4.0, 500.0), expected_m2, 1e-3);
    check(&disc(0.0, 0.0, 100.0), &disc(0.0, 0.0, 100.0), expected_m2, 1e-3);
    assert!(common_area(&disc(0.0, 0.0, 100.0), &disc(300.0, 400.0, 400.0)).is_empty());
}

#[test]
fn a_disc_that_reaches_a_centimetre_over_an_edge_shares_a_thin_segment() {
    for radius_m in [300.0, 5_000.0, 100_000.0] {
        for over_m in [0.002, 0.01, 1.0] {
            let plate = rectangle(-200_000.0, -200_000.0, 200_000.0, over_m - radius_m);
            let rings = [plate.as_slice()];
            // A thin segment: two thirds of chord times height, to 1 in 300.
            let half_m = (over_m * (2.0 * radius_m - over_m)).sqrt();
            for convex in [true, false] {
                let plate = Planar::Region { rings: &rings, convex };
                let expected_m2 = 4.0 / 3.0 * half_m * over_m;
                let relative = if convex { 0.01 } else { 0.05 };
                check(&disc(0.0, 0.0, radius_m), &plate, expected_m2, relative);
            }
        }
    }
}

#[test]
fn a_small_part_just_inside_a_circle_is_not_cut_off() {
    let dot = rectangle(99_990.0, 1.0, 99_999.0, 2.0);
    let far = rectangle(-10.0, -10.0, 10.0, 10.0);
    let rings = [dot.as_slice(), far.as_slice()];
    let region = Planar::Region { rings: &rings, convex: false };
    check(&disc(0.0, 0.0, 100_000.0), &region, 9.0 + 400.0, 1e-5);
    let rings = [dot.as_slice()];
    let region = Planar::Region { rings: &rings, convex: true };
    check(&disc(0.0, 0.0, 100_000.0), &region, 9.0, 1e-9);
}

#[test]
fn convex_regions_share_what_arithmetic_says() {
    let a = rectangle(0.0, 0.0, 10.0, 10.0);
    let mut clockwise = rectangle(8.0, 3.0, 20.0, 6.0);
    clockwise.reverse();
    let diamond = ring(&[(13.0, 9.0), (9.0, 13.0), (5.0, 9.0), (9.0, 5.0)]);
    // The diamond less its corners beyond x = 10 and y = 10 (3 x 3 each), which overlap in the
    // triangle between (10, 10), (12, 10) and (10, 12).
    for (other, expected_m2) in [(&clockwise, 6.0), (&diamond, 32.0 - 9.0 - 9.0 + 2.0)] {
        for convex in [true, false] {
            let (a, b) = ([a.as_slice()], [other.as_slice()]);
            let (a, b) =
                (Planar::Region { rings: &a, convex }, Planar::Region { rings: &b, convex });
            check(&a, &b, expected_m2, 1e-6);
        }
    }
    let (a, touching) = ([a.as_slice()], rectangle(10.0, 3.0, 20.0, 6.0));
    let touching = [touching.as_slice()];
    for convex in [true, false] {
        let (a, b) =
            (Planar::Region { rings: &a, convex }, Planar::Region { rings: &touching, convex });
        assert!(common_area(&a, &b).is_empty());
    }
}

#[test]
fn slivers_of_large_shapes_survive() {
    // An L of 80 km whose long edge is skew to the axes, and a plate that reaches over that edge.
    let skew = |p: Vec2| Vec2::new(0.8 * p.x - 0.6 * p.y, 0.6 * p.x + 0.8 * p.y);
    let l = ring(&[
        (0.0, 0.0),
        (80_000.0, 0.0),
        (80_000.0, 40_000.0),
        (40_000.0, 40_000.0),
        (40_000.0, 80_000.0),
        (0.0, 80_000.0),
    ]);
    for (deep_m, relative) in [(0.002, 0.2), (0.01, 0.05), (1.0, 0.001)] {
        for long_m in [0.1, 100.0, 60_000.0] {
            let plate = rectangle(9_000.0, -50_000.0, 9_000.0 + long_m, deep_m);
            let turned = |ring: &[Vec2]| ring.iter().map(|p| skew(*p)).collect::<Vec<_>>();
            let (l, plate) = (turned(&l), turned(&plate));
            let (l, plate) = ([l.as_slice()], [plate.as_slice()]);
            let l = Planar::Region { rings: &l, convex: false };
            let plate = Planar::Region { rings: &plate, convex: true };
            check(&l, &plate, deep_m * long_m, relative);
        }
    }
}

#[test]
fn holes_and_components_are_kept() {
    let outer = rectangle(0.0, 0.0, 30.0, 30.0);
    let hole = rectangle(10.0, 10.0, 20.0, 20.0);
    let island = rectangle(14.0, 14.0, 16.0, 16.0);
    let rings = [island.as_slice(), outer.as_slice(), hole.as_slice()];
    let nested = Planar::Region { rings: &rings, convex: false };
    let cover = rectangle(5.0, -5.0, 40.0, 40.0);
    let cover = [cover.as_slice()];
    let cover = Planar::Region { rings: &cover, convex: true };
    let common = check(&nested, &cover, 25.0 * 30.0 - 100.0 + 4.0, 1e-6);
    assert_eq!(common.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
    let whole = check(&nested, &disc(15.0, 15.0, 100.0), 900.0 - 100.0 + 4.0, 1e-6);
    assert_eq!(whole.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
    check(&nested, &disc(12.0, 12.0, 1.0), 0.0, 0.0);
}

/// Stars of 12 corners round the origin and discs or stars up to 120 m off: the area agrees with a
/// count of grid points, and shapes that overlap by 2 mm share something.
#[test]
fn common_areas_agree_with_counted_grid_points() {
    let mut overlapping = 0;
    for seed in 0..40u32 {
        let wave = |corner: u32| 60.0 + 40.0 * f64::from((corner * 7 + seed * 13) % 11) / 10.0;
        let off = Vec2::new(f64::from(seed * 37 % 240) - 120.0, f64::from(seed * 91 % 200) - 100.0);
        let (a, b) = (regular(12, Vec2::default(), wave), regular(9, off, wave));
        let (a_rings, b_rings) = ([a.as_slice()], [b.as_slice()]);
        let star = Planar::Region { rings: &a_rings, convex: false };
        for other in
            [Planar::Region { rings: &b_rings, convex: false }, disc(off.x, off.y, wave(seed))]
        {
            let common = common_area(&star, &other);
            assert_well_formed(&common);
            let in_other = |p: Vec2| match other {
                Planar::Disc { centre, radius_m } => (p - centre).norm() < radius_m,
                Planar::Region { .. } => ring_contains(&b, p),
            };
            let counted: f64 = (-200..200)
                .flat_map(|x| (-200..200).map(move |y| (f64::from(x) * 0.5, f64::from(y) * 0.5)))
                .map(|(x, y)| Vec2::new(x + 0.123, y + 0.234))
                .filter(|&p| ring_contains(&a, p) && in_other(p))
                .map(|_| 0.25)
                .sum();
            let got_m2 = area_m2(&common);
            assert!(
                (got_m2 - counted).abs() < 40.0 + 0.004 * counted,
                "{seed}: {got_m2} {counted}"
            );
            if penetration_depth(&star, &other).depth_m > 0.002 {
                overlapping += 1;
                assert!(!common.is_empty(), "seed {seed}");
            }
        }
    }
    assert!(overlapping > 40, "only {overlapping} overlap");
}

#[test]
fn the_union_of_overlapping_areas_counts_the_overlap_once() {
    let square = |x: f64| vec![vec![rectangle(x, 0.0, x + 10.0, 10.0)]];
    assert_area(&union_of_areas(vec![square(0.0), square(6.0), square(30.0)]), 260.0, 1e-9);
    assert_eq!(union_of_areas(vec![square(0.0), square(6.0), square(30.0)]).len(), 2);
    // Side by side: joined into one, without the seam.
    assert_eq!(
        union_of_areas(vec![square(0.0), square(10.0)]),
        vec![vec![rectangle(0.0, 0.0, 20.0, 10.0)]]
    );
    let mut inner = rectangle(2.0, 2.0, 8.0, 8.0);
    inner.reverse();
    let frame = vec![vec![rectangle(0.0, 0.0, 10.0, 10.0), inner]];
    let plug = vec![vec![rectangle(2.0, 2.0, 4.0, 8.0)]];
    let joined = union_of_areas(vec![frame.clone(), plug]);
    assert_area(&joined, 64.0 + 12.0, 1e-9);
    assert_eq!(joined[0].len(), 2);
    assert_area(&union_of_areas(vec![frame.clone(), frame]), 64.0, 1e-9);
    assert!(union_of_areas(vec![]).is_empty());
    // A lens of 1 cm by 63 m beside a square of 100 km.
    let thin = common_area(&disc(0.0, 0.0, 1e5), &disc(199_999.99, 0.0, 1e5));
    let thin_m2 = area_m2(&thin);
    let large = vec![vec![rectangle(-2e5, 0.0, -1e5, 1e5)]];
    let joined = union_of_areas(vec![large, thin]);
    assert_eq!(joined.len(), 2);
    assert_area(&vec![joined[1].clone()], thin_m2, 0.05);
}

#[test]
fn a_simple_outline_comes_out_as_it_is() {
    let mut l =
        ring(&[(0.0, 0.0), (70.1, 0.3), (70.7, 40.9), (41.3, 43.7), (40.1, 81.1), (0.2, 80.3)]);
    assert_eq!(union_of_parts(&l), vec![vec![l.clone()]]);
    let expected = l.clone();
    l.reverse();
    l.rotate_left(2);
    assert_eq!(union_of_parts(&l), vec![vec![expected]]);
}

#[test]
fn a_figure_of_eight_keeps_both_lobes() {
    let eight = ring(&[(0.0, 0.0), (10.0, 10.0), (10.0, 0.0), (0.0, 10.0)]);
    let parts = union_of_parts(&eight);
    assert_area(&parts, 50.0, 1e-9);
    assert_eq!(
        parts,
        vec![
            vec![ring(&[(0.0, 0.0), (5.0, 5.0), (0.0, 10.0)])],
            vec![ring(&[(5.0, 5.0), (10.0, 0.0), (10.0, 10.0)])],
        ]
    );
}

#[test]
fn what_is_wound_twice_is_inside() {
    let once = rectangle(0.0, 0.0, 10.0, 10.0);
    let twice = [once.clone(), rectangle(0.0, 0.0, 5.0, 5.0)].concat();
    assert_area(&union_of_parts(&twice), 100.0, 1e-9);
    assert_eq!(union_of_parts(&[once.clone(), once.clone()].concat()), vec![vec![once]]);
    // A five-pointed star: the pentagon in the middle is wound twice.
    let tips = regular(5, Vec2::default(), |_| 10.0);
    let star: Vec<Vec2> = [0, 2, 4, 1, 3].iter().map(|&tip: &usize| tips[tip]).collect();
    let parts = union_of_parts(&star);
    assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), [1]);
    // Five kites between centre, tip and inner corners: 5 R r sin 36, with r = R cos 72 / cos 36.
    let (sin, cos) = libm::sincos(std::f64::consts::PI / 5.0);
    let inner_m = 10.0 * libm::cos(std::f64::consts::TAU / 5.0) / cos;
    assert_area(&parts, 5.0 * 10.0 * inner_m * sin, 1e-6);
}

#[test]
fn a_keyhole_keeps_its_hole() {
    let keyhole = ring(&[
        (0.0, 0.0),
        (10.0, 0.0),
        (10.0, 10.0),
        (0.0, 10.0),
        (0.0, 0.0),
        (3.0, 3.0),
        (3.0, 6.0),
        (6.0, 6.0),
        (6.0, 3.0),
        (3.0, 3.0),
    ]);
    let parts = union_of_parts(&keyhole);
    assert_area(&parts, 91.0, 1e-9);
    assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), [2]);
}

#[test]
fn parts_joined_by_a_spike_are_kept_apart() {
    let barbell = ring(&[
        (0.0, 0.0),
        (10.0, 0.0),
        (10.0, 5.0),
        (20.0, 5.0),
        (20.0, 0.0),
        (30.0, 0.0),
        (30.0, 10.0),
        (20.0, 10.0),
        (20.0, 5.0),
        (10.0, 5.0),
        (10.0, 10.0),
        (0.0, 10.0),
    ]);
    assert_eq!(
        union_of_parts(&barbell),
        vec![vec![rectangle(0.0, 0.0, 10.0, 10.0)], vec![rectangle(20.0, 0.0, 30.0, 10.0)]]
    );
    // Nothing but a spike.
    assert!(union_of_parts(&ring(&[(0.0, 0.0), (10.0, 0.0), (5.0, 0.0)])).is_empty());
}
