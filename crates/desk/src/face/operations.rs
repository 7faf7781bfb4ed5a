//! Every operation of the API: where it is, who may call it, what it takes and what it answers.
//!
//! One table; the routes, the authorisation, the measures and the OpenAPI document all come from it, so
//! that none of them can know of an operation that the others do not.

use http::{Method, StatusCode};
use schemars::{Schema, SchemaGenerator};

use keepclear_line::terms::Terms;

use super::answers::{
    Alarms, Answer, DeskView, Document, DraftView, Drafts, Exchanges, Form, GivenMessages, Inbox,
    Json, Kept, LineDetail, LineExchange, Lines, Pairing, Process, Said, Shelved, Tagged, Text,
    WitnessedLines,
};
use super::asks;
use super::call::Call;
use super::problem::Problem;
use super::reply::Reply;
use crate::card::CardJson;

use super::{body, drafts, events, lines, pairing, process, reads, says, texts, witnesses};

/// What a token must allow; each is a scope of its own, none includes another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone, without a token.
    Open,
    /// `keepclear.read`: to see.
    Read,
    /// `keepclear.speak`: to say, answer, acknowledge and test as the role on watch.
    Speak,
    /// `keepclear.supervise`: to pair, to change keys, certificates and terms, to suspend, to hand over, to shelve.
    Supervise,
}

impl Access {
    /// The scope, as tokens spell it.
    pub const fn scope(self) -> Option<&'static str> {
        match self {
            Self::Open => None,
            Self::Read => Some("keepclear.read"),
            Self::Speak => Some("keepclear.speak"),
            Self::Supervise => Some("keepclear.supervise"),
        }
    }
}

/// What a request's body is read as.
pub trait Ask: Sized {
    /// Its schema; `None` where no body is read.
    fn schema(generator: &mut SchemaGenerator) -> Option<Schema>;

    /// # Errors
    /// When the body is something else.
    fn read(body: &[u8]) -> Result<Self, Problem>;
}

/// No body.
#[derive(Debug, Clone, Copy)]
pub struct Nothing;

impl Ask for Nothing {
    fn schema(_: &mut SchemaGenerator) -> Option<Schema> {
        None
    }

    fn read(_: &[u8]) -> Result<Self, Problem> {
        Ok(Self)
    }
}

impl<T: serde::de::DeserializeOwned + schemars::JsonSchema> Ask for T {
    fn schema(generator: &mut SchemaGenerator) -> Option<Schema> {
        Some(generator.subschema_for::<T>())
    }

    fn read(body: &[u8]) -> Result<Self, Problem> {
        body::parse(body)
    }
}

/// A parameter after the question mark.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub words: &'static str,
}

const AFTER: Parameter = Parameter {
    name: "after",
    words: "Position of the last event that is known; `Last-Event-ID` says the same, and comes first.",
};
const LANGUAGES: Parameter = Parameter {
    name: "languages",
    words: "Codes of the languages, parted by commas; none is all that both desks' cards name.",
};

const LIMIT: Parameter =
    Parameter { name: "limit", words: "How many at once, 1 to 200; none is 100." };
const CURSOR: Parameter =
    Parameter { name: "cursor", words: "`next` of the page before; none is the beginning." };
const BEGINS: Parameter = Parameter {
    name: "begins",
    words: "Only exchanges whose ids begin so, in the order of their ids; there is no next page.",
};
const BEFORE: Parameter = Parameter {
    name: "before",
    words: "Shows the messages before this number, such as `earlier` of the answer before; none is the newest.",
};
const WORDS: Parameter = Parameter { name: "words", words: "Why, in this side's own words." };
const NUMBER: Parameter =
    Parameter { name: "after", words: "Number of the last message that is known; none is 0." };

impl Operation {
    /// Whether something happens once by it: it reads a body and wants an `Idempotency-Key`.
    pub fn says(self) -> bool {
        self.method() != Method::GET
    }

    /// Whether the caller may say how it last saw the exchange.
    pub fn heeds_if_match(self) -> bool {
        self.says() && (self.path().contains("{exchange}") || self.path().contains("{draft}"))
    }
}

macro_rules! operations {
    ($(
        #[doc = $summary:literal]
        $name:ident $id:literal $method:ident $path:literal $access:ident [$($query:ident)*]
        $handler:path: $ask:ty => $answer:ty, $code:ident;
    )*) => {
        /// An operation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Operation {
            $(#[doc = $summary] $name,)*
        }

        impl Operation {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// `operationId` of the document.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// What it does, in a sentence.
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$name => $summary,)* }
            }

            /// Its method.
            pub const fn method(self) -> Method {
                match self { $(Self::$name => Method::$method,)* }
            }

            /// Its path, with `{parameters}`.
            pub const fn path(self) -> &'static str {
                match self { $(Self::$name => $path,)* }
            }

            /// Who may call it.
            pub const fn access(self) -> Access {
                match self { $(Self::$name => Access::$access,)* }
            }

            /// What may follow the question mark.
            pub const fn query(self) -> &'static [Parameter] {
                match self { $(Self::$name => &[$($query,)*],)* }
            }

            /// The status of its answer.
            pub const fn code(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$code,)* }
            }

            /// Schema of its body, if it reads one.
            pub fn ask(self, generator: &mut SchemaGenerator) -> Option<Schema> {
                match self { $(Self::$name => <$ask as Ask>::schema(generator),)* }
            }

            /// Whether it cannot be asked for without a body.
            pub fn needs_body(self) -> bool {
                match self { $(Self::$name => <$ask as Ask>::read(&[]).is_err(),)* }
            }

            /// The form of its answer.
            pub fn form(self, generator: &mut SchemaGenerator) -> Form {
                match self { $(Self::$name => <$answer as Answer>::form(generator),)* }
            }

            /// Carries it out.
            ///
            /// # Errors
            /// Why it is not.
            pub async fn carry_out(self, call: &Call<'_>) -> Result<Reply, Problem> {
                match self {
                    $(Self::$name => {
                        let ask = <$ask as Ask>::read(call.body)?;
                        let answer: $answer = $handler(call, ask).await?;
                        Ok(answer.into_reply(StatusCode::$code))
                    })*
                }
            }
        }
    };
}

operations! {
    /// Who this desk is, and with whom it has lines.
    ReadDesk "readDesk" GET "/desk/v1/desk" Read []
        reads::desk: Nothing => Json<DeskView>, OK;
    /// How every line is.
    ListLines "listLines" GET "/desk/v1/lines" Read []
        reads::lines: Nothing => Json<Lines>, OK;
    /// One line: health, tests, watches, times, keys, certificates, alarms, faults.
    ReadLine "readLine" GET "/desk/v1/lines/{peer}" Read []
        reads::line: Nothing => Json<LineDetail>, OK;
    /// The exchanges of one line in short, the newest first.
    ListExchanges "listExchanges" GET "/desk/v1/lines/{peer}/exchanges" Read [LIMIT CURSOR BEGINS]
        reads::exchanges: Nothing => Json<Exchanges>, OK;
    /// One exchange with its newest 50 messages. Its ETag is the id of its last message.
    ReadExchange "readExchange" GET "/desk/v1/exchanges/{exchange}" Read [BEFORE]
        reads::exchange: Nothing => Tagged<LineExchange>, OK;
    /// One exchange in fixed phrases, in several languages side by side.
    ReadText "readText" GET "/desk/v1/exchanges/{exchange}/text" Read [LANGUAGES BEFORE]
        texts::read: Nothing => Tagged<Text>, OK;
    /// Everything that waits for this side, over all lines.
    ReadInbox "readInbox" GET "/desk/v1/inbox" Read [LIMIT CURSOR]
        reads::inbox: Nothing => Json<Inbox>, OK;
    /// Every alarm of every line, the most urgent first.
    ListAlarms "listAlarms" GET "/desk/v1/alarms" Read [LIMIT CURSOR]
        reads::alarms: Nothing => Json<Alarms>, OK;
    /// The lines between others that this desk witnesses.
    ListWitnessed "listWitnessed" GET "/desk/v1/witnessed" Read []
        witnesses::list: Nothing => Json<WitnessedLines>, OK;
    /// What was given of a line between others, in the order in which it came.
    ReadWitnessed "readWitnessed" GET "/desk/v1/witnessed/{line}/messages" Read [NUMBER LIMIT LANGUAGES]
        witnesses::messages: Nothing => Json<GivenMessages>, OK;
    /// This desk's card, which pairs it with another.
    ReadCard "readCard" GET "/desk/v1/card" Read []
        reads::card: Nothing => Json<CardJson>, OK;
    /// What happens at this desk, as server-sent events.
    FollowEvents "followEvents" GET "/desk/v1/events" Read [AFTER]
        events::follow: Nothing => events::Stream, OK;

    /// Asks the person on watch at the other end to answer a neutral fixed text.
    SayTest "sayTest" POST "/desk/v1/lines/{peer}/tests" Speak []
        says::test: asks::Testing => Json<Said>, CREATED;
    /// Tells the other side, and wants to be acknowledged.
    SayNotice "sayNotice" POST "/desk/v1/lines/{peer}/notices" Speak []
        says::notice: asks::Opening => Json<Said>, CREATED;
    /// Asks for something to be done.
    SayRequest "sayRequest" POST "/desk/v1/lines/{peer}/requests" Speak []
        says::request: asks::Opening => Json<Said>, CREATED;
    /// Asks for something to be told.
    SayQuestion "sayQuestion" POST "/desk/v1/lines/{peer}/questions" Speak []
        says::question: asks::Opening => Json<Said>, CREATED;
    /// Reports an incident.
    SayReport "sayReport" POST "/desk/v1/lines/{peer}/reports" Speak []
        says::report: asks::Opening => Json<Said>, CREATED;
    /// Lives are in danger. Overtakes everything.
    SayDistress "sayDistress" POST "/desk/v1/lines/{peer}/distress" Speak []
        says::distress: asks::Opening => Json<Said>, CREATED;
    /// Offers a commitment in an exchange of its own.
    OfferCommitment "offerCommitment" POST "/desk/v1/lines/{peer}/commitments" Speak []
        says::offer: asks::Offering => Json<Said>, CREATED;

    /// New shared fields in place of those before.
    Amend "amend" POST "/desk/v1/exchanges/{exchange}/amendment" Speak []
        says::amendment: asks::Amendment => Json<Said>, CREATED;
    /// Takes back what this side opened.
    Withdraw "withdraw" POST "/desk/v1/exchanges/{exchange}/withdrawal" Speak []
        says::withdrawal: asks::Withdrawal => Json<Said>, CREATED;
    /// Answers an opening, an amendment or a counter-proposal of the other side.
    Answer "answer" POST "/desk/v1/exchanges/{exchange}/answer" Speak []
        says::answer: asks::Answering => Json<Said>, CREATED;
    /// Answers a test of the other side.
    AnswerTest "answerTest" POST "/desk/v1/exchanges/{exchange}/test-answer" Speak []
        says::test_answer: asks::TestAnswering => Json<Said>, CREATED;
    /// Puts this side's own words on the record.
    State "state" POST "/desk/v1/exchanges/{exchange}/statement" Speak []
        says::statement: asks::Stating => Json<Said>, CREATED;
    /// Offers a commitment that grew from an exchange.
    OfferWithin "offerWithin" POST "/desk/v1/exchanges/{exchange}/commitment" Speak []
        says::offer_within: asks::Offering => Json<Said>, CREATED;
    /// Signs the commitment that the other side offered.
    Sign "sign" POST "/desk/v1/exchanges/{exchange}/signature" Speak []
        says::signature: asks::Signing => Json<Said>, CREATED;
    /// Says what became of a milestone of a commitment.
    Progress "progress" POST "/desk/v1/exchanges/{exchange}/milestones/{number}" Speak []
        says::progress: asks::Progressing => Json<Said>, CREATED;
    /// A person has read a message. Says nothing of agreement.
    Acknowledge "acknowledge" POST "/desk/v1/exchanges/{exchange}/acknowledgement" Speak []
        says::acknowledgement: asks::Acknowledging => Json<Said>, CREATED;
    /// Closes an exchange.
    End "end" POST "/desk/v1/exchanges/{exchange}/end" Speak []
        says::end: asks::Ending => Json<Said>, CREATED;

    /// Messages to one desk that are written and not released.
    ListDrafts "listDrafts" GET "/desk/v1/lines/{peer}/drafts" Read []
        drafts::list: Nothing => Json<Drafts>, OK;
    /// One draft, as both sides would read it. Its ETag is its place in the log.
    ReadDraft "readDraft" GET "/desk/v1/lines/{peer}/drafts/{draft}" Read []
        drafts::read: Nothing => Tagged<DraftView>, OK;
    /// Writes a message without releasing it; it never leaves the desk.
    WriteDraft "writeDraft" POST "/desk/v1/lines/{peer}/drafts" Speak []
        drafts::write: drafts::DraftAsk => Json<Kept>, CREATED;
    /// Replaces what a draft says.
    ChangeDraft "changeDraft" PUT "/desk/v1/lines/{peer}/drafts/{draft}" Speak []
        drafts::change: drafts::DraftAsk => Json<Kept>, OK;
    /// Throws a draft away.
    DiscardDraft "discardDraft" DELETE "/desk/v1/lines/{peer}/drafts/{draft}" Speak []
        drafts::discard: Nothing => Json<Kept>, OK;
    /// Says what was drafted, if the line takes it now.
    ReleaseDraft "releaseDraft" POST "/desk/v1/lines/{peer}/drafts/{draft}/release" Speak []
        drafts::release: Nothing => Json<Said>, CREATED;

    /// Suspends this side's end of a line. Distress and tests still pass.
    Suspend "suspend" POST "/desk/v1/lines/{peer}/suspension" Supervise []
        lines::suspend: asks::Suspending => Json<Said>, CREATED;
    /// Takes a line up again.
    Resume "resume" DELETE "/desk/v1/lines/{peer}/suspension" Supervise []
        lines::resume: Nothing => Json<Said>, CREATED;
    /// From a stated moment on another watch has the role.
    HandOver "handOver" POST "/desk/v1/lines/{peer}/handover" Supervise []
        lines::hand_over: asks::HandingOver => Json<Said>, CREATED;
    /// Proposes times; in force once both sides' last proposals are the same.
    ProposeTerms "proposeTerms" POST "/desk/v1/lines/{peer}/terms" Supervise []
        lines::terms: Terms => Json<Said>, CREATED;
    /// Proposes a new signing key, or takes the one that the other side proposed.
    ChangeKey "changeKey" POST "/desk/v1/lines/{peer}/key" Supervise []
        lines::key: asks::KeyAsk => Json<Said>, CREATED;
    /// Proposes a new certificate for connections, or takes the one that the other side proposed.
    ChangeCertificate "changeCertificate" POST "/desk/v1/lines/{peer}/certificate" Supervise []
        lines::certificate: asks::CertificateAsk => Json<Said>, CREATED;
    /// Names a witness, or agrees to the one that the other side names.
    NameWitness "nameWitness" POST "/desk/v1/lines/{peer}/witnesses" Supervise []
        witnesses::name: asks::WitnessAsk => Json<Said>, CREATED;
    /// Ends a witness, or declines it. Needs nobody's agreement.
    DismissWitness "dismissWitness" DELETE "/desk/v1/lines/{peer}/witnesses/{desk}" Supervise [WORDS]
        witnesses::dismiss: Nothing => Json<Said>, CREATED;
    /// Two people have compared the phrase of a pairing by another way.
    Confirm "confirm" POST "/desk/v1/lines/{peer}/confirmation" Supervise []
        pairing::confirm: asks::Confirming => Json<Pairing>, CREATED;
    /// Takes the card of another desk, and answers the phrase that two people compare.
    Pair "pair" POST "/desk/v1/cards" Supervise []
        pairing::pair: CardJson => Json<Pairing>, CREATED;
    /// Takes an alarm out of sight for a while.
    Shelve "shelve" POST "/desk/v1/alarms/{key}/shelving" Supervise []
        lines::shelve: asks::Shelve => Json<Shelved>, CREATED;

    /// This document.
    ReadDocument "readDocument" GET "/desk/v1/openapi.json" Open []
        process::document: Nothing => Document, OK;
    /// Whether the process lives.
    Healthy "healthy" GET "/healthy" Open []
        process::healthy: Nothing => Json<Process>, OK;
    /// Whether the desk can say something, and knows whom to let in.
    Ready "ready" GET "/ready" Open []
        process::ready: Nothing => Json<Process>, OK;
    /// Measures for Prometheus.
    Metrics "metrics" GET "/metrics" Open []
        process::metrics: Nothing => process::Measured, OK;
}
