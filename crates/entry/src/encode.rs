//! Entry to canonical bytes.
//!
//! Written by hand rather than through `minicbor`, whose encoder reports errors that appending to a
//! vector cannot have. The decoder is `minicbor`'s, so neither can hide a mistake of the other.
//!
//! A map with ascending integer keys; shortest lengths and integers; absent means the key is absent.

use crate::{
    Aside, EntryHash, FORMAT_VERSION, Kind, LogId, NodeId, Party, Principal, ProposedAt, RequestId,
    Sequence, Signature,
};

/// Keys of the map.
pub(crate) mod key {
    pub(crate) const VERSION: u8 = 0;
    pub(crate) const LOG_KIND: u8 = 1;
    pub(crate) const LOG_ID: u8 = 2;
    pub(crate) const EXERCISE: u8 = 3;
    pub(crate) const NODE: u8 = 4;
    pub(crate) const SEQUENCE: u8 = 5;
    pub(crate) const PREVIOUS: u8 = 6;
    pub(crate) const PARTY: u8 = 7;
    pub(crate) const PRINCIPAL: u8 = 8;
    pub(crate) const REQUEST: u8 = 9;
    pub(crate) const PROPOSED_AT: u8 = 10;
    pub(crate) const KIND: u8 = 11;
    pub(crate) const PAYLOAD: u8 = 12;
    pub(crate) const SIGNATURE: u8 = 13;
}

/// Fields that are always there.
const FIELDS_ALWAYS: u64 = 12;

/// An entry whose parts lie wherever the caller has them: the sky writes tens of thousands a second
/// and should copy each byte once.
pub(crate) struct Fields<'a> {
    pub(crate) log: LogId,
    pub(crate) exercise: bool,
    pub(crate) node: NodeId,
    pub(crate) sequence: Sequence,
    pub(crate) previous: &'a EntryHash,
    pub(crate) party: &'a Party,
    pub(crate) principal: Option<&'a Principal>,
    pub(crate) request: RequestId,
    pub(crate) proposed_at: ProposedAt,
    pub(crate) kind: Kind,
    pub(crate) payload: PayloadFields<'a>,
    pub(crate) signature: Option<&'a Signature>,
}

pub(crate) enum PayloadFields<'a> {
    Inline(&'a [u8]),
    Aside(&'a Aside),
}

/// Bytes around a payload: two names of 256, a party of 256, hashes and ids come to less.
const ENVELOPE_ROOM: usize = 512;

/// Appends the canonical bytes.
pub(crate) fn encode(fields: &Fields<'_>, out: &mut Vec<u8>) {
    let payload_room = match fields.payload {
        PayloadFields::Inline(payload) => payload.len(),
        PayloadFields::Aside(_) => 0,
    };
    out.reserve(ENVELOPE_ROOM + payload_room);
    let optional = u64::from(fields.principal.is_some()) + u64::from(fields.signature.is_some());
    head(out, MAP, FIELDS_ALWAYS + optional);
    unsigned(out, key::VERSION, u64::from(FORMAT_VERSION));
    unsigned(out, key::LOG_KIND, u64::from(fields.log.kind.code()));
    octets(out, key::LOG_ID, &fields.log.id);
    out.extend([key::EXERCISE, if fields.exercise { TRUE } else { FALSE }]);
    octets(out, key::NODE, &fields.node.0);
    unsigned(out, key::SEQUENCE, fields.sequence.get());
    octets(out, key::PREVIOUS, &fields.previous.0);
    text(out, key::PARTY, fields.party.as_str());
    if let Some(Principal { issuer, subject, token_hash }) = fields.principal {
        out.push(key::PRINCIPAL);
        head(out, MAP, 3);
        text(out, 0, issuer.as_str());
        text(out, 1, subject.as_str());
        octets(out, 2, &token_hash.0);
    }
    octets(out, key::REQUEST, &fields.request.0);
    out.push(key::PROPOSED_AT);
    integer(out, fields.proposed_at.0);
    unsigned(out, key::KIND, u64::from(fields.kind.0));
    match fields.payload {
        PayloadFields::Inline(payload) => octets(out, key::PAYLOAD, payload),
        PayloadFields::Aside(aside) => {
            out.push(key::PAYLOAD);
            head(out, MAP, 3);
            octets(out, 0, &aside.hash());
            unsigned(out, 1, u64::from(aside.retention().code()));
            unsigned(out, 2, u64::from(aside.length()));
        }
    }
    if let Some(signature) = fields.signature {
        octets(out, key::SIGNATURE, &signature.0);
    }
}

/// Major types of RFC 8949, section 3.1, in the upper three bits.
const UNSIGNED: u8 = 0 << 5;
const NEGATIVE: u8 = 1 << 5;
const BYTES: u8 = 2 << 5;
const TEXT: u8 = 3 << 5;
const MAP: u8 = 5 << 5;
const FALSE: u8 = 0xf4;
const TRUE: u8 = 0xf5;

fn unsigned(out: &mut Vec<u8>, key: u8, value: u64) {
    out.push(key);
    head(out, UNSIGNED, value);
}

fn octets(out: &mut Vec<u8>, key: u8, bytes: &[u8]) {
    out.push(key);
    head(out, BYTES, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn text(out: &mut Vec<u8>, key: u8, text: &str) {
    out.push(key);
    head(out, TEXT, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

fn integer(out: &mut Vec<u8>, value: i64) {
    match u64::try_from(value) {
        Ok(value) => head(out, UNSIGNED, value),
        // CBOR writes n < 0 as -1 - n, which in two's complement is every bit turned.
        Err(_) => head(out, NEGATIVE, (!value).unsigned_abs()),
    }
}

fn head(out: &mut Vec<u8>, major: u8, value: u64) {
    let [.., b3, b2, b1, b0] = value.to_be_bytes();
    match value {
        0..=23 => out.push(major | b0),
        24..=0xff => out.extend_from_slice(&[major | 24, b0]),
        0x100..=0xffff => out.extend_from_slice(&[major | 25, b1, b0]),
        0x1_0000..=0xffff_ffff => out.extend_from_slice(&[major | 26, b3, b2, b1, b0]),
        _ => {
            out.push(major | 27);
            out.extend_from_slice(&value.to_be_bytes());
        }
    }
}
