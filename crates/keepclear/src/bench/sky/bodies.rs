//! Request bodies, written by hand from parts that are prepared once.
//!
//! The numbers of a request that change are its times, its key and, when OVNs are announced, its
//! suffix; a serializer would build and walk a tree for each.

use keepclear_wire::time::format_us;

/// One volume of a request: outline as JSON vertices, altitudes in metres (W84), times in
/// microseconds since the epoch.
pub fn volume(vertices: &str, lower_m: u32, upper_m: u32, start_us: i64, end_us: i64) -> String {
    let (start, end) = (format_us(start_us), format_us(end_us));
    format!(
        concat!(
            r#"{{"volume":{{"outline_polygon":{{"vertices":[{}]}},"#,
            r#""altitude_lower":{{"value":{},"reference":"W84","units":"M"}},"#,
            r#""altitude_upper":{{"value":{},"reference":"W84","units":"M"}}}},"#,
            r#""time_start":{{"value":"{}","format":"RFC3339"}},"#,
            r#""time_end":{{"value":"{}","format":"RFC3339"}}}}"#
        ),
        vertices, lower_m, upper_m, start, end
    )
}

/// Body of a query.
pub fn query(volume: &str) -> String {
    format!(r#"{{"area_of_interest":{volume}}}"#)
}

/// What a write asks for besides its volume and key.
pub enum Wish<'a> {
    /// To be created, with a subscription of its own.
    Create,
    /// To be activated, under the subscription that it has.
    Activate {
        /// Its id.
        subscription: &'a str,
    },
}

/// Body of a write up to the items of its key.
pub fn write_head(volume: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"extents\":[");
    out.extend_from_slice(volume.as_bytes());
    out.extend_from_slice(b"],\"key\":[");
}

/// Body of a write from the end of its key on.
pub fn write_tail(wish: &Wish<'_>, base_url: &str, suffix: Option<&str>, out: &mut Vec<u8>) {
    let mut text = |parts: &[&str]| parts.iter().for_each(|part| out.extend(part.as_bytes()));
    match wish {
        Wish::Create => text(&[
            r#"],"state":"Accepted","new_subscription":{"uss_base_url":""#,
            base_url,
            r#"","notify_for_constraints":false}"#,
        ]),
        Wish::Activate { subscription } => {
            text(&[r#"],"state":"Activated","subscription_id":""#, subscription, "\""]);
        }
    }
    if let Some(suffix) = suffix {
        text(&[r#","requested_ovn_suffix":""#, suffix, "\""]);
    }
    text(&[r#","uss_base_url":""#, base_url, "\"}"]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use keepclear_wire::Volume4D;
    use serde_json::Value;

    const SQUARE: &str = r#"{"lat":47.0,"lng":8.0},{"lat":47.0,"lng":8.1},{"lat":47.1,"lng":8.0}"#;

    #[test]
    fn a_volume_reads_back_as_the_standards_own() {
        let text = volume(SQUARE, 50, 100, 1_764_068_400_000_000, 1_764_072_000_500_000);
        let read: Volume4D = serde_json::from_str(&text).unwrap();
        assert!(read.to_geo(&keepclear_geo::Datums::default()).is_ok(), "{text}");
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["time_start"]["value"], "2025-11-25T11:00:00Z");
        assert_eq!(value["time_end"]["value"], "2025-11-25T12:00:00.5Z");
        assert_eq!(value["volume"]["altitude_upper"]["value"], 100);
    }

    #[test]
    fn a_write_is_json_with_and_without_what_is_optional() {
        let of = |wish: Wish<'_>, key: &[u8], suffix| -> Value {
            let mut out = Vec::new();
            write_head(&volume(SQUARE, 50, 100, 0, 1), &mut out);
            out.extend_from_slice(key);
            write_tail(&wish, "https://uss1.example.com", suffix, &mut out);
            serde_json::from_slice(&out).unwrap()
        };
        let created = of(Wish::Create, b"", None);
        assert_eq!(created["state"], "Accepted");
        assert_eq!(created["new_subscription"]["uss_base_url"], "https://uss1.example.com");
        assert_eq!(created["key"].as_array().unwrap().len(), 0);
        assert!(created.get("requested_ovn_suffix").is_none());
        let activated = of(Wish::Activate { subscription: "s" }, br#""a","b""#, Some("u"));
        assert_eq!(activated["subscription_id"], "s");
        assert_eq!(activated["key"][1], "b");
        assert_eq!(activated["requested_ovn_suffix"], "u");
        assert!(activated.get("new_subscription").is_none());
    }
}
