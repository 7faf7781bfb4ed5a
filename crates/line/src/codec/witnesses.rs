//! Limits of a witness.

use super::limits::{Checked, check_instant, count, field};
use crate::witness::{Subject, Witness};

/// Whether it reads something, and names each subject once and in order: both sides must write the
/// same agreement in the same bytes.
pub(super) fn check_witness(witness: &Witness) -> Checked {
    let Witness { party: _, desk: _, key: _, reads, from } = witness;
    let path = "witness.reads";
    count(path, reads.len(), 1, Subject::ALL.len(), "a witness reads 1 to 8 subjects")?;
    if !reads.is_sorted_by(|before, after| before < after) {
        let reason = "subjects stand in their order, each once";
        let remedy = "order them: tests, notices, requests, questions, reports, distress, \
                      commitments, line_itself";
        return Err(field(path, format_args!("{reads:?}"), reason, remedy));
    }
    check_instant("witness.from", *from)
}
