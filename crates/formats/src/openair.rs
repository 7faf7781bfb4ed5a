//! OpenAir text as zones. A closed area is never dropped for an altitude that cannot be read or an
//! outline that crosses itself: it is made larger instead, with a warning that names it.
//!
//! Records are read one by one, so that every refusal has its line. Limits or names that stand
//! after an outline belong to the next area only if the present one has them already: some files
//! give `AN` before `AC`.

use keepclear_geo::{Band, Limit, TimeInterval, Volume4D};

use crate::content::{Content, Fault, ReadOptions, Zone};
use crate::openair_outline::{Element, outline};
use crate::openair_records::{AltitudeText, Kind, Record, altitude};
use crate::openair_times::{Activation, activation, times_only_in_name};

/// An area as its records came; numbers are lines.
#[derive(Default)]
struct Area<'a> {
    line: usize,
    class: Option<&'a str>,
    name: Option<&'a str>,
    lower: Option<(usize, &'a str)>,
    upper: Option<(usize, &'a str)>,
    activations: Vec<(usize, &'a str)>,
    elements: Vec<(usize, Element<'a>)>,
}

/// One zone for each area.
pub(crate) fn read(text: &str, options: &ReadOptions) -> Content {
    let mut content = Content::new("OpenAir");
    let mut area = Area::default();
    for (index, line) in lines(text).enumerate() {
        let number = index + 1;
        let Some(record) = Record::of(line) else { continue };
        let begins = match record.kind {
            Kind::Class => area.class.is_some() || !area.elements.is_empty(),
            Kind::Name => area.name.is_some() && !area.elements.is_empty(),
            Kind::Lower => area.lower.is_some() && !area.elements.is_empty(),
            Kind::Upper => area.upper.is_some() && !area.elements.is_empty(),
            _ => false,
        };
        if begins {
            finish(&std::mem::take(&mut area), &mut content, options);
        }
        if area.line == 0 && record.kind.belongs_to_area() {
            area.line = number;
        }
        let value = record.value;
        match record.kind {
            Kind::Class => area.class = Some(value),
            Kind::Name => area.name = Some(value),
            Kind::Lower => area.lower = Some((number, value)),
            Kind::Upper => area.upper = Some((number, value)),
            Kind::Activation => area.activations.push((number, value)),
            Kind::Variable => area.elements.push((number, Element::Variable(value))),
            Kind::Point => area.elements.push((number, Element::Point(value))),
            Kind::Circle => area.elements.push((number, Element::Circle(value))),
            Kind::ArcByAngles => area.elements.push((number, Element::ArcByAngles(value))),
            Kind::ArcByPlaces => area.elements.push((number, Element::ArcByPlaces(value))),
            Kind::Ignored => {}
            Kind::Unknown => {
                let start: String = line.trim().chars().take(20).collect();
                content
                    .warn(&format!("line {number}"), format!("unknown record {start:?} ignored"));
            }
        }
    }
    finish(&area, &mut content, options);
    if content.read == 0 {
        content.warn("file", "holds no areas");
    }
    content
}

/// Lines however they end. A lone carriage return ends one only in files without line feeds.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split(if text.contains('\n') { '\n' } else { '\r' })
}

fn finish(area: &Area<'_>, content: &mut Content, options: &ReadOptions) {
    if area.line == 0 {
        return;
    }
    content.read += 1;
    let at = format!("line {}", area.line);
    if area.name.is_none_or(str::is_empty) {
        content.warn(&at, "the area has no name; called by its line");
    }
    let name = area.name.filter(|name| !name.is_empty()).unwrap_or("");
    let id = if name.is_empty() { at.clone() } else { name.to_owned() };
    let class = area.class.filter(|class| !class.is_empty());
    if class.is_none() {
        content.warn(&at, format!("{id}: the area has no class"));
    }
    let built = match outline(&area.elements) {
        Ok(built) => built,
        Err((line, Fault { field, reason })) => {
            let line = line.unwrap_or(area.line);
            content.refuse(&format!("line {line}"), field, format!("{id}: {reason}"));
            return;
        }
    };
    if let Some(text) = built.warning {
        content.warn(&at, format!("{id}: {text}"));
    }
    let band = band(area, &id, content);
    let volume = |interval| Volume4D::new(built.outline.clone(), band, interval, &options.datums);
    let mut volumes = Vec::new();
    for &(line, text) in &area.activations {
        match activation(text) {
            Activation::Exact(interval) => volumes.push(volume(interval)),
            Activation::Within(interval) => volumes.push(volume(interval).at_unknown_times()),
            Activation::Unreadable => {
                let text: String = text.chars().take(60).collect();
                let words = format!("{id}: activation {text:?} is not read; times unknown");
                content.warn(&format!("line {line}"), words);
                volumes.push(volume(TimeInterval::ALWAYS).at_unknown_times());
            }
        }
    }
    if volumes.is_empty() {
        let always = volume(TimeInterval::ALWAYS);
        volumes.push(if times_only_in_name(name) { always.at_unknown_times() } else { always });
    }
    let (name, class) = (name.to_owned(), class.map(str::to_owned));
    content.push_zone(Zone { id, name, class, source: at, volumes });
}

fn band(area: &Area<'_>, id: &str, content: &mut Content) -> Band {
    let lower = match limit(area.lower, AltitudeText::lower) {
        Ok(limit) => limit,
        Err((line, reason)) => {
            let line = line.unwrap_or(area.line);
            let words = format!("{id}: lower limit {reason}; taken from the ground up");
            content.warn(&format!("line {line}"), words);
            Limit::Surface
        }
    };
    let upper = match limit(area.upper, AltitudeText::upper) {
        Ok(limit) => limit,
        Err((line, reason)) => {
            let line = line.unwrap_or(area.line);
            let words = format!("{id}: upper limit {reason}; taken without upper limit");
            content.warn(&format!("line {line}"), words);
            Limit::Open
        }
    };
    Band::new(lower, upper).unwrap_or_else(|_| {
        let words = format!("{id}: the lower limit lies above the upper one; taken the other way");
        content.warn(&format!("line {}", area.line), words);
        Band { lower: upper, upper: lower }
    })
}

type LimitFault = (Option<usize>, String);

fn limit(
    record: Option<(usize, &str)>,
    convert: fn(AltitudeText) -> Option<Limit>,
) -> Result<Limit, LimitFault> {
    let (line, text) = record.ok_or_else(|| (None, "is missing".to_owned()))?;
    altitude(text).and_then(convert).ok_or_else(|| {
        let text: String = text.chars().take(60).collect();
        (Some(line), format!("{text:?} is not read"))
    })
}
