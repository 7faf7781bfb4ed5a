//! What is particular to the log in files.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use keepclear_log::testing::FaultyStorage;
use keepclear_log::{
    AppendError, Batch, Disk, FileLog, Log, LogId, OpenError, Options, Position, ReadError, Storage,
};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

const ID: LogId = LogId([7; 17]);

#[test]
fn two_processes_cannot_open_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::new(folder.path());
    let held = FileLog::create(disk.clone(), ID, options()).unwrap();
    let message = FileLog::open(disk.clone(), options()).err().unwrap().to_string();
    let path = folder.path().display();
    assert_eq!(
        message,
        format!("{path} is in use by another process; stop that one, or use another folder")
    );
    drop(held);
    FileLog::open(disk, options()).unwrap();
}

#[test]
fn a_folder_that_holds_a_log_is_not_founded_again() {
    let storage = FaultyStorage::new(1);
    drop(FileLog::create(storage.clone(), ID, options()).unwrap());
    let again = FileLog::create(storage, ID, options());
    assert!(matches!(again, Err(OpenError::Founded { .. })));
}

#[test]
fn a_folder_without_a_log_or_no_folder_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("nowhere")] {
        let opened = FileLog::open(Disk::new(&path), options());
        assert!(matches!(opened, Err(OpenError::NotFounded { .. })), "{}", path.display());
        let looked_at = FileLog::open_read_only(&Disk::new(&path));
        assert!(matches!(looked_at, Err(OpenError::NotFounded { .. })), "{}", path.display());
    }
}

#[test]
fn a_crash_while_founding_leaves_a_log_or_none() {
    for seed in 0..40 {
        for operations in 0..8 {
            let storage = FaultyStorage::new(seed);
            storage.crash_after(operations);
            let founded = FileLog::create(storage.clone(), ID, options()).is_ok();
            storage.crash();
            match FileLog::open(storage.clone(), options()) {
                Ok(log) => assert_eq!(log.id(), ID),
                Err(OpenError::NotFounded { .. }) => {
                    assert!(!founded);
                    FileLog::create(storage, ID, options()).unwrap();
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

#[test]
fn a_full_disk_refuses_before_anything_is_written_and_serves_again_when_there_is_room() {
    let storage = FaultyStorage::new(2);
    let mut log = FileLog::create(storage.clone(), ID, options()).unwrap();
    storage.set_capacity(storage.used());
    let mut appended = 0;
    let refused = loop {
        let batch = batch(&log, &[&[b'x'; 1000]]);
        match log.append(&batch) {
            Ok(_) => appended += 1,
            Err(AppendError::NoRoom { needed_bytes }) => break (batch, needed_bytes),
            Err(error) => panic!("{error}"),
        }
    };
    // 4096 less the header and the mark, by 32 and 1,024 padded bytes each.
    assert_eq!((appended, refused.1), (3, 4096));
    assert_eq!(log.tail().unwrap(), Position::new(3));
    // What still fits into the segment is taken.
    append(&mut log, b"small");
    let used = storage.used();
    assert!(!log.has_room().unwrap());
    storage.set_capacity(usize::MAX);
    assert!(log.has_room().unwrap());
    assert_eq!(storage.used(), used);
    let mut again = Batch::new(log.next_batch());
    refused.0.entries().for_each(|entry| again.push(entry));
    assert_eq!(log.append(&again).unwrap().first, Position::new(5));
    drop(log);
    assert_eq!(FileLog::open(storage, options()).unwrap().tail().unwrap(), Position::new(5));
}

#[test]
fn no_room_for_the_first_segment_is_said_when_founding() {
    let storage = FaultyStorage::new(3);
    storage.set_capacity(100);
    let founded = FileLog::create(storage.clone(), ID, options());
    assert!(matches!(founded, Err(OpenError::NoRoom { needed_bytes: 4096 })));
    storage.set_capacity(usize::MAX);
    FileLog::create(storage, ID, options()).unwrap();
}

#[test]
fn a_missing_segment_is_named() {
    let storage = filled(FaultyStorage::new(4));
    let segments = segments(&storage);
    assert!(segments.len() > 3);
    storage.remove(&segments[1]).unwrap();
    let message = FileLog::open(storage, options()).err().unwrap().to_string();
    let start = format!("{} is damaged at byte 0, at the entry with position 4", segments[1]);
    assert!(message.starts_with(&start), "{message}");
}

#[test]
fn a_missing_end_is_noticed_when_a_snapshot_was_taken_after_it() {
    let storage = filled(FaultyStorage::new(5));
    let mut log = FileLog::open(storage.clone(), options()).unwrap();
    let tail = log.tail().unwrap();
    log.snapshot_writer().save(tail, &mut |out| out.write_all(b"state")).unwrap();
    drop(log);
    storage.remove(segments(&storage).last().unwrap()).unwrap();
    let opened = FileLog::open(storage, options());
    assert!(matches!(opened, Err(OpenError::Damaged(_))), "{:?}", opened.err());
}

#[test]
fn segments_of_another_log_are_named() {
    let (storage, other) = (filled(FaultyStorage::new(6)), FaultyStorage::new(6));
    drop(FileLog::create(other.clone(), LogId([8; 17]), options()).unwrap());
    let other = filled(other);
    let stranger = segments(&storage)[1].clone();
    copy(&other, &storage, &stranger);
    let opened = FileLog::open(storage, options());
    assert!(
        matches!(&opened, Err(OpenError::OtherLog { file, found: LogId([8, ..]), .. }) if *file == stranger),
        "{:?}",
        opened.err()
    );
}

#[test]
fn a_log_can_be_looked_at_while_it_is_written_trimmed_and_snapshotted() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::new(folder.path());
    let mut log = FileLog::create(disk.clone(), ID, options()).unwrap();
    let (acknowledged, done) = (AtomicU64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 1..=600_u64 {
                // The entry says its own place.
                let entry = number.to_le_bytes().repeat(1 + number as usize % 90);
                append(&mut log, &entry);
                acknowledged.store(number, Ordering::Release);
                if number % 100 == 0 {
                    let at = Position::new(number);
                    let writer = log.snapshot_writer();
                    writer.save(at, &mut |out| out.write_all(b"state")).unwrap();
                    log.trim(Position::new(number.saturating_sub(300))).unwrap();
                }
            }
            done.store(true, Ordering::Release);
        });
        let mut looks = 0;
        while !done.load(Ordering::Acquire) || looks == 0 {
            let before = acknowledged.load(Ordering::Acquire);
            let reader = FileLog::open_read_only(&disk).unwrap();
            assert!(reader.tail() >= Position::new(before));
            // What is trimmed meanwhile cannot be read; the newest always can.
            let after = reader.tail().get().saturating_sub(20);
            for entry in reader.read(Position::new(after), 1 << 20).unwrap() {
                assert!(entry.bytes.starts_with(&entry.position.get().to_le_bytes()));
            }
            looks += 1;
        }
        assert!(looks > 3);
    });
}

#[test]
fn a_damaged_payload_beside_the_log_is_not_given_out() {
    let storage = filled(FaultyStorage::new(8));
    let mut log = FileLog::open(storage.clone(), options()).unwrap();
    let name = log.put_aside(b"a plan").unwrap();
    storage.flip(&format!("aside-{name}.bin"), 3, 0);
    assert!(matches!(log.aside(name), Err(ReadError::AsideDamaged { .. })));
    assert!(log.erase_aside(name).unwrap());
}

#[test]
fn opening_for_reading_changes_nothing() {
    let storage = filled(FaultyStorage::new(7));
    let mut log = FileLog::open(storage.clone(), options()).unwrap();
    storage.crash_after(0);
    let torn = batch(&log, &[&[1; 900], &[2; 900]]);
    log.append(&torn).unwrap_err();
    storage.crash();
    let before: Vec<_> = segments(&storage).iter().map(|name| storage.content(name)).collect();
    let reader = FileLog::open_read_only(&storage).unwrap();
    assert!([12, 14].contains(&reader.tail().get()), "half a batch is there");
    let after: Vec<_> = segments(&storage).iter().map(|name| storage.content(name)).collect();
    assert!(before == after);
}

fn options() -> Options {
    Options::default().with_segment_bytes(4096)
}

fn batch(log: &impl Log, entries: &[&[u8]]) -> Batch {
    let mut batch = Batch::new(log.next_batch());
    entries.iter().for_each(|entry| batch.push(entry));
    batch
}

fn append(log: &mut impl Log, entry: &[u8]) {
    let batch = batch(log, &[entry]);
    log.append(&batch).unwrap();
}

/// Twelve entries of 1,000 bytes, three to a segment; founds the log if it must.
fn filled(storage: FaultyStorage) -> FaultyStorage {
    let mut log = FileLog::open(storage.clone(), options())
        .or_else(|_| FileLog::create(storage.clone(), ID, options()))
        .unwrap();
    for number in 0..12 {
        append(&mut log, &[number; 1000]);
    }
    drop(log);
    storage
}

fn segments(storage: &FaultyStorage) -> Vec<String> {
    let mut names = storage.list().unwrap();
    names.retain(|name| name.ends_with(".seg"));
    names.sort_unstable();
    names
}

fn copy(from: &FaultyStorage, to: &FaultyStorage, file: &str) {
    use keepclear_log::StorageFile;
    let bytes = from.content(file);
    let copy = to.create(file).unwrap();
    copy.write_at(&bytes, 0).unwrap();
}
