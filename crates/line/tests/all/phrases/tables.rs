//! What the tables hold, found in their syntax and not through the code that renders.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, PatternElement};
use keepclear_line::phrases::{Language, Phrase};

/// A phrase: its text without what goes into it, and the names of that.
struct Parts {
    text: String,
    placeables: BTreeSet<String>,
}

type Tables = [(Language, String); 3];

fn tables() -> Tables {
    Language::ALL.map(|language| (language, language.table().to_owned()))
}

fn parts(language: Language, source: &str, faults: &mut Vec<String>) -> BTreeMap<String, Parts> {
    let resource = fluent_syntax::parser::parse(source).unwrap_or_else(|(read, errors)| {
        faults.push(format!("{language}: {errors:?}"));
        read
    });
    let mut found = BTreeMap::new();
    for entry in resource.body {
        let message = match entry {
            Entry::Message(message) => message,
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => continue,
            other => {
                faults.push(format!("{language}: {other:?} is not a phrase"));
                continue;
            }
        };
        let mut parts = Parts { text: String::new(), placeables: BTreeSet::new() };
        for element in message.value.into_iter().flat_map(|pattern| pattern.elements) {
            match element {
                PatternElement::TextElement { value } => parts.text.push_str(value),
                PatternElement::Placeable {
                    expression: Expression::Inline(InlineExpression::VariableReference { id }),
                } => {
                    parts.placeables.insert(id.name.to_owned());
                }
                PatternElement::Placeable { expression } => {
                    faults.push(format!("{language}: {expression:?} is not a mere placeable"));
                }
            }
        }
        if found.insert(message.id.name.to_owned(), parts).is_some() {
            faults.push(format!("{language}: {} stands twice", message.id.name));
        }
    }
    found
}

/// Everything in which tables differ from the ids of the types, from each other, and from the rule
/// that numbers stand outside.
fn faults(tables: &Tables) -> Vec<String> {
    let mut faults = Vec::new();
    let ids: BTreeSet<String> = Phrase::all().map(|phrase| phrase.to_string()).collect();
    let read = tables
        .each_ref()
        .map(|(language, source)| (*language, parts(*language, source, &mut faults)));
    for (language, phrases) in &read {
        let held: BTreeSet<String> = phrases.keys().cloned().collect();
        faults.extend(ids.difference(&held).map(|id| format!("{language}: {id} is missing")));
        faults.extend(held.difference(&ids).map(|id| format!("{language}: {id} is unknown")));
        for (id, parts) in phrases {
            if parts.text.trim().is_empty() {
                faults.push(format!("{language}: {id} says nothing"));
            }
            if parts.text.contains(char::is_numeric) {
                faults.push(format!("{language}: {id} has a digit"));
            }
            let first = &read[0].1;
            if first.get(id).is_some_and(|other| other.placeables != parts.placeables) {
                faults.push(format!("{language}: {id} has other placeables"));
            }
        }
    }
    faults
}

#[test]
fn every_phrase_is_in_every_table_and_no_table_has_another() {
    assert_eq!(faults(&tables()), Vec::<String>::new());
    assert_eq!(Phrase::all().count(), Phrase::all().collect::<BTreeSet<_>>().len());
}

#[test]
fn any_phrase_taken_out_of_any_table_is_found() {
    for (index, language) in Language::ALL.into_iter().enumerate() {
        for phrase in Phrase::all() {
            let mut copy = tables();
            let begin = format!("{phrase} = ");
            let kept = copy[index].1.lines().filter(|line| !line.starts_with(&begin));
            copy[index].1 = kept.map(|line| format!("{line}\n")).collect();
            assert_eq!(faults(&copy), [format!("{language}: {phrase} is missing")]);
        }
    }
}

#[test]
fn a_phrase_of_one_table_only_is_found() {
    let mut copy = tables();
    copy[1].1.push_str("\nlabel-weather = Погода\n");
    assert_eq!(faults(&copy), ["ru: label-weather is unknown"]);
}

#[test]
fn a_placeable_or_a_digit_that_only_one_table_has_is_found() {
    let mut copy = tables();
    copy[2].1 = copy[2].1.replace("رحلة الطرف { $party }", "رحلة الطرف");
    assert_eq!(faults(&copy), ["ar: label-flight-of has other placeables"]);
    let mut copy = tables();
    copy[2].1 = copy[2].1.replace("= دائرة", "= دائرة ٣");
    assert_eq!(faults(&copy), ["ar: shape-circle has a digit"]);
}

/// What no phrase may hold: the line is for flight safety only. Beginnings of words; in Arabic,
/// where words have prefixes, any part.
const FORBIDDEN: [(Language, &[&str]); 3] = [
    (
        Language::English,
        &[
            "target", "weapon", "missile", "rocket", "bomb", "strike", "attack", "kill", "enem",
            "hostil", "threat", "shoot", "fire at", "destroy", "munition", "warhead", "cargo",
            "purpose", "payload",
        ],
    ),
    (
        Language::Russian,
        &[
            "цель",
            "цели",
            "целе",
            "мишен",
            "оруж",
            "вооруж",
            "ракет",
            "бомб",
            "удар",
            "атак",
            "враг",
            "враж",
            "против",
            "угроз",
            "пораж",
            "уничтож",
            "боеприп",
            "груз",
            "назначен",
        ],
    ),
    (
        Language::Arabic,
        &[
            "هدف",
            "أهداف",
            "سلاح",
            "أسلحة",
            "صاروخ",
            "صواريخ",
            "قنبلة",
            "قنابل",
            "ضربة",
            "هجوم",
            "عدو",
            "معادي",
            "قتل",
            "تهديد",
            "تدمير",
            "ذخيرة",
            "حمولة",
            "غرض",
        ],
    ),
];

/// What nothing but consent may be called.
const CONSENT: [(Language, &[&str]); 3] = [
    (
        Language::English,
        &["approv", "accept", "agree", "consent", "authori", "clear", "permi", "confirm"],
    ),
    (Language::Russian, &["одобр", "утвержд", "разреш", "соглас", "подтвер", "принят", "допущ"]),
    (
        Language::Arabic,
        &["موافق", "اتفق", "متفق", "اعتماد", "معتمد", "تصريح", "إذن", "تأكيد", "مؤكد", "قبول"],
    ),
];

fn words_of(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

fn holds(language: Language, text: &str, word: &str) -> bool {
    if language == Language::Arabic || word.contains(' ') {
        return text.to_lowercase().contains(word);
    }
    words_of(text).iter().any(|other| other.starts_with(word))
}

fn every_phrase() -> impl Iterator<Item = (Language, String, String)> {
    Language::ALL.into_iter().flat_map(|language| {
        let phrases = parts(language, language.table(), &mut Vec::new());
        phrases.into_iter().map(move |(id, parts)| (language, id, parts.text))
    })
}

#[test]
fn no_phrase_names_a_target_a_weapon_a_purpose_or_a_cargo() {
    for (language, id, text) in every_phrase() {
        let (_, forbidden) = FORBIDDEN.iter().find(|(of, _)| *of == language).unwrap();
        for word in *forbidden {
            assert!(!holds(language, &text, word), "{language}: {id} says {word:?}: {text}");
        }
    }
}

/// Phrases that speak of consent: those that are it, those that say that it is absent, and those
/// of what both sides agreed beforehand. Each was read by a person in every language.
const SPEAK_OF_CONSENT: &[&str] = &[
    "action-stay-clear",
    "alarm-clocks-apart",
    "alarm-notice-short",
    "answer-agreed",
    "exchange-acknowledged",
    "exchange-agreed",
    "exchange-discussed",
    "kind-accept-certificate",
    "kind-accept-key",
    "kind-acknowledge",
    "label-accepted-at",
    "label-notice-agreed",
    "word-acknowledged-not-agreed",
    "word-notice-short",
    "word-silence",
    "word-terms-agreed",
    "word-terms-default",
];

#[test]
fn nothing_else_reads_as_consent() {
    for (language, id, text) in every_phrase() {
        if SPEAK_OF_CONSENT.contains(&id.as_str()) {
            continue;
        }
        let (_, consent) = CONSENT.iter().find(|(of, _)| *of == language).unwrap();
        for word in *consent {
            assert!(!holds(language, &text, word), "{language}: {id} says {word:?}: {text}");
        }
    }
}

#[test]
fn acknowledged_denies_agreement_in_the_same_breath() {
    let denied = [
        (Language::English, ["not agree"]),
        (Language::Russian, ["не согласие"]),
        (Language::Arabic, ["ليس"]),
    ];
    for (language, id, text) in every_phrase() {
        if id.contains("acknowledge") && !id.starts_with("alarm") {
            let (_, [denial]) = denied.iter().find(|(of, _)| *of == language).unwrap();
            assert!(text.contains(denial), "{language}: {id}: {text}");
            for word in ["approv", "confirm", "одобр", "подтвер", "اعتماد", "تأكيد"]
            {
                assert!(!text.to_lowercase().contains(word), "{language}: {id}: {text}");
            }
        }
    }
}

#[test]
fn no_two_texts_of_the_test_share_a_word_that_tells_them_apart() {
    for (number, other) in (1..=12).flat_map(|number| (1..number).map(move |other| (number, other)))
    {
        for language in Language::ALL {
            let text = |number| keepclear_line::phrases::test_phrase(number, language).unwrap();
            let common = |word: &String| words_of(&text(other)).contains(word);
            // Apart from the word for "number" and small words, such as "on the".
            let rest = words_of(&text(number)).into_iter().skip(1).filter(common);
            let long: Vec<_> = rest.filter(|word| word.chars().count() > 5).collect();
            assert_eq!(long, Vec::<String>::new(), "{language}: {number} and {other}");
        }
    }
    for language in Language::ALL {
        assert_eq!(keepclear_line::phrases::test_phrase(0, language), None);
        assert_eq!(keepclear_line::phrases::test_phrase(13, language), None);
    }
}
