//! What a trial leaves: nothing, or what `vhost clean` removes.

use rustix::process::Signal;

use super::{SQL, args, desk};
use crate::support::{Desk, Live};

fn watching(desk: &Desk) -> Live<'_> {
    let mut live = Live::call(desk, &args("shop.sql", &["--watch"]));
    live.until_said("run 1: ");
    live
}

/// A copy is not kept for longer than it was said, however far its making had come.
#[test]
fn its_time_ends_it() {
    let (desk, _) = desk(SQL);
    let mut live = Live::call(&desk, &args("shop.sql", &["--watch", "--keep-for", "12s"]));
    live.until_made("process");
    let made = live.made();
    let outcome = live.ended();
    assert!(matches!(outcome.code, Some(0 | 3)), "{outcome:#?}");
    for told in ["its time is over", "removed, and gone: process "] {
        assert!(outcome.stderr.contains(told), "{}", outcome.stderr);
    }
    made.assert_gone();
    assert!(outcome.left.is_empty() && !desk.runs().exists());
}

#[test]
fn a_signal_ends_it() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let (desk, _) = desk(SQL);
        let live = watching(&desk);
        let made = live.made();
        live.signal(signal);
        let outcome = live.ended();
        assert_eq!(outcome.code, Some(0), "{outcome:#?}");
        assert!(
            outcome.stderr.contains("ended by a signal"),
            "{}",
            outcome.stderr
        );
        made.assert_gone();
        assert!(outcome.left.is_empty() && !desk.runs().exists());
    }
}

#[test]
fn one_that_was_killed_is_cleaned() {
    let (desk, _) = desk(SQL);
    let made = watching(&desk).killed();
    assert!(!made.left().is_empty());
    assert_eq!(desk.partial().len(), 1);
    let cleaned = desk.wait_for(desk.vhost(&["clean"]));
    assert_eq!(cleaned.code, Some(0), "{cleaned:#?}");
    made.assert_gone();
    assert!(desk.partial().is_empty() && desk.left().is_empty());
}
