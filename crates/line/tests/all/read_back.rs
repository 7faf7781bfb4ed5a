//! What a desk stores of a message, and whether the other side finds that it holds the same.
//!
//! Distances come from GeographicLib (`tests/places/generate.py`). `KEEPCLEAR_SEEDS` sets how many
//! messages each property draws (100 unless given); the world they are drawn from stands in `world`.

mod changes;
mod refused;
mod world;

use keepclear_geo::{Datums, Limit, Position, Reference as GeoReference};
use keepclear_line::codec::DIFFERENCES_MAX;
use keepclear_line::message::{Answer, Body, Content, Difference, ReadBack, Topic, Window};
use keepclear_line::quantity::{ExchangeId, Instant, MessageId, Millimetres, NanoDegrees};
use keepclear_line::read_back::{differences, expected_read_back};
use keepclear_line::stored::Stored;
use keepclear_line::volume::{Altitude, Place, Reference, Shape, Volume};
use proptest::prelude::*;

const EXCHANGE: ExchangeId = ExchangeId([7; 16]);
const MESSAGE: MessageId = MessageId([9; 32]);

fn messages() -> ProptestConfig {
    let asked = std::env::var("KEEPCLEAR_SEEDS").ok();
    let cases = asked.map_or(100, |text| text.parse().expect("KEEPCLEAR_SEEDS is a whole number"));
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

/// A message whose shared fields are these.
fn saying(fields: &ReadBack) -> Body {
    match fields.clone() {
        ReadBack::Content { content, words } => {
            Body::Amend { exchange: EXCHANGE, of: MESSAGE, content, words }
        }
        ReadBack::Commitment { commitment } => {
            Body::Sign { exchange: EXCHANGE, of: MESSAGE, commitment }
        }
    }
}

fn stored(fields: &ReadBack) -> Stored {
    Stored::of(&saying(fields)).expect("valid volumes").expect("shared fields")
}

fn volumes(fields: &ReadBack) -> &[Volume] {
    match fields {
        ReadBack::Content { content, .. } => &content.volumes,
        ReadBack::Commitment { commitment } => &commitment.volumes,
    }
}

fn corners(volume: &Volume) -> Vec<Place> {
    match &volume.shape {
        Shape::Circle { center, .. } => vec![*center],
        Shape::Polygon { vertices } => vertices.clone(),
    }
}

fn position(place: Place) -> Position {
    Position::new(place.lat.degrees(), place.lng.degrees()).expect("on the globe")
}

/// What a limit of a message means to geometry.
fn limit(altitude: Option<Altitude>) -> Limit {
    let Some(Altitude { value_m, reference }) = altitude else { return Limit::Open };
    let reference = match reference {
        Reference::Ellipsoid => GeoReference::W84,
        Reference::SeaLevel => GeoReference::Amsl,
        Reference::Ground => GeoReference::Agl,
        Reference::Pressure => GeoReference::Pressure,
    };
    Limit::At { mm: value_m.0, reference }
}

/// A notice of these shapes.
fn about(shapes: impl IntoIterator<Item = Shape>) -> ReadBack {
    let window = Window { from: Instant(0), to: Instant(3_600_000_000) };
    let volume =
        |shape| Volume { shape, lower: None, upper: None, from: window.from, to: window.to };
    let content = Content {
        topic: Topic::FallingObjects,
        window,
        volumes: shapes.into_iter().map(volume).collect(),
        our_flights: Vec::new(),
        your_flights: Vec::new(),
        action: None,
    };
    ReadBack::Content { content, words: None }
}

fn circle(lat: i64, lng: i64) -> Shape {
    let center = Place { lat: NanoDegrees(lat), lng: NanoDegrees(lng) };
    Shape::Circle { center, radius_m: Millimetres(500_000) }
}

fn ring(middle: Position, corners: u32, radius_m: f64) -> Shape {
    let corner = |index: u32| {
        let azimuth_deg = 360.0 * f64::from(index) / f64::from(corners);
        world::place(middle.destination(azimuth_deg, radius_m))
    };
    Shape::Polygon { vertices: (0..corners).map(corner).collect() }
}

proptest! {
    #![proptest_config(messages())]

    #[test]
    fn whatever_is_said_is_read_back_as_it_was_said(sent in world::fields()) {
        let read_back = stored(&sent).read_back();
        prop_assert_eq!(differences(&sent, &read_back), []);
        for (ours, theirs) in volumes(&sent).iter().zip(volumes(&read_back)) {
            for (a, b) in corners(ours).into_iter().zip(corners(theirs)) {
                prop_assert!(position(a).distance_m(position(b)) < 2e-4, "{a:?} {b:?}");
                let turn = (a.lng.0 - b.lng.0).rem_euclid(360_000_000_000);
                let beside_pole = a.lat.0.abs() > 89_990_000_000;
                prop_assert!((a.lat.0 - b.lat.0).abs() <= 1, "{a:?} {b:?}");
                prop_assert!(beside_pole || turn.min(360_000_000_000 - turn) <= 1, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn what_is_read_back_is_what_is_checked_against_flights(sent in world::fields()) {
        let stored = stored(&sent);
        let checked = stored.volumes(&Datums::default()).unwrap();
        prop_assert_eq!(checked.len(), volumes(&sent).len());
        for (volume, geometry) in volumes(&sent).iter().zip(&checked) {
            let places = match geometry.outline().as_circle() {
                Some((center, _)) => vec![center],
                None => geometry.outline().corners().concat(),
            };
            prop_assert_eq!(places.len(), corners(volume).len());
            for (place, held) in corners(volume).into_iter().zip(places) {
                prop_assert!(position(place).distance_m(held) < 1e-6, "{place:?} {held:?}");
            }
            let band = geometry.band().band();
            prop_assert_eq!((band.lower, band.upper), (limit(volume.lower), limit(volume.upper)));
            prop_assert_eq!(geometry.interval().start_us(), Some(volume.from.0));
            prop_assert_eq!(geometry.interval().end_us(), Some(volume.to.0));
        }
    }

    #[test]
    fn the_journal_gives_back_what_was_stored_in_the_same_bytes(sent in world::fields()) {
        let stored = stored(&sent);
        let bytes = minicbor::to_vec(&stored).unwrap();
        let again: Stored = minicbor::decode(&bytes).unwrap();
        prop_assert_eq!(&again, &stored);
        prop_assert_eq!(minicbor::to_vec(&again).unwrap(), bytes);
    }

    #[test]
    fn a_polygon_may_begin_elsewhere_and_go_round_the_other_way(
        sent in world::fields(), first in 0_usize..1_000, backwards: bool,
    ) {
        let mut theirs = sent.clone();
        changes::each_ring(&mut theirs, |vertices| {
            let first = first % vertices.len();
            vertices.rotate_left(first);
            if backwards {
                vertices.reverse();
            }
        });
        prop_assert_eq!(differences(&sent, &theirs), []);
        // And a corner that is wrong is still the only one named.
        changes::each_ring(&mut theirs, |vertices| {
            let last = vertices.len() - 1;
            vertices[last] = changes::beside(vertices[last]);
        });
        let named = differences(&sent, &theirs);
        let rings = volumes(&sent).iter().filter(|v| matches!(v.shape, Shape::Polygon { .. }));
        prop_assert_eq!(named.len(), rings.count(), "{:?}", named);
    }

    #[test]
    fn whichever_field_is_changed_is_the_one_that_is_named(sent in world::fields()) {
        for (path, changed) in changes::one_by_one(&sent) {
            for (ours, theirs) in [(&sent, &changed), (&changed, &sent)] {
                let named = differences(ours, theirs);
                let fields: Vec<&str> = named.iter().map(|one| one.field.as_str()).collect();
                prop_assert_eq!(&fields, &[path.as_str()], "{:?}", named);
                prop_assert_ne!(&named[0].sent, &named[0].read_back);
            }
        }
    }
}

/// A pair of `places.json`.
#[derive(serde::Deserialize)]
struct Pair {
    #[serde(rename = "where")]
    place: String,
    a: (i64, i64),
    b: (i64, i64),
    apart_m: f64,
}

fn pairs() -> Vec<Pair> {
    serde_json::from_str(include_str!("../places/places.json")).expect("pairs of places")
}

#[test]
fn places_9_mm_apart_are_one_place_and_11_mm_apart_are_two_wherever_they_are() {
    let (mut same, mut apart) = (0, 0);
    for Pair { place, a, b, apart_m } in pairs() {
        let named = differences(&about([circle(a.0, a.1)]), &about([circle(b.0, b.1)]));
        if apart_m <= 0.01 {
            assert_eq!(named, [], "{place}: {apart_m} m");
            same += 1;
            continue;
        }
        let [Difference { field, apart_m: Some(told), .. }] = named.as_slice() else {
            panic!("{place}: {apart_m} m: {named:?}")
        };
        assert_eq!(field, "content.volumes[0].shape.center");
        // Rounded up to the millimetre, from a distance that is good to some nanometres.
        let over_m = told.metres() - apart_m;
        assert!((-1e-7..0.001 + 1e-7).contains(&over_m), "{place}: {apart_m} m, told {told:?}");
        apart += 1;
    }
    assert_eq!((same, apart), (132, 264));
}

/// Where the line once passed a position 9 km wrong, as offsets east and north.
const NINE_KM: [(f64, f64); 4] =
    [(9_000.0, 0.0), (0.0, -9_000.0), (-5_400.0, 7_200.0), (7_200.0, 5_400.0)];

#[test]
fn a_peer_that_stores_places_9_km_off_is_told_how_far_and_which() {
    let middles = [
        (0.0, 20.0),
        (48.1, 11.6),
        (-33.9, -70.5),
        (70.0, 179.99),
        (-16.5, -180.0),
        (89.97, 33.0),
        (-90.0, 0.0),
    ];
    for (lat, lng) in middles {
        let middle = Position::new(lat, lng).unwrap();
        let center = world::place(middle);
        let sent = about([circle(center.lat.0, center.lng.0), ring(middle, 4, 7_000.0)]);
        for (east_m, north_m) in NINE_KM {
            let read_back = stored(&sent).displaced(east_m, north_m).unwrap().read_back();
            let named = differences(&sent, &read_back);
            let fields: Vec<&str> = named.iter().map(|one| one.field.as_str()).collect();
            let expected = [
                "content.volumes[0].shape.center",
                "content.volumes[1].shape.vertices[0]",
                "content.volumes[1].shape.vertices[1]",
                "content.volumes[1].shape.vertices[2]",
                "content.volumes[1].shape.vertices[3]",
            ];
            assert_eq!(fields, expected);
            for Difference { apart_m, .. } in named {
                let apart_m = apart_m.unwrap().metres();
                assert!((apart_m - 9_000.0).abs() < 1.0, "{lat} {lng}: {apart_m} m");
            }
        }
    }
}

#[test]
fn a_ring_that_is_stored_9_km_off_from_another_corner_on_is_still_9_km_off() {
    // Seen from the first corner, at its north, the nearest corner of the moved ring is another one.
    let sent = about([ring(Position::new(52.0, 5.0).unwrap(), 40, 5_000.0)]);
    let mut read_back = stored(&sent).displaced(9_000.0, 0.0).unwrap().read_back();
    changes::each_ring(&mut read_back, |vertices| {
        vertices.rotate_left(3);
        vertices.reverse();
    });
    let named = differences(&sent, &read_back);
    assert_eq!(named.len(), 40);
    for one in named {
        let apart_m = one.apart_m.unwrap().metres();
        assert!((apart_m - 9_000.0).abs() < 1.0, "{apart_m} m");
    }
}

#[test]
fn one_corner_stored_9_km_off_is_the_only_one_named_wherever_the_ring_begins() {
    let sent = about([ring(Position::new(52.0, 5.0).unwrap(), 4, 700.0)]);
    for wrong in 0..4 {
        for (first, backwards) in (0..4).flat_map(|first| [(first, false), (first, true)]) {
            let mut read_back = sent.clone();
            changes::each_ring(&mut read_back, |vertices| {
                let there = position(vertices[wrong]).destination(30.0, 9_000.0);
                vertices[wrong] = world::place(there);
                vertices.rotate_left(first);
                if backwards {
                    vertices.reverse();
                }
            });
            let named = differences(&sent, &read_back);
            let fields: Vec<&str> = named.iter().map(|one| one.field.as_str()).collect();
            assert_eq!(fields, [format!("content.volumes[0].shape.vertices[{wrong}]")]);
            assert!((named[0].apart_m.unwrap().metres() - 9_000.0).abs() < 0.002);
        }
    }
}

#[test]
fn what_a_peer_displaces_is_also_what_it_checks() {
    let sent = about([circle(0, 20_000_000_000)]);
    let displaced = stored(&sent).displaced(9_000.0, 0.0).unwrap();
    let checked = displaced.volumes(&Datums::default()).unwrap();
    let (center, _) = checked[0].outline().as_circle().unwrap();
    // A degree of the equator is 6,378,137 m × π / 180 = 111,319.49 m.
    assert!((center.lng_deg() - (20.0 + 9_000.0 / 111_319.490_793)).abs() < 1e-9);
    assert!(center.lat_deg().abs() < 1e-9);
}

#[test]
fn a_message_without_shared_fields_has_nothing_to_read_back() {
    let body = Body::Acknowledge { exchange: EXCHANGE, of: MESSAGE };
    assert_eq!(Stored::of(&body), Ok(None));
    assert_eq!(expected_read_back(&body), None);
}

#[test]
fn every_message_with_shared_fields_is_read_back() {
    let ReadBack::Content { content, .. } = about([circle(0, 0)]) else { unreachable!() };
    let counter = Body::Answer {
        exchange: EXCHANGE,
        of: MESSAGE,
        answer: Answer::Counter { content: content.clone() },
        covers: Vec::new(),
        words: None,
    };
    let open = Body::Open {
        exchange: EXCHANGE,
        matter: keepclear_line::message::Matter::Notice,
        content: content.clone(),
        words: None,
    };
    for body in [counter, open] {
        let expected = ReadBack::Content { content: content.clone(), words: None };
        assert_eq!(expected_read_back(&body), Some(expected.clone()));
        assert_eq!(Stored::of(&body).unwrap().unwrap().read_back(), expected);
    }
}

#[test]
fn no_more_than_a_hundred_differences_are_named() {
    let sent = about((0..150).map(|lng| circle(0, lng * 1_000_000_000)));
    let read_back = about((0..150).map(|lng| circle(1_000_000, lng * 1_000_000_000)));
    let named = differences(&sent, &read_back);
    assert_eq!(named.len(), DIFFERENCES_MAX);
    assert_eq!(named[99].field, "content.volumes[99].shape.center");
}
