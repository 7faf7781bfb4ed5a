//! Which message is meant where a caller left `of` out.
//!
//! Only where one alone can be meant. When that one had its answer already it is still named, so that
//! the second of two people on watch is told whose answer stands.

use keepclear_line::Body;
use keepclear_line::message::{Answer, Commitment};
use keepclear_line::quantity::MessageId;
use keepclear_line::view::{ExchangeView, MessageView, Side};

use super::problem::Problem;

/// What an answer can be about: what waits, else the last of their openings, amendments and
/// counter-proposals.
pub fn to_answer(view: &ExchangeView) -> Result<MessageId, Problem> {
    let answerable = |body: &Body| {
        let counter = matches!(body, Body::Answer { answer: Answer::Counter { .. }, .. });
        counter || matches!(body, Body::Open { .. } | Body::Amend { .. })
    };
    let waits = waits_for_us(view).filter(|message| answerable(&message.body));
    let found = waits.or_else(|| last(view, Side::Them, answerable));
    found.map(|message| message.id).ok_or_else(|| nothing(view, "an answer"))
}

/// What can be acknowledged: what waits, else the one message of theirs that was not yet.
pub fn to_acknowledge(view: &ExchangeView) -> Result<MessageId, Problem> {
    if let Some(message) = waits_for_us(view) {
        return Ok(message.id);
    }
    let acknowledged = |of: MessageId| {
        view.messages.iter().any(|message| {
            message.side == Side::Us
                && matches!(*message.body, Body::Acknowledge { of: named, .. } if named == of)
        })
    };
    let theirs = view.messages.iter().filter(|message| {
        message.side == Side::Them && !matches!(*message.body, Body::Acknowledge { .. })
    });
    let theirs: Vec<MessageId> = theirs.map(|message| message.id).collect();
    let new: Vec<MessageId> = theirs.iter().copied().filter(|&id| !acknowledged(id)).collect();
    match (new.as_slice(), theirs.last()) {
        ([one], _) => Ok(*one),
        ([], Some(&last)) => Ok(last),
        ([], None) => Err(nothing(view, "an acknowledgement")),
        (_, _) => Err(Problem::SeveralWait { exchange: view.id, messages: new }),
    }
}

/// The last version of what this side opened.
pub fn our_version(view: &ExchangeView) -> Result<MessageId, Problem> {
    let version = |body: &Body| matches!(body, Body::Open { .. } | Body::Amend { .. });
    let found = last(view, Side::Us, version);
    found.map(|message| message.id).ok_or_else(|| nothing(view, "a change by this side"))
}

/// Their test.
pub fn their_test(view: &ExchangeView) -> Result<MessageId, Problem> {
    let found = last(view, Side::Them, |body| matches!(body, Body::Test { .. }));
    found.map(|message| message.id).ok_or_else(|| nothing(view, "an answer to a test"))
}

/// Their last offer.
pub fn their_offer(view: &ExchangeView) -> Result<MessageId, Problem> {
    let found = last(view, Side::Them, |body| matches!(body, Body::Offer { .. }));
    found.map(|message| message.id).ok_or_else(|| nothing(view, "a signature"))
}

/// The commitment whose milestones they are.
pub fn commitment(view: &ExchangeView) -> Result<MessageId, Problem> {
    let found = view.commitment.as_ref().map(|commitment| commitment.offer);
    found.ok_or_else(|| nothing(view, "news of a commitment"))
}

/// What was offered by a message, as this desk holds it.
pub fn offered(view: &ExchangeView, of: MessageId) -> Result<Commitment, Problem> {
    let message = view.messages.iter().find(|message| message.id == of);
    match message.map(|message| &*message.body) {
        Some(Body::Offer { commitment, .. }) => Ok(commitment.clone()),
        _ => Err(Problem::field(
            "of",
            format!("is {of}, which offers nothing here"),
            "name an offer",
        )),
    }
}

fn waits_for_us(view: &ExchangeView) -> Option<&MessageView> {
    let open = view.open.as_ref().filter(|open| open.waits_for == Side::Us)?;
    // A message of this side waits when it has to be corrected, which is no answer.
    view.messages.iter().find(|message| message.id == open.message && message.side == Side::Them)
}

fn last(view: &ExchangeView, side: Side, is: impl Fn(&Body) -> bool) -> Option<&MessageView> {
    view.messages.iter().rev().find(|message| message.side == side && is(&message.body))
}

fn nothing(view: &ExchangeView, what: &'static str) -> Problem {
    Problem::NothingWaits { exchange: view.id, what }
}
