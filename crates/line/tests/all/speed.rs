//! A long history costs nothing: 1,000 messages a second with a hundred thousand behind them.
//!
//! `KEEPCLEAR_SEEDS` sets how many thousands of messages stand in history (100 unless given); figures
//! are on stderr with `--nocapture`. The bounds are those that a desk needs, not what is measured.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::collections::BTreeMap;

use keepclear_line::message::{Body, Envelope, Lane, Mark, Matter, Seen};
use keepclear_line::quantity::{ExchangeId, Instant, MessageId};
use keepclear_line::{Health, Line, Stamp, Stored};

use crate::bodies::{acknowledge, open, window};
use crate::desk::{Pair, charter, name};

/// One side of a line that hears notices, and has each receipted and acknowledged.
struct Watch {
    line: Line,
    now: Instant,
    /// Ours, theirs.
    sequences: [u64; 2],
    ours: Option<Mark>,
}

impl Watch {
    fn id(side: u8, sequence: u64) -> MessageId {
        // Spread over the whole range, as hashes are.
        let spread = sequence.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
        let mut id = [side; 32];
        id[..8].copy_from_slice(&spread);
        MessageId(id)
    }

    fn stamp(&mut self, side: u8) -> Stamp {
        let sequence = &mut self.sequences[side as usize];
        *sequence += 1;
        let sequence = *sequence;
        let message = Self::id(side, sequence);
        Stamp { message, lane: Lane::Ordinary, sequence, said_at: self.now }
    }

    fn say(&mut self, body: Body) -> MessageId {
        let lane = self.line.check(self.now, &body).expect("nothing stands against it");
        assert_eq!(lane, Lane::Ordinary);
        let stamp = self.stamp(0);
        let role = keepclear_line::needs_role(body.kind()).then(|| name("duty officer"));
        self.line.said(stamp, Envelope { seen: self.line.seen(), role, body });
        self.ours = Some(Mark { sequence: stamp.sequence, message: stamp.message });
        stamp.message
    }

    fn hear(&mut self, body: Body) -> MessageId {
        let stamp = self.stamp(1);
        let stored = Stored::of(&body).unwrap();
        let role = keepclear_line::needs_role(body.kind()).then(|| name("other officer"));
        let seen = Seen { ordinary: self.ours, urgent: None };
        self.line.heard(stamp, self.now, Ok(Envelope { seen, role, body }), stored);
        stamp.message
    }

    /// Four messages: their notice, our receipt, our acknowledgement, their receipt.
    fn notice(&mut self, number: u64) {
        self.now.0 += 4_000;
        let mut id = [0; 16];
        id[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        let id = ExchangeId(id);
        let of = self.hear(open(id, Matter::Notice, window(self.now, 1, 1)));
        for duty in self.line.duties() {
            self.say(duty);
        }
        let of = self.say(acknowledge(id, of));
        self.hear(Body::Receipt { of, stored_at: self.now, read_back: None });
    }
}

#[test]
#[expect(clippy::disallowed_types, clippy::print_stderr, reason = "a test may measure and say so")]
fn a_thousand_messages_with_a_long_history_take_less_than_a_second_and_a_view_less_than_a_quarter()
{
    let asked = std::env::var("KEEPCLEAR_SEEDS").ok();
    let thousands: u64 =
        asked.map_or(100, |text| text.parse().expect("KEEPCLEAR_SEEDS is a whole number"));
    let line = Line::new(charter(true));
    let mut watch = Watch { line, now: Pair::START, sequences: [0; 2], ours: None };
    let history = thousands.min(1_000) * 250;
    for number in 0..history {
        watch.notice(number);
    }
    let begun = std::time::Instant::now();
    for number in history..history + 250 {
        watch.notice(number);
    }
    let messages = begun.elapsed();
    let begun = std::time::Instant::now();
    let view = watch.line.view(watch.now.plus_s(60), &Health::new(), &BTreeMap::new());
    let looked = begun.elapsed();
    eprintln!("history {}: 1,000 messages {messages:?}, a view {looked:?}", history * 4);
    assert_eq!(view.alarms.iter().filter(|alarm| alarm.exchange.is_some()).count(), 0);
    assert!(messages.as_secs_f64() < 1.0, "1,000 messages took {messages:?}");
    assert!(looked.as_secs_f64() < 0.25, "a view took {looked:?}");
}
