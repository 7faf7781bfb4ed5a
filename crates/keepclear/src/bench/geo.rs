//! `keepclear bench geo`: how long exact answers take.

use std::process::ExitCode;
use std::time::Instant;

use keepclear_geo::{Frame, Invalid, Position, Volume4D, VolumeIndex, detect, join, overlap};
use rayon::prelude::*;
use serde_json::{Value, json};

use super::GeoArgs;
use super::random::Random;
use super::scenes;
use crate::check::{Flight, Picture, Scope, conflicts};
use crate::complain;

type Row = Result<Vec<Measured>, Invalid>;

/// One figure: the median over all runs, and what it was measured on.
struct Measured {
    scenario: &'static str,
    figure: &'static str,
    value: f64,
    unit: &'static str,
    setting: String,
}

type Scenario = fn(&GeoArgs) -> Row;

const SCENARIOS: [(&str, Scenario); 6] = [
    ("index", index),
    ("pairs", pairs),
    ("long-edges", long_edges),
    ("many-corners", many_corners),
    ("plan", plan),
    ("dense-day", dense_day),
];

/// Runs the scenarios that were asked for.
pub fn run(args: &GeoArgs) -> ExitCode {
    if let Some(unknown) =
        args.only.iter().find(|name| SCENARIOS.iter().all(|(known, _)| known != name))
    {
        let known: Vec<&str> = SCENARIOS.iter().map(|(name, _)| *name).collect();
        complain(&format!("--only {unknown}: no such scenario; there are {}", known.join(", ")));
        return ExitCode::from(2);
    }
    if !(args.scale > 0.0 && args.scale <= 10.0) {
        complain(&format!("--scale {}: must be above 0 and at most 10", args.scale));
        return ExitCode::from(2);
    }
    let mut rows = Vec::new();
    for (name, scenario) in SCENARIOS {
        if !args.only.is_empty() && !args.only.iter().any(|only| only == name) {
            continue;
        }
        complain(&format!("{name} ..."));
        match scenario(args) {
            Ok(measured) => rows.extend(measured),
            Err(error) => {
                complain(&format!("{name}: {error}"));
                return ExitCode::from(2);
            }
        }
    }
    print(args, &rows);
    ExitCode::SUCCESS
}

#[expect(clippy::print_stdout, reason = "the result of the command")]
fn print(args: &GeoArgs, rows: &[Measured]) {
    if args.json {
        let rows: Vec<Value> = rows
            .iter()
            .map(|row| {
                json!({
                    "scenario": row.scenario,
                    "figure": row.figure,
                    "value": row.value,
                    "unit": row.unit,
                    "setting": row.setting,
                })
            })
            .collect();
        let result = json!({
            "format": "keepclear.bench.geo/1",
            "seed": args.seed,
            "runs": args.runs,
            "scale": args.scale,
            "threads": rayon::current_num_threads(),
            "rows": rows,
        });
        println!("{result:#}");
        return;
    }
    println!(
        "seed {}, medians of {} runs, scale {}, {} threads where a scenario says so",
        args.seed,
        args.runs,
        args.scale,
        rayon::current_num_threads()
    );
    for row in rows {
        println!(
            "{:<13} {:<26} {:>12.3} {:<4} {}",
            row.scenario, row.figure, row.value, row.unit, row.setting
        );
    }
}

fn scaled(count: usize, args: &GeoArgs) -> usize {
    ((count as f64 * args.scale) as usize).max(2)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    sorted[((sorted.len() as f64 * share) as usize).min(sorted.len() - 1)]
}

/// Times each call on its own, in the order given, and takes the clock's own cost off.
fn each_us<T>(items: &[T], mut call: impl FnMut(&T) -> bool) -> (Vec<f64>, usize) {
    let clock_us = median(
        (0..1_001)
            .map(|_| {
                let begun = Instant::now();
                begun.elapsed().as_secs_f64() * 1e6
            })
            .collect(),
    );
    let mut hits = 0;
    let mut times: Vec<f64> = items
        .iter()
        .map(|item| {
            let begun = Instant::now();
            hits += usize::from(std::hint::black_box(call(std::hint::black_box(item))));
            (begun.elapsed().as_secs_f64() * 1e6 - clock_us).max(0.0)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    (times, hits)
}

fn pair_rows(scenario: &'static str, args: &GeoArgs, volumes: &[Volume4D], setting: &str) -> Row {
    let boxes: Vec<_> = volumes.iter().map(|volume| volume.bounds(0)).collect();
    let mut random = Random::new(args.seed ^ 0x5eed);
    let mut pairs = Vec::new();
    let wanted = scaled(100_000, args);
    for _ in 0..wanted * 2_000 {
        let (i, j) = (random.below(volumes.len()), random.below(volumes.len()));
        if i != j && boxes[i].touches(&boxes[j]) {
            pairs.push((i, j));
            if pairs.len() == wanted {
                break;
            }
        }
    }
    let mut runs = Vec::new();
    let mut hit_count = 0;
    for _ in 0..args.runs {
        let (times, hits) = each_us(&pairs, |&(i, j)| detect(&volumes[i], &volumes[j]).is_some());
        hit_count = hits;
        runs.push((quantile(&times, 0.5), quantile(&times, 0.99)));
    }
    let setting = format!(
        "one core; {} pairs whose boxes overlap, of {} volumes in random order: {setting}; {hit_count} overlap",
        pairs.len(),
        volumes.len()
    );
    Ok(vec![
        Measured {
            scenario,
            figure: "exact pair, median",
            value: median(runs.iter().map(|run| run.0).collect()),
            unit: "us",
            setting: setting.clone(),
        },
        Measured {
            scenario,
            figure: "exact pair, p99",
            value: median(runs.iter().map(|run| run.1).collect()),
            unit: "us",
            setting,
        },
    ])
}

fn pairs(args: &GeoArgs) -> Row {
    let volumes = scenes::mixed(scaled(40_000, args), &mut Random::new(args.seed))?;
    pair_rows(
        "pairs",
        args,
        &volumes,
        "8 corners (3 in 4) and circles, 100 m to 10 km, over 100 km",
    )
}

fn long_edges(args: &GeoArgs) -> Row {
    let volumes = scenes::long_edges(scaled(4_000, args), &mut Random::new(args.seed))?;
    pair_rows("long-edges", args, &volumes, "8 corners, edges of up to 300 km, over 600 km")
}

fn many_corners(args: &GeoArgs) -> Row {
    let corners = scaled(5_000, args).max(8);
    let cases = scenes::many_corners(corners)?;
    let figures = ["1 m apart all along", "overlapping by 2 cm"];
    let mut rows = Vec::new();
    for (figure, [a, b]) in figures.into_iter().zip(&cases) {
        let mut times = Vec::new();
        let mut hit = false;
        for _ in 0..args.runs.max(5) {
            let (time, hits) = each_us(&[()], |()| detect(a, b).is_some());
            times.extend(time);
            hit = hits > 0;
        }
        rows.push(Measured {
            scenario: "many-corners",
            figure,
            value: median(times) / 1_000.0,
            unit: "ms",
            setting: format!("one core; {corners} + {corners} corners; overlap: {hit}"),
        });
    }
    Ok(rows)
}

fn index(args: &GeoArgs) -> Row {
    let frame = Frame::at(Position::new(scenes::MIDDLE.0, scenes::MIDDLE.1)?);
    let intents = scaled(100_000, args);
    let mut random = Random::new(args.seed);
    let mut boxes = Vec::with_capacity(intents * scenes::INTENT.pieces);
    for _ in 0..intents {
        for volume in scenes::intent(&frame, &mut random)? {
            boxes.push((boxes.len() as u32, volume.bounds(0)));
        }
    }
    let mut times = Vec::new();
    let mut bytes = 0;
    for _ in 0..args.runs {
        let loaded = boxes.clone();
        let begun = Instant::now();
        let index = VolumeIndex::bulk_load(loaded);
        times.push(begun.elapsed().as_secs_f64());
        bytes = index.bytes();
    }
    let setting =
        format!("2 threads; {} volumes of {intents} intents over 300 x 300 km, 24 h", boxes.len());
    let mib = |bytes: f64| bytes / 1_048_576.0;
    Ok(vec![
        Measured {
            scenario: "index",
            figure: "bulk load",
            value: median(times),
            unit: "s",
            setting: setting.clone(),
        },
        Measured {
            scenario: "index",
            figure: "index itself",
            value: mib(bytes as f64),
            unit: "MiB",
            setting: setting.clone(),
        },
        Measured {
            scenario: "index",
            figure: "process at its peak",
            value: mib(peak_bytes()),
            unit: "MiB",
            setting: format!("{setting}; boxes held twice besides the index"),
        },
    ])
}

/// Most memory that this process has held (Linux), bytes; 0 where it is not told.
fn peak_bytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.unwrap_or(0.0) * 1_024.0
}

fn plan(args: &GeoArgs) -> Row {
    let frame = Frame::at(Position::new(scenes::MIDDLE.0, scenes::MIDDLE.1)?);
    let mut random = Random::new(args.seed);
    let intents = scaled(100_000, args);
    let mut volumes = Vec::with_capacity(intents * scenes::INTENT.pieces);
    for _ in 0..intents {
        volumes.extend(scenes::intent(&frame, &mut random)?);
    }
    let boxes = volumes.par_iter().enumerate().map(|(i, v)| (i as u32, v.bounds(0))).collect();
    let index = VolumeIndex::bulk_load(boxes);
    let plans = (0..scaled(2_000, args).max(200))
        .map(|_| scenes::intent(&frame, &mut random))
        .collect::<Result<Vec<_>, _>>()?;
    let mut runs = Vec::new();
    let mut met = 0;
    for _ in 0..args.runs {
        let (times, hits) = each_us(&plans, |plan| {
            let mut hits = 0;
            for volume in plan {
                index.touching(&volume.bounds(0), &mut |key| {
                    hits += usize::from(detect(volume, &volumes[key as usize]).is_some());
                });
            }
            hits > 0
        });
        met = hits;
        runs.push((quantile(&times, 0.5) / 1e3, quantile(&times, 0.99) / 1e3));
    }
    let setting = format!(
        "one core; {} plans of {} volumes against {} volumes of {intents} intents; {met} meet something",
        plans.len(),
        scenes::INTENT.pieces,
        volumes.len()
    );
    Ok(vec![
        Measured {
            scenario: "plan",
            figure: "one plan, median",
            value: median(runs.iter().map(|r| r.0).collect()),
            unit: "ms",
            setting: setting.clone(),
        },
        Measured {
            scenario: "plan",
            figure: "one plan, p99",
            value: median(runs.iter().map(|r| r.1).collect()),
            unit: "ms",
            setting,
        },
    ])
}

fn dense_day(args: &GeoArgs) -> Row {
    let frame = Frame::at(Position::new(scenes::MIDDLE.0, scenes::MIDDLE.1)?);
    let mut random = Random::new(args.seed);
    let legs = scaled(59_000, args);
    let mut picture = Picture::default();
    for i in 0..legs {
        picture.flights.push(Flight {
            id: format!("leg {i}"),
            // Every leg its own party: all conflicts count.
            party: i.to_string(),
            source: String::new(),
            flown: false,
            volumes: scenes::city_leg(&frame, &mut random)?,
        });
    }
    let volumes: Vec<&Volume4D> = picture.flights.iter().flat_map(|f| &f.volumes).collect();
    let pieces = scenes::CITY_LEG.pieces as u32;
    let found = |explain: bool| {
        let begun = Instant::now();
        let boxes: Vec<_> = volumes.par_iter().map(|volume| volume.bounds(0)).collect();
        let hits = join(&boxes, |i, j| {
            if i / pieces == j / pieces {
                return None;
            }
            let (a, b) = (volumes[i as usize], volumes[j as usize]);
            if explain { overlap(a, b).map(|_| ()) } else { detect(a, b).map(|_| ()) }
        });
        (begun.elapsed().as_secs_f64(), hits.len())
    };
    let mut detected = Vec::new();
    let mut explained = Vec::new();
    let (mut pair_count, mut conflict_count) = (0, 0);
    for _ in 0..args.runs {
        let (time, count) = found(false);
        detected.push(time);
        pair_count = count;
        let begun = Instant::now();
        conflict_count = conflicts(&picture, Scope { same_party: false }).len();
        explained.push(begun.elapsed().as_secs_f64());
    }
    let setting = format!(
        "2 threads; {legs} legs, {} volumes over 60 x 30 km in one hour; {pair_count} pairs of volumes",
        volumes.len()
    );
    Ok(vec![
        Measured {
            scenario: "dense-day",
            figure: "all pairs found",
            value: median(detected),
            unit: "s",
            setting: setting.clone(),
        },
        Measured {
            scenario: "dense-day",
            figure: "found and explained",
            value: median(explained),
            unit: "s",
            setting: format!("{setting}, {conflict_count} conflicts"),
        },
    ])
}
