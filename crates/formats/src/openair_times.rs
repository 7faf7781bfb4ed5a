//! When an OpenAir area is in force: `AA` records, or words in its name.

use keepclear_geo::TimeInterval;
use keepclear_wire::time::{self, Rounding};

/// What an `AA` record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activation {
    /// In force throughout.
    Exact(TimeInterval),
    /// In force at unknown times within.
    Within(TimeInterval),
    Unreadable,
}

const DAY_US: i64 = 86_400_000_000;

/// Reads `START/END`, either of them ISO 8601 or `NONE`, or `NONE` alone.
pub(crate) fn activation(text: &str) -> Activation {
    if text.eq_ignore_ascii_case("NONE") {
        return Activation::Within(TimeInterval::ALWAYS);
    }
    let end = |text: &str, rounding| match text.trim() {
        text if text.eq_ignore_ascii_case("NONE") => Some(None),
        text => instant_us(text, rounding).map(Some),
    };
    let Some((start, stop)) = text.split_once('/') else { return Activation::Unreadable };
    match (end(start, Rounding::Down), end(stop, Rounding::Up)) {
        (Some(start_us), Some(end_us)) => match TimeInterval::new(start_us, end_us) {
            Ok(interval) if start_us.is_some() && end_us.is_some() => Activation::Exact(interval),
            Ok(interval) => Activation::Within(interval),
            Err(_) => Activation::Unreadable,
        },
        _ => Activation::Unreadable,
    }
}

/// As RFC 3339, but seconds may be left out and the day may end at 24:00.
fn instant_us(text: &str, rounding: Rounding) -> Option<i64> {
    let (date, clock) = text.split_at_checked(11)?;
    let (clock, later_us) = match clock.strip_prefix("24:00") {
        Some(rest) => (format!("00:00{rest}"), DAY_US),
        None => (clock.to_owned(), 0),
    };
    let (minutes, rest) = clock.split_at_checked(5)?;
    let seconds = if rest.starts_with(':') { "" } else { ":00" };
    let full = format!("{date}{minutes}{seconds}{rest}");
    time::parse(&full, rounding).ok().map(|instant_us| instant_us + later_us)
}

/// Words that say "not always" wherever they stand as a word of their own.
const SOMETIMES: [&str; 34] = [
    "HX",
    "HJ",
    "HN",
    "HO",
    "HS",
    "HT",
    "NOTAM",
    "TEMPO",
    "TEMP",
    "HOL",
    "HOLS",
    "MON",
    "TUE",
    "TUES",
    "WED",
    "THU",
    "THUR",
    "THURS",
    "FRI",
    "SAT",
    "SUN",
    "MONDAY",
    "TUESDAY",
    "WEDNESDAY",
    "THURSDAY",
    "FRIDAY",
    "SATURDAY",
    "SUNDAY",
    "WEEKEND",
    "WEEKENDS",
    "WEEKDAYS",
    "DAYTIME",
    "NIGHTTIME",
    "PPR",
];
/// Short days, English and German; only as ends of a range, for `SO` and `DO` are words of names.
const SHORT_DAYS: [&str; 12] =
    ["MO", "TU", "WE", "TH", "FR", "SA", "SU", "DI", "MI", "DO", "SO", "HOL"];

/// Whether a name says that the area is in force at times that stand nowhere else. `H24` is always,
/// unless days or NOTAM stand beside it.
pub(crate) fn times_only_in_name(name: &str) -> bool {
    // Words of several letters in any case would meet "Sun Valley": days must be in capitals.
    let parts = |c: char| !(c.is_alphanumeric() || c == '+');
    let words = name.split(parts).map(|word| word.trim_matches('+'));
    let in_any_case = ["NOTAM", "TEMPO", "NIGHTTIME", "DAYTIME"];
    let mut words = words.filter(|word| !word.is_empty());
    if words.any(|word| {
        SOMETIMES.contains(&word) || in_any_case.iter().any(|any| any.eq_ignore_ascii_case(word))
    }) {
        return true;
    }
    let blanks = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | ',' | ';');
    name.split(blanks).any(|word| {
        let ends = word.split_once(['-', '/', '–']);
        ends.is_some_and(|(from, to)| {
            let (from, to) = (from.trim_end_matches('+'), to.trim_end_matches('+'));
            (SHORT_DAYS.contains(&from) && SHORT_DAYS.contains(&to))
                || (is_clock(from) && is_clock(to))
                || (is_sun(from) && is_sun(to))
                || (is_sun(from) && is_clock(to))
                || (is_clock(from) && is_sun(to))
        })
    })
}

/// `0700` or `07:00`, with or without `Z`.
fn is_clock(word: &str) -> bool {
    let word = word.strip_suffix(['Z', 'z']).unwrap_or(word);
    let digits: Vec<u8> = match word.as_bytes() {
        &[a, b, b':', c, d] | &[a, b, c, d] => vec![a, b, c, d],
        _ => return false,
    };
    let number = |tens: u8, ones: u8| {
        let digit = |d: u8| d.is_ascii_digit().then(|| u32::from(d - b'0'));
        Some(digit(tens)? * 10 + digit(ones)?)
    };
    number(digits[0], digits[1]).is_some_and(|hour| hour <= 24)
        && number(digits[2], digits[3]).is_some_and(|minute| minute < 60)
}

/// Sunrise or sunset, with or without minutes beside it.
fn is_sun(word: &str) -> bool {
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches(['+', '-']);
    matches!(word, "SR" | "SS" | "sr" | "ss")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_hold_times_are_known() {
        let sometimes = [
            "EDR Klixbuell HX 125.100",
            "EDR PEENEMUENDE (NOTAM)",
            "EDR60 Oberpfaffenh. NOTAM nighttime",
            "EDR33B Unterluess (NOTAM MON-SAT)",
            "EDR11A Ostsee MON-FRI+",
            "EDR14 Moorkamp MON-THU",
            "EDR PAROW (MO-FR)",
            "EDR136B Grafenwoehr MO-FR+",
            "EDR118 Pirmasens TUE+",
            "Berlin (HX-West) 133.630",
            "TMZ-EDDV HX-WEST 119.490 A4676",
            "Glider SAT SUN HOL",
            "Field SAT,SUN",
            "Area TEMPO",
            "Area tempo",
            "Area by Notam",
            "Area SR-SS",
            "Area SR/SS+30",
            "Area 0700-SS",
            "Area 0800-1600",
            "Area (08:00-16:30Z)",
            "EDR5 MON-FRI H24",
        ];
        for name in sometimes {
            assert!(times_only_in_name(name), "{name}");
        }
        let always = [
            "",
            "EDR1 Garching H24",
            "EDR139 Wettzell H24",
            "LFA 8 - Sector A",
            "CTR Muenchen",
            "TMZ-EDDW 124.800 A4471",
            "PARA Brunsiek-Meissendorf 126.730",
            "Sun Valley",
            "Sankt Mohr",
            "Hamb.-Finkenw. (RWY05 at EDHI)",
            "Koeln-Sued A Ugr.4500 126.150",
            "Monschau",
            "9999-9999",
            "SO-Sektor",
            "é–é",
        ];
        for name in always {
            assert!(!times_only_in_name(name), "{name}");
        }
    }

    #[test]
    fn activation_records_give_exact_times() {
        // 2001-09-09T01:46:40Z is 10^9 seconds after the epoch; the day began 6,400 s before.
        let day_us = 999_993_600_000_000;
        let span = |a: Option<i64>, b: Option<i64>| TimeInterval::new(a, b).unwrap();
        let table = [
            ("NONE", Activation::Within(TimeInterval::ALWAYS)),
            (
                "2001-09-09T00:00Z/2001-09-09T24:00Z",
                Activation::Exact(span(Some(day_us), Some(day_us + DAY_US))),
            ),
            ("2001-09-09T00:00:00Z/NONE", Activation::Within(span(Some(day_us), None))),
            ("NONE/2001-09-09T00:00Z", Activation::Within(span(None, Some(day_us)))),
            ("2001-09-09T02:00Z/2001-09-09T00:00Z", Activation::Unreadable),
            ("MON-FRI", Activation::Unreadable),
            ("é/é", Activation::Unreadable),
        ];
        for (text, expected) in table {
            assert_eq!(activation(text), expected, "{text}");
        }
    }
}
