//! Pairing by files and telephone, and a change of keys and certificates.

use std::fs;

use keepclear_line::quantity::Name;
use serde_json::{Value, json};

use super::act::Session;
use super::answers::PairingAnswer;
use super::arguments::PairArgs;
use super::error::LineError;
use super::find;

/// Words on one line of a phrase.
const WORDS_ON_A_LINE: usize = 5;

/// One step of pairing.
///
/// # Errors
/// When a file is wrong, or the desk refuses.
pub async fn pair(session: &Session, args: &PairArgs) -> Result<(), LineError> {
    let PairArgs { write, read, confirm, replace, replace_certificate, accept } = args;
    if let Some(file) = write {
        let card = session.client.get(&["card"]).await?;
        fs::write(file, format!("{card:#}\n"))
            .map_err(|error| LineError::Input(format!("--write {}: {error}", file.display())))?;
        let told = || {
            format!(
                "our card is in {}\nsend it to the other party by any way, and read theirs: keepclear line pair --read FILE\n",
                file.display()
            )
        };
        return session.print(&card, told);
    }
    if let Some(file) = read {
        let wrong = |reason: &dyn std::fmt::Display| {
            LineError::Input(format!(
                "--read {}: {reason}; give the file that the other desk wrote with `line pair --write`",
                file.display()
            ))
        };
        let text = fs::read_to_string(file).map_err(|error| wrong(&error))?;
        let card: Value = serde_json::from_str(&text).map_err(|error| wrong(&error))?;
        let answer = session.client.post(&["cards"], &card).await?;
        let pairing: PairingAnswer = session.client.form(answer.clone())?;
        return session.print(&answer, || compare(&pairing));
    }
    let desk = find::desk(&session.client).await?;
    let party = [confirm, replace, replace_certificate].into_iter().flatten().next();
    let peer = find::peer(&desk, party.map_or("", String::as_str))?;
    let id = peer.desk.to_string();
    if confirm.is_some() {
        return confirmed(session, &id).await;
    }
    let change = if replace.is_some() { &KEY } else { &CERTIFICATE };
    self::replace(session, &id, &peer.party, change, accept.as_deref()).await
}

/// What both sides can replace.
struct Change {
    /// The operation, and what stands in its name on a line.
    name: &'static str,
    /// What two people compare of it.
    compared: &'static str,
    flag: &'static str,
}

const KEY: Change = Change { name: "key", compared: "key", flag: "--replace" };
const CERTIFICATE: Change =
    Change { name: "certificate", compared: "fingerprint", flag: "--replace-certificate" };

/// Proposes one, or accepts what was compared.
async fn replace(
    session: &Session,
    id: &str,
    party: &Name,
    change: &Change,
    accept: Option<&str>,
) -> Result<(), LineError> {
    let Change { name, compared, flag } = change;
    let body = match accept {
        Some(value) => json!({ "accept": { (*compared): value } }),
        None => json!({ "propose": {} }),
    };
    let said = session.client.post(&["lines", id, name], &body).await?;
    if accept.is_some() {
        return session.print(&said, || format!("the new {name} of {party} is accepted\n"));
    }
    let line = session.client.get(&["lines", id]).await?;
    let shown = line[format!("our_{name}")][compared].as_str().unwrap_or("not known");
    session.print(&said, || {
        let place = compared.to_uppercase();
        format!(
            "a new {name} is proposed to {party}:\n  {shown}\n\
             read it to them by phone; their desk shows it too, and they accept it: keepclear line pair {flag} PARTY --accept {place}\n"
        )
    })
}

async fn confirmed(session: &Session, id: &str) -> Result<(), LineError> {
    let answer = session.client.post(&["lines", id, "confirmation"], &json!({})).await?;
    let pairing: PairingAnswer = session.client.form(answer.clone())?;
    session.print(&answer, || {
        format!(
            "the line with {} is confirmed; test it: keepclear line test {}\n",
            pairing.party, pairing.party
        )
    })
}

/// What two people read to each other.
fn compare(pairing: &PairingAnswer) -> String {
    let PairingAnswer { party, phrase, exercise, .. } = pairing;
    let exercise = if *exercise { "EXERCISE\n" } else { "" };
    let lines: Vec<String> =
        phrase.chunks(WORDS_ON_A_LINE).map(|words| format!("  {}\n", words.join(" "))).collect();
    format!(
        "{exercise}the card of {party} is read; both desks now show the same phrase. Read it to each other by phone:\n{}\
         the same? keepclear line pair --confirm \"{party}\"      another? stop: somebody is between you\n",
        lines.concat()
    )
}
