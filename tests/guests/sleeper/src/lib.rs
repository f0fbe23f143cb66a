//! Never returns from a host call.

use vhost_check::{Check, CouldNotLook, Findings};

#[derive(serde::Deserialize)]
struct Sleeper {}

impl Check for Sleeper {
    fn run(self, _: &mut Findings) -> Result<(), CouldNotLook> {
        std::thread::sleep(std::time::Duration::from_secs(3600));
        Ok(())
    }
}

vhost_check::export!(Sleeper);
