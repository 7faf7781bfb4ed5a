//! One kept connection to the DSS, plain or TLS.
//!
//! It speaks HTTP/1.1 through hyper's bare connection: a pooling client would cost more of the
//! cores that are shared with the DSS than the requests themselves.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Body as _;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::HeaderValue;
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest wait for an answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// Where the DSS is.
pub struct Target {
    host: String,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    /// Value of the `host` header.
    pub authority: HeaderValue,
    /// What precedes the paths of the standard; no slash at its end.
    pub base_path: String,
}

/// Why there is no talking to the DSS.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// The address cannot be used.
    #[error("--url {url}: {reason}; expected http://HOST[:PORT] or https://HOST[:PORT]")]
    BadUrl {
        /// As given.
        url: String,
        /// What is wrong.
        reason: String,
    },
    /// Certificates to trust cannot be read.
    #[error("--ca-file {file}: {reason}")]
    BadCertificates {
        /// As given.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// Nobody answers there.
    #[error("cannot reach the DSS at {host}:{port}: {reason}")]
    Unreachable {
        /// Its host.
        host: String,
        /// Its port.
        port: u16,
        /// What the system said.
        reason: String,
    },
    /// A request got no answer, or half of one.
    #[error("no answer: {0}")]
    NoAnswer(String),
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status; 0 when there was no answer.
    pub code: u16,
    /// The whole body.
    pub body: Bytes,
}

impl Target {
    /// Reads an address.
    ///
    /// # Errors
    /// [`ConnectionError::BadUrl`] and [`ConnectionError::BadCertificates`].
    pub fn parse(url: &str, ca_file: Option<&Path>) -> Result<Self, ConnectionError> {
        let bad = |reason: String| ConnectionError::BadUrl { url: url.to_owned(), reason };
        let uri: Uri = url.parse().map_err(|error| bad(format!("{error}")))?;
        let host = uri.host().ok_or_else(|| bad("no host".to_owned()))?;
        let authority = uri.authority().map_or(host, |authority| authority.as_str());
        let authority =
            HeaderValue::from_str(authority).map_err(|error| bad(format!("{error}")))?;
        // Addresses of IPv6 stand in brackets.
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let (default_port, tls) = match uri.scheme_str() {
            Some("http") => (80, None),
            Some("https") => {
                let name =
                    ServerName::try_from(host.clone()).map_err(|error| bad(format!("{error}")))?;
                (443, Some((connector(ca_file)?, name)))
            }
            _ => return Err(bad("no scheme".to_owned())),
        };
        let port = uri.port_u16().unwrap_or(default_port);
        let base_path = uri.path().trim_end_matches('/').to_owned();
        Ok(Self { host, port, tls, authority, base_path })
    }

    /// Host name or address, as the audience of tokens.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Opens a connection.
    ///
    /// # Errors
    /// [`ConnectionError::Unreachable`].
    pub async fn connect(&self) -> Result<Connection, ConnectionError> {
        let unreachable = |reason: String| ConnectionError::Unreachable {
            host: self.host.clone(),
            port: self.port,
            reason,
        };
        let opened = tokio::time::timeout(CONNECT_TIMEOUT, self.open()).await;
        opened
            .map_err(|_| unreachable(format!("nothing after {} s", CONNECT_TIMEOUT.as_secs())))?
            .map_err(unreachable)
    }

    async fn open(&self) -> Result<Connection, String> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await;
        let stream = stream.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        match &self.tls {
            None => Connection::over(stream).await,
            Some((connector, name)) => {
                let stream = connector.connect(name.clone(), stream).await;
                Connection::over(stream.map_err(|error| error.to_string())?).await
            }
        }
    }
}

fn connector(ca_file: Option<&Path>) -> Result<TlsConnector, ConnectionError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(file) = ca_file {
        let bad = |reason: String| ConnectionError::BadCertificates {
            file: file.display().to_string(),
            reason,
        };
        let certificates =
            CertificateDer::pem_file_iter(file).map_err(|error| bad(error.to_string()))?;
        for certificate in certificates {
            let certificate = certificate.map_err(|error| bad(error.to_string()))?;
            roots.add(certificate).map_err(|error| bad(error.to_string()))?;
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ConnectionError::NoAnswer(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// A connection that is kept from request to request.
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
}

impl Connection {
    async fn over<S>(stream: S) -> Result<Self, String>
    where
        S: AsyncRead + AsyncWrite + Unpin + 'static,
    {
        let (sender, connection) =
            handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        tokio::task::spawn_local(async move {
            // What ends the connection is told to whoever waits for an answer on it.
            let _ = connection.await;
        });
        Ok(Self { sender })
    }

    /// Sends a request, and reads its answer to the end.
    ///
    /// # Errors
    /// [`ConnectionError::NoAnswer`], after which the connection is of no use.
    pub async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Answer, ConnectionError> {
        let lost = |error: hyper::Error| ConnectionError::NoAnswer(error.to_string());
        let answered = async {
            self.sender.ready().await.map_err(lost)?;
            let response = self.sender.send_request(request).await.map_err(lost)?;
            let code = response.status().as_u16();
            let body = whole(response.into_body()).await.map_err(lost)?;
            Ok(Answer { code, body })
        };
        tokio::time::timeout(ANSWER_TIMEOUT, answered).await.unwrap_or_else(|_| {
            let seconds = ANSWER_TIMEOUT.as_secs();
            Err(ConnectionError::NoAnswer(format!("nothing after {seconds} s")))
        })
    }
}

/// Small bodies come in one piece, which is handed on as it is.
async fn whole(mut body: hyper::body::Incoming) -> Result<Bytes, hyper::Error> {
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame?.into_data() else { continue };
        if first.is_empty() {
            first = piece;
        } else {
            if rest.is_empty() {
                let expected = body.size_hint().lower() as usize;
                rest.reserve(first.len() + piece.len() + expected);
                rest.extend_from_slice(&first);
            }
            rest.extend_from_slice(&piece);
        }
    }
    Ok(if rest.is_empty() { first } else { rest.freeze() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart() {
        let target = Target::parse("http://[::1]:8082/pool/", None).unwrap();
        assert_eq!((target.host(), target.port), ("::1", 8082));
        assert_eq!(target.authority, "[::1]:8082");
        assert_eq!(target.base_path, "/pool");
        let target = Target::parse("https://dss.example.com", None).unwrap();
        assert_eq!(
            (target.host(), target.port, target.tls.is_some()),
            ("dss.example.com", 443, true)
        );
        for bad in ["dss.example.com:80", "ftp://x", "http://", ""] {
            assert!(Target::parse(bad, None).is_err(), "{bad}");
        }
    }
}
