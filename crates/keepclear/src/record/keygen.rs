//! `keepclear record keygen`: a key that only its owner can read.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use clap::Args;
use keepclear_record::SigningKey;
use zeroize::Zeroizing;

use super::{Found, RecordError, wrong};

/// Where the key goes.
#[derive(Debug, Args)]
pub struct KeygenArgs {
    /// New file for the private key (PKCS#8 PEM, readable by its owner alone). A file that is there is never overwritten.
    #[arg(long, value_name = "FILE", env = "KEEPCLEAR_RECORD_KEYGEN_OUT")]
    out: PathBuf,
}

pub fn run(args: &KeygenArgs) -> Result<Found, RecordError> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed)
        .map_err(|error| RecordError::Asked(format!("the system has no randomness: {error}")))?;
    let key = SigningKey::from_seed(&seed);
    let pem = key.to_pem().map_err(|error| wrong(&args.out, &error))?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&args.out)
        .map_err(|error| wrong(&args.out, &error))?;
    file.write_all(pem.as_bytes()).map_err(|error| wrong(&args.out, &error))?;
    file.sync_all().map_err(|error| wrong(&args.out, &error))?;
    writeln!(std::io::stdout().lock(), "{}", key.public())?;
    Ok(Found::Nothing)
}
