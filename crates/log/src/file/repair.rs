//! Making the end of the newest segment clean when a log is opened.
//!
//! What is read back need not be on the disk: after a failed sync the system shows what it could not
//! write, and the next sync succeeds without writing it. So nothing is taken for durable that this
//! process has not written itself or finds marked, and the mark is written last.

use super::segments::Segment;
use crate::format::{RECORD_HEADER, mark};
use crate::storage::StorageFile;
use std::io;

const ZEROS: usize = 1 << 20;

/// Afterwards nothing stands behind the last whole batch but its mark, and both are durable. `bytes` is
/// what was read of the file.
pub(super) fn repair<F: StorageFile>(file: &F, segment: &Segment, bytes: &[u8]) -> io::Result<()> {
    let content = &segment.content;
    let (start, end) = (content.last_batch_start as usize, content.end as usize);
    let behind_mark = bytes.get(end + RECORD_HEADER..).unwrap_or_default();
    if !content.marked || behind_mark.iter().any(|byte| *byte != 0) {
        // To the very end, and over the mark: zeros that are read there may be those of an earlier
        // repair whose sync failed.
        for offset in (end..bytes.len()).step_by(ZEROS) {
            let length = ZEROS.min(bytes.len() - offset);
            file.write_at(&vec![0; length], offset as u64)?;
        }
        if start < end {
            file.write_at(&bytes[start..end], start as u64)?;
        }
        file.sync_data()?;
    }
    file.write_at(&mark(content.header.seed(), content.last_batch, content.last), content.end)?;
    file.sync_data()
}
