//! Instants as text without allocation: a query answers with hundreds of them.

use serde::{Serialize, Serializer};

/// First instant of the year 0 and last of the year 9999: what RFC 3339 can say, microseconds.
const WRITTEN_RANGE_US: (i64, i64) = (-62_167_219_200_000_000, 253_402_300_799_999_999);

/// Microseconds since the epoch, serialised as `keepclear_wire::time::format_us` writes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstantText(pub i64);

impl InstantText {
    /// Gives the text to `take`.
    fn with<R>(self, take: impl FnOnce(&str) -> R) -> R {
        let us = self.0.clamp(WRITTEN_RANGE_US.0, WRITTEN_RANGE_US.1);
        let (second_s, below_us) = (us.div_euclid(1_000_000), us.rem_euclid(1_000_000));
        let (day, second) = (second_s.div_euclid(86_400), second_s.rem_euclid(86_400));
        let (year, month, day) = civil(day);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        let mut text = *b"0000-00-00T00:00:00.000000Z";
        // By hand: formatting machinery took a quarter of the time of a query with many answers.
        for (place, value) in [
            (0..4, year),
            (5..7, month),
            (8..10, day),
            (11..13, hour),
            (14..16, minute),
            (17..19, second),
            (20..26, below_us),
        ] {
            digits(&mut text[place], value);
        }
        let mut length = if below_us == 0 { "0000-00-00T00:00:00".len() } else { text.len() - 1 };
        while below_us != 0 && text[length - 1] == b'0' {
            length -= 1;
        }
        text[length] = b'Z';
        take(std::str::from_utf8(&text[..=length]).unwrap_or_default())
    }
}

impl Serialize for InstantText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.with(|text| serializer.serialize_str(text))
    }
}

/// Writes a number that is not negative into as many decimal places as there are.
fn digits(places: &mut [u8], mut value: i64) {
    for place in places.iter_mut().rev() {
        *place = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

/// Year, month and day of a day since the epoch in the Gregorian calendar: counted in eras of 400
/// years that begin on 1 March, so that the leap day is the last of its year.
fn civil(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let (era, day_of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_read_as_the_calendar_library_writes_them() {
        let mut instants = vec![0, -1, 1, 1_000_000, 951_782_400_000_000, i64::MIN, i64::MAX];
        // Every 37 days and some from the year 0 to 9999.
        let step_us = 37 * 86_400_000_000 + 3_723_004_500;
        let mut at_us = WRITTEN_RANGE_US.0;
        while at_us < WRITTEN_RANGE_US.1 {
            instants.push(at_us);
            at_us += step_us;
        }
        for us in instants {
            let expected = keepclear_wire::time::format_us(us);
            InstantText(us).with(|text| assert_eq!(text, expected));
        }
    }
}
