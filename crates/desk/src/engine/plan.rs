//! Forming a batch: what is owed, what is due, and what was asked for.
//!
//! Everything is checked against the durable state. So of requests about one exchange only the first
//! goes into a batch; the others wait and are checked against what it has changed.

mod batch;
mod draft;
mod lanes;
mod say;

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::sync::Arc;

use keepclear_entry::{Head, Principal, ProposedAt, RequestId};
use keepclear_line::message::Lane;
use keepclear_line::quantity::{DeskId, DraftId, ExchangeId, Instant, MessageId};
use keepclear_line::view::Side;
use keepclear_line::{Body, Envelope};
use keepclear_log::{Batch, BatchNumber};
use uuid::Uuid;

use super::sequencer::Sequencer;
use super::{Answer, Inner, Pending, Request, Saying};
use crate::journal::{Confirmed, Entered, Happening, Heard, OnLine, Shelved, Suspected, Worth};
use crate::speaking::{DeskError, Speaker};
use crate::sync::Checked;

pub use batch::{Planned, Planning, Work};
pub use draft::Drafting;
use lanes::LaneContent;
pub use lanes::LaneWriters;

/// A batch takes no further entries above this many bytes.
const BATCH_BYTES: usize = 4 << 20;
/// Most entries of a batch.
const BATCH_ENTRIES_MAX: usize = 2_000;
/// A lane gets a checkpoint after so many entries, or a minute after the last look.
const CHECKPOINT_ENTRIES: u64 = 256;
const CHECKPOINT_US: i64 = 60_000_000;

/// What a batch has taken so far.
struct Taken {
    now: Instant,
    work: Work,
    exchanges: BTreeSet<(DeskId, Option<ExchangeId>)>,
    requests: BTreeSet<RequestId>,
    drafts: BTreeSet<DraftId>,
    suspected: BTreeMap<Option<DeskId>, BTreeSet<MessageId>>,
    heads: BTreeMap<(DeskId, Lane), Head>,
    /// A card is held against those that were taken: one a batch.
    paired: bool,
}

impl Taken {
    /// Whether something that bears on this is in the batch: the same exchange, or, for what concerns the
    /// whole line such as a suspension, anything on it.
    fn is_about(&self, (peer, exchange): &(DeskId, Option<ExchangeId>)) -> bool {
        let first_on_line = self.exchanges.range((*peer, None)..).next();
        match exchange {
            Some(_) => {
                self.exchanges.contains(&(*peer, None))
                    || self.exchanges.contains(&(*peer, *exchange))
            }
            None => first_on_line.is_some_and(|(of, _)| of == peer),
        }
    }

    fn is_full(&self) -> bool {
        self.work.batch.weight() > BATCH_BYTES || self.work.planned.len() >= BATCH_ENTRIES_MAX
    }
}

/// What one entry of the desk's log needs.
struct Line<'a> {
    request: RequestId,
    principal: Option<&'a Principal>,
    happening: Happening,
}

impl Sequencer {
    /// The next batch; empty when there is nothing to write.
    pub(super) fn plan(&mut self, number: BatchNumber, ticking: bool) -> Work {
        let shared = Arc::clone(&self.shared);
        let now = shared.clock.now();
        let mut inner = shared.lock();
        let mut taken = Taken {
            now,
            work: Work { planned: Vec::new(), batch: Batch::new(number) },
            exchanges: BTreeSet::new(),
            requests: BTreeSet::new(),
            drafts: BTreeSet::new(),
            suspected: BTreeMap::new(),
            heads: BTreeMap::new(),
            paired: false,
        };
        if self.plan_key_changes(&inner, &mut taken) {
            return taken.work;
        }
        let mut suspicions = inner.state.take_suspicions().into_iter();
        while !taken.is_full() {
            let Some(suspected) = suspicions.next() else { break };
            self.plan_suspicion(&inner, &mut taken, suspected);
        }
        inner.state.keep_suspicions(suspicions);
        self.plan_duties(&mut inner, &mut taken);
        self.plan_checkpoints(&inner, &mut taken, ticking);
        let mut queue = mem::take(&mut inner.queue);
        // Distress first; the order of everything else stays.
        queue.sort_by_key(|pending| !is_urgent(&inner, &pending.request));
        let mut later = Vec::new();
        let mut queue = queue.into_iter();
        while !taken.is_full() {
            let Some(pending) = queue.next() else { break };
            if let Some(pending) = self.plan_one(&inner, &mut taken, pending) {
                later.push(pending);
            }
        }
        later.extend(queue);
        // What did not fit goes first next time, before what comes meanwhile.
        inner.queue.splice(0..0, later);
        taken.work
    }

    /// Goes over to a key that a peer has accepted. Alone in its batch: what follows is signed with it.
    fn plan_key_changes(&mut self, inner: &Inner, taken: &mut Taken) -> bool {
        for line in inner.state.peers() {
            let Some(agreed) = line.agreed_key(Side::Us) else { continue };
            for lane in Lane::ALL {
                let held = line.lane(Side::Us, lane);
                if held.key() == agreed || self.shared.identity.key_of(agreed).is_none() {
                    continue;
                }
                let by = (RequestId(*Uuid::new_v4().as_bytes()), None);
                let content = LaneContent::KeyChange(agreed);
                if let Err(error) =
                    self.write_line(inner, taken, (line.desk(), None), lane, by, content)
                {
                    tracing::error!(%error, "a key was not changed");
                }
            }
        }
        !taken.work.planned.is_empty()
    }

    fn plan_duties(&mut self, inner: &mut Inner, taken: &mut Taken) {
        for peer in mem::take(&mut inner.dirty) {
            let Some(line) = inner.state.peer(peer) else { continue };
            for body in line.line().duties() {
                if taken.is_full() {
                    inner.dirty.insert(peer);
                    break;
                }
                // Until two people have compared the cards, nothing counts as understood. It stays owed.
                if line.confirmation().is_none() && is_read_back(&body) {
                    continue;
                }
                let lane = match line.line().check(taken.now, &body) {
                    Ok(lane) => lane,
                    Err(refusal) => {
                        tracing::error!(%refusal, kind = ?body.kind(), "an owed message is refused");
                        continue;
                    }
                };
                let request = RequestId(*Uuid::new_v4().as_bytes());
                let envelope = Envelope { seen: line.line().seen(), role: None, body };
                let content = LaneContent::Message(&envelope);
                if self
                    .write_line(inner, taken, (peer, None), lane, (request, None), content)
                    .is_ok()
                    && let Some(planned) = taken.work.planned.last_mut()
                {
                    planned.owed_on = Some(peer);
                }
            }
        }
    }

    fn plan_checkpoints(&mut self, inner: &Inner, taken: &mut Taken, ticking: bool) {
        let minute = ticking && taken.now.0 - self.checkpoints_at.0 >= CHECKPOINT_US;
        let least = if minute { 1 } else { CHECKPOINT_ENTRIES };
        if minute {
            self.checkpoints_at = taken.now;
        }
        for line in inner.state.peers() {
            let lanes: Vec<(Side, Lane)> = line.uncovered(least).collect();
            for (side, of) in lanes {
                let key = line.lane(Side::Us, Lane::Ordinary).key();
                let Some(key) = self.shared.identity.key_of(key) else { continue };
                let Some(note) = line.checkpoint(side, of, &key) else { continue };
                let body = Body::Checkpoint { note };
                let Ok(lane) = line.line().check(taken.now, &body) else { continue };
                let request = RequestId(*Uuid::new_v4().as_bytes());
                let envelope = Envelope { seen: line.line().seen(), role: None, body };
                let by = (request, None);
                let content = LaneContent::Message(&envelope);
                if let Err(error) =
                    self.write_line(inner, taken, (line.desk(), None), lane, by, content)
                {
                    tracing::error!(%error, "a checkpoint was not written");
                }
            }
        }
    }

    /// Plans one request, answers it when it is refused, or gives it back when it must wait.
    fn plan_one(&mut self, inner: &Inner, taken: &mut Taken, pending: Pending) -> Option<Pending> {
        let Pending { request, answer } = pending;
        if matches!(request, Request::Pair { .. }) && mem::replace(&mut taken.paired, true) {
            return Some(Pending { request, answer });
        }
        let planned = match request {
            Request::Say { peer, speaker, expected, what } => {
                match self.plan_say(inner, taken, peer, &speaker, expected, &what) {
                    Ok(Planning::Wait) => {
                        let request = Request::Say { peer, speaker, expected, what };
                        return Some(Pending { request, answer });
                    }
                    Ok(Planning::Known(said)) => {
                        let _ = answer.send(Ok(Answer::Said(said)));
                        return None;
                    }
                    Ok(Planning::Planned) => Ok(true),
                    Err(error) => Err(error),
                }
            }
            Request::Draft { speaker, drafting } => {
                match self.plan_draft(inner, taken, &speaker, &drafting) {
                    Ok(Planning::Wait) => {
                        let request = Request::Draft { speaker, drafting };
                        return Some(Pending { request, answer });
                    }
                    Ok(Planning::Known(kept)) => {
                        let _ = answer.send(Ok(Answer::Drafted(kept)));
                        return None;
                    }
                    Ok(Planning::Planned) => Ok(true),
                    Err(error) => Err(error),
                }
            }
            Request::Pair { speaker, card } => self.plan_pair(inner, taken, &speaker, *card),
            Request::Confirm { speaker, peer } => {
                let known = inner.state.peer(peer).ok_or(DeskError::NoSuchLine(peer));
                known.and_then(|line| match line.confirmation() {
                    Some(_) => Ok(false),
                    None => {
                        let role = speaker.role.clone();
                        let confirmed = Happening::Confirmed(Confirmed { peer, role });
                        self.write_by(taken, &speaker, confirmed).map(|()| true)
                    }
                })
            }
            Request::Shelve { speaker, peer, key, shelving } => {
                let known = inner.state.peer(peer).ok_or(DeskError::NoSuchLine(peer));
                known.and_then(|_| {
                    if shelving.until <= taken.now {
                        let reason = "is past; name a time to come".to_owned();
                        return Err(DeskError::Field { field: "until", reason });
                    }
                    let (reason, until) = (shelving.reason, shelving.until);
                    let role = speaker.role.clone();
                    let shelved = Shelved { peer, key, reason, until, role };
                    self.write_by(taken, &speaker, Happening::Shelved(shelved)).map(|()| true)
                })
            }
            Request::Hear { peer, entries } => Ok(self.plan_heard(inner, taken, peer, entries) > 0),
            Request::Suspect(suspected) => Ok(self.plan_suspicion(inner, taken, suspected)),
            Request::Witness(witnessed) => {
                let any = !witnessed.is_empty();
                for witnessed in witnessed {
                    self.write_by_desk(taken, Happening::Witnessed(witnessed));
                }
                Ok(any)
            }
        };
        match planned {
            Ok(true) => {
                if let Some(last) = taken.work.planned.last_mut() {
                    last.answers.push(answer);
                }
            }
            Ok(false) => drop(answer.send(Ok(Answer::Done))),
            Err(error) => drop(answer.send(Err(error))),
        }
        None
    }

    fn plan_heard(
        &mut self,
        inner: &Inner,
        taken: &mut Taken,
        peer: DeskId,
        entries: Vec<Checked>,
    ) -> usize {
        let Some(line) = inner.state.peer(peer) else { return 0 };
        let mut count = 0;
        for Checked { lane, sequence, previous, hash, bytes, stored } in entries {
            let standing = line.lane(Side::Them, lane).head();
            let head = taken.heads.entry((peer, lane)).or_insert(standing);
            if sequence != head.next || previous != head.previous {
                // Another request brought it meanwhile, or brings what comes before it.
                continue;
            }
            *head = Head { next: sequence.next(), previous: hash };
            let heard = Heard { peer, entry: bytes.to_vec(), stored };
            self.write_by_desk(taken, Happening::Heard(heard));
            count += 1;
        }
        count
    }

    fn plan_suspicion(&mut self, inner: &Inner, taken: &mut Taken, suspected: Suspected) -> bool {
        let planned = taken.suspected.entry(suspected.peer).or_default();
        if planned.contains(&suspected.digest) {
            return false;
        }
        match inner.state.worth(&suspected, taken.now, planned.len()) {
            Worth::Writing => _ = planned.insert(suspected.digest),
            Worth::Known => return false,
            Worth::Counting => {
                self.shared.count_suspicion(&suspected);
                return false;
            }
        }
        self.write_by_desk(taken, Happening::Suspected(suspected));
        true
    }

    fn write_by_desk(&mut self, taken: &mut Taken, happening: Happening) {
        let request = RequestId(*Uuid::new_v4().as_bytes());
        if let Err(error) = self.write(taken, Line { request, principal: None, happening }) {
            tracing::error!(%error, "an entry of the desk's own was not written");
        }
    }

    fn write_by(
        &mut self,
        taken: &mut Taken,
        speaker: &Speaker,
        happening: Happening,
    ) -> Result<(), DeskError> {
        let Speaker { principal, request, .. } = speaker;
        self.write(taken, Line { request: *request, principal: Some(principal), happening })
    }

    fn write(&mut self, taken: &mut Taken, line: Line<'_>) -> Result<(), DeskError> {
        let Line { request, principal, happening } = line;
        let cause =
            keepclear_entry::Cause { principal, request, proposed_at: ProposedAt(taken.now.0) };
        let (kind, payload) = happening.write();
        let pen = &mut self.pen;
        let head = taken
            .work
            .batch
            .push_with(|out| pen.write(cause, kind, &payload, out))
            .map_err(|_| DeskError::TooLarge)?;
        let entered = Entered { position: 0, at: taken.now, request, happening };
        let (answers, lane, owed_on, said, draft) = (Vec::new(), None, None, None, None);
        taken.work.planned.push(Planned { entered, head, lane, owed_on, answers, said, draft });
        Ok(())
    }

    /// Writes an entry of our lane, inside one of the desk's log.
    fn write_line(
        &mut self,
        inner: &Inner,
        taken: &mut Taken,
        (peer, draft): (DeskId, Option<DraftId>),
        lane: Lane,
        by: (RequestId, Option<&Principal>),
        content: LaneContent<'_>,
    ) -> Result<(), DeskError> {
        let line = inner.state.peer(peer).ok_or(DeskError::NoSuchLine(peer))?;
        let identity = &self.shared.identity;
        let mut entry = Vec::new();
        let head = self.lanes.write(line, lane, identity, taken.now, content, &mut entry)?;
        let (request, principal) = by;
        let happening = Happening::Said(OnLine { peer, entry, draft });
        self.write(taken, Line { request, principal, happening })?;
        if let Some(planned) = taken.work.planned.last_mut() {
            planned.lane = Some((peer, lane, head));
        }
        Ok(())
    }
}

fn is_urgent(inner: &Inner, request: &Request) -> bool {
    match request {
        Request::Say { what: Saying::Body(body), .. } => is_distress(body),
        Request::Say { peer, what: Saying::Draft(draft), .. } => {
            let line = inner.state.peer(*peer);
            line.and_then(|line| line.drafts().get(*draft)).is_some_and(|it| is_distress(&it.body))
        }
        Request::Hear { entries, .. } => entries.iter().any(|entry| entry.lane == Lane::Urgent),
        _ => false,
    }
}

fn is_distress(body: &Body) -> bool {
    use keepclear_line::message::Matter;
    matches!(body, Body::Open { matter: Matter::Distress, .. })
}

fn is_read_back(body: &Body) -> bool {
    matches!(body, Body::Receipt { read_back: Some(_), .. })
}
