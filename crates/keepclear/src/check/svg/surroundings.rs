//! Which part of the earth the map shows, and around which place.

use keepclear_geo::{Place, Position, Vec2, Vec3, Volume4D};

use super::Scene;
use super::view::{Extent, Ground};
use crate::check::picture::Other;

/// What is shown of the earth: the conflicts with the flight volumes in them, else everything.
pub(super) fn surroundings(scene: &Scene<'_>) -> Option<(Ground, Extent)> {
    let corners: Vec<Position> = scene
        .conflicts
        .iter()
        .flat_map(|conflict| match &conflict.place {
            Place::Closest(a, b) => vec![*a, *b],
            Place::Area(polygons) => polygons.iter().flatten().flatten().copied().collect(),
        })
        .collect();
    let picture = scene.picture;
    let flights = || picture.flights.iter().flat_map(|f| &f.volumes);
    let zones = || picture.zones.iter().flat_map(|z| &z.volumes);
    let mut points: Vec<(Position, f64)> = corners.iter().map(|&place| (place, 0.0)).collect();
    let around = |v: &Volume4D| (v.outline().middle(), v.outline().reach_m());
    if points.is_empty() {
        points.extend(flights().map(around));
    }
    if points.is_empty() {
        points.extend(zones().map(around));
    }
    let rough = Ground::at(mean(&points)?);
    let rough = match points.iter().find(|(place, _)| rough.project(*place).is_some()) {
        Some(_) => rough,
        None => Ground::at(points[0].0),
    };
    let extent = extent_of(&rough, &points);
    // Once more around its middle, so that the plane is truest there.
    let ground = Ground::at(rough.position(extent.min + extent.size() * 0.5));
    let mut extent = extent_of(&ground, &points);
    if !scene.conflicts.is_empty() {
        let size = extent.size();
        let wide = extent.grown(size.x.max(size.y) * 0.6 + 300.0);
        for conflict in &scene.conflicts {
            let flight = |f: usize, volumes: &[usize]| {
                let all = &picture.flights[f].volumes;
                volumes.iter().filter_map(|&v| all.get(v)).map(around).collect::<Vec<_>>()
            };
            let mut volumes = flight(conflict.flight, &conflict.flight_volumes);
            if let Other::Flight(other) = conflict.other {
                volumes.extend(flight(other, &conflict.other_volumes));
            }
            let own = wide.cut(&extent_of(&ground, &volumes));
            if own.min.x <= own.max.x && own.min.y <= own.max.y {
                extent.with(own.min, 0.0);
                extent.with(own.max, 0.0);
            }
        }
    }
    let size = extent.size();
    Some((ground, extent.grown(size.x.max(size.y) * 0.06 + 50.0)))
}

fn mean(points: &[(Position, f64)]) -> Option<Position> {
    let first = points.first()?.0;
    let sum = points.iter().fold(Vec3::default(), |sum, (place, _)| sum + place.ecef());
    let mean = sum * (1.0 / points.len() as f64);
    // Scattered over the globe: around the first.
    Some(if mean.norm() < 3_000_000.0 { first } else { Position::from_ecef(mean) })
}

fn extent_of(ground: &Ground, points: &[(Position, f64)]) -> Extent {
    let mut extent = Extent::EMPTY;
    for &(place, reach_m) in points {
        if let Some(point) = ground.project(place) {
            extent.with(point, reach_m);
        }
    }
    if extent.is_empty() {
        extent.with(Vec2::default(), 1_000.0);
    }
    extent
}
