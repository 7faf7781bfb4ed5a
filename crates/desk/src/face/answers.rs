//! What the operations answer, beside the views of `keepclear-line`.

mod witnessed;

use axum::body::Body;
use http::StatusCode;
use keepclear_line::phrases::{Language, RenderedLine};
use keepclear_line::quantity::{DeskId, ExchangeId, Instant, Key, MessageId, Name};
use keepclear_line::view::{
    Alarm, ExchangeBrief, ExchangeView, HealthView, LineState, LineView, TestsView, WatchView,
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use super::reply::Reply;
use crate::views::{Confirmation, SuspicionView, TouchedFlight};

pub use witnessed::{GivenMessage, GivenMessages, WitnessedLines};

/// How an answer is written.
#[derive(Debug)]
pub enum Form {
    /// JSON of this schema.
    Json(Schema),
    /// Another media type.
    Other(&'static str),
}

/// What an operation answers.
pub trait Answer {
    /// Its form, for the document.
    fn form(generator: &mut SchemaGenerator) -> Form;

    /// As it goes back.
    fn into_reply(self, status: StatusCode) -> Reply;
}

/// JSON.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: Serialize + JsonSchema> Answer for Json<T> {
    fn form(generator: &mut SchemaGenerator) -> Form {
        Form::Json(generator.subschema_for::<T>())
    }

    fn into_reply(self, status: StatusCode) -> Reply {
        Reply::json(status, &self.0)
    }
}

/// JSON about an exchange or a draft, with its ETag.
#[derive(Debug)]
pub struct Tagged<T> {
    /// The exchange's last message, or the draft's place in the log.
    pub tag: Option<String>,
    /// The body.
    pub body: T,
}

impl<T: Serialize + JsonSchema> Answer for Tagged<T> {
    fn form(generator: &mut SchemaGenerator) -> Form {
        Json::<T>::form(generator)
    }

    fn into_reply(self, status: StatusCode) -> Reply {
        let mut reply = Reply::json(status, &self.body);
        reply.tag = self.tag;
        reply
    }
}

/// The OpenAPI document.
#[derive(Debug)]
pub struct Document(pub serde_json::Value);

impl Answer for Document {
    fn form(_: &mut SchemaGenerator) -> Form {
        Form::Json(schemars::json_schema!({ "type": "object" }))
    }

    fn into_reply(self, status: StatusCode) -> Reply {
        Reply::json(status, &self.0)
    }
}

/// Text in a form of its own.
pub fn text(status: StatusCode, media: &'static str, text: String) -> Reply {
    Reply::bytes(status, media, Body::from(text))
}

macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
        pub struct $name { $($(#[$field_doc])* pub $field: $kind,)* }
    )*};
}

mod drafts;

pub use drafts::{DraftView, Drafts, Kept, WouldBeRefused};

answers! {
    /// Why a request was not carried out.
    ProblemView {
        /// A word for programs, stable between versions.
        code: &'static str,
        /// What is to blame: the path of a field of the body, a header, a parameter; none is all of it.
        field: Option<String>,
        /// What is wrong, for a person.
        reason: String,
        /// What to do, for a person.
        remedy: String,
    }
    /// Who this desk is.
    DeskView {
        /// Its party.
        party: Name,
        /// Its id.
        desk: DeskId,
        /// Nothing at this desk is real.
        exercise: bool,
        /// The role on watch that it speaks as where no watch was handed over.
        role: Name,
        /// The key that it was founded with; a line has the one that was agreed since, if any.
        key: Key,
        /// Languages of its people, by their codes.
        languages: Vec<String>,
        /// Where other desks reach it.
        url: String,
        /// Position of the last entry of its log.
        position: u64,
        /// What it is made of.
        versions: Versions,
        /// The desks that it has lines with.
        peers: Vec<PeerView>,
    }
    /// What a desk is made of.
    Versions {
        /// Of the program.
        software: &'static str,
        /// Of this API.
        api: &'static str,
        /// Of the messages between desks.
        line: &'static str,
    }
    /// A desk at the other end of a line.
    PeerView {
        /// Its party.
        party: Name,
        /// Its id.
        desk: DeskId,
        /// Where it is reached.
        url: String,
        /// The key that it signs with.
        key: Key,
        /// Two people have compared the phrase.
        confirmed: bool,
        /// How the line is.
        state: LineState,
    }
    /// Every line.
    Lines {
        /// When this was computed.
        now: Instant,
        /// By party.
        lines: Vec<LineSummary>,
    }
    /// One line without its exchanges.
    LineSummary {
        /// The other party.
        party: Name,
        /// Its desk.
        desk: DeskId,
        /// Nothing on this line is real.
        exercise: bool,
        /// Two people have compared the phrase.
        confirmed: bool,
        /// How the line is.
        health: HealthView,
        /// The last good human test, in each direction.
        tests: TestsView,
        /// Who is on watch here.
        our_watch: Option<WatchView>,
        /// Who is on watch there.
        their_watch: Option<WatchView>,
        /// Whether both sides proposed the times in force; else they are the defaults.
        terms_agreed: bool,
        /// Exchanges that want somebody, of either side.
        open: usize,
        /// How many of them wait for this side.
        waiting: usize,
        /// How many of those are past a due time.
        overdue: usize,
        /// Messages that are written and not released.
        drafts: usize,
        /// Alarms in sight.
        alarms: usize,
        /// Rules that the other side's messages broke.
        faults: usize,
    }
    /// One line without its exchanges.
    LineDetail {
        /// How it stands; of its alarms the 200 most urgent.
        #[serde(flatten)]
        view: LineView,
        /// Exchanges that want somebody, of either side.
        open: usize,
        /// How many of them wait for this side.
        waiting: usize,
        /// How many of those are past a due time.
        overdue: usize,
        /// How many alarms there are, those out of sight too.
        alarms_total: usize,
        /// When the cards were exchanged.
        paired_at: Instant,
        /// Ten words for each of the two cards, as the other desk shows them too.
        phrase: Vec<String>,
        /// When two people compared them, and in which role; until then only tests may be said.
        confirmed: Option<Confirmation>,
        /// What the other desk sent that was refused, the newest first; at most 100.
        suspicions: Vec<SuspicionView>,
        /// How many were written down in all.
        suspicions_total: u64,
        /// How many more were refused within the last day and not written down, because a day's were.
        suspicions_more: u64,
    }
    /// Exchanges of a line.
    Exchanges {
        /// When this was computed.
        now: Instant,
        /// The newest first.
        exchanges: Vec<ExchangeRow>,
        /// The cursor of the next page; none at the end.
        next: Option<String>,
    }
    /// An exchange in a list.
    ExchangeRow {
        /// In short.
        #[serde(flatten)]
        brief: ExchangeBrief,
        /// What it is about, in each language of both desks.
        titles: Vec<Title>,
        /// Own flights that its volumes touch, while it wants somebody.
        touching: Vec<TouchedFlight>,
    }
    /// What something is about, in one language.
    Title {
        /// Which.
        language: Language,
        /// In fixed phrases.
        text: String,
    }
    /// An exchange in a list over several lines.
    LineRow {
        /// The other party.
        party: Name,
        /// Its desk.
        desk: DeskId,
        /// Nothing in it is real.
        exercise: bool,
        /// The exchange.
        exchange: ExchangeRow,
    }
    /// One exchange, and with whom.
    LineExchange {
        /// The other party.
        party: Name,
        /// Its desk.
        desk: DeskId,
        /// Nothing in it is real.
        exercise: bool,
        /// When this was computed.
        now: Instant,
        /// The exchange, with at most 50 of its messages.
        exchange: ExchangeView,
        /// Own flights that its volumes touch.
        touching: Vec<TouchedFlight>,
    }
    /// An exchange in fixed phrases.
    Text {
        /// Which.
        exchange: ExchangeId,
        /// The same lines in each language.
        texts: Vec<TextIn>,
    }
    /// An exchange in fixed phrases of one language.
    TextIn {
        /// Which.
        language: Language,
        /// Its lines run from right to left.
        right_to_left: bool,
        /// All lines as plain text, with marks that keep each part's direction.
        text: String,
        /// The lines in their parts, for whoever shows them otherwise.
        lines: Vec<RenderedLine>,
    }
    /// Everything that waits for this side.
    Inbox {
        /// When this was computed.
        now: Instant,
        /// Overdue ones first, then by the time at which they are due.
        items: Vec<LineRow>,
        /// How many there are in all.
        total: usize,
        /// The cursor of the next page; none at the end.
        next: Option<String>,
    }
    /// Alarms of all lines.
    Alarms {
        /// When this was computed.
        now: Instant,
        /// The most urgent first.
        alarms: Vec<LineAlarm>,
        /// How many there are in all, those out of sight too.
        total: usize,
        /// The cursor of the next page; none at the end.
        next: Option<String>,
    }
    /// An alarm, and about which line.
    LineAlarm {
        /// The other party.
        party: Name,
        /// Its desk.
        desk: DeskId,
        /// The alarm.
        alarm: Alarm,
    }
    /// What was said, durably.
    Said {
        /// In which exchange, if in one.
        exchange: Option<ExchangeId>,
        /// The message.
        message: MessageId,
        /// Position of its entry in this desk's log.
        position: u64,
    }
    /// A pairing with another desk.
    Pairing {
        /// The other party.
        party: Name,
        /// Its desk.
        desk: DeskId,
        /// Nothing on this line is real.
        exercise: bool,
        /// Ten words for each of the two cards, in the order in which the other desk shows them too; two
        /// people read them to each other by another way.
        phrase: Vec<String>,
        /// They were compared.
        confirmed: bool,
        /// Position of this desk's log after it.
        position: u64,
    }
    /// An alarm out of sight.
    Shelved {
        /// The alarm.
        key: String,
        /// The desk at the other end of its line.
        desk: DeskId,
        /// Until when.
        until: Instant,
        /// Position of this desk's log after it.
        position: u64,
    }
    /// How the process is.
    Process {
        /// In a word.
        status: &'static str,
    }
}
