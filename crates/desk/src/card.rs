//! The card that two desks exchange before they can speak: `keepclear.card/1`.
//!
//! A card is public and signs itself; that it is really theirs is only known once two people have
//! read the words of both cards to each other by telephone. The words and the line's id come from
//! what names and proves the desk; its address and languages may change without a new comparison.

mod words;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keepclear_entry::{LogId, LogKind, Signature};
use keepclear_line::quantity::{DeskId, Instant, Name};
use keepclear_record::{PublicKey, SigningKey};
use minicbor::{Decode, Encode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::cbor::bytes_of;

/// What a card says under `format`.
pub const CARD_FORMAT: &str = "keepclear.card/1";

/// Longest card that is read, bytes of JSON.
pub const CARD_BYTES_MAX: usize = 16 << 10;
/// Longest certificate, bytes of DER.
const CERTIFICATE_MAX: usize = 4 << 10;
/// Most languages, and the longest of them, bytes.
const LANGUAGES_MAX: usize = 8;
const LANGUAGE_BYTES_MAX: usize = 35;
/// Longest URL, bytes.
const URL_MAX: usize = 512;

const SIGNING_DOMAIN: &[u8] = b"keepclear card v1\0";
const LINE_DOMAIN: &[u8] = b"keepclear line v1\0";

/// Why a text is not a card that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// Not JSON of this shape.
    #[error("card: {0}; write one with `keepclear line pair --write`")]
    Json(String),
    /// A field that cannot be.
    #[error("card, {field} {found:?}: {expected}")]
    Field {
        /// Which.
        field: &'static str,
        /// As found, its beginning.
        found: String,
        /// What belongs there.
        expected: &'static str,
    },
    /// Not signed by the key that it names.
    #[error(
        "card, signature: not by the card's own key; the card was altered or cut, ask for it again"
    )]
    Signature,
}

/// A card whose signature was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    content: Content,
    signature: Signature,
}

/// Everything that is signed, in canonical CBOR.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
struct Content {
    #[n(0)]
    party: Name,
    #[n(1)]
    desk: DeskId,
    #[n(2)]
    exercise: bool,
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    signing_key: [u8; 32],
    #[n(4)]
    #[cbor(with = "minicbor::bytes")]
    certificate: Vec<u8>,
    #[n(5)]
    url: String,
    #[n(6)]
    languages: Vec<String>,
    #[n(7)]
    made_at: Instant,
}

/// The JSON form.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CardJson {
    /// `keepclear.card/1`.
    pub format: String,
    /// Whose desk it is.
    pub party: Name,
    /// The desk, a UUID.
    pub desk: DeskId,
    /// Nothing that this desk says is real.
    pub exercise: bool,
    /// Where the desk listens to other desks.
    pub url: String,
    /// The Ed25519 key that signs what it says, base64.
    pub signing_key: String,
    /// Its TLS certificate, base64 of the DER.
    pub certificate: String,
    /// Languages of its people, the first preferred.
    pub languages: Vec<String>,
    /// When the card was made.
    pub made_at: Instant,
    /// By the signing key over the rest, base64.
    pub signature: String,
}

/// What a desk puts onto its card.
#[derive(Debug, Clone)]
pub struct CardFields {
    /// Whose desk it is.
    pub party: Name,
    /// The desk.
    pub desk: DeskId,
    /// Nothing that this desk says is real.
    pub exercise: bool,
    /// Where the desk listens to other desks.
    pub url: String,
    /// Its TLS certificate, DER.
    pub certificate: Vec<u8>,
    /// Languages of its people, the first preferred.
    pub languages: Vec<String>,
    /// When the card is made.
    pub made_at: Instant,
}

impl Card {
    /// Makes and signs a card.
    ///
    /// # Errors
    /// [`CardError::Field`] for a field that the format has no room for.
    pub fn sign(fields: CardFields, key: &SigningKey) -> Result<Self, CardError> {
        let CardFields { party, desk, exercise, url, certificate, languages, made_at } = fields;
        let signing_key = key.public().to_bytes();
        let content =
            Content { party, desk, exercise, signing_key, certificate, url, languages, made_at };
        content.check()?;
        let signature = key.sign_message(&content.signed_bytes());
        Ok(Self { content, signature })
    }

    /// Reads the JSON form, and verifies it.
    ///
    /// # Errors
    /// [`CardError`].
    pub fn from_json(text: &[u8]) -> Result<Self, CardError> {
        if text.len() > CARD_BYTES_MAX {
            return Err(CardError::Json(format!("longer than {CARD_BYTES_MAX} bytes")));
        }
        let json: CardJson =
            serde_json::from_slice(text).map_err(|error| CardError::Json(error.to_string()))?;
        Self::try_from(json)
    }

    /// The JSON form, with a line break at its end.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(&CardJson::from(self)).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Whose desk it is.
    pub fn party(&self) -> &Name {
        &self.content.party
    }

    /// The desk.
    pub fn desk(&self) -> DeskId {
        self.content.desk
    }

    /// Nothing that this desk says is real.
    pub fn exercise(&self) -> bool {
        self.content.exercise
    }

    /// Where the desk listens to other desks.
    pub fn url(&self) -> &str {
        &self.content.url
    }

    /// Languages of its people.
    pub fn languages(&self) -> &[String] {
        &self.content.languages
    }

    /// When the card was made.
    pub fn made_at(&self) -> Instant {
        self.content.made_at
    }

    /// The key that signs what it says.
    ///
    /// # Errors
    /// [`CardError::Field`], which a card that was read does not give.
    pub fn key(&self) -> Result<PublicKey, CardError> {
        self.content.key()
    }

    /// Its TLS certificate, DER.
    pub fn certificate(&self) -> &[u8] {
        &self.content.certificate
    }

    /// SHA-256 over what names and proves the desk.
    pub fn hash(&self) -> [u8; 32] {
        let Content { party, desk, exercise, signing_key, certificate, .. } = &self.content;
        let mut hash = Sha256::new_with_prefix(b"keepclear card identity v1\0");
        hash.update(desk.0);
        hash.update([u8::from(*exercise)]);
        hash.update(signing_key);
        hash.update(Sha256::digest(certificate));
        hash.update(party.as_str().as_bytes());
        hash.finalize().into()
    }

    /// Ten words that a person reads to another by telephone. Takes about 0.1 s, on purpose.
    pub fn phrase(&self) -> Vec<String> {
        words::phrase(&self.hash())
    }
}

impl Content {
    fn signed_bytes(&self) -> Vec<u8> {
        [SIGNING_DOMAIN, &bytes_of(self)].concat()
    }

    fn key(&self) -> Result<PublicKey, CardError> {
        let refused = field("signing_key", "", "an Ed25519 public key, 32 bytes in base64");
        PublicKey::from_bytes(&self.signing_key).map_err(|_| refused)
    }

    fn check(&self) -> Result<(), CardError> {
        if self.url.len() > URL_MAX || !self.url.starts_with("https://") {
            return Err(field("url", &self.url, "an address that begins with https://"));
        }
        if self.url.parse::<http::Uri>().is_err() {
            return Err(field("url", &self.url, "an address such as https://desk.example:8443"));
        }
        if self.certificate.is_empty() || self.certificate.len() > CERTIFICATE_MAX {
            return Err(field(
                "certificate",
                "",
                "a certificate of 1 to 4,096 bytes, DER in base64",
            ));
        }
        let language = |text: &String| {
            !text.is_empty()
                && text.len() <= LANGUAGE_BYTES_MAX
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let count = self.languages.len();
        if count == 0 || count > LANGUAGES_MAX || !self.languages.iter().all(language) {
            let found = self.languages.join(",");
            return Err(field("languages", &found, "1 to 8 language tags such as en or ru"));
        }
        self.key().map(drop)
    }
}

impl TryFrom<CardJson> for Card {
    type Error = CardError;

    fn try_from(json: CardJson) -> Result<Self, CardError> {
        let CardJson { format, party, desk, exercise, url, .. } = json;
        if format != CARD_FORMAT {
            return Err(field("format", &format, "this program reads keepclear.card/1"));
        }
        let octets = |name, text: &str, expected| {
            STANDARD.decode(text).map_err(|_| field(name, text, expected))
        };
        let signing_key = octets("signing_key", &json.signing_key, "32 bytes in base64")?;
        let signing_key = <[u8; 32]>::try_from(signing_key)
            .map_err(|_| field("signing_key", &json.signing_key, "32 bytes in base64"))?;
        let certificate = octets("certificate", &json.certificate, "DER in base64")?;
        let signature = octets("signature", &json.signature, "64 bytes in base64")?;
        let signature = <[u8; 64]>::try_from(signature)
            .map_err(|_| field("signature", &json.signature, "64 bytes in base64"))?;
        let (languages, made_at) = (json.languages, json.made_at);
        let content =
            Content { party, desk, exercise, signing_key, certificate, url, languages, made_at };
        let signature = Signature(signature);
        content.check()?;
        if !content.key()?.verifies(&content.signed_bytes(), &signature) {
            return Err(CardError::Signature);
        }
        Ok(Self { content, signature })
    }
}

impl From<&Card> for CardJson {
    fn from(card: &Card) -> Self {
        let Card { content, signature } = card;
        Self {
            format: CARD_FORMAT.to_owned(),
            party: content.party.clone(),
            desk: content.desk,
            exercise: content.exercise,
            url: content.url.clone(),
            signing_key: STANDARD.encode(content.signing_key),
            certificate: STANDARD.encode(&content.certificate),
            languages: content.languages.clone(),
            made_at: content.made_at,
            signature: STANDARD.encode(signature.0),
        }
    }
}

impl<C> Encode<C> for Card {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut minicbor::Encoder<W>,
        context: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        encoder.array(2)?;
        self.content.encode(encoder, context)?;
        encoder.bytes(&self.signature.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Card {
    fn decode(
        decoder: &mut minicbor::Decoder<'b>,
        context: &mut C,
    ) -> Result<Self, minicbor::decode::Error> {
        if decoder.array()? != Some(2) {
            return Err(minicbor::decode::Error::message("a card is an array of two"));
        }
        let content = Content::decode(decoder, context)?;
        let signature = <[u8; 64]>::try_from(decoder.bytes()?)
            .map_err(|_| minicbor::decode::Error::message("a signature has 64 bytes"))?;
        Ok(Self { content, signature: Signature(signature) })
    }
}

/// The line between the desks of two cards; the same whichever comes first.
pub fn line_id(ours: &Card, theirs: &Card) -> LogId {
    let mut hashes = [ours.hash(), theirs.hash()];
    hashes.sort_unstable();
    let hash = Sha256::new_with_prefix(LINE_DOMAIN).chain_update(hashes.concat()).finalize();
    LogId { kind: LogKind::Line, id: std::array::from_fn(|at| hash[at]) }
}

fn field(field: &'static str, found: &str, expected: &'static str) -> CardError {
    CardError::Field { field, found: found.chars().take(80).collect(), expected }
}

#[cfg(test)]
mod tests;
