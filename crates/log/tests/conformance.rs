//! Every engine passes the one suite.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use keepclear_log::testing::{FaultyStorage, conformance};
use keepclear_log::{Disk, FileLog, LogId, MemoryFolder, Options, Storage};

const ID: LogId = LogId([7; 17]);

#[test]
fn the_log_in_memory_conforms() {
    conformance(|| {
        let folder = MemoryFolder::new(ID);
        move || folder.open()
    });
}

#[test]
fn the_log_in_files_conforms_on_a_real_disk() {
    conformance(|| {
        let folder = tempfile::tempdir().unwrap();
        let opened = opener(Disk::new(folder.path()), 64 << 10);
        move || {
            let _kept = &folder;
            opened()
        }
    });
}

#[test]
fn the_log_in_files_conforms_with_segments_of_any_length() {
    for segment_bytes in [4 << 10, 10_000, 100_000, 3 << 20] {
        conformance(|| opener(FaultyStorage::new(0), segment_bytes));
    }
}

/// Founds a log and answers what opens it.
fn opener<S: Storage>(storage: S, segment_bytes: u64) -> impl Fn() -> FileLog<S> {
    let options = Options::default().with_segment_bytes(segment_bytes);
    drop(FileLog::create(storage.clone(), ID, options).unwrap());
    move || FileLog::open(storage.clone(), options).unwrap()
}
