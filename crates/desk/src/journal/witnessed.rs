//! Lines between two others, as this desk was given them as their witness.
//!
//! There is one copy of a line's four lanes, whoever gave a part of it: who has more extends it, and who
//! gives another hash for a place that is taken has his word kept beside it and nothing more of that
//! lane. A place whose entry was withheld is known by its hash, and can be filled later by exactly that
//! entry.

mod entries;
mod lane;

use std::collections::BTreeMap;

use keepclear_entry::{LogId, LogKind};
use keepclear_line::Witness;
use keepclear_line::line::{Charter, Party};
use keepclear_line::message::{Lane, Mark};
use keepclear_line::quantity::{DeskId, Instant, MessageId};
use keepclear_line::view::Side;
use keepclear_record::PublicKey;

use super::{Entered, Suspected, SuspicionKind};
use crate::sync::digest_of;

pub use entries::{
    Item, LANES, Witnessed, WitnessedDifference, WitnessedEnd, WitnessedFacts, WitnessedItems,
    WitnessedNaming, WitnessedParty,
};
pub use lane::{LaneCopy, Standing};

/// Lines that one desk may have this one witness.
pub const LINES_MAX: usize = 64;
/// Differences of one line that are kept; the log has them all.
const DIFFERENCES_MAX: usize = 100;

/// All of them, by the line's id.
#[derive(Debug, Default)]
pub struct WitnessedLines(BTreeMap<[u8; 16], WitnessedLine>);

/// One line.
#[derive(Debug)]
pub struct WitnessedLine {
    facts: WitnessedFacts,
    charter: Charter,
    givers: BTreeMap<DeskId, Giver>,
    lanes: [LaneCopy; LANES],
    order: Vec<Place>,
    differences: Vec<(Instant, WitnessedDifference)>,
}

/// One of the two parties, as far as it gives.
#[derive(Debug, Clone)]
pub struct Giver {
    /// What both agreed, as it says.
    pub witness: Witness,
    /// Since when it gives by this.
    pub since: Instant,
    /// When it gave no more.
    pub ended: Option<Instant>,
    /// How far its lanes were looked through anew, after it began to give more than before.
    again: [Option<u64>; LANES],
    /// Lanes of which it gave another hash than is held.
    differs: [bool; LANES],
}

/// Something that was given, in the order in which it came.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The lane's number.
    pub lane: usize,
    /// The place there.
    pub sequence: u64,
    /// Where it lies in this desk's log.
    pub position: u64,
    /// Its number in what lies there.
    pub item: usize,
}

impl WitnessedLines {
    /// In the order of their ids.
    pub fn all(&self) -> impl Iterator<Item = &WitnessedLine> {
        self.0.values()
    }

    /// One line.
    pub fn line(&self, line: [u8; 16]) -> Option<&WitnessedLine> {
        self.0.get(&line)
    }

    /// Lines that a desk has given, whether it still does or not.
    pub fn given_by(&self, giver: DeskId) -> impl Iterator<Item = (&WitnessedLine, &Giver)> {
        self.all().filter_map(move |line| Some((line, line.givers.get(&giver)?)))
    }

    /// Applies an entry that is durable; answers what is to be noted of a giver.
    ///
    /// # Errors
    /// Why it cannot stand there.
    pub fn apply(
        &mut self,
        entered: &Entered,
        witnessed: &Witnessed,
    ) -> Result<Option<Suspected>, String> {
        let id = witnessed.line();
        if let Witnessed::Named(naming) = witnessed
            && !self.0.contains_key(&id)
        {
            self.0.insert(id, WitnessedLine::new(&naming.facts)?);
        }
        let line = self.0.get_mut(&id).ok_or("a line of which nothing was said is witnessed")?;
        match witnessed {
            Witnessed::Named(naming) => line.named(entered.at, naming).map(|()| None),
            Witnessed::Items(given) => line.given(entered.position, given).map(|()| None),
            Witnessed::Differs(difference) => line.differs(entered.at, difference).map(Some),
            Witnessed::Ended(end) => {
                line.giver(end.giver)?.ended = Some(entered.at);
                Ok(None)
            }
        }
    }
}

impl WitnessedLine {
    /// With nothing of it given yet.
    ///
    /// # Errors
    /// When one of the keys is none.
    pub fn new(facts: &WitnessedFacts) -> Result<Self, String> {
        let [first, second] = &facts.parties;
        let key = |party: &WitnessedParty| {
            PublicKey::from_bytes(&party.key.0)
                .map_err(|_| format!("the key of {} is no key", party.party))
        };
        let (one, two) = (key(first)?, key(second)?);
        Ok(Self {
            charter: facts.charter(),
            facts: facts.clone(),
            givers: BTreeMap::new(),
            lanes: [LaneCopy::new(one), LaneCopy::new(one), LaneCopy::new(two), LaneCopy::new(two)],
            order: Vec::new(),
            differences: Vec::new(),
        })
    }

    /// What it is.
    pub fn facts(&self) -> &WitnessedFacts {
        &self.facts
    }

    /// The line as if this desk were the first party's.
    pub fn charter(&self) -> &Charter {
        &self.charter
    }

    /// Who gave of it.
    pub fn givers(&self) -> &BTreeMap<DeskId, Giver> {
        &self.givers
    }

    /// The four lanes: ordinary and urgent of the first party, then of the second.
    pub fn lanes(&self) -> &[LaneCopy; LANES] {
        &self.lanes
    }

    /// Everything that was given, in the order in which it came.
    pub fn order(&self) -> &[Place] {
        &self.order
    }

    /// Where givers differ from what is held, and since when that is known.
    pub fn differences(&self) -> &[(Instant, WitnessedDifference)] {
        &self.differences
    }

    /// After what a giver is to go on.
    pub fn wanted_of(&self, giver: DeskId) -> [Option<Mark>; LANES] {
        let again = self.givers.get(&giver).map(|giver| giver.again).unwrap_or_default();
        std::array::from_fn(|lane| {
            let held = &self.lanes[lane];
            held.mark(again[lane].unwrap_or(held.len()))
        })
    }

    fn giver(&mut self, giver: DeskId) -> Result<&mut Giver, String> {
        self.givers.get_mut(&giver).ok_or_else(|| format!("desk {giver} gave nothing of the line"))
    }

    fn named(&mut self, at: Instant, naming: &WitnessedNaming) -> Result<(), String> {
        let WitnessedNaming { giver, facts, witness } = naming;
        if facts != &self.facts {
            return Err("a witnessed line changes what it is".to_owned());
        }
        let before = self.givers.get(giver);
        let widened = before.is_some_and(|before| before.witness != *witness);
        // What was withheld until now may be given.
        let again = std::array::from_fn(|lane| {
            let still = before.and_then(|before| before.again[lane]);
            let anew = widened && self.lanes[lane].withheld() > 0;
            if anew { Some(0) } else { still }
        });
        let differs = before.map(|before| before.differs).unwrap_or_default();
        let witness = witness.clone();
        let standing = Giver { witness, since: at, ended: None, again, differs };
        self.givers.insert(*giver, standing);
        Ok(())
    }

    fn given(&mut self, position: u64, given: &WitnessedItems) -> Result<(), String> {
        let WitnessedItems { giver, line: _, lane, after, through, items } = given;
        let lane = usize::from(*lane);
        let copy = self.lanes.get_mut(lane).ok_or("a line has four lanes")?;
        for (number, (sequence, item)) in items.iter().enumerate() {
            copy.take(*sequence, item)?;
            let sequence = *sequence;
            self.order.push(Place { lane, sequence, position, item: number });
        }
        let len = copy.len();
        let again = &mut self.giver(*giver)?.again[lane];
        // What was asked for before the agreement was widened is no look at the places before it.
        if again.is_some_and(|again| *after <= again) {
            *again = Some(*through).filter(|through| *through < len);
        }
        Ok(())
    }

    fn differs(&mut self, at: Instant, differs: &WitnessedDifference) -> Result<Suspected, String> {
        let WitnessedDifference { giver, line: _, lane, sequence, gives, held } = differs;
        let number = usize::from(*lane);
        let known = self.giver(*giver)?.differs.get_mut(number).ok_or("a line has four lanes")?;
        *known = true;
        if self.differences.len() < DIFFERENCES_MAX {
            self.differences.push((at, *differs));
        }
        let (side, lane) = side_of(number);
        let party = self.charter.party(side);
        let detail = format!(
            "of the line {} it gives {gives} as entry {sequence} of the {lane:?} lane of {}; {held} \
             was given there before",
            uuid::Uuid::from_bytes(self.facts.line),
            party.name,
        );
        let digest = digest_of(&[detail.as_bytes()]);
        let kind = SuspicionKind::GiversDiffer;
        Ok(Suspected { peer: Some(*giver), kind, digest, detail })
    }
}

impl Giver {
    /// Whether it gave another hash of the lane than is held.
    pub fn differs_in(&self, lane: usize) -> bool {
        self.differs.get(lane).copied().unwrap_or(false)
    }

    /// Whether it did in any.
    pub fn differs(&self) -> bool {
        self.differs.contains(&true)
    }

    /// How far a lane is being looked through anew.
    pub fn again(&self, lane: usize) -> Option<u64> {
        self.again.get(lane).copied().flatten()
    }
}

impl WitnessedFacts {
    /// The line as if this desk were the first party's.
    pub fn charter(&self) -> Charter {
        let party = |of: &WitnessedParty| Party { name: of.party.clone(), desk: of.desk };
        let [first, second] = &self.parties;
        let line = LogId { kind: LogKind::Line, id: self.line };
        Charter { line, exercise: self.exercise, us: party(first), them: party(second) }
    }
}

/// Whose lane a number is, the first party being `Us`.
pub fn side_of(lane: usize) -> (Side, Lane) {
    let side = if lane < 2 { Side::Us } else { Side::Them };
    (side, if lane.is_multiple_of(2) { Lane::Ordinary } else { Lane::Urgent })
}

/// A message by the hash of its entry.
pub fn message_of(hash: keepclear_entry::EntryHash) -> MessageId {
    MessageId(hash.0)
}

#[cfg(test)]
mod tests {
    use keepclear_line::Subject;
    use keepclear_line::quantity::{Key, Name};

    use keepclear_record::SigningKey;

    use super::*;

    const GIVER: DeskId = DeskId([1; 16]);

    fn facts() -> WitnessedFacts {
        let party = |id: u8| {
            let key = Key(SigningKey::from_seed(&[id; 32]).public().to_bytes());
            WitnessedParty { party: Name::new("North").unwrap(), desk: DeskId([id; 16]), key }
        };
        WitnessedFacts { line: [7; 16], exercise: true, parties: [party(1), party(2)] }
    }

    fn named(line: &mut WitnessedLine, reads: Vec<Subject>) {
        let (party, desk, key) = (Name::new("West").unwrap(), DeskId([3; 16]), Key([3; 32]));
        let witness = Witness { party, desk, key, reads, from: Instant(0) };
        let naming = WitnessedNaming { giver: GIVER, facts: facts(), witness };
        line.named(Instant(1), &naming).unwrap();
    }

    fn given(line: &mut WitnessedLine, after: u64, places: &[u64], through: u64) {
        let withheld = |place: u64| (place, Item::Withheld(MessageId([place as u8; 32])));
        let items = places.iter().copied().map(withheld).collect();
        let given = WitnessedItems { giver: GIVER, line: [7; 16], lane: 0, after, through, items };
        line.given(1, &given).unwrap();
    }

    #[test]
    fn what_came_with_a_wider_agreement_is_no_look_at_what_was_withheld_before() {
        let mut line = WitnessedLine::new(&facts()).unwrap();
        named(&mut line, vec![Subject::Notices]);
        given(&mut line, 0, &[1, 2, 3], 3);
        named(&mut line, vec![Subject::Notices, Subject::Requests]);
        given(&mut line, 3, &[4], 4);
        let again = |line: &WitnessedLine| line.givers()[&GIVER].again(0);
        assert_eq!(again(&line), Some(0));
        given(&mut line, 0, &[], 2);
        assert_eq!(again(&line), Some(2));
        given(&mut line, 2, &[5], 5);
        assert_eq!(again(&line), None);
    }
}
