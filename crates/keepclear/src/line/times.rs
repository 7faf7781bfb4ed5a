//! Times and spans on the command line.

use keepclear_line::quantity::Instant;
use keepclear_wire::time::{Rounding, parse};

/// RFC 3339, `now`, or so much from now on: `+10min`.
pub fn instant(text: &str) -> Result<Instant, String> {
    let now = || Instant(jiff::Timestamp::now().as_microsecond());
    match text.strip_prefix('+') {
        _ if text == "now" => Ok(now()),
        Some(span) => Ok(Instant(now().0.saturating_add(crate::quantity::microseconds(span)?))),
        None => parse(text, Rounding::Down)
            .map(Instant)
            .map_err(|error| format!("{error}; `now` and `+10min` are times too")),
    }
}

/// Whole seconds above 0, from `4min`, `90s` or a number of seconds.
pub fn seconds(text: &str) -> Result<u32, String> {
    let whole_s = crate::quantity::microseconds(text)? / 1_000_000;
    u32::try_from(whole_s).ok().filter(|&s| s > 0).ok_or_else(|| "must be 1 s or more".to_owned())
}

/// Millimetres from `300m`, `-1000ft`, `1.5km`; above 0 is up, or to the right.
pub fn signed_millimetres(text: &str) -> Result<i64, String> {
    let (sign, size) = match text.strip_prefix('-') {
        Some(size) => (-1, size),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let millimetres = (crate::quantity::metres(size)? * 1e3).round() as i64;
    if millimetres == 0 { Err("must not be 0".to_owned()) } else { Ok(sign * millimetres) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_keeps_its_direction_and_unit() {
        assert_eq!(signed_millimetres("-1000ft"), Ok(-304_800));
        assert_eq!(signed_millimetres("+300m"), Ok(300_000));
        assert!(signed_millimetres("0m").is_err());
    }

    #[test]
    fn a_span_is_whole_seconds() {
        assert_eq!(seconds("4min"), Ok(240));
        assert!(seconds("0s").is_err());
        assert!(seconds("200ms").is_err());
    }

    #[test]
    fn a_time_is_absolute_or_from_now_on() {
        assert_eq!(instant("2001-09-09T01:46:40Z"), Ok(Instant(1_000_000_000_000_000)));
        let (now, later) = (instant("now").unwrap(), instant("+1h").unwrap());
        assert!((3_600_000_000..3_660_000_000).contains(&(later.0 - now.0)));
        assert!(instant("noon").is_err());
    }
}
