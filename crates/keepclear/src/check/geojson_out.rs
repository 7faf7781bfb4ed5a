//! What was compared and what was found as one GeoJSON FeatureCollection, for others to check.
//!
//! Exactness comes before RFC 7946 3.1.9: outlines are not cut at the antimeridian. Vertices are as
//! given, and a ring that steps over it, or goes around a pole, has `crosses_antimeridian`. Edges
//! are geodesics of WGS84, not straight lines of longitude and latitude.

#[cfg(test)]
mod tests;

use std::io::{Result, Write};

use keepclear_geo::{
    Frame, Limit, Outline, Place, Position, Reference, TimeInterval, Vec2, Verdict, Volume4D,
};
use keepclear_wire::time::format_us;
use serde::Serialize;

use super::picture::{Conflict, Picture};
use super::words;

/// Writes volumes of flights, volumes of zones, then the conflicts' common areas.
///
/// # Errors
/// Those of `out`.
pub fn write(picture: &Picture, conflicts: &[Conflict], out: &mut impl Write) -> Result<()> {
    out.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[")?;
    let mut features = Features { out, first: true };
    for flight in &picture.flights {
        let owner =
            Owner { flight: Some(&flight.id), party: Some(&flight.party), ..Owner::default() };
        for (index, volume) in flight.volumes.iter().enumerate() {
            features.volume(owner, index, volume)?;
        }
    }
    for zone in &picture.zones {
        let owner = Owner {
            zone: Some(&zone.id),
            name: Some(&zone.name),
            class: zone.class.as_deref(),
            ..Owner::default()
        };
        for (index, volume) in zone.volumes.iter().enumerate() {
            features.volume(owner, index, volume)?;
        }
    }
    for conflict in words::in_order(conflicts) {
        features.conflict(picture, conflict)?;
    }
    out.write_all(b"\n]}\n")
}

struct Features<'a, W> {
    out: &'a mut W,
    first: bool,
}

/// Whose a volume is.
#[derive(Clone, Copy, Default, Serialize)]
struct Owner<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    flight: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    party: Option<&'a str>,
}

#[derive(Serialize)]
struct Feature<P> {
    r#type: &'static str,
    geometry: Geometry,
    properties: P,
}

type Lonlat = [f64; 2];

#[derive(Serialize)]
#[serde(tag = "type", content = "coordinates")]
enum Geometry {
    Point(Lonlat),
    MultiPoint(Vec<Lonlat>),
    Polygon(Vec<Vec<Lonlat>>),
    MultiPolygon(Vec<Vec<Vec<Lonlat>>>),
}

#[derive(Serialize)]
struct VolumeProperties<'a> {
    #[serde(flatten)]
    owner: Owner<'a>,
    volume: usize,
    start: Option<String>,
    end: Option<String>,
    lower_m: Option<f64>,
    upper_m: Option<f64>,
    /// That of the upper limit if it has one.
    altitude_reference: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lower_reference: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upper_reference: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    radius_m: Option<f64>,
    /// False when it is in force at unknown times between start and end.
    #[serde(skip_serializing_if = "is_true")]
    times_known: bool,
    #[serde(skip_serializing_if = "is_false")]
    crosses_antimeridian: bool,
}

#[derive(Serialize)]
struct ConflictProperties<'a> {
    conflict: &'a str,
    a: &'a str,
    b: &'a str,
    verdict: &'static str,
    from: Option<String>,
    to: Option<String>,
    lower_m: f64,
    upper_m: f64,
    altitude_reference: &'static str,
    depth_m: f64,
    #[serde(skip_serializing_if = "is_false")]
    crosses_antimeridian: bool,
}

fn is_true(value: &bool) -> bool {
    *value
}

fn is_false(value: &bool) -> bool {
    !*value
}

impl<W: Write> Features<'_, W> {
    fn feature<P: Serialize>(&mut self, geometry: Geometry, properties: P) -> Result<()> {
        self.out.write_all(if self.first { b"\n" } else { b",\n" })?;
        self.first = false;
        let feature = Feature { r#type: "Feature", geometry, properties };
        Ok(serde_json::to_writer(&mut *self.out, &feature)?)
    }

    fn volume(&mut self, owner: Owner<'_>, volume: usize, of: &Volume4D) -> Result<()> {
        let band = of.band().band();
        let ((lower_m, lower), (upper_m, upper)) = (metres(band.lower), metres(band.upper));
        let differ = lower.is_some() && upper.is_some() && lower != upper;
        let (start, end) = times(of.interval());
        let (geometry, radius_m, crosses_antimeridian) = shape(of.outline());
        let properties = VolumeProperties {
            owner,
            volume,
            start,
            end,
            lower_m,
            upper_m,
            altitude_reference: upper.or(lower),
            lower_reference: lower.filter(|_| differ),
            upper_reference: upper.filter(|_| differ),
            radius_m,
            times_known: of.activation() == Verdict::Certain,
            crosses_antimeridian,
        };
        self.feature(geometry, properties)
    }

    fn conflict(&mut self, picture: &Picture, conflict: &Conflict) -> Result<()> {
        let (geometry, crosses_antimeridian) = match &conflict.place {
            Place::Closest(a, b) => (Geometry::MultiPoint(vec![lonlat(*a), lonlat(*b)]), false),
            Place::Area(polygons) => {
                let area: Vec<Vec<Vec<Lonlat>>> =
                    polygons.iter().map(|rings| closed_rings(rings)).collect();
                let crosses = area.iter().flatten().any(|ring| steps_over(ring));
                (Geometry::MultiPolygon(area), crosses)
            }
        };
        let (from, to) = times(conflict.interval);
        let properties = ConflictProperties {
            conflict: &conflict.id,
            a: &picture.flights[conflict.flight].id,
            b: picture.other_id(conflict.other),
            verdict: words::verdict(conflict.verdict),
            from,
            to,
            lower_m: conflict.lower_mm as f64 / 1_000.0,
            upper_m: conflict.upper_mm as f64 / 1_000.0,
            altitude_reference: if conflict.pressure { "pressure" } else { "W84" },
            depth_m: conflict.depth_m,
            crosses_antimeridian,
        };
        self.feature(geometry, properties)
    }
}

fn times(interval: TimeInterval) -> (Option<String>, Option<String>) {
    (interval.start_us().map(format_us), interval.end_us().map(format_us))
}

fn metres(limit: Limit) -> (Option<f64>, Option<&'static str>) {
    match limit {
        Limit::Open => (None, None),
        Limit::Surface => (Some(0.0), Some("AGL")),
        Limit::At { mm, reference } => {
            let name = match reference {
                Reference::W84 => "W84",
                Reference::Amsl => "AMSL",
                Reference::Agl => "AGL",
                Reference::Pressure => "STD",
            };
            (Some(mm as f64 / 1_000.0), Some(name))
        }
    }
}

/// Geometry, a circle's radius, and whether it crosses the antimeridian.
fn shape(outline: &Outline) -> (Geometry, Option<f64>, bool) {
    if let Some((centre, radius_m)) = outline.as_circle() {
        return (Geometry::Point(lonlat(centre)), Some(radius_m), false);
    }
    let mut polygons = nested(&outline.corners());
    let crosses = polygons.iter().flatten().any(|ring| steps_over(ring));
    let geometry = if polygons.len() == 1 {
        Geometry::Polygon(polygons.remove(0))
    } else {
        Geometry::MultiPolygon(polygons)
    };
    (geometry, None, crosses)
}

/// To 1e-10 degrees, 11 µm: what is lost on the way through earth-centred coordinates is below.
fn lonlat(place: Position) -> Lonlat {
    // Adding zero makes a negative zero positive.
    [place.lng_deg(), place.lat_deg()].map(|deg| (deg * 1e10).round() / 1e10 + 0.0)
}

/// A polygon's rings closed and right-handed: the outer one anticlockwise, holes clockwise.
fn closed_rings(rings: &[Vec<Position>]) -> Vec<Vec<Lonlat>> {
    let Some(&place) = rings.first().and_then(|ring| ring.first()) else { return Vec::new() };
    let frame = Frame::at(place);
    let closed = rings.iter().enumerate().map(|(i, ring)| {
        let flat: Vec<Vec2> = ring.iter().map(|place| frame.project(place.ecef())).collect();
        let mut ring: Vec<Lonlat> = ring.iter().map(|&place| lonlat(place)).collect();
        if (area2(&flat) > 0.0) != (i == 0) {
            ring.reverse();
        }
        one_side(&mut ring);
        ring.extend(ring.first().copied());
        ring
    });
    closed.collect()
}

/// Rings whose inside is even-odd, as polygons of an outer ring and its holes.
fn nested(rings: &[Vec<Position>]) -> Vec<Vec<Vec<Lonlat>>> {
    if rings.len() <= 1 {
        return vec![closed_rings(rings)];
    }
    let frame = Frame::at(rings[0][0]);
    let flat: Vec<Vec<Vec2>> = rings
        .iter()
        .map(|ring| ring.iter().map(|place| frame.project(place.ecef())).collect())
        .collect();
    // Rings may share single places: what most corners say counts.
    let within = |inner: usize, outer: usize| {
        let inside = flat[inner].iter().filter(|&&point| contains(&flat[outer], point)).count();
        inner != outer && 2 * inside > flat[inner].len()
    };
    let around: Vec<Vec<usize>> = (0..rings.len())
        .map(|inner| (0..rings.len()).filter(|&outer| within(inner, outer)).collect())
        .collect();
    let outer_rings = (0..rings.len()).filter(|&i| around[i].len().is_multiple_of(2));
    let polygons = outer_rings.map(|outer| {
        let holes = (0..rings.len())
            .filter(|&i| around[i].len() == around[outer].len() + 1 && around[i].contains(&outer));
        let polygon: Vec<Vec<Position>> =
            std::iter::once(outer).chain(holes).map(|i| rings[i].clone()).collect();
        closed_rings(&polygon)
    });
    polygons.collect()
}

/// The antimeridian is both 180 and -180: written with the sign of the ring's other vertices.
fn one_side(ring: &mut [Lonlat]) {
    let is_on = |vertex: &Lonlat| vertex[0].abs() >= 180.0;
    let mut others = ring.iter().filter(|vertex| !is_on(vertex));
    let sign = if others.clone().all(|vertex| vertex[0] < 0.0) {
        -1.0
    } else if others.all(|vertex| vertex[0] > 0.0) {
        1.0
    } else {
        return;
    };
    for vertex in ring.iter_mut().filter(|vertex| is_on(vertex)) {
        vertex[0] = 180.0 * sign;
    }
}

/// Whether an edge of a closed ring crosses the antimeridian.
fn steps_over(ring: &[Lonlat]) -> bool {
    ring.windows(2).any(|edge| (edge[1][0] - edge[0][0]).abs() > 180.0)
}

fn area2(ring: &[Vec2]) -> f64 {
    let edge = |i: usize| ring[if i == 0 { ring.len() - 1 } else { i - 1 }].cross(ring[i]);
    (0..ring.len()).map(edge).sum()
}

fn contains(ring: &[Vec2], point: Vec2) -> bool {
    let mut inside = false;
    for (i, &b) in ring.iter().enumerate() {
        let a = ring[if i == 0 { ring.len() - 1 } else { i - 1 }];
        if (a.y > point.y) != (b.y > point.y) {
            let x = a.x + (b.x - a.x) * (point.y - a.y) / (b.y - a.y);
            inside ^= x > point.x;
        }
    }
    inside
}
