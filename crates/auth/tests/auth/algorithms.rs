//! The key fixes the algorithm: whatever a token claims, it cannot choose how it is checked.

use keepclear_auth::{KeyKind, TokenError, load_pem_keys};
use serde_json::json;

use crate::support::{NOW_US, Signer, bearer, fixed, good_claims, verifier, verify};

fn data(name: &str) -> String {
    format!("{}/tests/auth/data/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn tokens_signed_by_openssl_are_verified_with_every_kind_of_key() {
    for (key, token, kind) in [
        ("rsa.pem", "rsa.jwt", KeyKind::Rsa),
        ("rsa_pkcs1.pem", "rsa.jwt", KeyKind::Rsa),
        ("p256.pem", "p256.jwt", KeyKind::P256),
        ("p256_certificate.pem", "p256.jwt", KeyKind::P256),
        ("ed25519.pem", "ed25519.jwt", KeyKind::Ed25519),
    ] {
        let keys = load_pem_keys(&[data(key)]).unwrap();
        assert_eq!(keys.iter().map(|key| key.kind()).collect::<Vec<_>>(), [kind], "{key}");
        let verifier = verifier(vec![fixed(Some("issuer.example"), keys, &[])]);
        let token = std::fs::read_to_string(data(token)).unwrap();
        // The tokens' `exp`, less one minute.
        let principal = verifier.verify(Some(&bearer(&token)), 1_799_999_940_000_000).unwrap();
        assert_eq!(principal.subject, "uss1", "{key}");
        assert_eq!(principal.expires_us, 1_800_000_000_000_000, "{key}");
        assert_eq!(
            verifier.verify(Some(&bearer(&token)), 1_800_000_000_000_000),
            Err(TokenError::Expired),
            "{key}"
        );
    }
}

#[test]
fn the_token_hash_is_the_sha_256_of_its_text() {
    let keys = load_pem_keys(&[data("ed25519.pem")]).unwrap();
    let verifier = verifier(vec![fixed(None, keys, &[])]);
    let token = std::fs::read_to_string(data("ed25519.jwt")).unwrap();
    let principal = verifier.verify(Some(&bearer(&token)), 1_799_999_940_000_000).unwrap();
    let hex: String = principal.token_hash.iter().map(|byte| format!("{byte:02x}")).collect();
    // By `sha256sum`.
    assert_eq!(hex, "acacb50e601530cb18de17629b17b588fe0866b4496b74ab849f30c0d9e678bd");
}

#[test]
fn no_token_chooses_how_it_is_checked() {
    let (rsa, p256, ed25519) = (Signer::rsa(), Signer::p256(), Signer::ed25519());
    let keys = || vec![rsa.public_key(), p256.public_key(), ed25519.public_key()];
    let all = verifier(vec![fixed(None, keys(), &[])]);
    let only_rsa = verifier(vec![fixed(None, vec![rsa.public_key()], &[])]);
    let rsa_pem = pem::encode(&pem::Pem::new("PUBLIC KEY", rsa.public_der()));
    let with_pem = Signer::Hmac(rsa_pem.into_bytes());
    let with_der = Signer::Hmac(rsa.public_der());
    let not_of_key = |algorithm| TokenError::AlgorithmNotOfKey { algorithm };

    for (what, verifier, signer, alg, expected) in [
        ("RS256 by RSA", &all, &rsa, "RS256", None),
        ("ES256 by P-256", &all, &p256, "ES256", None),
        ("EdDSA by Ed25519", &all, &ed25519, "EdDSA", None),
        ("none", &all, &Signer::Nobody, "none", Some(TokenError::AlgorithmNotAccepted)),
        ("None", &all, &Signer::Nobody, "None", Some(TokenError::AlgorithmNotAccepted)),
        ("RS256 unsigned", &all, &Signer::Nobody, "RS256", Some(TokenError::BadSignature)),
        ("HMAC by the PEM", &all, &with_pem, "HS256", Some(TokenError::AlgorithmNotAccepted)),
        ("HMAC by the DER", &all, &with_der, "HS256", Some(TokenError::AlgorithmNotAccepted)),
        ("HMAC as RS256", &all, &with_pem, "RS256", Some(TokenError::BadSignature)),
        ("RS512 by RSA", &all, &rsa, "RS512", Some(TokenError::AlgorithmNotAccepted)),
        ("PS256 by RSA", &all, &rsa, "PS256", Some(TokenError::AlgorithmNotAccepted)),
        ("ES384", &all, &p256, "ES384", Some(TokenError::AlgorithmNotAccepted)),
        ("P-256 as RS256", &all, &p256, "RS256", Some(TokenError::BadSignature)),
        ("Ed25519 as ES256", &all, &ed25519, "ES256", Some(TokenError::BadSignature)),
        ("no such key", &only_rsa, &p256, "ES256", Some(not_of_key("ES256"))),
        ("another RSA key", &all, &Signer::rsa(), "RS256", Some(TokenError::BadSignature)),
    ] {
        let token = signer.token(&json!({ "alg": alg, "typ": "JWT" }), &good_claims());
        assert_eq!(verify(verifier, &token).err(), expected, "{what}");
    }
}

#[test]
fn a_key_that_comes_inside_the_token_is_not_looked_at() {
    let (ours, theirs) = (Signer::ed25519(), Signer::ed25519());
    let verifier = verifier(vec![fixed(None, vec![ours.public_key()], &[])]);
    let header = json!({
        "alg": "EdDSA",
        "jwk": { "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
        "jku": "https://issuer.example/keys",
    });
    let token = theirs.token(&header, &good_claims());
    assert_eq!(verify(&verifier, &token), Err(TokenError::BadSignature));
}

#[test]
fn a_changed_part_breaks_the_signature() {
    let signer = Signer::rsa();
    let verifier = verifier(vec![fixed(None, vec![signer.public_key()], &[])]);
    let header = json!({ "alg": "RS256" });
    let good = signer.token(&header, &good_claims());
    assert!(verify(&verifier, &good).is_ok());
    let mut other_claims = good_claims();
    other_claims["sub"] = json!("uss2");
    let other = signer.token(&header, &other_claims);
    let parts = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (good, other) = (parts(&good), parts(&other));
    let mixed = format!("{}.{}.{}", good[0], other[1], good[2]);
    assert_eq!(verify(&verifier, &mixed), Err(TokenError::BadSignature));
    // The good one is remembered, but not for the sake of its end alone.
    let mixed = format!("{}.{}.{}", other[0], other[1], good[2]);
    assert_eq!(verifier.verify(Some(&bearer(&mixed)), NOW_US), Err(TokenError::BadSignature));
}
