//! Proofs out of an export.

use crate::support::{desk, file, history, key, lines, node};
use keepclear_record::{
    Limits, NoClaims, Proof, desk_key_name, prove_consistency, prove_inclusion, verify,
};
use std::io::Cursor;

#[test]
fn an_entry_is_proved_under_the_checkpoint_by_nothing_but_the_proof() {
    let said = history(40);
    let export = file(&lines(0, &said));
    let proof = prove_inclusion(Cursor::new(export), node(2), 7).unwrap();
    let json = serde_json::to_string(&proof).unwrap();
    let checked = Proof::from_json(&json).unwrap().check().unwrap();
    assert_eq!(checked.signer, (desk_key_name(desk(0)), key(0).public()));
    let entry = checked.entry.unwrap();
    assert_eq!((entry.node, entry.sequence.get()), (node(2), 7));
}

#[test]
fn a_later_checkpoint_is_proved_to_go_on_from_an_earlier_one() {
    let earlier = file(&lines(0, &history(24)));
    let checkpoints = verify(Cursor::new(earlier), Limits::default(), &NoClaims);
    let note = checkpoints.unwrap().checkpoints[2].clone();
    let later = file(&lines(1, &history(40)));
    let proof = prove_consistency(Cursor::new(later), &note).unwrap();
    let checked = proof.check().unwrap();
    assert_eq!((checked.from.unwrap().size, checked.checkpoint.size), (9, 15));
}

#[test]
fn there_is_no_proof_from_a_checkpoint_of_another_history() {
    let mut other = history(24);
    other.truncate(16);
    let mut pens = crate::support::Pens::new();
    let told: Vec<_> = (0..16).map(|at| pens.say(0, &[at])).collect();
    let earlier = file(&lines(0, &told));
    let checkpoints = verify(Cursor::new(earlier), Limits::default(), &NoClaims).unwrap();
    let later = file(&lines(1, &history(80)));
    let answer = prove_consistency(Cursor::new(later), &checkpoints.checkpoints[0]);
    assert!(answer.unwrap_err().to_string().contains("another root"));
}

#[test]
fn a_proof_with_any_character_changed_does_not_hold_or_says_the_same() {
    let export = file(&lines(0, &history(24)));
    let proof = prove_inclusion(Cursor::new(export), node(0), 5).unwrap();
    let genuine = proof.check().unwrap();
    let json = serde_json::to_string(&proof).unwrap();
    for at in 0..json.len() {
        let mut changed = json.clone().into_bytes();
        changed[at] ^= 1;
        let Ok(text) = String::from_utf8(changed) else { continue };
        let held = Proof::from_json(&text).and_then(|proof| proof.check());
        assert!(held.is_err() || held.is_ok_and(|held| held == genuine), "byte {at}");
    }
}
