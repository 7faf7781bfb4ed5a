//! Certificates are compared, not trusted: what counts is the card that two people have compared, and
//! what both sides have agreed on since.
//!
//! Neither end needs a name or an authority: each must show exactly such a certificate, and hold its
//! key. A stranger is refused before it has asked for anything.

use std::fmt;
use std::sync::Arc;

use keepclear_line::quantity::DeskId;
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName, Error, ServerConfig,
    SignatureScheme,
};
use tokio::runtime::Handle;
use tokio_rustls::TlsAcceptor;

use super::heard::wrong_certificate;
use crate::desk::Desk;
use crate::engine::{Shared, Showing};
use crate::identity::Pair;

/// What takes connections of other desks. It shows whichever certificate the desk has come to.
///
/// # Errors
/// When there is no way to encrypt.
pub fn tls_acceptor(desk: &Desk) -> Result<TlsAcceptor, Error> {
    let shared = &desk.0;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let proof = Proof(Arc::clone(&provider));
    let verifier = Arc::new(Peers { shared: Arc::clone(shared), proof });
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(Arc::new(Shown(Arc::clone(shared))));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// How this desk connects to a peer, showing `pair`.
///
/// While the peer's certificate changes each handshake is a whole one: a shortened one would not show
/// which it has come to.
///
/// # Errors
/// When the desk's certificate and key do not fit each other.
pub fn client_config(
    shared: &Arc<Shared>,
    peer: DeskId,
    pair: &Pair,
    changing: bool,
) -> Result<ClientConfig, Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let proof = Proof(Arc::clone(&provider));
    let verifier = Arc::new(PinnedServer { shared: Arc::clone(shared), proof, peer });
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_client_auth_cert(vec![pair.certificate().clone()], pair.key())?;
    if changing {
        config.resumption = Resumption::disabled();
    }
    Ok(config)
}

/// The certificate that the desk shows at the moment of a handshake.
struct Shown(Arc<Shared>);

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").finish_non_exhaustive()
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(self.0.presented().certificate.certified()))
    }
}

/// Takes whoever shows the certificate of a peer, and has who shows another one written down.
///
/// Resumed connections do not come by here: the handler looks at the certificate once more.
struct Peers {
    shared: Arc<Shared>,
    proof: Proof,
}

impl fmt::Debug for Peers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peers").finish_non_exhaustive()
    }
}

impl ClientCertVerifier for Peers {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let showing = self.shared.showing(shown);
        if let Showing::Peer(_) = showing {
            return Ok(ClientCertVerified::assertion());
        }
        let (shared, suspected) = (Arc::clone(&self.shared), wrong_certificate(showing, shown));
        // Handshakes are made by tasks; without one there is nobody to write it down.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move { shared.suspect(suspected).await });
        }
        Err(refused())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.proof.tls12(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.proof.tls13(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.proof.schemes()
    }
}

/// Takes a peer that shows a certificate of its card or one that was agreed on since.
struct PinnedServer {
    shared: Arc<Shared>,
    proof: Proof,
    peer: DeskId,
}

impl fmt::Debug for PinnedServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PinnedServer").field("peer", &self.peer).finish_non_exhaustive()
    }
}

impl ServerCertVerifier for PinnedServer {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let pinned = self.shared.pinned(self.peer);
        if pinned.iter().any(|known| known.0 == shown.as_ref()) {
            return Ok(ServerCertVerified::assertion());
        }
        Err(refused())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.proof.tls12(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.proof.tls13(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.proof.schemes()
    }
}

fn refused() -> Error {
    Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure)
}

/// That whoever shows a certificate holds its key.
#[derive(Debug)]
struct Proof(Arc<CryptoProvider>);

impl Proof {
    fn tls12(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn tls13(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
