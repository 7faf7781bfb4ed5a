//! Proofs out of an export, as JSON that needs nothing else to be checked: that an entry is under a
//! signed checkpoint, and that a later checkpoint goes on from an earlier one.
//!
//! A proof names the key that signed its checkpoint. That the key is the party's is not in the proof:
//! whoever checks it compares the key with the one that they were given.

use crate::compare::{NoClaims, signers};
use crate::keys::shown;
use crate::read::{ReadError, entry_at, open};
use crate::scan::{Roster, Scan, Scanned};
use crate::{
    Checkpoint, KeyError, Note, NoteError, ProofError, PublicKey, Root, consistency_proof,
    inclusion_proof, lane_origin, leaf_hash, verify_consistency, verify_inclusion,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keepclear_entry::{Entry, EntryError, EntryHash, NodeId};
use serde::{Deserialize, Serialize};
use std::io::{Read, Seek};
use uuid::Uuid;

const PROOF_FORMAT: &str = "keepclear.proof/1";

/// Why there is no proof, or why one proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The export.
    #[error("the record {0}")]
    Read(#[from] ReadError),
    /// No such lane or entry, or no checkpoint over it.
    #[error("{0}")]
    NotThere(String),
    /// A proof that is not JSON of this shape, or holds a value that is not of its kind.
    #[error("proof: {0}")]
    Shape(String),
    /// A note in it.
    #[error("proof, checkpoint: {0}")]
    Note(#[from] NoteError),
    /// Its key.
    #[error("proof, signer: {0}")]
    Key(#[from] KeyError),
    /// Its entry.
    #[error("proof, entry: {0}")]
    Entry(#[from] EntryError),
    /// Its hashes.
    #[error("{0}")]
    Hashes(#[from] ProofError),
}

/// A proof as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    format: String,
    signer: SignerJson,
    /// The signed checkpoint.
    checkpoint: String,
    /// The entry that is under it, in base64.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    entry: Option<String>,
    /// The earlier checkpoint that it goes on from.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    from_checkpoint: Option<String>,
    /// From the leaf, or from the earlier tree, to the root; base64.
    hashes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignerJson {
    name: String,
    key: String,
}

/// What a proof that holds says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedProof {
    /// The checkpoint that all of it rests on.
    pub checkpoint: Checkpoint,
    /// The name under which it is signed, and the key.
    pub signer: (String, PublicKey),
    /// The entry that is under it.
    pub entry: Option<Entry>,
    /// The earlier checkpoint that it goes on from.
    pub from: Option<Checkpoint>,
}

/// Proves that an entry is under the export's largest checkpoint of its lane.
///
/// # Errors
/// [`ProveError`].
pub fn prove_inclusion<R: Read + Seek + Send>(
    file: R,
    node: NodeId,
    sequence: u64,
) -> Result<Proof, ProveError> {
    let mut export = Export::read(file)?;
    let lane = export.lane(node)?;
    let slots = export.scanned.lanes[lane].slots();
    let not_there =
        || ProveError::NotThere(format!("entry {sequence} of node {node} is not in the record"));
    let slot = export.scanned.lanes[lane].get(sequence).ok_or_else(not_there)?;
    if slot.is_withheld() {
        let text = format!(
            "entry {sequence} of node {node} is withheld from this record: prove it from one that holds it"
        );
        return Err(ProveError::NotThere(text));
    }
    let offset = slot.offset;
    let held = export.checkpoint(lane, node, sequence)?;
    let hashes = inclusion_proof(&leaves(slots, held.checkpoint.size), sequence - 1)?;
    let bytes = entry_at(&mut export.file, offset)?.ok_or_else(not_there)?;
    Ok(held.proof(Some(STANDARD.encode(bytes)), None, &hashes))
}

/// Proves that the export's largest checkpoint of a lane goes on from this one.
///
/// # Errors
/// [`ProveError`].
pub fn prove_consistency<R: Read + Seek + Send>(file: R, from: &str) -> Result<Proof, ProveError> {
    let export = Export::read(file)?;
    let earlier = Checkpoint::of(&Note::parse(from)?)?;
    let line = export.scanned.header.line;
    let of = export.roster.lanes.iter().find(|of| lane_origin(line, of.node) == earlier.origin);
    let node = of.map(|of| of.node).ok_or_else(|| {
        ProveError::NotThere(format!("{:?} is no lane of this record", shown(&earlier.origin)))
    })?;
    let lane = export.lane(node)?;
    let held = export.checkpoint(lane, node, earlier.size)?;
    let leaves = leaves(export.scanned.lanes[lane].slots(), held.checkpoint.size);
    let hashes = consistency_proof(&leaves, earlier.size)?;
    let later = (held.checkpoint.size, &held.checkpoint.root);
    verify_consistency((earlier.size, &earlier.root), later, &hashes)?;
    Ok(held.proof(None, Some(from.to_owned()), &hashes))
}

impl Proof {
    /// Reads one.
    ///
    /// # Errors
    /// [`ProveError::Shape`].
    pub fn from_json(text: &str) -> Result<Self, ProveError> {
        let proof: Self =
            serde_json::from_str(text).map_err(|error| ProveError::Shape(error.to_string()))?;
        if proof.format != PROOF_FORMAT {
            let found = shown(&proof.format);
            return Err(ProveError::Shape(format!("format {found:?}: expected {PROOF_FORMAT:?}")));
        }
        Ok(proof)
    }

    /// Checks everything but whose key it is.
    ///
    /// # Errors
    /// [`ProveError`] that names the part that does not hold.
    pub fn check(&self) -> Result<CheckedProof, ProveError> {
        let key = PublicKey::from_base64(&self.signer.key)?;
        let name = &self.signer.name;
        let checkpoint = signed_checkpoint(&self.checkpoint, name, &key)?;
        let hashes = self.hashes.iter().map(|text| {
            let bytes = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
            let refused =
                || ProveError::Shape(format!("hashes {:?}: not 32 bytes of base64", shown(text)));
            bytes.map(Root).ok_or_else(refused)
        });
        let hashes: Vec<Root> = hashes.collect::<Result<_, _>>()?;
        let (mut entry, mut from) = (None, None);
        match (&self.entry, &self.from_checkpoint) {
            (Some(encoded), None) => {
                let bytes = STANDARD.decode(encoded);
                let bytes = bytes.map_err(|error| ProveError::Shape(format!("entry: {error}")))?;
                let read = Entry::decode(&bytes)?;
                if lane_origin(Uuid::from_bytes(read.log.id), read.node) != checkpoint.origin {
                    let text = "entry: of another lane than the checkpoint";
                    return Err(ProveError::Shape(text.to_owned()));
                }
                let leaf = leaf_hash(&EntryHash::of(&bytes).0);
                let index = read.sequence.get() - 1;
                verify_inclusion(&leaf, index, checkpoint.size, &hashes, &checkpoint.root)?;
                entry = Some(read);
            }
            (None, Some(note)) => {
                let earlier = Checkpoint::of(&Note::parse(note)?)?;
                if earlier.origin != checkpoint.origin {
                    let text = "from_checkpoint: of another lane than the checkpoint";
                    return Err(ProveError::Shape(text.to_owned()));
                }
                let older = (earlier.size, &earlier.root);
                verify_consistency(older, (checkpoint.size, &checkpoint.root), &hashes)?;
                from = Some(earlier);
            }
            _ => {
                let text = "expected either entry or from_checkpoint";
                return Err(ProveError::Shape(text.to_owned()));
            }
        }
        Ok(CheckedProof { checkpoint, signer: (name.clone(), key), entry, from })
    }
}

fn signed_checkpoint(note: &str, name: &str, key: &PublicKey) -> Result<Checkpoint, ProveError> {
    let note = Note::parse(note)?;
    if !note.is_signed_by(name, key) {
        let text = format!("checkpoint: not signed by {:?} with the key given", shown(name));
        return Err(ProveError::Shape(text));
    }
    Ok(Checkpoint::of(&note)?)
}

/// An export whose signatures nobody has asked for: a checkpoint vouches for what is proved.
struct Export<R> {
    roster: Roster,
    scanned: Scanned,
    file: R,
}

/// A checkpoint of the export with one who signed it.
struct Held {
    checkpoint: Checkpoint,
    note: String,
    name: String,
    key: PublicKey,
}

impl<R: Read + Seek + Send> Export<R> {
    fn read(file: R) -> Result<Self, ProveError> {
        let opened = open(file)?;
        let mut roster = Roster::of(&opened.header, &opened.header);
        roster.lanes.iter_mut().for_each(|lane| lane.covered = u64::MAX);
        let scan =
            Scan { roster: &roster, reference: None, claims: &NoClaims, clock_max_us: i64::MAX };
        let (scanned, file) = scan.run(opened)?;
        Ok(Self { roster, scanned, file })
    }

    fn lane(&self, node: NodeId) -> Result<usize, ProveError> {
        let at = self.roster.lanes.iter().position(|lane| lane.node == node);
        at.ok_or_else(|| ProveError::NotThere(format!("node {node} is no lane of this record")))
    }

    /// The largest checkpoint of a lane that is signed and covers this place.
    fn checkpoint(&self, lane: usize, node: NodeId, covers: u64) -> Result<Held, ProveError> {
        let origin = lane_origin(self.scanned.header.line, node);
        let signers = signers(&[&self.scanned], &self.roster);
        let length = self.scanned.lanes[lane].slots().len() as u64;
        let held = self.scanned.checkpoints.iter().filter_map(|(_, text)| {
            let note = Note::parse(text).ok()?;
            let checkpoint = Checkpoint::of(&note).ok()?;
            let (_, name, key) =
                signers.iter().find(|(_, name, key)| note.is_signed_by(name, key))?;
            let fits = checkpoint.origin == origin && (covers..=length).contains(&checkpoint.size);
            let (note, name, key) = (text.clone(), name.clone(), *key);
            fits.then_some(Held { checkpoint, note, name, key })
        });
        let largest = held.max_by_key(|held| held.checkpoint.size);
        largest.ok_or_else(|| {
            let text = format!("the record has no signed checkpoint over entry {covers} of {node}");
            ProveError::NotThere(text)
        })
    }
}

impl Held {
    fn proof(self, entry: Option<String>, from: Option<String>, hashes: &[Root]) -> Proof {
        Proof {
            format: PROOF_FORMAT.to_owned(),
            signer: SignerJson { name: self.name, key: self.key.to_string() },
            checkpoint: self.note,
            entry,
            from_checkpoint: from,
            hashes: hashes.iter().map(Root::to_string).collect(),
        }
    }
}

fn leaves(slots: &[crate::scan::Slot], size: u64) -> Vec<Root> {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    slots.iter().take(size).map(|slot| leaf_hash(&slot.hash.0)).collect()
}
