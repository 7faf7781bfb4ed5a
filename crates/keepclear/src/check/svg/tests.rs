use keepclear_geo::Outline;

use super::*;
use crate::check::example::{self, place};

/// The parsed picture's texts; panics unless it is well-formed and refers to nothing elsewhere.
fn texts(drawn: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(drawn).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "svg");
    for node in document.descendants() {
        assert!(!matches!(node.tag_name().name(), "script" | "image" | "use" | "foreignObject"));
        for attribute in node.attributes() {
            assert!(!attribute.name().starts_with("on") && attribute.name() != "href");
            let value = attribute.value();
            assert!(!value.contains("NaN") && !value.contains("inf"), "{value}");
            if let Some(id) = value.strip_prefix("url(#").and_then(|v| v.strip_suffix(')')) {
                let named = document.descendants().any(|n| n.attribute("id") == Some(id));
                assert!(named, "nothing has the id {id}");
            }
        }
    }
    assert!(!drawn.contains("@import") && !drawn.contains("url(http"));
    let texts = document.descendants().filter(|n| n.tag_name().name() == "text");
    texts.filter_map(|n| n.text()).map(str::to_owned).collect()
}

fn over(corners: &[(f64, f64)]) -> String {
    let ring: Vec<_> = corners.iter().map(|&(lat, lng)| place(lat, lng)).collect();
    let volume = || example::volume(Outline::polygon(&ring).unwrap(), (0.0, 100.0), (0, 60));
    let flights = ["F", "G"].map(|id| example::flight(id, id, vec![volume()])).to_vec();
    let picture = Picture { flights, zones: Vec::new() };
    svg(&picture, &example::conflicts(&picture))
}

#[test]
fn every_conflict_has_a_number_a_panel_and_its_names_escaped() {
    let picture = example::with_all_sorts();
    let conflicts = example::conflicts(&picture);
    let texts = texts(&svg(&picture, &conflicts));
    assert!(texts.contains(&"a: ALPHA-<1> & \"co\" (alpha)".to_owned()), "{texts:?}");
    for (i, _) in conflicts.iter().enumerate() {
        let number = (i + 1).to_string();
        // In the map and in its panel.
        assert!(texts.iter().filter(|&text| *text == number).count() >= 2, "{number}");
    }
}

#[test]
fn control_characters_of_a_name_do_not_break_the_picture() {
    let mut picture = example::with_all_sorts();
    picture.flights[0].id = "]]>\u{0}\u{b}\u{202e}<script>\u{ffff}&amp;".to_owned();
    picture.flights[0].party = "\u{1}\"'<".to_owned();
    picture.zones[0].name = "<!--\u{7f}".to_owned();
    let texts = texts(&svg(&picture, &example::conflicts(&picture)));
    assert!(texts.iter().any(|text| text == "a: ]]><script>&amp; (\"'<)"), "{texts:?}");
}

#[test]
fn the_same_picture_gives_the_same_bytes_whatever_the_order_of_conflicts() {
    let picture = example::with_all_sorts();
    let mut conflicts = example::conflicts(&picture);
    let drawn = svg(&picture, &conflicts);
    conflicts.reverse();
    assert_eq!(svg(&picture, &conflicts), drawn);
}

#[test]
fn nothing_is_a_picture_too() {
    let texts = texts(&svg(&Picture::default(), &[]));
    assert!(texts.contains(&"0 flights, 0 areas, 0 conflicts".to_owned()), "{texts:?}");
}

#[test]
fn an_area_over_the_antimeridian_is_drawn_in_one_piece() {
    let size = |drawn: &str| {
        let start = drawn.find("class=\"hit\"").unwrap();
        let data = drawn[..start].rsplit("d=\"").next().unwrap().to_owned();
        let xs = data.split(['M', 'L']).filter_map(|p| p.split(' ').next()?.parse::<f64>().ok());
        let (low, high) = xs.fold((f64::MAX, f64::MIN), |(l, h), x| (l.min(x), h.max(x)));
        ((high - low) * 0.1).round()
    };
    let across = over(&[(-0.1, 179.9), (-0.1, -179.9), (0.1, -179.9), (0.1, 179.9)]);
    let beside = over(&[(-0.1, 9.9), (-0.1, 10.1), (0.1, 10.1), (0.1, 9.9)]);
    assert!(texts(&across).iter().any(|text| text.starts_with("180") && text.contains('°')));
    assert_eq!(size(&across).to_bits(), size(&beside).to_bits());
}

#[test]
fn a_pole_is_marked() {
    let drawn = over(&[(89.0, 0.0), (89.0, 120.0), (89.0, -120.0)]);
    assert!(texts(&drawn).contains(&"north pole".to_owned()));
}

#[test]
fn thousands_of_volumes_are_cut_to_a_size_that_can_be_opened() {
    let mut picture = example::with_all_sorts();
    let conflicts = example::conflicts(&picture);
    let crowd = (0..4_000).map(|i| {
        let at = place(47.40 + f64::from(i % 50) * 0.002, 8.40 + f64::from(i / 50) * 0.003);
        let volume = example::volume(Outline::circle(at, 200.0).unwrap(), (0.0, 50.0), (0, 60));
        example::flight(&format!("C{i}"), "crowd", vec![volume; 5])
    });
    picture.flights.extend(crowd);
    let drawn = svg(&picture, &conflicts);
    assert!(drawn.len() < 5_000_000, "{}", drawn.len());
    assert!(texts(&drawn).iter().any(|text| text.contains("more are not")));
}
