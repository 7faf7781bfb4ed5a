//! Operational intents.
//!
//! Only what a reader of details cannot do without is required here: the id, the manager and the
//! volumes. Whoever needs another field of the reference asks for it there.

use keepclear_geo::{Datums, Invalid, Reason};
use serde::{Deserialize, Serialize};

use crate::null_as_default;
use crate::volume::{Time, Volume4D};

/// Most vertices of all volumes of an operational intent together. F3548-21 OPIN0020.
pub const INTENT_VERTICES_MAX: usize = 10_000;

/// State of an operational intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OperationalIntentState {
    /// Planned.
    Accepted,
    /// In use.
    Activated,
    /// Outside its volumes, expected back.
    Nonconforming,
    /// Out of control.
    Contingent,
}

/// What the sky believes of a party's ability to answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum UssAvailabilityState {
    /// Nothing is stated.
    #[default]
    Unknown,
    /// It answers.
    Normal,
    /// It does not answer.
    Down,
}

/// What the sky holds of an operational intent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OperationalIntentReference {
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
    /// State.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<OperationalIntentState>,
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
    /// Subscription that keeps the manager informed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<String>,
}

/// What only the parties hold of an operational intent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OperationalIntentDetails {
    /// Where and when the flight means to be.
    #[serde(default, deserialize_with = "null_as_default")]
    pub volumes: Vec<Volume4D>,
    /// Where and when it may be while it is not where it means to be.
    #[serde(default, deserialize_with = "null_as_default")]
    pub off_nominal_volumes: Vec<Volume4D>,
    /// Greater numbers go first.
    #[serde(default, deserialize_with = "null_as_default")]
    pub priority: i64,
}

impl OperationalIntentDetails {
    /// All volumes: the nominal ones, then the off-nominal ones.
    ///
    /// # Errors
    /// [`Invalid`] with the path from the details on: `volumes[2].volume.altitude_lower.units`.
    pub fn to_geo(&self, datums: &Datums) -> Result<Vec<keepclear_geo::Volume4D>, Invalid> {
        let all = [("volumes", &self.volumes), ("off_nominal_volumes", &self.off_nominal_volumes)];
        let parts = all.iter().flat_map(|(field, volumes)| {
            volumes.iter().enumerate().map(move |(i, volume)| (format!("{field}[{i}]"), volume))
        });
        intent_volumes_to_geo(parts, datums).map_err(|mut invalid| {
            if invalid.field.is_empty() {
                "volumes".clone_into(&mut invalid.field);
            }
            invalid
        })
    }
}

/// Volumes of one flight, each with its path. An error about all of them has an empty field.
///
/// # Errors
/// [`Invalid`] when there is none, when they have more than [`INTENT_VERTICES_MAX`] vertices, or at
/// the path of the first that is wrong.
pub fn intent_volumes_to_geo<'a>(
    volumes: impl Iterator<Item = (String, &'a Volume4D)>,
    datums: &Datums,
) -> Result<Vec<keepclear_geo::Volume4D>, Invalid> {
    let volumes: Vec<(String, &Volume4D)> = volumes.collect();
    if volumes.is_empty() {
        return Err(Invalid::new("", Reason::TooFew(0, 1)));
    }
    let vertices: usize = volumes.iter().map(|(_, volume)| volume.vertex_count()).sum();
    if vertices > INTENT_VERTICES_MAX {
        let reason = Reason::Other(format!(
            "{vertices} vertices in all volumes together, at most {INTENT_VERTICES_MAX} allowed"
        ));
        return Err(Invalid::new("", reason));
    }
    volumes
        .iter()
        .map(|(path, volume)| volume.to_geo_bounded(datums).map_err(|invalid| invalid.inside(path)))
        .collect()
}

/// An operational intent in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OperationalIntent {
    /// What the sky holds.
    pub reference: OperationalIntentReference,
    /// What the parties hold.
    pub details: OperationalIntentDetails,
}

/// A party's answer for the details of an operational intent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GetOperationalIntentDetailsResponse {
    /// The operational intent.
    pub operational_intent: OperationalIntent,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn volume(vertices: usize) -> serde_json::Value {
        let corner = |i: usize| {
            let turn = i as f64 / vertices as f64 * std::f64::consts::TAU;
            json!({"lat": 47.0 + 0.1 * turn.sin(), "lng": 8.0 + 0.1 * turn.cos()})
        };
        let altitude = json!({"value": 100, "reference": "W84", "units": "M"});
        let time = json!({"value": "2001-09-09T01:46:40Z", "format": "RFC3339"});
        json!({
            "volume": {
                "outline_polygon": {"vertices": (0..vertices).map(corner).collect::<Vec<_>>()},
                "altitude_lower": altitude, "altitude_upper": altitude,
            },
            "time_start": time, "time_end": time,
        })
    }

    fn read(details: &serde_json::Value) -> Result<usize, Invalid> {
        let response = json!({"operational_intent": {
            "reference": {"id": "a", "manager": "uss1", "state": "Accepted", "ovn": null},
            "details": details,
        }});
        let response: GetOperationalIntentDetailsResponse =
            serde_json::from_value(response).unwrap();
        Ok(response.operational_intent.details.to_geo(&Datums::default())?.len())
    }

    #[test]
    fn off_nominal_volumes_count_and_are_named_apart() {
        let details =
            json!({"volumes": [volume(3)], "off_nominal_volumes": [volume(4), volume(5)]});
        assert_eq!(read(&details), Ok(3));
        let mut bad = volume(4);
        bad["time_end"] = json!(null);
        let details = json!({"volumes": null, "off_nominal_volumes": [volume(4), bad]});
        assert_eq!(read(&details).unwrap_err().field, "off_nominal_volumes[1].time_end");
        assert_eq!(read(&json!({})).unwrap_err().field, "volumes");
    }

    #[test]
    fn ten_thousand_vertices_are_allowed_and_one_more_is_not() {
        assert_eq!(read(&json!({"volumes": [volume(5_000), volume(5_000)]})), Ok(2));
        let more = read(&json!({"volumes": [volume(5_000), volume(5_001)]})).unwrap_err();
        assert_eq!(more.field, "volumes");
        assert!(more.to_string().contains("10001"), "{more}");
    }
}
