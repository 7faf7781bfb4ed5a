//! Writing an export: `keepclear.record/1`, JSON Lines.
//!
//! The exporter gives the entries in its own order; every lane must be whole from its first entry. A
//! protected payload is withheld by not giving it: entries name it by a salted hash, so nothing else
//! changes. A whole entry is withheld by giving its hash, which its lane's chain and tree need. The checkpoints of all lanes and the signed last line are added by [`Exporter::finish`].

use crate::format::write_time;
use crate::{
    Checkpoint, Header, HeaderError, NoteError, SigningKey, Tree, desk_key_name, export_origin,
    lane_origin, leaf_hash,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keepclear_entry::{Chain, ChainError, EntryHash, NodeId, Salt};
use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// Why an export cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The system could not write it.
    #[error("cannot be written: {0}")]
    Io(#[from] io::Error),
    /// The header.
    #[error("header: {0}")]
    Header(#[from] HeaderError),
    /// An entry that does not follow in its lane.
    #[error("entry: {0}")]
    Entry(#[from] ChainError),
    /// An entry of a lane that the header does not name.
    #[error("entry: node {0} is no lane of this line")]
    UnknownLane(NodeId),
    /// A checkpoint.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// A time that RFC 3339 cannot write.
    #[error("stored_at {0}: not in the years up to 9999")]
    Time(i64),
}

/// Writes one export. The checkpoints that it adds are the exporter's own, under its desk's name, be it a party
/// or the witness.
pub struct Exporter<'k, W> {
    out: W,
    header: Header,
    key: &'k SigningKey,
    chain: Chain,
    lanes: Vec<(NodeId, Tree)>,
    lines: Tree,
}

impl<'k, W: Write> Exporter<'k, W> {
    /// Begins with the header. `key` is the exporter's present one.
    ///
    /// # Errors
    /// [`ExportError`].
    pub fn begin(out: W, header: Header, key: &'k SigningKey) -> Result<Self, ExportError> {
        let json = header.to_json()?;
        let chain = Chain::new(header.log(), header.exercise);
        let nodes = header.parties.iter().flat_map(|party| party.lanes).map(|lane| lane.node);
        let lanes = nodes.map(|node| (node, Tree::new())).collect();
        let mut exporter = Self { out, header, key, chain, lanes, lines: Tree::new() };
        exporter.line(&json)?;
        Ok(exporter)
    }

    /// Adds an entry, and when it became durable at the exporter, microseconds since 1970.
    ///
    /// # Errors
    /// [`ExportError::Entry`] and [`ExportError::UnknownLane`] for an entry that has no place here;
    /// nothing is written then. Its signature is not asked again: whoever stored it has verified it,
    /// and every reader will.
    pub fn entry(&mut self, canonical: &[u8], stored_at_us: i64) -> Result<(), ExportError> {
        let stored_at = write_time(stored_at_us).ok_or(ExportError::Time(stored_at_us))?;
        let node = self.chain.follow(canonical)?.node;
        self.lane(node)?.push(leaf_hash(&EntryHash::of(canonical).0));
        let encoded = STANDARD.encode(canonical);
        self.line(&format!("{{\"entry\":\"{encoded}\",\"stored_at\":\"{stored_at}\"}}"))
    }

    /// Adds the next place of a lane without its entry, which is withheld, or was never given to the exporter: its
    /// hash, and when that became durable at the exporter, microseconds since 1970.
    ///
    /// An entry that changes its lane's key is never withheld: a reader could not know the key after it.
    ///
    /// # Errors
    /// [`ExportError::UnknownLane`]; nothing is written then. A hash that is not the entry's is refused by the next entry that is
    /// given, and otherwise seen by every reader who holds a party's checkpoint.
    pub fn withheld(
        &mut self,
        node: NodeId,
        hash: EntryHash,
        stored_at_us: i64,
    ) -> Result<(), ExportError> {
        let stored_at = write_time(stored_at_us).ok_or(ExportError::Time(stored_at_us))?;
        self.lane(node)?.push(leaf_hash(&hash.0));
        let sequence = self.chain.pass_over(node, hash);
        let hash = STANDARD.encode(hash.0);
        self.line(&format!(
            "{{\"withheld\":{{\"node\":\"{node}\",\"seq\":{sequence},\"hash\":\"{hash}\"}},\"stored_at\":\"{stored_at}\"}}"
        ))
    }

    fn lane(&mut self, node: NodeId) -> Result<&mut Tree, ExportError> {
        let tree = self.lanes.iter_mut().find(|(lane, _)| *lane == node);
        tree.map(|(_, tree)| tree).ok_or(ExportError::UnknownLane(node))
    }

    /// Adds a payload that lies beside the log and is not withheld.
    ///
    /// # Errors
    /// [`ExportError::Io`].
    pub fn aside(&mut self, salt: Salt, payload: &[u8]) -> Result<(), ExportError> {
        let hash = Sha256::new_with_prefix(salt.0).chain_update(payload).finalize();
        let [hash, salt, payload] =
            [&hash[..], &salt.0, payload].map(|bytes| STANDARD.encode(bytes));
        self.line(&format!(
            "{{\"aside\":{{\"hash\":\"{hash}\",\"salt\":\"{salt}\",\"payload\":\"{payload}\"}}}}"
        ))
    }

    /// Adds a signed checkpoint that the exporter holds, such as one that the peer cosigned.
    ///
    /// # Errors
    /// [`ExportError::Io`].
    pub fn checkpoint(&mut self, note: &str) -> Result<(), ExportError> {
        self.line(&serde_json::json!({ "checkpoint": note }).to_string())
    }

    /// Adds a checkpoint of every lane and the signed last line.
    ///
    /// # Errors
    /// [`ExportError`].
    pub fn finish(mut self) -> Result<W, ExportError> {
        let Header { line, exporter, .. } = self.header;
        let name = desk_key_name(exporter);
        for (node, tree) in std::mem::take(&mut self.lanes) {
            let origin = lane_origin(line, node);
            let checkpoint = Checkpoint::new(origin, tree.size(), tree.root());
            self.checkpoint(&checkpoint.signed(&name, self.key)?.to_string())?;
        }
        let origin = export_origin(line, exporter);
        let checkpoint = Checkpoint::new(origin, self.lines.size(), self.lines.root());
        let signed = checkpoint.signed(&name, self.key)?.to_string();
        self.line(&serde_json::json!({ "signed": signed }).to_string())?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn line(&mut self, line: &str) -> Result<(), ExportError> {
        self.out.write_all(line.as_bytes())?;
        self.out.write_all(b"\n")?;
        self.lines.push(leaf_hash(line.as_bytes()));
        Ok(())
    }
}
