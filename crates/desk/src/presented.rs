//! What the desk shows of itself to other desks: its card, and the certificate that stands on it.
//!
//! Both change together, while the desk runs: a card that named another certificate than the one that is
//! shown could not be paired with.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use keepclear_line::quantity::Instant;

use crate::card::{Card, CardError, CardFields};
use crate::identity::{Identity, Pair};
use crate::journal::State;
use crate::start::{Founding, StartError};

/// The card's file in the data folder.
const CARD_FILE: &str = "card.json";

/// What is shown.
pub struct Presented {
    /// What other desks are given.
    pub card: Card,
    /// Its words.
    pub phrase: Vec<String>,
    /// What they see when they connect.
    pub certificate: Arc<Pair>,
}

impl Presented {
    /// With the card as it was made last, or a new one when what stands on it has changed.
    pub fn open(
        state: &State,
        founding: &Founding,
        identity: &Identity,
        now: Instant,
    ) -> Result<Self, StartError> {
        let certificates = identity.certificates();
        let shown = state.serving().shown().and_then(|shown| certificates.of(&shown));
        let certificate = shown.unwrap_or_else(|| Arc::clone(certificates.first()));
        let path = identity.folder().join(CARD_FILE);
        let Founding { url, languages, .. } = founding;
        let kept = fs::read(&path).ok().and_then(|text| Card::from_json(&text).ok());
        let same = |card: &Card| {
            card.url() == url
                && card.languages() == languages
                && card.desk() == state.desk()
                && card.certificate() == certificate.certificate().as_ref()
        };
        if let Some(card) = kept.filter(same) {
            let phrase = card.phrase();
            return Ok(Self { card, phrase, certificate });
        }
        let fields = CardFields {
            party: state.founded().party.clone(),
            desk: state.desk(),
            exercise: state.founded().exercise,
            url: url.clone(),
            certificate: certificate.certificate().to_vec(),
            languages: languages.clone(),
            made_at: now,
        };
        let made = Self::sign(fields, certificate, identity)?;
        made.keep(identity.folder()).map_err(|error| StartError::Folder {
            folder: path.display().to_string(),
            reason: error.to_string(),
        })?;
        Ok(made)
    }

    /// The same with another certificate. Takes about 0.1 s.
    pub fn with(
        &self,
        certificate: Arc<Pair>,
        identity: &Identity,
        now: Instant,
    ) -> Result<Self, CardError> {
        let card = &self.card;
        let fields = CardFields {
            party: card.party().clone(),
            desk: card.desk(),
            exercise: card.exercise(),
            url: card.url().to_owned(),
            certificate: certificate.certificate().to_vec(),
            languages: card.languages().to_vec(),
            made_at: now,
        };
        Self::sign(fields, certificate, identity)
    }

    /// Keeps the card for the next start, which makes another where this fails.
    pub fn keep(&self, folder: &Path) -> std::io::Result<()> {
        fs::write(folder.join(CARD_FILE), self.card.to_json())
    }

    fn sign(
        fields: CardFields,
        certificate: Arc<Pair>,
        identity: &Identity,
    ) -> Result<Self, CardError> {
        let card = Card::sign(fields, identity.signing_key())?;
        let phrase = card.phrase();
        Ok(Self { card, phrase, certificate })
    }
}
