//! The bytes are the lines of an OpenAir file after its first area, so that the form is recognised.
#![no_main]

use keepclear_formats::{ReadOptions, read_airspace};
use libfuzzer_sys::fuzz_target;

const FIRST: &[u8] = b"AC D\nAN FIRST\nAL GND\nAH FL100\nV X=47:30:00 N 009:00:00 E\nDC 2\n\n";

fuzz_target!(|data: &[u8]| {
    let text = [FIRST, data].concat();
    let _ = read_airspace("fuzz.txt", &text, &ReadOptions::default());
});
