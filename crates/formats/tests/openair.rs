//! OpenAir areas, with expected places from geodesic distances.
// Helpers outside of #[test] functions may unwrap as tests do.
#![allow(clippy::unwrap_used)]

use keepclear_formats::{FileContent, ReadOptions, read_airspace};
use keepclear_geo::{Band, Limit, Position, Reference, Verdict};

fn read(text: &str) -> FileContent {
    read_airspace("zones.txt", text.as_bytes(), &ReadOptions::default()).unwrap()
}

const SQUARE: &str = "DP 47:00:00 N 008:00:00 E\nDP 47:00:00 N 008:10:00 E\n\
    DP 47:10:00 N 008:10:00 E\nDP 47:10:00 N 008:00:00 E\nDP 47:00:00 N 008:00:00 E\n";

fn area(head: &str) -> String {
    format!("{head}\n{SQUARE}")
}

#[test]
fn an_area_keeps_class_name_limits_and_corners() {
    let text = area("AC GLIDE\nAN Wald\nAL 2500ft GND\nAH FL95").replace('\n', "\r\n");
    let content = read(&text);
    assert_eq!((&content.refused[..], &content.warnings[..]), (&[][..], &[][..]));
    let zone = &content.zones[0];
    assert_eq!((zone.id.as_str(), zone.class.as_deref()), ("Wald", Some("GLIDE")));
    assert_eq!(zone.source, "line 1");
    let volume = &zone.volumes[0];
    // The closing corner is dropped.
    assert_eq!(volume.outline().vertex_count(), 4);
    let lower = Limit::At { mm: 762_000, reference: Reference::Agl };
    let upper = Limit::At { mm: 2_895_600, reference: Reference::Pressure };
    assert_eq!(volume.band().band(), Band { lower, upper });
    assert_eq!(volume.activation(), Verdict::Certain);
}

#[test]
fn names_before_classes_comments_and_latin_letters_are_understood() {
    let text = format!(
        "* x\nAN Eins\nAC R\nAL GND\nAH UNL\n{SQUARE}AN Zw\u{f6}lf HX\nAC Q\nAL GND\nAH UNL\n{SQUARE}"
    );
    let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let content = read_airspace("z", &latin, &ReadOptions::default()).unwrap();
    assert_eq!((&content.refused[..], &content.warnings[..]), (&[][..], &[][..]));
    let zones: Vec<_> =
        content.zones.iter().map(|z| (z.name.as_str(), z.class.as_deref())).collect();
    assert_eq!(zones, [("Eins", Some("R")), ("Zw\u{f6}lf HX", Some("Q"))]);
    assert_eq!(content.zones[1].volumes[0].activation(), Verdict::Possible);
}

#[test]
fn arcs_turn_the_way_that_is_set_and_their_radius_grows_evenly() {
    let centre = Position::new(47.0, 8.0).unwrap();
    let head = "AC R\nAN Arc\nAL GND\nAH FL95\nV X=47:00:00 N 008:00:00 E\n";
    for (direction, points_min, points_max, middle_deg) in
        [("+", 91, 130, 45.0), ("-", 271, 380, 225.0)]
    {
        // From 6' of latitude north to about 7 km east: the radius shrinks along the way.
        let arc = format!(
            "{head}V D={direction}\nDB 47:06:00 N 008:00:00 E, 47:00:00 N 008:05:32 E\n\
             DP 47:00:00 N 008:00:00 E\n"
        );
        let content = read(&arc);
        assert_eq!(content.refused, []);
        let rings = content.zones[0].volumes[0].outline().corners();
        let ring = rings.first().unwrap();
        assert!((points_min..=points_max).contains(&ring.len()), "{}", ring.len());
        let start_m = centre.distance_m(Position::new(47.1, 8.0).unwrap());
        let end_m = centre.distance_m(Position::new(47.0, 8.0 + 332.0 / 3_600.0).unwrap());
        let nearest = ring.iter().filter(|place| centre.distance_m(**place) > 1.0).map(|place| {
            let (distance_m, azimuth_deg, _) = centre.inverse(*place);
            ((azimuth_deg.rem_euclid(360.0) - middle_deg).abs(), distance_m)
        });
        let (off_deg, distance_m) = nearest.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
        assert!(off_deg < 1.0, "{off_deg}");
        let half_m = (start_m + end_m) / 2.0;
        // Half a degree off the middle is at most 1/180 of the difference.
        assert!((distance_m - half_m).abs() < (start_m - end_m) / 60.0, "{distance_m} {half_m}");
    }
    let full = read(&format!("{head}DA 5,0,360\n"));
    let ring = &full.zones[0].volumes[0].outline().corners()[0];
    assert!(
        ring.len() >= 360 && ring.iter().all(|p| (centre.distance_m(*p) - 9_260.0).abs() < 0.01)
    );
    let circle = read(&format!("{head}DC 5\n"));
    let (_, radius_m) = circle.zones[0].volumes[0].outline().as_circle().unwrap();
    assert!((radius_m - 9_260.0).abs() < 1e-6);
}

#[test]
fn a_closed_area_is_kept_larger_rather_than_dropped() {
    let bow_tie = "DP 47:00:00 N 008:00:00 E\nDP 47:10:00 N 008:10:00 E\n\
        DP 47:00:00 N 008:10:00 E\nDP 47:10:00 N 008:00:00 E\n";
    let table = [
        (area("AC R\nAN A\nAL GND\nAH Ask on 122.8"), "upper limit", Limit::Surface, Limit::Open),
        (area("AC R\nAN A\nAL GND"), "upper limit is missing", Limit::Surface, Limit::Open),
        (area("AC R\nAN A\nAL what\nAH UNL"), "lower limit", Limit::Surface, Limit::Open),
        (area("AC R\nAN A\nAL GND\nAH GND"), "upper limit", Limit::Surface, Limit::Open),
        (area("AC R\nAL GND\nAH UNL"), "no name", Limit::Surface, Limit::Open),
        (area("AC\nAN A\nAL GND\nAH UNL"), "no class", Limit::Surface, Limit::Open),
        (format!("AC R\nAN A\nAL GND\nAH UNL\n{bow_tie}"), "union", Limit::Surface, Limit::Open),
        (
            area("AC R\nAN A\nAL FL100\nAH FL10"),
            "other way",
            Limit::At { mm: 304_800, reference: Reference::Pressure },
            Limit::At { mm: 3_048_000, reference: Reference::Pressure },
        ),
    ];
    for (text, words, lower, upper) in table {
        let content = read(&text);
        assert_eq!(content.refused, [], "{text}");
        assert_eq!(content.warnings.len(), 1, "{text}");
        assert!(content.warnings[0].text.contains(words), "{}", content.warnings[0].text);
        assert_eq!(content.zones[0].volumes[0].band().band(), Band { lower, upper });
    }
}

#[test]
fn what_leaves_no_outline_is_refused_by_its_line() {
    let good = area("AC R\nAN Good\nAL GND\nAH UNL");
    let table = [
        ("DP 47:00:00 N", "line 5", "DP"),
        ("DC 5", "line 5", "DC"),
        ("V X=somewhere", "line 5", "V X"),
        ("V D=*", "line 5", "V D"),
        ("V X=47:00:00 N 008:00:00 E\nDC -5", "line 6", "DC"),
        ("V X=47:00:00 N 008:00:00 E\nDA 5,0", "line 6", "DA"),
        ("V X=47:00:00 N 008:00:00 E\nDA 1e9,0,90", "line 6", "DA"),
        ("V X=47:00:00 N 008:00:00 E\nDB 47:00:00 N 008:10:00 E", "line 6", "DB"),
        ("DP 47:00:00 N 008:00:00 E\nDP 47:10:00 N 008:00:00 E", "line 1", "outline"),
        ("", "line 1", "outline"),
    ];
    for (outline, at, field) in table {
        let content = read(&format!("AC R\nAN Bad\nAL GND\nAH UNL\n{outline}\n{good}"));
        assert_eq!(content.zones.len(), 1, "{outline}");
        assert_eq!(content.zones[0].name, "Good");
        let refused = &content.refused[0];
        assert_eq!((refused.at.as_str(), refused.field.as_str()), (at, field), "{outline}");
    }
}

#[test]
fn activation_records_beat_words_in_the_name() {
    let content = read(&area(
        "AC R\nAN A NOTAM\nAL GND\nAH UNL\nAA 2001-09-09T00:00Z/2001-09-09T24:00Z\nAA NONE",
    ));
    let volumes = &content.zones[0].volumes;
    assert_eq!(volumes[0].activation(), Verdict::Certain);
    assert_eq!(volumes[0].interval().start_us(), Some(999_993_600_000_000));
    assert_eq!(volumes[0].interval().end_us(), Some(1_000_080_000_000_000));
    assert_eq!(volumes[1].activation(), Verdict::Possible);
}
