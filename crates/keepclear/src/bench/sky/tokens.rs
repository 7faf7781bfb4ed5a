//! Where the clients' tokens come from.
//!
//! Flights and queries need one scope only, so that any DSS lets them in that knows strategic
//! coordination.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::header::HeaderValue;
use jiff::Timestamp;
use keepclear_auth::{
    LocalIssuer, LocalIssuerError, Scope, TokenOrigin, TokenRequest, TokenSource, TokenSourceError,
};

/// Age at which a client asks for its token again; the source knows whether it needs to fetch one.
/// Tokens live an hour.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(10 * 60);

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The key's file cannot be read.
    #[error("--issuer-key {}: {reason}", file.display())]
    UnreadableKey {
        /// As given.
        file: PathBuf,
        /// What the system said.
        reason: std::io::Error,
    },
    /// The key is not one.
    #[error("--issuer-key {}: {reason}", file.display())]
    BadKey {
        /// As given.
        file: PathBuf,
        /// What is wrong.
        reason: LocalIssuerError,
    },
    /// The issuer gave none.
    #[error(transparent)]
    Source(#[from] TokenSourceError),
    /// What it gave cannot stand in a header.
    #[error("the token for {0} holds characters that no header can carry; check --token-url")]
    NotAHeader(String),
}

/// Where tokens are asked for.
pub enum Origin {
    /// From a dummy OAuth server.
    Url(String),
    /// In this process, with a private key and a name for `iss`.
    Key(PathBuf, String),
}

/// Tokens for all clients.
pub struct Tokens {
    source: TokenSource,
    audience: String,
}

/// A client's token, ready for its requests.
pub struct Bearer {
    /// The manager that it names.
    pub subject: String,
    /// Value of the `authorization` header.
    pub value: HeaderValue,
    asked: Instant,
}

impl Bearer {
    /// Whether the source should be asked again.
    pub fn is_old(&self) -> bool {
        self.asked.elapsed() > ASK_AGAIN_AFTER
    }
}

impl Tokens {
    /// Reads the key, if one was given; asks for nothing yet.
    ///
    /// # Errors
    /// [`TokenError`] when the URL or the key cannot be used.
    pub fn new(origin: Origin, audience: String) -> Result<Self, TokenError> {
        let origin = match origin {
            Origin::Url(url) => TokenOrigin::DummyOauth { url, issuer: None },
            Origin::Key(file, name) => {
                let issuer = match std::fs::read(&file) {
                    Err(reason) => return Err(TokenError::UnreadableKey { file, reason }),
                    Ok(text) => LocalIssuer::from_pem(&text),
                };
                let issuer = issuer.map_err(|reason| TokenError::BadKey { file, reason })?;
                TokenOrigin::Local { issuer: Arc::new(issuer), name }
            }
        };
        // Measurements run on test networks, where tokens are worth nothing.
        Ok(Self { source: TokenSource::new(origin, true)?, audience })
    }

    /// A token that names a manager.
    ///
    /// # Errors
    /// [`TokenError`] when the issuer gives none.
    pub async fn bearer(&self, subject: String) -> Result<Bearer, TokenError> {
        let wanted = TokenRequest {
            audience: self.audience.clone(),
            scopes: vec![Scope::StrategicCoordination.as_str().to_owned()],
            subject: subject.clone(),
        };
        let token = self.source.token(&wanted, Timestamp::now().as_microsecond()).await?;
        let value = HeaderValue::from_str(&format!("Bearer {token}"));
        let value = value.map_err(|_| TokenError::NotAHeader(subject.clone()))?;
        Ok(Bearer { subject, value, asked: Instant::now() })
    }
}
