//! Writing a node's own entries, fast.
//!
//! What is written is not yet in the log: an append can fail. The writer therefore runs ahead of a
//! confirmed head, and goes back to it when a batch was refused.

use crate::encode::{Fields, PayloadFields, encode};
use crate::entry::SIGNING_DOMAIN;
use crate::payload::checked;
use crate::signer::Pen;
use crate::{
    Aside, EntryError, EntryHash, Head, Kind, LogId, NodeId, Party, Principal, ProposedAt,
    RequestId, Signer,
};
use std::sync::Arc;

/// What brings an entry about.
#[derive(Debug, Clone, Copy)]
pub struct Cause<'a> {
    /// Who asked; none for what the node does by itself.
    pub principal: Option<&'a Principal>,
    /// The request.
    pub request: RequestId,
    /// By the node's clock.
    pub proposed_at: ProposedAt,
}

/// One node's pen.
#[derive(Debug, Clone)]
pub struct Writer {
    log: LogId,
    exercise: bool,
    node: NodeId,
    party: Party,
    confirmed: Head,
    ahead: Head,
    pen: Pen,
}

impl Writer {
    /// Goes on after `head`, which is [`Head::START`] for a node that has written nothing.
    pub fn new(log: LogId, exercise: bool, node: NodeId, party: Party, head: Head) -> Self {
        Self { log, exercise, node, party, confirmed: head, ahead: head, pen: Pen::Unsigned }
    }

    /// The same writer, whose entries from here on are signed.
    #[must_use]
    pub fn signing(mut self, signer: Arc<dyn Signer>) -> Self {
        self.sign_with(signer);
        self
    }

    /// Signs entries from here on with this key: what follows an entry that announced it.
    pub fn sign_with(&mut self, signer: Arc<dyn Signer>) {
        self.pen = Pen::Signing(signer);
    }

    /// Appends one entry's canonical bytes to `out`. Answers the head after it, to be given to
    /// [`Writer::confirm`] once the append of this entry has succeeded.
    ///
    /// # Errors
    /// [`EntryError::Length`] for a payload above [`PAYLOAD_MAX`](crate::PAYLOAD_MAX); nothing is
    /// written then.
    pub fn write(
        &mut self,
        cause: Cause<'_>,
        kind: Kind,
        payload: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<Head, EntryError> {
        checked("payload", payload.len())?;
        Ok(self.write_fields(cause, kind, PayloadFields::Inline(payload), out))
    }

    /// As [`Writer::write`], for a payload that already lies beside the log.
    pub fn write_aside(
        &mut self,
        cause: Cause<'_>,
        kind: Kind,
        aside: &Aside,
        out: &mut Vec<u8>,
    ) -> Head {
        self.write_fields(cause, kind, PayloadFields::Aside(aside), out)
    }

    fn write_fields(
        &mut self,
        cause: Cause<'_>,
        kind: Kind,
        payload: PayloadFields<'_>,
        out: &mut Vec<u8>,
    ) -> Head {
        let Cause { principal, request, proposed_at } = cause;
        let start = out.len();
        let fields = Fields {
            log: self.log,
            exercise: self.exercise,
            node: self.node,
            sequence: self.ahead.next,
            previous: &self.ahead.previous,
            party: &self.party,
            principal,
            request,
            proposed_at,
            kind,
            payload,
            signature: None,
        };
        match &self.pen {
            Pen::Unsigned => encode(&fields, out),
            Pen::Signing(signer) => {
                let mut signed_bytes = SIGNING_DOMAIN.to_vec();
                encode(&fields, &mut signed_bytes);
                let signature = signer.sign(&signed_bytes);
                encode(&Fields { signature: Some(&signature), ..fields }, out);
            }
        }
        self.ahead = Head { next: self.ahead.next.next(), previous: EntryHash::of(&out[start..]) };
        self.ahead
    }

    /// The entries up to this head are in the log.
    pub fn confirm(&mut self, head: Head) {
        self.confirmed = head;
    }

    /// What was written after the confirmed head did not get into the log: its places are free again.
    pub fn roll_back(&mut self) {
        self.ahead = self.confirmed;
    }

    /// Where the node's chain stands in the log.
    pub fn confirmed(&self) -> Head {
        self.confirmed
    }
}
