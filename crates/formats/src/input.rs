//! From bytes to a known form: gzip, byte order mark, then the shape of the content.
//!
//! JSON is cut into its entries without being parsed into a tree, so that each entry can fail
//! alone; ADS-B records are not even cut.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::content::FormatError;

/// Most bytes that are read from one file, after decompression.
pub(crate) const CONTENT_BYTES_MAX: u64 = 2 << 30;
pub(crate) const FLIGHT_FORMS: &str = "F3548-21 operational intent details (one or an array), a \
    list of Volume4D, GeoJSON features, or an array of ADS-B records";
pub(crate) const AIRSPACE_FORMS: &str =
    "OpenAir, GeoJSON features, or F3548-21 constraint details (one or an array)";
const ALL_FORMS: &str = "F3548-21 details, a list of Volume4D, GeoJSON features, ADS-B records, or \
    OpenAir";
/// Entries of a list that are looked at to learn its form.
const PEEKED_ENTRIES_MAX: usize = 1_000;

/// The name of a file without folders, without `.gz` and without its last ending.
pub(crate) fn stem(name: &str) -> &str {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let base = base.strip_suffix(".gz").unwrap_or(base);
    match base.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => base,
    }
}

/// A file's content, decompressed, without a byte order mark.
pub(crate) struct Input<'a> {
    bytes: Cow<'a, [u8]>,
}

/// What the content is.
pub(crate) enum Form<'a> {
    Intents(Vec<&'a RawValue>),
    Constraints(Vec<&'a RawValue>),
    Volumes(Vec<&'a RawValue>),
    GeoJson(Vec<&'a RawValue>),
    Adsb(&'a str),
    OpenAir(Cow<'a, str>),
    EmptyList,
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Option<&'a RawValue>,
    #[serde(borrow, default)]
    features: Option<&'a RawValue>,
    #[serde(default)]
    operational_intent: Option<IgnoredAny>,
    #[serde(default)]
    constraint: Option<IgnoredAny>,
}

impl<'a> Input<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let too_large = FormatError::TooLarge(CONTENT_BYTES_MAX);
        let bytes = if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut plain = Vec::new();
            MultiGzDecoder::new(bytes)
                .take(CONTENT_BYTES_MAX + 1)
                .read_to_end(&mut plain)
                .map_err(|error| FormatError::BrokenGzip(error.to_string()))?;
            Cow::Owned(plain)
        } else {
            Cow::Borrowed(bytes)
        };
        if bytes.len() as u64 > CONTENT_BYTES_MAX {
            return Err(too_large);
        }
        Ok(Self { bytes })
    }

    pub(crate) fn form(&self) -> Result<Form<'_>, FormatError> {
        let bytes = self.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.bytes);
        match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
            None => Err(unsupported("an empty file")),
            Some(b'{') => object(utf8(bytes)?),
            Some(b'[') => list(utf8(bytes)?),
            Some(_) => open_air(bytes),
        }
    }
}

fn object(text: &str) -> Result<Form<'_>, FormatError> {
    let whole: &RawValue = serde_json::from_str(text).map_err(|error| not_json(&error))?;
    let head: Head<'_> =
        serde_json::from_str(whole.get()).map_err(|error| unsupported(&error.to_string()))?;
    if head.operational_intent.is_some() {
        return Ok(Form::Intents(vec![whole]));
    }
    if head.constraint.is_some() {
        return Ok(Form::Constraints(vec![whole]));
    }
    let kind = head.kind.and_then(|raw| serde_json::from_str::<String>(raw.get()).ok());
    match (kind.as_deref(), head.features) {
        (Some("FeatureCollection"), Some(features)) => {
            let features = serde_json::from_str(features.get());
            let wrong = |_| unsupported("a GeoJSON FeatureCollection whose features are no list");
            Ok(Form::GeoJson(features.map_err(wrong)?))
        }
        (Some("FeatureCollection"), None) => {
            Err(unsupported("a GeoJSON FeatureCollection without features"))
        }
        (Some("Feature"), _) => Ok(Form::GeoJson(vec![whole])),
        (Some(other), _) => {
            let other: String = other.chars().take(60).collect();
            Err(unsupported(&format!("a JSON object of type {other:?}")))
        }
        (None, _) => Err(unsupported("a JSON object that is none of these")),
    }
}

fn list(text: &str) -> Result<Form<'_>, FormatError> {
    let entries = |text| -> Result<Vec<&RawValue>, FormatError> {
        serde_json::from_str(text).map_err(|error| not_json(&error))
    };
    let Some(first) = first_telling_entry(text) else {
        return match entries(text)?.len() {
            0 => Ok(Form::EmptyList),
            _ => Err(unsupported("a JSON list of none of these")),
        };
    };
    match first {
        Entry::Adsb => Ok(Form::Adsb(text)),
        Entry::Intent => Ok(Form::Intents(entries(text)?)),
        Entry::Constraint => Ok(Form::Constraints(entries(text)?)),
        Entry::Volume => Ok(Form::Volumes(entries(text)?)),
        Entry::Feature => Ok(Form::GeoJson(entries(text)?)),
    }
}

enum Entry {
    Adsb,
    Intent,
    Constraint,
    Volume,
    Feature,
}

/// Looks at the entries of a list until one shows what the list holds.
fn first_telling_entry(text: &str) -> Option<Entry> {
    let mut rest = text.trim_start().strip_prefix('[')?;
    for _ in 0..PEEKED_ENTRIES_MAX {
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        let value = stream.next()?.ok()?;
        let has = |key: &str| value.get(key).is_some();
        if has("operational_intent") {
            return Some(Entry::Intent);
        } else if has("constraint") {
            return Some(Entry::Constraint);
        } else if has("volume") {
            return Some(Entry::Volume);
        } else if value.get("type").is_some_and(|kind| kind == "Feature") {
            return Some(Entry::Feature);
        } else if has("icao24") || (has("timestamp") && has("latitude")) {
            return Some(Entry::Adsb);
        }
        rest = rest.get(stream.byte_offset()..)?.trim_start().strip_prefix(',')?;
    }
    None
}

/// OpenAir is UTF-8 or ISO 8859-1; a line that begins with `AC` or another record shows it.
fn open_air(bytes: &[u8]) -> Result<Form<'_>, FormatError> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect()),
    };
    let is_record = |line: &str| {
        let mut words = line.split_ascii_whitespace();
        matches!(words.next(), Some("AC" | "AN" | "AL" | "AH" | "DP" | "DC" | "DB" | "DA"))
            && words.next().is_some()
    };
    let lines = || text.split(['\r', '\n']).map(str::trim).filter(|line| !line.is_empty());
    if lines().any(is_record) || lines().all(|line| line.starts_with('*')) {
        return Ok(Form::OpenAir(text));
    }
    let start: String = text.trim_start().chars().take(20).collect();
    Err(unsupported(&format!("a file that begins with {start:?}")))
}

fn utf8(bytes: &[u8]) -> Result<&str, FormatError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let good = &bytes[..error.valid_up_to()];
        let line = good.iter().filter(|&&byte| byte == b'\n').count() + 1;
        let column = good.iter().rev().take_while(|&&byte| byte != b'\n').count() + 1;
        FormatError::NotJson { line, column, reason: "not UTF-8".to_owned() }
    })
}

pub(crate) fn not_json(error: &serde_json::Error) -> FormatError {
    let reason = error.to_string();
    let reason = match reason.rsplit_once(" at line ") {
        Some((reason, _)) => reason.to_owned(),
        None => reason,
    };
    FormatError::NotJson { line: error.line(), column: error.column(), reason }
}

fn unsupported(found: &str) -> FormatError {
    FormatError::Unsupported { found: found.to_owned(), expected: ALL_FORMS }
}

/// What a JSON value is, in words for a refusal.
pub(crate) fn described(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => format!("the truth value {value}"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => format!("the text {:?}", text.chars().take(60).collect::<String>()),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}
