//! Messages with everything that a test does not care about filled in.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use keepclear_line::message::{
    Action, Answer, Body, Commitment, Content, Evidence, Matter, Milestone, Outcome, Topic, Window,
};
use keepclear_line::quantity::{
    DeskId, ExchangeId, Instant, Key, MessageId, Millimetres, NanoDegrees, Words,
};
use keepclear_line::volume::{Altitude, Place, Reference, Shape, Volume};
use keepclear_line::{Subject, Witness};

use super::desk::name;

pub fn words(text: &str) -> Words {
    Words::new(text).unwrap()
}

/// Desk and key of this number.
pub fn witness(number: u8, reads: &[Subject], from: Instant) -> Witness {
    Witness {
        party: name("West Council"),
        desk: DeskId([number; 16]),
        key: Key([number; 32]),
        reads: reads.to_vec(),
        from,
    }
}

pub fn exchange(number: u8) -> ExchangeId {
    ExchangeId([number; 16])
}

pub fn metres(metres: i64) -> Millimetres {
    Millimetres(metres * 1_000)
}

pub fn at(lat: f64, lng: f64) -> Place {
    let angle = |degrees: f64| NanoDegrees((degrees * 1e9) as i64);
    Place { lat: angle(lat), lng: angle(lng) }
}

pub fn window(now: Instant, from_s: u32, for_s: u32) -> Window {
    let from = now.plus_s(from_s);
    Window { from, to: from.plus_s(for_s) }
}

pub fn volume(window: Window, shape: Shape) -> Volume {
    let limit = |metres| Some(Altitude { value_m: metres, reference: Reference::Ellipsoid });
    Volume {
        shape,
        lower: limit(metres(300)),
        upper: limit(metres(900)),
        from: window.from,
        to: window.to,
    }
}

pub fn circle(lng: f64, radius_m: i64) -> Shape {
    Shape::Circle { center: at(47.0, lng), radius_m: metres(radius_m) }
}

pub fn triangle(lng: f64) -> Shape {
    Shape::Polygon { vertices: vec![at(47.0, lng), at(47.0, lng + 0.1), at(47.1, lng)] }
}

/// Fields that fit this matter.
pub fn content(matter: Matter, window: Window) -> Content {
    let action = match matter {
        Matter::Request => Some(Action::Delay { by_s: 240 }),
        Matter::Question => Some(Action::Identify {}),
        Matter::Distress => Some(Action::Assist {}),
        Matter::Notice | Matter::Report => None,
    };
    Content {
        topic: Topic::Flights,
        window,
        volumes: vec![volume(window, circle(9.0, 2_000)), volume(window, triangle(10.0))],
        our_flights: vec![name("NORTH 1")],
        your_flights: vec![],
        action,
    }
}

pub fn open(id: ExchangeId, matter: Matter, window: Window) -> Body {
    Body::Open { exchange: id, matter, content: content(matter, window), words: None }
}

pub fn amend(id: ExchangeId, of: MessageId, matter: Matter, window: Window) -> Body {
    Body::Amend { exchange: id, of, content: content(matter, window), words: None }
}

pub fn withdraw(id: ExchangeId, of: MessageId) -> Body {
    Body::Withdraw { exchange: id, of, words: None }
}

pub fn answer(id: ExchangeId, of: MessageId, answer: Answer) -> Body {
    Body::Answer { exchange: id, of, answer, covers: vec![name("all units")], words: None }
}

pub fn acknowledge(id: ExchangeId, of: MessageId) -> Body {
    Body::Acknowledge { exchange: id, of }
}

pub fn statement(id: ExchangeId, text: &str) -> Body {
    Body::Statement { exchange: id, of: None, words: words(text) }
}

pub fn end(id: ExchangeId) -> Body {
    Body::End { exchange: id, words: None }
}

pub fn commitment(by: DeskId, window: Window) -> Commitment {
    let milestone = |number: u8, deadline| Milestone {
        number,
        what: words("clear of the area"),
        deadline,
        evidence: Evidence::Report,
    };
    let middle = Instant((window.from.0 + window.to.0) / 2);
    Commitment {
        by,
        action: Action::StayClear {},
        window,
        flights: vec![name("SOUTH 7")],
        volumes: vec![volume(window, circle(9.0, 2_000))],
        milestones: vec![milestone(1, middle), milestone(2, window.to)],
    }
}

pub fn offer(id: ExchangeId, commitment: &Commitment) -> Body {
    Body::Offer { exchange: id, commitment: commitment.clone() }
}

pub fn sign(id: ExchangeId, of: MessageId, commitment: &Commitment) -> Body {
    Body::Sign { exchange: id, of, commitment: commitment.clone() }
}

pub fn progress(id: ExchangeId, of: MessageId, milestone: u8, outcome: Outcome) -> Body {
    Body::Progress { exchange: id, of, milestone, outcome, evidence: None }
}
