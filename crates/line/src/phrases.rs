//! What a person reads of the line, in fixed phrases of three languages.
//!
//! A number, a place, a time, a name never goes through a translation: it stands beside a phrase in
//! one form for all languages, so that two languages of one message cannot say two things. Fields
//! of a message are its speaker's (`our_flights` are not the reader's), so a rendered message says
//! names of parties and never "we" or "you".
//!
//! ```text
//! Flight of North Desk: N-101            label (phrase with a name in it), own words
//! Lower limit: 1500 m AMSL (...)         label (phrase), datum, phrase that explains it
//! Asked action: Fly later                label (phrase), phrase
//! ```

mod content;
mod datum;
mod exchange;
mod health;
mod key;
mod language;
mod message;
mod rendered;
mod table;
mod title;
mod word;

pub use exchange::{render_exchange, state};
pub use health::{render_alarm, render_line};
pub use key::Phrase;
pub use language::{Language, UnknownLanguage};
pub use message::{kind, render};
pub use rendered::{BothLines, RenderedLine, Value, both, text, text_of_both};
pub use table::{phrase, test_phrase};
pub use title::title;

use crate::line::{Charter, Party};
use crate::quantity::{DeskId, Name};
use crate::view::Side;

/// One end of a line.
#[derive(Debug, Clone, Copy)]
pub struct End<'a> {
    /// The party.
    pub name: &'a Name,
    /// Its desk.
    pub desk: DeskId,
}

/// Both ends of a line, from the desk that shows it.
#[derive(Debug, Clone, Copy)]
pub struct Ends<'a> {
    /// The desk that shows it.
    pub us: End<'a>,
    /// The other one.
    pub them: End<'a>,
    /// Nothing on this line is real; said first in everything that is rendered.
    pub exercise: bool,
}

impl<'a> From<&'a Charter> for Ends<'a> {
    fn from(charter: &'a Charter) -> Self {
        let end = |party: &'a Party| End { name: &party.name, desk: party.desk };
        Self { us: end(&charter.us), them: end(&charter.them), exercise: charter.exercise }
    }
}

impl<'a> Ends<'a> {
    fn name(&self, side: Side) -> &'a Name {
        match side {
            Side::Us => self.us.name,
            Side::Them => self.them.name,
        }
    }

    fn name_of(&self, desk: DeskId) -> Option<&'a Name> {
        [self.us, self.them].into_iter().find(|end| end.desk == desk).map(|end| end.name)
    }
}
