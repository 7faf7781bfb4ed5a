//! What a person says on a line: openings, and everything within an exchange.
//!
//! A repeated request is made into the same message as the first one was, from what the first one left
//! behind; so what is filled in here must not depend on when it is asked.

use keepclear_line::Body;
use keepclear_line::message::Matter;

use super::answers::{Json, Said};
use super::asks::{
    Acknowledging, Amendment, Answering, Ending, Offering, Opening, Progressing, Signing, Stating,
    TestAnswering, Testing, Withdrawal,
};
use super::call::Call;
use super::place::{AtExchange, AtLine};
use super::problem::Problem;
use super::waiting;

/// Texts of a test.
const PHRASES: u8 = *keepclear_line::codec::PHRASES.end();

type Answer = Result<Json<Said>, Problem>;

/// `POST /desk/v1/lines/{peer}/tests`
pub async fn test(call: &Call<'_>, ask: Testing) -> Answer {
    let at = AtLine::of(call)?;
    // Drawn from the request's own name: unforeseen, and the same when it is repeated.
    let drawn = at.drawn()[15] % PHRASES + 1;
    let Testing { phrase } = ask;
    at.say(Body::Test { exchange: at.new_exchange(), phrase: phrase.unwrap_or(drawn) }).await
}

/// `POST /desk/v1/lines/{peer}/notices`
pub async fn notice(call: &Call<'_>, ask: Opening) -> Answer {
    open(call, Matter::Notice, ask).await
}

/// `POST /desk/v1/lines/{peer}/requests`
pub async fn request(call: &Call<'_>, ask: Opening) -> Answer {
    open(call, Matter::Request, ask).await
}

/// `POST /desk/v1/lines/{peer}/questions`
pub async fn question(call: &Call<'_>, ask: Opening) -> Answer {
    open(call, Matter::Question, ask).await
}

/// `POST /desk/v1/lines/{peer}/reports`
pub async fn report(call: &Call<'_>, ask: Opening) -> Answer {
    open(call, Matter::Report, ask).await
}

/// `POST /desk/v1/lines/{peer}/distress`
pub async fn distress(call: &Call<'_>, ask: Opening) -> Answer {
    open(call, Matter::Distress, ask).await
}

async fn open(call: &Call<'_>, matter: Matter, ask: Opening) -> Answer {
    let Opening { content, words } = ask;
    let at = AtLine::of(call)?;
    let (exchange, content) = (at.new_exchange(), content.into_content("content")?);
    at.say(Body::Open { exchange, matter, content, words }).await
}

/// `POST /desk/v1/lines/{peer}/commitments`
pub async fn offer(call: &Call<'_>, ask: Offering) -> Answer {
    let Offering { commitment } = ask;
    let at = AtLine::of(call)?;
    let commitment = commitment.into_commitment(at.us())?;
    at.say(Body::Offer { exchange: at.new_exchange(), commitment }).await
}

/// `POST /desk/v1/exchanges/{exchange}/amendment`
pub async fn amendment(call: &Call<'_>, ask: Amendment) -> Answer {
    let Amendment { of, content, words } = ask;
    let at = AtExchange::of(call)?;
    let of = at.named(of, waiting::our_version)?;
    let (exchange, content) = (at.exchange(), content.into_content("content")?);
    at.say(Body::Amend { exchange, of, content, words }).await
}

/// `POST /desk/v1/exchanges/{exchange}/withdrawal`
pub async fn withdrawal(call: &Call<'_>, ask: Withdrawal) -> Answer {
    let Withdrawal { of, words } = ask;
    let at = AtExchange::of(call)?;
    let of = at.named(of, waiting::our_version)?;
    at.say(Body::Withdraw { exchange: at.exchange(), of, words }).await
}

/// `POST /desk/v1/exchanges/{exchange}/answer`
pub async fn answer(call: &Call<'_>, ask: Answering) -> Answer {
    let Answering { of, answer, covers, words } = ask;
    let at = AtExchange::of(call)?;
    let of = at.named(of, waiting::to_answer)?;
    let (exchange, answer) = (at.exchange(), answer.into_answer()?);
    at.say(Body::Answer { exchange, of, answer, covers, words }).await
}

/// `POST /desk/v1/exchanges/{exchange}/test-answer`
pub async fn test_answer(call: &Call<'_>, ask: TestAnswering) -> Answer {
    let TestAnswering { of, phrase } = ask;
    let at = AtExchange::of(call)?;
    let of = at.named(of, waiting::their_test)?;
    at.say(Body::TestAnswer { exchange: at.exchange(), of, phrase }).await
}

/// `POST /desk/v1/exchanges/{exchange}/statement`
pub async fn statement(call: &Call<'_>, ask: Stating) -> Answer {
    let Stating { of, words } = ask;
    let at = AtExchange::of(call)?;
    at.say(Body::Statement { exchange: at.exchange(), of, words }).await
}

/// `POST /desk/v1/exchanges/{exchange}/commitment`
pub async fn offer_within(call: &Call<'_>, ask: Offering) -> Answer {
    let Offering { commitment } = ask;
    let at = AtExchange::of(call)?;
    let commitment = commitment.into_commitment(at.us())?;
    at.say(Body::Offer { exchange: at.exchange(), commitment }).await
}

/// `POST /desk/v1/exchanges/{exchange}/signature`
pub async fn signature(call: &Call<'_>, ask: Signing) -> Answer {
    let Signing { of } = ask;
    let at = AtExchange::of(call)?;
    let of = at.named(of, waiting::their_offer)?;
    let commitment = waiting::offered(at.view(), of)?;
    at.say(Body::Sign { exchange: at.exchange(), of, commitment }).await
}

/// `POST /desk/v1/exchanges/{exchange}/milestones/{number}`
pub async fn progress(call: &Call<'_>, ask: Progressing) -> Answer {
    let Progressing { of, outcome, evidence } = ask;
    let at = AtExchange::of(call)?;
    let of = at.named(of, waiting::commitment)?;
    let milestone = milestone(call.parameter(1))?;
    at.say(Body::Progress { exchange: at.exchange(), of, milestone, outcome, evidence }).await
}

fn milestone(text: &str) -> Result<u8, Problem> {
    text.parse().ok().filter(|&number| number > 0).ok_or_else(|| {
        let shown: String = text.chars().take(60).collect();
        let remedy = "name a milestone by its number, from 1";
        Problem::field("number", format!("is {shown:?}, not a number from 1 to 255"), remedy)
    })
}

/// `POST /desk/v1/exchanges/{exchange}/acknowledgement`
pub async fn acknowledgement(call: &Call<'_>, ask: Acknowledging) -> Answer {
    let Acknowledging { of } = ask;
    let at = AtExchange::of(call)?;
    let of = at.named(of, waiting::to_acknowledge)?;
    at.say(Body::Acknowledge { exchange: at.exchange(), of }).await
}

/// `POST /desk/v1/exchanges/{exchange}/end`
pub async fn end(call: &Call<'_>, ask: Ending) -> Answer {
    let Ending { words } = ask;
    let at = AtExchange::of(call)?;
    at.say(Body::End { exchange: at.exchange(), words }).await
}
