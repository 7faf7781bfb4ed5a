//! What the messages of a line say about each other: what compares two records.
//!
//! A read-back that differed is one side's word against the other's, however alike the two records are.

use keepclear_entry::{Entry, EntryHash, Payload};
use keepclear_line::Body;
use keepclear_line::message::Difference;
use keepclear_record::{Claim, Claims};

/// Reads the messages of a line.
#[derive(Debug, Clone, Copy, Default)]
pub struct LineClaims;

impl Claims for LineClaims {
    fn claims(&self, entry: &Entry) -> Vec<Claim> {
        let Payload::Inline(payload) = &entry.payload else { return Vec::new() };
        let Ok(envelope) = keepclear_line::decode(entry.kind, payload.as_bytes()) else {
            return Vec::new();
        };
        let seen = [envelope.seen.ordinary, envelope.seen.urgent].into_iter().flatten();
        let mut claims: Vec<Claim> = seen
            .map(|mark| Claim::Held { sequence: mark.sequence, hash: EntryHash(mark.message.0) })
            .collect();
        match envelope.body {
            Body::Receipt { of, stored_at, .. } => {
                claims.push(Claim::Stored { hash: EntryHash(of.0), at_us: stored_at.0 });
            }
            Body::Dispute { of, differences } => {
                let told: Vec<String> = differences.iter().map(told).collect();
                claims.push(Claim::Differs { hash: EntryHash(of.0), detail: told.join("; ") });
            }
            _ => {}
        }
        claims
    }
}

fn told(difference: &Difference) -> String {
    let Difference { field, sent, read_back, apart_m } = difference;
    let apart = apart_m.map_or_else(String::new, |apart| format!(", {} m apart", apart.metres()));
    format!("{field} was sent as {sent} and read back as {read_back}{apart}")
}
