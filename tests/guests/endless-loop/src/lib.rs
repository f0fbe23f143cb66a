//! Computes for ever.

use vhost_check::{Check, CouldNotLook, Findings};

#[derive(serde::Deserialize)]
struct EndlessLoop {}

impl Check for EndlessLoop {
    fn run(self, _: &mut Findings) -> Result<(), CouldNotLook> {
        let mut n = 0u64;
        loop {
            n = std::hint::black_box(n.wrapping_add(1));
        }
    }
}

vhost_check::export!(EndlessLoop);
