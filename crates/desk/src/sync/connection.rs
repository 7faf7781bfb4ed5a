//! One connection to a peer, made before there is anything to say on it.
//!
//! Over a slow and lossy link a handshake takes seconds. A clock that was read before it proves a moment that
//! is long past, and urgent words that wait for it come late.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::{Request, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

use super::protocol::{BODY_MAX, MEDIA_TYPE, SYNC_PATH};

/// The port of an address that names none.
const HTTPS_PORT: u16 = 443;

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    #[error("the address {url} names no host that can be reached")]
    Address { url: String },
    #[error("cannot connect: {0}")]
    Connect(#[from] std::io::Error),
    #[error("{0}")]
    Http(#[from] hyper::Error),
    #[error("no answer in time")]
    Late,
    #[error("it hung from before a cut")]
    Hung,
    #[error("the other desk answered {0}")]
    Status(u16),
    #[error("its answer is longer than {BODY_MAX} bytes")]
    TooLong,
    #[error("its answer breaks off: {0}")]
    BrokenOff(Box<dyn std::error::Error + Send + std::marker::Sync>),
    #[error("its answer cannot be read: {0}")]
    Unreadable(String),
}

impl AskError {
    /// Whether somebody else than the peer was there.
    pub fn is_wrong_certificate(&self) -> bool {
        let Self::Connect(error) = self else { return false };
        // A TLS error comes inside an I/O error, which does not name it as its source.
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
        matches!(inner, Some(rustls::Error::InvalidCertificate(_)))
    }
}

/// Where a peer is asked.
#[derive(Debug, Clone)]
pub struct Address {
    /// As its card says.
    pub url: String,
    host: String,
    port: u16,
    name: ServerName<'static>,
    /// As the peer reads them in a request.
    authority: String,
    /// What stands before the paths of the protocol.
    path: String,
}

impl Address {
    /// Of the address of a card.
    ///
    /// # Errors
    /// [`AskError::Address`].
    pub fn of(url: &str) -> Result<Self, AskError> {
        let refused = || AskError::Address { url: url.to_owned() };
        let base = url.trim_end_matches('/');
        let uri: Uri = format!("{base}{SYNC_PATH}").parse().map_err(|_| refused())?;
        let authority = uri.authority().ok_or_else(refused)?.as_str();
        // Whoever stands before a desk may want a name and a password; they are no part of an address.
        let authority = authority.rsplit('@').next().unwrap_or(authority).to_owned();
        let host = uri.host().ok_or_else(refused)?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(host.clone()).map_err(|_| refused())?;
        let port = uri.port_u16().unwrap_or(HTTPS_PORT);
        let path = uri.path().strip_suffix(SYNC_PATH).ok_or_else(refused)?.to_owned();
        Ok(Self { url: url.to_owned(), host, port, name, authority, path })
    }
}

/// An open connection. Whoever drops it closes it.
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    shown: Option<CertificateDer<'static>>,
    /// What moves its bytes; ends with it.
    _driver: JoinSet<()>,
}

impl Connection {
    /// Opens one.
    ///
    /// # Errors
    /// [`AskError::Connect`] and [`AskError::Http`].
    pub async fn open(address: &Address, config: &Arc<ClientConfig>) -> Result<Self, AskError> {
        let stream = TcpStream::connect((address.host.as_str(), address.port)).await?;
        stream.set_nodelay(true)?;
        let connector = TlsConnector::from(Arc::clone(config));
        let stream = connector.connect(address.name.clone(), stream).await?;
        let (_, session) = stream.get_ref();
        let shown = session.peer_certificates().and_then(|chain| chain.first());
        let shown = shown.map(|certificate| certificate.clone().into_owned());
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        let mut driver = JoinSet::new();
        driver.spawn(async move {
            // Whoever waits for an answer learns of the same error.
            let _ = connection.await;
        });
        Ok(Self { sender, shown, _driver: driver })
    }

    /// The certificate whose key the other end has proved to hold.
    pub fn shown(&self) -> Option<&CertificateDer<'static>> {
        self.shown.as_ref()
    }

    /// Whether nothing can be said on it any more.
    pub fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Sends a message of the protocol to one of its paths, and answers the bytes that come back.
    ///
    /// # Errors
    /// [`AskError`].
    pub async fn exchange(
        &mut self,
        address: &Address,
        path: &str,
        message: Vec<u8>,
    ) -> Result<Bytes, AskError> {
        let mut request = Request::post(format!("{}{path}", address.path))
            .header(CONTENT_TYPE, MEDIA_TYPE)
            .body(Full::from(message))
            .map_err(|_| AskError::Address { url: address.url.clone() })?;
        let host = address.authority.parse();
        let host = host.map_err(|_| AskError::Address { url: address.url.clone() })?;
        request.headers_mut().insert(HOST, host);
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        if !response.status().is_success() {
            return Err(AskError::Status(response.status().as_u16()));
        }
        let body = Limited::new(response.into_body(), BODY_MAX).collect().await;
        let body = body.map_err(|error| {
            if error.is::<http_body_util::LengthLimitError>() {
                AskError::TooLong
            } else {
                AskError::BrokenOff(error)
            }
        })?;
        Ok(body.to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_have_a_path_a_port_and_a_host_of_numbers() {
        let read = |url| {
            let Address { host, port, authority, path, .. } = Address::of(url).unwrap();
            (host, port, authority, path)
        };
        let owned = |host: &str, port, authority: &str, path: &str| {
            (host.to_owned(), port, authority.to_owned(), path.to_owned())
        };
        assert_eq!(
            read("https://desk.example/north/"),
            owned("desk.example", 443, "desk.example", "/north")
        );
        assert_eq!(
            read("https://[2001:db8::7]:8443"),
            owned("2001:db8::7", 8443, "[2001:db8::7]:8443", "")
        );
        assert!(matches!(Address::of("https://"), Err(AskError::Address { .. })));
    }
}
