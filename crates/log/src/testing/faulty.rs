//! A disk in memory that forgets, tears, fills up, fails and flips bits.
//!
//! What a real disk can do to a program that crashes: of the writes since the last sync any sectors
//! may have arrived; of the names given and removed since the last sync of the folder the first few. A
//! failed sync loses writes for good and lets the next sync succeed, though the system still shows
//! them, as Linux does.

use crate::storage::{Storage, StorageFile};
use crate::testing::Dice;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const SECTOR: usize = 512;

type FileId = usize;

/// A folder on such a disk. Clones are handles on the same one.
#[derive(Clone)]
pub struct FaultyStorage {
    disk: Arc<Mutex<Disk>>,
}

/// An open file on it. Dead after a crash.
pub struct FaultyFile {
    disk: Arc<Mutex<Disk>>,
    id: FileId,
    boot: u64,
}

/// The folder's lock. A crash lets go of it.
pub struct FaultyLock {
    disk: Arc<Mutex<Disk>>,
    boot: u64,
}

#[derive(Clone)]
struct Disk {
    dice: Dice,
    boot: u64,
    locked: bool,
    files: Vec<Content>,
    names: BTreeMap<String, FileId>,
    durable_names: BTreeMap<String, FileId>,
    /// Done since the last sync of the folder.
    pending_names: Vec<Rename>,
    capacity_bytes: usize,
    /// Operations until the machine loses power in the middle of one.
    until_crash: Option<usize>,
    crashed: bool,
    fails_next_sync: bool,
}

#[derive(Clone)]
enum Rename {
    Set(String, FileId),
    Remove(String),
}

#[derive(Clone, Default)]
struct Content {
    /// What the running system shows.
    shown: Vec<u8>,
    durable: Vec<u8>,
    /// Written since the last sync: what, and where.
    pending: Vec<(usize, Vec<u8>)>,
}

impl FaultyStorage {
    /// An empty folder on a disk without faults yet; the seed decides what a crash leaves.
    pub fn new(seed: u64) -> Self {
        let disk = Disk {
            dice: Dice::new(seed),
            boot: 0,
            locked: false,
            files: Vec::new(),
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            pending_names: Vec::new(),
            capacity_bytes: usize::MAX,
            until_crash: None,
            crashed: false,
            fails_next_sync: false,
        };
        Self { disk: Arc::new(Mutex::new(disk)) }
    }

    /// Another disk with the same content, without the lock and without faults to come.
    #[must_use]
    pub fn copied(&self) -> Self {
        let mut disk = lock(&self.disk).clone();
        disk.reboot();
        Self { disk: Arc::new(Mutex::new(disk)) }
    }

    /// How many bytes of files the disk takes from now on. Fewer than there are is allowed.
    pub fn set_capacity(&self, bytes: usize) {
        lock(&self.disk).capacity_bytes = bytes;
    }

    /// How many bytes of files there are.
    pub fn used(&self) -> usize {
        lock(&self.disk).used()
    }

    /// All stops in the middle of the write, sync or change of names that comes after this many others.
    /// Everything fails from then on, until [`FaultyStorage::crash`] or [`FaultyStorage::kill`].
    pub fn crash_after(&self, operations: usize) {
        lock(&self.disk).until_crash = Some(operations);
    }

    /// The next sync of a file fails.
    pub fn fail_next_sync(&self) {
        lock(&self.disk).fails_next_sync = true;
    }

    /// The power goes and comes back: unsynced writes arrive in part, open files and the lock are gone.
    pub fn crash(&self) {
        lock(&self.disk).crash();
    }

    /// The process dies, the machine goes on: what was written is shown still, synced or not.
    pub fn kill(&self) {
        lock(&self.disk).reboot();
    }

    /// Turns a bit of what is durable, and shown.
    ///
    /// # Panics
    /// When there is no such file or byte.
    pub fn flip(&self, file: &str, offset: usize, bit: u8) {
        let mut disk = lock(&self.disk);
        let id = disk.names[file];
        disk.files[id].shown[offset] ^= 1 << bit;
        disk.files[id].durable[offset] ^= 1 << bit;
    }

    /// What the running system shows of a file.
    ///
    /// # Panics
    /// When there is no such file.
    pub fn content(&self, file: &str) -> Vec<u8> {
        let disk = lock(&self.disk);
        disk.files[disk.names[file]].shown.clone()
    }
}

fn lock(disk: &Mutex<Disk>) -> MutexGuard<'_, Disk> {
    disk.lock().unwrap_or_else(PoisonError::into_inner)
}

fn power_is_gone() -> io::Error {
    io::Error::other("the power is gone")
}

impl Disk {
    fn used(&self) -> usize {
        self.names.values().map(|id| self.files[*id].shown.len()).sum()
    }

    fn alive(&self, boot: u64) -> io::Result<()> {
        match self.crashed || boot != self.boot {
            true => Err(power_is_gone()),
            false => Ok(()),
        }
    }

    /// Whether a change is carried out; the one in whose middle the power goes is begun.
    fn step(&mut self) -> io::Result<()> {
        self.alive(self.boot)?;
        match &mut self.until_crash {
            Some(0) => {
                self.crashed = true;
                Err(power_is_gone())
            }
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn make_room(&self, file: FileId, length: usize) -> io::Result<()> {
        let more = length.saturating_sub(self.files[file].shown.len());
        match more > 0 && self.used() + more > self.capacity_bytes {
            true => Err(io::ErrorKind::StorageFull.into()),
            false => Ok(()),
        }
    }

    fn find(&self, name: &str) -> io::Result<FileId> {
        self.names.get(name).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn rename(&mut self, change: Rename) {
        apply(&mut self.names, &change);
        self.pending_names.push(change);
    }

    fn crash(&mut self) {
        let Self { dice, files, durable_names, pending_names, .. } = self;
        for file in files.iter_mut() {
            file.crash(dice);
        }
        let survive = dice.below(pending_names.len() + 1);
        for change in pending_names.drain(..).take(survive) {
            apply(durable_names, &change);
        }
        self.names = self.durable_names.clone();
        self.reboot();
    }

    fn reboot(&mut self) {
        self.boot += 1;
        self.locked = false;
        self.until_crash = None;
        self.crashed = false;
        self.fails_next_sync = false;
    }
}

fn apply(names: &mut BTreeMap<String, FileId>, change: &Rename) {
    match change {
        Rename::Set(name, id) => {
            names.insert(name.clone(), *id);
        }
        Rename::Remove(name) => {
            names.remove(name);
        }
    }
}

impl Content {
    fn crash(&mut self, dice: &mut Dice) {
        // Sometimes all arrives, sometimes nothing, mostly some sectors.
        let luck = dice.below(4);
        for (offset, bytes) in std::mem::take(&mut self.pending) {
            for (start, part) in sectors(offset, &bytes) {
                if luck == 0 || luck > 1 && dice.one_in(2) {
                    put(&mut self.durable, start, part);
                }
            }
        }
        self.shown = self.durable.clone();
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) {
        put(&mut self.shown, offset, bytes);
        self.pending.push((offset, bytes.to_vec()));
    }
}

fn sectors(offset: usize, bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let first = (offset.next_multiple_of(SECTOR) - offset).min(bytes.len());
    let (head, rest) = bytes.split_at(first);
    let rest = rest.chunks(SECTOR).enumerate();
    std::iter::once((offset, head))
        .chain(rest.map(move |(at, part)| (offset + first + at * SECTOR, part)))
}

fn put(content: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    content[offset..end].copy_from_slice(bytes);
}

impl Storage for FaultyStorage {
    type File = FaultyFile;
    type Lock = FaultyLock;

    fn name(&self) -> String {
        "the faulty disk".to_owned()
    }

    fn lock(&self) -> io::Result<FaultyLock> {
        let mut disk = lock(&self.disk);
        disk.alive(disk.boot)?;
        if std::mem::replace(&mut disk.locked, true) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(FaultyLock { disk: self.disk.clone(), boot: disk.boot })
    }

    fn open(&self, file: &str, _writable: bool) -> io::Result<FaultyFile> {
        let disk = lock(&self.disk);
        disk.alive(disk.boot)?;
        let id = disk.find(file)?;
        Ok(FaultyFile { disk: self.disk.clone(), id, boot: disk.boot })
    }

    fn create(&self, file: &str) -> io::Result<FaultyFile> {
        let mut disk = lock(&self.disk);
        disk.step()?;
        let id = disk.files.len();
        disk.files.push(Content::default());
        disk.rename(Rename::Set(file.to_owned(), id));
        Ok(FaultyFile { disk: self.disk.clone(), id, boot: disk.boot })
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut disk = lock(&self.disk);
        disk.step()?;
        let id = disk.find(from)?;
        disk.rename(Rename::Remove(from.to_owned()));
        disk.rename(Rename::Set(to.to_owned(), id));
        Ok(())
    }

    fn remove(&self, file: &str) -> io::Result<()> {
        let mut disk = lock(&self.disk);
        disk.step()?;
        disk.find(file)?;
        disk.rename(Rename::Remove(file.to_owned()));
        Ok(())
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let disk = lock(&self.disk);
        disk.alive(disk.boot)?;
        Ok(disk.names.keys().cloned().collect())
    }

    fn sync_folder(&self) -> io::Result<()> {
        let mut disk = lock(&self.disk);
        disk.step()?;
        disk.pending_names.clear();
        disk.durable_names = disk.names.clone();
        Ok(())
    }
}

impl StorageFile for FaultyFile {
    fn length(&self) -> io::Result<u64> {
        let disk = lock(&self.disk);
        disk.alive(self.boot)?;
        Ok(disk.files[self.id].shown.len() as u64)
    }

    fn preallocate(&self, length: u64) -> io::Result<()> {
        let mut disk = lock(&self.disk);
        disk.alive(self.boot)?;
        disk.step()?;
        let length = usize::try_from(length).map_err(io::Error::other)?;
        disk.make_room(self.id, length)?;
        disk.files[self.id].write(0, &vec![0; length]);
        Ok(())
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let disk = lock(&self.disk);
        disk.alive(self.boot)?;
        let shown = &disk.files[self.id].shown;
        let start = usize::try_from(offset).map_err(io::Error::other)?.min(shown.len());
        let read = buffer.len().min(shown.len() - start);
        buffer[..read].copy_from_slice(&shown[start..start + read]);
        Ok(read)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut disk = lock(&self.disk);
        disk.alive(self.boot)?;
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        disk.make_room(self.id, offset + bytes.len())?;
        let carried_out = disk.step();
        // The write in whose middle the power goes may leave something, too.
        disk.files[self.id].write(offset, bytes);
        carried_out
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut disk = lock(&self.disk);
        disk.alive(self.boot)?;
        disk.step()?;
        let fails = std::mem::take(&mut disk.fails_next_sync);
        let file = &mut disk.files[self.id];
        if fails {
            // Shown, not durable, and never tried again.
            file.pending.clear();
            return Err(io::Error::other("the disk does not answer"));
        }
        for (offset, bytes) in std::mem::take(&mut file.pending) {
            put(&mut file.durable, offset, &bytes);
        }
        Ok(())
    }
}

impl Drop for FaultyLock {
    fn drop(&mut self) {
        let mut disk = lock(&self.disk);
        if disk.boot == self.boot {
            disk.locked = false;
        }
    }
}
