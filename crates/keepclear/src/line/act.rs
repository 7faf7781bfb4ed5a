//! Carries out one verb: a call of the API for each, and a block for the person.

use std::io::{self, Write as _};
use std::time::Duration;

use keepclear_line::message::{Matter, Topic};
use keepclear_line::quantity::Words;
use keepclear_line::view::ExchangeState;
use serde::Serialize;
use serde_json::{Value, json};

use super::answers::{ExchangeAnswer, SaidAnswer};
use super::arguments::{
    Access, ActionArgs, AmendArgs, AnswerArgs, AnswerName, AskArgs, FieldsArgs, MilestoneArgs,
    NoticeArgs, RequestArgs, TestArgs, Verb, WithdrawArgs, WordsArgs,
};
use super::client::Client;
use super::error::LineError;
use super::{draft, fields, find, from_check, pair, show, standing, telling, terms, witness};

/// How often the exchange is read while its read-back is waited for.
const LOOK_EVERY: Duration = Duration::from_millis(40);
/// How long to look for the effect of what was said within an exchange.
const SETTLE_US: i64 = 1_000_000;

/// Does what the verb says.
///
/// # Errors
/// As [`LineError`] says.
pub async fn act(access: &Access, draft: bool, verb: &Verb) -> Result<(), LineError> {
    if draft && !verb.speaks() {
        let text = "--draft: this verb says nothing that could wait; leave it out";
        return Err(LineError::Input(text.to_owned()));
    }
    let session = Session { client: Client::new(access)?, json: access.json, draft };
    match verb {
        Verb::Status { party } => show::status(&session, party.as_deref()).await,
        Verb::Pair(args) => pair::pair(&session, args).await,
        Verb::Test(args) => test(&session, args).await,
        Verb::Notice(args) => tell(&session, Matter::Notice, args).await,
        Verb::Report(args) => tell(&session, Matter::Report, args).await,
        Verb::Request(args) => request(&session, args).await,
        Verb::Question(args) => ask(&session, Matter::Question, args).await,
        Verb::Distress(args) => ask(&session, Matter::Distress, args).await,
        Verb::Amend(args) => amend(&session, args).await,
        Verb::Withdraw(args) => withdraw(&session, args).await,
        Verb::Discuss(args) => discuss(&session, args, true).await,
        Verb::Statement(args) => discuss(&session, args, false).await,
        Verb::Answer(args) => answer(&session, args).await,
        Verb::Commit(args) => standing::commit(&session, args).await,
        Verb::Milestone(args) => milestone(&session, args).await,
        Verb::Drafts { party } => draft::list(&session, party.as_deref()).await,
        Verb::Release { id, wait } => draft::release(&session, id, wait.wait).await,
        Verb::Discard { id } => draft::discard(&session, id).await,
        Verb::Terms(args) => terms::terms(&session, args).await,
        Verb::Inbox => show::inbox(&session).await,
        Verb::List { party, cursor } => show::list(&session, party, cursor.as_deref()).await,
        Verb::Show(args) => show::show(&session, args).await,
        Verb::Ack { exchange } => {
            let exchange = find::exchange(&session.client, exchange).await?;
            session.within(&exchange, "acknowledgement", &json!({})).await
        }
        Verb::Handover { role, at, party } => {
            standing::hand_over(&session, role, *at, party.as_deref()).await
        }
        Verb::Suspend { party, words } => {
            let body = json!({ "words": session.words(words)? });
            standing::suspension(&session, party, Some(&body)).await
        }
        Verb::Resume { party } => standing::suspension(&session, party, None).await,
        Verb::Witness(args) => witness::witness(&session, args).await,
        Verb::Witnessed(args) => witness::witnessed(&session, args).await,
        Verb::Shelve { key, until, reason, party } => {
            standing::shelve(&session, key, *until, reason, party.as_deref()).await
        }
    }
}

/// One desk, and how answers are printed.
pub struct Session {
    /// The desk.
    pub client: Client,
    /// Print the API's JSON.
    pub json: bool,
    /// Keep instead of saying.
    pub draft: bool,
}

impl Session {
    /// Prints text, or the API's JSON where that is wanted.
    ///
    /// # Errors
    /// When nobody reads it.
    pub fn print(&self, json: &Value, text: impl FnOnce() -> String) -> Result<(), LineError> {
        let text = if self.json { format!("{json:#}\n") } else { text() };
        let mut out = io::stdout().lock();
        Ok(out.write_all(text.as_bytes()).and_then(|()| out.flush())?)
    }

    /// A side's own words, checked before they travel.
    ///
    /// # Errors
    /// When they are too long, or steer a screen.
    pub fn words(&self, text: &str) -> Result<Words, LineError> {
        Words::new(text).map_err(|error| LineError::Input(format!("--words: {error}")))
    }

    fn maybe_words(&self, text: Option<&str>) -> Result<Option<Words>, LineError> {
        text.map(|text| self.words(text)).transpose()
    }

    /// Says something within an exchange, and shows where it stands then.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn within(
        &self,
        exchange: &ExchangeAnswer,
        what: &str,
        body: &Value,
    ) -> Result<(), LineError> {
        self.say_within(exchange, &[what], body, SETTLE_US).await
    }

    /// The same, and waits so long for the read-back.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn say_within(
        &self,
        exchange: &ExchangeAnswer,
        what: &[&str],
        body: &Value,
        wait_us: i64,
    ) -> Result<(), LineError> {
        let id = exchange.exchange.id.to_string();
        if self.draft {
            let body = draft::within(&id, what, body);
            return draft::keep(self, &exchange.desk.to_string(), &body).await;
        }
        let path = [&["exchanges", &id], what].concat();
        let said = self.client.post(&path, body).await?;
        self.told(said, wait_us).await
    }

    /// Says something to a desk.
    ///
    /// # Errors
    /// When it is refused.
    async fn say_to(
        &self,
        peer: &str,
        what: &str,
        body: &Value,
        wait_us: i64,
    ) -> Result<(), LineError> {
        if self.draft {
            return draft::keep(self, peer, &draft::to_line(what, body)).await;
        }
        let said = self.client.post(&["lines", peer, what], body).await?;
        self.told(said, wait_us).await
    }

    /// Prints what was said: the exchange, once its read-back is known or the wait is over.
    ///
    /// # Errors
    /// When the desk does not answer any more.
    pub async fn told(&self, said: Value, wait_us: i64) -> Result<(), LineError> {
        if self.json {
            return self.print(&said, String::new);
        }
        let answer: SaidAnswer = self.client.form(said.clone())?;
        let Some(id) = answer.exchange.map(|id| id.to_string()) else {
            return self.print(&said, || "said\n".to_owned());
        };
        let desk = find::desk(&self.client).await?;
        let wait = Duration::from_micros(u64::try_from(wait_us).unwrap_or(0));
        let until = tokio::time::Instant::now() + wait;
        loop {
            let exchange: ExchangeAnswer = self.client.read(&["exchanges", &id]).await?;
            if !is_settling(&exchange) || tokio::time::Instant::now() >= until {
                let ends = telling::Desk::of(&desk, &exchange);
                let block = telling::exchange(&ends, &exchange);
                return self.print(&said, || block);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// Whether our last message is on its way, or delivered with its read-back still to be compared.
fn is_settling(exchange: &ExchangeAnswer) -> bool {
    let state = exchange.exchange.state;
    if state == ExchangeState::Disputed {
        return false;
    }
    let ours = |message: &&keepclear_line::view::MessageView| {
        message.side == keepclear_line::view::Side::Us
    };
    let last = exchange.exchange.messages.iter().rev().find(ours);
    last.is_some_and(|message| message.delivered_at.is_none())
        || matches!(state, ExchangeState::Released)
}

fn body<T: Serialize>(value: &T) -> Result<Value, LineError> {
    serde_json::to_value(value).map_err(|error| LineError::Input(error.to_string()))
}

fn path_of(matter: Matter) -> &'static str {
    match matter {
        Matter::Notice => "notices",
        Matter::Request => "requests",
        Matter::Question => "questions",
        Matter::Report => "reports",
        Matter::Distress => "distress",
    }
}

async fn open(
    session: &Session,
    matter: Matter,
    peer: &str,
    content: &keepclear_line::message::Content,
    words: Option<&str>,
    wait_us: i64,
) -> Result<(), LineError> {
    let body = json!({ "content": body(content)?, "words": session.maybe_words(words)? });
    session.say_to(peer, path_of(matter), &body, wait_us).await
}

async fn test(session: &Session, args: &TestArgs) -> Result<(), LineError> {
    if let Some(exchange) = &args.answer {
        let exchange = find::exchange(&session.client, exchange).await?;
        return session.within(&exchange, "test-answer", &json!({ "phrase": args.phrase })).await;
    }
    let desk = find::desk(&session.client).await?;
    let peer = find::peer(&desk, args.party.as_deref().unwrap_or_default())?;
    let body = json!({ "phrase": args.phrase });
    session.say_to(&peer.desk.to_string(), "tests", &body, SETTLE_US).await
}

async fn tell(session: &Session, matter: Matter, args: &NoticeArgs) -> Result<(), LineError> {
    let NoticeArgs { party, fields, wait } = args;
    let content = fields::content(fields, None, None, topic_of(matter))?;
    let desk = find::desk(&session.client).await?;
    let peer = find::peer(&desk, party)?.desk.to_string();
    open(session, matter, &peer, &content, fields.words.as_deref(), wait.wait).await
}

fn topic_of(matter: Matter) -> Topic {
    match matter {
        Matter::Notice => Topic::Flights,
        Matter::Request => Topic::Conflict,
        Matter::Question => Topic::UnknownFlight,
        Matter::Report => Topic::CloseApproach,
        Matter::Distress => Topic::Emergency,
    }
}

async fn ask(session: &Session, matter: Matter, args: &AskArgs) -> Result<(), LineError> {
    let AskArgs { party, fields, action, wait } = args;
    let action = fields::action(action).or(match matter {
        Matter::Question => Some(keepclear_line::message::Action::Inform {}),
        _ => None,
    });
    let content = fields::content(fields, action, None, topic_of(matter))?;
    let desk = find::desk(&session.client).await?;
    let peer = find::peer(&desk, party)?.desk.to_string();
    open(session, matter, &peer, &content, fields.words.as_deref(), wait.wait).await
}

async fn request(session: &Session, args: &RequestArgs) -> Result<(), LineError> {
    let RequestArgs { party, conflict, fields, action, wait } = args;
    let desk = find::desk(&session.client).await?;
    let peer = find::peer(&desk, party)?;
    let action = fields::action(action);
    let content = match (conflict, &fields.from) {
        (Some(conflict), Some(file)) => {
            let names = (desk.party.as_str(), peer.party.as_str());
            from_check::content(file.as_ref(), conflict, names, action)?
        }
        _ => fields::content(fields, action, None, Topic::Conflict)?,
    };
    if content.action.is_none() {
        return Err(LineError::Input(
            "request: says nothing to do; give --delay 4min, --level 300m or another action"
                .to_owned(),
        ));
    }
    let peer = peer.desk.to_string();
    open(session, Matter::Request, &peer, &content, fields.words.as_deref(), wait.wait).await
}

async fn amend(session: &Session, args: &AmendArgs) -> Result<(), LineError> {
    let AmendArgs { exchange, fields, action, wait } = args;
    let exchange = find::exchange(&session.client, exchange).await?;
    let before = exchange.exchange.content.as_ref();
    let content = fields::content(fields, fields::action(action), before, Topic::Flights)?;
    let words = session.maybe_words(fields.words.as_deref())?;
    let body = json!({ "content": body(&content)?, "words": words });
    session.say_within(&exchange, &["amendment"], &body, wait.wait).await
}

async fn withdraw(session: &Session, args: &WithdrawArgs) -> Result<(), LineError> {
    let WithdrawArgs { exchange, end, words } = args;
    let exchange = find::exchange(&session.client, exchange).await?;
    let body = json!({ "words": session.maybe_words(words.as_deref())? });
    session.within(&exchange, if *end { "end" } else { "withdrawal" }, &body).await
}

async fn discuss(session: &Session, args: &WordsArgs, on_last: bool) -> Result<(), LineError> {
    let WordsArgs { exchange, words, of } = args;
    let exchange = find::exchange(&session.client, exchange).await?;
    let of = match of {
        Some(of) => Some(find::message(&exchange, of)?),
        None if on_last => exchange.exchange.messages.last().map(|message| message.id),
        None => None,
    };
    let body = json!({ "of": of, "words": session.words(words)? });
    session.within(&exchange, "statement", &body).await
}

async fn answer(session: &Session, args: &AnswerArgs) -> Result<(), LineError> {
    let AnswerArgs { exchange, answer, covers, until, referred_to, of, fields, action } = args;
    let exchange = find::exchange(&session.client, exchange).await?;
    let answer = match answer {
        AnswerName::Agreed => json!({ "agreed": {} }),
        AnswerName::Declined => json!({ "declined": {} }),
        AnswerName::Counter => {
            json!({ "counter": { "content": counter(&exchange, fields, action)? } })
        }
        AnswerName::StandBy => json!({ "stand_by": { "until": until } }),
        AnswerName::NotOurs => json!({ "not_ours": {} }),
        AnswerName::CannotSay => json!({ "cannot_say": {} }),
        AnswerName::ReferredUp => json!({ "referred_up": { "to": referred_to } }),
    };
    let of = of.as_deref().map(|of| find::message(&exchange, of)).transpose()?;
    let body = json!({
        "of": of,
        "answer": answer,
        "covers": fields::names("--covers", covers)?,
        "words": session.maybe_words(fields.words.as_deref())?,
    });
    session.within(&exchange, "answer", &body).await
}

/// What they proposed, seen from our side, with what the flags change.
fn counter(
    exchange: &ExchangeAnswer,
    args: &FieldsArgs,
    action: &ActionArgs,
) -> Result<Value, LineError> {
    let before = exchange.exchange.content.clone().map(|mut content| {
        std::mem::swap(&mut content.our_flights, &mut content.your_flights);
        content
    });
    body(&fields::content(args, fields::action(action), before.as_ref(), Topic::Conflict)?)
}

async fn milestone(session: &Session, args: &MilestoneArgs) -> Result<(), LineError> {
    let MilestoneArgs { exchange, number, outcome, evidence } = args;
    let exchange = find::exchange(&session.client, exchange).await?;
    let evidence = session.maybe_words(evidence.as_deref())?;
    let body = json!({ "outcome": outcome, "evidence": evidence });
    let path = ["milestones", &number.to_string()];
    session.say_within(&exchange, &path, &body, SETTLE_US).await
}
