//! What must hold: of what a person sees, at every step; of both desks, once the network has healed.

use std::collections::BTreeSet;

use keepclear_line::message::Body;
use keepclear_line::quantity::{ExchangeId, Instant, MessageId};
use keepclear_line::view::{
    CommitmentView, ExchangeState, ExchangeView, LineView, MessageView, OpenItem, Side,
    WitnessState, WitnessView,
};

use super::obvious::Obvious;
use crate::desk::{Desk, Fact, Record};

/// Whatever one desk shows of the other is in the other's journal at this moment, or is shown as not
/// known. Answers the states that were shown.
pub fn what_is_shown_is_true(desks: &[Desk; 2], who: usize, now: Instant) -> Vec<ExchangeState> {
    let (here, there) = (&desks[who], &desks[1 - who]);
    let wrong: BTreeSet<_> = here.wrong.union(&there.wrong).copied().collect();
    let held_there: BTreeSet<_> = there.facts.iter().map(|fact| fact.stamp.message).collect();
    let view = here.view(now);
    assert_eq!(view.faults, [], "an honest desk was blamed");
    for witness in &view.witnesses {
        witness_is_true(witness, there);
    }
    let exchanges = here.exchanges(now);
    for exchange in &exchanges {
        late_or_ours_is_an_alarm(exchange, &view);
        for message in &exchange.messages {
            message_is_true(message, exchange, &held_there, &wrong);
        }
        state_is_true(exchange, here, there, &held_there, &wrong);
    }
    exchanges.iter().map(|exchange| exchange.state).collect()
}

/// What is kept up to date is what a desk that looks at everything finds.
pub fn the_rows_are_those_of_a_fresh_look(desk: &mut Desk, now: Instant) {
    desk.bring_rows_up_to_date(now);
    let kept = desk.rows.iter().map(|row| (row.brief.clone(), row.alarms.clone()));
    let mut wanted = desk.line.wanted_ids(now);
    wanted.sort_unstable();
    let fresh = wanted.iter().filter_map(|&id| desk.line.row(id, now));
    let fresh: Vec<_> = fresh.map(|row| (row.brief, row.alarms)).collect();
    assert_eq!(kept.collect::<Vec<_>>(), fresh);
    let waiting = fresh.iter().filter(|(brief, _)| brief.waits_for_us().is_some());
    assert_eq!(desk.rows.waiting(), waiting.count());
    for (brief, _) in &fresh {
        let view = desk.exchange(brief.id, now);
        assert_eq!((brief.state, &brief.open, brief.turn), (view.state, &view.open, view.turn));
        assert_eq!(brief.last.id, view.messages.last().unwrap().id);
    }
}

/// Whoever reads was named so by both, and the other end has both words.
fn witness_is_true(view: &WitnessView, there: &Desk) {
    if view.state != WitnessState::InForce {
        return;
    }
    let named = view.ours.as_ref().expect("this side names it");
    for north in [true, false] {
        let mut said = there.facts.iter().filter(|fact| fact.north == north);
        let so =
            |fact: &Fact| matches!(&fact.body, Body::NameWitness { witness } if witness == named);
        assert!(said.any(so), "in force here alone: {view:?}");
    }
}

/// Nothing that is late or waits for us goes without an alarm.
fn late_or_ours_is_an_alarm(exchange: &ExchangeView, view: &LineView) {
    let Some(open) = &exchange.open else { return };
    let ours = open.waits_for == Side::Us && open.answer_due.is_some();
    let alarm = view.alarms.iter().any(|alarm| alarm.exchange == Some(exchange.id));
    assert!(alarm || !(ours || open.overdue), "nobody is called for {exchange:?}");
}

fn message_is_true(
    message: &MessageView,
    exchange: &ExchangeView,
    held_there: &BTreeSet<MessageId>,
    wrong: &BTreeSet<MessageId>,
) {
    if message.delivered_at.is_some() {
        assert!(held_there.contains(&message.id), "shown as delivered, but not there: {message:?}");
    }
    if message.read_back {
        assert!(
            !wrong.contains(&message.id),
            "shown as read back, but put down wrong: {message:?}"
        );
    }
    if message.read_at.is_some() {
        let replies = exchange.messages.iter().filter(|reply| reply.side != message.side);
        let read = replies.filter(|reply| names(&reply.body, message.id));
        let known = read.filter(|reply| held_there.contains(&reply.id)).count();
        assert!(known > 0, "shown as read, which its reader cannot show: {message:?}");
    }
}

fn names(body: &Body, id: MessageId) -> bool {
    match body {
        Body::Answer { of, .. }
        | Body::Acknowledge { of, .. }
        | Body::Sign { of, .. }
        | Body::TestAnswer { of, .. } => *of == id,
        _ => false,
    }
}

fn state_is_true(
    exchange: &ExchangeView,
    here: &Desk,
    there: &Desk,
    held_there: &BTreeSet<MessageId>,
    wrong: &BTreeSet<MessageId>,
) {
    let (id, state) = (exchange.id, exchange.state);
    let ours = Obvious::of(id, &here.facts, wrong);
    let theirs = Obvious::of(id, &there.facts, wrong);
    let is_there =
        |fact: Option<&Fact>| fact.is_some_and(|fact| held_there.contains(&fact.stamp.message));
    match state {
        ExchangeState::Drafted | ExchangeState::Released => {}
        ExchangeState::Withdrawn | ExchangeState::Ended => {
            let over = ours.signed().is_some() || ours.version().is_none();
            assert!(ours.closed() || over, "shown as over, but nobody closed it: {exchange:?}");
        }
        ExchangeState::Disputed => {
            let disputed = exchange.messages.iter().any(|message| wrong.contains(&message.id));
            assert!(disputed, "disputed, but put down right: {exchange:?}");
        }
        ExchangeState::InForce => {
            assert!(
                theirs.closed() || theirs.signed().is_some(),
                "in force here alone: {exchange:?}"
            );
        }
        ExchangeState::Agreed if exchange.commitment.as_ref().is_some_and(|view| view.signed) => {
            assert!(
                theirs.closed() || theirs.signed().is_some(),
                "agreed here alone: {exchange:?}"
            );
        }
        ExchangeState::Agreed | ExchangeState::Answered if ours.version().is_some() => {
            let (decided, _) = ours.decided().expect("an answer decided it");
            assert!(is_there(Some(decided)), "the answer is not there: {exchange:?}");
            let moved_on = theirs.closed()
                || theirs.version().map(|fact| fact.stamp.message)
                    != ours.version().map(|fact| fact.stamp.message);
            let same = theirs.decided().map(|(fact, _)| fact.stamp.message);
            assert!(
                moved_on || same == Some(decided.stamp.message),
                "decided otherwise there: {exchange:?}"
            );
        }
        ExchangeState::Agreed | ExchangeState::Answered => {
            let answered = exchange.messages.iter().filter(|message| {
                matches!(*message.body, Body::TestAnswer { .. }) && held_there.contains(&message.id)
            });
            assert!(answered.count() > 0, "a test's answer is not there: {exchange:?}");
        }
        ExchangeState::ReadBack => {
            assert!(is_there(ours.item()), "not there: {exchange:?}");
            let right = ours.item().is_some_and(|item| !wrong.contains(&item.stamp.message));
            assert!(right, "put down wrong there: {exchange:?}");
        }
        ExchangeState::Acknowledged => {
            let item = ours.item().expect("it has an opening").stamp.message;
            let mut replies = exchange.messages.iter();
            let read = replies.any(|m| names(&m.body, item) && held_there.contains(&m.id));
            assert!(read, "nobody can show to have read it: {exchange:?}");
        }
        ExchangeState::Delivered | ExchangeState::Discussed | ExchangeState::Amended => {
            assert!(is_there(ours.item()), "not there: {exchange:?}");
        }
    }
    if exchange.commitment.as_ref().is_some_and(|commitment| commitment.signed) {
        assert!(theirs.closed() || theirs.signed().is_some(), "signed here alone: {exchange:?}");
    }
    if let Some(given) = exchange.notice_given {
        assert!(is_there(ours.version()), "a notice that did not arrive gave {given:?}");
    }
}

pub fn nothing_is_lost_or_doubled(desks: &[Desk; 2]) {
    for (here, there) in [(&desks[0], &desks[1]), (&desks[1], &desks[0])] {
        let said: Vec<_> =
            here.journal.iter().filter_map(|record| entry_of(record, true)).collect();
        let heard: Vec<_> =
            there.journal.iter().filter_map(|record| entry_of(record, false)).collect();
        for lane in keepclear_line::message::Lane::ALL {
            let in_lane = |records: &[(_, &Vec<u8>)]| -> Vec<Vec<u8>> {
                records
                    .iter()
                    .filter(|(l, _)| *l == lane)
                    .map(|(_, bytes)| (*bytes).clone())
                    .collect()
            };
            assert_eq!(in_lane(&said), in_lane(&heard), "lane {lane:?} differs at its other end");
        }
        let ids: BTreeSet<_> = there.facts.iter().map(|fact| fact.stamp.message).collect();
        assert_eq!(ids.len(), there.journal.len(), "something stands twice in a journal");
    }
}

fn entry_of(record: &Record, ours: bool) -> Option<(keepclear_line::message::Lane, &Vec<u8>)> {
    match record {
        Record::Said { lane, bytes } if ours => Some((*lane, bytes)),
        Record::Heard { lane, bytes, .. } if !ours => Some((*lane, bytes)),
        _ => None,
    }
}

pub fn both_ends_agree(desks: &[Desk; 2], now: Instant) {
    let [north, south] = desks;
    assert!(north.line.duties().is_empty() && south.line.duties().is_empty());
    assert_eq!(north.line.shared_digest(), south.line.shared_digest(), "the digests differ");
    let wrong: BTreeSet<_> = north.wrong.union(&south.wrong).copied().collect();
    let ids: BTreeSet<_> = north.facts.iter().filter_map(|fact| fact.body.exchange()).collect();
    for later_s in [0, 600, 3_600] {
        let now = now.plus_s(later_s);
        for &id in &ids {
            exchange_agrees(id, [north, south], &wrong, now);
        }
        line_agrees(&north.view(now), &south.view(now));
    }
}

fn exchange_agrees(
    id: ExchangeId,
    [north, south]: [&Desk; 2],
    wrong: &BTreeSet<MessageId>,
    now: Instant,
) {
    let (ours, theirs) = (north.exchange(id, now), south.exchange(id, now));
    let obvious = Obvious::of(id, &north.facts, wrong);
    let too_late = obvious.said_too_late();
    assert!(too_late.is_none(), "said to a closed exchange: {too_late:?}");
    let obvious = obvious.state(now);
    assert_eq!(ours.state, obvious, "North shows {ours:?}");
    assert_eq!(theirs.state, obvious, "South shows {theirs:?}");
    assert_eq!(ours.opened_by, theirs.opened_by.other());
    assert_eq!(ours.turn, theirs.turn.map(Side::other), "{ours:?}");
    assert_eq!(ours.open, theirs.open.clone().map(mirrored_item));
    assert_eq!(ours.notice_given, theirs.notice_given, "the ends computed different notice");
    assert_eq!(ours.differences, theirs.differences);
    assert_eq!(ours.commitment, theirs.commitment.clone().map(mirrored_commitment));
    let as_shared = |view: &ExchangeView, mirror: bool| {
        let shared = |m: &MessageView| {
            let side = if mirror { m.side.other() } else { m.side };
            (side, m.id, m.delivered_at, m.read_back, m.read_at, m.sequence)
        };
        let mut shared: Vec<_> = view.messages.iter().map(shared).collect();
        shared.sort();
        shared
    };
    assert_eq!(as_shared(&ours, false), as_shared(&theirs, true));
    if ours.messages.iter().all(|message| !wrong.contains(&message.id)) {
        assert_eq!(ours.content, theirs.content);
    }
}

fn mirrored_item(item: OpenItem) -> OpenItem {
    OpenItem { waits_for: item.waits_for.other(), ..item }
}

fn mirrored_commitment(mut view: CommitmentView) -> CommitmentView {
    view.offered_by = view.offered_by.other();
    for milestone in &mut view.milestones {
        for (side, ..) in &mut milestone.said {
            *side = side.other();
        }
    }
    view
}

fn line_agrees(north: &LineView, south: &LineView) {
    assert_eq!(north.tests.ours_answered_at, south.tests.theirs_answered_at);
    assert_eq!(north.tests.theirs_answered_at, south.tests.ours_answered_at);
    assert_eq!(north.tests.age_s, south.tests.age_s);
    assert_eq!((&north.our_watch, &north.their_watch), (&south.their_watch, &south.our_watch));
    assert_eq!((north.terms, north.terms_agreed), (south.terms, south.terms_agreed));
    assert_eq!((north.our_key, north.their_key), (south.their_key, south.our_key));
    let certificates = (north.our_certificate, north.their_certificate);
    assert_eq!(certificates, (south.their_certificate, south.our_certificate));
    assert_eq!(north.health.suspended_by_us, south.health.suspended_by_them);
    assert_eq!(north.health.suspended_by_them, south.health.suspended_by_us);
}

/// What is not in the journal was never shown.
pub fn a_restart_changes_nothing(desks: &mut [Desk; 2], now: Instant) {
    for desk in desks {
        let (view, digest) = (desk.view(now), desk.line.shared_digest());
        desk.start();
        assert_eq!(desk.line.shared_digest(), digest);
        assert_eq!(desk.view(now), view);
    }
}
