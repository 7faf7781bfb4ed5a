//! From outlines, altitudes and times to what the sky matches by.
//!
//! Bounds of all volumes together count, not those of each: a volume of the past beside one of the
//! future is allowed, and a volume without a bound has that of the others.

mod precise;
#[cfg(test)]
mod real_flights;
#[cfg(test)]
mod tests;

use keepclear_geo::{Datums, Invalid, Outline, Reason, covering, fixed_level};
use keepclear_sky::{Area, Block, Extent, Matching, TUPLES_MAX, TimeRange};
use keepclear_wire::{INTENT_VERTICES_MAX, Volume4D};

use crate::area::{LEVEL_13_KM2, area_km2};

/// Largest area of an intent, a subscription and a query: what the field's clients know and test.
pub const AREA_MAX_KM2: f64 = 2_500.0;
/// Largest area of a constraint, square kilometres. F3548-21, annex A1.
const CONSTRAINT_AREA_MAX_KM2: f64 = 10_000.0;
/// Most vertices of all outlines of a constraint. F3548-21, annex A1.
const CONSTRAINT_VERTICES_MAX: usize = 1_000;
/// Furthest that an intent may start ahead, microseconds: 30 days. F3548-21 OPIN0030.
const INTENT_HORIZON_US: i64 = 30 * DAY_US;
/// Furthest that a constraint may start ahead, microseconds: 56 days. F3548-21, annex A1.
const CONSTRAINT_HORIZON_US: i64 = 56 * DAY_US;
/// Longest that a constraint may last, microseconds: 24 hours. F3548-21, annex A1.
const CONSTRAINT_LENGTH_MAX_US: i64 = DAY_US;
const DAY_US: i64 = 24 * 3_600 * 1_000_000;
/// Most volumes of one entity: our own limit. Each costs some 50 µs.
const VOLUMES_MAX: usize = 2_500;
/// Level of the cells of `compatible` matching: some 1 km wide, as the field's clients expect.
const COMPATIBLE_LEVEL: u8 = 13;
/// Most cells found for all outlines before those found twice are dropped: bounds the work.
const CELLS_FOUND_MAX: usize = 4 * TUPLES_MAX;

/// Why extents are refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ExtentError {
    /// A field is wrong.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Told apart, since queries for subscriptions answer it otherwise.
    #[error(
        "{field} covers {found_km2:.0} km², at most {most_km2:.0} km² are allowed; use smaller outlines"
    )]
    AreaTooLarge {
        /// Which.
        field: &'static str,
        /// About how much it covers.
        found_km2: f64,
        /// How much it may.
        most_km2: f64,
    },
}

/// What an entity touches, with its whole time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// What it touches.
    pub extent: Extent,
    /// From the first start to the last end.
    pub time: TimeRange,
}

/// A volume in the sky's integers; `None` is absent.
struct Placed {
    outline: Outline,
    lower_mm: Option<i32>,
    upper_mm: Option<i32>,
    start_us: Option<i64>,
    end_us: Option<i64>,
}

/// Bounds of all volumes together.
#[derive(Clone, Copy)]
struct Whole {
    lower_mm: i32,
    upper_mm: i32,
    time: TimeRange,
}

/// Extents of an operational intent.
///
/// # Errors
/// [`ExtentError`] when a volume is wrong, when all together lack a bound, or when they go beyond a
/// limit.
pub fn intent(volumes: &[Volume4D], matching: Matching, now_us: i64) -> Result<Shape, ExtentError> {
    let placed = place_all(volumes, INTENT_VERTICES_MAX)?;
    let time = whole_time(&placed)?;
    starts_by(time, now_us, INTENT_HORIZON_US, "30 days")?;
    let lower = placed.iter().filter_map(|volume| volume.lower_mm).min();
    let upper = placed.iter().filter_map(|volume| volume.upper_mm).max();
    let lower_mm = lower.ok_or_else(|| missing("volume.altitude_lower"))?;
    let upper_mm = upper.ok_or_else(|| missing("volume.altitude_upper"))?;
    shape(&placed, Whole { lower_mm, upper_mm, time }, matching, AREA_MAX_KM2)
}

/// Extents of a constraint; its altitudes may be open.
///
/// # Errors
/// As [`intent`].
pub fn constraint(
    volumes: &[Volume4D],
    matching: Matching,
    now_us: i64,
) -> Result<Shape, ExtentError> {
    let placed = place_all(volumes, CONSTRAINT_VERTICES_MAX)?;
    let time = whole_time(&placed)?;
    starts_by(time, now_us, CONSTRAINT_HORIZON_US, "56 days")?;
    if time.end_us.saturating_sub(time.start_us) > CONSTRAINT_LENGTH_MAX_US {
        let reason = "is more than 24 hours after the first start; use several constraints";
        return Err(wrong("extents.time_end", reason).into());
    }
    let open = |bounds: fn(&Placed) -> Option<i32>, limit: i32| {
        placed.iter().map(move |volume| bounds(volume).unwrap_or(limit))
    };
    let lower_mm = open(|volume| volume.lower_mm, i32::MIN).min().unwrap_or(i32::MIN);
    let upper_mm = open(|volume| volume.upper_mm, i32::MAX).max().unwrap_or(i32::MAX);
    let whole = match matching {
        Matching::Compatible => Whole { lower_mm, upper_mm, time },
        // An absent altitude is open for its own volume.
        Matching::Precise => Whole { lower_mm: i32::MIN, upper_mm: i32::MAX, time },
    };
    shape(&placed, whole, matching, CONSTRAINT_AREA_MAX_KM2)
}

/// What a subscription asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// Its cells and altitudes.
    pub extent: Extent,
    /// As given.
    pub start_us: Option<i64>,
    /// As given.
    pub end_us: Option<i64>,
}

/// Extents of a subscription: its cells are of level 13 with either matching.
///
/// # Errors
/// As [`intent`]; all bounds may be absent.
pub fn subscription(volume: &Volume4D) -> Result<Watched, ExtentError> {
    let placed = place(volume, "extents")?;
    if let (Some(start_us), Some(end_us)) = (placed.start_us, placed.end_us)
        && start_us == end_us
    {
        return Err(wrong("extents.time_end", "is the same as time_start").into());
    }
    let (start_us, end_us) = (placed.start_us, placed.end_us);
    let time = TimeRange { start_us: i64::MIN, end_us: i64::MAX };
    let whole = Whole {
        lower_mm: placed.lower_mm.unwrap_or(i32::MIN),
        upper_mm: placed.upper_mm.unwrap_or(i32::MAX),
        time,
    };
    let shape = shape(&[placed], whole, Matching::Compatible, AREA_MAX_KM2)?;
    Ok(Watched { extent: shape.extent, start_us, end_us })
}

/// The area of a query; absent bounds are open.
///
/// # Errors
/// [`ExtentError`] when the volume is wrong or too large.
pub fn query(volume: &Volume4D, matching: Matching) -> Result<Area, ExtentError> {
    let placed = place(volume, "area_of_interest")?;
    let found_km2 = area_km2(&placed.outline);
    if found_km2 > AREA_MAX_KM2 {
        let (field, most_km2) = ("area_of_interest", AREA_MAX_KM2);
        return Err(ExtentError::AreaTooLarge { field, found_km2, most_km2 });
    }
    let cells = match matching {
        Matching::Compatible => fixed_level(&placed.outline, COMPATIBLE_LEVEL, TUPLES_MAX)
            .map_err(|invalid| invalid.inside("area_of_interest"))?,
        Matching::Precise => covering(&placed.outline, &precise::limits(precise::CELLS_MAX)),
    };
    Ok(Area {
        cells: cells.cells().to_vec(),
        lower_mm: placed.lower_mm.unwrap_or(i32::MIN),
        upper_mm: placed.upper_mm.unwrap_or(i32::MAX),
        time: TimeRange {
            start_us: placed.start_us.unwrap_or(i64::MIN),
            end_us: placed.end_us.unwrap_or(i64::MAX),
        },
    })
}

fn place_all(volumes: &[Volume4D], vertices_max: usize) -> Result<Vec<Placed>, Invalid> {
    if volumes.is_empty() {
        return Err(Invalid::new("extents", Reason::TooFew(0, 1)));
    }
    if volumes.len() > VOLUMES_MAX {
        let found = volumes.len();
        return Err(wrong(
            "extents",
            &format!("has {found} volumes, at most {VOLUMES_MAX} allowed"),
        ));
    }
    let vertices: usize = volumes.iter().map(Volume4D::vertex_count).sum();
    if vertices > vertices_max {
        let reason = format!("has {vertices} vertices in all, at most {vertices_max} are allowed");
        return Err(wrong("extents", &reason));
    }
    let each = volumes.iter().enumerate();
    each.map(|(index, volume)| place(volume, &format!("extents[{index}]"))).collect()
}

fn place(volume: &Volume4D, field: &str) -> Result<Placed, Invalid> {
    if volume.vertex_count() > INTENT_VERTICES_MAX {
        let found = volume.vertex_count();
        let reason = format!("has {found} vertices, at most {INTENT_VERTICES_MAX} are allowed");
        return Err(wrong(field, &reason));
    }
    let exact = volume.to_geo(&Datums::default()).map_err(|invalid| invalid.inside(field))?;
    let (lower_mm, upper_mm) = exact.band().w84_range_mm();
    // Given altitudes lie between -8 and 100 km.
    let given = |is: bool, mm: i64| is.then(|| i32::try_from(mm).ok()).flatten();
    Ok(Placed {
        outline: exact.outline().clone(),
        lower_mm: given(volume.volume.altitude_lower.is_some(), lower_mm),
        upper_mm: given(volume.volume.altitude_upper.is_some(), upper_mm),
        start_us: exact.interval().start_us(),
        end_us: exact.interval().end_us(),
    })
}

fn whole_time(placed: &[Placed]) -> Result<TimeRange, Invalid> {
    let start_us = placed.iter().filter_map(|volume| volume.start_us).min();
    let end_us = placed.iter().filter_map(|volume| volume.end_us).max();
    let start_us = start_us.ok_or_else(|| missing("time_start"))?;
    let end_us = end_us.ok_or_else(|| missing("time_end"))?;
    if end_us <= start_us {
        return Err(wrong("extents.time_end", "is not after the first time_start"));
    }
    Ok(TimeRange { start_us, end_us })
}

fn starts_by(time: TimeRange, now_us: i64, horizon_us: i64, words: &str) -> Result<(), Invalid> {
    if time.start_us > now_us.saturating_add(horizon_us) {
        return Err(wrong("extents.time_start", &format!("is more than {words} ahead")));
    }
    Ok(())
}

/// `whole` has the bounds of all volumes; with `precise` matching each has its own where given.
fn shape(
    placed: &[Placed],
    whole: Whole,
    matching: Matching,
    most_km2: f64,
) -> Result<Shape, ExtentError> {
    let areas_km2 = placed.iter().map(|volume| area_km2(&volume.outline));
    let (largest_km2, sum_km2) =
        areas_km2.fold((0.0_f64, 0.0), |(largest, sum), area| (largest.max(area), sum + area));
    let too_large = |found_km2| ExtentError::AreaTooLarge { field: "extents", found_km2, most_km2 };
    if largest_km2 > most_km2 {
        return Err(too_large(largest_km2));
    }
    let Whole { lower_mm, upper_mm, time } = whole;
    let many = sum_km2 > most_km2;
    if many || matching == Matching::Compatible {
        let cells = level_13(placed)?;
        // Outlines of one flight overlap; what they cover together is known by the cells.
        if many && cells.len() as f64 * LEVEL_13_KM2 > most_km2 {
            return Err(too_large(sum_km2));
        }
        if matching == Matching::Compatible {
            let whole = Block { cells, lower_mm, upper_mm, time };
            return Ok(Shape { extent: Extent::single(whole), time });
        }
    }
    let volumes = placed.iter().map(|volume| (&volume.outline, volume.span(whole)));
    Ok(Shape { extent: Extent { blocks: precise::blocks(volumes) }, time })
}

impl Placed {
    /// Its own bounds, and those of all where it has none.
    fn span(&self, whole: Whole) -> precise::Span {
        precise::Span {
            start_us: self.start_us.unwrap_or(whole.time.start_us),
            end_us: self.end_us.unwrap_or(whole.time.end_us),
            lower_mm: self.lower_mm.unwrap_or(whole.lower_mm),
            upper_mm: self.upper_mm.unwrap_or(whole.upper_mm),
        }
    }
}

fn level_13(placed: &[Placed]) -> Result<Vec<u64>, Invalid> {
    let mut cells: Vec<u64> = Vec::new();
    for (index, volume) in placed.iter().enumerate() {
        let left = TUPLES_MAX.min(CELLS_FOUND_MAX - cells.len().min(CELLS_FOUND_MAX));
        let found = fixed_level(&volume.outline, COMPATIBLE_LEVEL, left)
            .map_err(|invalid| invalid.inside(&format!("extents[{index}]")))?;
        cells.extend_from_slice(found.cells());
    }
    if placed.len() > 1 {
        cells.sort_unstable();
        cells.dedup();
    }
    Ok(cells)
}

fn missing(field: &str) -> Invalid {
    wrong(&format!("extents.{field}"), "is missing in every volume; give it in one at least")
}

fn wrong(field: &str, reason: &str) -> Invalid {
    Invalid::new(field, Reason::Other(reason.to_owned()))
}
