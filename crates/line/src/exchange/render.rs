//! An exchange as a person sees it.

use std::sync::Arc;

use super::derive::{answer_of, commitment_of};
use super::standing::{Standing, Want, content_of};
use crate::held::Held;
use crate::line::Fields;
use crate::message::{Body, Content, ReadBack};
use crate::terms::Terms;
use crate::view::{ExchangeBrief, ExchangeView, LastMessage, MessageView, Side};

impl<'a> Standing<'a> {
    /// Everything, with the clocks that `terms` set.
    pub fn view(&self, terms: &Terms) -> ExchangeView {
        let opening = self.all.opening;
        let fields = self.fields();
        ExchangeView {
            id: self.exchange.id,
            matter: self.exchange.matter(),
            opened_by: self.exchange.opener,
            opened_at: opening.said_at,
            state: self.state(),
            turn: self.turn(),
            open: self.open_item(terms),
            content: held_content(fields),
            said_by: content_of(fields).map(|_| fields.side),
            countered: answer_of(fields).is_some(),
            notice_given: self.notice_given(terms),
            commitment: self.promise.clone().map(|promise| promise.view(self.now)),
            differences: self
                .all
                .disputed()
                .map_or_else(Vec::new, |(_, differences)| differences.to_vec()),
            earlier: 0,
            messages: self.message_views(),
        }
    }

    /// The message whose fields are shown. A commitment may grow in an exchange that was opened with
    /// fields, and takes none from it.
    fn fields(&self) -> &'a Held {
        let opening = self.all.opening;
        let fields = [self.all.item, opening].into_iter().find(|held| content_of(held).is_some());
        fields.unwrap_or(opening)
    }

    /// The message whose volumes count: a commitment's, where it has any.
    pub fn fields_that_count(&self) -> Option<Fields> {
        let offer = self.all.offer.filter(|offer| {
            commitment_of(offer).is_some_and(|commitment| !commitment.volumes.is_empty())
        });
        let held = offer.unwrap_or_else(|| self.fields());
        Some(Fields { message: held.id, sent_at: held.said_at, body: held.body.clone()? })
    }

    /// In short, with the clocks that `terms` set.
    pub fn brief(&self, terms: &Terms) -> ExchangeBrief {
        let opening = self.all.opening;
        let content = content_of(self.fields());
        let promised = self.promise.as_ref().map(|promise| promise.commitment.action);
        let differences = self.all.disputed().map_or(&[][..], |(_, differences)| differences);
        let said = &self.exchange.said;
        let last = said.us.last().max(said.them.last()).map_or(opening, |&at| self.messages.at(at));
        ExchangeBrief {
            id: self.exchange.id,
            matter: self.exchange.matter(),
            topic: content.map(|content| content.topic),
            action: promised.or(content.and_then(|content| content.action)),
            phrase: match opening.body.as_deref() {
                Some(Body::Test { phrase, .. }) => Some(*phrase),
                _ => None,
            },
            opened_by: self.exchange.opener,
            opened_at: opening.said_at,
            state: self.state(),
            answer: self.all.decided.and_then(answer_of).cloned(),
            turn: self.turn(),
            open: self.open_item(terms),
            notice_given: self.notice_given(terms),
            commitment: self.promise.as_ref().map(|promise| promise.state(self.now)),
            differences: differences.len(),
            difference: differences.first().cloned(),
            messages: said.us.len() + said.them.len(),
            last: LastMessage {
                id: last.id,
                side: last.side,
                kind: last.kind,
                sent_at: last.said_at,
            },
        }
    }

    fn turn(&self) -> Option<Side> {
        let waiting = self.waiting().filter(|waiting| waiting.want != Want::Receipt);
        waiting.map(|waiting| waiting.who)
    }

    fn message_views(&self) -> Vec<MessageView> {
        let said = &self.exchange.said;
        let mut places: Vec<_> = said.us.iter().chain(&said.them).copied().collect();
        places.sort_unstable();
        places.into_iter().filter_map(|at| self.message_view(self.messages.at(at))).collect()
    }

    fn message_view(&self, held: &Held) -> Option<MessageView> {
        let receipt = held.receipt.as_ref();
        Some(MessageView {
            id: held.id,
            side: held.side,
            lane: held.lane,
            sequence: held.sequence,
            kind: held.kind?,
            role: held.role.clone(),
            sent_at: held.said_at,
            delivered_at: held.delivered_at(),
            read_back: receipt.is_some_and(|receipt| {
                receipt.compared && receipt.differences.is_empty() && receipt.dispute.is_none()
            }),
            // Of a message of theirs the reader is here, and is shown once they can show it too.
            read_at: self.known.as_ref().and_then(|known| known.read_at(held)).map(|r| r.said_at),
            body: Arc::clone(held.body.as_ref()?),
        })
    }
}

/// The shared fields as this side holds them: of their message what was stored, of ours what was said.
fn held_content(held: &Held) -> Option<Content> {
    match (held.side, held.stored.as_deref()) {
        (Side::Them, Some(stored)) => match stored.read_back() {
            ReadBack::Content { content, .. } => Some(content),
            ReadBack::Commitment { .. } => None,
        },
        _ => content_of(held).cloned(),
    }
}
