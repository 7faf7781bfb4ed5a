//! Every operation with every fault that a token can have.

use e2e::contract::Contract;
use e2e::sky::{AUDIENCE, Issuer, Sky, claims, now_s};
use serde_json::{Value, json};

use super::bodies::{party, with, without};
use super::caller::{SC, ask};
use super::examples::example;

fn call(sky: &Sky, operation: &str, subject: &str, authorization: Option<&str>) -> u16 {
    let (parameters, body) = example(operation, subject).unwrap();
    let parameters: Vec<&str> = parameters.iter().map(String::as_str).collect();
    let body = body.map(|body| body.to_string());
    ask(sky, operation, &parameters, authorization, body.as_ref().map(String::as_bytes)).code()
}

/// Headers that must not open anything, made from claims that would.
fn faulty(good: &Value) -> Vec<(&'static str, String)> {
    let trusted = Issuer::trusted();
    let stranger = Issuer::generate();
    let token = trusted.sign(good);
    let bearer = |claims: &Value| format!("Bearer {}", trusted.sign(claims));
    let now_s = now_s();
    vec![
        ("not a token", "Bearer token".to_owned()),
        ("nothing after Bearer", "Bearer ".to_owned()),
        ("another scheme", format!("Basic {token}")),
        ("no scheme", token.clone()),
        ("two parts of three", format!("Bearer {}", token.rsplit_once('.').unwrap().0)),
        ("a stranger's signature", format!("Bearer {}", stranger.sign(good))),
        ("signature of other claims", swap_claims(&token, &trusted.sign(&with(good, "sub", "x")))),
        (
            "HMAC by the public key",
            format!("Bearer {}", trusted.sign_with_public_key_as_secret(good)),
        ),
        ("alg none", format!("Bearer {}", Issuer::leave_unsigned(good))),
        ("expired", bearer(&with(good, "exp", now_s - 1))),
        ("no exp", bearer(&without(good, "exp"))),
        ("exp two hours ahead", bearer(&with(good, "exp", now_s + 2 * 3600))),
        ("exp is text", bearer(&with(good, "exp", "tomorrow"))),
        ("iat in a minute", bearer(&with(good, "iat", now_s + 60))),
        ("nbf in a minute", bearer(&with(good, "nbf", now_s + 60))),
        ("no aud", bearer(&without(good, "aud"))),
        ("another aud", bearer(&with(good, "aud", "dss.example.com"))),
        ("aud with more after it", bearer(&with(good, "aud", format!("{AUDIENCE}.example.com")))),
        ("aud in capitals", bearer(&with(good, "aud", AUDIENCE.to_uppercase()))),
        ("no sub", bearer(&without(good, "sub"))),
        ("empty sub", bearer(&with(good, "sub", ""))),
        ("no iss", bearer(&without(good, "iss"))),
    ]
}

/// The first token's signature under the second's claims.
fn swap_claims(signed: &str, claimed: &str) -> String {
    let (_, signature) = signed.rsplit_once('.').unwrap();
    let (claims, _) = claimed.rsplit_once('.').unwrap();
    format!("Bearer {claims}.{signature}")
}

#[test]
fn no_operation_that_needs_a_token_is_opened_by_a_faulty_one() {
    let sky = Sky::shared();
    for operation in Contract::of_this_tree().operations() {
        let subject = party("faulty");
        let scopes: Vec<&str> = operation.scopes.iter().flatten().map(String::as_str).collect();
        let good = claims(&subject, &scopes);
        let expected =
            |code: u16| if operation.scopes.is_empty() { code != 401 } else { code == 401 };
        let code = call(&sky, &operation.id, &subject, None);
        assert!(expected(code), "{} without a token: {code}", operation.id);
        for (fault, authorization) in faulty(&good) {
            let code = call(&sky, &operation.id, &subject, Some(&authorization));
            assert!(expected(code), "{} with {fault}: {code}", operation.id);
        }
    }
}

#[test]
fn what_a_token_may_have_besides_is_taken() {
    let sky = Sky::shared();
    let subject = party("fine");
    let good = claims(&subject, &[SC]);
    let now_s = now_s();
    for (what, claims) in [
        ("several audiences", with(&good, "aud", json!(["dss.example.com", AUDIENCE]))),
        ("an hour to live", with(&good, "exp", now_s + 3600)),
        ("a clock 3 s fast", with(&good, "iat", now_s + 3)),
        ("nbf 3 s ahead", with(&good, "nbf", now_s + 3)),
        ("no iat", without(&good, "iat")),
        ("other scopes", with(&good, "scope", format!("a.b {SC} c.d"))),
        ("unknown claims", with(&good, "jti", "7")),
    ] {
        let authorization = format!("Bearer {}", Issuer::trusted().sign(&claims));
        let code = call(&sky, "getUssAvailability", &subject, Some(&authorization));
        assert_eq!(code, 200, "{what}");
    }
}
