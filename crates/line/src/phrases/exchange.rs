//! One exchange, as one end sees it.

use super::content::{commitment, content};
use super::message::{Message, differences, kind};
use super::rendered::{Page, RenderedLine};
use super::{Ends, Language, Phrase, datum};
use crate::message::{Answer, Body, MessageKind};
use crate::view::{
    CommitmentView, ExchangeState, ExchangeView, MessageView, MilestoneView, NoticeGiven, OpenItem,
};

/// Where an exchange stands, what its fields are, and every message of it.
pub fn render_exchange(
    view: &ExchangeView,
    ends: &Ends<'_>,
    language: Language,
) -> Vec<RenderedLine> {
    let mut page = Page::new(language);
    if ends.exercise {
        page.heading(Phrase::EXERCISE);
    }
    page.datum(Phrase::EXCHANGE, view.id.to_string());
    let commitment_or_test = || match view.commitment {
        Some(_) => Phrase::COMMITMENT,
        None => Phrase::from(MessageKind::Test),
    };
    page.says(Phrase::MATTER, view.matter.map_or_else(commitment_or_test, Phrase::from));
    page.words(Phrase::OPENED_BY, ends.name(view.opened_by));
    page.datum(Phrase::OPENED_AT, datum::time(view.opened_at));
    page.says(Phrase::STATE, state(view.state, view.has_fields()));
    if let Some(side) = view.turn {
        page.words(Phrase::TURN, ends.name(side));
    }
    if let Some(open) = &view.open {
        self::open(&mut page, ends, view.state, open);
    }
    if let Some(fields) = &view.content {
        let said_by = view.said_by.unwrap_or(view.opened_by);
        if view.countered {
            page.words(Phrase::COUNTER_BY, ends.name(said_by));
        }
        content(&mut page, ends, said_by, fields);
    }
    if let Some(notice) = view.notice_given {
        notice_given(&mut page, notice);
    }
    if let Some(commitment) = &view.commitment {
        self::standing(&mut page, ends, commitment);
    }
    differences(&mut page, &view.differences);
    if view.earlier > 0 {
        page.datum(Phrase::EARLIER_MESSAGES, view.earlier.to_string());
    }
    for message in &view.messages {
        self::message(&mut page, ends, message);
    }
    page.into_lines()
}

/// Where an exchange stands. One without shared fields, such as a test, has nothing to read back, so
/// that nothing about it waits to be compared.
pub fn state(state: ExchangeState, has_fields: bool) -> Phrase {
    match state {
        ExchangeState::Delivered if has_fields => Phrase::DELIVERED_NOT_COMPARED,
        state => Phrase::from(state),
    }
}

fn open(page: &mut Page, ends: &Ends<'_>, state: ExchangeState, open: &OpenItem) {
    page.words(Phrase::WAITS_FOR, ends.name(open.waits_for));
    page.nested(|page| {
        page.datum(Phrase::REFERS_TO, datum::message(open.message));
        if let Some(held) = &open.held {
            page.says(Phrase::ANSWER, Phrase::from(held));
            Message { ends, speaker: open.waits_for }.answer_details(page, held);
        }
        if let Some(due) = open.receipt_due {
            page.datum(Phrase::RECEIPT_DUE, datum::time(due));
        }
        if let Some(due) = open.answer_due {
            page.datum(Phrase::ANSWER_DUE, datum::time(due));
        }
        if open.overdue {
            page.heading(Phrase::OVERDUE);
        }
        if state != ExchangeState::Drafted {
            page.heading(Phrase::SILENCE);
        }
    });
}

fn notice_given(page: &mut Page, notice: NoticeGiven) {
    let given = datum::duration(notice.given_s.saturating_abs());
    if notice.given_s < 0 {
        page.explained(Phrase::NOTICE_GIVEN, given, Phrase::AFTER_START);
    } else {
        page.explained(Phrase::NOTICE_GIVEN, given, Phrase::BEFORE_START);
    }
    page.datum(Phrase::NOTICE_AGREED, datum::duration(notice.agreed_s.into()));
    if notice.short {
        page.heading(Phrase::NOTICE_SHORT);
    }
}

fn standing(page: &mut Page, ends: &Ends<'_>, view: &CommitmentView) {
    page.says(Phrase::COMMITMENT, Phrase::from(view.state));
    page.nested(|page| {
        page.words(Phrase::OFFERED_BY, ends.name(view.offered_by));
        page.heading(if view.signed { Phrase::BOTH_SIGNED } else { Phrase::ONE_SIGNED });
        commitment(page, ends, &view.commitment);
        for milestone in &view.milestones {
            self::milestone(page, ends, milestone);
        }
    });
}

fn milestone(page: &mut Page, ends: &Ends<'_>, view: &MilestoneView) {
    for (side, outcome, at) in &view.said {
        page.says(Phrase::MILESTONE.numbered(view.number), Phrase::from(*outcome));
        page.nested(|page| {
            page.words(Phrase::SAID_BY, ends.name(*side));
            page.datum(Phrase::SENT_AT, datum::time(*at));
        });
    }
    if view.said.is_empty() {
        page.says(Phrase::MILESTONE.numbered(view.number), Phrase::NOT_KNOWN);
    }
    if view.contested {
        page.says(Phrase::MILESTONE.numbered(view.number), Phrase::CONTESTED);
    }
    if view.due {
        page.says(Phrase::MILESTONE.numbered(view.number), Phrase::MILESTONE_DUE);
    }
}

fn message(page: &mut Page, ends: &Ends<'_>, view: &MessageView) {
    page.explained(Phrase::MESSAGE, datum::message(view.id), kind(&view.body));
    page.nested(|page| {
        page.words(Phrase::SAID_BY, ends.name(view.side));
        if let Some(role) = &view.role {
            page.words(Phrase::ON_WATCH, role);
        }
        page.explained(Phrase::NUMBER, view.sequence.to_string(), view.lane.into());
        page.datum(Phrase::SENT_AT, datum::time(view.sent_at));
        page.known(Phrase::DELIVERED_AT, view.delivered_at.map(datum::time));
        if view.read_back {
            page.says(Phrase::READ_BACK, Phrase::READ_BACK_SAME);
        } else if is_read_back(&view.body) {
            page.says(Phrase::READ_BACK, Phrase::NOT_KNOWN);
        }
        page.known(Phrase::READ_AT, view.read_at.map(datum::time));
        Message { ends, speaker: view.side }.body(page, &view.body);
    });
}

/// Whether a message has shared fields that its receiver reads back.
fn is_read_back(body: &Body) -> bool {
    matches!(
        body,
        Body::Open { .. }
            | Body::Amend { .. }
            | Body::Answer { answer: Answer::Counter { .. }, .. }
            | Body::Offer { .. }
            | Body::Sign { .. }
    )
}
