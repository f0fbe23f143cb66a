//! A fault of usage or configuration: one line, and exit status 2.

use std::io::Write as _;
use std::process::ExitCode;

use vhost::report::neutral::{Medium, neutral};

/// The exit status of usage and configuration; clap uses the same.
const USAGE: u8 = 2;

/// Says what is wrong on standard error and gives the exit status for it.
pub fn refuse(fault: &anyhow::Error) -> ExitCode {
    say(fault);
    ExitCode::from(USAGE)
}

/// Says what is wrong on standard error.
pub fn say(fault: &anyhow::Error) {
    for line in lines(fault) {
        // Standard error may be closed; there is nowhere else to say so.
        let _ = writeln!(std::io::stderr(), "vhost: {line}");
    }
}

/// The error and its causes in one line; an error of several lines keeps them, such as a list of refusals.
fn lines(fault: &anyhow::Error) -> Vec<String> {
    let mut chain: Vec<String> = Vec::new();
    for cause in fault.chain() {
        let text = cause.to_string();
        // Some libraries repeat their cause in their own words.
        if !chain.last().is_some_and(|last| last.ends_with(&text)) {
            chain.push(text);
        }
    }
    // A component, a plan or a server can have put its own words into them.
    let neutral = |line| neutral(line, Medium::Terminal);
    chain.join(": ").lines().map(neutral).collect()
}
