//! What a party may not give: each is refused by name, and what stands before it is taken.

use std::sync::Arc;

use keepclear_entry::{Cause, Head, LogId, LogKind, Party, ProposedAt, RequestId, Writer};
use keepclear_line::line::Party as LineParty;
use keepclear_line::message::Lane;
use keepclear_line::quantity::Name;
use keepclear_line::view::Side;
use keepclear_record::SigningKey;
use minicbor::bytes::ByteVec;

use super::*;

fn charter() -> Charter {
    let party =
        |name: &str, id| LineParty { name: Name::new(name).unwrap(), desk: DeskId([id; 16]) };
    let line = LogId { kind: LogKind::Line, id: [5; 16] };
    Charter { line, exercise: true, us: party("North", 1), them: party("South", 2) }
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32])
}

/// So many entries of North's ordinary lane, signed with this key.
fn entries(count: usize, seed: u8, lane: Lane) -> Vec<Vec<u8>> {
    let charter = charter();
    let node = charter.lane_node(Side::Us, lane);
    let party = Party::new("North").unwrap();
    let mut head = Head::START;
    let each = (0..count).map(|number| {
        let mut pen = Writer::new(charter.line, true, node, party.clone(), head)
            .signing(Arc::new(key(seed)) as _);
        let mut bytes = Vec::new();
        let at = ProposedAt(1_790_000_000_000_000 + number as i64);
        let cause = Cause { principal: None, request: RequestId([0; 16]), proposed_at: at };
        let kind = keepclear_line::message::MessageKind::Resume.entry_kind();
        head = pen.write(cause, kind, b"whatever it says", &mut bytes).unwrap();
        bytes
    });
    each.collect()
}

fn item(bytes: &[u8]) -> Item {
    Item::Entry(ByteVec::from(bytes.to_vec()))
}

fn hash_of(bytes: &[u8]) -> Item {
    Item::Withheld(message_of(EntryHash::of(bytes)))
}

/// Nothing is held yet.
fn nothing() -> Standing {
    let keys = vec![key(1).public()];
    Standing { keys, len: 0, previous: EntryHash::NONE, known: Vec::new() }
}

fn read(standing: Standing, items: Vec<Item>) -> (Read, Result<(), Wrong>) {
    Reader::new(&charter(), 0, 0, standing).read(items)
}

/// How many are taken, and why the next is not.
fn refused(items: Vec<Item>) -> (usize, Option<SuspicionKind>) {
    let (read, end) = read(nothing(), items);
    let kind = match end {
        Ok(()) => None,
        Err(Wrong::Refused { kind, .. }) => Some(kind),
        Err(Wrong::Differs { gives, held }) => panic!("{gives:?} against {held}"),
    };
    (read.items.len(), kind)
}

#[test]
fn entries_and_hashes_in_their_order_are_taken() {
    let said = entries(4, 1, Lane::Ordinary);
    let items = vec![item(&said[0]), hash_of(&said[1]), item(&said[2]), hash_of(&said[3])];
    assert_eq!(refused(items), (4, None));
}

#[test]
fn what_no_honest_party_gives_is_refused_by_name() {
    let said = entries(3, 1, Lane::Ordinary);
    let forged = entries(3, 2, Lane::Ordinary);
    let urgent = entries(1, 1, Lane::Urgent);
    let first = || item(&said[0]);
    assert_eq!(refused(vec![first(), item(&forged[1])]), (1, Some(SuspicionKind::Forged)));
    assert_eq!(refused(vec![item(&urgent[0])]), (0, Some(SuspicionKind::WrongIdentity)));
    assert_eq!(refused(vec![first(), item(&said[2])]), (1, Some(SuspicionKind::Reordered)));
    assert_eq!(refused(vec![first(), item(b"no entry")]), (1, Some(SuspicionKind::Malformed)));
    let cut = item(&said[1][..said[1].len() - 1]);
    assert_eq!(refused(vec![first(), cut]), (1, Some(SuspicionKind::Malformed)));
    let long = item(&vec![0; ENTRY_MAX + 1]);
    assert_eq!(refused(vec![first(), long]), (1, Some(SuspicionKind::Oversized)));
}

#[test]
fn a_hash_that_the_signed_entry_behind_it_does_not_name_is_refused() {
    let said = entries(2, 1, Lane::Ordinary);
    let other = Item::Withheld(MessageId([7; 32]));
    assert_eq!(refused(vec![other, item(&said[1])]), (1, Some(SuspicionKind::RewrittenHistory)));
}

#[test]
fn another_hash_than_is_held_is_named_with_both() {
    let said = entries(2, 1, Lane::Ordinary);
    let held = EntryHash::of(&said[0]);
    let standing = || Standing { len: 1, known: vec![(held, false)], ..nothing() };
    let (taken, end) = read(standing(), vec![Item::Withheld(MessageId([7; 32]))]);
    assert!(taken.items.is_empty());
    let Err(Wrong::Differs { gives, held: kept }) = end else { panic!("it was taken") };
    assert_eq!((gives.sequence, gives.message), (1, MessageId([7; 32])));
    assert_eq!(kept, message_of(held));
    // What is held was never signed: the entry that follows it says otherwise.
    let unsigned = Standing { len: 1, previous: EntryHash([9; 32]), ..nothing() };
    let (_, end) = Reader::new(&charter(), 0, 1, unsigned).read(vec![item(&said[1])]);
    let Err(Wrong::Differs { gives, held: kept }) = end else { panic!("it was taken") };
    assert_eq!((gives.message, kept), (message_of(held), MessageId([9; 32])));
}

#[test]
fn a_withheld_place_is_filled_by_exactly_its_entry_and_what_is_held_is_not_taken_again() {
    let said = entries(2, 1, Lane::Ordinary);
    let known = vec![(EntryHash::of(&said[0]), false), (EntryHash::of(&said[1]), true)];
    let standing = Standing { len: 2, known, ..nothing() };
    let (taken, end) = read(standing, vec![item(&said[0]), item(&said[1])]);
    assert!(end.is_ok());
    assert_eq!((taken.through, taken.items), (2, vec![(2, item(&said[1]))]));
}

#[test]
fn what_is_long_goes_into_the_log_in_pieces_and_none_of_it_is_lost() {
    let items: Vec<(u64, Item)> = (1..=5).map(|place| (place, item(&vec![0; 200 << 10]))).collect();
    let read = Read { after: 0, through: 9, items: items.clone() };
    let pieces = read.into_witnessed(DeskId([1; 16]), [5; 16], 2);
    let (mut all, mut looked) = (Vec::new(), Vec::new());
    for piece in pieces {
        let Witnessed::Items(piece) = piece else { panic!("{piece:?}") };
        assert!(piece.items.iter().map(|(_, item)| item.size()).sum::<usize>() < 800 << 10);
        looked.push((piece.after, piece.through));
        all.extend(piece.items);
    }
    assert_eq!((all, looked), (items, vec![(0, 2), (2, 4), (4, 9)]));
}
