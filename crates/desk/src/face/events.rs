//! What happens at the desk, as server-sent events.
//!
//! An event's id is its position in the desk's log, so that a reader who comes back says where it was and
//! misses nothing. Nothing is kept for a reader: each is fed from the log at its own pace, a few pieces
//! ahead, and whoever takes none of them for a while is let go.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::StatusCode;
use http_body::Frame;
use schemars::SchemaGenerator;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use super::answers::{Answer, Form};
use super::call::Call;
use super::event::{Event, LineNews};
use super::operations::Nothing;
use super::problem::Problem;
use super::reply::Reply;
use crate::Desk;

/// How often a reader hears that the desk is there, when nothing happens.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// How often the health of the lines is looked at: a busy line moves a thousand times a second.
const LOOK: Duration = Duration::from_secs(1);
/// How old the state of the lines may be that readers share.
const SHARED: Duration = Duration::from_millis(200);
/// Pieces that wait for a reader.
const PIECES_MAX: usize = 64;
/// How long a reader may take none of them.
const STUCK_MAX: Duration = Duration::from_secs(10);
/// Events that are taken from the log at once.
const EVENTS_AT_ONCE: usize = 256;
/// How soon a reader whose connection ended should come back, milliseconds.
const RETRY_MS: u32 = 1_000;
const MEDIA: &str = "text/event-stream";

/// Events without an end.
#[derive(Debug)]
pub struct Stream(mpsc::Receiver<Bytes>);

impl Answer for Stream {
    fn form(generator: &mut SchemaGenerator) -> Form {
        // What `data` holds belongs into the document as well.
        generator.subschema_for::<Event>();
        generator.subschema_for::<LineNews>();
        Form::Other(MEDIA)
    }

    fn into_reply(self, status: StatusCode) -> Reply {
        Reply::bytes(status, MEDIA, Body::new(self))
    }
}

impl http_body::Body for Stream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}

/// `GET /desk/v1/events`
pub async fn follow(call: &Call<'_>, _: Nothing) -> Result<Stream, Problem> {
    let desk = call.face.desk.clone();
    let after = match position(call)? {
        Some(after) => after,
        None => desk.moved().borrow().position,
    };
    let (pieces, stream) = mpsc::channel(PIECES_MAX);
    let mut stopping = call.face.stopping.clone();
    tokio::spawn(async move {
        let feed = Feed { desk, pieces, after, sent_at: Instant::now() };
        tokio::select! {
            Err(Gone) = feed.run() => {}
            // A stopped sender is a stop as well.
            _ = stopping.wait_for(|stopping| *stopping) => {}
        }
    });
    Ok(Stream(stream))
}

fn position(call: &Call<'_>) -> Result<Option<u64>, Problem> {
    let header = call.headers.get("Last-Event-ID").map(|value| value.to_str().unwrap_or("?"));
    let (field, text) = match (header, call.query("after")) {
        (Some(text), _) => ("Last-Event-ID", text.to_owned()),
        (None, Some(text)) => ("after", text.into_owned()),
        (None, None) => return Ok(None),
    };
    text.trim().parse().map(Some).map_err(|_| {
        let shown: String = text.chars().take(60).collect();
        Problem::field(field, format!("is {shown:?}, not a position"), "send an event's id")
    })
}

/// The reader has gone, or takes nothing.
struct Gone;

struct Feed {
    desk: Desk,
    pieces: mpsc::Sender<Bytes>,
    after: u64,
    sent_at: Instant,
}

impl Feed {
    async fn run(mut self) -> Result<Infallible, Gone> {
        let mut moved = self.desk.moved();
        self.send(format!("retry: {RETRY_MS}\n\n")).await?;
        // The state of every line first: what follows are its changes.
        let mut news = Vec::new();
        let mut look_at = Instant::now();
        loop {
            moved.borrow_and_update();
            self.catch_up().await?;
            if Instant::now() >= look_at {
                news = self.tell_news(news).await?;
                look_at = Instant::now() + LOOK;
            }
            if self.sent_at.elapsed() >= HEARTBEAT {
                self.send(":\n\n".to_owned()).await?;
            }
            tokio::select! {
                changed = moved.changed() => changed.map_err(|_| Gone)?,
                () = sleep_until(look_at) => {}
                () = self.pieces.closed() => return Err(Gone),
            }
        }
    }

    /// Everything that is in the log after what was sent.
    async fn catch_up(&mut self) -> Result<(), Gone> {
        loop {
            let found = self.desk.events_after(self.after, EVENTS_AT_ONCE);
            if found.gap || self.after > found.last {
                // What lies between is not held any more, or never was: the reader has to look anew.
                self.after = found.last;
                self.send(format!("id: {}\nevent: gap\ndata: {{}}\n\n", found.last)).await?;
                continue;
            }
            let Some(last) = found.events.last() else { return Ok(()) };
            self.after = last.position;
            for event in found.events {
                let event = Event::from(event);
                let kind = event.kind.name();
                let text =
                    format!("id: {}\nevent: {kind}\ndata: {}\n\n", event.position, json(&event));
                self.send(text).await?;
            }
        }
    }

    /// Health is no entry of the log and has no position: it is told without an id.
    async fn tell_news(&mut self, before: Vec<LineNews>) -> Result<Vec<LineNews>, Gone> {
        let news = super::reads::news(&self.desk.board_within(SHARED));
        for line in news.iter().filter(|line| !before.contains(line)) {
            self.send(format!("event: line\ndata: {}\n\n", json(line))).await?;
        }
        Ok(news)
    }

    async fn send(&mut self, text: String) -> Result<(), Gone> {
        self.sent_at = Instant::now();
        let sent = timeout(STUCK_MAX, self.pieces.send(Bytes::from(text))).await;
        sent.map_err(|_| Gone)?.map_err(|_| Gone)
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
