//! A folder of the file system.

use super::{Storage, StorageFile};
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const LOCK_FILE: &str = "LOCK";
/// Written at once where the file system cannot set room aside.
const ZEROS: usize = 1 << 20;

/// A folder of the file system, which must exist.
#[derive(Debug, Clone)]
pub struct Disk {
    folder: Arc<Path>,
}

impl Disk {
    /// A handle on the folder. Nothing is looked at yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into().into() }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }
}

impl Storage for Disk {
    type File = File;
    type Lock = File;

    fn name(&self) -> String {
        self.folder.display().to_string()
    }

    fn lock(&self) -> io::Result<File> {
        let path = self.path(LOCK_FILE);
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(io::ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn open(&self, file: &str, writable: bool) -> io::Result<File> {
        OpenOptions::new().read(true).write(writable).open(self.path(file))
    }

    fn create(&self, file: &str) -> io::Result<File> {
        let path = self.path(file);
        OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        std::fs::rename(self.path(from), self.path(to))
    }

    fn remove(&self, file: &str) -> io::Result<()> {
        std::fs::remove_file(self.path(file))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        // A name that is not UTF-8 is none of ours.
        let name = |entry: io::Result<std::fs::DirEntry>| match entry {
            Ok(entry) => entry.file_name().into_string().ok().map(Ok),
            Err(error) => Some(Err(error)),
        };
        std::fs::read_dir(&self.folder)?.filter_map(name).collect()
    }

    fn sync_folder(&self) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }
}

impl StorageFile for File {
    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn preallocate(&self, length: u64) -> io::Result<()> {
        use rustix::fs::FallocateFlags;
        let set_aside = || rustix::fs::fallocate(self, FallocateFlags::empty(), 0, length);
        match rustix::io::retry_on_intr(set_aside) {
            Ok(()) => Ok(()),
            Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => {
                let zeros = vec![0; ZEROS];
                for offset in (0..length).step_by(ZEROS) {
                    let left = usize::try_from(length - offset).unwrap_or(ZEROS);
                    self.write_all_at(&zeros[..left.min(ZEROS)], offset)?;
                }
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    fn read_at(&self, mut buffer: &mut [u8], mut offset: u64) -> io::Result<usize> {
        let mut total = 0;
        while !buffer.is_empty() {
            match FileExt::read_at(self, buffer, offset) {
                Ok(0) => break,
                Ok(read) => {
                    total += read;
                    offset += read as u64;
                    buffer = &mut buffer[read..];
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(total)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.write_all_at(bytes, offset)
    }

    fn sync_data(&self) -> io::Result<()> {
        File::sync_data(self)
    }
}
