//! Files that people have, read into flights and zones of exact volumes.
//!
//! A file's form is known by its content, never by its name. One bad thing in a file becomes a
//! [`Refused`] entry and the rest is read; only a file that cannot be read at all is a
//! [`FormatError`].
#![forbid(unsafe_code)]

mod adsb;
mod adsb_legs;
mod content;
mod f3548;
mod geojson;
mod geojson_geometry;
mod geojson_properties;
mod geojson_route;
mod input;
mod openair;
mod openair_outline;
mod openair_records;
mod openair_times;

pub use content::{
    FileContent, Flight, FlightKind, FormatError, ReadOptions, Refused, Warning, Zone,
};

use content::Content;
use input::{Form, Input};

/// Reads flights: F3548-21 details, lists of `Volume4D`, GeoJSON or recorded ADS-B.
///
/// # Errors
/// [`FormatError`] when the file as a whole cannot be read.
pub fn read_flights(
    name: &str,
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<FileContent, FormatError> {
    let input = Input::open(bytes)?;
    let stem = input::stem(name);
    let content = match input.form()? {
        Form::Intents(parts) => f3548::intents(&parts, options),
        Form::Volumes(parts) => f3548::volumes(&parts, stem, options),
        Form::GeoJson(features) => geojson::flights(&features, stem, options),
        Form::Adsb(text) => adsb::read(text, options)?,
        Form::EmptyList => Content::empty_list(),
        Form::Constraints(_) => return Err(not_flights("F3548-21 constraint details")),
        Form::OpenAir(_) => return Err(not_flights("OpenAir airspace")),
    };
    Ok(content.finish(bytes))
}

/// Reads airspace: OpenAir, GeoJSON or F3548-21 constraint details.
///
/// # Errors
/// [`FormatError`] when the file as a whole cannot be read.
pub fn read_airspace(
    name: &str,
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<FileContent, FormatError> {
    let input = Input::open(bytes)?;
    let stem = input::stem(name);
    let content = match input.form()? {
        Form::Constraints(parts) => f3548::constraints(&parts, options),
        Form::GeoJson(features) => geojson::zones(&features, stem, options),
        Form::OpenAir(text) => openair::read(&text, options),
        Form::EmptyList => Content::empty_list(),
        Form::Intents(_) => return Err(not_airspace("F3548-21 operational intent details")),
        Form::Volumes(_) => return Err(not_airspace("a list of F3548-21 Volume4D")),
        Form::Adsb(_) => return Err(not_airspace("recorded ADS-B positions")),
    };
    Ok(content.finish(bytes))
}

fn not_flights(found: &str) -> FormatError {
    FormatError::Unsupported {
        found: format!("{found}, which holds no flights"),
        expected: input::FLIGHT_FORMS,
    }
}

fn not_airspace(found: &str) -> FormatError {
    FormatError::Unsupported {
        found: format!("{found}, which holds no airspace"),
        expected: input::AIRSPACE_FORMS,
    }
}
