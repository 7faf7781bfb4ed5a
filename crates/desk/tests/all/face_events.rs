//! Events: live, in order, and resumed by position without a gap or a double.

use std::time::Duration;

use axum::body::Body;
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::Service as _;

use crate::desks::DEADLINE;
use crate::face_contract::check_named;
use crate::face_support::{ALL_SCOPES, Node, Pair, Tokens};

/// A reader of events.
struct Reader {
    body: Body,
    text: String,
}

/// One event: id, name, data.
#[derive(Debug, Clone, PartialEq)]
struct Event {
    id: Option<u64>,
    name: String,
    data: Value,
}

impl Reader {
    async fn open(node: &Node, path: &str, last: Option<&str>) -> Self {
        let token = Tokens::shared().token("watch", ALL_SCOPES, 600);
        let mut request =
            Request::builder().uri(path).header("authorization", format!("Bearer {token}"));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let answer = node.api.clone().call(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self { body: answer.into_body(), text: String::new() }
    }

    /// The next block, without its empty line; `None` at the end.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            let frame = tokio::time::timeout(DEADLINE, self.body.frame()).await.expect("no event");
            let data = frame?.unwrap().into_data().unwrap();
            self.text.push_str(std::str::from_utf8(&data).unwrap());
        }
    }

    /// The next event that has an id.
    async fn next(&mut self) -> Event {
        loop {
            let block = self.block().await.expect("the events have ended");
            let mut event = Event { id: None, name: String::new(), data: Value::Null };
            for line in block.lines() {
                match line.split_once(": ") {
                    Some(("id", id)) => event.id = Some(id.parse().unwrap()),
                    Some(("event", name)) => name.clone_into(&mut event.name),
                    Some(("data", data)) => {
                        let schema = if event.name == "line" { "LineNews" } else { "Event" };
                        check_named(schema, data);
                        event.data = serde_json::from_str(data).unwrap();
                    }
                    _ => {}
                }
            }
            if let Some(id) = event.id {
                assert_eq!(event.data["position"], id);
                return event;
            }
        }
    }

    async fn take(&mut self, count: usize) -> Vec<Event> {
        let mut events = Vec::new();
        for _ in 0..count {
            events.push(self.next().await);
        }
        events
    }
}

async fn said(pair: &Pair) -> u64 {
    let said = pair.north.post(&pair.line("tests"), &json!({})).await.is(201);
    said.json["position"].as_u64().unwrap()
}

#[tokio::test]
async fn a_reader_that_comes_back_misses_nothing_and_sees_nothing_twice() {
    let pair = Pair::start().await;
    let from_first = "/desk/v1/events?after=0";
    for _ in 0..5 {
        said(&pair).await;
    }
    let last = said(&pair).await;
    let mut whole = Vec::new();
    let mut reader = Reader::open(&pair.north, from_first, None).await;
    while whole.last().is_none_or(|event: &Event| event.id < Some(last)) {
        whole.push(reader.next().await);
    }
    let ids: Vec<u64> = whole.iter().map(|event| event.id.unwrap()).collect();
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "{ids:?}");
    assert_eq!(whole.iter().filter(|event| event.data["message_kind"] == "test").count(), 6);
    assert_eq!(whole[0].name, "founded");
    // In pieces of three, each by another connection, the same comes out.
    let mut pieces: Vec<Event> = Vec::new();
    while pieces.len() < whole.len() {
        let last = pieces.last().map_or(0, |event| event.id.unwrap()).to_string();
        let mut reader = Reader::open(&pair.north, "/desk/v1/events?after=3", Some(&last)).await;
        pieces.extend(reader.take(3.min(whole.len() - pieces.len())).await);
    }
    assert_eq!(pieces, whole);
}

#[tokio::test]
async fn what_happens_is_told_while_it_happens_and_the_end_of_the_desk_ends_it() {
    let pair = Pair::start().await;
    let mut reader = Reader::open(&pair.north, "/desk/v1/events", None).await;
    assert!(reader.block().await.unwrap().starts_with("retry: "));
    let mut health = reader.block().await.unwrap();
    while !health.starts_with("event: line") {
        health = reader.block().await.unwrap();
    }
    let position = said(&pair).await;
    let mut event = reader.next().await;
    while event.id < Some(position) {
        event = reader.next().await;
    }
    assert_eq!((event.id, event.name.as_str()), (Some(position), "said"));
    assert_eq!(event.data["desk"], pair.south.id());
    let Pair { north, .. } = pair;
    let ended = async { while reader.block().await.is_some() {} };
    tokio::join!(north.kill(), ended);
}

#[tokio::test]
async fn a_quiet_desk_is_heard_every_five_seconds() {
    let seat = crate::desks::Seat::new(crate::desks::Setup::of("North Desk")).await;
    let node = Node::start(&seat, crate::face_support::RATE).await;
    let mut reader = Reader::open(&node, "/desk/v1/events", None).await;
    let began = std::time::Instant::now();
    while reader.block().await.unwrap() != ":" {}
    assert!(began.elapsed() < Duration::from_secs(7));
    for path in ["/desk/v1/events?after=x", "/desk/v1/events?after=-1"] {
        assert_eq!(node.get(path).await.is(400).json["field"], "after");
    }
    node.kill().await;
}
