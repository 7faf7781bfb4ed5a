//! From what a person asks to the message that is said: at once, or from a draft.
//!
//! A repeated request is made into the same message as the first one was, from what the first one left
//! behind; so what is filled in here must not depend on when it is asked.

use keepclear_line::Body;
use keepclear_line::message::Matter;

use super::asks::{
    Acknowledging, Amendment, Answering, Ending, Offering, Opening, Progressing, Signing, Stating,
    TestAnswering, Testing, Withdrawal,
};
use super::place::{AtExchange, AtLine};
use super::problem::Problem;
use super::waiting;

/// Texts of a test.
const PHRASES: u8 = *keepclear_line::codec::PHRASES.end();

type Made = Result<Body, Problem>;

/// A test.
pub fn test(at: &AtLine<'_>, ask: &Testing) -> Body {
    // Drawn from the request's own name: unforeseen, and the same when it is repeated.
    let drawn = at.drawn()[15] % PHRASES + 1;
    Body::Test { exchange: at.new_exchange(), phrase: ask.phrase.unwrap_or(drawn) }
}

/// An opening.
pub fn open(at: &AtLine<'_>, matter: Matter, ask: Opening) -> Made {
    let Opening { content, words } = ask;
    let (exchange, content) = (at.new_exchange(), content.into_content("content")?);
    Ok(Body::Open { exchange, matter, content, words })
}

/// A commitment in an exchange of its own.
pub fn offer(at: &AtLine<'_>, ask: Offering) -> Made {
    let commitment = ask.commitment.into_commitment(at.us())?;
    Ok(Body::Offer { exchange: at.new_exchange(), commitment })
}

/// See [`Body::Amend`].
pub fn amendment(at: &AtExchange<'_>, ask: Amendment) -> Made {
    let Amendment { of, content, words } = ask;
    let of = at.named(of, waiting::our_version)?;
    let (exchange, content) = (at.exchange(), content.into_content("content")?);
    Ok(Body::Amend { exchange, of, content, words })
}

/// See [`Body::Withdraw`].
pub fn withdrawal(at: &AtExchange<'_>, ask: Withdrawal) -> Made {
    let Withdrawal { of, words } = ask;
    let of = at.named(of, waiting::our_version)?;
    Ok(Body::Withdraw { exchange: at.exchange(), of, words })
}

/// See [`Body::Answer`].
pub fn answer(at: &AtExchange<'_>, ask: Answering) -> Made {
    let Answering { of, answer, covers, words } = ask;
    let of = at.named(of, waiting::to_answer)?;
    let (exchange, answer) = (at.exchange(), answer.into_answer()?);
    Ok(Body::Answer { exchange, of, answer, covers, words })
}

/// See [`Body::TestAnswer`].
pub fn test_answer(at: &AtExchange<'_>, ask: &TestAnswering) -> Made {
    let TestAnswering { of, phrase } = *ask;
    let of = at.named(of, waiting::their_test)?;
    Ok(Body::TestAnswer { exchange: at.exchange(), of, phrase })
}

/// See [`Body::Statement`].
pub fn statement(at: &AtExchange<'_>, ask: Stating) -> Body {
    let Stating { of, words } = ask;
    Body::Statement { exchange: at.exchange(), of, words }
}

/// See [`Body::Offer`].
pub fn offer_within(at: &AtExchange<'_>, ask: Offering) -> Made {
    let commitment = ask.commitment.into_commitment(at.us())?;
    Ok(Body::Offer { exchange: at.exchange(), commitment })
}

/// See [`Body::Sign`].
pub fn signature(at: &AtExchange<'_>, ask: &Signing) -> Made {
    let of = at.named(ask.of, waiting::their_offer)?;
    let commitment = waiting::offered(at.view(), of)?;
    Ok(Body::Sign { exchange: at.exchange(), of, commitment })
}

/// See [`Body::Progress`].
pub fn progress(at: &AtExchange<'_>, milestone: u8, ask: Progressing) -> Made {
    let Progressing { of, outcome, evidence } = ask;
    let of = at.named(of, waiting::commitment)?;
    Ok(Body::Progress { exchange: at.exchange(), of, milestone, outcome, evidence })
}

/// See [`Body::Acknowledge`].
pub fn acknowledgement(at: &AtExchange<'_>, ask: &Acknowledging) -> Made {
    let of = at.named(ask.of, waiting::to_acknowledge)?;
    Ok(Body::Acknowledge { exchange: at.exchange(), of })
}

/// See [`Body::End`].
pub fn end(at: &AtExchange<'_>, ask: Ending) -> Body {
    Body::End { exchange: at.exchange(), words: ask.words }
}
