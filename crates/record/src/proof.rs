//! Proofs that a leaf is in a tree, and that one tree goes on from another.
//!
//! Built from leaf hashes by the definitions of RFC 6962, section 2.1, and verified by the algorithms
//! of RFC 9162, sections 2.1.3.2 and 2.1.4.2: two different ways, so that one checks the other.

use crate::merkle::{Root, Tree, node_hash};

/// Why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// There is no such leaf, or the older tree is the larger one.
    #[error("{asked} is outside a tree of {size} leaves")]
    Outside {
        /// Index of the leaf from 0, or size of the older tree.
        asked: u64,
        /// Leaves of the tree.
        size: u64,
    },
    /// Too few or too many hashes.
    #[error("the proof has {found} hashes, which cannot be right for these sizes")]
    Length {
        /// Hashes found.
        found: usize,
    },
    /// The hashes lead to another root.
    #[error("the proof leads to another root")]
    Root,
}

/// The hashes that lead from leaf `index` (from 0) to the root over `leaves`.
///
/// # Errors
/// [`ProofError::Outside`] when there is no such leaf.
pub fn inclusion_proof(leaves: &[Root], index: u64) -> Result<Vec<Root>, ProofError> {
    let size = leaves.len() as u64;
    let outside = ProofError::Outside { asked: index, size };
    let mut at = usize::try_from(index).ok().filter(|at| *at < leaves.len()).ok_or(outside)?;
    let (mut range, mut proof) = (leaves, Vec::new());
    while range.len() > 1 {
        let (left, right) = range.split_at(split(range.len()));
        if at < left.len() {
            proof.push(root_of(right));
            range = left;
        } else {
            proof.push(root_of(left));
            at -= left.len();
            range = right;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The hashes that show that `leaves` go on from their first `older` ones.
///
/// # Errors
/// [`ProofError::Outside`] when there are fewer, or `older` is 0.
pub fn consistency_proof(leaves: &[Root], older: u64) -> Result<Vec<Root>, ProofError> {
    let size = leaves.len() as u64;
    let outside = ProofError::Outside { asked: older, size };
    let fits = |count: &usize| (1..=leaves.len()).contains(count);
    let mut count = usize::try_from(older).ok().filter(fits).ok_or(outside)?;
    let (mut range, mut proof, mut is_known) = (leaves, Vec::new(), true);
    while count != range.len() {
        let (left, right) = range.split_at(split(range.len()));
        if count <= left.len() {
            proof.push(root_of(right));
            range = left;
        } else {
            proof.push(root_of(left));
            count -= left.len();
            (range, is_known) = (right, false);
        }
    }
    if !is_known {
        proof.push(root_of(range));
    }
    proof.reverse();
    Ok(proof)
}

/// Whether the leaf with this hash is at `index` (from 0) of the tree of `size` leaves.
///
/// # Errors
/// [`ProofError`] when the proof does not show it.
pub fn verify_inclusion(
    leaf: &Root,
    index: u64,
    size: u64,
    proof: &[Root],
    root: &Root,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Outside { asked: index, size });
    }
    let length = ProofError::Length { found: proof.len() };
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for step in proof {
        if last == 0 {
            return Err(length);
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(step, &hash);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            hash = node_hash(&hash, step);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    if last != 0 {
        return Err(length);
    }
    if hash == *root { Ok(()) } else { Err(ProofError::Root) }
}

/// Whether the tree of `newer` (size, root) goes on from the tree of `older`.
///
/// # Errors
/// [`ProofError`] when the proof does not show it.
pub fn verify_consistency(
    older: (u64, &Root),
    newer: (u64, &Root),
    proof: &[Root],
) -> Result<(), ProofError> {
    let ((older_size, older_root), (newer_size, newer_root)) = (older, newer);
    if older_size == 0 || older_size > newer_size {
        return Err(ProofError::Outside { asked: older_size, size: newer_size });
    }
    let length = ProofError::Length { found: proof.len() };
    if older_size == newer_size {
        return match (proof.is_empty(), older_root == newer_root) {
            (false, _) => Err(length),
            (true, false) => Err(ProofError::Root),
            (true, true) => Ok(()),
        };
    }
    // Where the older tree is one full subtree, its root is not repeated in the proof.
    let (first, rest) = match (older_size.is_power_of_two(), proof) {
        (true, rest) => (older_root, rest),
        (false, [first, rest @ ..]) => (first, rest),
        (false, []) => return Err(length),
    };
    let shift = (older_size - 1).trailing_ones();
    let (mut at, mut last) = ((older_size - 1) >> shift, (newer_size - 1) >> shift);
    let (mut older_hash, mut newer_hash) = (*first, *first);
    for step in rest {
        if last == 0 {
            return Err(length);
        }
        if at & 1 == 1 || at == last {
            older_hash = node_hash(step, &older_hash);
            newer_hash = node_hash(step, &newer_hash);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            newer_hash = node_hash(&newer_hash, step);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    if last != 0 {
        return Err(length);
    }
    if older_hash == *older_root && newer_hash == *newer_root {
        Ok(())
    } else {
        Err(ProofError::Root)
    }
}

/// The largest power of two below `length`, which is at least 2.
fn split(length: usize) -> usize {
    1 << (usize::BITS - 1 - (length - 1).leading_zeros())
}

fn root_of(leaves: &[Root]) -> Root {
    let mut tree = Tree::new();
    leaves.iter().for_each(|leaf| tree.push(*leaf));
    tree.root()
}
