//! The bytes are records of a recorded track after a first good one.
#![no_main]

use keepclear_formats::{ReadOptions, read_flights};
use libfuzzer_sys::fuzz_target;

const FIRST: &str = r#"{"timestamp":1778565600000,"icao24":"4b1234","callsign":"NORTH1","latitude":47.5,
"longitude":9.2,"altitude":4500.0,"groundspeed":120.0,"track":90.0,"vertical_rate":0.0}"#;

fuzz_target!(|data: &[u8]| {
    let records = String::from_utf8_lossy(data);
    let text = format!("[{FIRST},{records}]");
    let _ = read_flights("fuzz.json", text.as_bytes(), &ReadOptions::default());
});
