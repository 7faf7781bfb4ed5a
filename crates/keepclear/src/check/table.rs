//! What was found as a table for a terminal: fixed columns, no colours, UTC.
//!
//! Conflicts stand in the order of their start, numbered as in the picture.

use std::collections::BTreeMap;
use std::io::{Result, Write};

use keepclear_geo::{FOOT_M, Verdict};

use super::picture::{Conflict, Move, Other, Picture, Proposal};
use super::words;

/// Most characters of a name in a row.
const NAME_MAX: usize = 24;
/// Most characters of a party or class in a row.
const PARTY_MAX: usize = 16;
const HEADINGS: [&str; 8] =
    ["#", "flight", "with", "verdict", "from – to (UTC)", "altitude", "depth", "place"];
/// Columns whose contents stand at the right.
const RIGHT: [bool; 8] = [true, false, false, false, false, false, true, false];

/// Writes conflicts, ways out and a summary; at most `rows_max` conflicts and as many proposals.
///
/// # Errors
/// Those of `out`.
pub fn table(
    picture: &Picture,
    conflicts: &[Conflict],
    proposals: &[Proposal],
    rows_max: usize,
    out: &mut impl Write,
) -> Result<()> {
    let sorted = words::in_order(conflicts);
    if sorted.is_empty() {
        writeln!(out, "No conflicts.")?;
    } else {
        write_rows(picture, &sorted, rows_max, out)?;
    }
    write_proposals(picture, &sorted, proposals, rows_max, out)?;
    writeln!(out)?;
    write_summary(picture, conflicts, out)
}

fn named(id: &str, kind: &str) -> String {
    format!("{} ({})", words::elide(id, NAME_MAX), words::elide(kind, PARTY_MAX))
}

fn row(picture: &Picture, number: usize, conflict: &Conflict) -> [String; 8] {
    let flight = &picture.flights[conflict.flight];
    let (other, kind) = words::other_and_kind(picture, conflict.other);
    [
        number.to_string(),
        named(&flight.id, &flight.party),
        named(other, kind),
        words::verdict(conflict.verdict).to_owned(),
        words::span(conflict.interval),
        words::altitudes(conflict),
        words::depth(conflict),
        words::middle(&conflict.place).map_or_else(|| "-".to_owned(), words::lat_lng),
    ]
}

fn write_rows(
    picture: &Picture,
    sorted: &[&Conflict],
    rows_max: usize,
    out: &mut impl Write,
) -> Result<()> {
    let shown = &sorted[..sorted.len().min(rows_max)];
    let mut rows = vec![HEADINGS.map(str::to_owned)];
    rows.extend(shown.iter().enumerate().map(|(i, conflict)| row(picture, i + 1, conflict)));
    let mut widths = [0; HEADINGS.len()];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(words::columns(cell));
        }
    }
    for row in &rows {
        let mut line = String::new();
        for (i, cell) in row.iter().enumerate() {
            let gap = " ".repeat(widths[i] - words::columns(cell));
            let (before, after) = if RIGHT[i] { (gap.as_str(), "") } else { ("", gap.as_str()) };
            let between = if i == 0 { "" } else { "  " };
            line.extend([between, before, cell.as_str(), after]);
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    more(sorted.len() - shown.len(), "conflict", out)
}

fn more(count: usize, noun: &str, out: &mut impl Write) -> Result<()> {
    if count > 0 {
        writeln!(out, "… and {} more", words::counted(count, noun))?;
    }
    Ok(())
}

/// Ways out under the flight that they move: flights in the order of their first conflict.
fn write_proposals(
    picture: &Picture,
    sorted: &[&Conflict],
    proposals: &[Proposal],
    rows_max: usize,
    out: &mut impl Write,
) -> Result<()> {
    if proposals.is_empty() {
        return Ok(());
    }
    let mut first: BTreeMap<usize, usize> = BTreeMap::new();
    for (number, conflict) in sorted.iter().enumerate() {
        first.entry(conflict.flight).or_insert(number);
        if let Other::Flight(other) = conflict.other {
            first.entry(other).or_insert(number);
        }
    }
    let place = |flight: usize| (first.get(&flight).copied().unwrap_or(usize::MAX), flight);
    let mut ordered: Vec<&Proposal> = proposals.iter().collect();
    ordered
        .sort_by(|a, b| place(a.flight).cmp(&place(b.flight)).then(a.cost_s.total_cmp(&b.cost_s)));
    writeln!(out)?;
    writeln!(out, "Ways out, each verified against everything else:")?;
    let mut above = None;
    for proposal in ordered.iter().take(rows_max) {
        if above != Some(proposal.flight) {
            let flight = &picture.flights[proposal.flight];
            writeln!(out, "  {}", named(&flight.id, &flight.party))?;
            above = Some(proposal.flight);
        }
        let cost = words::number(proposal.cost_s, 1);
        writeln!(out, "    {:<28} cost {cost} s", shift(proposal))?;
    }
    more(ordered.len().saturating_sub(rows_max), "proposal", out)
}

fn shift(proposal: &Proposal) -> String {
    let positive = proposal.delta >= 0;
    let size = proposal.delta.saturating_abs();
    match proposal.kind {
        Move::Delay => format!("{} later", duration(size)),
        Move::Earlier => format!("{} earlier", duration(size)),
        Move::Level => {
            let feet = words::grouped((size as f64 / FOOT_M).round() as i64);
            let way = if positive { "higher" } else { "lower" };
            format!("{} m ({feet} ft) {way}", words::grouped(size))
        }
        Move::Sideways => {
            let side = if positive { "right" } else { "left" };
            format!("{} m to the {side}", words::grouped(size))
        }
    }
}

fn duration(seconds: i64) -> String {
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let parts = [(hours, "h"), (minutes, "min"), (rest, "s")];
    let said: Vec<String> = parts
        .iter()
        .filter(|(count, unit)| *count > 0 || (seconds == 0 && *unit == "s"))
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    said.join(" ")
}

fn write_summary(picture: &Picture, conflicts: &[Conflict], out: &mut impl Write) -> Result<()> {
    let mut parties: BTreeMap<&str, usize> = BTreeMap::new();
    for flight in &picture.flights {
        *parties.entry(flight.party.as_str()).or_default() += 1;
    }
    let count = words::grouped(picture.flights.len() as i64);
    let said: Vec<String> = parties
        .iter()
        .map(|(party, count)| {
            format!("{} {}", words::elide(party, NAME_MAX), words::grouped(*count as i64))
        })
        .collect();
    let said = if said.is_empty() { String::new() } else { format!(" ({})", said.join(", ")) };
    writeln!(out, "Flights: {count}{said}")?;
    writeln!(out, "Areas: {}", words::grouped(picture.zones.len() as i64))?;
    let flights = conflicts.iter().filter(|c| matches!(c.other, Other::Flight(_))).count();
    let certain = conflicts.iter().filter(|c| c.verdict == Verdict::Certain).count();
    let [all, flights, areas, certain, possible] =
        [conflicts.len(), flights, conflicts.len() - flights, certain, conflicts.len() - certain]
            .map(|count| words::grouped(count as i64));
    if conflicts.is_empty() {
        return writeln!(out, "Conflicts: 0");
    }
    writeln!(
        out,
        "Conflicts: {all} (between flights {flights}, with areas {areas}; \
         certain {certain}, possible {possible})"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::example;

    fn written(
        picture: &Picture,
        conflicts: &[Conflict],
        proposals: &[Proposal],
        rows_max: usize,
    ) -> String {
        let mut out = Vec::new();
        table(picture, conflicts, proposals, rows_max, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn nothing_is_said_in_few_words() {
        let text = written(&Picture::default(), &[], &[], 10);
        assert_eq!(text, "No conflicts.\n\nFlights: 0\nAreas: 0\nConflicts: 0\n");
    }

    #[test]
    fn columns_stand_below_each_other_and_no_row_breaks() {
        let mut picture = example::with_all_sorts();
        picture.flights[0].id =
            "名前 with\nbreaks \u{1b}[31m and far more than fits into a row".to_owned();
        let text = written(&picture, &example::conflicts(&picture), &[], 50);
        assert!(!text.contains('\u{1b}') && text.contains('…'), "{text}");
        let ends: Vec<usize> = text
            .lines()
            .take_while(|line| !line.is_empty())
            .map(|line| {
                let word =
                    ["verdict", "certain", "possible"].into_iter().find_map(|w| line.find(w));
                words::columns(&line[..word.unwrap()])
            })
            .collect();
        assert!(ends.len() > 3 && ends.iter().all(|&end| end == ends[0]), "{ends:?}\n{text}");
    }

    #[test]
    fn rows_beyond_the_limit_are_counted() {
        let picture = example::with_all_sorts();
        let conflicts = example::conflicts(&picture);
        let text = written(&picture, &conflicts, &[], 1);
        let more = words::counted(conflicts.len() - 1, "conflict");
        assert!(text.contains(&format!("… and {more} more\n")), "{text}");
        let summary = format!("Conflicts: {} (between", conflicts.len());
        assert!(text.contains(&summary), "{text}");
    }

    #[test]
    fn ways_out_stand_under_their_flight() {
        let picture = example::with_all_sorts();
        let proposal = |kind, delta, cost_s| Proposal { flight: 1, kind, delta, cost_s };
        let proposals = [
            proposal(Move::Level, -120, 12.0),
            proposal(Move::Delay, 3_725, 3_725.0),
            proposal(Move::Sideways, 250, 5.0),
        ];
        let text = written(&picture, &example::conflicts(&picture), &proposals, 50);
        let (_, ways) = text.split_once("everything else:\n").unwrap();
        let said: Vec<&str> = ways.lines().take(4).map(str::trim).collect();
        assert_eq!(
            said,
            [
                "BRAVO-7 (bravo)",
                "250 m to the right           cost 5 s",
                "120 m (394 ft) lower         cost 12 s",
                "1 h 2 min 5 s later          cost 3725 s",
            ]
        );
    }
}
