//! One message.

use super::content::{commitment, content};
use super::rendered::{Page, RenderedLine};
use super::{Ends, Language, Phrase, datum};
use crate::message::{Answer, Body, Content, Difference, Matter, MessageKind, ReadBack};
use crate::quantity::{MessageId, Name, Words};
use crate::terms::{Terms, Times};
use crate::view::Side;
use crate::witness::Witness;

/// What `speaker` said, for a reader at our end.
pub fn render(
    body: &Body,
    ends: &Ends<'_>,
    speaker: Side,
    language: Language,
) -> Vec<RenderedLine> {
    let mut page = Page::new(language);
    if ends.exercise {
        page.heading(Phrase::EXERCISE);
    }
    page.says(Phrase::MESSAGE, kind(body));
    page.words(Phrase::SAID_BY, ends.name(speaker));
    page.words(Phrase::SAID_TO, ends.name(speaker.other()));
    if let Some(exchange) = body.exchange() {
        page.datum(Phrase::EXCHANGE, exchange.to_string());
    }
    Message { ends, speaker }.body(&mut page, body);
    page.into_lines()
}

/// Its kind; of an opening, what is opened.
pub fn kind(body: &Body) -> Phrase {
    match body {
        Body::Open { matter, .. } => Phrase::from(*matter),
        _ => Phrase::from(body.kind()),
    }
}

/// Who said what is being rendered.
pub(super) struct Message<'a> {
    pub(super) ends: &'a Ends<'a>,
    pub(super) speaker: Side,
}

impl Message<'_> {
    /// Everything after the kind, the two names and the exchange.
    pub(super) fn body(&self, page: &mut Page, body: &Body) {
        match body {
            Body::Test { exchange: _, phrase } => test(page, *phrase),
            Body::TestAnswer { exchange: _, of, phrase } => {
                refers(page, Some(*of));
                test(page, *phrase);
            }
            Body::Open { exchange: _, matter: _, content, words } => {
                self.fields(page, content, words.as_ref());
            }
            Body::Amend { exchange: _, of, content, words } => {
                refers(page, Some(*of));
                self.fields(page, content, words.as_ref());
            }
            Body::Withdraw { exchange: _, of, words } => {
                refers(page, Some(*of));
                self.words(page, words.as_ref());
            }
            Body::Answer { exchange: _, of, answer, covers, words } => {
                refers(page, Some(*of));
                self.answer(page, answer, covers);
                self.words(page, words.as_ref());
            }
            Body::Statement { exchange: _, of, words } => {
                refers(page, *of);
                self.words(page, Some(words));
            }
            Body::Offer { exchange: _, commitment: promise } => {
                commitment(page, self.ends, promise);
                page.heading(Phrase::BOTH_MUST_SIGN);
            }
            Body::Sign { exchange: _, of, commitment: promise } => {
                refers(page, Some(*of));
                commitment(page, self.ends, promise);
            }
            Body::Progress { exchange: _, of, milestone, outcome, evidence } => {
                refers(page, Some(*of));
                page.says(Phrase::MILESTONE.numbered(milestone), Phrase::from(*outcome));
                self.words(page, evidence.as_ref());
            }
            Body::Acknowledge { exchange: _, of } => {
                refers(page, Some(*of));
                page.heading(Phrase::ACKNOWLEDGED_NOT_AGREED);
            }
            Body::End { exchange: _, words } => self.words(page, words.as_ref()),
            Body::Receipt { of, stored_at, read_back } => {
                refers(page, Some(*of));
                page.datum(Phrase::STORED_AT, datum::time(*stored_at));
                if let Some(read_back) = read_back {
                    self.read_back(page, read_back);
                }
                page.heading(Phrase::MACHINE_RECEIPT);
            }
            Body::Dispute { of, differences: found } => {
                refers(page, Some(*of));
                differences(page, found);
            }
            Body::Suspend { words } => {
                self.words(page, Some(words));
                page.heading(Phrase::SUSPENDED_STILL_CARRIES);
            }
            Body::Resume {} => {}
            Body::HandOver { role, at } => {
                page.words(Phrase::ON_WATCH, role);
                page.datum(Phrase::FROM, datum::time(*at));
            }
            Body::ProposeTerms { terms: proposed } => {
                terms(page, proposed);
                page.heading(Phrase::BOTH_MUST_PROPOSE);
            }
            Body::ProposeKey { key } => page.datum(Phrase::KEY, key.to_string()),
            Body::AcceptKey { of, key } => {
                refers(page, Some(*of));
                page.datum(Phrase::KEY, key.to_string());
            }
            Body::ProposeCertificate { certificate } => {
                page.datum(Phrase::FINGERPRINT, certificate.fingerprint().to_string());
            }
            Body::AcceptCertificate { of, fingerprint } => {
                refers(page, Some(*of));
                page.datum(Phrase::FINGERPRINT, fingerprint.to_string());
            }
            Body::Checkpoint { note } => page.datum(Phrase::NOTE, datum::harmless(note)),
            Body::NameWitness { witness: named } => {
                witness(page, named);
                page.heading(Phrase::BOTH_MUST_NAME);
            }
            Body::DismissWitness { desk, words } => {
                page.datum(Phrase::WITNESS_DESK, desk.to_string());
                self.words(page, words.as_ref());
                page.heading(Phrase::WITNESS_READS_NO_MORE);
            }
        }
    }

    fn fields(&self, page: &mut Page, fields: &Content, words: Option<&Words>) {
        content(page, self.ends, self.speaker, fields);
        self.words(page, words);
    }

    fn words(&self, page: &mut Page, words: Option<&Words>) {
        if let Some(words) = words {
            page.words(Phrase::OWN_WORDS_OF.of(self.ends.name(self.speaker)), words);
        }
    }

    fn answer(&self, page: &mut Page, answer: &Answer, covers: &[Name]) {
        page.says(Phrase::ANSWER, Phrase::from(answer));
        self.answer_details(page, answer);
        for covered in covers {
            page.words(Phrase::COVERS, covered);
        }
    }

    /// What an answer carries beside its kind.
    pub(super) fn answer_details(&self, page: &mut Page, answer: &Answer) {
        page.nested(|page| match answer {
            Answer::Counter { content: proposed } => {
                content(page, self.ends, self.speaker, proposed);
            }
            Answer::StandBy { until } => page.known(Phrase::ANSWER_BY, until.map(datum::time)),
            Answer::ReferredUp { to } => page.words(Phrase::REFERRED_TO, to),
            Answer::Agreed {} | Answer::Declined {} | Answer::NotOurs {} | Answer::CannotSay {} => {
            }
        });
    }

    /// What this side holds of what the other side said: the fields are still the other side's.
    fn read_back(&self, page: &mut Page, read_back: &ReadBack) {
        page.heading(Phrase::HELD_BY.of(self.ends.name(self.speaker)));
        let said = Message { ends: self.ends, speaker: self.speaker.other() };
        page.nested(|page| match read_back {
            ReadBack::Content { content, words } => said.fields(page, content, words.as_ref()),
            ReadBack::Commitment { commitment: promise } => {
                commitment(page, self.ends, promise);
            }
        });
    }
}

fn refers(page: &mut Page, of: Option<MessageId>) {
    if let Some(of) = of {
        page.datum(Phrase::REFERS_TO, datum::message(of));
    }
}

fn test(page: &mut Page, number: u8) {
    match Phrase::of_test(number) {
        Some(text) => page.says(Phrase::TEST_TEXT, text.numbered(number)),
        None => page.explained(Phrase::TEST_TEXT, number.to_string(), Phrase::NOT_KNOWN),
    }
}

/// What a receiver holds otherwise than it was sent.
pub(super) fn differences(page: &mut Page, differences: &[Difference]) {
    for Difference { field, sent, read_back, apart_m } in differences {
        page.datum(Phrase::DIFFERENCE, datum::harmless(field));
        page.nested(|page| {
            page.datum(Phrase::SENT, datum::harmless(sent));
            page.datum(Phrase::STORED, datum::harmless(read_back));
            if let Some(apart) = apart_m {
                page.datum(Phrase::APART, datum::length(*apart));
            }
        });
    }
}

/// A third party, and what it may read.
pub(super) fn witness(page: &mut Page, witness: &Witness) {
    let Witness { party, desk, key, reads, from } = witness;
    page.words(Phrase::WITNESS, party);
    page.datum(Phrase::WITNESS_DESK, desk.to_string());
    page.datum(Phrase::KEY, key.to_string());
    for subject in reads {
        page.says(Phrase::WITNESS_READS, Phrase::from(*subject));
    }
    page.datum(Phrase::WITNESS_FROM, datum::time(*from));
}

/// Agreed or proposed times.
pub(super) fn terms(page: &mut Page, terms: &Terms) {
    let Terms {
        distress,
        notice,
        request,
        question,
        report,
        commitment,
        test,
        notice_given_s,
        telephone_s,
        test_every_s,
        clock_apart_ms,
    } = terms;
    let kinds = [
        (Phrase::from(Matter::Distress), distress),
        (Matter::Notice.into(), notice),
        (Matter::Request.into(), request),
        (Matter::Question.into(), question),
        (Matter::Report.into(), report),
        (Phrase::COMMITMENT, commitment),
        (MessageKind::Test.into(), test),
    ];
    for (kind, Times { receipt_s, answer_s }) in kinds {
        page.heading(kind);
        page.nested(|page| {
            page.datum(Phrase::RECEIPT_WITHIN, datum::duration((*receipt_s).into()));
            page.datum(Phrase::ANSWER_WITHIN, datum::duration((*answer_s).into()));
        });
    }
    page.datum(Phrase::NOTICE_LEAST, datum::duration((*notice_given_s).into()));
    page.datum(Phrase::TELEPHONE_AFTER, datum::duration((*telephone_s).into()));
    page.datum(Phrase::TEST_EVERY, datum::duration((*test_every_s).into()));
    page.datum(Phrase::CLOCKS_MAY_DIFFER, datum::thousandths((*clock_apart_ms).into(), false));
}
