//! Takes all the memory it gets.

use vhost_check::{Check, CouldNotLook, Findings};

#[derive(serde::Deserialize)]
struct MemoryHog {}

impl Check for MemoryHog {
    fn run(self, _: &mut Findings) -> Result<(), CouldNotLook> {
        let mut held = Vec::new();
        loop {
            held.push(std::hint::black_box(vec![1u8; 1 << 20]));
        }
    }
}

vhost_check::export!(MemoryHog);
