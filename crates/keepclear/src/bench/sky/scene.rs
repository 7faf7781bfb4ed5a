//! What the clients of a scenario do next, prepared before the clock starts.

use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use keepclear_geo::{Invalid, Position};

use super::bodies;
use super::client::{Client, Halt};
use super::options::Scenario;
use super::places::{self, StandingArea, Vertices};
use super::standing::layers_us;
use crate::bench::random::Random;

/// Seed of all places, so that runs are alike.
const SEED: u64 = 1;
/// Share of queries in `mixed` for one flight of three requests: 12 + 3 make 80 percent.
const MIXED_QUERIES_PER_FLIGHT: usize = 12;

/// A scenario, laid out.
pub struct Scene {
    scenario: Scenario,
    /// Squares of flights; empty if there are none.
    pub flights: Vec<Vertices>,
    /// Where standing intents are to be raised, if they are spread out.
    pub area: Option<Rc<StandingArea>>,
    queries: Vec<Bytes>,
}

impl Scene {
    /// Lays a scenario out around a place.
    ///
    /// # Errors
    /// Not for a place within 80° of the equator.
    pub fn lay_out(scenario: Scenario, centre: Position, standing: u32) -> Result<Self, Invalid> {
        let random = &mut Random::new(SEED);
        let flights = match scenario {
            Scenario::BusyCell | Scenario::CrowdedCell => places::in_one_cell(centre, random)?,
            Scenario::Spread | Scenario::Mixed => places::spread(centre, random),
            Scenario::Queries => Vec::new(),
        };
        let wide = !scenario.in_one_cell()
            && (standing > 0 || matches!(scenario, Scenario::Queries | Scenario::Mixed));
        let area = if wide {
            Some(Rc::new(StandingArea::lay_out(centre, standing.max(1), random)?))
        } else {
            None
        };
        let queries = area.as_ref().map_or(Vec::new(), |area| {
            let now_us = Timestamp::now().as_microsecond();
            let (start_us, end_us) = layers_us(now_us, area.layers(standing));
            let body = |vertices: &Vertices| {
                let volume = bodies::volume(vertices, 0, 3_000, start_us, end_us);
                Bytes::from(bodies::query(&volume))
            };
            area.queries.iter().map(body).collect()
        });
        Ok(Self { scenario, flights, area, queries })
    }

    fn asks_next(&self, random: &mut Random) -> bool {
        match self.scenario {
            Scenario::BusyCell | Scenario::CrowdedCell | Scenario::Spread => false,
            Scenario::Queries => true,
            Scenario::Mixed => random.below(MIXED_QUERIES_PER_FLIGHT + 1) > 0,
        }
    }

    /// A client's work until it is told to stop.
    ///
    /// # Errors
    /// [`Halt`] when it gave up before.
    pub async fn work(&self, client: &mut Client) -> Result<(), Halt> {
        let mut random = Random::new(SEED + 1 + client.index as u64);
        while !client.session.is_stopping() {
            if self.asks_next(&mut random) {
                client.query(self.queries[random.below(self.queries.len())].clone()).await?;
            } else {
                client.fly(&self.flights[random.below(self.flights.len())]).await?;
            }
        }
        Ok(())
    }
}

/// How long a run is.
#[derive(Debug, Clone, Copy)]
pub struct Lengths {
    /// Traffic that is not counted.
    pub warm_up: Duration,
    /// Traffic that is.
    pub measured: Duration,
}
