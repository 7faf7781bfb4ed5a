//! A planned route as the volumes that surely hold the flight.
//!
//! A route says where the flight is at each nominal time; it may be off by the half width to any
//! side, by the vertical buffer and by the time tolerance, all at once. The volumes are closed and
//! follow one another with a place and an instant in common.

use crate::altitude::{ALTITUDE_RANGE_M, Band, Datums, Limit, Reference};
use crate::interval::TimeInterval;
use crate::invalid::{Invalid, Reason};
use crate::outline::Outline;
use crate::position::Position;
use crate::volume::Volume4D;

/// Most waypoints of a route.
pub const ROUTE_WAYPOINTS_MAX: usize = 10_000;
/// Most volumes of a route.
pub const ROUTE_VOLUMES_MAX: usize = 100_000;
/// Longest part of a leg in one volume, metres: geodesics of this length leave the straight axis of
/// a corridor by less than its millimetre of spare width.
const PART_LENGTH_MAX_M: f64 = 20_000.0;
/// Longest part of a leg in one volume, nominal seconds.
const PART_TIME_MAX_S: f64 = 60.0;
/// A volume's altitudes change by at most this, metres, or by twice the vertical buffer where that
/// is more: a climb then takes up to twice the height of level flight.
const PART_CLIMB_MAX_M: f64 = 30.0;
/// Waypoints this near are one place when a leg has no stated rate of climb, metres.
const SAME_PLACE_M: f64 = 0.01;
/// Speeds over ground, metres a second.
const SPEED_RANGE_MPS: (f64, f64) = (0.001, 3_000.0);
/// Half widths, metres.
const HALF_WIDTH_RANGE_M: (f64, f64) = (0.1, 100_000.0);
/// Largest vertical buffer, metres.
const VERTICAL_BUFFER_MAX_M: f64 = 20_000.0;
/// Longest tolerance in time, a week.
const TOLERANCE_MAX_US: i64 = 7 * 86_400_000_000;
/// Longest flight, 366 days: far below where a double of microseconds loses one.
const DURATION_MAX_US: f64 = 366.0 * 86_400e6;
/// Years 1 to 9999, microseconds.
const START_RANGE_US: (i64, i64) = (-62_135_596_800_000_000, 253_402_300_799_000_000);

/// A point of a route.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Waypoint {
    /// The place.
    pub position: Position,
    /// Altitude in the route's reference, metres.
    pub altitude_m: f64,
}

/// A flight along geodesics at a ground speed.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// At least two. Two alike in a row add nothing.
    pub waypoints: Vec<Waypoint>,
    /// What the altitudes are measured from.
    pub reference: Reference,
    /// When the flight is at the first waypoint.
    pub start_us: i64,
    /// Ground speed on legs that the climb does not slow down.
    pub speed_mps: f64,
    /// Greatest rate of climb and descent; a leg takes as long as its climb needs. Without one, any
    /// climb fits into a leg that goes somewhere.
    pub climb_mps: Option<f64>,
    /// Greatest distance from the nominal place.
    pub half_width_m: f64,
    /// Greatest distance from the nominal altitude.
    pub vertical_buffer_m: f64,
    /// Greatest difference from the nominal time, either way.
    pub time_tolerance_us: i64,
}

/// A leg: linear in distance and altitude over its time.
#[derive(Debug, Clone, Copy)]
struct Leg {
    from: Waypoint,
    to: Waypoint,
    length_m: f64,
    azimuth_deg: f64,
    /// After the route's start, microseconds.
    begin_us: f64,
    lasts_us: f64,
}

impl Leg {
    /// The nominal place and altitude after a share (0 to 1) of the leg's time.
    fn at(&self, share: f64) -> Waypoint {
        if share <= 0.0 {
            return self.from;
        }
        if share >= 1.0 {
            return self.to;
        }
        let (low, high) = (self.from.altitude_m, self.to.altitude_m);
        Waypoint {
            position: self.from.position.destination(self.azimuth_deg, self.length_m * share),
            altitude_m: low + (high - low) * share,
        }
    }

    fn end_us(&self) -> f64 {
        self.begin_us + self.lasts_us
    }
}

impl Route {
    /// The volumes, in the order of flight. Each holds at most 20 km and 60 s of the nominal flight.
    ///
    /// # Errors
    /// [`Invalid`] with the route's field: a number out of range, a vertical leg without
    /// `climb_mps` (`waypoints[i]` is its end), or a route that takes too long or too many volumes.
    pub fn volumes(&self, datums: &Datums) -> Result<Vec<Volume4D>, Invalid> {
        let legs = self.legs()?;
        let climb_max_m = PART_CLIMB_MAX_M.max(2.0 * self.vertical_buffer_m);
        let parts_of = |leg: &Leg| {
            (leg.length_m / PART_LENGTH_MAX_M)
                .max(leg.lasts_us / (PART_TIME_MAX_S * 1e6))
                .max((leg.to.altitude_m - leg.from.altitude_m).abs() / climb_max_m)
                .ceil()
                .max(1.0)
        };
        let count: f64 = legs.iter().map(parts_of).sum();
        if count > ROUTE_VOLUMES_MAX as f64 {
            let words = format!(
                "the route needs {count} volumes, at most {ROUTE_VOLUMES_MAX} allowed; fly it in parts"
            );
            return Err(Invalid::new("waypoints", Reason::Other(words)));
        }
        let mut volumes = Vec::with_capacity(count as usize);
        for leg in &legs {
            let parts = parts_of(leg) as usize;
            let (mut from, mut from_us) = (leg.from, leg.begin_us);
            for part in 1..=parts {
                let share = part as f64 / parts as f64;
                let (to, to_us) = (leg.at(share), leg.begin_us + leg.lasts_us * share);
                volumes.push(self.volume((from, from_us), (to, to_us), datums)?);
                (from, from_us) = (to, to_us);
            }
        }
        Ok(volumes)
    }

    /// When the flight is at its last waypoint.
    ///
    /// # Errors
    /// As [`Route::volumes`], but for the number of volumes.
    pub fn end_us(&self) -> Result<i64, Invalid> {
        let legs = self.legs()?;
        Ok(self.start_us + legs.last().map_or(0, |leg| leg.end_us().ceil() as i64))
    }

    /// The nominal place and altitude (metres, in the route's reference) at a nominal time; `None`
    /// before the start, after the end, and for a route that [`Route::end_us`] refuses. Measures
    /// the whole route at every call.
    pub fn at(&self, us: i64) -> Option<(Position, f64)> {
        let legs = self.legs().ok()?;
        let after_us = us.checked_sub(self.start_us)? as f64;
        let end_us = legs.last()?.end_us().ceil();
        if !(0.0..=end_us).contains(&after_us) {
            return None;
        }
        let next = legs.partition_point(|leg| leg.end_us() < after_us).min(legs.len() - 1);
        let leg = &legs[next];
        let share = if leg.lasts_us > 0.0 { (after_us - leg.begin_us) / leg.lasts_us } else { 0.0 };
        let there = leg.at(share);
        Some((there.position, there.altitude_m))
    }

    fn volume(
        &self,
        (from, from_us): (Waypoint, f64),
        (to, to_us): (Waypoint, f64),
        datums: &Datums,
    ) -> Result<Volume4D, Invalid> {
        let outline = Outline::corridor(from.position, to.position, self.half_width_m)
            .map_err(|invalid| Invalid { field: "half_width_m".to_owned(), ..invalid })?;
        let (low_m, high_m) =
            (from.altitude_m.min(to.altitude_m), from.altitude_m.max(to.altitude_m));
        let band = Band::new(
            Limit::lower(low_m - self.vertical_buffer_m, self.reference)?,
            Limit::upper(high_m + self.vertical_buffer_m, self.reference)?,
        )?;
        let first_us = self.start_us + from_us.floor() as i64 - self.time_tolerance_us;
        let last_us = self.start_us + to_us.ceil() as i64 + self.time_tolerance_us;
        let interval = TimeInterval::new(Some(first_us), Some(last_us))?;
        Ok(Volume4D::new(outline, band, interval, datums))
    }

    /// The legs that take time, or one that takes none.
    fn legs(&self) -> Result<Vec<Leg>, Invalid> {
        self.check_numbers()?;
        let mut legs: Vec<Leg> = Vec::with_capacity(self.waypoints.len() - 1);
        let mut begin_us = 0.0;
        for (i, pair) in self.waypoints.windows(2).enumerate() {
            let (from, to) = (pair[0], pair[1]);
            let (length_m, azimuth_deg, _) = from.position.inverse(to.position);
            let climb_m = (to.altitude_m - from.altitude_m).abs();
            if self.climb_mps.is_none() && climb_m > 0.0 && length_m < SAME_PLACE_M {
                let words = format!(
                    "climbs {climb_m} m at the place of waypoint {i}; give climb_mps, or move it"
                );
                return Err(Invalid::at("waypoints", i + 1, Reason::Other(words)));
            }
            let climb_s = self.climb_mps.map_or(0.0, |climb_mps| climb_m / climb_mps);
            let lasts_us = (length_m / self.speed_mps).max(climb_s) * 1e6;
            if lasts_us > 0.0 {
                legs.push(Leg { from, to, length_m, azimuth_deg, begin_us, lasts_us });
                begin_us += lasts_us;
            }
            if begin_us > DURATION_MAX_US {
                let words = "the flight is still under way after 366 days".to_owned();
                return Err(Invalid::at("waypoints", i + 1, Reason::Other(words)));
            }
        }
        if legs.is_empty() {
            let (from, to) = (self.waypoints[0], self.waypoints[0]);
            let (length_m, azimuth_deg, lasts_us) = (0.0, 0.0, 0.0);
            legs.push(Leg { from, to, length_m, azimuth_deg, begin_us, lasts_us });
        }
        Ok(legs)
    }

    fn check_numbers(&self) -> Result<(), Invalid> {
        // Taken apart so that a further field cannot be forgotten here.
        let Self {
            waypoints,
            reference: _,
            start_us,
            speed_mps,
            climb_mps,
            half_width_m,
            vertical_buffer_m,
            time_tolerance_us,
        } = self;
        if waypoints.len() < 2 {
            return Err(Invalid::new("waypoints", Reason::TooFew(waypoints.len(), 2)));
        }
        if waypoints.len() > ROUTE_WAYPOINTS_MAX {
            let reason = Reason::TooMany(waypoints.len(), ROUTE_WAYPOINTS_MAX);
            return Err(Invalid::new("waypoints", reason));
        }
        within("speed_mps", *speed_mps, SPEED_RANGE_MPS)?;
        if let Some(climb_mps) = climb_mps {
            within("climb_mps", *climb_mps, SPEED_RANGE_MPS)?;
        }
        within("half_width_m", *half_width_m, HALF_WIDTH_RANGE_M)?;
        within("vertical_buffer_m", *vertical_buffer_m, (0.0, VERTICAL_BUFFER_MAX_M))?;
        let whole = |field: &str, value: i64, (low, high): (i64, i64)| {
            within(field, value as f64, (low as f64, high as f64))
        };
        whole("time_tolerance_us", *time_tolerance_us, (0, TOLERANCE_MAX_US))?;
        whole("start_us", *start_us, START_RANGE_US)?;
        let (low_m, high_m) = ALTITUDE_RANGE_M;
        let range_m = (low_m + vertical_buffer_m, high_m - vertical_buffer_m);
        for (i, waypoint) in waypoints.iter().enumerate() {
            within("waypoints", waypoint.altitude_m, range_m)
                .map_err(|invalid| Invalid { index: Some(i), ..invalid })?;
        }
        Ok(())
    }
}

/// Refuses what is out of a closed range, and what is not a number.
fn within(field: &str, value: f64, (low, high): (f64, f64)) -> Result<(), Invalid> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(Invalid::new(field, Reason::OutOfRange(value, low, high)))
}

#[cfg(test)]
mod tests;
