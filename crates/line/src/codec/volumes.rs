//! Limits of the volumes of a message.
//!
//! Whether an outline is sound is for geometry to say, when it is stored; here are only the numbers.

use super::CodecError;
use super::limits::{Checked, LENGTH_MAX_MM, count, field};
use crate::message::Window;
use crate::volume::{CORNERS_MAX, Place, Shape, VOLUMES_MAX, Volume};

/// Every volume within its limits, and within the window's times.
pub(super) fn check_volumes(path: &str, volumes: &[Volume], window: Window) -> Checked {
    let all = format!("{path}.volumes");
    count(&all, volumes.len(), 0, VOLUMES_MAX, "a message has at most 200 volumes")?;
    let mut corners = 0;
    for (index, volume) in volumes.iter().enumerate() {
        let path = format!("{all}[{index}]");
        corners += check_shape(&path, &volume.shape)?;
        check_heights(&path, volume)?;
        check_times(&path, volume, window)?;
    }
    count(&all, corners, 0, CORNERS_MAX, "a message has at most 10,000 corners")
}

/// Answers the number of corners.
fn check_shape(path: &str, shape: &Shape) -> Result<usize, CodecError> {
    match shape {
        Shape::Circle { center, radius_m } => {
            check_place(&format!("{path}.shape.center"), *center)?;
            if !(1..=LENGTH_MAX_MM).contains(&radius_m.0) {
                let shown = format!("{} mm", radius_m.0);
                let reason = "a radius is above 0 and at most 40,000 km";
                return Err(field(
                    format!("{path}.shape.radius_m"),
                    shown,
                    reason,
                    "give such a one",
                ));
            }
            Ok(0)
        }
        Shape::Polygon { vertices } => {
            let name = format!("{path}.shape.vertices");
            count(&name, vertices.len(), 3, CORNERS_MAX, "a polygon has 3 to 10,000 corners")?;
            for (index, vertex) in vertices.iter().enumerate() {
                check_place(&format!("{name}[{index}]"), *vertex)?;
            }
            if vertices.first() == vertices.last() {
                let reason = "the last corner is not the first again";
                return Err(field(name, "closed", reason, "leave the last one out"));
            }
            Ok(vertices.len())
        }
    }
}

fn check_place(path: &str, place: Place) -> Checked {
    for (name, angle, most) in [("lat", place.lat, 90), ("lng", place.lng, 180)] {
        if angle.0.unsigned_abs() > most * 1_000_000_000 {
            return Err(field(
                format!("{path}.{name}"),
                format_args!("{} degrees", angle.degrees()),
                "latitudes reach from -90 to 90, longitudes from -180 to 180 degrees",
                "give such a place",
            ));
        }
    }
    Ok(())
}

fn check_heights(path: &str, volume: &Volume) -> Checked {
    for (name, limit) in [("lower", volume.lower), ("upper", volume.upper)] {
        let Some(limit) = limit else { continue };
        if limit.value_m.0.unsigned_abs() > LENGTH_MAX_MM.unsigned_abs() {
            return Err(field(
                format!("{path}.{name}.value_m"),
                format_args!("{} m", limit.value_m.metres()),
                "an altitude is within 40,000 km",
                "give such a one, or leave the volume open there",
            ));
        }
    }
    let (Some(lower), Some(upper)) = (volume.lower, volume.upper) else { return Ok(()) };
    if lower.reference == upper.reference && lower.value_m > upper.value_m {
        return Err(field(
            format!("{path}.lower.value_m"),
            format_args!("{} m", lower.value_m.metres()),
            "the lower limit is not above the upper one",
            "exchange the two or correct one",
        ));
    }
    Ok(())
}

fn check_times(path: &str, volume: &Volume, window: Window) -> Checked {
    if volume.from <= volume.to && window.contains(volume.from) && window.contains(volume.to) {
        return Ok(());
    }
    Err(field(
        format!("{path}.from"),
        format_args!("{}, to {}", volume.from, volume.to),
        "a volume's times lie within the window, the first not after the last",
        "widen the window or correct the volume",
    ))
}
