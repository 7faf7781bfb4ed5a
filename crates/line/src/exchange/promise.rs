//! How a commitment stands at a moment.
//!
//! Both sides' words on a milestone stand beside each other. Where they differ the milestone is
//! contested, and the commitment is by that neither kept nor broken.

use super::derive::{Derived, commitment_of};
use crate::held::Held;
use crate::message::{Body, Commitment, Milestone, Outcome};
use crate::quantity::Instant;
use crate::view::{CommitmentState, CommitmentView, MilestoneView, Side};

/// A commitment, as far as the other end is known to know it.
#[derive(Debug, Clone)]
pub(crate) struct Promise<'a> {
    pub offer: &'a Held,
    pub commitment: &'a Commitment,
    pub signed: bool,
    steps: Vec<Step>,
    closed_at: Option<Instant>,
}

impl<'a> Promise<'a> {
    /// `all` says which offer counts; `known` what both ends can show of it.
    pub fn of(all: &Derived<'a>, known: Option<&Derived<'a>>, now: Instant) -> Option<Self> {
        let offer = all.offer?;
        let commitment = commitment_of(offer)?;
        let known = known.filter(|known| known.offer.is_some_and(|known| known.id == offer.id));
        let signed = all.sign.is_some() && known.is_some_and(|known| known.sign.is_some());
        let progress = known.map_or(&[][..], |known| &known.progress);
        Some(Self {
            offer,
            commitment,
            signed,
            steps: commitment
                .milestones
                .iter()
                .map(|milestone| Step::of(progress, milestone, now))
                .collect(),
            closed_at: all.closed().map(|closing| closing.said_at),
        })
    }

    /// Where it stands.
    pub fn state(&self, now: Instant) -> CommitmentState {
        let window = self.commitment.window;
        let before_its_end = self.closed_at.is_some_and(|at| !self.signed || at <= window.to);
        if self.signed && self.steps.iter().any(|step| step.is(Outcome::Missed)) {
            CommitmentState::Broken
        } else if before_its_end {
            CommitmentState::Ended
        } else if now > window.to {
            let kept = self.signed && self.steps.iter().all(|step| step.is(Outcome::Reached));
            if kept { CommitmentState::Kept } else { CommitmentState::Lapsed }
        } else if !self.signed {
            CommitmentState::Offered
        } else if now < window.from {
            CommitmentState::Agreed
        } else if self.steps.iter().any(|step| step.view.due) {
            CommitmentState::Due
        } else {
            CommitmentState::InForce
        }
    }

    /// Whether nothing more can be said that would change it but an end before its time.
    pub fn settled(&self) -> bool {
        self.closed_at.is_some() || self.steps.iter().all(|step| step.is(Outcome::Reached))
    }

    /// The first deadline that passed without a word that both share.
    pub fn due_since(&self) -> Option<Instant> {
        let milestones = self.commitment.milestones.iter().zip(&self.steps);
        let waits = |step: &Step| step.view.due || step.view.contested;
        milestones.filter(|(_, step)| waits(step)).map(|(milestone, _)| milestone.deadline).next()
    }

    /// When the first milestone was said to be missed.
    pub fn broken_since(&self) -> Option<Instant> {
        let missed = self.steps.iter().filter(|step| step.is(Outcome::Missed));
        let said = missed.flat_map(|step| &step.view.said);
        said.filter(|(_, outcome, _)| *outcome == Outcome::Missed).map(|&(.., at)| at).min()
    }

    /// As it is shown.
    pub fn view(self, now: Instant) -> CommitmentView {
        CommitmentView {
            commitment: self.commitment.clone(),
            offer: self.offer.id,
            offered_by: self.offer.side,
            signed: self.signed,
            state: self.state(now),
            milestones: self.steps.into_iter().map(|step| step.view).collect(),
        }
    }
}

/// One milestone, with each side's last word on it.
#[derive(Debug, Clone)]
struct Step {
    view: MilestoneView,
    words: [Option<Outcome>; 2],
}

impl Step {
    fn of(progress: &[&Held], milestone: &Milestone, now: Instant) -> Self {
        let number = milestone.number;
        let mut said: Vec<_> = progress.iter().filter_map(|held| word_on(held, number)).collect();
        // Before sorting: a side's last word is the last of its lane, whatever its clock says.
        let words = [Side::Us, Side::Them].map(|side| {
            said.iter().rev().find(|(by, ..)| *by == side).map(|&(_, outcome, _)| outcome)
        });
        said.sort_by_key(|&(.., at)| at);
        let contested = matches!(words, [Some(ours), Some(theirs)] if ours != theirs);
        let due = said.is_empty() && milestone.deadline < now;
        Self { view: MilestoneView { number, said, contested, due }, words }
    }

    fn is(&self, outcome: Outcome) -> bool {
        !self.view.contested && self.words.contains(&Some(outcome))
    }
}

fn word_on(held: &Held, number: u8) -> Option<(Side, Outcome, Instant)> {
    match held.body.as_deref() {
        Some(Body::Progress { milestone, outcome, .. }) if *milestone == number => {
            Some((held.side, *outcome, held.said_at))
        }
        _ => None,
    }
}
