//! Ten words for a card, from the ICAO spelling alphabet: every operator in the air can read them out.
//!
//! 26^10 is 2^47 phrases. The hash is stretched by 2^20 rounds, so that finding another card with the
//! same words costs 2^67 hashes.

use sha2::{Digest, Sha256};

/// Words of a phrase.
const PHRASE_WORDS: usize = 10;

const ROUNDS: u32 = 1 << 20;

const ALPHABET: [&str; 26] = [
    "Alfa", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "Hotel", "India", "Juliett",
    "Kilo", "Lima", "Mike", "November", "Oscar", "Papa", "Quebec", "Romeo", "Sierra", "Tango",
    "Uniform", "Victor", "Whiskey", "Xray", "Yankee", "Zulu",
];

/// The words of a card with this hash.
pub fn phrase(hash: &[u8; 32]) -> Vec<String> {
    let mut stretched: [u8; 32] = *hash;
    for _ in 0..ROUNDS {
        stretched = Sha256::new_with_prefix(stretched).chain_update(hash).finalize().into();
    }
    // 128 bits for 47: what the division favours is below one part in 2^80.
    let mut number = u128::from_be_bytes(std::array::from_fn(|at| stretched[at]));
    let mut words = Vec::with_capacity(PHRASE_WORDS);
    for _ in 0..PHRASE_WORDS {
        words.push(ALPHABET[(number % 26) as usize].to_owned());
        number /= 26;
    }
    words
}
