//! The bytes are an entry: refused, or written again byte for byte.
#![no_main]

use keepclear_entry::Entry;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(entry) = Entry::decode(data) {
        assert_eq!(entry.encode(), data);
    }
});
