//! The bytes are the volumes of an operational intent, nominal and off-nominal, and of a constraint.
#![no_main]

use keepclear_formats::{ReadOptions, read_airspace, read_flights};
use libfuzzer_sys::fuzz_target;

const REFERENCE: &str = r#""reference":{"id":"5a000000-0000-4000-8000-000000000001","manager":"south",
"uss_availability":"Unknown","version":1,"state":"Nonconforming","ovn":"fuzz-ovn-0000001",
"time_start":{"value":"2026-05-12T06:00:00Z","format":"RFC3339"},
"time_end":{"value":"2026-05-12T07:00:00Z","format":"RFC3339"},
"uss_base_url":"https://south.example/utm",
"subscription_id":"5b000000-0000-4000-8000-000000000001"}"#;

fuzz_target!(|data: &[u8]| {
    let volumes = String::from_utf8_lossy(data);
    let options = ReadOptions::default();
    let intent = format!(
        r#"{{"operational_intent":{{{REFERENCE},"details":{{"volumes":[{volumes}],"off_nominal_volumes":[{volumes}],"priority":0}}}}}}"#
    );
    let _ = read_flights("fuzz.json", intent.as_bytes(), &options);
    let _ = read_flights("fuzz.json", format!("[{volumes}]").as_bytes(), &options);
    let constraint = format!(
        r#"{{"constraint":{{{REFERENCE},"details":{{"volumes":[{volumes}],"type":"example.fuzz"}}}}}}"#
    );
    let _ = read_airspace("fuzz.json", constraint.as_bytes(), &options);
});
