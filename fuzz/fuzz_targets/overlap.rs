//! Pairs of outlines of all kinds, sizes and places: what `overlap`, `separation` and `touch` say of
//! them must fit together.
//!
//! The bytes are read as a drawing, not as coordinates: a place on the globe (the poles and the
//! antimeridian among them), a size, and two outlines drawn around that place, so that most pairs
//! are near each other. `KEEPCLEAR_FUZZ_SHOW=1` prints the pair as coordinates.
#![no_main]

use arbitrary::{Result, Unstructured};
use keepclear_geo::{
    Band, Datums, Outline, Place, Position, TimeInterval, Volume4D, detect, overlap, separation,
    touch,
};
use libfuzzer_sys::{Corpus, fuzz_target};

/// Most vertices of one outline: the search for depth is what takes the time.
const VERTICES_MAX: usize = 14;

fuzz_target!(|data: &[u8]| -> Corpus {
    match pair(&mut Unstructured::new(data)) {
        Ok(Some((a, b))) => {
            check(&a, &b);
            Corpus::Keep
        }
        _ => Corpus::Reject,
    }
});

fn check(a: &Volume4D, b: &Volume4D) {
    let (oa, ob) = (a.outline(), b.outline());
    assert!(touch(oa, oa) && touch(ob, ob), "an outline does not touch itself");
    let touching = touch(oa, ob);
    assert_eq!(touching, touch(ob, oa), "touch depends on the order");

    let (found, apart) = (overlap(a, b), separation(a, b));
    assert_eq!(found.is_some(), apart.is_none(), "overlap and separation contradict");
    assert_eq!(found.as_ref().map(|o| o.verdict), detect(a, b), "overlap and detect differ");
    let swapped = overlap(b, a);
    assert_eq!(found.is_some(), swapped.is_some(), "overlap depends on the order");

    if let Some(found) = &found {
        assert!(touching, "an overlap of outlines that do not touch");
        let depth = found.depth;
        assert!(depth.metres.is_finite() && depth.metres >= 0.0, "{depth:?}");
        let other = swapped.as_ref().map(|o| o.depth).unwrap_or(depth);
        if depth.exact && other.exact {
            let unlike_m = (depth.metres - other.metres).abs();
            assert!(unlike_m <= 1e-4 + depth.metres * 1e-6, "depth {depth:?} swapped {other:?}");
        }
        assert!(a.bounds(0).touches(&b.bounds(0)), "the boxes would hide an overlap");
        check_place(&found.place, oa, ob);
    }
    if let Some(apart) = &apart {
        assert!(apart.horizontal_m.is_finite() && apart.horizontal_m >= 0.0, "{apart:?}");
        assert!(apart.vertical_mm >= 0 && apart.time_us >= 0, "{apart:?}");
        assert_eq!(apart.closest.is_none(), touching, "{apart:?}");
        assert!(touching || apart.horizontal_m > 0.0, "apart by nothing: {apart:?}");
    }

    let shift = |v: &Volume4D| v.with_interval(v.interval().shifted(3_600_000_000));
    let later = overlap(&shift(a), &shift(b));
    assert_eq!(found.is_some(), later.is_some(), "an hour later the answer differs");
    if let (Some(found), Some(later)) = (&found, &later) {
        assert_eq!(found.interval.shifted(3_600_000_000), later.interval);
        assert_eq!((&found.place, &found.depth), (&later.place, &later.depth));
        assert_eq!((found.band, found.verdict), (later.band, later.verdict));
    }
    assert_eq!(apart, separation(&shift(a), &shift(b)));
}

/// Every corner of the common area lies in both outlines, give or take what its drawing loses.
fn check_place(place: &Place, a: &Outline, b: &Outline) {
    let Place::Area(area) = place else { return };
    let reach_m = a.reach_m().max(b.reach_m());
    for corner in area.iter().flatten().flatten() {
        // A grid step, a drawn circle's sagitta, and what a circle's plane image is off by up
        // to the radius from which it is drawn as a ring: e²·s³/(12R²) (`geo`'s `anisotropy_m`).
        let near_m = 0.02 + reach_m * 5e-6 + 3e-17 * reach_m.min(400_000.0).powi(3);
        let Ok(spot) = Outline::circle(*corner, near_m) else { continue };
        assert!(touch(&spot, a) && touch(&spot, b), "{corner:?} of the common area is outside");
    }
}

fn pair(u: &mut Unstructured<'_>) -> Result<Option<(Volume4D, Volume4D)>> {
    let base = base(u)?;
    let size_m = size_m(u)?;
    // Where the second lies, and whether it is as large.
    let second_m = if u.arbitrary()? { size_m } else { self::size_m(u)? };
    let away_m = match u.int_in_range(0..=3)? {
        0 => 0.0,
        1 => size_m + second_m,
        2 => (size_m - second_m).abs(),
        _ => unit(u)? * (size_m + second_m) * 1.5,
    };
    let other = base.destination(unit(u)? * 360.0, away_m);
    let (Some(a), Some(b)) = (volume(u, base, size_m)?, volume(u, other, second_m)?) else {
        return Ok(None);
    };
    if std::env::var_os("KEEPCLEAR_FUZZ_SHOW").is_some() {
        eprintln!("a = {}\nb = {}", show(&a), show(&b));
    }
    Ok(Some((a, b)))
}

fn volume(u: &mut Unstructured<'_>, base: Position, size_m: f64) -> Result<Option<Volume4D>> {
    let Some(outline) = outline(u, base, size_m)? else { return Ok(None) };
    // Coarse steps, so that limits are often shared exactly.
    let lower_m = f64::from(u.int_in_range(0_u8..=4)?) * 100.0;
    let upper_m = lower_m + f64::from(u.int_in_range(0_u8..=4)?) * 100.0;
    let start_us = i64::from(u.int_in_range(0_u8..=4)?) * 60_000_000;
    let end_us = start_us + i64::from(u.int_in_range(0_u8..=4)?) * 60_000_000;
    let (Ok(band), Ok(interval)) =
        (Band::w84(lower_m, upper_m), TimeInterval::new(Some(start_us), Some(end_us)))
    else {
        return Ok(None);
    };
    Ok(Some(Volume4D::new(outline, band, interval, &Datums::default())))
}

fn outline(u: &mut Unstructured<'_>, base: Position, size_m: f64) -> Result<Option<Outline>> {
    let made = match u.int_in_range(0..=6)? {
        0 | 1 => Outline::circle(base, size_m),
        2 => Outline::polygon(&star(u, base, size_m, false)?),
        3 => Outline::polygon(&star(u, base, size_m, true)?),
        4 => Outline::union_of_parts(&scatter(u, base, size_m)?),
        5 => {
            let outer = star(u, base, size_m, false)?;
            let hole = star(u, base, size_m * 0.3, false)?;
            Outline::polygon_with_holes(&[outer, hole])
        }
        _ => {
            let to = base.destination(unit(u)? * 360.0, size_m);
            Outline::corridor(base, to, size_m * (0.001 + unit(u)?))
        }
    };
    Ok(made.ok())
}

/// Corners in order around a place, at regular or any distances.
fn star(
    u: &mut Unstructured<'_>,
    at: Position,
    size_m: f64,
    jagged: bool,
) -> Result<Vec<Position>> {
    let count = u.int_in_range(3..=VERTICES_MAX)?;
    let turn_deg = unit(u)? * 360.0;
    let mut corners = Vec::with_capacity(count);
    for i in 0..count {
        let far_m = if jagged { size_m * (0.05 + 0.95 * unit(u)?) } else { size_m };
        let corner = at.destination(turn_deg + 360.0 * i as f64 / count as f64, far_m);
        corners.push(rounded(u, corner)?);
    }
    Ok(corners)
}

/// Corners anywhere around a place: edges that cross, turn back or meet.
fn scatter(u: &mut Unstructured<'_>, at: Position, size_m: f64) -> Result<Vec<Position>> {
    let count = u.int_in_range(3..=VERTICES_MAX)?;
    let mut corners = Vec::with_capacity(count);
    for _ in 0..count {
        // Few directions and distances: many corners are in line or the same.
        let azimuth_deg = f64::from(u.int_in_range(0_u8..=24)?) * 15.0;
        let far_m = size_m * f64::from(u.int_in_range(0_u8..=10)?) / 10.0;
        corners.push(at.destination(azimuth_deg, far_m));
    }
    Ok(corners)
}

/// Sometimes rounded to 1e-5 degrees, as people write coordinates.
fn rounded(u: &mut Unstructured<'_>, place: Position) -> Result<Position> {
    if !u.ratio(1_u8, 4_u8)? {
        return Ok(place);
    }
    let round = |deg: f64| (deg * 1e5).round() / 1e5;
    Ok(Position::new(round(place.lat_deg()), round(place.lng_deg())).unwrap_or(place))
}

fn base(u: &mut Unstructured<'_>) -> Result<Position> {
    let lat_deg = match u.int_in_range(0..=5)? {
        0 => 0.0,
        1 => 90.0,
        2 => -90.0,
        3 => 90.0 - size_m(u)? / 111_000.0,
        _ => 180.0 * unit(u)? - 90.0,
    };
    let lng_deg = match u.int_in_range(0..=4)? {
        0 => 180.0,
        1 => -180.0,
        2 => 180.0 - size_m(u)? / 111_000.0,
        _ => 360.0 * unit(u)? - 180.0,
    };
    let place = Position::new(lat_deg.clamp(-90.0, 90.0), lng_deg.clamp(-180.0, 180.0));
    place.map_err(|_| arbitrary::Error::IncorrectFormat)
}

/// 1 cm to 1,000 km, every decade as likely.
fn size_m(u: &mut Unstructured<'_>) -> Result<f64> {
    Ok(10_f64.powf(unit(u)? * 8.0 - 2.0))
}

/// 0 to 1.
fn unit(u: &mut Unstructured<'_>) -> Result<f64> {
    Ok(f64::from(u.arbitrary::<u32>()?) / f64::from(u32::MAX))
}

fn show(volume: &Volume4D) -> String {
    let place = |p: &Position| format!("[{:?}, {:?}]", p.lat_deg(), p.lng_deg());
    let shape = match volume.outline().as_circle() {
        Some((centre, radius_m)) => {
            format!(
                "{{\"circle\": {{\"center\": {}, \"radius_m\": {radius_m:?}}}}}",
                place(&centre)
            )
        }
        None => {
            let rings = volume.outline().corners();
            let ring = |r: &Vec<Position>| {
                format!("[{}]", r.iter().map(place).collect::<Vec<_>>().join(", "))
            };
            format!("{{\"rings\": [{}]}}", rings.iter().map(ring).collect::<Vec<_>>().join(", "))
        }
    };
    let (band, interval) = (volume.band().band(), volume.interval());
    format!("{shape} {:?}..{:?} {interval:?}", band.lower, band.upper)
}
