//! Files that other people made; skipped where they are not beside the tree.
// Counts and skips are for the reader of a test run.
#![allow(clippy::print_stderr)]

use std::path::PathBuf;

use keepclear_formats::{FileContent, ReadOptions, read_airspace, read_flights};
use keepclear_geo::Verdict;

fn shared(name: &str) -> Option<Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    match std::fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            eprintln!("skipped: {}: {error}", path.display());
            None
        }
    }
}

fn warned<'a>(content: &'a FileContent, words: &str) -> Vec<&'a str> {
    let texts = content.warnings.iter().map(|warning| warning.text.as_str());
    texts.filter(|text| text.contains(words)).collect()
}

#[test]
fn every_german_airspace_is_read() {
    let Some(bytes) = shared("germany-2026-03.openair.txt") else { return };
    let content = read_airspace("germany.txt", &bytes, &ReadOptions::default()).unwrap();
    for warning in &content.warnings {
        eprintln!("{}: {}", warning.at, warning.text);
    }
    assert_eq!((content.read, content.zones.len()), (678, 678));
    assert_eq!(content.refused, []);
    assert_eq!(warned(&content, "no name").len(), 1);
    assert_eq!(warned(&content, "union of its parts").len(), 2);
    assert_eq!(content.warnings.len(), 3);
    // Counted with grep in the file.
    let circles = content.zones.iter().filter(|z| z.volumes[0].outline().as_circle().is_some());
    assert_eq!(circles.count(), 122);
    let of_class = |class| content.zones.iter().filter(|z| z.class.as_deref() == class).count();
    let classes = [("C", 97), ("CTR", 66), ("D", 82), ("G", 6), ("Q", 116), ("R", 138)];
    for (class, count) in classes.into_iter().chain([("RMZ", 31), ("TMZ", 56), ("W", 86)]) {
        assert_eq!(of_class(Some(class)), count, "{class}");
    }
    let sometimes = content.zones.iter().filter(|z| z.volumes[0].activation() == Verdict::Possible);
    eprintln!("{} areas at unknown times", sometimes.count());
}

/// Ours against the `openair` crate, which knows single-precision radii and no lines.
#[test]
fn circles_and_points_agree_with_another_parser() {
    let Some(bytes) = shared("germany-2026-03.openair.txt") else { return };
    let content = read_airspace("germany.txt", &bytes, &ReadOptions::default()).unwrap();
    let mut reader = bytes.as_slice();
    // The other one reads a comment at the end of a coordinate as part of it, and ignores it.
    let others: Vec<_> = openair::parse(&mut reader).collect::<Result<_, _>>().unwrap();
    assert_eq!(others.len(), content.zones.len());
    for (other, ours) in others.iter().zip(&content.zones) {
        assert_eq!(other.name.as_deref().unwrap_or(""), ours.name);
        assert_eq!(Some(other.class.as_str()), ours.class.as_deref());
        if let openair::Geometry::Circle { centerpoint, radius } = &other.geom {
            let (centre, radius_m) = ours.volumes[0].outline().as_circle().unwrap();
            assert!((centre.lat_deg() - centerpoint.lat).abs() < 1e-9, "{}", ours.name);
            assert!((centre.lng_deg() - centerpoint.lng).abs() < 1e-9, "{}", ours.name);
            assert!((radius_m - f64::from(*radius) * 1_852.0).abs() < 0.01, "{}", ours.name);
        }
    }
}

#[test]
fn a_day_over_switzerland_becomes_legs() {
    let Some(bytes) = shared("adsb-switzerland-2018-08-01.json.gz") else { return };
    let begin = std::time::Instant::now();
    let content = read_flights("adsb.json.gz", &bytes, &ReadOptions::default()).unwrap();
    eprintln!("read in {:?}", begin.elapsed());
    assert_eq!(content.read, 139_098);
    assert_eq!(content.refused, []);
    let volumes: usize = content.flights.iter().map(|flight| flight.volumes.len()).sum();
    let lone = warned(&content, "one position").len();
    eprintln!("{} legs, {volumes} volumes, {lone} lone positions", content.flights.len());
    for warning in content.warnings.iter().filter(|w| !w.text.contains("one position")) {
        eprintln!("{}: {}", warning.at, warning.text);
    }
    // A leg of n > 1 positions has n - 1 pairs, a lone one has one volume; no way needs cutting.
    assert_eq!(volumes, 139_098 - content.flights.len() + lone);
    let mut ids: Vec<&str> = content.flights.iter().map(|flight| flight.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), content.flights.len());
}
