//! How much larger coverings are than their outlines: a figure for choosing limits.

use super::tests::{cell_grown, limits, place};
use super::*;
use crate::ring::area2;
use crate::touch::plane_radius_m;

fn area2_ratio(outline: &Outline, cover: &Covering) -> f64 {
    let frame = &outline.frame;
    let own = match outline.as_circle() {
        Some((_, radius_m)) => 2.0 * std::f64::consts::PI * plane_radius_m(frame, radius_m).powi(2),
        None => {
            let ring: Vec<Vec2> =
                outline.pieces()[0].iter().map(|p| frame.project(p.ecef())).collect();
            area2(&ring).abs()
        }
    };
    let cells: f64 = cover
        .cells()
        .iter()
        .map(|&id| {
            let cell = cell_grown(id, 0.0);
            let ring: Vec<Vec2> =
                cell.corners()[0].iter().map(|p| frame.project(p.ecef())).collect();
            area2(&ring).abs()
        })
        .sum();
    cells / own
}

/// Mean ratio of a covering's area to its outline's, over sizes from 1 to 100 km.
fn mean_ratio(cells_max: usize, outline: impl Fn(Position, f64, f64) -> Outline) -> f64 {
    let mut sum = 0.0;
    for k in 0..200 {
        let k = f64::from(k);
        // Golden steps: even, and never in tune with the cells.
        let middle =
            place((k * 0.618_034).fract() * 160.0 - 80.0, (k * 0.754_878).fract() * 360.0 - 180.0);
        let size_m = libm::pow(10.0, 3.0 + 2.0 * (k * 0.569_84).fract());
        let shape = outline(middle, size_m, k * 77.7);
        sum += area2_ratio(&shape, &covering(&shape, &limits(cells_max, 0, 30)));
    }
    sum / 200.0
}

#[test]
fn coverings_are_tight() {
    let circle =
        |middle: Position, size_m: f64, _: f64| Outline::circle(middle, size_m / 2.0).unwrap();
    let hexagon = |middle: Position, size_m: f64, turn: f64| {
        let corners = [0.0, 60.0, 120.0, 180.0, 240.0, 300.0];
        let at = corners.map(|azimuth| middle.destination(azimuth + turn, size_m / 2.0));
        Outline::polygon(&at).unwrap()
    };
    // Five times as long as wide, such as the corridor of a leg.
    let strip = |middle: Position, size_m: f64, turn: f64| {
        let to = middle.destination(turn, size_m * 0.4);
        Outline::corridor(middle, to, size_m * 0.1).unwrap()
    };
    for (cells_max, round, long) in [(16, 1.65, 2.3), (64, 1.3, 1.5), (256, 1.13, 1.22)] {
        let found = [
            mean_ratio(cells_max, circle),
            mean_ratio(cells_max, hexagon),
            mean_ratio(cells_max, strip),
        ];
        assert!(found[0] < round && found[1] < round && found[2] < long, "{cells_max}: {found:?}");
    }
}
