//! Why a token is refused.
//!
//! Messages go back to the caller and into logs, so none carries the token or a part of it: a
//! claim's value appears only after the signature was found good, and only issuer and subject.

use crate::key::KeyKind;

/// Why a token is refused. Its text tells the caller what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// There is no `Authorization` header.
    #[error("there is no access token; send it as `Authorization: Bearer TOKEN`")]
    Missing,
    /// The `Authorization` header has another form.
    #[error("the Authorization header does not read `Bearer TOKEN`; send exactly that")]
    NotBearer,
    /// Longer than [`crate::TOKEN_BYTES_MAX`].
    #[error(
        "the access token is {bytes} bytes long, more than the {} allowed; ask for fewer scopes",
        crate::TOKEN_BYTES_MAX
    )]
    TooLong {
        /// Length of the token.
        bytes: usize,
    },
    /// Not a JSON Web Token in compact form.
    #[error("the access token's {part} is malformed: {reason}; send the token as it was issued")]
    Malformed {
        /// Which part: header, claims or signature.
        part: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Signed in a way that is never accepted: `none`, HMAC, or one that this process lacks.
    #[error("the access token's algorithm is not accepted; sign with RS256, ES256 or EdDSA")]
    AlgorithmNotAccepted,
    /// The header marks an extension as critical (RFC 7515, 4.1.11).
    #[error("the access token's header has `crit`, and no extension is understood; leave it out")]
    CriticalHeader,
    /// `iss` is not configured.
    #[error("the access token's issuer is not trusted here; get it from a configured issuer")]
    UnknownIssuer,
    /// The issuer's keys have not been loaded since the start.
    #[error("the keys of the token's issuer are not loaded yet; try again in some seconds")]
    KeysNotLoaded,
    /// No key of the issuer has the token's `kid`.
    #[error("the access token names a key (`kid`) that its issuer does not publish")]
    UnknownKey,
    /// The issuer has keys, but none for the algorithm that the token claims.
    #[error("the access token is signed with {algorithm}, which its issuer's keys are not for")]
    AlgorithmNotOfKey {
        /// The algorithm that the token claims.
        algorithm: &'static str,
    },
    /// The signature does not fit any candidate key.
    #[error("the access token's signature is wrong; get a fresh token from its issuer")]
    BadSignature,
    /// A claim is not there.
    #[error("the access token has no `{claim}`, which is required")]
    ClaimMissing {
        /// Name of the claim.
        claim: &'static str,
    },
    /// A claim is there in a form that is not read.
    #[error("the access token's `{claim}` is malformed: {reason}")]
    ClaimMalformed {
        /// Name of the claim.
        claim: &'static str,
        /// What it must be.
        reason: &'static str,
    },
    /// `exp` is not in the future.
    #[error("the access token has expired (`exp`); get a fresh one")]
    Expired,
    /// `exp` lies more than an hour ahead.
    #[error("the access token is valid for more than one hour from now (`exp`); get a shorter one")]
    ExpiresTooLate,
    /// `iat` or `nbf` lies in the future.
    #[error("the access token is not valid yet (`{claim}`); compare the clocks")]
    NotYetValid {
        /// Which claim says so.
        claim: &'static str,
    },
    /// `aud` contains none of the accepted audiences.
    #[error("the access token is meant for another audience (`aud`); ask for one for {accepted}")]
    WrongAudience {
        /// What is accepted, as a list.
        accepted: String,
    },
    /// Rightly signed, but the issuer may not speak for this subject.
    #[error("issuer {issuer:?} may not speak for subject {subject:?}; ask this service's operator")]
    SubjectNotOfIssuer {
        /// `iss` of the verified token.
        issuer: String,
        /// `sub` of the verified token.
        subject: String,
    },
}

impl TokenError {
    /// Whether the caller is unknown (HTTP 401, with `WWW-Authenticate: Bearer`); otherwise it is
    /// known and not allowed (403), which a fresh token from the same issuer would not change.
    pub fn is_unauthenticated(&self) -> bool {
        !matches!(self, Self::SubjectNotOfIssuer { .. })
    }

    pub(crate) fn algorithm_not_of_key(kind: KeyKind) -> Self {
        Self::AlgorithmNotOfKey { algorithm: kind.algorithm_name() }
    }
}
