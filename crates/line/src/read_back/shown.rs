//! Values as a person reads them in a difference: degrees, metres, RFC 3339.
//!
//! Numbers are written from their integers digit by digit, so that two values which differ never look
//! alike.

use std::fmt::Debug;

use keepclear_wire::time::format_us;

use crate::message::{Action, Milestone};
use crate::quantity::{Instant, Millimetres};
use crate::volume::{Altitude, Place, Reference, Shape, Volume};

/// Stands for what one side does not have.
pub(super) const ABSENT: &str = "(none)";
/// Stands for what one side has where the other has nothing of the kind.
pub(super) const PRESENT: &str = "(given)";

/// Most characters that are shown of a text, and how many of them before the first difference.
const EXCERPT: (usize, usize) = (60, 20);

pub(super) fn instant(instant: &Instant) -> String {
    format_us(instant.0)
}

pub(super) fn length(length: &Millimetres) -> String {
    format!("{} m", decimal(length.0, 3))
}

pub(super) fn place(place: Place) -> String {
    let angle = |nano: i64, letters: [&str; 2]| {
        let letter = letters[usize::from(nano < 0)];
        format!("{}° {letter}", decimal(nano, 9).trim_start_matches('-'))
    };
    format!("{}, {}", angle(place.lat.0, ["N", "S"]), angle(place.lng.0, ["E", "W"]))
}

pub(super) fn limit(altitude: &Option<Altitude>) -> String {
    let Some(Altitude { value_m, reference }) = altitude else { return "open".to_owned() };
    let reference = match reference {
        Reference::Ellipsoid => "W84",
        Reference::SeaLevel => "AMSL",
        Reference::Ground => "AGL",
        Reference::Pressure => "STD",
    };
    format!("{} {reference}", length(value_m))
}

pub(super) fn shape(shape: &Shape) -> String {
    match shape {
        Shape::Circle { center, radius_m } => {
            format!("circle of {} around {}", length(radius_m), place(*center))
        }
        Shape::Polygon { vertices } => {
            let first = vertices.first().map_or(ABSENT.to_owned(), |&first| place(first));
            format!("polygon of {} corners from {first}", vertices.len())
        }
    }
}

pub(super) fn volume(volume: &Volume) -> String {
    let Volume { shape: covers, lower, upper, from, to } = volume;
    format!(
        "{}, {} to {}, {} to {}",
        shape(covers),
        limit(lower),
        limit(upper),
        instant(from),
        instant(to)
    )
}

pub(super) fn milestone(milestone: &Milestone) -> String {
    let Milestone { number, what, deadline, evidence } = milestone;
    let what = excerpt(what.as_str(), 0);
    format!("{number}: {what}, until {}, by {}", instant(deadline), code(evidence))
}

pub(super) fn action(action: &Action) -> String {
    match action {
        Action::Delay { by_s } => format!("delay by {by_s} s"),
        Action::Earlier { by_s } => format!("earlier by {by_s} s"),
        Action::Level { by_m } => format!("level by {}", length(by_m)),
        Action::Sideways { by_m } => format!("sideways by {}", length(by_m)),
        Action::StayClear {} => "stay clear".to_owned(),
        Action::StayWithin {} => "stay within".to_owned(),
        Action::Identify {} => "identify".to_owned(),
        Action::Inform {} => "inform".to_owned(),
        Action::Assist {} => "assist".to_owned(),
    }
}

/// The words of a code's name: `ClosedArea` is "closed area".
pub(super) fn code(code: &impl Debug) -> String {
    let mut words = String::new();
    for letter in format!("{code:?}").chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

/// Two texts that differ, from a little before their first difference, each with the character that
/// stands there: some characters look like others, and some like nothing.
pub(super) fn texts(sent: Option<&str>, read_back: Option<&str>) -> (String, String) {
    let (Some(ours), Some(theirs)) = (sent, read_back) else {
        let shown = |text: Option<&str>| text.map_or(ABSENT.to_owned(), |text| excerpt(text, 0));
        return (shown(sent), shown(read_back));
    };
    let at = ours.chars().zip(theirs.chars()).take_while(|(a, b)| a == b).count();
    let shown = |text: &str| {
        let there = match text.chars().nth(at) {
            Some(character) => format!("U+{:04X}", u32::from(character)),
            None => "end".to_owned(),
        };
        format!("{} (character {}: {there})", excerpt(text, at), at + 1)
    };
    (shown(ours), shown(theirs))
}

fn excerpt(text: &str, at: usize) -> String {
    let (most, before) = EXCERPT;
    let begin = at.saturating_sub(before);
    let mut shown = if begin > 0 { "…".to_owned() } else { String::new() };
    let mut rest = text.chars().skip(begin);
    for character in rest.by_ref().take(most) {
        match character {
            '\n' => shown.push_str("\\n"),
            '\t' => shown.push_str("\\t"),
            other => shown.push(other),
        }
    }
    if rest.next().is_some() {
        shown.push('…');
    }
    shown
}

/// A whole number of the last of so many digits behind the point, without needless zeros.
fn decimal(value: i64, digits: u32) -> String {
    let one = 10_u64.pow(digits);
    let (whole, part) = (value.unsigned_abs() / one, value.unsigned_abs() % one);
    let sign = if value < 0 { "-" } else { "" };
    let width = digits as usize;
    let part = format!("{part:0width$}");
    match part.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        part => format!("{sign}{whole}.{part}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Topic;
    use crate::quantity::NanoDegrees;

    #[test]
    fn numbers_are_written_to_their_last_digit_and_no_further() {
        let cases: [(i64, u32, &str); 6] = [
            (0, 3, "0"),
            (120_100, 3, "120.1"),
            (-1, 3, "-0.001"),
            (-8_000_000, 3, "-8000"),
            (180_000_000_000, 9, "180"),
            (i64::MIN, 9, "-9223372036.854775808"),
        ];
        for (value, digits, text) in cases {
            assert_eq!(decimal(value, digits), text);
        }
    }

    #[test]
    fn a_place_says_its_hemispheres() {
        let at = |lat, lng| place(Place { lat: NanoDegrees(lat), lng: NanoDegrees(lng) });
        assert_eq!(at(48_137_154_321, 11_576_124_000), "48.137154321° N, 11.576124° E");
        assert_eq!(at(-1, -180_000_000_000), "0.000000001° S, 180° W");
    }

    #[test]
    fn a_code_is_shown_as_words() {
        assert_eq!(code(&Topic::SearchAndRescue), "search and rescue");
        assert_eq!(code(&Topic::Line), "line");
    }

    #[test]
    fn texts_that_look_alike_are_told_apart() {
        // Latin a, Cyrillic а.
        let (ours, theirs) = texts(Some("Ra 7"), Some("R\u{430} 7"));
        assert_eq!(ours, "Ra 7 (character 2: U+0061)");
        assert_eq!(theirs, "R\u{430} 7 (character 2: U+0430)");
    }

    #[test]
    fn a_long_text_is_shown_around_its_first_difference() {
        let long = "x".repeat(200);
        let (ours, theirs) = texts(Some(&format!("{long}\n{long}")), Some(&long));
        assert!(ours.starts_with("…xxxx") && ours.contains("x\\nx"), "{ours}");
        assert!(ours.ends_with("… (character 201: U+000A)"), "{ours}");
        assert!(theirs.ends_with("x (character 201: end)"), "{theirs}");
    }
}
