//! What a party gives to this desk as a witness: judged before anything of it is written.
//!
//! A hash that was given for a withheld entry is a party's word until a signed entry that follows it
//! says the same. So where two givers differ the witness cannot say who is right: it keeps what came
//! first, and names both.

mod lane;

use std::sync::Arc;

use keepclear_line::Body;
use keepclear_line::codec::check_body;
use keepclear_line::message::Mark;
use keepclear_line::quantity::{DeskId, Key};
use keepclear_line::view::Side;

use super::budget::Flow;
use super::heard::digest_of;
use super::witness_protocol::{Answered, Asked, Given};
use crate::card::line_id;
use crate::engine::{Request, Shared};
use crate::journal::{
    Item, LANES, LINES_MAX, Standing, State, Suspected, SuspicionKind, Witnessed,
    WitnessedDifference, WitnessedEnd, WitnessedFacts, WitnessedLine, WitnessedNaming, message_of,
};

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// The peer gives something of at least one line.
    pub gives: bool,
    /// It has more than it gave, and something of what it gave was taken.
    pub more: bool,
}

/// Judges an answer, has what is good of it written, and notes what is wrong.
pub async fn take_in(shared: &Arc<Shared>, giver: DeskId, asked: Asked, answer: Answered) -> Taken {
    let shared = Arc::clone(shared);
    // Whoever asked may be stopped at any moment; the next one must not come in before this is written.
    let taking = tokio::spawn(async move { take_alone(&shared, giver, &asked, answer).await });
    taking.await.unwrap_or(Taken { gives: false, more: false })
}

async fn take_alone(shared: &Shared, giver: DeskId, asked: &Asked, mut answer: Answered) -> Taken {
    let _alone = shared.witnessing.lock().await;
    let gives = !answer.lines.is_empty();
    let whole = within_budget(shared, giver, &mut answer);
    let lines = shared.read(|state| {
        let lines = answer.lines.into_iter().map(|given| Prepared::of(state, giver, asked, given));
        lines.collect::<Vec<_>>()
    });
    let judged = tokio::task::spawn_blocking(move || judge(giver, lines)).await;
    let Judged { mut witnessed, suspicions, mut more, given } = judged.unwrap_or_default();
    witnessed.extend(shared.read(|state| ended(state, giver, &given)));
    if !witnessed.is_empty()
        && let Err(error) = shared.submit(Request::Witness(witnessed)).await
    {
        tracing::warn!(%giver, %error, "what was given to a witness was not written down");
        more = false;
    }
    for suspected in suspicions {
        shared.suspect(suspected).await;
    }
    Taken { gives, more: more && whole }
}

/// Leaves of each lane what may be written for the giver now; the rest is asked for again. Whether it was
/// all.
fn within_budget(shared: &Shared, giver: DeskId, answer: &mut Answered) -> bool {
    let link = shared.links.to(giver);
    let mut whole = true;
    for lane in answer.lines.iter_mut().flat_map(|given| &mut given.lanes) {
        let fits = |item: &&Item| link.admits(Flow::Witnessed, item.size());
        let count = lane.items.iter().take_while(fits).count();
        whole &= count == lane.items.len();
        lane.items.truncate(count);
    }
    whole
}

/// Lines that the giver gave before and gives no more.
fn ended(state: &State, giver: DeskId, given: &[[u8; 16]]) -> Vec<Witnessed> {
    let before = state.witnessed().given_by(giver);
    let gone = before
        .filter(|(line, standing)| standing.ended.is_none() && !given.contains(&line.facts().line));
    gone.map(|(line, _)| Witnessed::Ended(WitnessedEnd { giver, line: line.facts().line }))
        .collect()
}

/// What is given of one line, and what it is held against.
struct Prepared {
    given: Given,
    standing: Result<Against, String>,
}

/// What a line's four lanes are held against.
struct Against {
    /// What was agreed is not what was known, or nothing was known.
    named: bool,
    /// After which place each lane was asked for.
    after: [u64; LANES],
    /// None for a lane of which nothing more is taken from this giver.
    lanes: [Option<Standing>; LANES],
    /// How much of each lane is held, and how far it is being looked through anew.
    again: [Option<u64>; LANES],
    /// What is held where the giver's lanes end.
    heads: [Option<Mark>; LANES],
}

#[derive(Default)]
struct Judged {
    witnessed: Vec<Witnessed>,
    suspicions: Vec<Suspected>,
    more: bool,
    given: Vec<[u8; 16]>,
}

impl Prepared {
    fn of(state: &State, giver: DeskId, asked: &Asked, given: Given) -> Self {
        let standing = check(state, giver, &given).and_then(|()| {
            let known = state.witnessed().line(given.facts.line);
            match known {
                Some(line) if line.facts() != &given.facts => {
                    Err("it says otherwise who the line's parties are than was said before".into())
                }
                Some(line) => Against::known(line, giver, asked, &given),
                None => {
                    let lines = state.witnessed().given_by(giver).count();
                    if lines >= LINES_MAX {
                        return Err(format!("it gives more than {LINES_MAX} lines"));
                    }
                    Against::known(&WitnessedLine::new(&given.facts)?, giver, asked, &given)
                }
            }
        });
        Self { given, standing }
    }
}

impl Against {
    fn known(
        line: &WitnessedLine,
        giver: DeskId,
        asked: &Asked,
        given: &Given,
    ) -> Result<Self, String> {
        let by = line.givers().get(&giver);
        let named = by.is_none_or(|by| by.ended.is_some() || by.witness != given.witness);
        let held = asked.lines.iter().find(|held| held.line == given.facts.line);
        let after: [u64; LANES] = std::array::from_fn(|lane| {
            held.and_then(|held| held.held[lane]).map_or(0, |mark| mark.sequence)
        });
        let lanes = std::array::from_fn(|lane| {
            let differs = by.is_some_and(|by| by.differs_in(lane));
            let count = given.lanes[lane].items.len();
            line.lanes()[lane].standing(after[lane], count).filter(|_| !differs)
        });
        let again = std::array::from_fn(|lane| by.and_then(|by| by.again(lane)));
        let heads = std::array::from_fn(|lane| {
            let sequence = given.heads[lane]?.sequence;
            line.lanes()[lane].mark(sequence)
        });
        Ok(Self { named, after, lanes, again, heads })
    }
}

/// Whether the giver may say so of this line at all.
fn check(state: &State, giver: DeskId, given: &Given) -> Result<(), String> {
    let Given { facts, witness, .. } = given;
    let [first, second] = &facts.parties;
    let us = state.desk();
    if first.desk >= second.desk || [first.desk, second.desk].contains(&us) {
        return Err("the line that it gives is not one between two others, in order".to_owned());
    }
    if ![first.desk, second.desk].contains(&giver) {
        return Err("it gives a line of which it is no party".to_owned());
    }
    if facts.exercise != state.founded().exercise {
        return Err(format!("it gives a line that says exercise: {}", facts.exercise));
    }
    if witness.desk != us {
        return Err(format!("it gives what desk {} may read", witness.desk));
    }
    let body = Body::NameWitness { witness: witness.clone() };
    check_body(&body).map_err(|error| error.to_string())?;
    by_their_cards(state, facts)
}

/// Whoever has paired with this desk is called, and signs, as its card says.
fn by_their_cards(state: &State, facts: &WitnessedFacts) -> Result<(), String> {
    let mut cards = Vec::new();
    for party in &facts.parties {
        let line = state.peer(party.desk).filter(|line| line.confirmation().is_some());
        let Some(line) = line else { continue };
        let card = line.theirs();
        let key = Key(line.first_key(Side::Them).to_bytes());
        if card.party() != &party.party || key != party.key {
            return Err(format!("it says of desk {} what its card does not say", party.desk));
        }
        cards.push(card);
    }
    match cards.as_slice() {
        [first, second] if line_id(first, second).id != facts.line => {
            Err("the line that it gives has not the id of a line between these two".to_owned())
        }
        _ => Ok(()),
    }
}

fn judge(giver: DeskId, lines: Vec<Prepared>) -> Judged {
    let mut judged = Judged::default();
    for Prepared { given, standing } in lines {
        let line = given.facts.line;
        match standing {
            Ok(against) => {
                judged.given.push(line);
                judged.line(giver, given, against);
            }
            Err(detail) => judged.suspect(giver, SuspicionKind::WrongIdentity, detail),
        }
    }
    judged
}

impl Judged {
    fn line(&mut self, giver: DeskId, given: Given, against: Against) {
        let Given { facts, witness, heads, lanes } = given;
        let (line, charter) = (facts.line, facts.charter());
        if against.named {
            let naming = WitnessedNaming { giver, facts, witness };
            self.witnessed.push(Witnessed::Named(naming));
        }
        let held = against.heads;
        let each = lanes.into_iter().zip(against.lanes).zip(heads).enumerate();
        for (number, ((given, standing), head)) in each {
            let Some(standing) = standing else { continue };
            let after = against.after[number];
            let asked = (after > 0)
                .then_some(Mark { sequence: after, message: message_of(standing.previous) });
            let differ = |gives: Option<Mark>, held: Option<Mark>| {
                let (gives, held) = (gives?, held?);
                let same_place = gives.sequence == held.sequence;
                (same_place && gives.message != held.message).then_some((gives, held.message))
            };
            let found = differ(given.contradicts, asked).or_else(|| differ(head, held[number]));
            if let Some((gives, held)) = found {
                self.differs(giver, line, number, gives, held);
                continue;
            }
            let reader = lane::Reader::new(&charter, number, after, standing);
            let (read, end) = reader.read(given.items);
            let looked = against.again[number].is_some_and(|again| read.through > again);
            let any = !read.items.is_empty();
            self.more |= (any || looked) && head.is_some_and(|head| head.sequence > read.through);
            if any || looked {
                self.witnessed.extend(read.into_witnessed(giver, line, number));
            }
            match end {
                Ok(()) => {}
                Err(lane::Wrong::Differs { gives, held }) => {
                    self.differs(giver, line, number, gives, held);
                }
                Err(lane::Wrong::Refused { kind, reason }) => self.suspect(giver, kind, reason),
            }
        }
    }

    fn differs(
        &mut self,
        giver: DeskId,
        line: [u8; 16],
        number: usize,
        gives: Mark,
        held: keepclear_line::quantity::MessageId,
    ) {
        self.witnessed.push(Witnessed::Differs(WitnessedDifference {
            giver,
            line,
            lane: number as u8,
            sequence: gives.sequence,
            gives: gives.message,
            held,
        }));
    }

    fn suspect(&mut self, giver: DeskId, kind: SuspicionKind, detail: String) {
        let digest = digest_of(&[detail.as_bytes()]);
        self.suspicions.push(Suspected { peer: Some(giver), kind, digest, detail });
    }
}
