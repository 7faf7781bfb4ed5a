//! Keys and certificates that both sides of a line agreed on.
//!
//! An acceptance counts for the last proposal, and for exactly what was proposed there. A key signs what
//! follows; a certificate may be shown beside those before it, since the other end cannot know at once
//! that it is in use.

use keepclear_line::quantity::{Fingerprint, Key, MessageId};
use keepclear_line::view::Side;
use keepclear_line::{Body, Certificate};
use keepclear_record::PublicKey;

/// What each side, ours first, proposed last and came to by the other's word.
#[derive(Debug)]
pub struct Changes {
    proposed_keys: [Option<(MessageId, Key)>; 2],
    agreed_keys: [Option<PublicKey>; 2],
    proposed: [Option<(MessageId, Certificate)>; 2],
    /// That of the card, then each that was agreed, in order.
    certificates: [Vec<Certificate>; 2],
}

/// What a message did to certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// We proposed it.
    Proposed(Fingerprint),
    /// They accepted ours.
    OursAccepted(Fingerprint),
    /// We accepted theirs.
    TheirsAccepted,
}

impl Changes {
    /// Of a line with these certificates on its cards.
    pub fn new(ours: &[u8], theirs: &[u8]) -> Self {
        Self {
            proposed_keys: [None; 2],
            agreed_keys: [None; 2],
            proposed: [None, None],
            certificates: [ours, theirs].map(|first| vec![Certificate(first.to_vec())]),
        }
    }

    /// See [`Peer::agreed_key`](super::Peer::agreed_key).
    pub fn key(&self, side: Side) -> Option<&PublicKey> {
        self.agreed_keys[index(side)].as_ref()
    }

    /// See [`Peer::certificates`](super::Peer::certificates).
    pub fn certificates(&self, side: Side) -> &[Certificate] {
        &self.certificates[index(side)]
    }

    /// A side's card names this certificate now.
    pub fn take_card(&mut self, side: Side, certificate: &[u8]) {
        let known = &mut self.certificates[index(side)];
        if !known.iter().any(|known| known.0 == certificate) {
            known.push(Certificate(certificate.to_vec()));
        }
    }

    /// Takes a message of `side`.
    pub fn note(&mut self, side: Side, message: MessageId, body: &Body) -> Option<Step> {
        let (own, other) = (index(side), index(side.other()));
        match body {
            Body::ProposeKey { key } => {
                self.proposed_keys[own] = Some((message, *key));
                None
            }
            Body::AcceptKey { of, key } if self.proposed_keys[other] == Some((*of, *key)) => {
                let agreed = PublicKey::from_bytes(&key.0).ok();
                self.agreed_keys[other] = agreed.or(self.agreed_keys[other]);
                None
            }
            Body::ProposeCertificate { certificate } => {
                self.proposed[own] = Some((message, certificate.clone()));
                (side == Side::Us).then(|| Step::Proposed(certificate.fingerprint()))
            }
            Body::AcceptCertificate { of, fingerprint } => {
                let (message, certificate) = self.proposed[other].as_ref()?;
                if message != of || certificate.fingerprint() != *fingerprint {
                    return None;
                }
                let agreed = &mut self.certificates[other];
                agreed.retain(|known| known != certificate);
                agreed.push(certificate.clone());
                Some(match side {
                    Side::Us => Step::TheirsAccepted,
                    Side::Them => Step::OursAccepted(*fingerprint),
                })
            }
            _ => None,
        }
    }
}

fn index(side: Side) -> usize {
    usize::from(side == Side::Them)
}
