//! What a person sees: the desk, its lines, exchanges, alarms.

use std::cmp::Reverse;

use keepclear_line::phrases::{self, Language};
use keepclear_line::quantity::{DeskId, ExchangeId, Instant};
use keepclear_line::view::{AlarmLevel, ExchangeBrief};

use super::answers::{
    Alarms, DeskView, ExchangeRow, Exchanges, Inbox, Json, LineAlarm, LineDetail, LineExchange,
    LineRow, LineSummary, Lines, PeerView, Tagged, Title, Versions,
};
use super::call::Call;
use super::event::LineNews;
use super::lookup::PeerBrief;
use super::openapi::API_VERSION;
use super::operations::Nothing;
use super::pages::{self, LIMIT_MAX, MESSAGES_MAX};
use super::pairing;
use super::place::{find, languages, overview, peer};
use super::problem::Problem;
use crate::board::{LineNow, Snapshot, urgency};
use crate::card::CardJson;
use crate::views::{self, LineOverview, TouchedFlight};

/// Most alarms that the news of a line name.
const ALARMS_TOLD: usize = 50;

/// Version of the messages between desks; the number in their paths.
const LINE_VERSION: &str = "1";

/// `GET /desk/v1/desk`
pub async fn desk(call: &Call<'_>, _: Nothing) -> Result<Json<DeskView>, Problem> {
    let desk = &call.face.desk;
    let card = desk.card();
    let board = desk.board();
    let peers = desk.peers().into_iter().filter_map(|peer| {
        let state = board.line(peer.desk)?.health.state;
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
    let board = call.face.desk.board();
    let mut lines: Vec<LineSummary> = board.lines.iter().map(|line| summary(line)).collect();
    lines.sort_by(|a, b| (&a.party, a.desk).cmp(&(&b.party, b.desk)));
    Ok(Json(Lines { now: board.now, lines }))
}

fn summary(line: &LineNow) -> LineSummary {
    let line = line.clone();
    LineSummary {
        party: line.party,
        desk: line.desk,
        exercise: line.exercise,
        confirmed: line.confirmed,
        health: line.health,
        tests: line.tests,
        our_watch: line.our_watch,
        their_watch: line.their_watch,
        terms_agreed: line.terms_agreed,
        open: line.open,
        waiting: line.waiting,
        overdue: line.overdue,
        drafts: line.drafts,
        alarms: line.in_sight,
        faults: line.faults,
    }
}

/// `GET /desk/v1/lines/{peer}`
pub async fn line(call: &Call<'_>, _: Nothing) -> Result<Json<LineDetail>, Problem> {
    let LineOverview {
        paired_at,
        phrases,
        confirmed,
        mut view,
        suspicions,
        suspicions_total,
        suspicions_more,
        ..
    } = overview(call)?;
    let board = call.face.desk.board();
    let counts = board.line(view.desk).map(|line| (line.open, line.waiting, line.overdue));
    let (open, waiting, overdue) = counts.unwrap_or_default();
    let alarms_total = view.alarms.len();
    view.alarms.truncate(LIMIT_MAX);
    let phrase = pairing::both(&phrases);
    Ok(Json(LineDetail {
        view,
        open,
        waiting,
        overdue,
        alarms_total,
        paired_at,
        phrase,
        confirmed,
        suspicions,
        suspicions_total,
        suspicions_more,
    }))
}

/// `GET /desk/v1/lines/{peer}/exchanges`
pub async fn exchanges(call: &Call<'_>, _: Nothing) -> Result<Json<Exchanges>, Problem> {
    let peer = peer(call, call.parameter(0))?;
    let (desk, limit) = (&call.face.desk, pages::limit(call)?);
    let page = match pages::begins(call)? {
        Some(range) => desk.exchanges_between(peer.desk, range, limit),
        None => desk.exchanges(peer.desk, pages::number(call, "cursor")?, limit),
    };
    let board = desk.board();
    let (line, languages) = (board.line(peer.desk), languages(call, &peer.languages));
    let row = |brief: ExchangeBrief| {
        let touching = line.map(|line| line.touching(brief.id)).unwrap_or_default();
        row(brief, touching, &languages)
    };
    let exchanges = page.briefs.into_iter().map(row).collect();
    let next = page.next.map(|number| number.to_string());
    Ok(Json(Exchanges { now: board.now, exchanges, next }))
}

fn row(brief: ExchangeBrief, touching: Vec<TouchedFlight>, languages: &[Language]) -> ExchangeRow {
    let titles = languages.iter().map(|&language| {
        let text = phrases::title(&brief, language);
        Title { language, text }
    });
    ExchangeRow { titles: titles.collect(), brief, touching }
}

/// `GET /desk/v1/exchanges/{exchange}`
pub async fn exchange(call: &Call<'_>, _: Nothing) -> Result<Tagged<LineExchange>, Problem> {
    let mut found = find(call)?;
    let tag = found.last().map(|last| last.to_string());
    found.overview.view.show_messages(before(call)?, MESSAGES_MAX);
    Ok(Tagged { tag, body: found.into_line_exchange() })
}

/// Before which message those begin that the caller wants.
///
/// # Errors
/// When it is no number.
pub fn before(call: &Call<'_>) -> Result<Option<usize>, Problem> {
    let before = pages::number(call, "before")?;
    Ok(before.map(|before| usize::try_from(before).unwrap_or(usize::MAX)))
}

/// `GET /desk/v1/alarms`
pub async fn alarms(call: &Call<'_>, _: Nothing) -> Result<Json<Alarms>, Problem> {
    let board = call.face.desk.board();
    let (alarms, limit) = (board.alarms(), pages::limit(call)?);
    let start = pages::start(call, &alarms, alarm_place, views::LineAlarm::place)?;
    let total = alarms.len();
    let next = alarms.get(start + limit).and(alarms.get(start + limit - 1)).map(|last| {
        let (Reverse(level), since, desk, key) = last.place();
        format!("{}.{}.{desk}.{key}", level as u8, since.0)
    });
    let page = alarms.into_iter().skip(start).take(limit).map(|alarm| {
        let views::LineAlarm { peer, party, alarm } = alarm;
        LineAlarm { party, desk: peer, alarm }
    });
    Ok(Json(Alarms { now: board.now, alarms: page.collect(), total, next }))
}

fn alarm_place(cursor: &str) -> Option<(Reverse<AlarmLevel>, Instant, DeskId, String)> {
    let mut parts = cursor.splitn(4, '.');
    let levels = [AlarmLevel::Advisory, AlarmLevel::Caution, AlarmLevel::Warning];
    let level = levels.get(parts.next()?.parse::<usize>().ok()?)?;
    let since = Instant(parts.next()?.parse().ok()?);
    Some((Reverse(*level), since, parts.next()?.parse().ok()?, parts.next()?.to_owned()))
}

/// `GET /desk/v1/card`
pub async fn card(call: &Call<'_>, _: Nothing) -> Result<Json<CardJson>, Problem> {
    Ok(Json(CardJson::from(&call.face.desk.card())))
}

/// The health of every line, as events tell it.
pub fn news(board: &Snapshot) -> Vec<LineNews> {
    let each = board.lines.iter().map(|line| {
        let in_sight = line.alarms.iter().filter(|alarm| alarm.shelved.is_none());
        LineNews {
            party: line.party.clone(),
            desk: line.desk,
            state: line.health.state,
            inbound_silent: line.health.inbound.silent,
            outbound_silent: line.health.outbound.silent,
            outbox: line.health.outbox,
            open: line.open,
            waiting: line.waiting,
            overdue: line.overdue,
            alarms: in_sight.take(ALARMS_TOLD).map(|alarm| alarm.key.clone()).collect(),
            alarms_total: line.in_sight,
        }
    });
    each.collect()
}

/// `GET /desk/v1/inbox`
pub async fn inbox(call: &Call<'_>, _: Nothing) -> Result<Json<Inbox>, Problem> {
    let (desk, limit) = (&call.face.desk, pages::limit(call)?);
    let (board, peers) = (desk.board(), desk.peers());
    let each = board.lines.iter().flat_map(|line| line.inbox.iter().map(move |row| (line, row)));
    let mut items: Vec<_> = each.collect();
    items.sort_by_cached_key(|(_, row)| urgency(&row.brief));
    let start = pages::start(call, &items, inbox_place, |(_, row)| urgency(&row.brief))?;
    let total = items.len();
    let next = items.get(start + limit).and(items.get(start + limit - 1)).map(|(_, row)| {
        let (Reverse(overdue), due, opened_at, id) = urgency(&row.brief);
        format!("{}.{}.{}.{id}", u8::from(overdue), due.0, opened_at.0)
    });
    let page = items.into_iter().skip(start).take(limit).map(|(line, open)| {
        let of = peers.iter().find(|peer| peer.desk == line.desk);
        let languages = languages(call, of.map_or(&[], |peer| peer.languages.as_slice()));
        let exchange = row(open.brief.clone(), line.touching(open.brief.id), &languages);
        LineRow { party: line.party.clone(), desk: line.desk, exercise: line.exercise, exchange }
    });
    Ok(Json(Inbox { now: board.now, items: page.collect(), total, next }))
}

fn inbox_place(cursor: &str) -> Option<(Reverse<bool>, Instant, Instant, ExchangeId)> {
    let mut parts = cursor.splitn(4, '.');
    let overdue = Reverse(parts.next()? == "1");
    let mut instant = || Some(Instant(parts.next()?.parse().ok()?));
    let (due, opened_at) = (instant()?, instant()?);
    Some((overdue, due, opened_at, parts.next()?.parse().ok()?))
}
