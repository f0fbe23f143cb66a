#![no_main]

libfuzzer_sys::fuzz_target!(
    init: vhost_dump_fuzz::seeds::write_if_asked(),
    |input: &[u8]| vhost_dump_fuzz::script::check(input)
);
