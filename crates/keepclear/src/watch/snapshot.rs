//! Everything that the screen shows, as the desk answered it.

use keepclear_line::quantity::Instant;
use keepclear_line::view::ExchangeState;

use crate::line::answers::{
    AlarmsAnswer, DeskAnswer, ExchangesAnswer, InboxAnswer, LinesAnswer, RowAnswer,
};
use crate::line::{Client, LineError};

/// The desk at one moment.
pub struct Snapshot {
    /// Who it is.
    pub desk: DeskAnswer,
    /// Its lines.
    pub lines: LinesAnswer,
    /// Alarms of all lines.
    pub alarms: AlarmsAnswer,
    /// What waits for us.
    pub inbox: InboxAnswer,
    /// What else goes on among the newest, of all lines, the newest first.
    pub others: Vec<RowAnswer>,
}

impl Snapshot {
    /// Asks the desk.
    ///
    /// # Errors
    /// When it does not answer, or the token is not taken.
    pub async fn take(client: &Client) -> Result<Self, LineError> {
        let desk: DeskAnswer = client.read(&["desk"]).await?;
        let lines: LinesAnswer = client.read(&["lines"]).await?;
        let alarms: AlarmsAnswer = client.read(&["alarms"]).await?;
        let inbox: InboxAnswer = client.read(&["inbox"]).await?;
        let mut others = Vec::new();
        for peer in &desk.peers {
            let id = peer.desk.to_string();
            let answer: ExchangesAnswer = client.read(&["lines", &id, "exchanges"]).await?;
            let going_on = answer.exchanges.into_iter().filter(|row| {
                let brief = &row.brief;
                let over = matches!(brief.state, ExchangeState::Ended | ExchangeState::Withdrawn);
                !over && brief.waits_for_us().is_none()
            });
            others
                .extend(going_on.map(|exchange| RowAnswer { party: peer.party.clone(), exchange }));
        }
        others.sort_by_key(|other| std::cmp::Reverse(other.exchange.brief.opened_at));
        Ok(Self { desk, lines, alarms, inbox, others })
    }

    /// Up to where the log was known.
    pub fn position(&self) -> u64 {
        self.desk.position
    }

    /// By the desk's clock.
    pub fn now(&self) -> Instant {
        self.lines.now
    }
}
