//! Depths against closed forms and against a brute-force search over pushes.

use super::{Planar, penetration_depth, ring_contains};
use crate::vector::Vec2;

/// A ring from coordinate pairs.
fn ring(points: &[(f64, f64)]) -> Vec<Vec2> {
    points.iter().map(|&(x, y)| Vec2::new(x, y)).collect()
}

/// A rectangle by its low and high corner.
fn rectangle(x: f64, y: f64, x_high: f64, y_high: f64) -> Vec<Vec2> {
    ring(&[(x, y), (x_high, y), (x_high, y_high), (x, y_high)])
}

/// A shape that owns its rings.
#[derive(Debug, Clone)]
enum Shape {
    Disc(Vec2, f64),
    Region(Vec<Vec<Vec2>>, bool),
}

impl Shape {
    fn with<T>(&self, job: impl FnOnce(&Planar<'_>) -> T) -> T {
        match self {
            Self::Disc(centre, radius_m) => {
                job(&Planar::Disc { centre: *centre, radius_m: *radius_m })
            }
            Self::Region(rings, convex) => {
                let rings: Vec<&[Vec2]> = rings.iter().map(Vec::as_slice).collect();
                job(&Planar::Region { rings: &rings, convex: *convex })
            }
        }
    }

    fn moved(&self, push: Vec2) -> Self {
        match self {
            Self::Disc(centre, radius_m) => Self::Disc(*centre + push, *radius_m),
            Self::Region(rings, convex) => {
                let moved = |ring: &Vec<Vec2>| ring.iter().map(|p| *p + push).collect();
                Self::Region(rings.iter().map(moved).collect(), *convex)
            }
        }
    }

    fn edges(&self) -> Vec<(Vec2, Vec2)> {
        let Self::Region(rings, _) = self else { return Vec::new() };
        rings
            .iter()
            .flat_map(|ring| (0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()])))
            .collect()
    }

    fn contains(&self, point: Vec2) -> bool {
        match self {
            Self::Disc(centre, radius_m) => (point - *centre).norm() < *radius_m,
            Self::Region(rings, _) => {
                rings.iter().fold(false, |inside, ring| inside ^ ring_contains(ring, point))
            }
        }
    }
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

fn gap_m(point: Vec2, (from, to): (Vec2, Vec2)) -> f64 {
    let edge = to - from;
    let share = ((point - from).dot(edge) / edge.norm2()).clamp(0.0, 1.0);
    (point - from - edge * share).norm()
}

/// Whether the insides meet, for shapes in general position: by crossing edges and by one lying in
/// the other.
fn overlap(a: &Shape, b: &Shape) -> bool {
    match (a, b) {
        (Shape::Disc(p, p_m), Shape::Disc(q, q_m)) => (*p - *q).norm() < p_m + q_m,
        (Shape::Disc(centre, radius_m), region) | (region, Shape::Disc(centre, radius_m)) => {
            region.contains(*centre)
                || region.edges().iter().any(|&edge| gap_m(*centre, edge) < *radius_m)
        }
        _ => {
            let (a_edges, b_edges) = (a.edges(), b.edges());
            let cross = |(p, q): (Vec2, Vec2), (r, s): (Vec2, Vec2)| {
                let side = |from: Vec2, to: Vec2, at: Vec2| (to - from).cross(at - from) > 0.0;
                side(p, q, r) != side(p, q, s) && side(r, s, p) != side(r, s, q)
            };
            a_edges.iter().any(|&(p, _)| b.contains(p))
                || b_edges.iter().any(|&(p, _)| a.contains(p))
                || a_edges.iter().any(|&p| b_edges.iter().any(|&q| cross(p, q)))
        }
    }
}

fn direction(angle_rad: f64) -> Vec2 {
    let (sin, cos) = libm::sincos(angle_rad);
    Vec2::new(cos, sin)
}

/// The shortest push found by trying, at most `limit_m`: directions in steps, lengths in steps, each
/// hit bisected; then finer directions round the best ones.
fn tried_depth_m(a: &Shape, b: &Shape, limit_m: f64) -> f64 {
    let shortest_m = |angle_rad: f64, limit_m: f64| {
        let parts = |length_m: f64| !overlap(&a.moved(direction(angle_rad) * length_m), b);
        let step_m = limit_m / 50.0;
        let hit = (0..=50).map(|step| step_m * f64::from(step)).find(|&length_m| parts(length_m));
        hit.map(|hit_m| {
            let (mut low_m, mut high_m) = ((hit_m - step_m).max(0.0), hit_m);
            for _ in 0..40 {
                let middle_m = 0.5 * (low_m + high_m);
                if parts(middle_m) { high_m = middle_m } else { low_m = middle_m }
            }
            high_m
        })
    };
    let spacing_rad = std::f64::consts::TAU / 240.0;
    let mut tried: Vec<(f64, f64)> = (0..240)
        .map(|step| f64::from(step) * spacing_rad)
        .filter_map(|angle_rad| Some((shortest_m(angle_rad, limit_m)?, angle_rad)))
        .collect();
    tried.sort_by(|p, q| p.0.total_cmp(&q.0));
    tried.truncate(6);
    let mut best_m = tried.first().map_or(f64::INFINITY, |&(length_m, _)| length_m);
    for &(_, angle_rad) in &tried {
        let (mut centre_rad, mut spread_rad) = (angle_rad, spacing_rad);
        for _ in 0..8 {
            let finer = (-5..=5)
                .map(|step| centre_rad + spread_rad * f64::from(step) / 5.0)
                .filter_map(|angle_rad| Some((shortest_m(angle_rad, limit_m)?, angle_rad)))
                .min_by(|p, q| p.0.total_cmp(&q.0));
            let Some((length_m, angle_rad)) = finer else { break };
            best_m = best_m.min(length_m);
            (centre_rad, spread_rad) = (angle_rad, spread_rad / 3.0);
        }
    }
    best_m
}

/// Deterministic random numbers (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A ring round a centre with random radii: simple, mostly with bays.
    fn star(&mut self, corners: u32, centre: Vec2, low_m: f64, high_m: f64) -> Vec<Vec2> {
        let turn = self.between(0.0, 1.0);
        let mut ring: Vec<Vec2> = (0..corners)
            .map(|corner| {
                let share =
                    (f64::from(corner) + turn + self.between(0.0, 0.7)) / f64::from(corners);
                centre + direction(std::f64::consts::TAU * share) * self.between(low_m, high_m)
            })
            .collect();
        if self.next().is_multiple_of(2) {
            ring.reverse();
        }
        ring
    }

    /// A shape of about 100 m: a disc, a convex ring, a star, a star with a hole or two stars.
    fn shape(&mut self) -> Shape {
        let centre = Vec2::new(self.between(-60.0, 60.0), self.between(-60.0, 60.0));
        match self.next() % 6 {
            0 => Shape::Disc(centre, self.between(10.0, 80.0)),
            1 => convex(super::convex::hull(&self.star(9, centre, 60.0, 100.0))),
            2 => plain(vec![self.star(11, centre, 70.0, 110.0), self.star(7, centre, 20.0, 55.0)]),
            3 => plain(vec![
                self.star(8, centre - Vec2::new(70.0, 0.0), 20.0, 65.0),
                self.star(8, centre + Vec2::new(70.0, 0.0), 20.0, 65.0),
            ]),
            _ => plain(vec![self.star(12, centre, 20.0, 110.0)]),
        }
    }
}

/// 150 pairs as in [`Dice::shape`], nearly all overlapping, about half with a way out through a bay,
/// a hole or between parts.
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
    // The corner (10, 10) is 2 past the diamond's centre line x + y = 18, whose edges are 4 away; out
    // over x + y = 14 the square's corner has (20 - 14) / sqrt 2 to go; straight out it has 5.
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
fn outlines_without_an_inside_have_no_depth() {
    let square = convex(rectangle(0.0, 0.0, 10.0, 10.0));
    for empty in [vec![], ring(&[(5.0, 5.0)]), ring(&[(5.0, 5.0), (5.0, 5.0), (5.0, 5.0)])] {
        check(&square, &convex(empty), 0.0);
    }
    check(&square, &plain(vec![]), 0.0);
}
