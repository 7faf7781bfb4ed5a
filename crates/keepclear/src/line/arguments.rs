//! The verbs, as they are typed.

mod fields;
mod names;
mod terms;
mod witness;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use keepclear_line::phrases::Language;
use keepclear_line::quantity::Instant;

use super::times::instant;

pub use fields::{ActionArgs, FieldsArgs};
pub use names::{AnswerName, By, EvidenceName, OutcomeName, TopicName};
pub use terms::TermsArgs;
pub use witness::{WitnessArgs, WitnessedArgs};

/// How the desk is reached.
#[derive(Debug, Clone, Args)]
pub struct Access {
    /// URL of this party's desk.
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "KEEPCLEAR_LINE_DESK",
        default_value = "http://127.0.0.1:8083"
    )]
    pub desk: String,
    /// File with the access token.
    #[arg(long, global = true, value_name = "FILE", env = "KEEPCLEAR_LINE_TOKEN_FILE")]
    pub token_file: Option<PathBuf>,
    /// PEM file with certificates that the desk's certificate may rest on, beside the system's.
    #[arg(long, global = true, value_name = "FILE", env = "KEEPCLEAR_LINE_CA_FILE")]
    pub ca_file: Option<PathBuf>,
    /// Print the desk's own JSON.
    #[arg(long, global = true)]
    pub json: bool,
}

/// What is done. EXCHANGE is an exchange's id or the beginning of it, PARTY a party's name.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// How the lines are: state, clocks, tests, watches.
    Status {
        /// One line only.
        party: Option<String>,
    },
    /// Pair this desk with another, or change a key or certificate.
    Pair(PairArgs),
    /// Ask the person at the other end to answer a fixed text, or answer theirs.
    Test(TestArgs),
    /// Tell: flights, closed areas, falling objects. Wants to be acknowledged.
    Notice(NoticeArgs),
    /// Replace the shared fields of what this side opened.
    Amend(AmendArgs),
    /// Take back what this side opened.
    Withdraw(WithdrawArgs),
    /// Ask for something to be done. Wants an answer.
    Request(RequestArgs),
    /// Ask for something to be told. Wants an answer.
    Question(AskArgs),
    /// Say something about what was said last in an exchange.
    Discuss(WordsArgs),
    /// Answer an opening, an amendment or a counter-proposal.
    Answer(AnswerArgs),
    /// Offer a commitment, or sign the one that the other side offered.
    Commit(CommitArgs),
    /// Say what became of a milestone of a commitment.
    Milestone(MilestoneArgs),
    /// Put this side's own words on the record of an exchange.
    Statement(WordsArgs),
    /// Report an incident.
    Report(NoticeArgs),
    /// Lives are in danger: overtakes everything.
    Distress(AskArgs),
    /// Messages that are written and not released.
    Drafts {
        /// To one party only.
        party: Option<String>,
    },
    /// Say what was drafted, if the line takes it now.
    Release {
        /// Which draft, by the beginning of its id.
        id: String,
        #[command(flatten)]
        wait: WaitArgs,
    },
    /// Throw a draft away.
    Discard {
        /// Which draft, by the beginning of its id.
        id: String,
    },
    /// The agreed times of a line: in force, ours and theirs as proposed last.
    Terms(TermsArgs),
    /// What waits for this side, the most urgent first.
    Inbox,
    /// The exchanges with a party, the newest first.
    List {
        /// Which line.
        party: String,
        /// Go on where the page before said.
        #[arg(long, value_name = "CURSOR")]
        cursor: Option<String>,
    },
    /// Print one exchange: where it stands, its fields, every message.
    Show(ShowArgs),
    /// "I have read this." Says nothing of agreement.
    Ack {
        /// Which exchange.
        exchange: String,
    },
    /// Name the next watch.
    Handover {
        /// Its role, never a person's name.
        #[arg(long)]
        role: String,
        /// From when on.
        #[arg(long, value_name = "TIME", default_value = "now", value_parser = instant)]
        at: Instant,
        /// One line only; every line without it.
        #[arg(long)]
        party: Option<String>,
    },
    /// Suspend this end of a line. Distress and tests still pass.
    Suspend {
        /// Which line.
        party: String,
        /// Why.
        #[arg(long)]
        words: String,
    },
    /// Take a line up again.
    Resume {
        /// Which line.
        party: String,
    },
    /// Name a witness of a line, agree to one, or dismiss one. It reads what both sides agreed.
    Witness(WitnessArgs),
    /// The lines between others that this desk witnesses, or what was given of one.
    Witnessed(WitnessedArgs),
    /// Take an alarm out of sight until a time, for a reason.
    Shelve {
        /// The alarm's key, as `inbox` prints it.
        key: String,
        /// Until when.
        #[arg(long, value_name = "TIME", value_parser = instant)]
        until: Instant,
        /// Why.
        #[arg(long)]
        reason: String,
        /// On which line, where several have an alarm of that key.
        #[arg(long)]
        party: Option<String>,
    },
}

impl Verb {
    /// Whether it says something that a person may write first and release later.
    pub fn speaks(&self) -> bool {
        matches!(
            self,
            Self::Test(_)
                | Self::Notice(_)
                | Self::Amend(_)
                | Self::Withdraw(_)
                | Self::Request(_)
                | Self::Question(_)
                | Self::Discuss(_)
                | Self::Answer(_)
                | Self::Commit(_)
                | Self::Milestone(_)
                | Self::Statement(_)
                | Self::Report(_)
                | Self::Distress(_)
                | Self::Ack { .. }
        )
    }
}

/// Options of `pair`.
#[derive(Debug, Args)]
#[command(
    group = clap::ArgGroup::new("step").required(true).multiple(false),
    group = clap::ArgGroup::new("replaced"),
)]
pub struct PairArgs {
    /// Write our card into a file, for the other party.
    #[arg(long, value_name = "FILE", group = "step")]
    pub write: Option<PathBuf>,
    /// Take the other party's card from a file, and print the phrase to compare by phone.
    #[arg(long, value_name = "FILE", group = "step")]
    pub read: Option<PathBuf>,
    /// Two people have compared the phrase by phone: it is the same.
    #[arg(long, value_name = "PARTY", group = "step")]
    pub confirm: Option<String>,
    /// Propose a new key of ours to a party; with --accept, take the one that it proposed.
    #[arg(long, value_name = "PARTY", groups = ["step", "replaced"])]
    pub replace: Option<String>,
    /// Propose a new certificate for our connections to a party; with --accept, take the one that it
    /// proposed.
    #[arg(long, value_name = "PARTY", groups = ["step", "replaced"])]
    pub replace_certificate: Option<String>,
    /// The proposed key or the certificate's fingerprint, after it was compared by phone.
    #[arg(long, value_name = "KEY|FINGERPRINT", requires = "replaced")]
    pub accept: Option<String>,
}

/// Options of `test`.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// Whom to test.
    #[arg(required_unless_present = "answer", conflicts_with = "answer")]
    pub party: Option<String>,
    /// Answer their test instead: its exchange.
    #[arg(long, value_name = "EXCHANGE", requires = "phrase")]
    pub answer: Option<String>,
    /// Number of the text: to be sent, or as it was read.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(1..=12))]
    pub phrase: Option<u8>,
}

/// Options of what only tells.
#[derive(Debug, Args)]
pub struct NoticeArgs {
    /// Whom.
    pub party: String,
    #[command(flatten)]
    pub fields: FieldsArgs,
    #[command(flatten)]
    pub wait: WaitArgs,
}

/// Options of what asks.
#[derive(Debug, Args)]
pub struct AskArgs {
    /// Whom.
    pub party: String,
    #[command(flatten)]
    pub fields: FieldsArgs,
    #[command(flatten)]
    pub action: ActionArgs,
    #[command(flatten)]
    pub wait: WaitArgs,
}

/// Options of `request`.
#[derive(Debug, Args)]
pub struct RequestArgs {
    /// Whom.
    pub party: String,
    /// A conflict that `check` found (the beginning of its id is enough): fills in everything, and its cheapest
    /// proposal for their flight unless an action is given.
    #[arg(long, value_name = "ID", requires = "from", conflicts_with_all = ["file", "to", "topic"])]
    pub conflict: Option<String>,
    #[command(flatten)]
    pub fields: FieldsArgs,
    #[command(flatten)]
    pub action: ActionArgs,
    #[command(flatten)]
    pub wait: WaitArgs,
}

/// How long to look for what the other desk says.
#[derive(Debug, Clone, Args)]
pub struct WaitArgs {
    /// Wait so long for the other desk's read-back before printing.
    #[arg(long, value_name = "SPAN", default_value = "3s", value_parser = crate::quantity::microseconds)]
    pub wait: i64,
}

/// Options of `amend`.
#[derive(Debug, Args)]
pub struct AmendArgs {
    /// Which exchange.
    pub exchange: String,
    #[command(flatten)]
    pub fields: FieldsArgs,
    #[command(flatten)]
    pub action: ActionArgs,
    #[command(flatten)]
    pub wait: WaitArgs,
}

/// Options of `withdraw`.
#[derive(Debug, Args)]
pub struct WithdrawArgs {
    /// Which exchange.
    pub exchange: String,
    /// Close it as done, or end a commitment, instead of taking it back.
    #[arg(long)]
    pub end: bool,
    /// Why.
    #[arg(long)]
    pub words: Option<String>,
}

/// Options of `discuss` and `statement`.
#[derive(Debug, Args)]
pub struct WordsArgs {
    /// Which exchange.
    pub exchange: String,
    /// The words.
    pub words: String,
    /// The message that they refer to, if not the last one.
    #[arg(long, value_name = "MESSAGE")]
    pub of: Option<String>,
}

/// Options of `answer`.
#[derive(Debug, Args)]
pub struct AnswerArgs {
    /// Which exchange.
    pub exchange: String,
    /// The answer.
    #[arg(value_enum)]
    pub answer: AnswerName,
    /// Whom the answer covers: units, operators, regions, parted by commas.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', required = true)]
    pub covers: Vec<String>,
    /// With stand-by: when an answer is expected.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub until: Option<Instant>,
    /// With referred-up: to which role.
    #[arg(long, value_name = "ROLE", required_if_eq("answer", "referred-up"))]
    pub referred_to: Option<String>,
    /// The message that was read, by the beginning of its id: refused when another took its place since.
    #[arg(long, value_name = "MESSAGE")]
    pub of: Option<String>,
    #[command(flatten)]
    pub fields: FieldsArgs,
    #[command(flatten)]
    pub action: ActionArgs,
}

/// Options of `commit`.
#[derive(Debug, Args)]
pub struct CommitArgs {
    /// The exchange that it grows from.
    pub exchange: String,
    /// Sign the commitment that the other side offered.
    #[arg(long, conflicts_with_all = ["by", "action", "file"])]
    pub sign: bool,
    /// Whose promise it is.
    #[arg(long, value_enum, required_unless_present = "sign")]
    pub by: Option<By>,
    #[command(flatten)]
    pub action: ActionArgs,
    #[command(flatten)]
    pub fields: FieldsArgs,
    /// A step by which both see how it stands, "TEXT@TIME"; may be repeated.
    #[arg(long, value_name = "TEXT@TIME", value_parser = milestone)]
    pub milestone: Vec<(String, Instant)>,
    /// What shows that the milestones were reached.
    #[arg(long, value_enum, default_value = "report")]
    pub evidence: EvidenceName,
    #[command(flatten)]
    pub wait: WaitArgs,
}

fn milestone(text: &str) -> Result<(String, Instant), String> {
    let (what, at) = text.rsplit_once('@').ok_or("write it as TEXT@TIME")?;
    if what.trim().is_empty() {
        return Err("the text is empty; write it as TEXT@TIME".to_owned());
    }
    Ok((what.trim().to_owned(), instant(at.trim())?))
}

/// Options of `milestone`.
#[derive(Debug, Args)]
pub struct MilestoneArgs {
    /// Which exchange.
    pub exchange: String,
    /// Which milestone, from 1.
    pub number: u8,
    /// What became of it.
    #[arg(value_enum)]
    pub outcome: OutcomeName,
    /// What shows it.
    #[arg(long, value_name = "WORDS")]
    pub evidence: Option<String>,
}

/// Options of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Which exchange.
    pub exchange: String,
    /// One or two of en, ru, ar; two stand side by side.
    #[arg(long, value_name = "CODES", value_delimiter = ',', default_value = "en",
          value_parser = |text: &str| text.parse::<Language>().map_err(|error| error.to_string()))]
    pub languages: Vec<Language>,
}
