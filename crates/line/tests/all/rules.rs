//! Each rule of the line, said to two desks step by step.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod answers;
mod commitments;
mod history;
mod understood;
mod whole_line;
mod witnesses;
