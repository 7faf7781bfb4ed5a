//! Depths against closed forms and against a brute-force search over pushes.

use super::brute_force::{Dice, Shape, direction, tried_depth_m};
use super::penetration_depth;
use crate::vector::Vec2;

/// A ring from coordinate pairs.
fn ring(points: &[(f64, f64)]) -> Vec<Vec2> {
    points.iter().map(|&(x, y)| Vec2::new(x, y)).collect()
}

/// A rectangle by its low and high corner.
fn rectangle(x: f64, y: f64, x_high: f64, y_high: f64) -> Vec<Vec2> {
    ring(&[(x, y), (x_high, y), (x_high, y_high), (x, y_high)])
}

fn depth_m(a: &Shape, b: &Shape) -> f64 {
    let depth = a.with(|a| b.with(|b| penetration_depth(a, b)));
    assert!(depth.exact);
    depth.depth_m
}

#[track_caller]
fn check(a: &Shape, b: &Shape, expected_m: f64) {
    for (a, b) in [(a, b), (b, a)] {
        let got_m = depth_m(a, b);
        assert!((got_m - expected_m).abs() < 1e-6, "{got_m} instead of {expected_m}: {a:?} {b:?}");
    }
}

fn convex(ring: Vec<Vec2>) -> Shape {
    Shape::Region(vec![ring], true)
}

fn plain(rings: Vec<Vec<Vec2>>) -> Shape {
    Shape::Region(rings, false)
}

/// 150 pairs as in [`Dice::shape`], more than 100 of them overlapping.
#[test]
fn no_tried_push_is_shorter_and_some_tried_push_is_hardly_longer() {
    let mut overlapping = 0;
    for seed in 0..150 {
        let mut dice = Dice(seed);
        let (a, b) = (dice.shape(), dice.shape());
        let got_m = depth_m(&a, &b);
        let tried_m = tried_depth_m(&a, &b, got_m * 1.05 + 0.1);
        if got_m > 0.0 {
            overlapping += 1;
        }
        assert!(got_m <= tried_m + 1e-6, "seed {seed}: {got_m} but {tried_m} parts {a:?} {b:?}");
        assert!(
            tried_m <= got_m * 1.02 + 0.01,
            "seed {seed}: {got_m}, tried {tried_m} {a:?} {b:?}"
        );
    }
    assert!(overlapping > 100, "only {overlapping} overlap");
}

#[test]
fn convex_rings_have_the_same_depth_with_and_without_the_promise() {
    for seed in 0..300 {
        let mut dice = Dice(seed);
        let a = super::convex::hull(&dice.star(9, Vec2::default(), 60.0, 100.0));
        let centre = Vec2::new(dice.between(-90.0, 90.0), dice.between(-90.0, 90.0));
        let b = super::convex::hull(&dice.star(7, centre, 30.0, 100.0));
        check(
            &plain(vec![a.clone()]),
            &plain(vec![b.clone()]),
            depth_m(&convex(a.clone()), &convex(b.clone())),
        );
        let disc = Shape::Disc(centre, dice.between(1.0, 90.0));
        check(&plain(vec![a.clone()]), &disc, depth_m(&convex(a), &disc));
    }
}

#[test]
fn long_convex_rings_have_the_depth_of_the_circles_they_follow() {
    let circle = |centre: Vec2, radius_m: f64| -> Vec<Vec2> {
        let at = |step: u32| direction(std::f64::consts::TAU * f64::from(step) / 2000.0);
        (0..2000).map(|step| centre + at(step) * radius_m).collect()
    };
    let (a, b) = (circle(Vec2::default(), 1000.0), circle(Vec2::new(1200.0, 900.0), 800.0));
    let got_m = depth_m(&convex(a), &convex(b));
    // 1000 + 800 - 1500; a 2000-gon is within 1000 * (1 - cos(pi / 2000)) = 1.3 mm of its circle.
    assert!((got_m - 300.0).abs() < 0.003, "{got_m}");
}

#[test]
fn convex_shapes_match_closed_forms() {
    let square = convex(rectangle(0.0, 0.0, 10.0, 10.0));
    check(&square, &convex(rectangle(8.0, 3.0, 20.0, 6.0)), 2.0);
    check(&square, &convex(rectangle(10.0, 3.0, 20.0, 6.0)), 0.0);
    check(&square, &convex(rectangle(4.0, 4.0, 5.0, 5.0)), 5.0);
    let diamond = ring(&[(13.0, 9.0), (9.0, 13.0), (5.0, 9.0), (9.0, 5.0)]);
    // Out over the diamond's edge x + y = 14 the square's corner has (20 - 14) / sqrt 2 to go;
    // straight out it is 5.
    check(&square, &convex(diamond), 6.0 / std::f64::consts::SQRT_2);
    check(&square, &Shape::Disc(Vec2::new(13.0, 14.0), 6.0), 1.0);
    check(&square, &Shape::Disc(Vec2::new(7.0, 5.0), 1.0), 4.0);
    check(&Shape::Disc(Vec2::new(3.0, 4.0), 3.0), &Shape::Disc(Vec2::default(), 4.0), 2.0);
    check(&Shape::Disc(Vec2::new(3.0, 4.0), 3.0), &Shape::Disc(Vec2::default(), 1.0), 0.0);
}

/// A plate with a slot from the top, 3 wide and 8 deep.
fn slotted() -> Shape {
    plain(vec![ring(&[
        (-50.0, -50.0),
        (50.0, -50.0),
        (50.0, 0.0),
        (1.5, 0.0),
        (1.5, -8.0),
        (-1.5, -8.0),
        (-1.5, 0.0),
        (-50.0, 0.0),
    ])])
}

#[test]
fn a_shape_may_escape_into_a_slot() {
    check(&slotted(), &convex(rectangle(-0.8, -6.0, 1.8, -5.0)), 0.3);
    check(&slotted(), &convex(rectangle(-1.0, -6.0, 1.0, -5.0)), 0.0);
    check(&slotted(), &convex(rectangle(-1.0, -8.25, 1.0, -5.0)), 0.25);
    check(&slotted(), &Shape::Disc(Vec2::new(1.0, -5.0), 1.0), 0.5);
    // Too wide: up over the rim.
    check(&slotted(), &convex(rectangle(-2.0, -1.0, 2.0, 5.0)), 1.0);
    // A corner of the slot: right 0.5 and up 0.25.
    check(&slotted(), &convex(rectangle(-2.0, -8.25, 0.0, -5.0)), (0.25f64 + 0.0625).sqrt());
}

#[test]
fn a_slot_of_exactly_the_width_of_a_shape_lets_it_in() {
    check(&slotted(), &convex(rectangle(-1.3, -6.0, 1.7, -5.0)), 0.2);
    check(&slotted(), &convex(rectangle(-1.5, -8.0, 1.5, -5.0)), 0.0);
    check(&slotted(), &Shape::Disc(Vec2::new(0.25, -5.0), 1.5), 0.25);
}

#[test]
fn a_shape_may_escape_into_a_hole_or_between_components() {
    let frame = plain(vec![rectangle(-9.0, -9.0, 9.0, 9.0), rectangle(-2.0, -2.0, 2.0, 2.0)]);
    check(&frame, &convex(rectangle(-1.0, -1.0, 1.0, 1.0)), 0.0);
    check(&frame, &convex(rectangle(0.5, 0.0, 2.5, 1.0)), 0.5);
    check(&frame, &Shape::Disc(Vec2::new(1.5, 1.5), 1.0), 0.5f64.sqrt());
    check(&frame, &Shape::Disc(Vec2::new(0.0, 0.3), 2.0), 0.3);
    // Does not fit: straight out.
    check(&frame, &convex(rectangle(-3.0, -3.0, 3.0, 3.0)), 12.0);
    let island = plain(vec![
        rectangle(-0.5, -0.5, 0.5, 0.5),
        rectangle(-2.0, -2.0, 2.0, 2.0),
        rectangle(-9.0, -9.0, 9.0, 9.0),
    ]);
    // Between the island and the frame: 1.5 wide.
    check(&island, &convex(rectangle(0.2, -0.5, 1.2, 0.5)), 0.3);
    let apart = plain(vec![rectangle(0.0, 0.0, 10.0, 10.0), rectangle(14.0, 0.0, 24.0, 10.0)]);
    check(&apart, &convex(rectangle(9.0, 2.0, 12.0, 8.0)), 1.0);
    check(&apart, &Shape::Disc(Vec2::new(12.5, 5.0), 2.0), 0.5);
}

#[test]
fn a_disc_in_a_reentrant_corner_leaves_along_the_diagonal() {
    let notch = plain(vec![ring(&[
        (0.0, 0.0),
        (30.0, 0.0),
        (30.0, -30.0),
        (-30.0, -30.0),
        (-30.0, 30.0),
        (0.0, 30.0),
    ])]);
    check(&notch, &Shape::Disc(Vec2::new(0.2, 0.2), 1.0), 0.8 * std::f64::consts::SQRT_2);
    // The outer corner (30, 0), 0.5 beyond a disc's edge.
    check(&notch, &Shape::Disc(Vec2::new(33.0, 4.0), 5.5), 0.5);
}

#[test]
fn split_edges_and_far_origins_change_nothing() {
    for far_m in [0.0, 1e5, 1e6] {
        let far = Vec2::new(far_m, -far_m);
        let split: Vec<Vec2> =
            (0..40).map(|step| Vec2::new(f64::from(step) * 250.0, 0.0)).collect();
        let mut u = ring(&[
            (10_000.0, 0.0),
            (10_000.0, 9000.0),
            (6000.0, 9000.0),
            (6000.0, 1000.0),
            (4000.0, 1000.0),
            (4000.0, 9000.0),
            (0.0, 9000.0),
        ]);
        u.splice(0..0, split);
        let u = plain(vec![u]).moved(far);
        check(&u, &convex(rectangle(4500.0, 900.0, 5500.0, 2000.0)).moved(far), 100.0);
        check(&u, &Shape::Disc(Vec2::new(5000.0, 2000.0), 1000.0).moved(far), 0.0);
        check(&u, &Shape::Disc(Vec2::new(5000.0, 1990.0), 1000.0).moved(far), 10.0);
    }
}

#[test]
fn too_many_pieces_give_the_push_that_parts_the_hulls_and_say_so() {
    let jagged = |centre: Vec2| -> Vec<Vec2> {
        let radius_m = |corner: u32| if corner.is_multiple_of(2) { 100.0 } else { 90.0 };
        (0..3000)
            .map(|corner| {
                centre
                    + direction(std::f64::consts::TAU * f64::from(corner) / 3000.0)
                        * radius_m(corner)
            })
            .collect()
    };
    let (a, b) = (plain(vec![jagged(Vec2::default())]), plain(vec![jagged(Vec2::new(30.0, 40.0))]));
    let depth = a.with(|a| b.with(|b| penetration_depth(a, b)));
    assert!(!depth.exact);
    // The hulls are 1500-gons in circles of 100 m, short of them by 100 * (1 - cos(pi / 1500)).
    assert!((depth.depth_m - 150.0).abs() < 1e-3, "{depth:?}");
}

#[test]
fn a_disc_amid_a_ring_of_many_edges_is_searched_in_full() {
    let circle = |radius_m: f64| -> Vec<Vec2> {
        let at = |step: u32| direction(std::f64::consts::TAU * f64::from(step) / 120.0);
        (0..120).map(|step| at(step) * radius_m).collect()
    };
    let ring = plain(vec![circle(10_000.0), circle(5_000.0)]);
    // Too large for the hole; out over the middle of any outer edge.
    let expected_m = 10_000.0 * libm::cos(std::f64::consts::PI / 120.0) + 6_000.0;
    check(&ring, &Shape::Disc(Vec2::default(), 6_000.0), expected_m);
    check(&ring, &Shape::Disc(Vec2::default(), 4_900.0), 0.0);
}

#[test]
fn outlines_without_an_inside_have_no_depth() {
    let square = convex(rectangle(0.0, 0.0, 10.0, 10.0));
    for empty in [
        vec![],
        ring(&[(5.0, 5.0)]),
        ring(&[(5.0, 5.0), (5.0, 5.0), (5.0, 5.0)]),
        ring(&[(2.0, 5.0), (5.0, 5.0), (8.0, 5.0)]),
    ] {
        check(&square, &convex(empty), 0.0);
    }
    check(&square, &plain(vec![]), 0.0);
}
