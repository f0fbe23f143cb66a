//! Says more than it may, and reports as its settings say.

use vhost_check::{Check, CouldNotLook, Findings, log};

#[derive(serde::Deserialize)]
struct Babbler {
    lines: u32,
    findings: u32,
}

impl Check for Babbler {
    fn run(self, findings: &mut Findings) -> Result<(), CouldNotLook> {
        for line in 0..self.lines {
            log::log(log::Level::Info, &format!("line {line}\u{1b}[2J"));
            println!("standard output {line}");
        }
        for _ in 0..self.findings {
            findings.expect_eq_overall("babble", 1, 1);
        }
        Ok(())
    }
}

vhost_check::export!(Babbler);
