//! The lines of an export, `keepclear.record/1`, as JSON.
//!
//! The header is what the exporter says about the line. Where two headers disagree, neither is right
//! by itself: the comparison says so and goes on with what both can be checked against.

use crate::keys::shown;
use crate::{KeyError, PublicKey};
use jiff::Timestamp;
use keepclear_entry::{LogId, LogKind, NodeId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What the first line says under `format`.
pub const RECORD_FORMAT: &str = "keepclear.record/1";

/// Which of a desk's two lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LaneName {
    /// What waits its turn.
    Ordinary,
    /// What overtakes.
    Urgent,
}

impl std::fmt::Display for LaneName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Ordinary => "ordinary",
            Self::Urgent => "urgent",
        })
    }
}

/// One lane: a node of the line's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneOf {
    /// Which.
    pub name: LaneName,
    /// Whose chain it is.
    pub node: NodeId,
}

/// One party to the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyOf {
    /// Its name.
    pub party: String,
    /// Its desk.
    pub desk: Uuid,
    /// The key that signed the first entries of its lanes.
    pub key: PublicKey,
    /// Its ordinary and its urgent lane.
    pub lanes: [LaneOf; 2],
}

/// Both parties.
pub type Parties = [PartyOf; 2];

/// A desk that both parties let read along. It writes into no lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessOf {
    /// Its name.
    pub party: String,
    /// Its desk.
    pub desk: Uuid,
    /// The key that signs its notes.
    pub key: PublicKey,
}

/// The first line of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The line.
    pub line: Uuid,
    /// Whether it is an exercise.
    pub exercise: bool,
    /// The desk that made and signed the export.
    pub exporter: Uuid,
    /// When, microseconds since 1970 by its clock.
    pub made_at_us: i64,
    /// Both parties, in any order.
    pub parties: Parties,
    /// The exporter, where it is neither party.
    pub witness: Option<WitnessOf>,
}

/// What a header says that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Not JSON of this shape.
    #[error("{reason}")]
    Json {
        /// What the reader of JSON says: the key, and what was expected.
        reason: String,
    },
    /// Another format.
    #[error("format {found:?}: this program reads {RECORD_FORMAT:?}")]
    Format {
        /// As found.
        found: String,
    },
    /// A value that is not of its kind.
    #[error("{field} {found:?}: expected {expected}")]
    Value {
        /// The key.
        field: &'static str,
        /// As found.
        found: String,
        /// What belongs there.
        expected: &'static str,
    },
    /// The key of a party or of the witness.
    #[error("key: {0}")]
    Key(#[from] KeyError),
    /// The same desk or lane twice, or an exporter that is neither party nor the witness.
    #[error("{field}: {reason}")]
    Parties {
        /// The key.
        field: &'static str,
        /// What is wrong.
        reason: &'static str,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderJson {
    format: String,
    line: String,
    exercise: bool,
    exporter: String,
    made_at: String,
    parties: [PartyJson; 2],
    #[serde(skip_serializing_if = "Option::is_none", default)]
    witness: Option<WitnessJson>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartyJson {
    party: String,
    desk: String,
    key: String,
    lanes: [LaneJson; 2],
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WitnessJson {
    party: String,
    desk: String,
    key: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LaneJson {
    lane: LaneName,
    node: String,
}

impl Header {
    /// The log of the line.
    pub fn log(&self) -> LogId {
        LogId { kind: LogKind::Line, id: *self.line.as_bytes() }
    }

    /// The line of JSON, without its line break.
    ///
    /// # Errors
    /// [`HeaderError`] when a reader would refuse it.
    pub fn to_json(&self) -> Result<String, HeaderError> {
        let party = |party: &PartyOf| PartyJson {
            party: party.party.clone(),
            desk: party.desk.to_string(),
            key: party.key.to_string(),
            lanes: party
                .lanes
                .map(|lane| LaneJson { lane: lane.name, node: lane.node.to_string() }),
        };
        let json = HeaderJson {
            format: RECORD_FORMAT.to_owned(),
            line: self.line.to_string(),
            exercise: self.exercise,
            exporter: self.exporter.to_string(),
            made_at: write_time(self.made_at_us).ok_or(HeaderError::Value {
                field: "made_at",
                found: self.made_at_us.to_string(),
                expected: "microseconds of a year up to 9999",
            })?,
            parties: [party(&self.parties[0]), party(&self.parties[1])],
            witness: self.witness.as_ref().map(|witness| WitnessJson {
                party: witness.party.clone(),
                desk: witness.desk.to_string(),
                key: witness.key.to_string(),
            }),
        };
        let written = serde_json::to_string(&json)
            .map_err(|error| HeaderError::Json { reason: error.to_string() })?;
        Self::from_json(written.as_bytes())?;
        Ok(written)
    }

    /// Reads the first line of an export.
    ///
    /// # Errors
    /// [`HeaderError`] that names the key.
    pub fn from_json(line: &[u8]) -> Result<Self, HeaderError> {
        let json: HeaderJson = serde_json::from_slice(line)
            .map_err(|error| HeaderError::Json { reason: error.to_string() })?;
        if json.format != RECORD_FORMAT {
            return Err(HeaderError::Format { found: shown(&json.format) });
        }
        let [first, second] = json.parties;
        let header = Self {
            line: uuid("line", &json.line)?,
            exercise: json.exercise,
            exporter: uuid("exporter", &json.exporter)?,
            made_at_us: read_time(&json.made_at).ok_or_else(|| HeaderError::Value {
                field: "made_at",
                found: shown(&json.made_at),
                expected: TIME_EXPECTED,
            })?,
            parties: [first.read()?, second.read()?],
            witness: json.witness.map(WitnessJson::read).transpose()?,
        };
        header.check()?;
        Ok(header)
    }

    fn check(&self) -> Result<(), HeaderError> {
        let [first, second] = &self.parties;
        let refused = |field, reason| Err(HeaderError::Parties { field, reason });
        if first.desk == second.desk {
            return refused("desk", "both parties have the same desk");
        }
        let is_party = |desk: Uuid| [first.desk, second.desk].contains(&desk);
        match &self.witness {
            None if !is_party(self.exporter) => {
                return refused(
                    "exporter",
                    "it is the desk of neither party, and no witness is named",
                );
            }
            Some(witness) if is_party(witness.desk) => {
                return refused("witness", "its desk is a party's");
            }
            Some(witness) if witness.desk != self.exporter => {
                return refused("witness", "it is named where it is the exporter, and it is not");
            }
            _ => {}
        }
        let mut nodes: Vec<NodeId> =
            self.parties.iter().flat_map(|party| party.lanes).map(|lane| lane.node).collect();
        nodes.sort_unstable();
        nodes.dedup();
        if nodes.len() != 4 {
            return refused("node", "two lanes have the same node");
        }
        if self.parties.iter().any(|party| party.lanes[0].name == party.lanes[1].name) {
            return refused("lane", "each party has one ordinary and one urgent lane");
        }
        Ok(())
    }
}

impl PartyJson {
    fn read(self) -> Result<PartyOf, HeaderError> {
        let Self { party, desk, key, lanes: [first, second] } = self;
        let WitnessOf { party, desk, key } = WitnessJson { party, desk, key }.read()?;
        Ok(PartyOf { party, desk, key, lanes: [first.read()?, second.read()?] })
    }
}

impl WitnessJson {
    fn read(self) -> Result<WitnessOf, HeaderError> {
        let Self { party, desk, key } = self;
        if party.is_empty() || party.len() > keepclear_entry::TEXT_MAX {
            let expected = "1 to 256 bytes";
            return Err(HeaderError::Value { field: "party", found: shown(&party), expected });
        }
        Ok(WitnessOf { party, desk: uuid("desk", &desk)?, key: PublicKey::from_base64(&key)? })
    }
}

impl LaneJson {
    fn read(self) -> Result<LaneOf, HeaderError> {
        Ok(LaneOf { name: self.lane, node: NodeId(*uuid("node", &self.node)?.as_bytes()) })
    }
}

pub(crate) const TIME_EXPECTED: &str =
    "a time of RFC 3339 in UTC, such as 2026-11-24T08:30:00.000001Z";

pub(crate) fn uuid(field: &'static str, text: &str) -> Result<Uuid, HeaderError> {
    let parsed = Uuid::try_parse(text).ok().filter(|id| id.hyphenated().to_string() == text);
    let expected = "a UUID in lower case with hyphens";
    parsed.ok_or_else(|| HeaderError::Value { field, found: shown(text), expected })
}

/// Microseconds since 1970 of a text that ends in Z.
pub(crate) fn read_time(text: &str) -> Option<i64> {
    let time: Timestamp = text.strip_suffix('Z').and(text.parse().ok())?;
    Some(time.as_microsecond())
}

/// `None` for times beyond the year 9999.
pub(crate) fn write_time(at_us: i64) -> Option<String> {
    Timestamp::from_microsecond(at_us).ok().map(|time| time.to_string())
}

/// A time for a person; times that no calendar has, as a number.
pub(crate) fn shown_time(at_us: i64) -> String {
    write_time(at_us).unwrap_or_else(|| format!("{at_us} microseconds since 1970"))
}
