//! How times, altitudes, lengths and places are written for people, alike in the table and in the
//! picture.
//!
//! Names come from files: everything that is shown goes through [`plain`] or [`elide`] first.

use keepclear_geo::{
    FOOT_M, Frame, GROUND_LOWEST_MM, Place, Position, TimeInterval, Vec2, Verdict,
};
use keepclear_wire::time::format_us;

use super::picture::{Conflict, Other, Picture};

/// Above this an upper limit is none (F3548-21, greatest `Altitude`), millimetres.
const NO_LIMIT_MM: i64 = 100_000_000;
/// Millimetres in a hundred feet.
const FLIGHT_LEVEL_MM: f64 = FOOT_M * 100_000.0;

/// Conflicts by start, then by id: the order in which they are numbered everywhere.
pub(super) fn in_order(conflicts: &[Conflict]) -> Vec<&Conflict> {
    let mut sorted: Vec<&Conflict> = conflicts.iter().collect();
    sorted.sort_by(|a, b| (a.interval, &a.id).cmp(&(b.interval, &b.id)));
    sorted
}

/// Whether a character would move, hide or reverse what is shown around it.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
        || matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// The text without control characters and marks that change the direction of writing.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|&c| !is_unsafe(c)).collect()
}

/// At most `most` characters of the text, the middle left out; plain.
pub(super) fn elide(text: &str, most: usize) -> String {
    let kept: Vec<char> = text.chars().filter(|&c| !is_unsafe(c)).collect();
    if kept.len() <= most {
        return kept.into_iter().collect();
    }
    let ahead = most.saturating_sub(1).div_ceil(2);
    let after = most.saturating_sub(1) - ahead;
    let mut short: String = kept[..ahead].iter().collect();
    short.push('…');
    short.extend(&kept[kept.len() - after..]);
    short
}

/// Columns that a text takes on a terminal.
pub(super) fn columns(text: &str) -> usize {
    let width = |c: char| match c as u32 {
        0x300..=0x36f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    };
    text.chars().map(width).sum()
}

/// A count with its noun: "1 flight", "3 flights".
pub(super) fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(count as i64))
}

/// A whole number with commas between thousands.
pub(super) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Date and time of day to the second, UTC.
pub(super) fn date_and_time(us: i64) -> (String, String) {
    let text = format_us(us);
    match text.split_once('T') {
        Some((date, time)) => (
            date.to_owned(),
            time.chars().take_while(|c| c.is_ascii_digit() || *c == ':').collect(),
        ),
        None => (String::new(), text),
    }
}

/// A span of time: the date once if it ends on the same day; UTC.
pub(super) fn span(interval: TimeInterval) -> String {
    let whole = |us: i64| {
        let (date, time) = date_and_time(us);
        format!("{date} {time}")
    };
    match (interval.start_us(), interval.end_us()) {
        (None, None) => "at all times".to_owned(),
        (Some(start), None) => format!("from {}", whole(start)),
        (None, Some(end)) => format!("until {}", whole(end)),
        (Some(start), Some(end)) => {
            let ((day, from), (last_day, to)) = (date_and_time(start), date_and_time(end));
            if day == last_day && from == to {
                format!("{day} {from}")
            } else if day == last_day {
                format!("{day} {from}–{to}")
            } else {
                format!("{day} {from} – {last_day} {to}")
            }
        }
    }
}

/// A number with at most so many decimals, without trailing zeros.
pub(super) fn number(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let text = if decimals > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// A pressure altitude, millimetres, as a flight level.
pub(super) fn flight_level(mm: i64) -> String {
    let level = number(mm as f64 / FLIGHT_LEVEL_MM, 1);
    let whole = level.split('.').next().map_or(0, str::len);
    let zeros = if level.starts_with('-') { 0 } else { 3_usize.saturating_sub(whole) };
    format!("FL{}{level}", "0".repeat(zeros))
}

/// The altitudes that a conflict's sides share.
pub(super) fn altitudes(conflict: &Conflict) -> String {
    let (lower, upper) = (conflict.lower_mm, conflict.upper_mm);
    let (ground, open) = (lower == GROUND_LOWEST_MM, upper >= NO_LIMIT_MM);
    let metres = |mm: i64| {
        let text = number(mm as f64 / 1_000.0, 1);
        if text.starts_with('-') { format!("({text})") } else { text }
    };
    let one = |mm: i64| {
        if conflict.pressure { flight_level(mm) } else { format!("{} m W84", metres(mm)) }
    };
    match (ground, open) {
        (true, true) => "ground to no limit".to_owned(),
        (true, false) => format!("ground to {}", one(upper)),
        (false, true) => format!("{} and above", one(lower)),
        (false, false) if one(lower) == one(upper) => one(lower),
        (false, false) if conflict.pressure => format!("{}–{}", one(lower), one(upper)),
        (false, false) => format!("{}–{}", metres(lower), one(upper)),
    }
}

/// A length in metres or kilometres, to about three digits.
pub(super) fn length(metres: f64) -> String {
    match metres {
        m if m < 10.0 => format!("{} m", number(m, 2)),
        m if m < 100.0 => format!("{} m", number(m, 1)),
        m if m < 9_999.5 => format!("{} m", grouped(m.round() as i64)),
        m if m < 99_950.0 => format!("{} km", number(m / 1_000.0, 1)),
        m => format!("{} km", grouped((m / 1_000.0).round() as i64)),
    }
}

/// The horizontal shift that separates, or that there is none to make.
pub(super) fn depth(conflict: &Conflict) -> String {
    match &conflict.place {
        Place::Closest(..) => "touch".to_owned(),
        Place::Area(_) if conflict.depth_exact => length(conflict.depth_m),
        Place::Area(_) => format!("≤ {}", length(conflict.depth_m)),
    }
}

/// The verdict as a word.
pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Certain => "certain",
        Verdict::Possible => "possible",
    }
}

/// A place as in `47.4512N 008.5633E`.
pub(super) fn lat_lng(place: Position) -> String {
    let side =
        |deg: f64, positive: char, negative: char| if deg < 0.0 { negative } else { positive };
    let (lat, lng) = (place.lat_deg(), place.lng_deg());
    let (north, east) = (side(lat, 'N', 'S'), side(lng, 'E', 'W'));
    format!("{:07.4}{north} {:08.4}{east}", lat.abs(), lng.abs())
}

/// The middle of a common area: the centroid of its largest outer ring.
pub(super) fn middle(place: &Place) -> Option<Position> {
    match place {
        Place::Closest(a, _) => Some(*a),
        Place::Area(polygons) => {
            let outer = polygons.iter().filter_map(|rings| rings.first());
            let frame = Frame::at(*outer.clone().flatten().next()?);
            let mut largest = (-1.0, Vec2::default());
            for ring in outer {
                let points: Vec<Vec2> = ring.iter().map(|p| frame.project(p.ecef())).collect();
                let found = centroid(&points);
                if found.0 > largest.0 {
                    largest = found;
                }
            }
            Some(frame.position(largest.1))
        }
    }
}

/// Twice the area of a ring, and its centroid (the mean of its corners where it has no area).
fn centroid(ring: &[Vec2]) -> (f64, Vec2) {
    let Some(&first) = ring.first() else { return (-1.0, Vec2::default()) };
    let (mut area2, mut sum) = (0.0, Vec2::default());
    for (i, &b) in ring.iter().enumerate() {
        let a = ring[if i == 0 { ring.len() - 1 } else { i - 1 }];
        let (a, b) = (a - first, b - first);
        let cross = a.cross(b);
        area2 += cross;
        sum = sum + (a + b) * cross;
    }
    if area2.abs() < 1e-9 {
        let mean = ring.iter().fold(Vec2::default(), |sum, &p| sum + (p - first));
        return (0.0, first + mean * (1.0 / ring.len() as f64));
    }
    (area2.abs(), first + sum * (1.0 / (3.0 * area2)))
}

/// The other side with its party, or with its class if it is an area.
pub(super) fn other_and_kind(picture: &Picture, other: Other) -> (&str, &str) {
    match other {
        Other::Flight(i) => (&picture.flights[i].id, &picture.flights[i].party),
        Other::Zone(i) => {
            let zone = &picture.zones[i];
            (&zone.id, zone.class.as_deref().unwrap_or("area"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_lose_their_middle_and_every_name_its_control_characters() {
        assert_eq!(elide("short", 5), "short");
        assert_eq!(elide("abcdefghij", 5), "ab…ij");
        assert_eq!(elide("abcdefghij", 6), "abc…ij");
        assert_eq!(plain("a\u{0}b\u{202e}c\nd\u{1b}[31m"), "abcd[31m");
    }

    #[test]
    fn a_flight_level_has_three_digits() {
        assert_eq!(flight_level(95 * 30_480), "FL095");
        assert_eq!(flight_level(6_000 * 30_480 / 100 + 15_240), "FL060.5");
        assert_eq!(flight_level(-2 * 30_480), "FL-2");
    }

    #[test]
    fn a_span_names_its_day_once() {
        let day = 86_400_000_000;
        let span_of = |a, b| span(TimeInterval::new(a, b).unwrap());
        assert_eq!(span_of(Some(0), Some(61_500_000)), "1970-01-01 00:00:00–00:01:01");
        assert_eq!(span_of(Some(0), Some(day)), "1970-01-01 00:00:00 – 1970-01-02 00:00:00");
        assert_eq!(span_of(None, Some(0)), "until 1970-01-01 00:00:00");
    }

    #[test]
    fn places_and_lengths_are_written_with_fixed_digits() {
        let place = Position::new(47.451_23, 8.563_31).unwrap();
        assert_eq!(lat_lng(place), "47.4512N 008.5633E");
        assert_eq!(lat_lng(Position::new(-3.5, -170.0).unwrap()), "03.5000S 170.0000W");
        assert_eq!(
            [0.426, 84.26, 1_234.0, 12_345.0].map(length),
            ["0.43 m", "84.3 m", "1,234 m", "12.3 km"]
        );
    }

    #[test]
    fn the_middle_of_two_areas_is_that_of_the_larger_one() {
        let square = |lat: f64, lng: f64, side: f64| -> Vec<Vec<Position>> {
            let corner = |n: f64, e: f64| Position::new(lat + n * side, lng + e * side).unwrap();
            vec![vec![corner(0.0, 0.0), corner(0.0, 1.0), corner(1.0, 1.0), corner(1.0, 0.0)]]
        };
        let area = Place::Area(vec![square(0.0, 179.0, 0.1), square(0.0, 179.9, 0.01)]);
        let found = middle(&area).unwrap();
        assert!((found.lat_deg() - 0.05).abs() < 1e-5 && (found.lng_deg() - 179.05).abs() < 1e-5);
    }
}
