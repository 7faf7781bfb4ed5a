//! What an outage of an issuer says in the log: once when it begins, once when it ends.

use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::jwks::{Page, jwk, source};
use crate::support::{NOW_US, Signer};

/// Keeps level and message of each event.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<(Level, String)>>>);

struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

impl Subscriber for Kept {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("keepclear_auth")
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut message = Message(String::new());
        event.record(&mut message);
        self.0.lock().unwrap().push((*event.metadata().level(), message.0));
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

// One thread, so that the loads' own tasks log where the test listens.
#[tokio::test(flavor = "current_thread")]
async fn an_outage_warns_once_and_its_end_is_told_once() {
    let kept = Kept::default();
    let _listening = tracing::subscriber::set_default(kept.clone());
    let good = json!({ "keys": [jwk(&Signer::ed25519(), "k1")] });
    let (page, url) = Page::serve(&good).await;
    let source = source(&url);
    for round in 0..2 {
        for _ in 0..3 {
            assert!(source.refresh(NOW_US).await, "{round}");
        }
        page.answers(StatusCode::BAD_GATEWAY, "");
        for _ in 0..3 {
            assert!(!source.refresh(NOW_US).await, "{round}");
        }
        page.answers(StatusCode::OK, good.to_string());
    }
    assert!(source.refresh(NOW_US).await);
    let loaded = (Level::INFO, "the issuer's keys were loaded".to_owned());
    let failed = (Level::WARN, "the issuer's keys cannot be loaded; the last stay".to_owned());
    let back = (Level::INFO, "the issuer's keys load again".to_owned());
    let expected = [loaded, failed.clone(), back.clone(), failed, back];
    assert_eq!(*kept.0.lock().unwrap(), expected);
}
