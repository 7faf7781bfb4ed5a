//! Any entry comes back as it was, and no byte of it can change unnoticed.
//!
//! Entries are drawn from all fields, with names and payloads short enough that a random byte falls
//! on every field; bytes are changed in every entry drawn.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use keepclear_entry::{
    Aside, Entry, EntryHash, Inline, Issuer, Kind, LogId, LogKind, NodeId, Party, Payload,
    Principal, ProposedAt, RequestId, Retention, Salt, Sequence, Signature, Subject, TokenHash,
};
use proptest::prelude::*;

proptest! {
    #[test]
    fn an_entry_comes_back_as_it_was(entry in entries()) {
        prop_assert_eq!(Entry::decode(&entry.encode()), Ok(entry));
    }

    #[test]
    fn a_changed_byte_is_refused_or_makes_another_entry_with_another_hash(
        entry in entries(),
        places in prop::collection::vec((any::<prop::sample::Index>(), 1..=u8::MAX), 32),
    ) {
        let canonical = entry.encode();
        for (place, flip) in places {
            let mut changed = canonical.clone();
            *place.get_mut(&mut changed) ^= flip;
            if let Ok(other) = Entry::decode(&changed) {
                prop_assert_ne!(&other, &entry);
                prop_assert_ne!(other.hash(), entry.hash());
                prop_assert_eq!(other.hash(), EntryHash::of(&changed));
            }
        }
    }

    #[test]
    fn random_bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Entry::decode(&bytes).is_err());
    }

    #[test]
    fn a_cut_entry_is_refused(entry in entries(), end in any::<prop::sample::Index>()) {
        let canonical = entry.encode();
        prop_assert!(Entry::decode(&canonical[..end.index(canonical.len())]).is_err());
    }

    #[test]
    fn what_is_signed_says_all_but_the_signature(entry in entries()) {
        let unsigned = Entry { signature: None, ..entry.clone() };
        prop_assert_eq!(entry.signed_bytes(), unsigned.signed_bytes());
        prop_assert!(entry.signed_bytes().ends_with(&unsigned.encode()));
    }
}

fn entries() -> impl Strategy<Value = Entry> {
    let log_kinds = prop_oneof![Just(LogKind::Sky), Just(LogKind::Desk), Just(LogKind::Line)];
    let identity = (log_kinds, any::<[u8; 16]>(), any::<bool>(), any::<[u8; 16]>());
    let place = (1..=u64::MAX, any::<[u8; 32]>(), any::<[u8; 16]>(), any::<i64>(), any::<u16>());
    let signature = prop::option::of(any::<[[u8; 32]; 2]>());
    (identity, place, "\\PC{1,20}", prop::option::of(principals()), payloads(), signature).prop_map(
        |(identity, place, party, principal, payload, signature)| {
            let (log_kind, log, exercise, node) = identity;
            let (sequence, previous, request, proposed_at_us, kind) = place;
            Entry {
                log: LogId { kind: log_kind, id: log },
                exercise,
                node: NodeId(node),
                sequence: Sequence::new(sequence).unwrap(),
                previous: EntryHash(previous),
                party: Party::new(&party).unwrap(),
                principal,
                request: RequestId(request),
                proposed_at: ProposedAt(proposed_at_us),
                kind: Kind(kind),
                payload,
                signature: signature.map(|halves| Signature(halves.concat().try_into().unwrap())),
            }
        },
    )
}

fn principals() -> impl Strategy<Value = Principal> {
    ("\\PC{1,20}", "\\PC{1,20}", any::<[u8; 32]>()).prop_map(|(issuer, subject, token_hash)| {
        Principal {
            issuer: Issuer::new(&issuer).unwrap(),
            subject: Subject::new(&subject).unwrap(),
            token_hash: TokenHash(token_hash),
        }
    })
}

fn payloads() -> impl Strategy<Value = Payload> {
    let retention = prop_oneof![Just(Retention::PeerPlan), Just(Retention::ProtectedSource)];
    let bytes = prop::collection::vec(any::<u8>(), 0..300);
    (bytes, prop::option::of((any::<[u8; 16]>(), retention))).prop_map(|(bytes, beside)| {
        match beside {
            None => Payload::Inline(Inline::new(bytes).unwrap()),
            Some((salt, retention)) => {
                Payload::Aside(Aside::of(Salt(salt), &bytes, retention).unwrap())
            }
        }
    })
}
