//! Where a request says something: a line, or an exchange of one; and how it is said.
//!
//! A repeated request is recognised before anything is filled in: what the first one left open is then
//! taken from what it said, so that the same request always makes the same message.

use keepclear_entry::{EntryError, Issuer, Principal, RequestId, Subject, TokenHash};
use keepclear_line::Body;
use keepclear_line::phrases::Language;
use keepclear_line::quantity::{DeskId, ExchangeId, Instant, MessageId, Name};
use keepclear_line::view::ExchangeView;
use sha2::{Digest, Sha256};

use super::answers::{Json, LineExchange, Said};
use super::call::Call;
use super::lookup::PeerBrief;
use super::problem::Problem;
use crate::speaking::{DeskError, Speaker};
use crate::views::{ExchangeOverview, LineOverview};

/// Stands before what an exchange's id is the hash of.
const EXCHANGE_DOMAIN: &[u8] = b"keepclear exchange v1\0";
/// How often a message is tried again that a mere receipt overtook.
const TRIES: usize = 8;

/// The peer that a text names: a desk's id, or the name of a party with one desk.
///
/// # Errors
/// When there is none, or several.
pub fn peer(call: &Call<'_>, text: &str) -> Result<PeerBrief, Problem> {
    let named = |peer: &PeerBrief| match text.parse::<DeskId>() {
        Ok(desk) => peer.desk == desk,
        Err(_) => peer.party.as_str() == text,
    };
    let mut found: Vec<PeerBrief> = call.face.desk.peers().into_iter().filter(named).collect();
    let shown = || text.chars().take(60).collect::<String>();
    match (found.pop(), found.is_empty()) {
        (None, _) => Err(Problem::NoPeer(shown())),
        (Some(peer), true) => Ok(peer),
        (Some(peer), false) => {
            found.push(peer);
            let desks = found.iter().map(|peer| peer.desk).collect();
            Err(Problem::SeveralDesks { name: shown(), desks })
        }
    }
}

/// The line in the path.
///
/// # Errors
/// As [`peer`].
pub fn overview(call: &Call<'_>) -> Result<LineOverview, Problem> {
    let peer = peer(call, call.parameter(0))?;
    call.face.desk.line(peer.desk).ok_or_else(|| Problem::NoPeer(peer.desk.to_string()))
}

/// An exchange, and the line that it is on.
#[derive(Debug)]
pub struct Found {
    /// The other end.
    pub peer: PeerBrief,
    /// How it stands.
    pub overview: ExchangeOverview,
    /// When this was computed.
    pub now: Instant,
}

/// The exchange in the path.
///
/// # Errors
/// When no line has it.
pub fn find(call: &Call<'_>) -> Result<Found, Problem> {
    let desk = &call.face.desk;
    let id = call.exchange_id()?;
    let now = desk.now();
    let mut found = desk.peers().into_iter().filter_map(|peer| {
        let overview = desk.exchange(peer.desk, id)?;
        Some(Found { peer, overview, now })
    });
    match (found.next(), found.next()) {
        (None, _) => Err(Problem::NoExchange(id)),
        (Some(found), None) => Ok(found),
        // Their desks drew the same id, which chance does not do: which one is meant must be said.
        (Some(one), Some(other)) => {
            let desks = vec![one.peer.desk, other.peer.desk];
            Err(Problem::SeveralDesks { name: id.to_string(), desks })
        }
    }
}

impl Found {
    /// The exchange's last message: its ETag.
    pub fn last(&self) -> Option<MessageId> {
        last(&self.overview.view)
    }

    /// As it is answered.
    pub fn into_line_exchange(self) -> LineExchange {
        let Self { peer, overview, now } = self;
        let ExchangeOverview { view: exchange, touching, .. } = overview;
        let PeerBrief { party, desk, exercise, .. } = peer;
        LineExchange { party, desk, exercise, now, exchange, touching }
    }
}

fn last(view: &ExchangeView) -> Option<MessageId> {
    view.messages.last().map(|message| message.id)
}

/// Languages of both desks that have phrases, ours first.
pub fn languages(call: &Call<'_>, theirs: &[String]) -> Vec<Language> {
    let mut languages: Vec<Language> = Vec::new();
    let card = call.face.desk.card();
    let tags = card.languages().iter().chain(theirs);
    for language in tags.filter_map(|tag| tag.parse().ok()) {
        if !languages.contains(&language) {
            languages.push(language);
        }
    }
    if languages.is_empty() {
        languages.push(Language::English);
    }
    languages
}

/// Who asks, as the desk's log keeps it.
///
/// # Errors
/// Never for an operation that needs a token and says something.
pub fn speaker(call: &Call<'_>, role: Name) -> Result<Speaker, Problem> {
    let request = call.request.ok_or(Problem::NoIdempotencyKey)?;
    let principal = call.principal.ok_or(Problem::NoIdempotencyKey)?;
    let unusable = |error: EntryError| {
        Problem::field("Authorization", format!("cannot be kept: {error}"), "use shorter names")
    };
    let principal = Principal {
        issuer: Issuer::new(&principal.issuer).map_err(unusable)?,
        subject: Subject::new(&principal.subject).map_err(unusable)?,
        token_hash: TokenHash(principal.token_hash),
    };
    Ok(Speaker { principal, role, request })
}

/// A line on which something is to be said.
pub struct AtLine<'a> {
    call: &'a Call<'a>,
    peer: PeerBrief,
    request: RequestId,
    earlier: Option<Body>,
}

impl<'a> AtLine<'a> {
    /// The line in the path.
    ///
    /// # Errors
    /// As [`peer`].
    pub fn of(call: &'a Call<'a>) -> Result<Self, Problem> {
        Self::with(call, peer(call, call.parameter(0))?)
    }

    fn with(call: &'a Call<'a>, peer: PeerBrief) -> Result<Self, Problem> {
        let request = call.request.ok_or(Problem::NoIdempotencyKey)?;
        let earlier = call.face.desk.said_by(request);
        Ok(Self { call, peer, request, earlier })
    }

    /// What the same request said before.
    pub fn earlier(&self) -> Option<&Body> {
        self.earlier.as_ref()
    }

    /// The other end.
    pub fn peer(&self) -> DeskId {
        self.peer.desk
    }

    /// This desk.
    pub fn us(&self) -> DeskId {
        self.call.face.desk.card().desk()
    }

    /// This desk's clock.
    pub fn now(&self) -> Instant {
        self.call.face.desk.now()
    }

    /// Octets that nobody can foresee and that a repeated request draws again: a hash, so that a caller
    /// cannot choose the id of an exchange by its key.
    pub fn drawn(&self) -> [u8; 16] {
        let hash = Sha256::new_with_prefix(EXCHANGE_DOMAIN)
            .chain_update(self.us().0)
            .chain_update(self.peer.desk.0)
            .chain_update(self.request.0)
            .finalize();
        std::array::from_fn(|at| hash[at])
    }

    /// The id of the exchange that the request opens.
    pub fn new_exchange(&self) -> ExchangeId {
        ExchangeId(uuid::Builder::from_custom_bytes(self.drawn()).into_uuid().into_bytes())
    }

    /// Says it.
    ///
    /// # Errors
    /// Why it is not said.
    pub async fn say(&self, body: Body) -> Result<Json<Said>, Problem> {
        self.say_at(None, body).await
    }

    async fn say_at(&self, expected: Option<u64>, body: Body) -> Result<Json<Said>, Problem> {
        let role = self.call.face.role_on(self.peer.desk);
        let speaker = speaker(self.call, role)?;
        let said = self.call.face.desk.say(self.peer.desk, speaker, expected, body).await?;
        let crate::speaking::Said { exchange, message, position, .. } = said;
        Ok(Json(Said { exchange, message, position }))
    }
}

/// An exchange in which something is to be said.
pub struct AtExchange<'a> {
    line: AtLine<'a>,
    overview: ExchangeOverview,
}

impl<'a> AtExchange<'a> {
    /// The exchange in the path.
    ///
    /// # Errors
    /// As [`find`].
    pub fn of(call: &'a Call<'a>) -> Result<Self, Problem> {
        let Found { peer, overview, .. } = find(call)?;
        Ok(Self { line: AtLine::with(call, peer)?, overview })
    }

    /// An exchange of one line.
    ///
    /// # Errors
    /// When that line has no such exchange.
    pub fn on(call: &'a Call<'a>, desk: DeskId, id: ExchangeId) -> Result<Self, Problem> {
        let overview = call.face.desk.exchange(desk, id).ok_or(Problem::NoExchange(id))?;
        let peer = peer(call, &desk.to_string())?;
        Ok(Self { line: AtLine::with(call, peer)?, overview })
    }

    /// How it stands.
    pub fn view(&self) -> &ExchangeView {
        &self.overview.view
    }

    /// Its id.
    pub fn exchange(&self) -> ExchangeId {
        self.overview.view.id
    }

    /// This desk.
    pub fn us(&self) -> DeskId {
        self.line.us()
    }

    /// The message that is meant: as given, as the same request named it before, or what `waits`.
    ///
    /// # Errors
    /// As `waits`.
    pub fn named(
        &self,
        given: Option<MessageId>,
        waits: impl FnOnce(&ExchangeView) -> Result<MessageId, Problem>,
    ) -> Result<MessageId, Problem> {
        match given.or_else(|| self.line.earlier.as_ref().and_then(of)) {
            Some(of) => Ok(of),
            None => waits(&self.overview.view),
        }
    }

    /// Says it, if the exchange is as the caller saw it.
    ///
    /// # Errors
    /// Why it is not said.
    pub async fn say(&self, body: Body) -> Result<Json<Said>, Problem> {
        let line = &self.line;
        let seen = line.call.if_match()?;
        // What was said before is answered, whatever came since.
        let Some(seen) = seen.filter(|_| line.earlier.is_none()) else {
            return line.say(body).await;
        };
        let mut overview = self.overview.clone();
        let id = overview.view.id;
        for _ in 0..TRIES {
            match last(&overview.view) {
                Some(last) if last != seen => return Err(Problem::Changed { last }),
                _ => {}
            }
            match line.say_at(Some(overview.version), body.clone()).await {
                // A receipt also changes the version, and is nothing that a person decides by.
                Err(Problem::Desk(DeskError::Changed { .. })) => {}
                answer => return answer,
            }
            let found = line.call.face.desk.exchange(line.peer.desk, id);
            overview = found.ok_or(Problem::NoExchange(id))?;
        }
        Err(Problem::Desk(DeskError::Overloaded))
    }
}

/// The message that a message is about.
fn of(body: &Body) -> Option<MessageId> {
    match body {
        Body::TestAnswer { of, .. }
        | Body::Amend { of, .. }
        | Body::Withdraw { of, .. }
        | Body::Answer { of, .. }
        | Body::Sign { of, .. }
        | Body::Progress { of, .. }
        | Body::Acknowledge { of, .. }
        | Body::AcceptKey { of, .. }
        | Body::AcceptCertificate { of, .. } => Some(*of),
        Body::Statement { of, .. } => *of,
        _ => None,
    }
}
