//! One hash over everything that both ends must hold alike.
//!
//! Not only over what was said: also over how each message was judged and where each exchange stands
//! by that, so that two ends that understand the same words otherwise differ here.

use sha2::{Digest, Sha256};

use super::Line;
use crate::exchange::Exchange;
use crate::held::{Held, Past};
use crate::message::Lane;
use crate::view::Side;

/// Stands before everything else.
const DOMAIN: &[u8] = b"keepclear line state v1\0";

impl Line {
    /// Equal at both ends once both hold the same lanes. Reads every message: for tests and for a look
    /// at two desks side by side, not for every request.
    pub fn shared_digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new_with_prefix(DOMAIN);
        let mut sides = [Side::Us, Side::Them];
        sides.sort_by_key(|&side| self.charter.party(side).desk);
        for side in sides {
            hash.update(self.charter.party(side).desk.0);
            for lane in Lane::ALL {
                self.lane_into(&mut hash, side, lane);
            }
            let voice = &self.voices[side];
            let suspended_since = voice.suspension(u64::MAX).map_or(i64::MIN, |held| held.since.0);
            hash.update(suspended_since.to_be_bytes());
            let other = &self.voices[side.other()];
            let key = voice.keys.proposal(u64::MAX);
            let accepted = key.and_then(|key| other.keys.accepted(key.message, u64::MAX));
            hash.update(accepted.map_or(i64::MIN, |at| at.0).to_be_bytes());
            let shown = voice.certificates.proposal(u64::MAX);
            let accepted =
                shown.and_then(|shown| other.certificates.accepted(shown.message, u64::MAX));
            hash.update(accepted.map_or(i64::MIN, |at| at.0).to_be_bytes());
            let answered = voice.answered_at(u64::MAX);
            hash.update(answered.map_or(i64::MIN, |at| at.0).to_be_bytes());
        }
        self.witnesses_into(&mut hash);
        for exchange in self.exchanges.values() {
            self.exchange_into(&mut hash, exchange);
        }
        hash.finalize().into()
    }

    /// Whom both name alike, whoever is known to know it.
    fn witnesses_into(&self, hash: &mut Sha256) {
        let (us, them) = (&self.voices.us.witnesses, &self.voices.them.witnesses);
        let alike = us.desks().filter_map(|desk| {
            let named = us.named(desk, u64::MAX)?;
            (them.named(desk, u64::MAX) == Some(named)).then_some(named)
        });
        for witness in alike {
            hash.update(witness.desk.0);
            hash.update(witness.key.0);
            hash.update(witness.from.0.to_be_bytes());
            for subject in &witness.reads {
                hash.update([*subject as u8]);
            }
        }
    }

    fn lane_into(&self, hash: &mut Sha256, side: Side, lane: Lane) {
        let places = self.messages.lane(side, lane);
        hash.update((places.len() as u64).to_be_bytes());
        for held in places.iter().map(|&at| self.messages.at(at)) {
            hash.update(held.sequence.to_be_bytes());
            hash.update(held.id.0);
            // Which of several rules it broke may depend on what came first.
            hash.update([u8::from(held.fault.is_some())]);
        }
    }

    fn exchange_into(&self, hash: &mut Sha256, exchange: &Exchange) {
        hash.update(exchange.id.0);
        hash.update(self.charter.party(exchange.opener).desk.0);
        let Some(derived) = exchange.derive(&self.messages, Past::ALL) else { return };
        let disputed = derived.disputed().map(|(held, _)| held);
        let facts = [
            Some(derived.item),
            derived.decided,
            derived.held,
            derived.withdrawn,
            derived.ended,
            derived.offer,
            derived.sign,
            derived.test_answered,
            disputed,
        ];
        for fact in facts {
            message_into(hash, fact);
        }
        for held in derived.versions.iter().chain(derived.acknowledged.values()) {
            message_into(hash, Some(held));
        }
        // The opener's words stand first at both ends.
        for held in &derived.progress {
            message_into(hash, Some(held));
        }
    }
}

fn message_into(hash: &mut Sha256, held: Option<&Held>) {
    match held {
        Some(held) => {
            hash.update([1]);
            hash.update(held.id.0);
        }
        None => hash.update([0]),
    }
}
