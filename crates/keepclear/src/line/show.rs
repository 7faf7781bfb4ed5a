//! What stands: lines, inbox, one exchange in one or two languages.

use std::fmt::Write as _;

use keepclear_line::phrases::{
    End, Ends, Language, Phrase, both, render_exchange, text, text_of_both,
};
use keepclear_line::quantity::{Instant, Name};
use keepclear_line::view::{DirectionView, ExchangeBrief, NotTakenView, TestsView};

use super::act::Session;
use super::answers::{
    AlarmsAnswer, ChangesAnswer, ExchangeRow, ExchangesAnswer, InboxAnswer, LineAnswer, LinesAnswer,
};
use super::arguments::ShowArgs;
use super::error::LineError;
use super::find;
use super::telling::{self, clock, clock_of_day, clocked, duration, short, words};

/// Exchanges of one page.
const PAGE: &str = "200";

/// Every line, or one.
///
/// # Errors
/// When the desk does not answer.
pub async fn status(session: &Session, party: Option<&str>) -> Result<(), LineError> {
    let desk = find::desk(&session.client).await?;
    if session.json {
        let answer = match party {
            Some(party) => {
                let id = find::peer(&desk, party)?.desk.to_string();
                session.client.get(&["lines", &id]).await?
            }
            None => session.client.get(&["lines"]).await?,
        };
        return session.print(&answer, String::new);
    }
    let answer = session.client.get(&["lines"]).await?;
    let lines: LinesAnswer = session.client.form(answer.clone())?;
    let only = party.map(|party| find::peer(&desk, party).map(|peer| peer.desk)).transpose()?;
    let mut block = String::new();
    if desk.exercise {
        let _ = writeln!(block, "{}", words(Phrase::EXERCISE));
    }
    let _ = writeln!(block, "{} as of {}", desk.party, clock(lines.now));
    for line in lines.lines.iter().filter(|line| only.is_none_or(|only| only == line.desk)) {
        block.push_str(&one_line(line, lines.now));
    }
    if let Some(only) = only {
        let stands: ChangesAnswer = session.client.read(&["lines", &only.to_string()]).await?;
        block.push_str(&proposed(&stands));
    }
    session.print(&answer, || block)
}

fn one_line(line: &LineAnswer, now: Instant) -> String {
    let LineAnswer { party, health, tests, our_watch, their_watch, confirmed, .. } = line;
    let mut block = String::new();
    let unconfirmed = if *confirmed { "" } else { "  (phrase not compared yet)" };
    let _ = writeln!(block, "{party}: {}{unconfirmed}", words(health.state).to_uppercase());
    let mut say = |label: &str, text: String| {
        let _ = writeln!(block, "  {label:<12} {text}");
    };
    say("from them", direction(health.inbound, now));
    say("from us", direction(health.outbound, now));
    say("last test", test(tests));
    let watch = |watch: &Option<keepclear_line::view::WatchView>| {
        watch.as_ref().map_or("not known".to_owned(), |watch| watch.role.to_string())
    };
    say("on watch", format!("here {}, there {}", watch(our_watch), watch(their_watch)));
    let apart = health.clock_apart_ms.map_or("not known".to_owned(), |ms| format!("{ms} ms"));
    say("clocks apart", apart);
    let LineAnswer { open, waiting, drafts, .. } = line;
    let outbox = health.outbox;
    say("waiting", format!("{waiting} for us of {open} open, {outbox} in the outbox"));
    if let Some(NotTakenView { entry, reason, .. }) = &health.not_taken {
        say("not taken", format!("the other desk does not take entry {entry} of ours: {reason}"));
    }
    if *drafts > 0 {
        say("drafts", format!("{drafts}, not sent; `line drafts` prints them"));
    }
    if line.alarms + line.faults > 0 {
        say("alarms", format!("{}, faults of theirs: {}", line.alarms, line.faults));
    }
    block
}

/// What the other side wants to replace, for two people to compare.
fn proposed(stands: &ChangesAnswer) -> String {
    let ChangesAnswer { their_key, their_certificate } = stands;
    let key = their_key.filter(|key| key.accepted_at.is_none());
    let certificate = their_certificate.filter(|shown| shown.accepted_at.is_none());
    let rows = [
        key.map(|key| format!("a new key, {}; --replace accepts it", key.key)),
        certificate.map(|shown| {
            let fingerprint = shown.fingerprint;
            format!("a new certificate, {fingerprint}; --replace-certificate accepts it")
        }),
    ];
    let each = rows.into_iter().flatten();
    each.map(|row| format!("  {:<12} {row}\n", "proposed")).collect()
}

/// The age of the last good human test.
pub fn test(tests: &TestsView) -> String {
    let age = tests
        .age_s
        .map_or("never in both directions".to_owned(), |age_s| format!("{} ago", duration(age_s)));
    if tests.overdue { format!("{age}: OVERDUE") } else { age }
}

/// One direction.
pub fn direction(view: DirectionView, now: Instant) -> String {
    match view {
        DirectionView { heard_at: None, .. } => "never since the desk started".to_owned(),
        DirectionView { heard_at: Some(at), silent } => {
            let since = duration(now.seconds_since(at).max(0));
            let silent = if silent { "SILENT since " } else { "carries, " };
            if silent.starts_with('S') {
                format!("{silent}{}, {since}", clock_of_day(at))
            } else {
                format!("{silent}last heard {since} ago")
            }
        }
    }
}

/// What waits for this side: alarms, then exchanges.
///
/// # Errors
/// When the desk does not answer.
pub async fn inbox(session: &Session) -> Result<(), LineError> {
    let answer = session.client.get(&["inbox"]).await?;
    if session.json {
        return session.print(&answer, String::new);
    }
    let inbox: InboxAnswer = session.client.form(answer.clone())?;
    let alarms: AlarmsAnswer = session.client.read(&["alarms"]).await?;
    let mut block = String::new();
    for found in alarms.alarms.iter().filter(|found| found.alarm.shelved.is_none()) {
        let alarm = &found.alarm;
        let due = alarm.due.map_or(String::new(), |due| clocked(due, alarms.now));
        let exchange = alarm.exchange.map_or(String::new(), |id| format!(" {}", short(&id)));
        let _ = writeln!(
            block,
            "{}: {}: {}{exchange}{due}  [{}]",
            words(alarm.level).to_uppercase(),
            found.party,
            words(alarm.kind),
            telling::short_key(&alarm.key, &alarms.alarms)
        );
    }
    for item in &inbox.items {
        let ExchangeRow { brief, touching } = &item.exchange;
        let _ = writeln!(block, "{}", one_item(&item.party, brief, inbox.now));
        if !touching.is_empty() {
            let _ = writeln!(block, "          touches {}", telling::touched(touching));
        }
    }
    for (what, total, shown) in [
        ("alarms", alarms.total, alarms.alarms.len()),
        ("exchanges", inbox.total, inbox.items.len()),
    ] {
        if total > shown {
            let _ = writeln!(block, "and {} more {what}, less urgent", total - shown);
        }
    }
    if block.is_empty() {
        block.push_str("nothing waits for you\n");
    }
    session.print(&answer, || block)
}

/// One page of the exchanges with a party.
///
/// # Errors
/// When the desk does not answer.
pub async fn list(session: &Session, party: &str, cursor: Option<&str>) -> Result<(), LineError> {
    let desk = find::desk(&session.client).await?;
    let peer = find::peer(&desk, party)?;
    let (id, mut query) = (peer.desk.to_string(), vec![("limit", PAGE)]);
    query.extend(cursor.map(|cursor| ("cursor", cursor)));
    let path = ["lines", &id, "exchanges"];
    let answer: serde_json::Value = session.client.ask(&path, &query).await?;
    let page: ExchangesAnswer = session.client.form(answer.clone())?;
    let mut block = String::new();
    for ExchangeRow { brief, .. } in &page.exchanges {
        let _ = writeln!(block, "{}", one_item(&peer.party, brief, page.now));
    }
    if let Some(next) = &page.next {
        let _ = writeln!(block, "older ones: --cursor {next}");
    }
    if block.is_empty() {
        block.push_str("nothing was said yet\n");
    }
    session.print(&answer, || block)
}

/// One exchange on one line.
pub fn one_item(party: &Name, brief: &ExchangeBrief, now: Instant) -> String {
    let due = brief.open.as_ref().and_then(|open| open.answer_due);
    let due = due.map_or(String::new(), |due| clocked(due, now));
    let text = brief.phrase.and_then(telling::text_of_test);
    let text = text.map_or(String::new(), |text| format!(": \"{text}\""));
    format!(
        "{}  {:<10} {party}  {}{text}{due}",
        short(&brief.id),
        telling::matter(brief.matter, brief.commitment.is_some()),
        telling::state(brief.state, brief.has_fields(), brief.answer.as_ref())
    )
}

/// One exchange, all of it.
///
/// # Errors
/// When there is none, or more than two languages are asked for.
pub async fn show(session: &Session, args: &ShowArgs) -> Result<(), LineError> {
    let found = find::exchange(&session.client, &args.exchange).await?;
    if session.json {
        let answer = session.client.get(&["exchanges", &found.exchange.id.to_string()]).await?;
        return session.print(&answer, String::new);
    }
    let desk = find::desk(&session.client).await?;
    let ends = Ends {
        us: End { name: &desk.party, desk: desk.desk },
        them: End { name: &found.party, desk: found.desk },
        exercise: desk.exercise,
    };
    let render = |language: Language| render_exchange(&found.exchange, &ends, language);
    let block = match args.languages.as_slice() {
        [one] => text(&render(*one)),
        [first, second] => text_of_both(&both(*first, *second, render)),
        _ => return Err(LineError::Input("--languages: give one or two".to_owned())),
    };
    session.print(&serde_json::Value::Null, || block)
}
