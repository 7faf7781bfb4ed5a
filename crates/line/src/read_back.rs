//! Whether the other side holds what was said: the comparison behind "read back".
//!
//! Everything is compared exactly but places, which are one place when they lie at most 1 cm apart on
//! the ellipsoid by `keepclear_geo::Position::distance_m`. One difference is enough to refuse to show
//! a message as read back, so that whatever cannot be compared counts as different.

mod found;
mod notice;
mod places;
mod shown;

pub use notice::notice_given_s;
pub use places::PLACES_APART_MAX_M;

use self::found::Found;
use crate::codec::DIFFERENCES_MAX;
use crate::message::{Answer, Body, Commitment, Content, Difference, Milestone, ReadBack, Window};
use crate::quantity::Words;
use crate::volume::{Shape, Volume};

/// The read-back that the side that says this will accept; `None` for a message that has no shared
/// fields.
pub fn expected_read_back(body: &Body) -> Option<ReadBack> {
    let content = |content: &Content, words: &Option<Words>| ReadBack::Content {
        content: content.clone(),
        words: words.clone(),
    };
    match body {
        Body::Open { content: fields, words, .. }
        | Body::Amend { content: fields, words, .. }
        | Body::Answer { answer: Answer::Counter { content: fields }, words, .. } => {
            Some(content(fields, words))
        }
        Body::Offer { commitment, .. } | Body::Sign { commitment, .. } => {
            Some(ReadBack::Commitment { commitment: commitment.clone() })
        }
        _ => None,
    }
}

/// Where what the other side holds differs from what was sent: none when it was understood; the first
/// [`DIFFERENCES_MAX`] otherwise, in the order of the fields.
///
/// A polygon may begin at another corner and go round the other way. The order of everything else
/// counts.
pub fn differences(sent: &ReadBack, read_back: &ReadBack) -> Vec<Difference> {
    let mut found = Found::with_room(DIFFERENCES_MAX);
    if sent != read_back {
        fields(&mut found, sent, read_back);
    }
    found.into_differences()
}

fn fields(found: &mut Found, sent: &ReadBack, read_back: &ReadBack) {
    match (sent, read_back) {
        (
            ReadBack::Content { content: ours, words: our_words },
            ReadBack::Content { content: theirs, words: their_words },
        ) => {
            content(found, ours, theirs);
            let (ours, theirs) = (our_words.as_ref(), their_words.as_ref());
            found.text("words", ours.map(Words::as_str), theirs.map(Words::as_str));
        }
        (
            ReadBack::Commitment { commitment: ours },
            ReadBack::Commitment { commitment: theirs },
        ) => {
            commitment(found, ours, theirs);
        }
        (ReadBack::Content { .. }, ReadBack::Commitment { .. }) => {
            found.add("content", shown::PRESENT, shown::ABSENT);
        }
        (ReadBack::Commitment { .. }, ReadBack::Content { .. }) => {
            found.add("commitment", shown::PRESENT, shown::ABSENT);
        }
    }
}

fn content(found: &mut Found, sent: &Content, read_back: &Content) {
    // Taken apart so that a new field cannot be forgotten here.
    let Content { topic, window: when, volumes, our_flights, your_flights, action } = sent;
    let theirs = read_back;
    found.exact("content.topic", topic, &theirs.topic, shown::code);
    window(found, "content.window", *when, theirs.window);
    found.list("content.volumes", volumes, &theirs.volumes, shown::volume, volume);
    found.names("content.our_flights", our_flights, &theirs.our_flights);
    found.names("content.your_flights", your_flights, &theirs.your_flights);
    let action_shown =
        |action: &Option<_>| action.as_ref().map_or(shown::ABSENT.into(), shown::action);
    found.exact("content.action", action, &theirs.action, action_shown);
}

fn commitment(found: &mut Found, sent: &Commitment, read_back: &Commitment) {
    let Commitment { by, action, window: when, flights, volumes, milestones } = sent;
    let theirs = read_back;
    found.exact("commitment.by", by, &theirs.by, ToString::to_string);
    found.exact("commitment.action", action, &theirs.action, shown::action);
    window(found, "commitment.window", *when, theirs.window);
    found.names("commitment.flights", flights, &theirs.flights);
    found.list("commitment.volumes", volumes, &theirs.volumes, shown::volume, volume);
    let theirs = &theirs.milestones;
    found.list("commitment.milestones", milestones, theirs, shown::milestone, milestone);
}

fn window(found: &mut Found, path: &str, sent: Window, read_back: Window) {
    let Window { from, to } = sent;
    found.exact(&format!("{path}.from"), &from, &read_back.from, shown::instant);
    found.exact(&format!("{path}.to"), &to, &read_back.to, shown::instant);
}

fn milestone(found: &mut Found, path: &str, sent: &Milestone, read_back: &Milestone) {
    let Milestone { number, what, deadline, evidence } = sent;
    let theirs = read_back;
    found.exact(&format!("{path}.number"), number, &theirs.number, ToString::to_string);
    found.text(&format!("{path}.what"), Some(what.as_str()), Some(theirs.what.as_str()));
    found.exact(&format!("{path}.deadline"), deadline, &theirs.deadline, shown::instant);
    found.exact(&format!("{path}.evidence"), evidence, &theirs.evidence, shown::code);
}

fn volume(found: &mut Found, path: &str, sent: &Volume, read_back: &Volume) {
    if sent == read_back {
        return;
    }
    let Volume { shape: covers, lower, upper, from, to } = sent;
    let theirs = read_back;
    shape(found, &format!("{path}.shape"), covers, &theirs.shape);
    found.exact(&format!("{path}.lower"), lower, &theirs.lower, shown::limit);
    found.exact(&format!("{path}.upper"), upper, &theirs.upper, shown::limit);
    found.exact(&format!("{path}.from"), from, &theirs.from, shown::instant);
    found.exact(&format!("{path}.to"), to, &theirs.to, shown::instant);
}

fn shape(found: &mut Found, path: &str, sent: &Shape, read_back: &Shape) {
    match (sent, read_back) {
        (
            Shape::Circle { center, radius_m },
            Shape::Circle { center: their_center, radius_m: their_radius_m },
        ) => {
            found.place(&format!("{path}.center"), *center, *their_center);
            found.exact(&format!("{path}.radius_m"), radius_m, their_radius_m, shown::length);
        }
        (Shape::Polygon { vertices }, Shape::Polygon { vertices: theirs }) => {
            places::ring(found, &format!("{path}.vertices"), vertices, theirs);
        }
        _ => found.add(path, shown::shape(sent), shown::shape(read_back)),
    }
}
