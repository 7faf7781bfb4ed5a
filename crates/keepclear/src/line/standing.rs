//! Commitments, and what a supervisor sets: watches, suspensions, alarms out of sight.

use keepclear_line::message::{Action, Window};
use keepclear_line::quantity::{Instant, Name};
use serde_json::{Value, json};

use super::act::Session;
use super::answers::{AlarmsAnswer, ExchangeAnswer};
use super::arguments::{By, CommitArgs};
use super::error::LineError;
use super::telling::clock;
use super::{fields, find};

/// Offers a commitment, or signs the one that is offered.
///
/// # Errors
/// When it is refused, or the exchange leaves open what is promised.
pub async fn commit(session: &Session, args: &CommitArgs) -> Result<(), LineError> {
    let exchange = find::exchange(&session.client, &args.exchange).await?;
    if args.sign {
        return session.within(&exchange, "signature", &json!({})).await;
    }
    let desk = find::desk(&session.client).await?;
    let ours = args.by == Some(By::Us);
    let by = if ours { desk.desk } else { exchange.desk };
    let mut body = promise(args, &exchange, ours)?;
    body["by"] = json!(by);
    let body = json!({ "commitment": body });
    session.say_within(&exchange, &["commitment"], &body, args.wait.wait).await
}

/// From the flags, and for what they leave out from the exchange's own fields.
fn promise(args: &CommitArgs, exchange: &ExchangeAnswer, ours: bool) -> Result<Value, LineError> {
    let before = exchange.exchange.content.as_ref();
    let topic = before.map_or(keepclear_line::message::Topic::Flights, |content| content.topic);
    let content = fields::content(&args.fields, fields::action(&args.action), before, topic)?;
    let action: Action = content.action.ok_or_else(|| {
        LineError::Input(
            "commit: says nothing to do; give --delay 4min or another action".to_owned(),
        )
    })?;
    // The fields are those of who opened the exchange; a promise names the flights of who promises.
    let said_by_us = exchange.exchange.opened_by == keepclear_line::view::Side::Us;
    let flags = if ours { &args.fields.our_flights } else { &args.fields.your_flights };
    let flights: Vec<Name> = match (flags.as_slice(), said_by_us == ours) {
        ([], true) => content.our_flights,
        ([], false) => content.your_flights,
        (given, _) => fields::names("--our-flights", given)?,
    };
    let window = in_force(args, content.window);
    let mut milestones = Vec::new();
    for (what, deadline) in &args.milestone {
        let what = session_words(what)?;
        milestones.push(json!({ "what": what, "deadline": deadline, "evidence": args.evidence }));
    }
    Ok(json!({
        "action": action,
        "window": window,
        "flights": flights,
        "volumes": content.volumes,
        "milestones": milestones,
    }))
}

/// A promise is in force from when it is offered, and as long as its last milestone may take, unless the
/// flags say otherwise.
fn in_force(args: &CommitArgs, given: Window) -> Window {
    let now = Instant(jiff::Timestamp::now().as_microsecond());
    let deadlines = args.milestone.iter().map(|(_, deadline)| *deadline);
    let from = if args.fields.from.is_some() { given.from } else { given.from.min(now) };
    let to = match args.fields.to {
        Some(to) => to,
        None => deadlines.fold(given.to, Instant::max),
    };
    Window { from, to }
}

fn session_words(text: &str) -> Result<keepclear_line::quantity::Words, LineError> {
    keepclear_line::quantity::Words::new(text)
        .map_err(|error| LineError::Input(format!("--milestone {text}: {error}")))
}

/// Names the next watch, on one line or on all.
///
/// # Errors
/// When it is refused on a line; on those before it stands.
pub async fn hand_over(
    session: &Session,
    role: &str,
    at: Instant,
    party: Option<&str>,
) -> Result<(), LineError> {
    let desk = find::desk(&session.client).await?;
    let peers = match party {
        Some(party) => vec![find::peer(&desk, party)?],
        None => desk.peers.iter().collect(),
    };
    let body = json!({ "role": &fields::names("--role", &[role.to_owned()])?[0], "at": at });
    for peer in peers {
        let path = ["lines", &peer.desk.to_string(), "handover"];
        let said = session.client.post(&path, &body).await?;
        let told = || format!("{} is told: {role} on watch from {}\n", peer.party, clock(at));
        session.print(&said, told)?;
    }
    Ok(())
}

/// Suspends a line, or takes it up again where there is no body.
///
/// # Errors
/// When it is refused.
pub async fn suspension(
    session: &Session,
    party: &str,
    body: Option<&Value>,
) -> Result<(), LineError> {
    let desk = find::desk(&session.client).await?;
    let peer = find::peer(&desk, party)?;
    let path = ["lines", &peer.desk.to_string(), "suspension"];
    let (said, told) = match body {
        Some(body) => (
            session.client.post(&path, body).await?,
            "suspended by us; distress and tests still pass",
        ),
        None => (session.client.delete(&path).await?, "taken up again by us"),
    };
    session.print(&said, || format!("the line with {}: {told}\n", peer.party))
}

/// Takes an alarm out of sight.
///
/// # Errors
/// When it is refused.
pub async fn shelve(
    session: &Session,
    key: &str,
    until: Instant,
    reason: &str,
    party: Option<&str>,
) -> Result<(), LineError> {
    let peer = match party {
        Some(party) => Some(find::peer(&find::desk(&session.client).await?, party)?.desk),
        None => None,
    };
    let mut page: AlarmsAnswer = session.client.read(&["alarms"]).await?;
    let mut alarms = page.alarms;
    while let Some(next) = page.next {
        page = session.client.ask(&["alarms"], &[("cursor", &next)]).await?;
        alarms.append(&mut page.alarms);
    }
    let keys = alarms.iter().map(|found| found.alarm.key.as_str());
    let mut found: Vec<&str> = keys.filter(|found| found.starts_with(key)).collect();
    found.dedup();
    // The whole key of one may be the beginning of another's.
    let key = match found.as_slice() {
        [one] => one,
        several if several.contains(&key) => key,
        [] => {
            let text = format!("KEY {key}: no alarm's key begins so; `inbox` prints them");
            return Err(LineError::Input(text));
        }
        several => {
            return Err(LineError::Input(format!(
                "KEY {key}: several alarms begin so: {}; give more characters",
                several.join(", ")
            )));
        }
    };
    let body = json!({ "peer": peer, "reason": session.words(reason)?, "until": until });
    let said = session.client.post(&["alarms", key, "shelving"], &body).await?;
    session.print(&said, || format!("{key}: out of sight until {}\n", clock(until)))
}
