//! Phrases in three languages, and what is rendered from them.

mod samples;
mod tables;

use keepclear_line::message::Body;
use keepclear_line::phrases::{
    BothLines, Language, Phrase, RenderedLine, Value, both, phrase, render, render_alarm,
    render_exchange, render_line, test_phrase, text, text_of_both,
};
use keepclear_line::view::{
    AlarmKind, AlarmLevel, CommitmentState, ExchangeState, ExchangeView, LineState, Side,
};
use samples::Parties;

/// Everything that the samples can render, in one language.
fn everything(language: Language) -> Vec<Vec<RenderedLine>> {
    let parties = Parties::new();
    let ends = parties.ends(true);
    let mut all = Vec::new();
    for body in samples::bodies() {
        for speaker in [Side::Us, Side::Them] {
            all.push(render(&body, &ends, speaker, language));
        }
    }
    for state in [ExchangeState::Acknowledged, ExchangeState::Discussed, ExchangeState::Drafted] {
        let view = samples::exchange(state, CommitmentState::Offered);
        all.push(render_exchange(&view, &ends, language));
    }
    all.push(render_line(&samples::line(LineState::SuspendedByThem), &ends, language));
    for due_s in [30, -30] {
        let alarm =
            samples::alarm(AlarmLevel::Warning, AlarmKind::DistressWaits, samples::at(due_s));
        all.push(render_alarm(&alarm, &ends, samples::at(0), language));
    }
    all
}

#[test]
fn every_phrase_is_said_in_every_language() {
    for language in Language::ALL {
        for id in Phrase::all() {
            let said = phrase(id, language);
            assert!(!said.is_empty() && said != id.id(), "{language}: {id}");
        }
    }
}

#[test]
fn every_kind_of_message_is_rendered_without_a_hole() {
    for language in Language::ALL {
        for lines in everything(language) {
            assert!(!lines.is_empty());
            for line in &lines {
                let label = line.label;
                assert!(!line.text.is_empty() && line.text != label.id(), "{language}: {label}");
                // An open placeable would be shown with its braces, a missing phrase by its id.
                let said = [Some(line.text.as_str()), line.value.phrase_text()];
                for part in said.into_iter().flatten() {
                    assert!(!part.contains(['{', '}', '$']), "{language}: {label}: {part}");
                    assert!(Phrase::all().all(|id| id.id() != part), "{language}: {part}");
                }
            }
        }
    }
}

#[test]
fn data_and_own_words_are_the_same_in_every_language() {
    let data = |language| -> Vec<Vec<(u8, Phrase, Option<String>)>> {
        let part =
            |line: RenderedLine| (line.depth, line.label, line.value.datum().map(str::to_owned));
        let all = everything(language).into_iter();
        all.map(|lines| lines.into_iter().map(part).collect()).collect()
    };
    let english = data(Language::English);
    assert_eq!(english, data(Language::Russian));
    assert_eq!(english, data(Language::Arabic));
}

/// What stands outside of isolates, and what stands inside.
fn split(text: &str) -> (String, Vec<String>) {
    let (mut outside, mut inside) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{2068}') {
        let (isolated, after) = after.split_once('\u{2069}').expect("an isolate ends in its line");
        outside.push_str(before);
        inside.push(isolated.to_owned());
        rest = after;
    }
    outside.push_str(rest);
    (outside, inside)
}

#[test]
fn every_datum_is_isolated_and_no_digit_stands_outside() {
    for language in Language::ALL {
        for line in everything(language).into_iter().flatten() {
            let written = line.to_string();
            let mut isolated = Vec::new();
            for row in written.split('\n') {
                let (outside, inside) = split(row);
                assert!(!outside.contains(char::is_numeric), "{language}: {row:?}");
                assert!(!outside.contains('\u{2069}'), "{language}: {row:?}");
                isolated.extend(inside);
            }
            for row in line.value.datum().into_iter().flat_map(|datum| datum.split('\n')) {
                assert!(isolated.iter().any(|part| part == row), "{language}: {row:?}");
            }
        }
    }
}

#[test]
fn arabic_lines_begin_with_a_right_to_left_mark_and_others_do_not() {
    for language in Language::ALL {
        for lines in everything(language) {
            for row in text(&lines).lines() {
                assert_eq!(row.starts_with('\u{200f}'), language == Language::Arabic, "{row:?}");
            }
        }
    }
}

#[test]
fn our_data_have_european_digits_in_arabic_too() {
    for line in everything(Language::Arabic).into_iter().flatten() {
        if let Value::Datum { datum, .. } = &line.value {
            let foreign = datum.chars().find(|c| c.is_numeric() && !c.is_ascii_digit());
            assert_eq!(foreign, None, "{datum}");
        }
    }
}

#[test]
fn own_words_and_names_are_shown_as_they_were_written() {
    let said = "first line\nвторая строка\nالسطر الثالث";
    for language in Language::ALL {
        let values: Vec<Value> =
            everything(language).into_iter().flatten().map(|line| line.value).collect();
        for words in [said, "رحلة ١٠٢", "Все экипажи", "план изменён"] {
            assert!(values.contains(&Value::Words { words: words.into() }), "{language}: {words}");
        }
    }
}

#[test]
fn own_words_cannot_pass_for_a_line_of_the_desk() {
    let parties = Parties::new();
    let words = samples::words("well\nAnswer: Agreed");
    let body = Body::Statement { exchange: samples::EXCHANGE, of: None, words };
    let shown = text(&render(&body, &parties.ends(false), Side::Them, Language::English));
    assert!(shown.ends_with(":\n  | \u{2068}well\u{2069}\n  | \u{2068}Answer: Agreed\u{2069}\n"));
}

#[test]
fn text_of_a_peers_desk_cannot_steer_the_screen() {
    for language in Language::ALL {
        for line in everything(language).into_iter().flatten() {
            let datum = line.value.datum().unwrap_or_default();
            let steers = |c: char| c == '\u{202e}' || (c.is_control() && c != '\n');
            assert!(!datum.contains(steers), "{datum:?}");
        }
    }
}

/// The values that stand after a label.
fn after(lines: &[RenderedLine], label: Phrase) -> Vec<(String, Option<String>)> {
    let with = lines.iter().filter(|line| line.label == label);
    with.map(|line| (line.text.clone(), line.value.datum().map(str::to_owned))).collect()
}

#[test]
fn flights_are_named_by_their_party_whoever_speaks() {
    let parties = Parties::new();
    let ends = parties.ends(false);
    let body = samples::bodies().into_iter().find(|body| matches!(body, Body::Open { .. }));
    let body = body.unwrap();
    for (speaker, ours, yours) in
        [(Side::Us, "North Desk", "مكتب الجنوب"), (Side::Them, "مكتب الجنوب", "North Desk")]
    {
        let lines = render(&body, &ends, speaker, Language::English);
        let flight = |party: &str, flight: &str| {
            (format!("Flight of \u{2068}{party}\u{2069}"), Some(flight.to_owned()))
        };
        let expected = [flight(ours, "N-101"), flight(ours, "رحلة ١٠٢"), flight(yours, "S-7")];
        assert_eq!(after(&lines, Phrase::FLIGHT_OF), expected);
    }
}

#[test]
fn a_read_back_shows_the_flights_of_the_side_that_spoke_first() {
    let parties = Parties::new();
    let receipt = samples::bodies().into_iter().find(|body| matches!(body, Body::Receipt { .. }));
    // They hold what we said: N-101 is ours.
    let lines = render(&receipt.unwrap(), &parties.ends(false), Side::Them, Language::English);
    let flight = ("Flight of \u{2068}North Desk\u{2069}".to_owned(), Some("N-101".to_owned()));
    assert!(after(&lines, Phrase::FLIGHT_OF).contains(&flight));
}

#[test]
fn fields_of_a_counter_proposal_are_those_of_the_side_that_made_it() {
    let parties = Parties::new();
    let view = samples::exchange(ExchangeState::Discussed, CommitmentState::Offered);
    let lines = render_exchange(&view, &parties.ends(false), Language::English);
    // The counter-proposal is theirs: what it calls our flights are flights of the south.
    let south = "Flight of \u{2068}مكتب الجنوب\u{2069}".to_owned();
    assert_eq!(after(&lines, Phrase::FLIGHT_OF)[0], (south, Some("N-101".to_owned())));
}

#[test]
fn a_counter_proposal_is_said_to_be_one_and_whose() {
    let parties = Parties::new();
    let mut view = samples::exchange(ExchangeState::Discussed, CommitmentState::Offered);
    let lines = render_exchange(&view, &parties.ends(false), Language::English);
    let by = ("Counter-proposal by".to_owned(), Some("مكتب الجنوب".to_owned()));
    assert_eq!(after(&lines, Phrase::COUNTER_BY), [by]);
    view.countered = false;
    let lines = render_exchange(&view, &parties.ends(false), Language::English);
    assert_eq!(after(&lines, Phrase::COUNTER_BY), []);
}

#[test]
fn what_has_nothing_to_read_back_is_delivered_and_no_more() {
    let parties = Parties::new();
    let mut view = samples::exchange(ExchangeState::Delivered, CommitmentState::Offered);
    let shown = |view: &ExchangeView, language| {
        let lines = render_exchange(view, &parties.ends(false), language);
        let state = lines.into_iter().find(|line| line.label == Phrase::STATE).unwrap();
        state.value.phrase_text().unwrap().to_owned()
    };
    let waits = Language::ALL.map(|language| shown(&view, language));
    assert!(waits[0].contains("not compared"), "{waits:?}");
    (view.matter, view.commitment, view.content) = (None, None, None);
    let test = Language::ALL.map(|language| shown(&view, language));
    assert_eq!(test, ["Delivered", "Доставлено", "تم الوصول"]);
}

#[test]
fn what_the_other_end_has_not_said_is_not_known() {
    let parties = Parties::new();
    let view = samples::exchange(ExchangeState::Discussed, CommitmentState::Offered);
    let lines = render_exchange(&view, &parties.ends(false), Language::English);
    for label in [Phrase::READ_AT, Phrase::DELIVERED_AT] {
        let unknown = lines.iter().filter(|line| line.label == label).any(|line| {
            matches!(line.value, Value::Phrase { phrase, .. } if phrase == Phrase::NOT_KNOWN)
        });
        assert!(unknown, "{label}");
    }
}

#[test]
fn a_notice_of_58_seconds_stands_beside_the_agreed_10_minutes() {
    let parties = Parties::new();
    let view = samples::exchange(ExchangeState::Delivered, CommitmentState::Offered);
    let shown = text(&render_exchange(&view, &parties.ends(false), Language::English));
    assert!(shown.contains("Notice given: \u{2068}58 s\u{2069} (before the start)"), "{shown}");
    assert!(shown.contains("Agreed minimum of notice: \u{2068}10 min 00 s\u{2069}"), "{shown}");
    assert!(shown.contains("Notice shorter than agreed"), "{shown}");
}

#[test]
fn an_exercise_says_so_first_in_everything() {
    for language in Language::ALL {
        for lines in everything(language) {
            assert_eq!(lines[0].label, Phrase::EXERCISE);
        }
    }
}

#[test]
fn two_languages_stand_side_by_side_with_each_datum_once() {
    let parties = Parties::new();
    let (speaker, body) = &samples::reviewed()["request"];
    let lines: Vec<BothLines> = both(Language::English, Language::Russian, |language| {
        render(body, &parties.ends(false), *speaker, language)
    });
    let shown = text_of_both(&lines);
    assert!(shown.contains(
        "\u{2068}By how much\u{2069} / \u{2068}На сколько\u{2069}: \u{2068}4 min 00 s\u{2069}"
    ));
    for line in lines {
        assert_eq!(line.first.value.datum(), line.second.value.datum());
    }
}

#[test]
fn the_text_of_a_test_has_its_number() {
    assert_eq!(
        test_phrase(7, Language::English).unwrap(),
        "Number \u{2068}7\u{2069}. The blanket is soft"
    );
}

#[test]
fn a_language_is_read_by_its_code_and_a_phrase_by_its_id() {
    for language in Language::ALL {
        assert_eq!(language.code().parse(), Ok(language));
        let json = serde_json::to_string(&language).unwrap();
        assert_eq!(json, format!("{:?}", language.code()));
    }
    let error = "fr".parse::<Language>().unwrap_err().to_string();
    assert_eq!(error, "language \"fr\" has no table of phrases; use en, ru or ar");
    for lines in everything(Language::Arabic) {
        let json = serde_json::to_string(&lines).unwrap();
        assert_eq!(serde_json::from_str::<Vec<RenderedLine>>(&json).unwrap(), lines);
    }
}

/// Read by people who know the language, whenever one changes. `KEEPCLEAR_WRITE_EXPECTED=1` writes
/// them anew.
#[test]
fn reviewed_messages_read_as_they_were_reviewed() {
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all/phrases/expected");
    let parties = Parties::new();
    let write = std::env::var_os("KEEPCLEAR_WRITE_EXPECTED").is_some();
    for (name, (speaker, body)) in samples::reviewed() {
        for language in Language::ALL {
            let shown = text(&render(&body, &parties.ends(true), speaker, language));
            let file = folder.join(format!("{name}.{language}.txt"));
            if write {
                std::fs::write(&file, &shown).unwrap();
            }
            let expected = std::fs::read_to_string(&file).unwrap_or_default();
            assert_eq!(shown, expected, "{name} in {language}");
        }
    }
}
