//! Canonical bytes of values of this crate.

use minicbor::Encode;

/// The bytes of a value.
pub fn bytes_of<T: Encode<()> + ?Sized>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    let written = minicbor::encode(value, &mut bytes);
    // Memory takes every byte, and no type of this crate refuses to be written.
    debug_assert!(written.is_ok());
    bytes
}
