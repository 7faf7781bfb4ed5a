//! What a witness and a party of a line send each other. CBOR with integer keys; anything else is
//! refused.

use std::collections::BTreeSet;

use keepclear_line::Witness;
use keepclear_line::message::Mark;
use minicbor::{Decode, Encode};

use super::protocol::VERSION;
use crate::cbor::bytes_of;
use crate::journal::{Item, LANES, LINES_MAX, WitnessedFacts};

/// The path of the exchange.
pub const WITNESS_PATH: &str = "/line/v1/witness";

/// What a witness holds.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Asked {
    /// [`VERSION`].
    #[n(0)]
    pub version: u8,
    /// Of every line that it knows; of others it holds nothing.
    #[n(1)]
    pub lines: Vec<HeldLine>,
}

/// What a witness holds of one line.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct HeldLine {
    /// The line's id.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub line: [u8; 16],
    /// The place in each lane after which it wants to be given, and what stands there.
    #[n(1)]
    pub held: [Option<Mark>; LANES],
}

/// What a party gives.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Answered {
    /// [`VERSION`].
    #[n(0)]
    pub version: u8,
    /// Every line of which the asker is a witness in force.
    #[n(1)]
    pub lines: Vec<Given>,
}

/// What a party gives of one line.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Given {
    /// What the line is.
    #[n(0)]
    pub facts: WitnessedFacts,
    /// What both agreed.
    #[n(1)]
    pub witness: Witness,
    /// How far the giver holds each lane, and what stands there.
    #[n(2)]
    pub heads: [Option<Mark>; LANES],
    /// The next of each lane.
    #[n(3)]
    pub lanes: [GivenLane; LANES],
}

/// What a party gives of one lane.
#[derive(Debug, Clone, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct GivenLane {
    /// What stands at the asker's place where that is something else; nothing is given after it.
    #[n(0)]
    pub contradicts: Option<Mark>,
    /// What follows the asker's place.
    #[n(1)]
    pub items: Vec<Item>,
}

impl Asked {
    /// The bytes.
    pub fn write(&self) -> Vec<u8> {
        bytes_of(self)
    }

    /// Reads bytes, strictly.
    ///
    /// # Errors
    /// What is wrong.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let read: Self = strict(bytes)?;
        check(read.version, read.lines.len()).map(|()| read)
    }
}

impl Answered {
    /// The bytes.
    pub fn write(&self) -> Vec<u8> {
        bytes_of(self)
    }

    /// Reads bytes, strictly.
    ///
    /// # Errors
    /// What is wrong.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let read: Self = strict(bytes)?;
        check(read.version, read.lines.len())?;
        let mut ids = BTreeSet::new();
        if read.lines.iter().all(|given| ids.insert(given.facts.line)) {
            Ok(read)
        } else {
            Err("a line is given twice".to_owned())
        }
    }
}

fn strict<T: Encode<()> + for<'b> Decode<'b, ()>>(bytes: &[u8]) -> Result<T, String> {
    let read: T = minicbor::decode(bytes).map_err(|error| error.to_string())?;
    if bytes_of(&read) != bytes {
        return Err("not written in the one way of this message".to_owned());
    }
    Ok(read)
}

fn check(version: u8, lines: usize) -> Result<(), String> {
    if version != VERSION {
        return Err(format!("version {version}: this desk speaks version {VERSION}"));
    }
    if lines > LINES_MAX {
        return Err(format!("{lines} lines: at most {LINES_MAX}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use keepclear_line::quantity::{DeskId, Instant, Key, MessageId, Name};
    use keepclear_line::{Subject, Witness};
    use minicbor::bytes::ByteVec;

    use super::*;
    use crate::journal::WitnessedParty;

    fn given(line: u8) -> Given {
        let party = |id: u8| WitnessedParty {
            party: Name::new("North").unwrap(),
            desk: DeskId([id; 16]),
            key: Key([id; 32]),
        };
        let witness = Witness {
            party: Name::new("West").unwrap(),
            desk: DeskId([9; 16]),
            key: Key([9; 32]),
            reads: vec![Subject::Notices],
            from: Instant(1),
        };
        let mark = Mark { sequence: 1, message: MessageId([7; 32]) };
        let mut lanes: [GivenLane; LANES] = Default::default();
        lanes[0].items =
            vec![Item::Entry(ByteVec::from(vec![1])), Item::Withheld(MessageId([3; 32]))];
        lanes[3].contradicts = Some(mark);
        let facts =
            WitnessedFacts { line: [line; 16], exercise: true, parties: [party(1), party(2)] };
        Given { facts, witness, heads: [Some(mark), None, None, Some(mark)], lanes }
    }

    fn answer(lines: &[u8]) -> Answered {
        Answered { version: VERSION, lines: lines.iter().map(|line| given(*line)).collect() }
    }

    #[test]
    fn an_answer_is_read_as_it_was_written_and_in_no_other_way() {
        let bytes = answer(&[1, 2]).write();
        assert_eq!(Answered::read(&bytes), Ok(answer(&[1, 2])));
        for length in 0..bytes.len() {
            assert!(Answered::read(&bytes[..length]).is_err());
        }
        assert!(Answered::read(&[&bytes[..], &[0]].concat()).is_err());
    }

    #[test]
    fn a_line_that_is_given_twice_is_refused() {
        assert!(Answered::read(&answer(&[1, 1]).write()).is_err());
    }
}
