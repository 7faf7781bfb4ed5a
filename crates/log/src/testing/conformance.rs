//! What every engine of [`Log`] must do, as far as it can be seen without faults.

#![expect(clippy::unwrap_used, reason = "a suite of tests fails by panicking")]

use crate::{
    AppendError, Appended, AsideName, Batch, BatchNumber, Committed, KeepError, Log, Position,
    ReadError,
};
use std::io::{self, Read};

/// Runs the suite. `found` founds an empty log and answers what opens it, again and again: the log that
/// was opened before is gone then.
///
/// # Panics
/// When the engine does not keep the contract.
pub fn conformance<L: Log, Open: FnMut() -> L>(mut found: impl FnMut() -> Open) {
    for case in [
        an_empty_log_is_empty::<L>,
        entries_come_back_in_order_with_growing_positions,
        reading_keeps_to_its_limit_but_always_moves_on,
        a_part_is_read_from_another_thread_while_appends_go_on,
        a_repeated_batch_has_the_same_answer_and_is_there_once,
        another_batch_with_the_same_number_is_not_ours,
        a_batch_out_of_turn_is_refused,
        what_cannot_be_appended_leaves_the_log_as_it_was,
        an_opened_log_goes_on_where_it_was,
        a_batch_is_repeated_safely_after_opening,
        the_newest_snapshot_is_given_and_two_are_kept,
        a_snapshot_that_fails_does_not_exist,
        a_snapshot_ahead_of_the_log_is_refused,
        snapshots_are_saved_while_appends_go_on,
        nothing_is_trimmed_beyond_a_snapshot,
        positions_go_on_after_a_trim,
        payloads_beside_the_log_can_be_erased,
    ] {
        case(&mut found());
    }
}

fn an_empty_log_is_empty<L: Log>(open: &mut dyn FnMut() -> L) {
    let mut log = open();
    assert_eq!(log.tail().unwrap(), Position::START);
    assert_eq!(log.next_batch(), BatchNumber::FIRST);
    assert_eq!(log.trimmed_through(), Position::START);
    assert_eq!(log.read(Position::START, usize::MAX).unwrap(), []);
    assert!(log.latest_snapshot().unwrap().is_none());
    assert!(log.batch_weight_max() > 1 << 10);
    assert!(log.has_room().unwrap());
}

fn entries_come_back_in_order_with_growing_positions<L: Log>(open: &mut dyn FnMut() -> L) {
    let mut log = open();
    let first = append(&mut log, &["a", "bc", ""]);
    let second = append(&mut log, &["d"]);
    assert!(first.previous < first.first && first.first < first.last);
    assert!(first.last <= second.previous && second.previous < second.first);
    assert_eq!(second.first, second.last);
    assert!(log.tail().unwrap() >= second.last);
    let read = log.read(Position::START, usize::MAX).unwrap();
    assert_eq!(texts(&read), ["a", "bc", "", "d"]);
    assert!(read.is_sorted_by(|a, b| a.position < b.position));
    assert_eq!((read[0].position, read[2].position), (first.first, first.last));
    assert_eq!(texts(&log.read(first.first, usize::MAX).unwrap()), ["bc", "", "d"]);
    assert_eq!(log.read(second.last, usize::MAX).unwrap(), []);
}

fn reading_keeps_to_its_limit_but_always_moves_on<L: Log>(open: &mut dyn FnMut() -> L) {
    let mut log = open();
    append(&mut log, &["aaaa", "bbbb", "cccc"]);
    append(&mut log, &["dddd"]);
    assert_eq!(texts(&log.read(Position::START, 8).unwrap()), ["aaaa", "bbbb"]);
    assert_eq!(texts(&log.read(Position::START, 11).unwrap()), ["aaaa", "bbbb"]);
    assert_eq!(texts(&log.read(Position::START, 0).unwrap()), ["aaaa"]);
    assert_eq!(texts(&read_all(&log, Position::START, 7)), ["aaaa", "bbbb", "cccc", "dddd"]);
}

fn a_part_is_read_from_another_thread_while_appends_go_on<L: Log>(open: &mut dyn FnMut() -> L) {
    let mut log = open();
    append(&mut log, &["a", "b"]);
    let (from, through) = (append(&mut log, &["c"]).last, append(&mut log, &["d", "e"]).first);
    append(&mut log, &["f"]);
    let reader = log.reader(from, through).unwrap();
    append(&mut log, &["g"]);
    let read = std::thread::spawn(move || reader.read(from, usize::MAX)).join().unwrap().unwrap();
    assert_eq!(texts(&read), ["d"]);
    assert_eq!(read[0].position, through);
    let tail = log.tail().unwrap();
    let reader = log.reader(Position::START, tail).unwrap();
    let all = reader.read(Position::START, usize::MAX).unwrap();
    assert_eq!(texts(&all), ["a", "b", "c", "d", "e", "f", "g"]);
    assert_eq!(reader.read(tail, usize::MAX).unwrap(), []);
}

fn a_repeated_batch_has_the_same_answer_and_is_there_once<L: Log>(open: &mut dyn FnMut() -> L) {
    let mut log = open();
    append(&mut log, &["a"]);
    let batch = batch(log.next_batch(), &["b", "c"]);
    let answer = log.append(&batch).unwrap();
    assert_eq!(log.append(&batch).unwrap(), answer);
    assert_eq!(texts(&read_all(&log, Position::START, usize::MAX)), ["a", "b", "c"]);
    assert_eq!(log.next_batch(), batch.number().next());
}

fn another_batch_with_the_same_number_is_not_ours<L: Log>(open: &mut dyn FnMut() -> L) {
    let mut log = open();
    let number = log.next_batch();
    append(&mut log, &["a", "b"]);
    for other in [&["a", "x"][..], &["a"], &["a", "b", "c"], &["ab"]] {
        let answer = log.append(&batch(number, other));
        assert!(matches!(answer, Err(AppendError::NotOurs { .. })), "{other:?}: {answer:?}");
    }
    append(&mut log, &["c"]);
    assert_eq!(texts(&read_all(&log, Position::START, usize::MAX)), ["a", "b", "c"]);
}

fn a_batch_out_of_turn_is_refused<L: Log>(open: &mut dyn FnMut() -> L) {
    let mut log = open();
    let first = log.next_batch();
    append(&mut log, &["a"]);
    append(&mut log, &["b"]);
    for number in [first, log.next_batch().next()] {
        let answer = log.append(&batch(number, &["x"]));
        assert!(matches!(answer, Err(AppendError::OutOfTurn { .. })), "{number}: {answer:?}");
    }
    assert_eq!(texts(&read_all(&log, Position::START, usize::MAX)), ["a", "b"]);
}

fn what_cannot_be_appended_leaves_the_log_as_it_was<L: Log>(open: &mut dyn FnMut() -> L) {
    let mut log = open();
    append(&mut log, &["a"]);
    let number = log.next_batch();
    assert!(matches!(log.append(&Batch::new(number)), Err(AppendError::Empty)));
    let largest = log.batch_weight_max() - Batch::weight(&batch(number, &[""]));
    let mut too_large = Batch::new(number);
    too_large.push(&vec![b'x'; largest + 1]);
    assert!(matches!(log.append(&too_large), Err(AppendError::TooLarge { .. })));
    assert_eq!(log.next_batch(), number);
    let mut just_right = Batch::new(number);
    just_right.push(&vec![b'x'; largest]);
    log.append(&just_right).unwrap();
    let read = read_all(&log, Position::START, 10);
    assert_eq!(read.iter().map(|entry| entry.bytes.len()).collect::<Vec<_>>(), [1, largest]);
}

fn an_opened_log_goes_on_where_it_was<L: Log>(open: &mut dyn FnMut() -> L) {
    let mut log = open();
    let id = log.id();
    append(&mut log, &["a", "b"]);
    let last = append(&mut log, &["c"]).last;
    log.seal().unwrap();
    let next = log.next_batch();
    drop(log);
    let mut log = open();
    assert_eq!(log.id(), id);
    assert_eq!(log.next_batch(), next);
    assert!(log.tail().unwrap() >= last);
    assert!(append(&mut log, &["d"]).first > last);
    drop(log);
    assert_eq!(texts(&read_all(&open(), Position::START, 2)), ["a", "b", "c", "d"]);
}

fn a_batch_is_repeated_safely_after_opening<L: Log>(open: &mut dyn FnMut() -> L) {
    let mut log = open();
    append(&mut log, &["a"]);
    let batch = batch(log.next_batch(), &["b", "c"]);
    let answer = log.append(&batch).unwrap();
    drop(log);
    let mut log = open();
    assert_eq!(log.append(&batch).unwrap(), answer);
    assert_eq!(texts(&read_all(&log, Position::START, usize::MAX)), ["a", "b", "c"]);
}

fn the_newest_snapshot_is_given_and_two_are_kept<L: Log>(open: &mut dyn FnMut() -> L) {
    let mut log = open();
    let writer = log.snapshot_writer();
    let places = ["a", "b", "c"].map(|text| append(&mut log, &[text]).last);
    for at in places {
        writer.save(at, &mut |out| write!(out, "state at {at}")).unwrap();
    }
    drop((log, writer));
    let log = open();
    assert_eq!(log.snapshots().unwrap(), [places[2], places[1]]);
    let snapshot = log.latest_snapshot().unwrap().unwrap();
    let mut content = String::new();
    let mut reader = snapshot.content;
    reader.read_to_string(&mut content).unwrap();
    assert_eq!((snapshot.at, content), (places[2], format!("state at {}", places[2])));
    assert_eq!(snapshot.length, format!("state at {}", places[2]).len() as u64);
}

fn a_snapshot_that_fails_does_not_exist<L: Log>(open: &mut dyn FnMut() -> L) {
    let mut log = open();
    let at = append(&mut log, &["a"]).last;
    let answer = log.snapshot_writer().save(at, &mut |out| {
        out.write_all(b"half")?;
        Err(io::Error::other("no more"))
    });
    assert!(matches!(answer, Err(KeepError::Io { .. })), "{answer:?}");
    assert_eq!(log.snapshots().unwrap(), []);
    assert!(log.latest_snapshot().unwrap().is_none());
}

fn a_snapshot_ahead_of_the_log_is_refused<L: Log>(open: &mut dyn FnMut() -> L) {
    let mut log = open();
    let at = append(&mut log, &["a"]).last;
    let answer = log.snapshot_writer().save(Position::new(at.get() + 1), &mut |_| Ok(()));
    assert!(matches!(answer, Err(KeepError::Ahead { .. })), "{answer:?}");
}

fn snapshots_are_saved_while_appends_go_on<L: Log>(open: &mut dyn FnMut() -> L) {
    let mut log = open();
    let at = append(&mut log, &["a"]).last;
    let writer = log.snapshot_writer();
    let (appended, wait) = std::sync::mpsc::channel();
    let saving = std::thread::spawn(move || {
        writer.save(at, &mut |out| {
            out.write_all(b"first half, ")?;
            // Goes on only after an append has succeeded meanwhile.
            wait.recv().map_err(io::Error::other)?;
            out.write_all(b"second half")
        })
    });
    append(&mut log, &["b"]);
    appended.send(()).unwrap();
    saving.join().unwrap().unwrap();
    let mut content = Vec::new();
    log.latest_snapshot().unwrap().unwrap().content.read_to_end(&mut content).unwrap();
    assert_eq!(content, b"first half, second half");
}

fn nothing_is_trimmed_beyond_a_snapshot<L: Log>(open: &mut dyn FnMut() -> L) {
    let mut log = open();
    let (middle, last) = filled(&mut log);
    assert_eq!(log.trim(last).unwrap(), Position::START);
    log.snapshot_writer().save(middle, &mut |out| out.write_all(b"state")).unwrap();
    let trimmed = log.trim(last).unwrap();
    assert!(trimmed > Position::START && trimmed <= middle, "{trimmed} of {middle}");
    assert_eq!(log.trimmed_through(), trimmed);
    let answer = log.read(Position::START, usize::MAX);
    assert!(matches!(answer, Err(ReadError::Trimmed { through }) if through == trimmed));
    let read = read_all(&log, trimmed, 1 << 16);
    assert_eq!(read.last().unwrap().position, last);
    assert!(read[0].position > trimmed);
}

fn positions_go_on_after_a_trim<L: Log>(open: &mut dyn FnMut() -> L) {
    let mut log = open();
    let (_, last) = filled(&mut log);
    log.snapshot_writer().save(last, &mut |out| out.write_all(b"state")).unwrap();
    let trimmed = log.trim(last).unwrap();
    let next = log.next_batch();
    drop(log);
    let mut log = open();
    assert_eq!((log.trimmed_through(), log.next_batch()), (trimmed, next));
    assert_eq!(log.latest_snapshot().unwrap().unwrap().at, last);
    let appended = append(&mut log, &["after"]);
    assert!(appended.first > last);
    assert_eq!(texts(&log.read(last, usize::MAX).unwrap()), ["after"]);
}

fn payloads_beside_the_log_can_be_erased<L: Log>(open: &mut dyn FnMut() -> L) {
    let mut log = open();
    let name = log.put_aside(b"a plan").unwrap();
    assert_eq!(name, AsideName::of(b"a plan"));
    assert_eq!(log.put_aside(b"a plan").unwrap(), name);
    let other = log.put_aside(b"").unwrap();
    append(&mut log, &["names both"]);
    drop(log);
    let mut log = open();
    assert_eq!(log.aside(name).unwrap().unwrap(), b"a plan");
    assert!(log.erase_aside(name).unwrap());
    assert!(!log.erase_aside(name).unwrap());
    drop(log);
    let log = open();
    assert_eq!(log.aside(name).unwrap(), None);
    assert_eq!(log.aside(other).unwrap().unwrap(), b"");
    assert_eq!(texts(&read_all(&log, Position::START, usize::MAX)), ["names both"]);
}

/// Appends so much that any engine has more than one piece to trim, if its pieces are as small as the
/// batch that it takes. Answers a place in the middle and the last.
fn filled(log: &mut impl Log) -> (Position, Position) {
    let large = vec![b'x'; (log.batch_weight_max() / 2).min(1 << 20)];
    let mut places = Vec::new();
    for _ in 0..12 {
        let mut batch = Batch::new(log.next_batch());
        batch.push(&large);
        places.push(log.append(&batch).unwrap().last);
    }
    (places[6], places[11])
}

fn append(log: &mut impl Log, entries: &[&str]) -> Appended {
    log.append(&batch(log.next_batch(), entries)).unwrap()
}

fn batch(number: BatchNumber, entries: &[&str]) -> Batch {
    let mut batch = Batch::new(number);
    for entry in entries {
        batch.push(entry.as_bytes());
    }
    batch
}

fn read_all(log: &impl Log, mut after: Position, limit_bytes: usize) -> Vec<Committed> {
    let mut all = Vec::new();
    loop {
        let read = log.read(after, limit_bytes).unwrap();
        let Some(last) = read.last() else { return all };
        after = last.position;
        all.extend(read);
    }
}

fn texts(entries: &[Committed]) -> Vec<&str> {
    entries.iter().map(|entry| std::str::from_utf8(&entry.bytes).unwrap()).collect()
}
