//! What verifying costs. Run with `--release -- --ignored --nocapture`.

use std::time::Instant;

use serde_json::json;

use crate::support::{NOW_US, Signer, bearer, fixed, good_claims, verifier};

const ROUNDS: u32 = 1_000_000;
const TOKENS: usize = 1_000;

#[test]
#[ignore = "measures, so it needs a release build and a quiet machine"]
fn a_remembered_token_costs_well_below_a_microsecond() {
    for (signer, alg) in
        [(Signer::rsa(), "RS256"), (Signer::p256(), "ES256"), (Signer::ed25519(), "EdDSA")]
    {
        let verifier = verifier(vec![fixed(None, vec![signer.public_key()], &[])]);
        let headers: Vec<Vec<u8>> = (0..TOKENS)
            .map(|at| {
                let mut claims = good_claims();
                claims["sub"] = json!(format!("uss{at}"));
                claims["scope"] = json!(
                    "utm.strategic_coordination utm.conformance_monitoring_sa \
                     utm.constraint_processing"
                );
                bearer(&signer.token(&json!({ "alg": alg, "typ": "JWT" }), &claims))
            })
            .collect();
        let begun = Instant::now();
        for header in &headers {
            verifier.verify(Some(header), NOW_US).unwrap();
        }
        let miss_us = begun.elapsed().as_secs_f64() * 1e6 / TOKENS as f64;
        let begun = Instant::now();
        for round in 0..ROUNDS as usize {
            std::hint::black_box(verifier.verify(Some(&headers[round % TOKENS]), NOW_US)).unwrap();
        }
        let hit_ns = begun.elapsed().as_secs_f64() * 1e9 / f64::from(ROUNDS);
        println!("{alg}: {} bytes, miss {miss_us:.1} us, hit {hit_ns:.0} ns", headers[0].len());
        assert!(hit_ns < 500.0, "{alg}: {hit_ns} ns");
    }
}
