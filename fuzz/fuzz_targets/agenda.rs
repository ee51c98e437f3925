//! Searches for bytes that break `tests/properties/agenda.rs`.
#![no_main]

#[allow(dead_code)] // Each target holds one of them.
#[path = "../../tests/properties/mod.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|input: &[u8]| properties::agenda::holds(input));
