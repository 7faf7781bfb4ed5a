//! The Merkle tree of RFC 6962, section 2.1 (the same as RFC 9162, section 2.1).
//!
//! A leaf is hashed after a 0 byte and a node after a 1 byte, so that neither can pass for the other.
//! [`Tree`] keeps only the roots of the full subtrees, one a bit of the size: 64 at most.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::fmt;

/// A hash in a tree: of a leaf, of a node, of the whole.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Root(pub [u8; 32]);

impl fmt::Display for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Root({self})")
    }
}

/// The hash of a leaf.
pub fn leaf_hash(leaf: &[u8]) -> Root {
    Root(Sha256::new_with_prefix([0]).chain_update(leaf).finalize().into())
}

/// The hash of a node over its two children.
pub fn node_hash(left: &Root, right: &Root) -> Root {
    // One block's worth in one go: a tree of millions of leaves spends its time here.
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(&left.0);
    bytes[33..].copy_from_slice(&right.0);
    Root(Sha256::digest(bytes).into())
}

/// A tree that only grows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    size: u64,
    /// Roots of the full subtrees, the largest first; one for each bit of `size`.
    full: Vec<Root>,
}

impl Tree {
    /// A tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends the leaf that has this hash ([`leaf_hash`]).
    pub fn push(&mut self, leaf: Root) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.full.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.full.push(hash);
        self.size += 1;
    }

    /// Leaves so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root over them; of no leaves, the hash of nothing.
    pub fn root(&self) -> Root {
        let mut smaller_first = self.full.iter().rev();
        let Some(last) = smaller_first.next() else { return Root(Sha256::digest([]).into()) };
        smaller_first.fold(*last, |right, left| node_hash(left, &right))
    }
}
