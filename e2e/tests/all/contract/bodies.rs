//! Bodies of requests, each in a place and with names of its own: tests share a sky and must not meet.

use std::sync::atomic::{AtomicU32, Ordering};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

pub const MINUTE: i64 = 60;
pub const HOUR: i64 = 3600;
pub const DAY: i64 = 86_400;
pub const BASE_URL: &str = "http://uss.test/utm";

/// Stands in an intent without a subscription.
pub const NO_SUBSCRIPTION: &str = "00000000-0000-4000-8000-000000000000";

/// A fresh version-4 id.
pub fn id() -> String {
    Uuid::new_v4().to_string()
}

fn number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A party that no other test knows.
pub fn party(name: &str) -> String {
    format!("{name}-{}", number())
}

/// The time so many seconds from now, to the microsecond.
pub fn time_from_now(seconds: i64) -> Value {
    let now_us = Timestamp::now().as_microsecond();
    let time = Timestamp::from_microsecond(now_us).unwrap() + SignedDuration::from_secs(seconds);
    json!({ "value": time.to_string(), "format": "RFC3339" })
}

/// The instant of a `Time`.
pub fn instant(time: &Value) -> Timestamp {
    let text = time["value"].as_str().unwrap_or_else(|| panic!("not a time: {time}"));
    assert!(text.ends_with('Z'), "{text} is not in UTC");
    text.parse().unwrap()
}

/// A version-7 UUID made so many seconds from now.
pub fn suffix(seconds_from_now: i64) -> String {
    let time = Timestamp::now() + SignedDuration::from_secs(seconds_from_now);
    let seconds = u64::try_from(time.as_second()).unwrap();
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, 0)).to_string()
}

/// A square over a place, with altitudes and times around it. Sides of 0.004° (443 m of latitude), 50 to 100 m,
/// from ten minutes to an hour from now.
#[derive(Debug, Clone)]
pub struct Block {
    pub lat: f64,
    pub lng: f64,
    half_deg: f64,
    altitude_m: Option<(f64, f64)>,
    time: (Value, Value),
}

impl Block {
    /// A block in a place of its own: the next one is 2° of latitude or 4° of longitude away.
    pub fn somewhere() -> Self {
        let place = number() % 3_600;
        Self::at(f64::from(place / 90 % 40) * 2.0 - 40.0, f64::from(place % 90) * 4.0 - 179.0)
    }

    pub fn at(lat: f64, lng: f64) -> Self {
        let time = (time_from_now(10 * MINUTE), time_from_now(HOUR));
        Self { lat, lng, half_deg: 0.002, altitude_m: Some((50.0, 100.0)), time }
    }

    /// Half the side, in degrees.
    pub fn half(&self, half_deg: f64) -> Self {
        Self { half_deg, ..self.clone() }
    }

    pub fn north(&self, degrees: f64) -> Self {
        Self { lat: self.lat + degrees, ..self.clone() }
    }

    pub fn height(&self, lower_m: f64, upper_m: f64) -> Self {
        Self { altitude_m: Some((lower_m, upper_m)), ..self.clone() }
    }

    pub fn all_heights(&self) -> Self {
        Self { altitude_m: None, ..self.clone() }
    }

    /// From and to, in seconds from now.
    pub fn during(&self, start_s: i64, end_s: i64) -> Self {
        self.between(&time_from_now(start_s), &time_from_now(end_s))
    }

    pub fn between(&self, start: &Value, end: &Value) -> Self {
        Self { time: (start.clone(), end.clone()), ..self.clone() }
    }

    pub fn start(&self) -> &Value {
        &self.time.0
    }

    pub fn end(&self) -> &Value {
        &self.time.1
    }

    /// As a Volume4D.
    pub fn volume(&self) -> Value {
        let corner = |north: f64, east: f64| json!({ "lat": self.lat + north * self.half_deg, "lng": self.lng + east * self.half_deg });
        let corners = [corner(-1.0, -1.0), corner(-1.0, 1.0), corner(1.0, 1.0), corner(1.0, -1.0)];
        let mut volume = json!({ "outline_polygon": { "vertices": corners } });
        if let Some((lower_m, upper_m)) = self.altitude_m {
            volume["altitude_lower"] = altitude(lower_m);
            volume["altitude_upper"] = altitude(upper_m);
        }
        json!({ "volume": volume, "time_start": self.time.0, "time_end": self.time.1 })
    }

    /// As the body of a query.
    pub fn area(&self) -> Value {
        json!({ "area_of_interest": self.volume() })
    }

    /// As an Accepted intent without a subscription and with an empty key.
    pub fn intent(&self) -> Value {
        intent_over(&[self.volume()])
    }

    pub fn constraint(&self) -> Value {
        json!({ "extents": [self.volume()], "uss_base_url": BASE_URL })
    }

    /// As a subscription to both intents and constraints.
    pub fn subscription(&self) -> Value {
        json!({
            "extents": self.volume(),
            "uss_base_url": BASE_URL,
            "notify_for_operational_intents": true,
            "notify_for_constraints": true,
        })
    }
}

pub fn intent_over(volumes: &[Value]) -> Value {
    json!({ "extents": volumes, "key": [], "state": "Accepted", "uss_base_url": BASE_URL })
}

pub fn altitude(value_m: f64) -> Value {
    json!({ "value": value_m, "reference": "W84", "units": "M" })
}

/// The parameters of an implicit subscription to intents alone.
pub fn new_subscription() -> Value {
    json!({ "uss_base_url": BASE_URL })
}

/// A body with one field set, by its JSON pointer's parts.
pub fn with(body: &Value, field: &str, value: impl Into<Value>) -> Value {
    let mut body = body.clone();
    *field_of(&mut body, field) = value.into();
    body
}

/// A body without one field.
pub fn without(body: &Value, field: &str) -> Value {
    let mut body = body.clone();
    let (parent, name) = field.rsplit_once('/').unwrap_or(("", field));
    let parent = if parent.is_empty() { &mut body } else { field_of(&mut body, parent) };
    let removed = parent.as_object_mut().unwrap().remove(name);
    assert!(removed.is_some(), "there is no {field} to leave out");
    body
}

fn field_of<'a>(body: &'a mut Value, field: &str) -> &'a mut Value {
    field.split('/').fold(body, |value, part| match part.parse::<usize>() {
        Ok(index) => &mut value[index],
        Err(_) => &mut value[part],
    })
}
