//! What is shown of a line at a moment.

use super::changes::Proposal;
use super::{Line, Place};
use crate::exchange::Exchange;
use crate::exchange::standing::Standing;
use crate::health::{Health, Suspensions};
use crate::held::Held;
use crate::message::Lane;
use crate::quantity::{ExchangeId, Instant};
use crate::refusal::Refusal;
use crate::terms::Terms;
use crate::view::{
    Alarm, CertificateView, Fault, HealthView, KeyView, LineView, Side, TestsView, WatchView,
};

/// Most faults shown; the record has them all.
pub const FAULTS_SHOWN: usize = 100;

impl Line {
    pub(super) fn look(&self, now: Instant, health: &Health, alarms: Vec<Alarm>) -> LineView {
        LineView {
            party: self.charter.them.name.clone(),
            desk: self.charter.them.desk,
            exercise: self.charter.exercise,
            now,
            health: self.health_view(now, health),
            tests: self.tests(now),
            our_watch: self.watch(Side::Us, now),
            their_watch: self.watch(Side::Them, now),
            terms: self.terms(),
            terms_agreed: self.agreed_terms().is_some(),
            our_terms: self.voices.us.terms.map(|(_, terms)| terms),
            their_terms: self.voices.them.terms.map(|(_, terms)| terms),
            our_key: self.key(Side::Us),
            their_key: self.key(Side::Them),
            our_certificate: self.certificate(Side::Us),
            their_certificate: self.certificate(Side::Them),
            witnesses: self.witnesses(),
            alarms,
            faults: self.faults(),
        }
    }

    /// How the line is at this moment.
    pub fn health_view(&self, now: Instant, health: &Health) -> HealthView {
        let suspension = |side| self.voices[side].suspension(u64::MAX).cloned();
        let suspensions =
            Suspensions { by_us: suspension(Side::Us), by_them: suspension(Side::Them) };
        health.view(now, suspensions)
    }

    pub(crate) fn standing<'a>(
        &'a self,
        exchange: &'a Exchange,
        now: Instant,
    ) -> Option<Standing<'a>> {
        Standing::of(exchange, &self.messages, self.reached[exchange.lane], now)
    }

    /// Exchanges that want somebody at this moment.
    pub(super) fn wanted(&self, now: Instant) -> impl Iterator<Item = &Place> {
        let first = (now, (ExchangeId([0; 16]), Lane::Ordinary));
        let until = self.open_until.range(first..).map(|(_, place)| place);
        self.open.iter().chain(until)
    }

    /// How far the other end is known to have come in our ordinary lane; theirs is held as it comes.
    pub(super) fn shown_of(&self, side: Side) -> u64 {
        match side {
            Side::Us => self.reached[Lane::Ordinary],
            Side::Them => u64::MAX,
        }
    }

    /// The times in force: those that both sides proposed last, else the defaults.
    pub fn terms(&self) -> Terms {
        self.agreed_terms().unwrap_or_default()
    }

    /// Those that both sides proposed last, when they are the same.
    pub fn agreed_terms(&self) -> Option<Terms> {
        let (place, ours) = self.voices.us.terms?;
        let (_, theirs) = self.voices.them.terms?;
        (ours == theirs && place <= self.shown_of(Side::Us)).then_some(ours)
    }

    /// The last good test in each direction, as both ends can show it.
    pub fn tests(&self, now: Instant) -> TestsView {
        let answered = |side| self.voices[side].answered_at(self.shown_of(side));
        let (ours, theirs) = (answered(Side::Them), answered(Side::Us));
        let older = ours.zip(theirs).map(|(ours, theirs)| ours.min(theirs));
        let age_s = older.map(|older| now.seconds_since(older));
        let agreed_s = i64::from(self.terms().test_every_s);
        TestsView {
            ours_answered_at: ours,
            theirs_answered_at: theirs,
            age_s,
            overdue: age_s.is_none_or(|age_s| age_s > agreed_s),
        }
    }

    /// Who is on watch there, as both ends can show it.
    pub fn watch(&self, side: Side, now: Instant) -> Option<WatchView> {
        let watch = self.voices[side].watch(now, self.shown_of(side))?;
        Some(WatchView { role: watch.role.clone(), since: watch.at })
    }

    fn key(&self, side: Side) -> Option<KeyView> {
        let other = side.other();
        let Proposal { message, value, at } = self.voices[side].keys.proposal(u64::MAX)?;
        let accepted_at = self.voices[other].keys.accepted(message, self.shown_of(other));
        Some(KeyView { key: value, proposal: message, proposed_at: at, accepted_at })
    }

    fn certificate(&self, side: Side) -> Option<CertificateView> {
        let other = side.other();
        let Proposal { message, value, at } = self.voices[side].certificates.proposal(u64::MAX)?;
        let accepted_at = self.voices[other].certificates.accepted(message, self.shown_of(other));
        Some(CertificateView {
            fingerprint: value,
            proposal: message,
            proposed_at: at,
            accepted_at,
        })
    }

    /// When a message of theirs last came here.
    pub(crate) fn last_heard_at(&self) -> Option<Instant> {
        let last = Lane::ALL.map(|lane| self.messages.last(Side::Them, lane));
        last.into_iter().flatten().map(|held| held.stored_at).max()
    }

    /// When the first word was said on the line.
    pub(crate) fn first_said_at(&self) -> Option<Instant> {
        self.messages.first().map(|held| held.said_at)
    }

    pub(crate) fn last_fault(&self) -> Option<&Held> {
        self.faults.last().map(|&at| self.messages.at(at))
    }

    /// The first message of ours outside of exchanges that the other desk has not said to have.
    pub(crate) fn first_undelivered(&self) -> Option<&Held> {
        self.undelivered.first().map(|&at| self.messages.at(at))
    }

    /// How many rules their messages broke.
    pub fn faults_total(&self) -> usize {
        self.faults.len()
    }

    /// The newest first.
    fn faults(&self) -> Vec<Fault> {
        let newest = self.faults.iter().rev().take(FAULTS_SHOWN).map(|&at| self.messages.at(at));
        newest
            .filter_map(|held| {
                let shadowed = || Some(Refusal::ExchangeExists { exchange: held.exchange? });
                let reason = held.fault.as_deref().cloned().or_else(shadowed)?.to_string();
                Some(Fault { message: held.id, at: held.stored_at, reason })
            })
            .collect()
    }
}
