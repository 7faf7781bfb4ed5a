//! RFC 3339 text to whole microseconds since 1970-01-01T00:00:00Z, and back.
//!
//! Digits below the microsecond are never dropped silently: the caller says whether the instant
//! opens an interval (rounds down) or closes one (rounds up), so that intervals only grow.

use jiff::civil::Date;

/// Which way digits below a microsecond go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// To the microsecond before: for starts.
    Down,
    /// To the microsecond after: for ends.
    Up,
}

/// Why a text is not a time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// The text does not have the shape of RFC 3339.
    #[error("{0:?} is not a time of RFC 3339, such as 2026-11-24T08:30:00Z")]
    Shape(String),
    /// The text has the shape, but there is no such date or time of day.
    #[error("{0:?} names a date or time of day that does not exist")]
    NoSuchTime(String),
    /// The text has an offset other than `Z`.
    #[error("{0:?} must be in UTC and end in Z")]
    NotUtc(String),
}

/// Microseconds since the epoch of an RFC 3339 text with any offset.
///
/// # Errors
/// [`TimeError`] when the text is not such a time.
pub fn parse(text: &str, rounding: Rounding) -> Result<i64, TimeError> {
    let parts = Parts::of(text).ok_or_else(|| TimeError::Shape(shown(text)))?;
    parts.instant_us(rounding).ok_or_else(|| TimeError::NoSuchTime(shown(text)))
}

/// As [`parse`], but the time zone must be `Z` (F3548-21, `Time`).
///
/// # Errors
/// [`TimeError`] when the text is not such a time.
pub fn parse_utc(text: &str, rounding: Rounding) -> Result<i64, TimeError> {
    let instant_us = parse(text, rounding)?;
    if !text.ends_with(['Z', 'z']) {
        return Err(TimeError::NotUtc(shown(text)));
    }
    Ok(instant_us)
}

/// First instant of the year 0 and last of the year 9999: what RFC 3339 can say, microseconds.
const WRITTEN_RANGE_US: (i64, i64) = (-62_167_219_200_000_000, 253_402_300_799_999_999);

/// RFC 3339 in UTC with `Z`; as many digits of a second as are needed. Instants outside the years
/// 0 to 9999 are written as the nearest one inside.
pub fn format_us(instant_us: i64) -> String {
    let (first_us, last_us) = WRITTEN_RANGE_US;
    let instant_us = instant_us.clamp(first_us, last_us);
    let (second_s, below_us) = (instant_us.div_euclid(1_000_000), instant_us.rem_euclid(1_000_000));
    let (day, second) = (second_s.div_euclid(86_400), second_s.rem_euclid(86_400));
    let date = Date::new(1970, 1, 1)
        .ok()
        .and_then(|epoch| epoch.checked_add(jiff::Span::new().try_days(day).ok()?).ok());
    let date = date.unwrap_or(Date::ZERO);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let fraction = match below_us {
        0 => String::new(),
        us => format!(".{us:06}").trim_end_matches('0').to_owned(),
    };
    format!("{date}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

/// Long junk is not repeated in full.
fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}

struct Parts<'a> {
    year: i16,
    month: i8,
    day: i8,
    hour: i64,
    minute: i64,
    second: i64,
    /// Digits after the point.
    fraction: &'a [u8],
    offset_s: i64,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let bytes = text.as_bytes();
        let (head, rest) = bytes.split_at_checked(19)?;
        let two = |at: usize| digits(&head[at..at + 2]);
        let marks = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
        if marks.iter().any(|&(at, mark)| head[at] != mark) || !matches!(head[10], b'T' | b't') {
            return None;
        }
        let (fraction, zone) = match rest.strip_prefix(b".") {
            Some(rest) => {
                let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
                (count > 0).then(|| rest.split_at(count))?
            }
            None => (&rest[..0], rest),
        };
        let offset_s = match zone {
            b"Z" | b"z" => 0,
            [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
                let (hours, minutes) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
                if hours > 23 || minutes > 59 {
                    return None;
                }
                let offset_s = hours * 3_600 + minutes * 60;
                if *sign == b'-' { -offset_s } else { offset_s }
            }
            _ => return None,
        };
        Some(Self {
            year: i16::try_from(digits(&head[..4])?).ok()?,
            month: i8::try_from(two(5)?).ok()?,
            day: i8::try_from(two(8)?).ok()?,
            hour: two(11)?,
            minute: two(14)?,
            second: two(17)?,
            fraction,
            offset_s,
        })
    }

    fn instant_us(&self, rounding: Rounding) -> Option<i64> {
        // A second of 60 is a leap second: the instant at which the next minute begins.
        let leap = self.second == 60 && self.minute == 59;
        if self.hour > 23 || self.minute > 59 || (self.second > 59 && !leap) {
            return None;
        }
        let date = Date::new(self.year, self.month, self.day).ok()?;
        let epoch = Date::new(1970, 1, 1).ok()?;
        let days = i64::from(epoch.until(date).ok()?.get_days());
        let second_s = days * 86_400 + self.hour * 3_600 + self.minute * 60 + self.second;
        let mut below_us = 0;
        for place in 0..6 {
            let digit = self.fraction.get(place).map_or(0, |digit| i64::from(digit - b'0'));
            below_us = below_us * 10 + digit;
        }
        let left_over = self.fraction.iter().skip(6).any(|&digit| digit != b'0');
        if left_over && rounding == Rounding::Up {
            below_us += 1;
        }
        Some((second_s - self.offset_s) * 1_000_000 + below_us)
    }
}

fn digits(bytes: &[u8]) -> Option<i64> {
    bytes
        .iter()
        .try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_to_the_microsecond_and_intervals_only_grow() {
        // 2001-09-09T01:46:40Z is 10^9 seconds after the epoch.
        let table = [
            ("2001-09-09T01:46:40Z", 1_000_000_000_000_000, 1_000_000_000_000_000),
            ("2001-09-09t01:46:40.5z", 1_000_000_000_500_000, 1_000_000_000_500_000),
            ("2001-09-09T01:46:40.0000001Z", 1_000_000_000_000_000, 1_000_000_000_000_001),
            ("2001-09-09T03:46:40+02:00", 1_000_000_000_000_000, 1_000_000_000_000_000),
            ("2001-09-08T20:16:40-05:30", 1_000_000_000_000_000, 1_000_000_000_000_000),
            ("1969-12-31T23:59:59.9999999Z", -1, 0),
            ("1970-01-01T00:00:00.123456000000000000000Z", 123_456, 123_456),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000_000, 1_483_228_800_000_000),
        ];
        for (text, down_us, up_us) in table {
            assert_eq!(parse(text, Rounding::Down), Ok(down_us), "{text}");
            assert_eq!(parse(text, Rounding::Up), Ok(up_us), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_time_is_refused() {
        for text in [
            "",
            "2001-09-09",
            "2001-09-09T01:46Z",
            "2001-09-09T01:46:40",
            "2001-09-09T01:46:40.Z",
            "2001-09-09 01:46:40Z",
            "2001-09-09T01:46:40ZZ",
            "2001-09-09T01:46:40+0200",
            "+001-09-09T01:46:40Z",
            "2001-09-09T01:46:4\u{660}Z",
            "éééééééééé",
        ] {
            assert!(matches!(parse(text, Rounding::Down), Err(TimeError::Shape(_))), "{text}");
        }
        for text in ["2001-02-29T00:00:00Z", "2001-09-09T24:00:00Z", "2001-13-09T00:00:00Z"] {
            assert!(matches!(parse(text, Rounding::Down), Err(TimeError::NoSuchTime(_))), "{text}");
        }
        let offset = parse_utc("2001-09-09T01:46:40+00:00", Rounding::Down);
        assert!(matches!(offset, Err(TimeError::NotUtc(_))));
    }

    #[test]
    fn times_are_written_in_utc_without_needless_zeros() {
        assert_eq!(format_us(1_000_000_000_000_000), "2001-09-09T01:46:40Z");
        assert_eq!(format_us(1_000_000_000_500_000), "2001-09-09T01:46:40.5Z");
        assert_eq!(format_us(-1), "1969-12-31T23:59:59.999999Z");
        assert_eq!(format_us(i64::MAX), "9999-12-31T23:59:59.999999Z");
        assert_eq!(format_us(i64::MIN), "0000-01-01T00:00:00Z");
    }
}
