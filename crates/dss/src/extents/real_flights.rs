//! What `precise` matching demands of a day of real flights, against the exact overlap of their
//! volumes. The sky itself says what a key must hold.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use keepclear_formats::{ReadOptions, read_flights};
use keepclear_geo::{Band, Limit, Volume4D, detect, join};
use keepclear_sky::command::{Attachment, PutIntent};
use keepclear_sky::{
    Cause, Charter, Command, EntityId, IntentState, Ovn, Refusal, Salt, Sky, SkyId, Subject,
};
use uuid::Uuid;

use super::*;

/// Most keys for each that is truly needed, and most tuples of a flight.
const KEYS_MOST: f64 = 1.3;
const TUPLES_MOST: usize = 512;

type Pairs = BTreeSet<(usize, usize)>;

/// Flights of a day over Switzerland, one volume for each pair of positions. Pressure altitudes
/// stand for heights: all are alike.
fn flights(path: &Path) -> Vec<Vec<Placed>> {
    let bytes = std::fs::read(path).unwrap();
    let content = read_flights("flights", &bytes, &ReadOptions::default()).unwrap();
    content.flights.iter().map(|flight| flight.volumes.iter().map(placed).collect()).collect()
}

fn placed(volume: &Volume4D) -> Placed {
    let mm = |limit: Limit| match limit {
        Limit::At { mm, .. } => i32::try_from(mm).ok(),
        other => panic!("{other:?}"),
    };
    let band = volume.band().band();
    Placed {
        outline: volume.outline().clone(),
        lower_mm: mm(band.lower),
        upper_mm: mm(band.upper),
        start_us: volume.interval().start_us(),
        end_us: volume.interval().end_us(),
    }
}

/// Pairs of flights of which two volumes overlap, the lower number first.
fn overlapping(flights: &[Vec<Placed>]) -> Pairs {
    let volume = |placed: &Placed| {
        let metres = |mm: Option<i32>| f64::from(mm.unwrap()) * 1e-3;
        let band = Band::w84(metres(placed.lower_mm), metres(placed.upper_mm)).unwrap();
        let time = keepclear_geo::TimeInterval::new(placed.start_us, placed.end_us).unwrap();
        Volume4D::new(placed.outline.clone(), band, time, &Datums::default())
    };
    let of_flight = |(number, placed): (usize, &Vec<Placed>)| -> Vec<_> {
        placed.iter().map(|placed| (number, volume(placed))).collect()
    };
    let volumes: Vec<_> = flights.iter().enumerate().flat_map(of_flight).collect();
    let epoch_us = volumes.iter().filter_map(|(_, volume)| volume.interval().start_us()).min();
    let boxes: Vec<_> =
        volumes.iter().map(|(_, volume)| volume.bounds(epoch_us.unwrap())).collect();
    let pairs = join(&boxes, |i, j| {
        let ((a, first), (b, second)) = (&volumes[i as usize], &volumes[j as usize]);
        (a != b && detect(first, second).is_some()).then_some((*a.min(b), *a.max(b)))
    });
    pairs.into_iter().collect()
}

/// Pairs of flights of which the later must know the earlier, when all are planned in turn.
fn demanded(extents: &[Extent]) -> Pairs {
    let charter = Charter {
        sky: SkyId(Uuid::nil()),
        matching: Matching::Precise,
        exercise: true,
        arbiters: Vec::new(),
        retention_us: DAY_US,
    };
    let mut sky = Sky::found(charter, 0);
    let cause = Cause { at_us: 0, subject: Subject::from("one"), salt: Salt([0; 16]) };
    let mut numbers = BTreeMap::new();
    let mut pairs = Pairs::new();
    for (number, extent) in extents.iter().enumerate() {
        let id = EntityId(Uuid::from_u128(number as u128));
        numbers.insert(id, number);
        let put = |key: Vec<Ovn>| {
            Command::PutIntent(PutIntent {
                id,
                expected: None,
                state: IntentState::Accepted,
                base_url: "https://one.example".to_owned(),
                time: extent.time(),
                extent: extent.clone(),
                key,
                attachment: Attachment::Nothing,
                ovn_suffix: None,
                lenient_down: false,
            })
        };
        let missing = match sky.apply(&cause, put(Vec::new())) {
            Ok(_) => continue,
            Err(Refusal::KeyIncomplete { intents, .. }) => intents,
            Err(other) => panic!("{other}"),
        };
        pairs.extend(missing.iter().map(|other| (numbers[&other.id], number)));
        sky.apply(&cause, put(missing.iter().map(|other| other.ovn.clone()).collect())).unwrap();
    }
    pairs
}

/// Whether the limits of a request would let it in.
fn is_let_in(flight: &[Placed]) -> bool {
    let whole = Whole { lower_mm: i32::MIN, upper_mm: i32::MAX, time: whole_time(flight).unwrap() };
    let vertices: usize = flight.iter().map(|volume| volume.outline.vertex_count()).sum();
    flight.len() <= VOLUMES_MAX
        && vertices <= INTENT_VERTICES_MAX
        && shape(flight, whole, Matching::Precise, AREA_MAX_KM2).is_ok()
}

#[test]
#[expect(clippy::print_stdout, reason = "the figures, and why there are none")]
fn real_flights_need_few_keys_besides_those_of_flights_that_they_overlap() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let path = data.join("adsb-switzerland-2018-08-01.json.gz");
    if !path.exists() {
        println!("skipped: there is no ../shared/data");
        return;
    }
    let flights = flights(&path);
    let truth = overlapping(&flights);
    assert!(truth.len() > 100, "{} pairs", truth.len());
    let whole = Whole {
        lower_mm: i32::MIN,
        upper_mm: i32::MAX,
        time: TimeRange { start_us: i64::MIN, end_us: i64::MAX },
    };
    let extent = |flight: &Vec<Placed>| Extent {
        blocks: precise::blocks(flight.iter().map(|volume| (&volume.outline, volume.span(whole)))),
    };
    let begun = std::time::Instant::now();
    let extents: Vec<Extent> = flights.iter().map(extent).collect();
    let each_ms = begun.elapsed().as_secs_f64() * 1e3 / flights.len() as f64;
    let found = demanded(&extents);
    let ratio = found.len() as f64 / truth.len() as f64;
    let tuples: Vec<usize> = extents.iter().map(Extent::tuples).collect();
    let most = tuples.iter().max().copied().unwrap_or_default();
    println!(
        "{} flights, {} volumes, {} refused by a limit; {} pairs overlap, {} demanded ({ratio:.3} times); \
         tuples of a flight {:.0} on average, {most} at most; {each_ms:.1} ms a flight",
        flights.len(),
        flights.iter().map(Vec::len).sum::<usize>(),
        flights.iter().filter(|flight| !is_let_in(flight)).count(),
        truth.len(),
        found.len(),
        tuples.iter().sum::<usize>() as f64 / tuples.len() as f64,
    );
    let missed: Vec<_> = truth.difference(&found).collect();
    assert!(missed.is_empty(), "missed: {missed:?}");
    assert!(ratio <= KEYS_MOST, "{ratio:.3} keys demanded for each that is needed");
    assert!(most <= TUPLES_MOST, "{most} tuples");
}
