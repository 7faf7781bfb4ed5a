//! A certificate as it stands in a message: octets that are compared, and never read.
//!
//! What a certificate says of itself counts for nothing: a desk pins it whole, and people compare its
//! fingerprint.

use std::fmt;

use minicbor::{Decode, Encode};
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::quantity::Fingerprint;

/// Longest [`Certificate`], bytes of DER.
pub const CERTIFICATE_MAX: usize = 4_096;

/// A TLS certificate, DER. Hexadecimal in JSON.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, JsonSchema)]
#[cbor(transparent)]
#[schemars(with = "String")]
pub struct Certificate(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub Vec<u8>,
);

impl Certificate {
    /// What people compare.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(Sha256::digest(&self.0).into())
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.fingerprint())
    }
}

impl Serialize for Certificate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Certificate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        octets(&text).map(Self).ok_or_else(|| D::Error::custom("is not hexadecimal"))
    }
}

/// In lower case, two digits an octet, as it is written.
fn octets(text: &str) -> Option<Vec<u8>> {
    let digit = |c: u8| char::from(c).to_digit(16).filter(|_| !c.is_ascii_uppercase());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let octet = |&[high, low]: &[u8; 2]| u8::try_from(digit(high)? * 16 + digit(low)?).ok();
    if rest.is_empty() { pairs.iter().map(octet).collect() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_read_from_what_is_shown_of_it_and_from_nothing_else() {
        assert_eq!(octets("00ff3a"), Some(vec![0x00, 0xff, 0x3a]));
        for wrong in ["0", "0g", "FF", "00 1"] {
            assert_eq!(octets(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_fingerprint_is_the_sha_256_of_all_octets() {
        // FIPS 180-2, appendix B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Certificate(b"abc".to_vec()).fingerprint().to_string(), expected);
    }
}
