//! Why a command was not done: refused by the rules, wrong from the start, or without an answer.

use std::io;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What the desk says when it does not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// A word for programs.
    pub code: String,
    /// What is to blame; none when all of it is.
    #[serde(default)]
    pub field: Option<String>,
    /// What is wrong.
    #[serde(default)]
    pub reason: String,
    /// What to do.
    #[serde(default)]
    pub remedy: String,
}

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// The desk refused it.
    #[error("{}: {}", refused.code, refused.reason)]
    Refused {
        /// HTTP status.
        status: u16,
        /// Why.
        refused: Refused,
    },
    /// An argument or a file is wrong.
    #[error("{0}")]
    Input(String),
    /// The desk did not answer.
    #[error("desk {desk}: {reason}")]
    NotReached {
        /// Its URL.
        desk: String,
        /// What happened.
        reason: String,
    },
    /// Nobody reads what is printed.
    #[error("cannot write: {0}")]
    Output(#[from] io::Error),
}

impl LineError {
    /// 1 when the rules refuse it, 2 for everything else. A wrong token is a wrong input.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Refused { status: 403 | 404 | 409 | 412 | 422, .. } => 1,
            _ => 2,
        }
    }

    /// For a person.
    pub fn told(&self) -> String {
        let Self::Refused { refused: Refused { code, field, reason, remedy }, .. } = self else {
            return format!("error: {self}");
        };
        let mut lines = format!("refused: {reason}\n  code    {code}");
        let field = field.as_deref().unwrap_or_default();
        for (name, text) in [("field", field), ("remedy", remedy)] {
            if !text.is_empty() {
                lines.push_str(&format!("\n  {name:<7} {text}"));
            }
        }
        lines
    }

    /// For a program.
    pub fn json(&self) -> Value {
        match self {
            Self::Refused { status, refused } => json!({ "status": status, "error": refused }),
            other => json!({ "error": { "code": "not_done", "reason": other.to_string() } }),
        }
    }

    /// Whoever read the output has gone, which is no error.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}
