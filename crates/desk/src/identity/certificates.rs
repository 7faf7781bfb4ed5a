//! The desk's certificates for its connections, each with its key.
//!
//! The first is made with the desk. A later one is made when it is proposed to a peer, and none is ever
//! thrown away: which of them a line has come to follows from the log, not from what lies in the folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keepclear_line::Certificate;
use keepclear_line::quantity::Fingerprint;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::{CERTIFICATE_FILE, IdentityError, TLS_KEY_FILE, lost, write, wrong};

/// Later ones are in `line-certificate-2-1a2b3c4d.pem` and `line-key-2-1a2b3c4d.pem` and so on: a number,
/// and the first bytes of the fingerprint, so that one that is missed can be named.
const LATER_CERTIFICATE: &str = "line-certificate-";
const LATER_KEY: &str = "line-key-";

/// A certificate and its key.
pub struct Pair {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
    certified: Arc<CertifiedKey>,
}

impl Pair {
    fn read(certificate: &Path, key: &Path) -> Result<Self, IdentityError> {
        let shown = CertificateDer::from_pem_file(certificate);
        let shown = shown.map_err(|error| lost(certificate, &error))?;
        let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| lost(key, &error))?;
        let provider = aws_lc_rs::default_provider();
        let fits = CertifiedKey::from_der(vec![shown.clone()], secret.clone_key(), &provider);
        let certified = Arc::new(fits.map_err(|error| wrong(key, &error))?);
        Ok(Self { certificate: shown, key: secret, certified })
    }

    /// A new one, durable in these files when this returns; the key first, so that no certificate is
    /// ever without one.
    fn make(place: impl FnOnce(&Fingerprint) -> [PathBuf; 2]) -> Result<Self, IdentityError> {
        let made = rcgen::KeyPair::generate().and_then(|key| {
            let params = rcgen::CertificateParams::new(vec!["keepclear.invalid".to_owned()])?;
            Ok((params.self_signed(&key)?, key))
        });
        let (made, secret) = made.map_err(|error| wrong(Path::new(CERTIFICATE_FILE), &error))?;
        let [certificate, key] = place(&fingerprint(made.der()));
        write(&key, secret.serialize_pem().as_bytes())?;
        write(&certificate, made.pem().as_bytes())?;
        Self::read(&certificate, &key)
    }

    /// As the desk shows it to peers.
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// Its key.
    pub fn key(&self) -> PrivateKeyDer<'static> {
        self.key.clone_key()
    }

    /// Both, for whoever takes connections.
    pub fn certified(&self) -> &Arc<CertifiedKey> {
        &self.certified
    }

    /// What people compare.
    pub fn fingerprint(&self) -> Fingerprint {
        fingerprint(&self.certificate)
    }
}

/// All that the desk has.
pub struct Certificates {
    folder: PathBuf,
    first: Arc<Pair>,
    /// Those after it, by number.
    later: Mutex<BTreeMap<u32, Arc<Pair>>>,
}

impl Certificates {
    /// Makes the first, unless an interrupted founding left it there.
    pub fn make_first(folder: &Path) -> Result<(), IdentityError> {
        let files = [CERTIFICATE_FILE, TLS_KEY_FILE].map(|file| folder.join(file));
        if !files[0].exists() {
            Pair::make(|_| files)?;
        }
        Ok(())
    }

    /// All that lie in the folder.
    pub fn open(folder: &Path) -> Result<Self, IdentityError> {
        let first = Pair::read(&folder.join(CERTIFICATE_FILE), &folder.join(TLS_KEY_FILE))?;
        let mut later = BTreeMap::new();
        for file in fs::read_dir(folder).map_err(|error| wrong(folder, &error))? {
            let path = file.map_err(|error| wrong(folder, &error))?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            let Some(rest) = name.and_then(|name| name.strip_prefix(LATER_CERTIFICATE)) else {
                continue;
            };
            let named = rest.strip_suffix(".pem").and_then(|rest| rest.split_once('-'));
            if let Some(number) = named.and_then(|(number, _)| number.parse().ok()) {
                let key = folder.join(format!("{LATER_KEY}{rest}"));
                later.insert(number, Arc::new(Pair::read(&path, &key)?));
            }
        }
        let (folder, first, later) = (folder.to_owned(), Arc::new(first), Mutex::new(later));
        Ok(Self { folder, first, later })
    }

    /// The one that the desk was founded with.
    pub fn first(&self) -> &Arc<Pair> {
        &self.first
    }

    /// The one that a line which has come to `used` goes over to: the newest, or one that is made.
    pub fn after(&self, used: &Fingerprint) -> Result<Arc<Pair>, IdentityError> {
        let mut later = self.lock();
        let newest = later.last_key_value();
        if let Some((_, pair)) = newest.filter(|(_, pair)| pair.fingerprint() != *used) {
            return Ok(Arc::clone(pair));
        }
        let number = newest.map_or(2, |(number, _)| number.saturating_add(1));
        let pair = Pair::make(|fingerprint| {
            [LATER_CERTIFICATE, LATER_KEY].map(|prefix| {
                self.folder.join(later_file(prefix, &number.to_string(), fingerprint))
            })
        })?;
        let pair = Arc::new(pair);
        later.insert(number, Arc::clone(&pair));
        Ok(pair)
    }

    /// The one with this fingerprint, when this desk has it.
    pub fn of(&self, fingerprint: &Fingerprint) -> Option<Arc<Pair>> {
        let later = self.lock();
        let mut pairs = later.values().chain([&self.first]);
        pairs.find(|pair| pair.fingerprint() == *fingerprint).map(Arc::clone)
    }

    /// That the one with this fingerprint is here.
    pub fn require(&self, fingerprint: &Fingerprint) -> Result<(), IdentityError> {
        if self.of(fingerprint).is_some() {
            return Ok(());
        }
        let file = self.folder.join(later_file(LATER_CERTIFICATE, "*", fingerprint));
        let reason = "is missing; a peer of this desk has agreed to this certificate and takes no other: \
                      restore it and its key from a copy";
        Err(IdentityError { file: file.display().to_string(), reason: reason.to_owned() })
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, Arc<Pair>>> {
        self.later.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What people compare of a certificate.
pub fn fingerprint(certificate: &[u8]) -> Fingerprint {
    Certificate(certificate.to_vec()).fingerprint()
}

fn later_file(prefix: &str, number: &str, fingerprint: &Fingerprint) -> String {
    let start: String = fingerprint.to_string().chars().take(8).collect();
    format!("{prefix}{number}-{start}.pem")
}
