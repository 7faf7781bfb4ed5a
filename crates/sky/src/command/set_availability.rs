//! Setting a party's availability (F3548-21 DSS0100,1).
//!
//! Only an arbiter named when the sky was founded may do this: whoever can mark the other side
//! Down can plan over its accepted flights.

use minicbor::{Decode, Encode};

use super::{Apply, Cause};
use crate::availability::{Availability, AvailabilityRecord};
use crate::ids::{Subject, Version};
use crate::refusal::Refusal;
use crate::sky::Sky;

/// Decoded from `PUT /dss/v1/uss_availability/{uss_id}`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SetAvailability {
    /// Whose.
    #[n(0)]
    pub uss: Subject,
    /// From here on.
    #[n(1)]
    pub availability: Availability,
    /// The version that the caller last saw; `None` claims that there is none yet.
    #[n(2)]
    pub expected: Option<Version>,
}

impl SetAvailability {
    pub(crate) fn check(&self, sky: &Sky, cause: &Cause, _now_us: i64) -> Result<(), Refusal> {
        sky.charter.require_arbiter(&cause.subject)?;
        let current = sky.availability.get(&self.uss);
        if current.map(|record| &record.version) != self.expected.as_ref() {
            let (uss, current) = (self.uss.clone(), current.cloned());
            return Err(Refusal::AvailabilityChanged { uss, current });
        }
        Ok(())
    }
}

impl Apply for SetAvailability {
    type Answer = AvailabilityRecord;

    fn apply(self, sky: &mut Sky, cause: &Cause) -> Result<AvailabilityRecord, Refusal> {
        self.check(sky, cause, sky.now_us)?;
        let Self { uss, availability, expected: _ } = self;
        let version = Version(cause.salt.name("version", uss.as_str().as_bytes()).into());
        let record = AvailabilityRecord { availability, version };
        sky.availability.insert(uss, record.clone());
        Ok(record)
    }
}
