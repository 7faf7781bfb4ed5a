//! Any bytes as a file, flights and airspace: never a panic, whatever the form is taken to be.
#![no_main]

use keepclear_formats::{ReadOptions, read_airspace, read_flights};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let options = ReadOptions::default();
    let _ = read_flights("any", data, &options);
    let _ = read_airspace("any", data, &options);
});
