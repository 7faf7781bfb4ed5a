//! Canonical bytes to entry.
//!
//! Two steps: read what the bytes mean, then write that again and compare. The second is what refuses
//! padded integers, indefinite lengths and whatever else says the same in other bytes.

use crate::encode::key;
use crate::text::checked;
use crate::{
    Aside, Entry, EntryError, EntryHash, FORMAT_VERSION, Inline, Issuer, Kind, LogId, LogKind,
    NodeId, PAYLOAD_MAX, Party, Payload, Principal, ProposedAt, RequestId, Retention, Sequence,
    Signature, Subject, TokenHash,
};
use minicbor::Decoder;
use minicbor::data::Type;

/// Longest entry: the largest payload, and an envelope that its own limits keep below 4 KiB.
const ENTRY_MAX: usize = PAYLOAD_MAX + 4096;

pub(crate) fn decode(bytes: &[u8]) -> Result<Entry, EntryError> {
    if bytes.len() > ENTRY_MAX {
        let found = bytes.len();
        return Err(EntryError::Length { field: "entry", found, least: 1, most: ENTRY_MAX });
    }
    let mut decoder = Decoder::new(bytes);
    let entry = read_entry(&mut decoder)?;
    if decoder.position() != bytes.len() {
        return Err(EntryError::Trailing { at: decoder.position() });
    }
    let again = entry.encode();
    if again != bytes {
        let at = again.iter().zip(bytes).take_while(|(a, b)| a == b).count();
        return Err(EntryError::NotCanonical { at });
    }
    Ok(entry)
}

fn read_entry(decoder: &mut Decoder<'_>) -> Result<Entry, EntryError> {
    let mut map = Map::open(decoder, "entry")?;
    let version = map.unsigned(key::VERSION, "format version", u16::MAX.into())? as u16;
    if version != FORMAT_VERSION {
        return Err(EntryError::Version { found: version, known: FORMAT_VERSION });
    }
    let log_kind = map.unsigned(key::LOG_KIND, "log kind", u8::MAX.into())?;
    let entry = Entry {
        log: LogId {
            kind: LogKind::from_code(log_kind as u8)
                .ok_or(EntryError::Code { field: "log kind", found: log_kind })?,
            id: map.octets(key::LOG_ID, "log id")?,
        },
        exercise: map.value(key::EXERCISE, "exercise", Decoder::bool)?,
        node: NodeId(map.octets(key::NODE, "node")?),
        sequence: Sequence::new(map.unsigned(key::SEQUENCE, "node sequence", u64::MAX)?)
            .ok_or(EntryError::NoSequence)?,
        previous: EntryHash(map.octets(key::PREVIOUS, "previous hash")?),
        party: Party::new(map.text(key::PARTY, "party")?)?,
        principal: match map.next_is(key::PRINCIPAL) {
            true => Some(read_principal(&mut map)?),
            false => None,
        },
        request: RequestId(map.octets(key::REQUEST, "request id")?),
        proposed_at: ProposedAt(map.value(key::PROPOSED_AT, "proposed time", Decoder::i64)?),
        kind: Kind(map.unsigned(key::KIND, "kind", u16::MAX.into())? as u16),
        payload: read_payload(&mut map)?,
        signature: match map.next_is(key::SIGNATURE) {
            true => Some(Signature(map.octets(key::SIGNATURE, "signature")?)),
            false => None,
        },
    };
    map.close()?;
    Ok(entry)
}

fn read_principal(map: &mut Map<'_, '_>) -> Result<Principal, EntryError> {
    map.key(key::PRINCIPAL, "principal")?;
    let mut inner = Map::open(map.decoder, "principal")?;
    let principal = Principal {
        issuer: Issuer::new(inner.text(0, "issuer")?)?,
        subject: Subject::new(inner.text(1, "subject")?)?,
        token_hash: TokenHash(inner.octets(2, "token hash")?),
    };
    inner.close()?;
    Ok(principal)
}

fn read_payload(map: &mut Map<'_, '_>) -> Result<Payload, EntryError> {
    const FIELD: &str = "payload";
    map.key(key::PAYLOAD, FIELD)?;
    if matches!(map.decoder.datatype(), Ok(Type::Map)) {
        let mut inner = Map::open(map.decoder, FIELD)?;
        let hash = inner.octets(0, "payload hash")?;
        let class = inner.unsigned(1, "retention class", u8::MAX.into())?;
        let retention = Retention::from_code(class as u8)
            .ok_or(EntryError::Code { field: "retention class", found: class })?;
        let length = inner.unsigned(2, "payload length", u32::MAX.into())? as usize;
        inner.close()?;
        return Ok(Payload::Aside(Aside::from_parts(hash, retention, length)?));
    }
    let at = map.decoder.position();
    let bytes = map.decoder.bytes().map_err(|error| malformed(at, FIELD, &error))?;
    Ok(Payload::Inline(Inline::new(bytes.to_vec())?))
}

/// A map being read in the order of its keys.
struct Map<'d, 'b> {
    decoder: &'d mut Decoder<'b>,
    left: u64,
}

impl<'d, 'b> Map<'d, 'b> {
    fn open(decoder: &'d mut Decoder<'b>, field: &'static str) -> Result<Self, EntryError> {
        let at = decoder.position();
        let left = decoder
            .map()
            .map_err(|error| malformed(at, field, &error))?
            .ok_or(EntryError::NotCanonical { at })?;
        Ok(Self { decoder, left })
    }

    fn next_is(&mut self, key: u8) -> bool {
        self.left > 0 && self.decoder.probe().u8().is_ok_and(|found| found == key)
    }

    fn key(&mut self, expected: u8, field: &'static str) -> Result<(), EntryError> {
        if self.left == 0 {
            return Err(EntryError::Key { field, expected, found: None });
        }
        let at = self.decoder.position();
        let found = self.decoder.u8().map_err(|error| malformed(at, field, &error))?;
        if found != expected {
            return Err(EntryError::Key { field, expected, found: Some(found) });
        }
        self.left -= 1;
        Ok(())
    }

    fn value<T>(
        &mut self,
        key: u8,
        field: &'static str,
        read: impl FnOnce(&mut Decoder<'b>) -> Result<T, minicbor::decode::Error>,
    ) -> Result<T, EntryError> {
        self.key(key, field)?;
        let at = self.decoder.position();
        read(self.decoder).map_err(|error| malformed(at, field, &error))
    }

    fn unsigned(&mut self, key: u8, field: &'static str, most: u64) -> Result<u64, EntryError> {
        let found = self.value(key, field, Decoder::u64)?;
        if found > most {
            return Err(EntryError::Code { field, found });
        }
        Ok(found)
    }

    fn octets<const N: usize>(
        &mut self,
        key: u8,
        field: &'static str,
    ) -> Result<[u8; N], EntryError> {
        let bytes = self.value(key, field, Decoder::bytes)?;
        let found = bytes.len();
        bytes.try_into().map_err(|_| EntryError::Length { field, found, least: N, most: N })
    }

    fn text(&mut self, key: u8, field: &'static str) -> Result<&'b str, EntryError> {
        checked(field, self.value(key, field, Decoder::str)?)
    }

    fn close(self) -> Result<(), EntryError> {
        match self.left {
            0 => Ok(()),
            _ => Err(EntryError::Trailing { at: self.decoder.position() }),
        }
    }
}

fn malformed(at: usize, field: &'static str, error: &minicbor::decode::Error) -> EntryError {
    EntryError::Malformed { at, field, reason: error.to_string() }
}
