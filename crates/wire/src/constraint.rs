//! Constraints: closed or restricted airspace that an authority publishes.

use keepclear_geo::{Datums, Invalid, Reason};
use serde::{Deserialize, Serialize};

use crate::intent::UssAvailabilityState;
use crate::null_as_default;
use crate::volume::{Time, Volume4D};

/// What the sky holds of a constraint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConstraintReference {
    /// Entity id, a version-4 UUID.
    pub id: String,
    /// Subject of the party that manages it.
    pub manager: String,
    /// Availability of the manager.
    #[serde(default, deserialize_with = "null_as_default")]
    pub uss_availability: UssAvailabilityState,
    /// Number of the version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i32>,
    /// Opaque version; only the manager gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ovn: Option<String>,
    /// First instant of all volumes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_start: Option<Time>,
    /// Last instant of all volumes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_end: Option<Time>,
    /// Where the manager answers for details.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uss_base_url: Option<String>,
}

/// What only the parties hold of a constraint.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ConstraintDetails {
    /// Where and when it is in force.
    #[serde(default, deserialize_with = "null_as_default")]
    pub volumes: Vec<Volume4D>,
    /// What kind of airspace it is.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The ED-269 zone that it stands for, as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geozone: Option<serde_json::Value>,
}

impl ConstraintDetails {
    /// All volumes. Absent altitudes and times are open.
    ///
    /// # Errors
    /// [`Invalid`] with the path from the details on, or at `volumes` when there is none.
    pub fn to_geo(&self, datums: &Datums) -> Result<Vec<keepclear_geo::Volume4D>, Invalid> {
        if self.volumes.is_empty() {
            return Err(Invalid::new("volumes", Reason::TooFew(0, 1)));
        }
        let volumes = self.volumes.iter().enumerate().map(|(index, volume)| {
            volume.to_geo(datums).map_err(|invalid| invalid.inside(&format!("volumes[{index}]")))
        });
        volumes.collect()
    }
}

/// A constraint in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Constraint {
    /// What the sky holds.
    pub reference: ConstraintReference,
    /// What the parties hold.
    pub details: ConstraintDetails,
}

/// A party's answer for the details of a constraint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GetConstraintDetailsResponse {
    /// The constraint.
    pub constraint: Constraint,
}
