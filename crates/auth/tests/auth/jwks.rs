//! Published keys: loading, outage, rotation, and storms of unknown names.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keepclear_auth::{
    IssuerConfig, IssuerKeys, JwksOptions, JwksSource, TokenError, Verifier,
    install_crypto_provider,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::support::{NOW_US, Signer, bearer, good_claims, verifier};

/// Longest wait for anything in these tests.
const DEADLINE: Duration = Duration::from_secs(20);
const SECOND_US: i64 = 1_000_000;

/// An issuer's web page, whose answer the test chooses.
pub struct Page {
    answer: Mutex<(StatusCode, String)>,
    asked: AtomicUsize,
    /// An answer needs a permit; by default there are plenty.
    gate: Semaphore,
}

impl Page {
    pub async fn serve(answer: &Value) -> (Arc<Self>, String) {
        let page = Arc::new(Self {
            answer: Mutex::new((StatusCode::OK, answer.to_string())),
            asked: AtomicUsize::new(0),
            gate: Semaphore::new(1_000_000),
        });
        let shown = Arc::clone(&page);
        let answer = move || {
            let page = Arc::clone(&shown);
            async move {
                page.asked.fetch_add(1, Ordering::SeqCst);
                page.gate.acquire().await.unwrap().forget();
                page.answer.lock().unwrap().clone()
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let routes = Router::new().route("/keys", get(answer));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (page, url)
    }

    pub fn answers(&self, status: StatusCode, body: impl Into<String>) {
        *self.answer.lock().unwrap() = (status, body.into());
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// The last 32 bytes of an Ed25519 SubjectPublicKeyInfo are the key: RFC 8410, 4.
pub fn jwk(signer: &Signer, kid: &str) -> Value {
    let der = signer.public_der();
    let x = URL_SAFE_NO_PAD.encode(&der[der.len() - 32..]);
    json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": kid, "x": x })
}

/// The last 64 bytes of a P-256 SubjectPublicKeyInfo are x and y: SEC 1, 2.3.3.
fn jwk_p256(signer: &Signer, kid: &str) -> Value {
    let der = signer.public_der();
    let (x, y) = der[der.len() - 64..].split_at(32);
    let encode = |bytes| URL_SAFE_NO_PAD.encode(bytes);
    json!({ "kty": "EC", "crv": "P-256", "kid": kid, "x": encode(x), "y": encode(y) })
}

fn token(signer: &Signer, kid: Option<&str>) -> Vec<u8> {
    let mut header = json!({ "alg": "EdDSA" });
    if let Some(kid) = kid {
        header["kid"] = json!(kid);
    }
    bearer(&signer.token(&header, &good_claims()))
}

pub fn source(url: &str) -> Arc<JwksSource> {
    install_crypto_provider();
    JwksSource::new(url, JwksOptions::default()).unwrap()
}

fn verifier_of(source: &Arc<JwksSource>) -> Verifier {
    verifier(vec![IssuerConfig {
        name: Some("issuer.example".to_owned()),
        keys: IssuerKeys::Jwks(Arc::clone(source)),
        subjects: vec![],
    }])
}

#[tokio::test]
async fn a_verifier_is_ready_after_the_first_good_load() {
    let signer = Signer::ed25519();
    let (page, url) = Page::serve(&json!({ "keys": [jwk(&signer, "k1")] })).await;
    page.answers(StatusCode::SERVICE_UNAVAILABLE, "");
    let source = source(&url);
    let verifier = verifier_of(&source);
    let token = token(&signer, Some("k1"));
    assert!(!verifier.ready());
    assert_eq!(verifier.verify(Some(&token), NOW_US), Err(TokenError::KeysNotLoaded));
    assert!(!source.refresh(NOW_US).await);
    assert!(!verifier.ready());
    page.answers(StatusCode::OK, json!({ "keys": [jwk(&signer, "k1")] }).to_string());
    assert!(source.refresh(NOW_US).await);
    assert!(verifier.ready());
    assert_eq!(verifier.verify(Some(&token), NOW_US).unwrap().subject, "uss1");
}

#[tokio::test]
async fn the_background_task_loads_by_itself() {
    let signer = Signer::ed25519();
    let (_page, url) = Page::serve(&json!({ "keys": [jwk(&signer, "k1")] })).await;
    let source = source(&url);
    let task = tokio::spawn(Arc::clone(&source).run());
    let ready = async {
        while !source.ready() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(DEADLINE, ready).await.unwrap();
    task.abort();
}

#[tokio::test]
async fn an_outage_keeps_the_last_good_keys_and_is_visible() {
    let signer = Signer::ed25519();
    let good = json!({ "keys": [jwk(&signer, "k1")] }).to_string();
    let (page, url) = Page::serve(&json!({ "keys": [jwk(&signer, "k1")] })).await;
    let source = source(&url);
    let verifier = verifier_of(&source);
    assert!(source.refresh(NOW_US).await);
    assert_eq!(source.status().stale_since_us, None);

    let huge = format!(r#"{{"keys":[],"padding":"{}"}}"#, "x".repeat(1 << 20));
    let many: Vec<Value> = (0..65).map(|_| jwk(&signer, "k1")).collect();
    let many = json!({ "keys": many }).to_string();
    let moved = (StatusCode::FOUND, good.clone());
    for (at, (status, body, words)) in [
        (StatusCode::INTERNAL_SERVER_ERROR, good.clone(), "HTTP 500"),
        (moved.0, moved.1, "HTTP 302"),
        (StatusCode::OK, "<html>".to_owned(), "no JSON Web Key Set"),
        (StatusCode::OK, r#"{"keys":[]}"#.to_owned(), "no key that is usable"),
        (StatusCode::OK, r#"{"keys":[{"kty":"oct","k":"AA"}]}"#.to_owned(), "neither RSA"),
        (StatusCode::OK, huge, "longer than 1048576 bytes"),
        (StatusCode::OK, many, "holds 65 keys"),
    ]
    .into_iter()
    .enumerate()
    {
        page.answers(status, body);
        let now_us = NOW_US + (at as i64 + 1) * 60 * SECOND_US;
        assert!(!source.refresh(now_us).await, "{words}");
        let state = source.status();
        assert_eq!(state.keys, 1, "{words}");
        assert_eq!(state.stale_since_us, Some(NOW_US + 60 * SECOND_US), "{words}");
        assert_eq!(state.failures, at as u64 + 1, "{words}");
        assert!(state.last_failure.as_ref().unwrap().contains(words), "{state:?}");
        // A token that was never seen, so that it is the key and not the cache that answers.
        let fresh = token(&signer, [None, Some("k1")][at % 2]);
        assert!(verifier.verify(Some(&fresh), NOW_US).is_ok(), "{words}");
        assert!(verifier.ready(), "{words}");
    }

    page.answers(StatusCode::OK, good);
    assert!(source.refresh(NOW_US + 600 * SECOND_US).await);
    let state = source.status();
    assert_eq!((state.stale_since_us, state.last_failure), (None, None));
    assert_eq!(state.failures, 7);
}

#[tokio::test]
async fn rotation_ends_remembered_tokens_of_the_old_key_and_of_no_other() {
    let (old, kept, new) = (Signer::ed25519(), Signer::ed25519(), Signer::ed25519());
    let before = json!({ "keys": [jwk(&old, "old"), jwk(&kept, "kept")] });
    let after = json!({ "keys": [jwk(&kept, "kept"), jwk(&new, "new")] });
    let (page, url) = Page::serve(&before).await;
    let source = source(&url);
    let verifier = verifier_of(&source);
    source.refresh(NOW_US).await;
    let (of_old, of_kept) = (token(&old, Some("old")), token(&kept, Some("kept")));
    let without_kid = token(&old, None);
    for header in [&of_old, &of_kept, &without_kid] {
        assert!(verifier.verify(Some(header), NOW_US).is_ok());
    }
    let remembered = verifier.verify(Some(&of_kept), NOW_US).unwrap();

    page.answers(StatusCode::OK, after.to_string());
    assert!(source.refresh(NOW_US + SECOND_US).await);
    assert_eq!(verifier.verify(Some(&of_old), NOW_US), Err(TokenError::UnknownKey));
    assert_eq!(verifier.verify(Some(&without_kid), NOW_US), Err(TokenError::BadSignature));
    let again = verifier.verify(Some(&of_kept), NOW_US).unwrap();
    assert!(Arc::ptr_eq(&remembered, &again), "an unrelated rotation costs no signature");
    assert!(verifier.verify(Some(&token(&new, Some("new"))), NOW_US).is_ok());
    // The right key under the wrong name.
    assert_eq!(
        verifier.verify(Some(&token(&new, Some("kept"))), NOW_US),
        Err(TokenError::BadSignature)
    );
}

#[tokio::test]
async fn a_new_key_is_found_by_the_first_token_that_names_it() {
    let (old, new) = (Signer::ed25519(), Signer::ed25519());
    let (page, url) = Page::serve(&json!({ "keys": [jwk(&old, "old")] })).await;
    let source = source(&url);
    let verifier = verifier_of(&source);
    source.refresh(NOW_US).await;
    page.answers(StatusCode::OK, json!({ "keys": [jwk(&new, "new")] }).to_string());
    let header = token(&new, Some("new"));
    // 9 s after the last load it is too soon, 10 s after it is not.
    let soon = NOW_US + 9 * SECOND_US;
    assert_eq!(verifier.verify_or_refresh(Some(&header), soon).await, Err(TokenError::UnknownKey));
    assert_eq!(page.asked(), 1);
    let late = NOW_US + 10 * SECOND_US;
    assert!(verifier.verify_or_refresh(Some(&header), late).await.is_ok());
    assert_eq!(page.asked(), 2);
}

#[tokio::test]
async fn a_storm_of_unknown_keys_loads_once_an_interval() {
    let signer = Signer::ed25519();
    let (page, url) = Page::serve(&json!({ "keys": [jwk(&signer, "k1")] })).await;
    let source = source(&url);
    let verifier = Arc::new(verifier_of(&source));
    source.refresh(NOW_US).await;
    assert_eq!(page.asked(), 1);
    for round in 1..=3_i64 {
        let storm: Vec<_> = (0..100_i64)
            .map(|at| {
                let verifier = Arc::clone(&verifier);
                let header = token(&signer, Some(&format!("unknown-{round}-{at}")));
                // The hundred fall into less than one interval.
                let now_us = NOW_US + round * 10 * SECOND_US + at * 90_000;
                tokio::spawn(async move { verifier.verify_or_refresh(Some(&header), now_us).await })
            })
            .collect();
        for request in storm {
            assert_eq!(request.await.unwrap(), Err(TokenError::UnknownKey));
        }
        assert_eq!(page.asked(), 1 + usize::try_from(round).unwrap());
    }
}

#[tokio::test]
async fn a_slow_issuer_holds_a_request_for_two_seconds_at_most() {
    let signer = Signer::ed25519();
    let (page, url) = Page::serve(&json!({ "keys": [jwk(&signer, "k1")] })).await;
    let source = source(&url);
    let verifier = verifier_of(&source);
    source.refresh(NOW_US).await;
    page.gate.forget_permits(usize::MAX);
    let header = token(&signer, Some("unknown"));
    let begun = std::time::Instant::now();
    let answer = verifier.verify_or_refresh(Some(&header), NOW_US + 60 * SECOND_US).await;
    assert_eq!(answer, Err(TokenError::UnknownKey));
    let took = begun.elapsed();
    assert!(took >= Duration::from_secs(2), "{took:?}");
    assert!(took < Duration::from_secs(4), "{took:?}");
    // The load goes on without the request: its end still counts.
    page.answers(StatusCode::OK, json!({ "keys": [jwk(&signer, "unknown")] }).to_string());
    page.gate.add_permits(10);
    let found = async {
        while verifier.verify(Some(&header), NOW_US).is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(DEADLINE, found).await.unwrap();
}

#[tokio::test]
async fn keys_for_other_purposes_are_passed_over() {
    let (good, other) = (Signer::ed25519(), Signer::p256());
    let with = |field: &str, value: Value| {
        let mut key = jwk_p256(&other, "p");
        key[field] = value;
        key
    };
    let (page, url) = Page::serve(&json!({})).await;
    let source = source(&url);
    let verifier = verifier_of(&source);
    let header = json!({ "alg": "ES256", "kid": "p" });
    let token = bearer(&other.token(&header, &good_claims()));
    for (what, key, usable) in [
        ("as it is", jwk_p256(&other, "p"), true),
        ("for signatures", with("use", json!("sig")), true),
        ("of the right algorithm", with("alg", json!("ES256")), true),
        ("to verify", with("key_ops", json!(["verify"])), true),
        ("for encryption", with("use", json!("enc")), false),
        ("to encrypt", with("key_ops", json!(["encrypt"])), false),
        ("of another algorithm", with("alg", json!("ES384")), false),
        ("of another curve", with("crv", json!("P-384")), false),
        ("of another type", with("kty", json!("RSA")), false),
        ("off the curve", with("y", json!(URL_SAFE_NO_PAD.encode([7; 32]))), false),
        ("too short", with("x", json!("AAAA")), false),
        ("not an object", json!("key"), false),
    ] {
        let set = json!({ "keys": [key, jwk(&good, "k1")] });
        page.answers(StatusCode::OK, set.to_string());
        assert!(source.refresh(NOW_US).await, "{what}");
        assert_eq!(verifier.verify(Some(&token), NOW_US).is_ok(), usable, "{what}");
        assert_eq!(source.status().keys, 1 + usize::from(usable), "{what}");
    }
}
