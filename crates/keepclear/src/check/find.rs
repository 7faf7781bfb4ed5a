//! Finding every conflict: volumes that overlap, gathered into connected spans of time.

use keepclear_geo::{
    Overlap, Place, TimeInterval, Volume4D, join, join_two, overlap, union_of_places,
};
use keepclear_wire::time::format_us;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::picture::{Conflict, Other, Picture};

/// Whom flights are compared with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scope {
    /// Also flights of one party with each other.
    pub same_party: bool,
}

/// One pair of volumes that overlap.
struct Hit {
    flight: u32,
    other: Other,
    volume: u32,
    other_volume: u32,
    overlap: Overlap,
}

/// Where each volume of a flat list comes from: item, volume.
pub(super) fn flat<'a>(
    items: impl Iterator<Item = &'a [Volume4D]>,
) -> (Vec<(u32, u32)>, Vec<&'a Volume4D>) {
    let mut origins = Vec::new();
    let mut volumes = Vec::new();
    for (item, of_item) in items.enumerate() {
        for (i, volume) in of_item.iter().enumerate() {
            origins.push((item as u32, i as u32));
            volumes.push(volume);
        }
    }
    (origins, volumes)
}

/// The earliest stated start: times in boxes count from it.
pub(super) fn epoch_us(picture: &Picture) -> i64 {
    let flights = picture.flights.iter().flat_map(|flight| &flight.volumes);
    flights.filter_map(|volume| volume.interval().start_us()).min().unwrap_or(0)
}

/// All conflicts, by start, then flight.
pub fn conflicts(picture: &Picture, scope: Scope) -> Vec<Conflict> {
    let epoch_us = epoch_us(picture);
    let parties = party_numbers(picture);
    let (origins, volumes) = flat(picture.flights.iter().map(|f| f.volumes.as_slice()));
    let (zone_origins, zone_volumes) = flat(picture.zones.iter().map(|z| z.volumes.as_slice()));
    let boxes: Vec<_> = volumes.par_iter().map(|volume| volume.bounds(epoch_us)).collect();
    let zone_boxes: Vec<_> = zone_volumes.iter().map(|volume| volume.bounds(epoch_us)).collect();

    let mut hits: Vec<Hit> = join(&boxes, |i, j| {
        let (a, b) = (origins[i as usize], origins[j as usize]);
        if a.0 == b.0 || (!scope.same_party && parties[a.0 as usize] == parties[b.0 as usize]) {
            return None;
        }
        let overlap = overlap(volumes[i as usize], volumes[j as usize])?;
        let ((flight, volume), (other, other_volume)) = if a.0 < b.0 { (a, b) } else { (b, a) };
        let other = Other::Flight(other as usize);
        Some(Hit { flight, other, volume, other_volume, overlap })
    });
    hits.extend(join_two(&boxes, &zone_boxes, |i, j| {
        let (flight, volume) = origins[i as usize];
        let (zone, other_volume) = zone_origins[j as usize];
        let overlap = overlap(volumes[i as usize], zone_volumes[j as usize])?;
        Some(Hit { flight, other: Other::Zone(zone as usize), volume, other_volume, overlap })
    }));
    hits.par_sort_unstable_by_key(|hit| {
        (hit.flight, hit.other, hit.overlap.interval, hit.volume, hit.other_volume)
    });
    let spans: Vec<&[Hit]> = hits
        .chunk_by(|a, b| a.flight == b.flight && a.other == b.other)
        .flat_map(connected_spans)
        .collect();
    let mut conflicts: Vec<Conflict> =
        spans.into_par_iter().map(|span| conflict(picture, span)).collect();
    conflicts.sort_by_key(|c| (c.interval, c.flight, c.other));
    conflicts
}

fn party_numbers(picture: &Picture) -> Vec<usize> {
    let mut names: Vec<&str> = picture.flights.iter().map(|f| f.party.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let number = |party: &str| names.partition_point(|name| *name < party);
    picture.flights.iter().map(|flight| number(&flight.party)).collect()
}

/// Cuts the hits of one pair, sorted by start, where no hit reaches the next.
fn connected_spans(hits: &[Hit]) -> Vec<&[Hit]> {
    let mut spans = Vec::new();
    let mut begin = 0;
    let mut reach = hits[0].overlap.interval;
    for (i, hit) in hits.iter().enumerate().skip(1) {
        let interval = hit.overlap.interval;
        if reach.common(interval).is_some() {
            reach = reach.hull(interval);
        } else {
            spans.push(&hits[begin..i]);
            begin = i;
            reach = interval;
        }
    }
    spans.push(&hits[begin..]);
    spans
}

fn conflict(picture: &Picture, span: &[Hit]) -> Conflict {
    let first = &span[0];
    let deepest = span
        .iter()
        .map(|hit| hit.overlap.depth)
        .fold(first.overlap.depth, |a, b| if b.metres > a.metres { b } else { a });
    let interval = span
        .iter()
        .map(|hit| hit.overlap.interval)
        .fold(first.overlap.interval, TimeInterval::hull);
    // Bands in one reference; when some pairs are on pressure and some are not (a route that
    // changes its reference does not exist in one flight), the first decides.
    let pressure = first.overlap.band.pressure;
    let bands = || span.iter().map(|h| h.overlap.band).filter(|b| b.pressure == pressure);
    let places: Vec<&Place> = span.iter().map(|hit| &hit.overlap.place).collect();
    let volumes = |of: fn(&Hit) -> u32| {
        let mut list: Vec<usize> = span.iter().map(|hit| of(hit) as usize).collect();
        list.sort_unstable();
        list.dedup();
        list
    };
    let flight = first.flight as usize;
    Conflict {
        id: identity(&picture.flights[flight].id, picture.other_id(first.other), interval),
        flight,
        other: first.other,
        flight_volumes: volumes(|hit| hit.volume),
        other_volumes: volumes(|hit| hit.other_volume),
        verdict: span.iter().map(|h| h.overlap.verdict).max().unwrap_or(first.overlap.verdict),
        interval,
        lower_mm: bands().map(|b| b.lower_mm).min().unwrap_or(first.overlap.band.lower_mm),
        upper_mm: bands().map(|b| b.upper_mm).max().unwrap_or(first.overlap.band.upper_mm),
        pressure,
        place: union_of_places(&places).unwrap_or_else(|| first.overlap.place.clone()),
        depth_m: deepest.metres,
        depth_exact: deepest.exact,
    }
}

/// The same on every machine and whichever side is asked: SHA-256 over both identities, sorted, and
/// the span's start, a line each.
fn identity(a: &str, b: &str, interval: TimeInterval) -> String {
    let (first, second) = if a <= b { (a, b) } else { (b, a) };
    let start = interval.start_us().map(format_us).unwrap_or_default();
    let digest = Sha256::digest(format!("{first}\n{second}\n{start}"));
    digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}
