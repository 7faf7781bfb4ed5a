//! The bytes are messages of a hostile peer, one after the other: which lane, which kind, how long, the
//! payload. Whatever it says, the line stands, and what is read is written again byte for byte.
#![no_main]

use keepclear_entry::{EntryHash, Kind, LogId, LogKind};
use keepclear_line::message::Lane;
use keepclear_line::quantity::{DeskId, Instant, MessageId, Name};
use keepclear_line::{Charter, Health, Line, Party, Stamp, Stored, decode, encode};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeMap;

/// First kind of a message.
const FIRST: u16 = 0x0100;

fn party(name: &str, desk: u8) -> Party {
    Party { name: Name::new(name).expect("a name"), desk: DeskId([desk; 16]) }
}

fuzz_target!(|data: &[u8]| {
    let log = LogId { kind: LogKind::Line, id: [7; 16] };
    let (us, them) = (party("north", 1), party("south", 2));
    let mut line = Line::new(Charter { line: log, exercise: true, us, them });
    let mut rest = data;
    let mut places = [0_u64; 2];
    while let [lane, kind, high, low, more @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(more.len());
        let (payload, after) = more.split_at(length);
        rest = after;
        let lane = if lane & 1 == 0 { Lane::Ordinary } else { Lane::Urgent };
        let envelope = decode(Kind(FIRST + u16::from(*kind)), payload);
        if let Ok(envelope) = &envelope {
            assert_eq!(encode(envelope), payload);
        }
        let place = &mut places[usize::from(lane == Lane::Urgent)];
        *place += 1;
        let stamp = Stamp {
            message: MessageId(EntryHash::of(&[payload, &place.to_be_bytes()].concat()).0),
            lane,
            sequence: *place,
            said_at: Instant(*place as i64 * 1_000_000),
        };
        let stored = envelope.as_ref().ok().and_then(|envelope| Stored::of(&envelope.body).ok()?);
        line.heard(stamp, Instant(*place as i64 * 1_000_000 + 5), envelope, stored);
        let _ = line.duties();
    }
    for now in [0, i64::MAX / 2, i64::MIN / 2] {
        let _ = line.view(Instant(now), &Health::new(), &BTreeMap::new());
    }
    let _ = line.shared_digest();
});
