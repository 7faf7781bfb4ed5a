//! Who signs what a writer writes.
//!
//! The algorithm and the key live elsewhere (`crates/record`): this crate only knows over which bytes
//! a signature is.

use crate::Signature;
use std::fmt;
use std::sync::Arc;

/// Signs entries. An implementation signs exactly the bytes it is given, every time, and answers
/// what a holder of its public key can verify.
pub trait Signer: Send + Sync {
    /// The signature over [`Entry::signed_bytes`](crate::Entry::signed_bytes).
    fn sign(&self, signed_bytes: &[u8]) -> Signature;
}

/// What a writer holds. Its `Debug` says nothing about the key.
#[derive(Clone)]
pub(crate) enum Pen {
    Unsigned,
    Signing(Arc<dyn Signer>),
}

impl fmt::Debug for Pen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unsigned => "Unsigned",
            Self::Signing(_) => "Signing",
        })
    }
}
