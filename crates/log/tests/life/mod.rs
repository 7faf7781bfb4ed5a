//! One random life of a log, and what must be true of it.

use keepclear_log::testing::{Dice, FaultyStorage};
use keepclear_log::{
    AppendError, AsideName, Batch, FileLog, KeepError, Log, LogId, OpenError, Options, Position,
    ReadError,
};
use std::collections::BTreeMap;
use std::io::Read;

mod flips;

const STEPS: usize = 150;
const ID: LogId = LogId([9; 17]);

/// How often the interesting things happened.
#[derive(Debug, Default)]
pub struct Met {
    batches: usize,
    crashes: usize,
    unknown_kept: usize,
    unknown_cut: usize,
    full: usize,
    failed_syncs: usize,
    trims: usize,
    flips_refused: usize,
    snapshots: usize,
}

impl Met {
    pub fn add(&mut self, other: &Self) {
        self.batches += other.batches;
        self.crashes += other.crashes;
        self.unknown_kept += other.unknown_kept;
        self.unknown_cut += other.unknown_cut;
        self.full += other.full;
        self.failed_syncs += other.failed_syncs;
        self.trims += other.trims;
        self.flips_refused += other.flips_refused;
        self.snapshots += other.snapshots;
    }

    pub fn is_everything(&self) -> bool {
        let Self {
            batches,
            crashes,
            unknown_kept,
            unknown_cut,
            full,
            failed_syncs,
            trims,
            flips_refused,
            snapshots,
        } = self;
        [batches, crashes, unknown_kept, unknown_cut, full, failed_syncs]
            .into_iter()
            .chain([trims, flips_refused, snapshots])
            .all(|count| *count > 0)
    }
}

pub struct Life {
    dice: Dice,
    storage: FaultyStorage,
    options: Options,
    log: Option<FileLog<FaultyStorage>>,
    /// Every entry that was acknowledged, from position 1.
    acknowledged: Vec<Vec<u8>>,
    /// A batch whose append had no answer, or a fatal one.
    unknown: Option<Batch>,
    /// The last batch that was acknowledged.
    last: Option<Batch>,
    batches: u64,
    asides: BTreeMap<AsideName, Aside>,
    /// The newest snapshot that was acknowledged.
    snapshot: Position,
    met: Met,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Aside {
    Kept,
    Erased,
    Unknown,
}

/// The outcome is unknown; the machine or the process must go.
struct Broken;

impl Life {
    pub fn live(seed: u64) -> Met {
        let mut dice = Dice::new(seed);
        let storage = FaultyStorage::new(dice.throw());
        let options = Options::default().with_segment_bytes(4096 + dice.below(16 << 10) as u64);
        drop(FileLog::create(storage.clone(), ID, options).unwrap());
        let mut life = Self {
            dice,
            storage,
            options,
            log: None,
            acknowledged: Vec::new(),
            unknown: None,
            last: None,
            batches: 0,
            asides: BTreeMap::new(),
            snapshot: Position::START,
            met: Met::default(),
        };
        for _ in 0..STEPS {
            life.step();
        }
        life.met
    }

    fn step(&mut self) {
        let power_goes = self.dice.one_in(4);
        if power_goes {
            let operations = self.dice.below(12);
            // Before opening, so that a crash also hits the repair of an earlier one.
            self.storage.crash_after(operations);
        }
        if self.log.is_none() && self.dice.one_in(16) {
            self.storage.fail_next_sync();
        }
        let outcome = self.open().and_then(|()| self.act());
        if outcome.is_err() || power_goes || self.dice.one_in(8) {
            self.end(power_goes);
        }
    }

    /// The process ends somehow.
    fn end(&mut self, power_goes: bool) {
        let was_broken = self.log.as_mut().is_some_and(|log| log.tail().is_err());
        match (power_goes, self.dice.below(3)) {
            // What stopped in the middle may also have been the process alone.
            (true, 0) => self.storage.kill(),
            (true, _) | (false, 0) => {
                self.met.crashes += 1;
                self.storage.crash();
            }
            (false, 1) => self.storage.kill(),
            (false, _) if was_broken => self.storage.kill(),
            (false, _) => {
                if let Some(log) = &mut self.log {
                    log.seal().unwrap();
                }
            }
        }
        self.log = None;
    }

    fn open(&mut self) -> Result<(), Broken> {
        if self.log.is_some() {
            return Ok(());
        }
        match FileLog::open(self.storage.clone(), self.options) {
            Ok(log) => {
                self.log = Some(log);
                self.check();
                Ok(())
            }
            Err(error @ OpenError::Io { .. }) => {
                let message = error.to_string();
                let expected = ["the power is gone", "the disk does not answer"];
                assert!(expected.iter().any(|text| message.contains(text)), "{message}");
                Err(Broken)
            }
            Err(error) => panic!("{error}"),
        }
    }

    fn act(&mut self) -> Result<(), Broken> {
        match self.dice.below(20) {
            0 => self.fill_up(),
            1 => self.fail_a_sync(),
            2..=3 => self.save_snapshot(),
            4 => self.trim(),
            5 => self.repeat(),
            6 => self.put_aside(),
            7 => self.erase_aside(),
            8..=9 => {
                self.flip_bits();
                Ok(())
            }
            _ => {
                let batch = self.batch();
                self.append(&batch).map(|_| ())
            }
        }
    }

    fn log(&mut self) -> &mut FileLog<FaultyStorage> {
        self.log.as_mut().unwrap()
    }

    fn batch(&mut self) -> Batch {
        let mut batch = Batch::new(self.log().next_batch());
        // Within the smallest segment.
        let mut left = 3500;
        for _ in 0..=self.dice.below(6) {
            let length = self.dice.below(1500.min(left - 200));
            let zeros = self.dice.one_in(8);
            let dice = &mut self.dice;
            let entry: Vec<u8> =
                (0..length).map(|_| if zeros { 0 } else { dice.throw() as u8 }).collect();
            batch.push(&entry);
            left -= length + 100;
            if left < 400 {
                break;
            }
        }
        batch
    }

    /// Answers whether there was room.
    fn append(&mut self, batch: &Batch) -> Result<bool, Broken> {
        let tail = self.acknowledged.len() as u64;
        match self.log().append(batch) {
            Ok(appended) => {
                let places = [appended.previous, appended.first, appended.last];
                let last = tail + batch.len() as u64;
                assert_eq!(places, [tail, tail + 1, last].map(Position::new));
                self.acknowledge(batch.clone());
                Ok(true)
            }
            Err(AppendError::NoRoom { .. }) => Ok(false),
            Err(AppendError::Fatal(_)) => {
                self.unknown = Some(batch.clone());
                self.everything_is_fatal(batch);
                Err(Broken)
            }
            Err(error) => panic!("{error}"),
        }
    }

    fn acknowledge(&mut self, batch: Batch) {
        self.acknowledged.extend(batch.entries().map(<[u8]>::to_vec));
        self.batches = batch.number().get();
        self.last = Some(batch);
        self.met.batches += 1;
    }

    fn everything_is_fatal(&mut self, batch: &Batch) {
        let log = self.log();
        assert!(matches!(log.append(batch), Err(AppendError::Fatal(_))));
        assert!(matches!(log.seal(), Err(AppendError::Fatal(_))));
        assert!(matches!(log.read(Position::START, 1), Err(ReadError::Fatal(_))));
        assert!(matches!(log.tail(), Err(ReadError::Fatal(_))));
        assert!(matches!(log.trim(Position::START), Err(ReadError::Fatal(_))));
        assert!(matches!(log.put_aside(b""), Err(KeepError::Fatal(_))));
    }

    fn repeat(&mut self) -> Result<(), Broken> {
        let Some(batch) = self.last.clone() else { return Ok(()) };
        let last = Position::new(self.acknowledged.len() as u64);
        let first = Position::new(last.get() + 1 - batch.len() as u64);
        let appended = self.log().append(&batch).unwrap();
        assert_eq!((appended.first, appended.last), (first, last));
        Ok(())
    }

    fn fill_up(&mut self) -> Result<(), Broken> {
        self.storage.set_capacity(self.storage.used() + self.dice.below(4000));
        let outcome = loop {
            let batch = self.batch();
            match self.append(&batch) {
                Ok(true) => {}
                Ok(false) => break Ok(batch),
                Err(broken) => break Err(broken),
            }
        };
        self.storage.set_capacity(usize::MAX);
        let batch = outcome?;
        self.met.full += 1;
        // The power may have gone while the unfinished segment was taken away again.
        self.log().snapshots().map_err(|_| Broken)?;
        self.check_entries();
        assert!(self.append(&batch)?);
        Ok(())
    }

    fn fail_a_sync(&mut self) -> Result<(), Broken> {
        self.storage.fail_next_sync();
        let batch = self.batch();
        let outcome = self.append(&batch);
        assert!(outcome.is_err(), "a failed sync was taken for a good one");
        self.met.failed_syncs += 1;
        outcome.map(|_| ())
    }

    fn save_snapshot(&mut self) -> Result<(), Broken> {
        let newest = self.acknowledged.len();
        let at = Position::new(newest as u64 - self.dice.below(newest + 1).min(3) as u64);
        let content = self.state_at(at);
        let writer = self.log().snapshot_writer();
        let saved = writer.save(at, &mut |out| out.write_all(&content));
        saved.map_err(|_| Broken)?;
        self.snapshot = self.snapshot.max(at);
        self.met.snapshots += 1;
        Ok(())
    }

    fn trim(&mut self) -> Result<(), Broken> {
        let through = Position::new(self.dice.below(self.acknowledged.len() + 10) as u64);
        let before = self.log().trimmed_through();
        let trimmed = self.log().trim(through).map_err(|_| Broken)?;
        assert!(trimmed <= through.max(before), "{trimmed} of {through}");
        self.met.trims += usize::from(trimmed > before);
        Ok(())
    }

    fn put_aside(&mut self) -> Result<(), Broken> {
        let bytes = self.dice.below(20).to_le_bytes();
        self.asides.insert(AsideName::of(&bytes), Aside::Unknown);
        let name = self.log().put_aside(&bytes).map_err(|_| Broken)?;
        self.asides.insert(name, Aside::Kept);
        Ok(())
    }

    fn erase_aside(&mut self) -> Result<(), Broken> {
        let name = AsideName::of(&self.dice.below(20).to_le_bytes());
        self.asides.insert(name, Aside::Unknown);
        self.log().erase_aside(name).map_err(|_| Broken)?;
        self.asides.insert(name, Aside::Erased);
        Ok(())
    }

    /// Everything that must be so after an opening.
    fn check(&mut self) {
        if let Some(unknown) = self.unknown.take() {
            if self.log().next_batch() == unknown.number().next() {
                self.acknowledge(unknown);
                self.met.unknown_kept += 1;
            } else {
                self.met.unknown_cut += 1;
            }
        }
        assert_eq!(self.log().next_batch().get(), self.batches + 1);
        self.check_entries();
        self.check_snapshot();
        let asides: Vec<_> = self.asides.iter().map(|(name, state)| (*name, *state)).collect();
        for (name, state) in asides {
            let found = self.log().aside(name).unwrap();
            let right = match state {
                Aside::Kept => found.is_some(),
                Aside::Erased => found.is_none(),
                Aside::Unknown => true,
            };
            assert!(right, "{name} should be {state:?}");
        }
    }

    fn check_entries(&mut self) {
        let trimmed = self.log().trimmed_through();
        assert!(trimmed <= self.log().snapshots().unwrap().first().copied().unwrap_or(trimmed));
        let limit = 1 + self.dice.below(8000);
        let mut after = trimmed;
        loop {
            let read = self.log().read(after, limit).unwrap();
            if read.is_empty() {
                break;
            }
            for entry in read {
                after = Position::new(after.get() + 1);
                assert_eq!(entry.position, after);
                assert_eq!(entry.bytes, self.acknowledged[after.get() as usize - 1]);
            }
        }
        assert_eq!(after.get(), self.acknowledged.len() as u64);
        assert_eq!(self.log().tail().unwrap(), after);
    }

    fn check_snapshot(&mut self) {
        let Some(snapshot) = self.log().latest_snapshot().unwrap() else {
            assert_eq!(self.snapshot, Position::START);
            return;
        };
        assert!(snapshot.at >= self.snapshot);
        self.check_content(snapshot);
    }

    fn check_content(&self, mut snapshot: keepclear_log::Snapshot) {
        let mut content = Vec::new();
        snapshot.content.read_to_end(&mut content).unwrap();
        assert_eq!(content, self.state_at(snapshot.at));
    }

    fn state_at(&self, at: Position) -> Vec<u8> {
        self.acknowledged[..at.get() as usize].concat()
    }
}
