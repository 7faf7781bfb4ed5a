//! One conflict's panel: what it is in words, altitude over time, and a close-up.

use keepclear_geo::{FOOT_M, Limit, Reference, TimeInterval, Verdict, Volume4D, detect};

use super::canvas::{Anchor, Canvas, Labels, Rect, text_width};
use super::graticule::round_below;
use super::style::Look;
use super::{MARGIN, Scene, WIDTH, close_up};
use crate::check::picture::{Conflict, Other};
use crate::check::words;

const LEFT: f64 = 72.0;
const CHART: (f64, f64) = (730.0, 200.0);
const CLOSE_UP: (f64, f64) = (270.0, 200.0);
/// Boxes of each side, and pairs of them that are looked at for their common part.
const BOXES_MAX: usize = 200;
const PAIRS_MAX: usize = 4_000;
const SECOND_US: i64 = 1_000_000;

/// Distances between times, seconds.
const TIME_STEPS_S: [i64; 24] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200,
    86_400, 172_800, 604_800, 1_209_600, 2_592_000, 7_776_000, 31_536_000,
];

/// Draws a conflict's panel below `top`; returns where it ends.
pub(super) fn panel(
    canvas: &mut Canvas,
    scene: &Scene<'_>,
    number: usize,
    conflict: &Conflict,
    top: f64,
) -> f64 {
    words_above(canvas, scene, number, conflict, top);
    let sheet = Rect::new(MARGIN + LEFT, top + 62.0, CHART.0, CHART.1);
    let chart = Chart::new(scene, conflict, sheet);
    chart.draw(canvas, number);
    let x = WIDTH - MARGIN - CLOSE_UP.0;
    let beside = Rect::new(x, top + 62.0, CLOSE_UP.0, CLOSE_UP.1);
    close_up::draw(canvas, scene, number, conflict, beside);
    top + 62.0 + CHART.1 + 62.0
}

fn words_above(
    canvas: &mut Canvas,
    scene: &Scene<'_>,
    number: usize,
    conflict: &Conflict,
    top: f64,
) {
    canvas.badge((MARGIN + 10.0, top + 12.0), number);
    let mut x = MARGIN + 30.0;
    for (letter, side) in [("a", Other::Flight(conflict.flight)), ("b", conflict.other)] {
        scene.look(side).swatch(canvas, &Rect::new(x, top + 5.0, 28.0, 14.0));
        let text = format!("{letter}: {}", scene.title(side));
        canvas.text((x + 36.0, top + 16.0), "b", Anchor::Start, &text);
        x += 36.0 + text_width(&text, 12.0) * 1.1 + 24.0;
    }
    let depth = match words::depth(conflict) {
        touch if touch == "touch" => "outlines only touch".to_owned(),
        depth => format!("{depth} deep"),
    };
    let place = words::middle(&conflict.place).map(words::lat_lng).unwrap_or_default();
    let text = format!(
        "{} · {} UTC · {} · {depth} · {place} · {}",
        words::verdict(conflict.verdict),
        words::span(conflict.interval),
        words::altitudes(conflict),
        words::elide(&conflict.id, 16),
    );
    canvas.text((MARGIN + 30.0, top + 36.0), "", Anchor::Start, &text);
}

/// A volume of one side in the chart.
struct Piece<'a> {
    letter: &'static str,
    index: usize,
    volume: &'a Volume4D,
    involved: bool,
    look: Look,
}

struct Chart<'a> {
    conflict: &'a Conflict,
    sheet: Rect,
    pieces: Vec<Piece<'a>>,
    /// What is shown, microseconds and millimetres.
    time: (f64, f64),
    height: (f64, f64),
}

impl<'a> Chart<'a> {
    fn new(scene: &'a Scene<'_>, conflict: &'a Conflict, sheet: Rect) -> Self {
        let sides = [
            ("a", Other::Flight(conflict.flight), &conflict.flight_volumes),
            ("b", conflict.other, &conflict.other_volumes),
        ];
        let (mut involved, mut context) = (Vec::new(), Vec::new());
        for (letter, side, taking_part) in sides {
            let volumes = scene.picture.other_volumes(side);
            let look = scene.look(side);
            let piece = |index: usize, involved: bool| {
                let volume = volumes.get(index)?;
                Some(Piece { letter, index, volume, involved, look: look.clone() })
            };
            involved.extend(taking_part.iter().take(BOXES_MAX).filter_map(|&i| piece(i, true)));
            let beside = (0..volumes.len()).filter(|i| taking_part.binary_search(i).is_err());
            context.extend(beside.filter_map(|i| piece(i, false)));
        }
        let time = time_window(conflict, &involved);
        let height = height_window(conflict, &involved);
        let shown = |piece: &Piece<'_>| {
            let (start, end) = times(piece.volume.interval());
            start <= time.1 && end >= time.0
        };
        let mut pieces: Vec<Piece<'a>> =
            context.into_iter().filter(shown).take(BOXES_MAX).collect();
        pieces.extend(involved);
        Self { conflict, sheet, pieces, time, height }
    }

    fn x(&self, us: f64) -> f64 {
        let share = (us - self.time.0) / (self.time.1 - self.time.0);
        self.sheet.x + share.clamp(-0.02, 1.02) * self.sheet.w
    }

    fn y(&self, mm: f64) -> f64 {
        let share = (mm - self.height.0) / (self.height.1 - self.height.0);
        self.sheet.bottom() - share.clamp(-0.05, 1.05) * self.sheet.h
    }

    /// A span of time and altitudes; never too thin to be seen.
    fn block(&self, time: (f64, f64), height: (f64, f64)) -> Rect {
        let (x, right) = (self.x(time.0), self.x(time.1));
        let (y, bottom) = (self.y(height.1), self.y(height.0));
        let (w, h) = ((right - x).max(2.5), (bottom - y).max(2.5));
        Rect::new((x + right - w) * 0.5, (y + bottom - h) * 0.5, w, h)
    }

    fn draw(&self, canvas: &mut Canvas, number: usize) {
        canvas.rect(&self.sheet, "sea", "");
        self.time_axis(canvas);
        self.height_axis(canvas);
        canvas.begin_clip(&format!("t{number}"), &self.sheet);
        let block = |piece: &Piece<'_>| {
            let height = heights(piece.volume, self.conflict.pressure);
            self.block(times(piece.volume.interval()), height)
        };
        let mut labels = Labels::new(self.sheet);
        for piece in &self.pieces {
            if !piece.look.fill_class.is_empty() {
                canvas.rect(&block(piece), piece.look.fill_class, "");
            }
            let (fill, extra) =
                if piece.involved { (piece.look.fill.as_str(), "") } else { ("none", " faint") };
            canvas.rect(&block(piece), &format!("v {}{extra}", piece.look.class), fill);
        }
        let look = Look::hit(self.conflict.verdict == Verdict::Certain);
        let hits = self.hits();
        for hit in &hits {
            canvas.rect(hit, &look.class, &look.fill);
        }
        for piece in self.pieces.iter().filter(|piece| piece.involved) {
            self.label(canvas, &mut labels, &hits, piece, &block(piece));
        }
        canvas.end_clip();
        canvas.rect(&self.sheet, "edge", "none");
    }

    /// Writes a side's letter and the volume's index into a corner of its box.
    fn label(
        &self,
        canvas: &mut Canvas,
        labels: &mut Labels,
        hits: &[Rect],
        piece: &Piece<'_>,
        block: &Rect,
    ) {
        let text = format!("{} {}", piece.letter, piece.index);
        let (w, h) = (text_width(&text, 12.0) + 4.0, 14.0);
        let shown = |low: f64, high: f64, least: f64, most: f64| (low.max(least), high.min(most));
        let (left, right) = shown(block.x, block.right(), self.sheet.x, self.sheet.right());
        let (top, bottom) = shown(block.y, block.bottom(), self.sheet.y, self.sheet.bottom());
        if right - left < w || bottom - top < h {
            return;
        }
        let (xs, ys) = ([left + w * 0.5 + 2.0, right - w * 0.5 - 2.0], [top + 9.0, bottom - 9.0]);
        let corners = if piece.letter == "a" {
            [(xs[0], ys[0]), (xs[0], ys[1]), (xs[1], ys[0]), (xs[1], ys[1])]
        } else {
            [(xs[1], ys[1]), (xs[1], ys[0]), (xs[0], ys[1]), (xs[0], ys[0])]
        };
        let beside_hits = |at: (f64, f64)| {
            let own = Rect::new(at.0 - w * 0.5, at.1 - h * 0.5, w, h);
            !hits.iter().any(|hit| hit.meets(&own))
        };
        let beside = corners.into_iter().find(|&at| beside_hits(at) && labels.take(at, w, h));
        let found = beside.or_else(|| corners.into_iter().find(|&at| labels.take(at, w, h)));
        if let Some(at) = found {
            canvas.text((at.0, at.1 + 4.0), "halo b", Anchor::Middle, &text);
        }
    }

    /// The common parts of the pairs, or the whole conflict when there are too many.
    fn hits(&self) -> Vec<Rect> {
        let conflict = self.conflict;
        let whole = || {
            let height = (conflict.lower_mm as f64, conflict.upper_mm as f64);
            vec![self.block(times(conflict.interval), height)]
        };
        let of = |letter: &'static str| {
            self.pieces.iter().filter(move |piece| piece.involved && piece.letter == letter)
        };
        let taking_part =
            conflict.flight_volumes.len().saturating_mul(conflict.other_volumes.len());
        if taking_part > PAIRS_MAX || of("a").count() * of("b").count() != taking_part {
            return whole();
        }
        let mut hits: Vec<Rect> = Vec::new();
        for a in of("a").map(|piece| piece.volume) {
            for b in of("b").map(|piece| piece.volume) {
                let time = a.interval().common(b.interval());
                let time = time.and_then(|time| time.common(conflict.interval));
                let (Some(time), Some(band)) = (time, a.band().common(b.band())) else { continue };
                if detect(a, b).is_none() {
                    continue;
                }
                if band.pressure != conflict.pressure {
                    return whole();
                }
                let height = (band.lower_mm as f64, band.upper_mm as f64);
                let hit = self.block(times(time), height);
                if !hits.contains(&hit) {
                    hits.push(hit);
                }
            }
        }
        if hits.is_empty() || hits.len() > BOXES_MAX { whole() } else { hits }
    }

    fn time_axis(&self, canvas: &mut Canvas) {
        let (sheet, y) = (self.sheet, self.sheet.bottom());
        if self.conflict.interval == TimeInterval::ALWAYS {
            canvas.text((sheet.x, y + 15.0), "soft", Anchor::Start, "at all times");
            return;
        }
        let words = "time of day, UTC";
        canvas.text((sheet.right(), y + 31.0), "soft", Anchor::End, words);
        let span_s = (self.time.1 - self.time.0) / SECOND_US as f64;
        let step_s = TIME_STEPS_S.into_iter().find(|&step| span_s / step as f64 <= 8.0);
        let step_us = step_s.unwrap_or((span_s / 6.0) as i64) * SECOND_US;
        let first = (self.time.0 / step_us as f64).ceil() as i64;
        let last = (self.time.1 / step_us as f64).floor() as i64;
        let mut day = String::new();
        for k in first..=last {
            let us = k.saturating_mul(step_us);
            let x = self.x(us as f64);
            canvas.line((x, sheet.y), (x, y), "grid");
            let (date, time) = words::date_and_time(us);
            let shown = if step_us >= 60 * SECOND_US { time.get(..5) } else { None };
            canvas.text((x, y + 15.0), "soft", Anchor::Middle, shown.unwrap_or(&time));
            if date != day && x < sheet.right() - 150.0 {
                canvas.text((x, y + 31.0), "soft", Anchor::Middle, &date);
            }
            day = date;
        }
    }

    fn height_axis(&self, canvas: &mut Canvas) {
        let sheet = self.sheet;
        let (left_mm, right_mm) =
            if self.conflict.pressure { (100.0 * FOOT_M * 1e3, 1e3) } else { (1e3, FOOT_M * 1e3) };
        let (left, right) =
            if self.conflict.pressure { ("flight level", "m") } else { ("m W84", "ft") };
        for (unit_mm, on_left) in [(left_mm, true), (right_mm, false)] {
            let (low, high) = (self.height.0 / unit_mm, self.height.1 / unit_mm);
            let step = round_below((high - low) / 2.5);
            for k in (low / step).ceil() as i64..=(high / step).floor() as i64 {
                let value = k as f64 * step;
                let y = self.y(value * unit_mm);
                let text = if step < 1.0 {
                    words::number(value, 2)
                } else {
                    words::grouped(value.round() as i64)
                };
                if on_left {
                    canvas.line((sheet.x, y), (sheet.right(), y), "grid");
                    canvas.text((sheet.x - 6.0, y + 4.0), "soft", Anchor::End, &text);
                } else {
                    canvas.line((sheet.right(), y), (sheet.right() + 4.0, y), "edge");
                    canvas.text((sheet.right() + 7.0, y + 4.0), "soft", Anchor::Start, &text);
                }
            }
        }
        canvas.text((sheet.x, sheet.y - 5.0), "soft", Anchor::End, left);
        canvas.text((sheet.right() + 4.0, sheet.y - 5.0), "soft", Anchor::Start, right);
        let bounds = !self.conflict.pressure
            && self.pieces.iter().any(|piece| piece.involved && !is_w84(piece.volume));
        if bounds {
            let words = "boxes reach to the outer ends of what their altitudes may be above W84";
            canvas.text((sheet.right(), sheet.y - 5.0), "soft s", Anchor::End, words);
        }
    }
}

/// Both ends, microseconds; open ones far away.
fn times(interval: TimeInterval) -> (f64, f64) {
    let (start, end) = (interval.start_us(), interval.end_us());
    (start.map_or(-1e19, |t| t as f64), end.map_or(1e19, |t| t as f64))
}

/// Both ends, millimetres, in the conflict's reference; open ones far away.
fn heights(volume: &Volume4D, pressure: bool) -> (f64, f64) {
    if !pressure {
        let (lower, upper) = volume.band().w84_range_mm();
        return (lower as f64, upper as f64);
    }
    let band = volume.band().band();
    let end = |limit: Limit, open: f64| match limit {
        Limit::At { mm, .. } => mm as f64,
        Limit::Surface | Limit::Open => open,
    };
    (end(band.lower, -1e9), end(band.upper, 1e9))
}

fn is_w84(volume: &Volume4D) -> bool {
    let band = volume.band().band();
    [band.lower, band.upper].iter().all(|limit| match limit {
        Limit::At { reference, .. } => *reference == Reference::W84,
        Limit::Surface | Limit::Open => true,
    })
}

/// A span with what is around it, but not further than its own size or some least size away.
fn window(span: (f64, f64), around: impl Iterator<Item = (f64, f64)>, least: f64) -> (f64, f64) {
    let reach = (span.1 - span.0).max(least);
    let (mut low, mut high) = span;
    for (a, b) in around {
        low = low.min(a.max(span.0 - reach));
        high = high.max(b.min(span.1 + reach));
    }
    let margin = ((high - low) * 0.08).max(least * 0.1);
    (low - margin, high + margin)
}

fn time_window(conflict: &Conflict, involved: &[Piece<'_>]) -> (f64, f64) {
    const HOUR_US: f64 = 3.6e9;
    let (start, end) = (conflict.interval.start_us(), conflict.interval.end_us());
    let span = match (start.map(|t| t as f64), end.map(|t| t as f64)) {
        (Some(start), Some(end)) => (start, end),
        (Some(start), None) => (start, start + HOUR_US),
        (None, Some(end)) => (end - HOUR_US, end),
        (None, None) => (0.0, HOUR_US),
    };
    window(span, involved.iter().map(|piece| times(piece.volume.interval())), 20e6)
}

fn height_window(conflict: &Conflict, involved: &[Piece<'_>]) -> (f64, f64) {
    let around = involved.iter().map(|piece| heights(piece.volume, conflict.pressure));
    window((conflict.lower_mm as f64, conflict.upper_mm as f64), around, 60e3)
}
