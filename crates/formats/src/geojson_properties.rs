//! The properties of a GeoJSON feature: typed access that names the field when it is wrong.

use keepclear_geo::{Band, FOOT_M, Limit, Reference, TimeInterval};
use keepclear_wire::time::{self, Rounding};
use serde_json::{Map, Value};

use crate::content::Fault;
use crate::input::described;

/// Whether altitudes and times must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// For flights.
    Required,
    /// For zones: open where absent, from the ground up.
    Optional,
}

/// The `properties` member of a feature; absent is empty.
pub(crate) struct Properties<'a>(Option<&'a Map<String, Value>>);

impl<'a> Properties<'a> {
    pub(crate) fn of(value: Option<&'a Value>) -> Result<Self, Fault> {
        match value {
            None | Some(Value::Null) => Ok(Self(None)),
            Some(Value::Object(map)) => Ok(Self(Some(map))),
            Some(other) => Err(wrong("", "an object", other)),
        }
    }

    /// A member; `null` is the same as absent.
    pub(crate) fn get(&self, field: &str) -> Option<&'a Value> {
        self.0?.get(field).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&self, field: &str) -> Result<Option<String>, Fault> {
        match self.get(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok((!text.is_empty()).then(|| text.clone())),
            Some(other) => Err(wrong(field, "a text", other)),
        }
    }

    pub(crate) fn number(&self, field: &str) -> Result<Option<f64>, Fault> {
        match self.get(field) {
            None => Ok(None),
            Some(value) => match value.as_f64() {
                Some(number) => Ok(Some(number)),
                None => Err(wrong(field, "a number", value)),
            },
        }
    }

    pub(crate) fn required(&self, field: &str, why: &str) -> Result<f64, Fault> {
        self.number(field)?.ok_or_else(|| missing(field, why))
    }

    pub(crate) fn time_us(&self, field: &str, rounding: Rounding) -> Result<Option<i64>, Fault> {
        match self.get(field) {
            None => Ok(None),
            Some(Value::String(text)) => time::parse(text, rounding)
                .map(Some)
                .map_err(|error| Fault::new(path(field), error.to_string())),
            Some(other) => Err(wrong(field, "a time of RFC 3339", other)),
        }
    }

    pub(crate) fn interval(&self, need: Need) -> Result<TimeInterval, Fault> {
        let start_us = self.time_us("start", Rounding::Down)?;
        let end_us = self.time_us("end", Rounding::Up)?;
        if need == Need::Required {
            for (field, time_us) in [("start", start_us), ("end", end_us)] {
                time_us.ok_or_else(|| missing(field, "a flight needs it"))?;
            }
        }
        TimeInterval::new(start_us, end_us).map_err(|at| Fault::at(path("start"), &at))
    }

    pub(crate) fn band(&self, need: Need) -> Result<Band, Fault> {
        let lower = self.number("lower")?;
        let upper = self.number("upper")?;
        let (metres, reference) = self.altitude_units()?;
        if need == Need::Required {
            for (field, value) in [("lower", lower), ("upper", upper)] {
                value.ok_or_else(|| missing(field, "a flight needs it"))?;
            }
        }
        let lower = match lower {
            None => Limit::Surface,
            // On the ground, whatever its height.
            Some(0.0) if reference == Reference::Agl => Limit::Surface,
            Some(value) => Limit::lower(value * metres, reference)
                .map_err(|at| Fault::at(path("lower"), &at))?,
        };
        let upper = match upper {
            None => Limit::Open,
            Some(value) => Limit::upper(value * metres, reference)
                .map_err(|at| Fault::at(path("upper"), &at))?,
        };
        Band::new(lower, upper).map_err(|at| Fault::at(path("lower"), &at))
    }

    /// Metres in the unit of altitudes, and what they are measured from.
    pub(crate) fn altitude_units(&self) -> Result<(f64, Reference), Fault> {
        let unit = self.text("altitude_unit")?;
        let unit = unit.as_deref().unwrap_or("m").to_ascii_lowercase();
        let metres = match unit.as_str() {
            "m" => 1.0,
            "ft" => FOOT_M,
            "fl" => 100.0 * FOOT_M,
            other => {
                let reason = format!("{other:?} is none of m, ft, fl");
                return Err(Fault::new(path("altitude_unit"), reason));
            }
        };
        let level = unit == "fl";
        let reference = match self.text("altitude_reference")? {
            None if level => Reference::Pressure,
            None => Reference::W84,
            Some(text) => match text.to_ascii_uppercase().as_str() {
                "STD" => Reference::Pressure,
                other if level => {
                    let reason = format!("flight levels are STD, not {other:?}");
                    return Err(Fault::new(path("altitude_reference"), reason));
                }
                "W84" => Reference::W84,
                "AMSL" => Reference::Amsl,
                "AGL" => Reference::Agl,
                other => {
                    let reason = format!("{other:?} is none of W84, AMSL, AGL, STD");
                    return Err(Fault::new(path("altitude_reference"), reason));
                }
            },
        };
        Ok((metres, reference))
    }
}

pub(crate) fn path(field: &str) -> String {
    if field.is_empty() { "properties".to_owned() } else { format!("properties.{field}") }
}

pub(crate) fn missing(field: &str, why: &str) -> Fault {
    Fault::new(path(field), format!("is missing; {why}"))
}

pub(crate) fn wrong(field: &str, expected: &str, found: &Value) -> Fault {
    Fault::new(path(field), format!("expected {expected}, got {}", described(found)))
}
