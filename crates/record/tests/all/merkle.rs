//! Trees and proofs against `tests/golden/make.py`, and proofs that were changed.

use crate::golden::{bytes, golden};
use keepclear_record::{
    Root, Tree, consistency_proof, inclusion_proof, leaf_hash, verify_consistency, verify_inclusion,
};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

/// Leaves and roots that implementations of Certificate Transparency have shared since RFC 6962.
#[test]
fn the_trees_that_others_share_have_their_roots() {
    let leaves = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    let mut tree = Tree::new();
    assert_eq!(
        hex(tree.root()),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    let roots = leaves.map(|leaf| {
        tree.push(leaf_hash(&bytes(&leaf.into())));
        hex(tree.root())
    });
    assert_eq!(roots[0], "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    assert_eq!(roots[1], "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
    assert_eq!(roots[7], "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

#[test]
fn every_root_and_every_proof_up_to_65_leaves_is_the_one_computed_elsewhere() {
    let golden = golden("merkle.json");
    let leaves: Vec<Root> =
        golden["leaves"].as_array().unwrap().iter().map(|leaf| leaf_hash(&bytes(leaf))).collect();
    let sizes = golden["sizes"].as_array().unwrap();
    assert_eq!(sizes.len(), 66);
    let mut tree = Tree::new();
    for (size, expected) in sizes.iter().enumerate() {
        assert_eq!((tree.size(), hex(tree.root())), (size as u64, text(&expected["root"])));
        let (leaves_here, root) = (&leaves[..size], tree.root());
        for index in 0..size {
            let proof = inclusion_proof(leaves_here, index as u64).unwrap();
            assert_eq!(short(&proof), text(&expected["inclusion"][index]), "{index} of {size}");
            let verified =
                verify_inclusion(&leaves[index], index as u64, size as u64, &proof, &root);
            assert_eq!(verified, Ok(()));
        }
        for older in 1..=size {
            let proof = consistency_proof(leaves_here, older as u64).unwrap();
            let expected = text(&expected["consistency"][older - 1]);
            assert_eq!(short(&proof), expected, "{older} to {size}");
            let older_root = root_of(&leaves[..older]);
            let answer =
                verify_consistency((older as u64, &older_root), (size as u64, &root), &proof);
            assert_eq!(answer, Ok(()));
        }
        if let Some(leaf) = leaves.get(size) {
            tree.push(*leaf);
        }
    }
}

#[test]
fn there_is_no_proof_about_leaves_that_are_not_there() {
    let leaves = leaves(5);
    assert!(inclusion_proof(&leaves, 5).is_err());
    assert!(consistency_proof(&leaves, 6).is_err());
    assert!(consistency_proof(&leaves, 0).is_err());
    assert!(verify_inclusion(&leaves[0], u64::MAX, u64::MAX, &[], &leaves[0]).is_err());
    assert!(verify_consistency((0, &leaves[0]), (5, &leaves[0]), &[]).is_err());
}

proptest! {
    /// Worlds of up to 300 leaves; every hash of the proof, its length, the index and the leaf are
    /// changed in turn.
    #[test]
    fn a_changed_inclusion_proof_proves_nothing(size in 1_usize..300, at in any::<prop::sample::Index>()) {
        let (leaves, index) = (leaves(size), at.index(size));
        let root = root_of(&leaves);
        let proof = inclusion_proof(&leaves, index as u64).unwrap();
        let verify = |leaf: &Root, index: usize, proof: &[Root]| {
            verify_inclusion(leaf, index as u64, size as u64, proof, &root)
        };
        prop_assert_eq!(verify(&leaves[index], index, &proof), Ok(()));
        for changed in changed(&proof) {
            prop_assert!(verify(&leaves[index], index, &changed).is_err());
        }
        for other in (0..size).filter(|other| *other != index) {
            prop_assert!(verify(&leaves[index], other, &proof).is_err());
            prop_assert!(verify(&leaves[other], index, &proof).is_err());
        }
    }

    #[test]
    fn a_changed_consistency_proof_proves_nothing(size in 2_usize..300, at in any::<prop::sample::Index>()) {
        let (leaves, older) = (leaves(size), at.index(size - 1) + 1);
        let (older_root, root) = (root_of(&leaves[..older]), root_of(&leaves));
        let proof = consistency_proof(&leaves, older as u64).unwrap();
        let verify = |older_root: &Root, proof: &[Root]| {
            verify_consistency((older as u64, older_root), (size as u64, &root), proof)
        };
        prop_assert_eq!(verify(&older_root, &proof), Ok(()));
        for changed in changed(&proof) {
            prop_assert!(verify(&older_root, &changed).is_err());
        }
        prop_assert!(verify(&root_of(&leaves[1..=older]), &proof).is_err());
    }
}

fn changed(proof: &[Root]) -> Vec<Vec<Root>> {
    let mut all = vec![[proof, &[Root([0; 32])]].concat(), [&[Root([0; 32])], proof].concat()];
    for at in 0..proof.len() {
        let (mut flipped, mut shorter) = (proof.to_vec(), proof.to_vec());
        flipped[at].0[at % 32] ^= 1;
        shorter.remove(at);
        all.extend([flipped, shorter]);
        if at > 0 {
            let mut swapped = proof.to_vec();
            swapped.swap(at - 1, at);
            all.push(swapped);
        }
    }
    all
}

fn leaves(count: usize) -> Vec<Root> {
    (0..count).map(|at| leaf_hash(&at.to_be_bytes())).collect()
}

fn root_of(leaves: &[Root]) -> Root {
    let mut tree = Tree::new();
    leaves.iter().for_each(|leaf| tree.push(*leaf));
    tree.root()
}

fn short(proof: &[Root]) -> String {
    let all: Vec<u8> = proof.iter().flat_map(|hash| hash.0).collect();
    format!("{}:{}", proof.len(), &hex(Root(Sha256::digest(all).into()))[..16])
}

fn hex(root: Root) -> String {
    root.0.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn text(json: &serde_json::Value) -> String {
    json.as_str().unwrap().to_owned()
}
