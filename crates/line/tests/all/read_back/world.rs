//! The world from which messages are drawn: everything that may be said, and valid.
//!
//! A sixth each of the outlines lies at the equator, at a mid latitude, across the antimeridian, around
//! a pole, within a kilometre of one, and anywhere. Polygons are stars with 3 to 12 corners, 1 m to
//! 300 km in radius; circles have radii from 1 mm to 2,500 km. Altitudes are of all four references.

use keepclear_geo::Position;
use keepclear_line::message::{
    Action, Commitment, Content, Evidence, Milestone, ReadBack, Topic, Window,
};
use keepclear_line::quantity::{DeskId, Instant, Millimetres, Name, NanoDegrees, Words};
use keepclear_line::volume::{Altitude, Place, Reference, Shape, Volume};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

pub const TOPICS: [Topic; 4] =
    [Topic::Flights, Topic::ClosedArea, Topic::SearchAndRescue, Topic::Line];
pub const REFERENCES: [Reference; 4] =
    [Reference::Ellipsoid, Reference::SeaLevel, Reference::Ground, Reference::Pressure];

/// From 1970 to 2100, microseconds.
const TIMES_US: std::ops::Range<i64> = 0..4_102_444_800_000_000;

pub fn place(position: Position) -> Place {
    let nano = |deg: f64| NanoDegrees((deg * 1e9).round() as i64);
    Place { lat: nano(position.lat_deg()), lng: nano(position.lng_deg()) }
}

pub fn fields() -> impl Strategy<Value = ReadBack> {
    let content = (content(), option::of(words()));
    prop_oneof![
        content.prop_map(|(content, words)| ReadBack::Content { content, words }),
        commitment().prop_map(|commitment| ReadBack::Commitment { commitment }),
    ]
}

fn content() -> impl Strategy<Value = Content> {
    let flights = || (0_usize..4, names("A"));
    let drawn = (select(&TOPICS[..]), window(), vec(volume(), 0..4), flights(), flights());
    (drawn, option::of(action())).prop_map(|((topic, window, volumes, ours, yours), action)| {
        let our_flights = ours.1.into_iter().take(ours.0).collect();
        let your_flights = yours.1.into_iter().take(yours.0).collect();
        Content { topic, window, volumes, our_flights, your_flights, action }
    })
}

fn commitment() -> impl Strategy<Value = Commitment> {
    let drawn = (any::<[u8; 16]>(), action(), window(), names("B"), vec(volume(), 0..4));
    (drawn, vec(milestone(), 0..4)).prop_map(|(drawn, mut milestones)| {
        let (by, action, window, flights, volumes) = drawn;
        for (number, milestone) in (1..).zip(&mut milestones) {
            milestone.number = number;
        }
        Commitment { by: DeskId(by), action, window, flights, volumes, milestones }
    })
}

fn milestone() -> impl Strategy<Value = Milestone> {
    let evidence = select(vec![Evidence::Report, Evidence::PublishedPlan, Evidence::Observation]);
    (words(), TIMES_US, evidence).prop_map(|(what, deadline_us, evidence)| Milestone {
        number: 0,
        what,
        deadline: Instant(deadline_us),
        evidence,
    })
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        (1_u32..86_400).prop_map(|by_s| Action::Delay { by_s }),
        (1_u32..86_400).prop_map(|by_s| Action::Earlier { by_s }),
        (1_i64..5_000_000).prop_map(|mm| Action::Level { by_m: Millimetres(mm) }),
        (-5_000_000_i64..0).prop_map(|mm| Action::Sideways { by_m: Millimetres(mm) }),
        Just(Action::StayClear {}),
        Just(Action::Identify {}),
    ]
}

/// Distinct names, so that it can be told which of them is gone.
fn names(prefix: &'static str) -> impl Strategy<Value = Vec<Name>> {
    vec("[A-Z]{1,4}", 0..4).prop_map(move |drawn| {
        let numbered = drawn.iter().enumerate();
        numbered.map(|(i, tail)| Name::new(format!("{prefix}{i}{tail}")).expect("a name")).collect()
    })
}

fn words() -> impl Strategy<Value = Words> {
    "[a-zа-яا-ي][a-zа-яا-ي \\n]{0,80}".prop_map(|text| Words::new(text).expect("words"))
}

fn window() -> impl Strategy<Value = Window> {
    (TIMES_US, TIMES_US)
        .prop_map(|(a, b)| Window { from: Instant(a.min(b)), to: Instant(a.max(b)) })
}

fn volume() -> impl Strategy<Value = Volume> {
    let shape = prop_oneof![circle(), polygon()];
    (shape, option::of(altitude()), option::of(altitude()), window()).prop_map(
        |(shape, mut lower, mut upper, window)| {
            if let (Some(low), Some(high)) = (&mut lower, &mut upper)
                && low.reference == high.reference
                && low.value_m > high.value_m
            {
                std::mem::swap(low, high);
            }
            Volume { shape, lower, upper, from: window.from, to: window.to }
        },
    )
}

fn altitude() -> impl Strategy<Value = Altitude> {
    (-8_000_000_i64..=100_000_000, select(&REFERENCES[..]))
        .prop_map(|(mm, reference)| Altitude { value_m: Millimetres(mm), reference })
}

fn circle() -> impl Strategy<Value = Shape> {
    (middle(), 0.0..9.397_f64).prop_map(|(center, decades)| Shape::Circle {
        center,
        radius_m: Millimetres(libm::pow(10.0, decades).round() as i64),
    })
}

fn polygon() -> impl Strategy<Value = Shape> {
    let corners = vec((0.0..0.6_f64, 0.5..1.0_f64), 3..=12);
    (middle(), 0.0..5.477_f64, corners).prop_map(|(middle, decades, corners)| {
        let middle = super::position(middle);
        let radius_m = libm::pow(10.0, decades);
        let count = corners.len() as f64;
        let corner = |(index, (turn, reach)): (usize, &(f64, f64))| {
            let azimuth_deg = (index as f64 + turn) / count * 360.0;
            place(middle.destination(azimuth_deg, radius_m * reach))
        };
        Shape::Polygon { vertices: corners.iter().enumerate().map(corner).collect() }
    })
}

fn middle() -> impl Strategy<Value = Place> {
    const DEGREE: i64 = 1_000_000_000;
    let lng = || -180 * DEGREE..=180 * DEGREE;
    let near = |middle: i64| middle - 1_000_000..=middle + 1_000_000;
    let pole = || select(vec![-90 * DEGREE, 90 * DEGREE]);
    prop_oneof![
        (near(0), lng()),
        (near(48 * DEGREE), lng()),
        (
            -70 * DEGREE..70 * DEGREE,
            prop_oneof![
                179_999 * DEGREE / 1_000..=180 * DEGREE,
                -180 * DEGREE..=-179_999 * DEGREE / 1_000,
            ]
        ),
        (pole(), lng()),
        (pole().prop_flat_map(|pole| (Just(pole), 0..9_000_000_i64)), lng())
            .prop_map(|((pole, inwards), lng)| (pole - pole.signum() * inwards, lng)),
        (-90 * DEGREE..=90 * DEGREE, lng()),
    ]
    .prop_map(|(lat, lng)| Place { lat: NanoDegrees(lat), lng: NanoDegrees(lng) })
}
