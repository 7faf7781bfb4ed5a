//! What a person sees: the desk, its lines, exchanges, alarms.

use std::cmp::Reverse;

use keepclear_line::quantity::Instant;
use keepclear_line::view::{ExchangeView, LineView, OpenItem, Side};

use super::answers::{
    Alarms, DeskView, Exchanges, Inbox, Json, LineAlarm, LineDetail, LineExchange, LineSummary,
    Lines, PeerView, Tagged, Versions,
};
use super::call::Call;
use super::event::LineNews;
use super::lookup::PeerBrief;
use super::openapi::API_VERSION;
use super::operations::Nothing;
use super::pairing;
use super::place::{find, overview};
use super::problem::Problem;
use crate::Desk;
use crate::card::CardJson;
use crate::views::{self, LineOverview};

/// Version of the messages between desks; the number in their paths.
const LINE_VERSION: &str = "1";

/// `GET /desk/v1/desk`
pub async fn desk(call: &Call<'_>, _: Nothing) -> Result<Json<DeskView>, Problem> {
    let desk = &call.face.desk;
    let card = desk.card();
    let peers = desk.peers().into_iter().filter_map(|peer| {
        let state = desk.line(peer.desk)?.view.health.state;
        let PeerBrief { party, desk, url, key, confirmed, .. } = peer;
        Some(PeerView { party, desk, url, key, confirmed, state })
    });
    Ok(Json(DeskView {
        party: card.party().clone(),
        desk: card.desk(),
        exercise: card.exercise(),
        role: call.face.role.clone(),
        key: desk.founding_key(),
        languages: card.languages().to_vec(),
        url: card.url().to_owned(),
        position: desk.moved().borrow().position,
        versions: Versions {
            software: env!("CARGO_PKG_VERSION"),
            api: API_VERSION,
            line: LINE_VERSION,
        },
        peers: peers.collect(),
    }))
}

/// `GET /desk/v1/lines`
pub async fn lines(call: &Call<'_>, _: Nothing) -> Result<Json<Lines>, Problem> {
    let desk = &call.face.desk;
    let mut lines: Vec<LineSummary> = desk.lines().into_iter().map(summary).collect();
    lines.sort_by(|a, b| (&a.party, a.desk).cmp(&(&b.party, b.desk)));
    Ok(Json(Lines { now: desk.now(), lines }))
}

fn summary(line: LineOverview) -> LineSummary {
    let LineView { party, desk, exercise, health, tests, our_watch, their_watch, .. } = line.view;
    LineSummary {
        party,
        desk,
        exercise,
        confirmed: line.confirmed.is_some(),
        health,
        tests,
        our_watch,
        their_watch,
        terms_agreed: line.view.terms_agreed,
        waiting: line.view.exchanges.iter().filter(|view| waits_for_us(view).is_some()).count(),
        alarms: line.view.alarms.iter().filter(|alarm| alarm.shelved.is_none()).count(),
        faults: line.view.faults.len(),
    }
}

/// `GET /desk/v1/lines/{peer}`
pub async fn line(call: &Call<'_>, _: Nothing) -> Result<Json<LineDetail>, Problem> {
    let LineOverview { paired_at, phrases, confirmed, view, suspicions, suspicions_total, .. } =
        overview(call)?;
    let phrase = pairing::both(&phrases);
    Ok(Json(LineDetail { view, paired_at, phrase, confirmed, suspicions, suspicions_total }))
}

/// `GET /desk/v1/lines/{peer}/exchanges`
pub async fn exchanges(call: &Call<'_>, _: Nothing) -> Result<Json<Exchanges>, Problem> {
    let view = overview(call)?.view;
    Ok(Json(Exchanges { now: view.now, exchanges: view.exchanges }))
}

/// `GET /desk/v1/exchanges/{exchange}`
pub async fn exchange(call: &Call<'_>, _: Nothing) -> Result<Tagged<LineExchange>, Problem> {
    let found = find(call)?;
    let last = found.last();
    Ok(Tagged { last, body: found.into_line_exchange() })
}

/// `GET /desk/v1/alarms`
pub async fn alarms(call: &Call<'_>, _: Nothing) -> Result<Json<Alarms>, Problem> {
    let desk = &call.face.desk;
    let alarms = desk.alarms().into_iter().map(|alarm| {
        let views::LineAlarm { peer, party, alarm } = alarm;
        LineAlarm { party, desk: peer, alarm }
    });
    Ok(Json(Alarms { now: desk.now(), alarms: alarms.collect() }))
}

/// `GET /desk/v1/card`
pub async fn card(call: &Call<'_>, _: Nothing) -> Result<Json<CardJson>, Problem> {
    Ok(Json(CardJson::from(call.face.desk.card())))
}

/// The health of every line, as events tell it.
pub fn news(desk: &Desk) -> Vec<LineNews> {
    let each = desk.lines().into_iter().map(|line| {
        let LineView { party, desk, health, exchanges, alarms, .. } = line.view;
        let alarms = alarms.into_iter().filter(|alarm| alarm.shelved.is_none());
        LineNews {
            party,
            desk,
            state: health.state,
            inbound_silent: health.inbound.silent,
            outbound_silent: health.outbound.silent,
            outbox: health.outbox,
            waiting: exchanges.iter().filter(|view| waits_for_us(view).is_some()).count(),
            alarms: alarms.map(|alarm| alarm.key).collect(),
        }
    });
    each.collect()
}

/// `GET /desk/v1/inbox`
pub async fn inbox(call: &Call<'_>, _: Nothing) -> Result<Json<Inbox>, Problem> {
    let desk = &call.face.desk;
    let mut items = Vec::new();
    for line in desk.lines() {
        let LineView { party, desk: peer, exercise, now, exchanges, .. } = line.view;
        for exchange in exchanges.into_iter().filter(|view| waits_for_us(view).is_some()) {
            let touching = desk.touching(peer, exchange.id);
            let (party, desk) = (party.clone(), peer);
            items.push(LineExchange { party, desk, exercise, now, exchange, touching });
        }
    }
    items.sort_by_key(|item| urgency(&item.exchange));
    Ok(Json(Inbox { now: desk.now(), items }))
}

/// Overdue first, then by when it is due; what has no clock comes last.
fn urgency(view: &ExchangeView) -> (Reverse<bool>, Instant, Instant) {
    let open = waits_for_us(view);
    let due = open.and_then(|open| open.answer_due).unwrap_or(Instant(i64::MAX));
    (Reverse(open.is_some_and(|open| open.overdue)), due, view.opened_at)
}

fn waits_for_us(view: &ExchangeView) -> Option<&OpenItem> {
    view.open.as_ref().filter(|open| open.waits_for == Side::Us)
}
