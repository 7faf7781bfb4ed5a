//! Numbers and names as messages carry them.
//!
//! In CBOR they are integers, so that both ends hold the same value to the last digit; in JSON they
//! are what people and programs expect: RFC 3339, degrees, metres.

use std::fmt;

use keepclear_wire::time::{Rounding, format_us, parse};
use minicbor::{Decode, Encode};
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// Microseconds since 1970-01-01T00:00:00Z; RFC 3339 in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, JsonSchema)]
#[cbor(transparent)]
#[schemars(with = "String", extend("format" = "date-time"))]
pub struct Instant(#[n(0)] pub i64);

impl Instant {
    /// So many seconds later; stays at the end of time.
    #[must_use]
    pub fn plus_s(self, seconds: u32) -> Self {
        Self(self.0.saturating_add(i64::from(seconds) * 1_000_000))
    }

    /// Whole seconds from an earlier instant to this one, rounded down; below 0 when it was later.
    pub fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0).div_euclid(1_000_000)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format_us(self.0))
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format_us(self.0))
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text, Rounding::Down).map(Self).map_err(D::Error::custom)
    }
}

/// A billionth of a degree, 0.1 mm on the ground; degrees in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, JsonSchema)]
#[cbor(transparent)]
#[schemars(with = "f64")]
pub struct NanoDegrees(#[n(0)] pub i64);

impl NanoDegrees {
    /// Degrees.
    pub fn degrees(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

impl Serialize for NanoDegrees {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.degrees())
    }
}

impl<'de> Deserialize<'de> for NanoDegrees {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let degrees = f64::deserialize(deserializer)?;
        if !(-360.0..=360.0).contains(&degrees) {
            return Err(D::Error::custom(format!("{degrees} is not an angle in degrees")));
        }
        Ok(Self((degrees * 1e9).round() as i64))
    }
}

/// Millimetres; metres in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, JsonSchema)]
#[cbor(transparent)]
#[schemars(with = "f64")]
pub struct Millimetres(#[n(0)] pub i64);

impl Millimetres {
    /// Metres.
    pub fn metres(self) -> f64 {
        self.0 as f64 / 1e3
    }
}

impl Serialize for Millimetres {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.metres())
    }
}

impl<'de> Deserialize<'de> for Millimetres {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let metres = f64::deserialize(deserializer)?;
        if !(-1e9..=1e9).contains(&metres) {
            return Err(D::Error::custom(format!("{metres} is not a length in metres")));
        }
        Ok(Self((metres * 1e3).round() as i64))
    }
}

/// Longest [`Name`], in bytes of UTF-8.
pub const NAME_MAX: usize = 128;
/// Longest [`Words`], in bytes of UTF-8.
pub const WORDS_MAX: usize = 4_000;

/// Why a text is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Too short or too long.
    #[error("must have 1 to {most} bytes of UTF-8, not {found}")]
    Length {
        /// Bytes found.
        found: usize,
        /// Bytes allowed.
        most: usize,
    },
    /// A character that could make a screen show something else than what was signed.
    #[error("must not hold the control or direction character U+{0:04X}")]
    Character(u32),
}

/// Line ends and tabs are text in [`Words`]; directions are set by whoever shows a text, never by it.
fn checked(text: &str, most: usize, lines: bool) -> Result<(), TextError> {
    if text.is_empty() || text.len() > most {
        return Err(TextError::Length { found: text.len(), most });
    }
    let bad = |c: char| {
        (c.is_control() && !(lines && matches!(c, '\n' | '\t')))
            || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
    };
    text.chars().find(|&c| bad(c)).map_or(Ok(()), |c| Err(TextError::Character(c.into())))
}

macro_rules! text {
    ($(#[$comment:meta])* $name:ident, $most:expr, $lines:expr) => {
        $(#[$comment])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(#[schemars(length(min = 1, max = $most))] String);

        impl $name {
            /// # Errors
            /// [`TextError`] for a text that is empty, too long, or steers a screen.
            pub fn new(text: impl Into<String>) -> Result<Self, TextError> {
                let text = text.into();
                checked(&text, $most, $lines).map(|()| Self(text))
            }

            /// The text as it was given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(String::deserialize(deserializer)?).map_err(D::Error::custom)
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                encoder: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                encoder.str(&self.0)?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(
                decoder: &mut minicbor::Decoder<'b>,
                _: &mut C,
            ) -> Result<Self, minicbor::decode::Error> {
                Self::new(decoder.str()?).map_err(minicbor::decode::Error::message)
            }
        }
    };
}

text! {
    /// A party, a role, a flight, a unit: one line of text.
    Name, NAME_MAX, false
}
text! {
    /// A side's own words, in its own language. Shown as they are and never translated.
    Words, WORDS_MAX, true
}

macro_rules! octets {
    ($(#[$comment:meta])* $name:ident, $length:literal, $show:expr, $read:expr) => {
        $(#[$comment])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, JsonSchema)]
        #[cbor(transparent)]
        #[schemars(with = "String")]
        pub struct $name(#[n(0)] #[cbor(with = "minicbor::bytes")] pub [u8; $length]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let show: fn(&[u8; $length], &mut fmt::Formatter<'_>) -> fmt::Result = $show;
                show(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl std::str::FromStr for $name {
            type Err = &'static str;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let read: fn(&str) -> Option<[u8; $length]> = $read;
                read(text).map(Self).ok_or(concat!("is not a ", stringify!($name)))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    };
}

octets! {
    /// One exchange; drawn by the side that opens it. A UUID in JSON.
    ExchangeId, 16,
    |id, f| fmt::Display::fmt(&Uuid::from_bytes(*id), f),
    |text| Uuid::try_parse(text).ok().map(Uuid::into_bytes)
}
octets! {
    /// One desk. A UUID in JSON.
    DeskId, 16,
    |id, f| fmt::Display::fmt(&Uuid::from_bytes(*id), f),
    |text| Uuid::try_parse(text).ok().map(Uuid::into_bytes)
}
octets! {
    /// A message that is written and not released; known to one desk only. A UUID in JSON.
    DraftId, 16,
    |id, f| fmt::Display::fmt(&Uuid::from_bytes(*id), f),
    |text| Uuid::try_parse(text).ok().map(Uuid::into_bytes)
}
octets! {
    /// One message: the SHA-256 of the signed entry that carries it. Hexadecimal in JSON.
    MessageId, 32,
    |id, f| id.iter().try_for_each(|octet| write!(f, "{octet:02x}")),
    from_hex
}
octets! {
    /// An Ed25519 public key. Hexadecimal in JSON.
    Key, 32,
    |id, f| id.iter().try_for_each(|octet| write!(f, "{octet:02x}")),
    from_hex
}
octets! {
    /// The SHA-256 of a certificate: what two people compare. Hexadecimal in JSON.
    Fingerprint, 32,
    |id, f| id.iter().try_for_each(|octet| write!(f, "{octet:02x}")),
    from_hex
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let text = text.as_bytes();
    let mut octets = [0; 32];
    if text.len() != 64 {
        return None;
    }
    let digit = |c: u8| char::from(c).to_digit(16).filter(|_| !c.is_ascii_uppercase());
    for (octet, pair) in octets.iter_mut().zip(text.chunks_exact(2)) {
        *octet = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
    }
    Some(octets)
}
