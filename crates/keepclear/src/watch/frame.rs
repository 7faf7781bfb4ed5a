//! One picture of a desk, as lines of text.

use keepclear_line::message::Difference;
use keepclear_line::phrases::Phrase;
use keepclear_line::quantity::Instant;
use keepclear_line::view::{AlarmLevel, LineState, NotTakenView};

use super::snapshot::Snapshot;
use crate::line::answers::{AlarmAnswer, ExchangeRow, LineAnswer, RowAnswer};
use crate::line::{
    clock, clock_of_day, clocked, direction, duration, notice, one_item, short, test_age, touched,
    words,
};

/// Most exchanges that are listed beside those that wait.
const OTHERS_MAX: usize = 12;

/// How a line of the frame stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    Plain,
    /// A heading.
    Heading,
    /// Something to look at.
    Advisory,
    /// Something to do soon.
    Caution,
    /// Something to do now.
    Warning,
}

/// One line of the frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// How it stands out.
    pub tone: Tone,
    /// What it says.
    pub text: String,
}

/// What is known, and how old that is.
pub struct Known<'a> {
    /// As the desk last answered.
    pub snapshot: &'a Snapshot,
    /// Since then, microseconds.
    pub elapsed_us: i64,
    /// Why nothing newer is known.
    pub trouble: Option<&'a str>,
}

impl<'a> Known<'a> {
    /// Just answered.
    pub fn fresh(snapshot: &'a Snapshot) -> Self {
        Self { snapshot, elapsed_us: 0, trouble: None }
    }

    fn now(&self) -> Instant {
        Instant(self.snapshot.now().0.saturating_add(self.elapsed_us))
    }
}

/// The whole picture, no row wider than `width` characters.
pub fn frame(known: &Known<'_>, width: usize) -> Vec<Row> {
    let now = known.now();
    let Snapshot { desk, lines, alarms, inbox, others } = known.snapshot;
    let mut rows = Rows { rows: Vec::new(), width };
    if desk.exercise {
        rows.add(Tone::Caution, words(Phrase::EXERCISE).to_uppercase());
    }
    rows.add(Tone::Heading, format!("{}   {}", desk.party, clock(now)));
    if let Some(trouble) = known.trouble {
        let age = duration(known.elapsed_us / 1_000_000);
        rows.add(Tone::Warning, format!("THIS DESK DOES NOT ANSWER for {age}: {trouble}"));
        rows.add(Tone::Warning, "what stands below is old".to_owned());
    }
    for line in &lines.lines {
        line_rows(&mut rows, line, now);
    }
    if lines.lines.is_empty() {
        rows.add(Tone::Plain, "no line yet".to_owned());
    }
    rows.heading("ALARMS");
    let in_sight = alarms.alarms.iter().filter(|found| !is_shelved(found, now));
    let mut any = false;
    for found in in_sight {
        any = true;
        alarm_row(&mut rows, found, now);
    }
    let shelved = alarms.alarms.iter().filter(|found| is_shelved(found, now)).count();
    if !any {
        rows.add(Tone::Plain, "  none".to_owned());
    }
    if shelved > 0 {
        rows.add(Tone::Plain, format!("  {shelved} shelved"));
    }
    rows.more(alarms.total, alarms.alarms.len());
    rows.heading("INBOX");
    for item in &inbox.items {
        item_rows(&mut rows, item, now);
    }
    if inbox.items.is_empty() {
        rows.add(Tone::Plain, "  nothing waits for us".to_owned());
    }
    rows.more(inbox.total, inbox.items.len());
    rows.heading("GOING ON");
    for item in others.iter().take(OTHERS_MAX) {
        item_rows(&mut rows, item, now);
    }
    rows.more(others.len(), others.len().min(OTHERS_MAX));
    rows.rows
}

struct Rows {
    rows: Vec<Row>,
    width: usize,
}

impl Rows {
    fn add(&mut self, tone: Tone, text: String) {
        let text = match text.char_indices().nth(self.width) {
            // Half a row is better than a screen whose rows no longer stand where they are drawn.
            Some((end, _)) => text[..end].to_owned(),
            None => text,
        };
        self.rows.push(Row { tone, text });
    }

    fn more(&mut self, total: usize, shown: usize) {
        if total > shown {
            self.add(Tone::Plain, format!("  and {} more", total - shown));
        }
    }

    fn heading(&mut self, text: &str) {
        self.add(Tone::Plain, String::new());
        self.add(Tone::Heading, text.to_owned());
    }
}

fn is_shelved(found: &AlarmAnswer, now: Instant) -> bool {
    found.alarm.shelved.as_ref().is_some_and(|shelving| shelving.until > now)
}

fn line_rows(rows: &mut Rows, line: &LineAnswer, now: Instant) {
    let LineAnswer { party, health, tests, our_watch, their_watch, confirmed, .. } = line;
    let tone = match health.state {
        LineState::Open => Tone::Plain,
        LineState::SuspendedByUs | LineState::SuspendedByThem => Tone::Caution,
        LineState::Silent | LineState::Unknown => Tone::Warning,
    };
    rows.add(Tone::Plain, String::new());
    let unconfirmed = if *confirmed { "" } else { "   (phrase not compared yet)" };
    let state = words(health.state).to_uppercase();
    rows.add(tone, format!("LINE {party}: {state}{unconfirmed}"));
    rows.add(Tone::Plain, format!("  from them    {}", direction(health.inbound, now)));
    rows.add(Tone::Plain, format!("  from us      {}", direction(health.outbound, now)));
    let tone = if tests.overdue { Tone::Caution } else { Tone::Plain };
    rows.add(tone, format!("  last test    {}", test_age(tests)));
    let watch = |watch: &Option<keepclear_line::view::WatchView>| {
        watch.as_ref().map_or("not known".to_owned(), |watch| watch.role.to_string())
    };
    let watches = format!("here {}, there {}", watch(our_watch), watch(their_watch));
    rows.add(Tone::Plain, format!("  on watch     {watches}"));
    let apart = health.clock_apart_ms.map_or("not known".to_owned(), |ms| format!("{ms} ms"));
    let trip = health.round_trip_ms.map_or("not known".to_owned(), |ms| format!("{ms} ms"));
    let outbox = health.outbox;
    rows.add(
        Tone::Plain,
        format!("  clocks apart {apart}, round trip {trip}, in the outbox {outbox}"),
    );
    if line.drafts > 0 {
        let text = format!("  drafts       {}, not sent", line.drafts);
        rows.add(Tone::Advisory, text);
    }
    if let Some(NotTakenView { entry, reason, .. }) = &health.not_taken {
        let text = format!("  the other desk does not take entry {entry} of ours: {reason}");
        rows.add(Tone::Warning, text);
    }
    if line.faults > 0 {
        let text = format!("  rules that their messages broke: {}", line.faults);
        rows.add(Tone::Caution, text);
    }
}

fn alarm_row(rows: &mut Rows, found: &AlarmAnswer, now: Instant) {
    let AlarmAnswer { party, alarm, .. } = found;
    let tone = match alarm.level {
        AlarmLevel::Advisory => Tone::Advisory,
        AlarmLevel::Caution => Tone::Caution,
        AlarmLevel::Warning => Tone::Warning,
    };
    let level = words(alarm.level).to_uppercase();
    let exchange = alarm.exchange.map_or(String::new(), |id| format!(" {}", short(&id)));
    let clocks = match alarm.due {
        Some(due) => clocked(due, now),
        None => format!("; since {}", clock_of_day(alarm.since)),
    };
    rows.add(tone, format!("  {level}  {party}{exchange}  {}{clocks}", words(alarm.kind)));
}

fn item_rows(rows: &mut Rows, item: &RowAnswer, now: Instant) {
    let ExchangeRow { brief, touching } = &item.exchange;
    let overdue = brief.open.as_ref().and_then(|open| open.answer_due).is_some_and(|due| due < now);
    let tone = match (brief.differences > 0, overdue) {
        (true, _) => Tone::Warning,
        (_, true) => Tone::Caution,
        _ => Tone::Plain,
    };
    rows.add(tone, format!("  {}", one_item(&item.party, brief, now)));
    if let Some(given) = brief.notice_given {
        let tone = if given.short { Tone::Caution } else { Tone::Plain };
        rows.add(tone, format!("            notice {}", notice(given)));
    }
    if !touching.is_empty() {
        rows.add(Tone::Caution, format!("            touches {}", touched(touching)));
    }
    if let Some(Difference { field, apart_m, .. }) = &brief.difference {
        let apart = apart_m.map_or(String::new(), |mm| format!(", {} m apart", mm.metres()));
        let more = match brief.differences {
            1 => String::new(),
            several => format!(", and {} more", several - 1),
        };
        let text = format!("            their desk holds another {field}{apart}{more}");
        rows.add(Tone::Warning, text);
    }
}
