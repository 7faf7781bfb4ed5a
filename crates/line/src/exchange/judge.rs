//! What a side may say within an exchange, by what it knew when it said it.
//!
//! One set of rules for both sides: our desk is refused before it speaks, the other side is at fault
//! afterwards. Nothing here looks at a clock of this end; a time that counts is the message's own.

use super::derive::{Derived, answer_of, commitment_of};
use super::{EXCHANGE_MESSAGES_MAX, Exchange, Kind};
use crate::codec::check_action;
use crate::held::{Held, Messages};
use crate::message::{Action, Answer, Body, Commitment, Matter, MessageKind, ReadBack, Window};
use crate::quantity::{DeskId, Instant, MessageId};
use crate::read_back::differences;
use crate::refusal::Refusal;
use crate::view::Side;

/// A side about to speak.
pub(crate) struct Speaker<'a> {
    pub side: Side,
    pub said_at: Instant,
    pub desks: [DeskId; 2],
    pub messages: &'a Messages,
}

type Judged = Result<(), Refusal>;

impl Speaker<'_> {
    /// An opening: there is nothing yet that it could contradict.
    pub fn opens(&self, body: &Body) -> Judged {
        match body {
            Body::Open { matter: Matter::Notice | Matter::Request, content, .. } => {
                self.not_over(content.window)
            }
            Body::Offer { commitment, .. } => self.may_promise(commitment),
            _ => Ok(()),
        }
    }

    /// Whether the exchange takes another message of this side. Closing it is always possible.
    pub fn has_room(&self, exchange: &Exchange, kind: MessageKind) -> Judged {
        let closes = matches!(kind, MessageKind::Withdraw | MessageKind::End);
        if exchange.said[self.side].len() < EXCHANGE_MESSAGES_MAX || closes {
            return Ok(());
        }
        Err(Refusal::ExchangeFull { exchange: exchange.id, most: EXCHANGE_MESSAGES_MAX })
    }

    /// Anything else that names an exchange.
    pub fn may_say(&self, exchange: &Exchange, derived: &Derived<'_>, body: &Body) -> Judged {
        let kind = body.kind();
        let out_of_place = Err(Refusal::OutOfPlace { kind, exchange: exchange.id });
        let outlives_the_end = matches!(kind, MessageKind::Statement | MessageKind::Acknowledge);
        if let Some(closing) = derived.closed().filter(|_| !outlives_the_end) {
            let (role, at) = (closing.role.clone(), closing.said_at);
            return Err(Refusal::Closed { exchange: exchange.id, role, at });
        }
        match (body, exchange.kind) {
            (Body::Statement { of, .. }, _) => {
                of.map_or(Ok(()), |of| self.named(exchange, derived, of, kind).map(|_| ()))
            }
            (Body::Acknowledge { of, .. }, _) => self.acknowledges(exchange, derived, *of),
            (Body::End { .. }, _) => self.opened_it(exchange, kind).or(derived
                .sign
                .map(|_| ())
                .ok_or(Refusal::NotYours { kind, exchange: exchange.id })),
            (Body::TestAnswer { of, .. }, Kind::Test) => self.answers_test(exchange, derived, *of),
            (_, Kind::Test) => out_of_place,
            (Body::Offer { commitment, .. }, _) => self.offers(derived, commitment),
            (Body::Sign { of, commitment, .. }, _) => self.signs(derived, *of, commitment),
            (Body::Progress { of, milestone, .. }, _) => {
                self.progresses(exchange, derived, *of, *milestone)
            }
            (Body::Withdraw { of, .. }, _) => self.withdraws(exchange, derived, *of),
            (Body::Amend { of, content, .. }, Kind::Matter(matter)) => {
                self.opened_it(exchange, kind)?;
                self.last_version(derived, *of, kind)?;
                check_action(matter, content.action)?;
                if matter == Matter::Notice { self.not_over(content.window) } else { Ok(()) }
            }
            (Body::Answer { of, answer, .. }, Kind::Matter(matter)) => {
                self.answers(exchange, derived, *of)?;
                match answer {
                    Answer::Counter { content } => check_counter(matter, content.action),
                    _ => Ok(()),
                }
            }
            _ => out_of_place,
        }
    }

    fn not_over(&self, window: Window) -> Judged {
        if window.to < self.said_at {
            return Err(Refusal::Past { ended: window.to });
        }
        Ok(())
    }

    fn may_promise(&self, commitment: &Commitment) -> Judged {
        if !self.desks.contains(&commitment.by) {
            return Err(Refusal::Stranger { by: commitment.by });
        }
        self.not_over(commitment.window)
    }

    fn opened_it(&self, exchange: &Exchange, kind: MessageKind) -> Judged {
        if exchange.opener == self.side {
            return Ok(());
        }
        Err(Refusal::NotYours { kind, exchange: exchange.id })
    }

    /// The message of this exchange that is named, if its speaker could know it.
    fn named(
        &self,
        exchange: &Exchange,
        derived: &Derived<'_>,
        of: MessageId,
        kind: MessageKind,
    ) -> Result<&Held, Refusal> {
        let found = self.messages.find(&of).map(|(_, held)| held).filter(|held| {
            held.exchange == Some(exchange.id)
                && held.fault.is_none()
                && held.lane == exchange.lane
                && derived.past.holds(held.side, held.sequence)
        });
        found.ok_or(Refusal::NothingToName { of, kind })
    }

    fn acknowledges(&self, exchange: &Exchange, derived: &Derived<'_>, of: MessageId) -> Judged {
        let kind = MessageKind::Acknowledge;
        let named = self.named(exchange, derived, of, kind)?;
        let read_by_a_person = matches!(
            named.kind,
            Some(
                MessageKind::Open
                    | MessageKind::Amend
                    | MessageKind::Withdraw
                    | MessageKind::Answer
                    | MessageKind::Statement
                    | MessageKind::Offer
                    | MessageKind::Sign
                    | MessageKind::Progress
                    | MessageKind::End
            )
        );
        if named.side == self.side || !read_by_a_person {
            return Err(Refusal::NothingToName { of, kind });
        }
        derived.acknowledged.get(&of).map_or(Ok(()), |first| Err(already(of, first)))
    }

    fn answers_test(&self, exchange: &Exchange, derived: &Derived<'_>, of: MessageId) -> Judged {
        if exchange.opener == self.side || derived.item.id != of {
            return Err(Refusal::NothingToName { of, kind: MessageKind::TestAnswer });
        }
        derived.test_answered.map_or(Ok(()), |first| Err(already(of, first)))
    }

    fn last_version(&self, derived: &Derived<'_>, of: MessageId, kind: MessageKind) -> Judged {
        match derived.versions.last() {
            Some(last) if last.id == of => Ok(()),
            Some(last) if derived.versions.iter().any(|version| version.id == of) => {
                Err(Refusal::Replaced { of, by: last.id })
            }
            _ => Err(Refusal::NothingToName { of, kind }),
        }
    }

    fn withdraws(&self, exchange: &Exchange, derived: &Derived<'_>, of: MessageId) -> Judged {
        let kind = MessageKind::Withdraw;
        self.opened_it(exchange, kind)?;
        if let Some(sign) = derived.sign {
            return Err(already(derived.item.id, sign));
        }
        match derived.offer.filter(|_| exchange.kind == Kind::Commitment) {
            Some(offer) if offer.id == of && offer.side == self.side => Ok(()),
            Some(_) => Err(Refusal::NothingToName { of, kind }),
            None => self.last_version(derived, of, kind),
        }
    }

    fn answers(&self, exchange: &Exchange, derived: &Derived<'_>, of: MessageId) -> Judged {
        let kind = MessageKind::Answer;
        let proposal = self.named(exchange, derived, of, kind)?;
        let counters = matches!(answer_of(proposal), Some(Answer::Counter { .. }));
        let proposes =
            counters || matches!(proposal.kind, Some(MessageKind::Open | MessageKind::Amend));
        if proposal.side == self.side || !proposes {
            return Err(Refusal::NothingToName { of, kind });
        }
        if let Some(first) = derived.answer_to(proposal) {
            return Err(already(of, first));
        }
        if derived.item.id != of {
            return Err(Refusal::Replaced { of, by: derived.item.id });
        }
        disputed(derived, proposal)
    }

    fn offers(&self, derived: &Derived<'_>, commitment: &Commitment) -> Judged {
        if let (Some(offer), Some(sign)) = (derived.offer, derived.sign) {
            return Err(already(offer.id, sign));
        }
        self.may_promise(commitment)
    }

    fn signs(&self, derived: &Derived<'_>, of: MessageId, signed: &Commitment) -> Judged {
        let kind = MessageKind::Sign;
        let offer = derived.offer.ok_or(Refusal::NothingToName { of, kind })?;
        if offer.id != of {
            return Err(match self.messages.find(&of) {
                Some((_, held)) if commitment_of(held).is_some() => {
                    Refusal::Replaced { of, by: offer.id }
                }
                _ => Refusal::NothingToName { of, kind },
            });
        }
        if offer.side == self.side {
            return Err(Refusal::NothingToName { of, kind });
        }
        if let Some(first) = derived.signature {
            return Err(already(of, first));
        }
        disputed(derived, offer)?;
        if let Some(offered) = commitment_of(offer).filter(|offered| *offered != signed) {
            return Err(other_commitment(offered, signed));
        }
        self.not_over(signed.window)
    }

    fn progresses(
        &self,
        exchange: &Exchange,
        derived: &Derived<'_>,
        of: MessageId,
        number: u8,
    ) -> Judged {
        let offer = derived.offer.filter(|offer| offer.id == of && derived.sign.is_some());
        let offer = offer.ok_or(Refusal::NotSigned { exchange: exchange.id })?;
        let most = commitment_of(offer).map_or(0, |commitment| commitment.milestones.len());
        if !(1..=most).contains(&usize::from(number)) {
            return Err(Refusal::NoMilestone { number, most });
        }
        Ok(())
    }
}

/// A counter-proposal may also ask the first side for something in return, whatever the matter.
fn check_counter(matter: Matter, action: Option<Action>) -> Judged {
    match matter {
        Matter::Request | Matter::Question => Ok(check_action(matter, action)?),
        Matter::Notice | Matter::Report | Matter::Distress => Ok(()),
    }
}

fn disputed(derived: &Derived<'_>, held: &Held) -> Judged {
    let Some(differences) = held.disputed(derived.past) else { return Ok(()) };
    let field = differences.first().map_or_else(String::new, |first| first.field.clone());
    Err(Refusal::Disputed { of: held.id, field })
}

fn already(of: MessageId, first: &Held) -> Refusal {
    Refusal::Already {
        of,
        kind: first.kind.unwrap_or(MessageKind::Answer),
        role: first.role.clone(),
        at: first.said_at,
    }
}

/// Names the first field, down to what geometry would let pass: a signature is under exact bytes.
fn other_commitment(offered: &Commitment, signed: &Commitment) -> Refusal {
    let read_back =
        |commitment: &Commitment| ReadBack::Commitment { commitment: commitment.clone() };
    let first = differences(&read_back(offered), &read_back(signed)).into_iter().next();
    first.map_or_else(
        || Refusal::OtherCommitment {
            field: "commitment".to_owned(),
            offered: "one place to the last digit".to_owned(),
            signed: "another within 1 cm of it".to_owned(),
        },
        |first| Refusal::OtherCommitment {
            field: first.field,
            offered: first.sent,
            signed: first.read_back,
        },
    )
}
