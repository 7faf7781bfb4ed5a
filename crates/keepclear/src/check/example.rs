//! A small check for tests of what is shown: parties, areas, a touch, pressure altitudes.

use keepclear_geo::{
    Band, Datums, Limit, Outline, Place, Position, Reference, TimeInterval, Volume4D, overlap,
    union_of_places,
};

use super::picture::{Conflict, Flight, Other, Picture, Zone};

/// 2025-08-14T10:00:00Z.
const START_US: i64 = 1_755_165_600_000_000;

pub(super) fn place(lat_deg: f64, lng_deg: f64) -> Position {
    Position::new(lat_deg, lng_deg).unwrap()
}

/// A span of seconds after the start of the example.
fn seconds(span: (i64, i64)) -> TimeInterval {
    let us = |s: i64| Some(START_US + s * 1_000_000);
    TimeInterval::new(us(span.0), us(span.1)).unwrap()
}

/// A volume between heights above W84.
pub(super) fn volume(outline: Outline, heights_m: (f64, f64), span_s: (i64, i64)) -> Volume4D {
    let band = Band::w84(heights_m.0, heights_m.1).unwrap();
    Volume4D::new(outline, band, seconds(span_s), &Datums::default())
}

pub(super) fn flight(id: &str, party: &str, volumes: Vec<Volume4D>) -> Flight {
    let (id, party) = (id.to_owned(), party.to_owned());
    Flight { id, party, source: "example".to_owned(), flown: false, volumes }
}

pub(super) fn one_flight(volume: Volume4D) -> Picture {
    Picture { flights: vec![flight("F", "p", vec![volume])], zones: Vec::new() }
}

/// Pieces of a straight flight.
fn legs(from: (f64, f64), to: (f64, f64), count: i64, heights_m: (f64, f64)) -> Vec<Volume4D> {
    let at = |k: i64| {
        let share = k as f64 / count as f64;
        place(from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
    };
    (0..count)
        .map(|k| {
            let outline = Outline::corridor(at(k), at(k + 1), 250.0).unwrap();
            volume(outline, heights_m, (k * 60 - 10, k * 60 + 70))
        })
        .collect()
}

/// Three parties, a control zone from the ground to 2,500 ft AMSL, two circles that touch, and a
/// pair on flight levels.
pub(super) fn with_all_sorts() -> Picture {
    let datums = Datums::default();
    let alpha = legs((47.40, 8.40), (47.50, 8.62), 6, (120.0, 240.0));
    let bravo = legs((47.50, 8.40), (47.40, 8.62), 6, (180.0, 330.0));
    let circle = |lng: f64| Outline::circle(place(47.43, lng), 600.0).unwrap();
    let west = circle(8.40);
    let east = place(47.43, 8.40).destination(90.0, 1_200.0);
    let east = Outline::circle(east, 600.0).unwrap();
    let level = |outline: Outline, low: f64, high: f64| {
        let limit = |level: f64| level * 30.48;
        let band = Band::new(
            Limit::lower(limit(low), Reference::Pressure).unwrap(),
            Limit::upper(limit(high), Reference::Pressure).unwrap(),
        );
        Volume4D::new(outline, band.unwrap(), seconds((0, 900)), &datums)
    };
    let ctr: Vec<Position> = [(47.42, 8.52), (47.42, 8.60), (47.47, 8.62), (47.49, 8.55)]
        .map(|p| place(p.0, p.1))
        .to_vec();
    let top = Limit::upper(762.0, Reference::Amsl).unwrap();
    let ctr = Volume4D::new(
        Outline::polygon(&ctr).unwrap(),
        Band::new(Limit::Surface, top).unwrap(),
        TimeInterval::ALWAYS,
        &datums,
    );
    Picture {
        flights: vec![
            flight("ALPHA-<1> & \"co\"", "alpha", alpha),
            flight("BRAVO-7", "bravo", bravo),
            flight("CHARLIE-W", "charlie", vec![volume(west, (500.0, 700.0), (0, 600))]),
            flight("CHARLIE-E", "alpha", vec![volume(east, (600.0, 800.0), (300, 900))]),
            flight("HIGH-1", "charlie", vec![level(circle(8.45), 90.0, 100.0)]),
            flight("HIGH-2", "bravo", vec![level(circle(8.455), 95.0, 120.0)]),
        ],
        zones: vec![Zone {
            id: "CTR".to_owned(),
            name: "Example control zone".to_owned(),
            class: Some("D".to_owned()),
            volumes: vec![ctr],
        }],
    }
}

/// One conflict for each pair that overlaps.
pub(super) fn conflicts(picture: &Picture) -> Vec<Conflict> {
    let mut found = Vec::new();
    for flight in 0..picture.flights.len() {
        let flights = (flight + 1..picture.flights.len()).map(Other::Flight);
        for other in flights.chain((0..picture.zones.len()).map(Other::Zone)) {
            found.extend(conflict(picture, flight, other));
        }
    }
    found
}

fn conflict(picture: &Picture, flight: usize, other: Other) -> Option<Conflict> {
    let mut overlaps = Vec::new();
    for (i, a) in picture.flights[flight].volumes.iter().enumerate() {
        for (j, b) in picture.other_volumes(other).iter().enumerate() {
            overlaps.extend(overlap(a, b).map(|overlap| (i, j, overlap)));
        }
    }
    let places: Vec<&Place> = overlaps.iter().map(|o| &o.2.place).collect();
    let sorted = |mut indices: Vec<usize>| {
        indices.sort_unstable();
        indices.dedup();
        indices
    };
    Some(Conflict {
        id: format!("{flight:08x}{:08x}", picture.other_id(other).len()),
        flight,
        other,
        flight_volumes: sorted(overlaps.iter().map(|o| o.0).collect()),
        other_volumes: sorted(overlaps.iter().map(|o| o.1).collect()),
        verdict: overlaps.iter().map(|o| o.2.verdict).max()?,
        interval: overlaps.iter().map(|o| o.2.interval).reduce(TimeInterval::hull)?,
        lower_mm: overlaps.iter().map(|o| o.2.band.lower_mm).min()?,
        upper_mm: overlaps.iter().map(|o| o.2.band.upper_mm).max()?,
        pressure: overlaps.iter().all(|o| o.2.band.pressure),
        place: union_of_places(&places)?,
        depth_m: overlaps.iter().map(|o| o.2.depth.metres).fold(0.0, f64::max),
        depth_exact: overlaps.iter().all(|o| o.2.depth.exact),
    })
}
