//! Lists in pages: how much at once, and where the next one begins.
//!
//! A cursor says what came last in the list's own order, so that what is new or gone in between moves
//! nothing out of a reader's sight.

use keepclear_line::quantity::ExchangeId;

use super::call::Call;
use super::problem::Problem;

/// Things of one page, unless fewer are asked for; and the most.
pub const LIMIT_DEFAULT: usize = 100;
/// Most things of one page.
pub const LIMIT_MAX: usize = 200;
/// Most messages of one exchange in one answer: each may have 10,000 corners.
pub const MESSAGES_MAX: usize = 50;

/// How many things the caller wants at once.
///
/// # Errors
/// When it is no number from 1 to [`LIMIT_MAX`].
pub fn limit(call: &Call<'_>) -> Result<usize, Problem> {
    let Some(text) = call.query("limit") else { return Ok(LIMIT_DEFAULT) };
    let number = text.parse().ok().filter(|number| (1..=LIMIT_MAX).contains(number));
    number.ok_or_else(|| {
        let shown: String = text.chars().take(60).collect();
        let reason = format!("is {shown:?}, not a number from 1 to {LIMIT_MAX}");
        Problem::field("limit", reason, "ask for fewer at once")
    })
}

/// A number after the question mark.
///
/// # Errors
/// When it is none.
pub fn number(call: &Call<'_>, name: &'static str) -> Result<Option<u64>, Problem> {
    let Some(text) = call.query(name) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| {
        let shown: String = text.chars().take(60).collect();
        Problem::field(name, format!("is {shown:?}, not a number"), "send what was answered")
    })
}

/// The place of the first thing after the cursor in a list that is sorted by `key`; a cursor is the key
/// of the last thing that was answered, as text.
///
/// # Errors
/// When the cursor is none of this list.
pub fn start<T, K: Ord>(
    call: &Call<'_>,
    list: &[T],
    read: impl Fn(&str) -> Option<K>,
    key: impl Fn(&T) -> K,
) -> Result<usize, Problem> {
    let Some(text) = call.query("cursor") else { return Ok(0) };
    let cursor = read(&text).ok_or_else(|| {
        let shown: String = text.chars().take(60).collect();
        let reason = format!("is {shown:?}, not one of this list");
        Problem::field("cursor", reason, "send `next` of the page before, or nothing")
    })?;
    Ok(list.partition_point(|thing| key(thing) <= cursor))
}

/// The first and last exchange whose ids begin so, if the caller asks for such.
///
/// # Errors
/// When it is not the beginning of a UUID.
pub fn begins(call: &Call<'_>) -> Result<Option<(ExchangeId, ExchangeId)>, Problem> {
    let Some(text) = call.query("begins") else { return Ok(None) };
    let digits: String = text.chars().filter(|&c| c != '-').collect();
    let good = digits.len() <= 32 && digits.chars().all(|c| c.is_ascii_hexdigit());
    let filled = |with: &str| format!("{digits}{}", with.repeat(32 - digits.len()));
    let id = |text: String| uuid::Uuid::try_parse(&text).ok().map(|id| ExchangeId(id.into_bytes()));
    let range = good.then(|| id(filled("0")).zip(id(filled("f")))).flatten();
    range.map(Some).ok_or_else(|| {
        let shown: String = text.chars().take(60).collect();
        let reason = format!("is {shown:?}, not the beginning of a UUID");
        Problem::field("begins", reason, "send the first characters of an exchange's id")
    })
}
