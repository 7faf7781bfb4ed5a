//! Every format ever written is opened. The files come from `tests/fixtures/make.py`.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use keepclear_log::{
    AsideName, Batch, BatchNumber, Committed, Disk, FileLog, Log, LogId, Options, Position,
};
use std::path::{Path, PathBuf};

const ASIDE: &[u8] = b"a salt of 16 octa payload beside the log";

#[test]
fn a_log_of_format_version_1_is_read_and_written_on() {
    let folder = copy_of_v1();
    let options = Options::default().with_segment_bytes(4096);
    let mut log = FileLog::open(Disk::new(folder.path()), options).unwrap();
    assert_eq!(log.id(), id());
    assert_eq!(entries(&log), expected_entries());
    assert_eq!(log.aside(AsideName::of(ASIDE)).unwrap().unwrap(), ASIDE);
    let mut snapshot = log.latest_snapshot().unwrap().unwrap();
    let mut content = Vec::new();
    std::io::Read::read_to_end(&mut snapshot.content, &mut content).unwrap();
    assert_eq!((snapshot.at, content), (Position::new(4), b"the state after entry 4".to_vec()));

    let mut batch = Batch::new(log.next_batch());
    batch.push(b"one more");
    assert_eq!(log.append(&batch).unwrap().first, Position::new(14));
    drop(log);
    let log = FileLog::open(Disk::new(folder.path()), options).unwrap();
    assert_eq!(entries(&log).len(), 14);
}

#[test]
fn what_is_written_is_format_version_1_to_the_byte() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::new(folder.path());
    let options = Options::default().with_segment_bytes(4096);
    let mut log = FileLog::create(disk, id(), options).unwrap();
    let mut number = BatchNumber::FIRST;
    for range in [0..3, 3..4, 4..12, 12..13] {
        let mut batch = Batch::new(number);
        expected_entries()[range].iter().for_each(|entry| batch.push(entry));
        log.append(&batch).unwrap();
        number = number.next();
    }
    let writer = log.snapshot_writer();
    writer.save(Position::new(4), &mut |out| out.write_all(b"the state after entry 4")).unwrap();
    log.put_aside(ASIDE).unwrap();
    for file in files(&v1()) {
        let written = std::fs::read(folder.path().join(&file)).expect(&file);
        assert!(written == std::fs::read(v1().join(&file)).unwrap(), "{file} differs");
    }
    // The lock is the only other file.
    assert_eq!(files(folder.path()).len(), files(&v1()).len() + 1);
}

fn id() -> LogId {
    LogId(std::array::from_fn(|at| at as u8))
}

fn expected_entries() -> Vec<Vec<u8>> {
    let entry =
        |number: usize| format!("entry {number} ").repeat(20 + number * 7 % 40).into_bytes();
    (1..13).map(entry).chain([b"the last".to_vec()]).collect()
}

fn entries(log: &impl Log) -> Vec<Vec<u8>> {
    let read = log.read(Position::START, usize::MAX).unwrap();
    read.into_iter().map(|Committed { bytes, .. }| bytes.to_vec()).collect()
}

fn v1() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/v1")
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn copy_of_v1() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files(&v1()) {
        std::fs::copy(v1().join(&file), folder.path().join(&file)).unwrap();
    }
    folder
}
