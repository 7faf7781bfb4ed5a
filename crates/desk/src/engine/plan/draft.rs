//! What is written before it is said: drafts, their changes, their release.

use keepclear_line::Body;
use keepclear_line::quantity::{DeskId, DraftId};

use super::{Planning, Taken};
use crate::engine::Inner;
use crate::engine::sequencer::Sequencer;
use crate::journal::{DRAFTS_MAX, Discarded, Draft, Drafted, Happening, draft_digest};
use crate::speaking::{DeskError, DraftKept, Speaker};

/// What is to become of a draft.
pub struct Drafting {
    /// The line that it is for.
    pub peer: DeskId,
    /// Which.
    pub draft: DraftId,
    /// The version that the caller saw; none where it matters not, or for a new one.
    pub expected: Option<u64>,
    /// It must be there already.
    pub changes: bool,
    /// What it says from then on; none throws it away.
    pub body: Option<Box<Body>>,
}

impl Sequencer {
    pub(super) fn plan_draft(
        &mut self,
        inner: &Inner,
        taken: &mut Taken,
        speaker: &Speaker,
        drafting: &Drafting,
    ) -> Result<Planning<DraftKept>, DeskError> {
        let Drafting { peer, draft, expected, changes, body } = drafting;
        let (peer, draft) = (*peer, *draft);
        if let Some((digest, kept)) = inner.state.drafted(speaker.request) {
            return match *digest == draft_digest(peer, draft, body.as_deref()) {
                true => Ok(Planning::Known(*kept)),
                false => Err(DeskError::RequestReused),
            };
        }
        if inner.state.request(speaker.request).is_some() {
            return Err(DeskError::RequestReused);
        }
        if taken.requests.contains(&speaker.request) || !taken.drafts.insert(draft) {
            return Ok(Planning::Wait);
        }
        let line = inner.state.peer(peer).ok_or(DeskError::NoSuchLine(peer))?;
        let found = line.drafts().get(draft);
        if *changes {
            is_at(found.ok_or(DeskError::NoDraft(draft))?, *expected)?;
        } else if line.drafts().len() >= DRAFTS_MAX {
            let reason = format!("{DRAFTS_MAX} drafts wait already; release or discard some");
            return Err(DeskError::Field { field: "drafts", reason });
        }
        let role = speaker.role.clone();
        let happening = match body {
            Some(body) => Happening::Drafted(Box::new(Drafted {
                peer,
                draft,
                role,
                body: body.as_ref().clone(),
            })),
            None => Happening::Discarded(Discarded { peer, draft, role }),
        };
        self.write_by(taken, speaker, happening)?;
        taken.requests.insert(speaker.request);
        if let Some(planned) = taken.work.planned.last_mut() {
            planned.draft = Some(draft);
        }
        Ok(Planning::Planned)
    }
}

/// Whether it is as the caller saw it.
pub fn is_at(draft: &Draft, expected: Option<u64>) -> Result<(), DeskError> {
    match expected {
        Some(expected) if expected != draft.version => {
            Err(DeskError::Changed { current: draft.version })
        }
        _ => Ok(()),
    }
}
