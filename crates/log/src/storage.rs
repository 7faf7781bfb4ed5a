//! The few things that a log asks of a disk.
//!
//! Everything goes through here, so that the tests can run the log on a disk that forgets, tears,
//! fills up and flips bits.

mod disk;

pub use disk::Disk;

use std::io;

/// A folder. Clones are handles on the same one.
pub trait Storage: Clone + Send + Sync + 'static {
    /// An open file.
    type File: StorageFile;
    /// Held as long as the folder is in use.
    type Lock: Send;

    /// What to call the folder in a message to a person.
    fn name(&self) -> String;

    /// Takes the folder for this process; `WouldBlock` when another has it.
    ///
    /// # Errors
    /// As the system says.
    fn lock(&self) -> io::Result<Self::Lock>;

    /// Opens a file, for reading and perhaps writing.
    ///
    /// # Errors
    /// As the system says; `NotFound` when it is not there.
    fn open(&self, file: &str, writable: bool) -> io::Result<Self::File>;

    /// An empty file for reading and writing, in place of one that may be there.
    ///
    /// # Errors
    /// As the system says.
    fn create(&self, file: &str) -> io::Result<Self::File>;

    /// Gives a file another name, in place of one that may have it. Durable after
    /// [`sync_folder`](Storage::sync_folder).
    ///
    /// # Errors
    /// As the system says.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file. Durable after [`sync_folder`](Storage::sync_folder).
    ///
    /// # Errors
    /// As the system says; `NotFound` when it is not there.
    fn remove(&self, file: &str) -> io::Result<()>;

    /// The names of all files, in no order.
    ///
    /// # Errors
    /// As the system says.
    fn list(&self) -> io::Result<Vec<String>>;

    /// Makes durable which names there are.
    ///
    /// # Errors
    /// As the system says; the outcome is then unknown.
    fn sync_folder(&self) -> io::Result<()>;
}

/// An open file. Offsets and lengths are bytes.
pub trait StorageFile: Send + Sync + 'static {
    /// Its length.
    ///
    /// # Errors
    /// As the system says.
    fn length(&self) -> io::Result<u64>;

    /// Makes the file this long, with zeros, and sets the room aside: writing inside it cannot fail for
    /// lack of room.
    ///
    /// # Errors
    /// As the system says; `StorageFull` or `QuotaExceeded` when there is no room.
    fn preallocate(&self, length: u64) -> io::Result<()>;

    /// Reads into `buffer`; fewer bytes only at the end of the file.
    ///
    /// # Errors
    /// As the system says.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes all of `bytes`.
    ///
    /// # Errors
    /// As the system says; any part may have been written.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Makes durable what was written, and the file's length.
    ///
    /// # Errors
    /// As the system says; the outcome is then unknown.
    fn sync_data(&self) -> io::Result<()>;
}

pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// The whole file, in place of what `buffer` held.
pub(crate) fn read_whole(file: &impl StorageFile, buffer: &mut Vec<u8>) -> io::Result<()> {
    let length = usize::try_from(file.length()?).map_err(io::Error::other)?;
    buffer.clear();
    buffer.resize(length, 0);
    let read = file.read_at(buffer, 0)?;
    buffer.truncate(read);
    Ok(())
}

/// Removes a file that may not be there.
pub(crate) fn remove_if_there(storage: &impl Storage, file: &str) -> io::Result<bool> {
    match storage.remove(file) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
