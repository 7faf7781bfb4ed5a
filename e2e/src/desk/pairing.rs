//! Two desks that trust each other, by the steps that two parties take.

use super::Desk;

/// Exchanges the cards of two desks, and has both confirm the phrase.
///
/// # Panics
/// When a step is refused, or the line does not open.
pub fn pair(one: &Desk, other: &Desk) {
    for (from, to) in [(one, other), (other, one)] {
        let card = from.file("card.json");
        from.line(&["pair", "--write", &card]);
        to.line(&["pair", "--read", &card]);
    }
    one.line(&["pair", "--confirm", other.party]);
    other.line(&["pair", "--confirm", one.party]);
    for (here, there) in [(one, other), (other, one)] {
        here.until("the line is open", || (here.line_state(there) == "open").then_some(()));
    }
}
