//! Where an exchange stands at a moment, and what waits in it.
//!
//! What is shown of an exchange rests on what the other end surely holds; what is still to be done
//! rests on everything that was said here.

use super::derive::Derived;
use super::promise::Promise;
use super::{Exchange, Kind};
use crate::held::{Held, Messages, Past};
use crate::message::{Answer, Body, Commitment, Content, Matter, MessageKind};
use crate::quantity::Instant;
use crate::read_back::notice_given_s;
use crate::terms::{Terms, Times};
use crate::view::{CommitmentState, ExchangeState, NoticeGiven, OpenItem, Side};

/// What somebody must do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    Answer,
    Acknowledgement,
    /// Amend or withdraw what the other end holds otherwise.
    Correction,
    /// Only the other desk: to have it.
    Receipt,
}

/// What waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waiting<'a> {
    pub message: &'a Held,
    pub who: Side,
    pub want: Want,
}

/// One exchange at a moment.
#[derive(Debug, Clone)]
pub(crate) struct Standing<'a> {
    pub exchange: &'a Exchange,
    pub all: Derived<'a>,
    pub known: Option<Derived<'a>>,
    pub promise: Option<Promise<'a>>,
    pub messages: &'a Messages,
    pub now: Instant,
}

impl<'a> Standing<'a> {
    /// `reached` is how far the other end is known to have come in our lane of this exchange. `None`
    /// for an exchange without an opening, which is never kept.
    pub fn of(
        exchange: &'a Exchange,
        messages: &'a Messages,
        reached: u64,
        now: Instant,
    ) -> Option<Self> {
        let all = exchange.derive(messages, Past::ALL)?;
        let known = exchange.derive(messages, Past::shown(reached));
        let promise = Promise::of(&all, known.as_ref(), now);
        Some(Self { exchange, all, known, promise, messages, now })
    }

    /// What both ends can show.
    pub fn state(&self) -> ExchangeState {
        if self.all.withdrawn.is_some() {
            return ExchangeState::Withdrawn;
        }
        if self.all.ended.is_some() {
            return ExchangeState::Ended;
        }
        if self.all.disputed().is_some() {
            return ExchangeState::Disputed;
        }
        let Some(known) = self.known.as_ref().filter(|known| self.all.says_no_more_than(known))
        else {
            return ExchangeState::Released;
        };
        if let Some(state) = self.promise.as_ref().and_then(|promise| self.promised(promise)) {
            return state;
        }
        if known.test_answered.is_some() {
            return ExchangeState::Answered;
        }
        match known.decided.map(super::derive::answer_of) {
            Some(Some(Answer::Agreed {})) => return ExchangeState::Agreed,
            Some(_) => return ExchangeState::Answered,
            None => {}
        }
        let read = |held: &Held| known.read_at(held).is_some();
        if let Some((last, before)) = known.versions.split_last()
            && before.iter().any(|version| read(version))
            && !read(last)
            && known.item.id == last.id
        {
            return ExchangeState::Amended;
        }
        let countered = self.exchange.matter().is_some()
            && (known.offer.is_some() || known.item.kind == Some(MessageKind::Answer));
        if known.talk || known.held.is_some() || countered {
            return ExchangeState::Discussed;
        }
        if read(known.item) {
            return ExchangeState::Acknowledged;
        }
        match known.item.receipt.as_ref() {
            Some(receipt) if receipt.compared => ExchangeState::ReadBack,
            _ if known.item.delivered_at().is_some() => ExchangeState::Delivered,
            _ => ExchangeState::Released,
        }
    }

    /// The exchange's state where its commitment decides it.
    fn promised(&self, promise: &Promise<'_>) -> Option<ExchangeState> {
        match promise.state(self.now) {
            CommitmentState::Agreed => Some(ExchangeState::Agreed),
            CommitmentState::InForce | CommitmentState::Due => Some(ExchangeState::InForce),
            CommitmentState::Kept | CommitmentState::Ended => Some(ExchangeState::Ended),
            CommitmentState::Broken => Some(self.in_time(promise)),
            CommitmentState::Lapsed if promise.signed => Some(ExchangeState::Ended),
            CommitmentState::Lapsed if self.exchange.kind == Kind::Commitment => {
                Some(ExchangeState::Ended)
            }
            CommitmentState::Lapsed | CommitmentState::Offered => None,
        }
    }

    fn in_time(&self, promise: &Promise<'_>) -> ExchangeState {
        let window = promise.commitment.window;
        if self.now < window.from {
            ExchangeState::Agreed
        } else if window.contains(self.now) {
            ExchangeState::InForce
        } else {
            ExchangeState::Ended
        }
    }

    /// What waits for a person, or for the other desk.
    pub fn waiting(&self) -> Option<Waiting<'a>> {
        self.waits_for_a_person().or_else(|| {
            let undelivered = self.exchange.said[Side::Us]
                .iter()
                .map(|&at| self.messages.at(at))
                .find(|held| held.receipt.is_none() && held.wants_receipt());
            let receipt = |message| Waiting { message, who: Side::Them, want: Want::Receipt };
            undelivered.filter(|_| self.exchange.awaiting > 0).map(receipt)
        })
    }

    fn waits_for_a_person(&self) -> Option<Waiting<'a>> {
        let all = &self.all;
        let from_the_other =
            |message: &'a Held, want| Some(Waiting { message, who: message.side.other(), want });
        let acknowledged = |held: &Held| all.read_at(held).is_some();
        if let Some(closing) = all.closed() {
            let told = self.exchange.matter() == Some(Matter::Notice) && all.withdrawn.is_some();
            let waits = told && !acknowledged(closing);
            return waits.then(|| from_the_other(closing, Want::Acknowledgement)).flatten();
        }
        if let Some((message, _)) = all.disputed() {
            return Some(Waiting { message, who: message.side, want: Want::Correction });
        }
        if let (Some(offer), None) = (all.offer, all.sign)
            && self.promise.as_ref().is_some_and(|promise| self.now <= promise.commitment.window.to)
        {
            return from_the_other(offer, Want::Answer);
        }
        match self.exchange.kind {
            Kind::Commitment => None,
            Kind::Test if all.test_answered.is_some() => None,
            Kind::Test => from_the_other(all.item, Want::Answer),
            Kind::Matter(_) if all.decided.is_some() || all.sign.is_some() => None,
            Kind::Matter(Matter::Notice | Matter::Report)
                if all.item.kind != Some(MessageKind::Answer) =>
            {
                let waits = !acknowledged(all.item);
                waits.then(|| from_the_other(all.item, Want::Acknowledgement)).flatten()
            }
            Kind::Matter(_) => from_the_other(all.item, Want::Answer),
        }
    }

    /// The same with its clocks.
    pub fn open_item(&self, terms: &Terms) -> Option<OpenItem> {
        let Waiting { message, who, want } = self.waiting()?;
        let Times { receipt_s, answer_s } = self.times(terms, message);
        let undelivered = message.side == Side::Us && message.receipt.is_none();
        let receipt_due = undelivered.then(|| message.said_at.plus_s(receipt_s));
        let person = matches!(want, Want::Answer | Want::Acknowledgement);
        let answer_due = person.then(|| message.said_at.plus_s(answer_s));
        let past = |due: Option<Instant>| due.is_some_and(|due| due < self.now);
        Some(OpenItem {
            message: message.id,
            waits_for: who,
            held: self.all.held.and_then(super::derive::answer_of).filter(|_| person).cloned(),
            receipt_due,
            answer_due,
            overdue: past(receipt_due) || past(answer_due),
        })
    }

    /// The agreed times of a message of this exchange.
    pub fn times(&self, terms: &Terms, message: &Held) -> Times {
        match (message.kind, self.exchange.kind) {
            (Some(MessageKind::Offer | MessageKind::Sign | MessageKind::Progress), _)
            | (_, Kind::Commitment) => terms.commitment,
            (_, Kind::Test) => terms.test,
            (_, Kind::Matter(Matter::Notice)) => terms.notice,
            (_, Kind::Matter(Matter::Request)) => terms.request,
            (_, Kind::Matter(Matter::Question)) => terms.question,
            (_, Kind::Matter(Matter::Report)) => terms.report,
            (_, Kind::Matter(Matter::Distress)) => terms.distress,
        }
    }

    /// The first message of ours that the other desk should have had by now, and when.
    pub fn first_late(&self, terms: &Terms) -> Option<(&'a Held, Instant)> {
        if self.exchange.awaiting == 0 {
            return None;
        }
        let ours = self.exchange.said[Side::Us].iter().map(|&at| self.messages.at(at));
        let late = ours
            .filter(|held| held.receipt.is_none())
            .map(|held| (held, held.said_at.plus_s(self.times(terms, held).receipt_s)));
        late.filter(|&(_, due)| due < self.now).min_by_key(|&(_, due)| due)
    }

    /// The last instants before something that is shown of it or called for changes by itself.
    pub fn clocks(&self, terms: &Terms) -> Vec<Instant> {
        let mut clocks = Vec::new();
        if let Some(open) = self.open_item(terms) {
            clocks.extend(open.receipt_due.into_iter().chain(open.answer_due));
        }
        if let Some(waiting) = self.waiting() {
            clocks.push(waiting.message.said_at.plus_s(terms.telephone_s));
        }
        if self.exchange.awaiting > 0 {
            let ours = self.exchange.said[Side::Us].iter().map(|&at| self.messages.at(at));
            let underway = ours.filter(|held| held.receipt.is_none());
            let due = underway.map(|held| held.said_at.plus_s(self.times(terms, held).receipt_s));
            clocks.extend(due);
        }
        if let Some(content) = self.all.versions.last().and_then(|held| content_of(held)) {
            clocks.push(content.window.to);
        }
        if let Some(promise) = &self.promise {
            let Commitment { window, milestones, .. } = promise.commitment;
            // From the first instant on it is in force: it stands otherwise up to the one before.
            clocks.extend([Instant(window.from.0.saturating_sub(1)), window.to]);
            clocks.extend(milestones.iter().map(|milestone| milestone.deadline));
        }
        clocks
    }

    /// Of a notice's last version: from the moment at which its receiver says to have had it.
    pub fn notice_given(&self, terms: &Terms) -> Option<NoticeGiven> {
        if self.exchange.matter() != Some(Matter::Notice) {
            return None;
        }
        let version = self.all.versions.last()?;
        let delivered_at = version.delivered_at()?;
        let given_s = notice_given_s(delivered_at, content_of(version)?.window);
        let agreed_s = terms.notice_given_s;
        Some(NoticeGiven { given_s, agreed_s, short: given_s < i64::from(agreed_s) })
    }

    /// Until when somebody may have to look at it; `None` until something is said. Asked of the end of
    /// time, so that what is still open there has no end of its own.
    pub fn wanted_until(&self) -> Option<Instant> {
        if self.exchange.awaiting > 0
            || (self.all.disputed().is_some() && self.all.closed().is_none())
        {
            return None;
        }
        let offered = self.promise.as_ref().filter(|_| self.all.closed().is_none());
        let promised_until = match offered {
            Some(promise) if self.all.sign.is_some() && !promise.settled() => return None,
            Some(promise) => Some(promise.commitment.window.to),
            None => None,
        };
        if self.waits_for_a_person().is_some() {
            return None;
        }
        let notice = self.all.versions.last().filter(|_| {
            self.exchange.matter() == Some(Matter::Notice) && self.all.closed().is_none()
        });
        let told_until = notice.and_then(|held| content_of(held)).map(|content| content.window.to);
        promised_until.max(told_until).or(Some(Instant(i64::MIN)))
    }
}

impl Derived<'_> {
    /// Whether nothing that decides was said since `known`.
    fn says_no_more_than(&self, known: &Self) -> bool {
        let id = |held: Option<&Held>| held.map(|held| held.id);
        self.item.id == known.item.id
            && id(self.decided) == id(known.decided)
            && id(self.offer) == id(known.offer)
            && id(self.sign) == id(known.sign)
            && id(self.test_answered) == id(known.test_answered)
    }
}

/// The shared fields of a message as they were said.
pub(crate) fn content_of(held: &Held) -> Option<&Content> {
    match held.body.as_deref()? {
        Body::Open { content, .. }
        | Body::Amend { content, .. }
        | Body::Answer { answer: Answer::Counter { content }, .. } => Some(content),
        _ => None,
    }
}
