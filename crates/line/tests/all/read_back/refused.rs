//! What cannot be stored, and what a hostile desk reads back.

use keepclear_line::message::{Action, Commitment, ReadBack, Window};
use keepclear_line::quantity::{DeskId, Instant, Millimetres, NanoDegrees};
use keepclear_line::read_back::differences;
use keepclear_line::stored::Stored;
use keepclear_line::volume::{Altitude, Place, Reference, Shape, Volume};

use super::{about, circle, saying, volumes};

fn place(lat: i64, lng: i64) -> Place {
    Place { lat: NanoDegrees(lat), lng: NanoDegrees(lng) }
}

fn triangle() -> Shape {
    let vertices = vec![place(0, 0), place(0, 1_000_000_000), place(1_000_000_000, 0)];
    Shape::Polygon { vertices }
}

#[test]
fn a_volume_that_geometry_refuses_is_refused_by_field_and_reason() {
    fn check(spoil: impl FnOnce(&mut Volume), expected: &str) {
        let ReadBack::Content { mut content, words } = about([circle(0, 0), triangle()]) else {
            unreachable!()
        };
        spoil(&mut content.volumes[1]);
        let refusal = Stored::of(&saying(&ReadBack::Content { content, words })).unwrap_err();
        let text = refusal.to_string();
        assert!(text.starts_with(&format!("volumes[1].{expected}")), "{text}");
    }
    let corners = |corners: &[(i64, i64)]| {
        let vertices = corners.iter().map(|&(lat, lng)| place(lat * 1_000_000, lng * 1_000_000));
        Shape::Polygon { vertices: vertices.collect() }
    };
    let altitude = |mm| Some(Altitude { value_m: Millimetres(mm), reference: Reference::Ground });
    check(
        |volume| volume.shape = corners(&[(0, 0), (9, 9), (9, 0), (0, 9)]),
        "shape.vertices[2]: the edge that begins here crosses or touches the edge that begins at vertex 0",
    );
    check(
        |volume| volume.shape = corners(&[(0, 0), (0, 0), (9, 0)]),
        "shape.vertices[1]: is the same place as vertex 0",
    );
    check(
        |volume| volume.shape = corners(&[(0, 0), (9, 0)]),
        "shape.vertices: 2 given, at least 3",
    );
    check(
        |volume| volume.shape = corners(&[(0, 0), (90_001, 0), (9, 9)]),
        "shape.vertices[1].lat: 90.001 is outside -90 to 90",
    );
    check(|volume| volume.shape = circle(0, i64::MAX), "shape.center.lng: ");
    check(
        |volume| {
            volume.shape = Shape::Circle { center: place(0, 0), radius_m: Millimetres(0) };
        },
        "shape.radius_m: 0 is outside",
    );
    check(
        |volume| (volume.lower, volume.upper) = (altitude(1_001), altitude(1_000)),
        "lower: the lower limit lies above the upper limit",
    );
    check(|volume| volume.upper = altitude(100_000_001), "upper: 100000.001 is outside");
    check(|volume| volume.to = Instant(-1), "from: the start lies after the end");
    check(|volume| volume.from = Instant(i64::MIN), "from: is the end of all time");
    check(|volume| volume.to = Instant(i64::MAX), "to: is the end of all time");
}

#[test]
fn a_displacement_that_is_no_number_is_refused() {
    let stored = super::stored(&about([circle(0, 0)]));
    assert!(stored.displaced(f64::NAN, 0.0).is_err());
    assert!(stored.displaced(0.0, f64::INFINITY).is_err());
    assert_eq!(stored.displaced(0.0, 0.0), Ok(stored));
}

#[test]
fn a_place_off_the_globe_is_read_back_as_different_and_without_distance() {
    let named = differences(&about([circle(0, 0)]), &about([circle(91_000_000_000, 0)]));
    assert_eq!(named.len(), 1);
    assert_eq!(named[0].read_back, "91° N, 0° E");
    assert_eq!(named[0].apart_m, None);

    let off = |vertices| about([Shape::Polygon { vertices }]);
    let far = place(i64::MIN, i64::MAX);
    let named = differences(&about([triangle()]), &off(vec![far; 3]));
    assert_eq!(named.len(), 3);
}

#[test]
fn a_ring_without_corners_or_with_ten_thousand_at_one_place_is_only_different() {
    let ring = |vertices| about([Shape::Polygon { vertices }]);
    assert_eq!(differences(&about([triangle()]), &ring(Vec::new())).len(), 1);
    let around = |index: i64| place(10_000_000 * (index % 100), 10_000_000 * (index / 100));
    let sent: Vec<Place> = (0..10_000).map(around).collect();
    let named = differences(&ring(sent.clone()), &ring(vec![sent[0]; 10_000]));
    assert_eq!(named.len(), 100);
}

#[test]
fn a_commitment_read_back_for_a_notice_is_named_as_such() {
    let notice = about([circle(0, 0)]);
    let window = Window { from: Instant(0), to: Instant(1) };
    let commitment = Commitment {
        by: DeskId([1; 16]),
        action: Action::StayClear {},
        window,
        flights: Vec::new(),
        volumes: volumes(&notice).to_vec(),
        milestones: Vec::new(),
    };
    let commitment = ReadBack::Commitment { commitment };
    for (ours, theirs, field) in
        [(&notice, &commitment, "content"), (&commitment, &notice, "commitment")]
    {
        let named = differences(ours, theirs);
        assert_eq!(named.len(), 1);
        assert_eq!(named[0].field, field);
    }
}
