//! Access tokens: verified on the way in, fetched or issued on the way out.
//!
//! [`Verifier`] decides who is asking. The algorithm always comes from the key, never from the
//! token, and a verified token is remembered only as long as the key that vouched for it lives.
//! Call [`install_crypto_provider`] before anything else here, first thing in `main`.
#![forbid(unsafe_code)]

mod cache;
mod claims;
mod clock;
mod crypto;
mod error;
mod http_client;
mod issuer;
mod issuer_http;
mod jwk;
mod jwks_source;
mod key;
mod key_ring;
mod local_issuer;
mod pem_file;
mod principal;
mod scope;
mod token;
mod token_fetch;
mod token_source;
mod verifier;

pub use crypto::install_crypto_provider;
pub use error::TokenError;
pub use http_client::{FetchError, UrlError};
pub use issuer::{ConfigError, IssuerConfig, IssuerKeys};
pub use issuer_http::{Clients, IssuerOptions, issuer_routes};
pub use jwks_source::{JwksOptions, JwksSource, JwksSourceError, JwksStatus};
pub use key::{KeyError, KeyKind, VerifyingKey};
pub use local_issuer::{LocalIssuer, LocalIssuerError, TokenClaims};
pub use pem_file::{PemFileError, load_pem_keys};
pub use principal::Principal;
pub use scope::{Scope, Scopes};
pub use token::{TOKEN_BYTES_MAX, bearer_token};
pub use token_fetch::{ClientSecret, TokenOrigin, TokenRequest, TokenSourceError};
pub use token_source::TokenSource;
pub use verifier::Verifier;
