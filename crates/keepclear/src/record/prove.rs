//! `keepclear record prove`: a proof out of an export, or a look whether a proof holds.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use keepclear_entry::NodeId;
use keepclear_record::{CheckedProof, Proof, PublicKey, prove_consistency, prove_inclusion};
use uuid::Uuid;

use super::{Found, RecordError, open, wrong};

/// What is to be proved, or which proof is to be checked.
#[derive(Debug, Args)]
pub struct ProveArgs {
    /// The export to prove from.
    #[arg(value_name = "FILE", required_unless_present = "check")]
    file: Option<PathBuf>,
    /// Lane of the entry to prove.
    #[arg(long, value_name = "NODE", requires = "seq", env = "KEEPCLEAR_RECORD_PROVE_NODE")]
    node: Option<Uuid>,
    /// Place of the entry in its lane, from 1.
    #[arg(long, value_name = "SEQ", requires = "node", env = "KEEPCLEAR_RECORD_PROVE_SEQ")]
    seq: Option<u64>,
    /// A checkpoint (signed note) that you hold: prove that the record goes on from it.
    #[arg(long, value_name = "NOTE", conflicts_with_all = ["node", "check"], env = "KEEPCLEAR_RECORD_PROVE_FROM_CHECKPOINT")]
    from_checkpoint: Option<PathBuf>,
    /// Check this proof; needs no record.
    #[arg(long, value_name = "PROOF", conflicts_with_all = ["file", "node"], env = "KEEPCLEAR_RECORD_PROVE_CHECK")]
    check: Option<PathBuf>,
    /// With --check: the key that must have signed, as the party gave it to you.
    #[arg(long, value_name = "KEY", requires = "check", value_parser = public_key, env = "KEEPCLEAR_RECORD_PROVE_KEY")]
    key: Option<PublicKey>,
}

fn public_key(text: &str) -> Result<PublicKey, String> {
    PublicKey::from_base64(text).map_err(|error| error.to_string())
}

pub fn run(args: &ProveArgs) -> Result<Found, RecordError> {
    if let Some(path) = &args.check {
        return check(path, args.key.as_ref());
    }
    let file = args.file.as_deref().unwrap_or(Path::new(""));
    let proof = match (args.node.zip(args.seq), &args.from_checkpoint) {
        (Some((node, sequence)), _) => {
            prove_inclusion(open(file)?, NodeId(*node.as_bytes()), sequence)
        }
        (None, Some(note)) => {
            let text = fs::read_to_string(note).map_err(|error| wrong(note, &error))?;
            prove_consistency(open(file)?, &text)
        }
        (None, None) => {
            let text = "nothing to prove: give --node and --seq, or --from-checkpoint";
            return Err(RecordError::Asked(text.to_owned()));
        }
    };
    let proof = proof.map_err(|error| wrong(file, &error))?;
    // What is printed must hold: the record itself may be damaged.
    proof.check().map_err(|error| wrong(file, &error))?;
    let json = serde_json::to_string_pretty(&proof).map_err(io::Error::from)?;
    writeln!(io::stdout().lock(), "{json}")?;
    Ok(Found::Nothing)
}

fn check(path: &Path, key: Option<&PublicKey>) -> Result<Found, RecordError> {
    let text = fs::read_to_string(path).map_err(|error| wrong(path, &error))?;
    let proof = Proof::from_json(&text).map_err(|error| wrong(path, &error))?;
    let mut out = io::stdout().lock();
    let checked = match proof.check() {
        Ok(checked) => checked,
        Err(error) => {
            writeln!(out, "does not hold: {error}")?;
            return Ok(Found::Something);
        }
    };
    let CheckedProof { checkpoint, signer: (name, signer), entry, from } = checked;
    if let Some(key) = key.filter(|key| **key != signer) {
        writeln!(out, "does not hold: signed with key {signer}, not {key}")?;
        return Ok(Found::Something);
    }
    let (origin, size) = (&checkpoint.origin, checkpoint.size);
    match (entry, from) {
        (Some(entry), _) => {
            let (sequence, hash) = (entry.sequence, entry.hash());
            writeln!(out, "holds: entry {sequence} ({hash}) is among the {size} of {origin}")?;
        }
        (None, Some(from)) => {
            let earlier = from.size;
            writeln!(out, "holds: the {size} entries of {origin} go on from its first {earlier}")?;
        }
        (None, None) => {}
    }
    let whose = if key.is_some() { "the key you gave" } else { "compare it with the one you know" };
    writeln!(out, "signed by {name} with key {signer} ({whose})")?;
    Ok(Found::Nothing)
}
