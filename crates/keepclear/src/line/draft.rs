//! Messages that are written and not released: shown as the other side would read them, released, or
//! thrown away.

use std::fmt::Write as _;

use keepclear_line::phrases::Phrase;
use serde_json::{Value, json};

use super::act::Session;
use super::answers::{DeskAnswer, DraftAnswer, DraftsAnswer, PeerAnswer};
use super::error::LineError;
use super::find;
use super::telling::{clock, short, touched, words};

/// Shortest beginning of a draft's id that is taken.
const PREFIX_MIN: usize = 4;

/// Keeps what would have been said, and shows it.
///
/// # Errors
/// When the desk does not take it.
pub async fn keep(session: &Session, peer: &str, body: &Value) -> Result<(), LineError> {
    let kept = session.client.post(&["lines", peer, "drafts"], body).await?;
    let id = kept["draft"].as_str().unwrap_or_default().to_owned();
    let draft: DraftAnswer = session.client.read(&["lines", peer, "drafts", &id]).await?;
    let block = told(&draft);
    session.print(&kept, || block)
}

/// The body of a draft, for what would be posted to a path of a line.
pub fn to_line(what: &str, body: &Value) -> Value {
    let name = match what {
        "distress" => what,
        several => several.trim_end_matches('s'),
    };
    json!({ name: body })
}

/// The same for a path within an exchange.
pub fn within(exchange: &str, path: &[&str], body: &Value) -> Value {
    let say = match path {
        ["milestones", number] => {
            let number: u8 = number.parse().unwrap_or_default();
            json!({ "milestone": { "number": number, "said": body } })
        }
        [what] => json!({ what.replace('-', "_"): body }),
        _ => Value::Null,
    };
    json!({ "within": { "exchange": exchange, "say": say } })
}

/// Every draft, or those to one party.
///
/// # Errors
/// When the desk does not answer.
pub async fn list(session: &Session, party: Option<&str>) -> Result<(), LineError> {
    let desk = find::desk(&session.client).await?;
    let peers = match party {
        Some(party) => vec![find::peer(&desk, party)?],
        None => desk.peers.iter().collect(),
    };
    let (mut all, mut block) = (Vec::new(), String::new());
    for peer in peers {
        let path = ["lines", &peer.desk.to_string(), "drafts"];
        let answer: Value = session.client.get(&path).await?;
        let drafts: DraftsAnswer = session.client.form(answer.clone())?;
        drafts.drafts.iter().for_each(|draft| block.push_str(&told(draft)));
        all.push(answer);
    }
    if block.is_empty() {
        block.push_str("no draft\n");
    }
    session.print(&Value::Array(all), || block)
}

/// Releases a draft: it is said as it stands, if the line takes it.
///
/// # Errors
/// When there is none, or the line refuses it; it stays a draft then.
pub async fn release(session: &Session, wanted: &str, wait_us: i64) -> Result<(), LineError> {
    let desk = find::desk(&session.client).await?;
    let (peer, draft) = one(session, &desk, wanted).await?;
    let path = ["lines", &peer.desk.to_string(), "drafts", &draft.draft, "release"];
    let said = session.client.post(&path, &json!({})).await?;
    session.told(said, wait_us).await
}

/// Throws a draft away.
///
/// # Errors
/// When there is none.
pub async fn discard(session: &Session, wanted: &str) -> Result<(), LineError> {
    let desk = find::desk(&session.client).await?;
    let (peer, draft) = one(session, &desk, wanted).await?;
    let path = ["lines", &peer.desk.to_string(), "drafts", &draft.draft];
    let done = session.client.delete(&path).await?;
    session.print(&done, || format!("draft {} is thrown away\n", short(&draft.draft)))
}

async fn one<'a>(
    session: &Session,
    desk: &'a DeskAnswer,
    wanted: &str,
) -> Result<(&'a PeerAnswer, DraftAnswer), LineError> {
    if wanted.len() < PREFIX_MIN {
        let text = format!("DRAFT {wanted}: too short; give at least {PREFIX_MIN} characters");
        return Err(LineError::Input(text));
    }
    let wanted = wanted.to_lowercase();
    let mut found = Vec::new();
    for peer in &desk.peers {
        let path = ["lines", &peer.desk.to_string(), "drafts"];
        let answer: DraftsAnswer = session.client.read(&path).await?;
        let like = answer.drafts.into_iter().filter(|draft| draft.draft.starts_with(&wanted));
        found.extend(like.map(|draft| (peer, draft)));
    }
    match (found.pop(), found.is_empty()) {
        (Some(one), true) => Ok(one),
        (None, _) => Err(LineError::Input(format!(
            "DRAFT {wanted}: none begins so; `line drafts` prints them"
        ))),
        _ => {
            Err(LineError::Input(format!("DRAFT {wanted}: several begin so; give more characters")))
        }
    }
}

/// A draft as both sides would read it.
fn told(draft: &DraftAnswer) -> String {
    let mut block = String::new();
    let title = draft.titles.first().map_or("", |title| title.text.as_str());
    let _ = writeln!(
        block,
        "DRAFT {} to {}: {title}: {}",
        short(&draft.draft),
        draft.party,
        words(Phrase::from(keepclear_line::view::ExchangeState::Drafted)).to_uppercase()
    );
    let _ = writeln!(block, "  written    {} as {}", clock(draft.changed_at), draft.role);
    if let Some(refused) = &draft.refused {
        let _ = writeln!(block, "  REFUSED    if it were released now: {}", refused.reason);
    }
    if !draft.touching.is_empty() {
        let _ = writeln!(block, "  touches    {}", touched(&draft.touching));
    }
    for text in &draft.texts {
        let _ = writeln!(block, "  --- {} ---", text.language);
        for line in text.text.lines() {
            let _ = writeln!(block, "  {line}");
        }
    }
    block
}
