//! The scenarios' volumes.

use keepclear_geo::{
    Band, Datums, Frame, Invalid, Outline, Position, TimeInterval, Vec2, Volume4D,
};

use super::random::Random;

/// Where the scenarios lie.
pub const MIDDLE: (f64, f64) = (48.0, 10.0);

fn volume(
    outline: Outline,
    low_m: f64,
    high_m: f64,
    from_s: f64,
    to_s: f64,
) -> Result<Volume4D, Invalid> {
    let us = |s: f64| Some((s * 1e6) as i64);
    let interval = TimeInterval::new(us(from_s), us(to_s))?;
    Ok(Volume4D::new(outline, Band::w84(low_m, high_m)?, interval, &Datums::default()))
}

/// A star-shaped outline of some corners around a point of the plane.
fn star(
    frame: &Frame,
    middle: Vec2,
    corners: usize,
    reach_m: f64,
    random: &mut Random,
) -> Result<Outline, Invalid> {
    let turn = random.between(0.0, std::f64::consts::TAU);
    let places: Vec<Position> = (0..corners)
        .map(|i| {
            let angle = turn + i as f64 / corners as f64 * std::f64::consts::TAU;
            let radius = reach_m * random.between(0.5, 1.0);
            frame.position(middle + Vec2::new(angle.cos(), angle.sin()) * radius)
        })
        .collect();
    Outline::polygon(&places)
}

/// Volumes of 8-corner outlines (three in four) and circles, 100 m to 10 km across, over 100 km.
pub fn mixed(count: usize, random: &mut Random) -> Result<Vec<Volume4D>, Invalid> {
    let frame = Frame::at(Position::new(MIDDLE.0, MIDDLE.1)?);
    (0..count)
        .map(|_| {
            let middle = Vec2::new(random.between(-50e3, 50e3), random.between(-50e3, 50e3));
            let reach_m = 10f64.powf(random.between(1.7, 3.7));
            let outline = if random.below(4) == 0 {
                Outline::circle(frame.position(middle), reach_m)?
            } else {
                star(&frame, middle, 8, reach_m, random)?
            };
            let (low_m, from_s) = (random.between(0.0, 200.0), random.between(0.0, 600.0));
            volume(outline, low_m, low_m + 100.0, from_s, from_s + 600.0)
        })
        .collect()
}

/// Outlines of 8 corners whose edges are up to 300 km long.
pub fn long_edges(count: usize, random: &mut Random) -> Result<Vec<Volume4D>, Invalid> {
    let frame = Frame::at(Position::new(MIDDLE.0, MIDDLE.1)?);
    (0..count)
        .map(|_| {
            let middle = Vec2::new(random.between(-3e5, 3e5), random.between(-3e5, 3e5));
            // Corners of a long box with a dent: edges of 300, 100 and some 50 km.
            let angle = random.between(0.0, std::f64::consts::TAU);
            let (ahead, side) =
                (Vec2::new(angle.cos(), angle.sin()), Vec2::new(-angle.sin(), angle.cos()));
            let corner =
                |x: f64, y: f64| frame.position(middle + ahead * (x * 1e3) + side * (y * 1e3));
            let dent = random.between(5.0, 40.0);
            let outline = Outline::polygon(&[
                corner(-150.0, -50.0),
                corner(150.0, -50.0),
                corner(165.0, 0.0),
                corner(150.0, 50.0),
                corner(60.0, 50.0),
                corner(0.0, 50.0 - dent),
                corner(-60.0, 50.0),
                corner(-150.0, 50.0),
            ])?;
            volume(outline, 0.0, 100.0, 0.0, 100.0)
        })
        .collect()
}

/// Two outlines of many corners whose boundaries run along each other without touching, and again
/// just touching.
pub fn many_corners(corners: usize) -> Result<[[Volume4D; 2]; 2], Invalid> {
    let frame = Frame::at(Position::new(MIDDLE.0, MIDDLE.1)?);
    let wavy = |base_m: f64, below: bool| -> Result<Outline, Invalid> {
        // A strip with one wavy long side; waves of both strips are in step.
        let waves = corners - 2;
        let mut places = Vec::with_capacity(corners);
        for i in 0..waves {
            let x = i as f64 / (waves - 1) as f64 * 20_000.0 - 10_000.0;
            let y = base_m + if i % 2 == 0 { 0.0 } else { 40.0 };
            places.push(frame.position(Vec2::new(x, y)));
        }
        let far = if below { base_m - 5_000.0 } else { base_m + 5_000.0 };
        places.push(frame.position(Vec2::new(10_000.0, far)));
        places.push(frame.position(Vec2::new(-10_000.0, far)));
        Outline::polygon(&places)
    };
    let of = |gap_m: f64| -> Result<[Volume4D; 2], Invalid> {
        Ok([
            volume(wavy(0.0, true)?, 0.0, 100.0, 0.0, 100.0)?,
            volume(wavy(gap_m, false)?, 0.0, 100.0, 0.0, 100.0)?,
        ])
    };
    Ok([of(1.0)?, of(-0.02)?])
}

/// A straight flight cut into volumes.
pub struct Leg {
    /// Length, metres.
    pub length_m: f64,
    /// Duration, seconds.
    pub duration_s: f64,
    /// Number of volumes.
    pub pieces: usize,
    /// Width of each, metres.
    pub width_m: f64,
    /// Height of each, metres.
    pub height_m: f64,
}

impl Leg {
    /// The leg's volumes from a point of the plane at a heading, lower edge and start.
    pub fn volumes(
        &self,
        frame: &Frame,
        from: Vec2,
        angle: f64,
        low_m: f64,
        start_s: f64,
    ) -> Result<Vec<Volume4D>, Invalid> {
        let ahead = Vec2::new(angle.cos(), angle.sin());
        let side = Vec2::new(-ahead.y, ahead.x) * (self.width_m / 2.0);
        let step_m = self.length_m / self.pieces as f64;
        let step_s = self.duration_s / self.pieces as f64;
        (0..self.pieces)
            .map(|i| {
                let a = from + ahead * (step_m * i as f64);
                let b = a + ahead * step_m;
                let corners = [a + side * -1.0, b + side * -1.0, b + side, a + side];
                let outline = Outline::polygon(&corners.map(|corner| frame.position(corner)))?;
                let from_s = start_s + step_s * i as f64;
                volume(outline, low_m, low_m + self.height_m, from_s, from_s + step_s)
            })
            .collect()
    }
}

/// Intents of the index and plan scenarios: 10 km, 20 volumes, 500 m wide, 60 m high, 10 minutes.
pub const INTENT: Leg =
    Leg { length_m: 10_000.0, duration_s: 600.0, pieces: 20, width_m: 500.0, height_m: 60.0 };

/// One random intent over 300 × 300 km and 24 h, up to 600 m.
pub fn intent(frame: &Frame, random: &mut Random) -> Result<Vec<Volume4D>, Invalid> {
    let from = Vec2::new(random.between(-150e3, 150e3), random.between(-150e3, 150e3));
    let angle = random.between(0.0, std::f64::consts::TAU);
    let low_m = random.between(0.0, 540.0);
    INTENT.volumes(frame, from, angle, low_m, random.between(0.0, 86_400.0))
}

/// Legs of a dense day over one large city (`interfaces.md`): 5 km, 10 min, 20 volumes of 100 m by
/// 30 m, four levels.
pub const CITY_LEG: Leg =
    Leg { length_m: 5_000.0, duration_s: 600.0, pieces: 20, width_m: 100.0, height_m: 30.0 };

/// One random leg over 60 × 30 km, starting within the hour.
pub fn city_leg(frame: &Frame, random: &mut Random) -> Result<Vec<Volume4D>, Invalid> {
    let from = Vec2::new(random.between(-30e3, 30e3), random.between(-15e3, 15e3));
    let angle = random.between(0.0, std::f64::consts::TAU);
    let low_m = 40.0 + 40.0 * random.below(4) as f64;
    CITY_LEG.volumes(frame, from, angle, low_m, random.between(0.0, 3_600.0))
}
