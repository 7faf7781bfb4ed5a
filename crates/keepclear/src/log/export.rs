//! A log as JSON Lines, for debugging. What is meant for others is `keepclear record export`.

use std::io::{self, BufWriter, Write as _};

use keepclear_entry::{Entry, Payload};
use keepclear_log::Position;
use keepclear_wire::time::format_us;
use serde_json::{Value, json};

use super::{FolderArgs, LogError, each, hex, open, wrong};

/// Prints every entry.
pub fn run(args: &FolderArgs) -> Result<(), LogError> {
    let log = open(args)?;
    let mut out = BufWriter::new(io::stdout().lock());
    each(args, &log, |committed| {
        let entry = Entry::decode(&committed.bytes)
            .map_err(|error| wrong(args, &format!("position {}: {error}", committed.position)))?;
        serde_json::to_writer(&mut out, &exported(committed.position, &entry))
            .map_err(io::Error::from)?;
        out.write_all(b"\n")?;
        Ok(true)
    })?;
    Ok(out.flush()?)
}

fn exported(position: Position, entry: &Entry) -> Value {
    let payload = match &entry.payload {
        Payload::Inline(bytes) => json!({ "inline": hex(bytes.as_bytes()) }),
        Payload::Aside(aside) => json!({ "aside": hex(&aside.hash()), "length": aside.length() }),
    };
    json!({
        "position": position.get(),
        "log": entry.log.to_string(),
        "exercise": entry.exercise,
        "node": entry.node.to_string(),
        "sequence": entry.sequence.get(),
        "previous": entry.previous.to_string(),
        "hash": entry.hash().to_string(),
        "party": entry.party.as_str(),
        "principal": entry.principal.as_ref().map(|principal| json!({
            "issuer": principal.issuer.as_str(),
            "subject": principal.subject.as_str(),
            "token_hash": principal.token_hash.to_string(),
        })),
        "request": entry.request.to_string(),
        "proposed_at": format_us(entry.proposed_at.0),
        "kind": entry.kind.0,
        "payload": payload,
        "signature": entry.signature.as_ref().map(|signature| hex(&signature.0)),
    })
}
