//! The worlds: routes of circles that turn at random, near each other and far, one above the other,
//! back over their own way, and across the borders of the cube's faces.

use keepclear_geo::Position;

use super::*;

const SECOND_US: i64 = 1_000_000;

/// SplitMix64 (Steele, Lea and Flood 2014), from 0 to 1.
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Centre, radius in metres and span of each volume.
fn route(rng: &mut Rng, from: Position, volumes: usize, step_m: f64) -> Vec<(Position, f64, Span)> {
    let (mut at, mut course_deg, mut lower_mm, mut start_us) = (from, 0.0, 0, 0);
    let mut route = Vec::new();
    for _ in 0..volumes {
        course_deg += 60.0 * (rng.next() - 0.5) + if rng.next() < 0.02 { 180.0 } else { 0.0 };
        at = at.destination(course_deg, step_m * rng.next());
        lower_mm += (40_000.0 * (rng.next() - 0.5)) as i32;
        // Some begin long after the one before has ended, some with it.
        start_us += (rng.next() * if rng.next() < 0.1 { 600.0 } else { 20.0 }) as i64 * SECOND_US;
        let end_us = start_us + (rng.next() * 30.0) as i64 * SECOND_US;
        let span = Span { start_us, end_us, lower_mm, upper_mm: lower_mm + 50_000 };
        route.push((at, 50.0 + 500.0 * rng.next(), span));
    }
    route
}

fn blocks_of(route: &[(Position, f64, Span)]) -> Vec<Block> {
    let circle = |(at, radius_m, _): &(Position, f64, Span)| Outline::circle(*at, *radius_m);
    let outlines: Vec<Outline> = route.iter().map(|it| circle(it).unwrap()).collect();
    blocks(outlines.iter().zip(route.iter().map(|(_, _, span)| *span)))
}

fn holds(block: &Block, span: Span) -> bool {
    let Span { start_us, end_us, lower_mm, upper_mm } = span;
    block.lower_mm <= lower_mm
        && block.upper_mm >= upper_mm
        && block.time.start_us <= start_us
        && block.time.end_us >= end_us
}

fn meets(cells: &[u64], others: &[u64]) -> bool {
    let apart = |a, b| last_leaf(a) < first_leaf(b) || last_leaf(b) < first_leaf(a);
    cells.iter().any(|&a| others.iter().any(|&b| !apart(a, b)))
}

#[test]
fn nothing_that_a_volume_touches_is_lost_however_many_there_are() {
    let mut rng = Rng(1);
    // The second is a border of two faces of the cube, the third a corner of three.
    for (lat_deg, lng_deg) in [(47.0, 8.0), (10.0, 45.0), (35.264_39, 45.0), (90.0, 0.0)] {
        let from = Position::new(lat_deg, lng_deg).unwrap();
        for (volumes, step_m) in [(1, 0.0), (2, 100.0), (30, 500.0), (700, 300.0), (2_500, 50.0)] {
            let route = route(&mut rng, from, volumes, step_m);
            let blocks = blocks_of(&route);
            let tuples: usize = blocks.iter().map(|block| block.cells.len()).sum();
            assert!(tuples <= TUPLES, "{tuples} tuples of {volumes} volumes");
            for (centre, radius_m, span) in route.iter().step_by(1 + volumes / 100) {
                let there = centre.destination(360.0 * rng.next(), radius_m * rng.next());
                let place = Outline::circle(there, 0.1).unwrap();
                let cells = covering(&place, &limits(4));
                let found =
                    blocks.iter().any(|it| holds(it, *span) && meets(&it.cells, cells.cells()));
                assert!(found, "{there:?} of {volumes} volumes from {from:?}");
            }
        }
    }
}

#[test]
fn what_is_apart_in_height_or_time_stays_apart_when_there_are_few() {
    let here = Position::new(47.0, 8.0).unwrap();
    let span = |lower_m: i32, start_s: i64| Span {
        start_us: start_s * SECOND_US,
        end_us: (start_s + 60) * SECOND_US,
        lower_mm: lower_m * 1_000,
        upper_mm: (lower_m + 50) * 1_000,
    };
    for apart in [[span(0, 0), span(100, 0)], [span(0, 0), span(0, 120)]] {
        let route: Vec<_> = apart.iter().map(|&span| (here, 200.0, span)).collect();
        let found: Vec<Span> = blocks_of(&route)
            .iter()
            .map(|block| Span {
                start_us: block.time.start_us,
                end_us: block.time.end_us,
                lower_mm: block.lower_mm,
                upper_mm: block.upper_mm,
            })
            .collect();
        assert_eq!(found, apart);
    }
}

#[test]
fn a_second_volume_that_lies_in_the_first_costs_no_tuple() {
    let here = Position::new(47.0, 8.0).unwrap();
    let span = Span { start_us: 0, end_us: SECOND_US, lower_mm: 0, upper_mm: 1_000 };
    let one = blocks_of(&[(here, 200.0, span)]);
    assert_eq!(one.len(), 1);
    assert_eq!(blocks_of(&[(here, 200.0, span), (here, 200.0, span)]), one);
}
