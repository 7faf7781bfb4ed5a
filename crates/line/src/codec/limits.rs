//! Limits of every field of a message, and what its fields say of each other.
//!
//! Nothing here knows an exchange or a time of day: a message that passes can still be refused where
//! it is said. An error names the first field that is to blame, by its path.

use std::fmt;

use super::CodecError;
use super::volumes::check_volumes;
use super::witnesses::check_witness;
use crate::certificate::CERTIFICATE_MAX;
use crate::message::{
    Action, Answer, Body, Commitment, Content, Difference, FLIGHTS_MAX, MILESTONES_MAX, Matter,
    ReadBack, Seen, Window,
};
use crate::quantity::{Instant, Name};
use crate::terms::{Terms, Times};

/// Most names that one answer covers.
pub const COVERS_MAX: usize = 50;
/// Most differences that one dispute names, and that a comparison looks for.
pub const DIFFERENCES_MAX: usize = 100;
/// Longest note of a checkpoint, bytes.
pub const NOTE_MAX: usize = 8 * 1024;
/// Numbers of the neutral texts of a test.
pub const PHRASES: std::ops::RangeInclusive<u8> = 1..=12;

/// Longest text of a difference, bytes.
const DIFFERENCE_TEXT_MAX: usize = 4_096;
/// Shortest and longest agreed time, seconds: 1 s to 30 days.
const TERM_RANGE_S: std::ops::RangeInclusive<u32> = 1..=30 * 24 * 60 * 60;
/// How far the clocks may be agreed to be apart, milliseconds: 1 ms to 10 min.
const CLOCK_RANGE_MS: std::ops::RangeInclusive<u32> = 1..=600_000;
/// 1970 to the end of 9999, microseconds: what RFC 3339 can say and a duty can fall into.
const INSTANT_RANGE_US: std::ops::RangeInclusive<i64> = 0..=253_402_300_799_999_999;
/// Longest length, height or radius: a tenth of the way to the moon, millimetres.
pub(super) const LENGTH_MAX_MM: i64 = 40_000_000_000;
/// Longest delay of an action, seconds: 30 days.
const SHIFT_MAX_S: u32 = 30 * 24 * 60 * 60;

pub(super) type Checked = Result<(), CodecError>;

pub(super) fn field(
    field: impl Into<String>,
    value: impl fmt::Display,
    reason: &'static str,
    remedy: &'static str,
) -> CodecError {
    CodecError::Field { field: field.into(), value: format!("{value}"), reason, remedy }
}

pub(super) fn count(
    path: &str,
    found: usize,
    least: usize,
    most: usize,
    reason: &'static str,
) -> Checked {
    if (least..=most).contains(&found) {
        return Ok(());
    }
    Err(field(path, format_args!("{found} long"), reason, "say it in several messages, or shorter"))
}

/// # Errors
/// [`CodecError::Field`] for a sequence of 0.
pub(super) fn check_seen(seen: &Seen) -> Checked {
    for (path, mark) in [("seen.ordinary", seen.ordinary), ("seen.urgent", seen.urgent)] {
        if mark.is_some_and(|mark| mark.sequence == 0) {
            return Err(field(
                path,
                "sequence 0",
                "the first message of a lane has 1",
                "leave it out when nothing was seen",
            ));
        }
    }
    Ok(())
}

/// Checks everything that a message says by itself.
///
/// # Errors
/// [`CodecError::Field`] for the first field that says what it may not.
pub fn check_body(body: &Body) -> Checked {
    match body {
        Body::Test { phrase, .. } | Body::TestAnswer { phrase, .. } => check_phrase(*phrase),
        Body::Open { matter, content, .. } => {
            check_content("content", content)?;
            check_action(*matter, content.action)
        }
        Body::Amend { content, .. } => check_content("content", content),
        Body::Answer { answer, covers, .. } => check_answer(answer, covers),
        Body::Offer { commitment, .. } | Body::Sign { commitment, .. } => {
            check_commitment("commitment", commitment)
        }
        Body::Progress { milestone, .. } => check_milestone_number("milestone", *milestone),
        Body::Receipt { stored_at, read_back, .. } => {
            check_instant("stored_at", *stored_at)?;
            match read_back {
                Some(ReadBack::Content { content, .. }) => {
                    check_content("read_back.content", content)
                }
                Some(ReadBack::Commitment { commitment }) => {
                    check_commitment("read_back.commitment", commitment)
                }
                None => Ok(()),
            }
        }
        Body::Dispute { differences, .. } => check_differences(differences),
        Body::HandOver { at, .. } => check_instant("at", *at),
        Body::ProposeTerms { terms } => check_terms(terms),
        Body::Checkpoint { note } => {
            count("note", note.len(), 1, NOTE_MAX, "a note has 1 to 8,192 bytes")
        }
        Body::NameWitness { witness } => check_witness(witness),
        Body::ProposeCertificate { certificate } => {
            let reason = "a certificate has 1 to 4,096 bytes";
            count("certificate", certificate.0.len(), 1, CERTIFICATE_MAX, reason)
        }
        Body::Withdraw { .. }
        | Body::Statement { .. }
        | Body::Acknowledge { .. }
        | Body::End { .. }
        | Body::Suspend { .. }
        | Body::Resume {}
        | Body::ProposeKey { .. }
        | Body::AcceptKey { .. }
        | Body::DismissWitness { .. }
        | Body::AcceptCertificate { .. } => Ok(()),
    }
}

fn check_phrase(phrase: u8) -> Checked {
    if PHRASES.contains(&phrase) {
        return Ok(());
    }
    Err(field("phrase", phrase, "the texts are numbered 1 to 12", "use one of them"))
}

/// Whether what is asked fits what the exchange was opened as.
///
/// # Errors
/// [`CodecError::Field`] when it does not.
pub(crate) fn check_action(matter: Matter, action: Option<Action>) -> Checked {
    let telling = matches!(action, Some(Action::Identify {} | Action::Inform {}));
    let (fits, reason) = match matter {
        Matter::Request => {
            (action.is_some() && !telling, "a request asks for something to be done")
        }
        Matter::Question => (telling, "a question asks to identify or to inform"),
        Matter::Notice | Matter::Report => (action.is_none(), "a notice and a report ask nothing"),
        Matter::Distress => (
            matches!(action, None | Some(Action::Assist {} | Action::StayClear {})),
            "a distress asks for help, to stay clear, or for nothing",
        ),
    };
    if fits {
        return Ok(());
    }
    let shown = action.map_or_else(|| "absent".to_owned(), |action| format!("{action:?}"));
    Err(field("content.action", shown, reason, "give the action that fits, or open another matter"))
}

fn check_answer(answer: &Answer, covers: &[Name]) -> Checked {
    let reason = "an answer says whom it covers, in 1 to 50 names";
    count("covers", covers.len(), 1, COVERS_MAX, reason)?;
    match answer {
        Answer::Counter { content } => check_content("answer.counter.content", content),
        Answer::StandBy { until: Some(until) } => check_instant("answer.stand_by.until", *until),
        Answer::StandBy { until: None }
        | Answer::Agreed {}
        | Answer::Declined {}
        | Answer::NotOurs {}
        | Answer::CannotSay {}
        | Answer::ReferredUp { .. } => Ok(()),
    }
}

fn check_content(path: &str, content: &Content) -> Checked {
    let Content { topic: _, window, volumes, our_flights, your_flights, action } = content;
    check_window(path, *window)?;
    check_volumes(path, volumes, *window)?;
    let reason = "a message names at most 200 flights";
    count(&format!("{path}.our_flights"), our_flights.len(), 0, FLIGHTS_MAX, reason)?;
    count(&format!("{path}.your_flights"), your_flights.len(), 0, FLIGHTS_MAX, reason)?;
    action.map_or(Ok(()), |action| check_shift(path, action))
}

fn check_shift(path: &str, action: Action) -> Checked {
    let (name, value, fits) = match action {
        Action::Delay { by_s } => {
            ("delay.by_s", i64::from(by_s), (1..=SHIFT_MAX_S).contains(&by_s))
        }
        Action::Earlier { by_s } => {
            ("earlier.by_s", i64::from(by_s), (1..=SHIFT_MAX_S).contains(&by_s))
        }
        Action::Level { by_m } => (
            "level.by_m",
            by_m.0,
            by_m.0 != 0 && (-LENGTH_MAX_MM..=LENGTH_MAX_MM).contains(&by_m.0),
        ),
        Action::Sideways { by_m } => (
            "sideways.by_m",
            by_m.0,
            by_m.0 != 0 && (-LENGTH_MAX_MM..=LENGTH_MAX_MM).contains(&by_m.0),
        ),
        Action::StayClear {}
        | Action::StayWithin {}
        | Action::Identify {}
        | Action::Inform {}
        | Action::Assist {} => return Ok(()),
    };
    if fits {
        return Ok(());
    }
    let reason = "a shift is above nothing, at most 30 days or 40,000 km";
    Err(field(format!("{path}.action.{name}"), value, reason, "say how much"))
}

fn check_window(path: &str, window: Window) -> Checked {
    check_instant(&format!("{path}.window.from"), window.from)?;
    check_instant(&format!("{path}.window.to"), window.to)?;
    if window.from > window.to {
        let shown = format!("from {} to {}", window.from, window.to);
        let reason = "a window does not end before it begins";
        return Err(field(
            format!("{path}.window"),
            shown,
            reason,
            "exchange the two or correct one",
        ));
    }
    Ok(())
}

pub(super) fn check_instant(path: &str, at: Instant) -> Checked {
    if INSTANT_RANGE_US.contains(&at.0) {
        return Ok(());
    }
    let shown = format!("{} microseconds", at.0);
    Err(field(path, shown, "times lie in the years 1970 to 9999", "give such a time"))
}

fn check_commitment(path: &str, commitment: &Commitment) -> Checked {
    let Commitment { by: _, action, window, flights, volumes, milestones } = commitment;
    check_window(path, *window)?;
    check_shift(path, *action)?;
    check_volumes(path, volumes, *window)?;
    let reason = "a message names at most 200 flights";
    count(&format!("{path}.flights"), flights.len(), 0, FLIGHTS_MAX, reason)?;
    let all = format!("{path}.milestones");
    let reason = "a commitment has at most 20 milestones";
    count(&all, milestones.len(), 0, MILESTONES_MAX, reason)?;
    let mut before = window.from;
    for (index, milestone) in milestones.iter().enumerate() {
        let path = format!("{all}[{index}]");
        if usize::from(milestone.number) != index + 1 {
            let reason = "milestones are numbered 1, 2, 3 and so on";
            return Err(field(
                format!("{path}.number"),
                milestone.number,
                reason,
                "number them so",
            ));
        }
        check_instant(&format!("{path}.deadline"), milestone.deadline)?;
        if !(before..=window.to).contains(&milestone.deadline) {
            let reason = "deadlines lie within the window, none before the one before it";
            let remedy = "order them by deadline, or widen the window";
            return Err(field(format!("{path}.deadline"), milestone.deadline, reason, remedy));
        }
        before = milestone.deadline;
    }
    Ok(())
}

fn check_milestone_number(path: &str, number: u8) -> Checked {
    if (1..=MILESTONES_MAX).contains(&usize::from(number)) {
        return Ok(());
    }
    Err(field(path, number, "milestones are numbered 1 to 20", "name one of the commitment"))
}

fn check_differences(differences: &[Difference]) -> Checked {
    let reason = "a dispute names 1 to 100 differences";
    count("differences", differences.len(), 1, DIFFERENCES_MAX, reason)?;
    for (index, difference) in differences.iter().enumerate() {
        let Difference { field, sent, read_back, apart_m: _ } = difference;
        for (name, text) in [("field", field), ("sent", sent), ("read_back", read_back)] {
            let path = format!("differences[{index}].{name}");
            let reason = "each text of a difference has at most 4,096 bytes";
            count(&path, text.len(), 0, DIFFERENCE_TEXT_MAX, reason)?;
        }
    }
    Ok(())
}

fn check_terms(terms: &Terms) -> Checked {
    let Terms {
        distress,
        notice,
        request,
        question,
        report,
        commitment,
        test,
        notice_given_s,
        telephone_s,
        test_every_s,
        clock_apart_ms,
    } = terms;
    let pairs = [
        ("distress", distress),
        ("notice", notice),
        ("request", request),
        ("question", question),
        ("report", report),
        ("commitment", commitment),
        ("test", test),
    ];
    for (name, Times { receipt_s, answer_s }) in pairs {
        check_term(&format!("terms.{name}.receipt_s"), *receipt_s)?;
        check_term(&format!("terms.{name}.answer_s"), *answer_s)?;
    }
    check_term("terms.notice_given_s", *notice_given_s)?;
    check_term("terms.telephone_s", *telephone_s)?;
    check_term("terms.test_every_s", *test_every_s)?;
    if CLOCK_RANGE_MS.contains(clock_apart_ms) {
        return Ok(());
    }
    let reason = "clocks may be agreed to be 1 ms to 10 min apart";
    Err(field("terms.clock_apart_ms", clock_apart_ms, reason, "propose such a time"))
}

fn check_term(path: &str, seconds: u32) -> Checked {
    if TERM_RANGE_S.contains(&seconds) {
        return Ok(());
    }
    Err(field(path, seconds, "agreed times are 1 s to 30 days", "propose such a time"))
}
