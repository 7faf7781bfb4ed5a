use proptest::prelude::*;

use super::*;
use crate::frame::Frame;
use crate::outline::Shape;
use crate::touch::touch;
use crate::vector::Vec2;

fn place(lat_deg: f64, lng_deg: f64) -> Position {
    Position::new(lat_deg, lng_deg).unwrap()
}

fn waypoint(position: Position, altitude_m: f64) -> Waypoint {
    Waypoint { position, altitude_m }
}

/// North along a meridian for 1,100 m at 10 m/s.
fn plain() -> Route {
    let from = place(47.0, 8.0);
    Route {
        waypoints: vec![waypoint(from, 100.0), waypoint(from.destination(0.0, 1_100.0), 100.0)],
        reference: Reference::Amsl,
        start_us: 1_000_000_000,
        speed_mps: 10.0,
        climb_mps: None,
        half_width_m: 25.0,
        vertical_buffer_m: 10.0,
        time_tolerance_us: 5_000_000,
    }
}

/// Whether an outline holds a place, without the margin of [`touch`].
fn holds(outline: &Outline, there: Position) -> bool {
    let Shape::Region(region) = &outline.shape else { return false };
    // Beyond, a projection makes no sense.
    if outline.middle().distance_m(there) > 1.1 * outline.reach_m() + 1.0 {
        return false;
    }
    let projected = region.project(&Frame::at(there));
    region.rings(&projected).contains(Vec2::default())
}

fn limits_mm(volume: &Volume4D) -> (i64, i64) {
    let band = volume.band().band();
    let mm = |limit: Limit| match limit {
        Limit::At { mm, .. } => mm,
        Limit::Surface | Limit::Open => panic!("{band:?}"),
    };
    (mm(band.lower), mm(band.upper))
}

fn is_active(volume: &Volume4D, us: i64) -> bool {
    TimeInterval::new(Some(us), Some(us)).unwrap().common(volume.interval()).is_some()
}

/// One of the ends in half of the draws, nothing in a quarter.
fn deviation() -> impl Strategy<Value = f64> {
    prop_oneof![Just(-1.0), Just(1.0), -1.0..1.0, Just(0.0)]
}

fn digits(low: f64, high: f64) -> impl Strategy<Value = f64> {
    (low..high).prop_map(|digits| libm::pow(10.0, digits))
}

/// A leg: azimuth, seconds of flight, climb in metres.
fn legs() -> impl Strategy<Value = Vec<(f64, f64, f64)>> {
    let seconds = prop_oneof![4 => digits(-5.0, 3.5), 1 => Just(0.0)];
    let climb = prop_oneof![Just(0.0), -3_000.0..3_000.0, -0.01..0.01];
    prop::collection::vec((0.0..360.0, seconds, climb), 1..9)
}

/// Routes from anywhere: half begin within 1,000 km of a pole, the antimeridian or the equator. One
/// leg in five is vertical or empty.
fn routes() -> impl Strategy<Value = Route> {
    let special = prop::sample::select(vec![
        (90.0, 0.0),
        (-90.0, 0.0),
        (0.0, 180.0),
        (51.0, -180.0),
        (0.0, 7.0),
    ]);
    let beside = (special, 0.0..360.0, digits(-1.0, 6.0))
        .prop_map(|((lat, lng), azimuth, m)| place(lat, lng).destination(azimuth, m));
    let anywhere = (-90.0..90.0, -180.0..180.0).prop_map(|(lat, lng)| place(lat, lng));
    let sizes = (digits(0.0, 2.6), digits(-0.3, 1.5), digits(-1.0, 5.0));
    let spares = (
        prop_oneof![Just(0.0), 0.0..500.0],
        prop_oneof![Just(0), 0..600_000_000_i64],
        -1_000_000_000_000_000..4_000_000_000_000_000_i64,
    );
    (prop_oneof![beside, anywhere], 0.0..3_000.0, legs(), sizes, spares).prop_map(
        |(
            first,
            altitude_m,
            legs,
            (speed_mps, climb_mps, half_width_m),
            (buffer_m, tolerance, start),
        )| {
            let mut waypoints = vec![waypoint(first, altitude_m)];
            for (azimuth_deg, seconds, climb_m) in legs {
                let last = waypoints[waypoints.len() - 1];
                let next = if seconds > 0.0 {
                    last.position.destination(azimuth_deg, seconds * speed_mps)
                } else {
                    last.position
                };
                let altitude_m = (last.altitude_m + climb_m).clamp(-7_000.0, 60_000.0);
                waypoints.push(waypoint(next, altitude_m));
            }
            Route {
                waypoints,
                reference: Reference::W84,
                start_us: start,
                speed_mps,
                climb_mps: Some(climb_mps),
                half_width_m,
                vertical_buffer_m: buffer_m,
                time_tolerance_us: tolerance,
            }
        },
    )
}

/// When: at an end, where two volumes meet, or anywhere.
#[derive(Debug, Clone)]
enum When {
    Share(f64),
    Volume(prop::sample::Index),
}

fn whens() -> impl Strategy<Value = When> {
    prop_oneof![
        prop_oneof![Just(0.0), Just(1.0), 0.0..1.0].prop_map(When::Share),
        any::<prop::sample::Index>().prop_map(When::Volume),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// 20 flights a route. Each deviation is at its limit in half of them; one in ten has all three
    /// there, at the start, the end or the instant where two volumes meet.
    #[test]
    fn a_flight_within_its_tolerances_is_within_a_volume_that_is_active(
        route in routes(),
        flights in prop::collection::vec(
            (whens(), deviation(), deviation(), 0.0..360.0, deviation()), 20),
    ) {
        let volumes = route.volumes(&Datums::default()).unwrap();
        let end_us = route.end_us().unwrap();
        for (when, late, aside, azimuth_deg, above) in flights {
            let nominal_us = match when {
                When::Share(share) => {
                    route.start_us + ((end_us - route.start_us) as f64 * share) as i64
                }
                When::Volume(index) => {
                    let first = index.get(&volumes).interval().start_us().unwrap();
                    first + route.time_tolerance_us
                }
            };
            let (nominal, altitude_m) = route.at(nominal_us).unwrap();
            let there = nominal.destination(azimuth_deg, aside * route.half_width_m);
            let us = nominal_us + (late * route.time_tolerance_us as f64) as i64;
            let mm = (altitude_m + above * route.vertical_buffer_m) * 1e3;
            let held = volumes.iter().any(|volume| {
                let (low, high) = limits_mm(volume);
                // Bands are taken through whole micrometres.
                is_active(volume, us)
                    && (low as f64 - 1e-3..=high as f64 + 1e-3).contains(&mm)
                    && holds(volume.outline(), there)
            });
            assert!(held, "{when:?} {nominal:?} {late} {aside} {azimuth_deg} {above}");
        }
    }

    #[test]
    fn volumes_follow_one_another_in_place_and_time_and_are_small(route in routes()) {
        let volumes = route.volumes(&Datums::default()).unwrap();
        let tolerance_us = route.time_tolerance_us;
        assert_eq!(volumes[0].interval().start_us(), Some(route.start_us - tolerance_us));
        let last = volumes[volumes.len() - 1].interval();
        assert_eq!(last.end_us(), Some(route.end_us().unwrap() + tolerance_us));
        for pair in volumes.windows(2) {
            assert!(pair[0].interval().common(pair[1].interval()).is_some());
            assert!(touch(pair[0].outline(), pair[1].outline()));
            let (a, b) = (limits_mm(&pair[0]), limits_mm(&pair[1]));
            assert!(a.0.max(b.0) <= a.1.min(b.1));
        }
        for volume in &volumes {
            let (first, last) = (volume.interval().start_us(), volume.interval().end_us());
            let nominal_us = last.unwrap() - first.unwrap() - 2 * tolerance_us;
            assert!(nominal_us <= 60_000_002);
            let (low, high) = limits_mm(volume);
            let buffer_mm = route.vertical_buffer_m * 1e3;
            assert!((high - low) as f64 <= 2.0 * buffer_mm + (2.0 * buffer_mm).max(30_000.0) + 2.0);
        }
    }
}

#[test]
fn a_place_beside_the_route_is_in_no_volume() {
    let route = Route { waypoints: vec![plain().waypoints[0]; 2], ..plain() };
    let volumes = route.volumes(&Datums::default()).unwrap();
    let from = route.waypoints[0].position;
    assert_eq!(volumes.len(), 1);
    // The octagon's corners lie 8 % beyond the half circle.
    assert!(!holds(volumes[0].outline(), from.destination(30.0, 25.0 * 1.09)));
    assert!(holds(volumes[0].outline(), from.destination(30.0, 25.0)));
}

#[test]
fn a_level_leg_takes_its_length_over_its_speed() {
    let route = plain();
    // Times are rounded outwards, by up to a microsecond.
    let near = |us: Option<i64>, seconds: i64| {
        assert!((us.unwrap() - 1_000_000_000 - seconds * 1_000_000).abs() <= 1, "{us:?} {seconds}");
    };
    near(route.end_us().ok(), 110);
    let volumes = route.volumes(&Datums::default()).unwrap();
    assert_eq!(volumes.len(), 2);
    let times = [(-5, 60), (50, 115)];
    for (volume, (first, last)) in volumes.iter().zip(times) {
        near(volume.interval().start_us(), first);
        near(volume.interval().end_us(), last);
    }
    assert_eq!(limits_mm(&volumes[0]), (90_000, 110_000));
    let (there, altitude_m) = route.at(1_030_000_000).unwrap();
    assert!((there.distance_m(route.waypoints[0].position) - 300.0).abs() < 1e-6);
    assert!((altitude_m - 100.0).abs() < 1e-9);
    assert_eq!(route.at(999_999_999), None);
    assert_eq!(route.at(1_110_000_002), None);
}

#[test]
fn a_steep_leg_takes_as_long_as_its_climb() {
    let mut route = Route { climb_mps: Some(2.0), ..plain() };
    // 1,100 m ahead is 110 s, 300 m up is 150 s.
    route.waypoints[1].altitude_m = 400.0;
    let up = waypoint(route.waypoints[1].position, 460.0);
    route.waypoints.push(up);
    assert_eq!(route.end_us().unwrap(), 1_000_000_000 + 180_000_000);
    let (there, altitude_m) = route.at(1_000_000_000 + 50_000_000).unwrap();
    assert!((there.distance_m(route.waypoints[0].position) - 1_100.0 / 3.0).abs() < 1e-6);
    assert!((altitude_m - 200.0).abs() < 1e-9);
    // Ten parts of 30 m, two of them vertical.
    assert_eq!(route.volumes(&Datums::default()).unwrap().len(), 12);
}

#[test]
fn what_cannot_be_flown_is_refused_by_name() {
    let refused = |change: fn(&mut Route)| {
        let mut route = plain();
        change(&mut route);
        // All but the number of volumes.
        assert_eq!(route.at(route.start_us).is_some(), route.end_us().is_ok());
        route.volumes(&Datums::default()).unwrap_err().to_string()
    };
    let check = |change: fn(&mut Route), begin: &str| {
        let words = refused(change);
        assert!(words.starts_with(begin), "{words:?} does not begin with {begin:?}");
    };
    check(|r| r.waypoints.truncate(1), "waypoints: 1 given");
    check(|r| r.waypoints = vec![r.waypoints[0]; 10_001], "waypoints: 10001 given");
    check(|r| r.waypoints[1].altitude_m = f64::NAN, "waypoints[1]: NaN");
    check(|r| r.waypoints[1].altitude_m = 99_995.0, "waypoints[1]: 99995 is outside -7990");
    check(|r| r.speed_mps = 0.0, "speed_mps: 0 is outside");
    check(|r| r.speed_mps = 3_001.0, "speed_mps");
    check(|r| r.climb_mps = Some(f64::INFINITY), "climb_mps");
    check(|r| r.half_width_m = 0.05, "half_width_m");
    check(|r| r.vertical_buffer_m = -1.0, "vertical_buffer_m");
    check(|r| r.time_tolerance_us = -1, "time_tolerance_us");
    check(|r| r.start_us = i64::MAX, "start_us");
    check(
        |r| {
            let up = Waypoint { altitude_m: 150.0, ..r.waypoints[1] };
            r.waypoints.push(up);
        },
        "waypoints[2]: climbs 50 m at the place of waypoint 1; give climb_mps",
    );
    check(
        |r| {
            r.speed_mps = 0.001;
            r.waypoints[1].position = place(48.0, 8.0);
        },
        "waypoints[1]: the flight is still under way after 366 days",
    );
    check(
        |r| {
            r.speed_mps = 0.1;
            r.waypoints[1].position = place(53.0, 8.0);
        },
        "waypoints: the route needs",
    );
}
