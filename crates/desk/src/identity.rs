//! The desk's keys: those that sign what it says, and those for its connections.
//!
//! The first of both are made when the desk is founded and lie in its data folder, readable by its user
//! alone. Certificates are self-signed: peers pin them as they are, nobody else's word is asked.

mod certificates;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keepclear_record::{PublicKey, SigningKey};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

pub use certificates::{Certificates, Pair, fingerprint};

/// The signing key's file in the data folder.
pub const SIGNING_KEY_FILE: &str = "signing-key.pem";
/// Later keys are in `signing-key-2-1a2b3c4d.pem` and so on: a number, and the first bytes of the public
/// half, so that one that is missed can be named.
const LATER_KEY_PREFIX: &str = "signing-key-";
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
    /// Those after it, by number.
    later: Arc<Mutex<BTreeMap<u32, Arc<SigningKey>>>>,
    certificates: Arc<Certificates>,
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
            write_key(&signing, &new_key(folder)?)?;
        }
        Certificates::make_first(folder)?;
        Self::open(folder)
    }

    /// The keys of a desk that was founded.
    ///
    /// # Errors
    /// [`IdentityError`] for a file that is missing or is no key.
    pub fn open(folder: &Path) -> Result<Self, IdentityError> {
        let path = folder.join(SIGNING_KEY_FILE);
        let signing_key = Arc::new(read_key(&path)?);
        let later = later_keys(folder)?;
        let certificates = Arc::new(Certificates::open(folder)?);
        let (folder, later) = (folder.to_owned(), Arc::new(Mutex::new(later)));
        Ok(Self { folder, signing_key, later, certificates })
    }

    /// The key that a line which has come to `used` goes over to: the newest, or one that is made. It
    /// does once the peer has agreed.
    ///
    /// # Errors
    /// [`IdentityError`] when it cannot be kept.
    pub fn key_after(&self, used: &PublicKey) -> Result<Arc<SigningKey>, IdentityError> {
        let mut later = self.lock();
        let newest = later.last_key_value();
        if let Some((_, key)) = newest.filter(|(_, key)| key.public() != *used) {
            return Ok(Arc::clone(key));
        }
        let number = newest.map_or(2, |(number, _)| number.saturating_add(1));
        let key = Arc::new(new_key(&self.folder)?);
        let path = self.folder.join(later_file(&number.to_string(), &key.public()));
        write_key(&path, &key)?;
        later.insert(number, Arc::clone(&key));
        Ok(key)
    }

    /// The private half of this public key, when this desk has it.
    pub fn key_of(&self, public: &PublicKey) -> Option<Arc<SigningKey>> {
        let later = self.lock();
        let mut keys = later.values().chain([&self.signing_key]);
        keys.find(|key| key.public() == *public).map(Arc::clone)
    }

    /// That the private half of this public key is here.
    ///
    /// # Errors
    /// [`IdentityError`] naming the file that is missing.
    pub fn require(&self, public: &PublicKey) -> Result<(), IdentityError> {
        if self.key_of(public).is_some() {
            return Ok(());
        }
        let file = self.folder.join(later_file("*", public)).display().to_string();
        let reason = "is missing; a line of this desk is signed with this key and cannot be spoken on \
                      without it: restore it from a copy";
        Err(IdentityError { file, reason: reason.to_owned() })
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, Arc<SigningKey>>> {
        self.later.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key that signs what the desk says.
    pub fn signing_key(&self) -> &Arc<SigningKey> {
        &self.signing_key
    }

    /// The certificate that the desk was founded with.
    pub fn certificate(&self) -> &CertificateDer<'static> {
        self.certificates.first().certificate()
    }

    /// That certificate's key.
    pub fn tls_key(&self) -> PrivateKeyDer<'static> {
        self.certificates.first().key()
    }

    /// All certificates.
    pub(crate) fn certificates(&self) -> &Certificates {
        &self.certificates
    }

    /// Where the keys lie.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

fn new_key(folder: &Path) -> Result<SigningKey, IdentityError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| wrong(folder, &error))?;
    Ok(SigningKey::from_seed(&seed))
}

fn write_key(path: &Path, key: &SigningKey) -> Result<(), IdentityError> {
    let pem = key.to_pem().map_err(|error| wrong(path, &error))?;
    write(path, pem.as_bytes())
}

fn later_file(number: &str, public: &PublicKey) -> String {
    let start: String =
        public.to_bytes().iter().take(4).map(|octet| format!("{octet:02x}")).collect();
    format!("{LATER_KEY_PREFIX}{number}-{start}.pem")
}

fn later_keys(folder: &Path) -> Result<BTreeMap<u32, Arc<SigningKey>>, IdentityError> {
    let mut keys = BTreeMap::new();
    for file in fs::read_dir(folder).map_err(|error| wrong(folder, &error))? {
        let path = file.map_err(|error| wrong(folder, &error))?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let rest = name.and_then(|name| name.strip_prefix(LATER_KEY_PREFIX)?.strip_suffix(".pem"));
        let number = rest.and_then(|rest| rest.split_once('-')?.0.parse().ok());
        if let Some(number) = number {
            keys.insert(number, Arc::new(read_key(&path)?));
        }
    }
    Ok(keys)
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
    let reason =
        format!("{error}; the desk cannot speak without this file: restore it from a copy");
    IdentityError { file: path.display().to_string(), reason }
}
