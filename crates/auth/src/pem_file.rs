//! Public keys from PEM files.
//!
//! A certificate is taken for the key inside it and nothing else: neither its dates nor who
//! signed it count, because whoever configures the file vouches for the key.

use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;
use rustls::server::ParsedCertificate;

use crate::key::{KeyError, VerifyingKey};

/// Largest key file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// How every section of a PEM file begins. RFC 7468, 2.
const BEGIN: &[u8] = b"-----BEGIN ";

/// Why a key file is refused.
#[derive(Debug, thiserror::Error)]
pub enum PemFileError {
    /// The file cannot be read.
    #[error("{}: cannot be read: {reason}; check the path and its permissions", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// The file is too large to hold keys.
    #[error(
        "{}: is {bytes} bytes long, more than the {FILE_BYTES_MAX} that key files may be; \
         give a file of public keys",
        file.display()
    )]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// The file is no PEM file.
    #[error(
        "{}: is no PEM file: {reason}; it must hold `-----BEGIN PUBLIC KEY-----`",
        file.display()
    )]
    NotPem {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file holds no key at all.
    #[error("{}: holds no key; it must hold `-----BEGIN PUBLIC KEY-----`", file.display())]
    Empty {
        /// The file.
        file: PathBuf,
    },
    /// A private key where a public one belongs.
    #[error(
        "{}: holds a private key ({tag}); give the public one (openssl pkey -in FILE \
         -pubout) and keep this one secret",
        file.display()
    )]
    Private {
        /// The file.
        file: PathBuf,
        /// The PEM label.
        tag: String,
    },
    /// Something that holds no key.
    #[error(
        "{}: holds {tag:?}; PUBLIC KEY, RSA PUBLIC KEY and CERTIFICATE are read",
        file.display()
    )]
    UnknownTag {
        /// The file.
        file: PathBuf,
        /// The PEM label.
        tag: String,
    },
    /// A certificate that cannot be read.
    #[error(
        "{}: holds a certificate that cannot be read: {reason}; give its public key instead",
        file.display()
    )]
    BadCertificate {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A key that is not accepted.
    #[error("{}: the key in it is not accepted: {reason}", file.display())]
    BadKey {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: KeyError,
    },
}

/// Reads every key of every file: `PUBLIC KEY` (SubjectPublicKeyInfo), `RSA PUBLIC KEY` (PKCS#1)
/// and `CERTIFICATE` (X.509) with RSA of 2048 to 8192 bits, P-256 or Ed25519.
///
/// # Errors
/// The first file with anything else in it.
pub fn load_pem_keys<P: AsRef<Path>>(files: &[P]) -> Result<Vec<VerifyingKey>, PemFileError> {
    let mut keys = Vec::new();
    for file in files {
        keys.append(&mut load_file(file.as_ref())?);
    }
    Ok(keys)
}

fn load_file(path: &Path) -> Result<Vec<VerifyingKey>, PemFileError> {
    let file = || path.to_path_buf();
    let unreadable = |reason| PemFileError::Unreadable { file: file(), reason };
    let bytes = std::fs::metadata(path).map_err(unreadable)?.len();
    if bytes > FILE_BYTES_MAX {
        return Err(PemFileError::TooLarge { file: file(), bytes });
    }
    let text = std::fs::read(path).map_err(unreadable)?;
    let not_pem = |reason| PemFileError::NotPem { file: file(), reason };
    let sections = pem::parse_many(&text).map_err(|error| not_pem(error.to_string()))?;
    // The parser skips what has no end, and a key that is missing must not go unnoticed.
    let begun = text.windows(BEGIN.len()).filter(|window| *window == BEGIN).count();
    if begun != sections.len() {
        return Err(not_pem(format!("{begun} keys begin and {} end", sections.len())));
    }
    if sections.is_empty() {
        return Err(PemFileError::Empty { file: file() });
    }
    sections.iter().map(|section| read_section(path, section)).collect()
}

fn read_section(path: &Path, section: &pem::Pem) -> Result<VerifyingKey, PemFileError> {
    let file = path.to_path_buf();
    let key = match section.tag() {
        "PUBLIC KEY" | "RSA PUBLIC KEY" => VerifyingKey::from_der(section.contents()),
        "CERTIFICATE" => {
            let der = CertificateDer::from(section.contents());
            let certificate = ParsedCertificate::try_from(&der).map_err(|error| {
                PemFileError::BadCertificate { file: file.clone(), reason: error.to_string() }
            })?;
            VerifyingKey::from_der(&certificate.subject_public_key_info())
        }
        tag if tag.ends_with("PRIVATE KEY") => {
            return Err(PemFileError::Private { file, tag: tag.to_owned() });
        }
        tag => return Err(PemFileError::UnknownTag { file, tag: tag.to_owned() }),
    };
    key.map_err(|reason| PemFileError::BadKey { file, reason })
}
