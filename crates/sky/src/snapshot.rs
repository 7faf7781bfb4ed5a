//! The whole state as bytes: what a node starts from, and what two nodes compare.
//!
//! Records stand in order of their ids, so equal states give equal bytes whatever their histories.
//! What follows from the records (indices, dependants' cells, shared texts) is made anew on loading.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::sync::Arc;

use minicbor::{Decode, Encode};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::arena::Arena;
use crate::availability::AvailabilityRecord;
use crate::charter::Charter;
use crate::codec;
use crate::constraint::Constraint;
use crate::ids::{EntityId, Subject};
use crate::intent::Intent;
use crate::member::Member;
use crate::shelf::Shelved as _;
use crate::sky::Sky;
use crate::subscription::Subscription;
use crate::tombstone::Tombstone;

/// First bytes of every snapshot: name and format version.
const MAGIC: &[u8; 8] = b"KCSKY\0\0\x01";

/// Longest record, bytes: an extent of 20,000 tuples fits many times.
const RECORD_MAX: u32 = 16 << 20;

/// Why a snapshot cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// It cannot be read.
    #[error("the snapshot cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is none, or of another version.
    #[error("the snapshot does not begin as one of format version 1")]
    NotASnapshot,
    /// A record is not as it should be.
    #[error("record {number} of the snapshot is damaged: {reason}")]
    Damaged {
        /// From 0.
        number: u64,
        /// What is wrong.
        reason: String,
    },
}

#[derive(Encode, Decode)]
enum Record {
    #[n(0)]
    Head(#[n(0)] Charter, #[n(1)] i64),
    #[n(1)]
    Intent(#[n(0)] Intent),
    #[n(2)]
    Constraint(#[n(0)] Constraint),
    #[n(3)]
    Subscription(#[n(0)] Subscription),
    #[n(4)]
    Availability(#[n(0)] Subject, #[n(1)] AvailabilityRecord),
    #[n(5)]
    Member(#[n(0)] String, #[n(1)] Member),
    #[n(6)]
    PastOvn(#[n(0)] EntityId, #[cbor(n(1), with = "codec::uuid")] Uuid),
    #[n(7)]
    Tombstone(#[cbor(n(0), with = "codec::uuid")] Uuid, #[n(1)] Tombstone),
    #[n(8)]
    End(#[n(0)] u64),
}

/// The state at one position, to be written while the sky goes on.
#[derive(Debug, Clone)]
pub struct SnapshotView {
    charter: Charter,
    now_us: i64,
    intents: Arena<Intent>,
    constraints: Arena<Constraint>,
    subscriptions: Arena<Subscription>,
    availability: BTreeMap<Subject, AvailabilityRecord>,
    members: BTreeMap<String, Member>,
    past_ovns: Vec<(EntityId, Uuid)>,
    tombstones: Vec<(Uuid, Tombstone)>,
}

impl Sky {
    /// A view of the present state; cheap, since records are shared.
    pub fn view(&self) -> SnapshotView {
        SnapshotView {
            charter: self.charter.clone(),
            now_us: self.now_us,
            intents: self.intents.records(),
            constraints: self.constraints.records(),
            subscriptions: self.subscriptions.records(),
            availability: self.availability.clone(),
            members: self.members.clone(),
            past_ovns: self.past_ovns.iter().copied().collect(),
            tombstones: self.tombstones.iter().map(|(id, gone)| (*id, gone.clone())).collect(),
        }
    }

    /// SHA-256 of the snapshot's bytes: equal states have equal hashes.
    pub fn state_hash(&self) -> [u8; 32] {
        let mut hasher = HashWriter(Sha256::new());
        // Hashing cannot fail.
        let _ = self.view().write_to(&mut hasher);
        hasher.0.finalize().into()
    }

    /// Reads what [`SnapshotView::write_to`] wrote.
    ///
    /// # Errors
    /// [`SnapshotError`], naming the record.
    pub fn load(from: &mut dyn Read) -> Result<Self, SnapshotError> {
        let mut magic = [0; MAGIC.len()];
        from.read_exact(&mut magic)?;
        if &magic != MAGIC {
            return Err(SnapshotError::NotASnapshot);
        }
        let mut buffer = Vec::new();
        let Record::Head(charter, now_us) = read_record(from, &mut buffer, 0)? else {
            return Err(damaged(0, "the head is missing"));
        };
        let mut sky = Self::found(charter, now_us);
        for number in 1.. {
            match read_record(from, &mut buffer, number)? {
                Record::Intent(intent) => drop(sky.put_intent(intent)),
                Record::Constraint(constraint) => drop(sky.put_constraint(constraint)),
                Record::Subscription(subscription) => drop(sky.put_subscription(subscription)),
                Record::Availability(uss, record) => drop(sky.availability.insert(uss, record)),
                Record::Member(name, member) => drop(sky.members.insert(name, member)),
                Record::PastOvn(id, suffix) => sky.past_ovns.add(id, suffix),
                Record::Tombstone(id, tombstone) => sky.tombstones.add(id, tombstone),
                Record::End(count) if count == number => return Ok(sky),
                Record::End(_) => return Err(damaged(number, "records are missing")),
                Record::Head(..) => return Err(damaged(number, "a second head")),
            }
        }
        Err(damaged(u64::MAX, "no end"))
    }
}

impl SnapshotView {
    /// Writes all records.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_to(&self, to: &mut dyn Write) -> io::Result<()> {
        let mut out = RecordWriter { to, buffer: Vec::new(), count: 0 };
        out.to.write_all(MAGIC)?;
        out.record(&Record::Head(self.charter.clone(), self.now_us))?;
        for intent in by_id(&self.intents, |intent| intent.id()) {
            out.tagged(1, &**intent)?;
        }
        for constraint in by_id(&self.constraints, |constraint| constraint.id()) {
            out.tagged(2, &**constraint)?;
        }
        for subscription in by_id(&self.subscriptions, |subscription| subscription.id()) {
            out.tagged(3, &**subscription)?;
        }
        for (uss, record) in &self.availability {
            out.record(&Record::Availability(uss.clone(), record.clone()))?;
        }
        for (name, member) in &self.members {
            out.record(&Record::Member(name.clone(), member.clone()))?;
        }
        for &(id, suffix) in &self.past_ovns {
            out.record(&Record::PastOvn(id, suffix))?;
        }
        for (id, tombstone) in &self.tombstones {
            out.record(&Record::Tombstone(*id, tombstone.clone()))?;
        }
        out.record(&Record::End(out.count))
    }
}

fn by_id<T: Clone>(records: &Arena<T>, id: impl Fn(&T) -> Uuid) -> Vec<&Arc<T>> {
    let mut sorted: Vec<&Arc<T>> = records.iter().collect();
    sorted.sort_unstable_by_key(|record| id(record));
    sorted
}

struct RecordWriter<'a> {
    to: &'a mut dyn Write,
    buffer: Vec<u8>,
    count: u64,
}

impl RecordWriter<'_> {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        self.buffer.clear();
        minicbor::encode(record, &mut self.buffer).map_err(io::Error::other)?;
        self.flush()
    }

    /// As [`Record`] encodes a variant of one field, without a copy of the field.
    fn tagged<T: Encode<()>>(&mut self, tag: u32, field: &T) -> io::Result<()> {
        self.buffer.clear();
        let mut encoder = minicbor::Encoder::new(&mut self.buffer);
        let head = encoder.array(2).and_then(|e| e.u32(tag)).and_then(|e| e.array(1));
        head.and_then(|e| e.encode(field)).map_err(io::Error::other)?;
        self.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.count += 1;
        self.to.write_all(&(self.buffer.len() as u32).to_le_bytes())?;
        self.to.write_all(&self.buffer)
    }
}

fn read_record(
    from: &mut dyn Read,
    buffer: &mut Vec<u8>,
    number: u64,
) -> Result<Record, SnapshotError> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length);
    if length > RECORD_MAX {
        return Err(damaged(number, "it is too long"));
    }
    buffer.resize(length as usize, 0);
    from.read_exact(buffer)?;
    minicbor::decode(buffer).map_err(|error| damaged(number, &error.to_string()))
}

fn damaged(number: u64, reason: &str) -> SnapshotError {
    SnapshotError::Damaged { number, reason: reason.to_owned() }
}

struct HashWriter(Sha256);

impl Write for HashWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
