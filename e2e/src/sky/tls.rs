//! TLS for a sky under test: a certificate that signs itself, and both ends of a connection.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, StreamOwned};

/// The name that certificates here are made for.
const NAME: &str = "localhost";

/// A certificate that nobody trusts who is not told to, with its key.
#[derive(Debug)]
pub struct Certificate {
    certificate: rcgen::Certificate,
    key: rcgen::KeyPair,
}

impl Certificate {
    /// A fresh one for `localhost`.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn generate() -> Self {
        // The process may use several providers, and one must be the default.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let made = generate_simple_self_signed([NAME.to_owned()]).unwrap();
        let CertifiedKey { cert: certificate, signing_key: key } = made;
        Self { certificate, key }
    }

    /// The certificate as PEM.
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// Its key as PEM.
    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    /// A client that trusts this certificate and no other.
    ///
    /// # Panics
    /// When the certificate is none.
    pub fn client(&self) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.der().clone()).unwrap();
        Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
    }

    /// A server that shows this certificate.
    ///
    /// # Panics
    /// When certificate and key do not belong together.
    pub fn server(&self) -> Arc<ServerConfig> {
        let key = PrivatePkcs8KeyDer::from(self.key.serialize_der());
        let chain = vec![self.certificate.der().clone()];
        let config = ServerConfig::builder().with_no_client_auth();
        Arc::new(config.with_single_cert(chain, PrivateKeyDer::from(key)).unwrap())
    }
}

/// A connection, with TLS or without.
#[derive(Debug)]
pub enum Stream {
    /// As it is.
    Plain(TcpStream),
    /// Encrypted.
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Stream {
    /// Speaks TLS on a connection to a sky; the handshake comes with the first bytes.
    ///
    /// # Errors
    /// When the configuration cannot be used.
    pub fn encrypted(config: Arc<ClientConfig>, stream: TcpStream) -> io::Result<Self> {
        let name = ServerName::try_from(NAME).map_err(io::Error::other)?;
        let connection = ClientConnection::new(config, name).map_err(io::Error::other)?;
        Ok(Self::Tls(Box::new(StreamOwned::new(connection, stream))))
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(buffer),
            Self::Tls(stream) => stream.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}
