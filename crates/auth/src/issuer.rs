//! Which issuers are trusted, with which keys, and for which subjects they may speak.
//!
//! Skies without a common authority have one issuer a party: the subjects' globs keep one party's
//! issuer from speaking for the other.

use std::sync::Arc;

use glob::Pattern;

use crate::jwks_source::JwksSource;
use crate::key::VerifyingKey;
use crate::key_ring::KeyRing;

/// One trusted issuer.
#[derive(Debug)]
pub struct IssuerConfig {
    /// The `iss` of its tokens. `None` takes any `iss`, and only a sole issuer may be so: else it
    /// could speak in the name of another.
    pub name: Option<String>,
    /// What its tokens are verified with.
    pub keys: IssuerKeys,
    /// Globs (`*`, `?`, `[...]`, case-sensitive) of the `sub` it may speak for; empty is any.
    pub subjects: Vec<String>,
}

/// Where an issuer's keys come from.
#[derive(Debug)]
pub enum IssuerKeys {
    /// Fixed, from files: see [`crate::load_pem_keys`].
    Fixed(Vec<VerifyingKey>),
    /// Published by the issuer; whoever made the source also runs it.
    Jwks(Arc<JwksSource>),
}

/// Why a configuration of issuers is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Nobody could ever get in.
    #[error("issuers: none is configured; give --public-key-files, --jwks-url or [[issuer]]")]
    NoIssuer,
    /// No token could ever match.
    #[error("audiences: none is configured; name the host that tokens are meant for")]
    NoAudience,
    /// An audience that no token can have.
    #[error("audiences: one is empty; remove it")]
    EmptyAudience,
    /// A nameless issuer among several.
    #[error("issuer: with several issuers each needs a `name`, the `iss` of its tokens")]
    NamelessAmongSeveral,
    /// Two issuers of one name.
    #[error("issuer {name:?} stands twice; put all its keys and subjects into one")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// An issuer without keys.
    #[error("issuer {name:?} has no keys; give it public key files or a JWKS URL")]
    NoKeys {
        /// The name, or `any`.
        name: String,
    },
    /// A glob that cannot be read.
    #[error("issuer {name:?}: subjects: {glob:?} is no glob: {reason}; use `*`, `?` and `[...]`")]
    BadGlob {
        /// The name, or `any`.
        name: String,
        /// The glob.
        glob: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// An issuer ready for use.
pub(crate) struct Issuer {
    name: Option<String>,
    keys: Keys,
    subjects: Vec<Pattern>,
}

enum Keys {
    Fixed(KeyRing),
    Jwks(Arc<JwksSource>),
}

impl Issuer {
    pub(crate) fn new(config: IssuerConfig) -> Result<Self, ConfigError> {
        let IssuerConfig { name, keys, subjects } = config;
        let shown = || name.clone().unwrap_or_else(|| "any".to_owned());
        let subjects = subjects
            .into_iter()
            .map(|glob| {
                Pattern::new(&glob).map_err(|error| ConfigError::BadGlob {
                    name: shown(),
                    reason: error.msg.to_owned(),
                    glob,
                })
            })
            .collect::<Result<_, _>>()?;
        let keys = match keys {
            IssuerKeys::Fixed(keys) if keys.is_empty() => {
                return Err(ConfigError::NoKeys { name: shown() });
            }
            IssuerKeys::Fixed(keys) => Keys::Fixed(KeyRing::new(keys)),
            IssuerKeys::Jwks(source) => Keys::Jwks(source),
        };
        Ok(Self { name, keys, subjects })
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(crate) fn is_named(&self, issuer: &str) -> bool {
        self.name.as_deref().is_none_or(|name| name == issuer)
    }

    pub(crate) fn speaks_for(&self, subject: &str) -> bool {
        self.subjects.is_empty() || self.subjects.iter().any(|glob| glob.matches(subject))
    }

    pub(crate) fn ring(&self) -> &KeyRing {
        match &self.keys {
            Keys::Fixed(ring) => ring,
            Keys::Jwks(source) => source.ring(),
        }
    }

    pub(crate) fn jwks(&self) -> Option<&Arc<JwksSource>> {
        match &self.keys {
            Keys::Fixed(_) => None,
            Keys::Jwks(source) => Some(source),
        }
    }
}
