#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| vhost_dump_fuzz::supplied::directory(input));
