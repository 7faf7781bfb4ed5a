//! What a person says on a line: openings, and everything within an exchange.

use keepclear_line::message::Matter;

use super::answers::{Json, Said};
use super::asks::{
    Acknowledging, Amendment, Answering, Ending, Offering, Opening, Progressing, Signing, Stating,
    TestAnswering, Testing, Withdrawal,
};
use super::bodies;
use super::call::Call;
use super::place::{AtExchange, AtLine};
use super::problem::Problem;

type Answer = Result<Json<Said>, Problem>;

/// `POST /desk/v1/lines/{peer}/tests`
pub async fn test(call: &Call<'_>, ask: Testing) -> Answer {
    let at = AtLine::of(call)?;
    at.say(bodies::test(&at, &ask)).await
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
    let at = AtLine::of(call)?;
    at.say(bodies::open(&at, matter, ask)?).await
}

/// `POST /desk/v1/lines/{peer}/commitments`
pub async fn offer(call: &Call<'_>, ask: Offering) -> Answer {
    let at = AtLine::of(call)?;
    at.say(bodies::offer(&at, ask)?).await
}

/// `POST /desk/v1/exchanges/{exchange}/amendment`
pub async fn amendment(call: &Call<'_>, ask: Amendment) -> Answer {
    let at = AtExchange::of(call)?;
    at.say(bodies::amendment(&at, ask)?).await
}

/// `POST /desk/v1/exchanges/{exchange}/withdrawal`
pub async fn withdrawal(call: &Call<'_>, ask: Withdrawal) -> Answer {
    let at = AtExchange::of(call)?;
    at.say(bodies::withdrawal(&at, ask)?).await
}

/// `POST /desk/v1/exchanges/{exchange}/answer`
pub async fn answer(call: &Call<'_>, ask: Answering) -> Answer {
    let at = AtExchange::of(call)?;
    at.say(bodies::answer(&at, ask)?).await
}

/// `POST /desk/v1/exchanges/{exchange}/test-answer`
pub async fn test_answer(call: &Call<'_>, ask: TestAnswering) -> Answer {
    let at = AtExchange::of(call)?;
    at.say(bodies::test_answer(&at, &ask)?).await
}

/// `POST /desk/v1/exchanges/{exchange}/statement`
pub async fn statement(call: &Call<'_>, ask: Stating) -> Answer {
    let at = AtExchange::of(call)?;
    at.say(bodies::statement(&at, ask)).await
}

/// `POST /desk/v1/exchanges/{exchange}/commitment`
pub async fn offer_within(call: &Call<'_>, ask: Offering) -> Answer {
    let at = AtExchange::of(call)?;
    at.say(bodies::offer_within(&at, ask)?).await
}

/// `POST /desk/v1/exchanges/{exchange}/signature`
pub async fn signature(call: &Call<'_>, ask: Signing) -> Answer {
    let at = AtExchange::of(call)?;
    at.say(bodies::signature(&at, &ask)?).await
}

/// `POST /desk/v1/exchanges/{exchange}/milestones/{number}`
pub async fn progress(call: &Call<'_>, ask: Progressing) -> Answer {
    let at = AtExchange::of(call)?;
    at.say(bodies::progress(&at, milestone(call.parameter(1))?, ask)?).await
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
    let at = AtExchange::of(call)?;
    at.say(bodies::acknowledgement(&at, &ask)?).await
}

/// `POST /desk/v1/exchanges/{exchange}/end`
pub async fn end(call: &Call<'_>, ask: Ending) -> Answer {
    let at = AtExchange::of(call)?;
    at.say(bodies::end(&at, ask)).await
}
