//! `keepclear watch`: the lines, alarms, inbox and clocks of a desk, live on a terminal.
//!
//! A screen that stands still lies, so clocks run between answers, and a desk that does not answer is
//! shown as such above everything that was last known.

mod frame;
mod screen;
mod snapshot;

use std::pin::{Pin, pin};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use tokio::time::{Instant as Moment, MissedTickBehavior, interval};

use crate::line::{Access, Client, LineError, ended, in_runtime};
use crate::service::asked_to_stop;
use frame::{Known, frame};
use screen::Screen;
use snapshot::Snapshot;

/// How often clocks are drawn, and what is not an event is asked for.
const EVERY: Duration = Duration::from_secs(1);
/// Events that come together are drawn together.
const GATHER: Duration = Duration::from_millis(60);

/// Watch lines, inbox, alarms and clocks of this party's desk, live.
#[derive(Debug, Args)]
pub struct WatchArgs {
    #[command(flatten)]
    access: Access,
    /// Print the present state once, and end.
    #[arg(long)]
    once: bool,
}

/// Exit 0 when it is ended by the person, 2 when it cannot begin.
pub fn run(args: &WatchArgs) -> ExitCode {
    ended(args.access.json, in_runtime(watch(args)))
}

async fn watch(args: &WatchArgs) -> Result<(), LineError> {
    let client = Client::new(&args.access)?.watching();
    let first = Snapshot::take(&client).await?;
    if args.once {
        return screen::print(&frame(&Known::fresh(&first), screen::PLAIN_WIDTH));
    }
    let mut screen = Screen::open()?;
    let ended = follow(&client, first, &mut screen).await;
    screen.close();
    ended
}

async fn follow(client: &Client, first: Snapshot, screen: &mut Screen) -> Result<(), LineError> {
    let mut known = Kept { snapshot: first, taken: Moment::now(), trouble: None };
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut events = client.events(known.snapshot.position()).await.ok();
    let mut taking: Option<Pin<Box<dyn Future<Output = _> + '_>>> = None;
    let mut stop = pin!(asked_to_stop());
    loop {
        screen.draw(&frame(&known.known(), screen.width()))?;
        let ask = tokio::select! {
            _ = ticks.tick() => true,
            open = next(&mut events) => {
                tokio::time::sleep(GATHER).await;
                open
            }
            taken = arrived(&mut taking) => {
                taking = None;
                match taken {
                    Ok((snapshot, stream)) => {
                        known = Kept { snapshot, taken: Moment::now(), trouble: None };
                        events = events.or(stream);
                    }
                    Err(error @ LineError::NotReached { .. }) => {
                        known.trouble = Some(error.to_string());
                        events = None;
                    }
                    Err(error) => return Err(error),
                }
                false
            }
            stopped = &mut stop => return Ok(stopped?),
        };
        if ask && taking.is_none() {
            let (after, is_lost) = (known.snapshot.position(), events.is_none());
            taking = Some(Box::pin(take(client, is_lost.then_some(after))));
        }
    }
}

/// The state, and a new stream of events where the old one was lost.
async fn take(
    client: &Client,
    after: Option<u64>,
) -> Result<(Snapshot, Option<reqwest::Response>), LineError> {
    let snapshot = Snapshot::take(client).await?;
    let stream = match after {
        Some(after) => client.events(after).await.ok(),
        None => None,
    };
    Ok((snapshot, stream))
}

async fn arrived<T>(taking: &mut Option<Pin<Box<dyn Future<Output = T> + '_>>>) -> T {
    match taking {
        Some(taking) => taking.await,
        None => std::future::pending().await,
    }
}

/// Waits for the next piece of the stream; false when it has ended. What happened is read from the desk,
/// so that a lost event loses nothing.
async fn next(events: &mut Option<reqwest::Response>) -> bool {
    let Some(stream) = events else { return std::future::pending().await };
    match stream.chunk().await {
        Ok(Some(_)) => true,
        _ => {
            *events = None;
            false
        }
    }
}

/// What was last known, and since when nothing more is.
struct Kept {
    snapshot: Snapshot,
    taken: Moment,
    trouble: Option<String>,
}

impl Kept {
    fn known(&self) -> Known<'_> {
        let elapsed_us = i64::try_from(self.taken.elapsed().as_micros()).unwrap_or(i64::MAX);
        Known { snapshot: &self.snapshot, elapsed_us, trouble: self.trouble.as_deref() }
    }
}
