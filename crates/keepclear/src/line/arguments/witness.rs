//! `witness` and `witnessed`, as they are typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use keepclear_line::Subject;
use keepclear_line::phrases::Language;
use keepclear_line::quantity::Instant;

use crate::line::times::instant;

/// Options of `witness`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("step").required(true).multiple(false))]
pub struct WitnessArgs {
    /// The line: the party at its other end.
    pub party: String,
    /// Name the desk of another party that this desk has a line with.
    #[arg(long, value_name = "DESK", group = "step", requires = "reads")]
    pub name: Option<String>,
    /// Name the desk of this card, which need not be paired with this desk.
    #[arg(long, value_name = "FILE", group = "step", requires = "reads")]
    pub card: Option<PathBuf>,
    /// Agree to the witness that the other side names, in its words.
    #[arg(long, value_name = "DESK", group = "step", conflicts_with_all = ["reads", "from"])]
    pub agree: Option<String>,
    /// End a witness, or decline it. Needs nobody's agreement.
    #[arg(long, value_name = "DESK", group = "step", conflicts_with_all = ["reads", "from"])]
    pub dismiss: Option<String>,
    /// What it may read, parted by commas.
    #[arg(long, value_enum, value_name = "SUBJECTS", value_delimiter = ',')]
    pub reads: Vec<SubjectName>,
    /// Only what is said from then on.
    #[arg(long, value_name = "TIME", default_value = "now", value_parser = instant)]
    pub from: Instant,
    /// With --dismiss: why.
    #[arg(long, requires = "dismiss")]
    pub words: Option<String>,
}

/// Options of `witnessed`.
#[derive(Debug, Args)]
pub struct WitnessedArgs {
    /// One line, by its id or the beginning of it: print what was given of it.
    pub line: Option<String>,
    /// After the message of this number.
    #[arg(long, value_name = "NUMBER", default_value = "0")]
    pub after: u64,
    /// Most messages.
    #[arg(long, value_name = "COUNT", default_value = "100",
          value_parser = clap::value_parser!(u64).range(1..=500))]
    pub limit: u64,
    /// Languages of the messages: of en, ru, ar.
    #[arg(long, value_name = "CODES", value_delimiter = ',', default_value = "en",
          value_parser = |text: &str| text.parse::<Language>().map_err(|error| error.to_string()))]
    pub languages: Vec<Language>,
}

/// What a witness may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SubjectName {
    /// Line tests.
    Tests,
    /// Notices and their exchanges.
    Notices,
    /// Requests and their exchanges.
    Requests,
    /// Questions and their exchanges.
    Questions,
    /// Incident reports and their exchanges.
    Reports,
    /// Distress and its exchanges.
    Distress,
    /// Commitments, in whatever exchange.
    Commitments,
    /// Suspensions, hand-overs, times, keys, witnesses.
    Line,
}

impl From<SubjectName> for Subject {
    fn from(name: SubjectName) -> Self {
        match name {
            SubjectName::Tests => Self::Tests,
            SubjectName::Notices => Self::Notices,
            SubjectName::Requests => Self::Requests,
            SubjectName::Questions => Self::Questions,
            SubjectName::Reports => Self::Reports,
            SubjectName::Distress => Self::Distress,
            SubjectName::Commitments => Self::Commitments,
            SubjectName::Line => Self::LineItself,
        }
    }
}
