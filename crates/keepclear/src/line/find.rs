//! From what a person types to what it names: a party, or the beginning of an exchange's id.

use keepclear_line::quantity::{ExchangeId, MessageId};

use super::answers::{DeskAnswer, ExchangeAnswer, ExchangesAnswer, PeerAnswer};
use super::client::Client;
use super::error::LineError;

/// Shortest beginning of an id that is taken.
const PREFIX_MIN: usize = 4;

/// The desk's own description.
///
/// # Errors
/// When the desk does not answer.
pub async fn desk(client: &Client) -> Result<DeskAnswer, LineError> {
    client.read(&["desk"]).await
}

/// The desk of a party, by its name in any case of letters, or by the beginning of its id.
///
/// # Errors
/// When there is none, or more than one.
pub fn peer<'a>(desk: &'a DeskAnswer, wanted: &str) -> Result<&'a PeerAnswer, LineError> {
    let exact = desk.peers.iter().filter(|peer| peer.party.as_str() == wanted);
    let alike = desk.peers.iter().filter(|peer| {
        peer.party.as_str().to_lowercase() == wanted.to_lowercase()
            || (wanted.len() >= PREFIX_MIN && peer.desk.to_string().starts_with(wanted))
    });
    let found: Vec<&PeerAnswer> = match exact.collect::<Vec<_>>() {
        exact if exact.len() == 1 => exact,
        _ => alike.collect(),
    };
    match found.as_slice() {
        [one] => Ok(one),
        [] if desk.peers.is_empty() => Err(LineError::Input(format!(
            "PARTY {wanted}: this desk has no line yet; pair it first: keepclear line pair --read FILE"
        ))),
        [] => {
            let names: Vec<&str> = desk.peers.iter().map(|peer| peer.party.as_str()).collect();
            Err(LineError::Input(format!(
                "PARTY {wanted}: this desk has no line with it; it has one with {}",
                names.join(", ")
            )))
        }
        several => {
            let ids: Vec<String> = several.iter().map(|peer| peer.desk.to_string()).collect();
            Err(LineError::Input(format!(
                "PARTY {wanted}: several desks are called so; name one of {}",
                ids.join(", ")
            )))
        }
    }
}

/// The exchange whose id begins so, as it stands.
///
/// # Errors
/// When there is none, or more than one.
pub async fn exchange(client: &Client, wanted: &str) -> Result<ExchangeAnswer, LineError> {
    if let Ok(id) = wanted.parse::<ExchangeId>() {
        return client.read(&["exchanges", &id.to_string()]).await;
    }
    if wanted.len() < PREFIX_MIN {
        return Err(LineError::Input(format!(
            "EXCHANGE {wanted}: too short; give at least {PREFIX_MIN} characters of its id"
        )));
    }
    let wanted = wanted.to_lowercase();
    let mut found = Vec::new();
    for peer in desk(client).await?.peers {
        let id = peer.desk.to_string();
        let path = ["lines", &id, "exchanges"];
        let answer: ExchangesAnswer = client.ask(&path, &[("begins", &wanted)]).await?;
        found.extend(answer.exchanges.iter().map(|row| row.brief.id.to_string()));
    }
    match found.as_slice() {
        [one] => client.read(&["exchanges", one]).await,
        [] => Err(LineError::Input(format!(
            "EXCHANGE {wanted}: no exchange begins so; look at `inbox`"
        ))),
        several => Err(LineError::Input(format!(
            "EXCHANGE {wanted}: several begin so: {}; give more characters",
            several.join(", ")
        ))),
    }
}

/// The message of an exchange whose id begins so.
///
/// # Errors
/// When there is none, or more than one.
pub fn message(exchange: &ExchangeAnswer, wanted: &str) -> Result<MessageId, LineError> {
    let wanted = wanted.to_lowercase();
    let ids = exchange.exchange.messages.iter().map(|message| message.id);
    let found: Vec<MessageId> = ids.filter(|id| id.to_string().starts_with(&wanted)).collect();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(LineError::Input(format!("MESSAGE {wanted}: none of the exchange begins so"))),
        _ => Err(LineError::Input(format!(
            "MESSAGE {wanted}: several begin so; give more characters"
        ))),
    }
}
