//! The bytes are the features of a GeoJSON collection, read as flights and as zones.
#![no_main]

use keepclear_formats::{ReadOptions, read_airspace, read_flights};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let features = String::from_utf8_lossy(data);
    let text = format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#);
    let options = ReadOptions::default();
    let _ = read_flights("fuzz.geojson", text.as_bytes(), &options);
    let _ = read_airspace("fuzz.geojson", text.as_bytes(), &options);
});
