//! The end that is asked.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use keepclear_line::message::Lane;
use keepclear_line::quantity::DeskId;
use keepclear_serve::{ClientCertificate, RateLimit};
use minicbor::bytes::ByteVec;

use super::intake::{Outcome, take_in};
use super::protocol::{BODY_MAX, ENTRIES_MAX, MEDIA_TYPE, SYNC_PATH, Sync, VERSION};
use super::{heard, witness_server};
use crate::desk::Desk;
use crate::engine::{Shared, Showing};
use crate::journal::{Suspected, SuspicionKind};

/// Longest that a request's body may take: its longest at some 300 kbit/s.
const BODY_TIME_MAX: Duration = Duration::from_secs(30);
/// Requests of one peer.
const REQUESTS_PER_SECOND: u32 = 500;
/// Bytes of urgent entries that every answer has room for.
const URGENT_ROOM: usize = 16 << 10;

struct Server {
    shared: Arc<Shared>,
    rate: RateLimit,
}

/// The routes for other desks. To be served with [`tls_acceptor`](crate::tls_acceptor), which lets
/// nobody else in.
pub fn sync_router(desk: &Desk) -> Router {
    let shared = Arc::clone(&desk.0);
    let witnesses = witness_server::router(Arc::clone(&shared));
    let server = Arc::new(Server { shared, rate: RateLimit::new(REQUESTS_PER_SECOND) });
    Router::new()
        .route(SYNC_PATH, post(sync))
        .with_state(server)
        .merge(witnesses)
        .fallback(|| async { plain(StatusCode::NOT_FOUND, "there is nothing at this path") })
}

async fn sync(State(server): State<Arc<Server>>, request: Request) -> Response {
    let Server { shared, rate } = &*server;
    let Caller { peer, body } = match caller(shared, rate, request).await {
        Ok(caller) => caller,
        Err(Refused(response)) => return *response,
    };
    let asked = match Sync::read(&body) {
        Ok(asked) => asked,
        Err(reason) => return refuse_unreadable(shared, peer, reason, &body).await,
    };
    heard::note(shared, peer, &asked).await;
    let Sync { room, entries, .. } = asked;
    let Outcome { refused, busy } = take_in(shared, peer, entries).await;
    let answer = answer(shared, peer, room as usize, refused, busy).await;
    (StatusCode::OK, [(CONTENT_TYPE, MEDIA_TYPE)], answer.write()).into_response()
}

/// A peer, and what it sent.
pub struct Caller {
    pub peer: DeskId,
    pub body: Bytes,
}

/// The answer to somebody who is not heard.
pub struct Refused(pub Box<Response>);

impl Refused {
    fn with(response: Response) -> Self {
        Self(Box::new(response))
    }
}

/// Who asks, by the certificate of the connection, and what.
///
/// # Errors
/// With the answer for a stranger, for one who asks too often, and for a body that is too long or does
/// not come.
pub async fn caller(
    shared: &Shared,
    rate: &RateLimit,
    request: Request,
) -> Result<Caller, Refused> {
    let (parts, body) = request.into_parts();
    let Some(ClientCertificate(certificate)) = parts.extensions.get::<ClientCertificate>() else {
        return Err(Refused::with(plain(StatusCode::FORBIDDEN, "a desk shows its certificate")));
    };
    let peer = match shared.showing(certificate) {
        Showing::Peer(peer) => peer,
        // On a connection from before it was replaced; whoever opens one with it is noted there.
        Showing::Replaced => {
            let reason = "this certificate was replaced; show the one that was agreed";
            return Err(Refused::with(plain(StatusCode::FORBIDDEN, reason)));
        }
        showing @ Showing::Nobody => {
            shared.suspect(heard::wrong_certificate(showing, certificate)).await;
            let reason = "no card of a paired desk names this certificate";
            return Err(Refused::with(plain(StatusCode::FORBIDDEN, reason)));
        }
    };
    if !rate.admits(&peer.to_string(), shared.clock.now().0) {
        return Err(Refused::with(busy("this desk is asked too often; wait and retry")));
    }
    match read_body(body).await {
        Ok(body) => Ok(Caller { peer, body }),
        Err(BodyError::TooLong) => {
            let detail = format!("a request of more than {BODY_MAX} bytes");
            suspect(shared, peer, SuspicionKind::Oversized, detail, &[]).await;
            let reason = "the request is too long; send less at once";
            Err(Refused::with(plain(StatusCode::PAYLOAD_TOO_LARGE, reason)))
        }
        Err(BodyError::Broken) => {
            let reason = "the request broke off or came too slowly";
            Err(Refused::with(plain(StatusCode::REQUEST_TIMEOUT, reason)))
        }
    }
}

/// Notes that a peer sent what is no message of the protocol, and answers it.
pub async fn refuse_unreadable(
    shared: &Shared,
    peer: DeskId,
    reason: String,
    body: &[u8],
) -> Response {
    let detail = format!("a request that cannot be read: {reason}");
    suspect(shared, peer, SuspicionKind::Malformed, detail, body).await;
    plain(StatusCode::BAD_REQUEST, &reason)
}

/// What we hold, and what they lack.
async fn answer(
    shared: &Arc<Shared>,
    peer: DeskId,
    room: usize,
    refused: Option<super::protocol::Refused>,
    busy: bool,
) -> Sync {
    let link = shared.links.to(peer);
    let room = room.min(BODY_MAX / 2);
    let mut entries = Vec::new();
    for (lane, room) in [(Lane::Urgent, URGENT_ROOM), (Lane::Ordinary, room)] {
        if room == 0 {
            continue;
        }
        let count = ENTRIES_MAX - entries.len();
        let after = link.send_after(lane);
        let found = shared.entries_after(peer, lane, after, count, room).await;
        link.sent(lane, after + found.len() as u64);
        entries.extend(found.into_iter().map(|bytes| ByteVec::from(bytes.to_vec())));
    }
    message(shared, peer, entries, 0, refused, busy)
}

/// A message of this moment.
pub fn message(
    shared: &Shared,
    peer: DeskId,
    entries: Vec<ByteVec>,
    room: u32,
    refused: Option<super::protocol::Refused>,
    busy: bool,
) -> Sync {
    let held = shared.read(|state| state.peer(peer).map(|line| line.held())).unwrap_or_default();
    Sync {
        version: VERSION,
        clock: shared.clock.now(),
        heard: shared.links.to(peer).their_clock(),
        held,
        room,
        entries,
        refused,
        busy,
    }
}

async fn suspect(shared: &Shared, peer: DeskId, kind: SuspicionKind, detail: String, bytes: &[u8]) {
    let digest = heard::digest_of(&[detail.as_bytes(), bytes]);
    shared.suspect(Suspected { peer: Some(peer), kind, digest, detail }).await;
}

enum BodyError {
    TooLong,
    Broken,
}

async fn read_body(body: Body) -> Result<Bytes, BodyError> {
    let read = Limited::new(body, BODY_MAX).collect();
    match tokio::time::timeout(BODY_TIME_MAX, read).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(BodyError::TooLong),
        Ok(Err(_)) | Err(_) => Err(BodyError::Broken),
    }
}

fn plain(status: StatusCode, reason: &str) -> Response {
    let body = serde_json::json!({ "message": reason }).to_string();
    (status, [(CONTENT_TYPE, "application/json")], body).into_response()
}

fn busy(reason: &str) -> Response {
    let mut response = plain(StatusCode::TOO_MANY_REQUESTS, reason);
    response.headers_mut().insert(RETRY_AFTER, http::HeaderValue::from_static("1"));
    response
}
