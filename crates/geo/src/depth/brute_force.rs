//! Depth by trying pushes, for tests: knows nothing of convex pieces or Minkowski differences.

use super::Planar;
use crate::ring::ring_contains;
use crate::vector::Vec2;

/// A shape that owns its rings.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    Disc(Vec2, f64),
    Region(Vec<Vec<Vec2>>, bool),
}

impl Shape {
    pub(super) fn with<T>(&self, job: impl FnOnce(&Planar<'_>) -> T) -> T {
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

    pub(super) fn moved(&self, push: Vec2) -> Self {
        match self {
            Self::Disc(centre, radius_m) => Self::Disc(*centre + push, *radius_m),
            Self::Region(rings, convex) => {
                let moved = |ring: &Vec<Vec2>| ring.iter().map(|p| *p + push).collect();
                Self::Region(rings.iter().map(moved).collect(), *convex)
            }
        }
    }

    pub(super) fn edges(&self) -> Vec<(Vec2, Vec2)> {
        let Self::Region(rings, _) = self else { return Vec::new() };
        rings
            .iter()
            .flat_map(|ring| (0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()])))
            .collect()
    }

    pub(super) fn contains(&self, point: Vec2) -> bool {
        match self {
            Self::Disc(centre, radius_m) => (point - *centre).norm() < *radius_m,
            Self::Region(rings, _) => {
                rings.iter().fold(false, |inside, ring| inside ^ ring_contains(ring, point))
            }
        }
    }
}

pub(super) fn gap_m(point: Vec2, (from, to): (Vec2, Vec2)) -> f64 {
    let edge = to - from;
    let share = ((point - from).dot(edge) / edge.norm2()).clamp(0.0, 1.0);
    (point - from - edge * share).norm()
}

/// Whether the insides meet, for shapes in general position: by crossing edges and by one lying in
/// the other.
pub(super) fn overlap(a: &Shape, b: &Shape) -> bool {
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

pub(super) fn direction(angle_rad: f64) -> Vec2 {
    let (sin, cos) = libm::sincos(angle_rad);
    Vec2::new(cos, sin)
}

/// The shortest push found by trying, at most `limit_m`: directions in steps, lengths in steps,
/// each hit bisected; then finer directions round the best ones.
pub(super) fn tried_depth_m(a: &Shape, b: &Shape, limit_m: f64) -> f64 {
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
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A ring round a centre with random radii: simple, mostly with bays.
    pub(super) fn star(
        &mut self,
        corners: u32,
        centre: Vec2,
        low_m: f64,
        high_m: f64,
    ) -> Vec<Vec2> {
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
    pub(super) fn shape(&mut self) -> Shape {
        let centre = Vec2::new(self.between(-60.0, 60.0), self.between(-60.0, 60.0));
        match self.next() % 6 {
            0 => Shape::Disc(centre, self.between(10.0, 80.0)),
            1 => Shape::Region(vec![super::convex::hull(&self.star(9, centre, 60.0, 100.0))], true),
            2 => Shape::Region(
                vec![self.star(11, centre, 70.0, 110.0), self.star(7, centre, 20.0, 55.0)],
                false,
            ),
            3 => Shape::Region(
                vec![
                    self.star(8, centre - Vec2::new(70.0, 0.0), 20.0, 65.0),
                    self.star(8, centre + Vec2::new(70.0, 0.0), 20.0, 65.0),
                ],
                false,
            ),
            _ => Shape::Region(vec![self.star(12, centre, 20.0, 110.0)], false),
        }
    }
}
