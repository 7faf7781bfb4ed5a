//! The desk's keys: one that signs what it says, one for its connections.
//!
//! Both are made when the desk is founded and lie in its data folder, readable by its user alone. The
//! certificate is self-signed: peers pin it as it is, nobody else's word is asked.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keepclear_record::{PublicKey, SigningKey};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// The signing key's file in the data folder.
pub const SIGNING_KEY_FILE: &str = "signing-key.pem";
/// The file of the key that is to come after it.
pub const NEXT_KEY_FILE: &str = "signing-key-next.pem";
/// The certificate's file in the data folder.
pub const CERTIFICATE_FILE: &str = "line-certificate.pem";
/// The file of the certificate's key in the data folder.
pub const TLS_KEY_FILE: &str = "line-key.pem";

/// Why a desk has no keys.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct IdentityError {
    /// Which file.
    pub file: String,
    /// What is wrong and what to do.
    pub reason: String,
}

/// A desk's keys.
#[derive(Clone)]
pub struct Identity {
    folder: PathBuf,
    signing_key: Arc<SigningKey>,
    /// The key that this desk would like to sign with, once it has one.
    next: Arc<Mutex<Option<Arc<SigningKey>>>>,
    certificate: CertificateDer<'static>,
    tls_key: Arc<PrivateKeyDer<'static>>,
}

impl Identity {
    /// Makes the keys of a new desk, and keeps them in its folder. Keys that an interrupted founding
    /// left there are used.
    ///
    /// # Errors
    /// [`IdentityError`] for a file that cannot be written, or a key that is no key.
    pub fn make(folder: &Path) -> Result<Self, IdentityError> {
        let signing = folder.join(SIGNING_KEY_FILE);
        if !signing.exists() {
            make_key(&signing)?;
        }
        let (certificate, key) = (folder.join(CERTIFICATE_FILE), folder.join(TLS_KEY_FILE));
        if !certificate.exists() {
            let pair = rcgen::KeyPair::generate().map_err(|error| wrong(&key, &error))?;
            let params = rcgen::CertificateParams::new(vec!["keepclear.invalid".to_owned()]);
            let made = params.and_then(|params| params.self_signed(&pair));
            let made = made.map_err(|error| wrong(&certificate, &error))?;
            if key.exists() {
                fs::remove_file(&key).map_err(|error| wrong(&key, &error))?;
            }
            write(&key, pair.serialize_pem().as_bytes())?;
            write(&certificate, made.pem().as_bytes())?;
        }
        Self::open(folder)
    }

    /// The keys of a desk that was founded.
    ///
    /// # Errors
    /// [`IdentityError`] for a file that is missing or is no key.
    pub fn open(folder: &Path) -> Result<Self, IdentityError> {
        let path = folder.join(SIGNING_KEY_FILE);
        let signing_key = Arc::new(read_key(&path)?);
        let path = folder.join(NEXT_KEY_FILE);
        let next = path.exists().then(|| read_key(&path).map(Arc::new)).transpose()?;
        let path = folder.join(CERTIFICATE_FILE);
        let certificate =
            CertificateDer::from_pem_file(&path).map_err(|error| lost(&path, &error))?;
        let path = folder.join(TLS_KEY_FILE);
        let tls_key = PrivateKeyDer::from_pem_file(&path).map_err(|error| lost(&path, &error))?;
        let (folder, tls_key) = (folder.to_owned(), Arc::new(tls_key));
        let next = Arc::new(Mutex::new(next));
        Ok(Self { folder, signing_key, next, certificate, tls_key })
    }

    /// The key that this desk would like to sign with, made when there is none yet. Each line goes
    /// over to it when the peer has agreed.
    ///
    /// # Errors
    /// [`IdentityError`] when it cannot be kept.
    pub fn next_key(&self) -> Result<Arc<SigningKey>, IdentityError> {
        let mut next = self.lock();
        if let Some(key) = &*next {
            return Ok(Arc::clone(key));
        }
        let path = self.folder.join(NEXT_KEY_FILE);
        make_key(&path)?;
        let key = Arc::new(read_key(&path)?);
        *next = Some(Arc::clone(&key));
        Ok(key)
    }

    /// The private half of this public key, when this desk has it.
    pub fn key_of(&self, public: &PublicKey) -> Option<Arc<SigningKey>> {
        let next = self.lock();
        let keys = [Some(&self.signing_key), next.as_ref()];
        keys.into_iter().flatten().find(|key| key.public() == *public).map(Arc::clone)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<SigningKey>>> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key that signs what the desk says.
    pub fn signing_key(&self) -> &Arc<SigningKey> {
        &self.signing_key
    }

    /// The certificate that the desk shows to peers.
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// The certificate's key.
    pub fn tls_key(&self) -> PrivateKeyDer<'static> {
        self.tls_key.clone_key()
    }
}

fn make_key(path: &Path) -> Result<(), IdentityError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| wrong(path, &error))?;
    let pem = SigningKey::from_seed(&seed).to_pem().map_err(|error| wrong(path, &error))?;
    write(path, pem.as_bytes())
}

fn read_key(path: &Path) -> Result<SigningKey, IdentityError> {
    let text = fs::read_to_string(path).map_err(|error| lost(path, &error))?;
    SigningKey::from_pem(&text).map_err(|error| wrong(path, &error))
}

/// A new file that only its user may read, durable when this returns.
fn write(path: &Path, content: &[u8]) -> Result<(), IdentityError> {
    let unfinished = PathBuf::from(format!("{}.new", path.display()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let written = options.open(&unfinished).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    written
        .and_then(|()| fs::rename(&unfinished, path))
        .and_then(|()| match path.parent() {
            Some(folder) => fs::File::open(folder)?.sync_all(),
            None => Ok(()),
        })
        .map_err(|error| wrong(path, &error))
}

fn wrong(path: &Path, error: &dyn std::fmt::Display) -> IdentityError {
    IdentityError { file: path.display().to_string(), reason: error.to_string() }
}

fn lost(path: &Path, error: &dyn std::fmt::Display) -> IdentityError {
    let reason = format!(
        "{error}; the desk was founded with this file and cannot speak without it: restore it from \
         a copy"
    );
    IdentityError { file: path.display().to_string(), reason }
}
