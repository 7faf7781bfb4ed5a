//! Ways out for a flight in conflict: the nearest free delay, earlier start, level and sideways
//! shift, each verified against everything else before it is said.

use keepclear_geo::{Bounds, Datums, Volume4D, VolumeIndex, detect, touch};
use rayon::prelude::*;

use super::find::{Scope, epoch_us, flat};
use super::picture::{Conflict, Flight, Move, Other, Picture, Proposal};
use super::sideways;

/// Furthest proposals, chosen so that each costs at most two hours of delay.
const DELAY_MAX_S: i64 = 7_200;
const LEVEL_MAX_M: i64 = 3_000;
const SIDEWAYS_MAX_M: i64 = 20_000;
/// Level and sideways shifts that cost one second (`interfaces.md`).
const LEVEL_M_PER_S: f64 = 10.0;
const SIDEWAYS_M_PER_S: f64 = 50.0;
/// How often a shift that the fast estimate called free may turn out not to be, and is moved on.
const RETRIES: usize = 40;

/// Everything that a moved flight must stay clear of.
struct Obstacles<'a> {
    picture: &'a Picture,
    scope: Scope,
    datums: &'a Datums,
    epoch_us: i64,
    /// Origins of flight volumes, then of zone volumes.
    flights: usize,
    origins: Vec<(u32, u32)>,
    volumes: Vec<&'a Volume4D>,
    index: VolumeIndex,
}

/// Proposals for every flight in conflict, by flight, then kind.
pub fn proposals(
    picture: &Picture,
    conflicts: &[Conflict],
    scope: Scope,
    datums: &Datums,
) -> Vec<Proposal> {
    let mut in_conflict: Vec<usize> = conflicts
        .iter()
        .flat_map(|conflict| {
            let other = match conflict.other {
                Other::Flight(i) => Some(i),
                Other::Zone(_) => None,
            };
            std::iter::once(conflict.flight).chain(other)
        })
        .collect();
    in_conflict.sort_unstable();
    in_conflict.dedup();
    if in_conflict.is_empty() {
        return Vec::new();
    }
    let obstacles = Obstacles::of(picture, scope, datums);
    in_conflict.into_par_iter().flat_map_iter(|flight| obstacles.ways_out(flight)).collect()
}

impl<'a> Obstacles<'a> {
    fn of(picture: &'a Picture, scope: Scope, datums: &'a Datums) -> Self {
        let epoch_us = epoch_us(picture);
        let (mut origins, mut volumes) = flat(picture.flights.iter().map(|f| f.volumes.as_slice()));
        let flights = origins.len();
        let (zone_origins, zones) = flat(picture.zones.iter().map(|z| z.volumes.as_slice()));
        origins.extend(zone_origins);
        volumes.extend(zones);
        let boxes = volumes.par_iter().enumerate();
        let boxes = boxes.map(|(i, volume)| (i as u32, volume.bounds(epoch_us))).collect();
        let index = VolumeIndex::bulk_load(boxes);
        Self { picture, scope, datums, epoch_us, flights, origins, volumes, index }
    }

    /// Whether a volume must be kept clear of by a flight.
    fn concerns(&self, flight: usize, volume: u32) -> bool {
        if volume as usize >= self.flights {
            return true;
        }
        let other = self.origins[volume as usize].0 as usize;
        other != flight
            && (self.scope.same_party
                || self.picture.flights[other].party != self.picture.flights[flight].party)
    }

    fn each_near(&self, flight: usize, bounds: &Bounds, visit: &mut dyn FnMut(&Volume4D)) {
        self.index.touching(bounds, &mut |key| {
            if self.concerns(flight, key) {
                visit(self.volumes[key as usize]);
            }
        });
    }

    fn is_free(&self, flight: usize, volumes: &[Volume4D]) -> bool {
        volumes.iter().all(|volume| {
            let mut free = true;
            self.each_near(flight, &volume.bounds(self.epoch_us), &mut |other| {
                free = free && detect(volume, other).is_none();
            });
            free
        })
    }

    fn ways_out(&self, index: usize) -> Vec<Proposal> {
        let flight = &self.picture.flights[index];
        let proposal = |kind, delta: i64, per_s: f64| Proposal {
            flight: index,
            kind,
            delta,
            cost_s: delta.abs() as f64 / per_s,
        };
        let mut found = Vec::new();
        let busy = self.busy_times(index, flight);
        let in_time = |sign: i64| {
            self.nearest(&busy, sign, DELAY_MAX_S, 1_000_000, |delta_s| {
                let shifted = flight.volumes.iter();
                let shift =
                    |v: &Volume4D| v.with_interval(v.interval().shifted(delta_s * 1_000_000));
                self.is_free(index, &shifted.map(shift).collect::<Vec<_>>())
            })
        };
        found.extend(in_time(1).map(|delta| proposal(Move::Delay, delta, 1.0)));
        if !flight.flown {
            found.extend(in_time(-1).map(|delta| proposal(Move::Earlier, delta, 1.0)));
        }
        found.extend(self.level(index, flight).map(|d| proposal(Move::Level, d, LEVEL_M_PER_S)));
        found.extend(
            self.sideways(index, flight).map(|d| proposal(Move::Sideways, d, SIDEWAYS_M_PER_S)),
        );
        found
    }

    /// Shifts in time, microseconds, at which the flight would meet something.
    fn busy_times(&self, index: usize, flight: &Flight) -> Vec<(i64, i64)> {
        let mut busy = Vec::new();
        let reach_us = DELAY_MAX_S * 1_000_000;
        for volume in &flight.volumes {
            let (start, end) = (volume.interval().start_us(), volume.interval().end_us());
            let window = volume.interval();
            let mut bounds = volume.with_interval(window.shifted(-reach_us)).bounds(self.epoch_us);
            bounds =
                bounds.union(&volume.with_interval(window.shifted(reach_us)).bounds(self.epoch_us));
            self.each_near(index, &bounds, &mut |other| {
                let span = other.interval();
                let least = span.start_us().zip(end).map_or(i64::MIN, |(s, e)| s - e);
                let greatest = span.end_us().zip(start).map_or(i64::MAX, |(e, s)| e - s);
                if least <= reach_us
                    && greatest >= -reach_us
                    && volume.band().common(other.band()).is_some()
                    && touch(volume.outline(), other.outline())
                {
                    busy.push((least, greatest));
                }
            });
        }
        busy.sort_unstable();
        busy
    }

    /// The nearest whole shift in one direction outside all busy spans that `free` confirms.
    /// Spans are in units of which `per_step` make one step.
    fn nearest(
        &self,
        busy: &[(i64, i64)],
        sign: i64,
        steps_max: i64,
        per_step: i64,
        free: impl Fn(i64) -> bool,
    ) -> Option<i64> {
        // Mirrored for the other direction, so that the search always goes up.
        let mut spans: Vec<(i64, i64)> = busy
            .iter()
            .map(|&(a, b)| if sign > 0 { (a, b) } else { (b.saturating_neg(), a.saturating_neg()) })
            .collect();
        spans.sort_unstable();
        let mut step = 1;
        let mut tries = 0;
        loop {
            for &(least, greatest) in &spans {
                if least > step * per_step {
                    break;
                }
                if greatest >= step * per_step {
                    step = greatest.div_euclid(per_step).saturating_add(1);
                    if step > steps_max {
                        return None;
                    }
                }
            }
            if step > steps_max || tries == RETRIES {
                return None;
            }
            if free(sign * step) {
                return Some(sign * step);
            }
            // By one step at first, then in longer strides: the estimate is off by little, if at all.
            step += 1 << (tries / 4);
            tries += 1;
        }
    }

    fn level(&self, index: usize, flight: &Flight) -> Option<i64> {
        let lowest_mm = sideways::lowest_stated_mm(&flight.volumes)?;
        let mut busy = Vec::new();
        for volume in &flight.volumes {
            let mut bounds = volume.bounds(self.epoch_us);
            let reach = LEVEL_MAX_M as f32 + 1.0;
            bounds.min[3] -= reach;
            bounds.max[3] += reach;
            self.each_near(index, &bounds, &mut |other| {
                if volume.interval().common(other.interval()).is_some()
                    && touch(volume.outline(), other.outline())
                {
                    let (least, greatest) = volume.band().touching_shifts_mm(other.band());
                    busy.push((least.unwrap_or(i64::MIN), greatest.unwrap_or(i64::MAX)));
                }
            });
        }
        let free = |delta_m: i64| {
            let shift =
                |v: &Volume4D| v.with_band(v.band().band().shifted(delta_m * 1_000), self.datums);
            self.is_free(index, &flight.volumes.iter().map(shift).collect::<Vec<_>>())
        };
        let up = self.nearest(&busy, 1, LEVEL_MAX_M, 1_000, free);
        // Not below the zero of the flight's own reference: what lies there is not known.
        let room_m = (lowest_mm / 1_000).clamp(0, LEVEL_MAX_M);
        let down = self.nearest(&busy, -1, room_m, 1_000, free);
        smaller(up, down)
    }

    fn sideways(&self, index: usize, flight: &Flight) -> Option<i64> {
        let course = sideways::Course::of(&flight.volumes);
        let mut busy = Vec::new();
        for volume in &flight.volumes {
            let mut bounds = volume.bounds(self.epoch_us);
            for axis in 0..3 {
                bounds.min[axis] -= SIDEWAYS_MAX_M as f32 * 1.01;
                bounds.max[axis] += SIDEWAYS_MAX_M as f32 * 1.01;
            }
            self.each_near(index, &bounds, &mut |other| {
                if volume.interval().common(other.interval()).is_some()
                    && volume.band().common(other.band()).is_some()
                    && let Some(span) = course.busy_mm(volume.outline(), other.outline())
                {
                    busy.push(span);
                }
            });
        }
        let free = |delta_m: i64| {
            let moved: Option<Vec<Volume4D>> = flight
                .volumes
                .iter()
                .map(|volume| {
                    let outline = course.shifted(volume.outline(), delta_m as f64)?;
                    Some(volume.with_outline(outline, self.datums))
                })
                .collect();
            moved.is_some_and(|moved| self.is_free(index, &moved))
        };
        let right = self.nearest(&busy, 1, SIDEWAYS_MAX_M, 1_000, free);
        let left = self.nearest(&busy, -1, SIDEWAYS_MAX_M, 1_000, free);
        smaller(right, left)
    }
}

fn smaller(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.abs() < a.abs() { b } else { a }),
        (a, b) => a.or(b),
    }
}
