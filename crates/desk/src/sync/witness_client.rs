//! The end that is a witness: asks a peer, again and again, for what it may be given.
//!
//! A party does not tell its witness that it was named; the witness finds out by asking.

use std::time::Duration;

use tokio::time::sleep;

use super::ask::Asking;
use super::connection::{AskError, Connection};
use super::protocol::VERSION;
use super::witness_intake::{Taken, take_in};
use super::witness_protocol::{Answered, Asked, HeldLine};
use crate::journal::LINES_MAX;

/// How often a peer is asked that gives something.
const ASK_EVERY: Duration = Duration::from_secs(2);
/// How seldom at most a peer is asked that gives nothing.
const ASK_SELDOM: Duration = Duration::from_secs(10);
/// Between two pieces of a long history, so that the giver has time for its line.
const NEXT_PIECE: Duration = Duration::from_millis(100);
/// After this an answer is given up: its longest at some 100 kbit/s.
const ANSWER_TIME: Duration = Duration::from_secs(60);

/// Asks one peer until the task is dropped.
pub async fn follow(asking: Asking) {
    let Asking { shared, peer, .. } = &asking;
    let mut connection = None;
    let mut pause = ASK_EVERY;
    loop {
        sleep(pause).await;
        let confirmed = shared
            .read(|state| state.peer(*peer).is_some_and(|line| line.confirmation().is_some()));
        if !confirmed {
            pause = ASK_EVERY;
            continue;
        }
        let asked = asked(&asking);
        pause = match ask(&asking, &mut connection, &asked).await {
            Ok(answer) => match take_in(shared, *peer, asked, answer).await {
                Taken { more: true, .. } => NEXT_PIECE,
                Taken { gives: true, .. } => ASK_EVERY,
                Taken { .. } => (pause * 2).clamp(ASK_EVERY, ASK_SELDOM),
            },
            Err(error) => {
                tracing::debug!(%peer, %error, "a peer did not say what it gives to a witness");
                (pause * 2).clamp(ASK_EVERY, ASK_SELDOM)
            }
        };
    }
}

/// On the connection of the time before, where that is still open; it is kept when an answer came.
async fn ask(
    asking: &Asking,
    connection: &mut Option<Connection>,
    asked: &Asked,
) -> Result<Answered, AskError> {
    let open = connection.take().filter(|connection| !connection.is_closed());
    let mut connected = match open {
        Some(connected) => connected,
        None => asking.connect(ANSWER_TIME).await?,
    };
    let answer = asking.ask_as_witness(&mut connected, asked, ANSWER_TIME).await?;
    *connection = Some(connected);
    Ok(answer)
}

/// What this desk holds of the lines that the peer is a party of.
fn asked(asking: &Asking) -> Asked {
    let peer = asking.peer;
    let lines = asking.shared.read(|state| {
        let of_the_peer = state
            .witnessed()
            .all()
            .filter(|line| line.facts().parties.iter().any(|party| party.desk == peer));
        let held = of_the_peer
            .map(|line| HeldLine { line: line.facts().line, held: line.wanted_of(peer) });
        held.take(LINES_MAX).collect()
    });
    Asked { version: VERSION, lines }
}
