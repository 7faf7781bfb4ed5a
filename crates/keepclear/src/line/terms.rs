//! The agreed times: in force once both sides' last proposals are the same.

use std::fmt::Write as _;

use keepclear_line::terms::{Terms, Times};
use serde_json::json;

use super::act::Session;
use super::answers::TermsAnswer;
use super::arguments::TermsArgs;
use super::error::LineError;
use super::telling::duration;
use super::{find, times};

/// Shows the times of a line, or proposes others.
///
/// # Errors
/// When a name or a span is wrong, or the desk refuses it.
pub async fn terms(session: &Session, args: &TermsArgs) -> Result<(), LineError> {
    let TermsArgs { party, set, agree } = args;
    let desk = find::desk(&session.client).await?;
    let peer = find::peer(&desk, party)?;
    let id = peer.desk.to_string();
    let stands: TermsAnswer = session.client.read(&["lines", &id]).await?;
    let proposal = match (set.is_empty(), agree) {
        (true, false) => None,
        (true, true) => Some(stands.their_terms.ok_or_else(|| {
            let text = format!("--agree: {} has proposed no times yet", peer.party);
            LineError::Input(text)
        })?),
        (false, _) => {
            let mut proposal = stands.our_terms.unwrap_or(stands.terms);
            for (name, span) in set {
                change(&mut proposal, name, span)?;
            }
            Some(proposal)
        }
    };
    if let Some(proposal) = proposal {
        session.client.post(&["lines", &id, "terms"], &json!(proposal)).await?;
    }
    let answer = session.client.get(&["lines", &id]).await?;
    let stands: TermsAnswer = session.client.form(answer)?;
    let shown = json!({
        "in_force": stands.terms,
        "agreed": stands.terms_agreed,
        "ours": stands.our_terms,
        "theirs": stands.their_terms,
    });
    session.print(&shown, || table(&stands))
}

/// `notice.answer` and the like, each with its value.
fn rows(terms: &mut Terms) -> Vec<(String, &mut u32)> {
    let Terms {
        distress,
        notice,
        request,
        question,
        report,
        commitment,
        test,
        notice_given_s,
        telephone_s,
        test_every_s,
        clock_apart_ms,
    } = terms;
    let kinds = [
        ("distress", distress),
        ("notice", notice),
        ("request", request),
        ("question", question),
        ("report", report),
        ("commitment", commitment),
        ("test", test),
    ];
    let of_kinds = kinds.into_iter().flat_map(|(kind, Times { receipt_s, answer_s })| {
        [(format!("{kind}.receipt"), receipt_s), (format!("{kind}.answer"), answer_s)]
    });
    let others = [
        ("notice-given", notice_given_s),
        ("telephone", telephone_s),
        ("test-every", test_every_s),
        (CLOCKS, clock_apart_ms),
    ];
    of_kinds.chain(others.map(|(name, value)| (name.to_owned(), value))).collect()
}

/// The one that is not in seconds.
const CLOCKS: &str = "clocks-apart";

fn change(terms: &mut Terms, name: &str, span: &str) -> Result<(), LineError> {
    let wrong = |reason: String| LineError::Input(format!("--set {name}={span}: {reason}"));
    let mut rows = rows(terms);
    let names: Vec<String> = rows.iter().map(|(name, _)| name.clone()).collect();
    let row = rows.iter_mut().find(|(known, _)| known == name);
    let (_, value) =
        row.ok_or_else(|| wrong(format!("no time is called so; there are {}", names.join(", "))))?;
    **value = match name {
        CLOCKS => {
            let ms = crate::quantity::microseconds(span).map_err(wrong)? / 1_000;
            u32::try_from(ms).map_err(|_| wrong("is too long".to_owned()))?
        }
        _ => times::seconds(span).map_err(wrong)?,
    };
    Ok(())
}

fn table(stands: &TermsAnswer) -> String {
    let TermsAnswer { terms, terms_agreed, our_terms, their_terms } = *stands;
    let mut block = String::new();
    let agreed = if terms_agreed { "agreed by both" } else { "the defaults: nothing is agreed" };
    let _ = writeln!(block, "in force: {agreed}");
    let _ = writeln!(block, "  {:<20} {:<16} {:<16} {:<16}", "", "in force", "ours", "theirs");
    let cells = |terms: Option<Terms>| -> Vec<String> {
        let Some(mut terms) = terms else { return Vec::new() };
        let cell = |(name, value): (String, &mut u32)| match name.as_str() {
            CLOCKS => format!("{value} ms"),
            _ => duration(i64::from(*value)),
        };
        rows(&mut terms).into_iter().map(cell).collect()
    };
    let columns = [cells(Some(terms)), cells(our_terms), cells(their_terms)];
    let mut names = terms;
    for (row, (name, _)) in rows(&mut names).into_iter().enumerate() {
        let [now, ours, theirs] =
            columns.each_ref().map(|column| column.get(row).map_or("-", String::as_str));
        let _ = writeln!(block, "  {name:<20} {now:<16} {ours:<16} {theirs:<16}");
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_set_by_its_name_and_unit() {
        let mut terms = Terms::default();
        change(&mut terms, "notice.answer", "95min").unwrap();
        change(&mut terms, "clocks-apart", "2s").unwrap();
        change(&mut terms, "test-every", "4h").unwrap();
        assert_eq!(terms.notice.answer_s, 5_700);
        assert_eq!(terms.clock_apart_ms, 2_000);
        assert_eq!(terms.test_every_s, 14_400);
        let unknown = change(&mut terms, "notice", "1s").unwrap_err().to_string();
        assert!(unknown.contains("notice.receipt, notice.answer"), "{unknown}");
        assert!(change(&mut terms, "telephone", "soon").is_err());
    }
}
