//! The durable, ordered log beneath a sky or a desk.
//!
//! Entries are opaque bytes here: this crate gives them an order and keeps them, and knows nothing of
//! what they say. Start with the contract, [`Log`]; [`FileLog`] is the embedded engine, its format is
//! described in `format.rs`, and `file/scan.rs` decides what a torn tail is and what is damage.
#![forbid(unsafe_code)]

mod batch;
mod contract;
mod error;
mod file;
mod format;
mod ids;
mod memory;
mod storage;
#[cfg(feature = "testing")]
pub mod testing;

pub use batch::{Appended, Batch, Committed, ENTRY_WEIGHT};
pub use contract::{Log, LogReader, Snapshot, SnapshotWriter};
pub use error::{AppendError, Damage, Fatal, KeepError, OpenError, ReadError};
pub use file::{FileLog, FileReader, Options, SEGMENT_BYTES_DEFAULT, SEGMENT_BYTES_RANGE};
pub use ids::{AsideName, BatchNumber, LogId, Position};
pub use memory::{MemoryFolder, MemoryLog};
pub use storage::{Disk, Storage, StorageFile};
