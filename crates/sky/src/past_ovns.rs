//! OVN suffixes that have been used: an OVN that came back would vouch for details that its holder
//! never saw.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::ids::EntityId;
use crate::refusal::Refusal;

/// A suffix's own time may differ from sky time by this much, microseconds.
const SUFFIX_WINDOW_US: i64 = 5 * 60 * 1_000_000;

/// Characters of a UUID with hyphens; every other way to write one has more or fewer.
const HYPHENATED_LENGTH: usize = 36;

/// Longest text of a suffix that a refusal repeats.
const ECHO_MAX: usize = 60;

/// Suffixes that could be asked for again.
#[derive(Debug, Clone, Default)]
pub struct PastOvns {
    used: BTreeMap<(EntityId, Uuid), i64>,
    by_time: BTreeSet<(i64, EntityId, Uuid)>,
}

/// Reads a suffix and checks that its time is near `now_us`.
///
/// # Errors
/// [`Refusal::SuffixUnusable`] when it is no version-7 UUID or its time is too far off.
pub(crate) fn parse(suffix: &str, now_us: i64) -> Result<Uuid, Refusal> {
    let unusable = || Refusal::SuffixUnusable { suffix: suffix.chars().take(ECHO_MAX).collect() };
    // An OVN ends with the text as it is and stands in paths: no braces, no URN, one way to write it.
    if suffix.len() != HYPHENATED_LENGTH {
        return Err(unusable());
    }
    let uuid = Uuid::try_parse(suffix).map_err(|_| unusable())?;
    if uuid.get_version_num() != 7 || uuid.get_variant() != uuid::Variant::RFC4122 {
        return Err(unusable());
    }
    if (time_us(uuid) - now_us).abs() > SUFFIX_WINDOW_US {
        return Err(unusable());
    }
    Ok(uuid)
}

/// RFC 9562 section 5.7: the first 48 bits are milliseconds since the epoch.
fn time_us(uuid: Uuid) -> i64 {
    (uuid.as_u128() >> 80) as i64 * 1_000
}

impl PastOvns {
    /// Whether an entity's version has had this suffix.
    pub(crate) fn contains(&self, id: EntityId, suffix: Uuid) -> bool {
        self.used.contains_key(&(id, suffix))
    }

    /// Remembered until the suffix's own time no longer lets it in.
    pub(crate) fn add(&mut self, id: EntityId, suffix: Uuid) {
        let until_us = time_us(suffix) + SUFFIX_WINDOW_US;
        self.used.insert((id, suffix), until_us);
        self.by_time.insert((until_us, id, suffix));
    }

    /// Two at most: a command adds one.
    pub(crate) fn sweep(&mut self, now_us: i64) {
        for _ in 0..2 {
            match self.by_time.first() {
                Some(&(until_us, id, suffix)) if until_us < now_us => {
                    self.by_time.pop_first();
                    self.used.remove(&(id, suffix));
                }
                _ => return,
            }
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &(EntityId, Uuid)> {
        self.used.keys()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suffix_is_a_version_7_uuid_with_hyphens_near_in_time_and_nothing_else() {
        // RFC 9562 appendix A.6: 2022-02-22T19:22:22.000Z.
        let (good, now_us) = ("017f22e2-79b0-7cc3-98c4-dc0c0c07398f", 1_645_557_742_000_000);
        assert!(parse(good, now_us).is_ok());
        assert!(parse(&good.to_uppercase(), now_us).is_ok());
        assert!(parse(good, now_us + SUFFIX_WINDOW_US).is_ok());
        assert!(parse(good, now_us + SUFFIX_WINDOW_US + 1).is_err());
        for bad in [
            "",
            "017f22e2-79b0-4cc3-98c4-dc0c0c07398f",
            "017f22e279b07cc398c4dc0c0c07398f",
            "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
            "urn:uuid:017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
            "017f22e2-79b0-7cc3-98c4-dc0c0c07398f ",
            "017f22e2_79b0_7cc3_98c4_dc0c0c07398f",
        ] {
            assert!(parse(bad, now_us).is_err(), "{bad:?}");
        }
    }
}
