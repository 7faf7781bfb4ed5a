//! A whole sky in words that a person can read: for `keepclear log replay`.

use keepclear_sky::{Availability, Constraint, Intent, IntentState, Sky, Subscription};
use keepclear_wire::time::format_us;
use serde_json::{Value, json};

/// Everything that the sky holds at one position of its log, as JSON. OVNs are shown: whoever holds
/// the log may see them.
pub fn describe(sky: &Sky, position: u64) -> Value {
    let charter = sky.charter();
    let availability: Vec<Value> = sky
        .availabilities()
        .map(|(uss, record)| {
            json!({ "uss": uss.as_str(), "availability": availability(record.availability),
                    "version": record.version.as_str() })
        })
        .collect();
    json!({
        "format": "keepclear.replay/1",
        "sky": charter.sky.to_string(),
        "exercise": charter.exercise,
        "position": position,
        "sky_time": format_us(sky.now_us()),
        "operational_intents": sky.intents_by_id().map(|it| intent(it)).collect::<Vec<_>>(),
        "constraints": sky.constraints_by_id().map(|it| constraint(it)).collect::<Vec<_>>(),
        "subscriptions": sky.subscriptions_by_id().map(|it| subscription(it)).collect::<Vec<_>>(),
        "uss_availability": availability,
    })
}

fn intent(intent: &Intent) -> Value {
    json!({
        "id": intent.id.to_string(), "manager": intent.manager.as_str(),
        "state": state(intent.state), "version": intent.version, "ovn": intent.ovn.as_str(),
        "uss_base_url": &*intent.base_url,
        "time_start": format_us(intent.time.start_us), "time_end": format_us(intent.time.end_us),
        "subscription_id": intent.subscription.map(|id| id.to_string()),
    })
}

fn constraint(constraint: &Constraint) -> Value {
    json!({
        "id": constraint.id.to_string(), "manager": constraint.manager.as_str(),
        "version": constraint.version, "ovn": constraint.ovn.as_str(),
        "uss_base_url": &*constraint.base_url,
        "time_start": format_us(constraint.time.start_us),
        "time_end": format_us(constraint.time.end_us),
    })
}

fn subscription(subscription: &Subscription) -> Value {
    json!({
        "id": subscription.id.to_string(), "manager": subscription.manager.as_str(),
        "version": subscription.version.as_str(),
        "notification_index": subscription.notification_index,
        "uss_base_url": &*subscription.base_url,
        "time_start": format_us(subscription.time.start_us),
        "time_end": format_us(subscription.time.end_us),
        "implicit": subscription.implicit,
        "dependent_operational_intents":
            subscription.dependents.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn state(state: IntentState) -> &'static str {
    match state {
        IntentState::Accepted => "Accepted",
        IntentState::Activated => "Activated",
        IntentState::Nonconforming => "Nonconforming",
        IntentState::Contingent => "Contingent",
    }
}

fn availability(availability: Availability) -> &'static str {
    match availability {
        Availability::Unknown => "Unknown",
        Availability::Normal => "Normal",
        Availability::Down => "Down",
    }
}
