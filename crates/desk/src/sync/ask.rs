//! One exchange with a peer, from the end that asks.

use std::sync::Arc;
use std::time::{Duration, Instant as Elapsed};

use http::header::CONTENT_TYPE;
use keepclear_line::quantity::DeskId;
use minicbor::bytes::ByteVec;
use reqwest::Client;
use rustls::ClientConfig;
use tokio::time::timeout;

use super::intake::{Outcome, take_in};
use super::link::Link;
use super::protocol::{BODY_MAX, MEDIA_TYPE, SYNC_PATH, Sync};
use super::{heard, server, tls};
use crate::card::Card;
use crate::engine::Shared;
use crate::journal::{Suspected, SuspicionKind};

/// What it takes to ask one peer.
#[derive(Clone)]
pub struct Asking {
    pub shared: Arc<Shared>,
    pub peer: DeskId,
    url: String,
    /// Clones share what was agreed in earlier handshakes, which makes the next ones short.
    config: ClientConfig,
}

/// One connection, made with the first exchange. Whoever drops it closes it.
pub struct Connection(Client);

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    #[error("{0}")]
    Http(#[from] reqwest::Error),
    #[error("no answer in time")]
    Late,
    #[error("it hung from before a cut")]
    Hung,
    #[error("the other desk answered {0}")]
    Status(u16),
    #[error("its answer is longer than {BODY_MAX} bytes")]
    TooLong,
    #[error("its answer cannot be read: {0}")]
    Unreadable(String),
}

impl Asking {
    /// Of the peer with this card.
    ///
    /// # Errors
    /// When our certificate and key do not fit each other.
    pub fn of(shared: Arc<Shared>, card: &Card) -> Result<Self, rustls::Error> {
        let config = tls::client_config(&shared.identity, card.certificate())?;
        let url = format!("{}{SYNC_PATH}", card.url().trim_end_matches('/'));
        Ok(Self { shared, peer: card.desk(), url, config })
    }

    /// What is known of the way there.
    pub fn link(&self) -> Arc<Link> {
        self.shared.links.to(self.peer)
    }

    /// A new connection.
    ///
    /// # Errors
    /// When the system gives no client.
    pub fn connection(&self) -> Result<Connection, reqwest::Error> {
        let client = Client::builder()
            .tls_backend_preconfigured(self.config.clone())
            .http1_only()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .tcp_nodelay(true)
            .pool_max_idle_per_host(1)
            .build()?;
        Ok(Connection(client))
    }

    /// Sends entries, and answers what came back. What hangs when a cut is seen to be over is given up.
    ///
    /// # Errors
    /// [`AskError`].
    pub async fn ask(
        &self,
        connection: &Connection,
        entries: Vec<ByteVec>,
        room: usize,
        within: Duration,
    ) -> Result<Sync, AskError> {
        let Self { shared, peer, .. } = self;
        let link = self.link();
        let mut healed = link.healed();
        let room = u32::try_from(room).unwrap_or(u32::MAX);
        let message = server::message(shared, *peer, entries, room, None, false);
        let (left, began) = (message.clock, Elapsed::now());
        let answered = tokio::select! {
            answered = timeout(within, self.post(connection, message.write())) => {
                answered.unwrap_or(Err(AskError::Late))
            }
            _ = healed.changed() => Err(AskError::Hung),
        };
        let answer = match answered {
            Ok(answer) => answer,
            Err(error) => {
                self.suspect(&error).await;
                return Err(error);
            }
        };
        link.answered(left, began.elapsed(), answer.clock);
        heard::note(shared, *peer, &answer).await;
        Ok(answer)
    }

    async fn post(&self, connection: &Connection, body: Vec<u8>) -> Result<Sync, AskError> {
        let request = connection.0.post(&self.url).header(CONTENT_TYPE, MEDIA_TYPE).body(body);
        let mut response = request.send().await?;
        if !response.status().is_success() {
            return Err(AskError::Status(response.status().as_u16()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if bytes.len() + chunk.len() > BODY_MAX {
                return Err(AskError::TooLong);
            }
            bytes.extend_from_slice(&chunk);
        }
        Sync::read(&bytes).map_err(AskError::Unreadable)
    }

    /// Takes in the entries of an answer.
    pub async fn take(&self, answer: Sync) {
        let Outcome { refused, .. } = take_in(&self.shared, self.peer, answer.entries).await;
        if let Some(refused) = refused {
            tracing::debug!(peer = %self.peer, reason = refused.reason, "an entry was not taken");
        }
    }

    /// Writes down what no honest desk answers.
    async fn suspect(&self, error: &AskError) {
        let kind = match error {
            AskError::Http(error) if is_wrong_certificate(error) => SuspicionKind::WrongCertificate,
            AskError::TooLong => SuspicionKind::Oversized,
            AskError::Unreadable(_) => SuspicionKind::Malformed,
            _ => return,
        };
        let detail = match kind {
            SuspicionKind::WrongCertificate => {
                format!("who answers at {} shows another certificate than its card", self.url)
            }
            _ => error.to_string(),
        };
        let digest = heard::digest_of(&[detail.as_bytes()]);
        self.shared.suspect(Suspected { peer: Some(self.peer), kind, digest, detail }).await;
    }
}

fn is_wrong_certificate(error: &reqwest::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if let Some(rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
            return true;
        }
        // A TLS error comes inside an I/O error, which does not name it as its source.
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}
