//! Agreed times, as flags.

use clap::Args;

/// Options of `terms`.
#[derive(Debug, Args)]
pub struct TermsArgs {
    /// Which line.
    pub party: String,
    /// Propose these times, the others as we proposed them last: notice.answer=90min,distress.receipt=10s,
    /// and also notice-given, telephone, test-every, clocks-apart.
    #[arg(long, value_name = "NAME=SPAN", value_delimiter = ',', value_parser = term,
          conflicts_with = "agree")]
    pub set: Vec<(String, String)>,
    /// Propose what the other side proposed last: then both have said the same.
    #[arg(long)]
    pub agree: bool,
}

fn term(text: &str) -> Result<(String, String), String> {
    let (name, span) = text.split_once('=').ok_or("write it as NAME=SPAN")?;
    Ok((name.trim().to_owned(), span.trim().to_owned()))
}
