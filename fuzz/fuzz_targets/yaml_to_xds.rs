//! Any text, as objects, to what Envoys receive.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| eg_testkit::fuzz::yaml_to_xds(text));
