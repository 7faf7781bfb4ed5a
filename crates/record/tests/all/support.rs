//! A line between two desks, its history, and exports of it that can be taken apart.

use keepclear_entry::{
    Aside, Cause, Entry, EntryHash, Head, Inline, Kind, LogId, LogKind, NodeId, Party, Payload,
    ProposedAt, RequestId, Retention, Salt, Signature, Signer, Writer,
};
use keepclear_record::{
    Checkpoint, Difference, DifferenceKind, Exporter, Header, KEY_CHANGE, LaneName, LaneOf, Limits,
    NoClaims, PartyOf, SigningKey, Tree, Verified, WitnessOf, compare, desk_key_name,
    export_origin, key_change_payload, leaf_hash, verify,
};
use std::io::Cursor;
use std::sync::Arc;
use uuid::Uuid;

/// Who exports, beside the parties 0 and 1.
pub const WITNESS: usize = 2;
pub const LINE: Uuid = Uuid::from_u128(0x11);
/// Lines before the first entry.
pub const HEADER: usize = 1;
pub const START_US: i64 = 1_795_600_000_000_000;
pub const SALT: [u8; 16] = [9; 16];

/// Lanes by number: north ordinary, north urgent, south ordinary, south urgent.
pub fn node(lane: usize) -> NodeId {
    NodeId([0xa0 + lane as u8; 16])
}

pub fn desk(side: usize) -> Uuid {
    Uuid::from_u128(0xd0 + side as u128)
}

pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32])
}

pub fn log() -> LogId {
    LogId { kind: LogKind::Line, id: *LINE.as_bytes() }
}

pub fn header(exporter: usize) -> Header {
    let party = |side: usize, name: &str| PartyOf {
        party: name.to_owned(),
        desk: desk(side),
        key: key(side as u8).public(),
        lanes: [
            LaneOf { name: LaneName::Ordinary, node: node(2 * side) },
            LaneOf { name: LaneName::Urgent, node: node(2 * side + 1) },
        ],
    };
    Header {
        line: LINE,
        exercise: false,
        exporter: desk(exporter),
        made_at_us: START_US,
        parties: [party(0, "north"), party(1, "south")],
        witness: (exporter == WITNESS).then(|| WitnessOf {
            party: "watch".to_owned(),
            desk: desk(WITNESS),
            key: key(WITNESS as u8).public(),
        }),
    }
}

/// One entry of the history: which lane, its bytes, when it was stored.
#[derive(Debug, Clone)]
pub struct Said {
    pub lane: usize,
    pub bytes: Vec<u8>,
    pub stored_at_us: i64,
}

impl Said {
    pub fn entry(&self) -> Entry {
        Entry::decode(&self.bytes).unwrap()
    }
}

/// Both desks' pens.
pub struct Pens {
    writers: Vec<Writer>,
    pub now_us: i64,
}

impl Pens {
    pub fn new() -> Self {
        let writer = |lane: usize| {
            let party = Party::new(["north", "south"][lane / 2]).unwrap();
            let signer = Arc::new(key(lane as u8 / 2));
            Writer::new(log(), false, node(lane), party, Head::START).signing(signer)
        };
        Self { writers: (0..4).map(writer).collect(), now_us: START_US }
    }

    fn cause(&mut self) -> Cause<'static> {
        self.now_us += 1_000_000;
        let request = RequestId([1; 16]);
        Cause { principal: None, request, proposed_at: ProposedAt(self.now_us) }
    }

    pub fn say_kind(&mut self, lane: usize, kind: Kind, payload: &[u8]) -> Said {
        let (cause, mut bytes) = (self.cause(), Vec::new());
        self.writers[lane].write(cause, kind, payload, &mut bytes).unwrap();
        Said { lane, bytes, stored_at_us: self.now_us }
    }

    pub fn say(&mut self, lane: usize, payload: &[u8]) -> Said {
        self.say_kind(lane, Kind(1), payload)
    }

    pub fn say_aside(&mut self, lane: usize, payload: &[u8]) -> Said {
        let aside = Aside::of(Salt(SALT), payload, Retention::ProtectedSource).unwrap();
        let (cause, mut bytes) = (self.cause(), Vec::new());
        self.writers[lane].write_aside(cause, Kind(1), &aside, &mut bytes);
        Said { lane, bytes, stored_at_us: self.now_us }
    }

    pub fn change_key(&mut self, lane: usize, seed: u8) -> Said {
        let said = self.say_kind(lane, KEY_CHANGE, &key_change_payload(&key(seed).public()));
        self.writers[lane].sign_with(Arc::new(key(seed)));
        said
    }
}

/// A history of `count` entries over the four lanes, each with eight or more.
pub fn history(count: usize) -> Vec<Said> {
    let mut pens = Pens::new();
    let lanes = [0, 2, 0, 1, 2, 3, 0, 2];
    (0..count).map(|at| pens.say(lanes[at % 8], format!("payload {at}").as_bytes())).collect()
}

/// An export by a desk, as its lines.
pub fn lines(exporter: usize, said: &[Said]) -> Vec<String> {
    lines_without(exporter, said, &[])
}

/// An export by a desk that withholds some of the entries, as its lines.
pub fn lines_without(exporter: usize, said: &[Said], withheld: &[usize]) -> Vec<String> {
    let signer = key(exporter as u8);
    let mut export = Exporter::begin(Vec::new(), header(exporter), &signer).unwrap();
    for (at, Said { lane, bytes, stored_at_us }) in said.iter().enumerate() {
        match withheld.contains(&at) {
            true => export.withheld(node(*lane), EntryHash::of(bytes), *stored_at_us).unwrap(),
            false => export.entry(bytes, *stored_at_us).unwrap(),
        }
    }
    let written = String::from_utf8(export.finish().unwrap()).unwrap();
    written.lines().map(str::to_owned).collect()
}

pub fn file(lines: &[String]) -> Vec<u8> {
    lines.iter().flat_map(|line| [line.as_bytes(), b"\n"].concat()).collect()
}

/// An entry's line as an exporter would write it, also where no exporter would.
pub fn entry_line(Said { bytes, stored_at_us, .. }: &Said) -> String {
    let at = jiff::Timestamp::from_microsecond(*stored_at_us).unwrap();
    let encoded = base64(bytes);
    format!("{{\"entry\":\"{encoded}\",\"stored_at\":\"{at}\"}}")
}

pub fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The same lines with a last line that signs them as they are.
pub fn sealed(mut lines: Vec<String>, exporter: usize) -> Vec<String> {
    lines.pop();
    let mut tree = Tree::new();
    lines.iter().for_each(|line| tree.push(leaf_hash(line.as_bytes())));
    let origin = export_origin(LINE, desk(exporter));
    let checkpoint = Checkpoint::new(origin, tree.size(), tree.root());
    let note = checkpoint.signed(&desk_key_name(desk(exporter)), &key(exporter as u8)).unwrap();
    let line = serde_json::json!({ "signed": note.to_string() }).to_string();
    lines.push(line);
    lines
}

pub fn differences(a: &[String], b: &[String]) -> Vec<Difference> {
    let answer = compare(
        Cursor::new(file(a)),
        Cursor::new(file(b)),
        Limits::default(),
        &Verified::none(),
        &NoClaims,
    );
    answer.unwrap().differences
}

pub fn faults(lines: &[String]) -> Vec<Difference> {
    verify(Cursor::new(file(lines)), Limits::default(), &NoClaims).unwrap().differences
}

pub fn short(differences: &[Difference]) -> Vec<(DifferenceKind, Option<NodeId>, Option<u64>)> {
    differences.iter().map(|it| (it.kind, it.node, it.sequence)).collect()
}

/// The two records differ in exactly this, whichever comes first.
#[track_caller]
pub fn check(
    a: &[String],
    b: &[String],
    expected: &[(DifferenceKind, Option<NodeId>, Option<u64>)],
) {
    for (first, second) in [(a, b), (b, a)] {
        let found = differences(first, second);
        assert_eq!(short(&found), expected, "{found:#?}");
    }
}

pub fn seeds() -> std::ops::Range<u64> {
    let asked = std::env::var("KEEPCLEAR_SEEDS").ok();
    0..asked.map_or(10, |text| text.parse().expect("KEEPCLEAR_SEEDS is a whole number"))
}

/// SplitMix64 (Steele and others, 2014).
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % count as u64) as usize
    }
}

pub fn place(said: &[Said], at: usize) -> (NodeId, u64) {
    let entry = said[at].entry();
    (entry.node, entry.sequence.get())
}

pub fn changed(said: &Said, change: impl FnOnce(&mut Entry)) -> Entry {
    let mut entry = said.entry();
    change(&mut entry);
    entry
}

pub fn sign(entry: &mut Entry, seed: u8) {
    entry.signature = Some(Signature([0; 64]));
    entry.signature = Some(key(seed).sign(&entry.signed_bytes()));
}

pub fn inline(bytes: &[u8]) -> Payload {
    Payload::Inline(Inline::new(bytes.to_vec()).unwrap())
}

/// South's export with other bytes in the line of this entry.
pub fn replaced(said: &[Said], at: usize, bytes: Vec<u8>) -> Vec<String> {
    let mut there = lines(1, said);
    there[HEADER + at] = entry_line(&Said { bytes, ..said[at].clone() });
    there
}
