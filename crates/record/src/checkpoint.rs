//! What a checkpoint says (C2SP tlog-checkpoint): of which tree, how many leaves, which root.
//!
//! The origin names one lane of one line, or one export, so that a checkpoint of one can never be
//! shown for another. A leaf of a lane's tree is the 32 bytes of an entry's hash.

use crate::{Note, NoteError, PublicKey, Root, SigningKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keepclear_entry::NodeId;
use uuid::Uuid;

/// The origin of a lane's checkpoints.
pub fn lane_origin(line: Uuid, node: NodeId) -> String {
    format!("keepclear/line/{line}/{node}")
}

/// The origin of the note that closes an export.
pub fn export_origin(line: Uuid, desk: Uuid) -> String {
    format!("keepclear/record/{line}/{desk}")
}

/// The name under which a desk's key signs notes.
pub fn desk_key_name(desk: Uuid) -> String {
    format!("keepclear/desk/{desk}")
}

/// A tree at one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which tree.
    pub origin: String,
    /// Its leaves.
    pub size: u64,
    /// The root over them.
    pub root: Root,
    /// Lines after the root, which mean nothing here and are signed all the same.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// Without extension lines.
    pub fn new(origin: String, size: u64, root: Root) -> Self {
        Self { origin, size, root, extensions: Vec::new() }
    }

    /// Reads the text of a note.
    ///
    /// # Errors
    /// [`NoteError::Shape`] that names the line.
    pub fn of(note: &Note) -> Result<Self, NoteError> {
        let shape = |reason| NoteError::Shape { reason };
        let mut lines = note.text().split_terminator('\n');
        let origin = lines.next().filter(|line| !line.is_empty());
        let origin = origin.ok_or_else(|| shape("the first line of a checkpoint is its origin"))?;
        let size = lines.next().and_then(number);
        let size = size.ok_or_else(|| {
            shape("the second line of a checkpoint is its size, a decimal number")
        })?;
        let root = lines.next().and_then(|line| STANDARD.decode(line).ok());
        let root = root.and_then(|bytes| bytes.try_into().ok()).map(Root);
        let root = root.ok_or_else(|| {
            shape("the third line of a checkpoint is its root, 32 bytes in base64")
        })?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(shape("an extension line of a checkpoint is empty"));
        }
        Ok(Self { origin: origin.to_owned(), size, root, extensions })
    }

    /// The note of this checkpoint, signed.
    ///
    /// # Errors
    /// [`NoteError`] for an origin, an extension or a name that the format has no room for.
    pub fn signed(&self, name: &str, key: &SigningKey) -> Result<Note, NoteError> {
        let Self { origin, size, root, extensions } = self;
        let mut text = format!("{origin}\n{size}\n{root}\n");
        for extension in extensions {
            text.push_str(extension);
            text.push('\n');
        }
        let mut note = Note::new(text)?;
        if Self::of(&note)? != *self {
            return Err(NoteError::Shape { reason: "a part of the checkpoint has a line break" });
        }
        note.sign(name, key)?;
        Ok(note)
    }
}

/// The checkpoint in a note that one of these keys signed, under its desk's name.
pub(crate) fn read_signed<'k>(
    text: &str,
    mut signers: impl Iterator<Item = (&'k str, &'k PublicKey)>,
) -> Result<(Checkpoint, bool), NoteError> {
    let note = Note::parse(text)?;
    let checkpoint = Checkpoint::of(&note)?;
    let is_signed = signers
        .any(|(name, key)| note.is_signed_by(name, key) || note.cosigned_at_s(name, key).is_some());
    Ok((checkpoint, is_signed))
}

/// A decimal number without leading zeros.
fn number(line: &str) -> Option<u64> {
    let digits = line.bytes().all(|byte| byte.is_ascii_digit());
    let shortest = line == "0" || !line.starts_with('0');
    if digits && shortest { line.parse().ok() } else { None }
}
