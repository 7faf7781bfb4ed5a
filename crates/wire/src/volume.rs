//! Pieces of sky and time as F3548-21 writes them, and their check on the way in.

use keepclear_geo::{
    Band, Datums, Invalid, Limit, Outline, Position, Reason, Reference, TimeInterval,
};
use serde::{Deserialize, Serialize};

use crate::null_as_default;
use crate::time::{self, Rounding};

/// A place on the surface, degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LatLngPoint {
    /// Degrees north, -90 to 90.
    pub lat: f64,
    /// Degrees east, -180 to 180.
    pub lng: f64,
}

/// Length along the ellipsoid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Radius {
    /// In the units given; above 0.
    pub value: f64,
    /// `M`.
    pub units: String,
}

/// Height above a reference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Altitude {
    /// In the units given, -8,000 to 100,000.
    pub value: f64,
    /// `W84`.
    pub reference: String,
    /// `M`.
    pub units: String,
}

/// An instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Time {
    /// RFC 3339, in UTC with `Z`.
    pub value: String,
    /// `RFC3339`.
    pub format: String,
}

/// A circle on the surface.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Circle {
    /// Its middle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub center: Option<LatLngPoint>,
    /// Its radius.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub radius: Option<Radius>,
}

/// An area between geodesics; the last vertex is not the first one again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Polygon {
    /// Its corners, at least three.
    #[serde(default, deserialize_with = "null_as_default")]
    pub vertices: Vec<LatLngPoint>,
}

/// An outline between two altitudes. Exactly one outline is given.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Volume3D {
    /// A circle as outline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outline_circle: Option<Circle>,
    /// A polygon as outline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outline_polygon: Option<Polygon>,
    /// Lowest altitude.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub altitude_lower: Option<Altitude>,
    /// Highest altitude.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub altitude_upper: Option<Altitude>,
}

/// A piece of sky and time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Volume4D {
    /// The piece of sky.
    pub volume: Volume3D,
    /// First instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_start: Option<Time>,
    /// Last instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_end: Option<Time>,
}

impl Volume4D {
    /// The exact volume. Absent altitudes and times are open.
    ///
    /// # Errors
    /// [`Invalid`] with the path of the field from this volume on, such as
    /// `volume.outline_polygon.vertices`. A start that equals the end, and a lower altitude that
    /// equals the upper one, are allowed.
    pub fn to_geo(&self, datums: &Datums) -> Result<keepclear_geo::Volume4D, Invalid> {
        let outline = self.volume.outline().map_err(|invalid| invalid.inside("volume"))?;
        let band = self.volume.band().map_err(|invalid| invalid.inside("volume"))?;
        let interval = TimeInterval::new(
            self.time_start.as_ref().map(|t| t.instant_us("time_start")).transpose()?,
            self.time_end.as_ref().map(|t| t.instant_us("time_end")).transpose()?,
        )?;
        Ok(keepclear_geo::Volume4D::new(outline, band, interval, datums))
    }

    /// As [`Volume4D::to_geo`] for operational intents, whose volumes need all four bounds.
    ///
    /// # Errors
    /// As [`Volume4D::to_geo`], and naming the bound that is absent.
    pub fn to_geo_bounded(&self, datums: &Datums) -> Result<keepclear_geo::Volume4D, Invalid> {
        let Self { volume, time_start, time_end } = self;
        for (field, absent) in [
            ("time_start", time_start.is_none()),
            ("time_end", time_end.is_none()),
            ("volume.altitude_lower", volume.altitude_lower.is_none()),
            ("volume.altitude_upper", volume.altitude_upper.is_none()),
        ] {
            if absent {
                return Err(Invalid::new(field, words("is missing; a flight's volume needs it")));
            }
        }
        self.to_geo(datums)
    }

    /// Vertices of the polygon, if it is one.
    pub fn vertex_count(&self) -> usize {
        self.volume.outline_polygon.as_ref().map_or(0, |polygon| polygon.vertices.len())
    }
}

impl Volume3D {
    fn outline(&self) -> Result<Outline, Invalid> {
        match (&self.outline_circle, &self.outline_polygon) {
            (Some(circle), None) => circle.outline(),
            (None, Some(polygon)) => {
                let place = |(index, vertex): (usize, &LatLngPoint)| {
                    let path = format!("outline_polygon.vertices[{index}]");
                    vertex.position().map_err(|invalid| invalid.inside(&path))
                };
                let vertices: Result<Vec<Position>, Invalid> =
                    polygon.vertices.iter().enumerate().map(place).collect();
                Outline::polygon(&vertices?)
            }
            (Some(_), Some(_)) => Err(Invalid::new(
                "outline_polygon",
                words("is given beside outline_circle; give exactly one outline"),
            )),
            (None, None) => Err(Invalid::new(
                "outline_polygon",
                words("is missing, and so is outline_circle; give exactly one outline"),
            )),
        }
    }

    fn band(&self) -> Result<Band, Invalid> {
        let lower = match &self.altitude_lower {
            Some(altitude) => Limit::lower(altitude.metres("altitude_lower")?, Reference::W84)?,
            None => Limit::Open,
        };
        let upper = match &self.altitude_upper {
            Some(altitude) => Limit::upper(altitude.metres("altitude_upper")?, Reference::W84)?,
            None => Limit::Open,
        };
        Band::new(lower, upper)
    }
}

impl Circle {
    fn outline(&self) -> Result<Outline, Invalid> {
        let missing = |field: &str| Invalid::new(field, words("is missing"));
        let center = self.center.ok_or_else(|| missing("outline_circle.center"))?;
        let radius = self.radius.as_ref().ok_or_else(|| missing("outline_circle.radius"))?;
        only("outline_circle.radius.units", &radius.units, "M")?;
        let center = center.position().map_err(|at| at.inside("outline_circle.center"))?;
        Outline::circle(center, radius.value)
    }
}

impl LatLngPoint {
    fn position(self) -> Result<Position, Invalid> {
        Position::new(self.lat, self.lng)
    }
}

impl Altitude {
    fn metres(&self, field: &str) -> Result<f64, Invalid> {
        only(&format!("{field}.reference"), &self.reference, "W84")?;
        only(&format!("{field}.units"), &self.units, "M")?;
        Ok(self.value)
    }
}

impl Time {
    /// An instant in the standard's words.
    pub fn new(instant_us: i64) -> Self {
        Self { value: time::format_us(instant_us), format: "RFC3339".to_owned() }
    }

    /// Microseconds since the epoch; `field` is `time_start`, which rounds down, or another, which
    /// rounds up.
    fn instant_us(&self, field: &str) -> Result<i64, Invalid> {
        only(&format!("{field}.format"), &self.format, "RFC3339")?;
        let rounding = if field == "time_start" { Rounding::Down } else { Rounding::Up };
        time::parse_utc(&self.value, rounding)
            .map_err(|error| Invalid::new(format!("{field}.value"), words(&error.to_string())))
    }
}

fn only(field: &str, found: &str, allowed: &str) -> Result<(), Invalid> {
    if found == allowed {
        return Ok(());
    }
    let found: String = found.chars().take(60).collect();
    Err(Invalid::new(field, words(&format!("{found:?} is given, only {allowed:?} is allowed"))))
}

fn words(text: &str) -> Reason {
    Reason::Other(text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn good() -> Value {
        let altitude = |value: f64| json!({"value": value, "reference": "W84", "units": "M"});
        json!({
            "volume": {
                "outline_circle": {
                    "center": {"lat": 47.0, "lng": 8.0},
                    "radius": {"value": 100.0, "units": "M"},
                },
                "outline_polygon": null,
                "altitude_lower": altitude(100.0),
                "altitude_upper": altitude(120.1),
                "colour": "unknown fields are ignored",
            },
            "time_start": {"value": "2001-09-09T01:46:40.0000009Z", "format": "RFC3339"},
            "time_end": {"value": "2001-09-09T01:46:40.0000009Z", "format": "RFC3339"},
        })
    }

    fn read(value: Value) -> Result<keepclear_geo::Volume4D, Invalid> {
        let volume: Volume4D = serde_json::from_value(value).unwrap();
        volume.to_geo_bounded(&Datums::default())
    }

    #[test]
    fn a_volume_keeps_its_place_altitudes_and_times() {
        let volume = read(good()).unwrap();
        let (centre, radius_m) = volume.outline().as_circle().unwrap();
        assert!(centre.distance_m(Position::new(47.0, 8.0).unwrap()) < 1e-6);
        assert!((radius_m - 100.0).abs() < 1e-9);
        assert_eq!(volume.band().w84_range_mm(), (100_000, 120_100));
        assert_eq!(volume.interval().start_us(), Some(1_000_000_000_000_000));
        assert_eq!(volume.interval().end_us(), Some(1_000_000_000_000_001));
    }

    #[test]
    fn every_wrong_field_is_refused_by_its_path() {
        let square = |last: [f64; 2]| {
            let corner = |p: [f64; 2]| json!({"lat": p[0], "lng": p[1]});
            let corners = [[47.0, 8.0], [47.0, 8.1], [47.1, 8.1], last];
            json!({"vertices": corners.map(corner)})
        };
        let table = [
            ("/volume/altitude_lower/units", json!("FT"), "volume.altitude_lower.units"),
            ("/volume/altitude_upper/reference", json!("SFC"), "volume.altitude_upper.reference"),
            ("/volume/altitude_upper/value", json!(99.0), "volume.altitude_lower"),
            ("/volume/altitude_lower/value", json!(-8000.1), "volume.altitude_lower"),
            ("/volume/altitude_lower", json!(null), "volume.altitude_lower"),
            ("/volume/altitude_upper", json!(null), "volume.altitude_upper"),
            ("/time_start", json!(null), "time_start"),
            ("/time_end", json!(null), "time_end"),
            ("/time_end/value", json!("2001-09-09T01:46:39Z"), "time_start"),
            ("/time_end/value", json!("2001-09-09T03:46:40+02:00"), "time_end.value"),
            ("/time_start/format", json!("ISO"), "time_start.format"),
            ("/volume/outline_circle", json!(null), "volume.outline_polygon"),
            ("/volume/outline_polygon", square([47.1, 8.0]), "volume.outline_polygon"),
            ("/volume/outline_circle/radius/value", json!(0.0), "volume.outline_circle.radius"),
            (
                "/volume/outline_circle/radius/units",
                json!("NM"),
                "volume.outline_circle.radius.units",
            ),
            ("/volume/outline_circle/center/lat", json!(90.5), "volume.outline_circle.center.lat"),
            ("/volume/outline_circle/center", json!(null), "volume.outline_circle.center"),
        ];
        for (pointer, value, field) in table {
            let mut volume = good();
            *volume.pointer_mut(pointer).unwrap() = value;
            assert_eq!(read(volume).unwrap_err().field, field, "{pointer}");
        }
        for (last, field, index) in [
            ([47.1, 190.0], "volume.outline_polygon.vertices[3].lng", None),
            // The last corner is the first one again.
            ([47.0, 8.0], "volume.outline_polygon.vertices", Some(3)),
            // The edge to it crosses the first edge.
            ([46.9, 8.05], "volume.outline_polygon.vertices", Some(2)),
        ] {
            let mut volume = good();
            volume["volume"]["outline_circle"] = Value::Null;
            volume["volume"]["outline_polygon"] = square(last);
            let invalid = read(volume).unwrap_err();
            assert_eq!(invalid.field, field);
            if index.is_some() && !matches!(invalid.reason, Reason::Crosses(_)) {
                assert_eq!(invalid.index, index);
            }
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let volume: Volume4D = serde_json::from_value(good()).unwrap();
        let text = serde_json::to_string(&volume).unwrap();
        assert!(!text.contains("null"), "{text}");
        assert_eq!(serde_json::from_str::<Volume4D>(&text).unwrap(), volume);
    }
}
