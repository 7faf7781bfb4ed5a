//! Tokens for our own calls: three origins, and when a kept token is given out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use keepclear_auth::{
    ClientSecret, Clients, LocalIssuer, TokenOrigin, TokenRequest, TokenSource, VerifyingKey,
    install_crypto_provider,
};
use serde_json::json;
use tokio::net::TcpListener;

use crate::issuer::serve;
use crate::support::{NOW_US, bearer, fixed, verifier};

const MINUTE_US: i64 = 60 * 1_000_000;

fn wanted(scopes: &[&str]) -> TokenRequest {
    TokenRequest {
        audience: "sky.example".to_owned(),
        scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
        subject: "uss1".to_owned(),
    }
}

#[tokio::test]
async fn every_origin_gives_a_token_that_is_accepted() {
    let issuer = Arc::new(LocalIssuer::generate().unwrap());
    let open = serve(&issuer, Clients::Any).await;
    let list = BTreeMap::from([("uss1".to_owned(), "p%w +:&".to_owned())]);
    let closed = serve(&issuer, Clients::Listed(list)).await;
    let der = pem::parse(issuer.public_key_pem()).unwrap();
    let key = VerifyingKey::from_der(der.contents()).unwrap();
    let verifier = verifier(vec![fixed(Some("trial"), vec![key], &[])]);
    let now_us = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_micros()).unwrap();
    for origin in [
        TokenOrigin::DummyOauth { url: format!("{open}/token?more=1"), issuer: None },
        TokenOrigin::DummyOauth { url: format!("{open}/token"), issuer: Some("trial".into()) },
        TokenOrigin::ClientCredentials {
            url: format!("{closed}/token"),
            client_id: "uss1".to_owned(),
            client_secret: ClientSecret::new("p%w +:&"),
        },
        TokenOrigin::Local { issuer: Arc::clone(&issuer), name: "trial".to_owned() },
    ] {
        let shown = format!("{origin:?}");
        assert!(!shown.contains("p%w"), "{shown}");
        let source = TokenSource::new(origin, false).unwrap();
        let asked = wanted(&["rid.service_provider", "utm.strategic_coordination"]);
        let token = source.token(&asked, now_us).await.unwrap();
        let principal = verifier.verify(Some(&bearer(&token)), now_us).unwrap();
        assert_eq!(principal.subject, "uss1", "{shown}");
        assert!(principal.scopes.contains("utm.strategic_coordination"), "{shown}");
        let again = source.token(&asked, now_us).await.unwrap();
        assert!(Arc::ptr_eq(&token, &again), "{shown}");
    }
}

/// An issuer whose tokens are a count, with a lifetime that the test chooses.
async fn counting(lifetime_s: Arc<AtomicI64>) -> String {
    install_crypto_provider();
    let count = Arc::new(AtomicI64::new(0));
    let answer = move || {
        let token = count.fetch_add(1, Ordering::SeqCst) + 1;
        let lifetime_s = lifetime_s.load(Ordering::SeqCst);
        let mut body = json!({ "access_token": token.to_string() });
        if lifetime_s > 0 {
            body["expires_in"] = json!(lifetime_s);
        }
        async move { body.to_string() }
    };
    let routes = Router::new()
        .route("/token", get(answer))
        .route("/refuses", get(async || (StatusCode::BAD_REQUEST, r#"{"message":"no\nsuch"}"#)))
        .route("/says_nothing", get(async || "{}"));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    url
}

fn dummy(url: &str, path: &str) -> TokenSource {
    let url = format!("{url}/{path}");
    TokenSource::new(TokenOrigin::DummyOauth { url, issuer: None }, false).unwrap()
}

#[tokio::test]
async fn a_token_is_kept_until_five_minutes_before_its_end() {
    let lifetime_s = Arc::new(AtomicI64::new(3600));
    let url = counting(Arc::clone(&lifetime_s)).await;
    let source = dummy(&url, "token");
    let at = async |minutes: i64, scopes: &[&str]| {
        source.token(&wanted(scopes), NOW_US + minutes * MINUTE_US).await.unwrap().to_string()
    };
    assert_eq!(at(0, &["a", "b"]).await, "1");
    assert_eq!(at(54, &["b", "a", "b"]).await, "1", "the order of scopes makes no difference");
    assert_eq!(at(54, &["a"]).await, "2", "other scopes are another token");
    assert_eq!(at(55, &["a", "b"]).await, "3");
    // A lifetime of 4 minutes is used for 2.
    lifetime_s.store(240, Ordering::SeqCst);
    assert_eq!(at(0, &["c"]).await, "4");
    assert_eq!(at(1, &["c"]).await, "4");
    assert_eq!(at(2, &["c"]).await, "5");
    // An unknown lifetime is not relied on.
    lifetime_s.store(0, Ordering::SeqCst);
    assert_eq!(at(0, &["d"]).await, "6");
    assert_eq!(at(0, &["d"]).await, "7");
}

#[tokio::test]
async fn calls_at_the_same_moment_share_one_token() {
    let url = counting(Arc::new(AtomicI64::new(3600))).await;
    let source = Arc::new(dummy(&url, "token"));
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let source = Arc::clone(&source);
            tokio::spawn(async move { source.token(&wanted(&["a"]), NOW_US).await.unwrap() })
        })
        .collect();
    for call in calls {
        assert_eq!(&*call.await.unwrap(), "1");
    }
}

#[tokio::test]
async fn a_failure_says_who_failed_and_how() {
    let url = counting(Arc::new(AtomicI64::new(3600))).await;
    for (path, words) in [
        ("refuses", "no token from 127.0.0.1: the answer is HTTP 400: nosuch"),
        ("missing", "the answer is HTTP 404"),
        ("says_nothing", "its answer has no `access_token`"),
    ] {
        let error = dummy(&url, path).token(&wanted(&["a"]), NOW_US).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    let plain = TokenOrigin::DummyOauth { url: "http://issuer.example/token".into(), issuer: None };
    let error = TokenSource::new(plain, false).unwrap_err().to_string();
    assert!(error.contains("is not https"), "{error}");
}
