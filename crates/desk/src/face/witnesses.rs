//! Witnesses of a line, which a supervisor names and dismisses; and the lines between others that this
//! desk witnesses.

use std::str::FromStr as _;

use keepclear_line::phrases::{Ends, render, text};
use keepclear_line::quantity::{DeskId, Words};
use keepclear_line::{Body, Witness};
use uuid::Uuid;

use super::answers::{GivenMessage, GivenMessages, Json, Said, TextIn, WitnessedLines};
use super::asks::WitnessAsk;
use super::call::Call;
use super::operations::Nothing;
use super::place::{AtLine, languages, peer};
use super::problem::Problem;
use super::texts;
use crate::card::Card;
use crate::witnessing::{WitnessedEntry, WitnessedMessage};

/// Messages of a witnessed line that are answered at once: unless it is said, and at most.
const MESSAGES: usize = 100;
const MESSAGES_MAX: usize = 500;

/// `POST /desk/v1/lines/{peer}/witnesses`
pub async fn name(call: &Call<'_>, ask: WitnessAsk) -> Result<Json<Said>, Problem> {
    let line = AtLine::of(call)?;
    let earlier = match line.earlier() {
        Some(Body::NameWitness { witness }) => Some(witness.clone()),
        _ => None,
    };
    let witness = match ask {
        WitnessAsk::Name { peer: known, card, mut reads, from } => {
            reads.sort_unstable();
            reads.dedup();
            let since = earlier.map(|witness| witness.from);
            let from = from.or(since).unwrap_or_else(|| line.now());
            let (party, desk, key) = match (known, card) {
                (Some(known), None) => {
                    let peer = peer(call, &known)?;
                    confirmed(&peer)?;
                    (peer.party, peer.desk, peer.key)
                }
                (None, Some(card)) => {
                    let card = Card::try_from(*card).map_err(super::pairing::wrong_card)?;
                    if card.exercise() != call.face.desk.card().exercise() {
                        let reason = format!("says exercise: {}", card.exercise());
                        let remedy = "name a desk that was founded as this one, real or exercise";
                        return Err(Problem::field("name.card.exercise", reason, remedy));
                    }
                    let key = card.key().map_err(super::pairing::wrong_card)?;
                    let key = keepclear_line::quantity::Key(key.to_bytes());
                    (card.party().clone(), card.desk(), key)
                }
                _ => {
                    let reason = "is to be named by `peer` or by `card`, one of the two";
                    let remedy = "name a desk of /desk/v1/lines, or give the witness's card";
                    return Err(Problem::field("name", reason, remedy));
                }
            };
            Witness { party, desk, key, reads, from }
        }
        WitnessAsk::Agree { desk } => {
            let proposed = || {
                let witnesses = call.face.desk.line(line.peer())?.view.witnesses;
                witnesses.into_iter().find(|view| view.desk == desk)?.theirs
            };
            let witness = earlier.filter(|witness| witness.desk == desk).or_else(proposed);
            witness.ok_or_else(|| {
                let reason = format!("is {desk}, whom the other side does not name");
                Problem::field("agree.desk", reason, "name a witness, or wait for their naming")
            })?
        }
    };
    line.say(Body::NameWitness { witness }).await
}

fn confirmed(peer: &super::lookup::PeerBrief) -> Result<(), Problem> {
    if peer.confirmed {
        return Ok(());
    }
    let reason = "is a desk whose card nobody has compared";
    Err(Problem::field("name.peer", reason, "compare the phrase with it and confirm it first"))
}

/// `DELETE /desk/v1/lines/{peer}/witnesses/{desk}`
pub async fn dismiss(call: &Call<'_>, _: Nothing) -> Result<Json<Said>, Problem> {
    let text = call.parameter(1);
    let desk = text.parse::<DeskId>().map_err(|_| {
        let shown: String = text.chars().take(60).collect();
        Problem::field("desk", format!("is {shown:?}, not a UUID"), "name the witness's desk")
    })?;
    let words = call.query("words").map(Words::new).transpose();
    let words = words.map_err(|error| {
        Problem::field("words", error.to_string(), "write it shorter, in plain text")
    })?;
    AtLine::of(call)?.say(Body::DismissWitness { desk, words }).await
}

/// `GET /desk/v1/witnessed`
pub async fn list(call: &Call<'_>, _: Nothing) -> Result<Json<WitnessedLines>, Problem> {
    let desk = &call.face.desk;
    Ok(Json(WitnessedLines { now: desk.now(), lines: desk.witnessed() }))
}

/// `GET /desk/v1/witnessed/{line}/messages`
pub async fn messages(call: &Call<'_>, _: Nothing) -> Result<Json<GivenMessages>, Problem> {
    let shown = || call.parameter(0).chars().take(60).collect::<String>();
    let id = Uuid::from_str(call.parameter(0)).map_err(|_| {
        Problem::field("line", format!("is {:?}, not a UUID", shown()), "name it by its id")
    })?;
    let facts = call.face.desk.witnessed_line(id.into_bytes());
    let facts = facts.ok_or_else(|| Problem::NotWitnessed(shown()))?;
    let after = number(call, "after")?.unwrap_or(0);
    let limit = number(call, "limit")?.map_or(MESSAGES, |limit| limit as usize);
    let limit = limit.clamp(1, MESSAGES_MAX);
    let spoken = match call.query("languages") {
        Some(codes) => texts::parse(&codes)?,
        None => {
            let peers = call.face.desk.peers();
            let party = |desk| peers.iter().find(move |peer| peer.desk == desk);
            let known = facts.parties.iter().find_map(|of| party(of.desk));
            languages(call, known.map_or(&[][..], |peer| &peer.languages))
        }
    };
    let charter = facts.charter();
    let ends = Ends::from(&charter);
    let found = call.face.desk.witnessed_messages(id.into_bytes(), after, limit).await;
    let messages = found.into_iter().map(|message| {
        let WitnessedMessage { number, side, lane, sequence, message, giver, stored_at, said } =
            message;
        let by = charter.party(side);
        let withheld = said.is_none();
        let texts = said.iter().filter_map(|said| said.body.as_ref()).flat_map(|body| {
            spoken.iter().map(|&language| {
                let lines = render(body, &ends, side, language);
                let right_to_left = language.is_right_to_left();
                TextIn { language, right_to_left, text: text(&lines), lines }
            })
        });
        let texts = texts.collect();
        let (said_at, role, kind, body, new_key) = match said {
            Some(WitnessedEntry { at, role, kind, body, key }) => (Some(at), role, kind, body, key),
            None => (None, None, None, None, None),
        };
        GivenMessage {
            number,
            party: by.name.clone(),
            desk: by.desk,
            lane,
            sequence,
            message,
            withheld,
            said_at,
            role,
            kind,
            body,
            new_key,
            texts,
            given_by: giver,
            stored_at,
        }
    });
    Ok(Json(GivenMessages { line: id.to_string(), messages: messages.collect() }))
}

fn number(call: &Call<'_>, name: &'static str) -> Result<Option<u64>, Problem> {
    let Some(text) = call.query(name) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| {
        let shown: String = text.chars().take(60).collect();
        Problem::field(name, format!("is {shown:?}, not a whole number"), "give a number from 0")
    })
}
