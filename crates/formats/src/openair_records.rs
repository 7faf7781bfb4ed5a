//! Single OpenAir records: their kind, coordinates and altitudes.

use keepclear_geo::{FOOT_M, Limit, Position, Reference};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Class,
    Name,
    Lower,
    Upper,
    Activation,
    Variable,
    Point,
    Circle,
    ArcByAngles,
    ArcByPlaces,
    /// Frequencies, labels, pens: nothing that decides where the area is.
    Ignored,
    Unknown,
}

impl Kind {
    pub(crate) fn belongs_to_area(self) -> bool {
        !matches!(self, Self::Ignored | Self::Unknown)
    }
}

/// A record without its comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record<'a> {
    pub(crate) kind: Kind,
    pub(crate) value: &'a str,
}

impl<'a> Record<'a> {
    /// `None` for blank lines and comments.
    pub(crate) fn of(line: &'a str) -> Option<Self> {
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() || line.starts_with(['*', '#']) {
            return None;
        }
        let (code, rest) = match line.split_at_checked(1) {
            // `V X=...` may be written `VX=...` too.
            Some(("V" | "v", rest)) => ("V", rest),
            _ => line.split_once(char::is_whitespace).unwrap_or((line, "")),
        };
        let kind = match code.to_ascii_uppercase().as_str() {
            "AC" => Kind::Class,
            "AN" => Kind::Name,
            "AL" => Kind::Lower,
            "AH" => Kind::Upper,
            "AA" => Kind::Activation,
            "V" => Kind::Variable,
            "DP" => Kind::Point,
            "DC" => Kind::Circle,
            "DA" => Kind::ArcByAngles,
            "DB" => Kind::ArcByPlaces,
            "AF" | "AG" | "AI" | "AT" | "AX" | "AY" | "SP" | "SB" | "TO" | "TC" => Kind::Ignored,
            _ => Kind::Unknown,
        };
        // A name may hold an asterisk; a comment after it stands apart.
        let end = if kind == Kind::Name { rest.find(" *") } else { rest.find('*') };
        let value = rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest).trim();
        Some(Self { kind, value })
    }
}

/// A place such as `51:29:59 N 014:50:04 E`; minutes and seconds may be left out or have decimals.
pub(crate) fn place(text: &str) -> Result<Position, String> {
    let wrong = || format!("{:?} is no place such as 51:29:59 N 014:50:04 E", short(text));
    let (lat_deg, rest) = angle(text, ['N', 'S']).ok_or_else(wrong)?;
    let rest = rest.trim_start();
    let rest = rest.strip_prefix(',').unwrap_or(rest);
    let (lng_deg, rest) = angle(rest, ['E', 'W']).ok_or_else(wrong)?;
    if !rest.trim().is_empty() {
        return Err(wrong());
    }
    Position::new(lat_deg, lng_deg).map_err(|invalid| invalid.to_string())
}

/// Degrees of `D[:M[:S]] H`, and what follows. The second hemisphere is negative.
fn angle(text: &str, hemispheres: [char; 2]) -> Option<(f64, &str)> {
    let text = text.trim_start();
    let letter_at = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (numbers, rest) = text.split_at_checked(letter_at)?;
    let letter = rest.chars().next()?.to_ascii_uppercase();
    let rest = rest.get(1..)?;
    let sign = match hemispheres.iter().position(|&hemisphere| hemisphere == letter)? {
        0 => 1.0,
        _ => -1.0,
    };
    let mut degrees = 0.0;
    let mut unit = 1.0;
    for (index, part) in numbers.trim().split(':').enumerate() {
        let part = part.trim();
        let plain = part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let value: f64 = part.parse().ok().filter(|_| plain)?;
        // Sixty is written by programs that round up, and is as good as the next minute.
        if index > 2 || (index > 0 && value > 60.0) {
            return None;
        }
        degrees += value * unit;
        unit /= 60.0;
    }
    Some((sign * degrees, rest))
}

/// An altitude as it stands in `AL` or `AH`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum AltitudeText {
    Ground,
    Unlimited,
    At(f64, Reference),
}

impl AltitudeText {
    pub(crate) fn lower(self) -> Option<Limit> {
        match self {
            Self::Ground => Some(Limit::Surface),
            Self::Unlimited => None,
            Self::At(metres, Reference::Agl) if metres <= 0.0 => Some(Limit::Surface),
            Self::At(metres, reference) => Limit::lower(metres, reference).ok(),
        }
    }

    pub(crate) fn upper(self) -> Option<Limit> {
        match self {
            Self::Ground => None,
            Self::Unlimited => Some(Limit::Open),
            Self::At(metres, reference) => Limit::upper(metres, reference).ok(),
        }
    }
}

/// Reads `GND`, `UNL`, `FL95`, `2500ft MSL`, `2500ft GND`, `300m AGL`, `2500`.
pub(crate) fn altitude(text: &str) -> Option<AltitudeText> {
    let text = text.to_ascii_uppercase();
    let mut number = None;
    let mut words = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let is_number = |c: char| c.is_ascii_digit() || c == '.';
        let length = if is_number(first) {
            rest.find(|c| !is_number(c)).unwrap_or(rest.len())
        } else if first.is_ascii_alphabetic() {
            rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len())
        } else {
            return None;
        };
        let (token, after) = rest.split_at_checked(length)?;
        if is_number(first) {
            let value: f64 = token.parse().ok()?;
            if number.replace(value).is_some() {
                return None;
            }
        } else {
            words.push(token.to_owned());
        }
        rest = after.trim_start();
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match (number, words.as_slice()) {
        (None, ["GND" | "SFC" | "SURFACE" | "GROUND"]) => Some(AltitudeText::Ground),
        (None, ["UNL" | "UNLIM" | "UNLTD" | "UNLIMITED"]) => Some(AltitudeText::Unlimited),
        (Some(level), ["FL"] | ["FL", "STD"]) => {
            Some(AltitudeText::At(level * 100.0 * FOOT_M, Reference::Pressure))
        }
        (Some(0.0), []) => Some(AltitudeText::Ground),
        (Some(value), words) => {
            let (metres, words) = match words {
                ["FT" | "F" | "FEET", words @ ..] => (value * FOOT_M, words),
                ["M" | "MTR", words @ ..] => (value, words),
                words => (value * FOOT_M, words),
            };
            let reference = match words {
                [] | ["MSL" | "AMSL" | "ALT" | "QNH"] => Reference::Amsl,
                ["GND" | "AGL" | "SFC" | "ASFC" | "AGND"] => Reference::Agl,
                ["STD"] => Reference::Pressure,
                _ => return None,
            };
            Some(AltitudeText::At(metres, reference))
        }
        _ => None,
    }
}

pub(crate) fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn altitudes_are_read_in_all_spellings() {
        let feet = |value: f64, reference| Some(AltitudeText::At(value * 0.3048, reference));
        let table = [
            ("GND", Some(AltitudeText::Ground)),
            ("sfc ", Some(AltitudeText::Ground)),
            ("0", Some(AltitudeText::Ground)),
            ("UNLIM", Some(AltitudeText::Unlimited)),
            ("FL95", feet(9_500.0, Reference::Pressure)),
            ("FL 095", feet(9_500.0, Reference::Pressure)),
            ("2500ft MSL", feet(2_500.0, Reference::Amsl)),
            ("2500 ft AMSL   ", feet(2_500.0, Reference::Amsl)),
            ("2500", feet(2_500.0, Reference::Amsl)),
            ("2500ft GND", feet(2_500.0, Reference::Agl)),
            ("1000 AGL", feet(1_000.0, Reference::Agl)),
            ("300m AGL", Some(AltitudeText::At(300.0, Reference::Agl))),
            ("Ask on 122.8", None),
            ("FL", None),
            ("", None),
            ("-1500ft MSL", None),
            ("1.2.3ft MSL", None),
            ("２５００ft", None),
        ];
        for (text, expected) in table {
            let read = altitude(text);
            match (read, expected) {
                (Some(AltitudeText::At(a, ra)), Some(AltitudeText::At(b, rb))) => {
                    assert!((a - b).abs() < 1e-9 && ra == rb, "{text}: {read:?}");
                }
                _ => assert_eq!(read, expected, "{text}"),
            }
        }
    }

    #[test]
    fn places_are_read_in_all_spellings() {
        // 51:30:36 is 51.51; 8:15 is 8.25.
        let table = [
            ("51:30:36 N 008:15:00 E", 51.51, 8.25),
            ("51:30:36N,008:15:00W", 51.51, -8.25),
            ("51:30.6 s 8:15.0 e", -51.51, 8.25),
            ("51.51 N, 8.25 E", 51.51, 8.25),
            ("51:29:96 N 8:15:0 E", f64::NAN, 0.0),
            ("51:30:36 N", f64::NAN, 0.0),
            ("91:00:00 N 008:15:00 E", f64::NAN, 0.0),
            ("51:30:36 N 008:15:00 E 7", f64::NAN, 0.0),
            ("inf N nan E", f64::NAN, 0.0),
            ("é", f64::NAN, 0.0),
        ];
        for (text, lat_deg, lng_deg) in table {
            match place(text) {
                Ok(place) => {
                    assert!((place.lat_deg() - lat_deg).abs() < 1e-12, "{text}");
                    assert!((place.lng_deg() - lng_deg).abs() < 1e-12, "{text}");
                }
                Err(_) => assert!(lat_deg.is_nan(), "{text}"),
            }
        }
    }

    #[test]
    fn comments_at_the_end_of_a_line_are_cut() {
        let of = |line| Record::of(line).map(|record| (record.kind, record.value));
        assert_eq!(of("DP 1 N 2 E *modified"), Some((Kind::Point, "1 N 2 E")));
        assert_eq!(of("AN A*B *old"), Some((Kind::Name, "A*B")));
        assert_eq!(of("AC W "), Some((Kind::Class, "W")));
        assert_eq!(of("V X= 1 N 2 E"), Some((Kind::Variable, "X= 1 N 2 E")));
        assert_eq!(of("*AC D"), None);
    }
}
