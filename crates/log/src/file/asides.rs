//! Payloads beside the log, one file each, named by the hash of its bytes.
//!
//! The name is the checksum: nothing else is in the file.

use crate::format::aside_name;
use crate::storage::{Storage, StorageFile, read_whole, remove_if_there};
use crate::{AsideName, KeepError, ReadError};
use std::io;

const TEMPORARY: &str = "aside.tmp";

pub(super) fn put(storage: &impl Storage, bytes: &[u8]) -> Result<AsideName, KeepError> {
    let name = AsideName::of(bytes);
    let file_name = aside_name(name);
    let write = || -> io::Result<()> {
        let file = storage.create(TEMPORARY)?;
        file.write_at(bytes, 0)?;
        file.sync_data()?;
        storage.rename(TEMPORARY, &file_name)?;
        storage.sync_folder()
    };
    write().map_err(|error| {
        // The next start removes it, if this cannot.
        let _ = remove_if_there(storage, TEMPORARY);
        KeepError::of(&file_name, error)
    })?;
    Ok(name)
}

pub(super) fn get(storage: &impl Storage, name: AsideName) -> Result<Option<Vec<u8>>, ReadError> {
    let file = aside_name(name);
    let mut bytes = Vec::new();
    match storage.open(&file, false).and_then(|file| read_whole(&file, &mut bytes)) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ReadError::io(format!("reading {file}"), error)),
    }
    if AsideName::of(&bytes) != name {
        return Err(ReadError::AsideDamaged { file });
    }
    Ok(Some(bytes))
}

pub(super) fn erase(storage: &impl Storage, name: AsideName) -> Result<bool, KeepError> {
    let file = aside_name(name);
    let erased = remove_if_there(storage, &file).and_then(|was_there| {
        // Also when it is gone already: the removal before may not have been durable.
        storage.sync_folder()?;
        Ok(was_there)
    });
    erased.map_err(|error| KeepError::of(&file, error))
}
