//! Payloads that lie beside their entries. One that is not there is no difference: it was withheld, or
//! erased when its time was over. One that is there must be what its entry named.

use super::findings::{At, DifferenceKind, Findings};
use crate::scan::Scanned;
use std::collections::BTreeMap;

pub(super) fn check(sides: [&Scanned; 2], names: [&str; 2], findings: &mut Findings) {
    for (side, of) in sides.iter().enumerate() {
        if of.asides.is_empty() {
            continue;
        }
        let named: BTreeMap<[u8; 32], (usize, u64)> = of
            .named_asides
            .iter()
            .map(|(hash, lane, sequence)| (*hash, (*lane, *sequence)))
            .collect();
        for (hash, is_right, line) in &of.asides {
            let place = named.get(hash).map(|(lane, sequence)| At::Lane(*lane, *sequence));
            let what = match (is_right, place) {
                (true, Some(_)) => continue,
                (true, None) => "no entry names this payload",
                (false, Some(_)) => "salt and payload are not what the entry named",
                (false, None) => {
                    "salt and payload do not give the hash beside them, and no entry names it"
                }
            };
            let detail = format!("{}, line {line}, aside: {what}", names[side]);
            let at = place.unwrap_or(At::File);
            findings.add(DifferenceKind::Altered, at, Some(side), detail);
        }
    }
}
