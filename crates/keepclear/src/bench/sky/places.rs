//! Where the scenarios take place.
//!
//! Outlines are made before the clock starts, as JSON text, and drawn from during the run. How many
//! standing intents a query answers follows from level-13 cells, by which every DSS of the
//! ecosystem matches; the mean that was measured is reported beside the rest.

use keepclear_geo::{Frame, Invalid, Outline, Position, Vec2, fixed_level};
use s2::cellid::CellID;
use s2::latlng::LatLng;

use crate::bench::random::Random;

/// Level of the cells by which a DSS matches.
const CELL_LEVEL: u8 = 13;
/// Side of the squares within one cell, and of standing intents, metres.
const SMALL_SIDE_M: f64 = 200.0;
/// Room between a square and the border of its cell, so that no DSS counts the next cell in.
const CELL_MARGIN_M: f64 = 20.0;
/// Side of the squares of flights over the wide area, metres.
const SPREAD_SIDE_M: f64 = 300.0;
/// Size of the wide area, metres.
const SPREAD_AREA_M: (f64, f64) = (60_000.0, 30_000.0);
/// Side of a query, metres.
const QUERY_SIDE_M: f64 = 2_000.0;
/// References that a query is meant to answer.
const ANSWERS_WANTED: f64 = 65.0;
/// Most cells that a standing area may have: what 5 million intents need.
const CELLS_MAX: usize = 2_000_000;
/// Outlines of each kind to draw from.
const POOL: usize = 4_096;

/// The JSON vertices of one outline.
pub type Vertices = String;

fn corners(frame: &Frame, middle: Vec2, side_m: f64) -> [Position; 4] {
    let half = side_m / 2.0;
    [(-half, -half), (half, -half), (half, half), (-half, half)]
        .map(|(x, y)| frame.position(middle + Vec2::new(x, y)))
}

fn vertices(corners: &[Position]) -> Vertices {
    // Seven digits are a centimetre.
    let vertex =
        |at: &Position| format!(r#"{{"lat":{:.7},"lng":{:.7}}}"#, at.lat_deg(), at.lng_deg());
    corners.iter().map(vertex).collect::<Vec<_>>().join(",")
}

fn square(frame: &Frame, middle: Vec2, side_m: f64) -> Vertices {
    vertices(&corners(frame, middle, side_m))
}

/// Level-13 cells that a square touches.
fn cells(frame: &Frame, middle: Vec2, side_m: f64) -> Result<Vec<u64>, Invalid> {
    let outline = Outline::polygon(&corners(frame, middle, side_m))?;
    Ok(fixed_level(&outline, CELL_LEVEL, CELLS_MAX)?.cells().to_vec())
}

fn frame_in_middle_of(cell: u64) -> Result<Frame, Invalid> {
    let middle = LatLng::from(CellID(cell));
    Ok(Frame::at(Position::new(middle.lat.deg(), middle.lng.deg())?))
}

/// The level-13 cell of a place.
fn cell_of(place: Position) -> u64 {
    let leaf = CellID::from(LatLng::from_degrees(place.lat_deg(), place.lng_deg()));
    leaf.parent(u64::from(CELL_LEVEL)).0
}

/// Squares of 200 m that lie in the cell of a place and in no other.
///
/// # Errors
/// Not for a place within 80° of the equator.
pub fn in_one_cell(centre: Position, random: &mut Random) -> Result<Vec<Vertices>, Invalid> {
    let cell = cell_of(centre);
    let frame = frame_in_middle_of(cell)?;
    let mut pool = vec![square(&frame, Vec2::new(0.0, 0.0), SMALL_SIDE_M)];
    for _ in 0..POOL {
        let middle = Vec2::new(random.between(-600.0, 600.0), random.between(-600.0, 600.0));
        if cells(&frame, middle, SMALL_SIDE_M + 2.0 * CELL_MARGIN_M)? == [cell] {
            pool.push(square(&frame, middle, SMALL_SIDE_M));
        }
    }
    Ok(pool)
}

/// Squares of 300 m over 60 × 30 km.
pub fn spread(centre: Position, random: &mut Random) -> Vec<Vertices> {
    let frame = Frame::at(centre);
    let (width_m, height_m) = SPREAD_AREA_M;
    let mut along = |reach_m: f64| random.between(-reach_m / 2.0, reach_m / 2.0);
    (0..POOL)
        .map(|_| square(&frame, Vec2::new(along(width_m), along(height_m)), SPREAD_SIDE_M))
        .collect()
}

/// An area in which many intents stand, and queries that look into it.
pub struct StandingArea {
    /// Cells that hold an intent each at any one of its times, in random order.
    cells: Vec<u64>,
    /// Outlines of the queries.
    pub queries: Vec<Vertices>,
}

impl StandingArea {
    /// Lays the area out so that a query answers 65 of `count` intents.
    ///
    /// # Errors
    /// Not for a place within 80° of the equator.
    pub fn lay_out(centre: Position, count: u32, random: &mut Random) -> Result<Self, Invalid> {
        let frame = Frame::at(centre);
        let around = |reach_m: f64, random: &mut Random| {
            Vec2::new(random.between(-reach_m, reach_m), random.between(-reach_m, reach_m))
        };
        const SAMPLES: u32 = 400;
        let mut touched = 0;
        for _ in 0..SAMPLES {
            touched += cells(&frame, around(10_000.0, random), QUERY_SIDE_M)?.len();
        }
        let cells_per_query = touched as f64 / f64::from(SAMPLES);
        let cells_wanted = f64::from(count) * cells_per_query / ANSWERS_WANTED;
        let shortest_m = QUERY_SIDE_M * 1.5;
        let mut side_m = shortest_m;
        let mut cells = cells(&frame, Vec2::new(0.0, 0.0), side_m)?;
        // Their number grows with the square of the side but for the border, so that this settles.
        for _ in 0..8 {
            side_m = (side_m * (cells_wanted / cells.len() as f64).sqrt()).max(shortest_m);
            cells = self::cells(&frame, Vec2::new(0.0, 0.0), side_m)?;
        }
        shuffle(&mut cells, random);
        // Queries stay inside, where no cell is empty.
        let reach_m = (side_m - QUERY_SIDE_M) / 2.0;
        let queries =
            (0..POOL).map(|_| square(&frame, around(reach_m, random), QUERY_SIDE_M)).collect();
        Ok(Self { cells, queries })
    }

    /// How many layers of time so many intents need.
    pub fn layers(&self, count: u32) -> u32 {
        (count as usize).div_ceil(self.cells.len()) as u32
    }

    /// Where the n-th intent stands, and in which layer of time: intents of one layer share no
    /// cell.
    ///
    /// # Errors
    /// Not for cells within 80° of the equator.
    pub fn place(&self, number: u32) -> Result<(Vertices, u32), Invalid> {
        let count = self.cells.len();
        let cell = self.cells[number as usize % count];
        let frame = frame_in_middle_of(cell)?;
        let layer = (number as usize / count) as u32;
        Ok((square(&frame, Vec2::new(0.0, 0.0), SMALL_SIDE_M), layer))
    }
}

fn shuffle(items: &mut [u64], random: &mut Random) {
    for last in (1..items.len()).rev() {
        items.swap(last, random.below(last + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use keepclear_wire::LatLngPoint;
    use std::collections::HashMap;

    fn centre() -> Position {
        Position::new(47.4, 8.5).unwrap()
    }

    fn cells_of(vertices: &str) -> Vec<u64> {
        let points: Vec<LatLngPoint> = serde_json::from_str(&format!("[{vertices}]")).unwrap();
        let corners: Vec<Position> =
            points.iter().map(|p| Position::new(p.lat, p.lng).unwrap()).collect();
        let outline = Outline::polygon(&corners).unwrap();
        fixed_level(&outline, 13, 10_000).unwrap().cells().to_vec()
    }

    #[test]
    fn a_busy_cell_has_many_places_all_in_one_cell() {
        for place in [centre(), Position::new(-33.9, 151.2).unwrap()] {
            let pool = in_one_cell(place, &mut Random::new(1)).unwrap();
            assert!(pool.len() > 500, "{}", pool.len());
            for vertices in &pool {
                assert_eq!(cells_of(vertices), [cell_of(place)]);
            }
        }
    }

    #[test]
    fn a_query_meets_65_standing_intents_and_none_of_these_meets_another() {
        let area = StandingArea::lay_out(centre(), 10_000, &mut Random::new(1)).unwrap();
        let mut layers: HashMap<u64, Vec<u32>> = HashMap::new();
        for number in 0..10_000 {
            let (vertices, layer) = area.place(number).unwrap();
            let cells = cells_of(&vertices);
            assert_eq!(cells.len(), 1);
            let there = layers.entry(cells[0]).or_default();
            assert!(!there.contains(&layer), "two intents of layer {layer} in one cell");
            there.push(layer);
        }
        let met = |vertices: &String| -> usize {
            cells_of(vertices).iter().filter_map(|cell| layers.get(cell)).map(Vec::len).sum()
        };
        let answers: usize = area.queries.iter().take(1_000).map(met).sum();
        let mean = answers as f64 / 1_000.0;
        assert!((mean / 65.0 - 1.0).abs() < 0.1, "{mean}");
    }
}
