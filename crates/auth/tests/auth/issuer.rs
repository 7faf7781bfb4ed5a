//! The trial issuer: what it signs, and its HTTP service.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::RsaKeyPair;
use keepclear_auth::{
    Clients, IssuerOptions, JwksOptions, JwksSource, LocalIssuer, TokenClaims, TokenError,
    VerifyingKey, install_crypto_provider, issuer_routes,
};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::support::{NOW_S, NOW_US, bearer, fixed, verifier, verify};

fn claims(expire_s: i64) -> TokenClaims {
    TokenClaims {
        issuer: "trial".to_owned(),
        subject: "uss1".to_owned(),
        audience: "sky.example".to_owned(),
        scope: "utm.strategic_coordination".to_owned(),
        expire_s,
    }
}

pub async fn serve(issuer: &Arc<LocalIssuer>, clients: Clients) -> String {
    install_crypto_provider();
    let options = IssuerOptions { issuer: "trial".to_owned(), clients };
    let routes = issuer_routes(Arc::clone(issuer), options);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    url
}

fn public_key(issuer: &LocalIssuer) -> VerifyingKey {
    VerifyingKey::from_der(pem::parse(issuer.public_key_pem()).unwrap().contents()).unwrap()
}

#[test]
fn an_issued_token_is_verified_with_the_public_key() {
    let issuer = LocalIssuer::generate().unwrap();
    let verifier = verifier(vec![fixed(Some("trial"), vec![public_key(&issuer)], &[])]);
    let good = issuer.issue(&claims(NOW_S + 60)).unwrap();
    assert_eq!(verify(&verifier, &good).unwrap().subject, "uss1");
    let expired = issuer.issue(&claims(NOW_S - 60)).unwrap();
    assert_eq!(verify(&verifier, &expired), Err(TokenError::Expired));
    let far = issuer.issue(&claims(NOW_S + 7200)).unwrap();
    assert_eq!(verify(&verifier, &far), Err(TokenError::ExpiresTooLate));
}

#[test]
fn a_private_key_is_read_from_both_forms_of_pem() {
    install_crypto_provider();
    let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let der: Pkcs8V1Der = key.as_der().unwrap();
    let pkcs8 = pem::encode(&pem::Pem::new("PRIVATE KEY", der.as_ref()));
    // PKCS#8 wraps the PKCS#1 key of 2048 bits in 26 bytes: RFC 5208, 5.
    let pkcs1 = pem::encode(&pem::Pem::new("RSA PRIVATE KEY", &der.as_ref()[26..]));
    let from_pkcs8 = LocalIssuer::from_pem(pkcs8.as_bytes()).unwrap();
    let from_pkcs1 = LocalIssuer::from_pem(pkcs1.as_bytes()).unwrap();
    assert_eq!(from_pkcs8.public_key_pem(), from_pkcs1.public_key_pem());
    assert_eq!(from_pkcs8.kid(), from_pkcs1.kid());
    let public = from_pkcs8.public_key_pem().to_owned();
    let broken = pem::encode(&pem::Pem::new("PRIVATE KEY", [1, 2, 3]));
    for (text, words) in [
        (public.as_str(), "PUBLIC KEY"),
        (&broken, "RSA"),
        ("", "no PEM text"),
        ("x", "no PEM text"),
    ] {
        let message = LocalIssuer::from_pem(text.as_bytes()).unwrap_err().to_string();
        assert!(message.contains(words) && message.contains("openssl genpkey"), "{message}");
    }
}

#[tokio::test]
async fn its_published_keys_verify_what_it_serves() {
    let issuer = Arc::new(LocalIssuer::generate().unwrap());
    let url = serve(&issuer, Clients::Any).await;
    let keys = format!("{url}/.well-known/jwks.json");
    let source = JwksSource::new(&keys, JwksOptions::default()).unwrap();
    assert!(source.refresh(NOW_US).await, "{:?}", source.status());
    let verifier = verifier(vec![keepclear_auth::IssuerConfig {
        name: Some("mine".to_owned()),
        keys: keepclear_auth::IssuerKeys::Jwks(source),
        subjects: vec![],
    }]);
    let expire = NOW_S + 100;
    let query = format!(
        "intended_audience=sky.example&scope=utm.strategic_coordination%20rid.service_provider\
         &issuer=mine&expire={expire}&sub=uss%201&grant_type=client_credentials"
    );
    let (status, answer) = get(&format!("{url}/token?{query}")).await;
    assert_eq!(status, 200);
    let token = answer["access_token"].as_str().unwrap();
    let principal = verifier.verify(Some(&bearer(token)), NOW_US).unwrap();
    assert_eq!(principal.subject, "uss 1");
    assert_eq!(principal.expires_us, expire * 1_000_000);
    assert!(principal.scopes.contains("rid.service_provider"));
}

#[tokio::test]
async fn a_bad_parameter_is_named() {
    let issuer = Arc::new(LocalIssuer::generate().unwrap());
    let url = serve(&issuer, Clients::Any).await;
    for (query, status, word) in [
        ("intended_audience=a&scope=s&sub=u", 200, ""),
        ("intended_audience=a&scope=&sub=u&expire=1", 200, ""),
        ("intended_audience=a&scope=s&sub=u&expire=-9", 200, ""),
        ("scope=s&sub=u", 400, "intended_audience"),
        ("intended_audience=&scope=s&sub=u", 400, "intended_audience"),
        ("intended_audience=a&sub=u", 400, "scope"),
        ("intended_audience=a&scope=s", 400, "sub"),
        ("intended_audience=a&scope=s&sub=u&sub=v", 400, "sub"),
        ("intended_audience=a&scope=s&sub=u&expire=soon", 400, "expire"),
        ("intended_audience=a&scope=s&sub=u&expire=1.5", 400, "expire"),
        ("", 400, "intended_audience"),
    ] {
        let (answered, body) = get(&format!("{url}/token?{query}")).await;
        assert_eq!(answered, status, "{query}");
        let message = body["message"].as_str().unwrap_or_default();
        assert!(message.contains(word), "{query}: {message}");
    }
}

#[tokio::test]
async fn client_credentials_are_compared_with_the_list() {
    let issuer = Arc::new(LocalIssuer::generate().unwrap());
    let list = BTreeMap::from([("uss1".to_owned(), "s:1&".to_owned())]);
    let url = serve(&issuer, Clients::Listed(list)).await;
    let verifier = verifier(vec![fixed(Some("trial"), vec![public_key(&issuer)], &[])]);
    // base64("uss1:s%3A1%26"), encoded as RFC 6749 2.3.1 asks; by `base64`.
    let basic = "Basic dXNzMTpzJTNBMSUyNg==";
    let grant = "grant_type=client_credentials&audience=sky.example&scope=rid.service_provider";
    let with = |more: &str| format!("{grant}&{more}");
    let other_grant = grant.replace("client_credentials", "password");
    for (what, authorization, form, status, error) in [
        ("Basic", Some(basic), with(""), 200, ""),
        ("in the form", None, with("client_id=uss1&client_secret=s%3A1%26"), 200, ""),
        ("wrong secret", None, with("client_id=uss1&client_secret=s"), 401, "invalid_client"),
        ("no secret", None, with("client_id=uss1"), 401, "invalid_client"),
        ("unknown client", None, with("client_id=uss2&client_secret=s"), 401, "invalid_client"),
        ("broken Basic", Some("Basic !"), with(""), 401, "invalid_client"),
        ("no client", None, with(""), 400, "invalid_request"),
        ("another grant", Some(basic), other_grant, 400, "unsupported_grant_type"),
        (
            "no audience",
            Some(basic),
            "grant_type=client_credentials".into(),
            400,
            "invalid_request",
        ),
    ] {
        let mut request = reqwest::Client::new().post(format!("{url}/token")).body(form);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{what}");
        assert_eq!(response.headers().contains_key("www-authenticate"), status == 401, "{what}");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["error"].as_str().unwrap_or_default(), error, "{what}");
        if status == 200 {
            assert_eq!(body["token_type"], "Bearer");
            assert_eq!(body["expires_in"], 3600);
            let header = bearer(body["access_token"].as_str().unwrap());
            let now_us =
                i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_micros()).unwrap();
            assert_eq!(verifier.verify(Some(&header), now_us).unwrap().subject, "uss1", "{what}");
        }
    }
    // The way in that needs no secret is shut.
    let (status, body) = get(&format!("{url}/token?intended_audience=a&scope=s&sub=u")).await;
    assert_eq!(status, 405);
    assert!(body["message"].is_string());
}

async fn get(url: &str) -> (u16, Value) {
    let response = reqwest::get(url).await.unwrap();
    let status = response.status().as_u16();
    (status, response.json().await.unwrap())
}
