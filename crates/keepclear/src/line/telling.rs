//! Short blocks for the officer at the terminal. `show` prints everything; these say what matters.
//!
//! What a state means is said by the fixed phrases, so that "acknowledged" never reads like "agreed".

use std::fmt::{Display, Write as _};

use keepclear_line::message::{Answer, Body, Difference, Matter, MessageKind};
use keepclear_line::phrases::{self, Language, Phrase, phrase, test_phrase};
use keepclear_line::quantity::{DeskId, Instant, Name};
use keepclear_line::view::{ExchangeState, ExchangeView, NoticeGiven, Side};
use keepclear_wire::time::format_us;

use super::answers::{AlarmAnswer, DeskAnswer, ExchangeAnswer, Touching};

/// Characters that are shown of an id: enough to tell exchanges apart, and to type.
pub const SHORT: usize = 8;

/// Least characters that are shown of an alarm's key.
const KEY_SHORT: usize = 20;

/// Both parties' names, from this desk.
pub struct Desk<'a> {
    /// Ours.
    pub us: (&'a Name, DeskId),
    /// Theirs.
    pub them: (&'a Name, DeskId),
    /// Nothing is real.
    pub exercise: bool,
}

impl<'a> Desk<'a> {
    /// The two ends of an exchange's line.
    pub fn of(desk: &'a DeskAnswer, exchange: &'a ExchangeAnswer) -> Self {
        Self {
            us: (&desk.party, desk.desk),
            them: (&exchange.party, exchange.desk),
            exercise: desk.exercise,
        }
    }

    /// Whose.
    pub fn name(&self, side: Side) -> &'a Name {
        match side {
            Side::Us => self.us.0,
            Side::Them => self.them.0,
        }
    }
}

/// So much of an alarm's key as tells it apart from the others.
pub fn short_key<'k>(key: &'k str, all: &[AlarmAnswer]) -> &'k str {
    let others = || all.iter().map(|other| other.alarm.key.as_str()).filter(|&other| other != key);
    let enough = |end: usize| !others().any(|other| other.starts_with(&key[..end]));
    let mut ends = key.char_indices().map(|(end, _)| end).skip(KEY_SHORT);
    ends.find(|&end| enough(end)).map_or(key, |end| &key[..end])
}

/// The beginning of an id.
pub fn short(id: &impl Display) -> String {
    id.to_string().chars().take(SHORT).collect()
}

/// A fixed phrase in English.
pub fn words(of: impl Into<Phrase>) -> String {
    phrase(of, Language::English)
}

/// `2026-11-25 14:20:00Z`, to the second.
pub fn clock(at: Instant) -> String {
    format_us(at.0.div_euclid(1_000_000) * 1_000_000).replace('T', " ")
}

/// `14:20:00Z`, to the second.
pub fn clock_of_day(at: Instant) -> String {
    clock(at).split_off(11)
}

/// `58 s`, `4 min 00 s`, `1 h 05 min`, `3 d 04 h`.
pub fn duration(span_s: i64) -> String {
    let sign = if span_s < 0 { "-" } else { "" };
    let all = span_s.unsigned_abs();
    let (days, hours, minutes, seconds) = (all / 86_400, all / 3_600 % 24, all / 60 % 60, all % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{sign}{seconds} s"),
        (0, 0, _) => format!("{sign}{minutes} min {seconds:02} s"),
        (0, _, _) => format!("{sign}{hours} h {minutes:02} min"),
        _ => format!("{sign}{days} d {hours:02} h"),
    }
}

/// What an exchange was opened as.
pub fn matter(matter: Option<Matter>, is_commitment: bool) -> String {
    match matter {
        Some(matter) => words(matter),
        None if is_commitment => words(MessageKind::Offer),
        None => words(MessageKind::Test),
    }
}

/// Where an exchange stands, in capitals.
pub fn state(state: ExchangeState, has_fields: bool, answer: Option<&Answer>) -> String {
    let shown = words(phrases::state(state, has_fields));
    match (state, answer) {
        (ExchangeState::Answered, Some(answer)) => format!("{shown}: {}", words(answer)),
        _ => shown,
    }
    .to_uppercase()
}

fn last_answer(exchange: &ExchangeView) -> Option<&Answer> {
    exchange.messages.iter().rev().find_map(|message| match &*message.body {
        Body::Answer { answer, .. } => Some(answer),
        _ => None,
    })
}

/// "given 58 s, agreed 10 min 00 s".
pub fn notice(given: NoticeGiven) -> String {
    let short = if given.short { ": SHORT" } else { "" };
    format!("given {}, agreed {}{short}", duration(given.given_s), duration(given.agreed_s.into()))
}

/// The exchange in a few lines.
pub fn exchange(desk: &Desk<'_>, answer: &ExchangeAnswer) -> String {
    let ExchangeAnswer { exchange: view, now, touching, .. } = answer;
    let mut block = String::new();
    if desk.exercise {
        let _ = writeln!(block, "{}", words(Phrase::EXERCISE));
    }
    let direction = match view.opened_by {
        Side::Us => "to",
        Side::Them => "from",
    };
    let _ = writeln!(
        block,
        "{} {} {direction} {}: {}",
        matter(view.matter, view.commitment.is_some()).to_uppercase(),
        short(&view.id),
        desk.them.0,
        state(view.state, view.has_fields(), last_answer(view))
    );
    let mut line = |label: &str, text: String| {
        let _ = writeln!(block, "  {label:<10} {text}");
    };
    if let Some(first) = view.messages.first() {
        let role = first.role.as_ref().map_or(String::new(), |role| format!(" as {role}"));
        line("said", format!("{}{role}", clock(first.sent_at)));
        line("delivered", first.delivered_at.map_or("not known".to_owned(), clock));
        if !matches!(*first.body, Body::Test { .. }) {
            let same = if first.read_back { "the same" } else { "not known, or it differs" };
            line("read back", same.to_owned());
        }
        let read = first.read_at.map_or("not known to have read it".to_owned(), |at| {
            format!("has read it {}", clock(at))
        });
        line("a person", read);
    }
    if let Some(text) = test_text(view) {
        line("text", text);
    }
    if let Some(given) = view.notice_given {
        line("notice", notice(given));
    }
    for Difference { field, sent, read_back, apart_m } in &view.differences {
        let apart = apart_m.map_or(String::new(), |mm| format!("; {} m apart", mm.metres()));
        line("differs", format!("{field}: said {sent}, stored {read_back}{apart}"));
    }
    if !touching.is_empty() {
        line("touches", touched(touching));
    }
    if let Some(commitment) = &view.commitment {
        line("promise", words(commitment.state));
    }
    if let Some(open) = &view.open {
        let due = open.answer_due.map_or(String::new(), |due| clocked(due, *now));
        line("waits for", format!("{}{due}", desk.name(open.waits_for)));
    }
    block
}

/// What a test asks to be read, as it stands in the tables.
fn test_text(view: &ExchangeView) -> Option<String> {
    text_of_test(view.messages.iter().find_map(|message| match *message.body {
        Body::Test { phrase, .. } => Some(phrase),
        _ => None,
    })?)
}

/// A test's text by its number, without marks of direction.
pub fn text_of_test(number: u8) -> Option<String> {
    let marks = ['\u{2068}', '\u{2069}'];
    test_phrase(number, Language::English).map(|text| text.replace(marks, ""))
}

/// Own flights, and how sure it is that they are touched.
pub fn touched(touching: &[Touching]) -> String {
    let each =
        touching.iter().map(
            |Touching { flight, certain }| {
                if *certain { flight.clone() } else { format!("{flight} (possibly)") }
            },
        );
    format!("our {}", each.collect::<Vec<_>>().join(", "))
}

/// "; due 14:20:00Z, in 4 min 00 s", or how long it is over.
pub fn clocked(due: Instant, now: Instant) -> String {
    let left_s = due.seconds_since(now);
    if left_s >= 0 {
        format!("; due {}, in {}", clock_of_day(due), duration(left_s))
    } else {
        format!("; OVERDUE by {}", duration(-left_s))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_clocks_are_short_and_say_their_unit() {
        assert_eq!(duration(58), "58 s");
        assert_eq!(duration(240), "4 min 00 s");
        assert_eq!(duration(3_900), "1 h 05 min");
        assert_eq!(duration(-90_000), "-1 d 01 h");
        let at = Instant(1_000_000_000_500_000);
        assert_eq!(clock(at), "2001-09-09 01:46:40Z");
        assert_eq!(clock_of_day(at), "01:46:40Z");
    }

    #[test]
    fn a_due_time_counts_down_and_then_up() {
        let at = |seconds: i64| Instant(seconds * 1_000_000);
        assert_eq!(clocked(at(60), at(0)), "; due 00:01:00Z, in 1 min 00 s");
        assert_eq!(clocked(at(0), at(61)), "; OVERDUE by 1 min 01 s");
    }
}
