//! A bit of what is durable turns: it must be noticed and named.

use super::{Life, Position};
use keepclear_log::testing::FaultyStorage;
use keepclear_log::{Damage, FileLog, Log, OpenError, ReadError, Storage};

const FILE_HEADER: usize = 64;
const UNIT: usize = 32;

/// One entry's record: where it is, by the arithmetic of the format.
struct Place {
    position: Position,
    file: String,
    offset: usize,
    length: usize,
}

impl Life {
    pub(super) fn flip_bits(&mut self) {
        let mut places = self.places();
        let Some(newest) = places.last().map(|place| place.file.clone()) else { return };
        if self.dice.one_in(2) {
            // Where a torn end and damage must be told apart.
            places.retain(|place| place.file == newest);
        }
        let chosen = self.dice.below(places.len());
        let (offset, bit) = (self.dice.below(places[chosen].length), self.dice.below(8) as u8);
        let place = &places[chosen];

        let running = self.storage.copied();
        let open = FileLog::open(running.clone(), self.options).unwrap();
        running.flip(&place.file, place.offset + offset, bit);
        match open.read(Position::new(place.position.get() - 1), 1) {
            Err(ReadError::Damaged(damage)) => assert_named(&damage, place),
            other => panic!("a flipped bit was read as {other:?}"),
        }

        let stopped = self.storage.copied();
        stopped.flip(&place.file, place.offset + offset, bit);
        assert_refused(FileLog::open_read_only(&stopped).err(), place);
        assert_refused(FileLog::open(stopped, self.options).err(), place);

        // The mark of the newest batch may be lost here. Then a batch with zeros could be a torn one.
        let crashed = self.storage.copied();
        crashed.crash();
        crashed.flip(&place.file, place.offset + offset, bit);
        let last = self.last.as_ref().unwrap();
        let in_last = place.position.get() + last.len() as u64 > self.acknowledged.len() as u64;
        let has_zeros =
            last.entries().any(|entry| entry.len() > UNIT && entry.iter().all(|byte| *byte == 0));
        if !(in_last && has_zeros) {
            assert_refused(FileLog::open(crashed, self.options).err(), place);
        }
        self.flip_in_snapshot();
        self.met.flips_refused += 1;
    }

    fn flip_in_snapshot(&mut self) {
        let storage = self.storage.copied();
        let snapshots = names(&storage, ".snap");
        let Some(newest) = snapshots.last() else { return };
        let offset = self.dice.below(storage.content(newest).len());
        storage.flip(newest, offset, self.dice.below(8) as u8);
        let log = FileLog::open(storage, self.options).unwrap();
        match log.latest_snapshot() {
            Ok(Some(older)) => {
                assert!(snapshots.len() > 1 && older.at >= log.trimmed_through());
                self.check_content(older);
            }
            Ok(None) => assert_eq!(log.trimmed_through(), Position::START),
            Err(ReadError::NoSnapshot { damaged, .. }) => assert!(damaged.contains(newest)),
            Err(error) => panic!("{error}"),
        }
    }

    fn places(&mut self) -> Vec<Place> {
        let segments: Vec<_> = names(&self.storage, ".seg")
            .into_iter()
            .map(|name| (name[4..24].parse::<u64>().unwrap(), name))
            .collect();
        let mut places = Vec::new();
        for (at, (first, file)) in segments.iter().enumerate() {
            let end = segments.get(at + 1).map_or(u64::MAX, |(next, _)| *next);
            let mut offset = FILE_HEADER;
            let entries = self.acknowledged.iter().zip(1..).skip(*first as usize - 1);
            for (entry, position) in entries.take_while(|(_, position)| *position < end) {
                let length = UNIT + entry.len().next_multiple_of(UNIT);
                let (position, file) = (Position::new(position), file.clone());
                places.push(Place { position, file, offset, length });
                offset += length;
            }
        }
        places
    }
}

fn names(storage: &FaultyStorage, ending: &str) -> Vec<String> {
    let mut names = storage.list().unwrap();
    names.retain(|name| name.ends_with(ending));
    names.sort_unstable();
    names
}

fn assert_refused(error: Option<OpenError>, place: &Place) {
    match error {
        Some(OpenError::Damaged(damage)) => assert_named(&damage, place),
        other => panic!("a flipped bit of entry {} led to {other:?}", place.position),
    }
}

fn assert_named(damage: &Damage, place: &Place) {
    assert_eq!(
        (damage.position, &damage.file, damage.offset),
        (place.position, &place.file, place.offset as u64),
        "{damage}"
    );
}
