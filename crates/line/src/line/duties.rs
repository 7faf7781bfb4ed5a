//! What the desk itself owes to the other side.

use super::Line;
use crate::held::At;
use crate::message::{Body, MessageKind};

impl Line {
    /// A dispute for a receipt whose read-back differs, a receipt for any other message.
    pub(super) fn duty(&self, at: At) -> Option<Body> {
        let held = self.messages.at(at);
        if held.kind != Some(MessageKind::Receipt) {
            let read_back = held.stored.as_deref().map(crate::stored::Stored::read_back);
            return Some(Body::Receipt { of: held.id, stored_at: held.stored_at, read_back });
        }
        let receipt = self.messages.at(held.about?).receipt.as_ref()?;
        Some(Body::Dispute { of: held.id, differences: receipt.differences.clone() })
    }
}
