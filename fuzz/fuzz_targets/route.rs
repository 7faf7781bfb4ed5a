//! Routes of all kinds: wherever the flight is at a nominal time, one of its volumes holds it.
#![no_main]

use arbitrary::{Result, Unstructured};
use keepclear_geo::{Datums, Outline, Position, Reference, Route, Waypoint, touch};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus {
    match route(&mut Unstructured::new(data)) {
        Ok(route) => check(&route),
        Err(_) => Corpus::Reject,
    }
});

fn check(route: &Route) -> Corpus {
    let Ok(volumes) = route.volumes(&Datums::default()) else { return Corpus::Keep };
    let Ok(end_us) = route.end_us() else { panic!("volumes without an end: {route:?}") };
    assert!(!volumes.is_empty() && end_us >= route.start_us, "{route:?}");
    for share in 0..=16 {
        let us = route.start_us + (end_us - route.start_us) / 16 * share;
        let Some((position, altitude_m)) = route.at(us) else {
            panic!("nowhere at {us}: {route:?}");
        };
        let Ok(spot) = Outline::circle(position, 0.001) else { continue };
        let held = volumes.iter().any(|volume| {
            let (start_us, end_us) = (volume.interval().start_us(), volume.interval().end_us());
            let (lower_mm, upper_mm) = volume.band().w84_range_mm();
            start_us.is_none_or(|start| start <= us)
                && end_us.is_none_or(|end| end >= us)
                && lower_mm as f64 <= altitude_m * 1e3 + 1.0
                && upper_mm as f64 >= altitude_m * 1e3 - 1.0
                && touch(&spot, volume.outline())
        });
        assert!(held, "at {us} no volume holds {position:?} {altitude_m} m: {route:?}");
    }
    Corpus::Keep
}

fn route(u: &mut Unstructured<'_>) -> Result<Route> {
    let mut position = place(u)?;
    let mut waypoints = Vec::new();
    // Every decade of leg length is as likely, 1 mm to 100 km.
    for _ in 0..u.int_in_range(0..=6)? {
        let altitude_m = f64::from(u.int_in_range(-2_000_i16..=20_000)?);
        waypoints.push(Waypoint { position, altitude_m });
        if u.ratio(1_u8, 8_u8)? {
            continue;
        }
        position = position.destination(unit(u)? * 360.0, decades(u, -3.0, 5.0)?);
    }
    Ok(Route {
        waypoints,
        reference: Reference::W84,
        start_us: i64::from(u.arbitrary::<u32>()?) * 1_000_000,
        speed_mps: decades(u, 0.0, 3.5)?,
        climb_mps: if u.arbitrary()? { Some(decades(u, -1.0, 2.5)?) } else { None },
        half_width_m: decades(u, -2.0, 5.0)?,
        vertical_buffer_m: f64::from(u.int_in_range(0_u16..=2_000)?),
        time_tolerance_us: i64::from(u.arbitrary::<u32>()?),
    })
}

fn place(u: &mut Unstructured<'_>) -> Result<Position> {
    let lat_deg = match u.int_in_range(0..=3)? {
        0 => 90.0,
        1 => -90.0,
        _ => 180.0 * unit(u)? - 90.0,
    };
    let lng_deg = if u.arbitrary()? { 180.0 } else { 360.0 * unit(u)? - 180.0 };
    Position::new(lat_deg, lng_deg).map_err(|_| arbitrary::Error::IncorrectFormat)
}

fn decades(u: &mut Unstructured<'_>, from: f64, to: f64) -> Result<f64> {
    Ok(10_f64.powf(from + unit(u)? * (to - from)))
}

/// 0 to 1.
fn unit(u: &mut Unstructured<'_>) -> Result<f64> {
    Ok(f64::from(u.arbitrary::<u32>()?) / f64::from(u32::MAX))
}
