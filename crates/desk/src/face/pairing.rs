//! Pairing with another desk: its card in, a phrase out, and the word of two people that it is the same.

use keepclear_line::quantity::DeskId;

use super::answers::{Json, Pairing};
use super::asks::Confirming;
use super::call::Call;
use super::place::{overview, speaker};
use super::problem::Problem;
use crate::card::{Card, CardError, CardJson};

/// `POST /desk/v1/cards`
pub async fn pair(call: &Call<'_>, card: CardJson) -> Result<Json<Pairing>, Problem> {
    let card = Card::try_from(card).map_err(wrong_card)?;
    let peer = card.desk();
    let speaker = speaker(call, call.face.role_on(peer))?;
    call.face.desk.pair(speaker, card).await?;
    paired(call, peer)
}

/// `POST /desk/v1/lines/{peer}/confirmation`
pub async fn confirm(call: &Call<'_>, ask: Confirming) -> Result<Json<Pairing>, Problem> {
    let Confirming { phrase } = ask;
    let line = overview(call)?;
    let peer = line.view.desk;
    if let Some(heard) = phrase {
        let same = |(a, b): (&String, &String)| a.trim().eq_ignore_ascii_case(b);
        let ours = both(&line.phrases);
        if heard.len() != ours.len() || !heard.iter().zip(&ours).all(same) {
            let reason = "is not the phrase of these two cards";
            let remedy =
                "compare it again; if it stays another, somebody is between you: do not confirm";
            return Err(Problem::field("phrase", reason, remedy));
        }
    }
    let speaker = speaker(call, call.face.role_on(peer))?;
    call.face.desk.confirm(speaker, peer).await?;
    paired(call, peer)
}

fn paired(call: &Call<'_>, peer: DeskId) -> Result<Json<Pairing>, Problem> {
    let desk = &call.face.desk;
    let line = desk.line(peer).ok_or_else(|| Problem::NoPeer(peer.to_string()))?;
    Ok(Json(Pairing {
        party: line.view.party,
        desk: peer,
        exercise: line.view.exercise,
        phrase: both(&line.phrases),
        confirmed: line.confirmed.is_some(),
        position: desk.moved().borrow().position,
    }))
}

/// The words of both cards, in an order that does not depend on whose desk shows them.
pub fn both(phrases: &[Vec<String>; 2]) -> Vec<String> {
    let mut phrases = phrases.clone();
    phrases.sort_unstable();
    phrases.concat()
}

/// What is wrong with a card, as the API says it.
pub fn wrong_card(error: CardError) -> Problem {
    let remedy = "ask the other party for the card again, as their desk wrote it";
    match error {
        CardError::Json(reason) => Problem::field("card", reason, remedy),
        CardError::Field { field, found, expected } => {
            Problem::field(field, format!("is {found:?}; expected is {expected}"), remedy)
        }
        CardError::Signature => Problem::field("signature", "is not by the card's own key", remedy),
    }
}
