//! Certificates of either end while they change: what this desk shows, and what a peer may.
//!
//! What a peer may show follows from the log, but for one thing: once it has shown a later certificate to
//! whoever connects, those before it are void. That is known since the start only, and is soon learned
//! again.

use std::sync::{Arc, PoisonError};

use keepclear_line::Certificate;
use keepclear_line::quantity::DeskId;
use keepclear_line::view::Side;

use super::Shared;
use crate::identity::{Pair, fingerprint};
use crate::presented::Presented;

/// Whose a certificate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Showing {
    /// A peer's, which may show it.
    Peer(DeskId),
    /// A peer's that has shown a later one.
    Replaced,
    /// No peer's.
    Nobody,
}

impl Shared {
    /// What this desk shows of itself.
    pub fn presented(&self) -> Arc<Presented> {
        Arc::clone(&self.presented.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Shows the certificate that every line has agreed on, and a card with it. Takes about 0.1 s when
    /// there is something to change.
    pub fn present(&self) {
        let Some(shown) = self.read(|state| state.serving().shown()) else { return };
        let before = self.presented();
        if before.certificate.fingerprint() == shown {
            return;
        }
        let Some(pair) = self.identity.certificates().of(&shown) else {
            tracing::error!(%shown, "this desk has not the certificate that its peers agreed to");
            return;
        };
        match before.with(pair, &self.identity, self.clock.now()) {
            Ok(presented) => {
                if let Err(error) = presented.keep(self.identity.folder()) {
                    tracing::warn!(%error, "the card was not kept; the next start makes another");
                }
                *self.presented.write().unwrap_or_else(PoisonError::into_inner) =
                    Arc::new(presented);
                tracing::info!(%shown, "another certificate is shown from here on");
            }
            Err(error) => tracing::error!(%error, "no card with another certificate was made"),
        }
    }

    /// The certificate that this desk shows where it asks a peer: the newest that they agreed on.
    pub fn shown_to(&self, peer: DeskId) -> Option<Arc<Pair>> {
        let agreed = self.read(|state| {
            state.peer(peer)?.certificates(Side::Us).last().map(Certificate::fingerprint)
        })?;
        self.identity.certificates().of(&agreed)
    }

    /// Certificates that a peer may show, the newest last.
    pub fn pinned(&self, peer: DeskId) -> Vec<Certificate> {
        let mut pinned = self.read(|state| {
            state.peer(peer).map(|line| line.certificates(Side::Them).to_vec()).unwrap_or_default()
        });
        if let Some(seen) = self.links.to(peer).seen_certificate() {
            let place = pinned.iter().position(|known| known.fingerprint() == seen);
            pinned.drain(..place.unwrap_or(0));
        }
        pinned
    }

    /// Whose this certificate is.
    pub fn showing(&self, certificate: &[u8]) -> Showing {
        let owner = self.read(|state| Some(state.peer_of_certificate(certificate)?.desk()));
        match owner {
            None => Showing::Nobody,
            Some(peer) if self.pinned(peer).iter().any(|known| known.0 == certificate) => {
                Showing::Peer(peer)
            }
            Some(_) => Showing::Replaced,
        }
    }

    /// A peer has answered with this certificate and has proved to hold its key: those before it are
    /// void.
    pub fn saw(&self, peer: DeskId, certificate: &[u8]) {
        let before = self.pinned(peer);
        if before.iter().any(|known| known.0 == certificate) {
            self.links.to(peer).saw_certificate(fingerprint(certificate));
            if self.pinned(peer) != before {
                self.paired.send_modify(|count| *count += 1);
            }
        }
    }
}
