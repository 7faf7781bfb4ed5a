//! A witness's export: who may make one, whose checkpoints it holds, and what is proved from it.

use crate::support::{
    LINE, Said, WITNESS, check, desk, faults, file, header, history, key, lines, lines_without,
    node, sealed, short,
};
use keepclear_entry::EntryHash;
use keepclear_record::DifferenceKind::{Altered, Contradicts, Forged};
use keepclear_record::{
    Checkpoint, ExportError, Exporter, Header, HeaderError, Tree, desk_key_name, lane_origin,
    leaf_hash, prove_consistency, prove_inclusion,
};
use std::io::Cursor;

#[test]
fn only_a_party_or_the_witness_that_is_named_exports() {
    let witnessed = header(WITNESS);
    let json = witnessed.to_json().unwrap();
    assert_eq!(Header::from_json(json.as_bytes()), Ok(witnessed.clone()));
    let refused = |header: Header, field: &str| {
        let error = header.to_json().unwrap_err();
        assert!(matches!(error, HeaderError::Parties { field: it, .. } if it == field), "{error}");
    };
    refused(Header { witness: None, ..witnessed.clone() }, "exporter");
    refused(Header { exporter: desk(0), ..witnessed.clone() }, "witness");
    let mut party = witnessed.clone();
    party.witness.as_mut().unwrap().desk = desk(1);
    refused(party, "witness");
    let mut nameless = witnessed;
    nameless.witness.as_mut().unwrap().party.clear();
    assert!(nameless.to_json().unwrap_err().to_string().contains("party \"\": expected 1 to 256"));
}

#[test]
fn an_export_that_the_witness_named_did_not_sign_is_named() {
    let said = history(8);
    let mut there = lines(WITNESS, &said);
    let last = there.len() - 1;
    there[last] = sealed(lines(0, &said), 0)[last].clone();
    assert_eq!(short(&faults(&there)), [(Altered, None, None)]);
}

#[test]
fn a_partys_checkpoint_in_the_hands_of_a_witness_is_checked_over_the_hashes() {
    let said = history(40);
    let genuine = checkpoint(&said, 0, 0);
    assert_eq!(faults(&witnessed(&said, &[], &genuine)), []);
    // From entry 11 to the end of lane 0: nothing but the checkpoint says what they are.
    let untold: Vec<usize> = of_lane_0(&said).skip(10).collect();
    assert_eq!(faults(&witnessed(&said, &untold, &genuine)), []);
    let mut told = said.clone();
    told[untold[2]].bytes = b"other".to_vec();
    let there = witnessed(&told, &untold, &genuine);
    let found = faults(&there);
    assert_eq!(short(&found), [(Altered, Some(node(0)), Some(11))], "{found:#?}");
    check(&lines(0, &said), &there, &[(Contradicts, Some(node(0)), Some(13))]);
}

#[test]
fn a_partys_checkpoint_over_another_history_contradicts_what_both_records_hold() {
    let said = history(40);
    let untold: Vec<usize> = of_lane_0(&said).skip(10).collect();
    let mut other = said.clone();
    other[untold[2]].bytes = b"other".to_vec();
    let there = witnessed(&said, &untold, &checkpoint(&other, 0, 0));
    check(&lines(0, &said), &there, &[(Contradicts, Some(node(0)), Some(15))]);
}

#[test]
fn a_checkpoint_that_neither_party_nor_witness_signed_is_forged() {
    let said = history(40);
    let there = witnessed(&said, &[], &checkpoint(&said, 0, 9));
    assert_eq!(short(&faults(&there)), [(Forged, Some(node(0)), Some(15))]);
}

#[test]
fn a_hash_that_is_not_the_entrys_stops_the_export_at_the_next_entry() {
    let said = history(3);
    let signer = key(WITNESS as u8);
    let mut export = Exporter::begin(Vec::new(), header(WITNESS), &signer).unwrap();
    export.withheld(node(0), EntryHash([7; 32]), said[0].stored_at_us).unwrap();
    let refused = export.entry(&said[2].bytes, said[2].stored_at_us);
    assert!(matches!(refused, Err(ExportError::Entry(_))), "{refused:?}");
    let nowhere = export.withheld(keepclear_entry::NodeId([1; 16]), EntryHash([7; 32]), 0);
    assert!(matches!(nowhere, Err(ExportError::UnknownLane(_))), "{nowhere:?}");
}

#[test]
fn entries_among_withheld_ones_are_proved_and_the_withheld_are_not() {
    let said = history(40);
    let untold: Vec<usize> = of_lane_0(&said).step_by(2).collect();
    let export = file(&lines_without(WITNESS, &said, &untold));
    let proof = prove_inclusion(Cursor::new(&export), node(0), 4).unwrap();
    let proved = proof.check().unwrap();
    assert_eq!(proved.entry, Some(said[8].entry()));
    assert_eq!(proved.signer, (desk_key_name(desk(WITNESS)), key(WITNESS as u8).public()));
    let refused = prove_inclusion(Cursor::new(&export), node(0), 5).unwrap_err().to_string();
    let expected = format!("entry 5 of node {} is withheld from this record", node(0));
    assert!(refused.starts_with(&expected), "{refused}");
    let earlier = checkpoint(&said[..24], 0, 0);
    let proof = prove_consistency(Cursor::new(&export), &earlier).unwrap();
    assert_eq!(proof.check().unwrap().checkpoint.size, 15);
}

/// A party's checkpoint over all of a lane.
fn checkpoint(said: &[Said], lane: usize, signer: u8) -> String {
    let mut tree = Tree::new();
    let leaves = said.iter().filter(|said| said.lane == lane);
    leaves.for_each(|said| tree.push(leaf_hash(&EntryHash::of(&said.bytes).0)));
    let checkpoint = Checkpoint::new(lane_origin(LINE, node(lane)), tree.size(), tree.root());
    checkpoint.signed(&desk_key_name(desk(lane / 2)), &key(signer)).unwrap().to_string()
}

/// The witness's export with one more checkpoint.
fn witnessed(said: &[Said], untold: &[usize], checkpoint: &str) -> Vec<String> {
    let mut lines = lines_without(WITNESS, said, untold);
    let line = serde_json::json!({ "checkpoint": checkpoint }).to_string();
    lines.insert(lines.len() - 1, line);
    sealed(lines, WITNESS)
}

fn of_lane_0(said: &[Said]) -> impl Iterator<Item = usize> {
    (0..said.len()).filter(|at| said[*at].lane == 0)
}
