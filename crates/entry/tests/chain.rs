//! A chain written by the writer, and each way to break it.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use keepclear_entry::{
    Cause, Chain, ChainError, Entry, EntryError, EntryHash, Head, Issuer, Kind, LogId, LogKind,
    NodeId, PAYLOAD_MAX, Party, Payload, Principal, ProposedAt, RequestId, Sequence, Signature,
    Signer, Subject, TokenHash, Writer,
};

const LOG: LogId = LogId { kind: LogKind::Sky, id: [7; 16] };
const NORTH: NodeId = NodeId([1; 16]);
const SOUTH: NodeId = NodeId([2; 16]);

#[test]
fn entries_of_two_nodes_follow_each_other_in_one_log() {
    let (mut north, mut south) = (writer(NORTH), writer(SOUTH));
    let mut chain = Chain::new(LOG, false);
    for round in 0..3_u8 {
        for writer in [&mut north, &mut south] {
            let entry = chain.follow(&written(writer, &[round])).unwrap();
            let Payload::Inline(payload) = &entry.payload else { panic!("{entry:?}") };
            assert_eq!(payload.as_bytes(), [round]);
        }
    }
    let next: Vec<_> = chain.heads().map(|(node, head)| (node, head.next.get())).collect();
    assert_eq!(next, [(NORTH, 4), (SOUTH, 4)]);
}

#[test]
fn what_the_writer_writes_is_what_the_entry_encodes() {
    let principal = Principal {
        issuer: Issuer::new("issuer.example").unwrap(),
        subject: Subject::new("north.example").unwrap(),
        token_hash: TokenHash::of(b"a token"),
    };
    let mut out = b"what stood there before".to_vec();
    let start = out.len();
    let cause = Cause { principal: Some(&principal), ..CAUSE };
    let head = writer(NORTH).write(cause, Kind(9), b"payload", &mut out).unwrap();
    let entry = Entry::decode(&out[start..]).unwrap();
    assert_eq!(entry.encode(), out[start..]);
    assert_eq!(entry.principal, Some(principal));
    assert_eq!(head, Head { next: Sequence::new(2).unwrap(), previous: entry.hash() });
}

#[test]
fn a_signing_writer_signs_what_the_entry_says_is_signed() {
    let mut writer = writer(NORTH).signing(std::sync::Arc::new(Digests));
    let mut chain = Chain::new(LOG, false);
    for payload in [b"1", b"2"] {
        let bytes = written(&mut writer, payload);
        let entry = chain.follow(&bytes).unwrap();
        let expected = Digests.sign(&entry.signed_bytes());
        assert_eq!(entry.signature, Some(expected));
        assert_eq!(entry.encode(), bytes);
    }
}

/// Signs with a hash: enough to see over which bytes.
struct Digests;

impl Signer for Digests {
    fn sign(&self, signed_bytes: &[u8]) -> Signature {
        Signature([EntryHash::of(signed_bytes).0; 2].concat().try_into().unwrap())
    }
}

#[test]
fn a_place_that_is_passed_over_is_followed_by_the_entry_that_names_it() {
    let mut writer = writer(NORTH);
    let untold = EntryHash::of(&written(&mut writer, b"told to others"));
    let next = written(&mut writer, b"told to all");
    let mut chain = Chain::new(LOG, false);
    let mut astray = chain.clone();
    assert_eq!(chain.pass_over(NORTH, untold), Sequence::FIRST);
    assert_eq!(chain.follow(&next).unwrap().sequence.get(), 2);
    astray.pass_over(NORTH, EntryHash([9; 32]));
    assert!(matches!(astray.follow(&next), Err(ChainError::Previous { .. })));
}

#[test]
fn places_of_a_refused_batch_are_used_again() {
    let mut writer = writer(NORTH);
    let mut chain = Chain::new(LOG, false);
    chain.follow(&confirmed(&mut writer, b"kept")).unwrap();
    written(&mut writer, b"refused");
    written(&mut writer, b"refused with it");
    writer.roll_back();
    assert_eq!(writer.confirmed(), chain.head(NORTH));
    chain.follow(&confirmed(&mut writer, b"kept as well")).unwrap();
    assert_eq!(chain.head(NORTH).next.get(), 3);
}

#[test]
fn a_chain_goes_on_from_the_heads_of_a_snapshot() {
    let mut writer = writer(NORTH);
    let mut chain = Chain::new(LOG, false);
    chain.follow(&written(&mut writer, b"before")).unwrap();
    let mut resumed = Chain::resume(LOG, false, chain.heads());
    resumed.follow(&written(&mut writer, b"after")).unwrap();
    assert_eq!(resumed.head(NORTH).next.get(), 3);
}

#[test]
fn a_missing_entry_is_named() {
    let mut writer = writer(NORTH);
    let mut chain = Chain::new(LOG, false);
    chain.follow(&written(&mut writer, b"1")).unwrap();
    written(&mut writer, b"2");
    check(
        &mut chain,
        &written(&mut writer, b"3"),
        "node 01010101-0101-0101-0101-010101010101 goes on with entry 3, but entry 2 is next",
    );
}

#[test]
fn a_repeated_entry_is_named() {
    let mut chain = Chain::new(LOG, false);
    let first = written(&mut writer(NORTH), b"1");
    chain.follow(&first).unwrap();
    check(
        &mut chain,
        &first,
        "node 01010101-0101-0101-0101-010101010101 goes on with entry 1, but entry 2 is next",
    );
}

#[test]
fn an_entry_that_follows_another_than_the_one_here_is_named_with_both_hashes() {
    let (mut here, mut elsewhere) = (writer(NORTH), writer(NORTH));
    let mut chain = Chain::new(LOG, false);
    let first = written(&mut here, b"here");
    chain.follow(&first).unwrap();
    let other = written(&mut elsewhere, b"elsewhere");
    let stranger = written(&mut elsewhere, b"2");
    let (found, expected) = (EntryHash::of(&other), EntryHash::of(&first));
    check(
        &mut chain,
        &stranger,
        &format!(
            "entry 2 of node 01010101-0101-0101-0101-010101010101 follows an entry with hash \
             {found}, but the one here has {expected}"
        ),
    );
}

#[test]
fn an_entry_of_another_log_is_named() {
    let desk = LogId { kind: LogKind::Desk, id: [8; 16] };
    let mut stranger = Writer::new(desk, false, NORTH, party(), Head::START);
    check(
        &mut Chain::new(LOG, false),
        &written(&mut stranger, b"1"),
        "entry 1 of node 01010101-0101-0101-0101-010101010101 belongs to desk \
         08080808-0808-0808-0808-080808080808; this log is sky \
         07070707-0707-0707-0707-070707070707",
    );
}

#[test]
fn an_exercise_never_joins_what_is_real() {
    let mut exercise = Writer::new(LOG, true, NORTH, party(), Head::START);
    check(
        &mut Chain::new(LOG, false),
        &written(&mut exercise, b"1"),
        "entry 1 of node 01010101-0101-0101-0101-010101010101 says exercise: true; this log says \
         exercise: false",
    );
}

#[test]
fn bytes_that_are_no_entry_do_not_move_the_chain() {
    let mut chain = Chain::new(LOG, false);
    assert!(matches!(chain.follow(b"no entry"), Err(ChainError::Entry(_))));
    chain.follow(&written(&mut writer(NORTH), b"1")).unwrap();
}

#[test]
fn a_payload_above_the_limit_is_refused_and_takes_no_place() {
    let mut writer = writer(NORTH);
    let mut out = Vec::new();
    let refused = writer.write(CAUSE, Kind(1), &vec![0; PAYLOAD_MAX + 1], &mut out);
    let (found, most) = (PAYLOAD_MAX + 1, PAYLOAD_MAX);
    assert_eq!(refused, Err(EntryError::Length { field: "payload", found, least: 0, most }));
    assert!(out.is_empty());
    let largest = written(&mut writer, &vec![0; PAYLOAD_MAX]);
    assert_eq!(Entry::decode(&largest).unwrap().sequence, Sequence::FIRST);
}

const CAUSE: Cause<'static> =
    Cause { principal: None, request: RequestId([3; 16]), proposed_at: ProposedAt(4) };

/// The chain refuses these bytes with this message, and stands where it stood.
fn check(chain: &mut Chain, bytes: &[u8], message: &str) {
    let before = chain.clone();
    assert_eq!(chain.follow(bytes).unwrap_err().to_string(), message);
    assert_eq!(*chain, before);
}

fn party() -> Party {
    Party::new("north").unwrap()
}

fn writer(node: NodeId) -> Writer {
    Writer::new(LOG, false, node, party(), Head::START)
}

fn written(writer: &mut Writer, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    writer.write(CAUSE, Kind(1), payload, &mut out).unwrap();
    out
}

fn confirmed(writer: &mut Writer, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let head = writer.write(CAUSE, Kind(1), payload, &mut out).unwrap();
    writer.confirm(head);
    out
}
