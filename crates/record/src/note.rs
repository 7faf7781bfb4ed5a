//! Signed notes (C2SP signed-note): a text, an empty line, and lines that sign the text.
//!
//! Signatures by keys that the reader does not know are no fault and say nothing: others may sign the
//! same text. A key is known by its name and a hash over name, algorithm and key; that hash only finds
//! a key, the signature decides.

use crate::keys::shown;
use crate::{PublicKey, SigningKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keepclear_entry::Signature;
use sha2::{Digest, Sha256};
use std::fmt;

/// Most signature lines that are read. The format asks for a limit.
const SIGNATURES_MAX: usize = 64;

/// Longest note that is read, bytes.
const NOTE_MAX: usize = 64 << 10;

/// An Ed25519 signature over the text as it stands.
const ED25519: u8 = 0x01;

/// A timestamped Ed25519 signature over a checkpoint (C2SP tlog-cosignature, `cosignature/v1`).
const COSIGNATURE: u8 = 0x04;

/// Why a text is not a signed note.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Too long, or without the parts that every note has.
    #[error("signed note: {reason}")]
    Shape {
        /// What is missing or too much.
        reason: &'static str,
    },
    /// A signature line that is none.
    #[error("signed note, signature line {line:?}: expected \"— name base64\"")]
    SignatureLine {
        /// As found.
        line: String,
    },
    /// A name that the format has no room for.
    #[error("key name {name:?}: must not be empty nor hold spaces, control characters or +")]
    Name {
        /// As given.
        name: String,
    },
}

/// A text and who signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    name: String,
    key_hash: [u8; 4],
    signature: Vec<u8>,
}

impl Note {
    /// A note that nobody has signed yet.
    ///
    /// # Errors
    /// [`NoteError::Shape`] unless the text ends with a line break and holds no other control
    /// characters.
    pub fn new(text: String) -> Result<Self, NoteError> {
        let shape = |reason| NoteError::Shape { reason };
        if text.len() > NOTE_MAX {
            return Err(shape("longer than 64 KiB"));
        }
        if !text.ends_with('\n') {
            return Err(shape("its text must end with a line break"));
        }
        if text.chars().any(|character| character.is_control() && character != '\n') {
            return Err(shape("its text holds a control character"));
        }
        Ok(Self { text, signatures: Vec::new() })
    }

    /// Reads a note.
    ///
    /// # Errors
    /// [`NoteError`] for anything that is not one, or has no signature line.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        let shape = |reason| NoteError::Shape { reason };
        if note.len() > NOTE_MAX {
            return Err(shape("longer than 64 KiB"));
        }
        // The last empty line: the text may hold others.
        let at = note.rfind("\n\n").ok_or_else(|| shape("no empty line before its signatures"))?;
        let (text, lines) = (&note[..=at], &note[at + 2..]);
        let lines = lines.strip_suffix('\n').ok_or_else(|| shape("its last line is cut"))?;
        let mut read = Self::new(text.to_owned())?;
        for line in lines.split('\n') {
            if read.signatures.len() == SIGNATURES_MAX {
                return Err(shape("more than 64 signature lines"));
            }
            let parsed = Line::parse(line);
            read.signatures
                .push(parsed.ok_or_else(|| NoteError::SignatureLine { line: shown(line) })?);
        }
        Ok(read)
    }

    /// What was signed, its last line break included.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Adds a signature over the text.
    ///
    /// # Errors
    /// [`NoteError::Name`] for a name that the format has no room for.
    pub fn sign(&mut self, name: &str, key: &SigningKey) -> Result<(), NoteError> {
        let key_hash = key_hash(checked(name)?, ED25519, &key.public());
        let signature = key.sign_message(self.text.as_bytes()).0.to_vec();
        self.signatures.push(Line { name: name.to_owned(), key_hash, signature });
        Ok(())
    }

    /// Adds a cosignature: this signer has seen that the checkpoint goes on from every one that it
    /// cosigned before. `time_s` is seconds since 1970 by its clock.
    ///
    /// # Errors
    /// [`NoteError::Name`] for a name that the format has no room for.
    pub fn cosign(&mut self, name: &str, key: &SigningKey, time_s: u64) -> Result<(), NoteError> {
        let key_hash = key_hash(checked(name)?, COSIGNATURE, &key.public());
        let signed = key.sign_message(cosigned_message(&self.text, time_s).as_bytes());
        let signature = [&time_s.to_be_bytes()[..], &signed.0].concat();
        self.signatures.push(Line { name: name.to_owned(), key_hash, signature });
        Ok(())
    }

    /// Whether this key signed the text under this name.
    pub fn is_signed_by(&self, name: &str, key: &PublicKey) -> bool {
        self.lines_of(name, ED25519, key).any(|line| {
            let signature = <[u8; 64]>::try_from(&line.signature[..]).map(Signature);
            signature.is_ok_and(|signature| key.verifies(self.text.as_bytes(), &signature))
        })
    }

    /// When this key cosigned the checkpoint under this name, seconds since 1970; the latest of several.
    pub fn cosigned_at_s(&self, name: &str, key: &PublicKey) -> Option<u64> {
        let times = self.lines_of(name, COSIGNATURE, key).filter_map(|line| {
            let (time, signature) = line.signature.split_first_chunk::<8>()?;
            let time_s = u64::from_be_bytes(*time);
            let signature = Signature(signature.try_into().ok()?);
            let message = cosigned_message(&self.text, time_s);
            key.verifies(message.as_bytes(), &signature).then_some(time_s)
        });
        times.max()
    }

    fn lines_of(&self, name: &str, kind: u8, key: &PublicKey) -> impl Iterator<Item = &Line> {
        let key_hash = key_hash(name, kind, key);
        self.signatures.iter().filter(move |line| line.name == name && line.key_hash == key_hash)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for Line { name, key_hash, signature } in &self.signatures {
            let encoded = STANDARD.encode([&key_hash[..], signature].concat());
            writeln!(f, "— {name} {encoded}")?;
        }
        Ok(())
    }
}

impl Line {
    fn parse(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
        let decoded = STANDARD.decode(encoded).ok()?;
        let (key_hash, signature) = decoded.split_first_chunk::<4>()?;
        if checked(name).is_err() || signature.is_empty() {
            return None;
        }
        let (key_hash, signature) = (*key_hash, signature.to_vec());
        Some(Self { name: name.to_owned(), key_hash, signature })
    }
}

fn checked(name: &str) -> Result<&str, NoteError> {
    let refused =
        |character: char| character.is_whitespace() || character.is_control() || character == '+';
    if name.is_empty() || name.contains(refused) {
        return Err(NoteError::Name { name: shown(name) });
    }
    Ok(name)
}

fn key_hash(name: &str, kind: u8, key: &PublicKey) -> [u8; 4] {
    let hash = Sha256::new_with_prefix(name)
        .chain_update([b'\n', kind])
        .chain_update(key.to_bytes())
        .finalize();
    std::array::from_fn(|at| hash[at])
}

fn cosigned_message(text: &str, time_s: u64) -> String {
    format!("cosignature/v1\ntime {time_s}\n{text}")
}
