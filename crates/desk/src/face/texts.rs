//! An exchange in fixed phrases, in several languages side by side.
//!
//! All languages come from the one structured exchange, so that each has the same lines; numbers, places,
//! times and a side's own words are the same in all of them.

use keepclear_line::phrases::{End, Ends, Language, UnknownLanguage, render_exchange, text};

use super::answers::{Tagged, Text, TextIn};
use super::call::Call;
use super::operations::Nothing;
use super::pages::MESSAGES_MAX;
use super::place::{find, languages};
use super::problem::Problem;
use super::reads::before;

/// `GET /desk/v1/exchanges/{exchange}/text`
pub async fn read(call: &Call<'_>, _: Nothing) -> Result<Tagged<Text>, Problem> {
    let found = find(call)?;
    let languages = match call.query("languages") {
        Some(codes) => parse(&codes)?,
        None => languages(call, &found.peer.languages),
    };
    let card = call.face.desk.card();
    let ends = Ends {
        us: End { name: card.party(), desk: card.desk() },
        them: End { name: &found.peer.party, desk: found.peer.desk },
        exercise: found.peer.exercise,
    };
    let mut view = found.overview.view.clone();
    view.show_messages(before(call)?, MESSAGES_MAX);
    let texts = languages.into_iter().map(|language| {
        let lines = render_exchange(&view, &ends, language);
        TextIn { language, right_to_left: language.is_right_to_left(), text: text(&lines), lines }
    });
    let body = Text { exchange: view.id, texts: texts.collect() };
    Ok(Tagged { tag: found.last().map(|last| last.to_string()), body })
}

/// Languages by their codes.
///
/// # Errors
/// When one has no table of phrases.
pub fn parse(codes: &str) -> Result<Vec<Language>, Problem> {
    let each = codes.split(',').map(|code| {
        let unknown = |error: UnknownLanguage| {
            Problem::field("languages", format!("is wrong: {error}"), "name some of en, ru, ar")
        };
        code.trim().parse::<Language>().map_err(unknown)
    });
    let mut languages = each.collect::<Result<Vec<_>, _>>()?;
    languages.dedup();
    languages.truncate(Language::ALL.len());
    Ok(languages)
}
