//! The tables themselves, built into the program.
//!
//! A phrase that a table lacked would be shown by its id; tests see to it that none does.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use super::rendered::isolated;
use super::{Language, Phrase};

impl Language {
    /// Its table as it stands in the source, in the syntax of Project Fluent.
    pub const fn table(self) -> &'static str {
        match self {
            Self::English => include_str!("../../phrases/en.ftl"),
            Self::Russian => include_str!("../../phrases/ru.ftl"),
            Self::Arabic => include_str!("../../phrases/ar.ftl"),
        }
    }
}

type Table = FluentBundle<FluentResource>;

static TABLES: LazyLock<[Table; 3]> = LazyLock::new(|| Language::ALL.map(read));

fn read(language: Language) -> Table {
    let identifier: LanguageIdentifier = language.code().parse().unwrap_or_default();
    let mut table = FluentBundle::new_concurrent(vec![identifier]);
    // What goes into a phrase is isolated here, in one place for all of it.
    table.set_use_isolating(false);
    let source = language.table().to_owned();
    table.add_resource_overriding(FluentResource::try_new(source).unwrap_or_else(|(read, _)| read));
    table
}

/// What goes into a phrase: the name of its placeable, and a datum or a name.
pub(super) type Argument<'a> = (&'static str, &'a str);

/// A phrase with what goes into it.
pub(super) fn filled(phrase: Phrase, language: Language, arguments: &[Argument<'_>]) -> String {
    let table = &TABLES[language as usize];
    let Some(pattern) = table.get_message(phrase.id()).and_then(|message| message.value()) else {
        return phrase.id().to_owned();
    };
    let arguments: FluentArgs<'_> =
        arguments.iter().map(|&(name, value)| (name, isolated(value))).collect();
    table.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned()
}

/// A phrase that nothing goes into.
pub fn phrase(phrase: impl Into<Phrase>, language: Language) -> String {
    filled(phrase.into(), language, &[])
}

/// The whole text of a human test, its number first; `None` for a number that no text has.
pub fn test_phrase(number: u8, language: Language) -> Option<String> {
    let text = Phrase::of_test(number)?;
    Some(filled(text, language, &[("number", &number.to_string())]))
}
