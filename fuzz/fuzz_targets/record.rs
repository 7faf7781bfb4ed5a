//! The bytes are a party's export, as the other party got it.
#![no_main]

use keepclear_record::{Limits, NoClaims, Verified, compare, verify};
use libfuzzer_sys::fuzz_target;
use std::io::Cursor;

fuzz_target!(|data: &[u8]| {
    let _ = verify(Cursor::new(data), Limits::default(), &NoClaims);
    let verified = Verified::none();
    let itself = [Cursor::new(data), Cursor::new(data)];
    let (first, second) = data.split_at(data.len() / 2);
    for [a, b] in [itself, [Cursor::new(first), Cursor::new(second)]] {
        let _ = compare(a, b, Limits::default(), &verified, &NoClaims);
    }
});
