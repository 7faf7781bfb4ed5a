//! Certificates are compared, not trusted: what counts is the card that two people have compared.
//!
//! Neither end needs a name or an authority: each must show exactly the certificate of its card, and
//! hold its key. A stranger is refused before it has asked for anything.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName, Error, ServerConfig,
    SignatureScheme,
};
use tokio::runtime::Handle;
use tokio_rustls::TlsAcceptor;

use super::heard::unknown_certificate;
use crate::desk::Desk;
use crate::engine::Shared;
use crate::identity::Identity;

/// What takes connections of other desks.
///
/// # Errors
/// When the desk's certificate and key do not fit each other.
pub fn tls_acceptor(desk: &Desk) -> Result<TlsAcceptor, Error> {
    let identity = &desk.0.identity;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let proof = Proof(Arc::clone(&provider));
    let verifier = Arc::new(Peers { shared: Arc::clone(&desk.0), proof });
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![identity.certificate().clone()], identity.tls_key())?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// How this desk connects to a peer with this certificate.
///
/// # Errors
/// When the desk's certificate and key do not fit each other.
pub fn client_config(identity: &Identity, pinned: &[u8]) -> Result<ClientConfig, Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let pinned = CertificateDer::from(pinned.to_vec());
    let verifier = Arc::new(PinnedServer { proof: Proof(Arc::clone(&provider)), pinned });
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_client_auth_cert(vec![identity.certificate().clone()], identity.tls_key())
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
        if self.shared.read(|state| state.peer_of_certificate(shown).is_some()) {
            return Ok(ClientCertVerified::assertion());
        }
        let (shared, suspected) = (Arc::clone(&self.shared), unknown_certificate(shown));
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

#[derive(Debug)]
struct PinnedServer {
    proof: Proof,
    pinned: CertificateDer<'static>,
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
        if shown.as_ref() == self.pinned.as_ref() {
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
