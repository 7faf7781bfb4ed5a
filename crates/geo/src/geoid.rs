//! Height of mean sea level (the EGM96 geoid) above the WGS84 ellipsoid.
//!
//! The grid, its source, hash and licence stand in `data/README.md`.

use crate::outline::Outline;
use crate::position::Position;

/// How far the interpolated height may be from the full EGM96 model, millimetres.
pub const GEOID_ERROR_MM: i64 = 1_200;

const ROWS: usize = 721;
const COLUMNS: usize = 1_440;
const STEP_DEG: f64 = 0.25;
static GRID_CM: &[u8; ROWS * COLUMNS * 2] = include_bytes!("../data/egm96_15_cm.bin");

fn height_cm(row: usize, column: usize) -> f64 {
    let at = (row.min(ROWS - 1) * COLUMNS + column % COLUMNS) * 2;
    f64::from(i16::from_le_bytes([GRID_CM[at], GRID_CM[at + 1]]))
}

/// Height of the geoid above the ellipsoid at a place, metres, within [`GEOID_ERROR_MM`].
pub fn undulation_m(place: Position) -> f64 {
    let y = ((place.lat_deg() + 90.0) / STEP_DEG).clamp(0.0, (ROWS - 1) as f64);
    let x = ((place.lng_deg() + 180.0) / STEP_DEG).clamp(0.0, COLUMNS as f64);
    let (row, column) = (y.floor() as usize, x.floor() as usize);
    let (dy, dx) = (y - y.floor(), x - x.floor());
    let south = height_cm(row, column) * (1.0 - dx) + height_cm(row, column + 1) * dx;
    let north = height_cm(row + 1, column) * (1.0 - dx) + height_cm(row + 1, column + 1) * dx;
    (south * (1.0 - dy) + north * dy) / 100.0
}

/// Least and greatest height of the geoid above the ellipsoid anywhere in an outline, millimetres,
/// the grid's error included. Linear interpolation has its extremes at grid points, so the grid
/// points in the cells around the outline bound it.
pub(crate) fn undulation_range_mm(outline: &Outline) -> (i64, i64) {
    let middle = outline.middle();
    // A degree of latitude is at least 110.5 km long.
    let reach_deg = outline.reach_m() / 110_500.0 * 1.02 + 1e-6;
    let south = middle.lat_deg() - reach_deg;
    let north = middle.lat_deg() + reach_deg;
    let row = |lat: f64| ((lat + 90.0) / STEP_DEG).clamp(0.0, (ROWS - 1) as f64);
    let rows = row(south).floor() as usize..=row(north).ceil() as usize;
    let widest = libm::cos(south.abs().max(north.abs()).min(90.0).to_radians());
    let half_width_deg = reach_deg / widest.max(1e-9);
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    let (first, count) = if half_width_deg >= 179.0 {
        (0, COLUMNS)
    } else {
        let west = (middle.lng_deg() - half_width_deg + 180.0) / STEP_DEG;
        let east = (middle.lng_deg() + half_width_deg + 180.0) / STEP_DEG;
        let first = west.floor() as i64;
        let count = (east.ceil() as i64 - first + 1).min(COLUMNS as i64);
        (first.rem_euclid(COLUMNS as i64) as usize, count as usize)
    };
    for row in rows {
        for column in first..first + count {
            let height = height_cm(row, column);
            low = low.min(height);
            high = high.max(height);
        }
    }
    ((low * 10.0) as i64 - GEOID_ERROR_MM, (high * 10.0) as i64 + GEOID_ERROR_MM)
}

/// The range for an outline smaller than a grid cell, where the four corners of its cell would be
/// needlessly wide: the interpolated heights at its corners, which bound the bilinear surface over
/// their box, with the grid's error.
pub(crate) fn undulation_range_near_mm(outline: &Outline) -> (i64, i64) {
    if outline.reach_m() > 20_000.0 || outline.middle().lat_deg().abs() > 80.0 {
        return undulation_range_mm(outline);
    }
    let middle = outline.middle();
    let reach_deg = outline.reach_m() / 110_500.0 * 1.02 + 1e-6;
    let half_width_deg = reach_deg / libm::cos((middle.lat_deg().abs() + reach_deg).to_radians());
    let cell = |deg: f64| (deg / STEP_DEG).floor();
    let (south, north) = (middle.lat_deg() - reach_deg, middle.lat_deg() + reach_deg);
    let (west, east) = (middle.lng_deg() - half_width_deg, middle.lng_deg() + half_width_deg);
    let one_cell = cell(south) >= cell(north) && cell(west) >= cell(east);
    if !one_cell || west < -180.0 || east > 180.0 {
        return undulation_range_mm(outline);
    }
    let corners = [(south, west), (south, east), (north, west), (north, east)];
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for (lat, lng) in corners {
        if let Ok(corner) = Position::new(lat, lng) {
            let height = undulation_m(corner);
            low = low.min(height);
            high = high.max(height);
        }
    }
    (
        (low * 1_000.0).floor() as i64 - GEOID_ERROR_MM,
        (high * 1_000.0).ceil() as i64 + GEOID_ERROR_MM,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_match_published_values_of_egm96() {
        // NGA's EGM96 test points (spherical harmonics, metres).
        for (lat, lng, height_m) in [
            (38.628_155, 269.779_155 - 360.0, -31.628),
            (-14.621_217, 305.021_114 - 360.0, -2.969),
            (46.874_319, 102.448_729, -43.575),
            (-23.617_446, 133.874_712, 15.871),
            (38.625_473, 359.999_500 - 360.0, 50.066),
            (-0.466_744, 0.002_300, 17.329),
        ] {
            let place = Position::new(lat, lng).unwrap();
            assert!((undulation_m(place) - height_m).abs() < 1.2, "{lat} {lng}");
        }
    }

    #[test]
    fn the_range_of_an_outline_holds_the_heights_inside_it() {
        for (lat, lng, radius_m) in [
            (27.9, 86.9, 5_000.0),
            (0.0, 179.99, 80_000.0),
            (89.9, 0.0, 50_000.0),
            (47.2, 8.4, 900.0),
        ] {
            let centre = Position::new(lat, lng).unwrap();
            let circle = Outline::circle(centre, radius_m).unwrap();
            for (low, high) in [undulation_range_mm(&circle), undulation_range_near_mm(&circle)] {
                for azimuth in 0..36 {
                    let place = centre.destination(f64::from(azimuth) * 10.0, radius_m * 0.999);
                    let height_mm = (undulation_m(place) * 1000.0) as i64;
                    assert!(low < height_mm && height_mm < high, "{lat} {lng}");
                }
            }
        }
    }
}
