//! For tests, of this crate and of those built on it: one suite that every engine passes, and a
//! storage that fails.

mod conformance;
mod dice;
mod faulty;

pub use conformance::conformance;
pub use dice::Dice;
pub use faulty::{FaultyFile, FaultyLock, FaultyStorage};
