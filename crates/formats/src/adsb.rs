//! Recorded ADS-B: a JSON array of positions, read into typed records without a tree.
//!
//! A field of the wrong type must not spoil the other records, so that each field is read as
//! whatever it is and judged afterwards.

use std::borrow::Cow;
use std::fmt;

use keepclear_geo::{ALTITUDE_RANGE_M, FOOT_M, Position};
use keepclear_wire::time::{self, Rounding};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::adsb_legs;
use crate::content::{Content, Fault, FormatError, ReadOptions};
use crate::input::not_json;

/// Recorded times lie in the years 0 to 9999, milliseconds since the epoch.
const TIMESTAMP_RANGE_MS: (f64, f64) = (-62_167_219_200_000.0, 253_402_300_799_999.0);

/// One usable position of an aircraft.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fix {
    pub(crate) time_us: i64,
    pub(crate) position: Position,
    /// Pressure altitude, metres.
    pub(crate) altitude_m: f64,
}

/// Whose a position is: ICAO address and callsign.
pub(crate) type Track<'a> = (Option<Cow<'a, str>>, Option<Cow<'a, str>>);

/// Reads an array of records; the text is known to begin with `[`.
pub(crate) fn read(text: &str, options: &ReadOptions) -> Result<Content, FormatError> {
    let items: Vec<Item<'_>> = serde_json::from_str(text).map_err(|error| not_json(&error))?;
    let mut content = Content::new("recorded ADS-B positions");
    content.read = items.len();
    let mut fixes: Vec<(Track<'_>, Fix)> = Vec::with_capacity(items.len());
    let mut skipped = [0_usize; SKIPPED.len()];
    for (index, item) in items.into_iter().enumerate() {
        let usable = match item {
            Item::Record(record) => record.fix(),
            Item::Other(found) => Err(Unusable::Wrong(Fault::new(
                "record",
                format!("expected an object, got {found}"),
            ))),
        };
        match usable {
            Ok(fix) => fixes.push(fix),
            Err(Unusable::Without(kind)) => skipped[kind] += 1,
            Err(Unusable::Wrong(fault)) => {
                content.refuse(&format!("[{index}]"), fault.field, fault.reason);
            }
        }
    }
    for (kind, count) in SKIPPED.iter().zip(skipped) {
        if count > 0 {
            content.warn("file", format!("{count} positions without {kind} skipped"));
        }
    }
    adsb_legs::add(&mut content, fixes, options);
    Ok(content)
}

/// Fields without which a position is of no use.
const SKIPPED: [&str; 5] =
    ["timestamp", "latitude", "longitude", "altitude", "icao24 and callsign"];

enum Unusable {
    /// Index into [`SKIPPED`].
    Without(usize),
    Wrong(Fault),
}

impl From<Fault> for Unusable {
    fn from(fault: Fault) -> Self {
        Self::Wrong(fault)
    }
}

/// A field as it came.
#[derive(Default)]
enum Scalar<'a> {
    #[default]
    Null,
    Number(f64),
    Text(Cow<'a, str>),
    Other(&'static str),
}

#[derive(Default)]
struct Record<'a> {
    timestamp: Scalar<'a>,
    icao24: Scalar<'a>,
    callsign: Scalar<'a>,
    latitude: Scalar<'a>,
    longitude: Scalar<'a>,
    altitude: Scalar<'a>,
}

impl<'a> Record<'a> {
    fn fix(self) -> Result<(Track<'a>, Fix), Unusable> {
        let time_us = match self.timestamp {
            Scalar::Text(text) => Some(
                time::parse(&text, Rounding::Down)
                    .map_err(|error| Fault::new("timestamp", error.to_string()))?,
            ),
            other => {
                let ms = number(other, "timestamp", TIMESTAMP_RANGE_MS)?;
                ms.map(|ms| (ms * 1_000.0).round() as i64)
            }
        };
        let latitude = number(self.latitude, "latitude", (-90.0, 90.0))?;
        let longitude = number(self.longitude, "longitude", (-180.0, 180.0))?;
        let (low_m, high_m) = ALTITUDE_RANGE_M;
        let altitude_ft = number(self.altitude, "altitude", (low_m / FOOT_M, high_m / FOOT_M))?;
        let icao24 = name(self.icao24, "icao24")?;
        let callsign = name(self.callsign, "callsign")?;
        let time_us = time_us.ok_or(Unusable::Without(0))?;
        let lat_deg = latitude.ok_or(Unusable::Without(1))?;
        let lng_deg = longitude.ok_or(Unusable::Without(2))?;
        let altitude_m = altitude_ft.ok_or(Unusable::Without(3))? * FOOT_M;
        if icao24.is_none() && callsign.is_none() {
            return Err(Unusable::Without(4));
        }
        let position = Position::new(lat_deg, lng_deg).map_err(Fault::from)?;
        Ok(((icao24, callsign), Fix { time_us, position, altitude_m }))
    }
}

fn number(field: Scalar<'_>, name: &str, (low, high): (f64, f64)) -> Result<Option<f64>, Fault> {
    let wrong = |found: &str| Err(Fault::new(name, format!("expected a number, got {found}")));
    match field {
        Scalar::Null => Ok(None),
        Scalar::Number(value) if (low..=high).contains(&value) => Ok(Some(value)),
        Scalar::Number(value) => {
            Err(Fault::new(name, format!("{value} is outside {low:.0} to {high:.0}")))
        }
        Scalar::Text(text) => {
            wrong(&format!("the text {:?}", text.chars().take(60).collect::<String>()))
        }
        Scalar::Other(found) => wrong(found),
    }
}

/// A name without surrounding blanks; a blank one is none.
fn name<'a>(field: Scalar<'a>, name: &str) -> Result<Option<Cow<'a, str>>, Fault> {
    let wrong = |found: &str| Err(Fault::new(name, format!("expected a text, got {found}")));
    let text = match field {
        Scalar::Null => return Ok(None),
        Scalar::Text(Cow::Borrowed(text)) => Cow::Borrowed(text.trim()),
        Scalar::Text(Cow::Owned(text)) => Cow::Owned(text.trim().to_owned()),
        Scalar::Number(value) => return wrong(&format!("the number {value}")),
        Scalar::Other(found) => return wrong(found),
    };
    Ok((!text.is_empty()).then_some(text))
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Scalar::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Scalar::Other("a truth value"))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Scalar::Number(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Scalar::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Scalar::Number(value))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other("a list"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other("an object"))
    }
}

/// An element of the array.
enum Item<'a> {
    Record(Record<'a>),
    Other(&'static str),
}

impl<'de: 'a, 'a> Deserialize<'de> for Item<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ItemVisitor)
    }
}

struct ItemVisitor;

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = Item<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut record = Record::default();
        while let Some(key) = map.next_key()? {
            let field = match key {
                Key::Timestamp => &mut record.timestamp,
                Key::Icao24 => &mut record.icao24,
                Key::Callsign => &mut record.callsign,
                Key::Latitude => &mut record.latitude,
                Key::Longitude => &mut record.longitude,
                Key::Altitude => &mut record.altitude,
                Key::Other => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *field = map.next_value()?;
        }
        Ok(Item::Record(record))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Item::Other("a list"))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Item::Other("null"))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Item::Other("a truth value"))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Item::Other("a number"))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Item::Other("a number"))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Item::Other("a number"))
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Item::Other("a text"))
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Key {
    Timestamp,
    Icao24,
    Callsign,
    Latitude,
    Longitude,
    Altitude,
    #[serde(other)]
    Other,
}
