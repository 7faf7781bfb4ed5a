//! Checkpoints that were verified before: what lies under them need not be verified again.
//!
//! Whoever gives such a checkpoint vouches for it. That it is signed by a party only shows whose words
//! it repeats; keep the file as you would keep a key that others must not replace.

use crate::checkpoint::{lane_origin, read_signed};
use crate::scan::{Roster, Scanned};
use crate::{Checkpoint, Note, NoteError};
use serde::Deserialize;
use uuid::Uuid;

/// Why a file of verified checkpoints is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifiedError {
    /// Not a line as `record verify --write-verified` writes it.
    #[error(
        "verified checkpoints, line {line}: {reason}; write the file with `keepclear record verify --write-verified`"
    )]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// Signed by neither party.
    #[error("verified checkpoint of {origin}: signed by no key of either party to these records")]
    Signer {
        /// Whose it says it is.
        origin: String,
    },
}

/// Checkpoints that someone has verified all entries under.
#[derive(Debug, Clone, Default)]
pub struct Verified {
    notes: Vec<(String, Checkpoint)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineJson {
    checkpoint: String,
}

impl Verified {
    /// None: everything is verified.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds the lines of a file.
    ///
    /// # Errors
    /// [`VerifiedError::Line`].
    pub fn read(&mut self, text: &str) -> Result<(), VerifiedError> {
        for (at, line) in text.lines().enumerate() {
            let refused = |reason: String| VerifiedError::Line { line: at + 1, reason };
            let LineJson { checkpoint: note } =
                serde_json::from_str(line).map_err(|error| refused(error.to_string()))?;
            let of = |note: &str| -> Result<Checkpoint, NoteError> {
                Checkpoint::of(&Note::parse(note)?)
            };
            let checkpoint = of(&note).map_err(|error| refused(error.to_string()))?;
            self.notes.push((note, checkpoint));
        }
        Ok(())
    }

    /// What [`Verified::read`] reads.
    pub fn write(notes: &[String]) -> String {
        let line = |note: &String| serde_json::json!({ "checkpoint": note }).to_string() + "\n";
        notes.iter().map(line).collect()
    }

    /// The largest checkpoint with this origin.
    pub(super) fn of(&self, origin: &str) -> Option<&Checkpoint> {
        let here = self.notes.iter().map(|(_, checkpoint)| checkpoint);
        here.filter(|checkpoint| checkpoint.origin == origin).max_by_key(|it| it.size)
    }

    /// Spares the entries under these checkpoints their signature checks.
    pub(super) fn cover(&self, line: Uuid, roster: &mut Roster) {
        for lane in &mut roster.lanes {
            lane.covered =
                self.of(&lane_origin(line, lane.node)).map_or(0, |checkpoint| checkpoint.size);
        }
    }

    /// Whether a party signed each checkpoint that is of these lanes.
    pub(super) fn check_signers(
        &self,
        sides: [&Scanned; 2],
        roster: &Roster,
    ) -> Result<(), VerifiedError> {
        if self.notes.is_empty() {
            return Ok(());
        }
        let signers = super::notes::parties(&sides, roster);
        let line = sides[0].header.line;
        for (note, checkpoint) in &self.notes {
            let origin = &checkpoint.origin;
            if roster.lanes.iter().all(|lane| *origin != lane_origin(line, lane.node)) {
                continue;
            }
            let keys = signers.iter().map(|(_, name, key)| (name.as_str(), key));
            if !read_signed(note, keys).is_ok_and(|(_, is_signed)| is_signed) {
                return Err(VerifiedError::Signer { origin: origin.clone() });
            }
        }
        Ok(())
    }
}
