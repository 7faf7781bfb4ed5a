//! JSON types of ASTM F3548-21, and their way into volumes of `keepclear-geo`.
//!
//! Unknown fields are ignored and `null` is the same as absent. Text such as units and times is
//! kept as it came, so that [`Volume4D::to_geo`] can name the field that is wrong.
#![forbid(unsafe_code)]

mod constraint;
mod intent;
mod request;
pub mod time;
mod volume;

pub use constraint::{
    Constraint, ConstraintDetails, ConstraintReference, GetConstraintDetailsResponse,
};
pub use intent::{
    GetOperationalIntentDetailsResponse, INTENT_VERTICES_MAX, OperationalIntent,
    OperationalIntentDetails, OperationalIntentReference, OperationalIntentState,
    UssAvailabilityState, intent_volumes_to_geo,
};
pub use request::{
    ErrorReport, ExchangeRecord, ImplicitSubscriptionParameters, PutConstraintReferenceParameters,
    PutOperationalIntentReferenceParameters, PutSubscriptionParameters, QueryParameters,
    RecorderRole, SetUssAvailabilityStatusParameters,
};
pub use volume::{Altitude, Circle, LatLngPoint, Polygon, Radius, Time, Volume3D, Volume4D};

use serde::{Deserialize, Deserializer};

/// Reads `null` as the default, as if the field were absent.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}
