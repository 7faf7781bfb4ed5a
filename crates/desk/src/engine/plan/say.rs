//! What people ask for: to say something, to pair.

use keepclear_line::message::Lane;
use keepclear_line::quantity::DeskId;
use keepclear_line::view::Side;
use keepclear_line::{Body, Envelope};

use super::draft::is_at;
use super::{LaneContent, Planning, Taken};
use crate::card::Card;
use crate::engine::sequencer::Sequencer;
use crate::engine::{Inner, Saying};
use crate::journal::{Happening, Paired, Peer, body_digest, passes_unconfirmed, release_digest};
use crate::speaking::{DeskError, Said, Speaker};

impl Sequencer {
    pub(super) fn plan_say(
        &mut self,
        inner: &Inner,
        taken: &mut Taken,
        peer: DeskId,
        speaker: &Speaker,
        expected: Option<u64>,
        what: &Saying,
    ) -> Result<Planning<Said>, DeskError> {
        if let Some((digest, said)) = inner.state.request(speaker.request) {
            let asked = match what {
                Saying::Body(body) => body_digest(peer, body),
                Saying::Draft(draft) => release_digest(peer, *draft),
            };
            return match *digest == asked {
                true => Ok(Planning::Known(*said)),
                false => Err(DeskError::RequestReused),
            };
        }
        if inner.state.drafted(speaker.request).is_some() {
            return Err(DeskError::RequestReused);
        }
        let line = inner.state.peer(peer).ok_or(DeskError::NoSuchLine(peer))?;
        let (draft, body) = match what {
            Saying::Body(body) => (None, body.as_ref()),
            Saying::Draft(id) if taken.drafts.contains(id) => return Ok(Planning::Wait),
            Saying::Draft(id) => {
                let draft = line.drafts().get(*id).ok_or(DeskError::NoDraft(*id))?;
                is_at(draft, expected)?;
                (Some(*id), &draft.body)
            }
        };
        let about = (peer, body.exchange());
        if taken.requests.contains(&speaker.request) || taken.is_about(&about) {
            return Ok(Planning::Wait);
        }
        if line.confirmation().is_none() && !passes_unconfirmed(body.kind()) {
            return Err(DeskError::NotConfirmed(peer));
        }
        self.may_change_certificate(inner, peer, body)?;
        if let (Some(expected), Some(exchange), None) = (expected, body.exchange(), draft) {
            let current = line.version(exchange);
            if current != expected {
                return Err(DeskError::Changed { current });
            }
        }
        let lane = line.line().check(taken.now, body).map_err(DeskError::Refused)?;
        let role = Some(speaker.role.clone());
        let envelope = Envelope { seen: line.line().seen(), role, body: body.clone() };
        let by = (speaker.request, Some(&speaker.principal));
        self.write_line(inner, taken, (peer, draft), lane, by, LaneContent::Message(&envelope))?;
        taken.drafts.extend(draft);
        taken.requests.insert(speaker.request);
        taken.exchanges.insert(about);
        if let Some(planned) = taken.work.planned.last_mut()
            && let Some((_, lane, head)) = planned.lane
        {
            planned.said = Some(Said {
                exchange: body.exchange(),
                message: keepclear_line::quantity::MessageId(head.previous.0),
                lane,
                sequence: head.next.get() - 1,
                position: 0,
            });
        }
        Ok(Planning::Planned)
    }

    /// A certificate is proposed only by who has it, and belongs to one desk: whose a connection is
    /// follows from nothing else.
    fn may_change_certificate(
        &self,
        inner: &Inner,
        peer: DeskId,
        body: &Body,
    ) -> Result<(), DeskError> {
        let refused =
            |field, reason: &str| Err(DeskError::Field { field, reason: reason.to_owned() });
        match body {
            Body::ProposeCertificate { certificate }
                if self.shared.identity.certificates().of(&certificate.fingerprint()).is_none() =>
            {
                refused("certificate", "is none of this desk's; let the desk make one")
            }
            Body::AcceptCertificate { fingerprint, .. } => {
                let has = |line: &Peer, side| {
                    line.certificates(side).iter().any(|known| known.fingerprint() == *fingerprint)
                };
                let taken = inner.state.peers().any(|line| {
                    has(line, Side::Us) || (line.desk() != peer && has(line, Side::Them))
                });
                match taken {
                    true => refused(
                        "fingerprint",
                        "is that of a certificate of another desk; ask them to propose one of theirs",
                    ),
                    false => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// `false` when there is nothing to change.
    pub(super) fn plan_pair(
        &mut self,
        inner: &Inner,
        taken: &mut Taken,
        speaker: &Speaker,
        theirs: Card,
    ) -> Result<bool, DeskError> {
        let refused = |reason: String| DeskError::Field { field: "card", reason };
        let presented = self.shared.presented();
        let ours = &presented.card;
        if theirs.desk() == ours.desk() {
            return Err(refused(
                "it is this desk's own; take the one that the other desk wrote".to_owned(),
            ));
        }
        if theirs.exercise() != ours.exercise() {
            let kind = |exercise| if exercise { "an exercise" } else { "real" };
            return Err(refused(format!(
                "it is of a desk that is {}, this one is {}; the two are never joined",
                kind(theirs.exercise()),
                kind(ours.exercise()),
            )));
        }
        let twin = inner.state.peer_of_certificate(theirs.certificate());
        if twin.is_some_and(|peer| peer.desk() != theirs.desk()) {
            return Err(refused(
                "its certificate is that of another peer; ask for the right card".to_owned(),
            ));
        }
        let phrases = match inner.state.peer(theirs.desk()) {
            Some(line) if line.theirs() == &theirs && line.ours() == ours => return Ok(false),
            Some(line) if theirs.made_at() < line.theirs().made_at() => {
                return Err(refused(
                    "it is older than the card that was taken before; ask for the one that the other \
                     desk writes today"
                        .to_owned(),
                ));
            }
            Some(line) if line.theirs().hash() != theirs.hash() && !follows(line, &theirs) => {
                return Err(refused(
                    "it has another key or certificate than the card that was taken before; they are \
                     replaced by both sides' agreement, with --replace and --replace-certificate"
                        .to_owned(),
                ));
            }
            // The words are those that two people have compared, whatever was agreed on since.
            Some(line) => line.phrases().to_vec(),
            None => vec![presented.phrase.clone(), theirs.phrase()],
        };
        let paired = Box::new(Paired { ours: ours.clone(), theirs, phrases });
        self.write_by(taken, speaker, Happening::Paired(paired)).map(|()| true)
    }
}

/// Whether a new card goes on from the old one by what both sides have agreed since: it is by a key of
/// that side's, and names a certificate that it may show. Before the cards were compared the key alone
/// counts, which the words prove.
fn follows(line: &Peer, card: &Card) -> bool {
    let keys = [line.first_key(Side::Them), *line.lane(Side::Them, Lane::Ordinary).key()];
    let shown = line.certificates(Side::Them).iter().any(|known| known.0 == card.certificate());
    let same = line.theirs().party() == card.party();
    same && (shown || line.confirmation().is_none())
        && card.key().is_ok_and(|key| keys.contains(&key))
}
