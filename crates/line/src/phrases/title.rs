//! What an exchange is about, in one line of a list.

use super::content::amount;
use super::rendered::isolated;
use super::{Language, Phrase, phrase, test_phrase};
use crate::message::MessageKind;
use crate::view::ExchangeBrief;

/// `Request: conflict between flights, fly later 4 min 00 s`; the text of a test behind its kind.
pub fn title(brief: &ExchangeBrief, language: Language) -> String {
    let kind = match (brief.matter, brief.commitment) {
        (Some(matter), _) => Phrase::from(matter),
        (None, Some(_)) => Phrase::COMMITMENT,
        (None, None) => Phrase::from(MessageKind::Test),
    };
    let topic = brief.topic.map(|topic| phrase(topic, language));
    let action = brief.action.map(|action| match amount(action) {
        Some(amount) => format!("{} {}", phrase(action, language), isolated(&amount)),
        None => phrase(action, language),
    });
    let test = brief.phrase.and_then(|number| test_phrase(number, language));
    let parts: Vec<String> = [topic, action, test].into_iter().flatten().collect();
    let between = if language.is_right_to_left() { "، " } else { ", " };
    match parts.is_empty() {
        true => phrase(kind, language),
        false => format!("{}: {}", phrase(kind, language), parts.join(between)),
    }
}
