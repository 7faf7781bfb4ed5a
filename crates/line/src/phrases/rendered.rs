//! Rendered lines: a fixed phrase as the label, and a phrase, a datum or a side's own words as the
//! value.
//!
//! Data and own words are held as they are, so that two languages can be compared; what keeps their
//! direction on a screen is added when a line is written as text. Whoever shows the parts otherwise
//! must isolate each (in HTML, `<bdi>`).

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::table::filled;
use super::{Language, Phrase};

/// Opens a stretch of text that decides its own direction.
const ISOLATE: char = '\u{2068}';
/// Closes it.
const END: char = '\u{2069}';
/// Makes a line run from right to left.
const RIGHT_TO_LEFT: char = '\u{200f}';

/// One line for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RenderedLine {
    /// How far it is set in: 0 for the outermost.
    pub depth: u8,
    /// The language of its phrases.
    pub language: Language,
    /// What stands before the value.
    pub label: Phrase,
    /// The label in that language.
    pub text: String,
    /// What is said.
    pub value: Value,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Value {
    /// Nothing: the label is a heading, or says it all.
    Nothing {},
    /// A phrase of the tables.
    Phrase {
        /// Which.
        phrase: Phrase,
        /// In the line's language.
        text: String,
    },
    /// A number, a place, a time, an id: the same in every language.
    Datum {
        /// In its one fixed form.
        datum: String,
        /// A phrase that explains the datum.
        #[serde(skip_serializing_if = "Option::is_none")]
        phrase: Option<Phrase>,
        /// That phrase in the line's language.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// A name, or a side's own words: as they were written, never translated.
    Words {
        /// May have several lines.
        words: String,
    },
}

impl Value {
    /// What is the same in every language: the datum, or the own words.
    pub fn datum(&self) -> Option<&str> {
        match self {
            Self::Nothing {} | Self::Phrase { .. } => None,
            Self::Datum { datum, .. } => Some(datum),
            Self::Words { words } => Some(words),
        }
    }

    /// What differs between languages.
    pub fn phrase_text(&self) -> Option<&str> {
        match self {
            Self::Nothing {} | Self::Words { .. } => None,
            Self::Phrase { text, .. } => Some(text),
            Self::Datum { text, .. } => text.as_deref(),
        }
    }
}

/// Text in marks that keep its direction from touching what stands around it.
pub(super) fn isolated(text: &str) -> String {
    format!("{ISOLATE}{text}{END}")
}

/// Writes a line: its beginning, the label and the value. Own words of several lines stand below
/// the label, each isolated by itself, because an isolate ends where its line ends, and each behind a
/// bar, so that none can be taken for a line of ours.
fn write_line(
    f: &mut impl fmt::Write,
    (right_to_left, depth): (bool, u8),
    label: &str,
    datum: Option<&str>,
    phrase: Option<&str>,
) -> fmt::Result {
    let begin = |f: &mut dyn fmt::Write, depth: u8| {
        let mark = if right_to_left { RIGHT_TO_LEFT.to_string() } else { String::new() };
        write!(f, "{mark}{:width$}", "", width = usize::from(depth) * 2)
    };
    begin(f, depth)?;
    f.write_str(label)?;
    match datum {
        Some(datum) if datum.contains('\n') => {
            f.write_str(":")?;
            for part in datum.split('\n') {
                f.write_char('\n')?;
                begin(f, depth.saturating_add(1))?;
                write!(f, "| {}", isolated(part))?;
            }
        }
        Some(datum) => write!(f, ": {}", isolated(datum))?,
        None => {}
    }
    match (datum, phrase) {
        (_, None) => Ok(()),
        (Some(_), Some(phrase)) => write!(f, " ({phrase})"),
        (None, Some(phrase)) => write!(f, ": {phrase}"),
    }
}

impl fmt::Display for RenderedLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let begin = (self.language.is_right_to_left(), self.depth);
        write_line(f, begin, &self.text, self.value.datum(), self.value.phrase_text())
    }
}

/// Lines as text for a terminal, each ended.
pub fn text(lines: &[RenderedLine]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The same line in two languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BothLines {
    /// In the first.
    pub first: RenderedLine,
    /// In the second.
    pub second: RenderedLine,
}

impl fmt::Display for BothLines {
    /// Both labels and both phrases; the datum or the words once, since they are the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, second } = self;
        let pair =
            |first: &str, second: &str| format!("{} / {}", isolated(first), isolated(second));
        let label = pair(&first.text, &second.text);
        let phrase = first.value.phrase_text().zip(second.value.phrase_text());
        let phrase = phrase.map(|(first, second)| pair(first, second));
        let begin = (first.language.is_right_to_left(), first.depth);
        write_line(f, begin, &label, first.value.datum(), phrase.as_deref())
    }
}

/// What `render` gives in two languages, line beside line: both come from one structured message,
/// so there are as many in each.
pub fn both(
    first: Language,
    second: Language,
    render: impl Fn(Language) -> Vec<RenderedLine>,
) -> Vec<BothLines> {
    let lines = render(first).into_iter().zip(render(second));
    lines.map(|(first, second)| BothLines { first, second }).collect()
}

/// Lines in two languages as text for a terminal, each ended.
pub fn text_of_both(lines: &[BothLines]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// A phrase, and what goes into it.
pub(super) struct Label {
    phrase: Phrase,
    argument: Option<(&'static str, String)>,
}

impl From<Phrase> for Label {
    fn from(phrase: Phrase) -> Self {
        Self { phrase, argument: None }
    }
}

impl Phrase {
    /// Says of which party.
    pub(super) fn of(self, party: impl fmt::Display) -> Label {
        Label { phrase: self, argument: Some(("party", party.to_string())) }
    }

    /// Says which of several.
    pub(super) fn numbered(self, number: impl fmt::Display) -> Label {
        Label { phrase: self, argument: Some(("number", number.to_string())) }
    }
}

/// Lines while they are being put together.
pub(super) struct Page {
    pub(super) language: Language,
    depth: u8,
    lines: Vec<RenderedLine>,
}

impl Page {
    pub(super) fn new(language: Language) -> Self {
        Self { language, depth: 0, lines: Vec::new() }
    }

    pub(super) fn into_lines(self) -> Vec<RenderedLine> {
        self.lines
    }

    fn filled(&self, label: &Label) -> String {
        match &label.argument {
            Some((name, value)) => filled(label.phrase, self.language, &[(name, value)]),
            None => filled(label.phrase, self.language, &[]),
        }
    }

    fn line(&mut self, label: &Label, value: Value) {
        let text = self.filled(label);
        let Self { language, depth, .. } = *self;
        self.lines.push(RenderedLine { depth, language, label: label.phrase, text, value });
    }

    /// A label that says it all, or stands above what is nested.
    pub(super) fn heading(&mut self, label: impl Into<Label>) {
        self.line(&label.into(), Value::Nothing {});
    }

    /// A phrase.
    pub(super) fn says(&mut self, label: impl Into<Label>, value: impl Into<Label>) {
        let value = value.into();
        let text = self.filled(&value);
        self.line(&label.into(), Value::Phrase { phrase: value.phrase, text });
    }

    /// Something in a fixed form.
    pub(super) fn datum(&mut self, label: impl Into<Label>, datum: impl Into<String>) {
        self.line(&label.into(), Value::Datum { datum: datum.into(), phrase: None, text: None });
    }

    /// Something in a fixed form, with a phrase that explains it.
    pub(super) fn explained(&mut self, label: impl Into<Label>, datum: String, phrase: Phrase) {
        let text = Some(filled(phrase, self.language, &[]));
        self.line(&label.into(), Value::Datum { datum, phrase: Some(phrase), text });
    }

    /// A datum if there is one, else that it is not known.
    pub(super) fn known(&mut self, label: impl Into<Label>, datum: Option<String>) {
        match datum {
            Some(datum) => self.datum(label, datum),
            None => self.says(label, Phrase::NOT_KNOWN),
        }
    }

    /// A name or own words.
    pub(super) fn words(&mut self, label: impl Into<Label>, words: impl fmt::Display) {
        self.line(&label.into(), Value::Words { words: words.to_string() });
    }

    /// Sets in what `inside` adds.
    pub(super) fn nested(&mut self, inside: impl FnOnce(&mut Self)) {
        self.depth += 1;
        inside(self);
        self.depth -= 1;
    }
}
