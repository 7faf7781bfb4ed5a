//! A desk that takes in what its peer sends, and one that looks at what lies there.

use crate::support::{header, history, key, node};
use keepclear_entry::{Entry, Sequence, Signer};
use keepclear_record::{Fault, Verifier};

#[test]
fn entries_are_followed_lane_by_lane() {
    let mut verifier = Verifier::new(&header(0));
    for said in history(40) {
        verifier.follow(&said.bytes).unwrap();
    }
    assert_eq!(verifier.head(node(0)).unwrap().next.get(), 16);
    assert_eq!(verifier.head(keepclear_entry::NodeId([0; 16])), None);
}

#[test]
fn a_strict_desk_refuses_each_fault_and_stays_where_it_was() {
    let said = history(40);
    let with = |change: &dyn Fn(&mut Entry)| {
        let mut entry = said[16].entry();
        change(&mut entry);
        entry.encode()
    };
    let signed = |change: &dyn Fn(&mut Entry)| {
        with(&|entry| {
            change(entry);
            entry.signature = Some(key(0).sign(&entry.signed_bytes()));
        })
    };
    let mut verifier = Verifier::new(&header(0));
    said[..16].iter().for_each(|said| drop(verifier.follow(&said.bytes).unwrap()));
    let mut refused = |bytes: &[u8]| verifier.follow(bytes).unwrap_err();
    assert!(matches!(refused(b"no entry"), Fault::Damaged(_)));
    assert!(matches!(refused(&signed(&|it| it.log.id[0] ^= 1)), Fault::ForeignLog { .. }));
    assert!(matches!(refused(&signed(&|it| it.exercise = true)), Fault::Exercise { .. }));
    assert!(matches!(refused(&signed(&|it| it.node.0[0] ^= 1)), Fault::UnknownLane { .. }));
    assert_eq!(refused(&with(&|it| it.signature = None)), Fault::Unsigned);
    assert_eq!(refused(&with(&|it| it.request.0[0] ^= 1)), Fault::Forged);
    assert!(matches!(refused(&signed(&|it| it.previous.0[0] ^= 1)), Fault::Previous { .. }));
    assert!(matches!(refused(&said[8].bytes), Fault::Reordered { .. }));
    let first = Sequence::new(7).unwrap();
    assert_eq!(refused(&said[18].bytes), Fault::Missing { first, last: first });
    verifier.follow(&said[16].bytes).unwrap();
}

#[test]
fn one_who_looks_goes_on_behind_a_gap() {
    let said = history(40);
    let mut verifier = Verifier::new(&header(0));
    let mut faults = Vec::new();
    for (at, said) in said.iter().enumerate() {
        if at != 8 && at != 20 {
            faults.extend(verifier.go_on(&said.bytes).faults);
        }
    }
    assert_eq!(faults.len(), 2);
    assert!(faults.iter().all(|fault| matches!(fault, Fault::Missing { .. })));
}
