//! One exchange with a peer, from the end that asks.

use std::sync::Arc;
use std::time::{Duration, Instant as Elapsed};

use keepclear_line::quantity::DeskId;
use minicbor::bytes::ByteVec;
use rustls::ClientConfig;
use tokio::time::timeout;

use super::connection::{Address, AskError, Connection};
use super::intake::{Outcome, take_in};
use super::link::Link;
use super::protocol::{SYNC_PATH, Sync};
use super::witness_protocol::{Answered, Asked, WITNESS_PATH};
use super::{heard, server, tls};
use crate::card::Card;
use crate::engine::Shared;
use crate::journal::{Suspected, SuspicionKind};

/// What it takes to ask one peer.
#[derive(Clone)]
pub struct Asking {
    pub shared: Arc<Shared>,
    pub peer: DeskId,
    address: Address,
    /// Shared by all connections, which makes the handshakes after the first one short.
    config: Arc<ClientConfig>,
    /// The peer may show one of several certificates.
    pub changing: bool,
}

/// Why a peer cannot be asked at all.
#[derive(Debug, thiserror::Error)]
pub enum NoWay {
    #[error(transparent)]
    Address(#[from] AskError),
    #[error("our certificate and key do not fit each other: {0}")]
    Certificate(#[from] rustls::Error),
    #[error("the certificate that it agreed to is not here; restore it and its key from a copy")]
    NoCertificate,
}

impl Asking {
    /// Of the peer with this card.
    ///
    /// # Errors
    /// [`NoWay`].
    pub fn of(shared: Arc<Shared>, card: &Card) -> Result<Self, NoWay> {
        let peer = card.desk();
        let pair = shared.shown_to(peer).ok_or(NoWay::NoCertificate)?;
        let changing = shared.pinned(peer).len() > 1;
        let config = Arc::new(tls::client_config(&shared, peer, &pair, changing)?);
        let address = Address::of(card.url())?;
        Ok(Self { shared, peer, address, config, changing })
    }

    /// What is known of the way there.
    pub fn link(&self) -> Arc<Link> {
        self.shared.links.to(self.peer)
    }

    /// A new connection.
    ///
    /// # Errors
    /// [`AskError`].
    pub async fn connect(&self, within: Duration) -> Result<Connection, AskError> {
        let open = Connection::open(&self.address, &self.config);
        let connection = self.unless_hung(within, open).await?;
        if let Some(shown) = connection.shown() {
            self.shared.saw(self.peer, shown);
        }
        Ok(connection)
    }

    /// Sends entries, and answers what came back.
    ///
    /// # Errors
    /// [`AskError`].
    pub async fn ask(
        &self,
        connection: &mut Connection,
        entries: Vec<ByteVec>,
        room: usize,
        within: Duration,
    ) -> Result<Sync, AskError> {
        let Self { shared, peer, .. } = self;
        let room = u32::try_from(room).unwrap_or(u32::MAX);
        let message = server::message(shared, *peer, entries, room, None, false);
        let (left, began) = (message.clock, Elapsed::now());
        let answer = async {
            let bytes = connection.exchange(&self.address, SYNC_PATH, message.write()).await?;
            Sync::read(&bytes).map_err(AskError::Unreadable)
        };
        let answer = self.unless_hung(within, answer).await?;
        self.link().answered(left, began, answer.clock);
        heard::note(shared, *peer, &answer).await;
        Ok(answer)
    }

    /// Asks for what this desk may read as a witness.
    ///
    /// # Errors
    /// [`AskError`].
    pub async fn ask_as_witness(
        &self,
        connection: &mut Connection,
        asked: &Asked,
        within: Duration,
    ) -> Result<Answered, AskError> {
        let answer = async {
            let bytes = connection.exchange(&self.address, WITNESS_PATH, asked.write()).await?;
            Answered::read(&bytes).map_err(AskError::Unreadable)
        };
        self.unless_hung(within, answer).await
    }

    /// What hangs from before a cut is given up as soon as something later has come through.
    async fn unless_hung<T>(
        &self,
        within: Duration,
        work: impl Future<Output = Result<T, AskError>>,
    ) -> Result<T, AskError> {
        let (link, began) = (self.link(), Elapsed::now());
        let done = tokio::select! {
            done = timeout(within, work) => done.unwrap_or(Err(AskError::Late)),
            () = link.overtaken(began) => Err(AskError::Hung),
        };
        if let Err(error) = &done {
            self.suspect(error).await;
        }
        done
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
        let (kind, detail) = match error {
            AskError::Connect(_) if error.is_wrong_certificate() => {
                let url = &self.address.url;
                let detail =
                    format!("who answers at {url} shows a certificate that was not agreed");
                (SuspicionKind::WrongCertificate, detail)
            }
            AskError::TooLong => (SuspicionKind::Oversized, error.to_string()),
            AskError::Unreadable(_) => (SuspicionKind::Malformed, error.to_string()),
            _ => return,
        };
        let digest = heard::digest_of(&[detail.as_bytes()]);
        self.shared.suspect(Suspected { peer: Some(self.peer), kind, digest, detail }).await;
    }
}
