//! Names of things. Each kind has its own type, so that one cannot stand in for another.

use std::fmt;
use std::sync::Arc;

use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

macro_rules! uuid_newtype {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(self.0.as_bytes())?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(
                d: &mut minicbor::Decoder<'b>,
                ctx: &mut C,
            ) -> Result<Self, minicbor::decode::Error> {
                let bytes: ByteArray<16> = d.decode_with(ctx)?;
                Ok(Self(Uuid::from_bytes(*bytes)))
            }
        }
    };
}

uuid_newtype! {
    /// Id of an operational intent or a constraint, chosen by its manager.
    EntityId
}
uuid_newtype! {
    /// Id of a subscription: chosen by its manager, or fresh with the command when implicit.
    SubscriptionId
}
uuid_newtype! {
    /// Id of a sky, given when it was founded.
    SkyId
}

macro_rules! text_newtype {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Arc<str>);

        impl $name {
            /// Its text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.str(&self.0)?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(
                d: &mut minicbor::Decoder<'b>,
                _: &mut C,
            ) -> Result<Self, minicbor::decode::Error> {
                Ok(Self(d.str()?.into()))
            }
        }
    };
}

text_newtype! {
    /// Who a token speaks for (its `sub`); the manager of what it writes.
    Subject
}
text_newtype! {
    /// Opaque version number of an entity, 16 to 128 characters: whoever holds it has seen the
    /// details of that version (F3548-21 section 4.3).
    Ovn
}
text_newtype! {
    /// Version of a subscription or of an availability record.
    Version
}

/// Sixteen random bytes that come in with each command; what must not be guessed is made from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Salt(pub [u8; 16]);

impl<C> Encode<C> for Salt {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Salt {
    fn decode(d: &mut minicbor::Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        let bytes: ByteArray<16> = d.decode_with(ctx)?;
        Ok(Self(*bytes))
    }
}

/// Digits of names made from a salt: lower case, since a version must match `[a-z0-9]{10,}`.
const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

impl Salt {
    /// A name of 24 characters that only the holder of the salt can know, different for each `use_`
    /// and `about`.
    pub(crate) fn name(self, use_: &str, about: &[u8]) -> String {
        let mut hasher = Sha256::new();
        hasher.update(self.0);
        hasher.update(use_.as_bytes());
        hasher.update(about);
        let digest = hasher.finalize();
        digest.iter().take(24).map(|byte| char::from(DIGITS[usize::from(byte & 31)])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_by_use_and_subject_and_fit_every_version_pattern() {
        let salt = Salt([7; 16]);
        let names = [salt.name("ovn", b"a"), salt.name("ovn", b"b"), salt.name("version", b"a")];
        for (i, name) in names.iter().enumerate() {
            assert_eq!(name.len(), 24);
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()), "{name}");
            assert!(!names[..i].contains(name));
        }
    }
}
