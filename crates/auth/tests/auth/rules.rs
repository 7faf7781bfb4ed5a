//! Every rule for a token, broken alone.

use keepclear_auth::{ConfigError, Scope, TOKEN_BYTES_MAX, TokenError, Verifier, bearer_token};
use serde_json::{Value, json};

use crate::support::{NOW_S, NOW_US, Signer, bearer, fixed, good_claims, verifier, verify};

fn missing(claim: &'static str) -> Option<TokenError> {
    Some(TokenError::ClaimMissing { claim })
}

fn not_yet(claim: &'static str) -> Option<TokenError> {
    Some(TokenError::NotYetValid { claim })
}

/// Any refusal for the claim's form; the reason is compared by its words elsewhere.
fn malformed(claim: &'static str) -> Option<TokenError> {
    Some(TokenError::ClaimMalformed { claim, reason: "" })
}

fn without_reason(error: TokenError) -> TokenError {
    match error {
        TokenError::ClaimMalformed { claim, .. } => {
            TokenError::ClaimMalformed { claim, reason: "" }
        }
        other => other,
    }
}

#[test]
fn each_claim_is_refused_for_its_own_reason() {
    let signer = Signer::ed25519();
    let verifier = verifier(vec![fixed(Some("issuer.example"), vec![signer.public_key()], &[])]);
    let wrong_audience =
        Some(TokenError::WrongAudience { accepted: "sky.example or localhost".to_owned() });
    let long = "x".repeat(257);
    let expired = Some(TokenError::Expired);
    let too_late = Some(TokenError::ExpiresTooLate);
    let unknown = Some(TokenError::UnknownIssuer);
    for (claim, value, expected) in [
        ("exp", json!(null), missing("exp")),
        ("exp", json!("1790000100"), malformed("exp")),
        ("exp", json!([1_790_000_100]), malformed("exp")),
        ("exp", json!(NOW_S + 1), None),
        ("exp", json!(NOW_S as f64 + 0.25), None),
        ("exp", json!(NOW_S), expired.clone()),
        ("exp", json!(NOW_S - 1), expired.clone()),
        ("exp", json!(-1), expired.clone()),
        ("exp", json!(i64::MIN), expired.clone()),
        ("exp", json!(-1e300), expired),
        ("exp", json!(NOW_S + 3605), None),
        ("exp", json!(NOW_S + 3606), too_late.clone()),
        ("exp", json!(i64::MAX), too_late.clone()),
        ("exp", json!(u64::MAX), too_late.clone()),
        ("exp", json!(1e300), too_late),
        ("iat", json!(null), None),
        ("iat", json!(0), None),
        ("iat", json!(NOW_S + 5), None),
        ("iat", json!(NOW_S + 6), not_yet("iat")),
        ("iat", json!("now"), malformed("iat")),
        ("nbf", json!(NOW_S - 1), None),
        ("nbf", json!(NOW_S + 5), None),
        ("nbf", json!(NOW_S + 6), not_yet("nbf")),
        ("nbf", json!(true), malformed("nbf")),
        ("iss", json!(null), missing("iss")),
        ("iss", json!(""), malformed("iss")),
        ("iss", json!(7), malformed("iss")),
        ("iss", json!(long), malformed("iss")),
        ("iss", json!("other.example"), unknown.clone()),
        ("iss", json!("ISSUER.example"), unknown),
        ("sub", json!(null), missing("sub")),
        ("sub", json!(""), malformed("sub")),
        ("sub", json!(["uss1"]), malformed("sub")),
        ("sub", json!(long), malformed("sub")),
        ("sub", json!("x".repeat(256)), None),
        ("sub", json!("uss\n1"), malformed("sub")),
        ("sub", json!("Ämter & Söhne"), None),
        ("aud", json!(null), missing("aud")),
        ("aud", json!(""), wrong_audience.clone()),
        ("aud", json!([]), wrong_audience.clone()),
        ("aud", json!("sky.example.org"), wrong_audience.clone()),
        ("aud", json!("sky"), wrong_audience.clone()),
        ("aud", json!("SKY.example"), wrong_audience.clone()),
        ("aud", json!(["other", "sky.exampl"]), wrong_audience),
        ("aud", json!("localhost"), None),
        ("aud", json!(["other", "sky.example"]), None),
        ("aud", json!(7), malformed("aud")),
        ("aud", json!(["sky.example", 7]), malformed("aud")),
        ("scope", json!(null), None),
        ("scope", json!(""), None),
        ("scope", json!(["utm.strategic_coordination"]), malformed("scope")),
        ("unknown", json!({ "a": 1 }), None),
    ] {
        let mut claims = good_claims();
        claims[claim] = value.clone();
        let token = signer.token(&json!({ "alg": "EdDSA" }), &claims);
        let answer = verify(&verifier, &token).err().map(without_reason);
        assert_eq!(answer, expected, "{claim}: {value}");
        if let Some(error) = answer {
            assert!(error.is_unauthenticated(), "{claim}: {value}");
        }
        claims.as_object_mut().unwrap().remove(claim);
        if value == Value::Null {
            let token = signer.token(&json!({ "alg": "EdDSA" }), &claims);
            let answer = verify(&verifier, &token).err().map(without_reason);
            assert_eq!(answer, expected, "{claim}: absent");
        }
    }
}

#[test]
fn a_token_ends_in_the_microsecond_that_it_says() {
    let signer = Signer::ed25519();
    let verifier = verifier(vec![fixed(None, vec![signer.public_key()], &[])]);
    let mut claims = good_claims();
    claims["exp"] = json!(NOW_S + 60);
    let header = bearer(&signer.token(&json!({ "alg": "EdDSA" }), &claims));
    let end_us = NOW_US + 60_000_000;
    // The first look verifies, the second remembers.
    for _ in 0..2 {
        assert!(verifier.verify(Some(&header), end_us - 1).is_ok());
    }
    assert_eq!(verifier.remembered_tokens(), 1);
    assert_eq!(verifier.verify(Some(&header), end_us), Err(TokenError::Expired));
}

#[test]
fn a_good_token_says_who_asks_and_what_for() {
    let signer = Signer::ed25519();
    let verifier = verifier(vec![fixed(None, vec![signer.public_key()], &[])]);
    let mut claims = good_claims();
    claims["scope"] = json!("utm.strategic_coordination other utm.constraint_processing");
    let token = signer.token(&json!({ "alg": "EdDSA", "kid": "ignored" }), &claims);
    let first = verify(&verifier, &token).unwrap();
    assert_eq!((first.issuer.as_str(), first.subject.as_str()), ("issuer.example", "uss1"));
    assert_eq!(first.expires_us, (NOW_S + 3600) * 1_000_000);
    assert!(first.scopes.has(Scope::StrategicCoordination));
    assert!(first.scopes.has(Scope::ConstraintProcessing));
    assert!(first.scopes.contains("other"));
    assert!(!first.scopes.has(Scope::ConstraintManagement));
    let second = verify(&verifier, &token).unwrap();
    assert!(std::sync::Arc::ptr_eq(&first, &second), "the second look costs no signature");
}

#[test]
fn the_header_field_must_read_bearer_and_one_token() {
    let too_long = "x".repeat(TOKEN_BYTES_MAX + 1);
    for (header, expected) in [
        (None, Err(TokenError::Missing)),
        (Some("Bearer a.b.c"), Ok("a.b.c")),
        (Some("bearer a.b.c"), Ok("a.b.c")),
        (Some("BEARER  a.b.c "), Ok("a.b.c")),
        (Some(""), Err(TokenError::NotBearer)),
        (Some("Bearer"), Err(TokenError::NotBearer)),
        (Some("Bearer "), Err(TokenError::NotBearer)),
        (Some("Bearera.b.c"), Err(TokenError::NotBearer)),
        (Some("Basic dTpw"), Err(TokenError::NotBearer)),
        (Some("a.b.c"), Err(TokenError::NotBearer)),
        (Some("Bearer a.b.c d.e.f"), Err(TokenError::NotBearer)),
        (Some("Bearer a.b.c, Bearer d.e.f"), Err(TokenError::NotBearer)),
    ] {
        assert_eq!(bearer_token(header.map(str::as_bytes)), expected, "{header:?}");
    }
    assert_eq!(bearer_token(Some(b"Bearer \xff")), Err(TokenError::NotBearer));
    assert_eq!(
        bearer_token(Some(&bearer(&too_long))),
        Err(TokenError::TooLong { bytes: TOKEN_BYTES_MAX + 1 })
    );
}

#[test]
fn a_token_that_is_no_token_is_refused_without_being_repeated() {
    let signer = Signer::ed25519();
    let verifier = verifier(vec![fixed(None, vec![signer.public_key()], &[])]);
    let good = signer.token(&json!({ "alg": "EdDSA" }), &good_claims());
    let (message, signature) = good.rsplit_once('.').unwrap();
    let text = |header: &str, claims: &str| signer.token_of_text(header, claims);
    let crit = signer.token(&json!({ "alg": "EdDSA", "crit": ["exp"] }), &good_claims());
    for (what, token, expected) in [
        ("one part", "secretsecret".to_owned(), "form"),
        ("two parts", "secret.secret".to_owned(), "form"),
        ("four parts", format!("{good}.secret"), "form"),
        ("five parts, encrypted", "secret.a.b.c.d".to_owned(), "form"),
        ("no base64url", format!("secret+/.{message}"), "form"),
        ("padded", format!("e30=.{}", good.split_once('.').unwrap().1), "header"),
        ("claims that are no JSON", text(r#"{"alg":"EdDSA"}"#, "secret"), "claims"),
        ("claims that are a list", text(r#"{"alg":"EdDSA"}"#, r#"["secret"]"#), "claims"),
        ("a claim twice", text(r#"{"alg":"EdDSA"}"#, r#"{"sub":"secret","sub":"b"}"#), "claims"),
        ("an algorithm twice", text(r#"{"alg":"EdDSA","alg":"none"}"#, "{}"), "header"),
        ("no algorithm", text("{}", "{}"), "algorithm"),
        ("an algorithm that is no text", text(r#"{"alg":7}"#, "{}"), "header"),
        ("a critical extension", crit, "`crit`"),
        ("no signature", format!("{message}."), "signature"),
        ("half a signature", format!("{message}.{}", &signature[..40]), "signature"),
        ("a signature not in base64url", format!("{message}.{signature}="), "signature"),
    ] {
        let error = verify(&verifier, &token).unwrap_err();
        let words = format!("{error} {error:?}");
        assert!(error.is_unauthenticated(), "{what}: {error}");
        assert!(error.to_string().contains(expected), "{what}: {error}");
        assert!(!words.contains("secret"), "{what}: {error}");
        assert!(!words.contains(signature), "{what}: {error}");
    }
}

#[test]
fn an_issuer_speaks_only_for_its_own_subjects() {
    let (a, b) = (Signer::ed25519(), Signer::ed25519());
    let verifier = verifier(vec![
        fixed(Some("a.example"), vec![a.public_key()], &["a-*", "joint"]),
        fixed(Some("b.example"), vec![b.public_key()], &["b-[12]", "joint"]),
    ]);
    for (signer, issuer, subject, expected) in [
        (&a, "a.example", "a-1", None),
        (&b, "b.example", "b-2", None),
        (&a, "a.example", "joint", None),
        (&a, "a.example", "b-1", Some(false)),
        (&a, "a.example", "A-1", Some(false)),
        (&b, "b.example", "b-3", Some(false)),
        (&b, "b.example", "xb-1", Some(false)),
        // In the other's name, but with one's own key.
        (&a, "b.example", "b-1", Some(true)),
        (&a, "c.example", "a-1", Some(true)),
    ] {
        let mut claims = good_claims();
        claims["iss"] = json!(issuer);
        claims["sub"] = json!(subject);
        let token = signer.token(&json!({ "alg": "EdDSA" }), &claims);
        let answer = verify(&verifier, &token).err();
        assert_eq!(
            answer.as_ref().map(TokenError::is_unauthenticated),
            expected,
            "{issuer} for {subject}: {answer:?}"
        );
        if expected == Some(false) {
            assert_eq!(
                answer,
                Some(TokenError::SubjectNotOfIssuer {
                    issuer: issuer.to_owned(),
                    subject: subject.to_owned()
                })
            );
        }
    }
}

#[test]
fn a_configuration_that_could_let_nobody_or_anybody_in_is_refused() {
    let key = || vec![Signer::ed25519().public_key()];
    let audience = || vec!["sky.example".to_owned()];
    for (issuers, audiences, expected) in [
        (vec![], audience(), ConfigError::NoIssuer),
        (vec![fixed(None, key(), &[])], vec![], ConfigError::NoAudience),
        (vec![fixed(None, key(), &[])], vec![String::new()], ConfigError::EmptyAudience),
        (vec![fixed(None, vec![], &[])], audience(), ConfigError::NoKeys { name: "any".into() }),
        (
            vec![fixed(Some("a"), key(), &[]), fixed(None, key(), &[])],
            audience(),
            ConfigError::NamelessAmongSeveral,
        ),
        (
            vec![fixed(Some("a"), key(), &[]), fixed(Some("a"), key(), &[])],
            audience(),
            ConfigError::Duplicate { name: "a".into() },
        ),
    ] {
        assert_eq!(Verifier::new(issuers, audiences).err(), Some(expected));
    }
    let bad_glob = vec![fixed(Some("a"), key(), &["uss[1"])];
    let error = Verifier::new(bad_glob, audience()).err().unwrap();
    assert!(error.to_string().contains(r#"issuer "a": subjects: "uss[1" is no glob"#), "{error}");
}
