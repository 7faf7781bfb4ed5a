//! What somebody at a desk might say next: mostly sensible, often too late, now and then nonsense.

use keepclear_line::message::{Answer, Body, Matter, MessageKind, Outcome};
use keepclear_line::quantity::{DeskId, ExchangeId, Fingerprint, Instant, Key, MessageId};
use keepclear_line::terms::Terms;
use keepclear_line::view::{CertificateView, ExchangeState, ExchangeView, Side};
use keepclear_line::{Certificate, Subject};

use super::chance::Chance;
use crate::bodies::{
    acknowledge, amend, answer, commitment, content, end, offer, open, progress, sign, statement,
    window, withdraw, witness, words,
};
use crate::desk::{Desk, name};

const MATTERS: [Matter; 5] =
    [Matter::Notice, Matter::Request, Matter::Question, Matter::Report, Matter::Distress];

pub fn body(chance: &mut Chance, desk: &Desk, now: Instant) -> Option<Body> {
    let exchanges = desk.exchanges(now);
    let over = |state| matches!(state, ExchangeState::Ended | ExchangeState::Withdrawn);
    let going: Vec<_> = exchanges.iter().filter(|exchange| !over(exchange.state)).collect();
    match chance.below(100) {
        0..6 => of_the_line(chance, desk, now),
        _ if going.len() < 2 || (going.len() < 6 && chance.one_in(8)) => {
            Some(opens(chance, desk, now))
        }
        6..12 => chance.pick(&exchanges).map(|exchange| within(chance, desk, exchange, now)),
        _ => chance.pick(&going).map(|exchange| within(chance, desk, exchange, now)),
    }
}

fn drawn_window(chance: &mut Chance, now: Instant) -> keepclear_line::message::Window {
    let (from_s, for_s) = (chance.below(1_800) as u32, 30 + chance.below(1_200) as u32);
    window(now, from_s, for_s)
}

fn opens(chance: &mut Chance, desk: &Desk, now: Instant) -> Body {
    let id = ExchangeId(chance.octets());
    let window = drawn_window(chance, now);
    match chance.below(8) {
        0 => Body::Test { exchange: id, phrase: 1 + chance.below(12) as u8 },
        1 | 2 => offer(id, &commitment(desk.charter.them.desk, window)),
        _ => open(id, *chance.pick(&MATTERS).unwrap(), window),
    }
}

fn of_the_line(chance: &mut Chance, desk: &Desk, now: Instant) -> Option<Body> {
    Some(match chance.below(23) {
        0 => Body::Suspend { words: words("exercise pause") },
        1..8 => Body::Resume {},
        8 => {
            Body::HandOver { role: name("second watch"), at: now.plus_s(chance.below(600) as u32) }
        }
        9..12 => {
            let mut terms = Terms::default();
            terms.request.answer_s = 300 + 300 * chance.below(2) as u32;
            Body::ProposeTerms { terms }
        }
        12 => of_a_witness(chance, desk, now),
        13 => Body::ProposeKey { key: Key(chance.octets()) },
        14 => Body::ProposeCertificate { certificate: Certificate(chance.octets::<32>().to_vec()) },
        15..19 => {
            let CertificateView { fingerprint, proposal: of, .. } =
                desk.view(now).their_certificate?;
            let other = Fingerprint([0; 32]);
            let fingerprint = if chance.one_in(4) { other } else { fingerprint };
            Body::AcceptCertificate { of, fingerprint }
        }
        _ => {
            let proposed = desk.view(now).their_key?;
            let key = if chance.one_in(4) { Key([0; 32]) } else { proposed.key };
            Body::AcceptKey { of: proposed.proposal, key }
        }
    })
}

/// One of two desks, named alike most of the time, or dismissed.
fn of_a_witness(chance: &mut Chance, desk: &Desk, now: Instant) -> Body {
    let number = 3 + chance.below(2) as u8;
    if chance.one_in(4) {
        return Body::DismissWitness { desk: DeskId([number; 16]), words: None };
    }
    let views = desk.view(now).witnesses;
    let theirs = views.into_iter().find(|view| view.desk == DeskId([number; 16]));
    let drawn = witness(number, &[*chance.pick(&Subject::ALL).unwrap()], now);
    Body::NameWitness { witness: theirs.and_then(|view| view.theirs).unwrap_or(drawn) }
}

fn answers(chance: &mut Chance, matter: Matter, now: Instant) -> Answer {
    match chance.below(9) {
        0..3 => Answer::Agreed {},
        3 => Answer::Declined {},
        4 => Answer::NotOurs {},
        5 => Answer::CannotSay {},
        6 => Answer::StandBy { until: Some(now.plus_s(60)) },
        7 => Answer::ReferredUp { to: name("the council") },
        _ => Answer::Counter { content: content(matter, drawn_window(chance, now)) },
    }
}

/// The message that a sensible person would name, or any other.
fn named(
    chance: &mut Chance,
    exchange: &ExchangeView,
    likely: impl Fn(Side, MessageKind) -> bool,
) -> MessageId {
    let fits = |message: &&_| {
        let message: &keepclear_line::view::MessageView = message;
        likely(message.side, message.kind)
    };
    let last = exchange.messages.iter().rev().find(fits);
    match last {
        Some(last) if !chance.one_in(6) => last.id,
        _ => chance.pick(&exchange.messages).map_or(MessageId([9; 32]), |message| message.id),
    }
}

fn within(chance: &mut Chance, desk: &Desk, exchange: &ExchangeView, now: Instant) -> Body {
    let id = exchange.id;
    let matter = exchange.matter.unwrap_or(Matter::Notice);
    let proposes =
        |kind| matches!(kind, MessageKind::Open | MessageKind::Amend | MessageKind::Answer);
    if exchange.matter.is_none()
        && let Some(Body::Test { phrase, .. }) = exchange.messages.first().map(|first| &*first.body)
        && !chance.one_in(6)
    {
        let phrase = if chance.one_in(4) { phrase % 12 + 1 } else { *phrase };
        let of = named(chance, exchange, |_, kind| kind == MessageKind::Test);
        return Body::TestAnswer { exchange: id, of, phrase };
    }
    match chance.below(30) {
        0..9 => {
            let of = named(chance, exchange, |side, kind| side == Side::Them && proposes(kind));
            answer(id, of, answers(chance, matter, now))
        }
        9..12 => {
            let of = named(chance, exchange, |side, kind| {
                side == Side::Us && matches!(kind, MessageKind::Open | MessageKind::Amend)
            });
            amend(id, of, matter, drawn_window(chance, now))
        }
        12 => withdraw(id, named(chance, exchange, |side, _| side == Side::Us)),
        13 => end(id),
        14 => statement(id, "our own words"),
        15..18 => {
            let of = named(chance, exchange, |side, kind| {
                side == Side::Them
                    && !matches!(kind, MessageKind::Acknowledge | MessageKind::Dispute)
            });
            acknowledge(id, of)
        }
        18..21 => offer(id, &commitment(desk.charter.us.desk, drawn_window(chance, now))),
        21..27 => signs(chance, exchange),
        _ => progresses(chance, exchange),
    }
}

fn signs(chance: &mut Chance, exchange: &ExchangeView) -> Body {
    let id = exchange.id;
    let offered = exchange.messages.iter().rev().find_map(|message| match &*message.body {
        Body::Offer { commitment, .. } => Some((message.id, commitment.clone())),
        _ => None,
    });
    let Some((of, mut commitment)) = offered else { return statement(id, "nothing to sign") };
    if chance.one_in(6) {
        commitment.flights.push(name("STOWAWAY"));
    }
    sign(id, of, &commitment)
}

fn progresses(chance: &mut Chance, exchange: &ExchangeView) -> Body {
    let Some(commitment) = &exchange.commitment else {
        return statement(exchange.id, "nothing was promised");
    };
    let outcome = if chance.one_in(4) { Outcome::Missed } else { Outcome::Reached };
    progress(exchange.id, commitment.offer, 1 + chance.below(3) as u8, outcome)
}
