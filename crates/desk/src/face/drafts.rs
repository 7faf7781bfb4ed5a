//! Messages that one person writes and another, or the same, releases.
//!
//! The line judges a draft when it is released, for what it then is; what is said of it before is only
//! what would be refused at this moment.

use keepclear_line::Body;
use keepclear_line::message::Matter;
use keepclear_line::phrases::{End, Ends, phrase, render, text};
use keepclear_line::quantity::{DraftId, ExchangeId};
use keepclear_line::view::{ExchangeState, Side};
use schemars::JsonSchema;
use serde::Deserialize;

use super::answers::{DraftView, Drafts, Json, Kept, Said, Tagged, TextIn, Title, WouldBeRefused};
use super::asks::{
    Acknowledging, Amendment, Answering, Ending, Offering, Opening, Progressing, Signing, Stating,
    TestAnswering, Testing, Withdrawal,
};
use super::bodies;
use super::call::Call;
use super::lookup::PeerBrief;
use super::operations::Nothing;
use super::place::{AtExchange, AtLine, languages, peer, speaker};
use super::problem::Problem;
use crate::Drafting;
use crate::views::DraftOverview;

/// What is to be said: an opening, as it would be posted to the line.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum DraftAsk {
    /// As of `.../tests`.
    Test(Testing),
    /// As of `.../notices`.
    Notice(Opening),
    /// As of `.../requests`.
    Request(Opening),
    /// As of `.../questions`.
    Question(Opening),
    /// As of `.../reports`.
    Report(Opening),
    /// As of `.../distress`.
    Distress(Opening),
    /// As of `.../commitments`.
    Commitment(Offering),
    /// Within an exchange.
    Within(Within),
}

/// Something within an exchange.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Within {
    /// Which.
    pub exchange: ExchangeId,
    /// What, as it would be posted there.
    pub say: WithinAsk,
}

/// What is to be said within an exchange.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum WithinAsk {
    /// As of `.../amendment`.
    Amendment(Amendment),
    /// As of `.../withdrawal`.
    Withdrawal(Withdrawal),
    /// As of `.../answer`.
    Answer(Answering),
    /// As of `.../test-answer`.
    TestAnswer(TestAnswering),
    /// As of `.../statement`.
    Statement(Stating),
    /// As of `.../commitment`.
    Commitment(Offering),
    /// As of `.../signature`.
    Signature(Signing),
    /// As of `.../milestones/{number}`.
    Milestone(MilestoneSaid),
    /// As of `.../acknowledgement`.
    Acknowledgement(Acknowledging),
    /// As of `.../end`.
    End(Ending),
}

/// What became of a milestone, with its number.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MilestoneSaid {
    /// Which, from 1.
    pub number: u8,
    /// What became of it.
    pub said: Progressing,
}

fn body(call: &Call<'_>, at: &AtLine<'_>, ask: DraftAsk) -> Result<Body, Problem> {
    let open = |matter, ask| bodies::open(at, matter, ask);
    match ask {
        DraftAsk::Test(ask) => Ok(bodies::test(at, &ask)),
        DraftAsk::Notice(ask) => open(Matter::Notice, ask),
        DraftAsk::Request(ask) => open(Matter::Request, ask),
        DraftAsk::Question(ask) => open(Matter::Question, ask),
        DraftAsk::Report(ask) => open(Matter::Report, ask),
        DraftAsk::Distress(ask) => open(Matter::Distress, ask),
        DraftAsk::Commitment(ask) => bodies::offer(at, ask),
        DraftAsk::Within(Within { exchange, say }) => {
            let at = AtExchange::on(call, at.peer(), exchange)?;
            match say {
                WithinAsk::Amendment(ask) => bodies::amendment(&at, ask),
                WithinAsk::Withdrawal(ask) => bodies::withdrawal(&at, ask),
                WithinAsk::Answer(ask) => bodies::answer(&at, ask),
                WithinAsk::TestAnswer(ask) => bodies::test_answer(&at, &ask),
                WithinAsk::Statement(ask) => Ok(bodies::statement(&at, ask)),
                WithinAsk::Commitment(ask) => bodies::offer_within(&at, ask),
                WithinAsk::Signature(ask) => bodies::signature(&at, &ask),
                WithinAsk::Milestone(MilestoneSaid { number, said }) => {
                    bodies::progress(&at, number, said)
                }
                WithinAsk::Acknowledgement(ask) => bodies::acknowledgement(&at, &ask),
                WithinAsk::End(ask) => Ok(bodies::end(&at, ask)),
            }
        }
    }
}

/// `POST /desk/v1/lines/{peer}/drafts`
pub async fn write(call: &Call<'_>, ask: DraftAsk) -> Result<Json<Kept>, Problem> {
    let at = AtLine::of(call)?;
    let body = Some(Box::new(body(call, &at, ask)?));
    let draft = DraftId(at.new_exchange().0);
    keep(call, &at, Drafting { peer: at.peer(), draft, expected: None, changes: false, body }).await
}

/// `PUT /desk/v1/lines/{peer}/drafts/{draft}`
pub async fn change(call: &Call<'_>, ask: DraftAsk) -> Result<Json<Kept>, Problem> {
    let at = AtLine::of(call)?;
    let expected = Some(call.draft_version()?.ok_or_else(|| {
        let remedy = "read the draft, and send its ETag: somebody else may have changed it";
        Problem::field("If-Match", "is missing", remedy)
    })?);
    let body = Some(Box::new(body(call, &at, ask)?));
    let drafting = Drafting { peer: at.peer(), draft: id(call)?, expected, changes: true, body };
    keep(call, &at, drafting).await
}

/// `DELETE /desk/v1/lines/{peer}/drafts/{draft}`
pub async fn discard(call: &Call<'_>, _: Nothing) -> Result<Json<Kept>, Problem> {
    let at = AtLine::of(call)?;
    let expected = call.draft_version()?;
    let (peer, draft) = (at.peer(), id(call)?);
    keep(call, &at, Drafting { peer, draft, expected, changes: true, body: None }).await
}

async fn keep(call: &Call<'_>, at: &AtLine<'_>, drafting: Drafting) -> Result<Json<Kept>, Problem> {
    let speaker = speaker(call, call.face.role_on(at.peer()))?;
    let kept = call.face.desk.draft(speaker, drafting).await?;
    Ok(Json(Kept { draft: kept.draft, position: kept.position }))
}

/// `POST /desk/v1/lines/{peer}/drafts/{draft}/release`
pub async fn release(call: &Call<'_>, _: Nothing) -> Result<Json<Said>, Problem> {
    let peer = peer(call, call.parameter(0))?.desk;
    let speaker = speaker(call, call.face.role_on(peer))?;
    let (expected, draft) = (call.draft_version()?, id(call)?);
    let said = call.face.desk.release(peer, speaker, expected, draft).await?;
    let crate::Said { exchange, message, position, .. } = said;
    Ok(Json(Said { exchange, message, position }))
}

/// `GET /desk/v1/lines/{peer}/drafts`
pub async fn list(call: &Call<'_>, _: Nothing) -> Result<Json<Drafts>, Problem> {
    let peer = peer(call, call.parameter(0))?;
    let desk = &call.face.desk;
    let drafts = desk.drafts(peer.desk).into_iter().map(|draft| view(call, &peer, draft));
    Ok(Json(Drafts { now: desk.now(), drafts: drafts.collect() }))
}

/// `GET /desk/v1/lines/{peer}/drafts/{draft}`
pub async fn read(call: &Call<'_>, _: Nothing) -> Result<Tagged<DraftView>, Problem> {
    let (peer, id) = (peer(call, call.parameter(0))?, id(call)?);
    let found = call.face.desk.drafts(peer.desk).into_iter().find(|draft| draft.id == id);
    let found = found.ok_or(crate::DeskError::NoDraft(id))?;
    let tag = Some(found.draft.version.to_string());
    Ok(Tagged { tag, body: view(call, &peer, found) })
}

fn id(call: &Call<'_>) -> Result<DraftId, Problem> {
    let text = call.parameter(1);
    text.parse().map_err(|_| {
        let shown: String = text.chars().take(60).collect();
        Problem::field("draft", format!("is {shown:?}, not a UUID"), "name it by its id")
    })
}

fn view(call: &Call<'_>, peer: &PeerBrief, found: DraftOverview) -> DraftView {
    let DraftOverview { id, draft, refused, touching } = found;
    let card = call.face.desk.card();
    let ends = Ends {
        us: End { name: card.party(), desk: card.desk() },
        them: End { name: &peer.party, desk: peer.desk },
        exercise: peer.exercise,
    };
    let languages = languages(call, &peer.languages);
    let titles = languages.iter().map(|&language| {
        let kind = phrase(keepclear_line::phrases::kind(&draft.body), language);
        Title { language, text: kind }
    });
    let texts = languages.iter().map(|&language| {
        let lines = render(&draft.body, &ends, Side::Us, language);
        TextIn { language, right_to_left: language.is_right_to_left(), text: text(&lines), lines }
    });
    let refused = refused.map(|error| {
        let said = Problem::from(error).said();
        WouldBeRefused {
            code: said.code,
            field: said.field,
            reason: said.reason,
            remedy: said.remedy,
        }
    });
    DraftView {
        draft: id,
        state: ExchangeState::Drafted,
        party: peer.party.clone(),
        desk: peer.desk,
        kind: draft.body.kind(),
        exchange: draft.body.exchange(),
        role: draft.role.clone(),
        drafted_at: draft.drafted_at,
        changed_at: draft.changed_at,
        titles: titles.collect(),
        texts: texts.collect(),
        refused,
        touching,
        body: draft.body,
    }
}
