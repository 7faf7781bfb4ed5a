//! Volumes as F3548-21 writes them, turned into those of a message.
//!
//! Altitudes, times and radii become whole millimetres and microseconds as `keepclear-geo` takes them,
//! which is outwards, so that a volume never shrinks on its way; places go to the nearest 0.06 mm.

use keepclear_geo::{Datums, Invalid};
use keepclear_line::message::Window;
use keepclear_line::quantity::{Instant, Millimetres, NanoDegrees};
use keepclear_line::volume::{Altitude, Place, Reference, Shape, VOLUMES_MAX, Volume};
use keepclear_wire::{LatLngPoint, Volume4D};
use schemars::{Schema, SchemaGenerator, json_schema};

use super::problem::Problem;

/// The volumes of a message, given in one of the two forms.
///
/// # Errors
/// When both forms are given, when there are too many, or when one is wrong: with the path of the
/// field, from `parent` on.
pub fn choose(
    parent: &str,
    volumes: Vec<Volume>,
    f3548: &[Volume4D],
) -> Result<Vec<Volume>, Problem> {
    let field = format!("{parent}.volumes_f3548");
    if f3548.is_empty() {
        return Ok(volumes);
    }
    if !volumes.is_empty() {
        let reason = format!("is given beside {parent}.volumes");
        return Err(Problem::field(field, reason, "give the volumes in one of the two forms"));
    }
    if f3548.len() > VOLUMES_MAX {
        let reason = format!("has {} volumes, at most {VOLUMES_MAX} are allowed", f3548.len());
        return Err(Problem::field(field, reason, "use fewer volumes, or several messages"));
    }
    let each = f3548.iter().enumerate();
    each.map(|(index, volume)| {
        convert(volume).map_err(|invalid| {
            let invalid = invalid.inside(&format!("{field}[{index}]"));
            let at = invalid.field.clone();
            Problem::field(at, invalid.reason.to_string(), "correct this field of the volume")
        })
    })
    .collect()
}

/// The time from the first to the last instant of all volumes; `None` without any.
pub fn whole_time(volumes: &[Volume]) -> Option<Window> {
    let from = volumes.iter().map(|volume| volume.from).min()?;
    let to = volumes.iter().map(|volume| volume.to).max()?;
    Some(Window { from, to })
}

fn convert(volume: &Volume4D) -> Result<Volume, Invalid> {
    let exact = volume.to_geo_bounded(&Datums::default())?;
    let (lower_mm, upper_mm) = exact.band().w84_range_mm();
    let limit = |mm| Altitude { value_m: Millimetres(mm), reference: Reference::Ellipsoid };
    let absent = |field| Invalid::new(field, keepclear_geo::Reason::Other("is missing".to_owned()));
    let from = exact.interval().start_us().ok_or_else(|| absent("time_start"))?;
    let to = exact.interval().end_us().ok_or_else(|| absent("time_end"))?;
    Ok(Volume {
        shape: shape(volume).ok_or_else(|| absent("volume.outline_polygon"))?,
        lower: Some(limit(lower_mm)),
        upper: Some(limit(upper_mm)),
        from: Instant(from),
        to: Instant(to),
    })
}

/// Given and in range: `to_geo_bounded` has looked.
fn shape(volume: &Volume4D) -> Option<Shape> {
    if let Some(circle) = &volume.volume.outline_circle {
        let radius_mm = outward_mm(circle.radius.as_ref()?.value);
        let center = place(circle.center?);
        return Some(Shape::Circle { center, radius_m: Millimetres(radius_mm) });
    }
    let polygon = volume.volume.outline_polygon.as_ref()?;
    Some(Shape::Polygon { vertices: polygon.vertices.iter().copied().map(place).collect() })
}

/// Up to the whole millimetre; a number that is one but for its binary form stays.
fn outward_mm(metres: f64) -> i64 {
    let mm = metres * 1e3;
    let whole = mm.round();
    if (mm - whole).abs() < 1e-3 { whole as i64 } else { mm.ceil() as i64 }
}

fn place(point: LatLngPoint) -> Place {
    let nano = |degrees: f64| NanoDegrees((degrees * 1e9).round() as i64);
    Place { lat: nano(point.lat), lng: nano(point.lng) }
}

/// The form of `volumes_f3548`: of the standard's own file only what is read here.
pub fn f3548_schema(_: &mut SchemaGenerator) -> Schema {
    let place = json_schema!({
        "type": "object",
        "required": ["lat", "lng"],
        "properties": {
            "lat": { "type": "number", "minimum": -90, "maximum": 90 },
            "lng": { "type": "number", "minimum": -180, "maximum": 180 },
        },
    });
    let altitude = json_schema!({
        "type": "object",
        "required": ["value", "reference", "units"],
        "properties": {
            "value": { "type": "number", "minimum": -8000, "maximum": 100_000 },
            "reference": { "const": "W84" },
            "units": { "const": "M" },
        },
    });
    let time = json_schema!({
        "type": "object",
        "required": ["value", "format"],
        "properties": {
            "value": { "type": "string", "format": "date-time" },
            "format": { "const": "RFC3339" },
        },
    });
    json_schema!({
        "type": "array",
        "maxItems": VOLUMES_MAX,
        "description": "Volume4D of ASTM F3548-21; all four bounds and one outline are needed.",
        "items": {
            "type": "object",
            "required": ["volume", "time_start", "time_end"],
            "properties": {
                "volume": {
                    "type": "object",
                    "required": ["altitude_lower", "altitude_upper"],
                    "oneOf": [given("outline_circle"), given("outline_polygon")],
                    "properties": {
                        "outline_circle": {
                            "type": ["object", "null"],
                            "required": ["center", "radius"],
                            "properties": {
                                "center": place,
                                "radius": {
                                    "type": "object",
                                    "required": ["value", "units"],
                                    "properties": {
                                        "value": { "type": "number", "exclusiveMinimum": 0 },
                                        "units": { "const": "M" },
                                    },
                                },
                            },
                        },
                        "outline_polygon": {
                            "type": ["object", "null"],
                            "required": ["vertices"],
                            "properties": {
                                "vertices": { "type": "array", "minItems": 3, "items": place },
                            },
                        },
                        "altitude_lower": altitude,
                        "altitude_upper": altitude,
                    },
                },
                "time_start": time,
                "time_end": time,
            },
        },
    })
}

/// That this outline is there.
fn given(outline: &str) -> Schema {
    json_schema!({ "required": [outline], "properties": { outline: { "type": "object" } } })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(volume: Value) -> Volume4D {
        serde_json::from_value(volume).unwrap()
    }

    fn circle() -> Value {
        let altitude = |value: f64| json!({"value": value, "reference": "W84", "units": "M"});
        json!({
            "volume": {
                "outline_circle": {
                    "center": {"lat": 47.123_456_789, "lng": -8.000_000_001},
                    "radius": {"value": 200.1, "units": "M"},
                },
                "altitude_lower": altitude(-12.345),
                "altitude_upper": altitude(120.1),
            },
            "time_start": {"value": "2001-09-09T01:46:40Z", "format": "RFC3339"},
            "time_end": {"value": "2001-09-09T01:46:40.000001Z", "format": "RFC3339"},
        })
    }

    #[test]
    fn what_a_message_can_hold_arrives_to_the_last_digit() {
        let volumes = choose("content", vec![], &[read(circle())]).unwrap();
        let volume = &volumes[0];
        let center = Place { lat: NanoDegrees(47_123_456_789), lng: NanoDegrees(-8_000_000_001) };
        assert_eq!(volume.shape, Shape::Circle { center, radius_m: Millimetres(200_100) });
        let limit = |mm| Altitude { value_m: Millimetres(mm), reference: Reference::Ellipsoid };
        assert_eq!((volume.lower, volume.upper), (Some(limit(-12_345)), Some(limit(120_100))));
        assert_eq!(volume.from, Instant(1_000_000_000_000_000));
        assert_eq!(volume.to, Instant(1_000_000_000_000_001));
        assert_eq!(whole_time(&volumes), Some(Window { from: volume.from, to: volume.to }));
    }

    #[test]
    fn what_is_finer_than_a_message_only_grows() {
        let mut fine = circle();
        fine["volume"]["outline_circle"]["radius"]["value"] = json!(200.000_02);
        fine["volume"]["altitude_lower"]["value"] = json!(99.999_6);
        fine["volume"]["altitude_upper"]["value"] = json!(120.000_4);
        fine["time_start"]["value"] = json!("2001-09-09T01:46:40.0000009Z");
        fine["time_end"]["value"] = json!("2001-09-09T01:46:40.0000011Z");
        let volumes = choose("content", vec![], &[read(fine)]).unwrap();
        let Shape::Circle { radius_m, .. } = volumes[0].shape else { panic!("no circle") };
        assert_eq!(radius_m, Millimetres(200_001));
        assert_eq!(volumes[0].lower.unwrap().value_m, Millimetres(99_999));
        assert_eq!(volumes[0].upper.unwrap().value_m, Millimetres(120_001));
        assert_eq!(volumes[0].from, Instant(1_000_000_000_000_000));
        assert_eq!(volumes[0].to, Instant(1_000_000_000_000_002));
    }

    #[test]
    fn the_document_allows_the_outlines_that_are_taken() {
        let schema = Value::from(f3548_schema(&mut SchemaGenerator::default()));
        let schema = jsonschema::validator_for(&schema).unwrap();
        let circle = circle()["volume"]["outline_circle"].clone();
        let corner = |lat: f64, lng: f64| json!({"lat": lat, "lng": lng});
        let corners = [corner(47.0, 8.0), corner(47.0, 8.1), corner(47.1, 8.0)];
        let polygon = json!({ "vertices": corners });
        for (circle, polygon, is_taken) in [
            (&circle, &Value::Null, true),
            (&Value::Null, &polygon, true),
            (&circle, &polygon, false),
            (&Value::Null, &Value::Null, false),
        ] {
            let mut volume = self::circle();
            volume["volume"]["outline_circle"] = circle.clone();
            volume["volume"]["outline_polygon"] = polygon.clone();
            assert_eq!(choose("content", vec![], &[read(volume.clone())]).is_ok(), is_taken);
            assert_eq!(schema.is_valid(&json!([volume])), is_taken, "{volume}");
        }
    }

    #[test]
    fn a_wrong_volume_is_refused_by_its_path() {
        let mut wrong = circle();
        wrong["volume"]["altitude_upper"]["reference"] = json!("AMSL");
        let refused = choose("content", vec![], &[read(circle()), read(wrong)]).unwrap_err();
        let Problem::Field { field, .. } = refused else { panic!("{refused:?}") };
        assert_eq!(field, "content.volumes_f3548[1].volume.altitude_upper.reference");
        let both =
            choose("content", choose("c", vec![], &[read(circle())]).unwrap(), &[read(circle())]);
        let Err(Problem::Field { field, .. }) = both else { panic!("{both:?}") };
        assert_eq!(field, "content.volumes_f3548");
    }
}
