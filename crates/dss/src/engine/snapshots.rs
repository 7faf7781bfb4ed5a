//! When the state is saved, so that a restart need not replay everything.
//!
//! Written in the background from a view that shares its records with the running sky.

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use keepclear_entry::{EntryHash, Head, NodeId, Sequence};
use keepclear_log::{Position, SnapshotWriter};
use keepclear_sky::{Sky, SnapshotError, SnapshotView};

use super::Engine;

/// First bytes: name and format version.
const MAGIC: &[u8; 8] = b"KCNODE\0\x01";

/// Saves the state every so many entries.
pub struct Snapshots {
    /// Locked while a snapshot is being written.
    writer: Arc<Mutex<Box<dyn SnapshotWriter>>>,
    node: NodeId,
    every: usize,
    since: usize,
}

/// What a snapshot of a node holds.
pub struct Loaded {
    /// Which node wrote it.
    pub node: NodeId,
    /// Where that node's chain stood.
    pub head: Head,
    /// The state.
    pub sky: Sky,
}

impl Snapshots {
    /// Every `every` entries.
    pub fn new(writer: Box<dyn SnapshotWriter>, node: NodeId, every: usize) -> Self {
        Self { writer: Arc::new(Mutex::new(writer)), node, every, since: 0 }
    }

    /// So many entries more have been applied.
    pub fn applied(&mut self, engine: &Engine, count: usize, at: Position, head: Head) {
        self.since += count;
        if self.since < self.every || self.writer.try_lock().is_err() {
            return;
        }
        self.since = 0;
        let view = engine.read(|sky, _| sky.view());
        let (writer, node) = (Arc::clone(&self.writer), self.node);
        let spawned = std::thread::Builder::new().name("snapshot".to_owned()).spawn(move || {
            let writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
            save(&**writer, node, head, at, &view);
        });
        if let Err(error) = spawned {
            tracing::warn!(%error, "no thread for a snapshot; the next restart replays more");
        }
    }

    /// Before the process ends, unless nothing has happened since the last one.
    pub fn last(&mut self, engine: &Engine, at: Position, head: Head) {
        if self.since == 0 {
            return;
        }
        self.since = 0;
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        save(&**writer, self.node, head, at, &engine.read(|sky, _| sky.view()));
    }
}

/// A snapshot that cannot be written costs time at the next start and nothing else.
fn save(writer: &dyn SnapshotWriter, node: NodeId, head: Head, at: Position, view: &SnapshotView) {
    let mut content = |to: &mut dyn Write| -> io::Result<()> {
        to.write_all(MAGIC)?;
        to.write_all(&node.0)?;
        to.write_all(&head.next.get().to_le_bytes())?;
        to.write_all(&head.previous.0)?;
        view.write_to(to)
    };
    if let Err(error) = writer.save(at, &mut content) {
        tracing::warn!(%error, "no snapshot was saved; the next restart replays more");
    }
}

/// Reads what [`save`] wrote.
///
/// # Errors
/// [`SnapshotError`].
pub fn load(from: &mut dyn Read) -> Result<Loaded, SnapshotError> {
    let mut magic = [0; 8];
    from.read_exact(&mut magic)?;
    if &magic != MAGIC {
        return Err(SnapshotError::NotASnapshot);
    }
    let (mut node, mut next, mut previous) = ([0; 16], [0; 8], [0; 32]);
    from.read_exact(&mut node)?;
    from.read_exact(&mut next)?;
    from.read_exact(&mut previous)?;
    let next = Sequence::new(u64::from_le_bytes(next)).ok_or(SnapshotError::NotASnapshot)?;
    let head = Head { next, previous: EntryHash(previous) };
    Ok(Loaded { node: NodeId(node), head, sky: Sky::load(from)? })
}
