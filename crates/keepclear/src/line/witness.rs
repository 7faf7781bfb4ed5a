//! Witnesses of a line, and the lines between others that this desk witnesses.

use std::fmt::Write as _;
use std::fs;

use keepclear_line::Subject;
use keepclear_line::message::{Lane, MessageKind};
use keepclear_line::phrases::Phrase;
use keepclear_line::quantity::{DeskId, Instant, MessageId, Name};
use keepclear_line::view::{WitnessState, WitnessView};
use serde::Deserialize;
use serde_json::{Value, json};

use super::act::Session;
use super::arguments::{WitnessArgs, WitnessedArgs};
use super::error::LineError;
use super::find;
use super::telling::{clock, words};

/// Witnesses of one line, as the desk shows them.
#[derive(Debug, Deserialize)]
struct LineWitnesses {
    witnesses: Vec<WitnessView>,
}

/// Lines between others.
#[derive(Debug, Deserialize)]
struct Witnessed {
    lines: Vec<Between>,
}

#[derive(Debug, Deserialize)]
struct Between {
    line: String,
    exercise: bool,
    parties: Vec<Party>,
    givers: Vec<Giver>,
    lanes: Vec<LaneOf>,
    contradicted: bool,
    differences: Vec<Difference>,
}

#[derive(Debug, Deserialize)]
struct Party {
    party: Name,
    desk: DeskId,
    by_own_card: bool,
}

#[derive(Debug, Deserialize)]
struct Giver {
    desk: DeskId,
    reads: Vec<Subject>,
    from: Instant,
    ended: Option<Instant>,
}

#[derive(Debug, Deserialize)]
struct LaneOf {
    desk: DeskId,
    lane: Lane,
    entries: u64,
    withheld: u64,
}

#[derive(Debug, Deserialize)]
struct Difference {
    giver: DeskId,
    desk: DeskId,
    lane: Lane,
    sequence: u64,
    gives: MessageId,
    held: MessageId,
}

#[derive(Debug, Deserialize)]
struct Given {
    messages: Vec<Message>,
}

#[derive(Debug, Deserialize)]
struct Message {
    number: u64,
    party: Name,
    lane: Lane,
    sequence: u64,
    message: MessageId,
    withheld: bool,
    said_at: Option<Instant>,
    kind: Option<MessageKind>,
    texts: Vec<TextIn>,
}

#[derive(Debug, Deserialize)]
struct TextIn {
    text: String,
}

/// Names a witness, agrees to one, or dismisses one.
///
/// # Errors
/// When the desk refuses, or a file is wrong.
pub async fn witness(session: &Session, args: &WitnessArgs) -> Result<(), LineError> {
    let WitnessArgs { party, name, card, agree, dismiss, reads, from, words } = args;
    let desk = find::desk(&session.client).await?;
    let peer = find::peer(&desk, party)?;
    let line = peer.desk.to_string();
    let path = ["lines", &line, "witnesses"];
    let reads: Vec<Subject> = reads.iter().map(|name| Subject::from(*name)).collect();
    let said = if let Some(witness) = agree {
        let desk = named(session, &line, witness).await?.to_string();
        session.client.post(&path, &json!({ "agree": { "desk": desk } })).await?
    } else if let Some(witness) = dismiss {
        let desk = named(session, &line, witness).await?.to_string();
        let path = [&path[..], &[&desk]].concat();
        let words = words.as_deref().map(|words| session.words(words)).transpose()?;
        let query = words.as_ref().map(|words| ("words", words.as_str()));
        session.client.delete_with(&path, query.as_slice()).await?
    } else {
        let mut body = json!({ "reads": reads, "from": from });
        match (name, card) {
            (Some(name), _) => body["peer"] = json!(find::peer(&desk, name)?.desk),
            (None, Some(file)) => body["card"] = card_in(file)?,
            (None, None) => {}
        }
        session.client.post(&path, &json!({ "name": body })).await?
    };
    let standing: LineWitnesses = session.client.read(&["lines", &line]).await?;
    session.print(&said, || {
        let mut block = format!("witnesses of the line with {}\n", peer.party);
        for view in &standing.witnesses {
            one_witness(&mut block, view);
        }
        block
    })
}

fn card_in(file: &std::path::Path) -> Result<Value, LineError> {
    let wrong = |reason: &dyn std::fmt::Display| {
        LineError::Input(format!(
            "--card {}: {reason}; give the file that the witness's desk wrote with `line pair --write`",
            file.display()
        ))
    };
    let text = fs::read_to_string(file).map_err(|error| wrong(&error))?;
    serde_json::from_str(&text).map_err(|error| wrong(&error))
}

/// The desk of a witness, by its id, the beginning of it, or its party's name.
async fn named(session: &Session, line: &str, wanted: &str) -> Result<DeskId, LineError> {
    let standing: LineWitnesses = session.client.read(&["lines", line]).await?;
    let is = |view: &&WitnessView| {
        let mut names = [&view.ours, &view.theirs].into_iter().flatten();
        let called = names.any(|named| named.party.as_str() == wanted);
        called || (wanted.len() >= 4 && view.desk.to_string().starts_with(wanted))
    };
    let found: Vec<DeskId> = standing.witnesses.iter().filter(is).map(|view| view.desk).collect();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(LineError::Input(format!(
            "DESK {wanted}: neither side of the line names it as a witness"
        ))),
        several => Err(LineError::Input(format!(
            "DESK {wanted}: {} witnesses are called so; give more characters of the desk's id",
            several.len()
        ))),
    }
}

fn one_witness(block: &mut String, view: &WitnessView) {
    let WitnessView { desk, state, ours, theirs, since: _ } = view;
    let shown = match state {
        WitnessState::ProposedByThem => theirs.as_ref().or(ours.as_ref()),
        _ => ours.as_ref().or(theirs.as_ref()),
    };
    let called = shown.map_or(String::new(), |named| format!("{} ", named.party));
    let _ = writeln!(block, "  {called}({desk}): {}", words(*state));
    if let Some(named) = shown {
        let _ = writeln!(block, "    {}, from {}", subjects(&named.reads), clock(named.from));
    }
}

fn subjects(reads: &[Subject]) -> String {
    reads.iter().map(|subject| words(*subject)).collect::<Vec<_>>().join(", ")
}

/// The lines that this desk witnesses, or what was given of one.
///
/// # Errors
/// When the desk does not answer, or knows no such line.
pub async fn witnessed(session: &Session, args: &WitnessedArgs) -> Result<(), LineError> {
    let answer = session.client.get(&["witnessed"]).await?;
    let known: Witnessed = session.client.form(answer.clone())?;
    let Some(wanted) = &args.line else {
        return session.print(&answer, || {
            let mut block = String::new();
            for line in &known.lines {
                between(&mut block, line);
            }
            if block.is_empty() {
                block.push_str("this desk is a witness of no line\n");
            }
            block
        });
    };
    let found: Vec<&Between> =
        known.lines.iter().filter(|line| line.line.starts_with(&wanted.to_lowercase())).collect();
    let [line] = found.as_slice() else {
        return Err(LineError::Input(format!(
            "LINE {wanted}: {} lines that this desk witnesses begin so",
            found.len()
        )));
    };
    let codes: Vec<String> = args.languages.iter().map(ToString::to_string).collect();
    let (after, limit, codes) = (args.after.to_string(), args.limit.to_string(), codes.join(","));
    let query = [("after", after.as_str()), ("limit", &limit), ("languages", &codes)];
    let answer = session.client.get_with(&["witnessed", &line.line, "messages"], &query).await?;
    let given: Given = session.client.form(answer.clone())?;
    session.print(&answer, || {
        let mut block = String::new();
        between(&mut block, line);
        for message in &given.messages {
            one_message(&mut block, message);
        }
        block
    })
}

fn between(block: &mut String, line: &Between) {
    let name = |desk: DeskId| {
        let party = line.parties.iter().find(|party| party.desk == desk);
        party.map_or_else(|| desk.to_string(), |party| party.party.to_string())
    };
    if line.exercise {
        let _ = writeln!(block, "{}", words(Phrase::EXERCISE));
    }
    let parties: Vec<String> = line.parties.iter().map(|party| party.party.to_string()).collect();
    let _ = writeln!(block, "{}: {}", line.line, parties.join(" and "));
    for party in line.parties.iter().filter(|party| !party.by_own_card) {
        let _ = writeln!(block, "  {}: known only by the other party's word", party.party);
    }
    for giver in &line.givers {
        let ended =
            giver.ended.map_or(String::new(), |at| format!(", no more since {}", clock(at)));
        let reads = subjects(&giver.reads);
        let _ = writeln!(
            block,
            "  given by {}: {reads}, from {}{ended}",
            name(giver.desk),
            clock(giver.from)
        );
    }
    for lane in &line.lanes {
        let _ = writeln!(
            block,
            "  {} of {}: {} entries, {} of them withheld",
            words(lane.lane),
            name(lane.desk),
            lane.entries,
            lane.withheld
        );
    }
    if line.contradicted {
        let _ = writeln!(block, "  THE TWO PARTIES DO NOT GIVE THE SAME LINE");
    }
    for found in &line.differences {
        let _ = writeln!(
            block,
            "  {} gives {} as entry {} of the {} of {}; {} was given before",
            name(found.giver),
            found.gives,
            found.sequence,
            words(found.lane),
            name(found.desk),
            found.held
        );
    }
}

fn one_message(block: &mut String, message: &Message) {
    let Message { number, party, lane, sequence, .. } = message;
    let at = message.said_at.map_or(String::new(), |at| format!(" {}", clock(at)));
    let kind = message.kind.map_or(String::new(), |kind| format!(": {}", words(kind)));
    let _ = writeln!(block, "\n{number}.{at} {party}, {} {sequence}{kind}", words(*lane));
    if message.withheld {
        let _ = writeln!(block, "  {}: {}", words(Phrase::WITHHELD), message.message);
    }
    for text in &message.texts {
        for row in text.text.lines() {
            let _ = writeln!(block, "  {row}");
        }
    }
}
