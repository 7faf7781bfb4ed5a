//! A sign of life of a member of the pool.

use minicbor::{Decode, Encode};

use super::{Apply, Cause};
use crate::ids::Subject;
use crate::member::{Heartbeat, Member};
use crate::refusal::Refusal;
use crate::sky::Sky;

/// Decoded from `PUT /aux/v1/pool/dss_instances/heartbeat`, or made by a node itself.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RecordHeartbeat {
    /// Name of the node.
    #[n(0)]
    pub member: String,
    /// Where others reach it.
    #[n(1)]
    pub public_endpoint: String,
    /// Who reported it; none when the node itself did.
    #[n(2)]
    pub reporter: Option<Subject>,
    /// What triggered it.
    #[n(3)]
    pub source: String,
    /// Missing: sky time. Microseconds since the epoch.
    #[n(4)]
    pub timestamp_us: Option<i64>,
    /// When the next one is due at the latest, microseconds since the epoch.
    #[n(5)]
    pub next_expected_us: Option<i64>,
}

impl Apply for RecordHeartbeat {
    type Answer = ();

    fn apply(self, sky: &mut Sky, _cause: &Cause) -> Result<(), Refusal> {
        let Self { member, public_endpoint, reporter, source, timestamp_us, next_expected_us } =
            self;
        let index = sky.members.get(&member).map_or(1, |known| known.heartbeat.index + 1);
        let timestamp_us = timestamp_us.unwrap_or(sky.now_us);
        let heartbeat = Heartbeat { timestamp_us, reporter, source, index, next_expected_us };
        sky.members.insert(member, Member { public_endpoint, heartbeat });
        Ok(())
    }
}
