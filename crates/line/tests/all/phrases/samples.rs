//! One message of each kind and more, and what both ends would show of them.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use keepclear_line::message::{
    Action, Answer, Body, Commitment, Content, Difference, Evidence, Lane, Matter, MessageKind,
    Milestone, Outcome, ReadBack, Topic, Window,
};
use keepclear_line::phrases::{End, Ends};
use keepclear_line::quantity::{
    DeskId, ExchangeId, Fingerprint, Instant, Key, MessageId, Millimetres, Name, NanoDegrees, Words,
};
use keepclear_line::terms::Terms;
use keepclear_line::view::{
    Alarm, AlarmKind, AlarmLevel, CertificateView, CommitmentState, CommitmentView, DirectionView,
    ExchangeState, ExchangeView, Fault, HealthView, KeyView, LineState, LineView, MessageView,
    MilestoneView, NotTakenView, NoticeGiven, OpenItem, Shelving, Side, Suspension, TestsView,
    WatchView, WitnessState, WitnessView,
};
use keepclear_line::volume::{Altitude, Place, Reference, Shape, Volume};
use keepclear_line::{Certificate, Subject, Witness};

pub const EXCHANGE: ExchangeId = ExchangeId([7; 16]);
pub const OF: MessageId = MessageId([0xab; 32]);

pub fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

pub fn words(text: &str) -> Words {
    Words::new(text).unwrap()
}

/// Owns the names that [`Ends`] borrows.
pub struct Parties {
    north: Name,
    south: Name,
}

impl Parties {
    pub fn new() -> Self {
        Self { north: name("North Desk"), south: name("مكتب الجنوب") }
    }

    pub fn ends(&self, exercise: bool) -> Ends<'_> {
        Ends {
            us: End { name: &self.north, desk: DeskId([1; 16]) },
            them: End { name: &self.south, desk: DeskId([2; 16]) },
            exercise,
        }
    }
}

/// 2026-11-25T14:20:00Z and so many seconds.
pub fn at(after_s: i64) -> Instant {
    Instant((1_795_616_400 + after_s) * 1_000_000)
}

fn place(lat: i64, lng: i64) -> Place {
    Place { lat: NanoDegrees(lat), lng: NanoDegrees(lng) }
}

fn altitude(metres: i64, reference: Reference) -> Option<Altitude> {
    Some(Altitude { value_m: Millimetres(metres * 1_000), reference })
}

pub fn circle() -> Volume {
    Volume {
        shape: Shape::Circle {
            center: place(48_400_000_000, 9_976_666_667),
            radius_m: Millimetres(9_000_000),
        },
        lower: None,
        upper: altitude(1_500, Reference::SeaLevel),
        from: at(3_600),
        to: at(7_200),
    }
}

pub fn polygon() -> Volume {
    Volume {
        shape: Shape::Polygon {
            vertices: vec![
                place(-33_500_000_000, -70_250_000_000),
                place(-33_600_000_000, -70_250_000_000),
                place(-33_600_000_000, -70_100_000_000),
            ],
        },
        lower: altitude(300, Reference::Ground),
        upper: altitude(3_000, Reference::Pressure),
        from: at(3_600),
        to: at(7_200),
    }
}

pub fn content(topic: Topic, action: Option<Action>) -> Content {
    Content {
        topic,
        window: Window { from: at(3_600), to: at(7_200) },
        volumes: vec![circle(), polygon()],
        our_flights: vec![name("N-101"), name("رحلة ١٠٢")],
        your_flights: vec![name("S-7")],
        action,
    }
}

pub fn commitment() -> Commitment {
    Commitment {
        by: DeskId([2; 16]),
        action: Action::Delay { by_s: 240 },
        window: Window { from: at(3_600), to: at(7_200) },
        flights: vec![name("S-7")],
        volumes: vec![circle()],
        milestones: vec![Milestone {
            number: 1,
            what: words("план изменён"),
            deadline: at(1_800),
            evidence: Evidence::PublishedPlan,
        }],
    }
}

pub const ACTIONS: [Action; 11] = [
    Action::Delay { by_s: 240 },
    Action::Earlier { by_s: 90 },
    Action::Level { by_m: Millimetres(300_000) },
    Action::Level { by_m: Millimetres(-300_000) },
    Action::Sideways { by_m: Millimetres(2_000_000) },
    Action::Sideways { by_m: Millimetres(-2_000_000) },
    Action::StayClear {},
    Action::StayWithin {},
    Action::Identify {},
    Action::Inform {},
    Action::Assist {},
];

fn answers() -> Vec<Answer> {
    vec![
        Answer::Agreed {},
        Answer::Declined {},
        Answer::Counter { content: content(Topic::Conflict, Some(ACTIONS[0])) },
        Answer::StandBy { until: Some(at(600)) },
        Answer::StandBy { until: None },
        Answer::NotOurs {},
        Answer::CannotSay {},
        Answer::ReferredUp { to: name("старший смены") },
    ]
}

/// At least one body of a kind. A new kind does not compile without one.
fn of_kind(kind: MessageKind) -> Vec<Body> {
    let (exchange, of) = (EXCHANGE, OF);
    let said = || Some(words("first line\nвторая строка\nالسطر الثالث"));
    match kind {
        MessageKind::Test => (0..=13).map(|phrase| Body::Test { exchange, phrase }).collect(),
        MessageKind::TestAnswer => vec![Body::TestAnswer { exchange, of, phrase: 7 }],
        MessageKind::Open => ACTIONS
            .into_iter()
            .map(|action| Body::Open {
                exchange,
                matter: Matter::Request,
                content: content(Topic::Conflict, Some(action)),
                words: said(),
            })
            .collect(),
        MessageKind::Amend => {
            vec![Body::Amend { exchange, of, content: content(Topic::Line, None), words: None }]
        }
        MessageKind::Withdraw => vec![Body::Withdraw { exchange, of, words: said() }],
        MessageKind::Answer => answers()
            .into_iter()
            .map(|answer| {
                let covers = vec![name("Wing 3"), name("Все экипажи")];
                Body::Answer { exchange, of, answer, covers, words: said() }
            })
            .collect(),
        MessageKind::Statement => {
            vec![Body::Statement { exchange, of: Some(of), words: words("a word") }]
        }
        MessageKind::Offer => vec![Body::Offer { exchange, commitment: commitment() }],
        MessageKind::Sign => vec![Body::Sign { exchange, of, commitment: commitment() }],
        MessageKind::Progress => vec![Body::Progress {
            exchange,
            of,
            milestone: 1,
            outcome: Outcome::Missed,
            evidence: said(),
        }],
        MessageKind::Acknowledge => vec![Body::Acknowledge { exchange, of }],
        MessageKind::End => vec![Body::End { exchange, words: said() }],
        MessageKind::Receipt => {
            let content = ReadBack::Content { content: content(Topic::Flights, None), words: None };
            let commitment = ReadBack::Commitment { commitment: commitment() };
            [Some(content), Some(commitment), None]
                .into_iter()
                .map(|read_back| Body::Receipt { of, stored_at: at(1), read_back })
                .collect()
        }
        MessageKind::Dispute => vec![Body::Dispute { of, differences: vec![difference()] }],
        MessageKind::Suspend => vec![Body::Suspend { words: words("maintenance") }],
        MessageKind::Resume => vec![Body::Resume {}],
        MessageKind::HandOver => vec![Body::HandOver { role: name("watch B"), at: at(60) }],
        MessageKind::ProposeTerms => vec![Body::ProposeTerms { terms: Terms::default() }],
        MessageKind::ProposeKey => vec![Body::ProposeKey { key: Key([5; 32]) }],
        MessageKind::AcceptKey => vec![Body::AcceptKey { of, key: Key([5; 32]) }],
        MessageKind::ProposeCertificate => {
            vec![Body::ProposeCertificate { certificate: Certificate(vec![5; 400]) }]
        }
        MessageKind::AcceptCertificate => {
            vec![Body::AcceptCertificate { of, fingerprint: Fingerprint([5; 32]) }]
        }
        MessageKind::NameWitness => vec![Body::NameWitness { witness: witness() }],
        MessageKind::DismissWitness => [said(), None]
            .into_iter()
            .map(|words| Body::DismissWitness { desk: witness().desk, words })
            .collect(),
        MessageKind::Checkpoint => vec![Body::Checkpoint { note: "origin\n12\nroot\n".into() }],
    }
}

pub fn bodies() -> Vec<Body> {
    MessageKind::ALL.iter().flat_map(|&kind| of_kind(kind)).collect()
}

pub fn witness() -> Witness {
    Witness {
        party: name("مجلس الغرب"),
        desk: DeskId([3; 16]),
        key: Key([6; 32]),
        reads: Subject::ALL.to_vec(),
        from: at(0),
    }
}

/// A witness in each state, named by whom that state says.
fn witnesses() -> Vec<WitnessView> {
    let view = |state, ours: bool, theirs: bool| WitnessView {
        desk: witness().desk,
        state,
        ours: ours.then(witness),
        theirs: theirs.then(witness),
        since: at(-10),
    };
    vec![
        view(WitnessState::ProposedByUs, true, false),
        view(WitnessState::ProposedByThem, false, true),
        view(WitnessState::NamedDifferently, true, true),
        view(WitnessState::InForce, true, true),
        view(WitnessState::Dismissed, false, true),
    ]
}

pub fn difference() -> Difference {
    Difference {
        field: "volumes[0].shape.center".into(),
        // A peer's desk may write what it likes.
        sent: "48.4\u{202e}".into(),
        read_back: "48.481\n9.97".into(),
        apart_m: Some(Millimetres(9_007_000)),
    }
}

fn message(side: Side, body: Body) -> MessageView {
    MessageView {
        id: OF,
        side,
        lane: Lane::Ordinary,
        sequence: 12,
        kind: body.kind(),
        role: Some(name("duty officer")),
        sent_at: at(0),
        delivered_at: (side == Side::Us).then(|| at(1)),
        read_back: side == Side::Us,
        read_at: None,
        body: body.into(),
    }
}

/// An exchange that has everything that one can have.
pub fn exchange(state: ExchangeState, commitment_state: CommitmentState) -> ExchangeView {
    let counter = content(Topic::Conflict, Some(ACTIONS[2]));
    let answer = Answer::Counter { content: counter.clone() };
    let covers = vec![name("Wing 3")];
    let counter_body = Body::Answer { exchange: EXCHANGE, of: OF, answer, covers, words: None };
    let first = content(Topic::Conflict, Some(ACTIONS[0]));
    let open =
        Body::Open { exchange: EXCHANGE, matter: Matter::Request, content: first, words: None };
    let said = vec![(Side::Us, Outcome::Reached, at(9)), (Side::Them, Outcome::Missed, at(10))];
    ExchangeView {
        id: EXCHANGE,
        matter: Some(Matter::Request),
        opened_by: Side::Us,
        opened_at: at(0),
        state,
        turn: Some(Side::Us),
        open: Some(OpenItem {
            message: OF,
            waits_for: Side::Us,
            held: Some(Answer::ReferredUp { to: name("chief") }),
            receipt_due: Some(at(60)),
            answer_due: Some(at(600)),
            overdue: true,
        }),
        content: Some(counter),
        said_by: Some(Side::Them),
        countered: true,
        notice_given: Some(NoticeGiven { given_s: 58, agreed_s: 600, short: true }),
        commitment: Some(CommitmentView {
            commitment: commitment(),
            offer: OF,
            offered_by: Side::Us,
            signed: false,
            state: commitment_state,
            milestones: vec![
                MilestoneView { number: 1, said, contested: true, due: false },
                MilestoneView { number: 2, said: Vec::new(), contested: false, due: true },
            ],
        }),
        differences: vec![difference()],
        earlier: 3,
        messages: vec![message(Side::Us, open), message(Side::Them, counter_body)],
    }
}

pub fn alarm(level: AlarmLevel, kind: AlarmKind, due: Instant) -> Alarm {
    Alarm {
        key: "key".into(),
        level,
        kind,
        exchange: Some(EXCHANGE),
        since: at(0),
        due: Some(due),
        shelved: Some(Shelving {
            reason: words("called them"),
            until: at(900),
            role: name("watch A"),
        }),
    }
}

pub fn line(state: LineState) -> LineView {
    let suspension = || Some(Suspension { since: at(-60), words: words("тех. работы") });
    LineView {
        party: name("مكتب الجنوب"),
        desk: DeskId([2; 16]),
        exercise: true,
        now: at(0),
        health: HealthView {
            state,
            inbound: DirectionView { heard_at: Some(at(-1)), silent: false },
            outbound: DirectionView { heard_at: None, silent: true },
            suspended_by_us: suspension(),
            suspended_by_them: suspension(),
            clock_apart_ms: Some(-1_250),
            round_trip_ms: Some(600),
            outbox: 3,
            not_taken: Some(NotTakenView {
                lane: Lane::Ordinary,
                entry: 17,
                reason: words("not signed by the key of its lane"),
                since: at(-20),
            }),
        },
        tests: TestsView {
            ours_answered_at: Some(at(-30_000)),
            theirs_answered_at: None,
            age_s: None,
            overdue: true,
        },
        our_watch: Some(WatchView { role: name("watch A"), since: at(-600) }),
        their_watch: None,
        terms: Terms::default(),
        terms_agreed: false,
        our_terms: Some(Terms::default()),
        their_terms: None,
        our_key: Some(KeyView {
            key: Key([5; 32]),
            proposal: OF,
            proposed_at: at(-90),
            accepted_at: None,
        }),
        their_key: None,
        our_certificate: None,
        their_certificate: Some(CertificateView {
            fingerprint: Fingerprint([6; 32]),
            proposal: OF,
            proposed_at: at(-80),
            accepted_at: Some(at(-70)),
        }),
        witnesses: witnesses(),
        alarms: Vec::new(),
        faults: vec![Fault { message: OF, at: at(-5), reason: "answers its own message".into() }],
    }
}

/// The messages whose texts a person reads in review.
pub fn reviewed() -> BTreeMap<&'static str, (Side, Body)> {
    let open = |matter, content, words: Option<&str>| Body::Open {
        exchange: EXCHANGE,
        matter,
        content,
        words: words.map(self::words),
    };
    let mut notice = content(Topic::UncrewedFlights, None);
    notice.volumes = vec![circle()];
    notice.your_flights.clear();
    let mut request = content(Topic::Conflict, Some(ACTIONS[0]));
    request.volumes = vec![polygon()];
    let mut distress = content(Topic::Accident, Some(Action::Assist {}));
    distress.volumes = vec![circle()];
    distress.our_flights = vec![name("S-9")];
    distress.your_flights.clear();
    let (notice_said, distress_said) = ("Survey of the river.", "Два человека на борту.");
    BTreeMap::from([
        ("notice", (Side::Us, open(Matter::Notice, notice, Some(notice_said)))),
        ("request", (Side::Us, open(Matter::Request, request, None))),
        ("commitment", (Side::Them, Body::Offer { exchange: EXCHANGE, commitment: commitment() })),
        ("distress", (Side::Them, open(Matter::Distress, distress, Some(distress_said)))),
    ])
}
