//! From positions to legs: one flight for each aircraft, callsign and stretch without a long
//! silence, with one volume for each consecutive pair of positions.

use std::cmp::Ordering;

use keepclear_geo::{
    Band, CORRIDOR_MAX_M, Invalid, Limit, Outline, Position, Reference, TimeInterval, Volume4D,
};
use keepclear_wire::time;
use rayon::prelude::*;

use crate::adsb::{Fix, Track};
use crate::content::{Content, Flight, FlightKind, ReadOptions};

/// Nothing that reports by ADS-B moves this fast, metres a second. Two positions further apart are
/// not joined: one of them is wrong, and the corridor between them would cover a continent.
const SPEED_MAX_MPS: f64 = 2_000.0;
/// Pieces of a corridor are a little shorter than the limit, which is on chords.
const PIECE_M: f64 = CORRIDOR_MAX_M * 0.999;

struct Leg<'a> {
    callsign: &'a str,
    id: String,
    fixes: &'a [(Track<'a>, Fix)],
}

/// Sorts positions into legs and adds each as a flight.
pub(crate) fn add(content: &mut Content, mut fixes: Vec<(Track<'_>, Fix)>, options: &ReadOptions) {
    fixes.sort_by(|(track_a, a), (track_b, b)| track_a.cmp(track_b).then(order(a, b)));
    let before = fixes.len();
    fixes.dedup();
    let repeated = before - fixes.len();
    if repeated > 0 {
        content.warn("file", format!("{repeated} repeated records dropped"));
    }
    let mut legs: Vec<Leg<'_>> = Vec::new();
    let mut jumps: Vec<(String, String)> = Vec::new();
    let ends = |(track_a, a): &(Track<'_>, Fix), (track_b, b): &(Track<'_>, Fix)| {
        track_a == track_b && b.time_us.saturating_sub(a.time_us) <= options.track_gap_us
    };
    for stretch in fixes.chunk_by(ends) {
        let mut first_of_stretch = true;
        for joined in stretch.chunk_by(|(_, a), (_, b)| !is_jump(a, b)) {
            let leg = Leg::of(joined);
            if !first_of_stretch {
                let text = "begins where the track jumps faster than 2,000 m/s; not joined";
                jumps.push((leg.id.clone(), text.to_owned()));
            }
            first_of_stretch = false;
            legs.push(leg);
        }
    }
    legs.sort_by_key(|leg| leg.fixes.first().map(|(_, fix)| fix.time_us));
    for (at, text) in jumps {
        content.warn(&at, text);
    }
    let flights: Vec<_> = legs.par_iter().map(|leg| (leg, leg.volumes(options))).collect();
    for (leg, volumes) in flights {
        if leg.fixes.len() == 1 {
            content.warn(&leg.id, "has one position only; taken as a volume around it");
        }
        match volumes {
            Ok(volumes) => content.push_flight(Flight {
                id: leg.id.clone(),
                name: Some(leg.callsign.to_owned()),
                party: None,
                source: leg.id.clone(),
                kind: FlightKind::Flown,
                volumes,
            }),
            Err(invalid) => content.refuse(&leg.id, invalid.field, invalid.reason.to_string()),
        }
    }
}

/// By time; the rest only makes the order complete, so that identical records stand together.
fn order(a: &Fix, b: &Fix) -> Ordering {
    a.time_us
        .cmp(&b.time_us)
        .then(a.position.lat_deg().total_cmp(&b.position.lat_deg()))
        .then(a.position.lng_deg().total_cmp(&b.position.lng_deg()))
        .then(a.altitude_m.total_cmp(&b.altitude_m))
}

fn is_jump(a: &Fix, b: &Fix) -> bool {
    let chord_m = (a.position.ecef() - b.position.ecef()).norm();
    let seconds = (b.time_us - a.time_us) as f64 * 1e-6;
    // Recorded times are good to about a second.
    chord_m > CORRIDOR_MAX_M && chord_m > SPEED_MAX_MPS * (seconds + 1.0)
}

impl<'a> Leg<'a> {
    fn of(fixes: &'a [(Track<'a>, Fix)]) -> Self {
        let (callsign, start_us) = match fixes.first() {
            Some(((icao24, callsign), fix)) => {
                (callsign.as_deref().or(icao24.as_deref()).unwrap_or(""), fix.time_us)
            }
            None => ("", 0),
        };
        Self { callsign, id: format!("{callsign}@{}", time::format_us(start_us)), fixes }
    }

    fn volumes(&self, options: &ReadOptions) -> Result<Vec<Volume4D>, Invalid> {
        let mut volumes = Vec::with_capacity(self.fixes.len());
        if let [(_, only)] = self.fixes {
            add_pair(only, only, options, &mut volumes)?;
        }
        for pair in self.fixes.windows(2) {
            add_pair(&pair[0].1, &pair[1].1, options, &mut volumes)?;
        }
        Ok(volumes)
    }
}

/// Adds the volume around the way from one position to the next; several over a long way, all with
/// the altitudes and times of the whole.
fn add_pair(
    from: &Fix,
    to: &Fix,
    options: &ReadOptions,
    volumes: &mut Vec<Volume4D>,
) -> Result<(), Invalid> {
    let buffer_m = options.vertical_buffer_m;
    let (low_m, high_m) = keepclear_geo::ALTITUDE_RANGE_M;
    let lower_m = (from.altitude_m.min(to.altitude_m) - buffer_m).max(low_m);
    let upper_m = (from.altitude_m.max(to.altitude_m) + buffer_m).min(high_m);
    let band = Band::new(
        Limit::lower(lower_m, Reference::Pressure)?,
        Limit::upper(upper_m, Reference::Pressure)?,
    )?;
    let interval = TimeInterval::new(
        Some(from.time_us.saturating_sub(options.time_buffer_us)),
        Some(to.time_us.saturating_add(options.time_buffer_us)),
    )?;
    let (a, b) = (from.position, to.position);
    let mut add = |a: Position, b: Position| -> Result<(), Invalid> {
        let outline = Outline::corridor(a, b, options.half_width_m)?;
        volumes.push(Volume4D::new(outline, band, interval, &options.datums));
        Ok(())
    };
    if (a.ecef() - b.ecef()).norm() <= PIECE_M {
        return add(a, b);
    }
    let (length_m, azimuth_deg, _) = a.inverse(b);
    let pieces = (length_m / PIECE_M).ceil().clamp(1.0, 1_000.0) as usize;
    let mut here = a;
    for piece in 1..=pieces {
        let next = match piece {
            _ if piece == pieces => b,
            _ => a.destination(azimuth_deg, length_m * piece as f64 / pieces as f64),
        };
        add(here, next)?;
        here = next;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::content::FileContent;
    use crate::read_flights;

    /// 2018-08-01T00:00:00Z.
    const MIDNIGHT_MS: i64 = 1_533_081_600_000;

    fn record(seconds: i64, callsign: &str, lng: f64, altitude_ft: f64) -> Value {
        json!({
            "timestamp": MIDNIGHT_MS + seconds * 1_000, "icao24": "4b1234", "callsign": callsign,
            "latitude": 47.0, "longitude": lng, "altitude": altitude_ft, "track": null,
        })
    }

    fn read(records: &[Value]) -> FileContent {
        let text = serde_json::to_string(records).unwrap();
        read_flights("a.json", text.as_bytes(), &ReadOptions::default()).unwrap()
    }

    #[test]
    fn each_pair_of_positions_is_a_volume_grown_by_the_buffers() {
        let content = read(&[
            record(20, "SWR1 ", 8.02, 12_000.0),
            record(0, "SWR1", 8.0, 10_000.0),
            record(10, "SWR1", 8.01, 11_000.0),
        ]);
        assert_eq!((content.read, content.flights.len(), content.warnings.len()), (3, 1, 0));
        let flight = &content.flights[0];
        assert_eq!(flight.id, "SWR1@2018-08-01T00:00:00Z");
        assert_eq!(flight.name.as_deref(), Some("SWR1"));
        assert_eq!(flight.kind, FlightKind::Flown);
        assert_eq!(flight.volumes.len(), 2);
        let first = &flight.volumes[0];
        // 10,000 ft is 3,048 m and 11,000 ft is 3,352.8 m; 160 m beyond either.
        let at = |mm| Limit::At { mm, reference: Reference::Pressure };
        assert_eq!(first.band().band(), Band { lower: at(2_888_000), upper: at(3_512_800) });
        let start_us = MIDNIGHT_MS * 1_000;
        assert_eq!(first.interval().start_us(), Some(start_us - 10_000_000));
        assert_eq!(first.interval().end_us(), Some(start_us + 20_000_000));
        assert_eq!(first.outline().vertex_count(), 8);
    }

    #[test]
    fn a_silence_ends_a_leg_and_a_lone_position_stays() {
        let content = read(&[
            record(0, "SWR1", 8.0, 10_000.0),
            record(120, "SWR1", 8.1, 10_000.0),
            record(241, "SWR1", 8.2, 10_000.0),
        ]);
        let ids: Vec<&str> = content.flights.iter().map(|flight| flight.id.as_str()).collect();
        assert_eq!(ids, ["SWR1@2018-08-01T00:00:00Z", "SWR1@2018-08-01T00:04:01Z"]);
        assert_eq!(content.flights[1].volumes.len(), 1);
        assert_eq!(content.warnings.len(), 1);
        assert_eq!(content.warnings[0].at, "SWR1@2018-08-01T00:04:01Z");
    }

    #[test]
    fn repeated_records_are_dropped_and_equal_times_kept() {
        let a = record(0, "SWR1", 8.0, 10_000.0);
        let content = read(&[a.clone(), a, record(0, "SWR1", 8.01, 10_000.0)]);
        assert_eq!(content.flights[0].volumes.len(), 1);
        assert!(content.warnings[0].text.starts_with("1 repeated"));
    }

    #[test]
    fn what_is_missing_is_counted_and_what_is_wrong_is_named() {
        let with = |key: &str, value: Value| {
            let mut record = record(0, "SWR1", 8.0, 10_000.0);
            record[key] = value;
            record
        };
        let content = read(&[
            with("callsign", json!(null)),
            with("altitude", json!(null)),
            with("latitude", json!(null)),
            with("latitude", json!(91)),
            with("longitude", json!("8")),
            with("timestamp", json!("yesterday")),
            with("timestamp", json!(1e300)),
            with("altitude", json!([1])),
            with("callsign", json!({"a": {}})),
            json!(null),
            with("timestamp", json!("2018-08-01T00:00:05Z")),
        ]);
        let ids: Vec<&str> = content.flights.iter().map(|flight| flight.id.as_str()).collect();
        assert_eq!(ids, ["4b1234@2018-08-01T00:00:00Z", "SWR1@2018-08-01T00:00:05Z"]);
        let refused = content.refused.iter().map(|r| (r.at.as_str(), r.field.as_str()));
        let expected = [
            ("[3]", "latitude"),
            ("[4]", "longitude"),
            ("[5]", "timestamp"),
            ("[6]", "timestamp"),
            ("[7]", "altitude"),
            ("[8]", "callsign"),
            ("[9]", "record"),
        ];
        assert_eq!(refused.collect::<Vec<_>>(), expected);
        let skipped = content.warnings.iter().filter(|w| w.text.ends_with("skipped")).count();
        assert_eq!(skipped, 2);
    }

    #[test]
    fn a_long_way_is_cut_and_an_impossible_jump_is_not_joined() {
        // One degree of longitude at 47° is about 76 km: two pieces in 100 s.
        let content = read(&[
            record(0, "SWR1", 8.0, 10_000.0),
            record(100, "SWR1", 9.0, 10_000.0),
            record(110, "SWR1", 12.0, 10_000.0),
        ]);
        assert_eq!(content.flights.len(), 2);
        assert_eq!(content.flights[0].volumes.len(), 2);
        assert!(content.warnings[0].text.contains("jumps"));
    }

    #[test]
    fn two_aircraft_with_one_callsign_and_start_get_ids_of_their_own() {
        let mut other = record(0, "SWR1", 9.0, 10_000.0);
        other["icao24"] = json!("aaaaaa");
        let content = read(&[record(0, "SWR1", 8.0, 10_000.0), other]);
        assert_eq!(content.flights[1].id, "SWR1@2018-08-01T00:00:00Z#2");
    }
}
