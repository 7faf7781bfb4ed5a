//! The one form in which numbers, places and times are shown, in every language.
//!
//! Always the digits 0 to 9, and no separator between thousands: a comma divides thousands for some
//! readers and is the decimal sign for others, and `1,500 m` must not be read as one metre and a
//! half.

use keepclear_wire::time::format_us;

use crate::quantity::{Instant, MessageId, Millimetres, NanoDegrees};
use crate::volume::{Altitude, Place, Reference};

/// `2026-11-25 14:20:00Z`, with as many digits of a second as there are.
pub fn time(at: Instant) -> String {
    format_us(at.0).replace('T', " ")
}

/// `48°24.000′N 009°58.600′E (48.400000000° 9.976666667°)`: as people say it, rounded to a
/// thousandth of a minute (1.9 m), and exactly.
pub fn place(place: Place) -> String {
    let lat = minutes(place.lat, 2, ['N', 'S']);
    let lng = minutes(place.lng, 3, ['E', 'W']);
    format!("{lat} {lng} ({}° {}°)", decimal(place.lat.0, 9, 9), decimal(place.lng.0, 9, 9))
}

/// Degrees and minutes; rounded away from zero at a half, so that both hemispheres round alike.
fn minutes(angle: NanoDegrees, width: usize, signs: [char; 2]) -> String {
    let thousandths = (u128::from(angle.0.unsigned_abs()) * 6 + 50_000) / 100_000;
    let (degrees, thousandths) = (thousandths / 60_000, thousandths % 60_000);
    let sign = signs[usize::from(angle.0 < 0)];
    format!("{degrees:0width$}°{:02}.{:03}′{sign}", thousandths / 1_000, thousandths % 1_000)
}

/// `1500 m`, with as many digits below a metre as there are.
pub fn length(length: Millimetres) -> String {
    format!("{} m", decimal(length.0, 3, 0))
}

/// The size of a step whose direction a phrase says.
pub fn size(length: Millimetres) -> String {
    let size = decimal(length.0, 3, 0);
    format!("{} m", size.trim_start_matches('-'))
}

/// `1500 m AMSL`.
pub fn altitude(altitude: Altitude) -> String {
    let reference = match altitude.reference {
        Reference::Ellipsoid => "W84",
        Reference::SeaLevel => "AMSL",
        Reference::Ground => "AGL",
        Reference::Pressure => "STD",
    };
    format!("{} {reference}", length(altitude.value_m))
}

/// `4 min 00 s`, `1 h 30 min 00 s`, `2 d 03 h 00 min 00 s`; below 0 with a minus before it.
pub fn duration(span_s: i64) -> String {
    let sign = if span_s < 0 { "-" } else { "" };
    let all = span_s.unsigned_abs();
    let (days, hours, minutes, seconds) = (all / 86_400, all / 3_600 % 24, all / 60 % 60, all % 60);
    if days > 0 {
        format!("{sign}{days} d {hours:02} h {minutes:02} min {seconds:02} s")
    } else if hours > 0 {
        format!("{sign}{hours} h {minutes:02} min {seconds:02} s")
    } else if minutes > 0 {
        format!("{sign}{minutes} min {seconds:02} s")
    } else {
        format!("{sign}{seconds} s")
    }
}

/// `0.600 s`, always with its thousandths; a difference has its sign, `+1.250 s`.
pub fn thousandths(span_ms: i64, signed: bool) -> String {
    let sign = if signed && span_ms > 0 { "+" } else { "" };
    format!("{sign}{} s", decimal(span_ms, 3, 3))
}

/// The first 16 digits, enough for a person to tell two messages apart.
pub fn message(id: MessageId) -> String {
    let mut text = id.to_string();
    text.truncate(16);
    text
}

/// A count of units of 10^-`digits`, with at least `kept` digits after the point.
fn decimal(units: i64, digits: u32, kept: usize) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let (all, one) = (units.unsigned_abs(), 10_u64.pow(digits));
    let width = digits as usize;
    let mut below = format!("{:0width$}", all % one);
    while below.len() > kept && below.ends_with('0') {
        below.pop();
    }
    let point = if below.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{below}", all / one)
}

/// Text of the peer's desk without what could steer a screen. What a person there wrote is a `Name`
/// or `Words` and was refused with such characters; this is for the rest.
pub fn harmless(text: &str) -> String {
    let steers = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}')
            || matches!(c, '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
    };
    text.chars().map(|c| if steers(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lat: i64, lng: i64) -> String {
        place(Place { lat: NanoDegrees(lat), lng: NanoDegrees(lng) })
    }

    #[test]
    fn a_place_is_shown_as_people_say_it_and_exactly() {
        assert_eq!(
            at(48_400_000_000, 9_976_666_667),
            "48°24.000′N 009°58.600′E (48.400000000° 9.976666667°)"
        );
        assert_eq!(
            at(-33_500_000_001, -179_999_999_999),
            "33°30.000′S 180°00.000′W (-33.500000001° -179.999999999°)"
        );
        assert_eq!(at(0, -1), "00°00.000′N 000°00.000′W (0.000000000° -0.000000001°)");
    }

    #[test]
    fn minutes_that_round_to_sixty_are_the_next_degree() {
        // 59.9997 minutes.
        assert_eq!(minutes(NanoDegrees(10_999_995_000), 2, ['N', 'S']), "11°00.000′N");
        assert_eq!(minutes(NanoDegrees(10_999_991_000), 2, ['N', 'S']), "10°59.999′N");
    }

    #[test]
    fn an_exact_place_reads_back_to_the_last_digit() {
        for units in [1, 10, 123_456_789, 90_000_000_000, -179_000_000_001, 179_123_456_780] {
            let text = decimal(units, 9, 9);
            let (whole, below) = text.split_once('.').unwrap();
            assert_eq!(format!("{whole}{below}").parse::<i64>().unwrap(), units);
        }
    }

    #[test]
    fn nine_kilometres_are_seen_in_the_minutes() {
        // 9 km to the north are 0.081 degrees.
        assert!(at(48_400_000_000, 0).starts_with("48°24.000′N"));
        assert!(at(48_481_000_000, 0).starts_with("48°28.860′N"));
    }

    #[test]
    fn lengths_and_altitudes_have_no_separator_and_only_the_digits_there_are() {
        assert_eq!(length(Millimetres(1_500_000)), "1500 m");
        assert_eq!(length(Millimetres(12_500_250)), "12500.25 m");
        assert_eq!(length(Millimetres(-1)), "-0.001 m");
        assert_eq!(size(Millimetres(-300_000)), "300 m");
        let above = |reference| altitude(Altitude { value_m: Millimetres(1_500_000), reference });
        assert_eq!(above(Reference::SeaLevel), "1500 m AMSL");
        assert_eq!(above(Reference::Ellipsoid), "1500 m W84");
        assert_eq!(above(Reference::Ground), "1500 m AGL");
        assert_eq!(above(Reference::Pressure), "1500 m STD");
    }

    #[test]
    fn times_and_durations_have_one_form() {
        assert_eq!(time(Instant(1_795_616_400_000_000)), "2026-11-25 14:20:00Z");
        assert_eq!(time(Instant(1_795_616_400_500_000)), "2026-11-25 14:20:00.5Z");
        assert_eq!(duration(58), "58 s");
        assert_eq!(duration(-58), "-58 s");
        assert_eq!(duration(240), "4 min 00 s");
        assert_eq!(duration(5_400), "1 h 30 min 00 s");
        assert_eq!(duration(2 * 86_400 + 3 * 3_600), "2 d 03 h 00 min 00 s");
        assert_eq!(thousandths(600, false), "0.600 s");
        assert_eq!(thousandths(1_250, true), "+1.250 s");
        assert_eq!(thousandths(-1_250, true), "-1.250 s");
    }

    #[test]
    fn the_ends_of_the_numbers_are_shown_and_break_nothing() {
        for end in [i64::MIN, i64::MAX] {
            assert!(!at(end, end).is_empty());
            assert!(!length(Millimetres(end)).is_empty());
            assert!(!size(Millimetres(end)).contains('-'));
            assert!(!time(Instant(end)).is_empty());
            assert!(!duration(end).is_empty());
        }
    }

    #[test]
    fn what_could_steer_a_screen_is_replaced() {
        assert_eq!(harmless("a\u{1b}[2Jb\u{202e}c\u{2066}"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}");
    }
}
